/* Accuracy on made problems against the kept figures of scikit-learn; needs nothing installed. */
#include "support.h"

#include "test_forest_scores.h"

static void accuracy_is_that_of_the_kept_figures(void **state) {
    (void)state;
    for (size_t i = 0; i < PARITY_PROBLEMS; i++) {
        const parity_problem *problem = &parity_problems[i];
        mr_forest_data all = made_data(&problem->recipe);
        mr_forest_data train = made_rows(&all, 0, problem->train_rows);
        mr_forest_data test = made_rows(&all, problem->train_rows, all.rows - problem->train_rows);
        parity_score ours = {0}, kept = {problem->kept_out_of_bag, problem->kept_test};
        assert_ok(parity_measure(&train, &test, 1, PARITY_SEEDS, &ours));
        char name[32];
        snprintf(name, sizeof name, "made%zu", i);
        assert_true(parity_agrees(name, ours, kept));
        made_free(&all);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accuracy_is_that_of_the_kept_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
