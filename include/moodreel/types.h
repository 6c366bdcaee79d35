/*
 * What Moodreel says about a face: the classes, their names, and the structs that carry them.
 *
 * Each list is an X-macro, X(NAME, "label"), in the order of the network's outputs; the labels are
 * those of the JSON answers. Thread rule: all values, no hidden state.
 */
#ifndef MOODREEL_TYPES_H
#define MOODREEL_TYPES_H

#include "moodreel/error.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MR_EMOTIONS(X)                                                                             \
    X(ANGRY, "angry")                                                                              \
    X(DISGUST, "disgust")                                                                          \
    X(FEAR, "fear")                                                                                \
    X(HAPPY, "happy")                                                                              \
    X(NEUTRAL, "neutral")                                                                          \
    X(SAD, "sad")                                                                                  \
    X(SURPRISE, "surprise")

#define MR_GENDERS(X)                                                                              \
    X(MALE, "male")                                                                                \
    X(FEMALE, "female")

#define MR_ETHNICITIES(X)                                                                          \
    X(WHITE, "White")                                                                              \
    X(BLACK, "Black")                                                                              \
    X(ASIAN, "Asian")                                                                              \
    X(INDIAN, "Indian")                                                                            \
    X(OTHER, "Other")

/* X(NAME, "label", first year): a range ends where the next begins. */
#define MR_AGE_RANGES(X)                                                                           \
    X(0_2, "0-2", 0)                                                                               \
    X(3_9, "3-9", 3)                                                                               \
    X(10_19, "10-19", 10)                                                                          \
    X(20_29, "20-29", 20)                                                                          \
    X(30_39, "30-39", 30)                                                                          \
    X(40_49, "40-49", 40)                                                                          \
    X(50_59, "50-59", 50)                                                                          \
    X(60_69, "60-69", 60)                                                                          \
    X(70_UP, "70+", 70)

#define MR_ENUM_(name, label)            MR_##name,
#define MR_AGE_ENUM_(name, label, first) MR_AGE_##name,
typedef enum mr_emotion { MR_EMOTIONS(MR_ENUM_) MR_EMOTION_COUNT } mr_emotion;
typedef enum mr_gender { MR_GENDERS(MR_ENUM_) MR_GENDER_COUNT } mr_gender;
typedef enum mr_ethnicity { MR_ETHNICITIES(MR_ENUM_) MR_ETHNICITY_COUNT } mr_ethnicity;
typedef enum mr_age_range { MR_AGE_RANGES(MR_AGE_ENUM_) MR_AGE_RANGE_COUNT } mr_age_range;
#undef MR_ENUM_
#undef MR_AGE_ENUM_

/* Years of age that the age distribution covers: 0 … MR_AGE_YEARS-1; the last one means "or more".
 */
#define MR_AGE_YEARS 101

/* Labels; NULL for a value that is none of the enumeration. */
MR_API const char *mr_emotion_label(mr_emotion emotion);
MR_API const char *mr_gender_label(mr_gender gender);
MR_API const char *mr_ethnicity_label(mr_ethnicity ethnicity);
MR_API const char *mr_age_range_label(mr_age_range range);

/* The value with this label (exact, case ignored), or -1. */
MR_API int mr_emotion_from_label(const char *label);
MR_API int mr_gender_from_label(const char *label);
MR_API int mr_ethnicity_from_label(const char *label);
MR_API int mr_age_range_from_label(const char *label);

/* The range that holds an age in years, and its first year. */
MR_API mr_age_range mr_age_range_of(float years);
MR_API int mr_age_range_first(mr_age_range range);

/* Pixels of the full picture; x, y is the upper left corner, y grows downwards. */
typedef struct mr_box {
    float x, y, width, height;
} mr_box;

typedef struct mr_point {
    float x, y;
} mr_point;

/* Points in picture order: left eye, right eye, nose, left and right mouth corner. */
#define MR_LANDMARKS 5

