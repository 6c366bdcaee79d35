#include "learn/train_detector.h"

#include "base/file.h"
#include "base/memory.h"
#include "learn/parallel.h"
#include "learn/yolo_finder.h"
#include "nn/training.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Streams of random numbers, apart from those of the trainer. */
#define SIDE_STREAM    ((uint64_t)4 << 56)
#define PICTURE_STREAM ((uint64_t)5 << 56)

/* The network set up for batches of one size of picture. */
typedef struct size_training {
    mr_network *network;
    mr_training *training;
    mr_detection_loss *loss;
    mr_yolo_grid grid;
    int side;
} size_training;

typedef struct detector_training {
    const mr_train_detector_params *params;
    mr_detection_set train, validation;
    uint64_t data;    /* key of both, as people labelled them */
    uint32_t *scenes; /* of the training part: all, then again those that mosaics take more often */
    float *sampling;  /* how often each is drawn in batches */
    mr_scene_choice choice;
    size_training sizes[MR_TRAIN_SIDES_MAX];
    int size_count;
    mr_image *canvases; /* one a picture of the batch, for the largest size */
    mr_drawn_faces *drawn;
} detector_training;

mr_train_detector_params mr_train_detector_defaults(void) {
    mr_train_detector_params params = {.focus = "",
                                       .focus_weight = 1,
                                       .trainer = mr_trainer_params_defaults(),
                                       .augment = mr_detection_augment_defaults(),
                                       .loss = mr_detection_loss_defaults(),
                                       .least_side = 256,
                                       .most_side = 352};
    params.trainer.epochs = 200;
    params.trainer.batch = 16;
    params.trainer.rate = 2e-3f;
    params.trainer.optimiser.kind = MR_ADAMW;
    params.trainer.optimiser.weight_decay = 0.02f;
    params.trainer.optimiser.clip = 10;
    return params;
}

/* ---- a step ---- */

typedef struct drawing {
    detector_training *self;
    const mr_task_step *at;
    const size_training *size;
} drawing;

static mr_status draw_one(void *context, size_t index) {
    const drawing *job = context;
    detector_training *self = job->self;
    const mr_trainer_params *trainer = &self->params->trainer;
    size_t place = (size_t)job->at->step * (size_t)trainer->batch + index;
    mr_rng rng = mr_rng_keyed(trainer->seed ^ PICTURE_STREAM, (uint64_t)job->at->epoch, place);
    int side = job->size->side;
    mr_image view = self->canvases[index];
    view.width = view.height = side;
    MR_TRY(mr_detection_draw(&self->params->augment, &self->choice, job->at->samples[index], &rng,
                             &view, &self->drawn[index]));
    float *input = mr_training_input(job->size->training);
    const mr_network *network = job->size->network;
    mr_image_to_planar(&view, network->mean, network->deviation,
                       input + index * 3 * (size_t)side * (size_t)side);
    return MR_OK;
}

static mr_status take_loss(detector_training *self, const size_training *size, double *losses) {
    const float *outputs[MR_YOLO_LEVELS_MAX];
    float *gradients[MR_YOLO_LEVELS_MAX];
    mr_detection_losses parts;
    for (int k = 0; k < size->grid.level_count; k++) {
        outputs[k] = mr_training_output(size->training, size->grid.levels[k].output);
        gradients[k] = mr_training_output_gradient(size->training, size->grid.levels[k].output);
    }
    MR_TRY(mr_detection_loss_take(size->loss, outputs, self->drawn, gradients, &parts));
    losses[0] = parts.score;
    losses[1] = parts.box;
    losses[2] = parts.landmarks;
    return MR_OK;
}

static mr_status step(void *context, const mr_task_step *at, double *losses) {
    detector_training *self = context;
    mr_rng rng = mr_rng_keyed(self->params->trainer.seed ^ SIDE_STREAM, (uint64_t)at->epoch,
                              (uint64_t)at->step);
    const size_training *size = &self->sizes[mr_rng_below(&rng, (uint64_t)self->size_count)];
    drawing job = {self, at, size};
    MR_TRY(mr_parallel((size_t)self->params->trainer.batch, draw_one, &job));
    MR_TRY(mr_training_forward(size->training, &rng));
    MR_TRY(take_loss(self, size, losses));
    return mr_training_backward(size->training);
}

