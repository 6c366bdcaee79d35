#include "learn/train_landmarks.h"

#include "base/memory.h"
#include "face/crop.h"
#include "face/landmarks.h"
#include "learn/dataset_landmarks.h"
#include "learn/parallel.h"
#include "nn/loss.h"
#include "nn/training.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

/* Streams of random numbers, apart from those of the trainer. */
#define PICTURE_STREAM ((uint64_t)5 << 56)
#define JUDGE_SEED     7u

/* Of a face in profile the eyes are close together: errors count in no smaller unit than this share
 * of the crop. */
#define LEAST_UNIT 0.25f

typedef struct landmark_training {
    const mr_train_landmarks_params *params;
    mr_landmark_set set;
    size_t *train, *validation; /* indices into the set */
    size_t train_count, validation_count;
    float *sampling; /* of the training part */
    mr_training *training;
    mr_image *canvases; /* one a picture of the batch */
    float *truths;      /* values of each, then its unit */
    mr_network *network;
    int size; /* of its input */
} landmark_training;

enum { TRUTH = MR_LANDMARK_VALUES + 1 };

mr_train_landmarks_params mr_train_landmarks_defaults(void) {
    mr_train_landmarks_params params = {.trainer = mr_trainer_params_defaults(),
                                        .augment = mr_augment_attributes_defaults(),
                                        .human_share = 6,
                                        .bend = 0.03f,
                                        .side = 128};
    params.augment.shift = 0.09f;
    params.augment.scale = 0.2f;
    params.augment.rotation = 15;
    params.trainer.epochs = 40;
    params.trainer.batch = 64;
    params.trainer.rate = 2e-3f;
    params.trainer.optimiser.kind = MR_ADAMW;
    params.trainer.optimiser.weight_decay = 0.02f;
    params.trainer.optimiser.clip = 10;
    return params;
}

/* ---- a step ---- */

typedef struct drawing {
    landmark_training *self;
    const mr_task_step *at;
} drawing;

/* Where the landmarks lie in the crop that `map` makes, as the values to be learned, and the unit
 * of their errors. */
static mr_status set_truth(const mr_pointed_face *face, const mr_affine *map, int size,
                           float *truth) {
    mr_affine inverse;
    MR_TRY(mr_affine_invert(map, &inverse));
    mr_point places[MR_LANDMARKS];
    for (int k = 0; k < MR_LANDMARKS; k++)
        places[k] = mr_affine_apply(&inverse, face->landmarks[k]);
    if (map->a * map->e - map->b * map->d < 0)
        mr_landmarks_swap_sides(places);
    mr_landmarks_to_values(places, size, truth);
    float eyes = hypotf(places[0].x - places[1].x, places[0].y - places[1].y);
    truth[MR_LANDMARK_VALUES] = fmaxf(eyes / (float)size, LEAST_UNIT);
    return MR_OK;
}

static mr_status draw_one(void *context, size_t index) {
    const drawing *job = context;
    landmark_training *self = job->self;
    const mr_train_landmarks_params *p = self->params;
    size_t place = (size_t)job->at->step * (size_t)p->trainer.batch + index;
    mr_rng rng = mr_rng_keyed(p->trainer.seed ^ PICTURE_STREAM, (uint64_t)job->at->epoch, place);
    size_t chosen = self->train[job->at->samples[index]];
    const mr_pointed_face *face = &self->set.faces[chosen];
    mr_affine base, varied, map;
    MR_TRY(mr_crop_of_landmarks(MR_FRAMING_ATTRIBUTES, face->landmarks, self->size, &base));
    varied = mr_augment_map(&p->augment, &rng, self->size, self->size);
    map = mr_affine_compose(&base, &varied);
    mr_image stored = mr_pictures_view(&self->set.pictures, chosen);
    mr_image *canvas = &self->canvases[index];
    mr_image_warp(&stored, &map, canvas);
    MR_TRY(mr_augment_look(&p->augment, &rng, canvas));
    size_t values = 3 * (size_t)self->size * (size_t)self->size;
    mr_image_to_planar(canvas, self->network->mean, self->network->deviation,
                       mr_training_input(self->training) + index * values);
    return set_truth(face, &map, self->size, self->truths + index * TRUTH);
}

/* Returns the loss of one sample, smooth L1 in units of the face. */
static double take_one(const landmark_training *self, const float *values, const float *truth,
                       float *gradients) {
    float bend = self->params->bend, unit = truth[MR_LANDMARK_VALUES], sum = 0, by;
    float share = 1 / (float)(MR_LANDMARK_VALUES * self->params->trainer.batch);
    for (int i = 0; i < MR_LANDMARK_VALUES; i++) {
        sum += mr_smooth_l1((values[i] - truth[i]) / unit, bend, &by);
        gradients[i] = share * by / unit;
    }
    return (double)(share * sum);
}

