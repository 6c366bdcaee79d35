#include "image/draw.h"

#include "base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cairo.h>

typedef struct figure {
    mr_box box; /* cut to the picture */
    bool has_landmarks;
    mr_point landmarks[MR_LANDMARKS];
    char *label;  /* or NULL */
    mr_box plate; /* what the label is set on; empty before it is placed */
    int colour;
} figure;

struct mr_canvas {
    int width, height;
    figure *figures;
    size_t count, capacity;
    bool out_of_memory;
    double unit; /* 1 for a picture of about one megapixel; every length is in units */
    cairo_t *cairo;
};

enum { COLOURS = 7 };
static const double palette[COLOURS][3] = {
    {0.34, 0.71, 0.91}, {0.90, 0.62, 0.00}, {0.00, 0.62, 0.45}, {0.94, 0.89, 0.26},
    {0.80, 0.47, 0.65}, {0.84, 0.37, 0.00}, {0.00, 0.45, 0.70},
};

mr_status mr_canvas_begin(const mr_image *image, mr_canvas **out) {
    mr_canvas *canvas = calloc(1, sizeof *canvas);
    if (!canvas)
        return mr_fail(MR_E_MEMORY, "no memory for a drawing");
    canvas->width = image->width;
    canvas->height = image->height;
    canvas->unit = fmax(0.65, sqrt((double)image->width * image->height) / 1000);
    *out = canvas;
    return MR_OK;
}

/* The part of a box that lies in the picture; empty where there is none. */
static mr_box cut_to_picture(const mr_canvas *canvas, const mr_box *box) {
    float left = fmaxf(box->x, 0), top = fmaxf(box->y, 0);
    float right = fminf(box->x + box->width, (float)canvas->width);
    float bottom = fminf(box->y + box->height, (float)canvas->height);
    return (mr_box){left, top, fmaxf(right - left, 0), fmaxf(bottom - top, 0)};
}

void mr_canvas_face(mr_canvas *canvas, const mr_box *box, const mr_point *landmarks,
                    const char *label, int colour) {
    char *copy = label ? strdup(label) : NULL;
    if ((label && !copy) ||
        !mr_grow(&canvas->figures, &canvas->capacity, canvas->count + 1, sizeof *canvas->figures)) {
        free(copy);
        canvas->out_of_memory = true;
        return;
    }
    figure *added = &canvas->figures[canvas->count++];
    *added = (figure){
        .box = cut_to_picture(canvas, box),
        .has_landmarks = landmarks != NULL,
        .label = copy,
        .colour = (int)((unsigned)colour % COLOURS),
    };
    if (landmarks)
        memcpy(added->landmarks, landmarks, sizeof added->landmarks);
}

static void trace_rounded(cairo_t *cairo, const mr_box *box, double radius) {
    double right = box->x + box->width, bottom = box->y + box->height;
    double left = box->x, top = box->y;
    radius = fmin(radius, fminf(box->width, box->height) / 2);
    cairo_new_sub_path(cairo);
    cairo_arc(cairo, right - radius, top + radius, radius, -M_PI / 2, 0);
    cairo_arc(cairo, right - radius, bottom - radius, radius, 0, M_PI / 2);
    cairo_arc(cairo, left + radius, bottom - radius, radius, M_PI / 2, M_PI);
    cairo_arc(cairo, left + radius, top + radius, radius, M_PI, 3 * M_PI / 2);
    cairo_close_path(cairo);
}

static void set_colour(cairo_t *cairo, int colour) {
    cairo_set_source_rgb(cairo, palette[colour][0], palette[colour][1], palette[colour][2]);
}

