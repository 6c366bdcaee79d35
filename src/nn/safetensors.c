#include "nn/safetensors.h"

#include "base/file.h"
#include "base/memory.h"
#include "nn/half.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "safetensors files are little-endian and read in place"
#endif

#define FILE_LIMIT   ((size_t)1 << 30)
#define HEADER_LIMIT ((uint64_t)16 << 20)
#define ALIGNMENT    8
#define METADATA     "__metadata__" /* the entry of the header that is no tensor */

void mr_safetensors_free(mr_safetensors *file) {
    free(file->tensors);
    free(file->metadata);
    free(file->bytes);
    free(file->widened);
    *file = (mr_safetensors){0};
}

const mr_tensor *mr_safetensors_find(const mr_safetensors *file, const char *name) {
    for (size_t i = 0; i < file->count; i++)
        if (strcmp(file->tensors[i].name, name) == 0)
            return &file->tensors[i];
    return NULL;
}

const char *mr_safetensors_metadata(const mr_safetensors *file, const char *key) {
    for (size_t i = 0; i < file->metadata_count; i++)
        if (strcmp(file->metadata[i].key, key) == 0)
            return file->metadata[i].value;
    return NULL;
}

static size_t width_of(const mr_tensor *tensor) {
    return tensor->half ? sizeof(uint16_t) : sizeof(float);
}

/* ---- reading -------------------------------------------------------------------------------- */

static mr_status fail_tensor(const char *file, const char *tensor, const char *what) {
    return mr_fail(MR_E_FORMAT, "%s: tensor '%.60s': %s", file, tensor, what);
}

/* A whole number that is not negative and fits a size. */
static bool take_size(const json_t *value, size_t *out) {
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *out = (size_t)json_integer_value(value);
    return true;
}

static mr_status read_shape(const char *file, const char *name, const json_t *shape,
                            mr_tensor *tensor) {
    size_t dims = json_array_size(shape);
    if (!json_is_array(shape) || dims > MR_TENSOR_DIMS_MAX)
        return fail_tensor(file, name, "shape is not a list of at most 8 numbers");
    tensor->dim_count = (int)dims;
    tensor->size = 1;
    for (size_t i = 0; i < dims; i++) {
        if (!take_size(json_array_get(shape, i), &tensor->dims[i]) ||
            !mr_multiply(tensor->size, tensor->dims[i], &tensor->size))
            return fail_tensor(file, name, "shape holds a bad number");
    }
    return MR_OK;
}

static mr_status read_tensor(const char *file, const char *name, const json_t *entry,
                             const unsigned char *data, size_t data_size, mr_tensor *tensor) {
    if (strlen(name) >= sizeof tensor->name)
        return fail_tensor(file, name, "name is too long");
    snprintf(tensor->name, sizeof tensor->name, "%s", name);
    const char *type = json_string_value(json_object_get(entry, "dtype"));
    tensor->half = type && strcmp(type, "F16") == 0;
    if (!type || (!tensor->half && strcmp(type, "F32") != 0))
        return fail_tensor(file, name, "dtype is not F32 or F16");
    MR_TRY(read_shape(file, name, json_object_get(entry, "shape"), tensor));
    const json_t *offsets = json_object_get(entry, "data_offsets");
    size_t begin, end, bytes;
    if (json_array_size(offsets) != 2 || !take_size(json_array_get(offsets, 0), &begin) ||
        !take_size(json_array_get(offsets, 1), &end) || begin > end || end > data_size)
        return fail_tensor(file, name, "data_offsets lie outside the file");
    if (!mr_multiply(tensor->size, width_of(tensor), &bytes) || bytes != end - begin ||
        begin % width_of(tensor) != 0)
        return fail_tensor(file, name, "data_offsets do not fit the shape");
    tensor->data = (const float *)(const void *)(data + begin);
    return MR_OK;
}

static mr_status read_metadata(const char *file, json_t *entry, mr_safetensors *out) {
    if (!json_is_object(entry))
        return mr_fail(MR_E_FORMAT, "%s: " METADATA " is not an object", file);
    out->metadata = calloc(json_object_size(entry) + 1, sizeof *out->metadata);
    if (!out->metadata)
        return mr_fail(MR_E_MEMORY, "%s: no memory for its metadata", file);
    const char *key;
    json_t *value;
    json_object_foreach(entry, key, value) {
        mr_metadata *row = &out->metadata[out->metadata_count++];
        const char *text = json_string_value(value);
        if (!text || strlen(key) >= sizeof row->key || strlen(text) >= sizeof row->value)
            return mr_fail(MR_E_FORMAT, "%s: metadata '%.60s' is not a short text", file, key);
        snprintf(row->key, sizeof row->key, "%s", key);
        snprintf(row->value, sizeof row->value, "%s", text);
    }
    return MR_OK;
}

