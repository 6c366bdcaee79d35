/* What reasons say, and the parts of the terms that they speak of: the figures are those of the
 * people whom they name, and what is named is what raised the score. */
#include "base/utf8.h"
#include "recommend/recommend_parts.h"
#include "shipped.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- tastes ---------------------------------------------------------------------------------- */

/* Somebody who is of one age with this chance, else of the other. */
static mr_sofa_seat of_two_ages(int age, float chance, int other, int gender) {
    mr_attributes attributes = stated(age, gender, -1);
    attributes.age_distribution[age] = chance;
    attributes.age_distribution[other] = 1 - chance;
    return (mr_sofa_seat){.watcher = mr_watcher_of(&attributes)};
}

static mr_appetite appetite_of(const mr_sofa_seat *seat, const mr_rank_options *options) {
    mr_appetite appetite;
    assert_ok(mr_appetite_make(recommender, seat, options, &appetite));
    return appetite;
}

static float taste_of(const mr_appetite *appetite, uint32_t film) {
    float values[MR_TERM_COUNT];
    mr_term_values(appetite, film, mr_item_of(recommender, film), values);
    return values[MR_TERM_TASTE];
}

/* Children's liking of genres and other people's of films enter each with its chance, once. */
static void tastes_enter_with_their_chances(void **state) {
    (void)state;
    const mr_rank_options options = plain();
    mr_sofa_seat child_seat = seat_of(8, MR_MALE, -1);
    mr_appetite child = appetite_of(&child_seat, &options);
    for (int tenths = 0; tenths <= 10; tenths++) {
        float chance = (float)tenths / 10;
        mr_sofa_seat seat = of_two_ages(8, chance, 30, MR_MALE);
        mr_appetite mixed = appetite_of(&seat, &options);
        for (uint32_t f = 0; f < mr_catalogue_count(catalogue); f++) {
            int32_t item = mr_item_of(recommender, f);
            if (item >= 0)
                assert_float_equal(
                    taste_of(&mixed, f),
                    chance * taste_of(&child, f) + (1 - chance) * mixed.audience[item], 1e-5);
        }
        mr_appetite_free(&mixed);
    }
    mr_appetite_free(&child);
}

typedef void observer(const mr_appetite *appetite, uint32_t film, const char *text);

/* Shows what is said of every film that a term raises for this person. */
static void look_at(mr_term term, const mr_sofa_seat *seat, const mr_rank_options *options,
                    observer *look) {
    mr_appetite appetite = appetite_of(seat, options);
    for (uint32_t f = 0; f < mr_catalogue_count(catalogue); f++) {
        float contribution[MR_TERM_COUNT];
        mr_terms_of(&appetite, f, contribution);
        if (contribution[term] > 0.05f) {
            char text[MR_RANK_REASON_TEXT];
            mr_say_reason(text, term, &appetite, options, f);
            look(&appetite, f, text);
        }
    }
    mr_appetite_free(&appetite);
}

static int by_children, by_likers;

/* Who likes a film more than others do is not told with a figure that is smaller than theirs, and
 * what is assumed of children is not told of those who were asked. */
static void assert_true_of_taste(const mr_appetite *appetite, uint32_t film, const char *text) {
    int theirs, of_all;
    (void)film;
    if (sscanf(text, "Liked by %d %% of %*[^,], and by %d %% of all", &theirs, &of_all) == 2) {
        by_likers++;
        if (theirs < of_all)
            fail_msg("%s", text);
    } else if (strstr(text, ", for boys of 3-9")) {
        by_children++;
        assert_true(appetite->child > 0);
    } else if (!strstr(text, ", liked more by men of 30-39 than by others")) {
        fail_msg("%s", text);
    }
}

static void tastes_are_told_of_those_whose_they_are(void **state) {
    (void)state;
    const mr_rank_options options = plain();
    for (int tenths = 0; tenths <= 10; tenths++) {
        mr_sofa_seat seat = of_two_ages(8, (float)tenths / 10, 30, MR_MALE);
        by_children = by_likers = 0;
        look_at(MR_TERM_TASTE, &seat, &options, assert_true_of_taste);
        assert_true((by_children > 0) == (tenths > 0));
        assert_true((by_likers > 0) == (tenths < 10));
    }
}

