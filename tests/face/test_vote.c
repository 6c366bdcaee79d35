/* The vote on made estimates. */
#include "base/rng.h"
#include "counted_memory.h"
#include "face/attributes.h"
#include "face/vote.h"
#include "support.h"

#include <math.h>
#include <string.h>

#define WINDOW 3.0

static mr_vote vote;

static int set_up(void **state) {
    (void)state;
    memset(&vote, 0, sizeof vote);
    return 0;
}

/* An estimate that gives one emotion `share` and the others the rest. */
static mr_attributes feeling(mr_emotion emotion, float share) {
    mr_attributes a = {.has_emotion = true};
    for (int i = 0; i < MR_EMOTION_COUNT; i++)
        a.emotion[i] = i == (int)emotion ? share : (1 - share) / (MR_EMOTION_COUNT - 1);
    return a;
}

/* An estimate of an age with half an 80 % interval of `half` years. */
static mr_attributes aged(float years, float half) {
    mr_attributes a = {.has_age = true,
                       .age = years,
                       .age_low = fmaxf(years - half, 0),
                       .age_high = fminf(years + half, 116)};
    float low = floorf(years);
    a.age_distribution[(int)low] = 1 - (years - low);
    a.age_distribution[(int)low + 1] = years - low;
    return a;
}

static void cast_feeling(mr_emotion emotion, float share, float weight, double seconds) {
    mr_attributes a = feeling(emotion, share);
    mr_vote_cast(&vote, &a, weight, seconds, WINDOW);
}

static void cast_age(float years, float half, float weight, double seconds) {
    mr_attributes a = aged(years, half);
    mr_vote_cast(&vote, &a, weight, seconds, WINDOW);
}

static void one_vote_is_the_verdict(void **state) {
    (void)state;
    assert_false(vote.emotion.stands);
    mr_attributes said = aged(31.5f, 8);
    said.has_gender = true;
    said.gender[MR_FEMALE] = 0.75f;
    said.gender[MR_MALE] = 0.25f;
    mr_vote_cast(&vote, &said, 0.3f, 10, WINDOW);
    assert_true(vote.mean.has_age && vote.mean.has_gender);
    assert_false(vote.mean.has_emotion || vote.mean.has_ethnicity);
    assert_int_equal(vote.gender.label, MR_FEMALE);
    assert_false(vote.emotion.stands || vote.ethnicity.stands);
    assert_float_equal(vote.mean.gender[MR_FEMALE], 0.75, 1e-6);
    assert_float_equal(vote.mean.age, 31.5, 1e-4);
    assert_float_equal(vote.mean.age_low, 23.5, 1e-3);
    assert_float_equal(vote.mean.age_high, 39.5, 1e-3);
    assert_float_equal(vote.mean.age_distribution[31], 0.5, 1e-6);
}

/* Changes of the label over `frames` estimates, a quarter of a second apart. */
typedef mr_emotion script(mr_rng *rng, int frame);

static int changes(script *emotion_of, int frames, uint64_t seed) {
    mr_rng rng = mr_rng_seeded(seed);
    int changed = 0, before = -1;
    for (int i = 0; i < frames; i++) {
        cast_feeling(emotion_of(&rng, i), 0.7f, 0.5f, 0.25 * i);
        changed += before >= 0 && vote.emotion.label != before;
        before = vote.emotion.label;
    }
    return changed;
}

static mr_emotion alternating(mr_rng *rng, int frame) {
    (void)rng;
    return frame % 2 ? MR_HAPPY : MR_SURPRISE;
}

/* Two thirds happy, else anything. */
static mr_emotion mostly_happy(mr_rng *rng, int frame) {
    (void)frame;
    return mr_rng_below(rng, 3) ? MR_HAPPY : (mr_emotion)mr_rng_below(rng, MR_EMOTION_COUNT);
}

static mr_emotion happy_then_sad(mr_rng *rng, int frame) {
    if (frame > 4 && mr_rng_below(rng, 5) == 0)
        return (mr_emotion)mr_rng_below(rng, MR_EMOTION_COUNT);
    return frame < 40 ? MR_HAPPY : MR_SAD;
}

static void flicker_does_not_move_the_label(void **state) {
    (void)state;
    assert_int_equal(changes(alternating, 200, 1), 0);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        set_up(NULL);
        int changed = changes(mostly_happy, 200, seed);
        if (changed > 1)
            fail_msg("seed %d: %d changes", (int)seed, changed);
        assert_int_equal(vote.emotion.label, MR_HAPPY);
    }
}

