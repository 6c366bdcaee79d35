#include "learn/report.h"

#include "base/file.h"
#include "base/labels.h"
#include "learn/evaluation_json.h"
#include "learn/plot.h"
#include "learn/report_parts.h"

#include <stdio.h>
#include <stdlib.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

#define DEGRADED_NOTE "Every picture was seen badly: small, blurred, dark, covered."

/* ---- parts that all heads have -------------------------------------------------------------- */

static void class_row(mr_page *page, const char *name, const char *path) {
    mr_page_row_begin(page, name);
    mr_page_figure(page, MR_PAGE_NUMBER, "%s/precision", path);
    mr_page_figure(page, MR_PAGE_NUMBER, "%s/recall", path);
    mr_page_figure(page, MR_PAGE_NUMBER, "%s/f1", path);
    mr_page_figure(page, MR_PAGE_COUNT, "%s/support", path);
    mr_page_row_end(page);
}

static void class_table(mr_page *page, const char *at, const mr_classification *c,
                        mr_labeller label) {
    static const char *const columns[] = {"class", "precision", "recall", "f1", "support"};
    char path[64];
    mr_page_table_begin(page, columns, COUNT(columns));
    for (int i = 0; i < c->classes; i++) {
        snprintf(path, sizeof path, "%sper_class/%s", at, label(i));
        class_row(page, label(i), path);
    }
    snprintf(path, sizeof path, "%smacro", at);
    class_row(page, "mean of classes", path);
    snprintf(path, sizeof path, "%sweighted", at);
    class_row(page, "mean of pictures", path);
    mr_page_table_end(page);
    for (int i = 0; i < c->classes; i++)
        if (mr_seldom_found(&c->per_class[i]))
            mr_page_text(page, "Warning: only %.1f %% of %s is found.",
                         100 * c->per_class[i].recall, label(i));
}

static void risk_row(mr_page *page, const char *path) {
    mr_page_figure(page, MR_PAGE_PERCENT, "%s/coverage", path);
    mr_page_figure(page, MR_PAGE_PERCENT, "%s/accuracy", path);
    mr_page_figure(page, MR_PAGE_PERCENT, "%s/accuracy_below", path);
    mr_page_row_end(page);
}

static void risk_table(mr_page *page, const char *at, const mr_risk_coverage *risk) {
    static const char *const columns[] = {"said from probability", "said", "right of these",
                                          "right of the others"};
    char name[32], path[64];
    mr_page_table_begin(page, columns, COUNT(columns));
    for (int i = 0; i < MR_RISK_ROWS; i++) {
        snprintf(name, sizeof name, "%.2f", risk->rows[i].threshold);
        snprintf(path, sizeof path, "%srisk_coverage/rows/%d", at, i);
        mr_page_row_begin(page, name);
        risk_row(page, path);
    }
    snprintf(name, sizeof name, "%.2f, as shown", risk->bound);
    snprintf(path, sizeof path, "%srisk_coverage/at_bound", at);
    mr_page_row_begin(page, name);
    risk_row(page, path);
    mr_page_table_end(page);
    mr_page_text(page, "Single answers are right in %.0f %% from a probability of %.3f on.",
                 100 * risk->bound, risk->reached);
}

static void head_part(const mr_reporting *r, const mr_judged_head *head, const char *at,
                      const char *title, const char *confusion, mr_labeller label) {
    mr_page_heading(r->page, title);
    class_table(r->page, at, head->figures, label);
    mr_page_chart(r->page, r->folder, confusion,
                  "What is taken for what: rows are true, columns are answers.");
    risk_table(r->page, at, head->risk);
}

static void calibration_part(const mr_reporting *r) {
    mr_page_heading(r->page, "Calibration");
    mr_page_chart(r->page, r->folder, "reliability",
                  "How often answers are right by their probability, with 95 % intervals; on the "
                  "dashed line they are right as often as they say. Bars: how many there are.");
    mr_page_chart(r->page, r->folder, "risk_coverage",
                  "How often what is said is wrong, by how much is said; of what lies right of "
                  "the dot, \"unsure\" is shown.");
}

static void summary_row(mr_page *page, const char *name, mr_page_format format, const char *path) {
    mr_page_row_begin(page, name);
    mr_page_figure(page, format, "%s", path);
    mr_page_row_end(page);
}

/* ---- emotion -------------------------------------------------------------------------------- */

