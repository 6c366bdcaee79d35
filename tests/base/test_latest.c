#include "base/clock.h"
#include "base/latest.h"
#include "support.h"

static void the_newest_is_taken_once(void **state) {
    (void)state;
    mr_latest latest;
    int slots[MR_LATEST_SLOTS] = {0};
    assert_ok(mr_latest_init(&latest));
    assert_int_equal(mr_latest_take(&latest, 0), -1);
    for (int thing = 1; thing <= 5; thing++) {
        slots[mr_latest_slot(&latest)] = thing;
        mr_latest_publish(&latest);
    }
    int taken = mr_latest_take(&latest, 0);
    assert_in_range(taken, 0, MR_LATEST_SLOTS - 1);
    assert_int_equal(slots[taken], 5);
    /* What is being read is left alone, however much is made. */
    for (int thing = 6; thing <= 9; thing++) {
        assert_int_not_equal(mr_latest_slot(&latest), taken);
        slots[mr_latest_slot(&latest)] = thing;
        mr_latest_publish(&latest);
    }
    assert_int_equal(slots[taken], 5);
    assert_int_equal(slots[mr_latest_take(&latest, 0)], 9);
    assert_int_equal(mr_latest_take(&latest, 0), -1);
    mr_latest_destroy(&latest);
}

static void waiting_ends(void **state) {
    (void)state;
    mr_latest latest;
    assert_ok(mr_latest_init(&latest));
    double start = mr_now();
    assert_int_equal(mr_latest_take(&latest, 0.05), -1);
    assert_true(mr_now() - start >= 0.05);
    mr_latest_destroy(&latest);
}

/* Things are large, so that a torn one would show. */
enum { THINGS = 20000, WORDS = 64 };
struct exchange {
    mr_latest latest;
    int slots[MR_LATEST_SLOTS][WORDS];
};

static void *make(void *argument) {
    struct exchange *exchange = argument;
    for (int thing = 1; thing <= THINGS; thing++) {
        int *slot = exchange->slots[mr_latest_slot(&exchange->latest)];
        for (int i = 0; i < WORDS; i++)
            slot[i] = thing;
        mr_latest_publish(&exchange->latest);
    }
    return NULL;
}

static void two_threads_see_whole_things_in_order(void **state) {
    (void)state;
    static struct exchange exchange;
    assert_ok(mr_latest_init(&exchange.latest));
    pthread_t maker;
    assert_int_equal(pthread_create(&maker, NULL, make, &exchange), 0);
    int last = 0;
    while (last < THINGS) {
        int taken = mr_latest_take(&exchange.latest, 10);
        assert_int_not_equal(taken, -1);
        const int *slot = exchange.slots[taken];
        assert_true(slot[0] > last);
        last = slot[0];
        for (int i = 1; i < WORDS; i++)
            assert_int_equal(slot[i], last);
    }
    pthread_join(maker, NULL);
    mr_latest_destroy(&exchange.latest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_is_taken_once),
        cmocka_unit_test(waiting_ends),
        cmocka_unit_test(two_threads_see_whole_things_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
