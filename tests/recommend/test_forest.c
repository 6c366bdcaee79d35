/* What the forest promises: trees worked out by hand, threads, weights, missing values. */
#include "support.h"

#include "recommend/forest_parts.h"
#include "test_forest_made.h"

#include <math.h>
#include <string.h>

/* One tree on every row once: the classic CART tree. */
static mr_forest_params single_tree(unsigned mtry) {
    mr_forest_params params = mr_forest_params_defaults();
    params.trees = 1;
    params.mtry = mtry;
    params.bootstrap = false;
    return params;
}

static double chance_of(const mr_forest *forest, const float *row, size_t class_index) {
    float probabilities[16];
    assert_true(mr_forest_classes(forest) <= 16);
    mr_forest_predict(forest, row, probabilities);
    return probabilities[class_index];
}

/* Class 1 lies between 2.5 and 5.5 on the second feature; the first one is constant. */
static const float line_values[] = {7, 1, 7, 2, 7, 3, 7, 4, 7, 5, 7, 6};
static const uint16_t line_classes[] = {0, 0, 1, 1, 1, 0};

static mr_forest_data line(void) {
    return (mr_forest_data){
        .values = line_values, .rows = 6, .features = 2, .classes = line_classes, .class_count = 2};
}

static void tree_is_the_one_worked_by_hand(void **state) {
    (void)state;
    mr_forest_data data = line();
    /* Only one feature is drawn, but a constant one never ends the search. */
    mr_forest_params params = single_tree(1);
    mr_forest *forest;
    assert_ok(mr_forest_train(&data, &params, &forest));
    const float at[] = {-9, 2.5F, 2.6F, 5.5F, 5.6F, 99};
    const double class_1[] = {0, 0, 1, 1, 0, 0};
    for (size_t i = 0; i < 6; i++) {
        const float row[] = {7, at[i]};
        assert_true(chance_of(forest, row, 1) == class_1[i]);
    }
    assert_true(mr_forest_impurity_importance(forest)[0] == 0);
    assert_true(mr_forest_impurity_importance(forest)[1] == 1);
    mr_forest_free(forest);
}

static void depth_and_leaf_size_are_kept(void **state) {
    (void)state;
    mr_forest_data data = line();
    mr_forest_params params = single_tree(2);
    mr_forest *forest;
    params.max_depth = 1;
    assert_ok(mr_forest_train(&data, &params, &forest));
    assert_true(chance_of(forest, (const float[]){7, 2}, 1) == 0);
    assert_true(chance_of(forest, (const float[]){7, 6}, 1) == 0.75);
    mr_forest_free(forest);
    params.max_depth = 0;
    params.min_leaf = 2; /* 1 2 | 3 4 | 5 6 */
    assert_ok(mr_forest_train(&data, &params, &forest));
    assert_true(chance_of(forest, (const float[]){7, 2}, 1) == 0);
    assert_true(chance_of(forest, (const float[]){7, 4}, 1) == 1);
    assert_true(chance_of(forest, (const float[]){7, 5}, 1) == 0.5);
    mr_forest_free(forest);
    params.min_leaf = 4;
    assert_ok(mr_forest_train(&data, &params, &forest));
    assert_true(chance_of(forest, (const float[]){7, 4}, 1) == 0.5);
    assert_true(mr_forest_impurity_importance(forest)[1] == 0);
    mr_forest_free(forest);
}

static const made_recipe small = {.rows = 600,
                                  .informative = 4,
                                  .redundant = 2,
                                  .noise = 4,
                                  .classes = 3,
                                  .clusters = 2,
                                  .separation = 1.2,
                                  .flipped = 0.05,
                                  .seed = 5};

