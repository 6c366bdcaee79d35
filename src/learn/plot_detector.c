#include "learn/chart.h"
#include "learn/plot.h"

#include <stdio.h>

enum { PANEL_WIDTH = 420, HEIGHT = 400 };

typedef struct detector_plot {
    const mr_detector_report *reports;
    size_t count;
} detector_plot;

static void draw_curve(cairo_t *cr, const mr_axes *axes, const mr_detector_figures *figures,
                       int k) {
    const mr_curve_point *points = figures->curves[k], *best = &figures->best_f1[k];
    cairo_new_path(cr);
    for (size_t i = 0; i < figures->curve_sizes[k]; i++)
        cairo_line_to(cr, mr_axes_x(axes, points[i].recall), mr_axes_y(axes, points[i].precision));
    cairo_stroke(cr);
    cairo_arc(cr, mr_axes_x(axes, best->recall), mr_axes_y(axes, best->precision), 4, 0, 7);
    cairo_fill(cr);
}

/* In the lower left corner, which curves of detectors leave free. */
static void draw_legend(cairo_t *cr, const mr_axes *axes, const detector_plot *plot, int k) {
    const double row = 17;
    double x = axes->x + 8, y = axes->y + axes->height - (double)plot->count * row - 6;
    cairo_set_source_rgba(cr, 1, 1, 1, .85);
    cairo_rectangle(cr, x - 4, y, 210, (double)plot->count * row);
    cairo_fill(cr);
    for (size_t i = 0; i < plot->count; i++) {
        const mr_detector_report *report = &plot->reports[i];
        char text[96];
        snprintf(text, sizeof text, "%s%s%.32s: AP %.3f", mr_detector_label(report->detector),
                 *report->prefix ? ", " : "", report->prefix, report->figures.ap[k]);
        mr_chart_colour(cr, (int)i);
        cairo_move_to(cr, x, y + ((double)i + .5) * row);
        cairo_rel_line_to(cr, 22, 0);
        cairo_stroke(cr);
        mr_chart_ink(cr);
        mr_chart_text(cr, x + 28, y + ((double)i + .5) * row, 0, 11, false, text);
    }
}

static void draw_panel(cairo_t *cr, const detector_plot *plot, int k) {
    const mr_axes axes = {.x = k * PANEL_WIDTH + 58,
                          .y = 52,
                          .width = PANEL_WIDTH - 82,
                          .height = HEIGHT - 112,
                          .right = 1,
                          .top = 1};
    char title[64];
    snprintf(title, sizeof title, "Precision, faces from %d px", mr_ap_heights[k]);
    mr_axes_draw(cr, &axes, 0.2, 0.2, title, "recall");
    cairo_set_line_width(cr, 2);
    for (size_t i = 0; i < plot->count; i++) {
        mr_chart_colour(cr, (int)i);
        draw_curve(cr, &axes, &plot->reports[i].figures, k);
    }
    draw_legend(cr, &axes, plot, k);
}

static void draw(cairo_t *cr, const void *context) {
    for (int k = 0; k < MR_AP_HEIGHTS; k++)
        draw_panel(cr, context, k);
}

mr_status mr_plot_detector_reports(const mr_detector_report *reports, size_t count,
                                   const char *folder) {
    return mr_chart_write(folder, "precision_recall", MR_AP_HEIGHTS * PANEL_WIDTH, HEIGHT, draw,
                          &(detector_plot){reports, count});
}
