#include "recommend/forest_parts.h"

#include <math.h>
#include <string.h>

/* Trees walked side by side: while one waits for its next node, the others go on. */
#define LANES 8

/* 1 when the value goes right; a missing one goes where the node says. */
static inline uint32_t goes_right(const mr_forest_node *node, float value) {
    uint32_t missing_right = (node->what & MR_FOREST_MISSING_RIGHT) != 0;
    return (uint32_t)(value > node->threshold) | ((uint32_t)isnan(value) & missing_right);
}

uint32_t mr_forest_leaf(const mr_forest *forest, size_t tree, const float *row) {
    const mr_forest_node *node = &forest->nodes[forest->roots[tree]];
    while (!(node->what & MR_FOREST_LEAF))
        node = &forest->nodes[node->child + goes_right(node, row[node->what & MR_FOREST_NUMBER])];
    return node->what & MR_FOREST_NUMBER;
}

uint32_t mr_forest_leaf_replaced(const mr_forest *forest, size_t tree, const float *row,
                                 uint32_t feature, float value) {
    const mr_forest_node *node = &forest->nodes[forest->roots[tree]];
    while (!(node->what & MR_FOREST_LEAF)) {
        uint32_t number = node->what & MR_FOREST_NUMBER;
        float known = number == feature ? value : row[number];
        node = &forest->nodes[node->child + goes_right(node, known)];
    }
    return node->what & MR_FOREST_NUMBER;
}

void mr_forest_add_leaf(const mr_forest_leaves *leaves, uint32_t leaf, float *sums) {
    for (uint32_t i = leaves->start[leaf]; i < leaves->start[leaf + 1]; i++)
        sums[leaves->classes[i]] += leaves->shares[i];
}

/* The leaves of `LANES` trees at once; lanes that have arrived stay where they are. */
static void walk(const mr_forest *forest, const uint32_t *roots, const float *row,
                 uint32_t leaves[LANES]) {
    const mr_forest_node *nodes = forest->nodes;
    uint32_t at[LANES], moving = 1;
    memcpy(at, roots, sizeof at);
    while (moving) {
        moving = 0;
        for (int lane = 0; lane < LANES; lane++) {
            const mr_forest_node *node = &nodes[at[lane]];
            uint32_t split = !(node->what & MR_FOREST_LEAF);
            /* A leaf looks at feature 0 and does not move. */
            float value = row[split ? node->what & MR_FOREST_NUMBER : 0];
            uint32_t next = node->child + goes_right(node, value);
            at[lane] = split ? next : at[lane];
            moving |= split;
        }
    }
    for (int lane = 0; lane < LANES; lane++)
        leaves[lane] = nodes[at[lane]].what & MR_FOREST_NUMBER;
}

void mr_forest_predict(const mr_forest *forest, const float *row, float *probabilities) {
    memset(probabilities, 0, forest->classes * sizeof *probabilities);
    size_t tree = 0;
    for (; tree + LANES <= forest->trees; tree += LANES) {
        uint32_t leaves[LANES];
        walk(forest, forest->roots + tree, row, leaves);
        for (int lane = 0; lane < LANES; lane++)
            mr_forest_add_leaf(&forest->leaves, leaves[lane], probabilities);
    }
    for (; tree < forest->trees; tree++)
        mr_forest_add_leaf(&forest->leaves, mr_forest_leaf(forest, tree, row), probabilities);
    for (size_t c = 0; c < forest->classes; c++)
        probabilities[c] /= (float)forest->trees;
}