static void a_true_change_is_seen_once_and_soon(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        set_up(NULL);
        int changed = changes(happy_then_sad, 40 + 16, seed);
        if (changed != 1 || vote.emotion.label != MR_SAD)
            fail_msg("seed %d: %d changes, then %s", (int)seed, changed,
                     mr_emotion_label((mr_emotion)vote.emotion.label));
    }
}

/* Seconds from a change of what is felt, after many of the other, to that of the label. */
static double lag(void) {
    for (int i = 0; i < 16; i++)
        cast_feeling(MR_NEUTRAL, 0.8f, 0.9f, 0.25 * i);
    double now = 0;
    while (vote.emotion.label == MR_NEUTRAL && now < 10)
        cast_feeling(MR_HAPPY, 0.8f, 0.9f, 4 + (now += 0.25));
    return now;
}

static void a_feeling_is_told_sooner_than_half_the_window(void **state) {
    (void)state;
    double waited = lag();
    if (waited < MR_VOTE_HOLD || waited > WINDOW / 2)
        fail_msg("told after %g seconds", waited);
}

static void a_lead_must_last(void **state) {
    (void)state;
    cast_feeling(MR_HAPPY, 0.9f, 0.1f, 0);
    cast_feeling(MR_SAD, 0.9f, 1, 0.1);
    assert_int_equal(mr_likeliest(vote.mean.emotion, MR_EMOTION_COUNT), MR_SAD);
    assert_int_equal(vote.emotion.label, MR_HAPPY);
    cast_feeling(MR_SAD, 0.9f, 1, 0.5);
    assert_int_equal(vote.emotion.label, MR_HAPPY);
    cast_feeling(MR_SAD, 0.9f, 1, 0.61);
    assert_int_equal(vote.emotion.label, MR_SAD);
}

static void weight_and_age_of_a_vote_decide(void **state) {
    (void)state;
    float sad = 0, sum = 0;
    for (int i = 0; i < 3; i++) {
        cast_feeling(MR_SAD, 0.9f, 0.1f, 0.1 * i);
        sad += 0.1f * (float)pow(MR_VOTE_FEELING_KEPT, 0.3 - 0.1 * i);
    }
    cast_feeling(MR_HAPPY, 0.9f, 0.9f, 0.3);
    float expected = (sad * (0.1f / 6) + 0.9f * 0.9f) / (sad + 0.9f);
    assert_float_equal(vote.mean.emotion[MR_HAPPY], expected, 1e-5);
    for (int i = 0; i < MR_EMOTION_COUNT; i++)
        sum += vote.mean.emotion[i];
    assert_float_equal(sum, 1, 1e-5);
}

static void old_votes_do_not_count(void **state) {
    (void)state;
    cast_feeling(MR_SAD, 0.9f, 1, 0);
    cast_feeling(MR_SAD, 0.9f, 1, 1);
    cast_feeling(MR_HAPPY, 0.9f, 1, 4.5);
    assert_float_equal(vote.mean.emotion[MR_HAPPY], 0.9, 1e-5);
    assert_int_equal(vote.count, 1);
}

/* Where all votes are too old, no label holds on. */
static void an_empty_window_is_a_beginning(void **state) {
    (void)state;
    cast_feeling(MR_HAPPY, 0.9f, 1, 0);
    cast_feeling(MR_SAD, 0.9f, 1, 10);
    assert_int_equal(vote.count, 1);
    assert_int_equal(vote.emotion.label, MR_SAD);
}

/* An adult whom a child follows in the same place: within two votes the least plausible age is the
 * child's, and it never rises meanwhile. One vote of a child too many changes little. */
static void a_child_in_an_adults_place_is_one_soon(void **state) {
    (void)state;
    for (int i = 0; i < 16; i++)
        cast_age(40, 9, 0.9f, 0.25 * i);
    float before = vote.mean.age_low;
    cast_age(7, 4, 0.9f, 4);
    assert_true(vote.mean.age_low < before && vote.mean.age_low > 17);
    cast_age(7, 4, 0.9f, 4.25);
    assert_true(vote.mean.age_low < 12);
    cast_age(7, 4, 0.9f, 4.5);
    assert_true(vote.mean.age_low < 3);
    assert_true(vote.mean.age > 30); /* what is shown follows as ever */
}

/* Votes on an adult of 35 that differ by this standard deviation, then three on a child of 9: the
 * least plausible age is the child's, and stays so. */
