/*
 * The network's detector as a finder for judging: one for each thread, and if wished a second look
 * at each face for its landmarks.
 *
 * Ownership: create allocates, free frees; the models are borrowed. Thread rule: as mr_finder's.
 */
#ifndef MR_LEARN_YOLO_FINDER_H
#define MR_LEARN_YOLO_FINDER_H

#include "face/landmarks.h"
#include "face/yolo.h"
#include "learn/detector_figures.h"

/* Faces below this score are of no use to a curve. */
#define MR_FINDER_SCORE 0.01f

typedef struct mr_yolo_finder {
    mr_yolo **detectors;
    mr_landmark_context **landmarks; /* one for each; NULL: the detector's own points are kept */
    int count;
    mr_yolo_params params;
} mr_yolo_finder;

/* `landmarks` may be NULL. */
mr_status mr_yolo_finder_create(const mr_yolo_model *model, const mr_landmark_model *landmarks,
                                int side, mr_yolo_finder *out);
void mr_yolo_finder_free(mr_yolo_finder *finder);

/* `finder` stays where it is. */
mr_finder mr_yolo_finder_as(mr_yolo_finder *finder);

#endif
