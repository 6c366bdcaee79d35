/*
 * Charts on cairo: one drawing, written as SVG for pages and as PNG for everybody else.
 *
 *     static void draw(cairo_t *cr, const void *context) { … mr_axes_begin(…) … }
 *     MR_TRY(mr_chart_write("models/emotion", "curves", 900, 380, draw, &curves));
 *
 * Colours are those of Okabe and Ito (2008), which people with colour blindness can tell apart, on
 * a white ground. Units are pixels of the SVG; the PNG has twice as many.
 *
 * Thread rule: no shared state.
 */
#ifndef MR_LEARN_CHART_H
#define MR_LEARN_CHART_H

#include "base/error.h"

#include <cairo.h>
#include <stdbool.h>

/* Draws a chart; failures show in the status of `cr`. */
typedef void (*mr_drawing)(cairo_t *cr, const void *context);

/* Writes FOLDER/NAME.svg and FOLDER/NAME.png. */
mr_status mr_chart_write(const char *folder, const char *name, int width, int height,
                         mr_drawing draw, const void *context);

/* Colours: ink for text, rule for grids, and a palette counted round. */
void mr_chart_ink(cairo_t *cr);
void mr_chart_rule(cairo_t *cr);
void mr_chart_colour(cairo_t *cr, int number);

/* Text whose left end (0), middle (.5) or right end (1) is at x, its vertical middle at y. */
void mr_chart_text(cairo_t *cr, double x, double y, double align, double size, bool bold,
                   const char *text);

/* A plot area and the values at its edges. */
typedef struct mr_axes {
    double x, y, width, height; /* upper left corner and size */
    double left, right;         /* values of x */
    double bottom, top;         /* values of y */
} mr_axes;

/* Place of a value. */
double mr_axes_x(const mr_axes *axes, double value);
double mr_axes_y(const mr_axes *axes, double value);

/* A step of 1, 2 or 5 times a power of ten that cuts `range` into at most `most` parts. */
double mr_tick_step(double range, int most);

/* Grid, ticks and labels. `x_step` 0: no ticks below, for charts that label bars themselves. */
void mr_axes_draw(cairo_t *cr, const mr_axes *axes, double x_step, double y_step, const char *title,
                  const char *x_label);

#endif
