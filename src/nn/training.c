/*
 * Builds one program: the forward steps, then the backward steps in reverse order of the layers.
 * Every layer's result and its gradient have memory of their own, since backward needs them all.
 *
 * Where the processor and all layers allow it, activations lie in blocks of 16 channels. In this
 * layout large convolutions of 3 × 3 can be done by Winograd's method, in half the time.
 */
#include "nn/training.h"

#include "base/memory.h"
#include "nn/activation.h"
#include "nn/layout.h"
#include "nn/program.h"

#include <stdlib.h>
#include <string.h>

/* A layer's memory while training. */
typedef struct node {
    mr_md md;
    size_t count; /* values */
    size_t room;  /* floats of memory for the values, and for their gradient */
    float *value, *gradient;
    bool fixed;   /* nothing below or in it learns: it needs no gradient */
    bool shares;  /* value and gradient are those of the batch-norm that this ReLU is fused into */
    bool fuses;   /* batch-norm: the ReLU behind it is done in the same pass */
    bool written; /* while building backward: the gradient already holds someone's share */
    mr_pd forward;
    mr_conv conv; /* convolution and linear */
    mr_pool pool;
    void *chosen[3]; /* filters in oneDNN's layouts: forward, backward by data, their gradient */
    float *mean, *variance; /* batch-norm: of the batch */
    void *workspace;
    float *mask;   /* dropout */
    bool later[2]; /* multiply: others have given the gradient of this input a share before */
    mr_training *owner;
} node;

struct mr_training {
    const mr_network *network;
    int batch;
    bool blocked; /* channels lie in blocks */
    float *values, *gradients;
    node *nodes;
    float *input;
    float *outputs[MR_OUTPUTS_MAX], *output_gradients[MR_OUTPUTS_MAX];
    bool output_owned[MR_OUTPUTS_MAX]; /* spatial outputs are reordered into memory of their own */
    float *spare;                      /* a second share of a gradient, before it is added */
    float momentum;
    mr_program program;
    size_t forward_steps;
    mr_binding binding;
};

static const mr_layer *layer_of(const mr_training *t, const node *n) {
    return &t->network->layers[n - t->nodes];
}

static node *source_of(const mr_training *t, const node *n, int i) {
    return &t->nodes[layer_of(t, n)->inputs[i]];
}

static float *parameter(const mr_training *t, const node *n, int k, float *array) {
    const mr_layer *layer = layer_of(t, n);
    return array + t->network->parameters[layer->parameters + k].offset;
}

/* A slot over fixed memory, in an expression. */
#define FIXED(md, data, slot) MR_TRY(mr_program_fixed(&t->program, md, data, slot))

static mr_status allocate(float **out, size_t floats) {
    *out = mr_alloc(floats * sizeof(float));
    return *out ? MR_OK : mr_fail(MR_E_MEMORY, "no memory for %zu activations", floats);
}

/* ---- where gradients go --------------------------------------------------------------------- */

/* Slot that a backward step shall write the gradient of `n` to: its own memory for the first
 * share, the spare one for later shares, which add_share then adds. */
static mr_status share_slot(mr_training *t, node *n, const mr_md *md, int *slot) {
    return mr_program_fixed(&t->program, md, n->written ? t->spare : n->gradient, slot);
}

static mr_status add_into(mr_training *t, node *n, float *share) {
    int own, other;
    mr_pd pd;
    FIXED(&n->md, n->gradient, &own);
    FIXED(&n->md, share, &other);
    MR_TRY(mr_dnn_add(&n->md, NULL, &pd));
    MR_TRY(mr_program_keep(&t->program, pd));
    return mr_program_step(
        &t->program, pd,
        (mr_arg[]){{DNNL_ARG_SRC_0, own}, {DNNL_ARG_SRC_1, other}, {DNNL_ARG_DST, own}}, 3);
}

static mr_status end_share(mr_training *t, node *n) {
    if (n->written)
        return add_into(t, n, t->spare);
    n->written = true;
    return MR_OK;
}

/* ---- convolution and linear ----------------------------------------------------------------- */

static mr_conv describe_conv(const mr_training *t, const node *n) {
    const mr_layer *layer = layer_of(t, n);
    const mr_layer *in = &t->network->layers[layer->inputs[0]];
    mr_conv c = {.stride = layer->stride, .pad = layer->pad};
    if (layer->kind == MR_LAYER_CONV) {
        c.kernel = layer->kernel;
        c.src = source_of(t, n, 0)->md;
        c.filter = mr_md_filter(layer->out, in->channels, layer->kernel, layer->groups, true);
        c.dst = n->md;
    } else {
        bool plain = in->height == 1 && in->width == 1;
        c.src = plain ? mr_md_matrix(t->batch, in->channels) : source_of(t, n, 0)->md;
        c.filter = mr_md_linear(layer->out, in->channels, plain ? 0 : in->height,
                                plain ? 0 : in->width, true);
        c.dst = mr_md_matrix(t->batch, layer->out);
    }
    if (layer->bias)
        c.bias = mr_md_vector(layer->out);
    c.winograd = mr_layout_suits_winograd(&c) && mr_dnn_has_winograd(&c);
    return c;
}

