#include "learn/risk_coverage.h"

#include "base/memory.h"
#include "base/rng.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

static void assert_near(double found, double expected, double most) {
    if (!(fabs(found - expected) <= most))
        fail_msg("%.9f is not %.9f", found, expected);
}

/* Five answers that count: .9 right, .8 wrong, .8 right, .6 right, .55 wrong. */
static const float rows[][2] = {{.9f, .1f}, {.8f, .2f},   {.2f, .8f},
                                {.6f, .4f}, {.55f, .45f}, {.99f, .01f}};
static const int truths[] = {0, 1, 1, 0, 1, -1};

static void by_hand(void **state) {
    (void)state;
    mr_risk_coverage risk;
    assert_ok(mr_risk_coverage_measure(rows[0], truths, 6, 2, .7, &risk));
    assert_int_equal(risk.count, 5);
    assert_int_equal(risk.right, 3);
    assert_int_equal(risk.at_bound.told, 3);
    assert_int_equal(risk.at_bound.right, 2);
    assert_int_equal(risk.rows[0].told, 5);
    assert_near(risk.rows[7].threshold, .9, 0);
    assert_int_equal(risk.rows[4].told, 4); /* .6, which .6f lies above */
    /* Risks 0, then 1/3 for both of .8, then 1/4, then 2/5. */
    assert_near(risk.area, (0 + 2 * (1 / 3.0) + 1 / 4.0 + 2 / 5.0) / 5, 1e-12);
    assert_near(risk.curve[0], 0, 0);
    assert_near(risk.curve[MR_RISK_STEPS / 5], 0, 0);
    assert_near(risk.curve[2 * MR_RISK_STEPS / 5], 1 / 3.0, 1e-12);
    assert_near(risk.curve[MR_RISK_STEPS], 2 / 5.0, 1e-12);
}

/* From the least confidence up: wrong, right, then {right, wrong} of .8 as half each, then right.
 * Pooling gives 0 | 2/3 over .6 and .8 | 1. */
static void reached_is_the_isotonic_fit(void **state) {
    (void)state;
    mr_risk_coverage risk;
    assert_ok(mr_risk_coverage_measure(rows[0], truths, 6, 2, .6, &risk));
    assert_near(risk.reached, .6, 1e-6);
    assert_ok(mr_risk_coverage_measure(rows[0], truths, 6, 2, .7, &risk));
    assert_near(risk.reached, .9, 1e-6);
    const int wrong[] = {1, 1, 0, 1, 1, -1}, right[] = {0, 0, 1, 0, 0, -1},
              none[6] = {-1, -1, -1, -1, -1, -1};
    assert_ok(mr_risk_coverage_measure(rows[0], wrong, 6, 2, .5, &risk));
    assert_near(risk.reached, 1, 0);
    assert_ok(mr_risk_coverage_measure(rows[0], right, 6, 2, .5, &risk));
    assert_near(risk.reached, 0, 0);
    assert_ok(mr_risk_coverage_measure(rows[0], none, 6, 2, .5, &risk));
    assert_int_equal(risk.count, 0);
    assert_near(risk.area, 0, 0);
}

/* Half of those of .5 are right and nine of the ten of .6: the order within a confidence, here the
 * wrong one first, must not pool the two. */
static void one_confidence_is_one_block(void **state) {
    (void)state;
    enum { LOW = 2, HIGH = 10 };
    float told[LOW + HIGH][2];
    int truth[LOW + HIGH];
    for (int last = 0; last < 2; last++) {
        for (int i = 0; i < LOW + HIGH; i++) {
            float confidence = i < LOW ? .5f : .6f;
            told[i][0] = confidence;
            told[i][1] = 1 - confidence;
            truth[i] = i == 0 || i == (last ? LOW + HIGH - 1 : LOW);
        }
        mr_risk_coverage risk;
        assert_ok(mr_risk_coverage_measure(told[0], truth, LOW + HIGH, 2, .8, &risk));
        assert_near(risk.reached, .6, 1e-6);
    }
}

/* Answers that are right as often as they say reach a bound of .7 near .7. */
static void calibrated_answers_reach_their_bound(void **state) {
    (void)state;
    enum { COUNT = 40000 };
    float *made = mr_alloc(2 * COUNT * sizeof *made);
    int *labels = mr_alloc(COUNT * sizeof *labels);
    mr_rng rng = mr_rng_seeded(4);
    for (size_t i = 0; i < COUNT; i++) {
        double p = mr_rng_range(&rng, .5, 1);
        made[2 * i] = (float)p;
        made[2 * i + 1] = 1 - made[2 * i];
        labels[i] = mr_rng_uniform(&rng) >= p;
    }
    mr_risk_coverage risk;
    assert_ok(mr_risk_coverage_measure(made, labels, COUNT, 2, .7, &risk));
    assert_near(risk.reached, .7, .03);
    assert_near((double)risk.at_bound.told / COUNT, .6, .01);
    assert_near((double)risk.at_bound.right / (double)risk.at_bound.told, .85, .01);
    /* The mean of (1 - c/2) / 2 … over coverage c: risk at coverage c is c/4. */
    assert_near(risk.area, .125, .005);
    free(made);
    free(labels);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(reached_is_the_isotonic_fit),
        cmocka_unit_test(one_confidence_is_one_block),
        cmocka_unit_test(calibrated_answers_reach_their_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