/* A coloured line with a darker, wider one beneath stands out from bright and dark alike. */
static void draw_box(const mr_canvas *canvas, const figure *face) {
    double unit = canvas->unit;
    trace_rounded(canvas->cairo, &face->box, 6 * unit);
    cairo_set_source_rgba(canvas->cairo, 0, 0, 0, 0.45);
    cairo_set_line_width(canvas->cairo, 5 * unit);
    cairo_stroke_preserve(canvas->cairo);
    set_colour(canvas->cairo, face->colour);
    cairo_set_line_width(canvas->cairo, 3 * unit);
    cairo_stroke(canvas->cairo);
}

static void draw_landmarks(const mr_canvas *canvas, const figure *face) {
    double radius = fmin(3.2 * canvas->unit, 0.03 * face->box.width);
    for (int i = 0; i < MR_LANDMARKS; i++) {
        cairo_arc(canvas->cairo, face->landmarks[i].x, face->landmarks[i].y, radius, 0, 2 * M_PI);
        cairo_set_source_rgba(canvas->cairo, 0, 0, 0, 0.6);
        cairo_set_line_width(canvas->cairo, 0.8 * radius);
        cairo_stroke_preserve(canvas->cairo);
        set_colour(canvas->cairo, face->colour);
        cairo_fill(canvas->cairo);
    }
}

static double overlap(const mr_box *a, const mr_box *b) {
    float width = fminf(a->x + a->width, b->x + b->width) - fmaxf(a->x, b->x);
    float height = fminf(a->y + a->height, b->y + b->height) - fmaxf(a->y, b->y);
    return width > 0 && height > 0 ? (double)width * height : 0;
}

/* What a plate would hide: parts of faces, and of plates already placed, which count more. */
static double hidden_by(const mr_canvas *canvas, const mr_box *plate) {
    double hidden = 0;
    for (size_t i = 0; i < canvas->count; i++)
        hidden +=
            overlap(plate, &canvas->figures[i].box) + 3 * overlap(plate, &canvas->figures[i].plate);
    return hidden;
}

static float keep_inside(float at, float length, int size) {
    return fmaxf(0, fminf(at, (float)size - length));
}

/* Tries below, above, right and left of the face and takes the place that hides the least. */
static void place_plate(const mr_canvas *canvas, figure *face, float width, float height) {
    float gap = (float)(4 * canvas->unit);
    const mr_box *box = &face->box;
    float right = box->x + box->width + gap, below = box->y + box->height + gap;
    const mr_point places[] = {
        {box->x, below},
        {box->x, box->y - height - gap},
        {right, box->y},
        {box->x - width - gap, box->y},
    };
    double least = INFINITY;
    mr_box best = {0};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        mr_box plate = {keep_inside(places[i].x, width, canvas->width),
                        keep_inside(places[i].y, height, canvas->height), width, height};
        double hidden = hidden_by(canvas, &plate);
        if (hidden < least) {
            least = hidden;
            best = plate;
        }
    }
    face->plate = best;
}

/* Calls for each line of the label; `at` is NULL to measure only. Returns the widest advance. */
static double lay_lines(cairo_t *cairo, const char *label, double line_height, const mr_point *at) {
    double widest = 0, y = at ? at->y : 0;
    char *copy = strdup(label), *rest = copy, *line;
    while (rest && (line = strsep(&rest, "\n"))) {
        cairo_text_extents_t extents;
        cairo_text_extents(cairo, line, &extents);
        widest = fmax(widest, extents.x_advance);
        if (at) {
            cairo_move_to(cairo, at->x, y);
            cairo_show_text(cairo, line);
        }
        y += line_height;
    }
    free(copy);
    return widest;
}

static int count_lines(const char *label) {
    int lines = 1;
    for (const char *p = label; *p; p++)
        lines += *p == '\n';
    return lines;
}