/* ---- setting up ---- */

static mr_status begin_size(detector_training *self, const mr_network *network, float *values,
                            float *gradients, size_training *size) {
    const mr_train_detector_params *p = self->params;
    MR_TRY(mr_network_resized(network, size->side, size->side, &size->network));
    MR_TRY(mr_yolo_grid_of(size->network, &size->grid));
    MR_TRY(mr_detection_loss_create(&p->loss, &size->grid, p->trainer.batch, &size->loss));
    return mr_training_create(size->network, p->trainer.batch, values, gradients, &size->training);
}

static mr_status begin(void *context, const mr_network *network, const mr_trainer_params *trainer,
                       float *values, float *gradients) {
    detector_training *self = context;
    const mr_train_detector_params *p = self->params;
    for (int side = p->least_side; side <= p->most_side; side += MR_TRAIN_SIDE_STEP) {
        size_training *size = &self->sizes[self->size_count++];
        size->side = side;
        MR_TRY(begin_size(self, network, values, gradients, size));
    }
    size_t batch = (size_t)trainer->batch;
    self->canvases = mr_alloc(batch * sizeof *self->canvases);
    self->drawn = mr_alloc(batch * sizeof *self->drawn);
    if (!self->canvases || !self->drawn)
        return mr_fail(MR_E_MEMORY, "no memory for a batch of %zu pictures", batch);
    for (size_t i = 0; i < batch; i++)
        MR_TRY(mr_image_create(p->most_side, p->most_side, 3, &self->canvases[i]));
    return MR_OK;
}

static bool is_learned(const mr_labelled_picture *scene, const void *context) {
    (void)context;
    return !scene->validation;
}

static bool is_judged(const mr_labelled_picture *scene, const void *context) {
    (void)context;
    return scene->validation;
}

static mr_status load_part(const char *data,
                           bool (*keeps)(const mr_labelled_picture *, const void *),
                           mr_detection_set *out) {
    char *labels = mr_path_join(data, "labels.csv"), *images = mr_path_join(data, "images");
    mr_status status = labels && images ? mr_detection_set_read(labels, out)
                                        : mr_fail(MR_E_MEMORY, "%s: no memory for its paths", data);
    if (status == MR_OK)
        status = mr_detection_set_filter(out, keeps, NULL);
    if (status == MR_OK)
        status = mr_detection_set_load(out, images);
    free(labels);
    free(images);
    return status;
}

static bool in_focus(const detector_training *self, const mr_detection_set *set, size_t scene) {
    const char *focus = self->params->focus;
    return strncmp(set->scenes[scene].name, focus, strlen(focus)) == 0;
}

static size_t count_focus(const detector_training *self, const mr_detection_set *set) {
    size_t focused = 0;
    for (size_t i = 0; i < set->scene_count; i++)
        focused += in_focus(self, set, i);
    return focused;
}

/* A misspelled prefix would otherwise show after an epoch. */
static mr_status check_focus(const detector_training *self) {
    size_t learned = count_focus(self, &self->train), judged = count_focus(self, &self->validation);
    if (learned == 0 || judged == 0)
        return mr_fail(
            MR_E_ARGUMENT,
            "training: focus \"%s\": %zu pictures to learn and %zu to judge by have such "
            "names, one of each at least was expected",
            self->params->focus, learned, judged);
    return MR_OK;
}

/* Pictures in focus come more often, in batches by `sampling`, in mosaics by standing in the choice
 * several times. */
static mr_status weigh_scenes(detector_training *self) {
    size_t count = self->train.scene_count, weight = (size_t)self->params->focus_weight;
    size_t listed = count + count_focus(self, &self->train) * (weight - 1);
    self->scenes = mr_alloc(listed * sizeof *self->scenes);
    self->sampling = mr_alloc(count * sizeof *self->sampling);
    if (!self->scenes || !self->sampling)
        return mr_fail(MR_E_MEMORY, "no memory for %zu pictures", count);
    size_t next = count;
    for (size_t i = 0; i < count; i++) {
        bool focus = in_focus(self, &self->train, i);
        self->scenes[i] = (uint32_t)i;
        self->sampling[i] = focus ? (float)weight : 1;
        for (size_t k = 1; focus && k < weight; k++)
            self->scenes[next++] = (uint32_t)i;
    }
    self->choice = (mr_scene_choice){&self->train, self->scenes, listed};
    return MR_OK;
}

