/*
 * Numbers in 16 bits, IEEE 754 binary16 ("half"): 11 significant bits, up to 65504. Weights are
 * stored so, which halves the file; all arithmetic is done in 32 bits.
 *
 * Thread rule: no shared state.
 */
#ifndef MR_NN_HALF_H
#define MR_NN_HALF_H

#include <stdint.h>

#define MR_HALF_MAX 65504.0f

/* The nearest half, ties to even. What is too large becomes infinite; NaN stays NaN. */
uint16_t mr_half_of_float(float value);

/* Exact. */
float mr_float_of_half(uint16_t half);

#endif
