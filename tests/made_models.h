/*
 * Small networks with random weights in a made models/ folder, so that the serving side can be
 * tested where trained models are not. They answer nonsense, but a different nonsense for every
 * picture and the same one each time.
 */
#ifndef MR_TESTS_MADE_MODELS_H
#define MR_TESTS_MADE_MODELS_H

#include "base/error.h"

/* Writes folder/attributes: 3 × 24 × 24 in, age, gender and ethnicity out. */
mr_status mr_make_attributes_model(const char *folder, unsigned seed);

/* Writes folder/emotion: 1 × 20 × 20 in, label and votes out. */
mr_status mr_make_emotion_model(const char *folder, unsigned seed);

#endif
