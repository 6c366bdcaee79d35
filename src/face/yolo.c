#include "face/yolo.h"

#include "base/memory.h"
#include "face/box.h"
#include "face/yolo_head.h"
#include "nn/inference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_STEP = 32, MOST_SIDE = 4096 };

/* What scores so much may be a large face that the network sees only in part. */
#define HINT 0.1f

/* What lies with this share inside a face, and is smaller than that share of it, is a part of it:
 * of a face larger than any it learnt the first look tells an eye, or all but the chin. */
#define PART_INSIDE 0.7f
#define PART_AREA   0.9f

/* How a picture lies in the network's input: in its upper left corner. */
typedef struct placement {
    int width, height;             /* of the picture there */
    int input_width, input_height; /* of the input */
} placement;

/* All that is made for one size of input. */
typedef struct workspace {
    mr_plan *plan;
    mr_runner *runner;
    mr_yolo_grid grid;
    mr_image canvas;
    mr_face *candidates, *spare; /* two a cell, for what another look adds */
    uint32_t *order;
    uint64_t used; /* number of the look that used it last; 0: empty */
} workspace;

/* Sizes of input that are kept for each look: streams of several shapes may take turns, and a
 * workspace costs as much to make as a frame. */
#define SIZES 3

struct mr_yolo {
    const mr_yolo_model *model;
    int step;                 /* sides of the input are multiples of it */
    workspace kept[2][SIZES]; /* for looks at the whole size, and again at half of it */
    uint64_t looks;           /* taken so far */
};

mr_yolo_params mr_yolo_params_defaults(void) {
    return (mr_yolo_params){.score = 0.5f, .overlap = 0.6f, .agreement = 0.65f, .enlarge = 2};
}

/* ---- memory ---- */

static void free_workspace(workspace *work) {
    mr_runner_free(work->runner);
    mr_plan_free(work->plan);
    mr_image_free(&work->canvas);
    free(work->candidates);
    free(work->spare);
    free(work->order);
    *work = (workspace){0};
}

mr_status mr_yolo_create(const mr_yolo_model *model, mr_yolo **out) {
    mr_yolo_grid grid;
    MR_TRY(mr_yolo_grid_of(model->network, &grid));
    mr_yolo *yolo = calloc(1, sizeof *yolo);
    if (!yolo)
        return mr_fail(MR_E_MEMORY, "no memory for a detector");
    yolo->model = model;
    yolo->step = SIDE_STEP;
    for (int k = 0; k < grid.level_count; k++)
        if (grid.levels[k].stride > yolo->step)
            yolo->step = grid.levels[k].stride;
    *out = yolo;
    return MR_OK;
}

void mr_yolo_free(mr_yolo *yolo) {
    if (!yolo)
        return;
    for (int i = 0; i < SIZES; i++) {
        free_workspace(&yolo->kept[0][i]);
        free_workspace(&yolo->kept[1][i]);
    }
    free(yolo);
}

static mr_status fill_workspace(const mr_yolo *yolo, const mr_network *network, workspace *work) {
    const mr_layer *input = mr_network_input(network);
    MR_TRY(mr_yolo_grid_of(network, &work->grid));
    MR_TRY(mr_plan_create(network, yolo->model->values, 1, &work->plan));
    MR_TRY(mr_runner_create(work->plan, &work->runner));
    MR_TRY(mr_image_create(input->width, input->height, 3, &work->canvas));
    work->candidates = mr_alloc(2 * work->grid.cells * sizeof *work->candidates);
    work->spare = mr_alloc(2 * work->grid.cells * sizeof *work->spare);
    work->order = mr_alloc(2 * work->grid.cells * sizeof *work->order);
    if (!work->candidates || !work->spare || !work->order)
        return mr_fail(MR_E_MEMORY, "no memory for %zu candidates", work->grid.cells);
    return MR_OK;
}

/* The workspace of this size; else the one that was not used for the longest time. */
static workspace *choose_workspace(workspace kept[SIZES], const placement *place) {
    workspace *oldest = &kept[0];
    for (int i = 0; i < SIZES; i++) {
        const mr_image *canvas = &kept[i].canvas;
        if (canvas->width == place->input_width && canvas->height == place->input_height)
            return &kept[i];
        if (kept[i].used < oldest->used)
            oldest = &kept[i];
    }
    return oldest;
}

