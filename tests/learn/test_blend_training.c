/* The fit of the blend: the model of choice against plain references, and what it makes of made
 * people; the trainer's values are the program's. */
#include "support.h"

#include "base/memory.h"
#include "base/rng.h"
#include "learn/choice_model.h"
#include "learn/train_blend.h"
#include "recommend/recommend_parts.h"

#include <math.h>
#include <stdlib.h>

#define USERS 300
#define ITEMS 20
#define TERMS 3

/* People who pick one of the films by a known rule. */
static mr_choices make_choices(const double rule[TERMS]) {
    mr_choices choices = {.users = USERS,
                          .items = ITEMS,
                          .terms = TERMS,
                          .values = mr_alloc(USERS * ITEMS * TERMS * sizeof(float)),
                          .kind = mr_alloc(USERS * ITEMS)};
    mr_rng rng = mr_rng_seeded(3);
    for (size_t u = 0; u < USERS; u++) {
        double chance[ITEMS], sum = 0;
        for (size_t i = 0; i < ITEMS; i++) {
            double score = 0;
            for (size_t t = 0; t < TERMS; t++) {
                double value = 2 * mr_rng_uniform(&rng) - 1;
                choices.values[(u * ITEMS + i) * TERMS + t] = (float)value;
                score += rule[t] * value;
            }
            choices.kind[u * ITEMS + i] = i % 7 == 6 ? MR_CHOICE_BARRED : MR_CHOICE_OPEN;
            sum += chance[i] = i % 7 == 6 ? 0 : exp(score);
        }
        double left = mr_rng_uniform(&rng) * sum;
        size_t pick = 0;
        while (pick + 1 < ITEMS && (left -= chance[pick]) > 0)
            pick++;
        choices.kind[u * ITEMS + pick] = MR_CHOICE_PICKED;
    }
    return choices;
}

static void choices_free(mr_choices *choices) {
    free(choices->values);
    free(choices->kind);
}

/* The likelihood, slow and plain. */
static double plain_likelihood(const mr_choices *c, const float *weights) {
    double mean = 0;
    for (size_t u = 0; u < c->users; u++) {
        double total = 0, picked = 0;
        for (size_t i = 0; i < c->items; i++) {
            double score = 0;
            for (size_t t = 0; t < TERMS; t++)
                score += (double)(weights[t] * c->values[(u * c->items + i) * TERMS + t]);
            if (c->kind[u * c->items + i] != MR_CHOICE_BARRED)
                total += exp(score);
            if (c->kind[u * c->items + i] == MR_CHOICE_PICKED)
                picked = score;
        }
        mean += (picked - log(fmax(total, 1e-300))) / (double)c->users;
    }
    return mean;
}

static const bool all[TERMS] = {true, true, true};

static void the_likelihood_is_the_plain_one(void **state) {
    (void)state;
    mr_choices choices = make_choices((double[]){1, 0.5, 0});
    const float weights[TERMS] = {0.3f, 2, 1};
    assert_float_equal(mr_choice_likelihood(&choices, weights), plain_likelihood(&choices, weights),
                       1e-5);
    choices_free(&choices);
}

static void known_rules_are_found(void **state) {
    (void)state;
    mr_choices choices = make_choices((double[]){2, 1, 0.5});
    float weights[TERMS] = {0};
    assert_ok(mr_choice_fit(&choices, all, 1e-6, weights));
    assert_float_equal(weights[0], 2, 0.4);
    assert_float_equal(weights[1], 1, 0.4);
    assert_float_equal(weights[2], 0.5, 0.4);
    choices_free(&choices);
}

/* No step in any direction that is allowed does better. The rule pulls the last weight below zero,
 * where it must not go. */
static void the_best_weights_are_found(void **state) {
    (void)state;
    mr_choices choices = make_choices((double[]){2, 1, -1});
    float weights[TERMS] = {0};
    assert_ok(mr_choice_fit(&choices, all, 0, weights));
    assert_true(weights[2] == 0);
    double best = plain_likelihood(&choices, weights);
    for (int step = 0; step < 27; step++) {
        float moved[TERMS];
        const int digit[TERMS] = {step % 3 - 1, step / 3 % 3 - 1, step / 9 - 1};
        for (int t = 0; t < TERMS; t++)
            moved[t] = fmaxf(0, weights[t] + 0.05f * (float)digit[t]);
        assert_true(plain_likelihood(&choices, moved) <= best + 1e-6);
    }
    choices_free(&choices);
}

static void unused_terms_and_ridge_hold_weights_down(void **state) {
    (void)state;
    mr_choices choices = make_choices((double[]){2, 1, 0.5});
    const bool first[TERMS] = {true, false, false};
    float alone[TERMS] = {0, 5, 5}, held[TERMS] = {0};
    assert_ok(mr_choice_fit(&choices, first, 0, alone));
    assert_true(alone[0] > 1 && alone[1] == 0 && alone[2] == 0);
    assert_ok(mr_choice_fit(&choices, first, 10, held));
    assert_true(held[0] > 0 && held[0] < alone[0] / 5);
    choices_free(&choices);
}

