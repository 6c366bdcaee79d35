/*
 * Which cell of the detector's grids learns which face: task-aligned assignment (Feng et al. 2021,
 * TOOD).
 *
 * A cell may learn a face when its centre lies in the face's box, or less than a stride from the
 * middle of a box that is smaller, and the face is from `least_strides` to `most_strides` of its
 * strides large; the finest level takes all that are smaller, the coarsest all that are larger (as
 * Tian et al. 2019, FCOS). Without such bounds the alignment alone chooses the level, and what is
 * ahead stays ahead: in a trial the cells of stride 16 took every face beyond 64 pixels, though
 * they see too little of one, and those of stride 32 learned nothing at all. How well it does now
 * is its alignment, score^a · IoU^b; of each face the best `most` cells are taken, and a cell that
 * several faces want goes to the one that it overlaps most. The score that a taken cell shall reach
 * is its quality: the alignments of a face scaled so that the best one is the greatest IoU that the
 * face's cells have.
 *
 * Thread rule: pure functions.
 */
#ifndef MR_LEARN_DETECTION_ASSIGN_H
#define MR_LEARN_DETECTION_ASSIGN_H

#include "face/yolo_head.h"
#include "learn/dataset_detection.h"

enum { MR_ASSIGN_MOST = 16 };

typedef struct mr_assign_params {
    float score_power, overlap_power;  /* a and b */
    float least_strides, most_strides; /* sizes of face that a level learns */
    int most;                          /* cells of a face, up to MR_ASSIGN_MOST */
} mr_assign_params;

mr_assign_params mr_assign_params_defaults(void);

enum { MR_CELL_BACKGROUND = -1, MR_CELL_UNCOUNTED = -2 /* in an ignored region */ };

typedef struct mr_cell_target {
    int face;      /* index, or one of the above */
    float overlap; /* IoU of what the cell says now with its face */
    float alignment;
    float quality; /* the score to be learned; 0 without a face */
} mr_cell_target;

/* `predicted` and `targets` have grid->cells items; all targets are set. */
void mr_assign(const mr_assign_params *params, const mr_yolo_grid *grid, const mr_face *predicted,
               const mr_labelled_face *faces, size_t count, mr_cell_target *targets);

#endif
