/*
 * Fuzz target for the forest's file: whatever the bytes are, decode refuses them or gives a forest
 * that can be asked. The checksum is made right first, or no mutation would get past it. Seeds:
 * fuzz/corpus/forest.
 */
#include "base/rng.h"
#include "recommend/forest.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void ask(const mr_forest *forest) {
    float *row = calloc(mr_forest_features(forest), sizeof *row);
    float *answer = calloc(mr_forest_classes(forest), sizeof *answer);
    if (row && answer)
        mr_forest_predict(forest, row, answer);
    free(row);
    free(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    uint8_t *sealed = malloc(size + 1);
    if (!sealed)
        return 0;
    memcpy(sealed, bytes, size);
    if (size >= 8) {
        uint64_t hash = mr_hash(sealed, size - 8);
        for (int i = 0; i < 8; i++)
            sealed[size - 8 + (size_t)i] = (uint8_t)(hash >> 8 * i);
    }
    mr_forest *forest;
    if (mr_forest_decode(sealed, size, "fuzz", &forest) == MR_OK) {
        ask(forest);
        mr_forest_free(forest);
    }
    free(sealed);
    return 0;
}