static mr_md plain_filter(const mr_conv *c) {
    mr_md md = c->filter;
    md.tag = md.dim_count == 2 ? dnnl_oi : md.dim_count == 4 ? dnnl_oihw : dnnl_goihw;
    return md;
}

/* A slot over the filters at `plain` in the layout that `pd` chose; `*copy` becomes its memory when
 * that is not the plain one. */
static mr_status filter_slot(mr_training *t, const mr_conv *c, mr_pd pd, dnnl_query_t what,
                             float *plain, void **copy, int *slot) {
    mr_md md = plain_filter(c);
    if (mr_dnn_chosen_is(pd, what, 0, &md))
        return mr_program_fixed(&t->program, &md, plain, slot);
    if (!*copy)
        *copy = mr_alloc(mr_dnn_bytes_chosen(pd, what, 0));
    if (!*copy)
        return mr_fail(MR_E_MEMORY, "no memory for reordered filters");
    return mr_program_fixed_chosen(&t->program, pd, what, 0, *copy, slot);
}

/* The same, filled from the plain filters by a reorder step. */
static mr_status read_filter(mr_training *t, const mr_conv *c, mr_pd pd, float *plain, void **copy,
                             int *slot) {
    MR_TRY(filter_slot(t, c, pd, dnnl_query_weights_md, plain, copy, slot));
    if (!*copy)
        return MR_OK;
    int from;
    mr_md md = plain_filter(c);
    FIXED(&md, plain, &from);
    return mr_program_reorder(&t->program, from, *slot, mr_md_count(&md), false);
}

static mr_status forward_conv(mr_training *t, node *n) {
    n->conv = describe_conv(t, n);
    const mr_conv *c = &n->conv;
    MR_TRY(mr_dnn_conv_forward(c, true, NULL, &n->forward));
    MR_TRY(mr_program_keep(&t->program, n->forward));
    int src, filter, bias, dst;
    MR_TRY(read_filter(t, c, n->forward, parameter(t, n, 0, t->values), &n->chosen[0], &filter));
    FIXED(&c->src, source_of(t, n, 0)->value, &src);
    FIXED(&c->dst, n->value, &dst);
    mr_arg args[4] = {{DNNL_ARG_SRC, src}, {DNNL_ARG_WEIGHTS, filter}, {DNNL_ARG_DST, dst}};
    int count = 3;
    if (c->bias.dim_count) {
        FIXED(&c->bias, parameter(t, n, 1, t->values), &bias);
        args[count++] = (mr_arg){DNNL_ARG_BIAS, bias};
    }
    return mr_program_step(&t->program, n->forward, args, count);
}

static mr_status backward_filter(mr_training *t, node *n) {
    const mr_conv *c = &n->conv;
    mr_pd pd;
    MR_TRY(mr_dnn_conv_backward_weights(c, n->forward, &pd));
    MR_TRY(mr_program_keep(&t->program, pd));
    int src, filter, bias, dst;
    float *plain = parameter(t, n, 0, t->gradients);
    MR_TRY(filter_slot(t, c, pd, dnnl_query_diff_weights_md, plain, &n->chosen[2], &filter));
    FIXED(&c->src, source_of(t, n, 0)->value, &src);
    FIXED(&c->dst, n->gradient, &dst);
    mr_arg args[4] = {
        {DNNL_ARG_SRC, src}, {DNNL_ARG_DIFF_WEIGHTS, filter}, {DNNL_ARG_DIFF_DST, dst}};
    int count = 3;
    if (c->bias.dim_count) {
        FIXED(&c->bias, parameter(t, n, 1, t->gradients), &bias);
        args[count++] = (mr_arg){DNNL_ARG_DIFF_BIAS, bias};
    }
    MR_TRY(mr_program_step(&t->program, pd, args, count));
    if (!n->chosen[2])
        return MR_OK;
    int to;
    mr_md md = plain_filter(c);
    FIXED(&md, plain, &to);
    return mr_program_reorder(&t->program, filter, to, mr_md_count(&md), false);
}

static mr_status backward_conv(mr_training *t, node *n) {
    MR_TRY(backward_filter(t, n));
    node *source = source_of(t, n, 0);
    if (source->fixed)
        return MR_OK;
    const mr_conv *c = &n->conv;
    mr_pd pd;
    MR_TRY(mr_dnn_conv_backward_data(c, n->forward, &pd));
    MR_TRY(mr_program_keep(&t->program, pd));
    int filter, src, dst;
    MR_TRY(read_filter(t, c, pd, parameter(t, n, 0, t->values), &n->chosen[1], &filter));
    MR_TRY(share_slot(t, source, &c->src, &src));
    FIXED(&c->dst, n->gradient, &dst);
    MR_TRY(mr_program_step(
        &t->program, pd,
        (mr_arg[]){{DNNL_ARG_DIFF_SRC, src}, {DNNL_ARG_WEIGHTS, filter}, {DNNL_ARG_DIFF_DST, dst}},
        3));
    return end_share(t, source);
}

