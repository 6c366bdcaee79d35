#include "learn/detection_loss.h"

#include "base/memory.h"
#include "learn/parallel.h"
#include "nn/loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct mr_detection_loss {
    mr_detection_loss_params params;
    mr_yolo_grid grid;
    int batch;
    mr_face *predicted;      /* batch × cells */
    mr_cell_target *targets; /* the same */
    mr_detection_losses *parts;
    double *qualities; /* of each picture, summed */
    double *weights;   /* what the sums of each picture are multiplied by */
};

mr_detection_loss_params mr_detection_loss_defaults(void) {
    return (mr_detection_loss_params){.assign = mr_assign_params_defaults(),
                                      .score = 1,
                                      .box = 3,
                                      .landmarks = 3,
                                      .automatic = 0.5f,
                                      .evenness = 0.5f,
                                      .bend = 0.03f};
}

mr_status mr_detection_loss_create(const mr_detection_loss_params *params, const mr_yolo_grid *grid,
                                   int batch, mr_detection_loss **out) {
    mr_detection_loss *loss = calloc(1, sizeof *loss);
    if (!loss)
        return mr_fail(MR_E_MEMORY, "no memory for a loss");
    size_t pictures = (size_t)batch, cells = pictures * grid->cells;
    loss->params = *params;
    loss->grid = *grid;
    loss->batch = batch;
    loss->predicted = mr_alloc(cells * sizeof *loss->predicted);
    loss->targets = mr_alloc(cells * sizeof *loss->targets);
    loss->parts = mr_alloc(pictures * sizeof *loss->parts);
    loss->qualities = mr_alloc(pictures * sizeof *loss->qualities);
    loss->weights = mr_alloc(pictures * sizeof *loss->weights);
    if (!loss->predicted || !loss->targets || !loss->parts || !loss->qualities || !loss->weights) {
        mr_detection_loss_free(loss);
        return mr_fail(MR_E_MEMORY, "no memory for the loss of %d pictures", batch);
    }
    *out = loss;
    return MR_OK;
}

void mr_detection_loss_free(mr_detection_loss *loss) {
    if (!loss)
        return;
    free(loss->predicted);
    free(loss->targets);
    free(loss->parts);
    free(loss->qualities);
    free(loss->weights);
    free(loss);
}

typedef struct taking {
    mr_detection_loss *loss;
    const float *const *outputs;
    const mr_drawn_faces *faces;
    float *const *gradients;
} taking;

/* Floats of one picture in a level's output. */
static size_t picture_size(const mr_yolo_level *level) {
    return MR_YOLO_VALUES * (size_t)level->width * (size_t)level->height;
}

static mr_status assign_one(void *context, size_t index) {
    const taking *job = context;
    mr_detection_loss *loss = job->loss;
    mr_face *predicted = loss->predicted + index * loss->grid.cells, *face = predicted;
    mr_cell_target *targets = loss->targets + index * loss->grid.cells;
    for (int k = 0; k < loss->grid.level_count; k++) {
        const mr_yolo_level *level = &loss->grid.levels[k];
        const float *values = job->outputs[k] + index * picture_size(level);
        for (int y = 0; y < level->height; y++)
            for (int x = 0; x < level->width; x++)
                mr_yolo_decode(level, x, y, values++, face++);
    }
    mr_assign(&loss->params.assign, &loss->grid, predicted, job->faces[index].faces,
              job->faces[index].count, targets);
    double sum = 0;
    for (size_t i = 0; i < loss->grid.cells; i++)
        sum += (double)targets[i].quality;
    loss->qualities[index] = sum;
    return MR_OK;
}

/* Cross-entropy of sigmoid(raw - prior) against q; the derivative is the difference. */
static double score_loss(float raw, float quality, float weight, float *gradient) {
    float z = raw - MR_YOLO_PRIOR;
    *gradient = weight * (1 / (1 + expf(-z)) - quality);
    float loss = fmaxf(z, 0) - z * quality + log1pf(expf(-fabsf(z)));
    return (double)(weight * loss);
}

/* `gradients` points to the cell in the first plane of the box. */
static double box_loss(const mr_yolo_level *level, const mr_box *box, const mr_box *truth,
                       float weight, float *gradients) {
    size_t plane = (size_t)level->width * (size_t)level->height;
    float stride = (float)level->stride, by[4];
    float loss = mr_eiou(box, truth, by);
    gradients[0] = weight * by[0] * stride;
    gradients[plane] = weight * by[1] * stride;
    gradients[2 * plane] = weight * by[2] * box->width;
    gradients[3 * plane] = weight * by[3] * box->height;
    return (double)(weight * loss);
}

