/*
 * The report of an evaluation as a folder: charts as SVG and PNG, tables, and one page that shows
 * all of it and can be sent around by itself.
 *
 *     MR_TRY(mr_report_emotion(&report, "models/emotion", "build/report"));
 *
 *     report.html            the page (page.h); its figures are those of evaluation_json.h
 *     curves.*               losses and accuracies of the training, if MODEL/training.csv is there
 *     confusion*.*, age_error.*, reliability.*, risk_coverage.*, fairness.*,
 *     precision_recall.*     charts (plot.h)
 *     fairness.csv           every group of faces (fairness.h)
 *
 * FOLDER is made when it does not exist; `model` is the folder of the judged model. Thread rule: no
 * shared state.
 */
#ifndef MR_LEARN_REPORT_H
#define MR_LEARN_REPORT_H

#include "learn/evaluate_attributes.h"
#include "learn/evaluate_detector.h"
#include "learn/evaluate_emotion.h"

/* What a training leaves: FOLDER/curves.* and FOLDER/training.html, the curves with a table of all
 * epochs and of the one whose score is the greatest. `log` is its training.csv, `recipe` a line of
 * its settings. A reader sees the old page or the new one. */
mr_status mr_report_training(const char *log, const char *folder, const char *recipe);

mr_status mr_report_emotion(const mr_emotion_report *report, const char *model, const char *folder);

mr_status mr_report_attributes(const mr_attributes_report *report, const char *model,
                               const char *folder);

/* Of one or more judged groups or detectors; `model` is NULL where no network is among them. */
mr_status mr_report_detector(const mr_detector_report *reports, size_t count, const char *model,
                             const char *folder);

#endif