static void a_child_is_seen_behind_unsteady_votes(void **state) {
    (void)state;
    mr_rng rng = mr_rng_seeded(5);
    for (int deviation = 1; deviation <= 9; deviation += 2)
        for (int person = 0; person < 200; person++) {
            set_up(NULL);
            for (int i = 0; i < 25; i++) {
                bool adult = i < 13;
                double spread = adult ? deviation : 1, noise = spread * mr_rng_normal(&rng);
                cast_age((float)fmax(adult ? 18 : 5, (adult ? 35 : 9) + noise), adult ? 8 : 4, 0.9f,
                         0.25 * i);
                if (i >= 15 && vote.mean.age_low > 14)
                    fail_msg("deviation %d, person %d: %g after %d votes of a child", deviation,
                             person, (double)vote.mean.age_low, i - 12);
            }
        }
}

/* Noise of the size that is claimed makes nobody a child. */
static void noise_leaves_the_lower_end(void **state) {
    (void)state;
    mr_rng rng = mr_rng_seeded(6);
    for (int deviation = 1; deviation <= 5; deviation += 2) {
        int pulled = 0, votes = 0;
        for (int person = 0; person < 500; person++) {
            set_up(NULL);
            for (int i = 0; i < 26; i++, votes++) {
                cast_age((float)(50 + deviation * mr_rng_normal(&rng)), 8, 0.9f, 0.25 * i);
                pulled += 2 * vote.mean.age - vote.mean.age_low - vote.mean.age_high > 2;
            }
        }
        if (pulled * 100 > votes)
            fail_msg("deviation %d: %d of %d lower ends went down", deviation, pulled, votes);
    }
}

/* Where votes are halved between two ages, neither wins. */
static void even_votes_do_not_flicker(void **state) {
    (void)state;
    cast_age(25, 8, 0.9f, 0);
    cast_age(45, 8, 0.9f, 0.06);
    assert_float_equal(vote.mean.age, 35, 1e-3);
    set_up(NULL);
    cast_age(17, 6, 0.6f, 0);
    cast_age(29, 8, 0.9f, 0.06);
    assert_float_equal(vote.mean.age, (0.6 * 17 + 0.9 * 29) / 1.5, 1e-3);
    set_up(NULL);
    float before = 0;
    for (int i = 0; i < 40; i++) {
        cast_age(i % 2 ? 36 : 30, 8, i % 3 ? 0.9f : 0.8f, 0.25 * i);
        if (i > 3 && fabsf(vote.mean.age - before) > 1)
            fail_msg("vote %d: from %g to %g", i, (double)before, (double)vote.mean.age);
        before = vote.mean.age;
    }
}

static void the_ring_keeps_the_last(void **state) {
    (void)state;
    for (int i = 0; i < 3 * MR_VOTE_BALLOTS + 5; i++) {
        int round = i / MR_VOTE_BALLOTS;
        cast_age((float)(20 + round), 8, 1, 0.001 * i);
    }
    assert_int_equal(vote.count, MR_VOTE_BALLOTS);
    /* 27 of the round before the last and 5 of the last. */
    assert_true(vote.mean.age > 22 && vote.mean.age < 23);
}

static void one_bad_frame_does_not_move_the_age(void **state) {
    (void)state;
    for (int i = 0; i < 10; i++)
        cast_age(30 + 0.2f * (float)(i % 3), 8, 1, 0.1 * i);
    cast_age(80, 8, 1, 1);
    if (fabsf(vote.mean.age - 30.2f) > 1)
        fail_msg("age %g", (double)vote.mean.age);
    float sum = 0;
    for (int i = 0; i < MR_AGE_YEARS; i++)
        sum += vote.mean.age_distribution[i];
    assert_float_equal(sum, 1, 1e-5);
}

static float half_width(void) {
    return (vote.mean.age_high - vote.mean.age_low) / 2;
}

static void votes_that_are_alike_narrow_nothing(void **state) {
    (void)state;
    for (int i = 0; i < 12; i++) {
        cast_age(40, 10, 1, 0.25 * i);
        assert_float_equal(half_width(), 10, 1e-3);
    }
}

static void votes_that_contradict_each_other_widen_the_interval(void **state) {
    (void)state;
    cast_age(20, 5, 1, 0);
    cast_age(60, 5, 1, 0.25);
    assert_true(half_width() > 20);
}

/* Ages are cut at 0, but what was cut is no knowledge. */
static void the_interval_of_a_small_child_is_not_narrower(void **state) {
    (void)state;
    for (int i = 0; i < 4; i++)
        cast_age(1, 4, 1, 0.25 * i);
    assert_float_equal(vote.mean.age_low, 0, 1e-6);
    assert_float_equal(vote.mean.age_high, 5, 1e-3);
}

/*
 * A network that errs by a face's own error and by another one each frame, and claims the right
 * interval for the two together: the interval of twelve votes must hold the truth as often as it
 * promises, whatever the parts, and be narrower where it can.
 */
