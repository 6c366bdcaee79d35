#include "learn/chart.h"
#include "learn/plot.h"

#include <math.h>
#include <stdio.h>

enum { PANEL = 380, HEIGHT = 400, MARGIN_LEFT = 56, MARGIN_ABOVE = 52 };

typedef struct calibration_plot {
    const mr_judged_head *heads;
    int count;
} calibration_plot;

static mr_axes panel_axes(int panel, double left, double top) {
    return (mr_axes){.x = panel * PANEL + MARGIN_LEFT,
                     .y = MARGIN_ABOVE,
                     .width = PANEL - MARGIN_LEFT - 24,
                     .height = HEIGHT - MARGIN_ABOVE - 60,
                     .left = left,
                     .right = 1,
                     .top = top};
}

/* ---- reliability ---------------------------------------------------------------------------- */

/* How many answers the bins hold, as bars from below that take up to a quarter of the height. */
static void draw_counts(cairo_t *cr, const mr_axes *axes, const mr_confidence_bin *bins) {
    size_t most = 1;
    for (int i = 0; i < MR_ECE_BINS; i++)
        most = bins[i].count > most ? bins[i].count : most;
    mr_chart_rule(cr);
    for (int i = 0; i < MR_ECE_BINS; i++) {
        double left = mr_axes_x(axes, (i + .08) / MR_ECE_BINS);
        double right = mr_axes_x(axes, (i + .92) / MR_ECE_BINS);
        double high = axes->height / 4 * (double)bins[i].count / (double)most;
        cairo_rectangle(cr, left, axes->y + axes->height - high, right - left, high);
        cairo_fill(cr);
    }
}

static void draw_diagonal(cairo_t *cr, const mr_axes *axes) {
    const double dash[] = {5, 4};
    mr_chart_ink(cr);
    cairo_set_line_width(cr, 1);
    cairo_set_dash(cr, dash, 2, 0);
    cairo_move_to(cr, mr_axes_x(axes, 0), mr_axes_y(axes, 0));
    cairo_line_to(cr, mr_axes_x(axes, 1), mr_axes_y(axes, 1));
    cairo_stroke(cr);
    cairo_set_dash(cr, NULL, 0, 0);
}

/* Share right with its 95 % interval, where the mean probability of the bin is. */
static void draw_bins(cairo_t *cr, const mr_axes *axes, const mr_confidence_bin *bins) {
    mr_chart_colour(cr, 0);
    cairo_set_line_width(cr, 1.5);
    for (int i = 0; i < MR_ECE_BINS; i++) {
        const mr_confidence_bin *bin = &bins[i];
        if (bin->count == 0)
            continue;
        mr_interval interval = mr_wilson(bin->right, bin->count);
        double x = mr_axes_x(axes, bin->confidence);
        cairo_move_to(cr, x, mr_axes_y(axes, interval.low));
        cairo_line_to(cr, x, mr_axes_y(axes, interval.high));
        cairo_stroke(cr);
        cairo_arc(cr, x, mr_axes_y(axes, (double)bin->right / (double)bin->count), 3.5, 0, 7);
        cairo_fill(cr);
    }
}

static void draw_reliability(cairo_t *cr, const void *context) {
    const calibration_plot *plot = context;
    for (int k = 0; k < plot->count; k++) {
        const mr_judged_head *head = &plot->heads[k];
        mr_axes axes = panel_axes(k, 0, 1);
        char title[96];
        snprintf(title, sizeof title, "%.32s: share right (error %.1f %%)", head->name,
                 100 * head->figures->ece);
        draw_counts(cr, &axes, head->figures->bins);
        mr_axes_draw(cr, &axes, 0.2, 0.2, title, "probability of the answer");
        draw_diagonal(cr, &axes);
        draw_bins(cr, &axes, head->figures->bins);
    }
}

/* ---- risk and coverage ---------------------------------------------------------------------- */

static void draw_curve(cairo_t *cr, const mr_axes *axes, const mr_risk_coverage *risk) {
    cairo_new_path(cr);
    for (int i = 0; i <= MR_RISK_STEPS; i++)
        cairo_line_to(cr, mr_axes_x(axes, (double)i / MR_RISK_STEPS),
                      mr_axes_y(axes, risk->curve[i]));
    cairo_set_line_width(cr, 2);
    cairo_stroke(cr);
}

/* A dot where the page begins to say "unsure". */
static void draw_bound(cairo_t *cr, const mr_axes *axes, const mr_risk_coverage *risk) {
    const mr_risk_row *row = &risk->at_bound;
    if (row->told == 0)
        return;
    cairo_arc(cr, mr_axes_x(axes, (double)row->told / (double)risk->count),
              mr_axes_y(axes, 1 - (double)row->right / (double)row->told), 4.5, 0, 7);
    cairo_fill(cr);
}

static void draw_risk(cairo_t *cr, const void *context) {
    const calibration_plot *plot = context;
    for (int k = 0; k < plot->count; k++) {
        const mr_judged_head *head = &plot->heads[k];
        double most = 0.01;
        for (int i = 0; i <= MR_RISK_STEPS; i++)
            most = fmax(most, head->risk->curve[i]);
        double step = mr_tick_step(most, 6);
        mr_axes axes = panel_axes(k, 0, step * ceil(most / step));
        char title[96];
        snprintf(title, sizeof title, "%.32s: share wrong of what is said", head->name);
        mr_axes_draw(cr, &axes, 0.2, step, title, "share of faces of which it is said");
        mr_chart_colour(cr, 0);
        draw_curve(cr, &axes, head->risk);
        mr_chart_colour(cr, 1);
        draw_bound(cr, &axes, head->risk);
    }
}

mr_status mr_plot_calibration(const mr_judged_head *heads, int count, const char *folder) {
    const calibration_plot plot = {heads, count};
    MR_TRY(mr_chart_write(folder, "reliability", count * PANEL, HEIGHT, draw_reliability, &plot));
    return mr_chart_write(folder, "risk_coverage", count * PANEL, HEIGHT, draw_risk, &plot);
}
