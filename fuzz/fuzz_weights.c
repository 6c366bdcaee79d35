/* Any bytes as a safetensors file: refused with a reason, or tensors that can all be read. */
#include "nn/safetensors.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    mr_safetensors file;
    if (mr_safetensors_parse(bytes, size, "fuzz", &file) != MR_OK)
        return 0;
    volatile float sum = 0;
    for (size_t i = 0; i < file.count; i++)
        for (size_t j = 0; j < file.tensors[i].size; j++)
            sum += file.tensors[i].data[j];
    mr_safetensors_free(&file);
    return 0;
}
