/*
 * Sets in which people labelled some faces of a picture and left others, such as those who pass in
 * the background.
 *
 * A detector would learn from such pictures that those others are no faces. So one that was trained
 * before looks for them, and what it finds where nothing is labelled becomes `ignored`: neither
 * right nor wrong to find.
 *
 *     const mr_incomplete_labels incomplete = {.prefixes = {"masks_", "kaggle_"}, .count = 2};
 *     MR_TRY(mr_ignore_unlabelled(&incomplete, model, &set));
 *
 * Thread rule: as mr_find_faces'.
 */
#ifndef MR_LEARN_INCOMPLETE_LABELS_H
#define MR_LEARN_INCOMPLETE_LABELS_H

#include "face/yolo.h"
#include "learn/dataset_detection.h"

enum { MR_INCOMPLETE_MAX = 32 };

typedef struct mr_incomplete_labels {
    const char *prefixes[MR_INCOMPLETE_MAX];
    int count; /* pictures whose names start with one of so many prefixes */
} mr_incomplete_labels;

/* Adds ignored faces to pictures of a loaded set, which `model` looks at in its network's size. */
mr_status mr_ignore_unlabelled(const mr_incomplete_labels *incomplete, const mr_yolo_model *model,
                               mr_detection_set *set);

#endif
