/*
 * Many pictures of one size in one block of memory: what the data sets are kept in. Files are
 * decoded once, in parallel, and resized to the size of the set; an epoch then only reads memory.
 *
 * Ownership: mr_pictures_load allocates, mr_pictures_free frees; a view points into the block.
 * Thread rule: read-only once loaded.
 */
#ifndef MR_LEARN_PICTURES_H
#define MR_LEARN_PICTURES_H

#include "image/image.h"

#include <stddef.h>
#include <stdint.h>

typedef struct mr_pictures {
    int side, channels; /* every picture is side × side */
    size_t count;
    uint8_t *pixels;
} mr_pictures;

/* Bytes of one picture. */
size_t mr_pictures_bytes(const mr_pictures *pictures);

/* Picture `index` as a view that is never freed. */
mr_image mr_pictures_view(const mr_pictures *pictures, size_t index);

/* The same for mr_predict: `pictures` is a const mr_pictures *. */
mr_image mr_pictures_source(const void *pictures, size_t index);

/* A number that differs where the pixels do. */
uint64_t mr_pictures_key(const mr_pictures *pictures);

/* Reads `count` files in any format of our decoder; of one that is no square the middle. The first
 * one that fails fails the call. */
mr_status mr_pictures_load(char *const *paths, size_t count, int side, int channels,
                           mr_pictures *out);

void mr_pictures_free(mr_pictures *pictures);

#endif
