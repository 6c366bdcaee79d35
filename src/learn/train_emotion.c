#include "learn/train_emotion.h"

#include "base/memory.h"
#include "learn/calibrate.h"
#include "learn/dataset_emotion.h"
#include "learn/degraded.h"
#include "learn/metrics.h"
#include "learn/predict.h"
#include "learn/unlabelled.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL, VOTES };

typedef struct emotion_training {
    const mr_train_emotion_params *params;
    mr_emotion_set train, validation;
    mr_unlabelled unlabelled;
    bool has_votes, labels_vote;
    float *sampling;
} emotion_training;

mr_train_emotion_params mr_train_emotion_defaults(void) {
    mr_train_emotion_params params = {.trainer = mr_trainer_params_defaults(),
                                      .augment = mr_augment_emotion_defaults(),
                                      .smoothing = 0.1f};
    params.trainer.optimiser.weight_decay = 5e-4f;
    params.trainer.teaching.view = mr_degraded_view(MR_EMOTION_SIDE);
    return params;
}

static mr_status draw(void *context, const mr_network *network, size_t sample, mr_rng *rng,
                      float *input, const mr_head_target *targets) {
    const emotion_training *self = context;
    if (sample >= self->train.pictures.count)
        return mr_unlabelled_draw(&self->unlabelled, network, rng, input, targets);
    mr_image stored = mr_pictures_view(&self->train.pictures, sample);
    MR_TRY(mr_variation_to_input(&stored, &self->params->augment, network, rng, input));

    const mr_emotion_target *target = &self->train.targets[sample];
    float smoothing = self->params->smoothing;
    for (int i = 0; i < MR_EMOTION_COUNT; i++)
        targets[LABEL].distribution[i] = smoothing / MR_EMOTION_COUNT;
    targets[LABEL].distribution[target->label] += 1 - smoothing;
    *targets[LABEL].weight = 1;
    if (self->has_votes) {
        memcpy(targets[VOTES].distribution, target->votes, sizeof target->votes);
        *targets[VOTES].weight = target->voted;
    }
    return MR_OK;
}

static mr_status judge(const emotion_training *self, const mr_network *network,
                       const mr_predictions *predictions, double *figures, double *score) {
    size_t count = predictions->count;
    int *truth = mr_alloc(count * sizeof *truth);
    if (!truth)
        return mr_fail(MR_E_MEMORY, "no memory to judge %zu pictures", count);
    const float *labels = predictions->logits[mr_network_output_index(network, "label")];
    for (size_t i = 0; i < count; i++)
        truth[i] = self->validation.targets[i].label;
    figures[0] = mr_accuracy(labels, truth, count, MR_EMOTION_COUNT);
    figures[1] = mr_log_loss(labels, truth, count, MR_EMOTION_COUNT, 1);
    *score = figures[0];
    if (self->has_votes) {
        const float *votes = predictions->logits[mr_network_output_index(network, "votes")];
        for (size_t i = 0; i < count; i++)
            truth[i] = self->validation.targets[i].majority;
        figures[2] = mr_accuracy(votes, truth, count, MR_EMOTION_COUNT);
        figures[3] = mr_log_loss(votes, truth, count, MR_EMOTION_COUNT, 1);
        *score = (figures[0] + figures[2]) / 2;
    }
    free(truth);
    return MR_OK;
}

static mr_status validate(void *context, const mr_network *network, const float *values,
                          double *figures, double *score) {
    const emotion_training *self = context;
    mr_predictions predictions;
    MR_TRY(mr_predict(network, values, mr_pictures_source, &self->validation.pictures,
                      self->validation.pictures.count, true, &predictions));
    mr_status status = judge(self, network, &predictions, figures, score);
    mr_predictions_free(&predictions);
    return status;
}

/* share^-power for each sample's class. */
static mr_status weigh_classes(emotion_training *self) {
    const mr_emotion_set *set = &self->train;
    size_t count = set->pictures.count;
    self->sampling = mr_alloc(count * sizeof(float));
    if (!self->sampling)
        return mr_fail(MR_E_MEMORY, "no memory to weigh %zu pictures", count);
    float classes[MR_EMOTION_COUNT] = {0};
    for (size_t i = 0; i < count; i++)
        classes[set->targets[i].label]++;
    for (size_t i = 0; i < count; i++)
        self->sampling[i] =
            powf(classes[set->targets[i].label] / (float)count, -self->params->sampling_power);
    return MR_OK;
}

static mr_status load_data(emotion_training *self) {
    const char *data = self->params->data;
    if (!data)
        return mr_fail(MR_E_ARGUMENT, "training: no folder with data is given");
    MR_TRY(mr_emotion_part_load(data, "train", MR_EMOTION_SIDE, &self->train, &self->has_votes));
    MR_TRY(mr_emotion_part_load(data, MR_EMOTION_VALIDATION, MR_EMOTION_SIDE, &self->validation,
                                &self->has_votes));
    if (!self->has_votes && self->params->votes_from_labels) {
        mr_emotion_set_vote_labels(&self->train);
        mr_emotion_set_vote_labels(&self->validation);
        self->has_votes = self->labels_vote = true;
    }
    return self->params->sampling_power > 0 ? weigh_classes(self) : MR_OK;
}

static mr_status calibrate(void *context, const char *folder) {
    const emotion_training *self = context;
    return mr_calibrate_emotion_on(folder, &self->validation, NULL);
}

static uint64_t data_key(const emotion_training *self) {
    const uint64_t parts[] = {mr_emotion_set_key(&self->train),
                              mr_emotion_set_key(&self->validation)};
    return mr_hash(parts, sizeof parts);
}

static mr_status train(emotion_training *self, mr_training_result *out) {
    if (self->params->trainer.threads > 0)
        omp_set_num_threads(self->params->trainer.threads);
    MR_TRY(load_data(self));
    mr_task task = {
        .name = "emotion",
        .data = data_key(self),
        .heads = {[LABEL] = {"label", MR_EMOTION_COUNT, 0, 1},
                  [VOTES] = {"votes", MR_EMOTION_COUNT, 0, 1}},
        .head_count = self->has_votes ? 2 : 1,
        .hint = self->has_votes
                    ? NULL
                    : "the data have no ferplus.csv; --votes-from-labels takes the folders instead",
        .samples = self->train.pictures.count,
        .labelled = self->train.pictures.count,
        .sampling = self->sampling,
        .figures = {"label_accuracy", "label_log_loss", "votes_accuracy", "votes_log_loss"},
        .figure_count = self->has_votes ? 4 : 2,
        .context = self,
        .draw = draw,
        .validate = validate,
        .finish = calibrate};
    snprintf(task.settings, sizeof task.settings, "smoothing=%g sampling=%g variation=%016llx%s",
             (double)self->params->smoothing, (double)self->params->sampling_power,
             (unsigned long long)mr_augment_key(&self->params->augment),
             self->labels_vote ? " votes=labels" : "");
    MR_TRY(mr_unlabelled_add(&self->unlabelled, &self->params->trainer.teaching, MR_FRAMING_EMOTION,
                             &self->train.pictures, &task, &self->sampling));
    return mr_trainer_run(&self->params->trainer, &task, out);
}

mr_status mr_train_emotion(const mr_train_emotion_params *params, mr_training_result *out) {
    emotion_training self = {.params = params};
    mr_status status = train(&self, out);
    mr_emotion_set_free(&self.train);
    mr_emotion_set_free(&self.validation);
    mr_unlabelled_free(&self.unlabelled);
    free(self.sampling);
    return status;
}
