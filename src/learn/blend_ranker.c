#include "learn/blend_ranker.h"

#include "base/memory.h"
#include "recommend/recommend_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* MovieLens' youngest and oldest groups are open; its users are taken to be in these years. */
#define FIRST_YEAR 10
#define LAST_YEAR  75

struct mr_blend_ranker {
    const mr_collaborative *model;
    float *usual; /* of each item */
    float mean;
    const int32_t *film_of;            /* or NULL */
    mr_recommender *program;           /* or NULL */
    mr_collaborative_films neighbours; /* of the program: the model with the catalogue's numbers */
    mr_watcher watchers[MR_AUDIENCES];
};

void mr_blend_ranker_free(mr_blend_ranker *ranker) {
    if (!ranker)
        return;
    mr_recommender_free(ranker->program);
    free(ranker->neighbours.item_of);
    free(ranker->usual);
    free(ranker);
}

/* Somebody of this audience, each year of the age group as likely as the others. */
static mr_watcher watcher_of(int audience) {
    static const int first[] = MR_AUDIENCE_AGES;
    int group = audience / MR_GENDER_COUNT;
    int from = group == 0 ? FIRST_YEAR : first[group];
    int to = group + 1 < MR_AUDIENCE_AGE_COUNT ? first[group + 1] - 1 : LAST_YEAR;
    mr_attributes attributes = {.has_age = true, .has_gender = true};
    for (int year = from; year <= to; year++)
        attributes.age_distribution[year] = 1.0f / (float)(to - from + 1);
    attributes.gender[audience % MR_GENDER_COUNT] = 1;
    return mr_watcher_of(&attributes);
}

/* The program with this model in place of its own. */
static mr_status put_model(mr_blend_ranker *ranker, const mr_recommender *program,
                           const int32_t *film_of) {
    mr_recommender_parts parts = *mr_recommender_parts_of(program);
    size_t films = mr_catalogue_count(parts.catalogue);
    ranker->film_of = film_of;
    ranker->neighbours = (mr_collaborative_films){.films = films};
    ranker->neighbours.item_of = malloc((films + 1) * sizeof *ranker->neighbours.item_of);
    if (!ranker->neighbours.item_of)
        return mr_fail(MR_E_MEMORY, "no memory for %zu films", films);
    memset(ranker->neighbours.item_of, -1, (films + 1) * sizeof *ranker->neighbours.item_of);
    for (size_t i = 0; i < ranker->model->items; i++)
        if (film_of[i] >= 0) {
            ranker->neighbours.item_of[film_of[i]] = (int32_t)i;
            ranker->neighbours.known++;
        }
    /* The recommender only reads the model; mr_collaborative_films also serves those who own one.
     */
    ranker->neighbours.model = (mr_collaborative *)ranker->model;
    parts.neighbours = &ranker->neighbours;
    return mr_recommender_make(&parts, &ranker->program);
}

mr_status mr_blend_ranker_make(const mr_collaborative *model, const mr_blend_films *films,
                               mr_blend_ranker **out) {
    mr_blend_ranker *ranker = calloc(1, sizeof *ranker);
    if (!ranker)
        return mr_fail(MR_E_MEMORY, "no memory for a ranker");
    ranker->model = model;
    ranker->usual = mr_alloc(model->items * sizeof *ranker->usual);
    mr_status status =
        ranker->usual ? MR_OK : mr_fail(MR_E_MEMORY, "no memory for %zu items", model->items);
    if (status == MR_OK) {
        mr_collaborative_usual(model, ranker->usual);
        ranker->mean = mr_share_mean(ranker->usual, model->items);
        for (int a = 0; a < MR_AUDIENCES; a++)
            ranker->watchers[a] = watcher_of(a);
        if (films->program)
            status = put_model(ranker, films->program, films->film_of);
    }
    if (status == MR_OK)
        *out = ranker;
    else
        mr_blend_ranker_free(ranker);
    return status;
}

static float ago_of(const mr_blend_user *user, size_t click) {
    return user->ago ? user->ago[click] : 0;
}

