#include "learn/train_blend.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/rng.h"
#include "learn/choice_model.h"
#include "learn/match_films.h"

#include <stdlib.h>
#include <string.h>

#define LIKED 4
#define CORE  10

/* Keys of the random streams. */
enum { KEY_HELD = 1, KEY_ORDER };

_Static_assert((int)MR_TERM_COUNT <= MR_CHOICE_MAX_TERMS, "the choice model takes all terms");
_Static_assert(MR_BLEND_STEPS <= MR_BLEND_MAX_STEPS, "the blend takes all numbers of clicks");

static const int click_counts[MR_BLEND_STEPS] = MR_BLEND_CLICK_COUNTS;

mr_blend_params mr_blend_params_defaults(void) {
    return (mr_blend_params){
        .model = mr_collaborative_params_defaults(), .parts = 5, .ridge = 1e-4f, .seed = 1};
}

/* A fit under way. */
typedef struct fit {
    const mr_interactions *likes;
    const mr_blend_params *params;
    mr_blend_ranker *ranker;
    uint8_t *held;   /* of each user */
    uint32_t *order; /* of each entry of the likes: the user's items in the order of clicks */
    mr_choices choices;
    float *values; /* room for choices */
    uint8_t *kind;
} fit;

static void fit_free(fit *f) {
    mr_blend_ranker_free(f->ranker);
    free(f->held);
    free(f->order);
    free(f->values);
    free(f->kind);
}

/* Draws who is held out, and the order of everybody's clicks. Returns how many are held out. */
static size_t draw(fit *f) {
    const mr_interactions *likes = f->likes;
    size_t count = 0;
    memcpy(f->order, likes->item, likes->count * sizeof *f->order);
    for (size_t u = 0; u < likes->users; u++) {
        mr_rng who = mr_rng_keyed(f->params->seed, KEY_HELD, u);
        mr_rng order = mr_rng_keyed(f->params->seed, KEY_ORDER, u);
        f->held[u] = mr_rng_below(&who, (uint64_t)f->params->parts) == 0;
        mr_rng_shuffle(&order, f->order + likes->start[u], mr_interactions_of(likes, u));
        count += f->held[u];
    }
    return count;
}

static mr_status fit_make(const mr_interactions *likes, const mr_blend_params *params, fit *out) {
    *out = (fit){.likes = likes,
                 .params = params,
                 .held = mr_alloc(likes->users + 1),
                 .order = malloc((likes->count + 1) * sizeof *out->order)};
    if (!out->held || !out->order)
        return mr_fail(MR_E_MEMORY, "blend: no memory for %zu likes", likes->count);
    size_t rows = draw(out) * likes->items;
    out->values = malloc((rows + 1) * MR_TERM_COUNT * sizeof *out->values);
    out->kind = malloc(rows + 1);
    return out->values && out->kind
               ? MR_OK
               : mr_fail(MR_E_MEMORY, "blend: no memory for %zu films of users", rows);
}

/* The neighbour model of those who are not held out. */
static mr_status train_model(const fit *f, mr_collaborative **out) {
    const mr_interactions *likes = f->likes;
    uint8_t *flags = mr_alloc(likes->count + 1);
    if (!flags)
        return mr_fail(MR_E_MEMORY, "blend: no memory for %zu likes", likes->count);
    for (size_t u = 0; u < likes->users; u++)
        memset(flags + likes->start[u], f->held[u], mr_interactions_of(likes, u));
    mr_interactions known = {0};
    mr_status status = mr_interactions_part(likes, flags, 0, &known);
    if (status == MR_OK)
        status = mr_train_collaborative(&known, &f->params->model, out);
    mr_interactions_free(&known);
    free(flags);
    return status;
}

/* What each item is to a user after so many clicks; returns how many are picked. An item of no
 * catalogue cannot be told from others once it is hidden, and is left out. */
