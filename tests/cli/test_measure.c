#include "cli/measure.h"
#include "support.h"

struct job {
    int calls, fails_at;
};

static mr_status count_calls(void *context) {
    struct job *job = context;
    return ++job->calls == job->fails_at ? mr_fail(MR_E_IO, "no more") : MR_OK;
}

static void a_job_is_run_as_often_as_asked(void **state) {
    (void)state;
    struct job job = {0, 0};
    mr_times times;
    assert_ok(mr_measure(count_calls, &job, 100, &times));
    assert_int_equal(job.calls, 101);
    assert_int_equal(times.runs, 100);
    assert_true(times.median >= 0 && times.median <= times.p99);
    job = (struct job){0, 3};
    assert_int_equal(mr_measure(count_calls, &job, 100, &times), MR_E_IO);
    assert_int_equal(job.calls, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_run_as_often_as_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
