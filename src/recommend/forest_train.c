#include "recommend/forest_parts.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

mr_forest_params mr_forest_params_defaults(void) {
    return (mr_forest_params){
        .trees = 100, .min_leaf = 1, .bootstrap = true, .threads = 1, .seed = 1};
}

static mr_status check_params(const mr_forest_data *data, const mr_forest_params *params) {
    if (params->trees < 1 || params->trees > MR_FOREST_MAX_TREES)
        return mr_fail(MR_E_ARGUMENT, "forest: %u trees: 1 to %u are allowed", params->trees,
                       MR_FOREST_MAX_TREES);
    if (params->mtry > data->features)
        return mr_fail(MR_E_ARGUMENT, "forest: mtry %u: there are %zu features", params->mtry,
                       data->features);
    if (params->min_leaf < 1)
        return mr_fail(MR_E_ARGUMENT, "forest: min_leaf 0: at least 1 is needed");
    return MR_OK;
}

typedef struct growth {
    mr_forest_grower **growers; /* of each thread */
    mr_forest_tree *trees;
} growth;

static mr_status grow_one(void *context, unsigned worker, size_t item) {
    growth *g = context;
    return mr_forest_grow(g->growers[worker], item, &g->trees[item]);
}

static mr_status grow_all(const mr_forest_data *data, const mr_forest_params *params,
                          mr_forest_tree *trees) {
    unsigned threads = mr_forest_thread_count(params->threads);
    mr_forest_ranks ranks;
    MR_TRY(mr_forest_ranks_make(data, &ranks));
    growth g = {.growers = calloc(threads, sizeof(mr_forest_grower *)), .trees = trees};
    mr_status status = g.growers ? MR_OK : mr_forest_no_memory("growers");
    for (unsigned i = 0; i < threads && status == MR_OK; i++)
        status = mr_forest_grower_make(data, params, &ranks, &g.growers[i]);
    if (status == MR_OK)
        status = mr_forest_parallel(threads, params->trees, grow_one, &g);
    for (unsigned i = 0; i < threads && g.growers; i++)
        mr_forest_grower_free(g.growers[i]);
    free(g.growers);
    mr_forest_ranks_free(&ranks);
    return status;
}

/* Room for all nodes and leaves of the trees; node and leaf numbers must fit their fields. */
static mr_status make_room(const mr_forest_tree *trees, mr_forest *forest) {
    size_t nodes = 0, leaves = forest->classes, entries = forest->classes;
    for (size_t t = 0; t < forest->trees; t++) {
        nodes += trees[t].count;
        leaves += trees[t].leaves.count;
        entries += trees[t].leaves.entries;
    }
    if (nodes > MR_FOREST_NUMBER || entries > MR_FOREST_NUMBER)
        return mr_fail(MR_E_LIMIT, "forest: %zu nodes and %zu leaf entries: at most %u of each",
                       nodes, entries, MR_FOREST_NUMBER);
    return mr_forest_reserve(forest, nodes, leaves, entries);
}

static void append_leaves(const mr_forest_leaves *from, mr_forest_leaves *to) {
    for (size_t i = 0; i < from->count; i++)
        to->start[to->count + i] = (uint32_t)to->entries + from->start[i];
    memcpy(to->classes + to->entries, from->classes, from->entries * sizeof *from->classes);
    memcpy(to->shares + to->entries, from->shares, from->entries * sizeof *from->shares);
    to->count += from->count;
    to->entries += from->entries;
    to->start[to->count] = (uint32_t)to->entries;
}

/* Moves a tree to the end of the forest, where its nodes and leaves get new numbers. */
static void append_tree(const mr_forest_tree *tree, uint32_t first_node, mr_forest *forest) {
    uint32_t moved = (uint32_t)(forest->leaves.count - forest->classes);
    for (size_t i = 0; i < tree->count; i++) {
        mr_forest_node node = tree->nodes[i];
        if (!(node.what & MR_FOREST_LEAF))
            node.child += first_node;
        else if ((node.what & MR_FOREST_NUMBER) >= forest->classes)
            node.what += moved;
        forest->nodes[first_node + i] = node;
    }
    append_leaves(&tree->leaves, &forest->leaves);
}

/* The mean of the trees' importances, over those that split at all. */
static void average_importance(const mr_forest_tree *trees, mr_forest *forest) {
    size_t splitting = 0;
    for (size_t t = 0; t < forest->trees; t++) {
        splitting += trees[t].count > 1;
        for (size_t f = 0; f < forest->features; f++)
            forest->importance[f] += trees[t].importance[f];
    }
    for (size_t f = 0; f < forest->features && splitting > 0; f++)
        forest->importance[f] /= (double)splitting;
}

static mr_status join(const mr_forest_data *data, const mr_forest_params *params,
                      const mr_forest_tree *trees, mr_forest **out) {
    mr_forest *forest = mr_forest_make(data->features, data->class_count, params->trees);
    if (!forest)
        return mr_forest_no_memory("the joined trees");
    forest->rows = data->rows;
    forest->seed = params->seed;
    forest->bootstrap = params->bootstrap;
    forest->fingerprint = mr_forest_fingerprint(data);
    mr_status status = make_room(trees, forest);
    if (status != MR_OK) {
        mr_forest_free(forest);
        return status;
    }
    for (size_t t = 0; t < forest->trees; t++) {
        forest->roots[t + 1] = forest->roots[t] + (uint32_t)trees[t].count;
        append_tree(&trees[t], forest->roots[t], forest);
    }
    average_importance(trees, forest);
    *out = forest;
    return MR_OK;
}

mr_status mr_forest_train(const mr_forest_data *data, const mr_forest_params *params,
                          mr_forest **out) {
    MR_TRY(mr_forest_check_data(data));
    MR_TRY(check_params(data, params));
    mr_forest_tree *trees = calloc(params->trees, sizeof *trees);
    if (!trees)
        return mr_forest_no_memory("trees");
    mr_status status = grow_all(data, params, trees);
    if (status == MR_OK)
        status = join(data, params, trees, out);
    for (unsigned t = 0; t < params->trees; t++)
        mr_forest_tree_free(&trees[t]);
    free(trees);
    return status;
}
