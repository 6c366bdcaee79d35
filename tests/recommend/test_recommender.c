#include "recommend/recommend_parts.h"
#include "shipped.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const mr_catalogue_film *entry(const mr_ranking *ranking, size_t i) {
    return mr_catalogue_entry(catalogue, ranking->films[i].film);
}

static void assert_safe(const mr_sofa_seat *seats, size_t n, const mr_rank_options *options,
                        int youngest) {
    mr_ranking ranking = rank(seats, n, options);
    for (size_t i = 0; i < ranking.count; i++)
        if (entry(&ranking, i)->minimum_age > youngest)
            fail_msg("%s, from %d, shown to somebody of %d", entry(&ranking, i)->title,
                     entry(&ranking, i)->minimum_age, youngest);
    mr_ranking_free(&ranking);
}

/* Options that pull as hard as they can towards films for adults. */
static mr_rank_options reckless(int variant) {
    mr_rank_options options = mr_rank_options_defaults();
    options.count = 50;
    options.exploration = variant % 2 ? 1 : 0.5f;
    options.diversity = variant % 3 ? 0 : 5;
    options.max_age = variant % 2 ? 100 : -1;
    options.youngest = variant % 5 ? 99 : -1;
    options.mood = (mr_mood_mode)(variant % MR_MOOD_COUNT);
    options.genre = variant % (MR_GENRE_COUNT + 1) - 1;
    options.language = variant % 4 ? -1 : variant % (long)mr_catalogue_language_count(catalogue);
    options.seed = (uint64_t)variant;
    for (int t = 0; t < MR_TERM_COUNT; t++)
        options.weights[t] = (variant + t) % 2 ? 1000 : 0;
    return options;
}

static void no_child_sees_what_is_not_for_children(void **state) {
    (void)state;
    mr_opinion history[4] = {{film_of("the godfather", 1972), MR_FEEDBACK_LIKE, 0, 0},
                             {film_of("saw", 2004), MR_FEEDBACK_RATING, 5, 0},
                             {film_of("arjun reddy", 2017), MR_FEEDBACK_LIKE, 0, 0},
                             {film_of("toy story", 1995), MR_FEEDBACK_DISLIKE, 0, 0}};
    int variant = 0;
    for (int age = 0; age < 18; age++)
        for (int round = 0; round < 44; round++, variant++) {
            mr_rank_options options = reckless(variant);
            mr_sofa_seat seats[3] = {
                seat_of(age, variant % 3 - 1, variant % 8 - 1),
                seat_of(40, MR_MALE, MR_ANGRY),
                seat_of(30 + variant % 30, -1, -1),
            };
            for (int s = 0; s < 3; s++) {
                seats[s].history = history;
                seats[s].history_count = (size_t)(variant + s) % 5;
            }
            assert_safe(seats, 1 + (size_t)variant % 3, &options, age);
            mr_sofa_seat reversed[2] = {seats[1], seats[0]};
            assert_safe(reversed, 2, &options, age);
        }
}

static void the_lower_end_of_the_age_counts(void **state) {
    (void)state;
    mr_attributes attributes = {.has_age = true, .age = 21, .age_low = 12.6f, .age_high = 30};
    for (int year = 10; year < 35; year++)
        attributes.age_distribution[year] = 1.0f / 25;
    mr_sofa_seat seat = {.watcher = mr_watcher_of(&attributes)};
    mr_rank_options options = reckless(1);
    assert_safe(&seat, 1, &options, 12);
}

static void an_unknown_age_counts_as_a_small_child(void **state) {
    (void)state;
    mr_sofa_seat seats[2] = {seat_of(50, MR_MALE, MR_SAD), seat_of(-1, MR_MALE, MR_SAD)};
    mr_rank_options options = plain();
    assert_safe(seats, 2, &options, 0);
    /* What is stated takes the place of an age that is not known, never of one that is. */
    options.youngest = 14;
    assert_safe(seats, 2, &options, 14);
    mr_ranking ranking = rank(&seats[1], 1, &options);
    int highest = 0;
    for (size_t i = 0; i < ranking.count; i++)
        if (entry(&ranking, i)->minimum_age > highest)
            highest = entry(&ranking, i)->minimum_age;
    assert_true(highest > 0);
    mr_ranking_free(&ranking);
    options.youngest = 3;
    assert_safe(seats, 1, &options, 3);
    options.youngest = 99;
    seats[0] = seat_of(7, -1, -1);
    assert_safe(seats, 2, &options, 7);
}

