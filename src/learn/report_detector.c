#include "base/labels.h"
#include "learn/evaluation_json.h"
#include "learn/plot.h"
#include "learn/report.h"
#include "learn/report_parts.h"

#include <stdio.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

enum { AT_MOST = 24, NAME_MOST = 64 };

/* What is judged, and where its figures are: in a list where there are several. */
typedef struct judged {
    const mr_detector_report *report;
    char at[AT_MOST], name[NAME_MOST];
} judged;

static judged judged_at(const mr_detector_report *reports, size_t count, size_t i) {
    judged j = {.report = &reports[i]};
    if (count > 1)
        snprintf(j.at, sizeof j.at, "%zu/", i);
    snprintf(j.name, sizeof j.name, "%s, %.40s", mr_detector_label(j.report->detector),
             *j.report->prefix ? j.report->prefix : "all names");
    return j;
}

static void precision_row(mr_page *page, const judged *j) {
    mr_page_row_begin(page, j->name);
    mr_page_figure(page, MR_PAGE_COUNT, "%simages", j->at);
    mr_page_figure(page, MR_PAGE_COUNT, "%sfaces", j->at);
    for (int k = 0; k < MR_AP_HEIGHTS; k++)
        mr_page_figure(page, MR_PAGE_NUMBER, "%sap/%d", j->at, mr_ap_heights[k]);
    mr_page_figure(page, MR_PAGE_PERCENT, "%slandmark_nme", j->at);
    for (int k = 0; k < MR_FALSE_ALARMS; k++)
        mr_page_figure(page, MR_PAGE_PERCENT, "%srecall_at_fp/%zu", j->at, mr_false_alarms[k]);
    mr_page_row_end(page);
}

static void interval_row(mr_page *page, const judged *j) {
    const mr_detector_figures *figures = &j->report->figures;
    mr_page_row_begin(page, j->name);
    for (int k = 0; k < MR_AP_HEIGHTS; k++)
        for (int end = 0; end < 2; end++)
            if (figures->faces[k])
                mr_page_figure(page, MR_PAGE_NUMBER, "%sap_interval/%d/%d", j->at, mr_ap_heights[k],
                               end);
            else
                mr_page_cell(page, "-");
    mr_page_row_end(page);
}

static void threshold_cells(mr_page *page, const mr_curve_point *point, const char *path) {
    if (point->recall <= 0) {
        mr_page_cell(page, "-");
        mr_page_cell(page, "-");
        return;
    }
    mr_page_figure(page, MR_PAGE_NUMBER, "%s/score", path);
    mr_page_figure(page, MR_PAGE_PERCENT, "%s/recall", path);
}

static void threshold_row(mr_page *page, const judged *j, int k) {
    const mr_detector_figures *figures = &j->report->figures;
    char text[NAME_MOST + 16];
    snprintf(text, sizeof text, "%s, %d px", j->name, mr_ap_heights[k]);
    mr_page_row_begin(page, text);
    for (int p = 0; p < MR_PRECISIONS; p++) {
        snprintf(text, sizeof text, "%sthresholds/%d/precision_%d", j->at, mr_ap_heights[k],
                 mr_precisions[p]);
        threshold_cells(page, &figures->at_precision[k][p], text);
    }
    snprintf(text, sizeof text, "%sthresholds/%d/f1", j->at, mr_ap_heights[k]);
    threshold_cells(page, &figures->best_f1[k], text);
    mr_page_row_end(page);
}

static void threshold_rows(mr_page *page, const judged *j) {
    for (int k = 0; k < MR_AP_HEIGHTS; k++)
        threshold_row(page, j, k);
}

/* A table of all that is judged. */
typedef struct table {
    const char *const *columns;
    int column_count;
    void (*rows)(mr_page *page, const judged *j);
} table;

static void put_table(mr_page *page, const table *t, const mr_detector_report *reports,
                      size_t count) {
    mr_page_table_begin(page, t->columns, t->column_count);
    for (size_t i = 0; i < count; i++) {
        const judged j = judged_at(reports, count, i);
        t->rows(page, &j);
    }
    mr_page_table_end(page);
}

static const char *const found_columns[] = {
    "detector, names", "pictures", "faces from 8 px", "AP from 8 px", "16 px",    "32 px",
    "points off",      "10 wrong", "30 wrong",        "100 wrong",    "300 wrong"};
_Static_assert(COUNT(found_columns) == 4 + MR_AP_HEIGHTS + MR_FALSE_ALARMS, "a column a figure");
static const char *const interval_columns[] = {
    "detector, names", "8 px, from", "to", "16 px, from", "to", "32 px, from", "to"};
static const char *const threshold_columns[] = {
    "detector, names", "score for 90 % precision", "recall", "for 95 %", "recall", "for 99 %",
    "recall",          "for the best F1",          "recall"};

static const table found = {found_columns, COUNT(found_columns), precision_row};
static const table intervals = {interval_columns, COUNT(interval_columns), interval_row};
static const table thresholds = {threshold_columns, COUNT(threshold_columns), threshold_rows};

static mr_status parts(const mr_reporting *r, const mr_detector_report *reports, size_t count,
                       const char *model) {
    mr_page_text(r->page,
                 "Average precision at an IoU of one half by the least height of faces; points "
                 "in shares of the distance between the eyes; recall of faces from 16 px "
                 "when so many of the found faces are wrong.");
    put_table(r->page, &found, reports, count);
    mr_page_chart(r->page, r->folder, "precision_recall",
                  "Precision by recall for faces from three heights on; dots: the best F1.");
    mr_page_heading(r->page, "95 % intervals of average precision, by draws of pictures");
    put_table(r->page, &intervals, reports, count);
    mr_page_heading(r->page, "Least scores");
    put_table(r->page, &thresholds, reports, count);
    return model ? mr_report_curves(r, model) : MR_OK;
}

mr_status mr_report_detector(const mr_detector_report *reports, size_t count, const char *model,
                             const char *folder) {
    MR_TRY(mr_plot_detector_reports(reports, count, folder));
    json_t *figures = mr_json_detector_reports(reports, count);
    mr_reporting r = {.folder = folder};
    mr_status status = mr_report_begin(model ? model : "Haar cascades", figures, &r.page);
    if (status == MR_OK)
        status = parts(&r, reports, count, model);
    if (status == MR_OK)
        status = mr_report_save(&r);
    mr_page_free(r.page);
    json_decref(figures);
    return status;
}
