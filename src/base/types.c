#include "moodreel/types.h"

#include <stddef.h>
#include <strings.h>

#define LABEL(name, label)            label,
#define AGE_LABEL(name, label, first) label,
#define AGE_FIRST(name, label, first) first,

static const char *const emotions[] = {MR_EMOTIONS(LABEL)};
static const char *const genders[] = {MR_GENDERS(LABEL)};
static const char *const ethnicities[] = {MR_ETHNICITIES(LABEL)};
static const char *const detectors[] = {MR_DETECTORS(LABEL)};
static const char *const feedbacks[] = {MR_FEEDBACK_KINDS(LABEL)};
static const char *const age_ranges[] = {MR_AGE_RANGES(AGE_LABEL)};
static const int age_firsts[] = {MR_AGE_RANGES(AGE_FIRST)};

static const char *label_of(const char *const *labels, int count, int value) {
    return value >= 0 && value < count ? labels[value] : NULL;
}

static int value_of(const char *const *labels, int count, const char *label) {
    for (int i = 0; label && i < count; i++)
        if (strcasecmp(labels[i], label) == 0)
            return i;
    return -1;
}

const char *mr_emotion_label(mr_emotion emotion) {
    return label_of(emotions, MR_EMOTION_COUNT, (int)emotion);
}

const char *mr_gender_label(mr_gender gender) {
    return label_of(genders, MR_GENDER_COUNT, (int)gender);
}

const char *mr_ethnicity_label(mr_ethnicity ethnicity) {
    return label_of(ethnicities, MR_ETHNICITY_COUNT, (int)ethnicity);
}

const char *mr_age_range_label(mr_age_range range) {
    return label_of(age_ranges, MR_AGE_RANGE_COUNT, (int)range);
}

const char *mr_detector_label(mr_detector_kind detector) {
    return label_of(detectors, MR_DETECTOR_COUNT, (int)detector);
}

const char *mr_feedback_label(mr_feedback_kind kind) {
    return label_of(feedbacks, MR_FEEDBACK_COUNT, (int)kind);
}

int mr_emotion_from_label(const char *label) {
    return value_of(emotions, MR_EMOTION_COUNT, label);
}

int mr_gender_from_label(const char *label) {
    return value_of(genders, MR_GENDER_COUNT, label);
}

int mr_ethnicity_from_label(const char *label) {
    return value_of(ethnicities, MR_ETHNICITY_COUNT, label);
}

int mr_age_range_from_label(const char *label) {
    return value_of(age_ranges, MR_AGE_RANGE_COUNT, label);
}

int mr_detector_from_label(const char *label) {
    return value_of(detectors, MR_DETECTOR_COUNT, label);
}

int mr_feedback_from_label(const char *label) {
    return value_of(feedbacks, MR_FEEDBACK_COUNT, label);
}

mr_age_range mr_age_range_of(float years) {
    int range = 0;
    while (range + 1 < MR_AGE_RANGE_COUNT && years >= (float)age_firsts[range + 1])
        range++;
    return (mr_age_range)range;
}

int mr_age_range_first(mr_age_range range) {
    if ((int)range < 0)
        return 0;
    return (int)range < MR_AGE_RANGE_COUNT ? age_firsts[range] : age_firsts[MR_AGE_RANGE_COUNT - 1];
}

int mr_likeliest(const float *probabilities, int count) {
    int best = 0;
    for (int i = 1; probabilities != NULL && i < count; i++)
        if (probabilities[i] > probabilities[best])
            best = i;
    return best;
}
