/*
 * What the files of the Random Forest share; users include forest.h only.
 *
 * Training: forest_ranks replaces values by ranks, forest_tree grows a tree with the splits that
 * forest_split finds, forest_train joins the trees. A forest is one array of nodes, each tree in
 * breadth-first order, so that the two children of a node are neighbours.
 */
#ifndef MR_RECOMMEND_FOREST_PARTS_H
#define MR_RECOMMEND_FOREST_PARTS_H

#include "recommend/forest.h"

/* `what` holds the feature, or the leaf's number with MR_FOREST_LEAF set. */
typedef struct mr_forest_node {
    float threshold; /* values up to it go left; +infinity: all that are not missing */
    uint32_t what;
    uint32_t child; /* index of the left child, the right one follows it; 0 in a leaf */
} mr_forest_node;

#define MR_FOREST_LEAF          0x80000000u
#define MR_FOREST_MISSING_RIGHT 0x40000000u /* set in a split: NaN goes right, else left */
#define MR_FOREST_NUMBER        0x3fffffffu

/*
 * Class distributions of leaves: leaf l holds entries start[l] … start[l+1]-1, its classes in
 * rising order with their shares. In a forest, leaf c below class_count is the pure leaf of class
 * c, so that the many pure leaves of fully grown trees are stored once.
 */
typedef struct mr_forest_leaves {
    size_t count, entries;
    uint32_t *start;
    uint16_t *classes;
    float *shares;
} mr_forest_leaves;

struct mr_forest {
    size_t features, classes, trees;
    size_t rows; /* of the training data, with what follows: to draw the bags again */
    uint64_t seed;
    bool bootstrap;
    uint64_t fingerprint; /* mr_forest_fingerprint of the training data */
    uint32_t *roots;      /* trees + 1: where each tree's nodes begin, and the end */
    mr_forest_node *nodes;
    mr_forest_leaves leaves;
    double *importance; /* impurity, per feature */
};

/* --- forest.c ------------------------------------------------------------------------------- */

/* A forest without nodes, or NULL when memory is out. */
mr_forest *mr_forest_make(size_t features, size_t classes, size_t trees);

/* Gives it room for nodes and leaves and writes the pure leaves; on failure the forest is still the
 * caller's to free. */
mr_status mr_forest_reserve(mr_forest *forest, size_t nodes, size_t leaves, size_t entries);
void mr_forest_leaves_free(mr_forest_leaves *leaves);

/* --- forest_data.c -------------------------------------------------------------------------- */

/* Checks data against the rules of forest.h. */
mr_status mr_forest_check_data(const mr_forest_data *data);

/* A hash of values, classes, sizes, and weights where there are any. */
uint64_t mr_forest_fingerprint(const mr_forest_data *data);

/* How often tree number `tree` drew each row (Breiman's bag); one each without bootstrap. Where
 * nothing drawn weighs anything, the bag is every row that does, once. */
void mr_forest_draw_bag(const mr_forest_data *data, uint64_t seed, size_t tree, bool bootstrap,
                        uint32_t *draws);

/* Weight of a row, before draws. */
double mr_forest_weight(const mr_forest_data *data, size_t row);

/* Fails unless `data` is what the forest drew its bags from. */
mr_status mr_forest_check_origin(const mr_forest *forest, const mr_forest_data *data);

/* Fails with MR_E_MEMORY and a text. */
mr_status mr_forest_no_memory(const char *what);

/* --- forest_ranks.c ------------------------------------------------------------------------- */

/* Rank of a missing value. */
#define MR_FOREST_MISSING UINT32_MAX

/*
 * Values as dense ranks: equal values share one, and v < w exactly when rank v < rank w, so that a
 * search over ranks finds the same splits as one over values, with integer keys.
 */
typedef struct mr_forest_ranks {
    size_t rows, features;
    uint32_t *ranks; /* features × rows, feature after feature */
    float *values;   /* features × rows: the value of each rank */
} mr_forest_ranks;

mr_status mr_forest_ranks_make(const mr_forest_data *data, mr_forest_ranks *out);
void mr_forest_ranks_free(mr_forest_ranks *ranks);

