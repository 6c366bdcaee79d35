/*
 * Made problems on which the forest is held against scikit-learn, with the accuracies that
 * scikit-learn 1.2.1 reached: RandomForestClassifier(200 trees, otherwise defaults), mean over the
 * seeds 1 … 6. test_forest_parity.py measures them again where scikit-learn is installed.
 */
#ifndef MR_TESTS_FOREST_SCORES_H
#define MR_TESTS_FOREST_SCORES_H

#include "test_forest_made.h"

#include <math.h>
#include <stdio.h>

#define PARITY_TREES     200
#define PARITY_SEEDS     6
#define PARITY_TOLERANCE 0.005

typedef struct parity_problem {
    made_recipe recipe;
    size_t train_rows; /* the others are held out */
    double kept_out_of_bag, kept_test;
} parity_problem;

/* Two classes with twins of the true features, five classes in much noise, three with many wrong
 * labels. */
static const parity_problem parity_problems[] = {
    {.recipe = {6000, 6, 4, 6, 2, 3, 0.9, 0.05, 101},
     .train_rows = 2000,
     .kept_out_of_bag = 0.8456,
     .kept_test = 0.8380},
    {.recipe = {6000, 8, 0, 24, 5, 2, 1.2, 0.02, 102},
     .train_rows = 2000,
     .kept_out_of_bag = 0.7271,
     .kept_test = 0.7383},
    {.recipe = {6000, 10, 10, 0, 3, 4, 0.8, 0.3, 103},
     .train_rows = 2000,
     .kept_out_of_bag = 0.6089,
     .kept_test = 0.6265},
};

#define PARITY_PROBLEMS (sizeof parity_problems / sizeof *parity_problems)

/* Accuracies of one program on one problem. */
typedef struct parity_score {
    double out_of_bag, test;
} parity_score;

/* Adds our forest's mean accuracies over seeds first … first+seeds-1 to *score. */
static inline mr_status parity_measure(const mr_forest_data *train, const mr_forest_data *test,
                                       uint64_t first, unsigned seeds, parity_score *score) {
    for (unsigned i = 0; i < seeds; i++) {
        mr_forest_params params = mr_forest_params_defaults();
        params.trees = PARITY_TREES;
        params.threads = 0;
        params.seed = first + i;
        mr_forest *forest;
        double error;
        MR_TRY(mr_forest_train(train, &params, &forest));
        mr_status status = mr_forest_out_of_bag(forest, train, 0, NULL, &error);
        score->test += made_accuracy(forest, test) / seeds;
        mr_forest_free(forest);
        MR_TRY(status);
        score->out_of_bag += (1 - error) / seeds;
    }
    return MR_OK;
}

/* Prints both and says whether they agree within the tolerance. */
static inline bool parity_agrees(const char *name, parity_score ours, parity_score theirs) {
    double out_of_bag = fabs(ours.out_of_bag - theirs.out_of_bag);
    double test = fabs(ours.test - theirs.test);
    printf("%-16s out-of-bag %.4f, scikit-learn %.4f; test %.4f, scikit-learn %.4f\n", name,
           ours.out_of_bag, theirs.out_of_bag, ours.test, theirs.test);
    return out_of_bag <= PARITY_TOLERANCE && test <= PARITY_TOLERANCE;
}

#endif
