/* Average precision and its relatives, on cases that are worked out by hand. */
#include "learn/average_precision.h"
#include "learn/detector_figures.h"
#include "support.h"

#include <math.h>
#include <string.h>

/* A face of `side` pixels at (x, 0). */
static mr_labelled_face labelled(float x, float side) {
    return (mr_labelled_face){.box = {x, 0, side, side}};
}

static mr_face found(float x, float side, float score) {
    return (mr_face){.box = {x, 0, side, side}, .score = score};
}

static void add(mr_hits *ranking, const mr_face *faces, size_t count,
                const mr_labelled_face *truths, size_t truth_count, float least) {
    assert_ok(mr_hits_add(ranking, faces, count, truths, truth_count, least, NULL));
}

static bool near(double a, double b) {
    return fabs(a - b) < 1e-9;
}

/* right, wrong, right, wrong, right among four faces */
static void make_five(mr_hits *ranking) {
    const mr_labelled_face truths[] = {labelled(0, 20), labelled(100, 20), labelled(200, 20),
                                       labelled(300, 20)};
    const mr_face faces[] = {found(0, 20, .9F), found(50, 20, .8F), found(100, 20, .7F),
                             found(150, 20, .6F), found(200, 20, .5F)};
    add(ranking, faces, 5, truths, 4, 8);
    assert_ok(mr_hits_finish(ranking));
}

/* precision 1, 2/3, 3/5 at recall 1/4, 1/2, 3/4 */
static void steps_of_recall_are_weighted_by_precision(void **state) {
    (void)state;
    mr_hits ranking = {0};
    make_five(&ranking);
    assert_true(near(mr_average_precision(&ranking), (1 + 2.0 / 3 + 3.0 / 5) / 4));
    assert_true(near(mr_recall_at(&ranking, 0), 1.0 / 4));
    assert_true(near(mr_recall_at(&ranking, 1), 2.0 / 4));
    assert_true(near(mr_recall_at(&ranking, 9), 3.0 / 4));
    mr_curve_point points[10];
    assert_int_equal(mr_hits_curve(&ranking, points, 10), 3);
    assert_true(near(points[1].precision, 2.0 / 3) && near(points[1].recall, 1.0 / 2));
    assert_true(points[2].score == .5F && near(points[2].precision, 3.0 / 5));
    assert_int_equal(mr_hits_curve(&ranking, points, 2), 2);
    assert_true(near(points[0].recall, 2.0 / 4) && near(points[1].recall, 3.0 / 4));
    mr_hits_free(&ranking);
}

/* The same finds: precision 1, 1/2, 2/3, 1/2, 3/5; F1 2/5, 1/3, 4/7, 1/2, 2/3. */
static void thresholds_leave_the_most_recall(void **state) {
    (void)state;
    mr_hits ranking = {0};
    make_five(&ranking);
    mr_curve_point point = mr_threshold_of_precision(&ranking, .55);
    assert_true(point.score == .5F && near(point.precision, 3.0 / 5) && near(point.recall, .75));
    point = mr_threshold_of_precision(&ranking, .65);
    assert_true(point.score == .7F && near(point.precision, 2.0 / 3) && near(point.recall, .5));
    point = mr_threshold_of_precision(&ranking, 1);
    assert_true(point.score == .9F && near(point.recall, .25));
    point = mr_threshold_of_f1(&ranking);
    assert_true(point.score == .5F && near(mr_f1(&point), 2.0 / 3));
    mr_hits_free(&ranking);
}

/* A threshold cannot keep the right one of two equal scores and drop the wrong one. */
static void equal_scores_share_a_threshold(void **state) {
    (void)state;
    const mr_labelled_face truth = labelled(0, 20);
    const mr_face faces[] = {found(0, 20, .5F), found(50, 20, .5F)};
    mr_hits ranking = {0};
    add(&ranking, faces, 2, &truth, 1, 8);
    assert_ok(mr_hits_finish(&ranking));
    mr_curve_point point = mr_threshold_of_precision(&ranking, .9);
    assert_true(point.recall == 0 && point.score == 0 && mr_f1(&point) == 0);
    point = mr_threshold_of_f1(&ranking);
    assert_true(near(point.precision, .5) && near(point.recall, 1));
    mr_hits_free(&ranking);
}

