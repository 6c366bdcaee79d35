/*
 * The trunk of a network: all of it but its heads, which are the layers that are outputs. Fine
 * tuning slows or freezes it, so that what it has learned to see stays while heads learn to name it
 * anew.
 *
 * Thread rule: pure functions.
 */
#ifndef MR_LEARN_TRUNK_H
#define MR_LEARN_TRUNK_H

#include "nn/network.h"

#include <stdbool.h>

/* Fills network->parameter_count shares of the learning rate: `share` in the trunk, 1 in heads. */
void mr_trunk_shares(const mr_network *network, float share, float *shares);

/* Fills network->layer_count flags: which layers have parameters that stay in a frozen trunk. */
void mr_trunk_layers(const mr_network *network, bool *frozen);

#endif