static void a_certificate_filter_binds(void **state) {
    (void)state;
    mr_sofa_seat seat = seat_of(40, -1, -1);
    mr_rank_options options = plain();
    options.max_age = 12;
    options.count = 100;
    assert_safe(&seat, 1, &options, 12);
}

/* The position of a film in a ranking, or its length. */
static size_t place(const mr_ranking *ranking, uint32_t film) {
    size_t i = 0;
    while (i < ranking->count && ranking->films[i].film != film)
        i++;
    return i;
}

/* Jaws and Rear Window are PG, which would do from 8 on; who is there and not asked counts too. */
static void frightening_films_are_not_for_children(void **state) {
    (void)state;
    mr_sofa_seat seat = seat_of(9, -1, MR_FEAR), adult = seat_of(40, -1, MR_FEAR);
    mr_rank_options options = plain();
    options.mood = MR_MOOD_MATCH;
    options.count = mr_catalogue_count(catalogue);
    mr_ranking ranking = rank(&seat, 1, &options), all = rank(&adult, 1, &options);
    options.age_limit = 9;
    mr_ranking beside = rank(&adult, 1, &options);
    const uint32_t jaws = film_of("jaws", 1975), coraline = film_of("coraline", 2009);
    assert_true(place(&ranking, jaws) == ranking.count && place(&beside, jaws) == beside.count);
    assert_true(place(&all, jaws) < all.count);
    assert_true(place(&ranking, coraline) < ranking.count);
    assert_true(place(&beside, coraline) < beside.count);
    assert_int_equal(beside.count, ranking.count);
    mr_ranking_free(&ranking);
    mr_ranking_free(&beside);
    mr_ranking_free(&all);
    /* A limit by certificate is one by certificate. */
    options = plain();
    options.max_age = 8;
    options.count = mr_catalogue_count(catalogue);
    all = rank(&adult, 1, &options);
    assert_true(place(&all, jaws) < all.count);
    mr_ranking_free(&all);
}

static void of_a_series_the_first_part_comes(void **state) {
    (void)state;
    const uint32_t first = film_of("toy story", 1995), second = film_of("toy story 2", 1999);
    mr_rank_options options = plain(), exploring = mr_rank_options_defaults();
    exploring.count = 30;
    for (int age = 3; age < 80; age += 7)
        for (int emotion = 0; emotion < MR_EMOTION_COUNT; emotion++) {
            exploring.seed++;
            mr_sofa_seat seat = seat_of(age, emotion % 2, emotion);
            mr_ranking ranking = rank(&seat, 1, age % 2 ? &options : &exploring);
            for (size_t i = 0; i < ranking.count; i++)
                for (size_t j = 0; j < i; j++)
                    if (entry(&ranking, i)->series &&
                        entry(&ranking, i)->series == entry(&ranking, j)->series)
                        fail_msg("%s beside %s", entry(&ranking, i)->title,
                                 entry(&ranking, j)->title);
            mr_ranking_free(&ranking);
        }
    mr_sofa_seat child = seat_of(5, MR_FEMALE, MR_NEUTRAL);
    mr_ranking ranking = rank(&child, 1, &options);
    assert_true(place(&ranking, first) < ranking.count);
    mr_ranking_free(&ranking);
    /* Who knows it is offered the next. */
    const mr_opinion known = {first, MR_FEEDBACK_LIKE, 0, 0};
    child.history = &known;
    child.history_count = 1;
    ranking = rank(&child, 1, &options);
    assert_true(place(&ranking, second) < ranking.count);
    mr_ranking_free(&ranking);
}

