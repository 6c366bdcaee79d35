/*
 * A model of choice: which of many films somebody picks, given numbers about each film.
 *
 * The conditional logit (McFadden 1974): film j of the set C is picked with probability
 * exp(w·x_j) / Σ_k∈C exp(w·x_k). A question holds the numbers x of all films of one user, which of
 * them are in the set and which were picked; each of the picked counts as one of so many picks. The
 * weights w maximise the mean over questions of the mean logarithm of the picks' probabilities,
 * less ridge/2 × |w|², with no weight below zero: Newton's method, each step a quadratic problem
 * with bounds that is solved coordinate by coordinate. The problem is concave, so there is one
 * answer.
 *
 *     mr_choices choices = {.items = 2810, .terms = 9, .users = 900, .values = …, .kind = …};
 *     float weights[9] = {0};
 *     mr_choice_fit(&choices, mask, 1e-4, weights);
 *     float scale, offset;
 *     mr_chance_fit(&choices, weights, &scale, &offset);
 *
 * Thread rule: no shared state.
 */
#ifndef MR_LEARN_CHOICE_MODEL_H
#define MR_LEARN_CHOICE_MODEL_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MR_CHOICE_MAX_TERMS 16

/* What a film is to a question. */
typedef enum mr_choice_kind { MR_CHOICE_BARRED, MR_CHOICE_OPEN, MR_CHOICE_PICKED } mr_choice_kind;

typedef struct mr_choices {
    size_t users, items;
    int terms;     /* at most MR_CHOICE_MAX_TERMS */
    float *values; /* users × items × terms */
    uint8_t *kind; /* users × items: mr_choice_kind; each user has picked something */
} mr_choices;

/* Fits the weights of the terms whose `used` is set, from where `weights` are; the others become 0.
 */
mr_status mr_choice_fit(const mr_choices *choices, const bool *used, double ridge, float *weights);

/* Mean over users of the mean logarithm of the picks' probabilities. */
double mr_choice_likelihood(const mr_choices *choices, const float *weights);

/* Logistic regression of being picked on the score, over all films of the sets: the chance of score
 * s is 1 / (1 + exp(-(scale s + offset))) (Platt 1999). The scale is at least 0.001. */
void mr_chance_fit(const mr_choices *choices, const float *weights, float *scale, float *offset);

#endif
