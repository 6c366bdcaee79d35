/*
 * A trained model's folder, opened to be judged or calibrated.
 *
 *     mr_model model;
 *     MR_TRY(mr_model_load("models/emotion", &model));
 *     mr_predictions answers;
 *     MR_TRY(mr_model_answer(&model, &set.pictures, &answers));
 *     const float *rows = mr_model_rows(&model, &answers, MR_HEAD_VOTES);
 *
 * Ownership: load allocates, free frees. Thread rule: read-only once loaded.
 */
#ifndef MR_LEARN_MODEL_H
#define MR_LEARN_MODEL_H

#include "face/heads.h"
#include "learn/pictures.h"
#include "learn/predict.h"

typedef struct mr_model {
    char *weights_path;
    mr_network *network;
    float *values; /* network->total floats */
    mr_heads heads;
} mr_model;

/* Reads FOLDER/network.txt and FOLDER/weights.safetensors. */
mr_status mr_model_load(const char *folder, mr_model *out);
void mr_model_free(mr_model *model);

/* The answers for all pictures as people see them: each averaged with its mirror image. */
mr_status mr_model_answer(const mr_model *model, const mr_pictures *pictures, mr_predictions *out);

/* Rows of logits of a head that the model has. */
const float *mr_model_rows(const mr_model *model, const mr_predictions *answers, mr_face_head head);

/* MR_E_MISMATCH when the model lacks the head; the text names its file. */
mr_status mr_model_needs(const mr_model *model, mr_face_head head);

/* Tempered probabilities of a head for all pictures, in memory that the caller frees. */
mr_status mr_model_probabilities(const mr_model *model, const mr_predictions *answers,
                                 mr_face_head head, float **out);

#endif