/* Of films for adults that MovieLens has, small children would get those that adults like best. */
static void small_children_get_films_made_for_them(void **state) {
    (void)state;
    const mr_genre_set made_for = 1u << MR_GENRE_ANIMATION | 1u << MR_GENRE_FAMILY;
    mr_rank_options options = plain();
    for (int age = 0; age < 10; age += 3)
        for (int gender = 0; gender < MR_GENDER_COUNT; gender++) {
            mr_sofa_seat seat = seat_of(age, gender, MR_NEUTRAL);
            mr_ranking ranking = rank(&seat, 1, &options);
            size_t fitting = 0;
            for (size_t i = 0; i < ranking.count; i++)
                fitting += (entry(&ranking, i)->genres & made_for) != 0;
            assert_true(fitting >= 9);
            mr_ranking_free(&ranking);
        }
}

/* What is drawn at random is not much worse than what is picked. */
static void exploration_stays_near(void **state) {
    (void)state;
    mr_rank_options options = mr_rank_options_defaults();
    mr_sofa_seat seat = seat_of(6, MR_MALE, MR_HAPPY);
    for (options.seed = 1; options.seed <= 60; options.seed++) {
        mr_ranking ranking = rank(&seat, 1, &options);
        float worst = INFINITY;
        for (size_t i = 0; i < ranking.count; i++)
            if (!ranking.films[i].explored)
                worst = fminf(worst, ranking.films[i].score);
        for (size_t i = 0; i < ranking.count; i++)
            assert_true(ranking.films[i].score > worst - logf(4) - 1e-3f);
        mr_ranking_free(&ranking);
    }
}

/* Where nothing is picked before, what is drawn stays near the best, which would have been. */
static void exploration_alone_stays_near(void **state) {
    (void)state;
    mr_rank_options options = mr_rank_options_defaults(), best = plain();
    mr_sofa_seat seat = seat_of(6, MR_MALE, MR_HAPPY);
    options.count = best.count = 1;
    options.exploration = 1;
    mr_ranking first = rank(&seat, 1, &best);
    for (options.seed = 1; options.seed <= 60; options.seed++) {
        mr_ranking ranking = rank(&seat, 1, &options);
        assert_true(ranking.films[0].explored);
        assert_true(ranking.films[0].score > first.films[0].score - logf(4) - 1e-3f);
        mr_ranking_free(&ranking);
    }
    mr_ranking_free(&first);
}

static void what_would_be_shown_anyway_is_not_drawn(void **state) {
    (void)state;
    mr_sofa_seat seat = seat_of(40, -1, -1);
    mr_rank_options options = mr_rank_options_defaults();
    options.count = 1000000;
    options.exploration = 0.5f;
    options.genre = MR_GENRE_SPORT;
    mr_ranking ranking = rank(&seat, 1, &options);
    assert_true(ranking.count > 1);
    for (size_t i = 0; i < ranking.count; i++)
        assert_false(ranking.films[i].explored);
    mr_ranking_free(&ranking);
}

/* A mood that counts more orders films; it does not make them liked, nor does a dislike. */
static void chances_stay_what_they_are(void **state) {
    (void)state;
    mr_sofa_seat seat = seat_of(30, MR_FEMALE, MR_SAD);
    mr_rank_options options = plain();
    options.diversity = 0;
    options.count = mr_catalogue_count(catalogue);
    mr_ranking usual = rank(&seat, 1, &options);
    options.weights[MR_TERM_MOOD] = 100;
    mr_ranking strong = rank(&seat, 1, &options);
    for (size_t i = 0; i < usual.count; i += 97) {
        size_t there = place(&strong, usual.films[i].film);
        assert_true(fabsf(strong.films[there].fit - usual.films[i].fit) < 1e-3f);
    }
    mr_ranking_free(&strong);
    mr_opinion dislikes[6];
    for (size_t i = 0; i < 6; i++)
        dislikes[i] =
            (mr_opinion){usual.films[usual.count - 1 - i].film, MR_FEEDBACK_DISLIKE, 0, 0};
    seat.history = dislikes;
    seat.history_count = 6;
    options.weights[MR_TERM_MOOD] = 1;
    mr_ranking after = rank(&seat, 1, &options);
    assert_true(after.films[0].fit > 0.8f * usual.films[0].fit);
    mr_ranking_free(&after);
    mr_ranking_free(&usual);
}