/*
 * Sorts n keys by their upper half, stably, looking only at the `bits` lowest bits of that half
 * (the others are known to be equal). `spare` has room for n keys.
 */
void mr_forest_sort(uint64_t *keys, uint64_t *spare, size_t n, unsigned bits);

/* --- forest_split.c ------------------------------------------------------------------------- */

/* A row in a node: its weight times the number of draws, and what the search needs beside it. */
typedef struct mr_forest_sample {
    double weight;
    uint32_t row;
    uint32_t draws;
    uint32_t class_index;
} mr_forest_sample;

typedef struct mr_forest_split {
    uint32_t feature;
    uint32_t rank; /* the greatest that goes left */
    float threshold;
    bool missing_right;
    double score; /* sum over both sides of squared class weights / weight; -1: none found */
} mr_forest_split;

/* Scratch memory for searching splits; `total` belongs to the caller between searches. */
typedef struct mr_forest_search {
    const mr_forest_ranks *ranks;
    uint32_t min_leaf;
    uint64_t *keys, *spare;         /* rows + 1 each */
    double *left, *right, *missing; /* class weights, class_count each */
    double *total;                  /* the same of the node */
    double weight, squares;         /* of the node: sum of class weights, and of their squares */
    uint32_t draws;
} mr_forest_search;

mr_status mr_forest_search_make(const mr_forest_ranks *ranks, size_t class_count, uint32_t min_leaf,
                                mr_forest_search *out);
void mr_forest_search_free(mr_forest_search *search);

/* Opens a node of n samples: sums its class weights into `total`. The close forgets them. */
void mr_forest_search_open(mr_forest_search *search, const mr_forest_sample *samples, size_t n);
void mr_forest_search_close(mr_forest_search *search, const mr_forest_sample *samples, size_t n);

/* Searches one feature in the open node and keeps a split that is better than *best. Returns false
 * when the feature is constant there. */
bool mr_forest_search_feature(mr_forest_search *search, const mr_forest_sample *samples, size_t n,
                              uint32_t feature, mr_forest_split *best);

/* --- forest_tree.c -------------------------------------------------------------------------- */

/* One tree: child indices count from its root, leaf numbers below class_count are the pure leaves,
 * the others, less class_count, those of `leaves` (whose `start` ends with its last leaf). */
typedef struct mr_forest_tree {
    size_t count;
    mr_forest_node *nodes;
    mr_forest_leaves leaves;
    double *importance;
} mr_forest_tree;

/* Scratch memory of one growing thread. */
typedef struct mr_forest_grower mr_forest_grower;

mr_status mr_forest_grower_make(const mr_forest_data *data, const mr_forest_params *params,
                                const mr_forest_ranks *ranks, mr_forest_grower **out);
void mr_forest_grower_free(mr_forest_grower *grower);

/* Grows tree number `index` into *out, which has nothing to free on failure. */
mr_status mr_forest_grow(mr_forest_grower *grower, size_t index, mr_forest_tree *out);
void mr_forest_tree_free(mr_forest_tree *tree);

/* --- forest_predict.c ----------------------------------------------------------------------- */

/* The leaf that a row falls into in one tree. */
uint32_t mr_forest_leaf(const mr_forest *forest, size_t tree, const float *row);

/* The same when the value of one feature is replaced. */
uint32_t mr_forest_leaf_replaced(const mr_forest *forest, size_t tree, const float *row,
                                 uint32_t feature, float value);

/* Adds a leaf's distribution to `sums`. */
void mr_forest_add_leaf(const mr_forest_leaves *leaves, uint32_t leaf, float *sums);

/* --- forest_parallel.c ---------------------------------------------------------------------- */

/* The number of threads to use: `wanted`, or one for each processor when that is 0. */
unsigned mr_forest_thread_count(unsigned wanted);

/*
 * Calls work(context, worker, item) once for each item below `items`, on `threads` threads of which
 * the caller is number 0. An item that fails stops the handing out of more; its status is returned
 * with the text that its thread had recorded.
 */
typedef mr_status mr_forest_work(void *context, unsigned worker, size_t item);
mr_status mr_forest_parallel(unsigned threads, size_t items, mr_forest_work *work, void *context);

#endif
