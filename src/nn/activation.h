/*
 * What oneDNN calls our activations.
 */
#ifndef MR_NN_ACTIVATION_H
#define MR_NN_ACTIVATION_H

#include "nn/network.h"

#include <oneapi/dnnl/dnnl_types.h>

/* dnnl_alg_kind_undef for a layer that is none. */
static inline dnnl_alg_kind_t mr_activation_of(const mr_layer *layer) {
    switch (layer->kind) {
    case MR_LAYER_RELU:
        return dnnl_eltwise_relu;
    case MR_LAYER_SILU:
        return dnnl_eltwise_swish;
    case MR_LAYER_SIGMOID:
        return dnnl_eltwise_logistic;
    default:
        return dnnl_alg_kind_undef;
    }
}

#endif
