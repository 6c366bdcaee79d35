#include "learn/local_likes.h"

#include "base/memory.h"
#include "learn/train_collaborative.h"

#include <stdlib.h>
#include <string.h>

#define LIKED 4 /* ratings from here on are likes, as in the shipped links */

#define LEAST_OF_VIEWER 2 /* one like links nothing */

/* One viewer liked one film. */
typedef struct entry {
    uint32_t viewer, film;
} entry;

struct mr_local_likes {
    const mr_catalogue *catalogue;
    entry *entries;
    size_t count, capacity;
    uint32_t viewers;
    char last[300]; /* name of the viewer whose likes are being added */
};

mr_local_params mr_local_params_defaults(void) {
    return (mr_local_params){
        .least_viewers = 5, .most_films = 2000, .half_viewers = 500, .ridge = 100, .links = 100};
}

mr_status mr_local_likes_create(const mr_catalogue *catalogue, mr_local_likes **out) {
    mr_local_likes *likes = calloc(1, sizeof *likes);
    if (!likes)
        return mr_fail(MR_E_MEMORY, "no memory for what viewers said");
    likes->catalogue = catalogue;
    *out = likes;
    return MR_OK;
}

void mr_local_likes_free(mr_local_likes *likes) {
    if (!likes)
        return;
    free(likes->entries);
    free(likes);
}

static bool is_like(const mr_feedback *feedback) {
    return feedback->kind == MR_FEEDBACK_LIKE ||
           (feedback->kind == MR_FEEDBACK_RATING && feedback->rating >= LIKED);
}

mr_status mr_local_likes_add(mr_local_likes *likes, const char *viewer,
                             const mr_feedback *feedback) {
    size_t length = viewer ? strlen(viewer) : 0;
    if (length == 0 || length >= sizeof likes->last || !feedback || !feedback->film)
        return mr_fail(MR_E_ARGUMENT,
                       "likes: a viewer's name of 1 to %zu bytes and a film were "
                       "expected",
                       sizeof likes->last - 1);
    long film = mr_catalogue_find(likes->catalogue, feedback->film);
    if (film < 0 || !is_like(feedback))
        return MR_OK;
    if (strcmp(viewer, likes->last) != 0) {
        memcpy(likes->last, viewer, length + 1);
        likes->viewers++;
    }
    if (!mr_grow(&likes->entries, &likes->capacity, likes->count + 1, sizeof *likes->entries))
        return mr_fail(MR_E_MEMORY, "no memory for %zu likes", likes->count + 1);
    likes->entries[likes->count++] = (entry){likes->viewers - 1, (uint32_t)film};
    return MR_OK;
}

/* --- what counts ----------------------------------------------------------------------------- */

/* Entries that count, by viewer and film, with how many each film and viewer has. */
typedef struct kept {
    entry *entries;
    size_t count;
    uint32_t *of_film, *of_viewer;
} kept;

static void kept_free(kept *k) {
    free(k->entries);
    free(k->of_film);
    free(k->of_viewer);
}

static int by_viewer(const void *a, const void *b) {
    const entry *x = a, *y = b;
    if (x->viewer != y->viewer)
        return x->viewer < y->viewer ? -1 : 1;
    return (x->film > y->film) - (x->film < y->film);
}

static bool same(const entry *a, const entry *b) {
    return a->viewer == b->viewer && a->film == b->film;
}

/* The likes in order, each once. */
static mr_status collect(const mr_local_likes *likes, kept *out) {
    size_t films = mr_catalogue_count(likes->catalogue);
    *out = (kept){mr_alloc((likes->count + 1) * sizeof(entry)), 0,
                  mr_alloc((films + 1) * sizeof(uint32_t)),
                  mr_alloc(((size_t)likes->viewers + 1) * sizeof(uint32_t))};
    if (!out->entries || !out->of_film || !out->of_viewer)
        return mr_fail(MR_E_MEMORY, "no memory for %zu likes", likes->count);
    if (likes->count == 0)
        return MR_OK;
    memcpy(out->entries, likes->entries, likes->count * sizeof(entry));
    qsort(out->entries, likes->count, sizeof(entry), by_viewer);
    for (size_t i = 0; i < likes->count; i++) {
        const entry *e = &out->entries[i];
        if (out->count > 0 && same(&out->entries[out->count - 1], e))
            continue;
        out->of_film[e->film]++;
        out->of_viewer[e->viewer]++;
        out->entries[out->count++] = *e;
    }
    return MR_OK;
}

/* Keeps what has enough on both sides; true when something was lost, and others may have too little
 * now. */
static bool drop_rare(kept *k, uint32_t of_film, uint32_t of_viewer) {
    size_t count = 0;
    for (size_t i = 0; i < k->count; i++) {
        entry e = k->entries[i];
        if (k->of_film[e.film] >= of_film && k->of_viewer[e.viewer] >= of_viewer) {
            k->entries[count++] = e;
            continue;
        }
        k->of_film[e.film] -= k->of_film[e.film] > 0;
        k->of_viewer[e.viewer]--;
    }
    bool lost = count < k->count;
    k->count = count;
    return lost;
}

