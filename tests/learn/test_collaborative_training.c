/* Item-item weights against slow and plain references, and what a training makes of made people. */
#include "support.h"

#include "base/memory.h"
#include "base/rng.h"
#include "learn/ease.h"
#include "learn/link_pruning.h"
#include "learn/train_collaborative.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define USERS 60
#define ITEMS 12

/* People who like items at random, the lower numbers more often. */
static mr_interactions make_likes(void) {
    mr_interactions likes = {.users = USERS, .items = ITEMS};
    likes.start = mr_alloc((USERS + 1) * sizeof *likes.start);
    likes.item = mr_alloc(USERS * ITEMS * sizeof *likes.item);
    likes.user_of = mr_alloc(USERS * sizeof *likes.user_of);
    likes.film_of = mr_alloc(ITEMS * sizeof *likes.film_of);
    likes.audience = mr_alloc(USERS);
    mr_rng rng = mr_rng_seeded(7);
    for (size_t u = 0; u < USERS; u++) {
        likes.audience[u] = (uint8_t)(u % MR_AUDIENCES);
        for (uint32_t i = 0; i < ITEMS; i++)
            if (mr_rng_uniform(&rng) < 0.7 - 0.04 * i)
                likes.item[likes.count++] = i;
        likes.start[u + 1] = (uint32_t)likes.count;
    }
    return likes;
}

/* The inverse by Gauss and Jordan. */
static void invert(double m[ITEMS][ITEMS], double inverse[ITEMS][ITEMS]) {
    for (int i = 0; i < ITEMS; i++)
        for (int j = 0; j < ITEMS; j++)
            inverse[i][j] = i == j;
    for (int p = 0; p < ITEMS; p++) {
        double pivot = m[p][p];
        for (int j = 0; j < ITEMS; j++) {
            m[p][j] /= pivot;
            inverse[p][j] /= pivot;
        }
        for (int i = 0; i < ITEMS; i++) {
            double factor = i == p ? 0 : m[i][p];
            for (int j = 0; j < ITEMS; j++) {
                m[i][j] -= factor * m[p][j];
                inverse[i][j] -= factor * inverse[p][j];
            }
        }
    }
}

/* X'WX from the dense matrix X. */
static void plain_gram(const mr_interactions *likes, double power, double gram[ITEMS][ITEMS]) {
    static double x[USERS][ITEMS];
    double weight[USERS], mean = 0;
    memset(x, 0, sizeof x);
    for (size_t u = 0; u < USERS; u++) {
        for (uint32_t e = likes->start[u]; e < likes->start[u + 1]; e++)
            x[u][likes->item[e]] = 1;
        weight[u] = pow((double)mr_interactions_of(likes, u), -power);
        mean += weight[u] / USERS;
    }
    for (int i = 0; i < ITEMS; i++)
        for (int j = 0; j < ITEMS; j++) {
            gram[i][j] = 0;
            for (int u = 0; u < USERS; u++)
                gram[i][j] += x[u][i] * x[u][j] * weight[u] / mean;
        }
}

static void gram_is_the_product(void **state) {
    (void)state;
    mr_interactions likes = make_likes();
    static double expected[ITEMS][ITEMS];
    for (int half = 0; half < 3; half++) {
        double *gram;
        plain_gram(&likes, half / 2.0, expected);
        assert_ok(mr_gram(&likes, half / 2.0, &gram));
        for (int i = 0; i < ITEMS * ITEMS; i++)
            assert_float_equal(gram[i], expected[i / ITEMS][i % ITEMS], 1e-9);
        free(gram);
    }
    mr_interactions_free(&likes);
}

static void ease_is_the_closed_form(void **state) {
    (void)state;
    mr_interactions likes = make_likes();
    static double plain[ITEMS][ITEMS], inverse[ITEMS][ITEMS];
    const double powers[] = {1, 0.7, 0};
    for (size_t p = 0; p < 3; p++) {
        double *gram;
        float weights[ITEMS * ITEMS];
        plain_gram(&likes, 0.5, plain);
        for (int i = 0; i < ITEMS; i++)
            plain[i][i] += 3;
        invert(plain, inverse);
        assert_ok(mr_gram(&likes, 0.5, &gram));
        assert_ok(mr_ease(gram, ITEMS, 3, powers[p], weights));
        for (int i = 0; i < ITEMS; i++)
            for (int j = 0; j < ITEMS; j++)
                assert_float_equal(weights[i * ITEMS + j],
                                   i == j ? 0 : -inverse[i][j] / pow(inverse[j][j], powers[p]),
                                   1e-5);
        free(gram);
    }
    mr_interactions_free(&likes);
}

static void a_singular_matrix_is_an_error(void **state) {
    (void)state;
    double gram[] = {1, 1, 1, 1};
    float weights[4];
    assert_int_equal(mr_ease(gram, 2, -1, 1, weights), MR_E_ENGINE);
}

/* All eigenvectors together keep everything: the filter is then 0 off the diagonal. One keeps the
 * direction that power iteration finds. */
