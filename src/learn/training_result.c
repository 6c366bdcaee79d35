#include "learn/training_result.h"

#include "base/number.h"

#include "nn/safetensors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double read_figure(const mr_safetensors *file, const char *name) {
    char key[sizeof file->metadata->key];
    snprintf(key, sizeof key, MR_VALIDATION_PREFIX "%s", name);
    const char *text = mr_safetensors_metadata(file, key);
    char *end = NULL;
    double value = text ? mr_strtod(text, &end) : NAN;
    return text && end != text && *end == 0 ? value : NAN;
}

mr_status mr_training_result_read_figures(mr_training_result *result, const char *weights_path,
                                          const char *const *names, int count) {
    mr_safetensors file;
    MR_TRY(mr_safetensors_load(weights_path, &file));
    for (int i = 0; i < count; i++)
        result->figures[i] = (mr_figure){names[i], read_figure(&file, names[i])};
    result->figure_count = count;
    mr_safetensors_free(&file);
    return MR_OK;
}