static mr_status step(void *context, const mr_task_step *at, double *losses) {
    landmark_training *self = context;
    size_t batch = (size_t)self->params->trainer.batch;
    mr_rng rng = mr_rng_keyed(self->params->trainer.seed, (uint64_t)at->epoch, (uint64_t)at->step);
    MR_TRY(mr_parallel(batch, draw_one, &(drawing){self, at}));
    MR_TRY(mr_training_forward(self->training, &rng));
    const float *values = mr_training_output(self->training, 0);
    float *gradients = mr_training_output_gradient(self->training, 0);
    losses[0] = 0;
    for (size_t i = 0; i < batch; i++)
        losses[0] += take_one(self, values + i * MR_LANDMARK_VALUES, self->truths + i * TRUTH,
                              gradients + i * MR_LANDMARK_VALUES);
    return mr_training_backward(self->training);
}

/* ---- setting up ---- */

static mr_status begin(void *context, const mr_network *network, const mr_trainer_params *trainer,
                       float *values, float *gradients) {
    landmark_training *self = context;
    MR_TRY(mr_landmark_network_check(network));
    size_t batch = (size_t)trainer->batch;
    self->size = mr_network_input(network)->width;
    /* one of its own, since the trainer's goes first */
    MR_TRY(mr_network_resized(network, self->size, self->size, &self->network));
    self->canvases = mr_alloc(batch * sizeof *self->canvases);
    self->truths = mr_alloc(batch * TRUTH * sizeof *self->truths);
    if (!self->canvases || !self->truths)
        return mr_fail(MR_E_MEMORY, "no memory for a batch of %zu pictures", batch);
    for (size_t i = 0; i < batch; i++)
        MR_TRY(mr_image_create(self->size, self->size, 3, &self->canvases[i]));
    return mr_training_create(self->network, trainer->batch, values, gradients, &self->training);
}

static mr_status split(landmark_training *self) {
    size_t count = self->set.pictures.count;
    self->train = mr_alloc(count * sizeof *self->train);
    self->validation = mr_alloc(count * sizeof *self->validation);
    self->sampling = mr_alloc(count * sizeof *self->sampling);
    if (!self->train || !self->validation || !self->sampling)
        return mr_fail(MR_E_MEMORY, "no memory to split %zu faces", count);
    for (size_t i = 0; i < count; i++) {
        const mr_pointed_face *face = &self->set.faces[i];
        if (face->validation) {
            self->validation[self->validation_count++] = i;
            continue;
        }
        self->sampling[self->train_count] =
            face->source == MR_POINTED_HUMAN ? self->params->human_share : 1;
        self->train[self->train_count++] = i;
    }
    if (self->train_count == 0 || self->validation_count == 0)
        return mr_fail(MR_E_NOT_FOUND, "%s: too few faces with points", self->params->data);
    return MR_OK;
}

/* ---- validation ---- */

typedef struct judging {
    const landmark_training *self;
    mr_landmark_context **contexts; /* one a thread */
    double *errors;                 /* one a validation face */
} judging;

/* How raw the landmarks of a detector are, for validation: moved together, never mirrored. */
static mr_augment rawness(void) {
    return (mr_augment){.shift = 0.06f, .scale = 0.15f, .rotation = 10};
}

static mr_status judge_one(void *context, size_t index) {
    const judging *job = context;
    const landmark_training *self = job->self;
    size_t chosen = self->validation[index];
    const mr_pointed_face *truth = &self->set.faces[chosen];
    mr_rng rng = mr_rng_keyed(JUDGE_SEED, index, 0);
    mr_augment raw = rawness();
    int size = self->size;
    mr_affine base, varied = mr_augment_map(&raw, &rng, size, size), map;
    MR_TRY(mr_crop_of_landmarks(MR_FRAMING_ATTRIBUTES, truth->landmarks, size, &base));
    map = mr_affine_compose(&base, &varied);
    mr_face face = {.has_landmarks = true};
    for (int k = 0; k < MR_LANDMARKS; k++)
        face.landmarks[k] = mr_affine_apply(&map, mr_crop_landmark(MR_FRAMING_ATTRIBUTES, k, size));
    mr_image picture = mr_pictures_view(&self->set.pictures, chosen);
    MR_TRY(mr_landmarks_refine(job->contexts[omp_get_thread_num()], &picture, &face));
    const mr_point *at = truth->landmarks;
    double eyes = hypot((double)(at[0].x - at[1].x), (double)(at[0].y - at[1].y)), sum = 0;
    for (int k = 0; k < MR_LANDMARKS; k++)
        sum +=
            hypot((double)(face.landmarks[k].x - at[k].x), (double)(face.landmarks[k].y - at[k].y));
    job->errors[index] = sum / MR_LANDMARKS / fmax(eyes, 1);
    return MR_OK;
}