static mr_status complete_labels(detector_training *self) {
    if (mr_is_same_file(self->params->searcher, self->params->trainer.out))
        return mr_fail(MR_E_ARGUMENT,
                       "training: %s: the searcher may not be what is trained, since a resumed run "
                       "would search with other weights",
                       self->params->searcher);
    mr_yolo_model *searcher;
    MR_TRY(mr_yolo_load(self->params->searcher, &searcher));
    mr_status status = mr_ignore_unlabelled(&self->params->incomplete, searcher, &self->train);
    mr_yolo_model_free(searcher);
    return status;
}

static mr_status load_data(detector_training *self) {
    const char *data = self->params->data;
    if (!data)
        return mr_fail(MR_E_ARGUMENT, "training: no folder with data is given");
    MR_TRY(load_part(data, is_learned, &self->train));
    MR_TRY(load_part(data, is_judged, &self->validation));
    MR_TRY(check_focus(self));
    const uint64_t keys[] = {mr_detection_set_key(&self->train),
                             mr_detection_set_key(&self->validation)};
    self->data = mr_hash(keys, sizeof keys);
    if (self->params->incomplete.count > 0)
        MR_TRY(complete_labels(self));
    return weigh_scenes(self);
}

static mr_status check(const mr_train_detector_params *p) {
    bool steps = p->least_side % MR_TRAIN_SIDE_STEP == 0 && p->most_side % MR_TRAIN_SIDE_STEP == 0;
    if (!steps || p->least_side < MR_TRAIN_SIDE_STEP || p->most_side < p->least_side ||
        p->most_side - p->least_side >= MR_TRAIN_SIDE_STEP * MR_TRAIN_SIDES_MAX)
        return mr_fail(MR_E_ARGUMENT,
                       "training: sides %d … %d: at most %d multiples of %d were expected",
                       p->least_side, p->most_side, MR_TRAIN_SIDES_MAX, MR_TRAIN_SIDE_STEP);
    if (p->focus_weight < 1 || p->focus_weight > 100)
        return mr_fail(MR_E_ARGUMENT, "training: focus weight %d: 1 … 100 was expected",
                       p->focus_weight);
    if (p->incomplete.count > 0 && !p->searcher)
        return mr_fail(MR_E_ARGUMENT, "training: no detector is given that looks for faces that "
                                      "nobody labelled");
    if (p->loss.assign.most < 1 || p->loss.assign.most > MR_ASSIGN_MOST)
        return mr_fail(MR_E_ARGUMENT, "training: %d cells a face: 1 … %d were expected",
                       p->loss.assign.most, MR_ASSIGN_MOST);
    return MR_OK;
}

/* ---- validation ---- */

/* Average precision that an error of the points of one distance between the eyes is worth. */
#define POINTS_SHARE 0.25

static mr_status judge(const detector_training *self, const mr_found *found, double *figures,
                       double *score) {
    mr_detector_figures all, focus;
    MR_TRY(mr_judge_found(&self->validation, found, "", false, &all));
    MR_TRY(mr_judge_found(&self->validation, found, self->params->focus, false, &focus));
    *score = 0;
    for (int k = 0; k < MR_AP_HEIGHTS; k++) {
        figures[k] = all.ap[k];
        figures[MR_AP_HEIGHTS + k] = focus.ap[k];
        *score += (all.ap[k] + focus.ap[k]) / (2 * MR_AP_HEIGHTS);
    }
    figures[2 * MR_AP_HEIGHTS] = all.landmark_nme;
    /* Of epochs that find faces equally well the one with better points is better; one that finds
     * none of them shall not be spared what the others lose. */
    if (all.with_points > 0)
        *score -= POINTS_SHARE * (all.pointed > 0 ? fmin(all.landmark_nme, 1) : 1);
    return MR_OK;
}

