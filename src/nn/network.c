#include "nn/network.h"

#include "base/rng.h"
#include "nn/parse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mr_network_free(mr_network *network) {
    if (!network)
        return;
    free(network->layers);
    free(network->parameters);
    free(network);
}

const mr_layer *mr_network_input(const mr_network *network) {
    return &network->layers[0];
}

bool mr_network_is_output(const mr_network *network, int layer) {
    for (int k = 0; k < network->output_count; k++)
        if (network->outputs[k] == layer)
            return true;
    return false;
}

int mr_network_output_size(const mr_network *network, int k) {
    const mr_layer *layer = &network->layers[network->outputs[k]];
    return layer->channels * layer->height * layer->width;
}

int mr_network_output_index(const mr_network *network, const char *name) {
    for (int k = 0; k < network->output_count; k++)
        if (strcmp(network->layers[network->outputs[k]].name, name) == 0)
            return k;
    return -1;
}

double mr_network_multiply_adds(const mr_network *network) {
    double sum = 0;
    for (int i = 1; i < network->layer_count; i++) {
        const mr_layer *layer = &network->layers[i];
        const mr_layer *source = &network->layers[layer->inputs[0]];
        double outputs = (double)layer->channels * layer->height * layer->width;
        if (layer->kind == MR_LAYER_CONV)
            sum += outputs * layer->kernel * layer->kernel * source->channels / layer->groups;
        else if (layer->kind == MR_LAYER_LINEAR)
            sum += outputs * source->channels * source->height * source->width;
    }
    return sum;
}

/* Members of a layer are four bytes wide or names that end in zeros, so that no padding is
 * hashed. */
uint64_t mr_network_key(const mr_network *network) {
    const float pixels[] = {network->mean, network->deviation};
    const uint64_t parts[] = {
        mr_hash(network->layers, (size_t)network->layer_count * sizeof *network->layers),
        mr_hash(network->outputs, (size_t)network->output_count * sizeof *network->outputs),
        mr_hash(pixels, sizeof pixels)};
    return mr_hash(parts, sizeof parts);
}

/* Adds a row to the table; offsets are given out later. */
static void add(mr_network *network, mr_layer *layer, const char *what, int dim_count,
                const int *dims, int fan_in) {
    mr_parameter *row = &network->parameters[network->parameter_count];
    if (layer->parameters < 0)
        layer->parameters = network->parameter_count;
    network->parameter_count++;
    snprintf(row->name, sizeof row->name, "%s.%s", layer->name, what);
    row->dim_count = dim_count;
    row->size = 1;
    for (int i = 0; i < dim_count; i++) {
        row->dims[i] = dims[i];
        row->size *= (size_t)dims[i];
    }
    row->fan_in = fan_in;
    row->trainable = strcmp(what, "mean") != 0 && strcmp(what, "variance") != 0;
    row->variance = strcmp(what, "variance") == 0;
    row->decayed = strcmp(what, "weight") == 0;
}

static void add_layer(mr_network *network, mr_layer *layer) {
    const mr_layer *source = &network->layers[layer->inputs[0]];
    const int channels = layer->channels;
    switch (layer->kind) {
    case MR_LAYER_CONV: {
        int k = layer->kernel, in = source->channels / layer->groups;
        add(network, layer, "weight", 4, (int[]){layer->out, in, k, k}, in * k * k);
        if (layer->bias)
            add(network, layer, "bias", 1, &layer->out, 0);
        break;
    }
    case MR_LAYER_LINEAR: {
        int in = source->channels * source->height * source->width;
        add(network, layer, "weight", 2, (int[]){layer->out, in}, in);
        if (layer->bias)
            add(network, layer, "bias", 1, &layer->out, 0);
        break;
    }
    case MR_LAYER_BATCHNORM:
        add(network, layer, "scale", 1, &channels, 0);
        add(network, layer, "shift", 1, &channels, 0);
        add(network, layer, "mean", 1, &channels, 0);
        add(network, layer, "variance", 1, &channels, 0);
        break;
    case MR_LAYER_PRELU:
        add(network, layer, "slope", 1, &channels, 0);
        break;
    default:
        break;
    }
}

mr_status mr_network_list_parameters(mr_network *network) {
    network->parameters = calloc(4 * (size_t)network->layer_count, sizeof *network->parameters);
    if (!network->parameters)
        return mr_fail(MR_E_MEMORY, "no memory for the parameter table");
    for (int i = 1; i < network->layer_count; i++)
        add_layer(network, &network->layers[i]);
    size_t offset = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < network->parameter_count; i++) {
            mr_parameter *row = &network->parameters[i];
            if (row->trainable != (pass == 0))
                continue;
            row->offset = offset;
            offset += row->size;
        }
        if (pass == 0)
            network->trainable = offset;
    }
    network->total = offset;
    return MR_OK;
}

static const char *kind_of(const mr_parameter *row) {
    return strrchr(row->name, '.') + 1;
}

static void fill(float *values, size_t count, float value) {
    for (size_t i = 0; i < count; i++)
        values[i] = value;
}

void mr_network_initialise(const mr_network *network, uint64_t seed, float *values) {
    for (int i = 0; i < network->parameter_count; i++) {
        const mr_parameter *row = &network->parameters[i];
        float *v = values + row->offset;
        const char *kind = kind_of(row);
        if (strcmp(kind, "weight") == 0) {
            mr_rng rng = mr_rng_keyed(seed, (uint64_t)i, 0);
            double deviation = sqrt((row->dim_count == 4 ? 2.0 : 1.0) / row->fan_in);
            for (size_t j = 0; j < row->size; j++)
                v[j] = (float)(deviation * mr_rng_normal(&rng));
        } else if (strcmp(kind, "scale") == 0 || strcmp(kind, "variance") == 0) {
            fill(v, row->size, 1);
        } else {
            fill(v, row->size, strcmp(kind, "slope") == 0 ? 0.25f : 0);
        }
    }
}
