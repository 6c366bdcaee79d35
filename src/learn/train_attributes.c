#include "learn/train_attributes.h"

#include "base/memory.h"
#include "learn/calibrate.h"
#include "learn/dataset_attributes.h"
#include "learn/metrics.h"
#include "learn/predict.h"
#include "learn/unlabelled.h"
#include "nn/loss.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AGE, GENDER, ETHNICITY };

typedef struct attribute_training {
    const mr_train_attributes_params *params;
    mr_chip_set set;
    size_t *train, *validation; /* indices into the set */
    size_t train_count, validation_count;
    mr_unlabelled unlabelled;
    float *sampling;
} attribute_training;

mr_train_attributes_params mr_train_attributes_defaults(void) {
    mr_train_attributes_params params = {.trainer = mr_trainer_params_defaults(),
                                         .augment = mr_augment_attributes_defaults(),
                                         .side = MR_CHIP_SIDE,
                                         .age_deviation = 2,
                                         .smoothing = 0.05f,
                                         .class_weight = 1,
                                         .gender_weight = 1};
    params.trainer.batch = 64;
    params.trainer.optimiser.weight_decay = 2e-4f;
    return params;
}

static void smooth_class(const mr_head_target *target, int label, int classes, float smoothing) {
    for (int i = 0; i < classes; i++)
        target->distribution[i] = smoothing / (float)classes;
    target->distribution[label] += 1 - smoothing;
    *target->weight = 1;
}

/* A normal distribution around the age over the years there are, summing to one. */
static void spread_age(const mr_head_target *target, int age, float deviation) {
    float sum = 0, truth = (float)(age < MR_AGE_YEARS ? age : MR_AGE_YEARS - 1);
    for (int i = 0; i < MR_AGE_YEARS; i++) {
        float z = ((float)i - truth) / deviation;
        sum += target->distribution[i] = expf(-z * z / 2);
    }
    for (int i = 0; i < MR_AGE_YEARS; i++)
        target->distribution[i] /= sum;
    *target->value = truth;
    *target->weight = 1;
}

static mr_status draw(void *context, const mr_network *network, size_t sample, mr_rng *rng,
                      float *input, const mr_head_target *targets) {
    const attribute_training *self = context;
    if (sample >= self->train_count)
        return mr_unlabelled_draw(&self->unlabelled, network, rng, input, targets);
    size_t index = self->train[sample];
    mr_image stored = mr_pictures_view(&self->set.pictures, index);
    MR_TRY(mr_variation_to_input(&stored, &self->params->augment, network, rng, input));

    const mr_chip_target *target = &self->set.targets[index];
    float smoothing = self->params->smoothing;
    spread_age(&targets[AGE], target->age, self->params->age_deviation);
    smooth_class(&targets[GENDER], (int)target->gender, MR_GENDER_COUNT, smoothing);
    smooth_class(&targets[ETHNICITY], (int)target->ethnicity, MR_ETHNICITY_COUNT, smoothing);
    return MR_OK;
}

static mr_image validation_picture(const void *context, size_t index) {
    const attribute_training *self = context;
    return mr_pictures_view(&self->set.pictures, self->validation[index]);
}

static double median_age(const float *logits) {
    float distribution[MR_AGE_YEARS];
    mr_softmax(logits, MR_AGE_YEARS, distribution);
    return (double)mr_age_median(distribution);
}

static double age_error(const attribute_training *self, const float *logits) {
    double sum = 0;
    for (size_t i = 0; i < self->validation_count; i++)
        sum += fabs(median_age(logits + i * MR_AGE_YEARS) -
                    self->set.targets[self->validation[i]].age);
    return sum / (double)self->validation_count;
}

static mr_status judge(const attribute_training *self, const mr_network *network,
                       const mr_predictions *predictions, double *figures, double *score) {
    size_t count = self->validation_count;
    int *truth = mr_alloc(count * sizeof *truth);
    if (!truth)
        return mr_fail(MR_E_MEMORY, "no memory to judge %zu pictures", count);
    figures[0] = age_error(self, predictions->logits[mr_network_output_index(network, "age")]);
    const float *gender = predictions->logits[mr_network_output_index(network, "gender")];
    for (size_t i = 0; i < count; i++)
        truth[i] = (int)self->set.targets[self->validation[i]].gender;
    figures[1] = mr_accuracy(gender, truth, count, MR_GENDER_COUNT);
    const float *ethnicity = predictions->logits[mr_network_output_index(network, "ethnicity")];
    for (size_t i = 0; i < count; i++)
        truth[i] = (int)self->set.targets[self->validation[i]].ethnicity;
    figures[2] = mr_accuracy(ethnicity, truth, count, MR_ETHNICITY_COUNT);
    *score = figures[1] + figures[2] - figures[0] / 20;
    free(truth);
    return MR_OK;
}

