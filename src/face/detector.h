/*
 * Whatever finds the faces: the project's own network (yolo.h) or the Haar cascade (haar.h) behind
 * one interface, with the thresholds that the program uses.
 *
 *     mr_detector_model *model;                       // once, shared by all threads
 *     MR_TRY(mr_detector_load(MR_DETECTOR_AUTO, "models/detector", &model));
 *     mr_detector *detector;                          // one a thread; borrows the model
 *     MR_TRY(mr_detector_create(model, &detector));
 *     mr_face faces[256];
 *     size_t count;
 *     MR_TRY(mr_detector_run(detector, &photo, MR_FACES_SURE, faces, 256, &count));
 *     mr_detector_free(detector);
 *     mr_detector_model_free(model);
 *
 * Ownership: a detector owns its scratch memory, which fits after the first picture of a shape:
 * further ones allocate nothing (both headers tell the details). Thread rule: a detector belongs to
 * one thread at a time, and its network runs on the OpenMP threads of the caller; the model is
 * shared and must outlive it.
 */
#ifndef MR_FACE_DETECTOR_H
#define MR_FACE_DETECTOR_H

#include "face/yolo.h"
#include "image/image.h"
#include "moodreel/types.h"
#include "nn/network.h"

typedef struct mr_detector_model mr_detector_model;
typedef struct mr_detector mr_detector;

/*
 * Loads what `kind` asks for. `folder` is that of the network's model: where it is missing, AUTO
 * takes the cascade and YOLO is MR_E_NOT_FOUND; one that is there but broken is an error that names
 * the file. The cascade is that of mr_cascade_find().
 */
mr_status mr_detector_load(mr_detector_kind kind, const char *folder, mr_detector_model **out);
void mr_detector_model_free(mr_detector_model *model);

/* YOLO or HAAR. */
mr_detector_kind mr_detector_model_kind(const mr_detector_model *model);

/* The network, or NULL for the cascade. */
const mr_network *mr_detector_model_network(const mr_detector_model *model);

/* How the program looks at a picture with the network. */
mr_yolo_params mr_detector_yolo_params(void);

/* Score from which a face is sure. */
float mr_detector_model_sure(const mr_detector_model *model);

mr_status mr_detector_create(const mr_detector_model *model, mr_detector **out);
void mr_detector_free(mr_detector *detector);

/* Sure: what is called a face in a picture. Faint: what may also be one, good enough to go on with
 * a face that was sure in an earlier frame (track.h). */
typedef enum mr_sureness { MR_FACES_SURE, MR_FACES_FAINT } mr_sureness;

/* Finds faces in a grey or RGB picture, the sure ones or also the faint ones, sorted by falling
 * score; the first `capacity` are written to `faces` and *count is their number. */
mr_status mr_detector_run(mr_detector *detector, const mr_image *image, mr_sureness least,
                          mr_face *faces, size_t capacity, size_t *count);

#endif
