/*
 * How well faces are told by group: who is served worse than everybody together?
 *
 *     mr_fairness fairness;
 *     MR_TRY(mr_fairness_measure(faces, count, &fairness));
 *     for (size_t i = 0; i < fairness.count; i++) {
 *         char name[MR_FAIR_NAME_MAX];
 *         mr_fair_group_name(&fairness.groups[i], name, sizeof name);
 *         …
 *     }
 *
 * Groups are everybody, each gender, each ethnicity, each decade of age, each gender with each
 * ethnicity, and each gender with each ethnicity in each decade; those without faces are left out.
 * Each is measured by the mean error of age, the share of genders and the share of ethnicities told
 * right, with 95 % intervals: Wilson's (1927) for shares, the percentile bootstrap (Efron 1979) for
 * the error of age.
 *
 * A group of fewer than MR_FAIR_LEAST faces is not judged. Of the others those are called worse
 * that are worse than everybody together by more than chance explains: by the exact binomial test
 * of the group's number of right answers at everybody's share, and for age by the z test of the
 * group's mean error against everybody's (a group is itself a part of everybody, which makes both
 * cautious). All tests together call a group worse by chance with a probability of at most
 * MR_FAIR_LEVEL (Holm 1979), however the groups overlap.
 *
 * Ownership: all values. Thread rule: no shared state.
 */
#ifndef MR_LEARN_FAIRNESS_H
#define MR_LEARN_FAIRNESS_H

#include "base/error.h"
#include "learn/ranking_metrics.h"
#include "moodreel/types.h"

#include <stdbool.h>
#include <stddef.h>

/* Ages 0-9, 10-19, …; the last holds all that are older, too. */
#define MR_DECADES 12

#define MR_FAIR_LEAST    20
#define MR_FAIR_LEVEL    0.05
#define MR_FAIR_NAME_MAX 64

/* Everybody, the margins, and the cells. */
#define MR_FAIR_GROUPS_MAX                                                                         \
    (1 + MR_GENDER_COUNT + MR_ETHNICITY_COUNT + MR_DECADES +                                       \
     MR_GENDER_COUNT * MR_ETHNICITY_COUNT * (1 + MR_DECADES))

/* What is measured: years, then two shares. */
typedef enum mr_fair_metric {
    MR_FAIR_AGE,
    MR_FAIR_GENDER,
    MR_FAIR_ETHNICITY,
    MR_FAIR_METRICS
} mr_fair_metric;

/* Who a face is, and how it was answered. */
typedef struct mr_judged_face {
    mr_gender gender;
    mr_ethnicity ethnicity;
    int age;
    double age_error; /* years, absolute */
    bool gender_right, ethnicity_right;
} mr_judged_face;

#define MR_ANY (-1)

typedef struct mr_fair_group {
    int gender, ethnicity, decade; /* MR_ANY: all of them */
    size_t images;
    double figures[MR_FAIR_METRICS]; /* mean error in years; shares */
    mr_interval intervals[MR_FAIR_METRICS];
    bool judged; /* has enough faces, and is not everybody */
    bool worse[MR_FAIR_METRICS];
} mr_fair_group;

typedef struct mr_fairness {
    size_t count;
    size_t tests;                             /* made together */
    mr_fair_group groups[MR_FAIR_GROUPS_MAX]; /* everybody first */
} mr_fairness;

/* MR_E_ARGUMENT without faces, MR_E_MEMORY. */
mr_status mr_fairness_measure(const mr_judged_face *faces, size_t count, mr_fairness *out);

/* "everybody", "female", "Asian", "20-29", "female, Asian", "female, Asian, 20-29". */
void mr_fair_group_name(const mr_fair_group *group, char *text, size_t size);

/* "age_mae", "gender_accuracy", "ethnicity_accuracy". */
const char *mr_fair_metric_name(mr_fair_metric metric);

/* The decade of an age. */
int mr_decade_of(int age);

/* P(X <= right) when each of `count` answers is right with probability `share`. */
double mr_binomial_tail(size_t right, size_t count, double share);

/* Writes the groups as a table, a row each (RFC 4180). */
mr_status mr_fairness_write_csv(const mr_fairness *fairness, const char *path);

#endif
