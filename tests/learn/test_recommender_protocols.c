/* Reading MovieLens, figures of ranked lists, and the protocols on a set worked out by hand. */
#include "support.h"

#include "learn/audience_ceiling.h"
#include "learn/build_collaborative.h"
#include "learn/evaluate_recommender.h"
#include "learn/match_films.h"
#include "made_ratings.h"
#include "recommend/collaborative_films.h"

#include <math.h>
#include <string.h>

static char folder[64];

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/moodreel-test-XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    made_movielens(folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    mr_test_remove(folder);
    return 0;
}

/* --- reading --------------------------------------------------------------------------------- */

static void reads_the_tables(void **state) {
    (void)state;
    made_lines(folder, "movies.dat", "7::Postino, Il (1994)::Drama\n9::Am\xe9lie(2001)::Comedy\n");
    made_lines(folder, "users.dat", "3::F::25::1::0\r\n8::M::56::1::0\n");
    made_lines(folder, "ratings.csv",
               "user_id,movie_id,rating,timestamp\n3,9,5,978300760\n8,7,1,\n");
    mr_ratings ratings;
    assert_ok(mr_ratings_load(folder, &ratings));
    assert_int_equal(ratings.users, 2);
    assert_int_equal(ratings.films, 2);
    assert_int_equal(ratings.count, 2);
    assert_string_equal(ratings.film[1].title, "Am\xc3\xa9lie");
    assert_int_equal(ratings.film[1].year, 2001);
    assert_int_equal(ratings.audience[0], mr_audience_of(25, MR_FEMALE));
    assert_int_equal(ratings.rows[0].user, 0);
    assert_int_equal(ratings.rows[0].film, 1);
    assert_int_equal(ratings.rows[1].rating, 1);
    mr_ratings_free(&ratings);
}

