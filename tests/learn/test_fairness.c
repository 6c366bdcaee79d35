#include "learn/fairness.h"

#include "base/csv.h"
#include "base/memory.h"
#include "base/rng.h"
#include "learn/metrics.h"
#include "made_faces.h"

#include <math.h>

static void assert_near(double found, double expected, double most) {
    if (!(fabs(found - expected) <= most))
        fail_msg("%.9f is not %.9f", found, expected);
}

/* Sums of the binomial distribution worked out by hand: 1, 10, 45 and 120 of 1,024 ways. */
static void tail_of_the_binomial(void **state) {
    (void)state;
    assert_near(mr_binomial_tail(0, 10, 0.5), 1 / 1024.0, 1e-12);
    assert_near(mr_binomial_tail(3, 10, 0.5), 176 / 1024.0, 1e-12);
    assert_near(mr_binomial_tail(1, 3, 0.1), 0.729 + 0.243, 1e-12);
    assert_near(mr_binomial_tail(5, 5, 0.5), 1, 0);
    assert_near(mr_binomial_tail(4, 5, 1), 0, 0);
    assert_near(mr_binomial_tail(0, 5, 0), 1, 0);
}

static void groups_have_names(void **state) {
    (void)state;
    static const struct {
        mr_fair_group group;
        const char *name;
    } cases[] = {
        {{.gender = MR_ANY, .ethnicity = MR_ANY, .decade = MR_ANY}, "everybody"},
        {{.gender = MR_FEMALE, .ethnicity = MR_ANY, .decade = MR_ANY}, "female"},
        {{.gender = MR_ANY, .ethnicity = MR_ASIAN, .decade = MR_ANY}, "Asian"},
        {{.gender = MR_ANY, .ethnicity = MR_ANY, .decade = 2}, "20-29"},
        {{.gender = MR_MALE, .ethnicity = MR_BLACK, .decade = MR_ANY}, "male, Black"},
        {{.gender = MR_MALE, .ethnicity = MR_BLACK, .decade = 0}, "male, Black, 0-9"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[MR_FAIR_NAME_MAX];
        mr_fair_group_name(&cases[i].group, name, sizeof name);
        assert_string_equal(name, cases[i].name);
    }
    assert_int_equal(mr_decade_of(9), 0);
    assert_int_equal(mr_decade_of(10), 1);
    assert_int_equal(mr_decade_of(150), MR_DECADES - 1);
}

static const mr_fair_group *find(const mr_fairness *f, const char *wanted) {
    for (size_t i = 0; i < f->count; i++) {
        char name[MR_FAIR_NAME_MAX];
        mr_fair_group_name(&f->groups[i], name, sizeof name);
        if (strcmp(name, wanted) == 0)
            return &f->groups[i];
    }
    return NULL;
}

/* Men and women of two decades, three ethnicities; `wrong` decides whom the answers are worse
 * for. */
static mr_judged_face *made_judged(size_t count, bool (*wrong)(const mr_judged_face *)) {
    mr_judged_face *faces = mr_alloc(count * sizeof *faces);
    mr_rng rng = mr_rng_seeded(5);
    for (size_t i = 0; i < count; i++) {
        mr_judged_face *face = &faces[i];
        *face = (mr_judged_face){.gender = (mr_gender)(i % 2),
                                 .ethnicity = (mr_ethnicity)(i / 2 % 3),
                                 .age = i / 6 % 2 ? 25 : 34};
        bool worse = wrong && wrong(face);
        face->age_error = fabs(mr_rng_normal(&rng)) * (worse ? 12 : 4);
        face->gender_right = mr_rng_uniform(&rng) < (worse ? 0.6 : 0.95);
        face->ethnicity_right = mr_rng_uniform(&rng) < 0.85;
    }
    return faces;
}

/* Figures, counts and intervals by the plain definition. */
static void figures_are_those_of_the_group(void **state) {
    (void)state;
    enum { COUNT = 240 };
    mr_judged_face *faces = made_judged(COUNT, NULL);
    mr_fairness *f = mr_alloc(sizeof *f);
    assert_ok(mr_fairness_measure(faces, COUNT, f));
    double error = 0;
    size_t n = 0, right = 0;
    for (size_t i = 0; i < COUNT; i++)
        if (faces[i].gender == MR_FEMALE && faces[i].ethnicity == MR_ASIAN && faces[i].age == 25) {
            n++;
            error += faces[i].age_error;
            right += faces[i].gender_right;
        }
    const mr_fair_group *group = find(f, "female, Asian, 20-29");
    assert_non_null(group);
    assert_int_equal(group->images, n);
    assert_near(group->figures[MR_FAIR_AGE], error / (double)n, 1e-12);
    assert_near(group->figures[MR_FAIR_GENDER], (double)right / (double)n, 1e-12);
    mr_interval wilson = mr_wilson(right, n);
    assert_near(group->intervals[MR_FAIR_GENDER].low, wilson.low, 0);
    assert_near(group->intervals[MR_FAIR_GENDER].high, wilson.high, 0);
    assert_true(group->intervals[MR_FAIR_AGE].low < group->figures[MR_FAIR_AGE]);
    assert_true(group->intervals[MR_FAIR_AGE].high > group->figures[MR_FAIR_AGE]);
    assert_int_equal(f->groups[0].images, COUNT);
    assert_false(f->groups[0].judged);
    /* 2 genders, 3 ethnicities, 2 decades, 6 pairs and 12 cells of exactly 20. */
    assert_int_equal(f->count, 1 + 2 + 3 + 2 + 6 + 12);
    assert_int_equal(f->tests, 25 * MR_FAIR_METRICS);
    assert_null(find(f, "Indian"));
    free(f);
    free(faces);
}

static bool young_women(const mr_judged_face *face) {
    return face->gender == MR_FEMALE && face->age == 25;
}

static void the_worse_are_named_and_nobody_else(void **state) {
    (void)state;
    enum { COUNT = 2400 };
    mr_fairness *f = mr_alloc(sizeof *f);
    mr_judged_face *faces = made_judged(COUNT, NULL);
    assert_ok(mr_fairness_measure(faces, COUNT, f));
    for (size_t i = 0; i < f->count; i++)
        for (int k = 0; k < MR_FAIR_METRICS; k++)
            assert_false(f->groups[i].worse[k]);
    free(faces);
    faces = made_judged(COUNT, young_women);
    assert_ok(mr_fairness_measure(faces, COUNT, f));
    static const char *const worse[] = {"female", "20-29", "female, Black, 20-29"};
    for (size_t i = 0; i < sizeof worse / sizeof *worse; i++) {
        assert_true(find(f, worse[i])->worse[MR_FAIR_AGE]);
        assert_true(find(f, worse[i])->worse[MR_FAIR_GENDER]);
        assert_false(find(f, worse[i])->worse[MR_FAIR_ETHNICITY]);
    }
    static const char *const fine[] = {"male", "30-39", "male, Black, 20-29", "everybody"};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        for (int k = 0; k < MR_FAIR_METRICS; k++)
            assert_false(find(f, fine[i])->worse[k]);
    free(f);
    free(faces);
}

/* However bad, a group of 19 is not judged; one of 20 is. */
static void few_faces_are_not_judged(void **state) {
    (void)state;
    enum { COUNT = 400 };
    for (size_t few = MR_FAIR_LEAST - 1; few <= MR_FAIR_LEAST; few++) {
        mr_judged_face *faces = made_judged(COUNT, NULL);
        for (size_t i = 0; i < few; i++)
            faces[i] = (mr_judged_face){
                .gender = MR_MALE, .ethnicity = MR_OTHER, .age = 95, .age_error = 50 + (double)i};
        mr_fairness *f = mr_alloc(sizeof *f);
        assert_ok(mr_fairness_measure(faces, COUNT, f));
        const mr_fair_group *group = find(f, "Other");
        assert_int_equal(group->judged, few == MR_FAIR_LEAST);
        for (int k = 0; k < MR_FAIR_METRICS; k++)
            assert_int_equal(group->worse[k], few == MR_FAIR_LEAST);
        free(f);
        free(faces);
    }
    mr_fairness none;
    assert_int_equal(mr_fairness_measure(NULL, 0, &none), MR_E_ARGUMENT);
}

static void table_can_be_read_back(void **state) {
    (void)state;
    char *folder = made_folder(), *path = mr_path_join(folder, "fairness.csv");
    mr_judged_face *faces = made_judged(120, NULL);
    mr_fairness *f = mr_alloc(sizeof *f);
    mr_csv csv;
    assert_ok(mr_fairness_measure(faces, 120, f));
    assert_ok(mr_fairness_write_csv(f, path));
    assert_ok(mr_csv_load(path, MR_CSV_DEFAULT_LIMIT, &csv));
    assert_int_equal(csv.rows, f->count);
    int images = mr_csv_column(&csv, "images"), age = mr_csv_column(&csv, "age_mae_low");
    for (size_t i = 0; i < csv.rows; i++) {
        double value = 0;
        assert_ok(mr_csv_number(&csv, path, i, images, &value));
        assert_int_equal((size_t)value, f->groups[i].images);
        assert_ok(mr_csv_number(&csv, path, i, age, &value));
        assert_near(value, f->groups[i].intervals[MR_FAIR_AGE].low, 5e-5);
    }
    assert_string_equal(mr_csv_field(&csv, 0, mr_csv_column(&csv, "judged")), "all");
    assert_string_equal(mr_csv_field(&csv, csv.rows - 1, mr_csv_column(&csv, "judged")), "too few");
    mr_csv_free(&csv);
    mr_test_remove(folder);
    free(f);
    free(faces);
    free(path);
    free(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tail_of_the_binomial),
        cmocka_unit_test(groups_have_names),
        cmocka_unit_test(figures_are_those_of_the_group),
        cmocka_unit_test(the_worse_are_named_and_nobody_else),
        cmocka_unit_test(few_faces_are_not_judged),
        cmocka_unit_test(table_can_be_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
