#include "base/file.h"
#include "base/memory.h"
#include "face/yolo.h"
#include "face/yolo_head.h"
#include "nn/weights.h"

#include <stdlib.h>

/* Hands over what it has made even when it fails half-way. */
static mr_status read_model(mr_yolo_model *model, const char *network_path, const char *weights) {
    mr_network *network;
    mr_yolo_grid grid;
    MR_TRY(mr_network_load(network_path, &network));
    model->network = network;
    mr_status status = mr_yolo_grid_of(network, &grid);
    if (status != MR_OK)
        return mr_fail_in(status, network_path);
    float *values = mr_alloc(network->total * sizeof *values);
    if (!values)
        return mr_fail(MR_E_MEMORY, "%s: no memory for its weights", weights);
    model->values = values;
    return mr_weights_load(weights, network, values);
}

mr_status mr_yolo_load(const char *folder, mr_yolo_model **out) {
    char *network = mr_path_join(folder, "network.txt");
    char *weights = mr_path_join(folder, "weights.safetensors");
    mr_yolo_model *model = calloc(1, sizeof *model);
    mr_status status = network && weights && model
                           ? read_model(model, network, weights)
                           : mr_fail(MR_E_MEMORY, "%s: no memory for the model", folder);
    free(network);
    free(weights);
    if (status == MR_OK)
        *out = model;
    else
        mr_yolo_model_free(model);
    return status;
}

void mr_yolo_model_free(mr_yolo_model *model) {
    if (!model)
        return;
    mr_network_free((mr_network *)model->network);
    free((float *)model->values);
    free(model);
}
