/*
 * Faces with five known landmarks, each cut out with some of what is round it: what landmarks are
 * learned from (face/landmarks.h).
 *
 * They come from a detection set (those that scene_faces.h lists) and, if given, from a folder of
 * square chips with a table of their points, one row a chip, in pixels of the chip as it is stored:
 *
 *     file,eye_l_x,eye_l_y,eye_r_x,eye_r_y,nose_x,nose_y,mouth_l_x,mouth_l_y,mouth_r_x,mouth_r_y
 *
 * Other columns are not looked at. A picture of the detection set is for validation as its set
 * says; of the chips one in ten (learn/chip_split.h).
 *
 * Ownership: load allocates, free frees. Thread rule: read-only once loaded.
 */
#ifndef MR_LEARN_DATASET_LANDMARKS_H
#define MR_LEARN_DATASET_LANDMARKS_H

#include "learn/dataset_detection.h"
#include "learn/pictures.h"

typedef enum mr_pointed_source {
    MR_POINTED_HUMAN, /* of the detection set, points set by people */
    MR_POINTED_AUTO,  /* of the detection set, points set by a program */
    MR_POINTED_CHIP,  /* of the chips, points set by a program */
    MR_POINTED_SOURCES
} mr_pointed_source;

typedef struct mr_pointed_face {
    mr_point landmarks[MR_LANDMARKS]; /* pixels of its picture in the set */
    mr_pointed_source source;
    bool validation;
} mr_pointed_face;

typedef struct mr_landmark_set {
    mr_pictures pictures;   /* RGB */
    mr_pointed_face *faces; /* one a picture */
} mr_landmark_set;

/* `scenes` is a folder with labels.csv and images/; `chips` and `points` may be NULL together.
 * Every picture is kept at side × side pixels. */
mr_status mr_landmark_set_load(const char *scenes, const char *chips, const char *points, int side,
                               mr_landmark_set *out);

/* A number that differs where faces or their points do. */
uint64_t mr_landmark_set_key(const mr_landmark_set *set);

void mr_landmark_set_free(mr_landmark_set *set);

#endif
