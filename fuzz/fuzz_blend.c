/*
 * Fuzz target for the table of the blend: whatever the bytes are, parse refuses them or gives
 * weights that are finite and not negative at any number of opinions. Seeds: fuzz/corpus/blend.
 */
#include "recommend/blend.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void ask(const mr_blend *blend) {
    for (int i = 0; i < 40; i++) {
        mr_blend_now now = mr_blend_at(blend, (float)(i * i) / 2, (float)i / 39);
        for (int t = 0; t < MR_TERM_COUNT; t++)
            if (!(now.inside.weight[t] >= 0 && now.inside.weight[t] <= MR_BLEND_LARGEST))
                abort();
        float chance = mr_blend_chance(&now, (float)(i - 20));
        if (!(chance > 0 && chance < 1))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    mr_blend blend;
    if (mr_blend_parse((const char *)bytes, size, "fuzz", &blend) == MR_OK)
        ask(&blend);
    return 0;
}
