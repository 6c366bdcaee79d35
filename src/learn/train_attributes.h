/*
 * Training of the attributes network: aligned colour chips, three heads `age`, `gender`,
 * `ethnicity`.
 *
 *     mr_train_attributes_params p = mr_train_attributes_defaults();
 *     p.data = "build/data/utkface";
 *     p.trainer.out = "models/attributes";
 *     MR_TRY(mr_train_attributes(&p, NULL));
 *
 * Age is a distribution over the years 0 … 100: the target is a normal one around the true age, cut
 * off at the ends, learned by cross-entropy plus a tenth of the distance of the means (DLDL-v2, Gao
 * et al. 2018). A fixed tenth of the chips is the validation (dataset_attributes.h). The best
 * epoch has the highest gender accuracy + ethnicity accuracy - age MAE / 20, with mirror images.
 * When the run is over, the best weights are calibrated on the validation (calibrate.h).
 *
 * Thread rule: see trainer.h.
 */
#ifndef MR_LEARN_TRAIN_ATTRIBUTES_H
#define MR_LEARN_TRAIN_ATTRIBUTES_H

#include "learn/augment.h"
#include "learn/trainer.h"

typedef struct mr_train_attributes_params {
    const char *data;
    mr_trainer_params trainer;
    mr_augment augment;
    int side;             /* chips are kept in memory at side × side, 112 */
    float age_deviation;  /* of the target, years, 2 */
    float smoothing;      /* of gender and ethnicity, 0.05 */
    float class_weight;   /* of their losses beside the age's, 1 */
    float gender_weight;  /* of the gender's loss beside the ethnicity's, 1 */
    float sampling_power; /* of groups by gender, ethnicity and decade: 0: as they are, 1: all alike
                             (dataset_attributes.h) */
} mr_train_attributes_params;

mr_train_attributes_params mr_train_attributes_defaults(void);

/* Trains and calibrates. `out` may be NULL. */
mr_status mr_train_attributes(const mr_train_attributes_params *params, mr_training_result *out);

#endif
