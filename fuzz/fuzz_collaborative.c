/*
 * Fuzz target for the file of the collaborative filter: whatever the bytes are, decode refuses them
 * or gives a model that can be asked. The checksum is made right first, or no mutation would get
 * past it. Seeds: fuzz/corpus/collaborative.
 */
#include "base/rng.h"
#include "recommend/collaborative.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void ask(const mr_collaborative *model) {
    mr_collaborative_viewer viewer;
    if (mr_collaborative_viewer_make(model, model->audience, &viewer) != MR_OK)
        return;
    for (size_t item = 0; item < model->items; item++)
        mr_collaborative_learn(&viewer, item, 1);
    mr_collaborative_viewer_free(&viewer);
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
    mr_collaborative *model;
    if (mr_collaborative_decode(sealed, size, "fuzz", &model) == MR_OK) {
        ask(model);
        mr_collaborative_free(model);
    }
    free(sealed);
    return 0;
}
