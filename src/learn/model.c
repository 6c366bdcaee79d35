#include "learn/model.h"

#include "base/file.h"
#include "base/memory.h"
#include "nn/weights.h"

#include <stdlib.h>

static mr_status read_weights(mr_model *model) {
    mr_safetensors file;
    const mr_weight_set set = {.prefix = "", .values = model->values};
    MR_TRY(mr_safetensors_load(model->weights_path, &file));
    mr_status status = mr_weights_read(&file, model->weights_path, model->network, &set, 1);
    if (status == MR_OK)
        status = mr_heads_load(&file, model->weights_path, model->network, &model->heads);
    mr_safetensors_free(&file);
    return status;
}

static mr_status load(mr_model *model, const char *folder) {
    char *network = mr_path_join(folder, "network.txt");
    model->weights_path = mr_path_join(folder, "weights.safetensors");
    mr_status status = MR_OK;
    if (!network || !model->weights_path)
        status = mr_fail(MR_E_MEMORY, "%s: no memory for its paths", folder);
    if (status == MR_OK)
        status = mr_network_load(network, &model->network);
    free(network);
    MR_TRY(status);
    model->values = mr_alloc(model->network->total * sizeof(float));
    if (!model->values)
        return mr_fail(MR_E_MEMORY, "%s: no memory for its weights", folder);
    return read_weights(model);
}

mr_status mr_model_load(const char *folder, mr_model *out) {
    mr_model model = {0};
    mr_status status = load(&model, folder);
    if (status != MR_OK) {
        mr_model_free(&model);
        return status;
    }
    *out = model;
    return MR_OK;
}

void mr_model_free(mr_model *model) {
    free(model->weights_path);
    free(model->values);
    mr_network_free(model->network);
    *model = (mr_model){0};
}

mr_status mr_model_answer(const mr_model *model, const mr_pictures *pictures, mr_predictions *out) {
    return mr_predict(model->network, model->values, mr_pictures_source, pictures, pictures->count,
                      true, out);
}

const float *mr_model_rows(const mr_model *model, const mr_predictions *answers,
                           mr_face_head head) {
    return answers->logits[model->heads.outputs[head]];
}

mr_status mr_model_needs(const mr_model *model, mr_face_head head) {
    if (model->heads.outputs[head] < 0)
        return mr_fail(MR_E_MISMATCH, "%s: its network has no output '%s'", model->weights_path,
                       mr_head_name(head));
    return MR_OK;
}

mr_status mr_model_probabilities(const mr_model *model, const mr_predictions *answers,
                                 mr_face_head head, float **out) {
    MR_TRY(mr_model_needs(model, head));
    size_t classes = (size_t)mr_head_classes(head);
    const float *rows = mr_model_rows(model, answers, head);
    float *probabilities = mr_alloc(answers->count * classes * sizeof(float));
    if (!probabilities)
        return mr_fail(MR_E_MEMORY, "no memory for the answers on %zu pictures", answers->count);
    for (size_t i = 0; i < answers->count; i++)
        mr_heads_distribution(&model->heads, head, rows + i * classes, probabilities + i * classes);
    *out = probabilities;
    return MR_OK;
}
