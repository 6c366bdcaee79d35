/*
 * Who liked what: for each user the list of liked items, the 0-1 matrix that item models learn.
 *
 *     mr_interactions all, rest;
 *     MR_TRY(mr_interactions_make(&ratings, 4, 10, &all));    // ratings >= 4, 10-core
 *     MR_TRY(mr_interactions_part(&all, held, 0, &rest));     // entries whose flag is 0
 *
 * Users and items are numbered densely; user_of and film_of lead back to the ratings' numbers. A
 * part has the same numbering as what it was taken from, so that models and users fit together.
 *
 * Ownership: make and part allocate, free frees. Thread rule: read-only once made.
 */
#ifndef MR_LEARN_INTERACTIONS_H
#define MR_LEARN_INTERACTIONS_H

#include "learn/dataset_ratings.h"

typedef struct mr_interactions {
    size_t users, items, count;
    uint32_t *start;             /* entries of user u: start[u] … start[u + 1] - 1 */
    uint32_t *item;              /* of each entry, rising within a user */
    int64_t *at;                 /* of each entry, seconds since 1970, 0: not stated; or NULL */
    uint32_t *user_of, *film_of; /* numbers in mr_ratings */
    uint8_t *audience;           /* of each user */
} mr_interactions;

/* Ratings of at least `least`, from which users and items with fewer than `core` entries are taken
 * away until none is left (core 1: those with none). */
mr_status mr_interactions_make(const mr_ratings *ratings, int least, int core,
                               mr_interactions *out);

/* The entries whose flag in `flags` (one an entry) is `wanted`. */
mr_status mr_interactions_part(const mr_interactions *all, const uint8_t *flags, uint8_t wanted,
                               mr_interactions *out);

void mr_interactions_free(mr_interactions *interactions);

/* The number of a user or film of the ratings, or -1; linear tables that the caller frees. */
int32_t *mr_interactions_users(const mr_interactions *interactions, size_t users);
int32_t *mr_interactions_items(const mr_interactions *interactions, size_t films);

/* The entry of this user and item, or -1. */
long mr_interactions_find(const mr_interactions *interactions, size_t user, uint32_t item);

static inline size_t mr_interactions_of(const mr_interactions *interactions, size_t user) {
    return interactions->start[user + 1] - interactions->start[user];
}

#endif
