/* Reads the text form of a network: lines into layers, layers into shapes. */
#include "nn/network.h"

#include "base/file.h"
#include "base/number.h"
#include "base/utf8.h"
#include "nn/parse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_LIMIT   ((size_t)1 << 20)
#define CHANNELS_MAX 8192
#define SIDE_MAX     8192
/* Parameters of a network: a weight file, of a gigabyte at most, holds no more even in halves. */
#define VALUES_MAX ((size_t)1 << 29)

static const char *const kind_names[] = {
#define X(name, label) label,
    MR_LAYERS(X)
#undef X
};

/* Which settings a kind knows, by bit. */
enum {
    SET_CHANNELS = 1,
    SET_HEIGHT = 2,
    SET_WIDTH = 4,
    SET_MEAN = 8,
    SET_DEVIATION = 16,
    SET_OUT = 32,
    SET_KERNEL = 64,
    SET_STRIDE = 128,
    SET_PAD = 256,
    SET_GROUPS = 512,
    SET_BIAS = 1024,
    SET_P = 2048,
    SET_FACTOR = 4096
};

static const struct {
    const char *name;
    double low, high;
    bool whole;
} settings[] = {
    {"channels", 1, CHANNELS_MAX, true},
    {"height", 1, SIDE_MAX, true},
    {"width", 1, SIDE_MAX, true},
    {"mean", -1e6, 1e6, false},
    {"deviation", 1e-6, 1e6, false},
    {"out", 1, CHANNELS_MAX, true},
    {"kernel", 1, 64, true},
    {"stride", 1, 64, true},
    {"pad", 0, 63, true},
    {"groups", 1, CHANNELS_MAX, true},
    {"bias", 0, 1, true},
    {"p", 0, 0.99, false},
    {"factor", 2, 8, true},
};

#define SETTING_COUNT ((int)(sizeof settings / sizeof *settings))

static const struct {
    unsigned allowed, required;
    int inputs_low, inputs_high;
} rules[MR_LAYER_KINDS] = {
    [MR_LAYER_INPUT] = {SET_CHANNELS | SET_HEIGHT | SET_WIDTH | SET_MEAN | SET_DEVIATION,
                        SET_CHANNELS | SET_HEIGHT | SET_WIDTH, 0, 0},
    [MR_LAYER_CONV] = {SET_OUT | SET_KERNEL | SET_STRIDE | SET_PAD | SET_GROUPS | SET_BIAS,
                       SET_OUT | SET_KERNEL, 1, 1},
    [MR_LAYER_BATCHNORM] = {0, 0, 1, 1},
    [MR_LAYER_RELU] = {0, 0, 1, 1},
    [MR_LAYER_SILU] = {0, 0, 1, 1},
    [MR_LAYER_SIGMOID] = {0, 0, 1, 1},
    [MR_LAYER_PRELU] = {0, 0, 1, 1},
    [MR_LAYER_MAXPOOL] = {SET_KERNEL | SET_STRIDE | SET_PAD, SET_KERNEL, 1, 1},
    [MR_LAYER_AVGPOOL] = {SET_KERNEL | SET_STRIDE | SET_PAD, SET_KERNEL, 1, 1},
    [MR_LAYER_GLOBALPOOL] = {0, 0, 1, 1},
    [MR_LAYER_LINEAR] = {SET_OUT | SET_BIAS, SET_OUT, 1, 1},
    [MR_LAYER_DROPOUT] = {SET_P, 0, 1, 1},
    [MR_LAYER_ADD] = {0, 0, 2, MR_LAYER_INPUTS_MAX},
    [MR_LAYER_MULTIPLY] = {0, 0, 2, 2},
    [MR_LAYER_CONCAT] = {0, 0, 2, MR_LAYER_INPUTS_MAX},
    [MR_LAYER_UPSAMPLE] = {SET_FACTOR, 0, 1, 1},
    [MR_LAYER_OUTPUT] = {0, 0, 1, 1},
};

/* Where in which text we are, for errors. */
typedef struct parser {
    mr_network *network;
    const char *name;
    int line;
    unsigned seen;
    double values[SETTING_COUNT];
} parser;

static mr_status fail_at(const parser *p, const char *what, const char *found) {
    return mr_fail(MR_E_FORMAT, "%s: line %d: %s '%.48s'", p->name, p->line, what, found);
}

static int find_layer(const mr_network *network, const char *name) {
    for (int i = 0; i < network->layer_count; i++)
        if (strcmp(network->layers[i].name, name) == 0)
            return i;
    return -1;
}

