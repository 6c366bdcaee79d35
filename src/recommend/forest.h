/*
 * Random Forest classifier (L. Breiman, "Random Forests", Machine Learning 45, 2001).
 *
 *     mr_forest_data data = {.values = x, .rows = n, .features = p, .classes = y, .class_count =
 * k}; mr_forest_params params = mr_forest_params_defaults(); mr_forest *forest;
 *     MR_TRY(mr_forest_train(&data, &params, &forest));
 *     mr_forest_predict(forest, row, probabilities);       // k floats that sum to one
 *     MR_TRY(mr_forest_encode(forest, &bytes, &size));     // to be written, and loaded again
 *     mr_forest_free(forest);
 *
 * Each tree is grown on a bootstrap sample; at each node the best Gini split among `mtry` features
 * drawn at random is taken, over every threshold between two different values of the node (an exact
 * search). Leaves hold class distributions, and the forest answers with their mean (soft voting).
 *
 * Missing values are NaN. Where a node has seen missing values of the split's feature in training,
 * both sides were tried for them, and a split "known or missing", and the purest was kept. Where it
 * has seen none, a missing value goes to the side that holds the greater weight.
 *
 * Weights multiply what a drawn row counts for; without bootstrap a row of weight 2 is exactly the
 * same as that row twice (with min_leaf 1). A tree whose sample holds rows of weight 0 only is
 * grown on all that have a weight.
 *
 * The forest depends on the data, the parameters and the seed, not on the number of threads: every
 * tree has its own random stream.
 *
 * Ownership: train, load and decode allocate a forest, mr_forest_free gives it back; data is only
 * read during a call. Thread rule: a forest never changes once made, so any number of threads may
 * use it; prediction allocates nothing and locks nothing.
 */
#ifndef MR_RECOMMEND_FOREST_H
#define MR_RECOMMEND_FOREST_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Limits, checked in training and on loading. */
#define MR_FOREST_MAX_FEATURES (1u << 20)
#define MR_FOREST_MAX_CLASSES  (1u << 15)
#define MR_FOREST_MAX_TREES    (1u << 16)
#define MR_FOREST_MAX_ROWS     (1u << 28)
#define MR_FOREST_MAX_WEIGHT   1e30
#define MR_FOREST_MAX_BYTES    ((size_t)1 << 30) /* of a file */

typedef struct mr_forest mr_forest;

typedef struct mr_forest_data {
    const float *values; /* rows × features, row after row; finite or NaN (missing) */
    size_t rows, features;
    const uint16_t *classes; /* of each row, 0 … class_count-1 */
    size_t class_count;
    const double *weights; /* of each row, 0 … MR_FOREST_MAX_WEIGHT, one above 0; NULL: all 1 */
} mr_forest_data;

typedef struct mr_forest_params {
    unsigned trees;     /* default 100 */
    unsigned mtry;      /* features drawn at each node; 0 (default): floor(sqrt(features)). When all
                           that were drawn are constant in the node, drawing goes on. */
    unsigned min_leaf;  /* least number of drawn rows on each side of a split; default 1 */
    unsigned max_depth; /* splits from the root to a leaf; 0 (default): no limit */
    bool bootstrap;     /* draw the rows with replacement (default), or use each once */
    unsigned threads;   /* default 1; 0: one for each processor */
    uint64_t seed;      /* default 1 */
} mr_forest_params;

mr_forest_params mr_forest_params_defaults(void);

/* Grows a forest. MR_E_ARGUMENT for data or parameters outside of what is said above. */
mr_status mr_forest_train(const mr_forest_data *data, const mr_forest_params *params,
                          mr_forest **out);

void mr_forest_free(mr_forest *forest);

size_t mr_forest_features(const mr_forest *forest);
size_t mr_forest_classes(const mr_forest *forest);
size_t mr_forest_trees(const mr_forest *forest);

/* The class distribution for one row of features; `probabilities` has room for all classes. */
void mr_forest_predict(const mr_forest *forest, const float *row, float *probabilities);

/*
 * Out-of-bag estimate (Breiman 2001, section 3.1): each row is judged by the trees that did not
 * draw it. `data` must be what the forest was trained on, weights and all. *error is the weighted
 * share of wrong rows among those that some tree left out; `distributions` (rows × classes, or
 * NULL) gets the mean class distribution of each row, all zero for a row that no tree left out; no
 * telling on failure. Errors: MR_E_MISMATCH for other data, MR_E_ARGUMENT for a forest without
 * bootstrap or with no row left out.
 */
mr_status mr_forest_out_of_bag(const mr_forest *forest, const mr_forest_data *data,
                               unsigned threads, float *distributions, double *error);

/*
 * Impurity importance: for each feature the decrease of weighted Gini impurity at its splits, as a
 * share of the tree's whole decrease, averaged over the trees that split at all. Sums to one, or to
 * zero when no tree does. Belongs to the forest. It favours features with many values.
 */
const double *mr_forest_impurity_importance(const mr_forest *forest);

/*
 * Permutation importance (Breiman 2001, section 10): for each feature, how much accuracy a tree
 * loses on the rows that it left out when the feature's values are shuffled among them, averaged
 * over the trees. `importance` has room for all features. Same data and errors as above.
 */
mr_status mr_forest_permutation_importance(const mr_forest *forest, const mr_forest_data *data,
                                           unsigned threads, double *importance);

/*
 * The file: versioned, checksummed, little-endian; the same forest gives the same bytes on every
 * machine. Whatever the bytes are, decode gives a forest that is safe to use, or MR_E_FORMAT,
 * MR_E_TRUNCATED, MR_E_UNSUPPORTED (version) or MR_E_LIMIT. `name` stands for the file in errors;
 * the caller frees *bytes.
 */
mr_status mr_forest_encode(const mr_forest *forest, uint8_t **bytes, size_t *size);
mr_status mr_forest_decode(const uint8_t *bytes, size_t size, const char *name, mr_forest **out);
mr_status mr_forest_load(const char *path, mr_forest **out);

#endif