/* ---- batch normalisation -------------------------------------------------------------------- */

/* By the running statistics, which stay as they are. */
static mr_status forward_fixed_batchnorm(mr_training *t, node *n) {
    MR_TRY(mr_dnn_batchnorm_forward(&n->md, false, n->fuses, NULL, &n->forward));
    MR_TRY(mr_program_keep(&t->program, n->forward));
    mr_md vector = mr_md_vector(layer_of(t, n)->channels);
    int src, dst, slots[4];
    FIXED(&n->md, source_of(t, n, 0)->value, &src);
    FIXED(&n->md, n->value, &dst);
    for (int k = 0; k < 4; k++)
        FIXED(&vector, parameter(t, n, k, t->values), &slots[k]);
    return mr_program_step(&t->program, n->forward,
                           (mr_arg[]){{DNNL_ARG_SRC, src},
                                      {DNNL_ARG_DST, dst},
                                      {DNNL_ARG_SCALE, slots[0]},
                                      {DNNL_ARG_SHIFT, slots[1]},
                                      {DNNL_ARG_MEAN, slots[2]},
                                      {DNNL_ARG_VARIANCE, slots[3]}},
                           6);
}

static mr_status forward_batchnorm(mr_training *t, node *n) {
    if (n->fixed)
        return forward_fixed_batchnorm(t, n);
    MR_TRY(mr_dnn_batchnorm_forward(&n->md, true, n->fuses, NULL, &n->forward));
    MR_TRY(mr_program_keep(&t->program, n->forward));
    int channels = layer_of(t, n)->channels;
    MR_TRY(allocate(&n->mean, (size_t)channels));
    MR_TRY(allocate(&n->variance, (size_t)channels));
    mr_md vector = mr_md_vector(channels);
    int src, dst, mean, variance, scale, shift, workspace;
    FIXED(&n->md, source_of(t, n, 0)->value, &src);
    FIXED(&n->md, n->value, &dst);
    FIXED(&vector, n->mean, &mean);
    FIXED(&vector, n->variance, &variance);
    FIXED(&vector, parameter(t, n, 0, t->values), &scale);
    FIXED(&vector, parameter(t, n, 1, t->values), &shift);
    mr_arg args[7] = {{DNNL_ARG_SRC, src},     {DNNL_ARG_DST, dst},
                      {DNNL_ARG_MEAN, mean},   {DNNL_ARG_VARIANCE, variance},
                      {DNNL_ARG_SCALE, scale}, {DNNL_ARG_SHIFT, shift}};
    int count = 6;
    size_t bytes = mr_dnn_bytes_chosen(n->forward, dnnl_query_workspace_md, 0);
    if (bytes > 0) {
        n->workspace = mr_alloc(bytes);
        if (!n->workspace)
            return mr_fail(MR_E_MEMORY, "no memory for a batch-norm workspace");
        MR_TRY(mr_program_fixed_chosen(&t->program, n->forward, dnnl_query_workspace_md, 0,
                                       n->workspace, &workspace));
        args[count++] = (mr_arg){DNNL_ARG_WORKSPACE, workspace};
    }
    return mr_program_step(&t->program, n->forward, args, count);
}

static mr_status backward_batchnorm(mr_training *t, node *n) {
    node *source = source_of(t, n, 0);
    mr_pd pd;
    MR_TRY(mr_dnn_batchnorm_backward(&n->md, n->fuses, n->forward, &pd));
    MR_TRY(mr_program_keep(&t->program, pd));
    mr_md vector = mr_md_vector(layer_of(t, n)->channels);
    int src, diff_src, diff_dst, mean, variance, scale, diff_scale, diff_shift;
    FIXED(&n->md, source->value, &src);
    /* What is fixed wants no gradient; what would go there lands in the spare. */
    if (source->fixed)
        FIXED(&n->md, t->spare, &diff_src);
    else
        MR_TRY(share_slot(t, source, &n->md, &diff_src));
    FIXED(&n->md, n->gradient, &diff_dst);
    FIXED(&vector, n->mean, &mean);
    FIXED(&vector, n->variance, &variance);
    FIXED(&vector, parameter(t, n, 0, t->values), &scale);
    FIXED(&vector, parameter(t, n, 0, t->gradients), &diff_scale);
    FIXED(&vector, parameter(t, n, 1, t->gradients), &diff_shift);
    mr_arg args[10] = {{DNNL_ARG_SRC, src},
                       {DNNL_ARG_MEAN, mean},
                       {DNNL_ARG_VARIANCE, variance},
                       {DNNL_ARG_DIFF_DST, diff_dst},
                       {DNNL_ARG_SCALE, scale},
                       {DNNL_ARG_DIFF_SRC, diff_src},
                       {DNNL_ARG_DIFF_SCALE, diff_scale},
                       {DNNL_ARG_DIFF_SHIFT, diff_shift}};
    int count = 8, slot;
    if (mr_dnn_batchnorm_backward_takes_shift()) {
        FIXED(&vector, parameter(t, n, 1, t->values), &slot);
        args[count++] = (mr_arg){DNNL_ARG_SHIFT, slot};
    }
    if (n->workspace) {
        MR_TRY(mr_program_fixed_chosen(&t->program, n->forward, dnnl_query_workspace_md, 0,
                                       n->workspace, &slot));
        args[count++] = (mr_arg){DNNL_ARG_WORKSPACE, slot};
    }
    MR_TRY(mr_program_step(&t->program, pd, args, count));
    return source->fixed ? MR_OK : end_share(t, source);
}

