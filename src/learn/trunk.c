#include "learn/trunk.h"

/* Parameters of a layer stand one after the other, in the order of the layers. */
static int layer_of(const mr_network *network, int parameter) {
    int found = 0;
    for (int i = 0; i < network->layer_count; i++)
        if (network->layers[i].parameters >= 0 && network->layers[i].parameters <= parameter &&
            network->layers[i].parameters >= network->layers[found].parameters)
            found = i;
    return found;
}

void mr_trunk_shares(const mr_network *network, float share, float *shares) {
    for (int i = 0; i < network->parameter_count; i++)
        shares[i] = mr_network_is_output(network, layer_of(network, i)) ? 1 : share;
}

void mr_trunk_layers(const mr_network *network, bool *frozen) {
    for (int i = 0; i < network->layer_count; i++)
        frozen[i] = network->layers[i].parameters >= 0 && !mr_network_is_output(network, i);
}