static void filters_hold(void **state) {
    (void)state;
    mr_sofa_seat seat = seat_of(31, MR_FEMALE, MR_HAPPY);
    mr_rank_options options = plain();
    options.genre = MR_GENRE_HORROR;
    options.language = mr_catalogue_find_language(catalogue, "Telugu");
    mr_ranking ranking = rank(&seat, 1, &options);
    assert_int_equal(ranking.count, 10);
    for (size_t i = 0; i < ranking.count; i++) {
        assert_true(entry(&ranking, i)->genres & 1u << MR_GENRE_HORROR);
        assert_string_equal(entry(&ranking, i)->language, "Telugu");
    }
    mr_ranking_free(&ranking);
}

static void ten_films_come_whatever_is_known(void **state) {
    (void)state;
    static const int ages[] = {-1, 0, 3, 8, 12, 17, 31, 65, 100};
    for (size_t a = 0; a < sizeof ages / sizeof *ages; a++)
        for (int gender = -1; gender < MR_GENDER_COUNT; gender++)
            for (int emotion = -1; emotion < MR_EMOTION_COUNT; emotion++) {
                mr_sofa_seat seat = seat_of(ages[a], gender, emotion);
                mr_ranking ranking = rank(&seat, 1, NULL);
                assert_int_equal(ranking.count, 10);
                for (size_t i = 0; i < 10; i++) {
                    assert_true(ranking.films[i].fit > 0 && ranking.films[i].fit < 1);
                    for (size_t j = 0; j < i; j++)
                        assert_int_not_equal(ranking.films[i].film, ranking.films[j].film);
                    if (i > 0)
                        assert_true(ranking.films[i].score <= ranking.films[i - 1].score);
                }
                mr_ranking_free(&ranking);
            }
}

static void counts_follow_what_there_is(void **state) {
    (void)state;
    mr_sofa_seat seat = seat_of(40, -1, -1);
    mr_rank_options options = mr_rank_options_defaults();
    options.count = 0;
    mr_ranking ranking = rank(&seat, 1, &options);
    assert_int_equal(ranking.count, 0);
    mr_ranking_free(&ranking);
    options.count = 1000000;
    options.genre = MR_GENRE_SPORT;
    ranking = rank(&seat, 1, &options);
    size_t sports = 0;
    for (size_t i = 0; i < mr_catalogue_count(catalogue); i++)
        sports += mr_catalogue_entry(catalogue, i)->genres >> MR_GENRE_SPORT & 1;
    assert_int_equal(ranking.count, sports);
    mr_ranking_free(&ranking);
}

/* Which terms some reason named, and which of those changed a film's place. */
typedef struct effects {
    bool told[MR_TERM_COUNT], moved[MR_TERM_COUNT];
} effects;

/* Without the term that a reason names, the film's score falls by just what the reason claims. */
static void check_term(const mr_sofa_seat *seats, size_t n, const mr_ranking *ranking, int term,
                       effects *found) {
    mr_rank_options without = plain();
    without.diversity = 0;
    without.weights[term] = 0;
    without.count = mr_catalogue_count(catalogue);
    mr_ranking other = rank(seats, n, &without);
    for (size_t i = 0; i < ranking->count; i++) {
        const mr_ranked_film *film = &ranking->films[i];
        size_t other_place = place(&other, film->film);
        float fall = film->score - other.films[other_place].score;
        assert_true(fabsf(fall - film->contribution[term]) < 1e-4f);
        for (int r = 0; r < film->reason_count; r++)
            if (film->reasons[r].term == (mr_term)term) {
                assert_true(fall > 0.04f);
                assert_true(fabsf(fall - film->reasons[r].contribution) < 1e-4f);
                found->told[term] = true;
                found->moved[term] |= other_place != i;
            }
    }
    mr_ranking_free(&other);
}

