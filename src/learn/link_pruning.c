#include "learn/link_pruning.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

static int larger_first(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x < y) - (x > y);
}

/* Of `count` weights that lie `step` apart, keeps the `most` of greatest size; of equal ones at the
 * border the first. `sizes` is scratch. */
static void prune_line(float *line, size_t count, size_t step, size_t most, float *sizes) {
    for (size_t i = 0; i < count; i++)
        sizes[i] = fabsf(line[i * step]);
    qsort(sizes, count, sizeof *sizes, larger_first);
    float least = sizes[most - 1];
    size_t at_border = 0;
    for (size_t i = 0; i < most; i++)
        at_border += sizes[i] == least;
    for (size_t i = 0; i < count; i++) {
        float size = fabsf(line[i * step]);
        if (size < least || (size == least && at_border == 0))
            line[i * step] = 0;
        else if (size == least)
            at_border--;
    }
}

mr_status mr_links_prune(float *weights, size_t items, size_t most, mr_keep keep) {
    if (most == 0 || most >= items)
        return MR_OK;
    float *sizes = mr_alloc(items * sizeof *sizes);
    if (!sizes)
        return mr_fail(MR_E_MEMORY, "links: no memory for %zu items", items);
    for (size_t i = 0; i < items; i++)
        if (keep == MR_KEEP_OF_SOURCE)
            prune_line(weights + i * items, items, 1, most, sizes);
        else
            prune_line(weights + i, items, items, most, sizes);
    free(sizes);
    return MR_OK;
}

mr_status mr_links_collect(const float *weights, size_t items, mr_collaborative **out) {
    size_t links = 0;
    for (size_t i = 0; i < items * items; i++)
        links += weights[i] != 0;
    mr_collaborative *model;
    MR_TRY(mr_collaborative_make(items, links, &model));
    uint32_t next = 0;
    for (size_t i = 0; i < items; i++) {
        for (size_t j = 0; j < items; j++)
            if (weights[i * items + j] != 0) {
                model->to[next] = (uint16_t)j;
                model->weight[next++] = weights[i * items + j];
            }
        model->start[i + 1] = next;
    }
    *out = model;
    return MR_OK;
}