static int by_place(const void *a, const void *b) {
    const mr_tensor *x = a, *y = b;
    if (x->data != y->data)
        return x->data > y->data ? 1 : -1;
    return (x->size > y->size) - (x->size < y->size); /* an empty one lies before what is there */
}

/* The tensors must fill the data exactly, one after the other. */
static mr_status check_cover(const char *file, const mr_safetensors *out, const unsigned char *data,
                             size_t data_size) {
    if (out->count > 0)
        qsort(out->tensors, out->count, sizeof *out->tensors, by_place);
    const unsigned char *at = data;
    for (size_t i = 0; i < out->count; i++) {
        if ((const unsigned char *)out->tensors[i].data != at)
            return fail_tensor(file, out->tensors[i].name, "data overlaps or leaves a gap");
        at += out->tensors[i].size * width_of(&out->tensors[i]);
    }
    if (at != data + data_size)
        return mr_fail(MR_E_FORMAT, "%s: %zu bytes at its end belong to no tensor", file,
                       (size_t)(data + data_size - at));
    return MR_OK;
}

/* Gives F16 tensors, whose data are still the file's, values of 32 bits. */
static mr_status widen(const char *file, mr_safetensors *out) {
    size_t total = 0;
    for (size_t i = 0; i < out->count; i++)
        total += out->tensors[i].half ? out->tensors[i].size : 0;
    if (total == 0)
        return MR_OK;
    float *to = out->widened = mr_alloc(total * sizeof *to);
    if (!to)
        return mr_fail(MR_E_MEMORY, "%s: no memory for %zu values", file, total);
    for (size_t i = 0; i < out->count; i++) {
        mr_tensor *tensor = &out->tensors[i];
        if (!tensor->half)
            continue;
        const uint16_t *from = (const uint16_t *)(const void *)tensor->data;
        tensor->data = to;
        for (size_t k = 0; k < tensor->size; k++)
            *to++ = mr_float_of_half(from[k]);
    }
    return MR_OK;
}

static mr_status read_header(const char *file, json_t *header, const unsigned char *data,
                             size_t data_size, mr_safetensors *out) {
    if (!json_is_object(header))
        return mr_fail(MR_E_FORMAT, "%s: header is not a JSON object", file);
    out->tensors = calloc(json_object_size(header) + 1, sizeof *out->tensors);
    if (!out->tensors)
        return mr_fail(MR_E_MEMORY, "%s: no memory for its tensors", file);
    json_t *entry = json_object_get(header, METADATA);
    if (entry)
        MR_TRY(read_metadata(file, entry, out));
    const char *name;
    json_object_foreach(header, name, entry) {
        if (strcmp(name, METADATA) != 0)
            MR_TRY(read_tensor(file, name, entry, data, data_size, &out->tensors[out->count++]));
    }
    MR_TRY(check_cover(file, out, data, data_size));
    return widen(file, out);
}

/* `bytes` start at an 8-byte boundary, and so do the data after a padded header; where a writer did
 * not pad, they are moved. */