/* All that a forest says, in one block of bytes. */
static uint8_t *testimony(const mr_forest_data *data, unsigned threads, uint64_t seed,
                          size_t *size) {
    mr_forest_params params = mr_forest_params_defaults();
    params.trees = 30;
    params.threads = threads;
    params.seed = seed;
    mr_forest *forest;
    assert_ok(mr_forest_train(data, &params, &forest));
    uint8_t *file;
    size_t file_size, cells = data->rows * data->class_count * sizeof(float);
    assert_ok(mr_forest_encode(forest, &file, &file_size));
    float *distributions = malloc(cells);
    double numbers[11];
    assert_true(data->features == 10);
    assert_ok(mr_forest_out_of_bag(forest, data, threads, distributions, &numbers[10]));
    assert_ok(mr_forest_permutation_importance(forest, data, threads, numbers));
    *size = file_size + cells + 11 * sizeof *numbers;
    uint8_t *all = malloc(*size);
    memcpy(all, file, file_size);
    memcpy(all + file_size, distributions, cells);
    memcpy(all + file_size + cells, numbers, 11 * sizeof *numbers);
    free(file);
    free(distributions);
    mr_forest_free(forest);
    return all;
}

static void threads_change_nothing(void **state) {
    (void)state;
    mr_forest_data data = made_data(&small);
    size_t size, other_size;
    uint8_t *one = testimony(&data, 1, 3, &size);
    for (unsigned threads = 2; threads <= 4; threads++) {
        uint8_t *other = testimony(&data, threads, 3, &other_size);
        assert_int_equal(size, other_size);
        assert_memory_equal(one, other, size);
        free(other);
    }
    uint8_t *other = testimony(&data, 1, 4, &other_size);
    assert_true(size != other_size || memcmp(one, other, size) != 0);
    free(other);
    free(one);
    made_free(&data);
}

/* Out-of-bag distributions, worked out the slow way from the bags. */
static void out_of_bag_is_the_mean_of_trees_that_left_the_row_out(void **state) {
    (void)state;
    mr_forest_data data = made_data(&small);
    mr_forest_params params = mr_forest_params_defaults();
    params.trees = 12;
    mr_forest *forest;
    assert_ok(mr_forest_train(&data, &params, &forest));
    float *distributions = malloc(data.rows * 3 * sizeof *distributions);
    float *sums = calloc(data.rows * 3, sizeof *sums);
    uint32_t *judges = calloc(data.rows, sizeof *judges);
    uint32_t *draws = calloc(data.rows, sizeof *draws);
    double error, wrong = 0, seen = 0;
    assert_ok(mr_forest_out_of_bag(forest, &data, 1, distributions, &error));
    for (size_t tree = 0; tree < params.trees; tree++) {
        mr_forest_draw_bag(&data, params.seed, tree, true, draws);
        for (size_t row = 0; row < data.rows; row++) {
            if (draws[row] > 0)
                continue;
            uint32_t leaf = mr_forest_leaf(forest, tree, data.values + row * data.features);
            mr_forest_add_leaf(&forest->leaves, leaf, sums + row * 3);
            judges[row]++;
        }
    }
    for (size_t row = 0; row < data.rows; row++) {
        float *p = sums + row * 3;
        for (int c = 0; c < 3; c++) {
            p[c] = judges[row] ? p[c] / (float)judges[row] : 0;
            assert_true(p[c] == distributions[row * 3 + (size_t)c]);
        }
        int best = p[1] > p[0] ? 1 : 0;
        best = p[2] > p[best] ? 2 : best;
        seen += judges[row] > 0;
        wrong += judges[row] > 0 && best != data.classes[row];
    }
    assert_true(wrong > 0);
    assert_true(fabs(error - wrong / seen) < 1e-12);
    free(distributions);
    free(sums);
    free(judges);
    free(draws);
    mr_forest_free(forest);
    made_free(&data);
}

