/*
 * The blend: how much each term of a score counts (terms.h), fitted on ratings, from the first
 * second, when only a profile is known, to a long history.
 *
 *     mr_blend blend;
 *     MR_TRY(mr_blend_load("models/blend/weights.csv", &blend));
 *     mr_blend_now now = mr_blend_at(&blend, 3, 1);   // after three opinions
 *     float score = now.inside.weight[MR_TERM_HISTORY] * value + …;
 *     float chance = mr_blend_chance(&now, score);
 *
 * Weights are kept for some numbers of opinions and lie on straight lines between them over
 * log(1 + opinions); behind the last number they stay. There are three sets, since the neighbour
 * model (collaborative.h) knows only some films. `weight` holds for those when it knows the
 * viewer's opinions as well, `unknown` when it knows none of them; the share that it knows decides
 * between the two. `outside` holds for films that it does not know, of which less can be said, so
 * that what is believed of people in general counts for more.
 *
 * The chance brings a score to 0 … 1 for showing: how likely a viewer of the ratings that the blend
 * was fitted on has the film among those they like, as a logistic function of the score.
 *
 * The file has the columns term, clicks, weight, unknown, outside. Each fitted term, and "chance
 * scale" and "chance offset", has one row for each number of opinions, the first of which is 0. How
 * it is fitted: learn/train_blend.h. Thread rule: values only.
 */
#ifndef MR_RECOMMEND_BLEND_H
#define MR_RECOMMEND_BLEND_H

#include "base/error.h"
#include "recommend/terms.h"

#include <stdbool.h>
#include <stddef.h>

#define MR_BLEND_MAX_STEPS  16
#define MR_BLEND_MAX_CLICKS 10000
#define MR_BLEND_LARGEST    1000.0f /* size of a weight; greater ones would drown all else */
#define MR_BLEND_FILE       "weights.csv"

/* Weights of one number of opinions. */
typedef struct mr_blend_weights {
    float weight[MR_TERM_COUNT]; /* not negative; 1 for a term that is not fitted */
    float scale, offset;         /* of the chance; the scale is positive */
} mr_blend_weights;

typedef struct mr_blend {
    int steps;
    float clicks[MR_BLEND_MAX_STEPS];             /* rising from 0 */
    mr_blend_weights known[MR_BLEND_MAX_STEPS];   /* all opinions are of films with neighbours */
    mr_blend_weights unknown[MR_BLEND_MAX_STEPS]; /* none of them is */
    mr_blend_weights outside[MR_BLEND_MAX_STEPS]; /* the film to be scored has none */
} mr_blend;

/*
 * The weights of one viewer, for films that the neighbour model knows and for the others. The two
 * sets were fitted to different questions; those of outside are brought to the odds of inside by
 * their chances, so that scores can be compared: its weights are scaled, and `shift` is added to
 * the score of a film outside.
 */
typedef struct mr_blend_now {
    mr_blend_weights inside, outside;
    float shift;
} mr_blend_now;

/* Whether the term's weight is fitted and stands in the file: all but the mood. */
bool mr_blend_is_fitted(mr_term term);

/* A blend in which every term has the weight 1. */
mr_blend mr_blend_even(void);

/* Reads the file. Errors name file and line, or the file and the row that it lacks: MR_E_FORMAT,
 * MR_E_LIMIT for too many numbers of opinions, and those of mr_csv_load. */
mr_status mr_blend_load(const char *path, mr_blend *out);

/* The same from memory; `name` stands for the file in errors. */
mr_status mr_blend_parse(const char *bytes, size_t size, const char *name, mr_blend *out);

/* Writes the file. */
mr_status mr_blend_save(const mr_blend *blend, const char *path);

/* The weights after so many opinions (sum of the sizes of their values), of which the neighbour
 * model knows the share `known`, 0 … 1. */
mr_blend_now mr_blend_at(const mr_blend *blend, float opinions, float known);

/* The chance of a film with this score, in 0 … 1 and never quite either. */
float mr_blend_chance(const mr_blend_now *now, float score);

#endif
