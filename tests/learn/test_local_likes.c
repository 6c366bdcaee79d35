/* What the viewers of one place teach: what counts, how much, and that rankings use it at once. */
#include "../recommend/shipped.h"
#include "learn/local_likes.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Films that the neighbour model does not know, by catalogue index. */
enum { CAMPS = 2, CAMP_FILMS = 6, CAMP_VIEWERS = 30 };

static uint32_t outside[CAMPS * CAMP_FILMS];

static int open_world(void **state) {
    if (open_all(state) != 0)
        return -1;
    const mr_collaborative_films *known = mr_recommender_parts_of(recommender)->neighbours;
    const mr_catalogue_film *films = mr_catalogue_films(catalogue);
    size_t found = 0;
    for (size_t i = 0; i < mr_catalogue_count(catalogue) && found < CAMPS * CAMP_FILMS; i++)
        if (known->item_of[i] < 0 && films[i].minimum_age <= 12)
            outside[found++] = (uint32_t)i;
    return found == CAMPS * CAMP_FILMS ? 0 : -1;
}

static mr_local_likes *empty(void) {
    mr_local_likes *likes;
    assert_ok(mr_local_likes_create(catalogue, &likes));
    return likes;
}

static void say(mr_local_likes *likes, const char *viewer, uint32_t film, mr_feedback_kind kind,
                int rating) {
    mr_feedback feedback = {
        .film = mr_catalogue_entry(catalogue, film)->id, .kind = kind, .rating = rating};
    assert_ok(mr_local_likes_add(likes, viewer, &feedback));
}

static void like(mr_local_likes *likes, const char *viewer, uint32_t film) {
    say(likes, viewer, film, MR_FEEDBACK_LIKE, 0);
}

/* Two camps of viewers: each likes the films of its own, but for one of them. */
static mr_local_likes *two_camps(size_t viewers) {
    mr_local_likes *likes = empty();
    for (size_t camp = 0; camp < CAMPS; camp++)
        for (size_t v = 0; v < viewers; v++) {
            char name[32];
            snprintf(name, sizeof name, "viewer-%zu-%zu", camp, v);
            for (size_t f = 0; f < CAMP_FILMS; f++)
                if (f != v % CAMP_FILMS)
                    like(likes, name, outside[camp * CAMP_FILMS + f]);
        }
    return likes;
}

static mr_local_links *learn(mr_local_likes *likes, const mr_local_params *params) {
    mr_local_links *links = NULL;
    assert_ok(mr_local_likes_learn(likes, params, &links));
    mr_local_likes_free(likes);
    return links;
}

static float link_between(const mr_local_links *links, uint32_t from, uint32_t to) {
    const int32_t *item = links->likes->item_of;
    assert_true(item[from] >= 0 && item[to] >= 0);
    return mr_collaborative_link(links->likes->model, (size_t)item[from], (size_t)item[to]);
}

static void camps_are_found(void **state) {
    (void)state;
    mr_local_links *links = learn(two_camps(CAMP_VIEWERS), NULL);
    assert_int_equal(links->viewers, CAMPS * CAMP_VIEWERS);
    assert_int_equal(links->entries, CAMPS * CAMP_VIEWERS * (CAMP_FILMS - 1));
    assert_int_equal(links->likes->known, CAMPS * CAMP_FILMS);
    for (size_t f = 1; f < CAMP_FILMS; f++) {
        assert_true(link_between(links, outside[0], outside[f]) > 0);
        assert_true(link_between(links, outside[0], outside[CAMP_FILMS + f]) <= 0);
    }
    mr_local_links_drop(links);
}

