/*
 * The Haar detector as plainly as it can be written: each rectangle is summed pixel by pixel, each
 * window goes through the cascade alone. Slow, and compared with the fast path in tests. Also makes
 * random cascades and pictures for that comparison.
 */
#ifndef MR_TESTS_HAAR_REFERENCE_H
#define MR_TESTS_HAAR_REFERENCE_H

#include "base/rng.h"
#include "face/haar.h"

/* Sum of the pixels with column < x and row < y; of their squares; and of those in the cone that
 * opens upwards from pixel (x-1, y-1). */
uint32_t reference_sum(const mr_image *image, int x, int y);
uint32_t reference_square(const mr_image *image, int x, int y);
uint32_t reference_tilted(const mr_image *image, int x, int y);

/* Candidates of a whole pyramid with the default scale factor, ungrouped, level by level. Returns
 * their number; at most `capacity` are written. */
size_t reference_detect(const mr_cascade *cascade, const mr_image *image, mr_box *out,
                        size_t capacity);

/* Noise with smooth shades, so that features of all sizes answer. */
mr_image random_picture(mr_rng *rng, int width, int height);

/* A cascade file of the present form in a string that the caller frees: a window of 12 × 10, three
 * stages of trees with one to three nodes, upright and (when asked for) tilted features. */
char *random_cascade(mr_rng *rng, bool tilted);

#endif
