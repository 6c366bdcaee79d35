#include "recommend/profile_forest.h"

#include "base/memory.h"
#include "recommend/profile_forest_parts.h"

#include <stdlib.h>
#include <string.h>

mr_forest_params mr_profile_forest_params(void) {
    mr_forest_params params = mr_forest_params_defaults();
    params.trees = 200;
    params.mtry = 4;
    params.seed = MR_PROFILE_SPLIT_SEED;
    return params;
}

void mr_profile_forest_free(mr_profile_forest *belief) {
    if (!belief)
        return;
    mr_forest_free(belief->forest);
    free(belief->films);
    free(belief->choice);
    free(belief);
}

/* Spreads a belief in films over their genres, evenly over those of one film. */
static void spread_over_genres(const mr_profile_forest *belief, const mr_catalogue *catalogue,
                               const float *choice, float genre[MR_GENRE_COUNT]) {
    memset(genre, 0, MR_GENRE_COUNT * sizeof *genre);
    for (size_t f = 0; f < belief->film_count; f++) {
        mr_genre_set set = mr_catalogue_entry(catalogue, belief->films[f])->genres;
        float part = choice[f] / (float)mr_genre_set_size(set);
        for (; set; set &= set - 1)
            genre[__builtin_ctz(set)] += part;
    }
}

mr_status mr_profile_forest_tabulate(mr_profile_forest *belief, const mr_catalogue *catalogue) {
    belief->choice = mr_alloc((size_t)MR_CELLS * belief->film_count * sizeof *belief->choice);
    if (!belief->choice)
        return mr_fail(MR_E_MEMORY, "no memory for the belief in %zu films", belief->film_count);
    float total = 0;
    for (int cell = 0; cell < MR_CELLS; cell++) {
        float features[MR_PROFILE_FEATURES];
        float *choice = belief->choice + (size_t)cell * belief->film_count;
        mr_profile_features(cell, features);
        mr_forest_predict(belief->forest, features, choice);
        spread_over_genres(belief, catalogue, choice, belief->genre[cell]);
        total += belief->share[cell];
    }
    for (int cell = 0; cell < MR_CELLS; cell++)
        for (int g = 0; g < MR_GENRE_COUNT; g++)
            belief->usual[g] += belief->share[cell] / total * belief->genre[cell][g];
    return MR_OK;
}

/* Features and classes of the chosen rows. */
static void fill_rows(const mr_profile_set *set, const uint32_t *rows, size_t count, float *values,
                      uint16_t *classes, float share[MR_CELLS]) {
    for (size_t i = 0; i < count; i++) {
        const mr_profile *profile = &set->rows[rows[i]];
        mr_profile_features(profile->cell, values + i * MR_PROFILE_FEATURES);
        classes[i] = profile->film;
        share[profile->cell]++;
    }
}

static mr_status grow(const mr_profile_set *set, const uint32_t *rows, size_t count,
                      const mr_forest_params *params, mr_profile_forest *belief) {
    float *values = malloc((count + 1) * MR_PROFILE_FEATURES * sizeof *values);
    uint16_t *classes = malloc((count + 1) * sizeof *classes);
    mr_status status;
    if (values && classes) {
        fill_rows(set, rows, count, values, classes, belief->share);
        mr_forest_data data = {.values = values,
                               .rows = count,
                               .features = MR_PROFILE_FEATURES,
                               .classes = classes,
                               .class_count = set->film_count};
        status = mr_forest_train(&data, params, &belief->forest);
    } else {
        status = mr_fail(MR_E_MEMORY, "no memory for %zu profiles", count);
    }
    free(values);
    free(classes);
    return status;
}

static mr_status train(const mr_profile_set *set, const uint32_t *rows, size_t count,
                       const mr_catalogue *catalogue, const mr_forest_params *params,
                       mr_profile_forest *belief) {
    belief->film_count = set->film_count;
    belief->films = malloc(set->film_count * sizeof *belief->films);
    if (!belief->films)
        return mr_fail(MR_E_MEMORY, "no memory for %zu films", set->film_count);
    memcpy(belief->films, set->films, set->film_count * sizeof *belief->films);
    MR_TRY(grow(set, rows, count, params, belief));
    return mr_profile_forest_tabulate(belief, catalogue);
}

mr_status mr_profile_forest_train(const mr_profile_set *set, const uint32_t *rows, size_t count,
                                  const mr_catalogue *catalogue, const mr_forest_params *params,
                                  mr_profile_forest **out) {
    mr_profile_forest *belief = calloc(1, sizeof *belief);
    if (!belief)
        return mr_fail(MR_E_MEMORY, "no memory for a forest");
    mr_status status = train(set, rows, count, catalogue, params, belief);
    if (status == MR_OK)
        *out = belief;
    else
        mr_profile_forest_free(belief);
    return status;
}

size_t mr_profile_forest_best(const mr_profile_forest *belief, int cell) {
    const float *choice = belief->choice + (size_t)cell * belief->film_count;
    size_t best = 0;
    for (size_t f = 1; f < belief->film_count; f++)
        if (choice[f] > choice[best])
            best = f;
    return best;
}

void mr_profile_forest_believe(const mr_profile_forest *belief, const mr_watcher *watcher,
                               float *films, mr_belief *out) {
    mr_watcher_cells(watcher, belief->share, out->cells);
    memset(films, 0, belief->film_count * sizeof *films);
    memset(out->genre, 0, sizeof out->genre);
    for (int cell = 0; cell < MR_CELLS; cell++) {
        float p = out->cells[cell];
        if (p <= 0)
            continue;
        const float *choice = belief->choice + (size_t)cell * belief->film_count;
        for (size_t f = 0; f < belief->film_count; f++)
            films[f] += p * choice[f];
        for (int g = 0; g < MR_GENRE_COUNT; g++)
            out->genre[g] += p * belief->genre[cell][g];
    }
}
