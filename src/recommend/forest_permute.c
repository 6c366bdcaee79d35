#include "recommend/forest_parts.h"

#include "base/memory.h"
#include "base/rng.h"

#include <stdlib.h>
#include <string.h>

typedef struct permutation {
    const mr_forest *forest;
    const mr_forest_data *data;
    uint16_t *votes;   /* of each leaf: its likeliest class */
    uint32_t *scratch; /* 3 × rows, of each thread */
    uint8_t *used;     /* features, of each thread */
    double *losses;    /* trees × features */
} permutation;

/* One tree and the rows that it left out. */
typedef struct jury {
    const permutation *p;
    size_t tree;
    size_t count;
    const uint32_t *rows;
} jury;

static void fill_votes(const mr_forest_leaves *leaves, uint16_t *votes) {
    for (size_t leaf = 0; leaf < leaves->count; leaf++) {
        uint32_t best = leaves->start[leaf];
        for (uint32_t i = best + 1; i < leaves->start[leaf + 1]; i++)
            if (leaves->shares[i] > leaves->shares[best])
                best = i;
        votes[leaf] = leaves->classes[best];
    }
}

/* Weight of the rows that the tree gets right, when row i takes the feature's value from `donors`
 * (each its own when that is NULL). */
static double right_weight(const jury *j, uint32_t feature, const uint32_t *donors) {
    const mr_forest_data *data = j->p->data;
    double sum = 0;
    for (size_t i = 0; i < j->count; i++) {
        size_t donor = donors ? donors[i] : j->rows[i];
        const float *row = data->values + j->rows[i] * data->features;
        float value = data->values[donor * data->features + feature];
        uint32_t leaf = mr_forest_leaf_replaced(j->p->forest, j->tree, row, feature, value);
        if (j->p->votes[leaf] == data->classes[j->rows[i]])
            sum += mr_forest_weight(data, j->rows[i]);
    }
    return sum;
}

/* Marks the features that a tree splits on; shuffling the others changes nothing. */
static void mark_used(const mr_forest *forest, size_t tree, uint8_t *used) {
    memset(used, 0, forest->features);
    for (uint32_t i = forest->roots[tree]; i < forest->roots[tree + 1]; i++)
        if (!(forest->nodes[i].what & MR_FOREST_LEAF))
            used[forest->nodes[i].what & MR_FOREST_NUMBER] = 1;
}

static mr_status shuffle_features(void *context, unsigned worker, size_t tree) {
    const permutation *p = context;
    size_t rows = p->data->rows, features = p->data->features;
    uint32_t *draws = p->scratch + 3 * rows * worker;
    uint32_t *left_out = draws + rows, *donors = left_out + rows;
    uint8_t *used = p->used + worker * features;
    jury j = {.p = p, .tree = tree, .rows = left_out};
    double weight = 0;
    mr_forest_draw_bag(p->data, p->forest->seed, tree, true, draws);
    for (uint32_t row = 0; row < rows; row++)
        if (draws[row] == 0) {
            left_out[j.count++] = row;
            weight += mr_forest_weight(p->data, row);
        }
    if (weight <= 0)
        return MR_OK;
    mark_used(p->forest, tree, used);
    double right = right_weight(&j, 0, NULL);
    for (uint32_t feature = 0; feature < features; feature++) {
        if (!used[feature])
            continue;
        mr_rng rng = mr_rng_keyed(p->forest->seed, tree, 2 + (uint64_t)feature);
        memcpy(donors, left_out, j.count * sizeof *donors);
        mr_rng_shuffle(&rng, donors, j.count);
        double loss = (right - right_weight(&j, feature, donors)) / weight;
        p->losses[tree * features + feature] = loss;
    }
    return MR_OK;
}

static mr_status average_losses(permutation *p, unsigned threads, double *importance) {
    size_t features = p->forest->features, trees = p->forest->trees;
    fill_votes(&p->forest->leaves, p->votes);
    MR_TRY(mr_forest_parallel(threads, trees, shuffle_features, p));
    memset(importance, 0, features * sizeof *importance);
    for (size_t tree = 0; tree < trees; tree++)
        for (size_t f = 0; f < features; f++)
            importance[f] += p->losses[tree * features + f] / (double)trees;
    return MR_OK;
}

mr_status mr_forest_permutation_importance(const mr_forest *forest, const mr_forest_data *data,
                                           unsigned threads, double *importance) {
    MR_TRY(mr_forest_check_origin(forest, data));
    threads = mr_forest_thread_count(threads);
    permutation p = {.forest = forest,
                     .data = data,
                     .votes = mr_alloc(forest->leaves.count * sizeof *p.votes),
                     .scratch = mr_alloc(3 * data->rows * threads * sizeof *p.scratch),
                     .used = mr_alloc(data->features * threads),
                     .losses = mr_alloc(forest->trees * data->features * sizeof *p.losses)};
    mr_status status = p.votes && p.scratch && p.used && p.losses
                           ? average_losses(&p, threads, importance)
                           : mr_forest_no_memory("the permutation importance");
    free(p.votes);
    free(p.scratch);
    free(p.used);
    free(p.losses);
    return status;
}
