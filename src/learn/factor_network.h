/*
 * A network's convolutions factored (learn/factor.h) by what they answer to any pictures.
 *
 *     mr_factoring *job;
 *     MR_TRY(mr_factoring_begin("models/emotion", ranks, 2, &job));
 *     mr_status status = mr_factoring_finish(job, &shown, "smaller", NULL, NULL);
 *     mr_factoring_free(job);
 *
 * Thread rule: a factoring belongs to one thread.
 */
#ifndef MR_LEARN_FACTOR_NETWORK_H
#define MR_LEARN_FACTOR_NETWORK_H

#include "learn/factor.h"
#include "learn/model.h"
#include "learn/pictures.h"

typedef struct mr_factoring mr_factoring;

/* The pictures of a set that are looked at. */
typedef struct mr_factor_gallery {
    const mr_pictures *pictures;
    const size_t *indices;
    size_t count; /* of indices */
} mr_factor_gallery;

/* Reads a model and checks what shall be factored, before any picture is read. `ranks` stay the
 * caller's and must outlive the factoring. Errors as of mr_factor_emotion. */
mr_status mr_factoring_begin(const char *model, mr_factor_rank *ranks, int count,
                             mr_factoring **out);
void mr_factoring_free(mr_factoring *job);

/* The model that is factored. */
const mr_model *mr_factoring_model(const mr_factoring *job);

/* Looks at the pictures, sets the shares of the ranks and writes the smaller model, once. */
mr_status mr_factoring_finish(mr_factoring *job, const mr_factor_gallery *shown, const char *out,
                              mr_factor_size *before, mr_factor_size *after);

#endif
