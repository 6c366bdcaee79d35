#include "learn/fairness.h"

#include "base/memory.h"
#include "base/text_file.h"
#include "learn/metrics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int mr_decade_of(int age) {
    int decade = age / 10;
    return decade < MR_DECADES ? decade : MR_DECADES - 1;
}

const char *mr_fair_metric_name(mr_fair_metric metric) {
    static const char *const names[MR_FAIR_METRICS] = {"age_mae", "gender_accuracy",
                                                       "ethnicity_accuracy"};
    return names[metric];
}

void mr_fair_group_name(const mr_fair_group *group, char *text, size_t size) {
    char decade[24] = "";
    const char *gender = group->gender == MR_ANY ? "" : mr_gender_label((mr_gender)group->gender);
    const char *ethnicity =
        group->ethnicity == MR_ANY ? "" : mr_ethnicity_label((mr_ethnicity)group->ethnicity);
    if (group->decade != MR_ANY)
        snprintf(decade, sizeof decade, "%d-%d", 10 * group->decade, 10 * group->decade + 9);
    const char *first = *gender && *ethnicity ? ", " : "";
    const char *second = (*gender || *ethnicity) && *decade ? ", " : "";
    snprintf(text, size, "%s%s%s%s%s", gender, first, ethnicity, second, decade);
    if (!*gender && !*ethnicity && !*decade)
        snprintf(text, size, "everybody");
}

double mr_binomial_tail(size_t right, size_t count, double share) {
    if (right >= count || share <= 0)
        return 1;
    if (share >= 1)
        return 0;
    double n = (double)count, sum = 0, all = lgamma(n + 1);
    for (size_t i = 0; i <= right; i++) {
        double k = (double)i;
        sum +=
            exp(all - lgamma(k + 1) - lgamma(n - k + 1) + k * log(share) + (n - k) * log1p(-share));
    }
    return fmin(sum, 1);
}

/* ---- which groups there are ----------------------------------------------------------------- */

static void add_key(mr_fairness *f, int gender, int ethnicity, int decade) {
    f->groups[f->count++] =
        (mr_fair_group){.gender = gender, .ethnicity = ethnicity, .decade = decade};
}

static void list_groups(mr_fairness *f) {
    add_key(f, MR_ANY, MR_ANY, MR_ANY);
    for (int g = 0; g < MR_GENDER_COUNT; g++)
        add_key(f, g, MR_ANY, MR_ANY);
    for (int e = 0; e < MR_ETHNICITY_COUNT; e++)
        add_key(f, MR_ANY, e, MR_ANY);
    for (int d = 0; d < MR_DECADES; d++)
        add_key(f, MR_ANY, MR_ANY, d);
    for (int g = 0; g < MR_GENDER_COUNT; g++)
        for (int e = 0; e < MR_ETHNICITY_COUNT; e++)
            add_key(f, g, e, MR_ANY);
    for (int g = 0; g < MR_GENDER_COUNT; g++)
        for (int e = 0; e < MR_ETHNICITY_COUNT; e++)
            for (int d = 0; d < MR_DECADES; d++)
                add_key(f, g, e, d);
}

static bool matches(int wanted, int found) {
    return wanted == MR_ANY || wanted == found;
}

static bool holds(const mr_fair_group *group, const mr_judged_face *face) {
    return matches(group->gender, (int)face->gender) &&
           matches(group->ethnicity, (int)face->ethnicity) &&
           matches(group->decade, mr_decade_of(face->age));
}

/* ---- measuring ------------------------------------------------------------------------------ */

/* A test that a figure of a group is no worse than everybody's. */
typedef struct fair_test {
    double p;
    size_t group;
    mr_fair_metric metric;
} fair_test;

typedef struct fair_measuring {
    const mr_judged_face *faces;
    size_t count;
    double *errors; /* of the group's faces */
    size_t right[MR_FAIR_METRICS];
    fair_test *tests;
} fair_measuring;

/* Notes the group's faces; returns the standard error of the mean error of age. */
static double measure_group(fair_measuring *m, mr_fair_group *group) {
    size_t n = 0, right[MR_FAIR_METRICS] = {0};
    double sum = 0, squares = 0;
    for (size_t i = 0; i < m->count; i++) {
        const mr_judged_face *face = &m->faces[i];
        if (!holds(group, face))
            continue;
        m->errors[n++] = face->age_error;
        sum += face->age_error;
        right[MR_FAIR_GENDER] += face->gender_right;
        right[MR_FAIR_ETHNICITY] += face->ethnicity_right;
    }
    group->images = n;
    if (n == 0)
        return 0;
    double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (m->errors[i] - mean) * (m->errors[i] - mean);
    group->figures[MR_FAIR_AGE] = mean;
    group->intervals[MR_FAIR_AGE] = mr_bootstrap_mean(m->errors, n);
    for (int k = MR_FAIR_GENDER; k <= MR_FAIR_ETHNICITY; k++) {
        group->figures[k] = (double)right[k] / (double)n;
        group->intervals[k] = mr_wilson(right[k], n);
        m->right[k] = right[k];
    }
    return n > 1 ? sqrt(squares / (double)(n - 1) / (double)n) : 0;
}

