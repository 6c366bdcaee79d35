/* What mr_attribute_models holds, for the two files that work on it (attributes.h is the
 * interface). */
#ifndef MR_FACE_ATTRIBUTE_MODELS_H
#define MR_FACE_ATTRIBUTE_MODELS_H

#include "face/attributes.h"
#include "face/heads.h"
#include "nn/inference.h"

/* One network ready to answer; `plan` is NULL when it is absent or not wanted. */
typedef struct mr_attribute_model {
    mr_network *network;
    mr_plan *plan;
    mr_heads heads;
} mr_attribute_model;

struct mr_attribute_models {
    mr_attribute_set set;
    mr_attribute_model models[MR_FRAMING_COUNT];
};

/* Whether the network of a framing tells any of these attributes. */
bool mr_framing_tells(mr_framing framing, mr_attribute_set set);

#endif
