#include "learn/calibrate.h"

#include "base/memory.h"
#include "learn/held_out.h"
#include "learn/metrics.h"
#include "learn/model.h"
#include "learn/truths.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_TEMPERATURE 0.05
#define MOST_TEMPERATURE  20.0
#define LEAST_SCALE       0.01
/* Of the logarithm of temperatures, before any picture is seen. */
#define TEMPERATURE_SPREAD 0.5

typedef struct answers_of_head {
    const float *logits;
    const int *labels;
    size_t count, counted;
    int classes;
} answers_of_head;

/* What the temperature exp(t) costs a picture: the log loss, and what keeps a few pictures that
 * happen to be all right from asking for certainty. */
static double cost(const answers_of_head *a, double t) {
    double prior = t * t / (2 * TEMPERATURE_SPREAD * TEMPERATURE_SPREAD);
    return mr_log_loss(a->logits, a->labels, a->count, a->classes, exp(t)) +
           prior / (double)a->counted;
}

double mr_fit_temperature(const float *logits, const int *labels, size_t count, int classes) {
    const double golden = (sqrt(5) - 1) / 2;
    answers_of_head answers = {logits, labels, count, 0, classes};
    for (size_t i = 0; i < count; i++)
        answers.counted += labels[i] >= 0;
    if (answers.counted == 0)
        return 1;
    double low = log(LEAST_TEMPERATURE), high = log(MOST_TEMPERATURE);
    double a = high - golden * (high - low), b = low + golden * (high - low);
    double at_a = cost(&answers, a), at_b = cost(&answers, b);
    while (high - low > 1e-4) {
        if (at_a < at_b) {
            high = b, b = a, at_b = at_a;
            a = high - golden * (high - low);
            at_a = cost(&answers, a);
        } else {
            low = a, a = b, at_a = at_b;
            b = low + golden * (high - low);
            at_b = cost(&answers, b);
        }
    }
    return exp((low + high) / 2);
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A truth is inside when the interval comes within half a year of it: the ends are rounded. The
 * rank is that of split conformal prediction (Lei et al. 2018). */
mr_status mr_fit_age_interval(const float *centres, const float *deviations, const int *ages,
                              size_t count, double coverage, double *scale) {
    if (count == 0)
        return mr_fail(MR_E_ARGUMENT, "calibration: no pictures");
    double *scores = mr_alloc(count * sizeof *scores);
    if (!scores)
        return mr_fail(MR_E_MEMORY, "calibration: no memory for %zu pictures", count);
    for (size_t i = 0; i < count; i++)
        scores[i] = (fabs(ages[i] - (double)centres[i]) - 0.5) / (double)deviations[i];
    qsort(scores, count, sizeof *scores, compare_doubles);
    size_t rank = (size_t)ceil(coverage * ((double)count + 1));
    double score = scores[(rank < count ? rank : count) - 1];
    free(scores);
    *scale = fmax(score + 1e-4, LEAST_SCALE);
    return MR_OK;
}

static mr_status fit_head(mr_model *model, const mr_predictions *answers, mr_face_head head,
                          const int *truths, mr_head_fit *fit) {
    MR_TRY(mr_model_needs(model, head));
    const float *rows = mr_model_rows(model, answers, head);
    int classes = mr_head_classes(head);
    for (size_t i = 0; i < answers->count; i++)
        fit->count += truths[i] >= 0;
    fit->temperature = mr_fit_temperature(rows, truths, answers->count, classes);
    fit->loss_before = mr_log_loss(rows, truths, answers->count, classes, 1);
    fit->loss_after = mr_log_loss(rows, truths, answers->count, classes, fit->temperature);
    model->heads.temperatures[head] = (float)fit->temperature;
    return mr_held_out_error(head, rows, truths, answers->count, &fit->held_out_error);
}

mr_status mr_fit_age_bands(const float *centres, const float *deviations, const int *ages,
                           size_t count, mr_calibration *out) {
    MR_TRY(mr_fit_age_interval(centres, deviations, ages, count, MR_AGE_COVERAGE,
                               &out->age_interval_scale));
    float *of_band = mr_alloc(2 * count * sizeof *of_band);
    int *their_ages = mr_alloc(count * sizeof *their_ages);
    mr_status status = MR_OK;
    if (!of_band || !their_ages)
        status = mr_fail(MR_E_MEMORY, "calibration: no memory for %zu pictures", count);
    for (int band = 0; band < MR_AGE_BANDS && status == MR_OK; band++) {
        size_t n = 0;
        for (size_t i = 0; i < count; i++)
            if (mr_age_band(centres[i]) == band) {
                of_band[n] = centres[i];
                of_band[count + n] = deviations[i];
                their_ages[n++] = ages[i];
            }
        out->band_counts[band] = n;
        out->band_scales[band] = out->age_interval_scale;
        if (n >= MR_AGE_BAND_LEAST)
            status = mr_fit_age_interval(of_band, of_band + count, their_ages, n, MR_AGE_COVERAGE,
                                         &out->band_scales[band]);
    }
    free(of_band);
    free(their_ages);
    return status;
}

static mr_status fit_interval(const mr_model *model, const mr_predictions *answers,
                              const mr_chip_set *set, mr_calibration *found) {
    size_t count = answers->count;
    float *centres = mr_alloc(2 * count * sizeof *centres);
    int *ages = mr_alloc(count * sizeof *ages);
    if (!centres || !ages) {
        free(centres);
        free(ages);
        return mr_fail(MR_E_MEMORY, "calibration: no memory for %zu pictures", count);
    }
    float *deviations = centres + count;
    const float *rows = mr_model_rows(model, answers, MR_HEAD_AGE);
    for (size_t i = 0; i < count; i++) {
        float years[MR_AGE_YEARS];
        mr_heads_distribution(&model->heads, MR_HEAD_AGE, rows + i * MR_AGE_YEARS, years);
        centres[i] = mr_age_median(years);
        deviations[i] = mr_age_deviation(years);
        ages[i] = set->targets[i].age;
    }
    mr_status status = mr_fit_age_bands(centres, deviations, ages, count, found);
    if (status == MR_OK)
        status = mr_held_out_coverage(centres, deviations, ages, count, &found->held_out_coverage);
    free(centres);
    free(ages);
    return status;
}

/* Replaces the value of a key, or adds both; there is room. */
static void set_metadata(mr_metadata *metadata, size_t *count, const char *key, double value) {
    size_t i = 0;
    while (i < *count && strcmp(metadata[i].key, key) != 0)
        i++;
    if (i == *count)
        snprintf(metadata[(*count)++].key, sizeof metadata->key, "%s", key);
    snprintf(metadata[i].value, sizeof metadata->value, "%.6g", value);
}

static mr_status rewrite(const char *path, const mr_safetensors *file,
                         const mr_calibration *found) {
    mr_metadata *metadata =
        mr_alloc((file->metadata_count + MR_HEAD_COUNT + 1 + MR_AGE_BANDS) * sizeof *metadata);
    if (!metadata)
        return mr_fail(MR_E_MEMORY, "%s: no memory for its metadata", path);
    size_t count = file->metadata_count;
    if (count > 0)
        memcpy(metadata, file->metadata, count * sizeof *metadata);
    for (int h = 0; h < MR_HEAD_COUNT; h++) {
        char key[sizeof metadata->key];
        snprintf(key, sizeof key, MR_TEMPERATURE_KEY "%s", mr_head_name((mr_face_head)h));
        if (found->heads[h].count > 0)
            set_metadata(metadata, &count, key, found->heads[h].temperature);
    }
    if (found->age_interval_scale > 0) {
        set_metadata(metadata, &count, MR_AGE_INTERVAL_SCALE_KEY, found->age_interval_scale);
        for (int band = 0; band < MR_AGE_BANDS; band++) {
            char key[sizeof metadata->key];
            snprintf(key, sizeof key, MR_AGE_INTERVAL_SCALE_KEY ".from_%d", mr_age_band_from(band));
            set_metadata(metadata, &count, key, found->band_scales[band]);
        }
    }
    mr_status status = mr_safetensors_save(path, file->tensors, file->count, metadata, count);
    free(metadata);
    return status;
}

static mr_status store(const char *path, const mr_calibration *found) {
    mr_safetensors file;
    MR_TRY(mr_safetensors_load(path, &file));
    mr_status status = rewrite(path, &file, found);
    mr_safetensors_free(&file);
    return status;
}

/* Fits what a kind of model needs, on the set that `pictures` are of. */
typedef mr_status (*fitter)(mr_model *model, const void *set, const mr_predictions *answers,
                            mr_calibration *found);

static mr_status fit_emotion(mr_model *model, const void *set, const mr_predictions *answers,
                             mr_calibration *found) {
    static const mr_face_head heads[] = {MR_HEAD_LABEL, MR_HEAD_VOTES};
    if (mr_heads_emotion(&model->heads) == MR_HEAD_COUNT)
        return mr_model_needs(model, MR_HEAD_LABEL);
    for (int i = 0; i < 2; i++) {
        if (model->heads.outputs[heads[i]] < 0)
            continue;
        int *truths;
        MR_TRY(mr_emotion_truths(set, heads[i], &truths));
        mr_status status = fit_head(model, answers, heads[i], truths, &found->heads[heads[i]]);
        free(truths);
        MR_TRY(status);
    }
    return MR_OK;
}

static mr_status fit_attributes(mr_model *model, const void *set, const mr_predictions *answers,
                                mr_calibration *found) {
    static const mr_face_head heads[] = {MR_HEAD_AGE, MR_HEAD_GENDER, MR_HEAD_ETHNICITY};
    for (int i = 0; i < 3; i++) {
        int *truths;
        MR_TRY(mr_chip_truths(set, heads[i], &truths));
        mr_status status = fit_head(model, answers, heads[i], truths, &found->heads[heads[i]]);
        free(truths);
        MR_TRY(status);
    }
    return fit_interval(model, answers, set, found);
}

static mr_status calibrate(const char *folder, const mr_pictures *pictures, fitter fit,
                           const void *set, mr_calibration *out) {
    mr_model model;
    mr_predictions answers = {0};
    mr_calibration found = {0};
    MR_TRY(mr_model_load(folder, &model));
    mr_status status = mr_model_answer(&model, pictures, &answers);
    if (status == MR_OK)
        status = fit(&model, set, &answers, &found);
    if (status == MR_OK)
        status = store(model.weights_path, &found);
    mr_predictions_free(&answers);
    mr_model_free(&model);
    if (status == MR_OK && out)
        *out = found;
    return status;
}

mr_status mr_calibrate_emotion_on(const char *model, const mr_emotion_set *validation,
                                  mr_calibration *out) {
    return calibrate(model, &validation->pictures, fit_emotion, validation, out);
}

mr_status mr_calibrate_attributes_on(const char *model, const mr_chip_set *validation,
                                     mr_calibration *out) {
    return calibrate(model, &validation->pictures, fit_attributes, validation, out);
}

mr_status mr_calibrate_emotion(const char *model, const char *data, mr_calibration *out) {
    mr_emotion_set set;
    bool has_votes;
    MR_TRY(mr_emotion_part_load(data, MR_EMOTION_VALIDATION, MR_EMOTION_SIDE, &set, &has_votes));
    mr_status status = mr_calibrate_emotion_on(model, &set, out);
    mr_emotion_set_free(&set);
    return status;
}

mr_status mr_calibrate_attributes(const char *model, const char *data, mr_calibration *out) {
    mr_chip_set set;
    MR_TRY(mr_chip_set_load(data, MR_CHIP_SIDE, &set));
    mr_status status = mr_chip_set_keep_validation(&set);
    if (status == MR_OK)
        status = mr_calibrate_attributes_on(model, &set, out);
    mr_chip_set_free(&set);
    return status;
}
