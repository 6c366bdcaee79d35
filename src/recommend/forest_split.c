#include "recommend/forest_parts.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Gini impurity times weight of a side is W - S/W, where W is its weight and S the sum of its
 * squared class weights; the W of both sides add up to the node's. So the best split is that with
 * the greatest S_left/W_left + S_right/W_right, and moving a row from right to left changes each S
 * by a product, however many classes there are.
 */

mr_status mr_forest_search_make(const mr_forest_ranks *ranks, size_t class_count, uint32_t min_leaf,
                                mr_forest_search *out) {
    mr_forest_search made = {.ranks = ranks, .min_leaf = min_leaf};
    made.keys = mr_alloc((ranks->rows + 1) * sizeof *made.keys);
    made.spare = mr_alloc((ranks->rows + 1) * sizeof *made.spare);
    made.left = mr_alloc(4 * class_count * sizeof *made.left);
    if (!made.keys || !made.spare || !made.left) {
        mr_forest_search_free(&made);
        return mr_forest_no_memory("the split search");
    }
    made.right = made.left + class_count;
    made.missing = made.right + class_count;
    made.total = made.missing + class_count;
    *out = made;
    return MR_OK;
}

void mr_forest_search_free(mr_forest_search *search) {
    free(search->keys);
    free(search->spare);
    free(search->left);
    *search = (mr_forest_search){0};
}

void mr_forest_search_open(mr_forest_search *search, const mr_forest_sample *samples, size_t n) {
    double weight = 0, squares = 0;
    uint32_t draws = 0;
    for (size_t i = 0; i < n; i++) {
        double w = samples[i].weight, *total = &search->total[samples[i].class_index];
        squares += w * (2 * *total + w);
        *total += w;
        weight += w;
        draws += samples[i].draws;
    }
    search->weight = weight;
    search->squares = squares;
    search->draws = draws;
}

void mr_forest_search_close(mr_forest_search *search, const mr_forest_sample *samples, size_t n) {
    for (size_t i = 0; i < n; i++)
        search->total[samples[i].class_index] = 0;
}

/* Weight, sum of squared class weights and number of draws of a set of rows. */
typedef struct side {
    double weight, squares;
    uint32_t draws;
} side;

/* Keys of the samples that know the feature: upper half the rank, lower half the sample. */
static size_t gather(const mr_forest_search *search, const mr_forest_sample *samples, size_t n,
                     const uint32_t *ranks) {
    size_t known = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t rank = ranks[samples[i].row];
        search->keys[known] = (uint64_t)rank << 32 | i;
        known += rank != MR_FOREST_MISSING;
    }
    return known;
}

/* The bits in which the ranks of the keys differ. */
static uint32_t differing_bits(const uint64_t *keys, size_t known) {
    uint64_t differing = 0;
    for (size_t i = 1; i < known; i++)
        differing |= keys[i] ^ keys[0];
    return (uint32_t)(differing >> 32);
}

/* Sums the class weights of the rows whose value is missing. */
static side sum_missing(const mr_forest_search *search, const mr_forest_sample *samples, size_t n,
                        const uint32_t *ranks) {
    for (size_t i = 0; i < n; i++)
        search->missing[samples[i].class_index] = 0;
    side sum = {0};
    for (size_t i = 0; i < n; i++) {
        if (ranks[samples[i].row] != MR_FOREST_MISSING)
            continue;
        double w = samples[i].weight, *missing = &search->missing[samples[i].class_index];
        sum.squares += w * (2 * *missing + w);
        *missing += w;
        sum.weight += w;
        sum.draws += samples[i].draws;
    }
    return sum;
}

/* Class weights before a scan with all known rows on the right. Only the classes of the node's
 * samples are touched. */
static void begin_right(const mr_forest_search *search, const mr_forest_sample *samples, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint32_t c = samples[i].class_index;
        search->left[c] = 0;
        search->right[c] = search->total[c];
    }
}

