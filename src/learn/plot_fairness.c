#include "learn/chart.h"
#include "learn/plot.h"

#include <math.h>
#include <stdio.h>

enum { NAMES = 190, PANEL = 250, ROW = 19, ABOVE = 52, BELOW = 60 };

static const char *const titles[MR_FAIR_METRICS] = {"Age off, years", "Gender right, %",
                                                    "Ethnicity right, %"};

typedef struct fairness_plot {
    const mr_fairness *fairness;
    size_t rows[MR_FAIR_GROUPS_MAX]; /* groups that are drawn */
    int count;
} fairness_plot;

static bool is_worse(const mr_fair_group *group) {
    return group->worse[MR_FAIR_AGE] || group->worse[MR_FAIR_GENDER] ||
           group->worse[MR_FAIR_ETHNICITY];
}

/* All that are judged, but cells only where something is worse. */
static void choose_rows(fairness_plot *plot) {
    for (size_t i = 0; i < plot->fairness->count; i++) {
        const mr_fair_group *group = &plot->fairness->groups[i];
        bool cell = group->gender != MR_ANY && group->decade != MR_ANY;
        if (i == 0 || (group->judged && (!cell || is_worse(group))))
            plot->rows[plot->count++] = i;
    }
}

static double factor_of(int metric) {
    return metric == MR_FAIR_AGE ? 1 : 100;
}

static double top_of(const fairness_plot *plot, int metric) {
    if (metric != MR_FAIR_AGE)
        return 100;
    double most = 1;
    for (int i = 0; i < plot->count; i++)
        most = fmax(most, plot->fairness->groups[plot->rows[i]].intervals[metric].high);
    return most;
}

static void draw_row(cairo_t *cr, const mr_axes *axes, const mr_fair_group *group, int metric,
                     double y) {
    double factor = factor_of(metric);
    mr_chart_colour(cr, group->worse[metric] ? 1 : 0);
    cairo_set_line_width(cr, 1.5);
    cairo_move_to(cr, mr_axes_x(axes, factor * group->intervals[metric].low), y);
    cairo_line_to(cr, mr_axes_x(axes, factor * group->intervals[metric].high), y);
    cairo_stroke(cr);
    cairo_arc(cr, mr_axes_x(axes, factor * group->figures[metric]), y, group->worse[metric] ? 4 : 3,
              0, 7);
    cairo_fill(cr);
}

/* Where everybody's figure is, through all rows. */
static void draw_everybody(cairo_t *cr, const mr_axes *axes, double value) {
    const double dash[] = {4, 4};
    double x = mr_axes_x(axes, value);
    mr_chart_ink(cr);
    cairo_set_line_width(cr, 1);
    cairo_set_dash(cr, dash, 2, 0);
    cairo_move_to(cr, x, axes->y);
    cairo_line_to(cr, x, axes->y + axes->height);
    cairo_stroke(cr);
    cairo_set_dash(cr, NULL, 0, 0);
}

static void draw_panel(cairo_t *cr, const fairness_plot *plot, int metric) {
    const mr_fair_group *groups = plot->fairness->groups;
    double right = top_of(plot, metric), step = mr_tick_step(right, 6);
    mr_axes axes = {.x = NAMES + metric * PANEL,
                    .y = ABOVE,
                    .width = PANEL - 30,
                    .height = plot->count * ROW,
                    .right = step * ceil(right / step),
                    .bottom = 1, /* rows, not values: no ticks */
                    .top = 2};
    mr_axes_draw(cr, &axes, step, 4, titles[metric], "");
    draw_everybody(cr, &axes, factor_of(metric) * groups[0].figures[metric]);
    for (int i = 0; i < plot->count; i++)
        draw_row(cr, &axes, &groups[plot->rows[i]], metric, ABOVE + (i + .5) * ROW);
}

static void draw(cairo_t *cr, const void *context) {
    const fairness_plot *plot = context;
    for (int i = 0; i < plot->count; i++) {
        char name[MR_FAIR_NAME_MAX], text[MR_FAIR_NAME_MAX + 24];
        const mr_fair_group *group = &plot->fairness->groups[plot->rows[i]];
        mr_fair_group_name(group, name, sizeof name);
        snprintf(text, sizeof text, "%s (%zu)", name, group->images);
        mr_chart_ink(cr);
        mr_chart_text(cr, NAMES - 12, ABOVE + (i + .5) * ROW, 1, 11, i == 0, text);
    }
    for (int metric = 0; metric < MR_FAIR_METRICS; metric++)
        draw_panel(cr, plot, metric);
}

mr_status mr_plot_fairness(const mr_fairness *fairness, const char *folder) {
    fairness_plot plot = {.fairness = fairness};
    choose_rows(&plot);
    return mr_chart_write(folder, "fairness", NAMES + MR_FAIR_METRICS * PANEL,
                          ABOVE + plot.count * ROW + BELOW, draw, &plot);
}