static void reasons_are_what_moved_the_score(void **state) {
    (void)state;
    mr_opinion history[3] = {{film_of("the matrix", 1999), MR_FEEDBACK_LIKE, 0, 0},
                             {film_of("alien", 1979), MR_FEEDBACK_RATING, 5, 0},
                             {film_of("titanic", 1997), MR_FEEDBACK_DISLIKE, 0, 0}};
    mr_sofa_seat seats[] = {seat_of(31, MR_FEMALE, MR_SAD),   seat_of(25, MR_MALE, MR_ANGRY),
                            seat_of(65, MR_MALE, -1),         seat_of(40, -1, MR_SURPRISE),
                            seat_of(25, MR_MALE, MR_NEUTRAL), seat_of(9, MR_FEMALE, MR_HAPPY)};
    seats[0].history = history;
    seats[0].history_count = 3;
    effects found = {{false}, {false}};
    mr_rank_options options = plain();
    options.diversity = 0;
    for (size_t s = 0; s < sizeof seats / sizeof *seats; s++)
        for (size_t n = 1; n <= 2 && s + n <= sizeof seats / sizeof *seats; n++) {
            mr_ranking ranking = rank(&seats[s], n, &options);
            for (int t = 0; t < MR_TERM_COUNT; t++)
                check_term(&seats[s], n, &ranking, t, &found);
            mr_ranking_free(&ranking);
        }
    for (int t = 0; t < MR_TERM_COUNT; t++)
        if (!found.told[t] || !found.moved[t])
            fail_msg("no film of this test was moved by %s", mr_term_label((mr_term)t));
}

static void reasons_come_strongest_first(void **state) {
    (void)state;
    mr_sofa_seat seat = seat_of(31, MR_FEMALE, MR_SAD);
    mr_ranking ranking = rank(&seat, 1, NULL);
    for (size_t i = 0; i < ranking.count; i++) {
        const mr_ranked_film *film = &ranking.films[i];
        assert_true(film->reason_count >= 1);
        for (int r = 0; r < film->reason_count; r++) {
            assert_true(*film->reasons[r].text);
            assert_null(strstr(film->reasons[r].text, "(null)"));
            if (r > 0)
                assert_true(film->reasons[r].contribution <= film->reasons[r - 1].contribution);
        }
    }
    mr_ranking_free(&ranking);
}

/* People in these moods were found to choose fewer comedies, which makes no finding of the rest. */
static void assumptions_are_not_told_as_findings(void **state) {
    (void)state;
    mr_sofa_seat angry = seat_of(30, MR_MALE, MR_ANGRY), sad = seat_of(30, MR_MALE, MR_SAD);
    mr_rank_options options = plain();
    options.count = 1000;
    mr_ranking x = rank(&angry, 1, &options), y = rank(&sad, 1, &options);
    size_t assumed = 0, found = 0;
    for (size_t i = 0; i < x.count; i++)
        for (int r = 0; r < x.films[i].reason_count; r++) {
            assert_null(strstr(x.films[i].reasons[r].text, "tend to choose"));
            assumed += strstr(x.films[i].reasons[r].text, "may go with an angry mood") != NULL;
        }
    for (size_t i = 0; i < y.count; i++)
        for (int r = 0; r < y.films[i].reason_count; r++)
            found += strstr(y.films[i].reasons[r].text, "in a sad mood tend to choose") != NULL;
    assert_true(assumed > 0 && found > 0);
    mr_ranking_free(&x);
    mr_ranking_free(&y);
}

/* Words for what is not known would be lies. */
static void reasons_do_not_name_what_is_unknown(void **state) {
    (void)state;
    mr_sofa_seat seat = seat_of(31, -1, -1);
    mr_ranking ranking = rank(&seat, 1, NULL);
    for (size_t i = 0; i < ranking.count; i++)
        for (int r = 0; r < ranking.films[i].reason_count; r++) {
            const char *text = ranking.films[i].reasons[r].text;
            assert_null(strstr(text, "women"));
            assert_null(strstr(text, " men "));
            assert_null(strstr(text, "mood"));
            assert_int_not_equal(ranking.films[i].reasons[r].term, MR_TERM_MOOD);
            assert_int_not_equal(ranking.films[i].reasons[r].term, MR_TERM_LIKENESS);
        }
    mr_ranking_free(&ranking);
}

