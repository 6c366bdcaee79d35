#include "face/yolo_head.h"

#include <math.h>

mr_status mr_yolo_grid_of(const mr_network *network, mr_yolo_grid *out) {
    const mr_layer *input = mr_network_input(network);
    mr_yolo_grid grid = {.level_count = network->output_count};
    if (input->channels != 3 || network->output_count > MR_YOLO_LEVELS_MAX)
        return mr_fail(MR_E_MISMATCH,
                       "a detector's network reads 3 channels and has at most %d outputs, not %d "
                       "and %d",
                       MR_YOLO_LEVELS_MAX, input->channels, network->output_count);
    for (int k = 0; k < network->output_count; k++) {
        const mr_layer *layer = &network->layers[network->outputs[k]];
        int stride = input->width / layer->width;
        if (layer->channels != MR_YOLO_VALUES || layer->width * stride != input->width ||
            layer->height * stride != input->height)
            return mr_fail(MR_E_MISMATCH,
                           "output '%s' has %d channels of %d × %d: a detector's has %d, and a "
                           "whole number of pixels a cell",
                           layer->name, layer->channels, layer->width, layer->height,
                           MR_YOLO_VALUES);
        grid.levels[k] = (mr_yolo_level){k, stride, layer->width, layer->height, grid.cells};
        grid.cells += (size_t)layer->width * (size_t)layer->height;
    }
    *out = grid;
    return MR_OK;
}

static float size_of(float raw) {
    return expf(fminf(fmaxf(raw, MR_YOLO_LEAST_SIZE), MR_YOLO_MOST_SIZE));
}

void mr_yolo_decode(const mr_yolo_level *level, int x, int y, const float *values, mr_face *out) {
    size_t plane = (size_t)level->width * (size_t)level->height;
    float stride = (float)level->stride;
    mr_point middle = {((float)x + 0.5f + values[plane]) * stride,
                       ((float)y + 0.5f + values[2 * plane]) * stride};
    mr_box box = {.width = stride * size_of(values[3 * plane]),
                  .height = stride * size_of(values[4 * plane])};
    box.x = middle.x - box.width / 2;
    box.y = middle.y - box.height / 2;
    out->box = box;
    out->score = 1 / (1 + expf(MR_YOLO_PRIOR - values[0]));
    out->has_landmarks = true;
    for (size_t k = 0; k < MR_LANDMARKS; k++)
        out->landmarks[k] = (mr_point){middle.x + box.width * values[(5 + 2 * k) * plane],
                                       middle.y + box.height * values[(6 + 2 * k) * plane]};
}

float mr_yolo_raw_score(float score) {
    return logf(score / (1 - score)) + MR_YOLO_PRIOR;
}
