/* The catalogue and the recommender that the project ships, opened for a group of tests, and people
 * on a sofa before it. */
#ifndef MR_TESTS_RECOMMEND_SHIPPED_H
#define MR_TESTS_RECOMMEND_SHIPPED_H

#include "recommend/recommend.h"
#include "stated.h"
#include "support.h"

static mr_catalogue *catalogue;
static mr_recommender *recommender;

static inline int open_all(void **state) {
    (void)state;
    return mr_catalogue_load("data/films.csv", &catalogue) == MR_OK &&
                   mr_recommender_load(catalogue, "data", "models", &recommender) == MR_OK
               ? 0
               : -1;
}

static inline int close_all(void **state) {
    (void)state;
    mr_recommender_free(recommender);
    mr_catalogue_free(catalogue);
    return 0;
}

/* A person who states age, gender and emotion; -1 leaves one open. */
static inline mr_sofa_seat seat_of(int age, int gender, int emotion) {
    mr_attributes attributes = stated(age, gender, emotion);
    return (mr_sofa_seat){.watcher = mr_watcher_of(&attributes)};
}

static inline uint32_t film_of(const char *title, int year) {
    long film = mr_catalogue_find_title(catalogue, title, year);
    if (film < 0)
        fail_msg("%s (%d) is missing", title, year);
    return (uint32_t)film;
}

/* Nothing is left to chance. */
static inline mr_rank_options plain(void) {
    mr_rank_options options = mr_rank_options_defaults();
    options.exploration = 0;
    return options;
}

static inline mr_ranking rank_with(const mr_recommender *by, const mr_sofa_seat *seats, size_t n,
                                   const mr_rank_options *options) {
    mr_ranking ranking;
    assert_ok(mr_recommender_rank(by, seats, n, options, &ranking));
    return ranking;
}

static inline mr_ranking rank(const mr_sofa_seat *seats, size_t n, const mr_rank_options *options) {
    return rank_with(recommender, seats, n, options);
}

#endif
