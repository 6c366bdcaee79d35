/*
 * Boxes that overlap, and the choice among them; boxes that are large enough.
 *
 * Thread rule: pure functions.
 */
#ifndef MR_FACE_BOX_H
#define MR_FACE_BOX_H

#include "moodreel/types.h"

#include <stdbool.h>
#include <stddef.h>

/* Intersection over union (IoU): 0 apart … 1 equal; 0 where a box has no area. */
float mr_box_iou(const mr_box *a, const mr_box *b);

/*
 * Side in pixels of the picture that is looked at, the square root of the box's area, from which
 * the networks can read a face: their inputs have 48 to 80 pixels. A smaller face is found and
 * shown, but nothing is said of it, and nobody is followed or gets films by it.
 */
#define MR_READABLE_SIDE 32.0f

bool mr_box_is_readable(const mr_box *box);

/*
 * Sorts faces by falling score, the earlier one first among equals, and drops each that overlaps a
 * better one that stays by more than `overlap` (greedy non-maximum suppression). Box and points of
 * each that stays become the means, weighted by score, of those of all faces whose IoU with it is
 * above `agreement`, its own among them (box voting: Gidaris and Komodakis 2015, "Object detection
 * via a multi-region and semantic segmentation-aware CNN model"); at 1 every box stays as it is.
 * The faces that stay are moved to the front; returns their number. `order` and `spare` are scratch
 * memory for `count` items each; nothing is allocated.
 */
size_t mr_suppress(mr_face *faces, size_t count, float overlap, float agreement, uint32_t *order,
                   mr_face *spare);

#endif
