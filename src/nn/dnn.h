/*
 * The shim over oneDNN: the one file pair that knows its version. Version 2 builds a primitive from
 * an op-descriptor struct and memory descriptors that are structs; version 3 has one create call
 * per op and opaque descriptors. Everything above speaks in the terms below.
 *
 * A tensor is described by an mr_md value; activations are NHWC or blocked, vectors
 * plain, filters either plain (OIHW) or `any`, in which case the created primitive descriptor is
 * asked what it chose.
 *
 * There is one CPU engine for the process. Created objects are destroyed with oneDNN's own calls,
 * which are the same in both versions. Thread rule: as oneDNN's; creation and execution are safe
 * from many threads on different objects.
 */
#ifndef MR_NN_DNN_H
#define MR_NN_DNN_H

#include "base/error.h"

#include <oneapi/dnnl/dnnl.h>

#include <stdbool.h>
#include <stddef.h>

typedef struct mr_md {
    int dim_count; /* 0: no tensor */
    dnnl_dims_t dims;
    dnnl_format_tag_t tag;
} mr_md;

mr_md mr_md_nhwc(int batch, int channels, int height, int width);

/* Channels in blocks of 16, the last one filled up with zeros (nChw16c). */
mr_md mr_md_blocks(int batch, int channels, int height, int width);
enum { MR_MD_BLOCK = 16 };

mr_md mr_md_vector(int size);
mr_md mr_md_matrix(int rows, int columns);

/* Filters out × in/groups × kernel × kernel; `any` leaves the layout to the primitive. */
mr_md mr_md_filter(int out, int in, int kernel, int groups, bool any);

/* Weights of a linear layer over channels × height × width inputs (0 × 0: over a plain row). */
mr_md mr_md_linear(int out, int channels, int height, int width, bool any);

mr_status mr_dnn_engine(dnnl_engine_t *out);
mr_status mr_dnn_stream(dnnl_stream_t *out);

/* MR_OK or MR_E_ENGINE with a text that names `what`. */
mr_status mr_dnn_check(dnnl_status_t status, const char *what);

/* Attributes of a primitive that takes its scratch memory from the caller (DNNL_ARG_SCRATCHPAD). */
mr_status mr_dnn_attr(dnnl_primitive_attr_t *out);

/* The same with post-ops: dst = activation(result + old dst if `sum`); dnnl_alg_kind_undef for
 * none. */
mr_status mr_dnn_attr_fused(bool sum, dnnl_alg_kind_t activation, dnnl_primitive_attr_t *out);

/* Convolution and, where kernel is 0, linear layer; `bias.dim_count` 0 for none. */
typedef struct mr_conv {
    mr_md src, filter, bias, dst;
    int kernel, stride, pad;
    bool winograd; /* by Winograd's minimal filtering (mr_dnn_has_winograd), not directly */
} mr_conv;

typedef struct mr_pool {
    mr_md src, dst;
    bool max; /* else average, padding not counted */
    int kernel_height, kernel_width, stride, pad;
} mr_pool;

typedef dnnl_primitive_desc_t mr_pd;

mr_status mr_dnn_conv_forward(const mr_conv *c, bool training, dnnl_primitive_attr_t attr,
                              mr_pd *out);
mr_status mr_dnn_conv_backward_data(const mr_conv *c, mr_pd hint, mr_pd *out);
mr_status mr_dnn_conv_backward_weights(const mr_conv *c, mr_pd hint, mr_pd *out);

/*
 * Whether blocks pay: this oneDNN has Winograd's minimal filtering, which version 3 lacks, and the
 * processor has the registers of 16 floats that it needs; and whether it can train this
 * convolution, of blocked tensors, that way in all three directions.
 */
bool mr_dnn_likes_blocks(void);
bool mr_dnn_has_winograd(const mr_conv *c);

/* With `relu`, max(0, ·) follows in the same pass; training then needs a workspace. */
mr_status mr_dnn_batchnorm_forward(const mr_md *md, bool training, bool relu,
                                   dnnl_primitive_attr_t attr, mr_pd *out);
