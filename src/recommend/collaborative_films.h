/*
 * The collaborative filter of a model folder, with the catalogue's films that its items are.
 *
 *     mr_collaborative_films *likes;
 *     MR_TRY(mr_collaborative_films_load("models/collaborative", catalogue, &likes));
 *     int32_t item = likes->item_of[film];     // -1: the model does not know this film
 *
 * The folder holds neighbours.bin (collaborative.h) and films.csv, which has the id of each item's
 * film in the order of items. An item whose film the catalogue lacks, such as an operator's own
 * catalogue, is left out of account. Thread rule: read-only once loaded.
 */
#ifndef MR_RECOMMEND_COLLABORATIVE_FILMS_H
#define MR_RECOMMEND_COLLABORATIVE_FILMS_H

#include "recommend/catalogue.h"
#include "recommend/collaborative.h"

typedef struct mr_collaborative_films {
    mr_collaborative *model;
    size_t films;     /* of the catalogue */
    int32_t *item_of; /* of each film, or -1 */
    size_t known;     /* films that are items */
} mr_collaborative_films;

mr_status mr_collaborative_films_load(const char *folder, const mr_catalogue *catalogue,
                                      mr_collaborative_films **out);
void mr_collaborative_films_free(mr_collaborative_films *films);

/* Writes both files; films[i] is the catalogue index of item i. */
mr_status mr_collaborative_films_save(const mr_collaborative *model, const uint32_t *films,
                                      const mr_catalogue *catalogue, const char *folder);

#endif
