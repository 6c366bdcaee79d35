/*
 * Fitting the blend (recommend/blend.h) on ratings: how much each term of the recommender counts
 * after 0, 1, 2, 5, 10, 20, 50 and 100 likes.
 *
 *     mr_blend_params params = mr_blend_params_defaults();
 *     mr_blend blend;
 *     mr_blend_fitted figures;
 *     MR_TRY(mr_train_blend(&likes, &films, &params, &blend, &figures));
 *
 * A part of the users is held out. The neighbour model is trained on the others, so that it knows
 * nobody whom it is asked about, as in the program, where viewers are new to it. Of each one held
 * out who likes enough films, the first n in a random order are the clicks; the rest, among all
 * films but the clicks, is what a model of choice explains by the terms (choice_model.h). What a
 * term is worth thus depends on n alone. Terms that say nothing without a click get, at 0, the
 * weight that they have after the first. A second set of weights is fitted in the same way without
 * the history, for viewers whose films the neighbour model does not know.
 *
 * Thread rule: one run at a time.
 */
#ifndef MR_LEARN_TRAIN_BLEND_H
#define MR_LEARN_TRAIN_BLEND_H

#include "learn/blend_ranker.h"
#include "learn/train_collaborative.h"

#define MR_BLEND_CLICK_COUNTS                                                                      \
    { 0, 1, 2, 5, 10, 20, 50, 100 }
enum { MR_BLEND_STEPS = 8 };

/* Least number of wanted films of a user who is asked about. */
#define MR_BLEND_LEAST_WANTED 5

typedef struct mr_blend_params {
    mr_collaborative_params model;
    int parts;       /* one in so many users is held out; at least 2 */
    float ridge;     /* keeps weights of terms that say nothing near 0 */
    uint64_t seed;   /* of who is held out, and of the order of their films */
    bool ranks_only; /* only what ranks films of the neighbour model for viewers whom it knows: the
                        other sets are the same, and there is no chance */
} mr_blend_params;

mr_blend_params mr_blend_params_defaults(void);

typedef struct mr_blend_fitted {
    size_t users[MR_BLEND_STEPS];      /* asked about at each number of clicks */
    double likelihood[MR_BLEND_STEPS]; /* mean logarithm of the probability of a wanted film */
} mr_blend_fitted;

/*
 * MR_E_FORMAT when nobody who is held out likes enough films. Numbers of clicks that nobody has
 * films for are left out of the blend.
 */
mr_status mr_train_blend(const mr_interactions *likes, const mr_blend_films *films,
                         const mr_blend_params *params, mr_blend *out, mr_blend_fitted *figures);

/* The catalogue's film of each item, or -1; freed by the caller. */
mr_status mr_blend_match(const mr_ratings *ratings, const mr_interactions *likes,
                         const mr_recommender *program, int32_t **out);

/* What 'train blend' does: MovieLens-1M in `folder`, a program, and the folder of the weights. */
mr_status mr_build_blend(const char *folder, const mr_recommender *program,
                         const mr_blend_params *params, const char *out_folder,
                         mr_blend_fitted *figures);

#endif
