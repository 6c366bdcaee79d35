#include "learn/chart.h"
#include "learn/plot.h"

#include "base/file.h"

#include <stdio.h>

enum { WIDTH = 520, HEIGHT = 440 };

static void draw_curve(cairo_t *cr, const mr_axes *axes, const mr_curve_point *points,
                       size_t count) {
    cairo_new_path(cr);
    for (size_t i = 0; i < count; i++)
        cairo_line_to(cr, mr_axes_x(axes, points[i].recall), mr_axes_y(axes, points[i].precision));
    cairo_stroke(cr);
}

static void draw_legend(cairo_t *cr, const mr_axes *axes, const mr_detector_figures *figures) {
    for (int k = 0; k < MR_AP_HEIGHTS; k++) {
        double x = axes->x + axes->width - 180, y = axes->y + 14 + 18 * k;
        char text[64];
        snprintf(text, sizeof text, "faces from %d px: AP %.3f", mr_ap_heights[k], figures->ap[k]);
        mr_chart_colour(cr, k);
        cairo_move_to(cr, x, y);
        cairo_rel_line_to(cr, 22, 0);
        cairo_stroke(cr);
        mr_chart_ink(cr);
        mr_chart_text(cr, x + 28, y, 0, 11, false, text);
    }
}

static void draw(cairo_t *cr, const void *context) {
    const mr_detector_figures *figures = context;
    const mr_axes axes = {.x = 58,
                          .y = 52,
                          .width = WIDTH - 82,
                          .height = HEIGHT - 112,
                          .left = 0,
                          .right = 1,
                          .bottom = 0,
                          .top = 1};
    mr_axes_draw(cr, &axes, 0.2, 0.2, "precision", "recall");
    cairo_set_line_width(cr, 2);
    for (int k = 0; k < MR_AP_HEIGHTS; k++) {
        mr_chart_colour(cr, k);
        draw_curve(cr, &axes, figures->curves[k], figures->curve_sizes[k]);
    }
    draw_legend(cr, &axes, figures);
}

mr_status mr_plot_detector_figures(const mr_detector_figures *figures, const char *folder) {
    MR_TRY(mr_folder_make(folder));
    return mr_chart_write(folder, "precision_recall", WIDTH, HEIGHT, draw, figures);
}