static void out_of_bag_error_foretells_the_held_out_error(void **state) {
    (void)state;
    made_recipe recipe = small;
    recipe.rows = 6000;
    mr_forest_data all = made_data(&recipe);
    mr_forest_data train = made_rows(&all, 0, 2000), test = made_rows(&all, 2000, 4000);
    mr_forest_params params = mr_forest_params_defaults();
    mr_forest *forest;
    assert_ok(mr_forest_train(&train, &params, &forest));
    double error, held_out = 1 - made_accuracy(forest, &test);
    assert_ok(mr_forest_out_of_bag(forest, &train, 1, NULL, &error));
    if (fabs(error - held_out) > 0.02)
        fail_msg("out-of-bag error %.4f, held-out error %.4f", error, held_out);
    mr_forest_free(forest);
    made_free(&all);
}

/* A row of weight w is the same as w such rows, when there is no drawing. */
static void weights_equal_repeated_rows(void **state) {
    (void)state;
    mr_forest_data data = made_data(&small);
    double *weights = malloc(data.rows * sizeof *weights);
    float *values = malloc(4 * data.rows * data.features * sizeof *values);
    uint16_t *classes = malloc(4 * data.rows * sizeof *classes);
    mr_rng rng = mr_rng_seeded(11);
    size_t rows = 0;
    for (size_t row = 0; row < data.rows; row++) {
        uint64_t copies = mr_rng_below(&rng, 4); /* 0: the row does not count at all */
        weights[row] = (double)copies;
        for (uint64_t i = 0; i < copies; i++, rows++) {
            memcpy(values + rows * data.features, data.values + row * data.features,
                   data.features * sizeof *values);
            classes[rows] = data.classes[row];
        }
    }
    data.weights = weights;
    mr_forest_data repeated = data;
    repeated.values = values;
    repeated.classes = classes;
    repeated.rows = rows;
    repeated.weights = NULL;
    mr_forest_params params = single_tree(0);
    params.trees = 10;
    params.max_depth = 5; /* so that leaves are mixed */
    mr_forest *weighted, *counted;
    assert_ok(mr_forest_train(&data, &params, &weighted));
    assert_ok(mr_forest_train(&repeated, &params, &counted));
    for (size_t row = 0; row < data.rows; row++) {
        float a[3], b[3];
        mr_forest_predict(weighted, data.values + row * data.features, a);
        mr_forest_predict(counted, data.values + row * data.features, b);
        assert_memory_equal(a, b, sizeof a);
    }
    mr_forest_free(weighted);
    mr_forest_free(counted);
    made_free(&repeated);
    made_free(&data);
}

/* With bootstrap they are the same on the average: here nothing can be split. */
static void weights_count_in_expectation_with_bootstrap(void **state) {
    (void)state;
    float values[40] = {0};
    uint16_t classes[40];
    double weights[40];
    for (size_t i = 0; i < 40; i++) {
        classes[i] = i % 2;
        weights[i] = classes[i] ? 3 : 1;
    }
    mr_forest_data data = {.values = values,
                           .rows = 40,
                           .features = 1,
                           .classes = classes,
                           .class_count = 2,
                           .weights = weights};
    mr_forest_params params = mr_forest_params_defaults();
    params.trees = 1000;
    mr_forest *forest;
    assert_ok(mr_forest_train(&data, &params, &forest));
    assert_true(fabs(chance_of(forest, values, 1) - 0.75) < 0.01);
    mr_forest_free(forest);
}

/* Two of ten rows weigh anything, which every tenth sample misses: those trees are grown on the
 * two, and left the others out. */
