/*
 * From a dense matrix of item-item weights to the links of a collaborative filter.
 */
#ifndef MR_LEARN_LINK_PRUNING_H
#define MR_LEARN_LINK_PRUNING_H

#include "recommend/collaborative.h"

/* Whose strongest links are kept. */
typedef enum mr_keep { MR_KEEP_OF_SOURCE, MR_KEEP_OF_TARGET } mr_keep;

/* Sets every weight to 0 but the `most` of greatest size of each row (source, a liked item) or each
 * column (target, an item to be scored); 0 keeps all. */
mr_status mr_links_prune(float *weights, size_t items, size_t most, mr_keep keep);

/* A model whose links are the weights that are not 0; its prior is empty. */
mr_status mr_links_collect(const float *weights, size_t items, mr_collaborative **out);

#endif