static mr_status take_setting(parser *p, mr_layer_kind kind, char *word, char *equals) {
    *equals = 0;
    for (int i = 0; i < SETTING_COUNT; i++) {
        if (strcmp(settings[i].name, word) != 0)
            continue;
        if (!(rules[kind].allowed & (1u << i)))
            break;
        char *end;
        double value = mr_strtod(equals + 1, &end);
        if (end == equals + 1 || *end != 0 || !(value >= settings[i].low) ||
            !(value <= settings[i].high) || (settings[i].whole && value != floor(value)))
            return mr_fail(MR_E_FORMAT, "%s: line %d: %s: '%.48s', expected %s from %g to %g",
                           p->name, p->line, word, equals + 1,
                           settings[i].whole ? "a whole number" : "a number", settings[i].low,
                           settings[i].high);
        if (p->seen & (1u << i))
            return fail_at(p, "setting given twice:", word);
        p->seen |= 1u << i;
        p->values[i] = value;
        return MR_OK;
    }
    return fail_at(p, "no such setting for this kind of layer:", word);
}

static double setting(const parser *p, unsigned bit, double otherwise) {
    return p->seen & bit ? p->values[__builtin_ctz(bit)] : otherwise;
}

static mr_status take_input_name(const parser *p, mr_layer *layer, const char *word) {
    int source = find_layer(p->network, word);
    if (source < 0)
        return fail_at(p, "input is not a layer above:", word);
    if (p->network->layers[source].kind == MR_LAYER_OUTPUT)
        return fail_at(p, "an output feeds no layer:", word);
    if (layer->input_count == rules[layer->kind].inputs_high)
        return fail_at(p, "one input too many:", word);
    layer->inputs[layer->input_count++] = source;
    return MR_OK;
}

static mr_status take_words(parser *p, mr_layer *layer, char **rest) {
    p->seen = 0;
    char *word;
    while ((word = strtok_r(NULL, " \t\r", rest))) {
        char *equals = strchr(word, '=');
        MR_TRY(equals ? take_setting(p, layer->kind, word, equals)
                      : take_input_name(p, layer, word));
    }
    if (layer->input_count < rules[layer->kind].inputs_low)
        return fail_at(p, "too few inputs for", layer->name);
    unsigned missing = rules[layer->kind].required & ~p->seen;
    if (missing)
        return fail_at(p, "missing setting", settings[__builtin_ctz(missing)].name);
    return MR_OK;
}

static void settle(const parser *p, mr_layer *layer) {
    layer->out = (int)setting(p, SET_OUT, 0);
    layer->kernel = (int)setting(p, SET_KERNEL, 1);
    bool pools = layer->kind == MR_LAYER_MAXPOOL || layer->kind == MR_LAYER_AVGPOOL;
    layer->stride = (int)setting(p, SET_STRIDE, pools ? layer->kernel : 1);
    layer->pad = (int)setting(p, SET_PAD, pools ? 0 : (layer->kernel - 1) / 2);
    layer->groups = (int)setting(p, SET_GROUPS, 1);
    layer->bias = (int)setting(p, SET_BIAS, layer->kind == MR_LAYER_LINEAR);
    layer->p = (float)setting(p, SET_P, 0.5);
    layer->factor = (int)setting(p, SET_FACTOR, 2);
}

static mr_status window_shape(const parser *p, mr_layer *layer, const mr_layer *source) {
    int height = source->height + 2 * layer->pad - layer->kernel;
    int width = source->width + 2 * layer->pad - layer->kernel;
    if (height < 0 || width < 0 || layer->pad >= layer->kernel)
        return fail_at(p, "kernel and padding do not fit the input of", layer->name);
    layer->height = height / layer->stride + 1;
    layer->width = width / layer->stride + 1;
    return MR_OK;
}

static mr_status join_shape(const parser *p, mr_layer *layer) {
    const mr_layer *layers = p->network->layers, *first = &layers[layer->inputs[0]];
    layer->channels = first->channels;
    for (int i = 1; i < layer->input_count; i++) {
        const mr_layer *other = &layers[layer->inputs[i]];
        bool fits = other->height == first->height && other->width == first->width &&
                    (layer->kind == MR_LAYER_CONCAT || other->channels == first->channels);
        if (!fits)
            return fail_at(p, "shapes differ: input", other->name);
        if (layer->kind == MR_LAYER_CONCAT)
            layer->channels += other->channels;
    }
    return MR_OK;
}

static mr_status check_factors(const parser *p, const mr_layer *layer) {
    const mr_layer *factors = &p->network->layers[layer->inputs[1]];
    if (factors->height != 1 || factors->width != 1 || factors->channels != layer->channels)
        return fail_at(p, "expected one value for each channel of the first input, found",
                       factors->name);
    return MR_OK;
}