/* How the people of an age group (-1: any) and a gender (-1: any) are called. */
static const char *name_of(int age, int gender) {
    static const char *const ages[] = {" under 18", " of 18-24", " of 25-34",  " of 35-44",
                                       " of 45-49", " of 50-55", " from 56 on"};
    static const char *const old[] = {"people", "men", "women"};
    static const char *const young[] = {"children", "boys", "girls"};
    static char name[64];
    int word = gender < 0 ? 0 : gender == MR_MALE ? 1 : 2;
    snprintf(name, sizeof name, "%s%s", age == 0 ? young[word] : old[word],
             age < 0 ? "" : ages[age]);
    return name;
}

/* The share of them that likes an item. */
static double liking_of(const mr_collaborative *model, int age, int gender, int32_t item) {
    double asked = 0, liked = 0;
    for (int a = 0; a < MR_AUDIENCES; a++)
        if ((age < 0 || a / MR_GENDER_COUNT == age) &&
            (gender < 0 || a % MR_GENDER_COUNT == gender)) {
            asked += (double)model->audience[a];
            liked += (double)(model->audience[a] *
                              model->liked[(size_t)a * model->items + (size_t)item]);
        }
    return liked / asked;
}

static int figures;

/* The figure is that of the people who are named, and they are some whom the viewer may be. */
static void assert_true_figure(const mr_appetite *appetite, uint32_t film, const char *text) {
    const mr_watcher *watcher = &appetite->seat->watcher;
    const int32_t item = mr_item_of(recommender, film);
    int theirs, of_all;
    char who[64];
    if (item < 0)
        return; /* nobody was asked */
    assert_int_equal(
        sscanf(text, "Liked by %d %% of %63[^,], and by %d %% of all", &theirs, who, &of_all), 3);
    assert_true(theirs >= of_all);
    *strstr(who, " who were asked") = 0;
    for (int age = -1; age < MR_AUDIENCE_AGE_COUNT; age++)
        for (int gender = -1; gender < MR_GENDER_COUNT; gender++)
            if (strcmp(who, name_of(age, gender)) == 0) {
                assert_true(watcher->has_age ? age >= 0 && watcher->group[age] > 0 : age < 0);
                assert_true(watcher->has_gender == (gender >= 0));
                assert_float_equal(
                    theirs, 100 * liking_of(appetite->neighbours.model, age, gender, item), 0.501);
                figures++;
                return;
            }
    fail_msg("%s", text);
}

static void figures_are_of_those_who_are_named(void **state) {
    (void)state;
    const mr_rank_options options = plain();
    mr_sofa_seat seats[4] = {of_two_ages(16, 0.5f, 20, MR_FEMALE), of_two_ages(20, 0.4f, 47, -1),
                             seat_of(-1, MR_FEMALE, -1), of_two_ages(30, 0.7f, 52, MR_MALE)};
    seats[3].watcher.gender[MR_MALE] = 0.6f;
    seats[3].watcher.gender[MR_FEMALE] = 0.4f;
    for (size_t s = 0; s < sizeof seats / sizeof *seats; s++) {
        figures = 0;
        look_at(MR_TERM_TASTE, &seats[s], &options, assert_true_figure);
        assert_true(figures > 100);
    }
}

/* --- moods ----------------------------------------------------------------------------------- */

static int findings, assumptions;

/* What is left of a text when it begins with a genre of this set, else NULL. */
static const char *behind_genre(const char *text, mr_genre_set genres) {
    for (mr_genre_set rest = genres; rest; rest &= rest - 1) {
        const char *label = mr_genre_label((mr_genre)__builtin_ctz(rest));
        if (strncmp(text, label, strlen(label)) == 0)
            return text + strlen(label);
    }
    return NULL;
}

/* Neither is the mood of a comedy the neutral one, which wishes for none, for being likelier, nor
 * is a genre told as found for standing beside one that was. */
static void assert_true_of_mood(const mr_appetite *appetite, uint32_t film, const char *text) {
    const mr_genre_set genres = mr_catalogue_entry(catalogue, film)->genres;
    const mr_mood *mood = &appetite->recommender->parts.mood;
    int emotion = strstr(text, " a happy mood") ? MR_HAPPY : MR_NEUTRAL;
    bool found = strstr(text, " tend to choose") != NULL;
    mr_genre_set wished = 0;
    for (int g = 0; g < MR_GENRE_COUNT; g++)
        if (mood->wish[MR_MOOD_AUTO][emotion][g] > 0)
            wished |= 1u << g;
    const char *rest = behind_genre(text, genres & (found ? mood->found[emotion] : wished));
    if (rest && strncmp(rest, " and ", 5) == 0)
        rest = behind_genre(rest + 5, genres & (found ? mood->found[emotion] : wished));
    if (!rest || strncmp(rest, ", which ", 8) != 0)
        fail_msg("%s", text);
    if (genres == 1u << MR_GENRE_COMEDY)
        assert_int_equal(emotion, MR_HAPPY);
    findings += found;
    assumptions += !found;
}

