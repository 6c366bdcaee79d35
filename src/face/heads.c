#include "face/heads.h"

#include "base/number.h"

#include "nn/loss.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* 80 % of a normal distribution lie within so many standard deviations of its mean. */
#define NORMAL_SCALE 1.2816f

static const struct {
    const char *name;
    int classes;
} head_table[MR_HEAD_COUNT] = {
#define X(name, output, classes) {output, classes},
    MR_FACE_HEADS(X)
#undef X
};

const char *mr_head_name(mr_face_head head) {
    return head_table[head].name;
}

int mr_head_classes(mr_face_head head) {
    return head_table[head].classes;
}

static const int band_from[MR_AGE_BANDS] = {0, 13, 25, 40, 60};

int mr_age_band_from(int band) {
    return band_from[band];
}

int mr_age_band(float age) {
    int band = MR_AGE_BANDS - 1;
    while (band > 0 && roundf(age) < (float)band_from[band])
        band--;
    return band;
}

mr_status mr_heads_find(const mr_network *network, const char *path, mr_heads *out) {
    mr_heads heads = {0};
    for (int band = 0; band < MR_AGE_BANDS; band++)
        heads.age_interval_scales[band] = NORMAL_SCALE;
    for (int h = 0; h < MR_HEAD_COUNT; h++) {
        int output = mr_network_output_index(network, head_table[h].name);
        if (output >= 0 && mr_network_output_size(network, output) != head_table[h].classes)
            return mr_fail(
                MR_E_MISMATCH, "%s: output '%s' of the network has %d values: expected %d", path,
                head_table[h].name, mr_network_output_size(network, output), head_table[h].classes);
        heads.outputs[h] = output;
        heads.temperatures[h] = 1;
    }
    *out = heads;
    return MR_OK;
}

/* Reads a positive number, if it is there. */
static mr_status read_factor(const mr_safetensors *file, const char *path, const char *key,
                             float *value) {
    const char *text = mr_safetensors_metadata(file, key);
    if (text == NULL)
        return MR_OK;
    char *end;
    float number = (float)mr_strtod(text, &end);
    if (end == text || *end != '\0' || !(number >= 1e-3f && number <= 1e3f))
        return mr_fail(MR_E_FORMAT, "%s: metadata '%s' is '%s': expected a number of .001 to 1000",
                       path, key, text);
    *value = number;
    return MR_OK;
}

static mr_status read_scales(const mr_safetensors *file, const char *path, mr_heads *heads) {
    float everybody = NORMAL_SCALE;
    MR_TRY(read_factor(file, path, MR_AGE_INTERVAL_SCALE_KEY, &everybody));
    for (int band = 0; band < MR_AGE_BANDS; band++) {
        char key[64];
        snprintf(key, sizeof key, MR_AGE_INTERVAL_SCALE_KEY ".from_%d", mr_age_band_from(band));
        heads->age_interval_scales[band] = everybody;
        MR_TRY(read_factor(file, path, key, &heads->age_interval_scales[band]));
    }
    return MR_OK;
}

mr_status mr_heads_load(const mr_safetensors *file, const char *path, const mr_network *network,
                        mr_heads *out) {
    mr_heads heads;
    MR_TRY(mr_heads_find(network, path, &heads));
    for (int h = 0; h < MR_HEAD_COUNT; h++) {
        char key[64];
        snprintf(key, sizeof key, MR_TEMPERATURE_KEY "%s", head_table[h].name);
        MR_TRY(read_factor(file, path, key, &heads.temperatures[h]));
    }
    MR_TRY(read_scales(file, path, &heads));
    *out = heads;
    return MR_OK;
}

mr_face_head mr_heads_emotion(const mr_heads *heads) {
    if (heads->outputs[MR_HEAD_VOTES] >= 0)
        return MR_HEAD_VOTES;
    return heads->outputs[MR_HEAD_LABEL] >= 0 ? MR_HEAD_LABEL : MR_HEAD_COUNT;
}

void mr_heads_distribution(const mr_heads *heads, mr_face_head head, const float *logits,
                           float *probabilities) {
    int classes = head_table[head].classes;
    for (int i = 0; i < classes; i++)
        probabilities[i] = logits[i] / heads->temperatures[head];
    mr_softmax(probabilities, classes, probabilities);
}

float mr_age_median(const float distribution[MR_AGE_YEARS]) {
    double half = 0, below = 0;
    for (int i = 0; i < MR_AGE_YEARS; i++)
        half += (double)distribution[i] / 2;
    int year = 0;
    while (year < MR_AGE_YEARS - 1 && below + (double)distribution[year] < half)
        below += (double)distribution[year++];
    double part = distribution[year] > 0 ? (half - below) / (double)distribution[year] : 0.5;
    return fmaxf((float)(year - 0.5 + part), 0);
}

float mr_age_deviation(const float distribution[MR_AGE_YEARS]) {
    double sum = 0, squares = 0;
    for (int i = 0; i < MR_AGE_YEARS; i++)
        sum += i * (double)distribution[i];
    for (int i = 0; i < MR_AGE_YEARS; i++)
        squares += (i - sum) * (i - sum) * (double)distribution[i];
    return fmaxf((float)sqrt(squares), MR_AGE_LEAST_DEVIATION);
}

static void apply_age(const mr_heads *heads, const float *logits, mr_attributes *out) {
    mr_heads_distribution(heads, MR_HEAD_AGE, logits, out->age_distribution);
    out->age = mr_age_median(out->age_distribution);
    float half =
        heads->age_interval_scales[mr_age_band(out->age)] * mr_age_deviation(out->age_distribution);
    out->age_low = fmaxf(out->age - half, 0);
    out->age_high = fminf(out->age + half, MR_AGE_MOST);
    out->has_age = true;
}

/* Fills `probabilities` when the network has the head, and tells whether it has. */
static bool apply_classes(const mr_heads *heads, mr_face_head head, const float *const *logits,
                          float *probabilities) {
    if (head == MR_HEAD_COUNT || heads->outputs[head] < 0)
        return false;
    mr_heads_distribution(heads, head, logits[heads->outputs[head]], probabilities);
    return true;
}

void mr_heads_apply(const mr_heads *heads, const float *const *logits, mr_attributes *out) {
    if (heads->outputs[MR_HEAD_AGE] >= 0)
        apply_age(heads, logits[heads->outputs[MR_HEAD_AGE]], out);
    if (apply_classes(heads, MR_HEAD_GENDER, logits, out->gender))
        out->has_gender = true;
    if (apply_classes(heads, MR_HEAD_ETHNICITY, logits, out->ethnicity))
        out->has_ethnicity = true;
    if (apply_classes(heads, mr_heads_emotion(heads), logits, out->emotion))
        out->has_emotion = true;
}
