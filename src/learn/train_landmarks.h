/*
 * Training of the network that sets landmarks (face/landmarks.h) on faces with known ones
 * (dataset_landmarks.h).
 *
 *     mr_train_landmarks_params p = mr_train_landmarks_defaults();
 *     p.data = "build/data/detection";               // DIR/labels.csv and DIR/images/
 *     p.chips = "build/data/utkface";                // may be NULL, as the next
 *     p.points = "build/data/utkface_landmarks.csv";
 *     p.trainer.out = "models/landmarks";
 *     MR_TRY(mr_train_landmarks(&p, NULL));
 *
 * A sample is the crop that the detector would have led to had it told landmarks as raw as
 * `augment` varies them; the loss is smooth L1 in distances of the eyes. Faces whose points people
 * set are few and come `human_share` times as often. An epoch is judged by looking again at
 * validation faces from raw landmarks that are the same every time, through mr_landmarks_refine
 * itself; the figures are mean errors as shares of the distance between the eyes, by source, and
 * the best epoch has the lowest mean of that of people's points and that of the others.
 *
 * All pictures are held in memory, decoded. Thread rule: see trainer.h.
 */
#ifndef MR_LEARN_TRAIN_LANDMARKS_H
#define MR_LEARN_TRAIN_LANDMARKS_H

#include "learn/augment.h"
#include "learn/trainer.h"

typedef struct mr_train_landmarks_params {
    const char *data;           /* folder of the detection set */
    const char *chips, *points; /* NULL together */
    mr_trainer_params trainer;
    mr_augment augment;
    float human_share; /* how much more often people's points come than as often as they are */
    float bend;        /* error, distances of the eyes, from which the loss is linear */
    int side;          /* pictures are kept in memory at this size */
} mr_train_landmarks_params;

mr_train_landmarks_params mr_train_landmarks_defaults(void);

/* `out` may be NULL. */
mr_status mr_train_landmarks(const mr_train_landmarks_params *params, mr_training_result *out);

#endif