/* ---- activations ---------------------------------------------------------------------------- */

static mr_status forward_activation(mr_training *t, node *n) {
    int src, dst;
    MR_TRY(
        mr_dnn_eltwise_forward(mr_activation_of(layer_of(t, n)), &n->md, true, NULL, &n->forward));
    MR_TRY(mr_program_keep(&t->program, n->forward));
    FIXED(&n->md, source_of(t, n, 0)->value, &src);
    FIXED(&n->md, n->value, &dst);
    return mr_program_step(&t->program, n->forward,
                           (mr_arg[]){{DNNL_ARG_SRC, src}, {DNNL_ARG_DST, dst}}, 2);
}

static mr_status backward_activation(mr_training *t, node *n) {
    node *source = source_of(t, n, 0);
    if (source->fixed)
        return MR_OK;
    int src, diff_src, diff_dst;
    mr_pd pd;
    MR_TRY(mr_dnn_eltwise_backward(mr_activation_of(layer_of(t, n)), &n->md, n->forward, &pd));
    MR_TRY(mr_program_keep(&t->program, pd));
    FIXED(&n->md, source->value, &src);
    MR_TRY(share_slot(t, source, &n->md, &diff_src));
    FIXED(&n->md, n->gradient, &diff_dst);
    MR_TRY(mr_program_step(&t->program, pd,
                           (mr_arg[]){{DNNL_ARG_SRC, src},
                                      {DNNL_ARG_DIFF_SRC, diff_src},
                                      {DNNL_ARG_DIFF_DST, diff_dst}},
                           3));
    return end_share(t, source);
}

static mr_md slope_md(const mr_training *t, const node *n) {
    return mr_md_nhwc(1, layer_of(t, n)->channels, 1, 1);
}

static mr_status forward_prelu(mr_training *t, node *n) {
    int src, dst, slope;
    mr_md md = slope_md(t, n);
    MR_TRY(mr_dnn_prelu_forward(&n->md, &md, true, NULL, &n->forward));
    MR_TRY(mr_program_keep(&t->program, n->forward));
    FIXED(&n->md, source_of(t, n, 0)->value, &src);
    FIXED(&n->md, n->value, &dst);
    FIXED(&md, parameter(t, n, 0, t->values), &slope);
    return mr_program_step(
        &t->program, n->forward,
        (mr_arg[]){{DNNL_ARG_SRC, src}, {DNNL_ARG_DST, dst}, {DNNL_ARG_WEIGHTS, slope}}, 3);
}

static mr_status backward_prelu(mr_training *t, node *n) {
    node *source = source_of(t, n, 0);
    int src, slope, diff_src, diff_slope, diff_dst;
    mr_md md = slope_md(t, n);
    mr_pd pd;
    MR_TRY(mr_dnn_prelu_backward(&n->md, &md, n->forward, &pd));
    MR_TRY(mr_program_keep(&t->program, pd));
    FIXED(&n->md, source->value, &src);
    FIXED(&md, parameter(t, n, 0, t->values), &slope);
    if (source->fixed)
        FIXED(&n->md, t->spare, &diff_src);
    else
        MR_TRY(share_slot(t, source, &n->md, &diff_src));
    FIXED(&md, parameter(t, n, 0, t->gradients), &diff_slope);
    FIXED(&n->md, n->gradient, &diff_dst);
    MR_TRY(mr_program_step(&t->program, pd,
                           (mr_arg[]){{DNNL_ARG_SRC, src},
                                      {DNNL_ARG_WEIGHTS, slope},
                                      {DNNL_ARG_DIFF_SRC, diff_src},
                                      {DNNL_ARG_DIFF_WEIGHTS, diff_slope},
                                      {DNNL_ARG_DIFF_DST, diff_dst}},
                           5));
    return source->fixed ? MR_OK : end_share(t, source);
}

/* Dropout scales what it keeps by 1/(1-p), so that inference has nothing to do. */
static void drop(void *context, mr_rng *rng) {
    node *n = context;
    float p = layer_of(n->owner, n)->p, kept = 1 / (1 - p);
    const float *in = source_of(n->owner, n, 0)->value;
    for (size_t i = 0; i < n->count; i++) {
        n->mask[i] = mr_rng_uniform(rng) < p ? 0 : kept;
        n->value[i] = in[i] * n->mask[i];
    }
}

static void drop_back(void *context, mr_rng *rng) {
    (void)rng;
    node *n = context;
    for (size_t i = 0; i < n->count; i++)
        n->gradient[i] *= n->mask[i];
}

