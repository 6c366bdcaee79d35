#include "learn/interactions.h"

#include "base/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static mr_status no_memory(size_t count) {
    return mr_fail(MR_E_MEMORY, "interactions: no memory for %zu entries", count);
}

/* What was made of it on failure is for the caller to free. */
static mr_status reserve(size_t users, size_t items, size_t count, mr_interactions *out) {
    *out = (mr_interactions){.users = users,
                             .items = items,
                             .start = mr_alloc((users + 1) * sizeof *out->start),
                             .item = mr_alloc((count + 1) * sizeof *out->item),
                             .at = mr_alloc((count + 1) * sizeof *out->at),
                             .user_of = mr_alloc((users + 1) * sizeof *out->user_of),
                             .film_of = mr_alloc((items + 1) * sizeof *out->film_of),
                             .audience = mr_alloc(users + 1)};
    if (out->start && out->item && out->at && out->user_of && out->film_of && out->audience)
        return MR_OK;
    return no_memory(count);
}

void mr_interactions_free(mr_interactions *interactions) {
    free(interactions->start);
    free(interactions->item);
    free(interactions->at);
    free(interactions->user_of);
    free(interactions->film_of);
    free(interactions->audience);
    *interactions = (mr_interactions){0};
}

/* How often each user and film occurs among ratings that are still in. */
typedef struct degrees {
    uint32_t *user, *film;
} degrees;

static bool is_in(const mr_rating *row, int least, const degrees *d) {
    return row->rating >= least && d->user[row->user] && d->film[row->film];
}

/* Drops users and films with too few; returns whether there were any. */
static bool drop_rare(uint32_t *degree, size_t count, uint32_t core) {
    bool dropped = false;
    for (size_t i = 0; i < count; i++)
        if (degree[i] > 0 && degree[i] < core) {
            degree[i] = 0;
            dropped = true;
        }
    return dropped;
}

/* Degrees within the core; zero for who is not in it. `next` is scratch of the same sizes. */
static void find_core(const mr_ratings *ratings, int least, uint32_t core, degrees *now,
                      degrees *next) {
    for (size_t u = 0; u < ratings->users; u++)
        now->user[u] = 1;
    for (size_t f = 0; f < ratings->films; f++)
        now->film[f] = 1;
    bool dropped = true;
    while (dropped) {
        memset(next->user, 0, ratings->users * sizeof *next->user);
        memset(next->film, 0, ratings->films * sizeof *next->film);
        for (size_t i = 0; i < ratings->count; i++)
            if (is_in(&ratings->rows[i], least, now)) {
                next->user[ratings->rows[i].user]++;
                next->film[ratings->rows[i].film]++;
            }
        bool users = drop_rare(next->user, ratings->users, core);
        bool films = drop_rare(next->film, ratings->films, core);
        dropped = users || films;
        degrees kept = *now;
        *now = *next;
        *next = kept;
    }
}

