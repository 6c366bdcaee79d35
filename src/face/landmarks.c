#include "face/landmarks.h"

#include "base/file.h"
#include "base/memory.h"
#include "face/box.h"
#include "face/crop.h"
#include "nn/inference.h"
#include "nn/weights.h"

#include <stdlib.h>

struct mr_landmark_model {
    mr_plan *plan;
    int size; /* of the crop */
    float mean, deviation;
};

struct mr_landmark_context {
    const mr_landmark_model *model;
    mr_runner *runner;
    mr_image crop;
};

mr_status mr_landmark_network_check(const mr_network *network) {
    const mr_layer *input = mr_network_input(network);
    if (input->channels == 3 && input->width == input->height && network->output_count == 1 &&
        mr_network_output_size(network, 0) == MR_LANDMARK_VALUES)
        return MR_OK;
    return mr_fail(MR_E_MISMATCH,
                   "a network of landmarks reads a square of 3 channels and has one output of %d "
                   "values; this one reads %d × %d × %d and has %d outputs, the first of %d",
                   MR_LANDMARK_VALUES, input->channels, input->height, input->width,
                   network->output_count, mr_network_output_size(network, 0));
}

mr_status mr_landmark_model_of(const mr_network *network, const float *values,
                               mr_landmark_model **out) {
    MR_TRY(mr_landmark_network_check(network));
    mr_landmark_model *model = calloc(1, sizeof *model);
    if (!model)
        return mr_fail(MR_E_MEMORY, "no memory for a model of landmarks");
    model->size = mr_network_input(network)->width;
    model->mean = network->mean;
    model->deviation = network->deviation;
    mr_status status = mr_plan_create(network, values, 1, &model->plan);
    if (status == MR_OK)
        *out = model;
    else
        free(model);
    return status;
}

static mr_status load(const char *network_path, const char *weights, mr_landmark_model **out) {
    mr_network *network;
    MR_TRY(mr_network_load(network_path, &network));
    float *values = mr_alloc(network->total * sizeof *values);
    mr_status status = values ? mr_landmark_network_check(network) : MR_OK;
    if (status != MR_OK)
        status = mr_fail_in(status, network_path);
    else if (!values)
        status = mr_fail(MR_E_MEMORY, "%s: no memory for its weights", weights);
    if (status == MR_OK)
        status = mr_weights_load(weights, network, values);
    if (status == MR_OK)
        status = mr_landmark_model_of(network, values, out);
    free(values);
    mr_network_free(network);
    return status;
}

mr_status mr_landmark_model_load(const char *folder, mr_landmark_model **out) {
    char *network = mr_path_join(folder, "network.txt");
    char *weights = mr_path_join(folder, "weights.safetensors");
    mr_status status = network && weights
                           ? load(network, weights, out)
                           : mr_fail(MR_E_MEMORY, "%s: no memory for its paths", folder);
    free(network);
    free(weights);
    return status;
}

void mr_landmark_model_free(mr_landmark_model *model) {
    if (!model)
        return;
    mr_plan_free(model->plan);
    free(model);
}

mr_status mr_landmark_context_create(const mr_landmark_model *model, mr_landmark_context **out) {
    mr_landmark_context *context = calloc(1, sizeof *context);
    if (!context)
        return mr_fail(MR_E_MEMORY, "no memory to look for landmarks");
    context->model = model;
    mr_status status = mr_runner_create(model->plan, &context->runner);
    if (status == MR_OK)
        status = mr_image_create(model->size, model->size, 3, &context->crop);
    if (status == MR_OK)
        *out = context;
    else
        mr_landmark_context_free(context);
    return status;
}

void mr_landmark_context_free(mr_landmark_context *context) {
    if (!context)
        return;
    mr_runner_free(context->runner);
    mr_image_free(&context->crop);
    free(context);
}

mr_affine mr_landmarks_crop(const mr_face *face, int size) {
    return mr_crop_of_face(MR_FRAMING_ATTRIBUTES, face, size);
}

static void swap_points(mr_point *a, mr_point *b) {
    mr_point kept = *a;
    *a = *b;
    *b = kept;
}

void mr_landmarks_swap_sides(mr_point landmarks[MR_LANDMARKS]) {
    swap_points(&landmarks[0], &landmarks[1]);
    swap_points(&landmarks[3], &landmarks[4]);
}

void mr_landmarks_of_values(const float values[MR_LANDMARK_VALUES], int size,
                            mr_point out[MR_LANDMARKS]) {
    for (int k = 0; k < MR_LANDMARKS; k++) {
        mr_point mean = mr_crop_landmark(MR_FRAMING_ATTRIBUTES, k, size);
        out[k].x = mean.x + (float)size * values[2 * k];
        out[k].y = mean.y + (float)size * values[2 * k + 1];
    }
}

void mr_landmarks_to_values(const mr_point landmarks[MR_LANDMARKS], int size,
                            float out[MR_LANDMARK_VALUES]) {
    for (int k = 0; k < MR_LANDMARKS; k++) {
        mr_point mean = mr_crop_landmark(MR_FRAMING_ATTRIBUTES, k, size);
        out[2 * k] = (landmarks[k].x - mean.x) / (float)size;
        out[2 * k + 1] = (landmarks[k].y - mean.y) / (float)size;
    }
}

static mr_status look(mr_landmark_context *context, const mr_image *photo, mr_face *face) {
    const mr_landmark_model *model = context->model;
    mr_affine map = mr_landmarks_crop(face, model->size);
    mr_image_warp(photo, &map, &context->crop);
    mr_image_to_floats(&context->crop, model->mean, model->deviation,
                       mr_runner_pixels(context->runner));
    MR_TRY(mr_runner_run_pixels(context->runner));
    mr_point places[MR_LANDMARKS];
    mr_landmarks_of_values(mr_runner_output(context->runner, 0), model->size, places);
    for (int k = 0; k < MR_LANDMARKS; k++)
        face->landmarks[k] = mr_affine_apply(&map, places[k]);
    face->has_landmarks = true;
    return MR_OK;
}

mr_status mr_landmarks_refine(mr_landmark_context *context, const mr_image *photo, mr_face *face) {
    for (int i = 0; i < MR_LANDMARK_LOOKS; i++)
        MR_TRY(look(context, photo, face));
    return MR_OK;
}

mr_status mr_landmarks_refine_all(mr_landmark_context *context, const mr_image *photo,
                                  mr_face *faces, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (mr_box_is_readable(&faces[i].box))
            MR_TRY(mr_landmarks_refine(context, photo, &faces[i]));
    return MR_OK;
}
