#include "face/attributes.h"

#include "base/memory.h"
#include "face/attribute_models.h"
#include "nn/loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a thread needs to run one network. */
typedef struct mr_attribute_lane {
    const mr_attribute_model *model; /* NULL: not there */
    mr_runner *runner;
    mr_image crop;
    float *view;                   /* one distribution of one view */
    float *logits[MR_OUTPUTS_MAX]; /* of each output, over all views */
} mr_attribute_lane;

struct mr_attribute_context {
    mr_attribute_set set;
    bool mirror;
    mr_attribute_lane lanes[MR_FRAMING_COUNT];
};

static mr_status lane_create(const mr_attribute_model *model, mr_attribute_lane *lane) {
    const mr_network *network = model->network;
    const mr_layer *input = mr_network_input(network);
    lane->model = model;
    MR_TRY(mr_runner_create(model->plan, &lane->runner));
    MR_TRY(mr_image_create(input->width, input->height, input->channels, &lane->crop));
    size_t largest = 0;
    for (int k = 0; k < network->output_count; k++) {
        size_t size = (size_t)mr_network_output_size(network, k);
        largest = size > largest ? size : largest;
        if ((lane->logits[k] = mr_alloc(size * sizeof(float))) == NULL)
            return mr_fail(MR_E_MEMORY, "attributes: out of memory");
    }
    if ((lane->view = mr_alloc(largest * sizeof(float))) == NULL)
        return mr_fail(MR_E_MEMORY, "attributes: out of memory");
    return MR_OK;
}

static void lane_free(mr_attribute_lane *lane) {
    mr_runner_free(lane->runner);
    mr_image_free(&lane->crop);
    free(lane->view);
    for (int k = 0; k < MR_OUTPUTS_MAX; k++)
        free(lane->logits[k]);
}

mr_status mr_attribute_context_create(const mr_attribute_models *models, bool mirror,
                                      mr_attribute_context **out) {
    mr_attribute_context *context = calloc(1, sizeof *context);
    if (context == NULL)
        return mr_fail(MR_E_MEMORY, "attributes: out of memory");
    context->set = models->set;
    context->mirror = mirror;
    for (int framing = 0; framing < MR_FRAMING_COUNT; framing++) {
        if (models->models[framing].plan == NULL)
            continue;
        mr_status status = lane_create(&models->models[framing], &context->lanes[framing]);
        if (status != MR_OK) {
            mr_attribute_context_free(context);
            return status;
        }
    }
    *out = context;
    return MR_OK;
}

void mr_attribute_context_free(mr_attribute_context *context) {
    if (context == NULL)
        return;
    for (int framing = 0; framing < MR_FRAMING_COUNT; framing++)
        lane_free(&context->lanes[framing]);
    free(context);
}

/* Runs the network on what `map` shows of the picture and adds its distributions, times `share`. */
static mr_status look(mr_attribute_lane *lane, const mr_image *picture, const mr_affine *map,
                      float share) {
    const mr_network *network = lane->model->network;
    mr_image_warp(picture, map, &lane->crop);
    mr_image_to_floats(&lane->crop, network->mean, network->deviation,
                       mr_runner_pixels(lane->runner));
    MR_TRY(mr_runner_run_pixels(lane->runner));
    for (int k = 0; k < network->output_count; k++) {
        int size = mr_network_output_size(network, k);
        mr_softmax(mr_runner_output(lane->runner, k), size, lane->view);
        for (int i = 0; i < size; i++)
            lane->logits[k][i] += share * lane->view[i];
    }
    return MR_OK;
}

/* Leaves in the lane the logarithm of the mean distribution over all views, which is a row of
 * logits as good as any and the one that validation is made with (learn/predict.h). */
static mr_status look_at_views(mr_attribute_lane *lane, const mr_image *picture,
                               const mr_affine *map, bool mirror) {
    const mr_network *network = lane->model->network;
    for (int k = 0; k < network->output_count; k++)
        memset(lane->logits[k], 0, (size_t)mr_network_output_size(network, k) * sizeof(float));
    MR_TRY(look(lane, picture, map, mirror ? 0.5f : 1));
    if (mirror) {
        /* Column x of this view is column width - 1 - x of the other. */
        const mr_affine swap = {.a = -1, .c = (float)(lane->crop.width - 1), .e = 1};
        const mr_affine mirrored = mr_affine_compose(map, &swap);
        MR_TRY(look(lane, picture, &mirrored, 0.5f));
    }
    for (int k = 0; k < network->output_count; k++)
        for (int i = 0; i < mr_network_output_size(network, k); i++)
            lane->logits[k][i] = logf(fmaxf(lane->logits[k][i], 1e-30f));
    return MR_OK;
}

void mr_attributes_keep(mr_attributes *attributes, mr_attribute_set set) {
    if (!set.age) {
        attributes->has_age = false;
        memset(attributes->age_distribution, 0, sizeof attributes->age_distribution);
        attributes->age = attributes->age_low = attributes->age_high = 0;
    }
    if (!set.gender) {
        attributes->has_gender = false;
        memset(attributes->gender, 0, sizeof attributes->gender);
    }
    if (!set.ethnicity) {
        attributes->has_ethnicity = false;
        memset(attributes->ethnicity, 0, sizeof attributes->ethnicity);
    }
    if (!set.emotion) {
        attributes->has_emotion = false;
        memset(attributes->emotion, 0, sizeof attributes->emotion);
    }
}

/* Adds to `attributes` what the lane's network says. What was not asked for is taken out, since the
 * network may have had to run for another attribute. */
static mr_status run_lane(mr_attribute_context *context, mr_framing framing,
                          const mr_image *picture, const mr_affine *map,
                          mr_attributes *attributes) {
    mr_attribute_lane *lane = &context->lanes[framing];
    MR_TRY(look_at_views(lane, picture, map, context->mirror));
    mr_heads_apply(&lane->model->heads, (const float *const *)lane->logits, attributes);
    mr_attributes_keep(attributes, context->set);
    return MR_OK;
}

mr_status mr_attributes_of_face_in(mr_attribute_context *context, mr_attribute_set wanted,
                                   const mr_image *photo, const mr_face *face, mr_attributes *out) {
    mr_attributes attributes = {0};
    for (int framing = 0; framing < MR_FRAMING_COUNT; framing++) {
        const mr_attribute_lane *lane = &context->lanes[framing];
        if (lane->model == NULL || !mr_framing_tells((mr_framing)framing, wanted))
            continue;
        mr_affine map = mr_crop_of_face((mr_framing)framing, face, lane->crop.width);
        MR_TRY(run_lane(context, (mr_framing)framing, photo, &map, &attributes));
    }
    mr_attributes_keep(&attributes, wanted);
    *out = attributes;
    return MR_OK;
}

mr_status mr_attributes_of_face(mr_attribute_context *context, const mr_image *photo,
                                const mr_face *face, mr_attributes *out) {
    return mr_attributes_of_face_in(context, context->set, photo, face, out);
}

mr_status mr_attributes_of_picture(mr_attribute_context *context, mr_framing framing,
                                   const mr_image *picture, mr_attributes *out) {
    mr_attributes attributes = {0};
    const mr_attribute_lane *lane = &context->lanes[framing];
    if (lane->model != NULL) {
        mr_affine map = mr_crop_of_picture(picture->width, picture->height, lane->crop.width);
        MR_TRY(run_lane(context, framing, picture, &map, &attributes));
    }
    *out = attributes;
    return MR_OK;
}
