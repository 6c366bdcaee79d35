/*
 * Sets the five landmarks of a face that was found: a small network looks at the face alone, cut by
 * the landmarks (or the box) that the detector told, and tells how far each of them is from its
 * mean place. A detector has one vector of features for a face and all its landmarks; a second look
 * at the face's own pixels places them better (cascaded regression: Sun et al. 2013; MTCNN, Zhang
 * et al. 2016).
 *
 *     mr_landmark_model *model;                              // once, shared by all threads
 *     MR_TRY(mr_landmark_model_load("models/landmarks", &model));
 *     mr_landmark_context *context;                          // one a thread
 *     MR_TRY(mr_landmark_context_create(model, &context));
 *     MR_TRY(mr_landmarks_refine(context, &photo, &face));   // allocates nothing
 *
 * The network reads a square RGB crop in the framing of attributes (crop.h) and has one output,
 * `landmarks`, of 2 · MR_LANDMARKS values: of landmark k the shift by x and by y from its mean
 * place in the crop, in sides of the crop.
 *
 * Ownership: the model outlives its contexts. Thread rule: the model is read-only once loaded, a
 * context belongs to one thread at a time.
 */
#ifndef MR_FACE_LANDMARKS_H
#define MR_FACE_LANDMARKS_H

#include "image/image.h"
#include "moodreel/types.h"
#include "nn/network.h"

/* Looks: the errors of 98 validation faces whose points people set are 13.1 % of the distance of
 * the eyes as the detector tells them, 6.5 % after one look, 6.3 after two and 6.2 after three. */
enum { MR_LANDMARK_VALUES = 2 * MR_LANDMARKS, MR_LANDMARK_LOOKS = 2 };

typedef struct mr_landmark_model mr_landmark_model;
typedef struct mr_landmark_context mr_landmark_context;

/* Reads FOLDER/network.txt and FOLDER/weights.safetensors. */
mr_status mr_landmark_model_load(const char *folder, mr_landmark_model **out);

/* MR_E_MISMATCH when a network is not of the form above. */
mr_status mr_landmark_network_check(const mr_network *network);

/* Of a network at hand and its network->total parameters, neither of which is needed afterwards.
 * Errors as mr_landmark_network_check. */
mr_status mr_landmark_model_of(const mr_network *network, const float *values,
                               mr_landmark_model **out);
void mr_landmark_model_free(mr_landmark_model *model);

mr_status mr_landmark_context_create(const mr_landmark_model *model, mr_landmark_context **out);
void mr_landmark_context_free(mr_landmark_context *context);

/* Replaces the landmarks of a face that was found in `photo`; one without any gets them. It looks
 * MR_LANDMARK_LOOKS times, each time by what the look before told. */
mr_status mr_landmarks_refine(mr_landmark_context *context, const mr_image *photo, mr_face *face);

/* The same for those of `count` faces that are large enough to be read (box.h). */
mr_status mr_landmarks_refine_all(mr_landmark_context *context, const mr_image *photo,
                                  mr_face *faces, size_t count);

/* The crop of `size` × `size` pixels that the network looks at: maps its pixels to the photo's. */
mr_affine mr_landmarks_crop(const mr_face *face, int size);

/* Changes left and right, as in a mirror image. */
void mr_landmarks_swap_sides(mr_point landmarks[MR_LANDMARKS]);

/* From the network's values to pixels of the crop, and back. */
void mr_landmarks_of_values(const float values[MR_LANDMARK_VALUES], int size,
                            mr_point out[MR_LANDMARKS]);
void mr_landmarks_to_values(const mr_point landmarks[MR_LANDMARKS], int size,
                            float out[MR_LANDMARK_VALUES]);

#endif
