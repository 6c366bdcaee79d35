#include "recommend/forest_parts.h"

#include "base/memory.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The samples of a node, a range of the grower's array, and the splits above it. */
typedef struct span {
    uint32_t begin, end, depth;
} span;

struct mr_forest_grower {
    const mr_forest_data *data;
    const mr_forest_ranks *ranks;
    uint32_t mtry, min_leaf, max_depth;
    bool bootstrap;
    uint64_t seed;
    mr_rng rng; /* of the tree at hand */
    mr_forest_search search;
    uint32_t *draws;           /* of each row */
    uint32_t *features;        /* all of them, in the order of the last drawing */
    mr_forest_sample *samples; /* in the bag, sorted by node */
    mr_forest_sample *spare;   /* for parting a node */
    span *spans;               /* of each node */
    mr_forest_node *nodes;     /* room for 2 × rows */
    size_t count;
    mr_forest_leaves leaves; /* mixed ones of the tree at hand */
    size_t start_capacity, class_capacity, share_capacity;
    double *importance;
};

static bool allocate(mr_forest_grower *g, size_t rows, size_t features) {
    g->draws = mr_alloc(rows * sizeof *g->draws);
    g->features = mr_alloc(features * sizeof *g->features);
    g->samples = mr_alloc(rows * sizeof *g->samples);
    g->spare = mr_alloc(rows * sizeof *g->spare);
    g->spans = mr_alloc(2 * rows * sizeof *g->spans);
    g->nodes = mr_alloc(2 * rows * sizeof *g->nodes);
    g->importance = mr_alloc(features * sizeof *g->importance);
    return g->draws && g->features && g->samples && g->spare && g->spans && g->nodes &&
           g->importance;
}

mr_status mr_forest_grower_make(const mr_forest_data *data, const mr_forest_params *params,
                                const mr_forest_ranks *ranks, mr_forest_grower **out) {
    mr_forest_grower *g = calloc(1, sizeof *g);
    if (!g)
        return mr_forest_no_memory("a grower");
    g->data = data;
    g->ranks = ranks;
    g->mtry = params->mtry ? params->mtry : (uint32_t)sqrt((double)data->features);
    g->min_leaf = params->min_leaf;
    g->max_depth = params->max_depth ? params->max_depth : UINT32_MAX;
    g->bootstrap = params->bootstrap;
    g->seed = params->seed;
    mr_status status =
        allocate(g, data->rows, data->features)
            ? mr_forest_search_make(ranks, data->class_count, g->min_leaf, &g->search)
            : mr_forest_no_memory("a grower");
    if (status != MR_OK) {
        mr_forest_grower_free(g);
        return status;
    }
    *out = g;
    return MR_OK;
}

void mr_forest_grower_free(mr_forest_grower *g) {
    if (!g)
        return;
    mr_forest_search_free(&g->search);
    free(g->draws);
    free(g->features);
    free(g->samples);
    free(g->spare);
    free(g->spans);
    free(g->nodes);
    free(g->importance);
    mr_forest_leaves_free(&g->leaves);
    free(g);
}

void mr_forest_tree_free(mr_forest_tree *tree) {
    free(tree->nodes);
    free(tree->importance);
    mr_forest_leaves_free(&tree->leaves);
    *tree = (mr_forest_tree){0};
}

/* Fills `samples` with the rows that the tree draws and that weigh anything. */
static uint32_t fill_bag(mr_forest_grower *g, size_t tree) {
    const mr_forest_data *data = g->data;
    mr_forest_draw_bag(data, g->seed, tree, g->bootstrap, g->draws);
    uint32_t count = 0;
    for (uint32_t row = 0; row < data->rows; row++) {
        double weight = g->draws[row] * mr_forest_weight(data, row);
        if (weight > 0)
            g->samples[count++] =
                (mr_forest_sample){weight, row, g->draws[row], data->classes[row]};
    }
    return count;
}

static bool is_pure(const mr_forest_sample *samples, size_t n) {
    for (size_t i = 1; i < n; i++)
        if (samples[i].class_index != samples[0].class_index)
            return false;
    return true;
}

/* Tries features in random order until mtry have been, and one of them is not constant. */
static mr_forest_split find_split(mr_forest_grower *g, const mr_forest_sample *samples, size_t n) {
    mr_forest_split best = {.score = -1};
    uint32_t *features = g->features, count = (uint32_t)g->data->features;
    bool any_varies = false;
    for (uint32_t i = 0; i < count && (i < g->mtry || !any_varies); i++) {
        uint32_t j = i + (uint32_t)mr_rng_below(&g->rng, count - i);
        uint32_t feature = features[j];
        features[j] = features[i];
        features[i] = feature;
        any_varies |= mr_forest_search_feature(&g->search, samples, n, feature, &best);
    }
    return best;
}

/* Puts the samples that go left before the others, each side in the order it had. */
static uint32_t part(mr_forest_grower *g, span at, const mr_forest_split *split) {
    const uint32_t *ranks = g->ranks->ranks + (size_t)split->feature * g->ranks->rows;
    mr_forest_sample *samples = g->samples;
    uint32_t left = at.begin, right = 0;
    for (uint32_t i = at.begin; i < at.end; i++) {
        uint32_t rank = ranks[samples[i].row];
        bool goes_right = rank == MR_FOREST_MISSING ? split->missing_right : rank > split->rank;
        g->spare[right] = samples[i];
        samples[left] = samples[i];
        right += goes_right;
        left += !goes_right;
    }
    memcpy(samples + left, g->spare, right * sizeof *samples);
    return left;
}

