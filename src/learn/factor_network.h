/*
 * A network's convolutions factored (learn/factor.h) by what they answer to any pictures.
 *
 * Thread rule: no shared state.
 */
#ifndef MR_LEARN_FACTOR_NETWORK_H
#define MR_LEARN_FACTOR_NETWORK_H

#include "learn/factor.h"
#include "learn/pictures.h"

/* The pictures of a set that are looked at. */
typedef struct mr_factor_gallery {
    const mr_pictures *pictures;
    const size_t *indices;
    size_t count; /* of indices */
} mr_factor_gallery;

/* As mr_factor_emotion, for any network in a folder. */
mr_status mr_factor_network(const char *model, const mr_factor_gallery *shown,
                            mr_factor_rank *ranks, int count, const char *out,
                            mr_factor_size *before, mr_factor_size *after);

#endif