static mr_status find_shape(const parser *p, mr_layer *layer) {
    if (layer->kind == MR_LAYER_INPUT) {
        layer->channels = (int)setting(p, SET_CHANNELS, 0);
        layer->height = (int)setting(p, SET_HEIGHT, 0);
        layer->width = (int)setting(p, SET_WIDTH, 0);
        return MR_OK;
    }
    const mr_layer *source = &p->network->layers[layer->inputs[0]];
    layer->channels = source->channels;
    layer->height = source->height;
    layer->width = source->width;
    switch (layer->kind) {
    case MR_LAYER_CONV:
        if (source->channels % layer->groups || layer->out % layer->groups)
            return fail_at(p, "groups must divide both channel counts of", layer->name);
        layer->channels = layer->out;
        return window_shape(p, layer, source);
    case MR_LAYER_MAXPOOL:
    case MR_LAYER_AVGPOOL:
        return window_shape(p, layer, source);
    case MR_LAYER_GLOBALPOOL:
        layer->height = layer->width = 1;
        return MR_OK;
    case MR_LAYER_LINEAR:
        layer->channels = layer->out;
        layer->height = layer->width = 1;
        return MR_OK;
    case MR_LAYER_ADD:
    case MR_LAYER_CONCAT:
        return join_shape(p, layer);
    case MR_LAYER_MULTIPLY:
        return check_factors(p, layer);
    case MR_LAYER_UPSAMPLE:
        layer->height *= layer->factor;
        layer->width *= layer->factor;
        return MR_OK;
    default:
        return MR_OK;
    }
}

static mr_status check_size(const parser *p, const mr_layer *layer) {
    if (layer->channels > CHANNELS_MAX || layer->height > SIDE_MAX || layer->width > SIDE_MAX ||
        (double)layer->channels * layer->height * layer->width > 1e8)
        return fail_at(p, "result is too large:", layer->name);
    return MR_OK;
}

static mr_status add_special(parser *p, const mr_layer *layer) {
    mr_network *network = p->network;
    if (layer->kind == MR_LAYER_INPUT) {
        if (network->layer_count > 0)
            return fail_at(p, "the input must be the first layer and the only input:", layer->name);
        network->mean = (float)setting(p, SET_MEAN, 0);
        network->deviation = (float)setting(p, SET_DEVIATION, 1);
    } else if (network->layer_count == 0) {
        return fail_at(p, "the first layer must be an input, found", layer->name);
    }
    if (layer->kind == MR_LAYER_OUTPUT) {
        const char *source = network->layers[layer->inputs[0]].name;
        if (network->output_count == MR_OUTPUTS_MAX)
            return fail_at(p, "one output too many:", source);
        if (layer->inputs[0] == 0)
            return fail_at(p, "the input is no result:", source);
        if (mr_network_is_output(network, layer->inputs[0]))
            return fail_at(p, "is an output already:", source);
        network->outputs[network->output_count++] = layer->inputs[0];
    }
    return MR_OK;
}

static mr_status take_name(const parser *p, mr_layer *layer, char **rest) {
    const char *name = strtok_r(NULL, " \t\r", rest);
    if (!name || strlen(name) >= MR_NAME_MAX || strpbrk(name, "=/.") || !mr_utf8_is_text(name))
        return fail_at(p, "expected a layer's name, found", name ? name : "");
    /* An output line names an existing layer and makes no new one. */
    if (layer->kind == MR_LAYER_OUTPUT)
        return take_input_name(p, layer, name);
    if (find_layer(p->network, name) >= 0)
        return fail_at(p, "name is taken:", name);
    snprintf(layer->name, sizeof layer->name, "%s", name);
    return MR_OK;
}

static mr_status take_line(parser *p, char *line) {
    char *comment = strchr(line, '#'), *rest = NULL;
    if (comment)
        *comment = 0;
    const char *word = strtok_r(line, " \t\r", &rest);
    if (!word)
        return MR_OK;
    mr_layer layer = {.kind = MR_LAYER_KINDS, .parameters = -1};
    for (int i = 0; i < MR_LAYER_KINDS; i++)
        if (strcmp(kind_names[i], word) == 0)
            layer.kind = (mr_layer_kind)i;
    if (layer.kind == MR_LAYER_KINDS)
        return fail_at(p, "no such kind of layer:", word);
    if (p->network->layer_count == MR_LAYERS_MAX && layer.kind != MR_LAYER_OUTPUT)
        return fail_at(p, "one layer too many:", word);
    MR_TRY(take_name(p, &layer, &rest));
    MR_TRY(take_words(p, &layer, &rest));
    settle(p, &layer);
    MR_TRY(add_special(p, &layer));
    MR_TRY(find_shape(p, &layer));
    MR_TRY(check_size(p, &layer));
    for (int i = 0; i < layer.input_count; i++)
        p->network->layers[layer.inputs[i]].consumers++;
    if (layer.kind != MR_LAYER_OUTPUT)
        p->network->layers[p->network->layer_count++] = layer;
    return MR_OK;
}

