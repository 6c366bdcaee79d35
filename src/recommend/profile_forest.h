/*
 * The forest's belief: which film does a person of this age, gender and mood choose?
 *
 *     mr_profile_forest *belief;
 *     MR_TRY(mr_profile_forest_load("models/forest", catalogue, &belief));
 *     mr_belief mine;                                     // of one watcher
 *     mr_profile_forest_believe(belief, &watcher, film_probabilities, &mine);
 *
 * There are only MR_CELLS different inputs, so the forest is asked once for each of them, and a
 * watcher who is known as a distribution gets the expectation over cells: a product of a row of
 * MR_CELLS probabilities with a small matrix.
 *
 * A model folder holds forest.bin, films.csv (the film of each class) and cells.csv (how often each
 * cell was seen in training, from which attributes that are not known take their shares).
 *
 * Ownership: the caller frees. Thread rule: read-only once made.
 */
#ifndef MR_RECOMMEND_PROFILE_FOREST_H
#define MR_RECOMMEND_PROFILE_FOREST_H

#include "recommend/forest.h"
#include "recommend/profile.h"

typedef struct mr_profile_forest {
    mr_forest *forest;
    uint32_t *films; /* catalogue index of each class */
    size_t film_count;
    float share[MR_CELLS];                 /* rows of training data in each cell */
    float *choice;                         /* MR_CELLS × film_count: belief in each film */
    float genre[MR_CELLS][MR_GENRE_COUNT]; /* the same as belief in genres, each sums to one */
    float usual[MR_GENRE_COUNT]; /* belief in genres of everyone, by the shares of cells */
} mr_profile_forest;

/* What is expected of one watcher. */
typedef struct mr_belief {
    float cells[MR_CELLS];
    float genre[MR_GENRE_COUNT]; /* sums to one */
} mr_belief;

/* Parameters of the shipped forest; `threads` and `seed` are for the caller to set. */
mr_forest_params mr_profile_forest_params(void);

/* Trains on the given rows of a profile set. */
mr_status mr_profile_forest_train(const mr_profile_set *set, const uint32_t *rows, size_t count,
                                  const mr_catalogue *catalogue, const mr_forest_params *params,
                                  mr_profile_forest **out);

/* Writes forest.bin, films.csv and cells.csv into a folder, which is made if need be. */
mr_status mr_profile_forest_save(const mr_profile_forest *belief, const mr_catalogue *catalogue,
                                 const char *folder);

/* Reads them back. Errors name the file; MR_E_MISMATCH when they do not fit together or name a film
 * that the catalogue lacks. */
mr_status mr_profile_forest_load(const char *folder, const mr_catalogue *catalogue,
                                 mr_profile_forest **out);

void mr_profile_forest_free(mr_profile_forest *belief);

/* Class that the forest believes in most for a cell. */
size_t mr_profile_forest_best(const mr_profile_forest *belief, int cell);

/* Expected belief for a watcher; `films` has room for film_count probabilities. */
void mr_profile_forest_believe(const mr_profile_forest *belief, const mr_watcher *watcher,
                               float *films, mr_belief *out);

#endif
