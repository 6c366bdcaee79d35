/*
 * How the results of a network's layers lie in memory: channels side by side (NHWC), or in blocks
 * of 16, for which processors with registers of 16 floats have faster convolutions of 3 × 3, by
 * Winograd's minimal filtering with a half to a quarter of the multiplications (Lavin and Gray
 * 2016).
 */
#ifndef MR_NN_LAYOUT_H
#define MR_NN_LAYOUT_H

#include "nn/dnn.h"
#include "nn/network.h"

/* Whether this processor likes blocks and every layer of the network fills them. */
bool mr_layout_fills_blocks(const mr_network *network);

/* Layer `i` of a network for `batch` pictures. In blocks, the input is planar (NCHW) and the few
 * values of a last layer are plain. */
mr_md mr_layout_of(const mr_network *network, int i, int batch, bool blocked);

/* Whether `c` is one of 3 × 3 over blocked tensors of at least `side` pixels. */
bool mr_layout_suits_winograd(const mr_conv *c, int side);

/* Whether these bytes are the same in the caller's NCHW. */
bool mr_layout_is_planar(const mr_md *md);

#endif
