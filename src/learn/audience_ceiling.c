#include "learn/audience_ceiling.h"

#include "base/memory.h"
#include "learn/ranking_metrics.h"
#include "recommend/collaborative.h"

#include <stdlib.h>
#include <string.h>

static int falling(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Sum of nDCG over the asked users of one audience; `weight` is memory for all items. */
static double best_of_audience(const mr_interactions *likes, const bool *asked, unsigned audience,
                               double *weight) {
    memset(weight, 0, likes->items * sizeof *weight);
    for (size_t u = 0; u < likes->users; u++) {
        size_t wanted = mr_interactions_of(likes, u);
        if (!asked[u] || likes->audience[u] != audience || wanted == 0)
            continue;
        double share = 1 / mr_best_gain(wanted);
        for (uint32_t e = likes->start[u]; e < likes->start[u + 1]; e++)
            weight[likes->item[e]] += share;
    }
    qsort(weight, likes->items, sizeof *weight, falling);
    double sum = 0;
    for (size_t p = 0; p < MR_CUTOFF && p < likes->items; p++)
        sum += mr_gain_at(p) * weight[p];
    return sum;
}

mr_status mr_audience_ceiling(const mr_interactions *likes, const bool *asked, double *ndcg) {
    double *weight = mr_alloc((likes->items + 1) * sizeof *weight), sum = 0;
    if (!weight)
        return mr_fail(MR_E_MEMORY, "evaluation: no memory for %zu items", likes->items);
    for (unsigned a = 0; a < MR_AUDIENCES; a++)
        sum += best_of_audience(likes, asked, a, weight);
    size_t users = 0;
    for (size_t u = 0; u < likes->users; u++)
        users += asked[u];
    *ndcg = users > 0 ? sum / (double)users : 0;
    free(weight);
    return MR_OK;
}
