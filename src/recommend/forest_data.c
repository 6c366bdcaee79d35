#include "base/rng.h"
#include "recommend/forest_parts.h"

#include <math.h>
#include <string.h>

mr_status mr_forest_no_memory(const char *what) {
    return mr_fail(MR_E_MEMORY, "forest: no memory for %s", what);
}

double mr_forest_weight(const mr_forest_data *data, size_t row) {
    return data->weights ? data->weights[row] : 1;
}

static mr_status check_sizes(const mr_forest_data *data) {
    if (!data->values || !data->classes)
        return mr_fail(MR_E_ARGUMENT, "forest: values and classes are needed");
    if (data->rows < 1 || data->rows > MR_FOREST_MAX_ROWS)
        return mr_fail(MR_E_ARGUMENT, "forest: %zu rows: 1 to %u are allowed", data->rows,
                       MR_FOREST_MAX_ROWS);
    if (data->features < 1 || data->features > MR_FOREST_MAX_FEATURES)
        return mr_fail(MR_E_ARGUMENT, "forest: %zu features: 1 to %u are allowed", data->features,
                       MR_FOREST_MAX_FEATURES);
    if (data->class_count < 1 || data->class_count > MR_FOREST_MAX_CLASSES)
        return mr_fail(MR_E_ARGUMENT, "forest: %zu classes: 1 to %u are allowed", data->class_count,
                       MR_FOREST_MAX_CLASSES);
    return MR_OK;
}

static mr_status check_row(const mr_forest_data *data, size_t row) {
    if (data->classes[row] >= data->class_count)
        return mr_fail(MR_E_ARGUMENT, "forest: row %zu: class %u: there are %zu", row,
                       data->classes[row], data->class_count);
    if (data->weights && !(data->weights[row] >= 0 && data->weights[row] <= MR_FOREST_MAX_WEIGHT))
        return mr_fail(MR_E_ARGUMENT, "forest: row %zu: weight %g: 0 to %g are allowed", row,
                       data->weights[row], MR_FOREST_MAX_WEIGHT);
    const float *values = data->values + row * data->features;
    for (size_t feature = 0; feature < data->features; feature++)
        if (isinf(values[feature]))
            return mr_fail(MR_E_ARGUMENT, "forest: row %zu: feature %zu is infinite", row, feature);
    return MR_OK;
}

static bool any_weighs(const mr_forest_data *data) {
    size_t row = 0;
    while (row < data->rows && mr_forest_weight(data, row) <= 0)
        row++;
    return row < data->rows;
}

mr_status mr_forest_check_data(const mr_forest_data *data) {
    MR_TRY(check_sizes(data));
    for (size_t row = 0; row < data->rows; row++)
        MR_TRY(check_row(data, row));
    return any_weighs(data) ? MR_OK : mr_fail(MR_E_ARGUMENT, "forest: no row weighs more than 0");
}

uint64_t mr_forest_fingerprint(const mr_forest_data *data) {
    /* Without weights the hash is that of files from before weights were part of it. */
    const uint64_t parts[] = {
        data->rows,
        data->features,
        data->class_count,
        mr_hash(data->values, data->rows * data->features * sizeof *data->values),
        mr_hash(data->classes, data->rows * sizeof *data->classes),
        data->weights ? mr_hash(data->weights, data->rows * sizeof *data->weights) : 0,
    };
    return mr_hash(parts, data->weights ? sizeof parts : sizeof parts - sizeof *parts);
}

/* Draws with replacement; false when nothing that was drawn weighs anything. */
static bool draw(const mr_forest_data *data, uint64_t seed, size_t tree, uint32_t *draws) {
    size_t rows = data->rows;
    bool weighs = false;
    memset(draws, 0, rows * sizeof *draws);
    mr_rng rng = mr_rng_keyed(seed, tree, 0);
    for (size_t i = 0; i < rows; i++) {
        size_t row = (size_t)mr_rng_below(&rng, rows);
        draws[row]++;
        weighs |= mr_forest_weight(data, row) > 0;
    }
    return weighs;
}

void mr_forest_draw_bag(const mr_forest_data *data, uint64_t seed, size_t tree, bool bootstrap,
                        uint32_t *draws) {
    if (bootstrap && draw(data, seed, tree, draws))
        return;
    for (size_t row = 0; row < data->rows; row++)
        draws[row] = !bootstrap || mr_forest_weight(data, row) > 0;
}

mr_status mr_forest_check_origin(const mr_forest *forest, const mr_forest_data *data) {
    MR_TRY(mr_forest_check_data(data));
    if (!forest->bootstrap)
        return mr_fail(MR_E_ARGUMENT, "forest: trained without bootstrap: no row was left out");
    if (mr_forest_fingerprint(data) != forest->fingerprint)
        return mr_fail(MR_E_MISMATCH, "forest: this is not the data that it was trained on");
    return MR_OK;
}
