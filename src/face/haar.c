#include "face/haar.h"

#include "base/memory.h"
#include "face/haar_group.h"
#include "face/haar_integral.h"
#include "face/haar_scale.h"
#include "face/haar_scan.h"

#include <math.h>
#include <stdlib.h>

/* Levels of a pyramid at most: a window of 4 pixels in a picture of 65,536 with a factor of 1.01.
 */
#define MAX_LEVELS 1024

/* Rows of windows between two moves of the band: long enough to make those cheap, short enough for
 * the cache. */
#define ROWS_PER_SLIDE 48

/* Below this scale only every other window is tried, across and down. */
static const float dense_from_scale = 2;

struct mr_haar {
    const mr_cascade *cascade;
    mr_haar_scanner *scan;
    mr_haar_plan plans[2]; /* for steps of 1 and 2 */
    int width;             /* of the pictures that the plans are made for */
    mr_image grey;         /* pixels grown as needed */
    size_t grey_capacity;
    uint8_t *pixels; /* one row of a level */
    float *norms;
    mr_haar_hit *hits;
    size_t pixel_capacity, norm_capacity, hit_capacity;
    mr_haar_scaler scaler;
    mr_haar_band band;
    mr_haar_candidate *candidates;
    size_t candidate_count, candidate_capacity;
    int min_neighbors; /* of the call under way */
    mr_haar_grouper grouper;
};

mr_haar_params mr_haar_params_defaults(void) {
    return (mr_haar_params){.scale_factor = 1.1, .min_neighbors = 3};
}

mr_status mr_haar_create(const mr_cascade *cascade, mr_haar **out) {
    mr_haar *haar = calloc(1, sizeof *haar);
    if (!haar)
        return mr_fail(MR_E_MEMORY, "no memory for a Haar detector");
    haar->cascade = cascade;
    haar->scan = mr_haar_scanner_best();
    for (int i = 0; i < 2; i++) {
        mr_status status = mr_haar_plan_create(cascade, &haar->plans[i]);
        if (status != MR_OK) {
            mr_haar_free(haar);
            return status;
        }
    }
    *out = haar;
    return MR_OK;
}

void mr_haar_free(mr_haar *haar) {
    if (!haar)
        return;
    mr_haar_plan_free(&haar->plans[0]);
    mr_haar_plan_free(&haar->plans[1]);
    free(haar->grey.pixels);
    free(haar->pixels);
    free(haar->norms);
    free(haar->hits);
    mr_haar_scaler_free(&haar->scaler);
    mr_haar_band_free(&haar->band);
    free(haar->candidates);
    mr_haar_grouper_free(&haar->grouper);
    free(haar);
}

/* ---- preparing for a picture ---- */

static mr_status check(const mr_image *image, const mr_haar_params *params) {
    if (image->width < 1 || image->height < 1 || (image->channels != 1 && image->channels != 3))
        return mr_fail(MR_E_ARGUMENT, "a picture of %d × %d pixels and %d channels", image->width,
                       image->height, image->channels);
    if (image->width > MR_HAAR_SIDE_MAX || image->height > MR_HAAR_SIDE_MAX)
        return mr_fail(MR_E_LIMIT, "%d × %d pixels: a cascade looks at sides of at most %d",
                       image->width, image->height, MR_HAAR_SIDE_MAX);
    if (!(params->scale_factor >= 1.01 && params->scale_factor <= 10))
        return mr_fail(MR_E_ARGUMENT, "scale factor %g: 1.01 … 10 was expected",
                       params->scale_factor);
    if (params->min_neighbors < 0 || params->min_size < 0 || params->max_size < 0)
        return mr_fail(MR_E_ARGUMENT, "neighbours and sizes must not be negative");
    return MR_OK;
}

