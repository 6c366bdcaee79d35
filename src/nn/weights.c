#include "nn/weights.h"

#include "nn/half.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Key of the metadata that tells which network weights are of. */
#define FINGERPRINT "network_fingerprint"

static void print_fingerprint(const mr_network *network, mr_metadata *out) {
    *out = (mr_metadata){.key = FINGERPRINT};
    snprintf(out->value, sizeof out->value, "%016" PRIx64, mr_network_fingerprint(network));
}

static void name_of(const mr_weight_set *set, const mr_parameter *row, char *name, size_t size) {
    snprintf(name, size, "%s%s", set->prefix, row->name);
}

/* Vectors stay as they are: they are few, and a variance needs the range. */
static bool fits_half(const mr_tensor *tensor) {
    bool fits = tensor->dim_count > 1;
    for (size_t i = 0; fits && i < tensor->size; i++)
        fits = fabsf(tensor->data[i]) <= MR_HALF_MAX;
    return fits;
}

mr_status mr_weights_save(const char *path, const mr_network *network, const mr_weight_set *sets,
                          size_t set_count, const mr_metadata *metadata, size_t metadata_count) {
    mr_tensor *tensors = calloc(set_count * (size_t)network->parameter_count + 1, sizeof *tensors);
    mr_metadata *told = calloc(metadata_count + 1, sizeof *told);
    if (!tensors || !told) {
        free(tensors);
        free(told);
        return mr_fail(MR_E_MEMORY, "%s: no memory for its list of tensors", path);
    }
    if (metadata_count > 0)
        memcpy(told, metadata, metadata_count * sizeof *told);
    print_fingerprint(network, &told[metadata_count]);
    size_t count = 0;
    for (size_t s = 0; s < set_count; s++) {
        for (int i = 0; i < network->parameter_count; i++) {
            const mr_parameter *row = &network->parameters[i];
            if (sets[s].trainable_only && !row->trainable)
                continue;
            mr_tensor *tensor = &tensors[count++];
            name_of(&sets[s], row, tensor->name, sizeof tensor->name);
            tensor->dim_count = row->dim_count;
            for (int d = 0; d < row->dim_count; d++)
                tensor->dims[d] = (size_t)row->dims[d];
            tensor->size = row->size;
            tensor->data = sets[s].values + row->offset;
            tensor->half = sets[s].half && fits_half(tensor);
        }
    }
    mr_status status = mr_safetensors_save(path, tensors, count, told, metadata_count + 1);
    free(tensors);
    free(told);
    return status;
}

static bool same_shape(const mr_tensor *tensor, const mr_parameter *row) {
    bool same = tensor->dim_count == row->dim_count;
    for (int d = 0; same && d < row->dim_count; d++)
        same = tensor->dims[d] == (size_t)row->dims[d];
    return same;
}

static mr_status copy_values(const mr_tensor *tensor, const char *path, const mr_parameter *row,
                             float *out) {
    for (size_t i = 0; i < tensor->size; i++) {
        if (!isfinite(tensor->data[i]))
            return mr_fail(MR_E_FORMAT, "%s: tensor '%s' holds a value that is not finite", path,
                           tensor->name);
        if (row->variance && tensor->data[i] < 0)
            return mr_fail(MR_E_FORMAT, "%s: tensor '%s' holds a variance below 0", path,
                           tensor->name);
    }
    memcpy(out, tensor->data, tensor->size * sizeof(float));
    return MR_OK;
}

static mr_status read_row(const mr_safetensors *file, const char *path, const mr_weight_set *set,
                          const mr_parameter *row) {
    char name[MR_TENSOR_NAME_MAX];
    name_of(set, row, name, sizeof name);
    const mr_tensor *tensor = mr_safetensors_find(file, name);
    if (!tensor)
        return mr_fail(MR_E_MISMATCH, "%s: tensor '%s' of the network is missing", path, name);
    if (!same_shape(tensor, row))
        return mr_fail(MR_E_MISMATCH, "%s: tensor '%s' has another shape than in the network", path,
                       name);
    return copy_values(tensor, path, row, set->values + row->offset);
}

/* Shapes that agree do not make a network: with another activation or other pixels the same weights
 * answer something else. Files of before there were fingerprints are taken at their word. */
static mr_status check_fingerprint(const mr_safetensors *file, const char *path,
                                   const mr_network *network) {
    mr_metadata expected;
    print_fingerprint(network, &expected);
    const char *found = mr_safetensors_metadata(file, FINGERPRINT);
    if (found && strcmp(found, expected.value) != 0)
        return mr_fail(MR_E_MISMATCH,
                       "%s: weights of another network than the one to be used with them, of the "
                       "same shapes: put back the network.txt they were made with, or make both "
                       "anew",
                       path);
    return MR_OK;
}

mr_status mr_weights_read(const mr_safetensors *file, const char *path, const mr_network *network,
                          const mr_weight_set *sets, size_t set_count) {
    size_t plain = 0, wanted = 0;
    for (size_t s = 0; s < set_count; s++) {
        for (int i = 0; i < network->parameter_count; i++) {
            const mr_parameter *row = &network->parameters[i];
            if (sets[s].trainable_only && !row->trainable)
                continue;
            MR_TRY(read_row(file, path, &sets[s], row));
            wanted += strchr(sets[s].prefix, '/') == NULL;
        }
    }
    for (size_t i = 0; i < file->count; i++)
        plain += strchr(file->tensors[i].name, '/') == NULL;
    if (plain > wanted)
        return mr_fail(MR_E_MISMATCH, "%s: holds %zu tensors that the network does not have", path,
                       plain - wanted);
    return check_fingerprint(file, path, network);
}

mr_status mr_weights_load(const char *path, const mr_network *network, float *values) {
    mr_safetensors file;
    MR_TRY(mr_safetensors_load(path, &file));
    mr_weight_set set = {.prefix = "", .values = values};
    mr_status status = mr_weights_read(&file, path, network, &set, 1);
    mr_safetensors_free(&file);
    return status;
}

static mr_status read_matching(const mr_safetensors *file, const char *path,
                               const mr_network *network, float *values, int *taken) {
    *taken = 0;
    for (int i = 0; i < network->parameter_count; i++) {
        const mr_parameter *row = &network->parameters[i];
        const mr_tensor *tensor = mr_safetensors_find(file, row->name);
        if (!tensor || !same_shape(tensor, row))
            continue;
        MR_TRY(copy_values(tensor, path, row, values + row->offset));
        ++*taken;
    }
    if (*taken == 0)
        return mr_fail(MR_E_MISMATCH, "%s: no tensor has the name and shape of one of the network",
                       path);
    return MR_OK;
}

mr_status mr_weights_load_matching(const char *path, const mr_network *network, float *values,
                                   int *taken) {
    mr_safetensors file;
    MR_TRY(mr_safetensors_load(path, &file));
    mr_status status = read_matching(&file, path, network, values, taken);
    mr_safetensors_free(&file);
    return status;
}