static mr_status align_data(const char *file, mr_safetensors *out, size_t *start, size_t size) {
    if (*start % ALIGNMENT == 0)
        return MR_OK;
    size_t aligned = (*start + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    unsigned char *moved = mr_alloc(aligned + (size - *start));
    if (!moved)
        return mr_fail(MR_E_MEMORY, "%s: no memory for its data", file);
    memcpy(moved, out->bytes, *start);
    memcpy(moved + aligned, out->bytes + *start, size - *start);
    free(out->bytes);
    out->bytes = moved;
    *start = aligned;
    return MR_OK;
}

static mr_status read_bytes(const char *file, size_t size, mr_safetensors *out) {
    if (size < 8)
        return mr_fail(MR_E_TRUNCATED, "%s: %zu bytes, too short for a safetensors file", file,
                       size);
    uint64_t length;
    memcpy(&length, out->bytes, sizeof length);
    if (length > HEADER_LIMIT || length > size - 8)
        return mr_fail(MR_E_FORMAT, "%s: header of %llu bytes does not fit the file", file,
                       (unsigned long long)length);
    size_t start = 8 + (size_t)length, data_size = size - start;
    json_error_t error;
    json_t *header =
        json_loadb((const char *)out->bytes + 8, (size_t)length, JSON_REJECT_DUPLICATES, &error);
    if (!header)
        return mr_fail(MR_E_FORMAT, "%s: header: %s", file, error.text);
    mr_status status = align_data(file, out, &start, size);
    if (status == MR_OK)
        status = read_header(file, header, out->bytes + start, data_size, out);
    json_decref(header);
    return status;
}

static mr_status finish_reading(const char *name, size_t size, mr_safetensors *made,
                                mr_safetensors *out) {
    mr_status status = read_bytes(name, size, made);
    if (status == MR_OK)
        *out = *made;
    else
        mr_safetensors_free(made);
    return status;
}

mr_status mr_safetensors_load(const char *path, mr_safetensors *out) {
    mr_safetensors made = {0};
    size_t size;
    MR_TRY(mr_file_read(path, FILE_LIMIT, &made.bytes, &size));
    return finish_reading(path, size, &made, out);
}

mr_status mr_safetensors_parse(const unsigned char *bytes, size_t size, const char *name,
                               mr_safetensors *out) {
    mr_safetensors made = {.bytes = mr_alloc(size)};
    if (!made.bytes)
        return mr_fail(MR_E_MEMORY, "%s: no memory for %zu bytes", name, size);
    memcpy(made.bytes, bytes, size);
    return finish_reading(name, size, &made, out);
}

/* ---- writing -------------------------------------------------------------------------------- */

/* F32 tensors go first: what lies behind an odd number of halves is not aligned for floats. */
enum { PASSES = 2 };

static bool in_pass(const mr_tensor *tensor, int pass) {
    return tensor->half == (pass == 1);
}

static json_t *describe(const mr_tensor *tensor, size_t begin) {
    json_t *shape = json_array();
    for (int i = 0; i < tensor->dim_count; i++)
        json_array_append_new(shape, json_integer((json_int_t)tensor->dims[i]));
    size_t end = begin + tensor->size * width_of(tensor);
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", tensor->half ? "F16" : "F32", "shape", shape,
                     "data_offsets", (json_int_t)begin, (json_int_t)end);
}

/* NULL when there is no memory or a name is not UTF-8: nothing may be left out of a file that takes
 * another's place. */
static char *make_header(const mr_tensor *tensors, size_t count, const mr_metadata *metadata,
                         size_t metadata_count) {
    json_t *header = json_object();
    int failed = 0;
    if (metadata_count > 0) {
        json_t *pairs = json_object();
        for (size_t i = 0; i < metadata_count; i++)
            failed |= json_object_set_new(pairs, metadata[i].key, json_string(metadata[i].value));
        failed |= json_object_set_new(header, METADATA, pairs);
    }
    size_t begin = 0;
    for (int pass = 0; pass < PASSES; pass++) {
        for (size_t i = 0; i < count; i++) {
            if (!in_pass(&tensors[i], pass))
                continue;
            failed |= json_object_set_new(header, tensors[i].name, describe(&tensors[i], begin));
            begin += tensors[i].size * width_of(&tensors[i]);
        }
    }
    char *text = failed ? NULL : json_dumps(header, JSON_COMPACT);
    json_decref(header);
    return text;
}

static unsigned char *write_tensor(const mr_tensor *tensor, unsigned char *at) {
    if (!tensor->half) {
        memcpy(at, tensor->data, tensor->size * sizeof(float));
        return at + tensor->size * sizeof(float);
    }
    for (size_t i = 0; i < tensor->size; i++, at += sizeof(uint16_t)) {
        uint16_t half = mr_half_of_float(tensor->data[i]);
        memcpy(at, &half, sizeof half);
    }
    return at;
}

mr_status mr_safetensors_save(const char *path, const mr_tensor *tensors, size_t count,
                              const mr_metadata *metadata, size_t metadata_count) {
    char *header = make_header(tensors, count, metadata, metadata_count);
    if (!header)
        return mr_fail(MR_E_MEMORY, "%s: no memory for its header, or a name in it is not UTF-8",
                       path);
    size_t text = strlen(header);
    uint64_t length = (text + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    size_t size = 8 + (size_t)length;
    for (size_t i = 0; i < count; i++)
        size += tensors[i].size * width_of(&tensors[i]);
    unsigned char *bytes = mr_alloc(size);
    if (!bytes) {
        free(header);
        return mr_fail(MR_E_MEMORY, "%s: no memory for %zu bytes", path, size);
    }
    memcpy(bytes, &length, sizeof length);
    /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): the file gives its length instead */
    memcpy(bytes + 8, header, text);
    memset(bytes + 8 + text, ' ', (size_t)length - text);
    unsigned char *at = bytes + 8 + length;
    for (int pass = 0; pass < PASSES; pass++)
        for (size_t i = 0; i < count; i++)
            if (in_pass(&tensors[i], pass))
                at = write_tensor(&tensors[i], at);
    free(header);
    mr_status status = mr_file_write(path, bytes, size);
    free(bytes);
    return status;
}
