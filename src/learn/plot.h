/*
 * The pictures that go with models: how training went, and what evaluation found.
 *
 *     MR_TRY(mr_plot_training("models/emotion/training.csv", "models/emotion"));
 *     MR_TRY(mr_plot_emotion_report(&report, "build/report"));
 *
 * Each chart is an SVG and a PNG (chart.h) in FOLDER, which is made when it does not exist. Thread
 * rule: no shared state.
 */
#ifndef MR_LEARN_PLOT_H
#define MR_LEARN_PLOT_H

#include "learn/evaluate_attributes.h"
#include "learn/evaluate_detector.h"
#include "learn/evaluate_emotion.h"

/* FOLDER/curves: the losses of training and validation, accuracies, errors of age, average
 * precisions and errors of landmarks, by epoch. The logs of runs may stand one after the other. */
mr_status mr_plot_training(const char *csv, const char *folder);

/* FOLDER/confusion and, with votes, FOLDER/confusion_votes; FOLDER/reliability and
 * FOLDER/risk_coverage. */
mr_status mr_plot_emotion_report(const mr_emotion_report *report, const char *folder);

/* FOLDER/confusion of ethnicity and FOLDER/confusion_gender; FOLDER/age_error: mean error of age by
 * decade; FOLDER/reliability, FOLDER/risk_coverage and FOLDER/fairness. */
mr_status mr_plot_attributes_report(const mr_attributes_report *report, const char *folder);

/* A head of classes, as it was judged. */
typedef struct mr_judged_head {
    const char *name;
    const mr_classification *figures;
    const mr_risk_coverage *risk;
} mr_judged_head;

/* FOLDER/reliability: how often answers are right by their probability, with 95 % intervals and,
 * as bars, how many there are; FOLDER/risk_coverage: how often what is said is wrong, by how much
 * is said, with a dot where the page says "unsure" of the rest. A panel a head. */
mr_status mr_plot_calibration(const mr_judged_head *heads, int count, const char *folder);

/* FOLDER/fairness: the figures of groups with their intervals, those that are worse marked. */
mr_status mr_plot_fairness(const mr_fairness *fairness, const char *folder);

/* FOLDER/precision_recall: for each least height of faces the curves of all reports, each with a
 * dot at its best F1. */
mr_status mr_plot_detector_reports(const mr_detector_report *reports, size_t count,
                                   const char *folder);

#endif