static void hostile_lines_are_named(void **state) {
    (void)state;
    static const struct {
        const char *file, *text, *expected;
    } cases[] = {
        {"users.dat", "1::F::25\n", "users.dat: line 1: expected user::gender"},
        {"users.dat", "1::F::25::1::0::9\n", "users.dat: line 1: expected user::gender"},
        {"users.dat", "1::X::25::1::0\n", "users.dat: line 1: expected the gender F or M"},
        {"users.dat", "1::F::25::1::0\n1::F::25::1::0\n", "users.dat: line 2: user 1 is there"},
        {"users.dat", "99999999999999999999::F::25::1::0\n", "users.dat: line 1: user '9999"},
        {"users.dat", "-1::F::25::1::0\n", "users.dat: line 1: user '-1'"},
        {"users.dat", "1::F::25::x::0\n", "users.dat: line 1: occupation 'x', expected 0 to 99"},
        {"users.dat", "1::F::25::1::\n", "users.dat: line 1: expected a zip code"},
        {"users.dat", "1::F::25::1::0\n\n", "users.dat: line 2: expected user::gender"},
        {"users.dat", "", "users.dat: no users"},
        {"movies.dat", "1::Film (1999)\n", "movies.dat: line 1: expected film::title"},
        {"movies.dat", "1::A::B (1999)::Drama\n", "movies.dat: line 1: expected film::title"},
        {"movies.dat", "1::Film (1999)::\n", "movies.dat: line 1: expected at least one genre"},
        {"movies.dat", "1::Film::Drama\n", "movies.dat: line 1: expected a title and (year)"},
        {"movies.dat", "1::(19x9)::Drama\n", "movies.dat: line 1: expected a title and (year)"},
        {"ratings.csv", "user,film\n", "ratings.csv: line 1: expected user_id,"},
        {"ratings.csv", "user_id,movie_id,rating,timestamp\n1,1\n", "ratings.csv: line 2: exp"},
        {"ratings.csv", "user_id,movie_id,rating,timestamp\n1,1,6,\n", "line 2: rating '6'"},
        {"ratings.csv", "user_id,movie_id,rating,timestamp\n1,1,,\n", "line 2: rating ''"},
        {"ratings.csv", "user_id,movie_id,rating,timestamp\n1,1,5,0,9\n", "line 2: expected user,"},
        {"ratings.csv", "user_id,movie_id,rating,timestamp\n1,1,5,now\n",
         "line 2: time 'now', exp"},
        {"ratings.csv", "user_id,movie_id,rating,timestamp\n1,1,\"5\",\n",
         "line 2: rating '\"5\"'"},
        {"ratings.csv", "user_id,movie_id,rating,timestamp\n1,1,5,\n1,2,5,\n1,1,4,\n",
         "line 4: expected a film that this user did not rate before, as in line 2"},
        {"ratings.csv", "user_id,movie_id,rating,timestamp\n77,1,5,\n", "line 2: user 77 is unk"},
        {"ratings.csv", "user_id,movie_id,rating,timestamp\n1,999,5,\n", "film 999 is unknown"},
        {"ratings.csv", "user_id,movie_id,rating,timestamp\n", "ratings.csv: no ratings"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mr_ratings ratings;
        made_movielens(folder);
        made_lines(folder, cases[i].file, cases[i].text);
        assert_int_equal(mr_ratings_load(folder, &ratings), MR_E_FORMAT);
        if (!strstr(mr_last_error(), cases[i].expected))
            fail_msg("'%s' does not say '%s'", mr_last_error(), cases[i].expected);
    }
}

static void hostile_test_rows_are_named(void **state) {
    (void)state;
    static const struct {
        const char *text, *expected;
    } folds[] = {
        {"1\n", "fold0.test.tsv: line 1: expected user, tab, film"},
        {"1\t2\n", "fold0.test.tsv: line 1: expected user, tab, film"},
        {"1\t2\t1\t0\t5\n", "fold0.test.tsv: line 1: expected user, tab, film"},
        {"1\t2\t9\t0\n", "fold0.test.tsv: line 1: rating '9', expected 1 to 5"},
        {"1\t2\t1\tx\n", "fold0.test.tsv: line 1: time 'x'"},
        {"1\t999\t1\t0\n", "fold0.test.tsv: line 1: film 999 is unknown"},
        {"1\t2\t1\t0\n1\t1\t1\t0\n", "fold 0: row 2 is no rating of 4 or more"},
        {"", "fold0.test.tsv: no rows"},
    };
    mr_evaluate_recommender_params params = mr_evaluate_recommender_defaults();
    mr_recommender_report report;
    params.ratings = folder;
    for (size_t i = 0; i < sizeof folds / sizeof *folds; i++) {
        made_movielens(folder);
        made_lines(folder, "topn_quest_5fold/fold0.test.tsv", folds[i].text);
        assert_int_not_equal(mr_evaluate_recommender(&params, &report), MR_OK);
        if (!strstr(mr_last_error(), folds[i].expected))
            fail_msg("'%s' does not say '%s'", mr_last_error(), folds[i].expected);
    }
    made_movielens(folder);
    made_lines(folder, "ncf_leave_one_out_test.tsv",
               "user_id\ttest_movie_id\trating\ttimestamp\tnegatives\n1\t2\t5\t0\t3 4\n");
    params.protocol = MR_PROTOCOL_LEAVE_ONE_OUT;
    assert_int_equal(mr_evaluate_recommender(&params, &report), MR_E_FORMAT);
    assert_non_null(strstr(mr_last_error(), "line 2: expected 99 negatives"));
}

static void a_film_rated_twice_is_refused(void **state) {
    (void)state;
    mr_ratings ratings;
    mr_interactions likes;
    made_movielens(folder);
    assert_ok(mr_ratings_load(folder, &ratings));
    ratings.rows[2] = ratings.rows[1];
    assert_int_equal(mr_interactions_make(&ratings, 4, 10, &likes), MR_E_FORMAT);
    assert_non_null(strstr(mr_last_error(), "twice"));
    mr_ratings_free(&ratings);
}

static void the_core_leaves_the_rare_out(void **state) {
    (void)state;
    mr_ratings ratings;
    mr_interactions likes;
    made_movielens(folder);
    assert_ok(mr_ratings_load(folder, &ratings));
    assert_ok(mr_interactions_make(&ratings, 4, 10, &likes));
    assert_int_equal(likes.users, MADE_PEOPLE);
    assert_int_equal(likes.items, MADE_PEOPLE);
    assert_int_equal(likes.count, MADE_PEOPLE * (MADE_PEOPLE - 1));
    assert_int_equal(mr_interactions_find(&likes, 5, 5), -1);
    assert_true(mr_interactions_find(&likes, 5, 6) >= 0);
    mr_interactions_free(&likes);
    assert_ok(mr_interactions_make(&ratings, 1, 1, &likes));
    assert_int_equal(likes.users, MADE_PEOPLE + 1);
    assert_int_equal(likes.items, MADE_PEOPLE + MADE_FILLERS);
    assert_int_equal(likes.count, MADE_PEOPLE * MADE_PEOPLE + MADE_FILLERS);
    mr_interactions_free(&likes);
    assert_int_equal(mr_interactions_make(&ratings, 4, 31, &likes), MR_E_FORMAT);
    mr_ratings_free(&ratings);
}

/* --- figures --------------------------------------------------------------------------------- */

static double gain(int place) {
    return 1 / log2(place + 1);
}

static void lists_by_hand(void **state) {
    (void)state;
    const bool hits[] = {false, true, false, true};
    const float shares[] = {1, 0.5f, 0.25f, 0.25f, 1, 1, 1, 1, 1, 1};
    mr_ranked_user user = mr_judge_list(hits, shares, 4, 3);
    assert_float_equal(user.ndcg, (gain(2) + gain(4)) / (gain(1) + gain(2) + gain(3)), 1e-12);
    assert_float_equal(user.hit, 1, 0);
    assert_float_equal(user.recall, 2.0 / 3, 1e-12);
    assert_float_equal(user.precision, 0.2, 1e-12);
    assert_float_equal(user.reciprocal, 0.5, 1e-12);
    assert_float_equal(user.novelty, (0 + 1 + 2 + 2) / 4.0, 1e-12);
    assert_float_equal(user.popularity, 0.5, 1e-12);
    user = mr_judge_list(hits, shares + 1, 1, 3);
    assert_float_equal(user.ndcg + user.hit + user.recall + user.precision + user.reciprocal, 0, 0);
    assert_float_equal(user.novelty, 1, 1e-12);
    user = mr_judge_list(hits, shares, 0, 3);
    assert_float_equal(user.ndcg + user.novelty + user.popularity, 0, 0);
    /* With more relevant films than places a full list is still perfect. */
    const bool all[MR_CUTOFF] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    user = mr_judge_list(all, shares, MR_CUTOFF, 40);
    assert_float_equal(user.ndcg, 1, 1e-12);
    assert_float_equal(user.recall, 0.25, 1e-12);
    assert_float_equal(user.precision + user.reciprocal, 2, 1e-12);
}

static void the_best_come_first(void **state) {
    (void)state;
    float scores[20];
    uint8_t barred[20] = {0};
    uint32_t top[MR_CUTOFF];
    for (int i = 0; i < 20; i++)
        scores[i] = (float)(i % 7);
    barred[6] = 1;
    assert_int_equal(mr_top_items(scores, barred, 20, top), MR_CUTOFF);
    const uint32_t expected[] = {13, 5, 12, 19, 4, 11, 18, 3, 10, 17};
    assert_memory_equal(top, expected, sizeof expected);
    memset(barred, 1, sizeof barred);
    barred[3] = 0;
    assert_int_equal(mr_top_items(scores, barred, 20, top), 1);
    assert_int_equal(top[0], 3);
}

static void intervals_hold_the_mean(void **state) {
    (void)state;
    double values[400], base[400];
    for (int i = 0; i < 400; i++) {
        values[i] = i % 2;
        base[i] = 0.25;
    }
    mr_interval mean = mr_bootstrap_mean(values, 400),
                ratio = mr_bootstrap_ratio(values, base, 400);
    /* A standard error is 0.5 / sqrt(400) = 0.025. */
    assert_float_equal(mean.low, 0.5 - 1.96 * 0.025, 0.006);
    assert_float_equal(mean.high, 0.5 + 1.96 * 0.025, 0.006);
    assert_float_equal(ratio.low, 4 * mean.low, 1e-9);
    mr_interval same = mr_bootstrap_ratio(values, values, 400);
    assert_float_equal(same.low + same.high, 2, 1e-12);
}

/* --- protocols ------------------------------------------------------------------------------- */

static mr_recommender_report run(mr_protocol protocol) {
    mr_evaluate_recommender_params params = mr_evaluate_recommender_defaults();
    mr_recommender_report report;
    params.ratings = folder;
    params.protocol = protocol;
    made_movielens(folder);
    assert_ok(mr_evaluate_recommender(&params, &report));
    return report;
}

/* Two films are left for each user: u, not liked, and the next, held out. They are equally popular,
 * so the lower number goes first: all but the last user find theirs in the second place. Each film
 * is liked by 28 of 30 in what is learned from, and shown to two. */
static void full_by_hand(void **state) {
    (void)state;
    mr_recommender_report report = run(MR_PROTOCOL_FULL);
    const mr_ranker_figures *popular = &report.figures[0][MR_RANKER_POPULAR];
    assert_int_equal(report.users, MADE_PEOPLE);
    assert_int_equal(report.films, MADE_PEOPLE);
    assert_float_equal(popular->ndcg, (29 * gain(2) + 1) / 30, 1e-9);
    assert_float_equal(popular->hit, 1, 0);
    assert_float_equal(popular->recall, 1, 0);
    assert_float_equal(popular->lift, 1, 0);
    assert_float_equal(popular->precision, 0.1, 1e-12);
    assert_float_equal(popular->reciprocal, (29 * 0.5 + 1) / 30, 1e-9);
    assert_float_equal(popular->popularity, 29.0 / 31, 1e-6);
    assert_float_equal(popular->novelty, -log2(29.0 / 31), 1e-6);
    assert_float_equal(popular->coverage, 1, 0);
    assert_float_equal(report.ceiling, 0, 0);
}

/* The films held out are liked by all, the negatives by nobody. */
static void leave_one_out_by_hand(void **state) {
    (void)state;
    mr_recommender_report report = run(MR_PROTOCOL_LEAVE_ONE_OUT);
    assert_int_equal(report.users, MADE_PEOPLE);
    assert_int_equal(report.films, MADE_PEOPLE + MADE_FILLERS);
    for (int r = 0; r < MR_RANKER_COUNT; r++) {
        assert_float_equal(report.figures[0][r].hit, 1, 0);
        assert_float_equal(report.figures[0][r].ndcg, 1, 1e-9);
    }
}

/* A part has six users. The models know nobody who does not like the films that these do not like,
 * so those six lead, in the order of their numbers: of the six users the first misses place 1, the
 * second place 2 and so on; everything else in the list is a hit. */
static void cold_by_hand(void **state) {
    (void)state;
    mr_recommender_report report = run(MR_PROTOCOL_COLD);
    double best = 0, missed = 0;
    for (int place = 1; place <= MR_CUTOFF; place++) {
        best += gain(place);
        missed += place <= 6 ? gain(place) / 6 : 0;
    }
    assert_int_equal(report.users, MADE_PEOPLE);
    assert_float_equal(report.figures[0][MR_RANKER_POPULAR].ndcg, 1 - missed / best, 1e-9);
    assert_float_equal(report.figures[0][MR_RANKER_POPULAR].recall, 9.0 / 29, 1e-9);
    assert_float_equal(report.figures[0][MR_RANKER_POPULAR].precision, 0.9, 1e-9);
    /* The six are liked by all 24 who are learned from, the other four of ten by 23. */
    assert_float_equal(report.figures[0][MR_RANKER_POPULAR].popularity, (6 + 4 * 24.0 / 25) / 10,
                       1e-6);
    assert_float_equal(report.figures[0][MR_RANKER_POPULAR].novelty, -4 * log2(24.0 / 25) / 10,
                       1e-6);
    /* Two or three of each audience, of whom each lacks one film: ten are liked by all of them. */
    assert_float_equal(report.ceiling, 1, 1e-9);
}

/* Three users of one audience and one of another. The list of the first is 1, 0, 2. */
static void a_ceiling_by_hand(void **state) {
    (void)state;
    uint32_t start[] = {0, 1, 3, 5, 6}, item[] = {1, 0, 1, 0, 1, 2};
    uint8_t audience[] = {4, 4, 4, 9};
    const mr_interactions likes = {
        .users = 4, .items = 3, .count = 6, .start = start, .item = item, .audience = audience};
    /* Users 1 and 2 want two items, so that each hit counts 1 / two; item 1 is wanted by all. */
    const double two = gain(1) + gain(2);
    const double first = gain(1) * (1 + 2 / two) + gain(2) * (2 / two);
    bool asked[] = {true, true, true, true};
    double ceiling;
    assert_ok(mr_audience_ceiling(&likes, asked, &ceiling));
    assert_float_equal(ceiling, (first + 1) / 4, 1e-12);
    asked[0] = asked[1] = asked[2] = false;
    assert_ok(mr_audience_ceiling(&likes, asked, &ceiling));
    assert_float_equal(ceiling, 1, 1e-12);
    asked[3] = false;
    assert_ok(mr_audience_ceiling(&likes, asked, &ceiling));
    assert_float_equal(ceiling, 0, 0);
}

/* Of 30 films 20 are the pool and 10 are ranked, so that all nine wanted ones are found. */
static void few_clicks_by_hand(void **state) {
    (void)state;
    static const int clicks[] = MR_CLICK_COUNTS;
    mr_recommender_report report = run(MR_PROTOCOL_FEW_CLICKS);
    assert_int_equal(report.steps, MR_CLICK_STEPS);
    assert_int_equal(report.users, MADE_PEOPLE);
    for (int s = 0; s < MR_CLICK_STEPS; s++) {
        assert_int_equal(report.clicks[s], clicks[s]);
        for (int r = 0; r < MR_RANKER_COUNT; r++) {
            assert_float_equal(report.figures[s][r].recall, 1, 1e-12);
            assert_true(report.figures[s][r].ndcg < 1);
        }
    }
    /* Without a click there is nothing but popularity for three of the four. */
    assert_float_equal(report.figures[0][MR_RANKER_KNN].ndcg,
                       report.figures[0][MR_RANKER_POPULAR].ndcg, 1e-12);
    assert_float_equal(report.figures[0][MR_RANKER_EASE].ndcg,
                       report.figures[0][MR_RANKER_POPULAR].ndcg, 1e-12);
}

/* The time of a rating stays with its film, however they are sorted. */
static void likes_keep_their_times(void **state) {
    (void)state;
    made_lines(folder, "movies.dat", "7::A (1994)::Drama\n9::B (2001)::Comedy\n");
    made_lines(folder, "users.dat", "3::F::25::1::0\n");
    made_lines(folder, "ratings.csv",
               "user_id,movie_id,rating,timestamp\n3,9,5,978300760\n3,7,4,\n");
    mr_ratings ratings;
    mr_interactions likes, part;
    assert_ok(mr_ratings_load(folder, &ratings));
    assert_ok(mr_interactions_make(&ratings, 4, 1, &likes));
    assert_int_equal(likes.count, 2);
    assert_int_equal(likes.at[0], 0);
    assert_int_equal(likes.at[1], 978300760);
    const uint8_t flags[] = {0, 1};
    assert_ok(mr_interactions_part(&likes, flags, 1, &part));
    assert_int_equal(part.count, 1);
    assert_int_equal(part.at[0], 978300760);
    mr_interactions_free(&part);
    mr_interactions_free(&likes);
    mr_ratings_free(&ratings);
    made_lines(folder, "ratings.csv", "user_id,movie_id,rating,timestamp\n3,9,5,yesterday\n");
    assert_int_equal(mr_ratings_load(folder, &ratings), MR_E_FORMAT);
    assert_non_null(strstr(mr_last_error(), "line 2: time 'yesterday'"));
}

/* The same made ratings, each film rated a year after the one before. */
static void rate_over_years(void) {
    char *path = mr_path_join(folder, "ratings.csv");
    FILE *ratings = fopen(path, "w");
    assert_non_null(ratings);
    fputs("user_id,movie_id,rating,timestamp\n", ratings);
    for (int u = 0; u < MADE_PEOPLE; u++)
        for (int f = 0; f < MADE_PEOPLE; f++)
            fprintf(ratings, "%d,%d,%d,%d\n", u + 1, f + 1, f == u ? 2 : 4 + f % 2,
                    86400 * 365 * (f + 1));
    assert_int_equal(fclose(ratings), 0);
    free(path);
}

static bool same_figures(const mr_recommender_report *a, const mr_recommender_report *b,
                         mr_ranker ranker) {
    bool same = true;
    for (int s = 0; s < MR_CLICK_STEPS; s++)
        same = same && a->figures[s][ranker].ndcg == b->figures[s][ranker].ndcg;
    return same;
}

/* Clicks whose time is not stated stay what they are; others lose weight, with us alone. */
static void clicks_age(void **state) {
    (void)state;
    mr_evaluate_recommender_params params = mr_evaluate_recommender_defaults();
    mr_recommender_report usual = run(MR_PROTOCOL_FEW_CLICKS), untimed, aged, slow;
    params.ratings = folder;
    params.protocol = MR_PROTOCOL_FEW_CLICKS;
    params.half_life = 30;
    assert_ok(mr_evaluate_recommender(&params, &untimed));
    rate_over_years();
    assert_ok(mr_evaluate_recommender(&params, &aged));
    params.half_life = 0;
    assert_ok(mr_evaluate_recommender(&params, &slow));
    for (int r = 0; r < MR_RANKER_COUNT; r++) {
        bool ages = r == MR_RANKER_OURS || r == MR_RANKER_BLEND;
        assert_true(same_figures(&untimed, &usual, (mr_ranker)r));
        assert_true(same_figures(&slow, &usual, (mr_ranker)r));
        assert_true(ages || same_figures(&aged, &usual, (mr_ranker)r));
    }
    assert_false(same_figures(&aged, &usual, MR_RANKER_OURS));
}

static void validation_is_another_question(void **state) {
    (void)state;
    mr_evaluate_recommender_params params = mr_evaluate_recommender_defaults();
    mr_recommender_report report;
    params.ratings = folder;
    params.validation = true;
    made_movielens(folder);
    assert_ok(mr_evaluate_recommender(&params, &report));
    assert_true(report.figures[0][MR_RANKER_POPULAR].recall < 1);
    params.protocol = MR_PROTOCOL_COLD;
    assert_ok(mr_evaluate_recommender(&params, &report));
    assert_int_equal(report.users, MADE_PEOPLE - MADE_PEOPLE / MR_COLD_PARTS);
    params.protocol = MR_PROTOCOL_LEAVE_ONE_OUT;
    assert_int_equal(mr_evaluate_recommender(&params, &report), MR_E_ARGUMENT);
}

/* --- to the catalogue ------------------------------------------------------------------------ */

static void titles_to_try(void **state) {
    (void)state;
    char titles[MR_MATCH_TITLES][MR_MATCH_LENGTH];
    assert_int_equal(mr_match_titles("Postino, Il (The Postman)", titles), 3);
    assert_string_equal(titles[0], "il postino");
    assert_string_equal(titles[1], "the postman");
    assert_int_equal(mr_match_titles("Matrix, The", titles), 1);
    assert_string_equal(titles[0], "the matrix");
    assert_int_equal(mr_match_titles("Me, Myself & Irene", titles), 1);
    assert_string_equal(titles[0], "me myself and irene");
    assert_int_equal(mr_match_titles("Professional, The (a.k.a. Leon: The Professional)", titles),
                     3);
    assert_string_equal(titles[1], "leon the professional");
    assert_int_equal(mr_match_titles("Broken (bracket", titles), 1);
    assert_int_equal(mr_match_titles("...", titles), 0);
}

static mr_catalogue *made_catalogue(void) {
    static const char text[] = "id,title,year,genres,tier\n"
                               "A,Film 1,1900,Drama,2\nB,Film 2,1902,Drama,2\n"
                               "C,Film 3,1999,Drama,2\nD,Film 4,1903,Drama,3\n"
                               "E,Film 4,1903,Drama,1\nF,Film 5,1904,Drama,1\n";
    mr_catalogue *catalogue;
    assert_ok(mr_catalogue_parse(text, sizeof text - 1, "films", &catalogue));
    return catalogue;
}

static void films_match_by_title_and_year(void **state) {
    (void)state;
    mr_catalogue *catalogue = made_catalogue();
    char t[4][8] = {"Film 1", "Film 2", "Film 3", "Film 4"};
    const mr_rated_film films[] = {{t[0], 1900}, {t[1], 1901}, {t[2], 1902},
                                   {t[3], 1903}, {t[3], 1904}, {t[3], 1903}};
    int32_t matches[6];
    assert_ok(mr_match_films(films, 6, catalogue, matches));
    /* The third is a century away; of two with one title and year the better known goes first. */
    const int32_t expected[] = {0, 1, -1, 4, 3, -1};
    assert_memory_equal(matches, expected, sizeof expected);
    mr_catalogue_free(catalogue);
}

static void a_built_model_knows_the_catalogues_films(void **state) {
    (void)state;
    made_movielens(folder);
    mr_catalogue *catalogue = made_catalogue();
    char *out = mr_path_join(folder, "model");
    mr_collaborative_params params = mr_collaborative_params_defaults();
    mr_collaborative_built built;
    assert_ok(mr_build_collaborative(folder, catalogue, &params, out, &built));
    assert_int_equal(built.films, MADE_PEOPLE);
    assert_int_equal(built.mapped, 4);
    assert_float_equal(built.likes_mapped, 4.0 / MADE_PEOPLE, 1e-9);
    mr_collaborative_films *films;
    assert_ok(mr_collaborative_films_load(out, catalogue, &films));
    assert_int_equal(films->known, 4);
    assert_int_equal(films->item_of[2], -1);
    assert_int_equal(films->model->links, built.links);
    mr_collaborative_films_free(films);
    free(out);
    mr_catalogue_free(catalogue);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_tables),
        cmocka_unit_test(hostile_lines_are_named),
        cmocka_unit_test(hostile_test_rows_are_named),
        cmocka_unit_test(a_film_rated_twice_is_refused),
        cmocka_unit_test(the_core_leaves_the_rare_out),
        cmocka_unit_test(lists_by_hand),
        cmocka_unit_test(the_best_come_first),
        cmocka_unit_test(intervals_hold_the_mean),
        cmocka_unit_test(full_by_hand),
        cmocka_unit_test(leave_one_out_by_hand),
        cmocka_unit_test(cold_by_hand),
        cmocka_unit_test(a_ceiling_by_hand),
        cmocka_unit_test(few_clicks_by_hand),
        cmocka_unit_test(likes_keep_their_times),
        cmocka_unit_test(clicks_age),
        cmocka_unit_test(validation_is_another_question),
        cmocka_unit_test(titles_to_try),
        cmocka_unit_test(films_match_by_title_and_year),
        cmocka_unit_test(a_built_model_knows_the_catalogues_films),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