static mr_status take_text(parser *p, char *text) {
    char *rest = NULL;
    for (char *line = text; line; line = rest) {
        rest = strchr(line, '\n');
        if (rest)
            *rest++ = 0;
        p->line++;
        if (p->line == 1) {
            line[strcspn(line, "\r")] = 0;
            if (strcmp(line, "moodreel-network 1") != 0)
                return fail_at(p, "expected 'moodreel-network 1', found", line);
        } else {
            MR_TRY(take_line(p, line));
        }
    }
    if (p->network->output_count == 0)
        return mr_fail(MR_E_FORMAT, "%s: has no output line", p->name);
    for (int i = 0; i < p->network->layer_count; i++)
        if (p->network->layers[i].consumers == 0)
            return mr_fail(MR_E_FORMAT, "%s: nothing reads layer '%s'", p->name,
                           p->network->layers[i].name);
    MR_TRY(mr_network_list_parameters(p->network));
    return p->network->total <= VALUES_MAX
               ? MR_OK
               : mr_fail(MR_E_FORMAT, "%s: %zu values, at most %zu are allowed", p->name,
                         p->network->total, VALUES_MAX);
}

mr_status mr_network_parse(const char *text, const char *name, mr_network **out) {
    char *copy = strdup(text);
    mr_network *network = calloc(1, sizeof *network);
    if (network)
        network->layers = calloc(MR_LAYERS_MAX, sizeof *network->layers);
    if (!copy || !network || !network->layers) {
        free(copy);
        mr_network_free(network);
        return mr_fail(MR_E_MEMORY, "%s: no memory for the network", name);
    }
    parser p = {.network = network, .name = name};
    mr_status status = take_text(&p, copy);
    free(copy);
    if (status == MR_OK)
        *out = network;
    else
        mr_network_free(network);
    return status;
}

/* Shapes anew, from the input on; `shapes` are the layers as they were. */
static mr_status reshape(mr_network *network, const mr_layer *shapes, int height, int width) {
    const parser p = {.network = network, .name = "network for pictures of another size"};
    network->layers[0].height = height;
    network->layers[0].width = width;
    MR_TRY(check_size(&p, &network->layers[0]));
    for (int i = 1; i < network->layer_count; i++) {
        mr_layer *layer = &network->layers[i];
        const mr_layer *source = &network->layers[layer->inputs[0]];
        bool other = source->height != shapes[layer->inputs[0]].height ||
                     source->width != shapes[layer->inputs[0]].width;
        if (layer->kind == MR_LAYER_LINEAR && other)
            return mr_fail(MR_E_MISMATCH, "linear layer '%s' fits pictures of one size only",
                           layer->name);
        MR_TRY(find_shape(&p, layer));
        MR_TRY(check_size(&p, layer));
    }
    return MR_OK;
}

static void *copy_of(const void *items, size_t bytes) {
    void *copy = malloc(bytes);
    return copy ? memcpy(copy, items, bytes) : NULL;
}

mr_status mr_network_resized(const mr_network *network, int height, int width, mr_network **out) {
    if (height < 1 || width < 1)
        return mr_fail(MR_E_ARGUMENT, "a network for pictures of %d × %d: expected at least 1 × 1",
                       width, height);
    mr_network *copy = copy_of(network, sizeof *network);
    if (!copy)
        return mr_fail(MR_E_MEMORY, "no memory for a network");
    copy->layers = copy_of(network->layers, (size_t)network->layer_count * sizeof *copy->layers);
    copy->parameters =
        copy_of(network->parameters, (size_t)network->parameter_count * sizeof *copy->parameters);
    mr_status status = copy->layers && copy->parameters
                           ? reshape(copy, network->layers, height, width)
                           : mr_fail(MR_E_MEMORY, "no memory for a network");
    if (status == MR_OK)
        *out = copy;
    else
        mr_network_free(copy);
    return status;
}

mr_status mr_network_load(const char *path, mr_network **out) {
    unsigned char *bytes;
    size_t size;
    MR_TRY(mr_file_read(path, TEXT_LIMIT, &bytes, &size));
    mr_status status = memchr(bytes, 0, size)
                           ? mr_fail(MR_E_FORMAT, "%s: holds a zero byte, expected text", path)
                           : mr_network_parse((const char *)bytes, path, out);
    free(bytes);
    return status;
}