/* Of numbers of items, or of what begins with one. */
static int compare_items(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* A user's entry while it is brought in order. */
typedef struct timed_item {
    uint32_t item;
    int64_t at;
} timed_item;

/* Sorts each user's entries by item. */
static mr_status sort_entries(mr_interactions *made) {
    size_t most = 0; /* who rated a film twice has more than there are films */
    for (size_t u = 0; u < made->users; u++)
        if (mr_interactions_of(made, u) > most)
            most = mr_interactions_of(made, u);
    timed_item *entries = malloc((most + 1) * sizeof *entries);
    if (!entries)
        return no_memory(most);
    for (size_t u = 0; u < made->users; u++) {
        size_t first = made->start[u], count = mr_interactions_of(made, u);
        for (size_t e = 0; e < count; e++)
            entries[e] = (timed_item){made->item[first + e], made->at[first + e]};
        qsort(entries, count, sizeof *entries, compare_items);
        for (size_t e = 0; e < count; e++) {
            made->item[first + e] = entries[e].item;
            made->at[first + e] = entries[e].at;
        }
    }
    free(entries);
    return MR_OK;
}

/* Numbers of those whose degree is not zero; the degree becomes number + 1. */
static void number(uint32_t *degree, size_t count, uint32_t *back) {
    uint32_t next = 0;
    for (size_t i = 0; i < count; i++)
        if (degree[i]) {
            back[next] = (uint32_t)i;
            degree[i] = ++next;
        }
}

static size_t count_nonzero(const uint32_t *values, size_t count) {
    size_t nonzero = 0;
    for (size_t i = 0; i < count; i++)
        nonzero += values[i] != 0;
    return nonzero;
}

/* A film that a user has rated twice would count twice. */
static mr_status refuse_twins(const mr_interactions *made) {
    for (size_t u = 0; u < made->users; u++)
        for (uint32_t e = made->start[u] + 1; e < made->start[u + 1]; e++)
            if (made->item[e] == made->item[e - 1])
                return mr_fail(MR_E_FORMAT, "ratings: user number %u rated film number %u twice",
                               made->user_of[u], made->film_of[made->item[e]]);
    return MR_OK;
}

static mr_status fill(const mr_ratings *ratings, int least, degrees *core, mr_interactions *out) {
    MR_TRY(reserve(count_nonzero(core->user, ratings->users),
                   count_nonzero(core->film, ratings->films), ratings->count, out));
    number(core->user, ratings->users, out->user_of);
    number(core->film, ratings->films, out->film_of);
    for (size_t u = 0; u < out->users; u++)
        out->audience[u] = ratings->audience[out->user_of[u]];
    for (size_t i = 0; i < ratings->count; i++)
        if (is_in(&ratings->rows[i], least, core)) {
            out->start[core->user[ratings->rows[i].user]]++;
            out->count++;
        }
    for (size_t u = 0; u < out->users; u++)
        out->start[u + 1] += out->start[u];
    for (size_t i = ratings->count; i-- > 0;) {
        const mr_rating *row = &ratings->rows[i];
        if (!is_in(row, least, core))
            continue;
        uint32_t entry = --out->start[core->user[row->user]];
        out->item[entry] = core->film[row->film] - 1;
        out->at[entry] = row->at;
    }
    /* Each start[u + 1] went down to the beginning of user u. */
    for (size_t u = 0; u < out->users; u++)
        out->start[u] = out->start[u + 1];
    out->start[out->users] = (uint32_t)out->count;
    MR_TRY(sort_entries(out));
    return refuse_twins(out);
}

mr_status mr_interactions_make(const mr_ratings *ratings, int least, int core,
                               mr_interactions *out) {
    *out = (mr_interactions){0};
    degrees now = {mr_alloc(ratings->users * sizeof(uint32_t)),
                   mr_alloc(ratings->films * sizeof(uint32_t))};
    degrees next = {mr_alloc(ratings->users * sizeof(uint32_t)),
                    mr_alloc(ratings->films * sizeof(uint32_t))};
    mr_status status = MR_OK;
    if (!now.user || !now.film || !next.user || !next.film)
        status = no_memory(ratings->count);
    if (status == MR_OK) {
        find_core(ratings, least, (uint32_t)core, &now, &next);
        status = fill(ratings, least, &now, out);
    }
    free(now.user);
    free(now.film);
    free(next.user);
    free(next.film);
    if (status == MR_OK && out->count == 0)
        status = mr_fail(MR_E_FORMAT,
                         "ratings: none of %zu is left in the %d-core of those of %d "
                         "and more",
                         ratings->count, core, least);
    if (status != MR_OK)
        mr_interactions_free(out);
    return status;
}

mr_status mr_interactions_part(const mr_interactions *all, const uint8_t *flags, uint8_t wanted,
                               mr_interactions *out) {
    mr_status status = reserve(all->users, all->items, all->count, out);
    if (status != MR_OK) {
        mr_interactions_free(out);
        return status;
    }
    memcpy(out->user_of, all->user_of, all->users * sizeof *out->user_of);
    memcpy(out->film_of, all->film_of, all->items * sizeof *out->film_of);
    memcpy(out->audience, all->audience, all->users);
    for (size_t u = 0; u < all->users; u++) {
        for (uint32_t e = all->start[u]; e < all->start[u + 1]; e++) {
            if (flags[e] != wanted)
                continue;
            out->at[out->count] = all->at ? all->at[e] : 0;
            out->item[out->count++] = all->item[e];
        }
        out->start[u + 1] = (uint32_t)out->count;
    }
    return MR_OK;
}

static int32_t *numbers_of(const uint32_t *back, size_t count, size_t size) {
    int32_t *numbers = malloc((size + 1) * sizeof *numbers);
    if (!numbers)
        return NULL;
    memset(numbers, -1, (size + 1) * sizeof *numbers);
    for (size_t i = 0; i < count; i++)
        numbers[back[i]] = (int32_t)i;
    return numbers;
}

int32_t *mr_interactions_users(const mr_interactions *interactions, size_t users) {
    return numbers_of(interactions->user_of, interactions->users, users);
}

int32_t *mr_interactions_items(const mr_interactions *interactions, size_t films) {
    return numbers_of(interactions->film_of, interactions->items, films);
}

long mr_interactions_find(const mr_interactions *interactions, size_t user, uint32_t item) {
    const uint32_t *begin = interactions->item + interactions->start[user];
    const uint32_t *found =
        bsearch(&item, begin, mr_interactions_of(interactions, user), sizeof item, compare_items);
    return found ? found - interactions->item : -1;
}
