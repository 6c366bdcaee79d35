#include "base/file.h"
#include "recommend/recommend_parts.h"

#include <stdlib.h>
#include <unistd.h>

void mr_recommender_free(mr_recommender *recommender) {
    if (!recommender)
        return;
    mr_profile_forest_free(recommender->owned_belief);
    mr_collaborative_films_free(recommender->owned_neighbours);
    free(recommender->class_of);
    free(recommender->popularity);
    free(recommender->usual);
    free(recommender);
}

const mr_recommender_parts *mr_recommender_parts_of(const mr_recommender *recommender) {
    return &recommender->parts;
}

static mr_status number_classes(mr_recommender *recommender) {
    const mr_profile_forest *belief = recommender->parts.belief;
    size_t films = mr_catalogue_count(recommender->parts.catalogue);
    recommender->class_of = malloc((films + 1) * sizeof *recommender->class_of);
    if (!recommender->class_of)
        return mr_fail(MR_E_MEMORY, "no memory to recommend %zu films", films);
    for (size_t i = 0; i < films; i++)
        recommender->class_of[i] = MR_NO_CLASS;
    for (size_t f = 0; f < belief->film_count; f++)
        recommender->class_of[belief->films[f]] = (uint16_t)f;
    return MR_OK;
}

mr_status mr_recommender_make(const mr_recommender_parts *parts, mr_recommender **out) {
    mr_recommender *recommender = calloc(1, sizeof *recommender);
    if (!recommender)
        return mr_fail(MR_E_MEMORY, "no memory for a recommender");
    recommender->parts = *parts;
    mr_status status = number_classes(recommender);
    if (status == MR_OK)
        status = mr_popularity_fill(recommender);
    if (status == MR_OK)
        *out = recommender;
    else
        mr_recommender_free(recommender);
    return status;
}

/* What is read from the folder of models. */
typedef struct models {
    mr_profile_forest *belief;
    mr_collaborative_films *neighbours;
    mr_blend blend;
} models;

static void models_free(models *read) {
    mr_profile_forest_free(read->belief);
    mr_collaborative_films_free(read->neighbours);
}

/* Neighbours are learned from ratings whose terms not everybody can meet, so they may be missing;
 * but what is there must be whole. */
static mr_status load_neighbours(const char *folder, const mr_catalogue *catalogue,
                                 mr_collaborative_films **out) {
    *out = NULL;
    return access(folder, F_OK) == 0 ? mr_collaborative_films_load(folder, catalogue, out) : MR_OK;
}

static mr_status load_blend(const char *folder, mr_blend *out) {
    char *path = mr_path_join(folder, "blend/" MR_BLEND_FILE);
    mr_status status =
        path ? mr_blend_load(path, out) : mr_fail(MR_E_MEMORY, "%s: no memory for a path", folder);
    free(path);
    return status;
}

static mr_status load_collaborative(const char *folder, const mr_catalogue *catalogue,
                                    mr_collaborative_films **out) {
    char *path = mr_path_join(folder, "collaborative");
    mr_status status = path ? load_neighbours(path, catalogue, out)
                            : mr_fail(MR_E_MEMORY, "%s: no memory for a path", folder);
    free(path);
    return status;
}

static mr_status load_forest(const char *folder, const mr_catalogue *catalogue,
                             mr_profile_forest **out) {
    char *path = mr_path_join(folder, "forest");
    mr_status status = path ? mr_profile_forest_load(path, catalogue, out)
                            : mr_fail(MR_E_MEMORY, "%s: no memory for a path", folder);
    free(path);
    return status;
}

static mr_status load_models(const char *folder, const mr_catalogue *catalogue, models *out) {
    MR_TRY(load_forest(folder, catalogue, &out->belief));
    MR_TRY(load_collaborative(folder, catalogue, &out->neighbours));
    return load_blend(folder, &out->blend);
}

static mr_status load_forest_alone(const char *folder, const mr_catalogue *catalogue, models *out) {
    MR_TRY(load_forest(folder, catalogue, &out->belief));
    out->blend = mr_blend_even();
    return MR_OK;
}

/* Makes a recommender of what was read and of taste and mood, and owner of it. */
static mr_status make_owner(const mr_catalogue *catalogue, const char *data_folder,
                            const models *read, mr_recommender **out) {
    mr_recommender_parts parts = {.catalogue = catalogue,
                                  .belief = read->belief,
                                  .neighbours = read->neighbours,
                                  .blend = read->blend};
    MR_TRY(mr_taste_and_mood_load(data_folder, &parts.taste, &parts.mood));
    mr_recommender *made;
    MR_TRY(mr_recommender_make(&parts, &made));
    made->owned_belief = read->belief;
    made->owned_neighbours = read->neighbours;
    *out = made;
    return MR_OK;
}

typedef mr_status model_reader(const char *folder, const mr_catalogue *catalogue, models *out);

static mr_status load_with(model_reader *reader, const mr_catalogue *catalogue,
                           const char *data_folder, const char *models_folder,
                           mr_recommender **out) {
    models read = {0};
    mr_status status = reader(models_folder, catalogue, &read);
    if (status == MR_OK)
        status = make_owner(catalogue, data_folder, &read, out);
    if (status != MR_OK)
        models_free(&read);
    return status;
}

mr_status mr_recommender_load(const mr_catalogue *catalogue, const char *data_folder,
                              const char *models_folder, mr_recommender **out) {
    return load_with(load_models, catalogue, data_folder, models_folder, out);
}

mr_status mr_recommender_load_unblended(const mr_catalogue *catalogue, const char *data_folder,
                                        const char *models_folder, mr_recommender **out) {
    return load_with(load_forest_alone, catalogue, data_folder, models_folder, out);
}
