#include "learn/evaluation_json.h"

#include "base/labels.h"

#include <math.h>
#include <stdio.h>

static json_t *interval_of(const mr_interval *interval) {
    return json_pack("[f, f]", interval->low, interval->high);
}

static json_t *class_figures(const mr_class_figures *f) {
    return json_pack("{s:f, s:f, s:f, s:I}", "precision", f->precision, "recall", f->recall, "f1",
                     f->f1, "support", (json_int_t)f->support);
}

static json_t *per_class(const mr_classification *c, mr_labeller label) {
    json_t *object = json_object();
    for (int i = 0; i < c->classes; i++)
        json_object_set_new(object, label(i), class_figures(&c->per_class[i]));
    return object;
}

static json_t *seldom_found(const mr_classification *c, mr_labeller label) {
    json_t *list = json_array();
    for (int i = 0; i < c->classes; i++)
        if (mr_seldom_found(&c->per_class[i]))
            json_array_append_new(list, json_string(label(i)));
    return list;
}

static json_t *confusion(const mr_classification *c) {
    json_t *rows = json_array();
    for (int truth = 0; truth < c->classes; truth++) {
        json_t *row = json_array();
        for (int answer = 0; answer < c->classes; answer++)
            json_array_append_new(row, json_integer((json_int_t)c->confusion[truth][answer]));
        json_array_append_new(rows, row);
    }
    return rows;
}

static json_t *reliability(const mr_classification *c) {
    json_t *list = json_array();
    for (int i = 0; i < MR_ECE_BINS; i++) {
        const mr_confidence_bin *bin = &c->bins[i];
        if (bin->count > 0)
            json_array_append_new(list,
                                  json_pack("{s:f, s:f, s:I}", "confidence", bin->confidence,
                                            "accuracy", (double)bin->right / (double)bin->count,
                                            "images", (json_int_t)bin->count));
    }
    return list;
}

/* Null where there is nothing to take a share of. */
static json_t *share_of(size_t part, size_t whole) {
    return whole > 0 ? json_real((double)part / (double)whole) : json_null();
}

static json_t *risk_row(const mr_risk_coverage *risk, const mr_risk_row *row) {
    return json_pack("{s:f, s:o, s:o, s:o}", "threshold", row->threshold, "coverage",
                     share_of(row->told, risk->count), "accuracy", share_of(row->right, row->told),
                     "accuracy_below", share_of(risk->right - row->right, risk->count - row->told));
}

static json_t *risk_coverage(const mr_risk_coverage *risk) {
    json_t *rows = json_array();
    for (int i = 0; i < MR_RISK_ROWS; i++)
        json_array_append_new(rows, risk_row(risk, &risk->rows[i]));
    return json_pack("{s:f, s:f, s:f, s:o, s:o}", "area", risk->area, "bound", risk->bound,
                     "reached", risk->reached, "at_bound", risk_row(risk, &risk->at_bound), "rows",
                     rows);
}

/* What is told of every head of classes, added to its object. */
static json_t *add_details(json_t *object, const mr_classification *c, const mr_risk_coverage *risk,
                           mr_labeller label) {
    mr_interval interval = mr_wilson(c->right, c->count);
    json_object_set_new(object, "accuracy_interval", interval_of(&interval));
    json_object_set_new(object, "macro", class_figures(&c->macro));
    json_object_set_new(object, "weighted", class_figures(&c->weighted));
    json_object_set_new(object, "low_recall", seldom_found(c, label));
    json_object_set_new(object, "reliability", reliability(c));
    json_object_set_new(object, "risk_coverage", risk_coverage(risk));
    return object;
}

static json_t *votes_object(const mr_emotion_report *report) {
    const mr_classification *v = &report->votes;
    json_t *object =
        json_pack("{s:I, s:f, s:f, s:f, s:f, s:f, s:o, s:o}", "images", (json_int_t)v->count,
                  "accuracy", v->accuracy, "balanced_accuracy", v->balanced_accuracy, "ece", v->ece,
                  "macro_f1", v->macro.f1, "log_loss", v->log_loss, "per_class",
                  per_class(v, mr_emotion_label_at), "confusion", confusion(v));
    if (object)
        json_object_set_new(object, "people",
                            json_pack("{s:I, s:f, s:f, s:f}", "images",
                                      (json_int_t)report->people.count, "share",
                                      report->people.share, "log_loss", report->people.log_loss,
                                      "ece", report->people.ece));
    return add_details(object, v, &report->votes_risk, mr_emotion_label_at);
}