static void emotion_row(mr_page *page, const char *name, const char *at, const char *images) {
    mr_page_row_begin(page, name);
    mr_page_figure(page, MR_PAGE_COUNT, "%s", images);
    mr_page_figure(page, MR_PAGE_PERCENT, "%saccuracy", at);
    mr_page_figure(page, MR_PAGE_PERCENT, "%sbalanced_accuracy", at);
    mr_page_figure(page, MR_PAGE_NUMBER, "%smacro_f1", at);
    mr_page_figure(page, MR_PAGE_NUMBER, "%slog_loss", at);
    mr_page_figure(page, MR_PAGE_PERCENT, "%sece", at);
    mr_page_row_end(page);
}

static void people_part(mr_page *page) {
    static const char *const columns[] = {"all votes, as they fell", "pictures", "say what is told",
                                          "log loss", "calibration error"};
    mr_page_table_begin(page, columns, COUNT(columns));
    mr_page_row_begin(page, "one person's vote");
    mr_page_figure(page, MR_PAGE_COUNT, "votes/people/images");
    mr_page_figure(page, MR_PAGE_PERCENT, "votes/people/share");
    mr_page_figure(page, MR_PAGE_NUMBER, "votes/people/log_loss");
    mr_page_figure(page, MR_PAGE_PERCENT, "votes/people/ece");
    mr_page_row_end(page);
    mr_page_table_end(page);
}

static mr_status emotion_parts(const mr_reporting *r, const mr_emotion_report *report,
                               const char *model) {
    static const char *const columns[] = {
        "truth", "pictures", "right", "balanced", "macro f1", "log loss", "calibration error"};
    const mr_judged_head labels = {"labels", &report->labels, &report->labels_risk};
    const mr_judged_head votes = {"votes", &report->votes, &report->votes_risk};
    if (report->degraded)
        mr_page_text(r->page, DEGRADED_NOTE);
    mr_page_table_begin(r->page, columns, COUNT(columns));
    emotion_row(r->page, "labels", "", "images");
    if (report->has_votes)
        emotion_row(r->page, "clear majority of votes", "votes/", "votes/images");
    mr_page_table_end(r->page);
    if (report->has_votes)
        people_part(r->page);
    MR_TRY(mr_report_curves(r, model));
    head_part(r, &labels, "", "By the labels", "confusion", mr_emotion_label_at);
    if (report->has_votes)
        head_part(r, &votes, "votes/", "By clear majorities of votes", "confusion_votes",
                  mr_emotion_label_at);
    calibration_part(r);
    return MR_OK;
}

/* ---- attributes ----------------------------------------------------------------------------- */

/* Bands without pictures are not in the list. */
static void interval_rows(mr_page *page, const mr_attributes_report *report) {
    for (int band = 0, row = 0; band < MR_AGE_BANDS; band++) {
        if (report->bands[band].images == 0)
            continue;
        char name[64], path[64];
        snprintf(name, sizeof name, "of those told from %d years on", mr_age_band_from(band));
        snprintf(path, sizeof path, "age/interval_coverage_by_age/%d/coverage", row++);
        summary_row(page, name, MR_PAGE_PERCENT, path);
    }
}

static void attributes_summary(mr_page *page, const mr_attributes_report *report) {
    static const char *const columns[] = {"figure", "value"};
    mr_page_table_begin(page, columns, COUNT(columns));
    summary_row(page, "pictures", MR_PAGE_COUNT, "images");
    summary_row(page, "age, mean error, years", MR_PAGE_YEARS, "age/mae");
    summary_row(page, "age within 5 years", MR_PAGE_PERCENT, "age/within_5");
    summary_row(page, "age range right", MR_PAGE_PERCENT, "age/range_accuracy");
    summary_row(page, "80 % interval of the age holds", MR_PAGE_PERCENT, "age/interval_coverage");
    interval_rows(page, report);
    summary_row(page, "gender right", MR_PAGE_PERCENT, "gender/accuracy");
    summary_row(page, "gender, calibration error", MR_PAGE_PERCENT, "gender/ece");
    summary_row(page, "ethnicity right", MR_PAGE_PERCENT, "ethnicity/accuracy");
    summary_row(page, "ethnicity, balanced", MR_PAGE_PERCENT, "ethnicity/balanced_accuracy");
    summary_row(page, "ethnicity, calibration error", MR_PAGE_PERCENT, "ethnicity/ece");
    mr_page_table_end(page);
}

static void age_part(const mr_reporting *r, const mr_attributes_report *report) {
    static const char *const columns[] = {"age", "mean error, years"};
    mr_page_heading(r->page, "Age");
    mr_page_table_begin(r->page, columns, COUNT(columns));
    for (int i = 0; i < MR_DECADES; i++) {
        char name[16], path[64];
        snprintf(name, sizeof name, "%d-%d", 10 * i, 10 * i + 9);
        snprintf(path, sizeof path, "age/mae_by_decade/%s", name);
        if (report->decades[i].images > 0)
            summary_row(r->page, name, MR_PAGE_YEARS, path);
    }
    if (report->babies.images > 0)
        summary_row(r->page, "babies, 0-2", MR_PAGE_YEARS, "age/babies/mae");
    mr_page_table_end(r->page);
    mr_page_chart(r->page, r->folder, "age_error", "Mean error of age by decade.");
}