/* A logistic regression with an offset gives, on average, as much chance as there were picks. */
static void chances_add_up_to_the_picks(void **state) {
    (void)state;
    mr_choices choices = make_choices((double[]){2, 1, 0.5});
    const float weights[TERMS] = {2, 1, 0.5f};
    float scale, offset;
    mr_chance_fit(&choices, weights, &scale, &offset);
    double sum = 0;
    for (size_t r = 0; r < USERS * ITEMS; r++) {
        double score = 0;
        for (size_t t = 0; t < TERMS; t++)
            score += (double)(weights[t] * choices.values[r * TERMS + t]);
        if (choices.kind[r] != MR_CHOICE_BARRED)
            sum += 1 / (1 + exp(-((double)scale * score + (double)offset)));
    }
    assert_float_equal(sum, USERS, 0.01 * USERS);
    assert_float_equal(scale, 1, 0.25);
    choices_free(&choices);
}

/* --- made people ----------------------------------------------------------------------------- */

#define PEOPLE 200
#define FILMS  40

/* Two kinds of people, whom nothing tells apart but that each likes its own half of the films. */
static mr_interactions make_likes(void) {
    mr_interactions likes = {.users = PEOPLE, .items = FILMS};
    likes.start = mr_alloc((PEOPLE + 1) * sizeof *likes.start);
    likes.item = mr_alloc(PEOPLE * FILMS * sizeof *likes.item);
    likes.user_of = mr_alloc(PEOPLE * sizeof *likes.user_of);
    likes.film_of = mr_alloc(FILMS * sizeof *likes.film_of);
    likes.audience = mr_alloc(PEOPLE);
    mr_rng rng = mr_rng_seeded(11);
    for (size_t u = 0; u < PEOPLE; u++) {
        likes.audience[u] = (uint8_t)(u % MR_AUDIENCES);
        for (uint32_t i = 0; i < FILMS; i++)
            if (mr_rng_uniform(&rng) < (i % 2 == u / MR_AUDIENCES % 2 ? 0.7 : 0.05))
                likes.item[likes.count++] = i;
        likes.start[u + 1] = (uint32_t)likes.count;
    }
    return likes;
}

static void clicks_tell_kinds_of_people_apart(void **state) {
    (void)state;
    mr_interactions likes = make_likes();
    mr_blend_params params = mr_blend_params_defaults();
    mr_blend_films nothing = {NULL, NULL};
    mr_blend blend;
    mr_blend_fitted fitted;
    params.model.rank = 4;
    assert_ok(mr_train_blend(&likes, &nothing, &params, &blend, &fitted));
    assert_true(blend.steps >= 3);
    assert_true(blend.known[2].weight[MR_TERM_HISTORY] > 0.1f);
    for (int s = 1; s < blend.steps; s++)
        assert_true(fitted.likelihood[s] > fitted.likelihood[0]);
    mr_collaborative *model;
    mr_blend_ranker *ranker;
    assert_ok(mr_train_collaborative(&likes, &params.model, &model));
    assert_ok(mr_blend_ranker_make(model, &nothing, &ranker));
    static float values[FILMS * MR_TERM_COUNT], scores[FILMS];
    const uint32_t clicks[] = {3, 5};
    assert_ok(mr_blend_ranker_scores(ranker, &blend, &(mr_blend_user){0, clicks, 2, NULL}, values,
                                     scores));
    for (size_t i = 6; i < FILMS; i += 2)
        assert_true(scores[i + 1] > scores[i]);
    /* A click of 60 half-lives ago counts for nothing, and one that has not aged for all. */
    static float alone[FILMS];
    const float old[] = {0, 60}, young[] = {0, 0};
    const mr_blend_user one = {0, clicks, 1, NULL}, aged = {0, clicks, 2, old},
                        fresh = {0, clicks, 2, young};
    static float again[FILMS];
    assert_ok(mr_blend_ranker_scores(ranker, &blend, &fresh, values, again));
    assert_memory_equal(again, scores, sizeof scores);
    assert_ok(mr_blend_ranker_scores(ranker, &blend, &one, values, alone));
    assert_ok(mr_blend_ranker_scores(ranker, &blend, &aged, values, again));
    for (size_t i = 0; i < FILMS; i++)
        assert_true(fabsf(again[i] - alone[i]) < 1e-5f);
    mr_blend_ranker_free(ranker);
    mr_collaborative_free(model);
    mr_interactions_free(&likes);
}

static bool same_weights(const mr_blend *a, const mr_blend *b) {
    bool same = a->steps == b->steps;
    for (int s = 0; s < a->steps && same; s++)
        for (int t = 0; t < MR_TERM_COUNT; t++)
            same = same && a->known[s].weight[t] == b->known[s].weight[t] &&
                   a->unknown[s].weight[t] == b->unknown[s].weight[t];
    return same;
}

