#include "nn/dnn.h"

#include <pthread.h>
#include <string.h>

#define EPSILON 1e-5f
#define SETS    10

#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t md_view;
typedef dnnl_memory_desc_t md_store;
#else
typedef const dnnl_memory_desc_t *md_view;
typedef dnnl_memory_desc_t md_store;
#endif

mr_status mr_dnn_check(dnnl_status_t status, const char *what) {
    if (status == dnnl_success)
        return MR_OK;
    return mr_fail(status == dnnl_out_of_memory ? MR_E_MEMORY : MR_E_ENGINE, "oneDNN: %s: error %d",
                   what, (int)status);
}

/* ---- engine --------------------------------------------------------------------------------- */

static dnnl_engine_t engine;
static dnnl_status_t engine_status;
static pthread_once_t engine_once = PTHREAD_ONCE_INIT;

static void make_engine(void) {
    engine_status = dnnl_engine_create(&engine, dnnl_cpu, 0);
}

mr_status mr_dnn_engine(dnnl_engine_t *out) {
    pthread_once(&engine_once, make_engine);
    MR_TRY(mr_dnn_check(engine_status, "no CPU engine"));
    *out = engine;
    return MR_OK;
}

/* ---- descriptors ---------------------------------------------------------------------------- */

static mr_md make_md(int count, const dnnl_dim_t *dims, dnnl_format_tag_t tag) {
    mr_md md = {.dim_count = count, .tag = tag};
    memcpy(md.dims, dims, (size_t)count * sizeof *dims);
    return md;
}

mr_md mr_md_nhwc(int batch, int channels, int height, int width) {
    return make_md(4, (dnnl_dim_t[]){batch, channels, height, width}, dnnl_nhwc);
}

mr_md mr_md_blocks(int batch, int channels, int height, int width) {
    return make_md(4, (dnnl_dim_t[]){batch, channels, height, width}, dnnl_nChw16c);
}

mr_md mr_md_vector(int size) {
    return make_md(1, (dnnl_dim_t[]){size}, dnnl_x);
}

mr_md mr_md_matrix(int rows, int columns) {
    return make_md(2, (dnnl_dim_t[]){rows, columns}, dnnl_nc);
}

mr_md mr_md_filter(int out, int in, int kernel, int groups, bool any) {
    if (groups == 1)
        return make_md(4, (dnnl_dim_t[]){out, in, kernel, kernel},
                       any ? dnnl_format_tag_any : dnnl_oihw);
    return make_md(5, (dnnl_dim_t[]){groups, out / groups, in / groups, kernel, kernel},
                   any ? dnnl_format_tag_any : dnnl_goihw);
}

mr_md mr_md_linear(int out, int channels, int height, int width, bool any) {
    if (height == 0)
        return make_md(2, (dnnl_dim_t[]){out, channels}, any ? dnnl_format_tag_any : dnnl_oi);
    return make_md(4, (dnnl_dim_t[]){out, channels, height, width},
                   any ? dnnl_format_tag_any : dnnl_oihw);
}

size_t mr_md_count(const mr_md *md) {
    size_t count = 1;
    for (int i = 0; i < md->dim_count; i++)
        count *= (size_t)md->dims[i];
    return count;
}

size_t mr_md_room(const mr_md *md) {
    size_t count = mr_md_count(md);
    if (md->tag != dnnl_nChw16c)
        return count;
    size_t channels = (size_t)md->dims[1];
    return count / channels * ((channels + MR_MD_BLOCK - 1) / MR_MD_BLOCK * MR_MD_BLOCK);
}

static dnnl_status_t store_open(const mr_md *md, md_store *store) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_memory_desc_create_with_tag(store, md->dim_count, md->dims, dnnl_f32, md->tag);
#else
    return dnnl_memory_desc_init_by_tag(store, md->dim_count, md->dims, dnnl_f32, md->tag);
#endif
}

static md_view store_view(md_store *store) {
#if DNNL_VERSION_MAJOR >= 3
    return *store;
#else
    return store;
#endif
}

static void store_close(md_store *store) {
#if DNNL_VERSION_MAJOR >= 3
    dnnl_memory_desc_destroy(*store);
#else
    (void)store;
#endif
}

/* The descriptors of one create call: opened together, closed together. */
typedef struct md_set {
    int count;
    md_store stores[SETS];
    md_view v[SETS]; /* NULL where no tensor is */
} md_set;

