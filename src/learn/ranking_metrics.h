/*
 * Figures of merit of ranked lists, and how sure they are.
 *
 * A user's list is judged by which of its first MR_CUTOFF places are hits; `relevant` is how many
 * hits there could have been. Gains are 0 or 1. Beside that it is told what is shown: popular films
 * are easy to hit and nothing new. Errors of ratings (RMSE) are not among the figures, since
 * nothing here predicts a rating. Thread rule: no shared state.
 */
#ifndef MR_LEARN_RANKING_METRICS_H
#define MR_LEARN_RANKING_METRICS_H

#include "learn/interval.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MR_CUTOFF 10

/* One user's figures. */
typedef struct mr_ranked_user {
    double ndcg;       /* discounted gain, 1 / log2(place + 1), over the best possible */
    double hit;        /* 1 if any place is a hit */
    double recall;     /* hits / relevant */
    double precision;  /* hits / MR_CUTOFF, also of a shorter list */
    double reciprocal; /* 1 / place of the first hit; 0 without one */
    double novelty; /* bits that a shown item tells, its mean self-information (Zhou et al. 2010):
                       -log2 of the share of people who like it */
    double popularity; /* mean of that share */
} mr_ranked_user;

/* Gain of a hit at a place, from 0: 1 / log2(place + 2), and the sum of the best places for so many
 * hits: what a perfect list has. */
double mr_gain_at(size_t place);
double mr_best_gain(size_t relevant);

/* `hits` of the places 1 … count (at most MR_CUTOFF) and the `shares` of people who like what
 * stands there, which must be positive, as must be relevant. */
mr_ranked_user mr_judge_list(const bool *hits, const float *shares, size_t count, size_t relevant);

/*
 * The best of `count` items by score, best first, at most MR_CUTOFF; of equal scores the lower
 * number. Items whose `barred` flag is set are passed over. Returns how many there are.
 */
size_t mr_top_items(const float *scores, const uint8_t *barred, size_t count,
                    uint32_t top[MR_CUTOFF]);

/*
 * 95 % interval of the mean of `values`, and of the ratio of the means of `values` and `base`, by
 * MR_BOOTSTRAP_ROUNDS draws of users with replacement (percentile bootstrap, Efron 1979). Draws
 * without any `base` have no ratio and do not count.
 */
#define MR_BOOTSTRAP_ROUNDS 1000
mr_interval mr_bootstrap_mean(const double *values, size_t count);
mr_interval mr_bootstrap_ratio(const double *values, const double *base, size_t count);

/* The middle 95 % of draws of any other figure, which are sorted; from 0 to 0 when there are none.
 */
mr_interval mr_bootstrap_interval(double *draws, size_t count);

#endif
