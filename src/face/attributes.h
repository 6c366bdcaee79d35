/*
 * Age, gender, ethnicity and emotion of a face, by the networks under models/.
 *
 *     mr_attribute_models *models;                            // once, shared by all threads
 *     MR_TRY(mr_attribute_models_load("models", wanted, &models));
 *     mr_attribute_context *context;                          // one per thread
 *     MR_TRY(mr_attribute_context_create(models, true, &context));
 *     MR_TRY(mr_attributes_of_face(context, &photo, &face, &attributes));   // allocates nothing
 *
 * There are two networks, each with its own framing (crop.h): "attributes" answers age, gender and
 * ethnicity, "emotion" the emotion. Size and colour of the crop are those of the network's input;
 * heads.h makes attributes of its raw outputs.
 *
 * Ownership: models outlive their contexts. Thread rule: models are read-only once loaded, a
 * context belongs to one thread at a time.
 */
#ifndef MR_FACE_ATTRIBUTES_H
#define MR_FACE_ATTRIBUTES_H

#include "face/crop.h"
#include "moodreel/types.h"

typedef struct mr_attribute_models mr_attribute_models;
typedef struct mr_attribute_context mr_attribute_context;

/* All of them. */
mr_attribute_set mr_attribute_set_all(void);

/* Takes out of `attributes` what is not in `set`. */
void mr_attributes_keep(mr_attributes *attributes, mr_attribute_set set);

/*
 * Loads network.txt and weights.safetensors from folder/attributes and folder/emotion, as far as
 * `wanted` needs them. A folder that is missing switches its attributes off; one that is there but
 * broken is an error that names the file.
 */
mr_status mr_attribute_models_load(const char *folder, mr_attribute_set wanted,
                                   mr_attribute_models **out);
void mr_attribute_models_free(mr_attribute_models *models);

/* What the loaded models answer, of what was wanted. */
mr_attribute_set mr_attribute_models_set(const mr_attribute_models *models);

/* Scratch memory for one thread. `mirror`: the outputs of a crop and of its mirror image are
 * averaged, which takes twice the time. */
mr_status mr_attribute_context_create(const mr_attribute_models *models, bool mirror,
                                      mr_attribute_context **out);
void mr_attribute_context_free(mr_attribute_context *context);

/* All attributes of a face that a detector found in `photo`. */
mr_status mr_attributes_of_face(mr_attribute_context *context, const mr_image *photo,
                                const mr_face *face, mr_attributes *out);

/* The same, but only those in `wanted`: a network that tells none of them does not run. */
mr_status mr_attributes_of_face_in(mr_attribute_context *context, mr_attribute_set wanted,
                                   const mr_image *photo, const mr_face *face, mr_attributes *out);

/* For pictures that are already framed, such as UTKFace's or FER2013's: only the attributes whose
 * network has this framing. */
mr_status mr_attributes_of_picture(mr_attribute_context *context, mr_framing framing,
                                   const mr_image *picture, mr_attributes *out);

#endif