static void set_close(md_set *set) {
    for (int i = 0; i < set->count; i++)
        if (set->v[i])
            store_close(&set->stores[i]);
}

static dnnl_status_t set_open(md_set *set, int count, const mr_md *const *mds) {
    set->count = 0;
    pthread_once(&engine_once, make_engine);
    if (engine_status != dnnl_success)
        return engine_status;
    for (int i = 0; i < count; i++) {
        set->v[i] = NULL;
        if (mds[i]->dim_count > 0) {
            dnnl_status_t status = store_open(mds[i], &set->stores[i]);
            if (status != dnnl_success) {
                set_close(set);
                set->count = 0;
                return status;
            }
            set->v[i] = store_view(&set->stores[i]);
        }
        set->count++;
    }
    return dnnl_success;
}

#define OPEN(set, ...)                                                                             \
    set_open(set, (int)(sizeof((const mr_md *[]){__VA_ARGS__}) / sizeof(const mr_md *)),           \
             (const mr_md *[]){__VA_ARGS__})

static mr_status finish(md_set *set, dnnl_status_t status, const char *what) {
    set_close(set);
    return mr_dnn_check(status, what);
}

/* ---- streams and attributes ------------------------------------------------------------------ */

mr_status mr_dnn_stream(dnnl_stream_t *out) {
    dnnl_engine_t cpu;
    MR_TRY(mr_dnn_engine(&cpu));
    return mr_dnn_check(dnnl_stream_create(out, cpu, dnnl_stream_default_flags), "stream");
}

mr_status mr_dnn_attr(dnnl_primitive_attr_t *out) {
    MR_TRY(mr_dnn_check(dnnl_primitive_attr_create(out), "attributes"));
    return mr_dnn_check(dnnl_primitive_attr_set_scratchpad_mode(*out, dnnl_scratchpad_mode_user),
                        "scratchpad mode");
}

static dnnl_status_t append_sum(dnnl_post_ops_t ops) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_post_ops_append_sum(ops, 1, 0, dnnl_f32);
#else
    return dnnl_post_ops_append_sum(ops, 1);
#endif
}

static float activation_alpha(dnnl_alg_kind_t activation) {
    return activation == dnnl_eltwise_swish ? 1 : 0;
}

static dnnl_status_t append_activation(dnnl_post_ops_t ops, dnnl_alg_kind_t activation) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_post_ops_append_eltwise(ops, activation, activation_alpha(activation), 0);
#else
    return dnnl_post_ops_append_eltwise(ops, 1, activation, activation_alpha(activation), 0);
#endif
}

mr_status mr_dnn_attr_fused(bool sum, dnnl_alg_kind_t activation, dnnl_primitive_attr_t *out) {
    MR_TRY(mr_dnn_attr(out));
    dnnl_post_ops_t ops;
    dnnl_status_t status = dnnl_post_ops_create(&ops);
    if (status == dnnl_success) {
        if (sum)
            status = append_sum(ops);
        if (status == dnnl_success && activation != dnnl_alg_kind_undef)
            status = append_activation(ops, activation);
        if (status == dnnl_success)
            status = dnnl_primitive_attr_set_post_ops(*out, ops);
        dnnl_post_ops_destroy(ops);
    }
    if (status != dnnl_success)
        dnnl_primitive_attr_destroy(*out);
    return mr_dnn_check(status, "post-ops");
}

static dnnl_prop_kind_t forward_kind(bool training) {
    return training ? dnnl_forward_training : dnnl_forward_inference;
}

/* Version 2 makes a primitive descriptor from an op descriptor; this is its second half. */
#if DNNL_VERSION_MAJOR < 3
static dnnl_status_t from_op(dnnl_status_t status, const void *op, dnnl_primitive_attr_t attr,
                             mr_pd hint, mr_pd *out) {
    return status == dnnl_success ? dnnl_primitive_desc_create(out, op, attr, engine, hint)
                                  : status;
}
#endif

/* ---- convolution and linear ----------------------------------------------------------------- */

static dnnl_alg_kind_t algorithm(const mr_conv *c) {
    return c->winograd ? dnnl_convolution_winograd : dnnl_convolution_direct;
}

