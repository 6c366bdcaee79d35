#include "learn/choice_model.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_STEPS   50
#define MOST_SWEEPS  200
#define MOST_HALVES  20
#define SMALL_CHANGE 1e-9
#define SMALL_GAIN   1e-7 /* of a mean logarithm, below what anybody can notice */
#define LEAST_SCALE  0.001

enum { N = MR_CHOICE_MAX_TERMS };

/* Value, gradient and negative Hessian of what is maximised. */
typedef struct moments {
    double value, gradient[N], curvature[N][N];
} moments;

static const float *row_of(const mr_choices *c, size_t user, size_t item) {
    return c->values + (user * c->items + item) * (size_t)c->terms;
}

static double score_of(const mr_choices *c, const float *row, const double *weights) {
    double score = 0;
    for (int t = 0; t < c->terms; t++)
        score += weights[t] * (double)row[t];
    return score;
}

/* Scores of a user's films; returns the greatest of those in the set. */
static double score_user(const mr_choices *c, size_t user, const double *weights, double *scores) {
    const uint8_t *kind = c->kind + user * c->items;
    double most = -INFINITY;
    for (size_t i = 0; i < c->items; i++) {
        scores[i] = score_of(c, row_of(c, user, i), weights);
        if (kind[i] != MR_CHOICE_BARRED && scores[i] > most)
            most = scores[i];
    }
    return most;
}

/* Expectation and second moments of x where a film has the probability that the model says. */
static void add_expected(const mr_choices *c, size_t user, const double *scores, double most,
                         double total, moments *m) {
    const uint8_t *kind = c->kind + user * c->items;
    double mean[N] = {0}, second[N][N] = {{0}};
    for (size_t i = 0; i < c->items; i++) {
        if (kind[i] == MR_CHOICE_BARRED)
            continue;
        const float *x = row_of(c, user, i);
        double p = exp(scores[i] - most) / total;
        for (int a = 0; a < c->terms; a++) {
            double px = p * (double)x[a];
            mean[a] += px;
            for (int b = 0; b <= a; b++)
                second[a][b] += px * (double)x[b];
        }
    }
    for (int a = 0; a < c->terms; a++) {
        m->gradient[a] -= mean[a];
        for (int b = 0; b <= a; b++)
            m->curvature[a][b] += second[a][b] - mean[a] * mean[b];
    }
}

static void add_user(const mr_choices *c, size_t user, const double *weights, double *scores,
                     bool moments_too, moments *m) {
    const uint8_t *kind = c->kind + user * c->items;
    double most = score_user(c, user, weights, scores), total = 0, picked = 0, sum = 0;
    double mean[N] = {0};
    for (size_t i = 0; i < c->items; i++) {
        if (kind[i] != MR_CHOICE_BARRED)
            total += exp(scores[i] - most);
        if (kind[i] != MR_CHOICE_PICKED)
            continue;
        picked++;
        sum += scores[i];
        for (int t = 0; t < c->terms; t++)
            mean[t] += (double)row_of(c, user, i)[t];
    }
    m->value += sum / picked - most - log(fmax(total, DBL_MIN));
    if (!moments_too)
        return;
    for (int t = 0; t < c->terms; t++)
        m->gradient[t] += mean[t] / picked;
    add_expected(c, user, scores, most, total, m);
}

static moments moments_at(const mr_choices *c, const double *weights, double ridge, double *scores,
                          bool moments_too) {
    moments m = {0};
    double users = (double)c->users;
    for (size_t u = 0; u < c->users; u++)
        add_user(c, u, weights, scores, moments_too, &m);
    m.value /= users;
    for (int a = 0; a < c->terms; a++) {
        m.value -= ridge / 2 * weights[a] * weights[a];
        m.gradient[a] = m.gradient[a] / users - ridge * weights[a];
        for (int b = 0; b <= a; b++)
            m.curvature[a][b] = m.curvature[b][a] = m.curvature[a][b] / users;
        m.curvature[a][a] += ridge;
    }
    return m;
}

/* The step d that maximises g·d - d'Hd/2 while no weight gets below zero. */
static void solve(const moments *m, int terms, const bool *used, const double *weights, double *d) {
    memset(d, 0, N * sizeof *d);
    for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
        double change = 0;
        for (int a = 0; a < terms; a++) {
            if (!used[a])
                continue;
            double pull = m->gradient[a];
            for (int b = 0; b < terms; b++)
                pull -= m->curvature[a][b] * d[b];
            double next = fmax(-weights[a], d[a] + pull / m->curvature[a][a]);
            change = fmax(change, fabs(next - d[a]));
            d[a] = next;
        }
        if (change < SMALL_CHANGE)
            return;
    }
}

