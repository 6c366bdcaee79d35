/*
 * The fingerprint of a network: a hash chained over lines of text in the words of its file, so that
 * neither the machine nor the order of an enumeration shows in it. A setting that is to come is
 * added only where it is not its default, so that the fingerprints in files that exist stay right.
 */
#include "nn/network.h"

#include "base/rng.h"

#include <stdio.h>
#include <string.h>

static const char *const kind_names[] = {
#define X(name, label) label,
    MR_LAYERS(X)
#undef X
};

/* Room for a hash, a name and as many numbers as there are outputs at most. */
enum { LINE = 18 + MR_NAME_MAX + 12 * MR_OUTPUTS_MAX };

static uint64_t add(uint64_t so_far, const char *text, const int *numbers, int count) {
    char line[LINE];
    int at = snprintf(line, sizeof line, "%016llx %s", (unsigned long long)so_far, text);
    for (int i = 0; i < count; i++)
        at += snprintf(line + at, sizeof line - (size_t)at, " %d", numbers[i]);
    return mr_hash(line, (size_t)at);
}

static uint64_t add_float(uint64_t so_far, const char *text, float value) {
    int bits;
    memcpy(&bits, &value, sizeof bits);
    return add(so_far, text, &bits, 1);
}

/* Without the share that dropout sets to zero: it counts only while a network learns. */
static uint64_t add_layer(uint64_t so_far, const mr_layer *layer) {
    const int settings[] = {layer->out,    layer->kernel, layer->stride, layer->pad,
                            layer->groups, layer->factor, layer->bias};
    so_far = add(so_far, kind_names[layer->kind], settings, sizeof settings / sizeof *settings);
    return add(so_far, layer->name, layer->inputs, layer->input_count);
}

uint64_t mr_network_fingerprint(const mr_network *network) {
    const mr_layer *input = mr_network_input(network);
    const int shape[] = {input->channels, input->height, input->width};
    uint64_t hash = add(0, "shape", shape, sizeof shape / sizeof *shape);
    hash = add_float(hash, "mean", network->mean);
    hash = add_float(hash, "deviation", network->deviation);
    for (int i = 0; i < network->layer_count; i++)
        hash = add_layer(hash, &network->layers[i]);
    return add(hash, "outputs", network->outputs, network->output_count);
}