/* Finds a workspace that fits, or makes one in place of the oldest. */
static mr_status prepare(mr_yolo *yolo, workspace kept[SIZES], const placement *place,
                         workspace **out) {
    workspace *work = *out = choose_workspace(kept, place);
    const mr_image *canvas = &work->canvas;
    bool fits = canvas->width == place->input_width && canvas->height == place->input_height;
    work->used = ++yolo->looks;
    if (fits)
        return MR_OK;
    free_workspace(work);
    work->used = yolo->looks;
    mr_network *network;
    MR_TRY(mr_network_resized(yolo->model->network, place->input_height, place->input_width,
                              &network));
    mr_status status = fill_workspace(yolo, network, work);
    mr_network_free(network);
    if (status != MR_OK)
        free_workspace(work);
    return status;
}

/* ---- the picture ---- */

static mr_status check(const mr_image *image, const mr_yolo_params *params) {
    if (image->width < 1 || image->height < 1 || (image->channels != 1 && image->channels != 3))
        return mr_fail(MR_E_ARGUMENT,
                       "a picture of %d × %d pixels and %d channels: at least 1 × 1 and 1 or 3 "
                       "were expected",
                       image->width, image->height, image->channels);
    if (!(params->score > 0 && params->score < 1 && params->overlap >= 0 && params->overlap <= 1 &&
          params->agreement >= 0 && params->agreement <= 1 && params->enlarge > 0 &&
          params->again >= 0))
        return mr_fail(
            MR_E_ARGUMENT,
            "detector: score %g, overlap %g, agreement %g, growth %g or size %g is out of range",
            (double)params->score, (double)params->overlap, (double)params->agreement,
            (double)params->enlarge, (double)params->again);
    if (params->side < 0 || params->side > MOST_SIDE || params->side % SIDE_STEP)
        return mr_fail(MR_E_ARGUMENT, "detector: side %d: a multiple of %d up to %d was expected",
                       params->side, SIDE_STEP, MOST_SIDE);
    return MR_OK;
}

static int scaled(int length, float scale) {
    int result = (int)lrintf((float)length * scale);
    return result > 1 ? result : 1;
}

static int rounded_up(int length, int step) {
    return (length + step - 1) / step * step;
}

/* Pixels of the input for one of the picture. */
static float scale_of(const mr_yolo *yolo, const mr_image *image, const mr_yolo_params *params) {
    const mr_layer *input = mr_network_input(yolo->model->network);
    int side = params->side                   ? params->side
               : input->width > input->height ? input->width
                                              : input->height;
    int longer = image->width > image->height ? image->width : image->height;
    return fminf((float)side / (float)longer, params->enlarge);
}

static placement place_picture(const mr_yolo *yolo, const mr_image *image, float scale) {
    placement place = {.width = scaled(image->width, scale),
                       .height = scaled(image->height, scale)};
    place.input_width = rounded_up(place.width, yolo->step);
    place.input_height = rounded_up(place.height, yolo->step);
    return place;
}

/* Grey beyond the picture, which may be smaller than the last one was. */
static void fill_rest(const mr_image *canvas, const placement *place, int grey) {
    size_t used = 3 * (size_t)place->width, width = 3 * (size_t)canvas->width;
    for (int y = 0; y < canvas->height; y++) {
        size_t from = y < place->height ? used : 0;
        memset(canvas->pixels + (size_t)y * canvas->stride + from, grey, width - from);
    }
}

static void draw_picture(const mr_network *network, workspace *work, const mr_image *image,
                         const placement *place) {
    mr_image view = work->canvas;
    view.width = place->width;
    view.height = place->height;
    if (image->channels == 3) {
        mr_image_resize(image, &view);
    } else {
        float x = (float)image->width / (float)view.width;
        float y = (float)image->height / (float)view.height;
        mr_affine map = {.a = x, .c = (x - 1) / 2, .e = y, .f = (y - 1) / 2};
        mr_image_warp(image, &map, &view);
    }
    fill_rest(&work->canvas, place, (int)network->mean);
    mr_image_to_floats(&work->canvas, network->mean, network->deviation,
                       mr_runner_pixels(work->runner));
}

/* ---- the faces ---- */

static size_t list_candidates(const workspace *work, float score) {
    const float least = mr_yolo_raw_score(score);
    size_t count = 0;
    for (int k = 0; k < work->grid.level_count; k++) {
        const mr_yolo_level *level = &work->grid.levels[k];
        const float *values = mr_runner_output(work->runner, level->output);
        for (int y = 0; y < level->height; y++)
            for (int x = 0; x < level->width; x++, values++)
                if (*values >= least)
                    mr_yolo_decode(level, x, y, values, &work->candidates[count++]);
    }
    return count;
}

