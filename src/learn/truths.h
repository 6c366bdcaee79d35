/*
 * What each picture of a data set shows, as the classes of a head: what answers are held against.
 *
 * Ownership: the caller frees the array. Thread rule: no shared state.
 */
#ifndef MR_LEARN_TRUTHS_H
#define MR_LEARN_TRUTHS_H

#include "face/heads.h"
#include "learn/dataset_attributes.h"
#include "learn/dataset_emotion.h"

/* Of `label` the folder's emotion, of `votes` the clear majority or -1. */
mr_status mr_emotion_truths(const mr_emotion_set *set, mr_face_head head, int **out);

/* Years of `age`, the last class for all that are more; classes of `gender` or `ethnicity`. */
mr_status mr_chip_truths(const mr_chip_set *set, mr_face_head head, int **out);

#endif