/* Five must like a film, and a viewer must like two of those, once each. */
static void nobody_can_be_told_from_a_link(void **state) {
    (void)state;
    mr_local_likes *likes = empty();
    char name[32];
    for (int v = 0; v < 5; v++) {
        snprintf(name, sizeof name, "v%d", v);
        like(likes, name, outside[0]);
        say(likes, name, outside[1], MR_FEEDBACK_RATING, 4);
        say(likes, name, outside[1], MR_FEEDBACK_RATING, 5); /* the same film once more */
        if (v < 4)
            like(likes, name, outside[2]);
        say(likes, name, outside[3], MR_FEEDBACK_RATING, 3);
        say(likes, name, outside[4], MR_FEEDBACK_DISLIKE, 0);
        say(likes, name, outside[5], MR_FEEDBACK_SEEN, 0);
    }
    like(likes, "one film only", outside[0]);
    mr_feedback strange = {.film = "no such film", .kind = MR_FEEDBACK_LIKE};
    assert_ok(mr_local_likes_add(likes, "stranger", &strange));
    mr_local_links *links = learn(likes, NULL);
    assert_int_equal(links->viewers, 5);
    assert_int_equal(links->entries, 10);
    assert_int_equal(links->likes->known, 2);
    assert_true(link_between(links, outside[0], outside[1]) > 0);
    for (size_t f = 2; f < 6; f++)
        assert_int_equal(links->likes->item_of[outside[f]], -1);
    mr_local_links_drop(links);
}

static void learning_can_be_stopped(void **state) {
    (void)state;
    atomic_bool stop = false;
    mr_local_params params = mr_local_params_defaults();
    mr_local_links *links = NULL;
    mr_local_likes *likes = two_camps(CAMP_VIEWERS);
    params.stop = &stop;
    assert_ok(mr_local_likes_learn(likes, &params, &links));
    mr_local_links_drop(links);
    links = NULL;
    atomic_store(&stop, true);
    assert_int_equal(mr_local_likes_learn(likes, &params, &links), MR_E_INTERRUPTED);
    assert_null(links);
    mr_local_likes_free(likes);
}

static void too_little_teaches_nothing(void **state) {
    (void)state;
    assert_null(learn(empty(), NULL));
    assert_null(learn(two_camps(4), NULL));
    mr_local_likes *likes = empty();
    mr_feedback liked = {.film = "x", .kind = MR_FEEDBACK_LIKE};
    assert_int_equal(mr_local_likes_add(likes, "", &liked), MR_E_ARGUMENT);
    assert_int_equal(mr_local_likes_add(likes, NULL, &liked), MR_E_ARGUMENT);
    assert_int_equal(mr_local_likes_add(likes, "a", NULL), MR_E_ARGUMENT);
    mr_local_likes_free(likes);
}

/* The same pattern counts by how many show it. */
static void strength_grows_with_viewers(void **state) {
    (void)state;
    mr_local_params params = mr_local_params_defaults();
    mr_local_links *weak = learn(two_camps(CAMP_VIEWERS), &params);
    params.half_viewers = 0;
    mr_local_links *whole = learn(two_camps(CAMP_VIEWERS), &params);
    double viewers = CAMPS * CAMP_VIEWERS;
    float ratio =
        link_between(weak, outside[0], outside[1]) / link_between(whole, outside[0], outside[1]);
    assert_true(fabsf(ratio - (float)(viewers / (viewers + 500))) < 1e-4f);
    mr_local_links_drop(weak);
    mr_local_links_drop(whole);
}

static void only_the_most_liked_are_linked(void **state) {
    (void)state;
    mr_local_params params = mr_local_params_defaults();
    mr_local_likes *likes = two_camps(CAMP_VIEWERS);
    for (int v = 0; v < 5; v++) { /* this film has more likes than any other, that one is next */
        char name[32];
        snprintf(name, sizeof name, "late-%d", v);
        like(likes, name, outside[3]);
        like(likes, name, outside[4]);
    }
    params.most_films = 2;
    mr_local_links *links = learn(likes, &params);
    assert_int_equal(links->likes->known, 2);
    assert_true(links->likes->item_of[outside[3]] >= 0);
    assert_true(links->likes->item_of[outside[4]] >= 0);
    mr_local_links_drop(links);
}

static float score_of(const mr_ranking *ranking, uint32_t film) {
    for (size_t i = 0; i < ranking->count; i++)
        if (ranking->films[i].film == film)
            return ranking->films[i].score;
    fail_msg("film %u is not in the ranking", film);
    return 0;
}