/* Goes the step, or half of it and so on, until the value does not fall; returns the gain. */
static double go(const mr_choices *c, double ridge, const double *d, double value, double *weights,
                 double *scores) {
    double share = 1;
    for (int half = 0; half < MOST_HALVES; half++, share /= 2) {
        double tried[N];
        for (int t = 0; t < c->terms; t++)
            tried[t] = fmax(0, weights[t] + share * d[t]);
        double gain = moments_at(c, tried, ridge, scores, false).value - value;
        if (gain >= 0) {
            memcpy(weights, tried, (size_t)c->terms * sizeof *weights);
            return gain;
        }
    }
    return 0;
}

mr_status mr_choice_fit(const mr_choices *choices, const bool *used, double ridge, float *weights) {
    double *scores = malloc((choices->items + 1) * sizeof *scores), w[N] = {0}, d[N];
    if (!scores)
        return mr_fail(MR_E_MEMORY, "no memory for the scores of %zu films", choices->items);
    for (int t = 0; t < choices->terms; t++)
        w[t] = used[t] ? fmax(0, (double)weights[t]) : 0;
    for (int step = 0; step < MOST_STEPS; step++) {
        moments m = moments_at(choices, w, ridge, scores, true);
        solve(&m, choices->terms, used, w, d);
        if (go(choices, ridge, d, m.value, w, scores) < SMALL_GAIN)
            break;
    }
    for (int t = 0; t < choices->terms; t++)
        weights[t] = (float)w[t];
    free(scores);
    return MR_OK;
}

double mr_choice_likelihood(const mr_choices *choices, const float *weights) {
    double *scores = malloc((choices->items + 1) * sizeof *scores), w[N] = {0};
    if (!scores)
        return -INFINITY;
    for (int t = 0; t < choices->terms; t++)
        w[t] = (double)weights[t];
    double value = moments_at(choices, w, 0, scores, false).value;
    free(scores);
    return value;
}

/* --- the chance ------------------------------------------------------------------------------ */

/* Sums over films for one Newton step of the logistic regression. */
typedef struct logistic {
    double g[2], h[2][2];
} logistic;

static void add_chance(const mr_choices *c, const double *weights, double scale, double offset,
                       logistic *sums) {
    for (size_t u = 0; u < c->users; u++)
        for (size_t i = 0; i < c->items; i++) {
            uint8_t kind = c->kind[u * c->items + i];
            if (kind == MR_CHOICE_BARRED)
                continue;
            double s = score_of(c, row_of(c, u, i), weights);
            double p = 1 / (1 + exp(-(scale * s + offset)));
            double off = (kind == MR_CHOICE_PICKED) - p, spread = p * (1 - p);
            sums->g[0] += off * s;
            sums->g[1] += off;
            sums->h[0][0] += spread * s * s;
            sums->h[0][1] += spread * s;
            sums->h[1][1] += spread;
        }
}

void mr_chance_fit(const mr_choices *choices, const float *weights, float *scale, float *offset) {
    double w[N] = {0}, a = 1, b = -4;
    for (int t = 0; t < choices->terms; t++)
        w[t] = (double)weights[t];
    for (int step = 0; step < MOST_STEPS; step++) {
        logistic sums = {{0}, {{0}}};
        add_chance(choices, w, a, b, &sums);
        /* A pinch on the diagonal for scores that are all alike. */
        double h00 = sums.h[0][0] + 1e-3, h01 = sums.h[0][1], h11 = sums.h[1][1] + 1e-3;
        double det = h00 * h11 - h01 * h01;
        double da = (h11 * sums.g[0] - h01 * sums.g[1]) / det;
        double db = (h00 * sums.g[1] - h01 * sums.g[0]) / det;
        a = fmax(LEAST_SCALE, fmin(100, a + fmax(-1, fmin(1, da))));
        b = fmax(-50, fmin(50, b + fmax(-1, fmin(1, db))));
        if (fabs(da) + fabs(db) < 1e-6)
            break;
    }
    *scale = (float)a;
    *offset = (float)b;
}
