/*
 * Compiles a network for answering. A convolution or linear layer absorbs what follows it when
 * nothing else reads in between: batch-norm is folded into its filters, a residual add is summed
 * into the buffer that held the other branch, an activation runs as a post-op. The absorbed layers
 * form a group that is emitted where its convolution stands. Buffers lie in one arena and are used
 * again as soon as their last reader is done.
 */
#include "nn/inference.h"

#include "base/memory.h"
#include "nn/activation.h"
#include "nn/layout.h"
#include "nn/program.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EPSILON   1e-5f
#define ALIGNMENT 64
#define NEVER     (MR_LAYERS_MAX + 1)

/* What a convolution absorbs; -1 for nothing. */
typedef struct group {
    int batchnorm, add, other, activation, last;
} group;

typedef struct buffer {
    size_t offset, bytes;
    int from, until; /* first and last step position that needs it */
} buffer;

/* The slot of the same values in another layout; tag 0: there is none. */
typedef struct reordered {
    dnnl_format_tag_t tag;
    int slot;
} reordered;

struct mr_plan {
    mr_program program;
    void **constants;
    size_t constant_count, constant_capacity;
    size_t arena_bytes;
    size_t input_offset, pixels_offset; /* where the caller puts NCHW, and NHWC */
    int input_start, pixels_start;      /* first step then: one of them is reordered to the other */
    size_t output_offsets[MR_OUTPUTS_MAX];
    int output_count;
};

struct mr_runner {
    const mr_plan *plan;
    char *arena;
    void *scratch;
    mr_binding binding;
};

/* Only while compiling. */
typedef struct compiler {
    const mr_network *network;
    const float *values;
    int batch;
    mr_plan *plan;
    bool blocked; /* channels lie in blocks */
    group groups[MR_LAYERS_MAX];
    int position[MR_LAYERS_MAX]; /* where a layer is computed: its group's convolution */
    int holder[MR_LAYERS_MAX];   /* layer whose buffer has a layer's result */
    buffer buffers[MR_LAYERS_MAX];
    int reader[MR_LAYERS_MAX];       /* first reader of a layer */
    reordered copies[MR_LAYERS_MAX]; /* of a layer's result; its first reader makes it for all */
    dnnl_primitive_attr_t attr;      /* scratchpad from outside, nothing else */
} compiler;

/* Layers that are too small for Winograd's method are no faster in blocks. Larger ones would gain
 * what bringing a whole frame into planes costs. */
enum { BLOCKED_MOST = 64 };

static bool suits_blocks(const mr_layer *layer) {
    return layer->height >= MR_WINOGRAD_SIDE && layer->width >= MR_WINOGRAD_SIDE &&
           layer->height <= BLOCKED_MOST && layer->width <= BLOCKED_MOST;
}

static const mr_layer *layer_at(const compiler *c, int i) {
    return &c->network->layers[i];
}

static mr_md md_of(const compiler *c, int i) {
    return mr_layout_of(c->network, i, c->batch, c->blocked && suits_blocks(layer_at(c, i)));
}

static size_t bytes_of(const compiler *c, int i) {
    mr_md md = md_of(c, i);
    return sizeof(float) * mr_md_room(&md);
}

static const float *parameter(const compiler *c, int i, int k) {
    return c->values + c->network->parameters[layer_at(c, i)->parameters + k].offset;
}

/* ---- grouping ------------------------------------------------------------------------------- */

static void find_readers(compiler *c) {
    for (int i = 0; i < c->network->layer_count; i++) {
        c->reader[i] = -1;
        c->position[i] = c->holder[i] = i;
        c->groups[i] = (group){-1, -1, -1, -1, i};
    }
    for (int i = 1; i < c->network->layer_count; i++) {
        for (int k = 0; k < layer_at(c, i)->input_count; k++) {
            int *reader = &c->reader[layer_at(c, i)->inputs[k]];
            *reader = *reader >= 0 ? *reader : i;
        }
    }
}