json_t *mr_json_emotion_report(const mr_emotion_report *report) {
    const mr_classification *c = &report->labels;
    json_t *object =
        json_pack("{s:I, s:f, s:f, s:f, s:f, s:f, s:o, s:o}", "images", (json_int_t)report->images,
                  "accuracy", c->accuracy, "balanced_accuracy", c->balanced_accuracy, "macro_f1",
                  c->macro.f1, "log_loss", c->log_loss, "ece", c->ece, "per_class",
                  per_class(c, mr_emotion_label_at), "confusion", confusion(c));
    add_details(object, c, &report->labels_risk, mr_emotion_label_at);
    if (object && report->has_votes)
        json_object_set_new(object, "votes", votes_object(report));
    if (object && report->degraded)
        json_object_set_new(object, "degraded", json_true());
    return object;
}

/* Decades without pictures are left out. */
static json_t *decades(const mr_attributes_report *report) {
    json_t *object = json_object();
    for (int i = 0; i < MR_DECADES; i++) {
        char key[16];
        snprintf(key, sizeof key, "%d-%d", 10 * i, 10 * i + 9);
        if (report->decades[i].images > 0)
            json_object_set_new(object, key, json_real(report->decades[i].mae));
    }
    return object;
}

/* So are groups. */
static json_t *groups(const mr_attributes_report *report) {
    json_t *list = json_array();
    for (int g = 0; g < MR_GENDER_COUNT; g++)
        for (int e = 0; e < MR_ETHNICITY_COUNT; e++) {
            const mr_group_figures *group = &report->groups[g][e];
            if (group->images == 0)
                continue;
            json_array_append_new(
                list,
                json_pack("{s:s, s:s, s:I, s:f, s:f, s:f}", "gender", mr_gender_label_at(g),
                          "ethnicity", mr_ethnicity_label_at(e), "images",
                          (json_int_t)group->images, "age_mae", group->age_mae, "gender_accuracy",
                          group->gender_accuracy, "ethnicity_accuracy", group->ethnicity_accuracy));
        }
    return list;
}

static json_t *fair_group(const mr_fair_group *group) {
    char name[MR_FAIR_NAME_MAX];
    mr_fair_group_name(group, name, sizeof name);
    json_t *object = json_pack("{s:s, s:I, s:b}", "group", name, "images",
                               (json_int_t)group->images, "too_few", group->images < MR_FAIR_LEAST);
    for (int k = 0; k < MR_FAIR_METRICS; k++) {
        const mr_interval *interval = &group->intervals[k];
        json_object_set_new(object, mr_fair_metric_name((mr_fair_metric)k),
                            json_pack("{s:f, s:[f, f], s:b}", "value", group->figures[k],
                                      "interval", interval->low, interval->high, "worse",
                                      group->worse[k]));
    }
    return object;
}

static json_t *fairness(const mr_fairness *f) {
    json_t *list = json_array();
    for (size_t i = 0; i < f->count; i++)
        json_array_append_new(list, fair_group(&f->groups[i]));
    return json_pack("{s:i, s:f, s:I, s:o}", "least_images", MR_FAIR_LEAST, "level", MR_FAIR_LEVEL,
                     "tests", (json_int_t)f->tests, "groups", list);
}

static json_t *bands(const mr_attributes_report *report) {
    json_t *list = json_array();
    for (int i = 0; i < MR_AGE_BANDS; i++)
        if (report->bands[i].images > 0)
            json_array_append_new(list, json_pack("{s:i, s:I, s:f}", "from", mr_age_band_from(i),
                                                  "images", (json_int_t)report->bands[i].images,
                                                  "coverage", report->bands[i].interval_coverage));
    return list;
}

static json_t *age_object(const mr_attributes_report *report) {
    json_t *babies = report->babies.images > 0
                         ? json_pack("{s:I, s:f}", "images", (json_int_t)report->babies.images,
                                     "mae", report->babies.mae)
                         : json_null();
    return json_pack("{s:f, s:f, s:f, s:f, s:o, s:o, s:o}", "mae", report->age_mae, "within_5",
                     report->within_5, "range_accuracy", report->range_accuracy,
                     "interval_coverage", report->interval_coverage, "interval_coverage_by_age",
                     bands(report), "mae_by_decade", decades(report), "babies", babies);
}