/* wrong, right, right of two: precision 1/2 and 2/3, so the first step counts 2/3 as well */
static void precision_is_raised_to_the_best_that_follows(void **state) {
    (void)state;
    const mr_labelled_face truths[] = {labelled(0, 20), labelled(100, 20)};
    const mr_face faces[] = {found(50, 20, .9F), found(0, 20, .8F), found(100, 20, .7F)};
    mr_hits ranking = {0};
    add(&ranking, faces, 3, truths, 2, 8);
    assert_ok(mr_hits_finish(&ranking));
    assert_true(near(mr_average_precision(&ranking), 2.0 / 3));
    mr_hits_free(&ranking);
}

static void pictures_share_one_ranking(void **state) {
    (void)state;
    const mr_labelled_face truth = labelled(0, 20);
    const mr_face sure = found(0, 20, .9F), unsure[] = {found(50, 20, .6F), found(0, 20, .3F)};
    mr_hits ranking = {0};
    add(&ranking, unsure, 2, &truth, 1, 8);
    add(&ranking, &sure, 1, &truth, 1, 8);
    add(&ranking, NULL, 0, &truth, 1, 8);
    assert_ok(mr_hits_finish(&ranking));
    assert_int_equal(ranking.faces, 3);
    assert_true(near(mr_average_precision(&ranking), (1 + 2.0 / 3) / 3));
    mr_hits_free(&ranking);
}

static void a_second_find_of_a_face_is_wrong(void **state) {
    (void)state;
    const mr_labelled_face truths[] = {labelled(0, 20), labelled(100, 20)};
    const mr_face faces[] = {found(0, 20, .9F), found(1, 20, .8F), found(100, 20, .7F)};
    mr_hits ranking = {0};
    add(&ranking, faces, 3, truths, 2, 8);
    assert_ok(mr_hits_finish(&ranking));
    assert_true(near(mr_average_precision(&ranking), (1 + 2.0 / 3) / 2));
    mr_hits_free(&ranking);
}

/* Shifted by s of 20 pixels, IoU = (20 - s) / (20 + s): one half at 20/3. */
static void half_of_the_union_must_be_shared(void **state) {
    (void)state;
    const mr_labelled_face truth = labelled(0, 20);
    const mr_face near_enough = found(6.6F, 20, .9F), too_far = found(6.7F, 20, .9F);
    mr_hits ranking = {0};
    add(&ranking, &near_enough, 1, &truth, 1, 8);
    assert_true(ranking.verdicts[0].right);
    add(&ranking, &too_far, 1, &truth, 1, 8);
    assert_false(ranking.verdicts[1].right);
    mr_hits_free(&ranking);
}

static void small_and_ignored_faces_are_neither_right_nor_wrong(void **state) {
    (void)state;
    mr_labelled_face truths[] = {labelled(0, 20), labelled(100, 12), labelled(200, 40)};
    truths[2].ignored = true;
    const mr_face faces[] = {found(100, 12, .9F), found(101, 12, .8F), found(200, 40, .7F),
                             found(0, 20, .6F), found(300, 9, .5F)};
    mr_hits ranking = {0};
    add(&ranking, faces, 5, truths, 3, 16);
    assert_ok(mr_hits_finish(&ranking));
    assert_int_equal(ranking.faces, 1);
    /* two remain: the face, and the small find that is on nothing */
    assert_int_equal(ranking.count, 2);
    assert_true(near(mr_average_precision(&ranking), 1));
    assert_true(near(mr_recall_at(&ranking, 0), 1));
    mr_hits_free(&ranking);
}

/* A find on a face that counts and one that does not goes to the one that counts. */
static void a_face_that_counts_comes_first(void **state) {
    (void)state;
    const mr_labelled_face truths[] = {labelled(0, 15), labelled(0, 17)};
    const mr_face face = found(0, 15, .9F);
    mr_hits ranking = {0};
    int match;
    assert_ok(mr_hits_add(&ranking, &face, 1, truths, 2, 16, &match));
    assert_int_equal(match, 1);
    assert_true(ranking.count == 1 && ranking.verdicts[0].right);
    mr_hits_free(&ranking);
}

static void nothing_found_and_nothing_labelled_come_to_zero(void **state) {
    (void)state;
    mr_hits ranking = {0};
    assert_ok(mr_hits_finish(&ranking));
    assert_true(mr_average_precision(&ranking) == 0 && mr_recall_at(&ranking, 5) == 0);
    mr_curve_point point = mr_threshold_of_precision(&ranking, .5);
    assert_true(point.recall == 0 && mr_threshold_of_f1(&ranking).recall == 0);
    assert_int_equal(mr_hits_curve(&ranking, &point, 1), 0);
    mr_hits_free(&ranking);
}

