/*
 * The program's own ranking on a set of ratings: the values that the recommender's terms have for
 * the films of a neighbour model, and the scores that a blend makes of them.
 *
 *     mr_blend_ranker *ranker;
 *     MR_TRY(mr_blend_ranker_make(model, &films, &ranker));
 *     mr_blend_user user = {audience, clicks, click_count};
 *     MR_TRY(mr_blend_ranker_values(ranker, &user, false, values));   // items × MR_TERM_COUNT
 *     MR_TRY(mr_blend_ranker_scores(ranker, &blend, &user, values, scores));
 *     mr_blend_ranker_free(ranker);
 *
 * Values come from the code that ranks for viewers (recommend_parts.h), with a model of the
 * caller's. Of films that the catalogue lacks only popularity, taste and history are known; so
 * it is of all films when there is no program at all. Nobody's mood is known, so that term is 0.
 *
 * Ownership: model and program must outlive the ranker. Thread rule: read-only once made.
 */
#ifndef MR_LEARN_BLEND_RANKER_H
#define MR_LEARN_BLEND_RANKER_H

#include "recommend/recommend.h"

/* A recommender and the catalogue's film of each item of a neighbour model, or -1; of a program
 * that is NULL nothing is read. */
typedef struct mr_blend_films {
    const mr_recommender *program;
    const int32_t *film_of;
} mr_blend_films;

typedef struct mr_blend_ranker mr_blend_ranker;

mr_status mr_blend_ranker_make(const mr_collaborative *model, const mr_blend_films *films,
                               mr_blend_ranker **out);
void mr_blend_ranker_free(mr_blend_ranker *ranker);

/* Somebody whose audience is known (collaborative.h) and who has liked some items. */
typedef struct mr_blend_user {
    int audience;
    const uint32_t *clicks;
    size_t click_count;
    const float *ago; /* how old each click is, in half-lives (mr_opinion); NULL: none has aged */
} mr_blend_user;

/* The value of each term for each item. `hidden`: as if the neighbour model did not know the items
 * that it is asked about; only those of the catalogue have values then. */
mr_status mr_blend_ranker_values(const mr_blend_ranker *ranker, const mr_blend_user *user,
                                 bool hidden, float *values);

/* Whether an item is in the catalogue. */
bool mr_blend_ranker_knows(const mr_blend_ranker *ranker, size_t item);

/* The blend's score of each item; `values` is memory for items × MR_TERM_COUNT numbers. */
mr_status mr_blend_ranker_scores(const mr_blend_ranker *ranker, const mr_blend *blend,
                                 const mr_blend_user *user, float *values, float *scores);

#endif
