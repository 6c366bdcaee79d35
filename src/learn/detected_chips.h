/*
 * Chips cut anew around the faces that a detector finds on them: what becomes of a face in a photo,
 * where nobody has aligned it.
 *
 * A face fills its chip, and the Haar cascade needs room around one, so the border is repeated by
 * half a side all around before it looks (face/crop.c measured its frames in the same way). The
 * largest face counts; a chip without any stays as it was given.
 *
 * Thread rule: no shared state; the OpenMP threads of the caller are used.
 */
#ifndef MR_LEARN_DETECTED_CHIPS_H
#define MR_LEARN_DETECTED_CHIPS_H

#include "learn/dataset_attributes.h"

/* Replaces the pictures of a set by crops of side × side, read from the set's files in full size.
 * Errors are those of finding and loading the cascade and of reading the files. */
mr_status mr_chip_set_detect(mr_chip_set *set, int side, size_t *undetected);

#endif
