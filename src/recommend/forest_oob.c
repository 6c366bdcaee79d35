#include "recommend/forest_parts.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* Rows judged by one work item: a tree's nodes serve them all while they are in the cache. */
#define CHUNK 512

typedef struct out_of_bag {
    const mr_forest *forest;
    const mr_forest_data *data;
    uint32_t *draws;      /* rows, of each thread */
    uint8_t *left_out;    /* trees × rows: whether the tree did not draw the row */
    float *distributions; /* rows × classes */
    double *wrong, *seen; /* weights, of each chunk */
} out_of_bag;

static mr_status mark_left_out(void *context, unsigned worker, size_t tree) {
    out_of_bag *o = context;
    size_t rows = o->data->rows;
    uint32_t *draws = o->draws + worker * rows;
    mr_forest_draw_bag(o->data, o->forest->seed, tree, true, draws);
    for (size_t row = 0; row < rows; row++)
        o->left_out[tree * rows + row] = draws[row] == 0;
    return MR_OK;
}

/* Divides the sums of a row by the number of trees; returns the likeliest class. */
static size_t settle(float *sums, size_t classes, unsigned trees) {
    size_t best = 0;
    for (size_t c = 0; c < classes; c++) {
        sums[c] /= (float)trees;
        if (sums[c] > sums[best])
            best = c;
    }
    return best;
}

static mr_status judge_chunk(void *context, unsigned worker, size_t chunk) {
    (void)worker;
    out_of_bag *o = context;
    const mr_forest_data *data = o->data;
    size_t classes = data->class_count, begin = chunk * CHUNK;
    size_t count = data->rows - begin < CHUNK ? data->rows - begin : CHUNK;
    float *sums = o->distributions + begin * classes;
    unsigned judges[CHUNK] = {0};
    memset(sums, 0, count * classes * sizeof *sums);
    for (size_t tree = 0; tree < o->forest->trees; tree++)
        for (size_t i = 0; i < count; i++) {
            if (!o->left_out[tree * data->rows + begin + i])
                continue;
            const float *row = data->values + (begin + i) * data->features;
            uint32_t leaf = mr_forest_leaf(o->forest, tree, row);
            mr_forest_add_leaf(&o->forest->leaves, leaf, sums + i * classes);
            judges[i]++;
        }
    for (size_t i = 0; i < count; i++) {
        if (judges[i] == 0)
            continue;
        double weight = mr_forest_weight(data, begin + i);
        bool wrong = settle(sums + i * classes, classes, judges[i]) != data->classes[begin + i];
        o->seen[chunk] += weight;
        o->wrong[chunk] += wrong ? weight : 0;
    }
    return MR_OK;
}

static mr_status judge(out_of_bag *o, unsigned threads, double *error) {
    size_t chunks = (o->data->rows + CHUNK - 1) / CHUNK;
    MR_TRY(mr_forest_parallel(threads, o->forest->trees, mark_left_out, o));
    MR_TRY(mr_forest_parallel(threads, chunks, judge_chunk, o));
    double wrong = 0, seen = 0;
    for (size_t chunk = 0; chunk < chunks; chunk++) {
        wrong += o->wrong[chunk];
        seen += o->seen[chunk];
    }
    if (seen <= 0)
        return mr_fail(MR_E_ARGUMENT, "forest: every tree drew every row of any weight");
    *error = wrong / seen;
    return MR_OK;
}

mr_status mr_forest_out_of_bag(const mr_forest *forest, const mr_forest_data *data,
                               unsigned threads, float *distributions, double *error) {
    MR_TRY(mr_forest_check_origin(forest, data));
    threads = mr_forest_thread_count(threads);
    size_t chunks = (data->rows + CHUNK - 1) / CHUNK, cells = data->rows * data->class_count;
    float *own = distributions ? NULL : mr_alloc(cells * sizeof *own);
    double *sums = mr_alloc(2 * chunks * sizeof *sums);
    out_of_bag o = {.forest = forest,
                    .data = data,
                    .draws = mr_alloc(threads * data->rows * sizeof *o.draws),
                    .left_out = mr_alloc(forest->trees * data->rows),
                    .distributions = distributions ? distributions : own,
                    .wrong = sums,
                    .seen = sums ? sums + chunks : NULL};
    mr_status status = o.draws && o.left_out && o.distributions && sums
                           ? judge(&o, threads, error)
                           : mr_forest_no_memory("the out-of-bag estimate");
    free(own);
    free(sums);
    free(o.draws);
    free(o.left_out);
    return status;
}
