#include "learn/chart.h"

#include "base/file.h"

#include <cairo-svg.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define PNG_SCALE 2

static const double palette[][3] = {{0, .447, .698},  {.835, .369, 0}, {0, .620, .451},
                                    {.8, .475, .655}, {.902, .624, 0}, {.337, .706, .914}};
enum { COLOURS = sizeof palette / sizeof *palette };

static void draw_on(cairo_surface_t *surface, double scale, int width, int height, mr_drawing draw,
                    const void *context, cairo_status_t *status) {
    cairo_t *cr = cairo_create(surface);
    cairo_scale(cr, scale, scale);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_rectangle(cr, 0, 0, width, height);
    cairo_fill(cr);
    cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    draw(cr, context);
    *status = cairo_status(cr);
    cairo_destroy(cr);
}

static cairo_status_t write_svg(const char *path, int width, int height, mr_drawing draw,
                                const void *context) {
    cairo_status_t drawn;
    cairo_surface_t *surface = cairo_svg_surface_create(path, width, height);
    draw_on(surface, 1, width, height, draw, context, &drawn);
    cairo_surface_finish(surface);
    cairo_status_t written = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    return drawn != CAIRO_STATUS_SUCCESS ? drawn : written;
}

static cairo_status_t write_png(const char *path, int width, int height, mr_drawing draw,
                                const void *context) {
    cairo_status_t status;
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, PNG_SCALE * width, PNG_SCALE * height);
    draw_on(surface, PNG_SCALE, width, height, draw, context, &status);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_write_to_png(surface, path);
    cairo_surface_destroy(surface);
    return status;
}

mr_status mr_chart_write(const char *folder, const char *name, int width, int height,
                         mr_drawing draw, const void *context) {
    typedef cairo_status_t (*writer)(const char *, int, int, mr_drawing, const void *);
    static const struct {
        const char *ending;
        writer write;
    } formats[] = {{"svg", write_svg}, {"png", write_png}};
    MR_TRY(mr_folder_make(folder));
    for (int i = 0; i < 2; i++) {
        char *path;
        if (asprintf(&path, "%s/%s.%s", folder, name, formats[i].ending) < 0)
            return mr_fail(MR_E_MEMORY, "%s: no memory for a chart", folder);
        cairo_status_t status = formats[i].write(path, width, height, draw, context);
        mr_status result = MR_OK;
        if (status != CAIRO_STATUS_SUCCESS)
            result = mr_fail(MR_E_IO, "%s: %s", path, cairo_status_to_string(status));
        free(path);
        MR_TRY(result);
    }
    return MR_OK;
}

void mr_chart_ink(cairo_t *cr) {
    cairo_set_source_rgb(cr, .15, .16, .18);
}

void mr_chart_rule(cairo_t *cr) {
    cairo_set_source_rgb(cr, .88, .89, .91);
}

void mr_chart_colour(cairo_t *cr, int number) {
    const double *c = palette[number % COLOURS];
    cairo_set_source_rgb(cr, c[0], c[1], c[2]);
}

void mr_chart_text(cairo_t *cr, double x, double y, double align, double size, bool bold,
                   const char *text) {
    cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, size);
    cairo_text_extents_t extents;
    cairo_text_extents(cr, text, &extents);
    cairo_move_to(cr, x - align * extents.x_advance, y + 0.36 * size);
    cairo_show_text(cr, text);
}

double mr_axes_x(const mr_axes *axes, double value) {
    return axes->x + axes->width * (value - axes->left) / (axes->right - axes->left);
}

double mr_axes_y(const mr_axes *axes, double value) {
    return axes->y + axes->height * (axes->top - value) / (axes->top - axes->bottom);
}

double mr_tick_step(double range, int most) {
    double step = pow(10, floor(log10(range / most)));
    static const double factors[] = {1, 2, 5, 10};
    for (int i = 0; i < 4; i++)
        if (range / (step * factors[i]) <= most)
            return step * factors[i];
    return step * 10;
}

enum { TICKS_MOST = 100 };

static void line(cairo_t *cr, double x1, double y1, double x2, double y2) {
    cairo_move_to(cr, x1, y1);
    cairo_line_to(cr, x2, y2);
    cairo_stroke(cr);
}

/* Ticks from `first` steps on up to `end`; at numbers too large for their steps there are none. */
static int count_ticks(double first, double step, double end) {
    double count = floor(end / step + 1e-9) - first + 1;
    return count > 0 && count <= TICKS_MOST ? (int)count : 0;
}

static void draw_y_ticks(cairo_t *cr, const mr_axes *axes, double step) {
    double first = ceil(axes->bottom / step - 1e-9);
    int count = count_ticks(first, step, axes->top);
    for (int i = 0; i < count; i++) {
        char text[32];
        double value = (first + i) * step, y = mr_axes_y(axes, value);
        snprintf(text, sizeof text, "%g", value + 0.0); /* no "-0" */
        mr_chart_rule(cr);
        line(cr, axes->x, y, axes->x + axes->width, y);
        mr_chart_ink(cr);
        mr_chart_text(cr, axes->x - 7, y, 1, 10.5, false, text);
    }
}

static void draw_x_ticks(cairo_t *cr, const mr_axes *axes, double step) {
    double bottom = axes->y + axes->height, first = ceil(axes->left / step - 1e-9);
    int count = count_ticks(first, step, axes->right);
    for (int i = 0; i < count; i++) {
        char text[32];
        double value = (first + i) * step, x = mr_axes_x(axes, value);
        snprintf(text, sizeof text, "%g", value + 0.0); /* no "-0" */
        line(cr, x, bottom, x, bottom + 4);
        mr_chart_text(cr, x, bottom + 13, .5, 10.5, false, text);
    }
}

void mr_axes_draw(cairo_t *cr, const mr_axes *axes, double x_step, double y_step, const char *title,
                  const char *x_label) {
    double bottom = axes->y + axes->height;
    cairo_set_line_width(cr, 1);
    draw_y_ticks(cr, axes, y_step);
    mr_chart_ink(cr);
    line(cr, axes->x, bottom, axes->x + axes->width, bottom);
    if (x_step > 0)
        draw_x_ticks(cr, axes, x_step);
    mr_chart_text(cr, axes->x, axes->y - 18, 0, 13, true, title);
    mr_chart_text(cr, axes->x + axes->width / 2, bottom + 32, .5, 11, false, x_label);
}
