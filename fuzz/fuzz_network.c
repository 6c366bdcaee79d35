/* Any text as a network: refused with a reason, or shapes that fit together. */
#include "nn/network.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, bytes, size);
    text[size] = 0;
    mr_network *network;
    if (mr_network_parse(text, "fuzz", &network) == MR_OK) {
        size_t sum = 0;
        for (int i = 0; i < network->parameter_count; i++)
            sum += network->parameters[i].size;
        if (sum != network->total || mr_network_output_size(network, 0) < 1)
            abort();
        mr_network_free(network);
    }
    free(text);
    return 0;
}