static void the_same_seed_gives_the_same_weights(void **state) {
    (void)state;
    mr_interactions likes = make_likes();
    mr_blend_params params = mr_blend_params_defaults();
    mr_blend_films nothing = {NULL, NULL};
    mr_blend first, second;
    mr_blend_fitted fitted;
    params.model.rank = 4;
    assert_ok(mr_train_blend(&likes, &nothing, &params, &first, &fitted));
    assert_ok(mr_train_blend(&likes, &nothing, &params, &second, &fitted));
    assert_true(same_weights(&first, &second));
    params.seed = 2;
    assert_ok(mr_train_blend(&likes, &nothing, &params, &second, &fitted));
    assert_false(same_weights(&first, &second));
    mr_interactions_free(&likes);
}

static void nobody_to_ask_is_an_error(void **state) {
    (void)state;
    mr_interactions likes = make_likes();
    for (size_t u = 0; u <= PEOPLE; u++)
        likes.start[u] = (uint32_t)u;
    likes.count = PEOPLE;
    mr_blend_params params = mr_blend_params_defaults();
    mr_blend_films nothing = {NULL, NULL};
    mr_blend blend;
    mr_blend_fitted fitted;
    params.model.rank = 4;
    assert_int_equal(mr_train_blend(&likes, &nothing, &params, &blend, &fitted), MR_E_FORMAT);
    mr_interactions_free(&likes);
}

/* --- the program ----------------------------------------------------------------------------- */

/* What weights are fitted to is what the program multiplies by them: with all weights 1 the
 * contributions to a film's score are the trainer's values. */
static void values_are_the_programs(void **state) {
    (void)state;
    mr_catalogue *catalogue;
    mr_recommender *program, *bare, *even;
    assert_ok(mr_catalogue_load("data/films.csv", &catalogue));
    assert_ok(mr_recommender_load(catalogue, "data", "models", &program));
    assert_ok(mr_recommender_load_unblended(catalogue, "data", "models", &bare));
    mr_recommender_parts parts = *mr_recommender_parts_of(program);
    parts.blend = mr_blend_even();
    assert_ok(mr_recommender_make(&parts, &even));
    const mr_collaborative_films *neighbours = parts.neighbours;
    size_t items = neighbours->model->items;
    int32_t *film_of = malloc(items * sizeof *film_of);
    for (size_t f = 0; f < neighbours->films; f++)
        if (neighbours->item_of[f] >= 0)
            film_of[neighbours->item_of[f]] = (int32_t)f;
    mr_blend_ranker *ranker;
    assert_ok(mr_blend_ranker_make(neighbours->model, &(mr_blend_films){bare, film_of}, &ranker));
    const uint32_t clicks[] = {10, 200};
    float *values = malloc(items * MR_TERM_COUNT * sizeof *values);
    int audience = mr_audience_of(20, MR_FEMALE);
    assert_ok(
        mr_blend_ranker_values(ranker, &(mr_blend_user){audience, clicks, 2, NULL}, false, values));

    mr_attributes attributes = {.has_age = true, .has_gender = true};
    for (int year = 18; year < 25; year++)
        attributes.age_distribution[year] = 1.0f / 7;
    attributes.gender[MR_FEMALE] = 1;
    mr_opinion history[2] = {{(uint32_t)film_of[10], MR_FEEDBACK_LIKE, 0, 0},
                             {(uint32_t)film_of[200], MR_FEEDBACK_LIKE, 0, 0}};
    mr_sofa_seat seat = {mr_watcher_of(&attributes), history, 2};
    mr_rank_options options = mr_rank_options_defaults();
    mr_appetite appetite;
    assert_ok(mr_appetite_make(even, &seat, &options, &appetite));
    for (size_t i = 0; i < items; i++) {
        float contribution[MR_TERM_COUNT];
        mr_terms_of(&appetite, (uint32_t)film_of[i], contribution);
        for (int t = 0; t < MR_TERM_COUNT; t++)
            assert_float_equal(contribution[t], values[i * MR_TERM_COUNT + (size_t)t], 1e-5);
    }
    mr_appetite_free(&appetite);
    mr_blend_ranker_free(ranker);
    free(values);
    free(film_of);
    mr_recommender_free(even);
    mr_recommender_free(bare);
    mr_recommender_free(program);
    mr_catalogue_free(catalogue);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_likelihood_is_the_plain_one),
        cmocka_unit_test(known_rules_are_found),
        cmocka_unit_test(the_best_weights_are_found),
        cmocka_unit_test(unused_terms_and_ridge_hold_weights_down),
        cmocka_unit_test(chances_add_up_to_the_picks),
        cmocka_unit_test(clicks_tell_kinds_of_people_apart),
        cmocka_unit_test(the_same_seed_gives_the_same_weights),
        cmocka_unit_test(nobody_to_ask_is_an_error),
        cmocka_unit_test(values_are_the_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
