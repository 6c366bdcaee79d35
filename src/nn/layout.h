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

/* Smaller layers gain nothing, since tiles of 4 × 4 then reach far beyond the border: measured on
 * two cores with AVX-512. Of 48, 24 and 12 pixels training is twice as fast, of 6 pixels slower;
 * answers for one picture take 1.3 to 1.6 times less from 10 pixels on. */
enum { MR_WINOGRAD_SIDE = 10 };

/* Whether `c` is one of 3 × 3 over blocked tensors of that size and more. */
bool mr_layout_suits_winograd(const mr_conv *c);

/* Whether these bytes are the same in the caller's NCHW. */
bool mr_layout_is_planar(const mr_md *md);

#endif