static void draw_label(const mr_canvas *canvas, figure *face) {
    double unit = canvas->unit, pad = 6 * unit, bar = 4 * unit;
    cairo_t *cairo = canvas->cairo;
    cairo_font_extents_t font;
    cairo_font_extents(cairo, &font);
    double width = lay_lines(cairo, face->label, font.height, NULL) + 2 * pad + bar;
    double height = count_lines(face->label) * font.height + pad;
    place_plate(canvas, face, (float)width, (float)height);

    const mr_box *plate = &face->plate;
    trace_rounded(cairo, plate, 4 * unit);
    cairo_save(cairo);
    cairo_clip(cairo);
    cairo_set_source_rgba(cairo, 0.07, 0.08, 0.10, 0.82);
    cairo_paint(cairo);
    cairo_rectangle(cairo, plate->x, plate->y, bar, plate->height);
    set_colour(cairo, face->colour);
    cairo_fill(cairo);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    mr_point start = {(float)(plate->x + bar + pad), (float)(plate->y + pad / 2 + font.ascent)};
    lay_lines(cairo, face->label, font.height, &start);
    cairo_restore(cairo);
}

static void draw_all(mr_canvas *canvas) {
    cairo_select_font_face(canvas->cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_BOLD);
    cairo_set_font_size(canvas->cairo, 16 * canvas->unit);
    for (size_t i = 0; i < canvas->count; i++) {
        draw_box(canvas, &canvas->figures[i]);
        if (canvas->figures[i].has_landmarks)
            draw_landmarks(canvas, &canvas->figures[i]);
    }
    for (size_t i = 0; i < canvas->count; i++)
        if (canvas->figures[i].label)
            draw_label(canvas, &canvas->figures[i]);
}

/* Cairo's RGB24 keeps a pixel as one 32-bit number, 0x00RRGGBB. */
static void copy_pixels(cairo_surface_t *surface, mr_image *image, bool into_surface) {
    cairo_surface_flush(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    unsigned char *pixels = cairo_image_surface_get_data(surface);
    for (int y = 0; y < image->height; y++) {
        uint8_t *rgb = image->pixels + (size_t)y * image->stride;
        unsigned char *row = pixels + (size_t)y * stride;
        for (int x = 0; x < image->width; x++, rgb += 3, row += 4) {
            uint32_t pixel = (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
            if (into_surface) {
                memcpy(row, &pixel, sizeof pixel);
                continue;
            }
            memcpy(&pixel, row, sizeof pixel);
            rgb[0] = (uint8_t)(pixel >> 16);
            rgb[1] = (uint8_t)(pixel >> 8);
            rgb[2] = (uint8_t)pixel;
        }
    }
    cairo_surface_mark_dirty(surface);
}

static mr_status draw_on(mr_canvas *canvas, mr_image *image) {
    if (canvas->out_of_memory)
        return mr_fail(MR_E_MEMORY, "no memory for a drawing");
    if (image->channels != 3 || image->width != canvas->width || image->height != canvas->height)
        return mr_fail(MR_E_ARGUMENT,
                       "drawing of %dx%d pixels onto %dx%d with %d channels: "
                       "expected the same size and RGB",
                       canvas->width, canvas->height, image->width, image->height, image->channels);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, image->width, image->height);
    cairo_status_t failure = cairo_surface_status(surface);
    if (failure == CAIRO_STATUS_SUCCESS) {
        copy_pixels(surface, image, true);
        canvas->cairo = cairo_create(surface);
        draw_all(canvas);
        failure = cairo_status(canvas->cairo);
        cairo_destroy(canvas->cairo);
    }
    if (failure == CAIRO_STATUS_SUCCESS)
        copy_pixels(surface, image, false);
    cairo_surface_destroy(surface);
    return failure == CAIRO_STATUS_SUCCESS
               ? MR_OK
               : mr_fail(MR_E_ENGINE, "drawing: %s", cairo_status_to_string(failure));
}

mr_status mr_canvas_end(mr_canvas *canvas, mr_image *image) {
    mr_status status = draw_on(canvas, image);
    for (size_t i = 0; i < canvas->count; i++)
        free(canvas->figures[i].label);
    free(canvas->figures);
    free(canvas);
    return status;
}
