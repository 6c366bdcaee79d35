/*
 * A network as its text file tells it: which layers there are, what feeds what, and which
 * parameters they own. Training (training.h) and inference (inference.h) are both made from it.
 *
 *     moodreel-network 1
 *     input image channels=1 height=48 width=48 mean=127.5 deviation=64
 *     conv stem image out=32 kernel=3
 *     batchnorm stem_bn stem
 *     relu stem_relu stem_bn
 *     globalpool pooled stem_relu
 *     linear label pooled out=7
 *     output label
 *
 * One layer a line: its kind, its name, the names of its inputs (all of them named above it), then
 * its settings; `#` starts a comment. Kinds and settings (defaults in brackets):
 *
 *     input       channels height width mean[0] deviation[1]
 *                                       pixel p enters as (p - mean) / deviation
 *     conv        out kernel stride[1] pad[(kernel-1)/2] groups[1] bias[0]
 *     batchnorm   -
 *     relu, silu, sigmoid  -
 *     prelu       -                     one slope per channel
 *     maxpool     kernel stride[kernel] pad[0]
 *     avgpool     kernel stride[kernel] pad[0]      padding does not count
 *     globalpool  -                     average over height and width
 *     linear      out bias[1]           reads all values of its input
 *     dropout     p[0.5]                only while training
 *     add         two or more inputs of one shape
 *     multiply    a map, and one value for each of its channels (squeeze and excitation, Hu et al.
 *                 2018)
 *     concat      two or more inputs, along the channels
 *     upsample    factor[2]             nearest neighbour
 *     output      -                     marks its input as a result; outputs are numbered in order
 *
 * Parameters live in one flat array of floats whose layout the network defines: first all trainable
 * ones (filters in OIHW order), then the running means and variances of batch normalisation. So an
 * optimiser, an average of weights or a checkpoint is a loop over one array.
 *
 * Ownership: mr_network_load/parse allocate; mr_network_free frees. Thread rule: read-only once
 * made.
 */
#ifndef MR_NN_NETWORK_H
#define MR_NN_NETWORK_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MR_LAYERS(X)                                                                               \
    X(INPUT, "input")                                                                              \
    X(CONV, "conv")                                                                                \
    X(BATCHNORM, "batchnorm")                                                                      \
    X(RELU, "relu")                                                                                \
    X(SILU, "silu")                                                                                \
    X(SIGMOID, "sigmoid")                                                                          \
    X(PRELU, "prelu")                                                                              \
    X(MAXPOOL, "maxpool")                                                                          \
    X(AVGPOOL, "avgpool")                                                                          \
    X(GLOBALPOOL, "globalpool")                                                                    \
    X(LINEAR, "linear")                                                                            \
    X(DROPOUT, "dropout")                                                                          \
    X(ADD, "add")                                                                                  \
    X(MULTIPLY, "multiply")                                                                        \
    X(CONCAT, "concat")                                                                            \
    X(UPSAMPLE, "upsample")                                                                        \
    X(OUTPUT, "output")

typedef enum mr_layer_kind {
#define X(name, label) MR_LAYER_##name,
    MR_LAYERS(X)
#undef X
        MR_LAYER_KINDS
} mr_layer_kind;

#define MR_NAME_MAX         48
#define MR_LAYER_INPUTS_MAX 8
#define MR_LAYERS_MAX       1024
#define MR_OUTPUTS_MAX      16

typedef struct mr_layer {
    mr_layer_kind kind;
    char name[MR_NAME_MAX];
    int inputs[MR_LAYER_INPUTS_MAX]; /* indices of earlier layers */
    int input_count;
    int out, kernel, stride, pad, groups, factor, bias;
    float p;                     /* dropout: share of values set to zero */
    int channels, height, width; /* shape of the layer's result */
    int consumers;               /* how many later layers read it */
    int parameters;              /* index of its first parameter in the table, or -1 */
} mr_layer;

/* One parameter tensor, plain row-major, inside the flat array. */
typedef struct mr_parameter {
    char name[MR_NAME_MAX +
              16]; /* "layer.weight", .bias, .scale, .shift, .slope, .mean, .variance */
    int dims[4], dim_count;
    size_t offset, size; /* in floats */
    int fan_in;          /* inputs that one output sums over, for initialisation; else 0 */
    bool trainable;
    bool variance;
    bool decayed; /* weight decay applies: filters and matrices only */
} mr_parameter;

typedef struct mr_network {
    mr_layer *layers;
    int layer_count;
    mr_parameter *parameters;
    int parameter_count;
    size_t trainable;            /* floats of the flat array that training changes */
    size_t total;                /* all of them */
    int outputs[MR_OUTPUTS_MAX]; /* layers whose results are read */
    int output_count;
    float mean, deviation; /* of the input's pixels */
} mr_network;

/* Reads a network file. Errors name the file, the line and what was expected. */
mr_status mr_network_load(const char *path, mr_network **out);

/* The same from text in memory; `name` stands for the file in errors. */
mr_status mr_network_parse(const char *text, const char *name, mr_network **out);

void mr_network_free(mr_network *network);

/*
 * The same network, with the same parameters, for pictures of any size. MR_E_MISMATCH when a linear
 * layer would read another number of pixels, since its weights belong to one size.
 */
mr_status mr_network_resized(const mr_network *network, int height, int width, mr_network **out);

/* The input layer, and the shape it expects. */
const mr_layer *mr_network_input(const mr_network *network);

/* Values per picture of output k, and the index of the output with this name (or -1). */
int mr_network_output_size(const mr_network *network, int k);
int mr_network_output_index(const mr_network *network, const char *name);

/* Whether a layer's result is an output. */
bool mr_network_is_output(const mr_network *network, int layer);

/* Multiply-adds of convolutions and linear layers for one picture; two FLOP each. */
double mr_network_multiply_adds(const mr_network *network);

/* A number that differs where what is computed does, but not by how the text is laid out. It holds
 * for this program as it is built: for checkpoints, which a run goes on from. */
uint64_t mr_network_key(const mr_network *network);

/* The same for files that last, on any machine and in any version. The shares of dropout, which no
 * answer depends on, do not count. */
uint64_t mr_network_fingerprint(const mr_network *network);

/*
 * Fills the flat array (network->total floats): filters and matrices normal with deviation
 * sqrt(2 / fan_in) (He et al. 2015; 1/sqrt(fan_in) for linear layers), biases and shifts 0, scales
 * and variances 1, slopes 0.25. The same seed gives the same values everywhere.
 */
void mr_network_initialise(const mr_network *network, uint64_t seed, float *values);

#endif