static void conclude(const judging *job, double *figures, double *score) {
    const landmark_training *self = job->self;
    size_t counts[MR_POINTED_SOURCES] = {0};
    double sums[MR_POINTED_SOURCES] = {0};
    for (size_t i = 0; i < self->validation_count; i++) {
        mr_pointed_source source = self->set.faces[self->validation[i]].source;
        sums[source] += job->errors[i];
        counts[source]++;
    }
    for (int k = 0; k < MR_POINTED_SOURCES; k++)
        figures[k] = counts[k] ? sums[k] / (double)counts[k] : NAN;
    double automatic = sums[MR_POINTED_AUTO] + sums[MR_POINTED_CHIP];
    size_t automatic_count = counts[MR_POINTED_AUTO] + counts[MR_POINTED_CHIP];
    double others = automatic_count ? automatic / (double)automatic_count : 0;
    double human = counts[MR_POINTED_HUMAN] ? figures[MR_POINTED_HUMAN] : others;
    *score = -(human + others) / 2;
}

static mr_status judge(judging *job, const mr_landmark_model *model, int threads) {
    for (int i = 0; i < threads; i++)
        MR_TRY(mr_landmark_context_create(model, &job->contexts[i]));
    return mr_parallel(job->self->validation_count, judge_one, job);
}

static mr_status validate(void *context, const mr_network *network, const float *values,
                          double *figures, double *score) {
    const landmark_training *self = context;
    int threads = omp_get_max_threads();
    mr_landmark_model *model;
    MR_TRY(mr_landmark_model_of(network, values, &model));
    judging job = {self, calloc((size_t)threads, sizeof *job.contexts),
                   mr_alloc(self->validation_count * sizeof *job.errors)};
    mr_status status = job.contexts && job.errors
                           ? judge(&job, model, threads)
                           : mr_fail(MR_E_MEMORY, "no memory to judge landmarks");
    if (status == MR_OK)
        conclude(&job, figures, score);
    for (int i = 0; i < threads && job.contexts; i++)
        mr_landmark_context_free(job.contexts[i]);
    free(job.contexts);
    free(job.errors);
    mr_landmark_model_free(model);
    return status;
}

/* ---- the whole ---- */

static mr_status train(landmark_training *self, mr_training_result *out) {
    const mr_train_landmarks_params *p = self->params;
    if (!p->data)
        return mr_fail(MR_E_ARGUMENT, "training: no folder with data is given");
    if (p->trainer.threads > 0)
        omp_set_num_threads(p->trainer.threads);
    MR_TRY(mr_landmark_set_load(p->data, p->chips, p->points, p->side, &self->set));
    MR_TRY(split(self));
    mr_task task = {.name = "landmarks",
                    .data = mr_landmark_set_key(&self->set),
                    .samples = self->train_count,
                    .sampling = self->sampling,
                    .figures = {"nme_human", "nme_auto", "nme_chips"},
                    .figure_count = MR_POINTED_SOURCES,
                    .losses = {"landmarks"},
                    .loss_count = 1,
                    .context = self,
                    .begin = begin,
                    .step = step,
                    .validate = validate};
    snprintf(task.settings, sizeof task.settings, "human=%g bend=%g side=%d variation=%016llx",
             (double)p->human_share, (double)p->bend, p->side,
             (unsigned long long)mr_augment_key(&p->augment));
    return mr_trainer_run(&p->trainer, &task, out);
}

mr_status mr_train_landmarks(const mr_train_landmarks_params *params, mr_training_result *out) {
    landmark_training self = {.params = params};
    mr_status status = train(&self, out);
    mr_training_free(self.training);
    mr_network_free(self.network);
    for (int i = 0; i < params->trainer.batch && self.canvases; i++)
        mr_image_free(&self.canvases[i]);
    free(self.canvases);
    free(self.truths);
    free(self.train);
    free(self.validation);
    free(self.sampling);
    mr_landmark_set_free(&self.set);
    return status;
}