static void ethnicity_changes_nothing(void **state) {
    (void)state;
    mr_attributes attributes = {.has_age = true, .age = 30, .age_low = 25, .age_high = 36};
    attributes.age_distribution[30] = 1;
    mr_watcher without = mr_watcher_of(&attributes);
    attributes.has_ethnicity = true;
    for (int e = 0; e < MR_ETHNICITY_COUNT; e++) {
        memset(attributes.ethnicity, 0, sizeof attributes.ethnicity);
        attributes.ethnicity[e] = 1;
        mr_sofa_seat a = {.watcher = without}, b = {.watcher = mr_watcher_of(&attributes)};
        mr_ranking x = rank(&a, 1, NULL), y = rank(&b, 1, NULL);
        assert_memory_equal(x.films, y.films, x.count * sizeof *x.films);
        mr_ranking_free(&x);
        mr_ranking_free(&y);
    }
}

static void the_same_seed_gives_the_same_films(void **state) {
    (void)state;
    mr_sofa_seat seat = seat_of(31, MR_FEMALE, MR_SAD);
    mr_rank_options options = mr_rank_options_defaults();
    options.exploration = 0.3f;
    mr_ranking first = rank(&seat, 1, &options), second = rank(&seat, 1, &options);
    assert_memory_equal(first.films, second.films, first.count * sizeof *first.films);
    options.seed = 2;
    mr_ranking third = rank(&seat, 1, &options);
    size_t explored = 0, changed = 0;
    for (size_t i = 0; i < third.count; i++) {
        explored += third.films[i].explored;
        changed += place(&first, third.films[i].film) == first.count;
    }
    assert_int_equal(explored, 3);
    assert_true(changed >= 1 && changed <= 3);
    mr_ranking_free(&first);
    mr_ranking_free(&second);
    mr_ranking_free(&third);
}

static void history_is_not_shown_again_and_teaches(void **state) {
    (void)state;
    mr_sofa_seat seat = seat_of(31, MR_FEMALE, MR_SAD);
    mr_rank_options options = plain();
    mr_ranking before = rank(&seat, 1, &options);
    mr_opinion history[5];
    for (size_t i = 0; i < 5; i++)
        history[i] = (mr_opinion){before.films[i].film, MR_FEEDBACK_SEEN, 0, 0};
    seat.history = history;
    seat.history_count = 5;
    mr_ranking seen = rank(&seat, 1, &options);
    assert_int_equal(seen.count, 10);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(place(&seen, history[i].film), seen.count);
    mr_ranking_free(&seen);
    mr_ranking_free(&before);
    /* Five liked films of one kind bring more of that kind. */
    const mr_opinion horror[5] = {{film_of("alien", 1979), MR_FEEDBACK_LIKE, 0, 0},
                                  {film_of("the thing", 1982), MR_FEEDBACK_LIKE, 0, 0},
                                  {film_of("the shining", 1980), MR_FEEDBACK_LIKE, 0, 0},
                                  {film_of("halloween", 1978), MR_FEEDBACK_RATING, 5, 0},
                                  {film_of("saw", 2004), MR_FEEDBACK_RATING, 4, 0}};
    seat.history = horror;
    mr_ranking after = rank(&seat, 1, &options);
    size_t horrors = 0;
    for (size_t i = 0; i < after.count; i++)
        horrors += entry(&after, i)->genres >> MR_GENRE_HORROR & 1;
    assert_true(horrors >= 5);
    mr_ranking_free(&after);
}

static void moods_can_be_lifted_or_matched(void **state) {
    (void)state;
    mr_sofa_seat seat = seat_of(31, MR_FEMALE, MR_SAD);
    mr_rank_options options = plain();
    size_t comedies[MR_MOOD_COUNT] = {0};
    for (int mode = 0; mode < MR_MOOD_COUNT; mode++) {
        options.mood = (mr_mood_mode)mode;
        mr_ranking ranking = rank(&seat, 1, &options);
        for (size_t i = 0; i < ranking.count; i++)
            comedies[mode] += entry(&ranking, i)->genres >> MR_GENRE_COMEDY & 1;
        mr_ranking_free(&ranking);
    }
    assert_true(comedies[MR_MOOD_LIFT] > comedies[MR_MOOD_MATCH] + 3);
}

/* Mean Jaccard likeness of the genres of all pairs. */
static double sameness(const mr_ranking *ranking) {
    double sum = 0;
    size_t pairs = 0;
    for (size_t i = 0; i < ranking->count; i++)
        for (size_t j = 0; j < i; j++, pairs++) {
            mr_genre_set a = entry(ranking, i)->genres, b = entry(ranking, j)->genres;
            sum += (double)mr_genre_set_size(a & b) / mr_genre_set_size(a | b);
        }
    return sum / (double)pairs;
}

