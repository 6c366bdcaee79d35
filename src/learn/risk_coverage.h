/*
 * What is gained by not answering where a classifier is unsure.
 *
 *     mr_risk_coverage risk;
 *     MR_TRY(mr_risk_coverage_measure(probabilities, truths, count, MR_EMOTION_COUNT,
 *                                     MR_SURE_EMOTION, &risk));
 *
 * An answer is told when its probability, the top one, reaches a threshold. Coverage is the share
 * of pictures that are told, risk the share of wrong ones among these (El-Yaniv and Wiener 2010).
 *
 * `reached` is measured: the least probability from which on answers are right as often as `bound`
 * asks, by the isotonic regression of right answers on their probability (Zadrozny and Elkan 2002),
 * which needs no bins. For a calibrated classifier it lies near the bound.
 *
 * Labels of -1 do not count. Thread rule: no shared state.
 */
#ifndef MR_LEARN_RISK_COVERAGE_H
#define MR_LEARN_RISK_COVERAGE_H

#include "base/error.h"

#include <stddef.h>

#define MR_RISK_ROWS  9
#define MR_RISK_STEPS 50 /* of coverage on the curve */

typedef struct mr_risk_row {
    double threshold;
    size_t told, right; /* answers at or above it; of them, right ones */
} mr_risk_row;

typedef struct mr_risk_coverage {
    size_t count, right;
    double area;    /* mean risk over all coverages (AURC, Geifman et al. 2019) */
    double bound;   /* share of right answers that is asked of a single answer */
    double reached; /* 0: by all answers; 1: by none */
    mr_risk_row at_bound;
    mr_risk_row rows[MR_RISK_ROWS];
    double curve[MR_RISK_STEPS + 1]; /* risk of the surest i/MR_RISK_STEPS; of the surest at 0 */
} mr_risk_coverage;

/* MR_E_MEMORY. Without pictures that count all is 0. */
mr_status mr_risk_coverage_measure(const float *probabilities, const int *labels, size_t count,
                                   int classes, double bound, mr_risk_coverage *out);

#endif
