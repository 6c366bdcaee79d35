#include "learn/risk_coverage.h"

#include "base/memory.h"
#include "learn/metrics.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct told_answer {
    double confidence;
    bool right;
} told_answer;

/* Neighbours of the isotonic fit that have one level. */
typedef struct fit_block {
    double least; /* confidence of its first answer */
    double right, count;
} fit_block;

static int by_confidence(const void *a, const void *b) {
    const told_answer *x = a, *y = b;
    return (x->confidence < y->confidence) - (x->confidence > y->confidence);
}

static size_t collect(const float *probabilities, const int *labels, size_t count, int classes,
                      told_answer *answers) {
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (labels[i] < 0)
            continue;
        const float *row = probabilities + i * (size_t)classes;
        int best = mr_largest(row, classes);
        answers[n++] = (told_answer){(double)row[best], best == labels[i]};
    }
    qsort(answers, n, sizeof *answers, by_confidence);
    return n;
}

static mr_risk_row row_at(const told_answer *answers, size_t n, double threshold) {
    mr_risk_row row = {.threshold = threshold};
    while (row.told < n && answers[row.told].confidence >= threshold)
        row.right += answers[row.told++].right;
    return row;
}

/* Fills area and curve. Answers of one confidence cannot be told apart, so that within them the
 * risk is that of all of them. */
static void draw_curve(const told_answer *answers, size_t n, mr_risk_coverage *out) {
    size_t told = 0, right = 0;
    int step = 0;
    while (told < n) {
        size_t first = told;
        for (double c = answers[first].confidence; told < n && answers[told].confidence == c;)
            right += answers[told++].right;
        double risk = 1 - (double)right / (double)told;
        out->area += risk * (double)(told - first) / (double)n;
        for (; step <= MR_RISK_STEPS && (double)step * (double)n / MR_RISK_STEPS <= (double)told;
             step++)
            out->curve[step] = risk;
    }
}

static bool falls(const fit_block *lower, const fit_block *upper) {
    return lower->right * upper->count >= upper->right * lower->count;
}

/* Pool adjacent violators, from the least confidence up; answers of one confidence belong together.
 */
static double reach(const told_answer *answers, size_t n, double bound, fit_block *blocks) {
    size_t used = 0;
    for (size_t i = n; i > 0;) {
        fit_block block = {.least = answers[i - 1].confidence};
        for (; i > 0 && answers[i - 1].confidence == block.least; i--) {
            block.right += answers[i - 1].right;
            block.count++;
        }
        blocks[used++] = block;
        while (used > 1 && falls(&blocks[used - 2], &blocks[used - 1])) {
            used--;
            blocks[used - 1].right += blocks[used].right;
            blocks[used - 1].count += blocks[used].count;
        }
    }
    for (size_t i = 0; i < used; i++)
        if (blocks[i].right >= bound * blocks[i].count)
            return i == 0 ? 0 : blocks[i].least;
    return 1;
}

mr_status mr_risk_coverage_measure(const float *probabilities, const int *labels, size_t count,
                                   int classes, double bound, mr_risk_coverage *out) {
    static const double thresholds[MR_RISK_ROWS] = {0, .3, .4, .5, .6, .7, .8, .9, .95};
    told_answer *answers = mr_alloc(count * sizeof *answers);
    fit_block *blocks = mr_alloc(count * sizeof *blocks);
    if (!answers || !blocks) {
        free(answers);
        free(blocks);
        return mr_fail(MR_E_MEMORY, "no memory for %zu answers", count);
    }
    size_t n = collect(probabilities, labels, count, classes, answers);
    mr_risk_coverage risk = {.count = n, .bound = bound};
    for (int i = 0; i < MR_RISK_ROWS; i++)
        risk.rows[i] = row_at(answers, n, thresholds[i]);
    risk.right = risk.rows[0].right;
    risk.at_bound = row_at(answers, n, bound);
    draw_curve(answers, n, &risk);
    if (n > 0)
        risk.reached = reach(answers, n, bound, blocks);
    free(answers);
    free(blocks);
    *out = risk;
    return MR_OK;
}