/* Makes scratch memory and plans fit pictures of this width. */
static mr_status prepare(mr_haar *haar, int width) {
    const mr_cascade *cascade = haar->cascade;
    size_t columns = (size_t)width;
    int rows = cascade->height + 1 + ROWS_PER_SLIDE;
    if (!mr_grow(&haar->pixels, &haar->pixel_capacity, columns, sizeof *haar->pixels) ||
        !mr_grow(&haar->norms, &haar->norm_capacity, columns + MR_HAAR_PADDING,
                 sizeof *haar->norms) ||
        !mr_grow(&haar->hits, &haar->hit_capacity, columns, sizeof *haar->hits))
        return mr_fail(MR_E_MEMORY, "no memory for a picture %d pixels wide", width);
    MR_TRY(mr_haar_band_reserve(&haar->band, width, rows, cascade->tilted));
    if (width == haar->width)
        return MR_OK;
    for (int i = 0; i < 2; i++) {
        mr_haar_layout layout = mr_haar_layout_for(width, i + 1);
        mr_haar_plan_layout(&haar->plans[i], &layout);
    }
    haar->width = width;
    return MR_OK;
}

/* The picture in grey: itself, or a copy in the detector's own memory. */
static mr_status make_grey(mr_haar *haar, const mr_image *image, const mr_image **grey) {
    *grey = image;
    if (image->channels == 1)
        return MR_OK;
    size_t pixels = (size_t)image->width * (size_t)image->height;
    if (!mr_grow(&haar->grey.pixels, &haar->grey_capacity, pixels, 1))
        return mr_fail(MR_E_MEMORY, "no memory for a grey picture of %zu pixels", pixels);
    haar->grey.width = image->width;
    haar->grey.height = image->height;
    haar->grey.channels = 1;
    haar->grey.stride = (size_t)image->width;
    mr_image_to_grey(image, &haar->grey);
    *grey = &haar->grey;
    return MR_OK;
}

/* ---- levels ---- */

/* A window's side in pixels of the picture. OpenCV's rounding: to even in the middle. */
static int scaled(int side, float scale) {
    return (int)lrintf((float)side * scale);
}

/* The scales of the pyramid, ascending; returns their number. */
static int list_scales(const mr_cascade *cascade, const mr_image *image,
                       const mr_haar_params *params, float *scales) {
    int high_x = params->max_size ? params->max_size : image->width;
    int high_y = params->max_size ? params->max_size : image->height;
    int count = 0;
    double nearest = INFINITY;
    float fallback = 0, scale = 1;
    for (double factor = 1; count < MAX_LEVELS; factor *= params->scale_factor) {
        int width = (int)lrint(cascade->width * factor),
            height = (int)lrint(cascade->height * factor);
        if (width > image->width || height > image->height)
            break;
        scale = (float)factor;
        double dx = params->min_size - scaled(cascade->width, scale);
        double dy = params->min_size - scaled(cascade->height, scale);
        if (dx * dx + dy * dy < nearest) {
            nearest = dx * dx + dy * dy;
            fallback = scale;
        }
        width = scaled(cascade->width, scale);
        height = scaled(cascade->height, scale);
        if (width >= params->min_size && height >= params->min_size && width <= high_x &&
            height <= high_y)
            scales[count++] = scale;
    }
    if (count == 0 && fallback > 0)
        scales[count++] = fallback;
    return count;
}

static mr_status add_candidates(mr_haar *haar, float scale, int y, int step, int hits) {
    const mr_cascade *cascade = haar->cascade;
    MR_TRY(mr_haar_group_check(haar->candidate_count + (size_t)hits, haar->min_neighbors));
    if (!mr_grow(&haar->candidates, &haar->candidate_capacity, haar->candidate_count + (size_t)hits,
                 sizeof *haar->candidates))
        return mr_fail(MR_E_MEMORY, "no memory for %zu candidates", haar->candidate_count);
    for (int i = 0; i < hits; i++)
        haar->candidates[haar->candidate_count++] =
            (mr_haar_candidate){.x = scaled(haar->hits[i].index * step, scale),
                                .y = scaled(y, scale),
                                .width = scaled(cascade->width, scale),
                                .height = scaled(cascade->height, scale),
                                .neighbors = 1,
                                .margin = haar->hits[i].margin};
    return MR_OK;
}