static mr_status forward_dropout(mr_training *t, node *n) {
    MR_TRY(allocate(&n->mask, n->count));
    return mr_program_call(&t->program, drop, n);
}

/* Copies the gradient of `n`, or adds it, to that of its input. */
static mr_status pass_gradient(mr_training *t, node *n, node *source) {
    if (source->fixed)
        return MR_OK;
    if (source->written)
        return add_into(t, source, n->gradient);
    int from, to;
    FIXED(&n->md, n->gradient, &from);
    FIXED(&n->md, source->gradient, &to);
    source->written = true;
    return mr_program_reorder(&t->program, from, to, n->count, false);
}

static mr_status backward_dropout(mr_training *t, node *n) {
    MR_TRY(mr_program_call(&t->program, drop_back, n));
    return pass_gradient(t, n, source_of(t, n, 0));
}

/* ---- pooling, joining, resizing ------------------------------------------------------------- */

static mr_status forward_pool(mr_training *t, node *n) {
    const mr_layer *layer = layer_of(t, n);
    node *source = source_of(t, n, 0);
    n->pool = (mr_pool){source->md,    n->md,         layer->kind == MR_LAYER_MAXPOOL,
                        layer->kernel, layer->kernel, layer->stride,
                        layer->pad};
    if (layer->kind == MR_LAYER_GLOBALPOOL) {
        const mr_layer *in = &t->network->layers[layer->inputs[0]];
        n->pool.kernel_height = in->height;
        n->pool.kernel_width = in->width;
    }
    MR_TRY(mr_dnn_pool_forward(&n->pool, true, NULL, &n->forward));
    MR_TRY(mr_program_keep(&t->program, n->forward));
    int src, dst, workspace;
    FIXED(&source->md, source->value, &src);
    FIXED(&n->md, n->value, &dst);
    mr_arg args[3] = {{DNNL_ARG_SRC, src}, {DNNL_ARG_DST, dst}};
    int count = 2;
    size_t bytes = mr_dnn_bytes_chosen(n->forward, dnnl_query_workspace_md, 0);
    if (n->pool.max && bytes > 0) {
        n->workspace = mr_alloc(bytes);
        if (!n->workspace)
            return mr_fail(MR_E_MEMORY, "no memory for a pooling workspace");
        MR_TRY(mr_program_fixed_chosen(&t->program, n->forward, dnnl_query_workspace_md, 0,
                                       n->workspace, &workspace));
        args[count++] = (mr_arg){DNNL_ARG_WORKSPACE, workspace};
    }
    return mr_program_step(&t->program, n->forward, args, count);
}

static mr_status backward_pool(mr_training *t, node *n) {
    node *source = source_of(t, n, 0);
    if (source->fixed)
        return MR_OK;
    mr_pd pd;
    MR_TRY(mr_dnn_pool_backward(&n->pool, n->forward, &pd));
    MR_TRY(mr_program_keep(&t->program, pd));
    int diff_src, diff_dst, workspace;
    MR_TRY(share_slot(t, source, &source->md, &diff_src));
    FIXED(&n->md, n->gradient, &diff_dst);
    mr_arg args[3] = {{DNNL_ARG_DIFF_SRC, diff_src}, {DNNL_ARG_DIFF_DST, diff_dst}};
    int count = 2;
    if (n->workspace) {
        MR_TRY(mr_program_fixed_chosen(&t->program, n->forward, dnnl_query_workspace_md, 0,
                                       n->workspace, &workspace));
        args[count++] = (mr_arg){DNNL_ARG_WORKSPACE, workspace};
    }
    MR_TRY(mr_program_step(&t->program, pd, args, count));
    return end_share(t, source);
}

static mr_status forward_add(mr_training *t, node *n) {
    int dst;
    FIXED(&n->md, n->value, &dst);
    MR_TRY(mr_dnn_add(&n->md, NULL, &n->forward));
    MR_TRY(mr_program_keep(&t->program, n->forward));
    int sum;
    FIXED(&n->md, source_of(t, n, 0)->value, &sum);
    for (int i = 1; i < layer_of(t, n)->input_count; i++) {
        int other;
        FIXED(&n->md, source_of(t, n, i)->value, &other);
        MR_TRY(mr_program_step(
            &t->program, n->forward,
            (mr_arg[]){{DNNL_ARG_SRC_0, sum}, {DNNL_ARG_SRC_1, other}, {DNNL_ARG_DST, dst}}, 3));
        sum = dst;
    }
    return MR_OK;
}

static mr_status backward_add(mr_training *t, node *n) {
    for (int i = 0; i < layer_of(t, n)->input_count; i++)
        MR_TRY(pass_gradient(t, n, source_of(t, n, i)));
    return MR_OK;
}

/* Channels that lie side by side at each place of a map, and how many such rows a batch has: in
 * both layouts a row's places follow each other, and the factors lie in the order of the rows. */
static size_t row_width(const node *n) {
    return n->md.tag == dnnl_nChw16c ? MR_MD_BLOCK : (size_t)n->md.dims[1];
}