static size_t mark(const fit *f, size_t user, size_t clicks, bool hidden, uint8_t *kind) {
    const uint32_t *order = f->order + f->likes->start[user];
    size_t items = f->likes->items, liked = mr_interactions_of(f->likes, user), picked = 0;
    memset(kind, MR_CHOICE_OPEN, items);
    for (size_t i = 0; i < liked; i++)
        kind[order[i]] = i < clicks ? MR_CHOICE_BARRED : MR_CHOICE_PICKED;
    for (size_t i = 0; i < items; i++) {
        if (hidden && !mr_blend_ranker_knows(f->ranker, i))
            kind[i] = MR_CHOICE_BARRED;
        picked += kind[i] == MR_CHOICE_PICKED;
    }
    return picked;
}

/* Puts the question about one user after so many clicks behind the others, if there is one. */
static mr_status ask(fit *f, size_t user, size_t clicks, bool hidden) {
    mr_choices *choices = &f->choices;
    size_t items = f->likes->items;
    if (mark(f, user, clicks, hidden, f->kind + choices->users * items) == 0)
        return MR_OK;
    mr_blend_user asked = {f->likes->audience[user], f->order + f->likes->start[user], clicks,
                           NULL};
    MR_TRY(mr_blend_ranker_values(f->ranker, &asked, hidden,
                                  f->values + choices->users * items * MR_TERM_COUNT));
    choices->users++;
    return MR_OK;
}

static mr_status ask_all(fit *f, size_t clicks, bool hidden) {
    f->choices = (mr_choices){
        .items = f->likes->items, .terms = MR_TERM_COUNT, .values = f->values, .kind = f->kind};
    for (size_t u = 0; u < f->likes->users; u++)
        if (f->held[u] && mr_interactions_of(f->likes, u) >= clicks + MR_BLEND_LEAST_WANTED)
            MR_TRY(ask(f, u, clicks, hidden));
    return MR_OK;
}

/* Fits one set of weights to the questions that were put; with or without the history. */
static mr_status weigh(const fit *f, bool history, mr_blend_weights *out) {
    bool used[MR_TERM_COUNT];
    for (int t = 0; t < MR_TERM_COUNT; t++)
        used[t] = mr_blend_is_fitted((mr_term)t) && (history || t != MR_TERM_HISTORY);
    MR_TRY(mr_choice_fit(&f->choices, used, (double)f->params->ridge, out->weight));
    out->scale = 1;
    if (!f->params->ranks_only)
        mr_chance_fit(&f->choices, out->weight, &out->scale, &out->offset);
    for (int t = 0; t < MR_TERM_COUNT; t++)
        if (!mr_blend_is_fitted((mr_term)t))
            out->weight[t] = 1;
    return MR_OK;
}

/* Without a catalogue nothing can be said of films outside of the neighbour model. */
static mr_status weigh_outside(fit *f, size_t clicks, const mr_blend_weights *inside,
                               mr_blend_weights *out) {
    MR_TRY(ask_all(f, clicks, true));
    if (f->choices.users > 0)
        return weigh(f, false, out);
    *out = *inside;
    return MR_OK;
}

/* Terms that clicks make weigh at 0 clicks what they weigh after the first, so that half a click
 * does not count for less. */
static void carry_back(mr_blend_weights *first, const mr_blend_weights *second) {
    first->weight[MR_TERM_LIKENESS] = second->weight[MR_TERM_LIKENESS];
    first->weight[MR_TERM_HISTORY] = second->weight[MR_TERM_HISTORY];
}

/* What was right for fewer clicks is nearly right. */
static void start_from_last(mr_blend *blend, int step) {
    if (step == 0)
        return;
    blend->known[step] = blend->known[step - 1];
    blend->unknown[step] = blend->unknown[step - 1];
    blend->outside[step] = blend->outside[step - 1];
}

static mr_status weigh_others(fit *f, int step, mr_blend *blend) {
    if (f->params->ranks_only) {
        blend->unknown[step] = blend->outside[step] = blend->known[step];
        return MR_OK;
    }
    MR_TRY(weigh(f, false, &blend->unknown[step]));
    return weigh_outside(f, (size_t)click_counts[step], &blend->unknown[step],
                         &blend->outside[step]);
}