/* Tries every window of one level. */
static mr_status scan_level(mr_haar *haar, const mr_image *grey, float scale) {
    const mr_cascade *cascade = haar->cascade;
    const mr_haar_plan *plan = &haar->plans[scale < dense_from_scale];
    mr_haar_band *band = &haar->band;
    int step = plan->layout.step;
    int width = (int)lrintf((float)grey->width / scale);
    int height = (int)lrintf((float)grey->height / scale);
    int columns = width - cascade->width + 1, rows = height - cascade->height + 1;
    if (columns < 1 || rows < 1)
        return MR_OK;
    MR_TRY(mr_haar_scaler_begin(&haar->scaler, grey, width, height));
    mr_haar_band_begin(band, &plan->layout, width);
    for (int y = 0; y < rows; y += step) {
        while (band->next <= y + cascade->height) {
            mr_haar_band_slide(band, y);
            mr_haar_scaler_row(&haar->scaler, band->next - 1, haar->pixels);
            mr_haar_band_push(band, haar->pixels);
        }
        size_t at = mr_haar_band_row(band, y);
        mr_haar_row row = {.sum = band->sum + at,
                           .square = band->square + at,
                           .tilted = (cascade->tilted ? band->tilted : band->sum) + at,
                           .count = (columns + step - 1) / step};
        int hits = haar->scan(plan, &row, haar->norms, haar->hits);
        if (hits)
            MR_TRY(add_candidates(haar, scale, y, step, hits));
    }
    return MR_OK;
}

/* ---- results ---- */

/* Cuts a group's box at the picture's border. */
static mr_face to_face(const mr_haar_candidate *c, const mr_image *image) {
    int right = c->x + c->width, bottom = c->y + c->height;
    right = right < image->width ? right : image->width;
    bottom = bottom < image->height ? bottom : image->height;
    float n = (float)c->neighbors + 1 - 1 / (1 + c->margin);
    return (mr_face){
        .box = {(float)c->x, (float)c->y, (float)(right - c->x), (float)(bottom - c->y)},
        .score = n / (n + 8)};
}

/* Inserts a face into a list that is sorted by falling score and keeps its best. */
static void insert_face(mr_face *faces, size_t capacity, size_t *count, mr_face face) {
    size_t at = *count;
    if (at == capacity) {
        if (at == 0 || faces[at - 1].score >= face.score)
            return;
        at--;
    } else {
        ++*count;
    }
    for (; at > 0 && faces[at - 1].score < face.score; at--)
        faces[at] = faces[at - 1];
    faces[at] = face;
}

mr_status mr_haar_detect(mr_haar *haar, const mr_image *image, const mr_haar_params *params,
                         mr_face *faces, size_t capacity, size_t *count) {
    const mr_haar_params defaults = mr_haar_params_defaults();
    const mr_image *grey;
    float scales[MAX_LEVELS];
    if (!params)
        params = &defaults;
    MR_TRY(check(image, params));
    MR_TRY(prepare(haar, image->width));
    MR_TRY(make_grey(haar, image, &grey));
    int levels = list_scales(haar->cascade, grey, params, scales);
    haar->candidate_count = 0;
    haar->min_neighbors = params->min_neighbors;
    for (int i = 0; i < levels; i++)
        MR_TRY(scan_level(haar, grey, scales[i]));
    MR_TRY(mr_haar_group(&haar->grouper, haar->candidates, &haar->candidate_count,
                         params->min_neighbors));
    *count = 0;
    for (size_t i = 0; i < haar->candidate_count; i++)
        insert_face(faces, capacity, count, to_face(&haar->candidates[i], image));
    return MR_OK;
}
