/*
 * Random numbers that are the same on every machine for the same seed.
 *
 * A generator is a small value that its user owns; there is no hidden global one. Work that is
 * spread over threads or resumed later asks for a stream by keys instead of drawing in sequence,
 *
 *     mr_rng rng = mr_rng_keyed(seed, epoch, sample);
 *
 * so that a result does not depend on which thread drew first, nor on where a run was cut.
 * Method: xoshiro256** (Blackman and Vigna 2018) seeded through SplitMix64.
 */
#ifndef MR_BASE_RNG_H
#define MR_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

typedef struct mr_rng {
    uint64_t state[4];
} mr_rng;

mr_rng mr_rng_seeded(uint64_t seed);
mr_rng mr_rng_keyed(uint64_t seed, uint64_t key1, uint64_t key2);

uint64_t mr_rng_next(mr_rng *rng);

/* Uniform in [0, 1), with 53 random bits. */
double mr_rng_uniform(mr_rng *rng);

/* Uniform in [low, high). */
double mr_rng_range(mr_rng *rng, double low, double high);

/* Uniform in 0 … bound-1 without bias; bound must be positive. */
uint64_t mr_rng_below(mr_rng *rng, uint64_t bound);

/* Normal with mean 0 and standard deviation 1. */
double mr_rng_normal(mr_rng *rng);

/* Gamma(shape, 1), shape > 0 (Marsaglia and Tsang 2000); Beta draws are made from two of them. */
double mr_rng_gamma(mr_rng *rng, double shape);

/* Fisher-Yates shuffle of n indices. */
void mr_rng_shuffle(mr_rng *rng, uint32_t *items, size_t n);

/* 64-bit FNV-1a, for splits by file name and for cheap identity checks. */
uint64_t mr_hash(const void *bytes, size_t n);

#endif