/* Somebody who liked a film of one camp is shown the others of it, and told why. */
static void rankings_use_what_was_learned(void **state) {
    (void)state;
    mr_local_params params = mr_local_params_defaults();
    params.half_viewers = 0;
    mr_local_links *links = learn(two_camps(CAMP_VIEWERS), &params);
    mr_opinion liked = {.film = outside[0], .kind = MR_FEEDBACK_LIKE};
    mr_sofa_seat seat = seat_of(30, MR_FEMALE, -1);
    seat.history = &liked;
    seat.history_count = 1;
    mr_rank_options options = plain();
    options.count = mr_catalogue_count(catalogue);
    options.diversity = 0;
    mr_ranking before = rank(&seat, 1, &options);
    options.local = links->likes;
    mr_ranking after = rank(&seat, 1, &options);
    assert_int_equal(before.count, after.count);
    assert_true(score_of(&after, outside[1]) > score_of(&before, outside[1]) + 0.1f);
    assert_true(score_of(&after, outside[CAMP_FILMS + 1]) <=
                score_of(&before, outside[CAMP_FILMS + 1]) + 1e-4f);
    bool told = false;
    char expected[80];
    snprintf(expected, sizeof expected, "Because you liked %.40s",
             mr_catalogue_entry(catalogue, outside[0])->title);
    for (size_t i = 0; i < after.count; i++) {
        const mr_ranked_film *film = &after.films[i];
        float sum = 0;
        for (int t = 0; t < MR_TERM_COUNT; t++)
            sum += film->contribution[t];
        assert_true(fabsf(sum - film->score) < 1e-3f);
        for (int r = 0; film->film == outside[1] && r < film->reason_count; r++)
            told = told || strncmp(film->reasons[r].text, expected, strlen(expected)) == 0;
    }
    assert_true(told);
    mr_ranking_free(&before);
    mr_ranking_free(&after);
    mr_local_links_drop(links);
}

/* --- many threads ---------------------------------------------------------------------------- */

enum { READERS = 4, SWAPS = 200 };

typedef struct crowd {
    mr_local_slot slot;
    atomic_bool over;
    atomic_size_t looks;
} crowd;

/* What is held stays whole, however often it is replaced meanwhile. */
static void *look(void *context) {
    crowd *c = context;
    while (!atomic_load(&c->over)) {
        mr_local_links *links = mr_local_slot_take(&c->slot);
        if (links && links->likes->known != links->entries)
            abort();
        mr_local_links_drop(links);
        atomic_fetch_add(&c->looks, 1);
    }
    return NULL;
}

static mr_local_links *numbered(size_t number) {
    mr_collaborative_films *likes = calloc(1, sizeof *likes);
    likes->known = number;
    mr_local_links *links;
    assert_ok(mr_local_links_make(likes, 1, number, &links));
    return links;
}

static void links_are_swapped_under_load(void **state) {
    (void)state;
    static crowd c;
    pthread_t threads[READERS];
    mr_local_slot_open(&c.slot);
    assert_null(mr_local_slot_take(&c.slot));
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, look, &c), 0);
    for (size_t i = 0; i < SWAPS || atomic_load(&c.looks) < SWAPS; i++)
        mr_local_slot_put(&c.slot, i % 7 ? numbered(i) : NULL);
    atomic_store(&c.over, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    mr_local_slot_close(&c.slot);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(camps_are_found),
        cmocka_unit_test(nobody_can_be_told_from_a_link),
        cmocka_unit_test(learning_can_be_stopped),
        cmocka_unit_test(too_little_teaches_nothing),
        cmocka_unit_test(strength_grows_with_viewers),
        cmocka_unit_test(only_the_most_liked_are_linked),
        cmocka_unit_test(rankings_use_what_was_learned),
        cmocka_unit_test(links_are_swapped_under_load),
    };
    return cmocka_run_group_tests(tests, open_world, close_all);
}
