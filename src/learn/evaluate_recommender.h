/*
 * Judging the collaborative filter on MovieLens-1M, beside the usual recommenders in the same run.
 *
 *     mr_evaluate_recommender_params params = mr_evaluate_recommender_defaults();
 *     params.ratings = "build/data/ml-1m";
 *     mr_recommender_report report;
 *     MR_TRY(mr_evaluate_recommender(&params, &report));
 *
 * Protocols. Films liked are those rated 4 or 5, in the 10-core, except for leave-one-out. Every
 * figure is a mean over users; models are trained anew on what the protocol lets them see, but
 * for the forest, whose beliefs in films that have ratings weigh next to nothing.
 *
 * - full: of each user the rows of a published fold are held out (a fifth); all films that the user
 *   does not have in the training part are ranked.
 * - leave-one-out (He et al. 2017): all ratings count as liked; the held-out film of each user is
 *   ranked among the 99 negatives of the published file.
 * - cold: users are parted into five; those of a part are unknown to the models that rank for them
 *   and tell only age group and gender. All their liked films are wanted.
 * - few-clicks: users parted as in cold. Of those with MR_FEW_LEAST or more liked films, the first
 *   MR_FEW_POOL in a random order are the clicks and the rest is wanted; after 0, 1, 2, 5, 10 and
 *   20 clicks all films but the pool are ranked, so that the task is the same after each.
 *
 * Thread rule: one run at a time.
 */
#ifndef MR_LEARN_EVALUATE_RECOMMENDER_H
#define MR_LEARN_EVALUATE_RECOMMENDER_H

#include "learn/ranking_metrics.h"
#include "learn/train_collaborative.h"
#include "recommend/recommend.h"

/* X(NAME, "label") */
#define MR_PROTOCOLS(X)                                                                            \
    X(FULL, "full")                                                                                \
    X(LEAVE_ONE_OUT, "leave-one-out")                                                              \
    X(COLD, "cold")                                                                                \
    X(FEW_CLICKS, "few-clicks")

#define MR_PROTOCOL_ENUM_(name, label) MR_PROTOCOL_##name,
typedef enum mr_protocol { MR_PROTOCOLS(MR_PROTOCOL_ENUM_) MR_PROTOCOL_COUNT } mr_protocol;
#undef MR_PROTOCOL_ENUM_

const char *mr_protocol_label(mr_protocol protocol);

#define MR_COLD_PARTS 5
#define MR_FEW_POOL   20
#define MR_FEW_LEAST  25
#define MR_CLICK_COUNTS                                                                            \
    { 0, 1, 2, 5, 10, 20 }
enum { MR_CLICK_STEPS = 6 };

typedef struct mr_evaluate_recommender_params {
    const char *ratings; /* folder of MovieLens-1M */
    mr_protocol protocol;
    int fold;        /* of `full` */
    bool validation; /* do not touch what is tested: `full` holds out a fifth of its training part,
                        `cold` and `few-clicks` set a part of the users aside and part the others
                        anew. To choose parameters by; leave-one-out has none */
    float half_life; /* days in which a click loses half of its weight, counted from the user's
                         newest, with the blend and ours; 0 (default): never */
    mr_collaborative_params model;
    const mr_recommender *program; /* whose terms the blend weighs (mr_recommender_load_unblended);
                                      NULL: popularity, audience and history alone */
    int neighbours;                /* of item-kNN */
    float ease;                    /* ridge of EASE alone */
    float ease_leave;              /* the same in leave-one-out */
} mr_evaluate_recommender_params;

mr_evaluate_recommender_params mr_evaluate_recommender_defaults(void);

/* X(NAME, "label"): whom the report tells of. */
#define MR_RANKERS(X)                                                                              \
    X(BLEND, "blend")                                                                              \
    X(OURS, "collaborative")                                                                       \
    X(POPULAR, "most_popular")                                                                     \
    X(KNN, "item_knn")                                                                             \
    X(EASE, "ease")

#define MR_RANKER_ENUM_(name, label) MR_RANKER_##name,
typedef enum mr_ranker { MR_RANKERS(MR_RANKER_ENUM_) MR_RANKER_COUNT } mr_ranker;
#undef MR_RANKER_ENUM_

const char *mr_ranker_label(mr_ranker ranker);

typedef struct mr_ranker_figures {
    double ndcg, hit, recall, precision, reciprocal, novelty, popularity;
    mr_interval ndcg_interval, hit_interval;
    double coverage; /* share of the films that are in at least one user's list */
    double lift;     /* nDCG over that of most-popular */
    mr_interval lift_interval;
} mr_ranker_figures;

typedef struct mr_recommender_report {
    mr_protocol protocol;
    int fold;
    size_t users, films;
    int steps; /* 1, or MR_CLICK_STEPS for few-clicks */
    int clicks[MR_CLICK_STEPS];
    mr_ranker_figures figures[MR_CLICK_STEPS][MR_RANKER_COUNT];
    double ceiling; /* of cold: the greatest nDCG that one list for each age group and gender can
                       have (audience_ceiling.h); else 0 */
} mr_recommender_report;

mr_status mr_evaluate_recommender(const mr_evaluate_recommender_params *params,
                                  mr_recommender_report *out);

#endif