static void diversity_makes_films_differ(void **state) {
    (void)state;
    mr_sofa_seat seat = seat_of(31, MR_FEMALE, MR_SAD);
    mr_rank_options options = plain();
    options.diversity = 0;
    mr_ranking same = rank(&seat, 1, &options);
    options.diversity = 1.5f;
    mr_ranking diverse = rank(&seat, 1, &options);
    assert_true(sameness(&diverse) < sameness(&same) - 0.1);
    assert_int_equal(diverse.films[0].film, same.films[0].film);
    mr_ranking_free(&same);
    mr_ranking_free(&diverse);
}

/* A group of one taste gets that taste; what one of two would hate is kept from both. */
static void groups_are_served_without_misery(void **state) {
    (void)state;
    mr_sofa_seat pair[2] = {seat_of(25, MR_FEMALE, MR_HAPPY), seat_of(27, MR_MALE, MR_ANGRY)};
    mr_rank_options options = plain();
    mr_ranking single = rank(pair, 1, &options);
    mr_sofa_seat twins[2] = {pair[0], pair[0]};
    mr_ranking doubled = rank(twins, 2, &options);
    assert_int_equal(single.films[0].film, doubled.films[0].film);
    assert_true(fabsf(single.films[0].score - doubled.films[0].score) < 1e-5f);
    mr_opinion hates[4] = {{film_of("saw", 2004), MR_FEEDBACK_DISLIKE, 0, 0},
                           {film_of("halloween", 1978), MR_FEEDBACK_DISLIKE, 0, 0},
                           {film_of("the shining", 1980), MR_FEEDBACK_DISLIKE, 0, 0},
                           {film_of("scream", 1996), MR_FEEDBACK_DISLIKE, 0, 0}};
    mr_opinion loves[4];
    for (int i = 0; i < 4; i++)
        loves[i] = (mr_opinion){hates[i].film, MR_FEEDBACK_LIKE, 0, 0};
    pair[0].history = hates;
    pair[1].history = loves;
    pair[0].history_count = pair[1].history_count = 4;
    mr_ranking both = rank(pair, 2, &options);
    for (size_t i = 0; i < both.count; i++)
        assert_false(entry(&both, i)->genres >> MR_GENRE_HORROR & 1);
    mr_ranking_free(&single);
    mr_ranking_free(&doubled);
    mr_ranking_free(&both);
    /* When nothing else passes the filter, there are films all the same. */
    options.genre = MR_GENRE_HORROR;
    both = rank(pair, 2, &options);
    assert_int_equal(both.count, 10);
    mr_ranking_free(&both);
}

static void wrong_use_is_refused(void **state) {
    (void)state;
    mr_sofa_seat seats[MR_SOFA_SEATS + 1];
    for (int s = 0; s <= MR_SOFA_SEATS; s++)
        seats[s] = seat_of(30, -1, -1);
    mr_ranking ranking;
    mr_rank_options good = plain(), bad;
    assert_int_equal(mr_recommender_rank(recommender, seats, 0, &good, &ranking), MR_E_ARGUMENT);
    assert_int_equal(mr_recommender_rank(recommender, seats, MR_SOFA_SEATS + 1, &good, &ranking),
                     MR_E_ARGUMENT);
    bad = good, bad.genre = MR_GENRE_COUNT;
    assert_int_equal(mr_recommender_rank(recommender, seats, 1, &bad, &ranking), MR_E_ARGUMENT);
    bad = good, bad.exploration = 1.5f;
    assert_int_equal(mr_recommender_rank(recommender, seats, 1, &bad, &ranking), MR_E_ARGUMENT);
    bad = good, bad.diversity = NAN;
    assert_int_equal(mr_recommender_rank(recommender, seats, 1, &bad, &ranking), MR_E_ARGUMENT);
    bad = good, bad.weights[MR_TERM_MOOD] = -1;
    assert_int_equal(mr_recommender_rank(recommender, seats, 1, &bad, &ranking), MR_E_ARGUMENT);
    const mr_opinion lies[] = {{UINT32_MAX, MR_FEEDBACK_LIKE, 0, 0}, {0, MR_FEEDBACK_RATING, 6, 0}};
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        seats[0].history = &lies[i];
        seats[0].history_count = 1;
        assert_int_equal(mr_recommender_rank(recommender, seats, 1, &good, &ranking),
                         MR_E_ARGUMENT);
    }
}