/* The only layer that reads `i`, or -1. */
static int only_reader(const compiler *c, int i) {
    return layer_at(c, i)->consumers == 1 ? c->reader[i] : -1;
}

static bool reader_is(const compiler *c, int i, mr_layer_kind kind) {
    int reader = only_reader(c, i);
    return reader >= 0 && layer_at(c, reader)->kind == kind;
}

/* The step position after which nothing reads the result of `i`. */
static int last_read(const compiler *c, int i) {
    int last = mr_network_is_output(c->network, i) ? NEVER : c->position[i];
    for (int j = i + 1; j < c->network->layer_count; j++) {
        for (int k = 0; k < layer_at(c, j)->input_count; k++) {
            if (layer_at(c, j)->inputs[k] != i)
                continue;
            int read = c->position[j];
            if (layer_at(c, j)->kind == MR_LAYER_DROPOUT)
                read = last_read(c, j);
            last = read > last ? read : last;
        }
    }
    return last;
}

/* The other branch can be summed in place when it is there already, and nobody else needs it later.
 */
static bool can_sum(const compiler *c, int conv, int add, int other) {
    int holder = c->holder[other];
    int source = c->holder[layer_at(c, conv)->inputs[0]];
    bool ready = c->position[holder] < conv;
    bool only = true;
    for (int j = 1; j < c->network->layer_count; j++) {
        if (c->holder[j] == holder && mr_network_is_output(c->network, j))
            only = false;
        for (int k = 0; k < layer_at(c, j)->input_count; k++)
            if (j != add && c->holder[layer_at(c, j)->inputs[k]] == holder &&
                c->position[j] >= conv)
                only = false;
    }
    return ready && only && holder != source && holder != 0;
}

static void absorb(compiler *c, int conv, int layer) {
    c->position[layer] = conv;
    c->groups[conv].last = layer;
}

static void absorb_add(compiler *c, int conv) {
    group *g = &c->groups[conv];
    if (!reader_is(c, g->last, MR_LAYER_ADD) || layer_at(c, conv)->kind != MR_LAYER_CONV)
        return;
    int add = only_reader(c, g->last);
    const mr_layer *layer = layer_at(c, add);
    if (layer->input_count != 2)
        return;
    int other = layer->inputs[layer->inputs[0] == g->last];
    if (!can_sum(c, conv, add, other))
        return;
    g->add = add;
    g->other = other;
    absorb(c, conv, add);
}

static void form_group(compiler *c, int conv) {
    group *g = &c->groups[conv];
    if (reader_is(c, conv, MR_LAYER_BATCHNORM) && layer_at(c, conv)->kind == MR_LAYER_CONV) {
        g->batchnorm = only_reader(c, conv);
        absorb(c, conv, g->batchnorm);
    }
    absorb_add(c, conv);
    int reader = only_reader(c, g->last);
    if (reader >= 0 && mr_activation_of(layer_at(c, reader)) != dnnl_alg_kind_undef) {
        g->activation = reader;
        absorb(c, conv, reader);
    }
    int holder = g->add >= 0 ? c->holder[g->other] : conv;
    c->holder[conv] = holder;
    for (int i = conv + 1; i <= g->last; i++)
        if (c->position[i] == conv)
            c->holder[i] = holder;
}

static void form_groups(compiler *c) {
    find_readers(c);
    for (int i = 1; i < c->network->layer_count; i++) {
        const mr_layer *layer = layer_at(c, i);
        if (layer->kind == MR_LAYER_CONV || layer->kind == MR_LAYER_LINEAR)
            form_group(c, i);
        else if (layer->kind == MR_LAYER_DROPOUT)
            c->holder[i] = c->holder[layer->inputs[0]];
    }
}

/* ---- memory --------------------------------------------------------------------------------- */

