#include "base/csv.h"
#include "base/memory.h"
#include "learn/chart.h"
#include "learn/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERIES_MAX = 16, PANELS = 5, PANEL_WIDTH = 420, HEIGHT = 380 };

typedef struct series {
    const char *name;
    double *values;  /* one a row of the log */
    bool validation; /* drawn dashed where training's are drawn too */
} series;

typedef struct panel {
    const char *title;
    bool falls; /* its curves are expected to: decides where the legend is */
    double factor;
    series series[SERIES_MAX];
    int count;
} panel;

typedef struct training_plot {
    double *epochs;
    size_t rows;
    panel panels[PANELS];
} training_plot;

static bool starts_with(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

static bool ends_with(const char *text, const char *ending) {
    size_t a = strlen(text), b = strlen(ending);
    return a >= b && strcmp(text + a - b, ending) == 0;
}

/* Errors of points: of one set, or of several that are told apart by what follows. */
static bool is_nme(const char *column) {
    return ends_with(column, "_nme") || starts_with(column, "nme_");
}

/* The panel that shows a column, or NULL. */
static panel *panel_of(training_plot *plot, const char *column) {
    if (starts_with(column, "loss_") || ends_with(column, "_log_loss"))
        return &plot->panels[0];
    if (ends_with(column, "_accuracy"))
        return &plot->panels[1];
    if (ends_with(column, "_mae"))
        return &plot->panels[2];
    if (starts_with(column, "ap_") || starts_with(column, "focus_ap_"))
        return &plot->panels[3];
    return is_nme(column) ? &plot->panels[4] : NULL;
}

/* Where `may_lack`, NaN stands for what could not be measured. */
static mr_status read_column(const mr_csv *csv, const char *path, int column, double factor,
                             bool may_lack, double **out) {
    double *values = mr_alloc(csv->rows * sizeof *values);
    if (!values)
        return mr_fail(MR_E_MEMORY, "%s: no memory for its columns", path);
    *out = values;
    for (size_t row = 0; row < csv->rows; row++) {
        MR_TRY(mr_csv_number(csv, path, row, column, &values[row]));
        if (!isfinite(values[row]) && !(may_lack && isnan(values[row])))
            return mr_fail(MR_E_FORMAT, "%s: line %zu: a value is not finite", path,
                           csv->lines[row]);
        values[row] *= factor;
    }
    return MR_OK;
}

/* The log of runs that stand one after the other, each from epoch 1, is counted through. */
static void count_through(double *epochs, size_t rows) {
    double earlier = 0;
    for (size_t row = 1; row < rows; row++) {
        if (epochs[row] + earlier <= epochs[row - 1])
            earlier = epochs[row - 1];
        epochs[row] += earlier;
    }
}

static mr_status read_plot(const mr_csv *csv, const char *path, training_plot *plot) {
    int epoch = mr_csv_column(csv, "epoch");
    if (epoch < 0 || csv->rows == 0)
        return mr_fail(MR_E_FORMAT, "%s: not the log of a training with at least one epoch", path);
    plot->rows = csv->rows;
    MR_TRY(read_column(csv, path, epoch, 1, false, &plot->epochs));
    count_through(plot->epochs, plot->rows);
    for (size_t column = 0; column < csv->columns; column++) {
        const char *name = csv->fields[column];
        panel *place = panel_of(plot, name);
        if (!place || place->count == SERIES_MAX)
            continue;
        series *added = &place->series[place->count++];
        *added = (series){.name = name, .validation = !starts_with(name, "loss_")};
        MR_TRY(read_column(csv, path, (int)column, place->factor, is_nme(name), &added->values));
    }
    return MR_OK;
}

static mr_axes axes_of(const training_plot *plot, const panel *p, double x, double *step) {
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < p->count; i++)
        for (size_t row = 0; row < plot->rows; row++) {
            low = fmin(low, p->series[i].values[row]);
            high = fmax(high, p->series[i].values[row]);
        }
    if (low > high)
        low = high = 0; /* nothing was measured */
    *step = mr_tick_step(fmax(high - low, 1e-3 * fmax(1, fabs(high))), 6);
    double last = plot->epochs[plot->rows - 1];
    return (mr_axes){.x = x + 58,
                     .y = 52,
                     .width = PANEL_WIDTH - 82,
                     .height = HEIGHT - 112,
                     .left = plot->epochs[0],
                     .right = last > plot->epochs[0] ? last : plot->epochs[0] + 1,
                     .bottom = *step * floor(low / *step),
                     .top = *step * ceil(high / *step + 1e-9)};
}

static void set_style(cairo_t *cr, int colour, bool dashed) {
    const double dash[] = {6, 4};
    mr_chart_colour(cr, colour);
    cairo_set_line_width(cr, 2);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_dash(cr, dash, dashed ? 2 : 0, 0);
}

static void draw_series(cairo_t *cr, const mr_axes *axes, const training_plot *plot,
                        const series *s) {
    cairo_new_path(cr);
    for (size_t row = 0; row < plot->rows; row++)
        if (isnan(s->values[row]))
            cairo_new_sub_path(cr);
        else
            cairo_line_to(cr, mr_axes_x(axes, plot->epochs[row]), mr_axes_y(axes, s->values[row]));
    cairo_stroke(cr);
    if (plot->rows > 1 || isnan(s->values[0]))
        return;
    cairo_arc(cr, mr_axes_x(axes, plot->epochs[0]), mr_axes_y(axes, s->values[0]), 3, 0, 7);
    cairo_fill(cr);
}

