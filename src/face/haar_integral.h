/*
 * Integral images, a band of rows at a time.
 *
 * Entry (X, Y) of the upright integral is the sum of the pixels with x < X and y < Y (Crow 1984;
 * Viola and Jones 2001), of the squared one the same of their squares. Entry (X, Y) of the tilted
 * integral sums the cone that opens upwards from pixel (X-1, Y-1) at 45 degrees (Lienhart and Maydt
 * 2002). Entries are taken modulo 2^32: differences over a window are exact all the same.
 *
 * Pixels come in row by row and only the rows that windows still need are held, so that the memory
 * stays small enough for the second-level cache whatever the picture's height.
 *
 * Layout: with a step of 1 the columns of a row lie in order. With a step of 2, where only every
 * other window is looked at, the even columns come first and the odd ones follow from `half` on, so
 * that neighbouring windows are neighbours in memory and vector code reads them in one go.
 *
 * Ownership: a band owns its planes. Thread rule: one thread at a time.
 */
#ifndef MR_FACE_HAAR_INTEGRAL_H
#define MR_FACE_HAAR_INTEGRAL_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mr_haar_layout {
    int step; /* pixels from window to window: 1 or 2 */
    int half; /* where the odd columns of a row begin when step is 2 */
    int stride;
} mr_haar_layout;

typedef struct mr_haar_band {
    mr_haar_layout layout;
    bool has_tilted;
    int width;       /* pixels of an input row */
    int capacity;    /* rows held at most */
    int first, next; /* integral rows held: first … next-1 */
    uint32_t *sum, *square, *tilted;
    uint32_t *lines;              /* running rows in column order: see haar_integral.c */
    uint8_t *before;              /* the input row before the last */
    size_t plane_room, line_room; /* entries allocated a plane and a line */
} mr_haar_band;

/* Entries that may be read beyond the last window of a row by vector code. */
#define MR_HAAR_PADDING 16

/* The layout for rows of at most `width` pixels. */
mr_haar_layout mr_haar_layout_for(int width, int step);

/* Offset of integral entry (x, y) from the entry of a window's corner. */
static inline int mr_haar_offset(const mr_haar_layout *layout, int x, int y) {
    if (layout->step == 1)
        return y * layout->stride + x;
    return y * layout->stride + (x & 1) * layout->half + (x >> 1);
}

/* Allocates for rows of at most `width` pixels and `rows` integral rows held, in either layout. */
mr_status mr_haar_band_reserve(mr_haar_band *band, int width, int rows, bool tilted);

/* Starts a picture of `width` pixels a row: integral row 0, all zero, is held. */
void mr_haar_band_begin(mr_haar_band *band, const mr_haar_layout *layout, int width);

/* Adds the next row of pixels, that is integral row `next`; one must be free. */
void mr_haar_band_push(mr_haar_band *band, const uint8_t *pixels);

/* Forgets the rows above y and moves the rest up when no further row is free. */
void mr_haar_band_slide(mr_haar_band *band, int y);

/* The start of integral row y, as an index into the planes. */
static inline size_t mr_haar_band_row(const mr_haar_band *band, int y) {
    return (size_t)(y - band->first) * (size_t)band->layout.stride;
}

void mr_haar_band_free(mr_haar_band *band);

#endif