static size_t row_places(const node *n) {
    return (size_t)(n->md.dims[2] * n->md.dims[3]);
}

static void multiply(void *context, mr_rng *rng) {
    (void)rng;
    const node *n = context;
    const float *in = source_of(n->owner, n, 0)->value, *factors = source_of(n->owner, n, 1)->value;
    float *out = n->value;
    size_t width = row_width(n), size = width * row_places(n);
#pragma omp parallel for
    for (size_t row = 0; row < n->count / size; row++)
        for (size_t i = row * size; i < (row + 1) * size; i += width)
            for (size_t k = 0; k < width; k++)
                out[i + k] = in[i + k] * factors[row * width + k];
}

static void multiply_back_to_map(const node *n) {
    const float *factors = source_of(n->owner, n, 1)->value, *given = n->gradient;
    float *share = source_of(n->owner, n, 0)->gradient;
    size_t width = row_width(n), size = width * row_places(n);
#pragma omp parallel for
    for (size_t row = 0; row < n->count / size; row++) {
        if (!n->later[0])
            memset(share + row * size, 0, size * sizeof *share);
        for (size_t i = row * size; i < (row + 1) * size; i += width)
            for (size_t k = 0; k < width; k++)
                share[i + k] += given[i + k] * factors[row * width + k];
    }
}

static void multiply_back_to_factors(const node *n) {
    const float *in = source_of(n->owner, n, 0)->value, *given = n->gradient;
    float *shares = source_of(n->owner, n, 1)->gradient;
    size_t width = row_width(n), size = width * row_places(n);
#pragma omp parallel for
    for (size_t row = 0; row < n->count / size; row++) {
        float *share = shares + row * width;
        if (!n->later[1])
            memset(share, 0, width * sizeof *share);
        for (size_t i = row * size; i < (row + 1) * size; i += width)
            for (size_t k = 0; k < width; k++)
                share[k] += given[i + k] * in[i + k];
    }
}

static void multiply_back(void *context, mr_rng *rng) {
    (void)rng;
    node *n = context;
    if (!source_of(n->owner, n, 0)->fixed)
        multiply_back_to_map(n);
    if (!source_of(n->owner, n, 1)->fixed)
        multiply_back_to_factors(n);
}

static mr_status forward_multiply(mr_training *t, node *n) {
    return mr_program_call(&t->program, multiply, n);
}

static mr_status backward_multiply(mr_training *t, node *n) {
    for (int i = 0; i < 2; i++) {
        node *source = source_of(t, n, i);
        n->later[i] = source->written;
        source->written |= !source->fixed;
    }
    return mr_program_call(&t->program, multiply_back, n);
}

static mr_status forward_concat(mr_training *t, node *n) {
    int count = layer_of(t, n)->input_count, dst;
    mr_md mds[MR_LAYER_INPUTS_MAX];
    mr_arg args[MR_LAYER_INPUTS_MAX + 1];
    for (int i = 0; i < count; i++) {
        node *source = source_of(t, n, i);
        mds[i] = source->md;
        args[i].name = DNNL_ARG_MULTIPLE_SRC + i;
        FIXED(&source->md, source->value, &args[i].slot);
    }
    FIXED(&n->md, n->value, &dst);
    args[count] = (mr_arg){DNNL_ARG_DST, dst};
    MR_TRY(mr_dnn_concat(mds, count, &n->md, NULL, &n->forward));
    MR_TRY(mr_program_keep(&t->program, n->forward));
    return mr_program_step(&t->program, n->forward, args, count + 1);
}

static mr_status backward_concat(mr_training *t, node *n) {
    int first = 0;
    for (int i = 0; i < layer_of(t, n)->input_count; i++) {
        node *source = source_of(t, n, i);
        int channels = (int)source->md.dims[1], from, to;
        if (!source->fixed) {
            MR_TRY(
                mr_program_fixed_slice(&t->program, &n->md, first, channels, n->gradient, &from));
            MR_TRY(share_slot(t, source, &source->md, &to));
            MR_TRY(mr_program_reorder(&t->program, from, to, source->count, false));
            MR_TRY(end_share(t, source));
        }
        first += channels;
    }
    return MR_OK;
}

static mr_status forward_upsample(mr_training *t, node *n) {
    node *source = source_of(t, n, 0);
    int src, dst;
    MR_TRY(mr_dnn_upsample_forward(&source->md, &n->md, true, NULL, &n->forward));
    MR_TRY(mr_program_keep(&t->program, n->forward));
    FIXED(&source->md, source->value, &src);
    FIXED(&n->md, n->value, &dst);
    return mr_program_step(&t->program, n->forward,
                           (mr_arg[]){{DNNL_ARG_SRC, src}, {DNNL_ARG_DST, dst}}, 2);
}

