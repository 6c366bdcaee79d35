/* The fast split search against a slow one that tries every threshold and every side. */
#include "support.h"

#include "base/rng.h"
#include "recommend/forest_parts.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEATURES = 3, CLASSES = 4, MOST_ROWS = 300 };

typedef struct problem {
    size_t rows;
    float values[MOST_ROWS * FEATURES];
    uint16_t classes[MOST_ROWS];
    mr_forest_sample samples[MOST_ROWS];
} problem;

/* Feature 0 has few values, 1 many, 2 is constant apart from holes. */
static void draw_problem(problem *p, mr_rng *rng, double holes, bool whole_weights) {
    p->rows = 2 + mr_rng_below(rng, MOST_ROWS - 1);
    for (size_t i = 0; i < p->rows; i++) {
        float *row = p->values + i * FEATURES;
        row[0] = (float)mr_rng_below(rng, 5);
        row[1] = (float)mr_rng_normal(rng);
        row[2] = 4;
        for (int f = 0; f < FEATURES; f++)
            if (mr_rng_uniform(rng) < holes)
                row[f] = NAN;
        p->classes[i] = (uint16_t)mr_rng_below(rng, CLASSES);
        p->samples[i] = (mr_forest_sample){.row = (uint32_t)i, .class_index = p->classes[i]};
        p->samples[i].draws = 1 + (uint32_t)mr_rng_below(rng, 3);
        double weight = whole_weights ? 1 : mr_rng_range(rng, 0.1, 2);
        p->samples[i].weight = weight * p->samples[i].draws;
    }
}

/* Score of one way to part the rows, or -1 when a side holds too few draws. */
static double score_of(const problem *p, int feature, float threshold, bool missing_right,
                       uint32_t min_leaf) {
    double sides[2][CLASSES] = {{0}}, score = 0;
    uint64_t draws[2] = {0};
    for (size_t i = 0; i < p->rows; i++) {
        float value = p->values[i * FEATURES + (size_t)feature];
        int side = isnan(value) ? missing_right : value > threshold;
        sides[side][p->classes[i]] += p->samples[i].weight;
        draws[side] += p->samples[i].draws;
    }
    for (int side = 0; side < 2; side++) {
        double weight = 0, squares = 0;
        for (int c = 0; c < CLASSES; c++) {
            weight += sides[side][c];
            squares += sides[side][c] * sides[side][c];
        }
        if (draws[side] < min_leaf)
            return -1;
        score += squares / weight;
    }
    return score;
}

/* The best score over every value as threshold, "known" as threshold, and both sides for holes. */
static double best_score_of(const problem *p, int feature, uint32_t min_leaf) {
    double best = -1;
    for (size_t i = 0; i <= p->rows; i++)
        for (int right = 0; right < 2; right++) {
            float threshold = i < p->rows ? p->values[i * FEATURES + (size_t)feature] : INFINITY;
            if (!isnan(threshold))
                best = fmax(best, score_of(p, feature, threshold, right, min_leaf));
        }
    return best;
}

static void check_feature(const problem *p, mr_forest_search *search, int feature) {
    mr_forest_split split = {.score = -1};
    bool varies = mr_forest_search_feature(search, p->samples, p->rows, (uint32_t)feature, &split);
    double expected = best_score_of(p, feature, search->min_leaf);
    if (fabs(split.score - expected) > 1e-9 * fabs(expected))
        fail_msg("feature %d of %zu rows: %.12g, but %.12g is possible", feature, p->rows,
                 split.score, expected);
    if (expected >= 0) {
        double reached =
            score_of(p, feature, split.threshold, split.missing_right, search->min_leaf);
        assert_true(varies);
        assert_true(fabs(split.score - reached) <= 1e-9 * reached);
    }
}