/* Probability of so bad a figure, if the group were as everybody. */
static double age_test(double mean, double everybody, double error) {
    if (mean <= everybody)
        return 1;
    return error > 0 ? 0.5 * erfc((mean - everybody) / error / sqrt(2)) : 0;
}

static void add_tests(fair_measuring *m, mr_fairness *f, size_t index, double error) {
    const mr_fair_group *group = &f->groups[index], *all = &f->groups[0];
    double p[MR_FAIR_METRICS] = {
        age_test(group->figures[MR_FAIR_AGE], all->figures[MR_FAIR_AGE], error)};
    for (int k = MR_FAIR_GENDER; k <= MR_FAIR_ETHNICITY; k++)
        p[k] = mr_binomial_tail(m->right[k], group->images, all->figures[k]);
    for (int k = 0; k < MR_FAIR_METRICS; k++)
        m->tests[f->tests++] = (fair_test){p[k], index, (mr_fair_metric)k};
}

static void measure_groups(fair_measuring *m, mr_fairness *f) {
    size_t listed = f->count;
    f->count = 0;
    for (size_t i = 0; i < listed; i++) {
        mr_fair_group group = f->groups[i];
        double error = measure_group(m, &group);
        if (group.images == 0)
            continue;
        group.judged = i > 0 && group.images >= MR_FAIR_LEAST;
        f->groups[f->count] = group;
        if (group.judged)
            add_tests(m, f, f->count, error);
        f->count++;
    }
}

static int by_probability(const void *a, const void *b) {
    double x = ((const fair_test *)a)->p, y = ((const fair_test *)b)->p;
    return (x > y) - (x < y);
}

/* Holm (1979): the k-th smallest of m probabilities is held against level / (m - k + 1), and the
 * first that is too large ends it. */
static void decide(const fair_measuring *m, mr_fairness *f) {
    qsort(m->tests, f->tests, sizeof *m->tests, by_probability);
    for (size_t i = 0; i < f->tests; i++) {
        const fair_test *test = &m->tests[i];
        if (test->p > MR_FAIR_LEVEL / (double)(f->tests - i))
            return;
        f->groups[test->group].worse[test->metric] = true;
    }
}

mr_status mr_fairness_measure(const mr_judged_face *faces, size_t count, mr_fairness *out) {
    if (count == 0)
        return mr_fail(MR_E_ARGUMENT, "fairness: no faces");
    fair_measuring m = {
        .faces = faces,
        .count = count,
        .errors = mr_alloc(count * sizeof(double)),
        .tests = mr_alloc((size_t)MR_FAIR_GROUPS_MAX * MR_FAIR_METRICS * sizeof(fair_test))};
    mr_status status = MR_OK;
    if (m.errors && m.tests) {
        *out = (mr_fairness){0};
        list_groups(out);
        measure_groups(&m, out);
        decide(&m, out);
    } else
        status = mr_fail(MR_E_MEMORY, "fairness: no memory for %zu faces", count);
    free(m.errors);
    free(m.tests);
    return status;
}

/* ---- as a table ----------------------------------------------------------------------------- */

static void print_row(FILE *out, const mr_fair_group *group) {
    char decade[24] = "any";
    if (group->decade != MR_ANY)
        snprintf(decade, sizeof decade, "%d-%d", 10 * group->decade, 10 * group->decade + 9);
    fprintf(out, "%s,%s,%s,%zu,%s",
            group->gender == MR_ANY ? "any" : mr_gender_label((mr_gender)group->gender),
            group->ethnicity == MR_ANY ? "any" : mr_ethnicity_label((mr_ethnicity)group->ethnicity),
            decade, group->images,
            group->images < MR_FAIR_LEAST ? "too few"
            : group->judged               ? "yes"
                                          : "all");
    for (int k = 0; k < MR_FAIR_METRICS; k++)
        fprintf(out, ",%.4f,%.4f,%.4f,%s", group->figures[k], group->intervals[k].low,
                group->intervals[k].high, group->worse[k] ? "worse" : "");
    fputc('\n', out);
}

mr_status mr_fairness_write_csv(const mr_fairness *fairness, const char *path) {
    mr_text_file text;
    MR_TRY(mr_text_file_begin(path, &text));
    fputs("gender,ethnicity,decade,images,judged", text.out);
    for (int k = 0; k < MR_FAIR_METRICS; k++) {
        const char *name = mr_fair_metric_name((mr_fair_metric)k);
        fprintf(text.out, ",%s,%s_low,%s_high,%s_is", name, name, name, name);
    }
    fputc('\n', text.out);
    for (size_t i = 0; i < fairness->count; i++)
        print_row(text.out, &fairness->groups[i]);
    return mr_text_file_end(&text);
}