/* From pixels of the input to those of the picture, whose border cuts the box. */
static mr_face to_picture(mr_face face, const mr_image *image, const placement *place) {
    float x = (float)image->width / (float)place->width;
    float y = (float)image->height / (float)place->height;
    float left = fmaxf(face.box.x * x, 0), top = fmaxf(face.box.y * y, 0);
    float right = fminf((face.box.x + face.box.width) * x, (float)image->width);
    float bottom = fminf((face.box.y + face.box.height) * y, (float)image->height);
    face.box = (mr_box){left, top, fmaxf(right - left, 0), fmaxf(bottom - top, 0)};
    for (int k = 0; k < MR_LANDMARKS; k++) {
        face.landmarks[k].x *= x;
        face.landmarks[k].y *= y;
    }
    return face;
}

/* ---- looking ---- */

static size_t suppress(const workspace *work, size_t count, const mr_yolo_params *params) {
    return mr_suppress(work->candidates, count, params->overlap, params->agreement, work->order,
                       work->spare);
}

/* Looks at the picture once: the candidates of *out are then its faces, in pixels of the picture,
 * by falling score. */
static mr_status look(mr_yolo *yolo, workspace kept[SIZES], const mr_image *image, float scale,
                      const mr_yolo_params *params, float score, workspace **out, size_t *count) {
    placement place = place_picture(yolo, image, scale);
    MR_TRY(prepare(yolo, kept, &place, out));
    workspace *work = *out;
    draw_picture(yolo->model->network, work, image, &place);
    MR_TRY(mr_runner_run_pixels(work->runner));
    size_t found = list_candidates(work, score);
    found = suppress(work, found, params);
    for (size_t i = 0; i < found; i++)
        work->candidates[i] = to_picture(work->candidates[i], image, &place);
    *count = found;
    return MR_OK;
}

/* Side of the square as large as the box. */
static float size_of_face(const mr_face *face) {
    return sqrtf(face->box.width * face->box.height);
}

/* The number of those that score at least so much, of faces by falling score. */
static size_t count_from(const mr_face *faces, size_t count, float score) {
    while (count > 0 && faces[count - 1].score < score)
        count--;
    return count;
}

static float largest(const mr_face *faces, size_t count) {
    float size = 0;
    for (size_t i = 0; i < count; i++)
        size = fmaxf(size, size_of_face(&faces[i]));
    return size;
}

/* Whether `part` is no face but a part of the face `whole`. */
static bool is_part(const mr_box *part, const mr_box *whole) {
    float width = fminf(part->x + part->width, whole->x + whole->width) - fmaxf(part->x, whole->x);
    float height =
        fminf(part->y + part->height, whole->y + whole->height) - fmaxf(part->y, whole->y);
    float area = part->width * part->height;
    return width > 0 && height > 0 && width * height > PART_INSIDE * area &&
           area < PART_AREA * whole->width * whole->height;
}

/* Adds a large face that the second look found to those listed, less its parts; what is surer than
 * it is none. */
static size_t add_large(mr_face *faces, size_t count, const mr_face *large) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (faces[i].score > large->score || !is_part(&faces[i].box, &large->box))
            faces[kept++] = faces[i];
    faces[kept++] = *large;
    return kept;
}

/* Looks at half the scale for large faces, and adds them to the `count` of the first look. */
static mr_status look_again(mr_yolo *yolo, workspace *first, const mr_image *image,
                            const mr_yolo_params *params, float scale, size_t *count) {
    workspace *second;
    size_t found;
    MR_TRY(look(yolo, yolo->kept[1], image, scale / 2, params, params->score, &second, &found));
    for (size_t i = 0; i < found; i++)
        if (scale * size_of_face(&second->candidates[i]) >= params->again / 2)
            *count = add_large(first->candidates, *count, &second->candidates[i]);
    *count = suppress(first, *count, params);
    return MR_OK;
}

mr_status mr_yolo_detect(mr_yolo *yolo, const mr_image *image, const mr_yolo_params *params,
                         mr_face *faces, size_t capacity, size_t *count) {
    const mr_yolo_params defaults = mr_yolo_params_defaults();
    if (!params)
        params = &defaults;
    MR_TRY(check(image, params));
    const float scale = scale_of(yolo, image, params);
    const float least = params->again > 0 ? fminf(params->score, HINT) : params->score;
    workspace *first;
    size_t found;
    MR_TRY(look(yolo, yolo->kept[0], image, scale, params, least, &first, &found));
    const mr_face *candidates = first->candidates;
    size_t hints = count_from(candidates, found, HINT);
    bool again = params->again > 0 && scale * largest(candidates, hints) >= params->again;
    found = count_from(candidates, found, params->score);
    if (again)
        MR_TRY(look_again(yolo, first, image, params, scale, &found));
    *count = found < capacity ? found : capacity;
    for (size_t i = 0; i < *count; i++)
        faces[i] = candidates[i];
    return MR_OK;
}