mr_status mr_dnn_conv_forward(const mr_conv *c, bool training, dnnl_primitive_attr_t attr,
                              mr_pd *out) {
    md_set s;
    MR_TRY(mr_dnn_check(OPEN(&s, &c->src, &c->filter, &c->bias, &c->dst), "convolution tensors"));
    dnnl_prop_kind_t kind = forward_kind(training);
    dnnl_dims_t stride = {c->stride, c->stride}, pad = {c->pad, c->pad};
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    dnnl_dims_t dilate = {0, 0};
    if (c->kernel == 0)
        status = dnnl_inner_product_forward_primitive_desc_create(out, engine, kind, s.v[0], s.v[1],
                                                                  s.v[2], s.v[3], attr);
    else
        status = dnnl_convolution_forward_primitive_desc_create(out, engine, kind, algorithm(c),
                                                                s.v[0], s.v[1], s.v[2], s.v[3],
                                                                stride, dilate, pad, pad, attr);
#else
    if (c->kernel == 0) {
        dnnl_inner_product_desc_t op;
        status = dnnl_inner_product_forward_desc_init(&op, kind, s.v[0], s.v[1], s.v[2], s.v[3]);
        status = from_op(status, &op, attr, NULL, out);
    } else {
        dnnl_convolution_desc_t op;
        status = dnnl_convolution_forward_desc_init(&op, kind, algorithm(c), s.v[0], s.v[1], s.v[2],
                                                    s.v[3], stride, pad, pad);
        status = from_op(status, &op, attr, NULL, out);
    }
#endif
    return finish(&s, status, "convolution");
}

mr_status mr_dnn_conv_backward_data(const mr_conv *c, mr_pd hint, mr_pd *out) {
    md_set s;
    MR_TRY(mr_dnn_check(OPEN(&s, &c->src, &c->filter, &c->dst), "convolution tensors"));
    dnnl_dims_t stride = {c->stride, c->stride}, pad = {c->pad, c->pad};
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    dnnl_dims_t dilate = {0, 0};
    if (c->kernel == 0)
        status = dnnl_inner_product_backward_data_primitive_desc_create(out, engine, s.v[0], s.v[1],
                                                                        s.v[2], hint, NULL);
    else
        status = dnnl_convolution_backward_data_primitive_desc_create(
            out, engine, algorithm(c), s.v[0], s.v[1], s.v[2], stride, dilate, pad, pad, hint,
            NULL);
#else
    if (c->kernel == 0) {
        dnnl_inner_product_desc_t op;
        status = dnnl_inner_product_backward_data_desc_init(&op, s.v[0], s.v[1], s.v[2]);
        status = from_op(status, &op, NULL, hint, out);
    } else {
        dnnl_convolution_desc_t op;
        status = dnnl_convolution_backward_data_desc_init(&op, algorithm(c), s.v[0], s.v[1], s.v[2],
                                                          stride, pad, pad);
        status = from_op(status, &op, NULL, hint, out);
    }
#endif
    return finish(&s, status, "convolution backward by data");
}

mr_status mr_dnn_conv_backward_weights(const mr_conv *c, mr_pd hint, mr_pd *out) {
    md_set s;
    MR_TRY(mr_dnn_check(OPEN(&s, &c->src, &c->filter, &c->bias, &c->dst), "convolution tensors"));
    dnnl_dims_t stride = {c->stride, c->stride}, pad = {c->pad, c->pad};
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    dnnl_dims_t dilate = {0, 0};
    if (c->kernel == 0)
        status = dnnl_inner_product_backward_weights_primitive_desc_create(
            out, engine, s.v[0], s.v[1], s.v[2], s.v[3], hint, NULL);
    else
        status = dnnl_convolution_backward_weights_primitive_desc_create(
            out, engine, algorithm(c), s.v[0], s.v[1], s.v[2], s.v[3], stride, dilate, pad, pad,
            hint, NULL);
#else
    if (c->kernel == 0) {
        dnnl_inner_product_desc_t op;
        status = dnnl_inner_product_backward_weights_desc_init(&op, s.v[0], s.v[1], s.v[2], s.v[3]);
        status = from_op(status, &op, NULL, hint, out);
    } else {
        dnnl_convolution_desc_t op;
        status = dnnl_convolution_backward_weights_desc_init(&op, algorithm(c), s.v[0], s.v[1],
                                                             s.v[2], s.v[3], stride, pad, pad);
        status = from_op(status, &op, NULL, hint, out);
    }
#endif
    return finish(&s, status, "convolution backward by weights");
}

