/*
 * Training of the face detector on pictures with labelled faces (dataset_detection.h).
 *
 *     mr_train_detector_params p = mr_train_detector_defaults();
 *     p.data = "build/data/detection";               // DIR/labels.csv and DIR/images/
 *     p.trainer.out = "models/detector";
 *     MR_TRY(mr_train_detector(&p, NULL));
 *
 * A batch has one size of picture, drawn from least_side … most_side in steps of 32; its pictures
 * are cut by detection_augment.h and cost what detection_loss.h says. A fixed tenth of the pictures
 * is the validation; each epoch is judged on them by average precision for faces from 8, 16 and 32
 * pixels on, once for all and once for those whose names start with `focus`. The best epoch has the
 * highest mean of these six, less a quarter of the error of the points. Such pictures may also be
 * learned more often than the others: those with many small faces in all poses teach more than
 * portraits do. What a picture of `incomplete` shows beside its labels is learned neither as a face
 * nor as none.
 *
 * All pictures are held in memory, decoded. Thread rule: see trainer.h.
 */
#ifndef MR_LEARN_TRAIN_DETECTOR_H
#define MR_LEARN_TRAIN_DETECTOR_H

#include "learn/detection_loss.h"
#include "learn/incomplete_labels.h"
#include "learn/trainer.h"

enum { MR_TRAIN_SIDE_STEP = 32, MR_TRAIN_SIDES_MAX = 16 };

typedef struct mr_train_detector_params {
    const char *data;
    const char *focus; /* "": every picture */
    int focus_weight;  /* how often these are drawn for each time that another is, 1 … 100 */
    mr_incomplete_labels incomplete; /* count 0: all labels are whole */
    const char *searcher;            /* folder of the detector that looks where they are not */
    mr_trainer_params trainer;
    mr_detection_augment augment;
    mr_detection_loss_params loss;
    int least_side, most_side; /* multiples of MR_TRAIN_SIDE_STEP */
    int validation_side;       /* as mr_yolo_params.side */
} mr_train_detector_params;

mr_train_detector_params mr_train_detector_defaults(void);

/* `out` may be NULL. */
mr_status mr_train_detector(const mr_train_detector_params *params, mr_training_result *out);

#endif
