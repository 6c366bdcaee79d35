#include "learn/build_collaborative.h"

#include "base/memory.h"
#include "learn/link_pruning.h"
#include "learn/match_films.h"
#include "recommend/collaborative_films.h"

#include <stdlib.h>
#include <string.h>

#define LIKED 4
#define CORE  10

/* Which items of a model stay, and the catalogue's film of each. */
typedef struct selection {
    uint32_t *items, *films;
    size_t count;
} selection;

static mr_status no_memory(size_t items) {
    return mr_fail(MR_E_MEMORY, "no memory for %zu items", items);
}

static mr_status select_items(const mr_ratings *ratings, const mr_interactions *likes,
                              const mr_catalogue *catalogue, selection *out) {
    int32_t *matches = malloc(ratings->films * sizeof *matches);
    *out = (selection){mr_alloc(likes->items * sizeof *out->items),
                       mr_alloc(likes->items * sizeof *out->films), 0};
    mr_status status = matches && out->items && out->films
                           ? mr_match_films(ratings->film, ratings->films, catalogue, matches)
                           : no_memory(likes->items);
    for (size_t i = 0; i < likes->items && status == MR_OK; i++) {
        int32_t film = matches[likes->film_of[i]];
        if (film < 0)
            continue;
        out->items[out->count] = (uint32_t)i;
        out->films[out->count++] = (uint32_t)film;
    }
    free(matches);
    if (status == MR_OK && out->count == 0)
        status = mr_fail(MR_E_MISMATCH, "none of %zu films is in the catalogue", likes->items);
    return status;
}

/* The links among selected items as a dense matrix. */
static mr_status spread(const mr_collaborative *model, const selection *kept, float *weights) {
    int32_t *number = malloc(model->items * sizeof *number);
    if (!number)
        return no_memory(model->items);
    memset(number, -1, model->items * sizeof *number);
    for (size_t k = 0; k < kept->count; k++)
        number[kept->items[k]] = (int32_t)k;
    for (size_t k = 0; k < kept->count; k++) {
        uint32_t item = kept->items[k];
        for (uint32_t l = model->start[item]; l < model->start[item + 1]; l++)
            if (number[model->to[l]] >= 0)
                weights[k * kept->count + (size_t)number[model->to[l]]] = model->weight[l];
    }
    free(number);
    return MR_OK;
}

/* The model of the selected items alone, pruned. */
static mr_status narrow(const mr_collaborative *model, const selection *kept, int links,
                        mr_collaborative **out) {
    float *weights = mr_alloc(kept->count * kept->count * sizeof *weights);
    mr_status status = weights ? spread(model, kept, weights) : no_memory(kept->count);
    if (status == MR_OK)
        status = mr_links_prune(weights, kept->count, (size_t)links, MR_KEEP_OF_SOURCE);
    if (status == MR_OK)
        status = mr_links_collect(weights, kept->count, out);
    free(weights);
    MR_TRY(status);
    memcpy((*out)->audience, model->audience, sizeof model->audience);
    (*out)->prior_weight = model->prior_weight;
    (*out)->prior_half = model->prior_half;
    for (int a = 0; a < MR_AUDIENCES; a++)
        for (size_t k = 0; k < kept->count; k++)
            (*out)->liked[(size_t)a * kept->count + k] =
                model->liked[(size_t)a * model->items + kept->items[k]];
    return MR_OK;
}

static int compare_items(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static double share_of_likes(const mr_interactions *likes, const selection *kept) {
    size_t count = 0;
    for (size_t e = 0; e < likes->count; e++)
        count += bsearch(&likes->item[e], kept->items, kept->count, sizeof *kept->items,
                         compare_items) != NULL;
    return (double)count / (double)likes->count;
}

static mr_status build(const mr_interactions *likes, const selection *kept,
                       const mr_catalogue *catalogue, const mr_collaborative_params *params,
                       const char *folder, mr_collaborative_built *out) {
    mr_collaborative_params all = *params;
    all.links = 0;
    mr_collaborative *model = NULL, *narrowed = NULL;
    MR_TRY(mr_train_collaborative(likes, &all, &model));
    mr_status status = narrow(model, kept, params->links, &narrowed);
    mr_collaborative_free(model);
    if (status == MR_OK)
        status = mr_collaborative_films_save(narrowed, kept->films, catalogue, folder);
    if (status == MR_OK)
        *out =
            (mr_collaborative_built){likes->users,    likes->items,    likes->count,
                                     narrowed->items, narrowed->links, share_of_likes(likes, kept)};
    mr_collaborative_free(narrowed);
    return status;
}

mr_status mr_build_collaborative(const char *folder, const mr_catalogue *catalogue,
                                 const mr_collaborative_params *params, const char *out_folder,
                                 mr_collaborative_built *out) {
    mr_ratings ratings;
    mr_interactions likes = {0};
    selection kept = {0};
    MR_TRY(mr_ratings_load(folder, &ratings));
    mr_status status = mr_interactions_make(&ratings, LIKED, CORE, &likes);
    if (status == MR_OK)
        status = select_items(&ratings, &likes, catalogue, &kept);
    if (status == MR_OK)
        status = build(&likes, &kept, catalogue, params, out_folder, out);
    free(kept.items);
    free(kept.films);
    mr_interactions_free(&likes);
    mr_ratings_free(&ratings);
    return status;
}