static void the_filter_keeps_the_strongest_directions(void **state) {
    (void)state;
    mr_interactions likes = make_likes();
    double *gram;
    float weights[ITEMS * ITEMS];
    assert_ok(mr_gram(&likes, 0.5, &gram));
    assert_ok(mr_low_pass(gram, ITEMS, ITEMS, weights));
    for (int i = 0; i < ITEMS * ITEMS; i++)
        assert_float_equal(weights[i], 0, 1e-5);
    double v[ITEMS];
    for (int i = 0; i < ITEMS; i++)
        v[i] = 1;
    for (int round = 0; round < 500; round++) {
        double next[ITEMS] = {0}, squares = 0;
        for (int i = 0; i < ITEMS; i++) {
            for (int j = 0; j < ITEMS; j++)
                next[i] += gram[i * ITEMS + j] * v[j] /
                           sqrt(gram[i * (ITEMS + 1)] * gram[j * (ITEMS + 1)]);
            squares += next[i] * next[i];
        }
        for (int i = 0; i < ITEMS; i++)
            v[i] = next[i] / sqrt(squares);
    }
    assert_ok(mr_low_pass(gram, ITEMS, 1, weights));
    for (int i = 0; i < ITEMS; i++)
        for (int j = 0; j < ITEMS; j++)
            assert_float_equal(
                weights[i * ITEMS + j],
                i == j ? 0 : v[i] * v[j] * sqrt(gram[j * (ITEMS + 1)] / gram[i * (ITEMS + 1)]),
                1e-5);
    free(gram);
    mr_interactions_free(&likes);
}

static void cosines_by_hand(void **state) {
    (void)state;
    /* Item 0 liked by 4, item 1 by 1, both by 1; nobody likes item 2. */
    const double gram[] = {4, 1, 0, 1, 1, 0, 0, 0, 0};
    float weights[9];
    mr_cosines(gram, 3, weights);
    const float expected[] = {0, 0.5f, 0, 0.5f, 0, 0, 0, 0, 0};
    for (int i = 0; i < 9; i++)
        assert_float_equal(weights[i], expected[i], 1e-6);
}

static void pruning_keeps_the_strongest(void **state) {
    (void)state;
    const float full[] = {0, 3, -4, 1, 0, 1, 2, 5, 0};
    const float rows[] = {0, 0, -4, 1, 0, 0, 0, 5, 0};
    const float columns[] = {0, 0, -4, 0, 0, 0, 2, 5, 0};
    float weights[9];
    memcpy(weights, full, sizeof full);
    assert_ok(mr_links_prune(weights, 3, 1, MR_KEEP_OF_SOURCE));
    assert_memory_equal(weights, rows, sizeof rows);
    memcpy(weights, full, sizeof full);
    assert_ok(mr_links_prune(weights, 3, 1, MR_KEEP_OF_TARGET));
    assert_memory_equal(weights, columns, sizeof columns);
    memcpy(weights, full, sizeof full);
    assert_ok(mr_links_prune(weights, 3, 0, MR_KEEP_OF_SOURCE));
    assert_memory_equal(weights, full, sizeof full);
    mr_collaborative *model;
    assert_ok(mr_links_collect(full, 3, &model));
    assert_int_equal(model->links, 6);
    assert_int_equal(model->start[1], 2);
    assert_int_equal(model->to[1], 2);
    assert_float_equal(model->weight[1], -4, 0);
    mr_collaborative_free(model);
}

static void priors_are_shares_drawn_to_the_wider_group(void **state) {
    (void)state;
    mr_interactions likes = make_likes();
    mr_collaborative *popular, *model;
    mr_collaborative_params params = mr_collaborative_params_defaults();
    params.rank = 4;
    assert_ok(mr_train_most_popular(&likes, &popular));
    params.prior_people = 1e6f;
    assert_ok(mr_train_collaborative(&likes, &params, &model));
    size_t liked = 0;
    for (size_t e = 0; e < likes.count; e++)
        liked += likes.item[e] == 3;
    for (int a = 0; a < MR_AUDIENCES; a++) {
        assert_float_equal(popular->liked[a * ITEMS + 3], (double)liked / USERS, 1e-5);
        assert_float_equal(model->liked[a * ITEMS + 3], (double)liked / USERS, 1e-3);
    }
    mr_collaborative_free(model);
    /* With next to nobody added, the audience speaks for itself. */
    params.prior_people = 1e-3f;
    assert_ok(mr_train_collaborative(&likes, &params, &model));
    size_t size = 0, by_audience = 0;
    for (size_t u = 0; u < USERS; u++)
        if (likes.audience[u] == 2) {
            size++;
            by_audience += mr_interactions_find(&likes, u, 3) >= 0;
        }
    assert_float_equal(model->liked[2 * ITEMS + 3], (double)by_audience / (double)size, 1e-2);
    mr_collaborative_free(model);
    mr_collaborative_free(popular);
    mr_interactions_free(&likes);
}

static void neighbours_are_the_most_alike(void **state) {
    (void)state;
    mr_interactions likes = make_likes();
    mr_collaborative *model;
    double *gram;
    float cosines[ITEMS * ITEMS];
    assert_ok(mr_gram(&likes, 0, &gram));
    mr_cosines(gram, ITEMS, cosines);
    assert_ok(mr_train_item_knn(&likes, 2, &model));
    assert_int_equal(model->links, 2 * ITEMS);
    for (size_t i = 0; i < ITEMS; i++)
        for (uint32_t l = model->start[i]; l < model->start[i + 1]; l++) {
            int better = 0;
            for (size_t k = 0; k < ITEMS; k++)
                better += cosines[k * ITEMS + model->to[l]] > model->weight[l];
            assert_in_range(better, 0, 1);
        }
    mr_collaborative_free(model);
    free(gram);
    mr_interactions_free(&likes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gram_is_the_product),
        cmocka_unit_test(ease_is_the_closed_form),
        cmocka_unit_test(a_singular_matrix_is_an_error),
        cmocka_unit_test(the_filter_keeps_the_strongest_directions),
        cmocka_unit_test(cosines_by_hand),
        cmocka_unit_test(pruning_keeps_the_strongest),
        cmocka_unit_test(priors_are_shares_drawn_to_the_wider_group),
        cmocka_unit_test(neighbours_are_the_most_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