/* A film and how many like it. */
typedef struct film_count {
    uint32_t film, count;
} film_count;

static int by_falling_count(const void *a, const void *b) {
    const film_count *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return (x->film > y->film) - (x->film < y->film);
}

/* Of more than `most` films those that most like: the others then have no likes that count. */
static mr_status keep_most_liked(kept *k, size_t films, size_t most) {
    if (films <= most)
        return MR_OK;
    film_count *counts = malloc(films * sizeof *counts);
    if (!counts)
        return mr_fail(MR_E_MEMORY, "no memory for %zu films", films);
    for (size_t f = 0; f < films; f++)
        counts[f] = (film_count){(uint32_t)f, k->of_film[f]};
    qsort(counts, films, sizeof *counts, by_falling_count);
    for (size_t i = most; i < films; i++)
        k->of_film[counts[i].film] = 0;
    free(counts);
    return MR_OK;
}

/* --- learning -------------------------------------------------------------------------------- */

/* Numbers the films that are left; item_of of the others is -1. */
static size_t number_films(const kept *k, size_t films, int32_t *item_of) {
    size_t items = 0;
    for (size_t f = 0; f < films; f++)
        item_of[f] = k->of_film[f] > 0 ? (int32_t)items++ : -1;
    return items;
}

/* The same as a matrix of users and items. What the audience would be is not asked. */
static mr_status tabulate(const kept *k, size_t items, const int32_t *item_of,
                          mr_interactions *out) {
    size_t users = 0;
    for (size_t i = 0; i < k->count; i++)
        users += i == 0 || k->entries[i].viewer != k->entries[i - 1].viewer;
    *out = (mr_interactions){.users = users,
                             .items = items,
                             .count = k->count,
                             .start = mr_alloc((users + 1) * sizeof(uint32_t)),
                             .item = mr_alloc((k->count + 1) * sizeof(uint32_t)),
                             .user_of = mr_alloc((users + 1) * sizeof(uint32_t)),
                             .film_of = mr_alloc((items + 1) * sizeof(uint32_t)),
                             .audience = mr_alloc(users + 1)};
    if (!out->start || !out->item || !out->user_of || !out->film_of || !out->audience)
        return mr_fail(MR_E_MEMORY, "no memory for %zu likes", k->count);
    size_t user = 0;
    for (size_t i = 0; i < k->count; i++) {
        if (i > 0 && k->entries[i].viewer != k->entries[i - 1].viewer)
            out->start[++user] = (uint32_t)i;
        out->item[i] = (uint32_t)item_of[k->entries[i].film];
    }
    out->start[users] = (uint32_t)k->count;
    return MR_OK;
}

static mr_status train(const mr_interactions *likes, const mr_local_params *params,
                       mr_collaborative **out) {
    mr_collaborative_params training = mr_collaborative_params_defaults();
    training.ridge = params->ridge;
    training.low_pass = 0; /* directions of taste want many people */
    training.links = params->links;
    MR_TRY(mr_train_collaborative(likes, &training, out));
    double viewers = (double)likes->users;
    float strength = (float)(viewers / (viewers + params->half_viewers));
    for (size_t l = 0; l < (*out)->links; l++)
        (*out)->weight[l] *= strength;
    return MR_OK;
}

static mr_status link_films(const kept *k, size_t films, const mr_local_params *params,
                            mr_local_links **out) {
    mr_collaborative_films *made = calloc(1, sizeof *made);
    mr_interactions likes = {0};
    mr_status status = MR_OK;
    if (!made || !(made->item_of = malloc((films + 1) * sizeof *made->item_of)))
        status = mr_fail(MR_E_MEMORY, "no memory for %zu films", films);
    if (status == MR_OK) {
        made->films = films;
        made->known = number_films(k, films, made->item_of);
        status = tabulate(k, made->known, made->item_of, &likes);
    }
    if (status == MR_OK)
        status = train(&likes, params, &made->model);
    if (status == MR_OK)
        status = mr_local_links_make(made, likes.users, likes.count, out);
    else
        mr_collaborative_films_free(made);
    mr_interactions_free(&likes);
    return status;
}

static mr_status check_stop(const mr_local_params *params) {
    return params->stop && atomic_load(params->stop)
               ? mr_fail(MR_E_INTERRUPTED, "learning from viewers: stopped")
               : MR_OK;
}

mr_status mr_local_likes_learn(const mr_local_likes *likes, const mr_local_params *params,
                               mr_local_links **out) {
    const mr_local_params chosen = params ? *params : mr_local_params_defaults();
    size_t films = mr_catalogue_count(likes->catalogue);
    kept k;
    mr_status status = collect(likes, &k);
    if (status == MR_OK)
        status = keep_most_liked(&k, films, chosen.most_films);
    for (bool lost = true; status == MR_OK && lost; status = check_stop(&chosen))
        lost = drop_rare(&k, (uint32_t)chosen.least_viewers, LEAST_OF_VIEWER);
    if (status == MR_OK) {
        *out = NULL;
        if (k.count > 0)
            status = link_films(&k, films, &chosen, out);
    }
    kept_free(&k);
    return status;
}
