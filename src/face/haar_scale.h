/*
 * One level of the image pyramid, row by row: bilinear sampling in fixed point, bit for bit what
 * OpenCV 4 calls INTER_LINEAR_EXACT. A pixel is the sum of its four neighbours weighted by whole
 * 256ths, rounded once at the end; since that sum is exact, the order of the two passes is free and
 * the vertical one, which the compiler turns into vector code, comes first.
 *
 * The scaler borrows the source and owns its tables; they grow and are kept from frame to frame.
 */
#ifndef MR_FACE_HAAR_SCALE_H
#define MR_FACE_HAAR_SCALE_H

#include "base/error.h"
#include "image/image.h"

typedef struct mr_haar_scaler {
    const mr_image *source; /* grey */
    int width, height;      /* of the level */
    int *column;            /* left source column of each output column */
    uint16_t *weight;       /* 256ths of the column to its right */
    uint16_t *blend;        /* one source row pair, blended, 256ths; one more than the width */
    size_t column_capacity, weight_capacity, blend_capacity;
} mr_haar_scaler;

/* Prepares for making a level of width × height from a grey source of at least one pixel. */
mr_status mr_haar_scaler_begin(mr_haar_scaler *scaler, const mr_image *source, int width,
                               int height);

/* Row y of the level, `width` pixels. */
void mr_haar_scaler_row(mr_haar_scaler *scaler, int y, uint8_t *out);

void mr_haar_scaler_free(mr_haar_scaler *scaler);

#endif
