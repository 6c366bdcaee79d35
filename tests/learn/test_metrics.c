#include "learn/metrics.h"
#include "support.h"

#include <math.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_near(double found, double expected) {
    if (!(fabs(found - expected) < 1e-6))
        fail_msg("%.9f is not %.9f", found, expected);
}

/* Three classes, seven pictures, one of which does not count:
 *
 *     truth \ answer   0  1  2
 *             0        2  1  0
 *             1        0  1  0
 *             2        1  0  1                                                                   */
static const float answers[][3] = {
    {.8f, .1f, .1f}, {.6f, .3f, .1f}, {.2f, .7f, .1f}, {.1f, .8f, .1f},
    {.6f, .2f, .2f}, {.2f, .2f, .6f}, {.9f, .1f, .0f},
};
static const int truths[] = {0, 0, 0, 1, 2, 2, -1};

static void classification_by_hand(void **state) {
    (void)state;
    mr_classification c;
    mr_classify(answers[0], truths, COUNT(truths), 3, &c);
    assert_int_equal(c.count, 6);
    assert_int_equal(c.right, 4);
    assert_int_equal(c.confusion[0][1], 1);
    assert_int_equal(c.confusion[2][0], 1);
    assert_int_equal(c.confusion[1][0], 0);
    assert_near(c.accuracy, 4 / 6.0);
    assert_near(c.balanced_accuracy, (2 / 3.0 + 1 + .5) / 3);
    assert_near(c.per_class[0].precision, 2 / 3.0);
    assert_near(c.per_class[0].recall, 2 / 3.0);
    assert_near(c.per_class[1].precision, 1 / 2.0);
    assert_near(c.per_class[1].recall, 1);
    assert_near(c.per_class[1].f1, 2 / 3.0);
    assert_near(c.per_class[2].precision, 1);
    assert_near(c.per_class[2].f1, 2 / 3.0);
    assert_int_equal(c.per_class[0].support, 3);
    assert_near(c.macro.precision, (2 / 3.0 + .5 + 1) / 3);
    assert_near(c.macro.f1, 2 / 3.0);
    assert_near(c.weighted.precision, (3 * 2 / 3.0 + 1 * .5 + 2 * 1) / 6);
    assert_near(c.weighted.recall, 4 / 6.0);
    assert_int_equal(c.weighted.support, 6);
    assert_near(c.log_loss, -(log(.8) + log(.6) + log(.2) + log(.8) + log(.2) + log(.6)) / 6);
}

/* Four pictures in two bins; of the third nobody said anything. */
static void agreement_by_hand(void **state) {
    (void)state;
    const float told[4][2] = {{.9f, .1f}, {.1f, .9f}, {.5f, .5f}, {.3f, .7f}};
    const float said[4][2] = {{1, 0}, {.6f, .4f}, {0, 0}, {.2f, .8f}};
    mr_agreement a = mr_agree(told[0], said[0], 4, 2);
    assert_int_equal(a.count, 3);
    assert_near(a.share, (1 + .4 + .8) / 3);
    assert_near(a.log_loss,
                -(log(.9) + .6 * log(.1) + .4 * log(.9) + .2 * log(.3) + .8 * log(.7)) / 3);
    /* .9 and .9: 1.4 of 1.8 expected; .7: .8 of .7 */
    assert_near(a.ece, (.4 + .1) / 3);
    assert_int_equal(mr_agree(told[0], said[2], 1, 2).count, 0);
    assert_near(mr_agree(told[0], said[2], 1, 2).ece, 0);
}

/* Tops .8 (twice, both right), .7 (wrong), .6 (three times, two right): bins of a fifteenth part
 * all of these. */
static void calibration_error_by_hand(void **state) {
    (void)state;
    double error = (fabs(2 - 1.6) + .7 + fabs(2 - 1.8)) / 6;
    assert_near(mr_calibration_error(answers[0], truths, COUNT(truths), 3), error);
    const float sure[][2] = {{1, 0}, {1, 0}, {0, 1}};
    const int right[] = {0, 0, 1}, none[] = {-1, -1, -1};
    assert_near(mr_calibration_error(sure[0], right, 3, 2), 0);
    assert_near(mr_calibration_error(sure[0], none, 3, 2), 0);
}

/* A class that neither occurs nor is answered is left out of means; one that is answered only
 * counts for the macro mean, with zeros. */
static void absent_classes(void **state) {
    (void)state;
    const float rows[][4] = {{.7f, .1f, .1f, .1f}, {.1f, .7f, .1f, .1f}, {.7f, .1f, .1f, .1f}};
    const int labels[] = {0, 0, 0};
    mr_classification c;
    mr_classify(rows[0], labels, 3, 4, &c);
    assert_near(c.balanced_accuracy, 2 / 3.0);
    assert_near(c.macro.recall, 1 / 3.0);
    assert_near(c.weighted.recall, 2 / 3.0);
    mr_classify(rows[0], labels, 0, 4, &c);
    assert_near(c.accuracy, 0);
    assert_near(c.macro.f1, 0);
}

static void log_loss_at_temperature(void **state) {
    (void)state;
    const float logits[][2] = {{2, 0}, {0, 1}};
    const int labels[] = {0, 0};
    assert_near(mr_log_loss(logits[0], labels, 2, 2, 1), (log(1 + exp(-2)) + log(1 + exp(1))) / 2);
    assert_near(mr_log_loss(logits[0], labels, 2, 2, 2), (log(1 + exp(-1)) + log(1 + exp(.5))) / 2);
}

static void mean_absolute_error(void **state) {
    (void)state;
    const float estimates[] = {1, 5, 9}, ages[] = {3, 5, 5};
    assert_near(mr_mean_absolute_error(estimates, ages, 3), 2);
    assert_near(mr_mean_absolute_error(estimates, ages, 0), 0);
}

/* Values of the formula worked out by hand: 8 of 10 gives .4902 … .9433. */
static void wilson(void **state) {
    (void)state;
    mr_interval i = mr_wilson(8, 10);
    assert_true(fabs(i.low - .490162) < 1e-5 && fabs(i.high - .943318) < 1e-5);
    i = mr_wilson(0, 10);
    assert_true(i.low == 0 && fabs(i.high - .277533) < 1e-5);
    i = mr_wilson(0, 0);
    assert_true(i.low == 0 && i.high == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classification_by_hand),
        cmocka_unit_test(calibration_error_by_hand),
        cmocka_unit_test(agreement_by_hand),
        cmocka_unit_test(absent_classes),
        cmocka_unit_test(log_loss_at_temperature),
        cmocka_unit_test(mean_absolute_error),
        cmocka_unit_test(wilson),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