static json_t *head_object(const mr_classification *c, const mr_risk_coverage *risk,
                           mr_labeller label) {
    json_t *object =
        json_pack("{s:f, s:f, s:f, s:f, s:o, s:o}", "accuracy", c->accuracy, "balanced_accuracy",
                  c->balanced_accuracy, "log_loss", c->log_loss, "ece", c->ece, "per_class",
                  per_class(c, label), "confusion", confusion(c));
    return add_details(object, c, risk, label);
}

json_t *mr_json_attributes_report(const mr_attributes_report *report) {
    json_t *object = json_pack(
        "{s:I, s:o, s:o, s:o, s:o, s:o}", "images", (json_int_t)report->images, "age",
        age_object(report), "gender",
        head_object(&report->gender, &report->gender_risk, mr_gender_label_at), "ethnicity",
        head_object(&report->ethnicity, &report->ethnicity_risk, mr_ethnicity_label_at), "by_group",
        groups(report), "fairness", fairness(&report->fairness));
    if (object && report->crop == MR_CROP_DETECT)
        json_object_update_new(object, json_pack("{s:s, s:I}", "detector",
                                                 mr_detector_label(report->detector), "undetected",
                                                 (json_int_t)report->undetected));
    if (object && report->degraded)
        json_object_set_new(object, "degraded", json_true());
    return object;
}

enum { CURVE_HEIGHT = 1 /* index of the least height whose curve is told */ };

static void set_number(json_t *object, long key, json_t *value) {
    char text[24];
    snprintf(text, sizeof text, "%ld", key);
    json_object_set_new(object, text, value);
}

static json_t *curve(const mr_detector_figures *figures) {
    json_t *list = json_array();
    for (size_t i = 0; i < figures->curve_sizes[CURVE_HEIGHT]; i++) {
        const mr_curve_point *p = &figures->curves[CURVE_HEIGHT][i];
        json_array_append_new(list,
                              json_pack("[f, f, f]", p->recall, p->precision, (double)p->score));
    }
    return list;
}

/* Null where no threshold does. */
static json_t *threshold(const mr_curve_point *p) {
    if (p->recall <= 0)
        return json_null();
    return json_pack("{s:f, s:f, s:f}", "score", (double)p->score, "precision", p->precision,
                     "recall", p->recall);
}

static json_t *thresholds(const mr_detector_figures *figures, int k) {
    json_t *object = json_object();
    json_object_set_new(object, "f1", threshold(&figures->best_f1[k]));
    for (int p = 0; p < MR_PRECISIONS; p++) {
        char key[32];
        snprintf(key, sizeof key, "precision_%d", mr_precisions[p]);
        json_object_set_new(object, key, threshold(&figures->at_precision[k][p]));
    }
    return object;
}

static json_t *detector_object(const mr_detector_report *report) {
    const mr_detector_figures *figures = &report->figures;
    json_t *ap = json_object(), *by_height = json_object(), *recall = json_object();
    json_t *scores = json_object(), *intervals = json_object();
    for (int k = 0; k < MR_AP_HEIGHTS; k++) {
        set_number(ap, mr_ap_heights[k], json_real(figures->ap[k]));
        set_number(by_height, mr_ap_heights[k], json_integer((json_int_t)figures->faces[k]));
        set_number(scores, mr_ap_heights[k], thresholds(figures, k));
        set_number(intervals, mr_ap_heights[k],
                   figures->faces[k] ? interval_of(&figures->ap_intervals[k]) : json_null());
    }
    for (int k = 0; k < MR_FALSE_ALARMS; k++)
        set_number(recall, (long)mr_false_alarms[k], json_real(figures->recall_at[k]));
    bool pointed = isfinite(figures->landmark_nme);
    return json_pack("{s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o}",
                     "detector", mr_detector_label(report->detector), "prefix", report->prefix,
                     "images", (json_int_t)figures->images, "faces", (json_int_t)figures->faces[0],
                     "ap", ap, "ap_interval", intervals, "faces_by_height", by_height,
                     "recall_at_fp", recall, "landmark_nme",
                     pointed ? json_real(figures->landmark_nme) : json_null(),
                     "landmark_nme_interval",
                     pointed ? interval_of(&figures->nme_interval) : json_null(), "landmark_faces",
                     (json_int_t)figures->pointed, "thresholds", scores, "curve", curve(figures));
}

json_t *mr_json_detector_reports(const mr_detector_report *reports, size_t count) {
    if (count == 1)
        return detector_object(reports);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, detector_object(&reports[i]));
    return list;
}