/* The number of a new mixed leaf with the class weights of the open node. */
static mr_status add_leaf(mr_forest_grower *g, uint32_t *number) {
    mr_forest_leaves *leaves = &g->leaves;
    size_t classes = g->data->class_count;
    size_t most = leaves->entries + classes;
    if (!mr_grow(&leaves->start, &g->start_capacity, leaves->count + 1, sizeof *leaves->start) ||
        !mr_grow(&leaves->classes, &g->class_capacity, most, sizeof *leaves->classes) ||
        !mr_grow(&leaves->shares, &g->share_capacity, most, sizeof *leaves->shares))
        return mr_forest_no_memory("leaves");
    leaves->start[leaves->count] = (uint32_t)leaves->entries;
    for (size_t c = 0; c < classes; c++) {
        float share = (float)(g->search.total[c] / g->search.weight);
        if (share <= 0)
            continue;
        leaves->classes[leaves->entries] = (uint16_t)c;
        leaves->shares[leaves->entries++] = share;
    }
    *number = (uint32_t)(classes + leaves->count++);
    return MR_OK;
}

/* Splits node number `index`, or makes it a leaf; the children join the end of the queue. */
static mr_status settle(mr_forest_grower *g, size_t index) {
    span at = g->spans[index];
    const mr_forest_sample *samples = g->samples + at.begin;
    size_t n = at.end - at.begin;
    mr_forest_node *node = &g->nodes[index];
    *node = (mr_forest_node){.what = MR_FOREST_LEAF};
    if (is_pure(samples, n)) {
        node->what |= samples[0].class_index;
        return MR_OK;
    }
    mr_status status = MR_OK;
    mr_forest_search *search = &g->search;
    mr_forest_split split = {.score = -1};
    mr_forest_search_open(search, samples, n);
    if (at.depth < g->max_depth && search->draws / 2 >= g->min_leaf)
        split = find_split(g, samples, n);
    if (split.score < 0) {
        uint32_t number = 0;
        status = add_leaf(g, &number);
        node->what |= number;
    }
    mr_forest_search_close(search, samples, n);
    if (split.score < 0)
        return status;
    node->what = split.feature | (split.missing_right ? MR_FOREST_MISSING_RIGHT : 0);
    node->threshold = split.threshold;
    node->child = (uint32_t)g->count;
    g->importance[split.feature] += fmax(0, split.score - search->squares / search->weight);
    uint32_t middle = part(g, at, &split);
    g->spans[g->count++] = (span){at.begin, middle, at.depth + 1};
    g->spans[g->count++] = (span){middle, at.end, at.depth + 1};
    return MR_OK;
}

/* A copy, or NULL when memory is out. */
static void *copy(const void *items, size_t bytes) {
    void *copied = malloc(bytes ? bytes : 1);
    if (copied && bytes)
        memcpy(copied, items, bytes);
    return copied;
}

/* Copies the tree out of the scratch memory. */
static mr_status hand_out(const mr_forest_grower *g, mr_forest_tree *out) {
    const mr_forest_leaves *leaves = &g->leaves;
    mr_forest_tree tree = {
        .count = g->count,
        .nodes = copy(g->nodes, g->count * sizeof *g->nodes),
        .leaves = {.count = leaves->count,
                   .entries = leaves->entries,
                   .start = copy(leaves->start, leaves->count * sizeof *leaves->start),
                   .classes = copy(leaves->classes, leaves->entries * sizeof *leaves->classes),
                   .shares = copy(leaves->shares, leaves->entries * sizeof *leaves->shares)},
        .importance = copy(g->importance, g->data->features * sizeof *g->importance),
    };
    if (!tree.nodes || !tree.leaves.start || !tree.leaves.classes || !tree.leaves.shares ||
        !tree.importance) {
        mr_forest_tree_free(&tree);
        return mr_forest_no_memory("a tree");
    }
    *out = tree;
    return MR_OK;
}

/* Importances as shares of the tree's whole decrease of impurity. */
static void normalise(double *importance, size_t features) {
    double sum = 0;
    for (size_t f = 0; f < features; f++)
        sum += importance[f];
    for (size_t f = 0; f < features && sum > 0; f++)
        importance[f] /= sum;
}

mr_status mr_forest_grow(mr_forest_grower *g, size_t index, mr_forest_tree *out) {
    uint32_t bag = fill_bag(g, index);
    g->rng = mr_rng_keyed(g->seed, index, 1);
    for (uint32_t f = 0; f < g->data->features; f++)
        g->features[f] = f;
    memset(g->importance, 0, g->data->features * sizeof *g->importance);
    g->leaves.count = g->leaves.entries = 0;
    g->spans[0] = (span){0, bag, 0};
    g->count = 1;
    for (size_t node = 0; node < g->count; node++)
        MR_TRY(settle(g, node));
    normalise(g->importance, g->data->features);
    return hand_out(g, out);
}