static void a_sample_of_no_weight_is_made_up_for(void **state) {
    (void)state;
    const float values[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    const uint16_t classes[] = {0, 1, 0, 1, 0, 0, 1, 0, 1, 1};
    const double weights[] = {1, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    mr_forest_data data = {.values = values,
                           .rows = 10,
                           .features = 1,
                           .classes = classes,
                           .class_count = 2,
                           .weights = weights};
    mr_forest_params params = mr_forest_params_defaults();
    params.trees = 200;
    mr_forest *forest;
    assert_ok(mr_forest_train(&data, &params, &forest));
    uint32_t draws[10];
    size_t made_up = 0;
    for (size_t tree = 0; tree < params.trees; tree++) {
        mr_forest_draw_bag(&data, params.seed, tree, true, draws);
        assert_true(draws[0] + draws[9] > 0);
        uint32_t others = 0;
        for (size_t row = 1; row < 9; row++)
            others += draws[row];
        made_up += others == 0;
        uint32_t low = mr_forest_leaf(forest, tree, &values[0]);
        if (draws[0] && draws[9])
            assert_true(low != mr_forest_leaf(forest, tree, &values[9]));
    }
    assert_in_range(made_up, 5, 60);
    double error, importance[1];
    assert_ok(mr_forest_out_of_bag(forest, &data, 1, NULL, &error));
    assert_true(error == 1); /* a tree that left one of the two out knows the other only */
    assert_ok(mr_forest_permutation_importance(forest, &data, 1, importance));
    mr_forest_free(forest);
}

static void missing_values_go_where_training_learned(void **state) {
    (void)state;
    /* Known 1 2 are class 0, known 8 9 and the missing one class 1: one split parts them. */
    const float values[] = {1, 2, NAN, 8, 9};
    const uint16_t classes[] = {0, 0, 1, 1, 1}, swapped[] = {0, 0, 0, 1, 1};
    const uint16_t only_missing[] = {0, 0, 1, 0, 0};
    const float missing[] = {NAN}, known[] = {5.1F};
    mr_forest_data data = {
        .values = values, .rows = 5, .features = 1, .classes = classes, .class_count = 2};
    mr_forest_params params = single_tree(1);
    params.max_depth = 1;
    mr_forest *forest;
    assert_ok(mr_forest_train(&data, &params, &forest));
    assert_true(chance_of(forest, missing, 1) == 1);
    assert_true(chance_of(forest, known, 1) == 1);
    mr_forest_free(forest);
    data.classes = swapped;
    assert_ok(mr_forest_train(&data, &params, &forest));
    assert_true(chance_of(forest, missing, 1) == 0);
    assert_true(chance_of(forest, known, 1) == 1);
    mr_forest_free(forest);
    data.classes = only_missing; /* the split "known or missing" */
    assert_ok(mr_forest_train(&data, &params, &forest));
    assert_true(chance_of(forest, missing, 1) == 1);
    assert_true(chance_of(forest, known, 1) == 0);
    mr_forest_free(forest);
}

static void unseen_missing_values_follow_the_heavier_side(void **state) {
    (void)state;
    const float values[] = {1, 2, 8, 9, 9.5F};
    const uint16_t classes[] = {0, 0, 1, 1, 1};
    const double weights[] = {2, 2, 1, 1, 1};
    mr_forest_data data = {
        .values = values, .rows = 5, .features = 1, .classes = classes, .class_count = 2};
    mr_forest_params params = single_tree(1);
    mr_forest *forest;
    assert_ok(mr_forest_train(&data, &params, &forest));
    assert_true(chance_of(forest, (const float[]){NAN}, 1) == 1);
    mr_forest_free(forest);
    data.weights = weights;
    assert_ok(mr_forest_train(&data, &params, &forest));
    assert_true(chance_of(forest, (const float[]){NAN}, 1) == 0);
    mr_forest_free(forest);
}

/* Holes at random cost some accuracy, not all of it. */
static void holes_in_the_data_are_borne(void **state) {
    (void)state;
    made_recipe recipe = small;
    recipe.rows = 2000;
    mr_forest_data all = made_data(&recipe);
    float *values = (float *)(uintptr_t)all.values;
    mr_rng rng = mr_rng_seeded(2);
    for (size_t i = 0; i < all.rows * all.features; i++)
        if (mr_rng_uniform(&rng) < 0.1)
            values[i] = NAN;
    mr_forest_data train = made_rows(&all, 0, 1000), test = made_rows(&all, 1000, 1000);
    mr_forest_params params = mr_forest_params_defaults();
    mr_forest *forest;
    assert_ok(mr_forest_train(&train, &params, &forest));
    double accuracy = made_accuracy(forest, &test);
    if (accuracy < 0.7)
        fail_msg("accuracy with a tenth of the values missing is %.3f", accuracy);
    float nothing[10], p[3];
    for (size_t i = 0; i < 10; i++)
        nothing[i] = NAN;
    mr_forest_predict(forest, nothing, p);
    assert_true(fabsf(p[0] + p[1] + p[2] - 1) < 1e-4);
    mr_forest_free(forest);
    made_free(&all);
}

static void importance_tells_signal_from_noise(void **state) {
    (void)state;
    made_recipe recipe = small;
    recipe.rows = 1500;
    mr_forest_data data = made_data(&recipe);
    mr_forest_params params = mr_forest_params_defaults();
    mr_forest *forest;
    assert_ok(mr_forest_train(&data, &params, &forest));
    const double *impurity = mr_forest_impurity_importance(forest);
    double permutation[10], sum = 0;
    assert_ok(mr_forest_permutation_importance(forest, &data, 1, permutation));
    for (size_t i = 0; i < 10; i++)
        sum += impurity[i];
    assert_true(fabs(sum - 1) < 1e-9);
    for (size_t noise = 6; noise < 10; noise++) {
        assert_true(fabs(permutation[noise]) < 0.01);
        for (size_t true_one = 0; true_one < 4; true_one++) {
            assert_true(impurity[true_one] > impurity[noise]);
            assert_true(permutation[true_one] > 0.02 + permutation[noise]);
        }
    }
    mr_forest_free(forest);
    made_free(&data);
}

typedef struct crowd {
    const mr_forest *forest;
    const mr_forest_data *data;
    float *answers;
} crowd;

static mr_status ask(void *context, unsigned worker, size_t row) {
    (void)worker;
    crowd *c = context;
    mr_forest_predict(c->forest, c->data->values + row * c->data->features, c->answers + row * 3);
    return MR_OK;
}

static void many_threads_may_ask_one_forest(void **state) {
    (void)state;
    mr_forest_data data = made_data(&small);
    mr_forest_params params = mr_forest_params_defaults();
    mr_forest *forest;
    assert_ok(mr_forest_train(&data, &params, &forest));
    float *alone = malloc(data.rows * 3 * sizeof *alone);
    float *together = malloc(data.rows * 3 * sizeof *together);
    assert_ok(mr_forest_parallel(1, data.rows, ask, &(crowd){forest, &data, alone}));
    assert_ok(mr_forest_parallel(4, data.rows, ask, &(crowd){forest, &data, together}));
    assert_memory_equal(alone, together, data.rows * 3 * sizeof *alone);
    free(alone);
    free(together);
    mr_forest_free(forest);
    made_free(&data);
}

static mr_status fail_at_seven(void *context, unsigned worker, size_t item) {
    (void)context, (void)worker;
    return item == 7 ? mr_fail(MR_E_LIMIT, "item seven") : MR_OK;
}

static void a_failure_in_a_thread_reaches_the_caller(void **state) {
    (void)state;
    mr_fail(MR_E_IO, "something older");
    assert_int_equal(mr_forest_parallel(4, 100, fail_at_seven, NULL), MR_E_LIMIT);
    assert_string_equal(mr_last_error(), "item seven");
}

static void expect_refusal(const mr_forest_data *data, const mr_forest_params *params,
                           const char *text) {
    mr_forest *forest = NULL;
    assert_int_equal(mr_forest_train(data, params, &forest), MR_E_ARGUMENT);
    assert_null(forest);
    if (!strstr(mr_last_error(), text))
        fail_msg("'%s' does not say '%s'", mr_last_error(), text);
}

static void wrong_use_is_refused(void **state) {
    (void)state;
    const mr_forest_data good = line();
    const mr_forest_params usual = mr_forest_params_defaults();
    mr_forest_data data = good;
    mr_forest_params params = usual;
    params.mtry = 3;
    expect_refusal(&good, &params, "mtry 3");
    params = usual;
    params.trees = 0;
    expect_refusal(&good, &params, "0 trees");
    params = usual;
    params.min_leaf = 0;
    expect_refusal(&good, &params, "min_leaf");
    data.rows = 0;
    expect_refusal(&data, &usual, "0 rows");
    data = good;
    data.class_count = 1;
    expect_refusal(&data, &usual, "row 2: class 1");
    data = good;
    const float infinite[] = {1, 2, 3, INFINITY, 5, 6, 7, 8, 9, 10, 11, 12};
    data.values = infinite;
    expect_refusal(&data, &usual, "row 1: feature 1");
    data = good;
    const double weights[] = {1, 1, -1, 1, 1, 1}, nothing[6] = {0};
    data.weights = weights;
    expect_refusal(&data, &usual, "row 2: weight -1");
    data.weights = nothing;
    expect_refusal(&data, &usual, "no row weighs more than 0");
}

static void out_of_bag_wants_the_training_data(void **state) {
    (void)state;
    mr_forest_data data = line();
    mr_forest_params params = mr_forest_params_defaults();
    mr_forest *forest;
    double error, importance[2];
    assert_ok(mr_forest_train(&data, &params, &forest));
    const uint16_t other[] = {1, 0, 1, 1, 1, 0};
    data.classes = other;
    assert_int_equal(mr_forest_out_of_bag(forest, &data, 1, NULL, &error), MR_E_MISMATCH);
    const double weights[] = {1, 2, 1, 1, 1, 2}, others[] = {1, 2, 1, 1, 1, 3};
    data = line();
    assert_ok(mr_forest_out_of_bag(forest, &data, 1, NULL, &error));
    data.weights = weights;
    assert_int_equal(mr_forest_out_of_bag(forest, &data, 1, NULL, &error), MR_E_MISMATCH);
    mr_forest_free(forest);
    assert_ok(mr_forest_train(&data, &params, &forest));
    assert_ok(mr_forest_out_of_bag(forest, &data, 1, NULL, &error));
    data.weights = others;
    assert_int_equal(mr_forest_out_of_bag(forest, &data, 1, NULL, &error), MR_E_MISMATCH);
    data.weights = NULL;
    assert_int_equal(mr_forest_permutation_importance(forest, &data, 1, importance), MR_E_MISMATCH);
    mr_forest_free(forest);
    params.bootstrap = false;
    assert_ok(mr_forest_train(&data, &params, &forest));
    assert_int_equal(mr_forest_out_of_bag(forest, &data, 1, NULL, &error), MR_E_ARGUMENT);
    assert_int_equal(mr_forest_permutation_importance(forest, &data, 1, importance), MR_E_ARGUMENT);
    mr_forest_free(forest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree_is_the_one_worked_by_hand),
        cmocka_unit_test(depth_and_leaf_size_are_kept),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(out_of_bag_is_the_mean_of_trees_that_left_the_row_out),
        cmocka_unit_test(out_of_bag_error_foretells_the_held_out_error),
        cmocka_unit_test(weights_equal_repeated_rows),
        cmocka_unit_test(weights_count_in_expectation_with_bootstrap),
        cmocka_unit_test(a_sample_of_no_weight_is_made_up_for),
        cmocka_unit_test(missing_values_go_where_training_learned),
        cmocka_unit_test(unseen_missing_values_follow_the_heavier_side),
        cmocka_unit_test(holes_in_the_data_are_borne),
        cmocka_unit_test(importance_tells_signal_from_noise),
        cmocka_unit_test(many_threads_may_ask_one_forest),
        cmocka_unit_test(a_failure_in_a_thread_reaches_the_caller),
        cmocka_unit_test(wrong_use_is_refused),
        cmocka_unit_test(out_of_bag_wants_the_training_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
