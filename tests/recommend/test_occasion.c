#include "recommend/occasion.h"
#include "support.h"

static mr_followed made_person(uint32_t id, float age, int emotion) {
    return (mr_followed){.id = id,
                         .person.attributes = {.has_age = true, .age = age},
                         .gender = MR_FEMALE,
                         .emotion = emotion};
}

static void the_key_is_the_group(void **state) {
    (void)state;
    mr_occasion occasion = mr_occasion_new();
    mr_followed group[2] = {made_person(1, 35, MR_HAPPY), made_person(2, 8, MR_SAD)};
    mr_followed turned[2] = {group[1], group[0]};
    uint64_t key = mr_occasion_key(&occasion, group, 2, 30);
    assert_true(key == mr_occasion_key(&occasion, turned, 2, 30));
    assert_true(key != mr_occasion_key(&occasion, group, 1, 30));
    turned[0].emotion = MR_NEUTRAL;
    assert_true(key != mr_occasion_key(&occasion, turned, 2, 30));
    turned[0] = group[1];
    turned[0].id = 3;
    assert_true(key != mr_occasion_key(&occasion, turned, 2, 30));
    assert_true(mr_occasion_key(&occasion, group, 0, 30) == 0);
}

static void an_age_on_the_border_does_not_flicker(void **state) {
    (void)state;
    mr_occasion occasion = mr_occasion_new();
    mr_followed person = made_person(1, 29.8f, MR_HAPPY);
    uint64_t key = mr_occasion_key(&occasion, &person, 1, 30);
    person.person.attributes.age = 30.7f;
    assert_true(key == mr_occasion_key(&occasion, &person, 1, 30));
    person.person.attributes.age = 31.2f;
    uint64_t older = mr_occasion_key(&occasion, &person, 1, 30);
    assert_true(key != older);
    person.person.attributes.age = 29.3f;
    assert_true(older == mr_occasion_key(&occasion, &person, 1, 30));
    person.person.attributes.age = 0;
    assert_true(older != mr_occasion_key(&occasion, &person, 1, 30));
}

static void who_looked_aside_is_as_old_as_before(void **state) {
    (void)state;
    mr_occasion occasion = mr_occasion_new();
    mr_followed person = made_person(1, 29.8f, MR_HAPPY);
    uint64_t key = mr_occasion_key(&occasion, &person, 1, 16);
    assert_true(mr_occasion_key(&occasion, NULL, 0, 30) == 0);
    person.person.attributes.age = 30.7f;
    assert_true(key == mr_occasion_key(&occasion, &person, 1, 16));
}

/* Lower at once, higher only with a year to spare, and never for a change that no certificate
 * knows. */
static void the_limit_is_of_the_group(void **state) {
    (void)state;
    mr_occasion occasion = mr_occasion_new();
    mr_followed person = made_person(1, 16, MR_HAPPY);
    uint64_t teen = mr_occasion_key(&occasion, &person, 1, 13);
    assert_true(teen == mr_occasion_key(&occasion, &person, 1, 14));
    assert_true(teen == mr_occasion_key(&occasion, &person, 1, 15));
    uint64_t older = mr_occasion_key(&occasion, &person, 1, 16);
    assert_true(teen != older);
    assert_true(older == mr_occasion_key(&occasion, &person, 1, 15));
    uint64_t child = mr_occasion_key(&occasion, &person, 1, 11);
    assert_true(child != teen && child != older);
    assert_true(child == mr_occasion_key(&occasion, &person, 1, 12));
    assert_true(teen == mr_occasion_key(&occasion, &person, 1, 14));
    assert_true(mr_occasion_key(&occasion, &person, 1, 19) ==
                mr_occasion_key(&occasion, &person, 1, 60));
}

static void films_wait_until_the_group_has_settled(void **state) {
    (void)state;
    mr_occasion occasion = mr_occasion_new();
    assert_false(mr_occasion_due(&occasion, 0, 0));
    assert_false(mr_occasion_due(&occasion, 10.0, 11));
    assert_false(mr_occasion_due(&occasion, 10.3, 12));
    assert_false(mr_occasion_due(&occasion, 10.7, 12));
    assert_true(mr_occasion_due(&occasion, 10.8, 12));
    assert_false(mr_occasion_due(&occasion, 20, 12));
}

static void films_come_two_seconds_apart_at_most(void **state) {
    (void)state;
    mr_occasion occasion = mr_occasion_new();
    int films = 0;
    double last = -10;
    /* A group that is another at every frame, for ten seconds. */
    for (int frame = 0; frame < 300; frame++) {
        double now = frame / 30.0;
        if (!mr_occasion_due(&occasion, now, (uint64_t)frame + 1))
            continue;
        films++;
        assert_true(now - last >= MR_OCCASION_APART);
        last = now;
    }
    assert_in_range(films, 4, 5);
}