/* The table look-up gives what the plain sum gives. */
static void genre_sums_are_genre_fits(void **state) {
    (void)state;
    mr_genre_sums sums = {.value = {0}};
    for (int g = 0; g < MR_GENRE_COUNT; g++)
        sums.value[g] = sinf((float)g + 1);
    mr_genre_sums_fill(&sums);
    for (size_t i = 0; i < mr_catalogue_count(catalogue); i++) {
        const mr_catalogue_film *film = mr_catalogue_entry(catalogue, i);
        assert_true(fabsf(mr_genre_sums_fit(&sums, film) - mr_genre_fit(sums.value, film->genres)) <
                    1e-5f);
    }
}

/* Scoring many films gives what the terms add up to. */
static void scores_are_sums_of_terms(void **state) {
    (void)state;
    mr_opinion history[3] = {{film_of("the matrix", 1999), MR_FEEDBACK_LIKE, 0, 0},
                             {film_of("arjun reddy", 2017), MR_FEEDBACK_RATING, 4, 0},
                             {film_of("titanic", 1997), MR_FEEDBACK_DISLIKE, 0, 0}};
    for (size_t said = 0; said <= 4; said++) {
        mr_sofa_seat seat = seat_of(said < 4 ? 31 : 7, MR_FEMALE, MR_SAD);
        seat.history = history;
        seat.history_count = said % 4;
        mr_rank_options options = plain();
        options.mood = said % 2 ? MR_MOOD_LIFT : MR_MOOD_AUTO;
        options.weights[MR_TERM_POPULARITY] = 1 + (float)said;
        mr_appetite appetite;
        assert_ok(mr_appetite_make(recommender, &seat, &options, &appetite));
        for (uint32_t i = 0; i < mr_catalogue_count(catalogue); i++) {
            float contribution[MR_TERM_COUNT], sum = 0;
            mr_terms_of(&appetite, i, contribution);
            for (int t = 0; t < MR_TERM_COUNT; t++)
                sum += contribution[t];
            assert_float_equal(mr_score_of(&appetite, i), sum, 1e-4);
        }
        mr_appetite_free(&appetite);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_child_sees_what_is_not_for_children),
        cmocka_unit_test(the_lower_end_of_the_age_counts),
        cmocka_unit_test(an_unknown_age_counts_as_a_small_child),
        cmocka_unit_test(a_certificate_filter_binds),
        cmocka_unit_test(frightening_films_are_not_for_children),
        cmocka_unit_test(of_a_series_the_first_part_comes),
        cmocka_unit_test(small_children_get_films_made_for_them),
        cmocka_unit_test(exploration_stays_near),
        cmocka_unit_test(exploration_alone_stays_near),
        cmocka_unit_test(what_would_be_shown_anyway_is_not_drawn),
        cmocka_unit_test(chances_stay_what_they_are),
        cmocka_unit_test(filters_hold),
        cmocka_unit_test(ten_films_come_whatever_is_known),
        cmocka_unit_test(counts_follow_what_there_is),
        cmocka_unit_test(reasons_are_what_moved_the_score),
        cmocka_unit_test(reasons_come_strongest_first),
        cmocka_unit_test(assumptions_are_not_told_as_findings),
        cmocka_unit_test(reasons_do_not_name_what_is_unknown),
        cmocka_unit_test(ethnicity_changes_nothing),
        cmocka_unit_test(the_same_seed_gives_the_same_films),
        cmocka_unit_test(history_is_not_shown_again_and_teaches),
        cmocka_unit_test(moods_can_be_lifted_or_matched),
        cmocka_unit_test(diversity_makes_films_differ),
        cmocka_unit_test(groups_are_served_without_misery),
        cmocka_unit_test(wrong_use_is_refused),
        cmocka_unit_test(genre_sums_are_genre_fits),
        cmocka_unit_test(scores_are_sums_of_terms),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