bool mr_dnn_likes_blocks(void) {
    return DNNL_VERSION_MAJOR < 3 &&
           (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core;
}

bool mr_dnn_has_winograd(const mr_conv *c) {
    mr_conv tried = *c;
    tried.winograd = true;
    mr_pd forward, back[2] = {NULL, NULL};
    if (mr_dnn_conv_forward(&tried, true, NULL, &forward) != MR_OK)
        return false;
    bool has = mr_dnn_conv_backward_data(&tried, forward, &back[0]) == MR_OK &&
               mr_dnn_conv_backward_weights(&tried, forward, &back[1]) == MR_OK;
    for (int k = 0; k < 2; k++)
        if (back[k])
            dnnl_primitive_desc_destroy(back[k]);
    dnnl_primitive_desc_destroy(forward);
    return has;
}

/* ---- normalisation and activations ---------------------------------------------------------- */

bool mr_dnn_batchnorm_backward_takes_shift(void) {
    return DNNL_VERSION_MAJOR < 3;
}

static unsigned batchnorm_flags(bool training, bool relu) {
    return dnnl_use_scale | dnnl_use_shift | (training ? 0u : (unsigned)dnnl_use_global_stats) |
           (relu ? (unsigned)dnnl_fuse_norm_relu : 0u);
}

mr_status mr_dnn_batchnorm_forward(const mr_md *md, bool training, bool relu,
                                   dnnl_primitive_attr_t attr, mr_pd *out) {
    md_set s;
    MR_TRY(mr_dnn_check(OPEN(&s, md), "batch-norm tensors"));
    unsigned flags = batchnorm_flags(training, relu);
    dnnl_prop_kind_t kind = forward_kind(training);
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    status = dnnl_batch_normalization_forward_primitive_desc_create(out, engine, kind, s.v[0],
                                                                    s.v[0], EPSILON, flags, attr);
#else
    dnnl_batch_normalization_desc_t op;
    status = dnnl_batch_normalization_forward_desc_init(&op, kind, s.v[0], EPSILON, flags);
    status = from_op(status, &op, attr, NULL, out);
#endif
    return finish(&s, status, "batch-norm");
}

mr_status mr_dnn_batchnorm_backward(const mr_md *md, bool relu, mr_pd hint, mr_pd *out) {
    md_set s;
    MR_TRY(mr_dnn_check(OPEN(&s, md), "batch-norm tensors"));
    unsigned flags = batchnorm_flags(true, relu);
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    status = dnnl_batch_normalization_backward_primitive_desc_create(
        out, engine, dnnl_backward, s.v[0], s.v[0], s.v[0], EPSILON, flags, hint, NULL);
#else
    dnnl_batch_normalization_desc_t op;
    status = dnnl_batch_normalization_backward_desc_init(&op, dnnl_backward, s.v[0], s.v[0],
                                                         EPSILON, flags);
    status = from_op(status, &op, NULL, hint, out);
#endif
    return finish(&s, status, "batch-norm backward");
}

mr_status mr_dnn_eltwise_forward(dnnl_alg_kind_t alg, const mr_md *md, bool training,
                                 dnnl_primitive_attr_t attr, mr_pd *out) {
    md_set s;
    MR_TRY(mr_dnn_check(OPEN(&s, md), "activation tensors"));
    float alpha = activation_alpha(alg);
    dnnl_prop_kind_t kind = forward_kind(training);
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    status = dnnl_eltwise_forward_primitive_desc_create(out, engine, kind, alg, s.v[0], s.v[0],
                                                        alpha, 0, attr);
#else
    dnnl_eltwise_desc_t op;
    status = dnnl_eltwise_forward_desc_init(&op, kind, alg, s.v[0], alpha, 0);
    status = from_op(status, &op, attr, NULL, out);
#endif
    return finish(&s, status, "activation");
}

mr_status mr_dnn_eltwise_backward(dnnl_alg_kind_t alg, const mr_md *md, mr_pd hint, mr_pd *out) {
    md_set s;
    MR_TRY(mr_dnn_check(OPEN(&s, md), "activation tensors"));
    float alpha = activation_alpha(alg);
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    status = dnnl_eltwise_backward_primitive_desc_create(out, engine, alg, s.v[0], s.v[0], s.v[0],
                                                         alpha, 0, hint, NULL);
#else
    dnnl_eltwise_desc_t op;
    status = dnnl_eltwise_backward_desc_init(&op, alg, s.v[0], s.v[0], alpha, 0);
    status = from_op(status, &op, NULL, hint, out);
#endif
    return finish(&s, status, "activation backward");
}

mr_status mr_dnn_prelu_forward(const mr_md *md, const mr_md *slope, bool training,
                               dnnl_primitive_attr_t attr, mr_pd *out) {
    md_set s;
    MR_TRY(mr_dnn_check(OPEN(&s, md, slope), "PReLU tensors"));
    dnnl_prop_kind_t kind = forward_kind(training);
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    status =
        dnnl_prelu_forward_primitive_desc_create(out, engine, kind, s.v[0], s.v[1], s.v[0], attr);
#else
    dnnl_prelu_desc_t op;
    status = dnnl_prelu_forward_desc_init(&op, kind, s.v[0], s.v[1]);
    status = from_op(status, &op, attr, NULL, out);
#endif
    return finish(&s, status, "PReLU");
}

mr_status mr_dnn_prelu_backward(const mr_md *md, const mr_md *slope, mr_pd hint, mr_pd *out) {
    md_set s;
    MR_TRY(mr_dnn_check(OPEN(&s, md, slope), "PReLU tensors"));
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    status = dnnl_prelu_backward_primitive_desc_create(out, engine, s.v[0], s.v[1], s.v[0], s.v[1],
                                                       s.v[0], hint, NULL);
#else
    dnnl_prelu_desc_t op;
    status = dnnl_prelu_backward_desc_init(&op, s.v[0], s.v[1], s.v[0], s.v[1]);
    status = from_op(status, &op, NULL, hint, out);
#endif
    return finish(&s, status, "PReLU backward");
}

/* ---- pooling, joining, resizing ------------------------------------------------------------- */

static dnnl_alg_kind_t pool_kind(const mr_pool *p) {
    return p->max ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding;
}

mr_status mr_dnn_pool_forward(const mr_pool *p, bool training, dnnl_primitive_attr_t attr,
                              mr_pd *out) {
    md_set s;
    MR_TRY(mr_dnn_check(OPEN(&s, &p->src, &p->dst), "pooling tensors"));
    dnnl_dims_t kernel = {p->kernel_height, p->kernel_width};
    dnnl_dims_t stride = {p->stride, p->stride}, pad = {p->pad, p->pad};
    dnnl_prop_kind_t kind = forward_kind(training);
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    dnnl_dims_t dilate = {0, 0};
    status = dnnl_pooling_forward_primitive_desc_create(
        out, engine, kind, pool_kind(p), s.v[0], s.v[1], stride, kernel, dilate, pad, pad, attr);
#else
    dnnl_pooling_desc_t op;
    status = dnnl_pooling_forward_desc_init(&op, kind, pool_kind(p), s.v[0], s.v[1], stride, kernel,
                                            pad, pad);
    status = from_op(status, &op, attr, NULL, out);
#endif
    return finish(&s, status, "pooling");
}

mr_status mr_dnn_pool_backward(const mr_pool *p, mr_pd hint, mr_pd *out) {
    md_set s;
    MR_TRY(mr_dnn_check(OPEN(&s, &p->src, &p->dst), "pooling tensors"));
    dnnl_dims_t kernel = {p->kernel_height, p->kernel_width};
    dnnl_dims_t stride = {p->stride, p->stride}, pad = {p->pad, p->pad};
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    dnnl_dims_t dilate = {0, 0};
    status = dnnl_pooling_backward_primitive_desc_create(
        out, engine, pool_kind(p), s.v[0], s.v[1], stride, kernel, dilate, pad, pad, hint, NULL);
#else
    dnnl_pooling_desc_t op;
    status = dnnl_pooling_backward_desc_init(&op, pool_kind(p), s.v[0], s.v[1], stride, kernel, pad,
                                             pad);
    status = from_op(status, &op, NULL, hint, out);
#endif
    return finish(&s, status, "pooling backward");
}

static mr_status binary(dnnl_alg_kind_t alg, const mr_md *md, const mr_md *other,
                        dnnl_primitive_attr_t attr, mr_pd *out, const char *what) {
    md_set s;
    MR_TRY(mr_dnn_check(OPEN(&s, md, other), what));
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    status = dnnl_binary_primitive_desc_create(out, engine, alg, s.v[0], s.v[1], s.v[0], attr);
#else
    dnnl_binary_desc_t op;
    status = dnnl_binary_desc_init(&op, alg, s.v[0], s.v[1], s.v[0]);
    status = from_op(status, &op, attr, NULL, out);
#endif
    return finish(&s, status, what);
}

mr_status mr_dnn_add(const mr_md *md, dnnl_primitive_attr_t attr, mr_pd *out) {
    return binary(dnnl_binary_add, md, md, attr, out, "addition");
}

mr_status mr_dnn_multiply(const mr_md *md, const mr_md *factors, dnnl_primitive_attr_t attr,
                          mr_pd *out) {
    return binary(dnnl_binary_mul, md, factors, attr, out, "multiplication");
}

mr_status mr_dnn_concat(const mr_md *sources, int count, const mr_md *dst,
                        dnnl_primitive_attr_t attr, mr_pd *out) {
    const mr_md *all[SETS];
    for (int i = 0; i < count; i++)
        all[i] = &sources[i];
    all[count] = dst;
    md_set s;
    MR_TRY(mr_dnn_check(set_open(&s, count + 1, all), "concatenation tensors"));
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    status = dnnl_concat_primitive_desc_create(out, engine, s.v[count], count, 1, s.v, attr);
#else
    status = dnnl_concat_primitive_desc_create(out, s.v[count], count, 1, s.stores, attr, engine);
#endif
    return finish(&s, status, "concatenation");
}

mr_status mr_dnn_upsample_forward(const mr_md *src, const mr_md *dst, bool training,
                                  dnnl_primitive_attr_t attr, mr_pd *out) {
    md_set s;
    MR_TRY(mr_dnn_check(OPEN(&s, src, dst), "upsampling tensors"));
    dnnl_prop_kind_t kind = forward_kind(training);
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    status = dnnl_resampling_forward_primitive_desc_create(
        out, engine, kind, dnnl_resampling_nearest, NULL, s.v[0], s.v[1], attr);
#else
    dnnl_resampling_desc_t op;
    status =
        dnnl_resampling_forward_desc_init(&op, kind, dnnl_resampling_nearest, NULL, s.v[0], s.v[1]);
    status = from_op(status, &op, attr, NULL, out);
#endif
    return finish(&s, status, "upsampling");
}

mr_status mr_dnn_upsample_backward(const mr_md *src, const mr_md *dst, mr_pd hint, mr_pd *out) {
    md_set s;
    MR_TRY(mr_dnn_check(OPEN(&s, src, dst), "upsampling tensors"));
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    status = dnnl_resampling_backward_primitive_desc_create(out, engine, dnnl_resampling_nearest,
                                                            NULL, s.v[0], s.v[1], hint, NULL);
#else
    dnnl_resampling_desc_t op;
    status = dnnl_resampling_backward_desc_init(&op, dnnl_resampling_nearest, NULL, s.v[0], s.v[1]);
    status = from_op(status, &op, NULL, hint, out);
#endif
    return finish(&s, status, "upsampling backward");
}

/* ---- memory --------------------------------------------------------------------------------- */

mr_status mr_dnn_memory(const mr_md *md, void *data, dnnl_memory_t *out) {
    md_set s;
    MR_TRY(mr_dnn_check(OPEN(&s, md), "memory"));
    return finish(&s, dnnl_memory_create(out, s.v[0], engine, data), "memory");
}

static md_view chosen(mr_pd pd, dnnl_query_t what, int index) {
    return dnnl_primitive_desc_query_md(pd, what, index);
}

mr_status mr_dnn_memory_chosen(mr_pd pd, dnnl_query_t what, int index, void *data,
                               dnnl_memory_t *out) {
    return mr_dnn_check(dnnl_memory_create(out, chosen(pd, what, index), engine, data), "memory");
}

size_t mr_dnn_bytes_chosen(mr_pd pd, dnnl_query_t what, int index) {
    md_view md = chosen(pd, what, index);
    return md ? dnnl_memory_desc_get_size(md) : 0;
}

mr_status mr_dnn_memory_like(dnnl_memory_t other, void *data, dnnl_memory_t *out) {
    md_view md;
    MR_TRY(mr_dnn_check(dnnl_memory_get_memory_desc(other, &md), "memory"));
    return mr_dnn_check(dnnl_memory_create(out, md, engine, data), "memory");
}

mr_status mr_dnn_channel_slice(const mr_md *md, int first, int count, void *data,
                               dnnl_memory_t *out) {
    md_set s;
    MR_TRY(mr_dnn_check(OPEN(&s, md), "slice"));
    dnnl_dims_t dims, offsets = {0, first, 0, 0};
    memcpy(dims, md->dims, sizeof dims);
    dims[1] = count;
    md_store slice;
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    status = dnnl_memory_desc_create_submemory(&slice, s.v[0], dims, offsets);
#else
    status = dnnl_memory_desc_init_submemory(&slice, s.v[0], dims, offsets);
#endif
    if (status == dnnl_success) {
        status = dnnl_memory_create(out, store_view(&slice), engine, data);
        store_close(&slice);
    }
    return finish(&s, status, "slice");
}

bool mr_dnn_chosen_is(mr_pd pd, dnnl_query_t what, int index, const mr_md *md) {
    md_set s;
    if (OPEN(&s, md) != dnnl_success)
        return false;
    bool same = dnnl_memory_desc_equal(chosen(pd, what, index), s.v[0]) != 0;
    set_close(&s);
    return same;
}

mr_status mr_dnn_reorder(dnnl_memory_t from, dnnl_memory_t to, dnnl_primitive_attr_t attr,
                         mr_pd *out) {
    md_view from_md, to_md;
    MR_TRY(mr_dnn_check(dnnl_memory_get_memory_desc(from, &from_md), "reorder source"));
    MR_TRY(mr_dnn_check(dnnl_memory_get_memory_desc(to, &to_md), "reorder destination"));
    return mr_dnn_check(
        dnnl_reorder_primitive_desc_create(out, from_md, engine, to_md, engine, attr), "reorder");
}

#if DNNL_VERSION_MAJOR >= 3

static bool is_padded(md_view md) {
    int count;
    dnnl_dims_t *dims;
    dnnl_memory_desc_query(md, dnnl_query_ndims_s32, &count);
    dnnl_memory_desc_query(md, dnnl_query_dims, &dims);
    size_t size = sizeof(float);
    for (int i = 0; i < count; i++)
        size *= (size_t)(*dims)[i];
    return dnnl_memory_desc_get_size(md) > size;
}

bool mr_dnn_reorder_is_safe(dnnl_memory_t from, dnnl_memory_t to) {
    md_view from_md, to_md;
    return dnnl_memory_get_memory_desc(from, &from_md) == dnnl_success &&
           dnnl_memory_get_memory_desc(to, &to_md) == dnnl_success && !is_padded(from_md) &&
           !is_padded(to_md);
}

/* A blocked layout splits an index into the part that a stride multiplies and its places inside the
 * blocks, the innermost block last. */
void mr_dnn_offsets(dnnl_memory_t memory, size_t count, size_t *offsets) {
    md_view md;
    int dim_count, block_count;
    dnnl_dims_t *dims, *strides, *blocks, *owners;
    dnnl_memory_get_memory_desc(memory, &md);
    dnnl_memory_desc_query(md, dnnl_query_ndims_s32, &dim_count);
    dnnl_memory_desc_query(md, dnnl_query_dims, &dims);
    dnnl_memory_desc_query(md, dnnl_query_strides, &strides);
    dnnl_memory_desc_query(md, dnnl_query_inner_nblks_s32, &block_count);
    dnnl_memory_desc_query(md, dnnl_query_inner_blks, &blocks);
    dnnl_memory_desc_query(md, dnnl_query_inner_idxs, &owners);
    for (size_t i = 0; i < count; i++) {
        dnnl_dim_t at[DNNL_MAX_NDIMS], rest = (dnnl_dim_t)i, offset = 0, inside = 1;
        for (int d = dim_count - 1; d >= 0; d--) {
            at[d] = rest % (*dims)[d];
            rest /= (*dims)[d];
        }
        for (int b = block_count - 1; b >= 0; b--) {
            dnnl_dim_t *index = &at[(*owners)[b]];
            offset += *index % (*blocks)[b] * inside;
            inside *= (*blocks)[b];
            *index /= (*blocks)[b];
        }
        for (int d = 0; d < dim_count; d++)
            offset += at[d] * (*strides)[d];
        offsets[i] = (size_t)offset;
    }
}

#else

bool mr_dnn_reorder_is_safe(dnnl_memory_t from, dnnl_memory_t to) {
    (void)from, (void)to;
    return true;
}

void mr_dnn_offsets(dnnl_memory_t memory, size_t count, size_t *offsets) {
    (void)memory;
    for (size_t i = 0; i < count; i++)
        offsets[i] = i;
}

#endif
