/*
 * Boxes that overlap, and the choice among them.
 *
 * Thread rule: pure functions.
 */
#ifndef MR_FACE_BOX_H
#define MR_FACE_BOX_H

#include "moodreel/types.h"

#include <stddef.h>

/* Intersection over union (IoU): 0 apart … 1 equal; 0 where a box has no area. */
float mr_box_iou(const mr_box *a, const mr_box *b);

/*
 * Sorts faces by falling score, the earlier one first among equals, and drops each that overlaps a
 * better one that stays by more than `overlap` (greedy non-maximum suppression). The faces that
 * stay are moved to the front; returns their number. `order` and `spare` are scratch memory for
 * `count` items each; nothing is allocated.
 */
size_t mr_suppress(mr_face *faces, size_t count, float overlap, uint32_t *order, mr_face *spare);

#endif
