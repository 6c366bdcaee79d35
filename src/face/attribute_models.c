#include "face/attribute_models.h"

#include "base/file.h"
#include "base/memory.h"
#include "nn/weights.h"

#include <stdlib.h>

static const char *const folders[MR_FRAMING_COUNT] = {
    [MR_FRAMING_ATTRIBUTES] = "attributes",
    [MR_FRAMING_EMOTION] = "emotion",
};

mr_attribute_set mr_attribute_set_all(void) {
    return (mr_attribute_set){true, true, true, true};
}

bool mr_framing_tells(mr_framing framing, mr_attribute_set set) {
    return framing == MR_FRAMING_EMOTION ? set.emotion : set.age || set.gender || set.ethnicity;
}

static mr_status check_input(const mr_network *network, const char *path) {
    const mr_layer *input = mr_network_input(network);
    if (input->width != input->height || (input->channels != 1 && input->channels != 3))
        return mr_fail(MR_E_MISMATCH,
                       "%s: input is %d × %d × %d: expected a square of 1 or 3 channels", path,
                       input->channels, input->height, input->width);
    return MR_OK;
}

static mr_status load_plan(mr_attribute_model *model, const char *path) {
    mr_safetensors file;
    MR_TRY(mr_safetensors_load(path, &file));
    float *values = mr_alloc(model->network->total * sizeof *values);
    mr_status status = MR_OK;
    if (values == NULL)
        status = mr_fail(MR_E_MEMORY, "%s: out of memory", path);
    const mr_weight_set set = {.prefix = "", .values = values};
    if (status == MR_OK)
        status = mr_weights_read(&file, path, model->network, &set, 1);
    if (status == MR_OK)
        status = mr_heads_load(&file, path, model->network, &model->heads);
    if (status == MR_OK)
        status = mr_plan_create(model->network, values, 1, &model->plan);
    free(values);
    mr_safetensors_free(&file);
    return status;
}

/* Loads the model of a folder that exists. */
static mr_status load_model(mr_attribute_model *model, const char *folder) {
    char *network = mr_path_join(folder, "network.txt");
    char *weights = mr_path_join(folder, "weights.safetensors");
    mr_status status = MR_OK;
    if (network == NULL || weights == NULL)
        status = mr_fail(MR_E_MEMORY, "%s: out of memory", folder);
    if (status == MR_OK)
        status = mr_network_load(network, &model->network);
    if (status == MR_OK)
        status = check_input(model->network, network);
    if (status == MR_OK)
        status = load_plan(model, weights);
    free(network);
    free(weights);
    return status;
}

static mr_status load_framing(mr_attribute_models *models, const char *folder, mr_framing framing) {
    char *path = mr_path_join(folder, folders[framing]);
    if (path == NULL)
        return mr_fail(MR_E_MEMORY, "%s: out of memory", folder);
    mr_status status = MR_OK;
    if (mr_is_folder(path))
        status = load_model(&models->models[framing], path);
    free(path);
    return status;
}

/* Those of `wanted` that some loaded network has a head for. */
static mr_attribute_set answered(const mr_attribute_models *models, mr_attribute_set wanted) {
    mr_attribute_set found = {0};
    for (int framing = 0; framing < MR_FRAMING_COUNT; framing++) {
        const mr_attribute_model *model = &models->models[framing];
        if (model->plan == NULL)
            continue;
        const int *outputs = model->heads.outputs;
        found.age = found.age || (wanted.age && outputs[MR_HEAD_AGE] >= 0);
        found.gender = found.gender || (wanted.gender && outputs[MR_HEAD_GENDER] >= 0);
        found.ethnicity = found.ethnicity || (wanted.ethnicity && outputs[MR_HEAD_ETHNICITY] >= 0);
        found.emotion =
            found.emotion || (wanted.emotion && mr_heads_emotion(&model->heads) != MR_HEAD_COUNT);
    }
    return found;
}

mr_status mr_attribute_models_load(const char *folder, mr_attribute_set wanted,
                                   mr_attribute_models **out) {
    mr_attribute_models *models = calloc(1, sizeof *models);
    if (models == NULL)
        return mr_fail(MR_E_MEMORY, "%s: out of memory", folder);
    for (int framing = 0; framing < MR_FRAMING_COUNT; framing++) {
        if (!mr_framing_tells((mr_framing)framing, wanted))
            continue;
        mr_status status = load_framing(models, folder, (mr_framing)framing);
        if (status != MR_OK) {
            mr_attribute_models_free(models);
            return status;
        }
    }
    models->set = answered(models, wanted);
    *out = models;
    return MR_OK;
}

void mr_attribute_models_free(mr_attribute_models *models) {
    if (models == NULL)
        return;
    for (int framing = 0; framing < MR_FRAMING_COUNT; framing++) {
        mr_plan_free(models->models[framing].plan);
        mr_network_free(models->models[framing].network);
    }
    free(models);
}

mr_attribute_set mr_attribute_models_set(const mr_attribute_models *models) {
    return models->set;
}