static double coverage(double own, double each, double *width) {
    enum { PEOPLE = 1500 };
    mr_rng rng = mr_rng_seeded(11);
    double half = 1.2816 * hypot(own, each), sum = 0;
    int held = 0;
    for (int p = 0; p < PEOPLE; p++) {
        set_up(NULL);
        double error = own * mr_rng_normal(&rng);
        for (int i = 0; i < 12; i++)
            cast_age((float)(50 + error + each * mr_rng_normal(&rng)), (float)half, 1, 0.25 * i);
        held += vote.mean.age_low <= 50 && vote.mean.age_high >= 50;
        sum += (double)half_width() / half;
    }
    *width = sum / PEOPLE;
    return (double)held / PEOPLE;
}

static void the_interval_stays_honest(void **state) {
    (void)state;
    const double parts[][2] = {{6, 1}, {6, 3}, {5, 4}, {4, 5}, {2, 6}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        double width, held = coverage(parts[i][0], parts[i][1], &width);
        print_message("own error %g, each frame's %g: 80 %% interval holds %.1f %%, %.2f as wide\n",
                      parts[i][0], parts[i][1], 100 * held, width);
        assert_true(held > 0.78);
        assert_true(width < 1 && width > 0.7);
    }
}

static void what_is_switched_off_is_forgotten(void **state) {
    (void)state;
    mr_attributes all = aged(30, 8);
    all.has_gender = all.has_emotion = all.has_ethnicity = true;
    all.gender[MR_MALE] = all.emotion[MR_HAPPY] = all.ethnicity[MR_ASIAN] = 1;
    mr_vote_cast(&vote, &all, 1, 0, WINDOW);
    mr_vote_forget(&vote, (mr_attribute_set){.gender = true});
    const mr_attributes *mean = &vote.mean;
    assert_true(mean->has_gender && vote.gender.stands && mean->gender[MR_MALE] == 1);
    assert_false(mean->has_age || mean->has_emotion || mean->has_ethnicity);
    assert_true(mean->age == 0 && mean->age_high == 0 && mean->age_distribution[30] == 0);
    assert_false(vote.emotion.stands || vote.ethnicity.stands);
    assert_true(mean->emotion[MR_HAPPY] == 0 && mean->ethnicity[MR_ASIAN] == 0);
    cast_feeling(MR_SAD, 0.9f, 1, 0.5);
    assert_float_equal(mean->emotion[MR_SAD], 0.9, 1e-5);
    assert_int_equal(vote.emotion.label, MR_SAD);
    assert_true(mean->has_gender && !mean->has_age);
}

static void nothing_is_allocated(void **state) {
    (void)state;
    long before = mr_memory_asked;
    for (int i = 0; i < 100; i++)
        cast_age(30, 8, 1, 0.1 * i);
    mr_vote_forget(&vote, mr_attribute_set_all());
    assert_int_equal(mr_memory_asked, before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_vote_is_the_verdict, set_up),
        cmocka_unit_test_setup(flicker_does_not_move_the_label, set_up),
        cmocka_unit_test_setup(a_true_change_is_seen_once_and_soon, set_up),
        cmocka_unit_test_setup(a_feeling_is_told_sooner_than_half_the_window, set_up),
        cmocka_unit_test_setup(a_lead_must_last, set_up),
        cmocka_unit_test_setup(weight_and_age_of_a_vote_decide, set_up),
        cmocka_unit_test_setup(old_votes_do_not_count, set_up),
        cmocka_unit_test_setup(an_empty_window_is_a_beginning, set_up),
        cmocka_unit_test_setup(a_child_in_an_adults_place_is_one_soon, set_up),
        cmocka_unit_test_setup(a_child_is_seen_behind_unsteady_votes, set_up),
        cmocka_unit_test_setup(noise_leaves_the_lower_end, set_up),
        cmocka_unit_test_setup(even_votes_do_not_flicker, set_up),
        cmocka_unit_test_setup(the_ring_keeps_the_last, set_up),
        cmocka_unit_test_setup(one_bad_frame_does_not_move_the_age, set_up),
        cmocka_unit_test_setup(votes_that_are_alike_narrow_nothing, set_up),
        cmocka_unit_test_setup(votes_that_contradict_each_other_widen_the_interval, set_up),
        cmocka_unit_test_setup(the_interval_of_a_small_child_is_not_narrower, set_up),
        cmocka_unit_test_setup(the_interval_stays_honest, set_up),
        cmocka_unit_test_setup(what_is_switched_off_is_forgotten, set_up),
        cmocka_unit_test_setup(nothing_is_allocated, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
