/*
 * Training the collaborative filter (recommend/collaborative.h) on who liked what.
 *
 *     mr_collaborative_params params = mr_collaborative_params_defaults();
 *     mr_collaborative *model;
 *     MR_TRY(mr_train_collaborative(&likes, &params, &model));
 *
 * The links are a sum of two item-item matrices (learn/ease.h), each brought to length one: EASE
 * with users weighted, and an ideal low-pass filter, which knows less of single films but more of
 * directions of taste. Each item keeps its strongest links. The prior is, for each audience, the
 * share that likes a film; since some audiences are small, it is drawn towards what the age group
 * and the gender say by themselves, and those towards all people.
 *
 * The defaults were chosen on a fifth of the training part of fold 0 alone, see docs/TRAINING.md.
 */
#ifndef MR_LEARN_TRAIN_COLLABORATIVE_H
#define MR_LEARN_TRAIN_COLLABORATIVE_H

#include "learn/interactions.h"
#include "recommend/collaborative.h"

typedef struct mr_collaborative_params {
    float user_power, ridge, column_power; /* of EASE */
    int rank;                              /* of the low-pass filter */
    float low_pass;                        /* its weight beside EASE; 0: none */
    int links;                             /* kept of each item; 0: all */
    float prior_weight, prior_half;
    float prior_people; /* so many people of the wider group are added to each audience */
} mr_collaborative_params;

mr_collaborative_params mr_collaborative_params_defaults(void);

mr_status mr_train_collaborative(const mr_interactions *likes,
                                 const mr_collaborative_params *params, mr_collaborative **out);

/* The usual recommenders, as models of the same kind. Where they say nothing, popularity decides.
 * Most popular has no links at all; item-kNN (Sarwar et al. 2001) keeps, for each film, the
 * `neighbours` films with the greatest cosine. */
mr_status mr_train_most_popular(const mr_interactions *likes, mr_collaborative **out);
mr_status mr_train_item_knn(const mr_interactions *likes, int neighbours, mr_collaborative **out);
mr_status mr_train_ease(const mr_interactions *likes, float ridge, mr_collaborative **out);

#endif
