/*
 * How well a model tells emotions, on faces sorted into one folder per emotion.
 *
 *     mr_evaluate_emotion_params p = {.data = "faces", .votes = "ferplus.csv", .model =
 * "models/emotion"}; mr_emotion_report report; MR_TRY(mr_evaluate_emotion(&p, &report));
 *
 * The folders' emotions are held against the head `label`, the majority of people's votes, where it
 * is clear, against `votes`; a model with only one of them is judged by that on both. Every picture
 * is averaged with its mirror image, as in serving, and probabilities are those after calibration.
 *
 * Thread rule: no shared state; the OpenMP threads of the caller are used.
 */
#ifndef MR_LEARN_EVALUATE_EMOTION_H
#define MR_LEARN_EVALUATE_EMOTION_H

#include "base/error.h"
#include "learn/metrics.h"
#include "learn/risk_coverage.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct mr_evaluate_emotion_params {
    const char *data;  /* DATA/EMOTION/… */
    const char *votes; /* table of votes (votes.h), or NULL */
    const char *model; /* folder */
    bool degraded;     /* see every picture badly (degraded.h) */
} mr_evaluate_emotion_params;

typedef struct mr_emotion_report {
    size_t images;
    bool degraded;
    mr_classification labels;
    mr_risk_coverage labels_risk; /* bound: MR_SURE_EMOTION */
    bool has_votes;
    mr_classification votes;
    mr_risk_coverage votes_risk;
    mr_agreement people; /* the same answers by all votes as they fell, clear majority or not */
} mr_emotion_report;

mr_status mr_evaluate_emotion(const mr_evaluate_emotion_params *params, mr_emotion_report *out);

#endif