/* Two pictures: a face whose points are all 2 pixels off, with eyes 10 apart; a small one. */
static void figures_of_a_set(void **state) {
    (void)state;
    mr_labelled_face faces[] = {labelled(0, 40), labelled(100, 10)};
    mr_face seen[] = {found(0, 40, .9F), found(100, 10, .8F)};
    for (int i = 0; i < 2; i++) {
        faces[i].points = MR_POINTS_HUMAN;
        seen[i].has_landmarks = true;
        for (int k = 0; k < MR_LANDMARKS; k++) {
            faces[i].landmarks[k] = (mr_point){10.0F + 10.0F * (float)k, 20};
            seen[i].landmarks[k] = (mr_point){10.0F + 10.0F * (float)k, 22};
        }
    }
    char one[] = "wider_1.jpg", two[] = "other.jpg";
    mr_labelled_picture scenes[] = {{.name = one, .first = 0, .count = 1},
                                    {.name = two, .first = 1, .count = 1}};
    const mr_detection_set set = {scenes, 2, faces, 2};
    const mr_found all[] = {{&seen[0], 1}, {&seen[1], 1}};
    mr_detector_figures f;
    assert_ok(mr_judge_found(&set, all, "", true, &f));
    assert_int_equal(f.images, 2);
    assert_int_equal(f.faces[0], 2);
    assert_int_equal(f.faces[1], 1);
    assert_int_equal(f.faces[2], 1);
    for (int k = 0; k < MR_AP_HEIGHTS; k++)
        assert_true(near(f.ap[k], 1));
    assert_int_equal(f.pointed, 1);
    assert_true(near(f.landmark_nme, 0.2));
    assert_true(near(f.ap_intervals[0].low, 1) && near(f.ap_intervals[0].high, 1));
    assert_true(near(f.ap_intervals[2].low, 1)); /* whatever is drawn without its picture */
    assert_true(near(f.nme_interval.low, 0.2) && near(f.nme_interval.high, 0.2));
    assert_ok(mr_judge_found(&set, all, "other", false, &f));
    assert_int_equal(f.images, 1);
    assert_true(f.faces[1] == 0 && f.ap[1] == 0 && isnan(f.landmark_nme));
    assert_int_equal(mr_judge_found(&set, all, "none", false, &f), MR_E_NOT_FOUND);
}

/* Of every `every`-th picture the only face is missed; nothing wrong is found. */
static mr_interval interval_of_found(int pictures, int every, double *ap) {
    mr_hits ranking = {0};
    const mr_labelled_face truth = labelled(0, 20);
    for (int i = 0; i < pictures; i++) {
        const mr_face face = found(0, 20, .9F - (float)i * 1e-3F);
        add(&ranking, &face, i % every == 0 ? 0 : 1, &truth, 1, 8);
    }
    assert_ok(mr_hits_finish(&ranking));
    mr_interval interval;
    assert_ok(mr_average_precision_interval(&ranking, &interval));
    *ap = mr_average_precision(&ranking);
    mr_hits_free(&ranking);
    return interval;
}

/* The average precision is then the share of pictures drawn in which the face is found. */
static void intervals_are_those_of_shares(void **state) {
    (void)state;
    double ap;
    mr_interval few = interval_of_found(40, 4, &ap);
    assert_true(near(ap, .75));
    double half = 1.96 * sqrt(.75 * .25 / 40);
    assert_true(fabs(few.low - (.75 - half)) < .03 && fabs(few.high - (.75 + half)) < .03);
    mr_interval many = interval_of_found(400, 4, &ap);
    half = 1.96 * sqrt(.75 * .25 / 400);
    assert_true(fabs(many.low - (.75 - half)) < .01 && fabs(many.high - (.75 + half)) < .01);
    mr_interval all = interval_of_found(40, 1000, &ap);
    assert_true(all.high == 1 && all.low < 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_of_recall_are_weighted_by_precision),
        cmocka_unit_test(thresholds_leave_the_most_recall),
        cmocka_unit_test(equal_scores_share_a_threshold),
        cmocka_unit_test(precision_is_raised_to_the_best_that_follows),
        cmocka_unit_test(pictures_share_one_ranking),
        cmocka_unit_test(a_second_find_of_a_face_is_wrong),
        cmocka_unit_test(half_of_the_union_must_be_shared),
        cmocka_unit_test(small_and_ignored_faces_are_neither_right_nor_wrong),
        cmocka_unit_test(a_face_that_counts_comes_first),
        cmocka_unit_test(nothing_found_and_nothing_labelled_come_to_zero),
        cmocka_unit_test(figures_of_a_set),
        cmocka_unit_test(intervals_are_those_of_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
