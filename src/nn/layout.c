#include "nn/layout.h"

static bool has_one_place(const mr_layer *layer) {
    return layer->height == 1 && layer->width == 1;
}

/* A layer may stay in blocks of 16 channels when it fills them, when it has one place and so no
 * order of its own, or when it is a convolution that nothing but the caller reads. */
static bool fills_blocks(const mr_network *network, int i) {
    const mr_layer *layer = &network->layers[i];
    return layer->channels % MR_MD_BLOCK == 0 || has_one_place(layer) ||
           (layer->kind == MR_LAYER_CONV && layer->consumers == 1 &&
            mr_network_is_output(network, i));
}

bool mr_layout_fills_blocks(const mr_network *network) {
    /* The input stays in planes. Few kinds of layers bring it into blocks, so a block of its
     * channels would be read as one. */
    const mr_layer *input = &network->layers[0];
    bool fills =
        mr_dnn_likes_blocks() && (has_one_place(input) || input->channels % MR_MD_BLOCK != 0);
    for (int i = 1; fills && i < network->layer_count; i++)
        fills = fills_blocks(network, i);
    return fills;
}

mr_md mr_layout_of(const mr_network *network, int i, int batch, bool blocked) {
    const mr_layer *layer = &network->layers[i];
    if (blocked && i > 0 && !(has_one_place(layer) && layer->channels % MR_MD_BLOCK != 0))
        return mr_md_blocks(batch, layer->channels, layer->height, layer->width);
    mr_md md = mr_md_nhwc(batch, layer->channels, layer->height, layer->width);
    if (blocked && i == 0)
        md.tag = dnnl_nchw;
    return md;
}

bool mr_layout_suits_winograd(const mr_conv *c) {
    return c->kernel == 3 && c->stride == 1 && c->pad == 1 && c->filter.dim_count == 4 &&
           c->src.tag == dnnl_nChw16c && c->dst.dims[2] >= MR_WINOGRAD_SIDE &&
           c->dst.dims[3] >= MR_WINOGRAD_SIDE;
}

bool mr_layout_is_planar(const mr_md *md) {
    return md->tag == dnnl_nchw || (md->tag == dnnl_nhwc && md->dims[1] == 1) ||
           (md->dims[2] == 1 && md->dims[3] == 1);
}
