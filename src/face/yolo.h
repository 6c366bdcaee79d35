/*
 * Finds faces with a network of our own: box, score and five landmarks, in one pass.
 *
 *     mr_yolo_model *model;                              // once, shared by all threads
 *     MR_TRY(mr_yolo_load("models/detector", &model));
 *     mr_yolo *yolo;
 *     MR_TRY(mr_yolo_create(model, &yolo));              // one a thread; borrows the model
 *     mr_face faces[256];
 *     size_t count;
 *     MR_TRY(mr_yolo_detect(yolo, &photo, NULL, faces, 256, &count));
 *     mr_yolo_free(yolo);
 *     mr_yolo_model_free(model);
 *
 * The picture is brought to the network's size (its longer side to `side` pixels, the rest filled
 * with grey up to a multiple of the coarsest stride), every cell of the outputs whose score is high
 * enough becomes a candidate (face/yolo_head.h), and of candidates that overlap the best stays,
 * where the others agree that it is (face/box.h).
 *
 * A network that learnt from faces up to some size sees of larger ones only parts. With `again` set
 * it looks a second time, at half the size, at a picture that hints at a face of that size or more,
 * takes from there what is large, and drops the parts: an image pyramid of two levels, of which the
 * second costs a quarter of the first and is climbed for close-ups alone.
 *
 * Ownership: the detector compiles the network and allocates for the first picture of a shape, and
 * for the first that needs a second look; further ones of the same size of input allocate nothing,
 * nor do those of the three sizes that were used last.
 * Thread rule: a detector belongs to one thread at a time; the model is shared and must outlive it.
 */
#ifndef MR_FACE_YOLO_H
#define MR_FACE_YOLO_H

#include "image/image.h"
#include "moodreel/types.h"
#include "nn/network.h"

typedef struct mr_yolo_params {
    float score;     /* least score of a face, between 0 and 1; default 0.5 */
    float overlap;   /* of two faces whose IoU is larger one goes, 0 … 1; default 0.6:
                        docs/TRAINING.md tells what else was tried */
    float agreement; /* faces whose IoU with one that stays is larger have a say in where it is,
                        0 … 1; default 0.65; 1: none has */
    int side;      /* the longer side of the input, a multiple of 32 up to 4096; default 0: that of
                      the network's file */
    float enlarge; /* a smaller picture grows by this factor at most; default 2 */
    float again;   /* size of a face, in pixels of the input, from which a second look is taken;
                      default 0: never */
} mr_yolo_params;

mr_yolo_params mr_yolo_params_defaults(void);

/* A network with its parameters. Who has both already may fill it in instead of loading it. */
typedef struct mr_yolo_model {
    const mr_network *network;
    const float *values; /* network->total floats */
} mr_yolo_model;

/* Reads FOLDER/network.txt and FOLDER/weights.safetensors. */
mr_status mr_yolo_load(const char *folder, mr_yolo_model **out);
void mr_yolo_model_free(mr_yolo_model *model);

typedef struct mr_yolo mr_yolo;

/* MR_E_MISMATCH when the model's network is not a detector's. */
mr_status mr_yolo_create(const mr_yolo_model *model, mr_yolo **out);
void mr_yolo_free(mr_yolo *yolo);

/*
 * Finds faces in a grey or RGB picture. Boxes and landmarks are in pixels of the picture; boxes are
 * cut at its border, landmarks may lie beyond it. The faces are sorted by falling score; the first
 * `capacity` are written to `faces` and *count is their number. NULL params mean the defaults.
 */
mr_status mr_yolo_detect(mr_yolo *yolo, const mr_image *image, const mr_yolo_params *params,
                         mr_face *faces, size_t capacity, size_t *count);

#endif