/* What all clicks together are worth. */
static float opinions_of(const mr_blend_user *user) {
    float sum = 0;
    for (size_t c = 0; c < user->click_count; c++)
        sum += exp2f(-ago_of(user, c));
    return sum;
}

/* What is known of films that no catalogue knows. */
static mr_status fill_bare(const mr_blend_ranker *ranker, const mr_blend_user *user,
                           float *values) {
    float shares[MR_AUDIENCES] = {0};
    shares[user->audience] = 1;
    mr_collaborative_viewer viewer;
    MR_TRY(mr_collaborative_viewer_make(ranker->model, shares, &viewer));
    for (size_t c = 0; c < user->click_count; c++)
        mr_collaborative_learn(
            &viewer, user->clicks[c],
            mr_opinion_value(&(mr_opinion){.kind = MR_FEEDBACK_LIKE, .ago = ago_of(user, c)}));
    for (size_t i = 0; i < ranker->model->items; i++) {
        float *row = values + i * MR_TERM_COUNT;
        memset(row, 0, MR_TERM_COUNT * sizeof *row);
        row[MR_TERM_POPULARITY] = mr_share_ratio(ranker->usual[i], ranker->mean);
        row[MR_TERM_TASTE] = mr_share_ratio(viewer.prior[i], ranker->usual[i]);
        row[MR_TERM_HISTORY] = mr_collaborative_history(&viewer, i);
    }
    mr_collaborative_viewer_free(&viewer);
    return MR_OK;
}

/* What the program knows of the films of its catalogue. Clicks on other films are in the neighbour
 * model's history alone, which is there already. */
static mr_status fill_known(const mr_blend_ranker *ranker, const mr_blend_user *user, bool hidden,
                            float *values) {
    mr_opinion *opinions = malloc((user->click_count + 1) * sizeof *opinions);
    if (!opinions)
        return mr_fail(MR_E_MEMORY, "no memory for %zu opinions", user->click_count);
    mr_sofa_seat seat = {.watcher = ranker->watchers[user->audience], .history = opinions};
    for (size_t c = 0; c < user->click_count; c++) {
        int32_t film = ranker->film_of[user->clicks[c]];
        if (film >= 0)
            opinions[seat.history_count++] =
                (mr_opinion){(uint32_t)film, MR_FEEDBACK_LIKE, 0, ago_of(user, c)};
    }
    mr_rank_options options = mr_rank_options_defaults();
    mr_appetite appetite;
    mr_status status = mr_appetite_make(ranker->program, &seat, &options, &appetite);
    for (size_t i = 0; i < ranker->model->items && status == MR_OK; i++) {
        float *row = values + i * MR_TERM_COUNT, history = row[MR_TERM_HISTORY];
        if (ranker->film_of[i] < 0)
            continue;
        mr_term_values(&appetite, (uint32_t)ranker->film_of[i], hidden ? -1 : (int32_t)i, row);
        row[MR_TERM_HISTORY] = hidden ? 0 : history;
    }
    if (status == MR_OK)
        mr_appetite_free(&appetite);
    free(opinions);
    return status;
}

mr_status mr_blend_ranker_values(const mr_blend_ranker *ranker, const mr_blend_user *user,
                                 bool hidden, float *values) {
    MR_TRY(fill_bare(ranker, user, values));
    return ranker->program ? fill_known(ranker, user, hidden, values) : MR_OK;
}

bool mr_blend_ranker_knows(const mr_blend_ranker *ranker, size_t item) {
    return ranker->program && ranker->film_of[item] >= 0;
}

mr_status mr_blend_ranker_scores(const mr_blend_ranker *ranker, const mr_blend *blend,
                                 const mr_blend_user *user, float *values, float *scores) {
    MR_TRY(mr_blend_ranker_values(ranker, user, false, values));
    mr_blend_weights weights = mr_blend_at(blend, opinions_of(user), 1).inside;
    for (size_t i = 0; i < ranker->model->items; i++) {
        scores[i] = 0;
        for (int t = 0; t < MR_TERM_COUNT; t++)
            scores[i] += weights.weight[t] * values[i * MR_TERM_COUNT + (size_t)t];
    }
    return MR_OK;
}
