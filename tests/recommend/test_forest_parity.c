/*
 * Out-of-bag and test accuracy against scikit-learn, live: test_forest_parity.py trains its forests
 * and leaves the data, ours are trained on the same, and the means over all cuts of a set must lie
 * within half a point. Skipped where scikit-learn is not installed; test_forest_accuracy keeps its
 * figures.
 */
#include "support.h"

#include "base/file.h"
#include "test_forest_scores.h"

#include <string.h>

#define PYTHON "/usr/bin/python3"
#define SCRIPT "tests/recommend/test_forest_parity.py"

/* Sums over the cuts of one set. */
typedef struct set {
    char name[64];
    unsigned cuts;
    parity_score ours, theirs;
} set;

static void write_part(const char *folder, const char *name, const mr_forest_data *data) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s.values", folder, name);
    assert_ok(mr_file_write(path, data->values, data->rows * data->features * sizeof(float)));
    snprintf(path, sizeof path, "%s/%s.classes", folder, name);
    assert_ok(mr_file_write(path, data->classes, data->rows * sizeof(uint16_t)));
}

static mr_forest_data read_part(const char *folder, const char *name, const char *part,
                                size_t features, size_t classes) {
    char path[256];
    unsigned char *values, *labels;
    size_t size;
    snprintf(path, sizeof path, "%s/%s.%s.classes", folder, name, part);
    assert_ok(mr_file_read(path, 1 << 24, &labels, &size));
    size_t rows = size / sizeof(uint16_t);
    snprintf(path, sizeof path, "%s/%s.%s.values", folder, name, part);
    assert_ok(mr_file_read(path, 1 << 24, &values, &size));
    assert_int_equal(size, rows * features * sizeof(float));
    return (mr_forest_data){.values = (const float *)(const void *)values,
                            .rows = rows,
                            .features = features,
                            .classes = (const uint16_t *)(const void *)labels,
                            .class_count = classes};
}

/* Writes the made problems and puts their description for the script into `list`. */
static void write_made(const char *folder, char *list, size_t room) {
    size_t used = 0;
    for (size_t i = 0; i < PARITY_PROBLEMS; i++) {
        const parity_problem *problem = &parity_problems[i];
        mr_forest_data all = made_data(&problem->recipe);
        mr_forest_data train = made_rows(&all, 0, problem->train_rows);
        mr_forest_data test = made_rows(&all, problem->train_rows, all.rows - problem->train_rows);
        char name[32];
        snprintf(name, sizeof name, "made%zu.train", i);
        write_part(folder, name, &train);
        snprintf(name, sizeof name, "made%zu.test", i);
        write_part(folder, name, &test);
        used += (size_t)snprintf(list + used, room - used, " made%zu:%zu:%zu:%d", i, all.features,
                                 all.class_count, PARITY_SEEDS);
        assert_true(used < room);
        made_free(&all);
    }
}

/* The set that a problem "wine-12" belongs to; a new one begins when the name changes. */
static set *set_of(set *sets, size_t *count, const char *problem) {
    size_t length = strcspn(problem, "-");
    set *last = *count ? &sets[*count - 1] : NULL;
    if (last && strlen(last->name) == length && strncmp(last->name, problem, length) == 0)
        return last;
    assert_true(*count < 16 && length < sizeof sets->name);
    set *made = &sets[(*count)++];
    *made = (set){0};
    memcpy(made->name, problem, length);
    return made;
}

static void measure_problem(const char *folder, const char *name, size_t features, size_t classes,
                            unsigned seeds, set *of) {
    mr_forest_data train = read_part(folder, name, "train", features, classes);
    mr_forest_data test = read_part(folder, name, "test", features, classes);
    assert_ok(parity_measure(&train, &test, 1 + of->cuts, seeds, &of->ours));
    of->cuts++;
    made_free(&train);
    made_free(&test);
}

static size_t measure_all(const char *folder, FILE *answers, set *sets) {
    char name[64];
    size_t features, classes, count = 0;
    unsigned seeds;
    parity_score theirs;
    while (fscanf(answers, "%63s %zu %zu %u %lf %lf", name, &features, &classes, &seeds,
                  &theirs.out_of_bag, &theirs.test) == 6) {
        set *of = set_of(sets, &count, name);
        of->theirs.out_of_bag += theirs.out_of_bag;
        of->theirs.test += theirs.test;
        measure_problem(folder, name, features, classes, seeds, of);
    }
    return count;
}

static parity_score mean(parity_score sum, unsigned count) {
    return (parity_score){sum.out_of_bag / count, sum.test / count};
}

static void accuracy_is_that_of_scikit_learn(void **state) {
    (void)state;
    char folder[] = "/tmp/moodreel-test-XXXXXX", made[256], command[512];
    assert_non_null(mkdtemp(folder));
    write_made(folder, made, sizeof made);
    snprintf(command, sizeof command, PYTHON " " SCRIPT " %s %d%s", folder, PARITY_TREES, made);
    FILE *answers = popen(command, "r");
    assert_non_null(answers);
    set sets[16];
    size_t count = measure_all(folder, answers, sets);
    assert_int_equal(pclose(answers), 0);
    mr_test_remove(folder);
    assert_int_equal(count, PARITY_PROBLEMS + 4);
    bool agree = true;
    for (size_t i = 0; i < count; i++)
        agree &= parity_agrees(sets[i].name, mean(sets[i].ours, sets[i].cuts),
                               mean(sets[i].theirs, sets[i].cuts));
    assert_true(agree);
}

int main(void) {
    if (system(PYTHON " -c 'import sklearn' 2>/dev/null") != 0) {
        puts("skipped: needs scikit-learn (Debian: python3-sklearn)");
        return MR_TEST_SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accuracy_is_that_of_scikit_learn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
