/*
 * Chips cut anew around the faces that a detector finds on them: what becomes of a face in a photo,
 * where nobody has aligned it.
 *
 * A face fills its chip, and a detector wants room around one, so the border is repeated by half a
 * side all around before it looks (face/crop.c measured its frames in the same way). The
 * largest face counts; a chip without any stays as it was given.
 *
 * Thread rule: no shared state; the OpenMP threads of the caller are used.
 */
#ifndef MR_LEARN_DETECTED_CHIPS_H
#define MR_LEARN_DETECTED_CHIPS_H

#include "face/detector.h"
#include "face/landmarks.h"
#include "learn/dataset_attributes.h"

/* Replaces the pictures of a set by crops of side × side, read from the set's files in full size.
 * `landmarks` sets the points of what was found, as in serving; NULL: it does not. */
mr_status mr_chip_set_detect(mr_chip_set *set, const mr_detector_model *model,
                             const mr_landmark_model *landmarks, int side, size_t *undetected);

#endif