static bool is_dashed(const panel *p, int i) {
    return starts_with(p->series[i].name, "focus_") ||
           (p->falls && p->series[i].validation && !p->series[0].validation);
}

/* Where the name of the head, or the height of faces, begins that a column is about, and how long
 * it is. */
static const char *head_of(const series *s, int *length) {
    static const char *const before[] = {"loss_", "focus_ap_", "ap_", "nme_"};
    const char *name = s->name;
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if (starts_with(s->name, before[i]))
            name = s->name + strlen(before[i]);
    *length = (int)strcspn(name, "_");
    return name;
}

/* A head has one colour, that of its first curve. */
static int colour_of(const panel *p, int i) {
    int length, other;
    const char *name = head_of(&p->series[i], &length);
    for (int k = 0; k < i; k++) {
        const char *earlier = head_of(&p->series[k], &other);
        if (length == other && strncmp(name, earlier, (size_t)length) == 0)
            return k;
    }
    return i;
}

/* The head, and, where both are drawn, the part of the data. */
static void name_series(const panel *p, int i, char *text, size_t size) {
    int length;
    const char *name = head_of(&p->series[i], &length);
    if (ends_with(p->series[i].name, "_nme")) {
        snprintf(text, size, "five points");
        return;
    }
    if (*name >= '0' && *name <= '9') {
        snprintf(text, size, "from %.*s px%s", length, name, is_dashed(p, i) ? ", focus" : "");
        return;
    }
    const char *part = p->series[0].validation ? ""
                       : is_dashed(p, i)       ? ", validation"
                                               : ", training";
    snprintf(text, size, "%.*s%s", length, name, part);
}

/* In the corner that the curves leave free. */
static void draw_legend(cairo_t *cr, const mr_axes *axes, const panel *p) {
    const double row = 17, width = 150;
    double x = axes->x + axes->width - width;
    double y = p->falls ? axes->y + 6 : axes->y + axes->height - p->count * row - 6;
    cairo_set_source_rgba(cr, 1, 1, 1, .85);
    cairo_rectangle(cr, x - 6, y, width + 6, p->count * row);
    cairo_fill(cr);
    for (int i = 0; i < p->count; i++) {
        char text[64];
        name_series(p, i, text, sizeof text);
        set_style(cr, colour_of(p, i), is_dashed(p, i));
        cairo_move_to(cr, x, y + (i + .5) * row);
        cairo_rel_line_to(cr, 22, 0);
        cairo_stroke(cr);
        cairo_set_dash(cr, NULL, 0, 0);
        mr_chart_ink(cr);
        mr_chart_text(cr, x + 28, y + (i + .5) * row, 0, 10.5, false, text);
    }
}

static void draw_panel(cairo_t *cr, const training_plot *plot, const panel *p, double x) {
    double step;
    mr_axes axes = axes_of(plot, p, x, &step);
    double x_step = fmax(mr_tick_step(axes.right - axes.left, 8), 1);
    mr_axes_draw(cr, &axes, x_step, step, p->title, "epoch");
    for (int i = 0; i < p->count; i++) {
        set_style(cr, colour_of(p, i), is_dashed(p, i));
        draw_series(cr, &axes, plot, &p->series[i]);
        cairo_set_dash(cr, NULL, 0, 0);
    }
    draw_legend(cr, &axes, p);
}

static int count_panels(const training_plot *plot) {
    int count = 0;
    for (int i = 0; i < PANELS; i++)
        count += plot->panels[i].count > 0;
    return count;
}

static void draw_plot(cairo_t *cr, const void *context) {
    const training_plot *plot = context;
    double x = 0;
    for (int i = 0; i < PANELS; i++)
        if (plot->panels[i].count > 0) {
            draw_panel(cr, plot, &plot->panels[i], x);
            x += PANEL_WIDTH;
        }
}

static void free_plot(training_plot *plot) {
    free(plot->epochs);
    for (int i = 0; i < PANELS; i++)
        for (int k = 0; k < plot->panels[i].count; k++)
            free(plot->panels[i].series[k].values);
}

mr_status mr_plot_training(const char *csv_path, const char *folder) {
    training_plot plot = {
        .panels = {{.title = "Loss", .falls = true, .factor = 1},
                   {.title = "Validation accuracy, %", .factor = 100},
                   {.title = "Validation error of age, years", .falls = true, .factor = 1},
                   {.title = "Validation average precision, %", .factor = 100},
                   {.title = "Validation error of landmarks, %", .falls = true, .factor = 100}}};
    mr_csv csv;
    MR_TRY(mr_csv_load(csv_path, MR_CSV_DEFAULT_LIMIT, &csv));
    mr_status status = read_plot(&csv, csv_path, &plot);
    int panels = count_panels(&plot);
    if (status == MR_OK && panels == 0)
        status = mr_fail(MR_E_FORMAT, "%s: has no column that is drawn", csv_path);
    if (status == MR_OK)
        status = mr_chart_write(folder, "curves", panels * PANEL_WIDTH, HEIGHT, draw_plot, &plot);
    free_plot(&plot);
    mr_csv_free(&csv);
    return status;
}