static void moods_are_told_that_raised_the_film(void **state) {
    (void)state;
    const mr_rank_options options = plain();
    mr_attributes attributes = stated(30, MR_FEMALE, MR_NEUTRAL);
    attributes.emotion[MR_NEUTRAL] = 0.55f;
    attributes.emotion[MR_HAPPY] = 0.45f;
    mr_sofa_seat seat = {.watcher = mr_watcher_of(&attributes)};
    look_at(MR_TERM_MOOD, &seat, &options, assert_true_of_mood);
    assert_true(findings > 0 && assumptions > 0);
}

/* --- histories ------------------------------------------------------------------------------- */

#define FOREIGN 5 /* films that nobody of MovieLens was asked about */

/* One link, as viewers of an installation may have taught it. */
static mr_collaborative_films taught(uint32_t from, uint32_t to, float weight) {
    size_t films = mr_catalogue_count(catalogue);
    mr_collaborative_films links = {.films = films,
                                    .item_of = malloc(films * sizeof *links.item_of)};
    assert_non_null(links.item_of);
    assert_ok(mr_collaborative_make(2, 1, &links.model));
    memset(links.item_of, -1, films * sizeof *links.item_of);
    links.item_of[from] = 0;
    links.item_of[to] = 1;
    links.model->start[1] = links.model->start[2] = 1;
    links.model->to[0] = 1;
    links.model->weight[0] = weight;
    return links;
}

/* Likes a film first, then some that the shipped model does not know, so that it counts less than
 * what was learned here. */
static void like(uint32_t film, mr_opinion history[1 + FOREIGN]) {
    size_t count = 0;
    history[count++] = (mr_opinion){film, MR_FEEDBACK_LIKE, 0, 0};
    for (uint32_t f = 0; count < 1 + FOREIGN; f++)
        if (mr_item_of(recommender, f) < 0)
            history[count++] = (mr_opinion){f, MR_FEEDBACK_LIKE, 0, 0};
}

/* The film that those who like another one avoid most, by the shipped links. */
static uint32_t most_avoided(uint32_t liked, float *weight) {
    const mr_collaborative_films *films = mr_recommender_parts_of(recommender)->neighbours;
    uint32_t most = liked;
    *weight = 0;
    for (uint32_t f = 0; f < mr_catalogue_count(catalogue); f++) {
        if (films->item_of[f] < 0 || f == liked)
            continue;
        float link = mr_collaborative_link(films->model, (size_t)films->item_of[liked],
                                           (size_t)films->item_of[f]);
        if (link < *weight) {
            *weight = link;
            most = f;
        }
    }
    return most;
}

/* Links of both kinds count as the term counts them, and not as their plain sum would. */
static void histories_name_what_moved_the_film(void **state) {
    (void)state;
    const uint32_t liked = film_of("the matrix", 1999);
    float avoided;
    uint32_t film = most_avoided(liked, &avoided);
    mr_collaborative_films links = taught(liked, film, -0.75f * avoided);
    mr_rank_options options = plain();
    options.local = &links;
    mr_opinion history[1 + FOREIGN];
    like(liked, history);
    mr_sofa_seat seat = seat_of(30, MR_FEMALE, -1);
    seat.history = history;
    seat.history_count = 1 + FOREIGN;
    mr_appetite appetite = appetite_of(&seat, &options);
    float contribution[MR_TERM_COUNT];
    char text[MR_RANK_REASON_TEXT] = "";
    mr_terms_of(&appetite, film, contribution);
    assert_true(contribution[MR_TERM_HISTORY] > 0.05f);
    mr_say_reason(text, MR_TERM_HISTORY, &appetite, &options, film);
    assert_string_equal(text, "Because you liked The Matrix: those who like it like this one too");
    mr_appetite_free(&appetite);
    mr_collaborative_free(links.model);
    free(links.item_of);
}

