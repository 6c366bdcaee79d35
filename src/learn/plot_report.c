#include "base/labels.h"
#include "learn/chart.h"
#include "learn/plot.h"

#include <math.h>
#include <stdio.h>

/* ---- confusion ------------------------------------------------------------------------------- */

enum { CELL = 62, LEFT = 96, ABOVE = 78, MARGIN = 26, TITLE_WIDTH = 350 };

typedef struct confusion_plot {
    const char *title;
    const mr_classification *c;
    mr_labeller label;
} confusion_plot;

/* White to deep blue: light grows with the share, so that it also reads in grey. */
static void fill_cell(cairo_t *cr, double x, double y, double share) {
    cairo_set_source_rgb(cr, 1 - share, 1 - .553 * share, 1 - .302 * share);
    cairo_rectangle(cr, x, y, CELL - 2, CELL - 2);
    cairo_fill(cr);
}

static void draw_cell(cairo_t *cr, const mr_classification *c, int truth, int answer) {
    char text[32];
    size_t count = c->confusion[truth][answer], all = c->per_class[truth].support;
    double share = all > 0 ? (double)count / (double)all : 0;
    double x = LEFT + answer * CELL, y = ABOVE + truth * CELL;
    fill_cell(cr, x, y, share);
    if (share > .55)
        cairo_set_source_rgb(cr, 1, 1, 1);
    else
        mr_chart_ink(cr);
    snprintf(text, sizeof text, "%.0f %%", 100 * share);
    mr_chart_text(cr, x + CELL / 2.0 - 1, y + CELL / 2.0 - 8, .5, 13, truth == answer, text);
    snprintf(text, sizeof text, "%zu", count);
    mr_chart_text(cr, x + CELL / 2.0 - 1, y + CELL / 2.0 + 10, .5, 9.5, false, text);
}

static void draw_confusion(cairo_t *cr, const void *context) {
    const confusion_plot *plot = context;
    const mr_classification *c = plot->c;
    mr_chart_ink(cr);
    mr_chart_text(cr, LEFT, 24, 0, 13, true, plot->title);
    mr_chart_text(cr, LEFT + c->classes * CELL / 2.0, ABOVE - 30, .5, 11, false, "answer");
    mr_chart_text(cr, LEFT - 10, ABOVE - 30, 1, 11, false, "truth");
    for (int i = 0; i < c->classes; i++) {
        mr_chart_ink(cr);
        mr_chart_text(cr, LEFT + (i + .5) * CELL, ABOVE - 12, .5, 11, false, plot->label(i));
        mr_chart_text(cr, LEFT - 10, ABOVE + (i + .5) * CELL, 1, 11, false, plot->label(i));
        for (int answer = 0; answer < c->classes; answer++)
            draw_cell(cr, c, i, answer);
    }
}

static mr_status plot_confusion(const mr_classification *c, mr_labeller label, const char *what,
                                const char *folder, const char *name) {
    char title[128];
    snprintf(title, sizeof title, "%s: %.1f %% of %zu right", what, 100 * c->accuracy, c->count);
    confusion_plot plot = {title, c, label};
    int width = LEFT + c->classes * CELL + MARGIN;
    return mr_chart_write(folder, name, width > TITLE_WIDTH ? width : TITLE_WIDTH,
                          ABOVE + c->classes * CELL + MARGIN, draw_confusion, &plot);
}

mr_status mr_plot_emotion_report(const mr_emotion_report *report, const char *folder) {
    const mr_judged_head heads[] = {{"labels", &report->labels, &report->labels_risk},
                                    {"votes", &report->votes, &report->votes_risk}};
    MR_TRY(plot_confusion(&report->labels, mr_emotion_label_at, "Labels", folder, "confusion"));
    if (report->has_votes)
        MR_TRY(plot_confusion(&report->votes, mr_emotion_label_at, "Clear majorities", folder,
                              "confusion_votes"));
    return mr_plot_calibration(heads, report->has_votes ? 2 : 1, folder);
}

/* ---- age ------------------------------------------------------------------------------------- */

enum { AGE_WIDTH = 620, AGE_HEIGHT = 360 };

static int last_decade(const mr_attributes_report *report) {
    int last = 0;
    for (int i = 0; i < MR_DECADES; i++)
        if (report->decades[i].images > 0)
            last = i;
    return last;
}

static void draw_decade(cairo_t *cr, const mr_axes *axes, int decade, const mr_decade_figures *d) {
    char text[32];
    double left = mr_axes_x(axes, decade + .14), right = mr_axes_x(axes, decade + .86);
    double top = mr_axes_y(axes, d->mae), bottom = axes->y + axes->height;
    double middle = (left + right) / 2;
    mr_chart_ink(cr);
    snprintf(text, sizeof text, "%d-%d", 10 * decade, 10 * decade + 9);
    mr_chart_text(cr, middle, bottom + 13, .5, 10, false, text);
    if (d->images == 0)
        return;
    mr_chart_colour(cr, 0);
    cairo_rectangle(cr, left, top, right - left, bottom - top);
    cairo_fill(cr);
    mr_chart_ink(cr);
    snprintf(text, sizeof text, "%.1f", d->mae);
    mr_chart_text(cr, middle, top - 18, .5, 10.5, true, text);
    snprintf(text, sizeof text, "n %zu", d->images);
    mr_chart_text(cr, middle, top - 6, .5, 8.5, false, text);
}

static void draw_ages(cairo_t *cr, const void *context) {
    const mr_attributes_report *report = context;
    double most = 1;
    int last = last_decade(report);
    for (int i = 0; i <= last; i++)
        most = fmax(most, report->decades[i].mae);
    double step = mr_tick_step(1.15 * most, 6);
    mr_axes axes = {.x = 52,
                    .y = 52,
                    .width = AGE_WIDTH - 76,
                    .height = AGE_HEIGHT - 112,
                    .right = last + 1,
                    .top = step * ceil(1.15 * most / step)};
    char title[96];
    snprintf(title, sizeof title, "Mean error of age, years (all: %.2f)", report->age_mae);
    mr_axes_draw(cr, &axes, 0, step, title, "true age");
    for (int i = 0; i <= last; i++)
        draw_decade(cr, &axes, i, &report->decades[i]);
}

mr_status mr_plot_attributes_report(const mr_attributes_report *report, const char *folder) {
    const mr_judged_head heads[] = {{"gender", &report->gender, &report->gender_risk},
                                    {"ethnicity", &report->ethnicity, &report->ethnicity_risk}};
    MR_TRY(
        plot_confusion(&report->gender, mr_gender_label_at, "Gender", folder, "confusion_gender"));
    MR_TRY(plot_confusion(&report->ethnicity, mr_ethnicity_label_at, "Ethnicity", folder,
                          "confusion"));
    MR_TRY(mr_chart_write(folder, "age_error", AGE_WIDTH, AGE_HEIGHT, draw_ages, report));
    MR_TRY(mr_plot_calibration(heads, 2, folder));
    return mr_plot_fairness(&report->fairness, folder);
}