static mr_status fit_steps(fit *f, mr_blend *blend, mr_blend_fitted *figures) {
    for (int s = 0; s < MR_BLEND_STEPS; s++) {
        MR_TRY(ask_all(f, (size_t)click_counts[s], false));
        figures->users[s] = f->choices.users;
        if (f->choices.users == 0)
            break;
        blend->clicks[s] = (float)click_counts[s];
        start_from_last(blend, s);
        MR_TRY(weigh(f, true, &blend->known[s]));
        figures->likelihood[s] = mr_choice_likelihood(&f->choices, blend->known[s].weight);
        MR_TRY(weigh_others(f, s, blend));
        blend->steps++;
    }
    if (blend->steps == 0)
        return mr_fail(MR_E_FORMAT, "blend: nobody of the users held out likes %d films or more",
                       MR_BLEND_LEAST_WANTED);
    if (blend->steps > 1) {
        carry_back(&blend->known[0], &blend->known[1]);
        carry_back(&blend->unknown[0], &blend->unknown[1]);
        carry_back(&blend->outside[0], &blend->outside[1]);
    }
    return MR_OK;
}

mr_status mr_train_blend(const mr_interactions *likes, const mr_blend_films *films,
                         const mr_blend_params *params, mr_blend *out, mr_blend_fitted *figures) {
    fit f = {0};
    mr_blend blend = {0};
    mr_blend_fitted found = {{0}, {0}};
    mr_collaborative *model = NULL;
    mr_status status = fit_make(likes, params, &f);
    if (status == MR_OK)
        status = train_model(&f, &model);
    if (status == MR_OK)
        status = mr_blend_ranker_make(model, films, &f.ranker);
    if (status == MR_OK)
        status = fit_steps(&f, &blend, &found);
    fit_free(&f);
    mr_collaborative_free(model);
    MR_TRY(status);
    *out = blend;
    *figures = found;
    return MR_OK;
}

/* --- from a folder --------------------------------------------------------------------------- */

mr_status mr_blend_match(const mr_ratings *ratings, const mr_interactions *likes,
                         const mr_recommender *program, int32_t **out) {
    int32_t *matches = malloc((ratings->films + 1) * sizeof *matches);
    int32_t *film_of = malloc((likes->items + 1) * sizeof *film_of);
    mr_status status = matches && film_of
                           ? mr_match_films(ratings->film, ratings->films,
                                            mr_recommender_parts_of(program)->catalogue, matches)
                           : mr_fail(MR_E_MEMORY, "no memory for %zu films", ratings->films);
    for (size_t i = 0; i < likes->items && status == MR_OK; i++)
        film_of[i] = matches[likes->film_of[i]];
    free(matches);
    if (status == MR_OK)
        *out = film_of;
    else
        free(film_of);
    return status;
}

static mr_status save(const mr_blend *blend, const char *folder) {
    MR_TRY(mr_folder_make(folder));
    char *path = mr_path_join(folder, MR_BLEND_FILE);
    mr_status status =
        path ? mr_blend_save(blend, path) : mr_fail(MR_E_MEMORY, "%s: no memory", folder);
    free(path);
    return status;
}

mr_status mr_build_blend(const char *folder, const mr_recommender *program,
                         const mr_blend_params *params, const char *out_folder,
                         mr_blend_fitted *figures) {
    mr_ratings ratings;
    mr_interactions likes = {0};
    int32_t *film_of = NULL;
    mr_blend blend;
    MR_TRY(mr_ratings_load(folder, &ratings));
    mr_status status = mr_interactions_make(&ratings, LIKED, CORE, &likes);
    if (status == MR_OK)
        status = mr_blend_match(&ratings, &likes, program, &film_of);
    if (status == MR_OK)
        status =
            mr_train_blend(&likes, &(mr_blend_films){program, film_of}, params, &blend, figures);
    if (status == MR_OK)
        status = save(&blend, out_folder);
    free(film_of);
    mr_interactions_free(&likes);
    mr_ratings_free(&ratings);
    return status;
}