/* Lowest place for `wanted` bytes among the buffers that live at the same time. */
static size_t find_place(const buffer *placed, int count, const buffer *wanted) {
    size_t offset = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (int i = 0; i < count; i++) {
            const buffer *other = &placed[i];
            bool meets =
                other->bytes > 0 && other->from <= wanted->until && wanted->from <= other->until;
            if (meets && offset < other->offset + other->bytes &&
                other->offset < offset + wanted->bytes) {
                offset = other->offset + other->bytes;
                moved = true;
            }
        }
    }
    return offset;
}

static size_t round_up(size_t bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void place_buffers(compiler *c) {
    int count = c->network->layer_count;
    for (int i = 0; i < count; i++) {
        buffer *b = &c->buffers[c->holder[i]];
        int until = last_read(c, i);
        if (b->bytes == 0)
            *b = (buffer){0, round_up(bytes_of(c, c->holder[i])), c->position[c->holder[i]], until};
        b->until = until > b->until ? until : b->until;
    }
    for (int i = 0; i < count; i++) {
        buffer *b = &c->buffers[i];
        if (b->bytes == 0)
            continue;
        b->offset = find_place(c->buffers, i, b);
        if (b->offset + b->bytes > c->plan->arena_bytes)
            c->plan->arena_bytes = b->offset + b->bytes;
    }
}

/* A place behind all others, for inputs and outputs in the caller's layout. */
static size_t place_behind(compiler *c, size_t bytes) {
    size_t offset = c->plan->arena_bytes;
    c->plan->arena_bytes += round_up(bytes);
    return offset;
}

static mr_status slot_as(compiler *c, int layer, const mr_md *md, int *slot) {
    return mr_program_arena(&c->plan->program, md, c->buffers[c->holder[layer]].offset, slot);
}

static mr_status slot_of(compiler *c, int layer, int *slot) {
    mr_md md = md_of(c, layer);
    return slot_as(c, layer, &md, slot);
}

/* What layer `i` reads as its input `k`, in the layout that it needs: its own, but a convolution
 * takes the network's input in planes, and the mean of all places is taken of any layout. */
static mr_md source_md(const compiler *c, int i, int k) {
    int input = layer_at(c, i)->inputs[k];
    mr_md md = md_of(c, input), own = md_of(c, i);
    if (layer_at(c, i)->kind == MR_LAYER_GLOBALPOOL)
        return md;
    bool planes = input == 0 && own.tag == dnnl_nChw16c && layer_at(c, i)->kind == MR_LAYER_CONV;
    md.tag = planes ? dnnl_nchw : own.tag;
    return md;
}

/* Its slot; where the input lies otherwise, that of a reordered copy. */
static mr_status source_slot(compiler *c, int i, int k, int *slot) {
    int input = layer_at(c, i)->inputs[k], from;
    mr_md md = source_md(c, i, k);
    if (md.tag == md_of(c, input).tag)
        return slot_of(c, input, slot);
    reordered *made = &c->copies[input];
    if (made->tag != md.tag) {
        MR_TRY(slot_of(c, input, &from));
        MR_TRY(mr_program_arena(&c->plan->program, &md,
                                place_behind(c, sizeof(float) * mr_md_room(&md)), &made->slot));
        MR_TRY(mr_program_reorder(&c->plan->program, from, made->slot, mr_md_count(&md), true));
        made->tag = md.tag;
    }
    *slot = made->slot;
    return MR_OK;
}

static void *keep_constant(mr_plan *plan, size_t bytes) {
    if (!mr_grow(&plan->constants, &plan->constant_capacity, plan->constant_count + 1,
                 sizeof *plan->constants))
        return NULL;
    void *memory = mr_alloc(bytes);
    if (memory)
        plan->constants[plan->constant_count++] = memory;
    return memory;
}

static mr_status constant_vector(compiler *c, const float *from, const mr_md *md, int count,
                                 int *slot) {
    float *copy = keep_constant(c->plan, (size_t)count * sizeof *copy);
    if (!copy)
        return mr_fail(MR_E_MEMORY, "no memory for weights");
    memcpy(copy, from, (size_t)count * sizeof *copy);
    return mr_program_fixed(&c->plan->program, md, copy, slot);
}

/* ---- emitting ------------------------------------------------------------------------------- */

static mr_status emit(compiler *c, mr_pd pd, const mr_arg *args, int count) {
    return mr_program_step(&c->plan->program, pd, args, count);
}

static mr_status keep(compiler *c, mr_pd pd) {
    return mr_program_keep(&c->plan->program, pd);
}

/* Filters and bias with the batch-norm behind them multiplied in. */
static void fold(const compiler *c, int conv, float *filter, float *bias) {
    const mr_layer *layer = layer_at(c, conv);
    const mr_parameter *row = &c->network->parameters[layer->parameters];
    memcpy(filter, parameter(c, conv, 0), row->size * sizeof *filter);
    for (int o = 0; o < layer->out; o++)
        bias[o] = layer->bias ? parameter(c, conv, 1)[o] : 0;
    int norm = c->groups[conv].batchnorm;
    if (norm < 0)
        return;
    const float *scale = parameter(c, norm, 0), *shift = parameter(c, norm, 1);
    const float *mean = parameter(c, norm, 2), *variance = parameter(c, norm, 3);
    size_t each = row->size / (size_t)layer->out;
    for (int o = 0; o < layer->out; o++) {
        float factor = scale[o] / sqrtf(variance[o] + EPSILON);
        for (size_t k = 0; k < each; k++)
            filter[(size_t)o * each + k] *= factor;
        bias[o] = (bias[o] - mean[o]) * factor + shift[o];
    }
}

static mr_conv describe(const compiler *c, int i) {
    const mr_layer *layer = layer_at(c, i), *in = layer_at(c, layer->inputs[0]);
    mr_conv d = {.stride = layer->stride, .pad = layer->pad};
    d.bias = mr_md_vector(layer->out);
    if (layer->kind == MR_LAYER_CONV) {
        d.kernel = layer->kernel;
        d.src = source_md(c, i, 0);
        d.filter = mr_md_filter(layer->out, in->channels, layer->kernel, layer->groups, true);
        d.dst = md_of(c, i);
    } else {
        bool plain = in->height == 1 && in->width == 1;
        d.src = plain ? mr_md_matrix(c->batch, in->channels) : source_md(c, i, 0);
        d.filter = mr_md_linear(layer->out, in->channels, plain ? 0 : in->height,
                                plain ? 0 : in->width, true);
        d.dst = mr_md_matrix(c->batch, layer->out);
    }
    d.winograd = mr_layout_suits_winograd(&d);
    return d;
}

/* Copies plain filters into a constant laid out as `pd` chose. */
static mr_status constant_filter(compiler *c, const mr_conv *d, mr_pd pd, float *plain, int *slot) {
    void *chosen = keep_constant(c->plan, mr_dnn_bytes_chosen(pd, dnnl_query_weights_md, 0));
    if (!chosen)
        return mr_fail(MR_E_MEMORY, "no memory for weights");
    mr_program once = {0};
    mr_binding binding = {0};
    mr_md md = d->filter;
    md.tag = md.dim_count == 2 ? dnnl_oi : md.dim_count == 4 ? dnnl_oihw : dnnl_goihw;
    int from, to;
    mr_status status = mr_program_fixed(&once, &md, plain, &from);
    if (status == MR_OK)
        status = mr_program_fixed_chosen(&once, pd, dnnl_query_weights_md, 0, chosen, &to);
    if (status == MR_OK)
        status = mr_program_reorder(&once, from, to, mr_md_count(&md), false);
    if (status == MR_OK)
        status = mr_binding_create(&once, NULL, NULL, &binding);
    if (status == MR_OK) {
        status = mr_binding_run(&binding, 0, once.step_count, NULL);
        mr_binding_free(&binding);
    }
    mr_program_free(&once);
    MR_TRY(status);
    return mr_program_fixed_chosen(&c->plan->program, pd, dnnl_query_weights_md, 0, chosen, slot);
}

/* Winograd's method is there for some activations only, and in version 2 of oneDNN. */
static mr_status create_conv(compiler *c, int i, mr_conv *d, mr_pd *pd) {
    const group *g = &c->groups[i];
    dnnl_alg_kind_t activation = dnnl_alg_kind_undef;
    if (g->activation >= 0)
        activation = mr_activation_of(layer_at(c, g->activation));
    dnnl_primitive_attr_t attr;
    MR_TRY(mr_dnn_attr_fused(g->add >= 0, activation, &attr));
    mr_status status = mr_dnn_conv_forward(d, false, attr, pd);
    if (status != MR_OK && d->winograd) {
        d->winograd = false;
        status = mr_dnn_conv_forward(d, false, attr, pd);
    }
    dnnl_primitive_attr_destroy(attr);
    MR_TRY(status);
    return keep(c, *pd);
}

static mr_status emit_folded(compiler *c, int i, float *filter, float *bias) {
    const mr_layer *layer = layer_at(c, i);
    mr_conv d = describe(c, i);
    mr_pd pd;
    MR_TRY(create_conv(c, i, &d, &pd));
    fold(c, i, filter, bias);
    int src, weights, shift, dst;
    if (d.src.dim_count == 2)
        MR_TRY(slot_as(c, layer->inputs[0], &d.src, &src));
    else
        MR_TRY(source_slot(c, i, 0, &src));
    MR_TRY(constant_filter(c, &d, pd, filter, &weights));
    MR_TRY(constant_vector(c, bias, &d.bias, layer->out, &shift));
    MR_TRY(slot_as(c, i, &d.dst, &dst));
    return emit(c, pd,
                (mr_arg[]){{DNNL_ARG_SRC, src},
                           {DNNL_ARG_WEIGHTS, weights},
                           {DNNL_ARG_BIAS, shift},
                           {DNNL_ARG_DST, dst}},
                4);
}

static mr_status emit_conv(compiler *c, int i) {
    const mr_layer *layer = layer_at(c, i);
    size_t size = c->network->parameters[layer->parameters].size;
    float *filter = malloc(size * sizeof *filter);
    float *bias = malloc((size_t)layer->out * sizeof *bias);
    mr_status status = filter && bias ? emit_folded(c, i, filter, bias)
                                      : mr_fail(MR_E_MEMORY, "no memory for weights");
    free(filter);
    free(bias);
    return status;
}

static mr_status emit_unary(compiler *c, int i, mr_pd pd) {
    int src, dst;
    MR_TRY(keep(c, pd));
    MR_TRY(source_slot(c, i, 0, &src));
    MR_TRY(slot_of(c, i, &dst));
    return emit(c, pd, (mr_arg[]){{DNNL_ARG_SRC, src}, {DNNL_ARG_DST, dst}}, 2);
}

static mr_status emit_activation(compiler *c, int i) {
    mr_md md = md_of(c, i);
    mr_pd pd;
    MR_TRY(mr_dnn_eltwise_forward(mr_activation_of(layer_at(c, i)), &md, false, c->attr, &pd));
    return emit_unary(c, i, pd);
}

static mr_status emit_pool(compiler *c, int i) {
    const mr_layer *layer = layer_at(c, i), *in = layer_at(c, layer->inputs[0]);
    bool global = layer->kind == MR_LAYER_GLOBALPOOL;
    mr_pool p = {source_md(c, i, 0),
                 md_of(c, i),
                 layer->kind == MR_LAYER_MAXPOOL,
                 global ? in->height : layer->kernel,
                 global ? in->width : layer->kernel,
                 layer->stride,
                 layer->pad};
    if (global)
        p.dst.tag = p.src.tag; /* of one place, the bytes are the same in any layout */
    int src, dst;
    mr_pd pd;
    MR_TRY(mr_dnn_pool_forward(&p, false, c->attr, &pd));
    MR_TRY(keep(c, pd));
    MR_TRY(source_slot(c, i, 0, &src));
    MR_TRY(slot_as(c, i, &p.dst, &dst));
    return emit(c, pd, (mr_arg[]){{DNNL_ARG_SRC, src}, {DNNL_ARG_DST, dst}}, 2);
}

static mr_status emit_upsample(compiler *c, int i) {
    mr_md src = source_md(c, i, 0), dst = md_of(c, i);
    mr_pd pd;
    MR_TRY(mr_dnn_upsample_forward(&src, &dst, false, c->attr, &pd));
    return emit_unary(c, i, pd);
}

static mr_status emit_batchnorm(compiler *c, int i) {
    mr_md md = md_of(c, i), vector = mr_md_vector(layer_at(c, i)->channels);
    mr_pd pd;
    MR_TRY(mr_dnn_batchnorm_forward(&md, false, false, c->attr, &pd));
    MR_TRY(keep(c, pd));
    static const int names[4] = {DNNL_ARG_SCALE, DNNL_ARG_SHIFT, DNNL_ARG_MEAN, DNNL_ARG_VARIANCE};
    mr_arg args[6] = {{DNNL_ARG_SRC, 0}, {DNNL_ARG_DST, 0}};
    MR_TRY(source_slot(c, i, 0, &args[0].slot));
    MR_TRY(slot_of(c, i, &args[1].slot));
    for (int k = 0; k < 4; k++) {
        args[2 + k].name = names[k];
        MR_TRY(constant_vector(c, parameter(c, i, k), &vector, layer_at(c, i)->channels,
                               &args[2 + k].slot));
    }
    return emit(c, pd, args, 6);
}

static mr_status emit_prelu(compiler *c, int i) {
    int channels = layer_at(c, i)->channels, src, dst, slope;
    mr_md md = md_of(c, i), slopes = mr_md_nhwc(1, channels, 1, 1);
    mr_pd pd;
    MR_TRY(mr_dnn_prelu_forward(&md, &slopes, false, c->attr, &pd));
    MR_TRY(keep(c, pd));
    MR_TRY(source_slot(c, i, 0, &src));
    MR_TRY(slot_of(c, i, &dst));
    MR_TRY(constant_vector(c, parameter(c, i, 0), &slopes, channels, &slope));
    return emit(c, pd,
                (mr_arg[]){{DNNL_ARG_SRC, src}, {DNNL_ARG_DST, dst}, {DNNL_ARG_WEIGHTS, slope}}, 3);
}

static mr_status emit_add(compiler *c, int i) {
    const mr_layer *layer = layer_at(c, i);
    mr_md md = md_of(c, i);
    mr_pd pd;
    MR_TRY(mr_dnn_add(&md, c->attr, &pd));
    MR_TRY(keep(c, pd));
    int sum, other, dst;
    MR_TRY(source_slot(c, i, 0, &sum));
    MR_TRY(slot_of(c, i, &dst));
    for (int k = 1; k < layer->input_count; k++) {
        MR_TRY(source_slot(c, i, k, &other));
        MR_TRY(emit(c, pd,
                    (mr_arg[]){{DNNL_ARG_SRC_0, sum}, {DNNL_ARG_SRC_1, other}, {DNNL_ARG_DST, dst}},
                    3));
        sum = dst;
    }
    return MR_OK;
}

/* The factors have one place, so that their bytes are the same in any layout. */
static mr_status emit_multiply(compiler *c, int i) {
    mr_md md = md_of(c, i), factors = md;
    factors.dims[2] = factors.dims[3] = 1;
    mr_pd pd;
    MR_TRY(mr_dnn_multiply(&md, &factors, c->attr, &pd));
    MR_TRY(keep(c, pd));
    int src, factor, dst;
    MR_TRY(source_slot(c, i, 0, &src));
    MR_TRY(slot_as(c, layer_at(c, i)->inputs[1], &factors, &factor));
    MR_TRY(slot_of(c, i, &dst));
    return emit(
        c, pd, (mr_arg[]){{DNNL_ARG_SRC_0, src}, {DNNL_ARG_SRC_1, factor}, {DNNL_ARG_DST, dst}}, 3);
}

static mr_status emit_concat(compiler *c, int i) {
    const mr_layer *layer = layer_at(c, i);
    mr_md mds[MR_LAYER_INPUTS_MAX], dst_md = md_of(c, i);
    mr_arg args[MR_LAYER_INPUTS_MAX + 1];
    for (int k = 0; k < layer->input_count; k++) {
        mds[k] = source_md(c, i, k);
        args[k].name = DNNL_ARG_MULTIPLE_SRC + k;
        MR_TRY(source_slot(c, i, k, &args[k].slot));
    }
    args[layer->input_count].name = DNNL_ARG_DST;
    MR_TRY(slot_of(c, i, &args[layer->input_count].slot));
    mr_pd pd;
    MR_TRY(mr_dnn_concat(mds, layer->input_count, &dst_md, c->attr, &pd));
    MR_TRY(keep(c, pd));
    return emit(c, pd, args, layer->input_count + 1);
}

static mr_status (*const emitters[MR_LAYER_KINDS])(compiler *, int) = {
    [MR_LAYER_CONV] = emit_conv,           [MR_LAYER_LINEAR] = emit_conv,
    [MR_LAYER_BATCHNORM] = emit_batchnorm, [MR_LAYER_RELU] = emit_activation,
    [MR_LAYER_SILU] = emit_activation,     [MR_LAYER_PRELU] = emit_prelu,
    [MR_LAYER_MAXPOOL] = emit_pool,        [MR_LAYER_AVGPOOL] = emit_pool,
    [MR_LAYER_GLOBALPOOL] = emit_pool,     [MR_LAYER_ADD] = emit_add,
    [MR_LAYER_CONCAT] = emit_concat,       [MR_LAYER_UPSAMPLE] = emit_upsample,
    [MR_LAYER_SIGMOID] = emit_activation,  [MR_LAYER_MULTIPLY] = emit_multiply,
};

/* ---- ends ----------------------------------------------------------------------------------- */

/* A slot in another layout at a place of its own, and that place. */
static mr_status slot_beside(compiler *c, int layer, dnnl_format_tag_t tag, size_t *offset,
                             int *slot) {
    mr_md md = md_of(c, layer);
    md.tag = tag;
    *offset = place_behind(c, sizeof(float) * mr_md_count(&md));
    return mr_program_arena(&c->plan->program, &md, *offset, slot);
}

/* The caller may bring pictures as NCHW or as NHWC; the layout that is not ours is reordered. */
static mr_status emit_input(compiler *c) {
    mr_plan *plan = c->plan;
    mr_md md = md_of(c, 0);
    plan->input_offset = plan->pixels_offset = c->buffers[0].offset;
    if (md.dims[1] == 1 || (md.dims[2] == 1 && md.dims[3] == 1))
        return MR_OK;
    bool planar = md.tag == dnnl_nchw;
    *(planar ? &plan->input_start : &plan->pixels_start) = 1;
    int from, to;
    MR_TRY(slot_beside(c, 0, planar ? dnnl_nhwc : dnnl_nchw,
                       planar ? &plan->pixels_offset : &plan->input_offset, &from));
    MR_TRY(slot_of(c, 0, &to));
    return mr_program_reorder(&plan->program, from, to, mr_md_count(&md), true);
}

static mr_status emit_outputs(compiler *c) {
    c->plan->output_count = c->network->output_count;
    for (int k = 0; k < c->network->output_count; k++) {
        int layer = c->network->outputs[k], from, to;
        c->plan->output_offsets[k] = c->buffers[c->holder[layer]].offset;
        mr_md md = md_of(c, layer);
        if (mr_layout_is_planar(&md))
            continue;
        MR_TRY(slot_of(c, layer, &from));
        MR_TRY(slot_beside(c, layer, dnnl_nchw, &c->plan->output_offsets[k], &to));
        MR_TRY(mr_program_reorder(&c->plan->program, from, to, mr_md_count(&md), true));
    }
    return MR_OK;
}

static mr_status compile(compiler *c) {
    form_groups(c);
    place_buffers(c);
    MR_TRY(mr_dnn_attr(&c->attr));
    MR_TRY(emit_input(c));
    for (int i = 1; i < c->network->layer_count; i++)
        if (c->position[i] == i && emitters[layer_at(c, i)->kind])
            MR_TRY(emitters[layer_at(c, i)->kind](c, i));
    return emit_outputs(c);
}

mr_status mr_plan_create(const mr_network *network, const float *values, int batch, mr_plan **out) {
    if (batch < 1)
        return mr_fail(MR_E_ARGUMENT, "batch size %d, expected at least 1", batch);
    mr_plan *plan = calloc(1, sizeof *plan);
    compiler *c = calloc(1, sizeof *c);
    mr_status status = MR_E_MEMORY;
    if (plan && c) {
        *c = (compiler){.network = network, .values = values, .batch = batch, .plan = plan};
        c->blocked = mr_layout_fills_blocks(network);
        status = compile(c);
        if (c->attr)
            dnnl_primitive_attr_destroy(c->attr);
    } else {
        mr_fail(MR_E_MEMORY, "no memory for a plan");
    }
    free(c);
    if (status == MR_OK)
        *out = plan;
    else
        mr_plan_free(plan);
    return status;
}

void mr_plan_free(mr_plan *plan) {
    if (!plan)
        return;
    mr_program_free(&plan->program);
    for (size_t i = 0; i < plan->constant_count; i++)
        free(plan->constants[i]);
    free(plan->constants);
    free(plan);
}

size_t mr_plan_runner_bytes(const mr_plan *plan) {
    return plan->arena_bytes + plan->program.scratch_bytes;
}

mr_status mr_runner_create(const mr_plan *plan, mr_runner **out) {
    mr_runner *runner = calloc(1, sizeof *runner);
    if (!runner)
        return mr_fail(MR_E_MEMORY, "no memory for a runner");
    runner->plan = plan;
    runner->arena = mr_alloc(plan->arena_bytes);
    runner->scratch = mr_alloc(plan->program.scratch_bytes);
    mr_status status =
        runner->arena && runner->scratch
            ? mr_binding_create(&plan->program, runner->arena, runner->scratch, &runner->binding)
            : mr_fail(MR_E_MEMORY, "no memory for %zu bytes of activations",
                      mr_plan_runner_bytes(plan));
    if (status == MR_OK)
        *out = runner;
    else
        mr_runner_free(runner);
    return status;
}

void mr_runner_free(mr_runner *runner) {
    if (!runner)
        return;
    if (runner->binding.program)
        mr_binding_free(&runner->binding);
    free(runner->arena);
    free(runner->scratch);
    free(runner);
}

float *mr_runner_input(mr_runner *runner) {
    return (float *)(runner->arena + runner->plan->input_offset);
}

mr_status mr_runner_run(mr_runner *runner) {
    const mr_plan *plan = runner->plan;
    return mr_binding_run(&runner->binding, (size_t)plan->input_start, plan->program.step_count,
                          NULL);
}

float *mr_runner_pixels(mr_runner *runner) {
    return (float *)(runner->arena + runner->plan->pixels_offset);
}

mr_status mr_runner_run_pixels(mr_runner *runner) {
    const mr_plan *plan = runner->plan;
    return mr_binding_run(&runner->binding, (size_t)plan->pixels_start, plan->program.step_count,
                          NULL);
}

const float *mr_runner_output(const mr_runner *runner, int k) {
    return (const float *)(runner->arena + runner->plan->output_offsets[k]);
}
