#include "recommend/forest_parts.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sorting by insertion is faster below this many keys. */
#define FEW_KEYS 40

/* Widest digit of the radix sort: its 2048 counters stay in the first-level cache. */
#define DIGIT_BITS 11

static void insertion_sort(uint64_t *keys, size_t n) {
    for (size_t i = 1; i < n; i++) {
        uint64_t key = keys[i];
        size_t j = i;
        for (; j > 0 && keys[j - 1] > key; j--)
            keys[j] = keys[j - 1];
        keys[j] = key;
    }
}

/* One stable pass over the digit of `width` bits that starts at `shift`. */
static void counting_pass(const uint64_t *from, uint64_t *to, size_t n, unsigned shift,
                          unsigned width) {
    uint32_t places[1 << DIGIT_BITS];
    uint32_t digits = 1u << width, mask = digits - 1;
    memset(places, 0, digits * sizeof *places);
    for (size_t i = 0; i < n; i++)
        places[(uint32_t)(from[i] >> shift) & mask]++;
    uint32_t place = 0;
    for (uint32_t digit = 0; digit < digits; digit++) {
        uint32_t count = places[digit];
        places[digit] = place;
        place += count;
    }
    for (size_t i = 0; i < n; i++)
        to[places[(uint32_t)(from[i] >> shift) & mask]++] = from[i];
}

void mr_forest_sort(uint64_t *keys, uint64_t *spare, size_t n, unsigned bits) {
    if (n < FEW_KEYS) {
        /* The lower halves rise in the callers' order, so this is the stable order too. */
        insertion_sort(keys, n);
        return;
    }
    unsigned passes = (bits + DIGIT_BITS - 1) / DIGIT_BITS;
    unsigned width = passes ? (bits + passes - 1) / passes : 0;
    uint64_t *from = keys, *to = spare;
    for (unsigned pass = 0; pass < passes; pass++) {
        counting_pass(from, to, n, 32 + pass * width, width);
        uint64_t *kept = from;
        from = to;
        to = kept;
    }
    if (from != keys)
        memcpy(keys, from, n * sizeof *keys);
}

/* Bits of a float, rearranged so that they compare as unsigned numbers like the values do. */
static uint32_t ordered_bits(float value) {
    uint32_t bits;
    value += 0.0f; /* -0 and 0 are the same value */
    memcpy(&bits, &value, sizeof bits);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

static void rank_feature(const mr_forest_data *data, size_t feature, uint64_t *keys,
                         uint64_t *spare, mr_forest_ranks *out) {
    uint32_t *ranks = out->ranks + feature * data->rows;
    float *values = out->values + feature * data->rows;
    const float *column = data->values + feature;
    size_t known = 0;
    for (size_t row = 0; row < data->rows; row++) {
        float value = column[row * data->features];
        ranks[row] = MR_FOREST_MISSING;
        if (!isnan(value))
            keys[known++] = (uint64_t)ordered_bits(value) << 32 | row;
    }
    mr_forest_sort(keys, spare, known, 32);
    uint32_t rank = 0;
    for (size_t i = 0; i < known; i++) {
        if (i > 0 && keys[i] >> 32 != keys[i - 1] >> 32)
            rank++;
        uint32_t row = (uint32_t)keys[i];
        ranks[row] = rank;
        values[rank] = column[row * data->features];
    }
}

mr_status mr_forest_ranks_make(const mr_forest_data *data, mr_forest_ranks *out) {
    size_t cells = data->rows * data->features;
    mr_forest_ranks made = {.rows = data->rows, .features = data->features};
    made.ranks = mr_alloc(cells * sizeof *made.ranks);
    made.values = mr_alloc(cells * sizeof *made.values);
    uint64_t *keys = mr_alloc(2 * data->rows * sizeof *keys);
    if (!made.ranks || !made.values || !keys) {
        free(keys);
        mr_forest_ranks_free(&made);
        return mr_forest_no_memory("ranks");
    }
    for (size_t feature = 0; feature < data->features; feature++)
        rank_feature(data, feature, keys, keys + data->rows, &made);
    free(keys);
    *out = made;
    return MR_OK;
}

void mr_forest_ranks_free(mr_forest_ranks *ranks) {
    free(ranks->ranks);
    free(ranks->values);
    *ranks = (mr_forest_ranks){0};
}
