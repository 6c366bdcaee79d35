#include "learn/ranking_metrics.h"

#include "base/rng.h"

#include <math.h>
#include <stdlib.h>

#define SEED 1

double mr_gain_at(size_t place) {
    return 1 / log2((double)place + 2);
}

double mr_best_gain(size_t relevant) {
    double sum = 0;
    for (size_t i = 0; i < relevant && i < MR_CUTOFF; i++)
        sum += mr_gain_at(i);
    return sum;
}

/* What the list shows, whoever likes it. */
static void judge_shown(const float *shares, size_t count, mr_ranked_user *user) {
    for (size_t i = 0; i < count; i++) {
        user->novelty -= log2((double)shares[i]) / (double)count;
        user->popularity += (double)shares[i] / (double)count;
    }
}

mr_ranked_user mr_judge_list(const bool *hits, const float *shares, size_t count, size_t relevant) {
    double gain = 0, found = 0;
    mr_ranked_user user = {0};
    for (size_t i = 0; i < count && i < MR_CUTOFF; i++) {
        if (!hits[i])
            continue;
        if (found == 0)
            user.reciprocal = 1 / (double)(i + 1);
        gain += mr_gain_at(i);
        found++;
    }
    user.ndcg = gain / mr_best_gain(relevant);
    user.hit = found > 0;
    user.recall = found / (double)relevant;
    user.precision = found / MR_CUTOFF;
    judge_shown(shares, count < MR_CUTOFF ? count : MR_CUTOFF, &user);
    return user;
}

size_t mr_top_items(const float *scores, const uint8_t *barred, size_t count,
                    uint32_t top[MR_CUTOFF]) {
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (barred[i] || (n == MR_CUTOFF && !(scores[i] > scores[top[n - 1]])))
            continue;
        size_t place = n < MR_CUTOFF ? n++ : n - 1;
        for (; place > 0 && scores[i] > scores[top[place - 1]]; place--)
            top[place] = top[place - 1];
        top[place] = (uint32_t)i;
    }
    return n;
}

static int rising(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

mr_interval mr_bootstrap_interval(double *draws, size_t count) {
    if (count == 0)
        return (mr_interval){0, 0};
    qsort(draws, count, sizeof *draws, rising);
    return (mr_interval){draws[count / 40], draws[count - 1 - count / 40]};
}

mr_interval mr_bootstrap_mean(const double *values, size_t count) {
    double draws[MR_BOOTSTRAP_ROUNDS];
    for (uint64_t round = 0; round < MR_BOOTSTRAP_ROUNDS; round++) {
        mr_rng rng = mr_rng_keyed(SEED, round, 0);
        double sum = 0;
        for (size_t i = 0; i < count; i++)
            sum += values[mr_rng_below(&rng, count)];
        draws[round] = sum / (double)count;
    }
    return mr_bootstrap_interval(draws, MR_BOOTSTRAP_ROUNDS);
}

mr_interval mr_bootstrap_ratio(const double *values, const double *base, size_t count) {
    double draws[MR_BOOTSTRAP_ROUNDS];
    size_t drawn = 0;
    for (uint64_t round = 0; round < MR_BOOTSTRAP_ROUNDS; round++) {
        mr_rng rng = mr_rng_keyed(SEED, round, 0);
        double sum = 0, below = 0;
        for (size_t i = 0; i < count; i++) {
            size_t user = mr_rng_below(&rng, count);
            sum += values[user];
            below += base[user];
        }
        if (below > 0)
            draws[drawn++] = sum / below;
    }
    return mr_bootstrap_interval(draws, drawn);
}
