/*
 * Reports of evaluations as JSON, in the fields that other programs rely on (docs/CLI.md).
 *
 * Confusion is a list of rows, one for each true class; classes are in the order of types.h, as are
 * the members of per_class. All functions return a new reference, or NULL when memory is out.
 */
#ifndef MR_LEARN_EVALUATION_JSON_H
#define MR_LEARN_EVALUATION_JSON_H

#include "learn/evaluate_attributes.h"
#include "learn/evaluate_detector.h"
#include "learn/evaluate_emotion.h"

#include <jansson.h>

json_t *mr_json_emotion_report(const mr_emotion_report *report);

json_t *mr_json_attributes_report(const mr_attributes_report *report);

/* `ap`, `faces_by_height` and `thresholds` have a member for each least height, `recall_at_fp` one
 * for each number of false alarms; `curve` is a list of [recall, precision, score] for faces of the
 * second height. One object for one report, else a list of them. */
json_t *mr_json_detector_reports(const mr_detector_report *reports, size_t count);

#endif