static mr_status backward_upsample(mr_training *t, node *n) {
    node *source = source_of(t, n, 0);
    if (source->fixed)
        return MR_OK;
    int diff_src, diff_dst;
    mr_pd pd;
    MR_TRY(mr_dnn_upsample_backward(&source->md, &n->md, n->forward, &pd));
    MR_TRY(mr_program_keep(&t->program, pd));
    MR_TRY(share_slot(t, source, &source->md, &diff_src));
    FIXED(&n->md, n->gradient, &diff_dst);
    MR_TRY(mr_program_step(&t->program, pd,
                           (mr_arg[]){{DNNL_ARG_DIFF_SRC, diff_src}, {DNNL_ARG_DIFF_DST, diff_dst}},
                           2));
    return end_share(t, source);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static const struct {
    mr_status (*forward)(mr_training *, node *);
    mr_status (*backward)(mr_training *, node *);
} builders[MR_LAYER_KINDS] = {
    [MR_LAYER_CONV] = {forward_conv, backward_conv},
    [MR_LAYER_LINEAR] = {forward_conv, backward_conv},
    [MR_LAYER_BATCHNORM] = {forward_batchnorm, backward_batchnorm},
    [MR_LAYER_RELU] = {forward_activation, backward_activation},
    [MR_LAYER_SILU] = {forward_activation, backward_activation},
    [MR_LAYER_SIGMOID] = {forward_activation, backward_activation},
    [MR_LAYER_PRELU] = {forward_prelu, backward_prelu},
    [MR_LAYER_MAXPOOL] = {forward_pool, backward_pool},
    [MR_LAYER_AVGPOOL] = {forward_pool, backward_pool},
    [MR_LAYER_GLOBALPOOL] = {forward_pool, backward_pool},
    [MR_LAYER_DROPOUT] = {forward_dropout, backward_dropout},
    [MR_LAYER_ADD] = {forward_add, backward_add},
    [MR_LAYER_MULTIPLY] = {forward_multiply, backward_multiply},
    [MR_LAYER_CONCAT] = {forward_concat, backward_concat},
    [MR_LAYER_UPSAMPLE] = {forward_upsample, backward_upsample},
};

static mr_status place_node(mr_training *t, int i) {
    const mr_layer *layer = &t->network->layers[i];
    node *n = &t->nodes[i];
    n->owner = t;
    n->md = mr_layout_of(t->network, i, t->batch, t->blocked);
    n->count = mr_md_count(&n->md);
    n->room = mr_md_room(&n->md);
    if (layer->kind == MR_LAYER_RELU) {
        const mr_layer *in = &t->network->layers[layer->inputs[0]];
        node *source = source_of(t, n, 0);
        if (in->kind == MR_LAYER_BATCHNORM && in->consumers == 1) {
            source->fuses = n->shares = true;
            n->value = source->value;
            n->gradient = source->gradient;
            return MR_OK;
        }
    }
    MR_TRY(allocate(&n->value, n->room));
    return i == 0 ? MR_OK : allocate(&n->gradient, n->room);
}

static mr_status place_all(mr_training *t) {
    size_t largest = 0;
    for (int i = 0; i < t->network->layer_count; i++) {
        MR_TRY(place_node(t, i));
        if (t->nodes[i].room > largest)
            largest = t->nodes[i].room;
    }
    return allocate(&t->spare, largest);
}

static mr_md as_nchw(const node *n) {
    mr_md md = n->md;
    md.tag = dnnl_nchw;
    return md;
}

static mr_status reorder_between(mr_training *t, const mr_md *from_md, float *from,
                                 const mr_md *to_md, float *to) {
    int source, target;
    FIXED(from_md, from, &source);
    FIXED(to_md, to, &target);
    return mr_program_reorder(&t->program, source, target, mr_md_count(to_md), false);
}

static mr_status open_input(mr_training *t) {
    node *n = &t->nodes[0];
    t->input = n->value;
    if (mr_layout_is_planar(&n->md))
        return MR_OK;
    MR_TRY(allocate(&t->input, n->count));
    mr_md plain = as_nchw(n);
    return reorder_between(t, &plain, t->input, &n->md, n->value);
}

static mr_status open_outputs(mr_training *t) {
    for (int k = 0; k < t->network->output_count; k++) {
        node *n = &t->nodes[t->network->outputs[k]];
        t->outputs[k] = n->value;
        t->output_gradients[k] = n->gradient;
        if (mr_layout_is_planar(&n->md))
            continue;
        t->output_owned[k] = true;
        t->outputs[k] = t->output_gradients[k] = NULL;
        MR_TRY(allocate(&t->outputs[k], n->count));
        MR_TRY(allocate(&t->output_gradients[k], n->count));
        mr_md plain = as_nchw(n);
        MR_TRY(reorder_between(t, &n->md, n->value, &plain, t->outputs[k]));
    }
    return MR_OK;
}

/* The loss has the first share in the gradient of every output. */
static mr_status open_output_gradients(mr_training *t) {
    for (int k = 0; k < t->network->output_count; k++) {
        node *n = &t->nodes[t->network->outputs[k]];
        n->written = true;
        if (!t->output_owned[k])
            continue;
        mr_md plain = as_nchw(n);
        MR_TRY(reorder_between(t, &plain, t->output_gradients[k], &n->md, n->gradient));
    }
    return MR_OK;
}

/* A layer is fixed when what it reads is and it has nothing to learn, or is frozen. */
static mr_status find_fixed(mr_training *t, const bool *frozen) {
    t->nodes[0].fixed = true;
    for (int i = 1; i < t->network->layer_count; i++) {
        const mr_layer *layer = &t->network->layers[i];
        bool still = true;
        for (int k = 0; k < layer->input_count; k++)
            still = still && t->nodes[layer->inputs[k]].fixed;
        bool frozen_here = layer->parameters >= 0 && frozen && frozen[i];
        if (frozen_here && !still)
            return mr_fail(MR_E_ARGUMENT, "layer '%s' cannot be frozen above one that learns",
                           layer->name);
        t->nodes[i].fixed = still && (layer->parameters < 0 || frozen_here);
    }
    return MR_OK;
}

static mr_status build(mr_training *t, const bool *frozen) {
    MR_TRY(find_fixed(t, frozen));
    MR_TRY(place_all(t));
    MR_TRY(open_input(t));
    for (int i = 1; i < t->network->layer_count; i++)
        if (!t->nodes[i].shares)
            MR_TRY(builders[t->network->layers[i].kind].forward(t, &t->nodes[i]));
    MR_TRY(open_outputs(t));
    t->forward_steps = t->program.step_count;
    MR_TRY(open_output_gradients(t));
    for (int i = t->network->layer_count - 1; i > 0; i--)
        if (!t->nodes[i].shares && !t->nodes[i].fixed)
            MR_TRY(builders[t->network->layers[i].kind].backward(t, &t->nodes[i]));
    return mr_binding_create(&t->program, NULL, NULL, &t->binding);
}

mr_status mr_training_create(const mr_network *network, int batch, float *values, float *gradients,
                             mr_training **out) {
    return mr_training_create_frozen(network, batch, values, gradients, NULL, out);
}

mr_status mr_training_create_frozen(const mr_network *network, int batch, float *values,
                                    float *gradients, const bool *frozen, mr_training **out) {
    if (batch < 1)
        return mr_fail(MR_E_ARGUMENT, "batch size %d, expected at least 1", batch);
    mr_training *t = calloc(1, sizeof *t);
    if (!t)
        return mr_fail(MR_E_MEMORY, "no memory for training");
    *t = (mr_training){.network = network,
                       .batch = batch,
                       .values = values,
                       .gradients = gradients,
                       .momentum = 0.1f};
    t->blocked = mr_layout_fills_blocks(network);
    t->nodes = calloc((size_t)network->layer_count, sizeof *t->nodes);
    mr_status status =
        t->nodes ? build(t, frozen) : mr_fail(MR_E_MEMORY, "no memory for the layers");
    if (status == MR_OK)
        *out = t;
    else
        mr_training_free(t);
    return status;
}

static void free_node(node *n) {
    if (!n->shares) {
        free(n->value);
        free(n->gradient);
    }
    for (int i = 0; i < 3; i++)
        free(n->chosen[i]);
    free(n->mean);
    free(n->variance);
    free(n->workspace);
    free(n->mask);
}

void mr_training_free(mr_training *t) {
    if (!t)
        return;
    if (t->binding.program)
        mr_binding_free(&t->binding);
    mr_program_free(&t->program);
    if (t->nodes && t->input != t->nodes[0].value)
        free(t->input);
    for (int k = 0; k < MR_OUTPUTS_MAX; k++) {
        if (t->output_owned[k]) {
            free(t->outputs[k]);
            free(t->output_gradients[k]);
        }
    }
    for (int i = 0; t->nodes && i < t->network->layer_count; i++)
        free_node(&t->nodes[i]);
    free(t->nodes);
    free(t->spare);
    free(t);
}

float *mr_training_input(mr_training *training) {
    return training->input;
}

const float *mr_training_output(const mr_training *training, int k) {
    return training->outputs[k];
}

float *mr_training_output_gradient(mr_training *training, int k) {
    return training->output_gradients[k];
}

void mr_training_set_momentum(mr_training *training, float share) {
    training->momentum = share;
}

static void update_running(mr_training *t, node *n) {
    int channels = layer_of(t, n)->channels;
    float *mean = parameter(t, n, 2, t->values), *variance = parameter(t, n, 3, t->values);
    for (int c = 0; c < channels; c++) {
        mean[c] += t->momentum * (n->mean[c] - mean[c]);
        variance[c] += t->momentum * (n->variance[c] - variance[c]);
    }
}

mr_status mr_training_forward(mr_training *t, mr_rng *rng) {
    MR_TRY(mr_binding_run(&t->binding, 0, t->forward_steps, rng));
    for (int i = 1; i < t->network->layer_count; i++)
        if (t->network->layers[i].kind == MR_LAYER_BATCHNORM && !t->nodes[i].fixed)
            update_running(t, &t->nodes[i]);
    return MR_OK;
}

mr_status mr_training_backward(mr_training *t) {
    return mr_binding_run(&t->binding, t->forward_steps, t->program.step_count, NULL);
}
