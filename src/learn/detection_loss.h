/*
 * What the detector's outputs cost, and how that changes with them.
 *
 *     score      cross-entropy between every counted cell's score and its quality
 *
 *     box        EIoU (Zhang et al. 2022): 1 - IoU + the distance of the centres and the
 *                differences of widths and heights, each against the box round both, squared
 *
 *     landmarks  smooth L1 of the ten coordinates, where they are known, in sizes of the face
 *
 * Box and landmarks count for the cells that learn a face, by their quality (detection_assign.h).
 * A picture whose qualities come to q (at least 1) has the weight q^-evenness, and all sums are
 * divided by what the qualities come to with it: at 0 every face counts alike, at 1 every picture.
 * A parade of a hundred specks would else drown the one large face of another picture.
 * Qualities are taken as given: no gradient flows through the assignment.
 *
 *     mr_detection_loss *loss;
 *     MR_TRY(mr_detection_loss_create(&params, &grid, batch, &loss));
 *     MR_TRY(mr_detection_loss_take(loss, outputs, faces, gradients, &parts));
 *
 * Thread rule: one thread per object; the pictures of a batch are spread over OpenMP threads, and
 * the result is the same for any number of them.
 */
#ifndef MR_LEARN_DETECTION_LOSS_H
#define MR_LEARN_DETECTION_LOSS_H

#include "learn/detection_assign.h"
#include "learn/detection_augment.h"

/* All members are four bytes wide, so that no padding is hashed. */
typedef struct mr_detection_loss_params {
    mr_assign_params assign;
    float score, box, landmarks; /* weights of the three parts */
    float automatic;             /* weight of points that a program set; people's have 1 */
    float evenness;              /* of pictures, 0 … 1 */
    float bend; /* error of a coordinate, share of the face's size, from which the loss is linear */
} mr_detection_loss_params;

mr_detection_loss_params mr_detection_loss_defaults(void);

/* Weighted parts. */
typedef struct mr_detection_losses {
    double score, box, landmarks;
} mr_detection_losses;

typedef struct mr_detection_loss mr_detection_loss;

mr_status mr_detection_loss_create(const mr_detection_loss_params *params, const mr_yolo_grid *grid,
                                   int batch, mr_detection_loss **out);
void mr_detection_loss_free(mr_detection_loss *loss);

/* `outputs` and `gradients` hold batch × MR_YOLO_VALUES planes for each level of the grid, `faces`
 * a list for each picture. Gradients are overwritten. */
mr_status mr_detection_loss_take(mr_detection_loss *loss, const float *const *outputs,
                                 const mr_drawn_faces *faces, float *const *gradients,
                                 mr_detection_losses *out);

/* EIoU of a box against the truth, and its derivatives by x, y of the centre, width and height. */
float mr_eiou(const mr_box *box, const mr_box *truth, float gradient[4]);

#endif