static mr_status validate(void *context, const mr_network *network, const float *values,
                          double *figures, double *score) {
    const detector_training *self = context;
    const mr_yolo_model model = {network, values};
    size_t count = self->validation.scene_count;
    mr_yolo_finder finder;
    MR_TRY(mr_yolo_finder_create(&model, NULL, self->params->validation_side, &finder));
    mr_finder asked = mr_yolo_finder_as(&finder);
    mr_found *found = mr_alloc(count * sizeof *found);
    mr_status status = found ? mr_find_faces(&asked, &self->validation, NULL, found)
                             : mr_fail(MR_E_MEMORY, "no memory to judge %zu pictures", count);
    if (status == MR_OK)
        status = judge(self, found, figures, score);
    mr_found_free(found, count);
    mr_yolo_finder_free(&finder);
    return status;
}

/* ---- the whole ---- */

/* What a resumed run must agree in, apart from the trainer's own. */
static uint64_t settings_key(const mr_train_detector_params *p) {
    const uint64_t parts[] = {mr_hash(&p->augment, sizeof p->augment),
                              mr_hash(&p->loss, sizeof p->loss), (uint64_t)p->least_side,
                              (uint64_t)p->most_side};
    return mr_hash(parts, sizeof parts);
}

/* Faces that became ignored are other ones to learn from. */
static void describe_faces(const detector_training *self, mr_task *task) {
    size_t length = strlen(task->settings), ignored = 0;
    for (size_t i = 0; i < self->train.face_count; i++)
        ignored += self->train.faces[i].ignored;
    snprintf(task->settings + length, sizeof task->settings - length, " ignored=%zu", ignored);
}

/* The score that chooses the epoch depends on whom it is asked of, and in which size. */
static void describe_focus(const mr_train_detector_params *p, mr_task *task) {
    size_t length = strlen(task->settings);
    snprintf(task->settings + length, sizeof task->settings - length, " focus=%sx%d judged=%d",
             p->focus, p->focus_weight, p->validation_side);
}

static mr_status train(detector_training *self, mr_training_result *out) {
    const mr_train_detector_params *p = self->params;
    MR_TRY(check(p));
    if (p->trainer.threads > 0)
        omp_set_num_threads(p->trainer.threads);
    MR_TRY(load_data(self));
    mr_task task = {.name = "detector",
                    .data = self->data,
                    .samples = self->train.scene_count,
                    .figures = {"ap_8", "ap_16", "ap_32", "focus_ap_8", "focus_ap_16",
                                "focus_ap_32", "landmark_nme"},
                    .figure_count = 2 * MR_AP_HEIGHTS + 1,
                    .losses = {"score", "box", "landmarks"},
                    .loss_count = 3,
                    .context = self,
                    .begin = begin,
                    .step = step,
                    .validate = validate};
    snprintf(task.settings, sizeof task.settings, "sides=%d-%d variation=%016llx", p->least_side,
             p->most_side, (unsigned long long)settings_key(p));
    if (p->focus_weight > 1)
        task.sampling = self->sampling;
    describe_focus(p, &task);
    if (p->incomplete.count > 0)
        describe_faces(self, &task);
    return mr_trainer_run(&p->trainer, &task, out);
}

static void free_size(size_training *size) {
    mr_training_free(size->training);
    mr_detection_loss_free(size->loss);
    mr_network_free(size->network);
}

mr_status mr_train_detector(const mr_train_detector_params *params, mr_training_result *out) {
    detector_training self = {.params = params};
    mr_status status = train(&self, out);
    for (int i = 0; i < self.size_count; i++)
        free_size(&self.sizes[i]);
    for (int i = 0; i < params->trainer.batch; i++) {
        if (self.canvases)
            mr_image_free(&self.canvases[i]);
        if (self.drawn)
            free(self.drawn[i].faces);
    }
    free(self.canvases);
    free(self.drawn);
    free(self.scenes);
    free(self.sampling);
    mr_detection_set_free(&self.train);
    mr_detection_set_free(&self.validation);
    return status;
}