/* The same with the rows of a missing value on the left; returns the right side's squares. */
static double begin_left(const mr_forest_search *search, const mr_forest_sample *samples, size_t n,
                         size_t known) {
    for (size_t i = 0; i < n; i++) {
        uint32_t c = samples[i].class_index;
        search->left[c] = search->missing[c];
        search->right[c] = search->total[c] - search->missing[c];
    }
    double squares = 0;
    for (size_t i = 0; i < known; i++) {
        const mr_forest_sample *sample = &samples[(uint32_t)search->keys[i]];
        squares += sample->weight * search->right[sample->class_index];
    }
    return squares;
}

/* Moves row after row in rising order to the left, which holds `left` at first, and returns the key
 * after which the boundary lies best, or `known` when none is better than *score. */
static size_t scan(const mr_forest_search *search, const mr_forest_sample *samples, size_t known,
                   side left, double right_squares, double *score) {
    const uint64_t *keys = search->keys;
    const uint32_t most = search->draws - search->min_leaf;
    size_t best = known;
    for (size_t i = 0; i < known; i++) {
        const mr_forest_sample *sample = &samples[(uint32_t)keys[i]];
        double w = sample->weight;
        double *on_left = &search->left[sample->class_index];
        double *on_right = &search->right[sample->class_index];
        left.squares += w * (w + 2 * *on_left);
        right_squares += w * (w - 2 * *on_right);
        *on_left += w;
        *on_right -= w;
        left.weight += w;
        left.draws += sample->draws;
        if (keys[i] >> 32 == keys[i + 1] >> 32 || left.draws < search->min_leaf)
            continue;
        if (left.draws > most)
            break;
        double right_weight = search->weight - left.weight;
        double here = left.squares / left.weight + right_squares / right_weight;
        if (here > *score && right_weight > 0) {
            *score = here;
            best = i;
        }
    }
    return best;
}

/* A threshold between two neighbouring values that sends the lower one left, the upper one right.
 */
static float threshold_between(float lower, float upper) {
    float middle = (float)(((double)lower + (double)upper) / 2);
    return middle < upper ? middle : lower;
}

static void keep(const mr_forest_search *search, uint32_t feature, size_t known, size_t at,
                 double score, bool missing_right, mr_forest_split *best) {
    const float *values = search->ranks->values + (size_t)feature * search->ranks->rows;
    uint32_t rank = (uint32_t)(search->keys[at] >> 32);
    best->feature = feature;
    best->rank = rank;
    best->missing_right = missing_right;
    best->score = score;
    best->threshold = INFINITY;
    if (at + 1 < known)
        best->threshold = threshold_between(values[rank], values[search->keys[at + 1] >> 32]);
}

/* Whether the right side of a split of an all-known node is the heavier one. */
static bool right_is_heavier(const mr_forest_search *search, const mr_forest_sample *samples,
                             size_t at) {
    double left = 0;
    for (size_t i = 0; i <= at; i++)
        left += samples[(uint32_t)search->keys[i]].weight;
    return search->weight - left > left;
}

bool mr_forest_search_feature(mr_forest_search *search, const mr_forest_sample *samples, size_t n,
                              uint32_t feature, mr_forest_split *best) {
    const uint32_t *ranks = search->ranks->ranks + (size_t)feature * search->ranks->rows;
    size_t known = gather(search, samples, n, ranks);
    uint32_t differing = differing_bits(search->keys, known);
    if (known == 0 || (differing == 0 && known == n))
        return false;
    unsigned bits = differing ? 32 - (unsigned)__builtin_clz(differing) : 0;
    mr_forest_sort(search->keys, search->spare, known, bits);
    search->keys[known] = UINT64_MAX; /* no known rank: the last key ends a run of equal ones */

    /* Missing values, if any, on the right: the boundary after the last key parts them off. */
    double score = best->score;
    begin_right(search, samples, n);
    size_t at = scan(search, samples, known, (side){0}, search->squares, &score);
    if (at < known)
        keep(search, feature, known, at, score, known < n || right_is_heavier(search, samples, at),
             best);
    if (known == n)
        return true;
    side missing = sum_missing(search, samples, n, ranks);
    double right_squares = begin_left(search, samples, n, known);
    at = scan(search, samples, known, missing, right_squares, &score);
    if (at < known)
        keep(search, feature, known, at, score, false, best);
    return true;
}