/* --- what does not fit ----------------------------------------------------------------------- */

static void reasons_end_behind_whole_words(void **state) {
    (void)state;
    char text[2 * MR_RANK_REASON_TEXT], out[MR_RANK_REASON_TEXT];
    mr_fit_reason(out, "Popular");
    assert_string_equal(out, "Popular");
    for (int length = 0; length < 300; length++) {
        snprintf(text, sizeof text, "%.*s", length,
                 "Alpha, beta: gamma, delta, epsilon, zeta, eta, theta, iota, kappa, lambda, mu, "
                 "nu, xi, omicron, pi, rho, sigma, tau, upsilon, phi, chi, psi, omega, alpha, "
                 "beta, gamma, delta, epsilon, zeta, eta, theta, iota, kappa, lambda, mu, nu, xi");
        mr_fit_reason(out, text);
        if (strlen(text) < sizeof out)
            assert_string_equal(out, text);
        else
            assert_string_equal(out, "Alpha, beta: gamma, delta, epsilon, zeta, eta, theta, iota, "
                                     "kappa, lambda, mu, nu, xi, omicron, pi, rho, sigma, tau, "
                                     "upsilon, phi, chi, psi, omega, alpha…");
    }
    /* A long word ends behind a whole character. */
    for (int first = 0; first < 4; first++) {
        int length = snprintf(text, sizeof text, "%.*s", first, "abcd");
        while (length < 200)
            length += snprintf(text + length, sizeof text - (size_t)length, "侍");
        mr_fit_reason(out, text);
        assert_true(mr_utf8_is_text(out));
        assert_string_equal(out + strlen(out) - 6, "侍…");
        assert_in_range(strlen(out), sizeof out - 4, sizeof out - 1);
    }
}

#define ALIKE "Biography|Dark Comedy|Documentary|Fantasy|Mystery|Romance|Adventure|Western"

/* Of two films that share all that can be named, the reasons of a group have no room for it. */
static void reasons_of_groups_are_not_cut_in_words(void **state) {
    (void)state;
    static const char text[] =
        "id,title,year,genres,certificate,tier,language,directors,cast\n"
        "A,A title of many words which takes all the room that a title has,2000," ALIKE
        ",G,1,French,d,c\nB,Another,2001," ALIKE ",G,1,French,d,c\nC,Plain,2001,Drama,G,1,,,\n";
    mr_catalogue *films;
    mr_recommender *by;
    assert_ok(mr_catalogue_parse(text, strlen(text), "films.csv", &films));
    mr_recommender_parts parts = *mr_recommender_parts_of(recommender);
    mr_profile_forest belief = {.film_count = 0};
    memcpy(belief.share, parts.belief->share, sizeof belief.share);
    belief.choice = parts.belief->choice;
    parts.catalogue = films;
    parts.belief = &belief;
    parts.neighbours = NULL;
    assert_ok(mr_recommender_make(&parts, &by));
    const mr_opinion like = {0, MR_FEEDBACK_LIKE, 0, 0};
    mr_sofa_seat seats[2] = {seat_of(30, -1, -1), seat_of(40, -1, -1)};
    seats[0].history = &like;
    seats[0].history_count = 1;
    const mr_rank_options options = plain();
    mr_ranking ranking = rank_with(by, seats, 2, &options);
    bool told = false;
    for (size_t i = 0; i < ranking.count; i++)
        for (int r = 0; r < ranking.films[i].reason_count; r++)
            told |= strcmp(ranking.films[i].reasons[r].text,
                           "For viewer 1: Like A title of many words which takes all the room "
                           "that a tit…, which you liked: the same director, an actor in common, "
                           "Adventure…") == 0;
    if (!told)
        fail_msg("%s", ranking.count ? ranking.films[0].reasons[0].text : "no films");
    mr_ranking_free(&ranking);
    mr_recommender_free(by);
    mr_catalogue_free(films);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tastes_enter_with_their_chances),
        cmocka_unit_test(tastes_are_told_of_those_whose_they_are),
        cmocka_unit_test(figures_are_of_those_who_are_named),
        cmocka_unit_test(moods_are_told_that_raised_the_film),
        cmocka_unit_test(histories_name_what_moved_the_film),
        cmocka_unit_test(reasons_end_behind_whole_words),
        cmocka_unit_test(reasons_of_groups_are_not_cut_in_words),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