static mr_status validate(void *context, const mr_network *network, const float *values,
                          double *figures, double *score) {
    const attribute_training *self = context;
    mr_predictions predictions;
    MR_TRY(mr_predict(network, values, validation_picture, self, self->validation_count, true,
                      &predictions));
    mr_status status = judge(self, network, &predictions, figures, score);
    mr_predictions_free(&predictions);
    return status;
}

static mr_status weigh_groups(attribute_training *self) {
    self->sampling = mr_alloc(self->train_count * sizeof *self->sampling);
    if (!self->sampling)
        return mr_fail(MR_E_MEMORY, "no memory to weigh %zu pictures", self->train_count);
    mr_chip_set_weigh_groups(&self->set, self->train, self->train_count,
                             self->params->sampling_power, self->sampling);
    return MR_OK;
}

static void add_setting(mr_task *task, const char *format, float value) {
    size_t length = strlen(task->settings);
    snprintf(task->settings + length, sizeof task->settings - length, format, (double)value);
}

/* What was added later is told only where it is used, so that older checkpoints go on. */
static void describe_settings(const attribute_training *self, mr_task *task) {
    const mr_train_attributes_params *p = self->params;
    snprintf(task->settings, sizeof task->settings, "age=%g smoothing=%g side=%d variation=%016llx",
             (double)p->age_deviation, (double)p->smoothing, p->side,
             (unsigned long long)mr_augment_key(&p->augment));
    if (self->sampling)
        add_setting(task, " sampling=%g", p->sampling_power);
    if (p->class_weight != 1)
        add_setting(task, " classes=%g", p->class_weight);
    if (p->gender_weight != 1)
        add_setting(task, " gender=%g", p->gender_weight);
}

static mr_status load_data(attribute_training *self) {
    const mr_train_attributes_params *p = self->params;
    if (!p->data)
        return mr_fail(MR_E_ARGUMENT, "training: no folder with data is given");
    MR_TRY(mr_chip_set_load(p->data, p->side, &self->set));
    size_t count = self->set.pictures.count;
    self->train = mr_alloc(count * sizeof *self->train);
    self->validation = mr_alloc(count * sizeof *self->validation);
    if (!self->train || !self->validation)
        return mr_fail(MR_E_MEMORY, "no memory to split %zu pictures", count);
    for (size_t i = 0; i < count; i++)
        if (self->set.targets[i].validation)
            self->validation[self->validation_count++] = i;
        else
            self->train[self->train_count++] = i;
    if (self->validation_count == 0)
        return mr_fail(MR_E_NOT_FOUND, "%s: too few pictures, none is for validation", p->data);
    return p->sampling_power > 0 ? weigh_groups(self) : MR_OK;
}

static mr_status calibrate(void *context, const char *folder) {
    attribute_training *self = context;
    MR_TRY(mr_chip_set_keep_validation(&self->set));
    return mr_calibrate_attributes_on(folder, &self->set, NULL);
}

static mr_status train(attribute_training *self, mr_training_result *out) {
    if (self->params->trainer.threads > 0)
        omp_set_num_threads(self->params->trainer.threads);
    MR_TRY(load_data(self));
    float class_weight = self->params->class_weight;
    float gender_weight = class_weight * self->params->gender_weight;
    mr_task task = {.name = "attributes",
                    .data = mr_chip_set_key(&self->set),
                    .heads = {[AGE] = {"age", MR_AGE_YEARS, 0.1f, 1},
                              [GENDER] = {"gender", MR_GENDER_COUNT, 0, gender_weight},
                              [ETHNICITY] = {"ethnicity", MR_ETHNICITY_COUNT, 0, class_weight}},
                    .head_count = 3,
                    .samples = self->train_count,
                    .labelled = self->train_count,
                    .sampling = self->sampling,
                    .figures = {"age_mae", "gender_accuracy", "ethnicity_accuracy"},
                    .figure_count = 3,
                    .context = self,
                    .draw = draw,
                    .validate = validate,
                    .finish = calibrate};
    describe_settings(self, &task);
    MR_TRY(mr_unlabelled_add(&self->unlabelled, &self->params->trainer.teaching,
                             MR_FRAMING_ATTRIBUTES, &self->set.pictures, &task, &self->sampling));
    return mr_trainer_run(&self->params->trainer, &task, out);
}

mr_status mr_train_attributes(const mr_train_attributes_params *params, mr_training_result *out) {
    attribute_training self = {.params = params};
    mr_status status = train(&self, out);
    mr_chip_set_free(&self.set);
    mr_unlabelled_free(&self.unlabelled);
    free(self.sampling);
    free(self.train);
    free(self.validation);
    return status;
}
