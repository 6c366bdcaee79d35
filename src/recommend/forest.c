#include "recommend/forest.h"
#include "recommend/forest_parts.h"

#include "base/memory.h"

#include <stdlib.h>

mr_forest *mr_forest_make(size_t features, size_t classes, size_t trees) {
    mr_forest *forest = calloc(1, sizeof *forest);
    if (!forest)
        return NULL;
    forest->features = features;
    forest->classes = classes;
    forest->trees = trees;
    forest->roots = mr_alloc((trees + 1) * sizeof *forest->roots);
    forest->importance = mr_alloc(features * sizeof *forest->importance);
    if (!forest->roots || !forest->importance) {
        mr_forest_free(forest);
        return NULL;
    }
    return forest;
}

mr_status mr_forest_reserve(mr_forest *forest, size_t nodes, size_t leaves, size_t entries) {
    mr_forest_leaves *made = &forest->leaves;
    forest->nodes = mr_alloc(nodes * sizeof *forest->nodes);
    made->start = mr_alloc((leaves + 1) * sizeof *made->start);
    made->classes = mr_alloc(entries * sizeof *made->classes);
    made->shares = mr_alloc(entries * sizeof *made->shares);
    if (!forest->nodes || !made->start || !made->classes || !made->shares)
        return mr_forest_no_memory("nodes and leaves");
    for (size_t c = 0; c < forest->classes; c++) {
        made->classes[c] = (uint16_t)c;
        made->shares[c] = 1;
        made->start[c + 1] = (uint32_t)c + 1;
    }
    made->count = made->entries = forest->classes;
    return MR_OK;
}

void mr_forest_leaves_free(mr_forest_leaves *leaves) {
    free(leaves->start);
    free(leaves->classes);
    free(leaves->shares);
    *leaves = (mr_forest_leaves){0};
}

void mr_forest_free(mr_forest *forest) {
    if (!forest)
        return;
    mr_forest_leaves_free(&forest->leaves);
    free(forest->roots);
    free(forest->nodes);
    free(forest->importance);
    free(forest);
}

size_t mr_forest_features(const mr_forest *forest) {
    return forest->features;
}

size_t mr_forest_classes(const mr_forest *forest) {
    return forest->classes;
}

size_t mr_forest_trees(const mr_forest *forest) {
    return forest->trees;
}

const double *mr_forest_impurity_importance(const mr_forest *forest) {
    return forest->importance;
}
