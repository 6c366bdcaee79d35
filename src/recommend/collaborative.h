/*
 * The collaborative filter: what people of the same age and gender like, and what those like who
 * liked the same films.
 *
 *     mr_collaborative *model;
 *     MR_TRY(mr_collaborative_load("models/collaborative/neighbours.bin", &model));
 *     float shares[MR_AUDIENCES];
 *     mr_collaborative_audience(model, &watcher, shares);
 *     mr_collaborative_viewer viewer;
 *     MR_TRY(mr_collaborative_viewer_make(model, shares, &viewer));
 *     mr_collaborative_learn(&viewer, item, mr_opinion_value(&opinion));
 *     float score = mr_collaborative_score(&viewer, other_item);
 *     mr_collaborative_viewer_free(&viewer);
 *
 * The model knows its films as items 0 … items-1; collaborative_films.h says which film of the
 * catalogue each is. For each item it has links to the items that one who likes it tends to like as
 * well, with weights (negative for what such people avoid), and for each audience (an age group and
 * a gender) the share of people who like the item. A viewer's score of an item is
 *
 *     sum over opinions of value × weight of the link
 *       + prior_weight × (prior_half / (prior_half + opinions))² × share of the audience's likes
 *
 * so it begins with what is liked by people of that age and gender, each opinion moves it, and the
 * audience counts the less the more is known of the viewer. Learning or taking back an opinion
 * costs as many additions as the item has links, and needs no training anew. How weights are
 * trained: learn/ease.h, learn/train_collaborative.h.
 *
 * Ownership: a viewer points into its model, which must outlive it. Thread rule: a model is
 * read-only once made; a viewer belongs to one thread at a time.
 */
#ifndef MR_RECOMMEND_COLLABORATIVE_H
#define MR_RECOMMEND_COLLABORATIVE_H

#include "base/error.h"
#include "recommend/watcher.h"

#include <math.h>
#include <stddef.h>

/* An audience is an age group (watcher.h) and a gender: number age × MR_GENDER_COUNT + gender. */
#define MR_AUDIENCES (MR_AUDIENCE_AGE_COUNT * MR_GENDER_COUNT)

#define MR_COLLABORATIVE_MAX_ITEMS 65535
#define MR_COLLABORATIVE_MAX_BYTES ((size_t)64 << 20)

typedef struct mr_collaborative {
    size_t items, links;
    uint32_t *start; /* links of item i: start[i] … start[i + 1] - 1 */
    uint16_t *to;    /* the item at the other end of each link */
    float *weight;
    float *liked;                 /* [MR_AUDIENCES][items]: share of the audience, 0 … 1 */
    float audience[MR_AUDIENCES]; /* share of each audience among all viewers; sums to 1 */
    float prior_weight;
    float prior_half; /* opinions at which the prior has lost three quarters of its weight; positive
                       */
} mr_collaborative;

/* A model with room for so many items and links, all zero. MR_E_LIMIT for more items than
 * MR_COLLABORATIVE_MAX_ITEMS. */
mr_status mr_collaborative_make(size_t items, size_t links, mr_collaborative **out);
void mr_collaborative_free(mr_collaborative *model);

/* The file: weights are kept to 16 bits, relative to the greatest of their item. Errors name the
 * file: MR_E_FORMAT, MR_E_TRUNCATED, MR_E_LIMIT, MR_E_UNSUPPORTED for another version. */
mr_status mr_collaborative_load(const char *path, mr_collaborative **out);

/* Its bytes in memory; those that are made are freed by the caller, `name` stands for the file in
 * errors. */
mr_status mr_collaborative_encode(const mr_collaborative *model, uint8_t **bytes, size_t *size);
mr_status mr_collaborative_decode(const uint8_t *bytes, size_t size, const char *name,
                                  mr_collaborative **out);

/* The number of the audience of somebody of this age in years. */
int mr_audience_of(int years, mr_gender gender);

/* How likely a watcher belongs to each audience. What is not known of them is as it is among all
 * viewers of the model. Where only an age range
 * is known, its years count alike. */
void mr_collaborative_audience(const mr_collaborative *model, const mr_watcher *watcher,
                               float shares[MR_AUDIENCES]);

typedef struct mr_collaborative_viewer {
    const mr_collaborative *model;
    float *prior;   /* of each item: share of the viewer's audience that likes it */
    float *history; /* of each item: what the opinions say */
    float opinions; /* sum of the sizes of their values */
    float scale;    /* of the prior, which falls with the opinions */
} mr_collaborative_viewer;

mr_status mr_collaborative_viewer_make(const mr_collaborative *model,
                                       const float shares[MR_AUDIENCES],
                                       mr_collaborative_viewer *out);
void mr_collaborative_viewer_free(mr_collaborative_viewer *viewer);

/* Counts an opinion of one item, or takes it back: 1 liked … -1 disliked; 0 (merely seen) says
 * nothing. */
void mr_collaborative_learn(mr_collaborative_viewer *viewer, size_t item, float value);
void mr_collaborative_unlearn(mr_collaborative_viewer *viewer, size_t item, float value);

/* Forgets all opinions. */
void mr_collaborative_forget(mr_collaborative_viewer *viewer);

/* The share of all viewers of the model that likes each item. */
void mr_collaborative_usual(const mr_collaborative *model, float *usual);

/* The mean over items. */
float mr_share_mean(const float *usual, size_t items);

/* Logarithm of one share of people over another; a little is added to both, so that films that
 * hardly anybody likes do not swing wildly. */
float mr_share_ratio(float share, float other);

/* The weight of the link from one item to another, 0 where there is none. */
float mr_collaborative_link(const mr_collaborative *model, size_t from, size_t to);

/* Links of opinions, summed, are small for few opinions and large for many. Their inverse
 * hyperbolic sine is proportional to small sums and the logarithm of large ones, as odds ask for:
 * ranking by it beside other terms loses little after few opinions and gains much after many
 * (docs/TRAINING.md). */
#define MR_HISTORY_KNEE 0.5f

/* What a viewer's opinions say of an item, for the term of the history (terms.h). */
static inline float mr_collaborative_history(const mr_collaborative_viewer *viewer, size_t item) {
    float sum = viewer->history[item];
    return sum != 0 ? asinhf(sum / MR_HISTORY_KNEE) : 0; /* few opinions reach few films */
}

static inline float mr_collaborative_score(const mr_collaborative_viewer *viewer, size_t item) {
    return viewer->history[item] + viewer->scale * viewer->prior[item];
}

#endif