mr_status mr_dnn_batchnorm_backward(const mr_md *md, bool relu, mr_pd hint, mr_pd *out);

/* dnnl_eltwise_relu, dnnl_eltwise_swish (SiLU for alpha 1) or dnnl_eltwise_logistic. */
mr_status mr_dnn_eltwise_forward(dnnl_alg_kind_t kind, const mr_md *md, bool training,
                                 dnnl_primitive_attr_t attr, mr_pd *out);
mr_status mr_dnn_eltwise_backward(dnnl_alg_kind_t kind, const mr_md *md, mr_pd hint, mr_pd *out);

mr_status mr_dnn_prelu_forward(const mr_md *md, const mr_md *slope, bool training,
                               dnnl_primitive_attr_t attr, mr_pd *out);
mr_status mr_dnn_prelu_backward(const mr_md *md, const mr_md *slope, mr_pd hint, mr_pd *out);

mr_status mr_dnn_pool_forward(const mr_pool *p, bool training, dnnl_primitive_attr_t attr,
                              mr_pd *out);
mr_status mr_dnn_pool_backward(const mr_pool *p, mr_pd hint, mr_pd *out);

/* dst = src0 + src1; dst may be src0. */
mr_status mr_dnn_add(const mr_md *md, dnnl_primitive_attr_t attr, mr_pd *out);

/* dst = src0 × src1, where src1 (`factors`) has one value for each picture and channel. */
mr_status mr_dnn_multiply(const mr_md *md, const mr_md *factors, dnnl_primitive_attr_t attr,
                          mr_pd *out);

mr_status mr_dnn_concat(const mr_md *sources, int count, const mr_md *dst,
                        dnnl_primitive_attr_t attr, mr_pd *out);

/* Nearest neighbour. */
mr_status mr_dnn_upsample_forward(const mr_md *src, const mr_md *dst, bool training,
                                  dnnl_primitive_attr_t attr, mr_pd *out);
mr_status mr_dnn_upsample_backward(const mr_md *src, const mr_md *dst, mr_pd hint, mr_pd *out);

/* A memory object over `data`, as described or as a primitive chose (for example
 * dnnl_query_weights_md, 0), and how many bytes that choice takes. */
mr_status mr_dnn_memory(const mr_md *md, void *data, dnnl_memory_t *out);
mr_status mr_dnn_memory_chosen(mr_pd pd, dnnl_query_t what, int index, void *data,
                               dnnl_memory_t *out);
size_t mr_dnn_bytes_chosen(mr_pd pd, dnnl_query_t what, int index);

/* A memory object over `data`, laid out as another one. */
mr_status mr_dnn_memory_like(dnnl_memory_t other, void *data, dnnl_memory_t *out);

/* A memory object over a part of the channels of an NHWC tensor. */
mr_status mr_dnn_channel_slice(const mr_md *md, int first, int count, void *data,
                               dnnl_memory_t *out);

/* True when the primitive's choice is laid out just as `md`. */
bool mr_dnn_chosen_is(mr_pd pd, dnnl_query_t what, int index, const mr_md *md);

/* A primitive that copies one memory object into another with a different layout. */
mr_status mr_dnn_reorder(dnnl_memory_t from, dnnl_memory_t to, dnnl_primitive_attr_t attr,
                         mr_pd *out);

/* Values in a described tensor, and floats of memory that it takes, which is more where blocks are
 * filled up. */
size_t mr_md_count(const mr_md *md);
size_t mr_md_room(const mr_md *md);

/* False where oneDNN's reorder must not be trusted: the JIT one of 3.7 loses values when it pads
 * (seen with goihw 2x4x2x3x3 into aBCde16c16b, on AVX2 and AVX-512 alike) and there is no other in
 * line. */
bool mr_dnn_reorder_is_safe(dnnl_memory_t from, dnnl_memory_t to);

/* Where each value of a memory lies, in floats from its start, in the order of its logical indices.
 */
void mr_dnn_offsets(dnnl_memory_t memory, size_t count, size_t *offsets);

/* True when batch-norm's backward pass must be given the shift as well. */
bool mr_dnn_batchnorm_backward_takes_shift(void);

#endif