static void check_problems(double holes, bool whole_weights, uint32_t min_leaf, uint64_t seed) {
    mr_rng rng = mr_rng_seeded(seed);
    problem *p = malloc(sizeof *p);
    for (int round = 0; round < 60; round++) {
        draw_problem(p, &rng, holes, whole_weights);
        mr_forest_data data = {.values = p->values,
                               .rows = p->rows,
                               .features = FEATURES,
                               .classes = p->classes,
                               .class_count = CLASSES};
        mr_forest_ranks ranks;
        mr_forest_search search;
        assert_ok(mr_forest_ranks_make(&data, &ranks));
        assert_ok(mr_forest_search_make(&ranks, CLASSES, min_leaf, &search));
        mr_forest_search_open(&search, p->samples, p->rows);
        if (search.draws >= 2 * min_leaf)
            for (int feature = 0; feature < FEATURES; feature++)
                check_feature(p, &search, feature);
        mr_forest_search_close(&search, p->samples, p->rows);
        mr_forest_search_free(&search);
        mr_forest_ranks_free(&ranks);
    }
    free(p);
}

static void search_finds_the_best_split(void **state) {
    (void)state;
    check_problems(0, true, 1, 1);
    check_problems(0, false, 1, 2);
    check_problems(0, false, 7, 3);
}

static void search_finds_the_best_split_with_holes(void **state) {
    (void)state;
    check_problems(0.2, true, 1, 4);
    check_problems(0.2, false, 1, 5);
    check_problems(0.5, false, 7, 6);
    check_problems(0.98, false, 1, 7);
}

static void thresholds_part_neighbouring_floats(void **state) {
    (void)state;
    float next = nextafterf(1, 2);
    const float pairs[][2] = {
        {1, next}, {-FLT_MAX, FLT_MAX}, {FLT_MAX / 2, FLT_MAX}, {-0.0F, 1e-45F}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const uint16_t classes[] = {0, 1};
        mr_forest_data data = {
            .values = pairs[i], .rows = 2, .features = 1, .classes = classes, .class_count = 2};
        mr_forest_params params = mr_forest_params_defaults();
        params.trees = 1;
        params.bootstrap = false;
        mr_forest *forest;
        float p[2];
        assert_ok(mr_forest_train(&data, &params, &forest));
        mr_forest_predict(forest, &pairs[i][0], p);
        assert_true(p[0] == 1);
        mr_forest_predict(forest, &pairs[i][1], p);
        assert_true(p[1] == 1);
        mr_forest_free(forest);
    }
}

static void ranks_keep_the_order_of_values(void **state) {
    (void)state;
    const float values[] = {3, NAN, -0.0F, 0, -7.5F, 3, 1e-40F};
    const uint32_t expected[] = {3, MR_FOREST_MISSING, 1, 1, 0, 3, 2};
    const uint16_t classes[7] = {0};
    mr_forest_data data = {
        .values = values, .rows = 7, .features = 1, .classes = classes, .class_count = 1};
    mr_forest_ranks ranks;
    assert_ok(mr_forest_ranks_make(&data, &ranks));
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(ranks.ranks[i], expected[i]);
        if (!isnan(values[i]))
            assert_true(ranks.values[ranks.ranks[i]] == values[i]);
    }
    mr_forest_ranks_free(&ranks);
}

static int compare_keys(const void *a, const void *b) {
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static void sort_is_stable_at_every_width(void **state) {
    (void)state;
    mr_rng rng = mr_rng_seeded(9);
    for (unsigned bits = 0; bits <= 32; bits++)
        for (size_t n = 1; n < 3000; n = n * 3 + 1) {
            uint64_t *keys = malloc(3 * n * sizeof *keys), mask = ((uint64_t)1 << bits) - 1;
            for (size_t i = 0; i < n; i++)
                keys[i] = (mr_rng_next(&rng) & mask) << 32 | i;
            memcpy(keys + 2 * n, keys, n * sizeof *keys);
            qsort(keys + 2 * n, n, sizeof *keys, compare_keys);
            mr_forest_sort(keys, keys + n, n, bits);
            assert_memory_equal(keys, keys + 2 * n, n * sizeof *keys);
            free(keys);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(search_finds_the_best_split),
        cmocka_unit_test(search_finds_the_best_split_with_holes),
        cmocka_unit_test(thresholds_part_neighbouring_floats),
        cmocka_unit_test(ranks_keep_the_order_of_values),
        cmocka_unit_test(sort_is_stable_at_every_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