static void the_same_group_gets_no_new_films(void **state) {
    (void)state;
    mr_occasion occasion = mr_occasion_new();
    assert_false(mr_occasion_due(&occasion, 0, 5));
    assert_true(mr_occasion_due(&occasion, 1, 5));
    /* Out of sight or another for a moment, and back. */
    assert_false(mr_occasion_due(&occasion, 8, 0));
    assert_false(mr_occasion_due(&occasion, 9, 0));
    assert_false(mr_occasion_due(&occasion, 9.1, 6));
    for (int tenth = 92; tenth < 200; tenth++)
        assert_false(mr_occasion_due(&occasion, 0.1 * tenth, 5));
}

/* Shows the first `count` of `group` from `from` to `to`; returns when films came first, or -1. */
static double first_films(mr_occasion *occasion, const mr_followed *group, size_t count,
                          double from, double to) {
    for (int tenth = 0; from + 0.1 * tenth < to; tenth++) {
        double now = from + 0.1 * tenth;
        if (mr_occasion_due(occasion, now, mr_occasion_key(occasion, group, count, 30)))
            return now;
    }
    return -1;
}

static void who_left_a_group_is_waited_for(void **state) {
    (void)state;
    mr_occasion occasion = mr_occasion_new();
    mr_followed group[2] = {made_person(1, 35, MR_HAPPY), made_person(2, 40, MR_SAD)};
    assert_true(first_films(&occasion, group, 2, 0, 5) > 0);
    assert_true(first_films(&occasion, group, 1, 5, 10) < 0);
    assert_true(first_films(&occasion, group, 2, 10, 15) < 0); /* back again: the same films */
    double came = first_films(&occasion, group, 1, 15, 30);
    assert_true(came > 15 + MR_OCCASION_GONE - 0.2 && came < 15 + MR_OCCASION_GONE + 0.2);
}

static void who_stays_and_feels_otherwise_is_not_kept_waiting(void **state) {
    (void)state;
    mr_occasion occasion = mr_occasion_new();
    mr_followed group[2] = {made_person(1, 35, MR_HAPPY), made_person(2, 40, MR_SAD)};
    assert_true(first_films(&occasion, group, 2, 0, 5) > 0);
    group[0].emotion = MR_SAD;
    double came = first_films(&occasion, group, 1, 5, 10);
    assert_true(came > 5 && came < 5 + MR_OCCASION_SETTLED + 0.2);
}

static void films_that_are_no_longer_fit_are_not_kept(void **state) {
    (void)state;
    mr_occasion occasion = mr_occasion_new();
    mr_followed group[2] = {made_person(1, 18, MR_HAPPY), made_person(2, 40, MR_SAD)};
    assert_true(first_films(&occasion, group, 2, 0, 5) > 0);
    double came = -1;
    for (int tenth = 50; tenth < 100 && came < 0; tenth++)
        if (mr_occasion_due(&occasion, 0.1 * tenth, mr_occasion_key(&occasion, group, 1, 12)))
            came = 0.1 * tenth;
    assert_true(came > 5 && came < 5 + MR_OCCASION_SETTLED + 0.2);
}

static void films_that_were_asked_for_are_not_sent_twice(void **state) {
    (void)state;
    mr_occasion occasion = mr_occasion_new();
    mr_followed group[2] = {made_person(1, 35, MR_HAPPY), made_person(2, 40, MR_SAD)};
    mr_occasion_note(&occasion, 1, mr_occasion_key(&occasion, group, 2, 30));
    assert_true(first_films(&occasion, group, 2, 1.1, 9) < 0);
    assert_true(first_films(&occasion, group, 1, 9, 9 + MR_OCCASION_GONE - 0.2) < 0);
    mr_occasion_note(&occasion, 20, mr_occasion_key(&occasion, group, 0, 30));
    /* They were for nobody, so that nobody is waited for. */
    assert_true(first_films(&occasion, group, 1, 22, 23) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_key_is_the_group),
        cmocka_unit_test(an_age_on_the_border_does_not_flicker),
        cmocka_unit_test(who_looked_aside_is_as_old_as_before),
        cmocka_unit_test(the_limit_is_of_the_group),
        cmocka_unit_test(films_wait_until_the_group_has_settled),
        cmocka_unit_test(films_come_two_seconds_apart_at_most),
        cmocka_unit_test(the_same_group_gets_no_new_films),
        cmocka_unit_test(who_left_a_group_is_waited_for),
        cmocka_unit_test(who_stays_and_feels_otherwise_is_not_kept_waiting),
        cmocka_unit_test(films_that_are_no_longer_fit_are_not_kept),
        cmocka_unit_test(films_that_were_asked_for_are_not_sent_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