static void fairness_part(const mr_reporting *r, const mr_fairness *fairness) {
    static const char *const columns[] = {"group", "faces", "age off, years", "gender right",
                                          "ethnicity right"};
    mr_page_heading(r->page, "By group");
    mr_page_text(
        r->page,
        "95 %% intervals: bootstrap for the age, Wilson's for shares. Coloured: worse than "
        "everybody by more than chance explains, %zu tests together at a level of %.2f "
        "(Holm). Groups of fewer than %d faces are marked and not judged.",
        fairness->tests, MR_FAIR_LEVEL, MR_FAIR_LEAST);
    mr_page_chart(r->page, r->folder, "fairness",
                  "Figures of groups with 95 % intervals; the dashed line is everybody.");
    mr_page_table_begin(r->page, columns, COUNT(columns));
    for (size_t i = 0; i < fairness->count; i++) {
        const mr_fair_group *group = &fairness->groups[i];
        char name[MR_FAIR_NAME_MAX], marked[MR_FAIR_NAME_MAX + 16];
        mr_fair_group_name(group, name, sizeof name);
        snprintf(marked, sizeof marked, "%s%s", name,
                 group->images < MR_FAIR_LEAST ? " (too few)" : "");
        mr_page_row_begin(r->page, marked);
        mr_page_figure(r->page, MR_PAGE_COUNT, "fairness/groups/%zu/images", i);
        for (int k = 0; k < MR_FAIR_METRICS; k++)
            mr_page_interval(r->page, k == MR_FAIR_AGE ? MR_PAGE_YEARS : MR_PAGE_PERCENT,
                             "fairness/groups/%zu/%s", i, mr_fair_metric_name((mr_fair_metric)k));
        mr_page_row_end(r->page);
    }
    mr_page_table_end(r->page);
}

static mr_status attributes_parts(const mr_reporting *r, const mr_attributes_report *report,
                                  const char *model) {
    const mr_judged_head gender = {"gender", &report->gender, &report->gender_risk};
    const mr_judged_head ethnicity = {"ethnicity", &report->ethnicity, &report->ethnicity_risk};
    if (report->degraded)
        mr_page_text(r->page, DEGRADED_NOTE);
    attributes_summary(r->page, report);
    MR_TRY(mr_report_curves(r, model));
    age_part(r, report);
    head_part(r, &gender, "gender/", "Gender", "confusion_gender", mr_gender_label_at);
    head_part(r, &ethnicity, "ethnicity/", "Ethnicity", "confusion", mr_ethnicity_label_at);
    calibration_part(r);
    fairness_part(r, &report->fairness);
    return MR_OK;
}

/* ---- the folder ----------------------------------------------------------------------------- */

mr_status mr_report_emotion(const mr_emotion_report *report, const char *model,
                            const char *folder) {
    MR_TRY(mr_plot_emotion_report(report, folder));
    json_t *figures = mr_json_emotion_report(report);
    mr_reporting r = {.folder = folder};
    mr_status status = mr_report_begin(model, figures, &r.page);
    if (status == MR_OK)
        status = emotion_parts(&r, report, model);
    if (status == MR_OK)
        status = mr_report_save(&r);
    mr_page_free(r.page);
    json_decref(figures);
    return status;
}

static mr_status write_fairness(const mr_fairness *fairness, const char *folder) {
    char *path = mr_path_join(folder, "fairness.csv");
    if (!path)
        return mr_fail(MR_E_MEMORY, "%s: no memory for its path", folder);
    mr_status status = mr_fairness_write_csv(fairness, path);
    free(path);
    return status;
}

mr_status mr_report_attributes(const mr_attributes_report *report, const char *model,
                               const char *folder) {
    MR_TRY(mr_plot_attributes_report(report, folder));
    MR_TRY(write_fairness(&report->fairness, folder));
    json_t *figures = mr_json_attributes_report(report);
    mr_reporting r = {.folder = folder};
    mr_status status = mr_report_begin(model, figures, &r.page);
    if (status == MR_OK)
        status = attributes_parts(&r, report, model);
    if (status == MR_OK)
        status = mr_report_save(&r);
    mr_page_free(r.page);
    json_decref(figures);
    return status;
}
