#include "face/yolo.h"

#include "base/memory.h"
#include "face/box.h"
#include "face/yolo_head.h"
#include "nn/inference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_STEP = 32, MOST_SIDE = 4096 };

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
    mr_face *candidates, *spare; /* one a cell */
    uint32_t *order;
} workspace;

struct mr_yolo {
    const mr_yolo_model *model;
    int step; /* sides of the input are multiples of it */
    workspace work;
};

mr_yolo_params mr_yolo_params_defaults(void) {
    return (mr_yolo_params){.score = 0.5f, .overlap = 0.45f, .enlarge = 2};
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
    free_workspace(&yolo->work);
    free(yolo);
}

static mr_status fill_workspace(const mr_yolo *yolo, const mr_network *network, workspace *work) {
    const mr_layer *input = mr_network_input(network);
    MR_TRY(mr_yolo_grid_of(network, &work->grid));
    MR_TRY(mr_plan_create(network, yolo->model->values, 1, &work->plan));
    MR_TRY(mr_runner_create(work->plan, &work->runner));
    MR_TRY(mr_image_create(input->width, input->height, 3, &work->canvas));
    work->candidates = mr_alloc(work->grid.cells * sizeof *work->candidates);
    work->spare = mr_alloc(work->grid.cells * sizeof *work->spare);
    work->order = mr_alloc(work->grid.cells * sizeof *work->order);
    if (!work->candidates || !work->spare || !work->order)
        return mr_fail(MR_E_MEMORY, "no memory for %zu candidates", work->grid.cells);
    return MR_OK;
}

/* Makes the workspace fit, which is nothing to do when the last picture needed the same. */
static mr_status prepare(mr_yolo *yolo, const placement *place) {
    const mr_image *canvas = &yolo->work.canvas;
    if (canvas->width == place->input_width && canvas->height == place->input_height)
        return MR_OK;
    free_workspace(&yolo->work);
    mr_network *network;
    MR_TRY(mr_network_resized(yolo->model->network, place->input_height, place->input_width,
                              &network));
    mr_status status = fill_workspace(yolo, network, &yolo->work);
    mr_network_free(network);
    if (status != MR_OK)
        free_workspace(&yolo->work);
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
          params->enlarge > 0))
        return mr_fail(MR_E_ARGUMENT, "detector: score %g, overlap %g or growth %g is out of range",
                       (double)params->score, (double)params->overlap, (double)params->enlarge);
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

static placement place_picture(const mr_yolo *yolo, const mr_image *image,
                               const mr_yolo_params *params) {
    const mr_layer *input = mr_network_input(yolo->model->network);
    int side = params->side                   ? params->side
               : input->width > input->height ? input->width
                                              : input->height;
    int longer = image->width > image->height ? image->width : image->height;
    float scale = fminf((float)side / (float)longer, params->enlarge);
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

static void draw_picture(mr_yolo *yolo, const mr_image *image, const placement *place) {
    workspace *work = &yolo->work;
    const mr_network *network = yolo->model->network;
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
    mr_image_to_planar(&work->canvas, network->mean, network->deviation,
                       mr_runner_input(work->runner));
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

mr_status mr_yolo_detect(mr_yolo *yolo, const mr_image *image, const mr_yolo_params *params,
                         mr_face *faces, size_t capacity, size_t *count) {
    const mr_yolo_params defaults = mr_yolo_params_defaults();
    if (!params)
        params = &defaults;
    MR_TRY(check(image, params));
    placement place = place_picture(yolo, image, params);
    MR_TRY(prepare(yolo, &place));
    draw_picture(yolo, image, &place);
    workspace *work = &yolo->work;
    MR_TRY(mr_runner_run(work->runner));
    size_t found = list_candidates(work, params->score);
    found = mr_suppress(work->candidates, found, params->overlap, work->order, work->spare);
    *count = found < capacity ? found : capacity;
    for (size_t i = 0; i < *count; i++)
        faces[i] = to_picture(work->candidates[i], image, &place);
    return MR_OK;
}