/* The box, in whose measure the points are told, is taken as given. */
static double landmark_loss(const mr_yolo_level *level, const mr_face *predicted,
                            const mr_labelled_face *truth, float bend, float weight,
                            float *gradients) {
    size_t plane = (size_t)level->width * (size_t)level->height;
    const float sides[2] = {predicted->box.width, predicted->box.height};
    float size = sqrtf(truth->box.width * truth->box.height);
    float step = weight / (2 * MR_LANDMARKS), by, sum = 0;
    for (size_t k = 0; k < MR_LANDMARKS; k++) {
        float errors[2] = {predicted->landmarks[k].x - truth->landmarks[k].x,
                           predicted->landmarks[k].y - truth->landmarks[k].y};
        for (size_t axis = 0; axis < 2; axis++) {
            sum += mr_smooth_l1(errors[axis] / size, bend, &by);
            gradients[(2 * k + axis) * plane] = step * by * sides[axis] / size;
        }
    }
    return (double)(step * sum);
}

/* One cell that learns a face. */
static void face_losses(const mr_detection_loss_params *p, const mr_yolo_level *level,
                        const mr_face *predicted, const mr_labelled_face *truth, float weight,
                        float *gradients, mr_detection_losses *sums) {
    size_t plane = (size_t)level->width * (size_t)level->height;
    sums->box += box_loss(level, &predicted->box, &truth->box, p->box * weight, gradients + plane);
    if (truth->points == MR_POINTS_NONE)
        return;
    weight *= p->landmarks * (truth->points == MR_POINTS_HUMAN ? 1 : p->automatic);
    sums->landmarks +=
        landmark_loss(level, predicted, truth, p->bend, weight, gradients + 5 * plane);
}

static mr_status take_one(void *context, size_t index) {
    const taking *job = context;
    const mr_detection_loss *loss = job->loss;
    const mr_face *predicted = loss->predicted + index * loss->grid.cells;
    const mr_cell_target *target = loss->targets + index * loss->grid.cells;
    const float weight = (float)loss->weights[index];
    mr_detection_losses sums = {0};
    for (int k = 0; k < loss->grid.level_count; k++) {
        const mr_yolo_level *level = &loss->grid.levels[k];
        size_t size = picture_size(level);
        const float *raw = job->outputs[k] + index * size;
        float *gradients = job->gradients[k] + index * size;
        memset(gradients, 0, size * sizeof *gradients);
        for (size_t i = 0; i < size / MR_YOLO_VALUES; i++, target++, predicted++) {
            if (target->face == MR_CELL_UNCOUNTED)
                continue;
            sums.score +=
                score_loss(raw[i], target->quality, loss->params.score * weight, &gradients[i]);
            if (target->face >= 0)
                face_losses(&loss->params, level, predicted, &job->faces[index].faces[target->face],
                            target->quality * weight, gradients + i, &sums);
        }
    }
    loss->parts[index] = sums;
    return MR_OK;
}

static void weigh_pictures(mr_detection_loss *loss) {
    double sum = 0;
    for (int i = 0; i < loss->batch; i++) {
        loss->weights[i] = pow(fmax(loss->qualities[i], 1), -(double)loss->params.evenness);
        sum += loss->weights[i] * loss->qualities[i];
    }
    for (int i = 0; i < loss->batch; i++)
        loss->weights[i] /= fmax(sum, 1);
}

mr_status mr_detection_loss_take(mr_detection_loss *loss, const float *const *outputs,
                                 const mr_drawn_faces *faces, float *const *gradients,
                                 mr_detection_losses *out) {
    taking job = {loss, outputs, faces, gradients};
    MR_TRY(mr_parallel((size_t)loss->batch, assign_one, &job));
    weigh_pictures(loss);
    MR_TRY(mr_parallel((size_t)loss->batch, take_one, &job));
    *out = (mr_detection_losses){0};
    for (int i = 0; i < loss->batch; i++) {
        out->score += loss->parts[i].score;
        out->box += loss->parts[i].box;
        out->landmarks += loss->parts[i].landmarks;
    }
    return MR_OK;
}
