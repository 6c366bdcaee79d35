#include "base/memory.h"
#include "recommend/recommend_parts.h"

#include <stdlib.h>
#include <string.h>

/* What tiers are worth without a neighbour model: about what they are worth with the shipped one.
 */
static const float stated[MR_CATALOGUE_TIERS] = {1.2f, 0.5f, -0.4f, -0.9f};

/* Shares that are summed up. */
typedef struct share {
    double sum, count;
} share;

static double mean_of(share of, double otherwise) {
    return of.count > 0 ? of.sum / of.count : otherwise;
}

/* Of a film that nobody was asked about only its tier is known: it is as popular as the films of
 * that tier are on average. */
static void compare_tiers(const mr_catalogue *catalogue, float mean, mr_recommender *recommender) {
    share tiers[MR_CATALOGUE_TIERS] = {{0, 0}};
    const mr_catalogue_film *films = mr_catalogue_films(catalogue);
    for (size_t f = 0; f < mr_catalogue_count(catalogue); f++) {
        int32_t item = mr_item_of(recommender, (uint32_t)f);
        share *tier = &tiers[films[f].tier - 1];
        tier->sum += item >= 0 ? (double)recommender->usual[item] : 0;
        tier->count += item >= 0;
    }
    for (int t = 0; t < MR_CATALOGUE_TIERS; t++)
        recommender->popularity_of_tier[t] =
            mr_share_ratio((float)mean_of(tiers[t], (double)mean), mean);
}

mr_status mr_popularity_fill(mr_recommender *recommender) {
    const mr_collaborative_films *neighbours = recommender->parts.neighbours;
    memcpy(recommender->popularity_of_tier, stated, sizeof stated);
    if (!neighbours)
        return MR_OK;
    size_t items = neighbours->model->items;
    recommender->popularity = mr_alloc(items * sizeof *recommender->popularity);
    recommender->usual = mr_alloc(items * sizeof *recommender->usual);
    if (!recommender->popularity || !recommender->usual)
        return mr_fail(MR_E_MEMORY, "no memory for the popularity of %zu films", items);
    mr_collaborative_usual(neighbours->model, recommender->usual);
    float mean = mr_share_mean(recommender->usual, items);
    for (size_t i = 0; i < items; i++)
        recommender->popularity[i] = mr_share_ratio(recommender->usual[i], mean);
    compare_tiers(recommender->parts.catalogue, mean, recommender);
    return MR_OK;
}
