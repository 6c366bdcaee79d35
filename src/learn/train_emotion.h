/*
 * Training of the emotion network: grey faces, two heads. `label` learns the class of the picture's
 * folder, `votes` the distribution of people's votes (Barsoum et al. 2016).
 *
 *     mr_train_emotion_params p = mr_train_emotion_defaults();
 *     p.data = "build/data/fer2013";
 *     p.trainer.out = "models/emotion";
 *     MR_TRY(mr_train_emotion(&p, NULL));
 *
 * DATA/train is learned, DATA/public_test is the validation; DATA/ferplus.csv, when it is there,
 * has the votes. Without it a network with `label` alone can be learned, or with
 * `votes_from_labels` both heads learn the folders, which is how people tune the shown emotion to
 * their own pictures. The best epoch has
 * the highest mean of the accuracy of `label` on labels and of `votes` on clear majorities, both
 * with mirror images. When the run is over, the best weights are calibrated on the validation
 * (calibrate.h).
 *
 * Thread rule: see trainer.h.
 */
#ifndef MR_LEARN_TRAIN_EMOTION_H
#define MR_LEARN_TRAIN_EMOTION_H

#include "learn/augment.h"
#include "learn/trainer.h"

#include <stdbool.h>

typedef struct mr_train_emotion_params {
    const char *data;
    mr_trainer_params trainer;
    mr_augment augment;
    float smoothing;        /* of the labels, 0.1 */
    float sampling_power;   /* a class with share s is drawn as often as s^(1-power) asks; 0: as it
                               is, 1: all classes alike */
    bool votes_from_labels; /* without ferplus.csv: let `votes` learn the folders, too */
} mr_train_emotion_params;

mr_train_emotion_params mr_train_emotion_defaults(void);

/* Trains and calibrates. `out` may be NULL. */
mr_status mr_train_emotion(const mr_train_emotion_params *params, mr_training_result *out);

#endif