/* A face as a detector found it. */
typedef struct mr_face {
    mr_box box;
    float score; /* 0 … 1, higher is surer */
    bool has_landmarks;
    mr_point landmarks[MR_LANDMARKS];
} mr_face;

/*
 * What the networks say about one face. Every distribution sums to one. An attribute that was
 * switched off has its `has_` flag false and an all-zero distribution.
 */
typedef struct mr_attributes {
    bool has_age, has_gender, has_ethnicity, has_emotion;
    float age_distribution[MR_AGE_YEARS];
    float age;               /* median of the distribution, years */
    float age_low, age_high; /* calibrated 80 % interval, years */
    float gender[MR_GENDER_COUNT];
    float ethnicity[MR_ETHNICITY_COUNT];
    float emotion[MR_EMOTION_COUNT];
} mr_attributes;

/* Index of the largest of `count` probabilities, the first among equals: the label of an emotion is
 * mr_emotion_label(mr_likeliest(a.emotion, MR_EMOTION_COUNT)). */
MR_API int mr_likeliest(const float *probabilities, int count);

/* Which attributes are wanted, or to be had. */
typedef struct mr_attribute_set {
    bool age, gender, ethnicity, emotion;
} mr_attribute_set;

/*
 * X(NAME, "label"): what finds the faces. "yolo" is the project's own network, models/detector;
 * "haar" a cascade that knows upright frontal faces alone; "auto" is yolo where models/detector is
 * there, else haar. Landmarks are set by models/landmarks in faces from 32 pixels on; where that is
 * missing or a face smaller, they are yolo's own, and those of haar are none.
 */
#define MR_DETECTORS(X)                                                                            \
    X(AUTO, "auto")                                                                                \
    X(YOLO, "yolo")                                                                                \
    X(HAAR, "haar")

#define MR_DETECTOR_ENUM_(name, label) MR_DETECTOR_##name,
typedef enum mr_detector_kind {
    MR_DETECTORS(MR_DETECTOR_ENUM_) MR_DETECTOR_COUNT
} mr_detector_kind;
#undef MR_DETECTOR_ENUM_

/* The label, or NULL; the kind with this label (case ignored), or -1. */
MR_API const char *mr_detector_label(mr_detector_kind detector);
MR_API int mr_detector_from_label(const char *label);

/* X(NAME, "label"): what a viewer says of a film. */
#define MR_FEEDBACK_KINDS(X)                                                                       \
    X(LIKE, "like")                                                                                \
    X(DISLIKE, "dislike")                                                                          \
    X(SEEN, "seen") /* says nothing but that it is not to be shown again */                        \
    X(RATING, "rating")

#define MR_FEEDBACK_ENUM_(name, label) MR_FEEDBACK_##name,
typedef enum mr_feedback_kind {
    MR_FEEDBACK_KINDS(MR_FEEDBACK_ENUM_) MR_FEEDBACK_COUNT
} mr_feedback_kind;
#undef MR_FEEDBACK_ENUM_

/* The label, or NULL; the kind with this label (case ignored), or -1. */
MR_API const char *mr_feedback_label(mr_feedback_kind kind);
MR_API int mr_feedback_from_label(const char *label);

/* What a viewer said of one film. */
typedef struct mr_feedback {
    const char *film; /* id; one that the catalogue lacks counts for nothing */
    mr_feedback_kind kind;
    int rating; /* 1 (worst) … 5 where the kind is MR_FEEDBACK_RATING, else 0 */
    int64_t at; /* seconds since 1970, UTC; 0: not known */
} mr_feedback;

/* The least probability of the likeliest class at which it is said; below it, people are told
 * "unsure". */
#define MR_SURE_GENDER    0.80f
#define MR_SURE_ETHNICITY 0.60f
#define MR_SURE_EMOTION   0.50f

#ifdef __cplusplus
}
#endif
#endif
