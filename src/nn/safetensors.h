/*
 * The safetensors file: eight bytes of header length, a JSON header, raw little-endian tensors.
 * Here F32 and F16, which is read into 32 bits. Reading trusts nothing: header size, JSON shape,
 * dtype, every offset, the product of every shape, gaps and overlaps are checked before a byte is
 * used.
 *
 * Thread rule: no shared state.
 */
#ifndef MR_NN_SAFETENSORS_H
#define MR_NN_SAFETENSORS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define MR_TENSOR_NAME_MAX 96
#define MR_TENSOR_DIMS_MAX 8

typedef struct mr_tensor {
    char name[MR_TENSOR_NAME_MAX];
    int dim_count;
    size_t dims[MR_TENSOR_DIMS_MAX];
    size_t size;       /* product of dims */
    bool half;         /* stored as F16: each value rounded to the nearest (nn/half.h) */
    const float *data; /* when read: owned by the file; when written: the caller's */
} mr_tensor;

typedef struct mr_metadata {
    char key[64];
    char value[256];
} mr_metadata;

typedef struct mr_safetensors {
    mr_tensor *tensors;
    size_t count;
    mr_metadata *metadata;
    size_t metadata_count;
    unsigned char *bytes; /* owned */
    float *widened;       /* owned: the values of all F16 tensors */
} mr_safetensors;

/* Reads a file of at most 1 GB. The tensors point into memory freed by mr_safetensors_free. */
mr_status mr_safetensors_load(const char *path, mr_safetensors *out);

/* The same from bytes in memory, which are copied; `name` stands for the file in errors. */
mr_status mr_safetensors_parse(const unsigned char *bytes, size_t size, const char *name,
                               mr_safetensors *out);
void mr_safetensors_free(mr_safetensors *file);

const mr_tensor *mr_safetensors_find(const mr_safetensors *file, const char *name);

/* Text of a metadata key, or NULL. */
const char *mr_safetensors_metadata(const mr_safetensors *file, const char *key);

/* Writes tensors (name, dims and data set) and metadata, replacing the file in one step. */
mr_status mr_safetensors_save(const char *path, const mr_tensor *tensors, size_t count,
                              const mr_metadata *metadata, size_t metadata_count);

#endif
