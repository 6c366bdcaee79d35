/* The workers, the engine on loan, and the histograms. */
#include "server/pool.h"
#include "support.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* An engine without films is enough, and opens fast. */
static int open_lessor(void **state) {
    mr_options options = mr_options_defaults();
    options.films = false;
    return mr_lessor_create(&options, (mr_lessor **)state) == MR_OK ? 0 : -1;
}

static int close_lessor(void **state) {
    mr_lessor_free(*state);
    return 0;
}

static void an_old_engine_lives_as_long_as_its_leases(void **state) {
    mr_lessor *lessor = *state;
    mr_lease *old = mr_lease_take(lessor);
    assert_true(mr_lease_is_current(old));
    assert_ok(mr_lessor_reload(lessor));
    assert_false(mr_lease_is_current(old));
    assert_int_equal(mr_lessor_engines(lessor), 2);
    assert_true(mr_engine_attributes(mr_lease_engine(old)).emotion);
    mr_lease *shared = mr_lease_share(old);
    mr_lease_drop(old);
    assert_int_equal(mr_lessor_engines(lessor), 2);
    mr_lease_drop(shared);
    assert_int_equal(mr_lessor_engines(lessor), 1);
}

static void a_leased_session_follows_the_engine(void **state) {
    mr_lessor *lessor = *state;
    mr_leased_session leased = {0};
    assert_ok(mr_leased_session_renew(&leased, lessor));
    mr_session *first = leased.session;
    assert_ok(mr_leased_session_renew(&leased, lessor));
    assert_ptr_equal(leased.session, first);
    assert_ok(mr_lessor_reload(lessor));
    assert_int_equal(mr_lessor_engines(lessor), 2);
    assert_ok(mr_leased_session_renew(&leased, lessor));
    assert_true(mr_lease_is_current(leased.lease));
    assert_int_equal(mr_lessor_engines(lessor), 1);
    mr_leased_session_clear(&leased);
}

static void a_missing_home_is_an_error(void **state) {
    (void)state;
    mr_options options = mr_options_defaults();
    options.home = "no/such/folder";
    mr_lessor *lessor = NULL;
    assert_int_equal(mr_lessor_create(&options, &lessor), MR_E_NOT_FOUND);
    assert_null(lessor);
}

/* A gate that jobs wait at, and the order in which they passed. */
typedef struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool open;
    int arrived, left;
    char order[64];
} gate;

typedef struct letter {
    mr_job job;
    gate *gate;
    char name;
    mr_status answer;
} letter;

static mr_status pass(mr_job *job, const mr_leased_session *at) {
    letter *mine = (letter *)job;
    gate *through = mine->gate;
    assert_non_null(at->session);
    pthread_mutex_lock(&through->lock);
    through->order[through->arrived++] = mine->name;
    pthread_cond_broadcast(&through->changed);
    while (!through->open)
        pthread_cond_wait(&through->changed, &through->lock);
    pthread_mutex_unlock(&through->lock);
    return mine->answer == MR_OK ? MR_OK : mr_fail(mine->answer, "letter %c", mine->name);
}

static void leave(mr_job *job, mr_status status) {
    letter *mine = (letter *)job;
    assert_int_equal(status, mine->answer);
    pthread_mutex_lock(&mine->gate->lock);
    mine->gate->left++;
    pthread_cond_broadcast(&mine->gate->changed);
    pthread_mutex_unlock(&mine->gate->lock);
}

static void await(gate *at, const int *counter, int count) {
    pthread_mutex_lock(&at->lock);
    while (*counter < count)
        pthread_cond_wait(&at->changed, &at->lock);
    pthread_mutex_unlock(&at->lock);
}

static void set_open(gate *at, bool open) {
    pthread_mutex_lock(&at->lock);
    at->open = open;
    pthread_cond_broadcast(&at->changed);
    pthread_mutex_unlock(&at->lock);
}

#define GATE                                                                                       \
    { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER }

static mr_pool *one_worker(mr_lessor *lessor, mr_latency *latency) {
    mr_pool_options options = {.workers = 1, .limits = {2, 3}};
    mr_pool *pool;
    assert_ok(mr_pool_create(&options, lessor, latency, &pool));
    return pool;
}

static void lanes_take_turns_and_have_limits(void **state) {
    mr_latency latency = {0};
    mr_pool *pool = one_worker(*state, &latency);
    gate at = GATE;
    const char names[] = "0sssSrrR";
    letter letters[8];
    for (int i = 0; i < 8; i++)
        letters[i] = (letter){.job = {.run = pass, .done = leave}, .gate = &at, .name = names[i]};

    assert_ok(mr_pool_submit(pool, MR_LANE_REQUEST, &letters[0].job));
    await(&at, &at.arrived, 1); /* the worker is held, the rest queues up */
    assert_int_equal(mr_pool_running(pool), 1);
    for (int i = 1; i <= 3; i++)
        assert_ok(mr_pool_submit(pool, MR_LANE_STREAM, &letters[i].job));
    assert_int_equal(mr_pool_submit(pool, MR_LANE_STREAM, &letters[4].job), MR_E_BUSY);
    assert_int_equal(mr_pool_waiting(pool, MR_LANE_STREAM), 3);
    for (int i = 5; i <= 6; i++)
        assert_ok(mr_pool_submit(pool, MR_LANE_REQUEST, &letters[i].job));
    assert_int_equal(mr_pool_run(pool, MR_LANE_REQUEST, &letters[7].job), MR_E_BUSY);

    set_open(&at, true);
    await(&at, &at.left, 6);
    assert_string_equal(at.order, "0srsrs");
    assert_int_equal(mr_latency_count(&latency, MR_STAGE_QUEUE), 6);
    mr_pool_free(pool);
}

static void a_waiting_caller_gets_status_and_reason(void **state) {
    mr_latency latency = {0};
    mr_pool *pool = one_worker(*state, &latency);
    gate at = GATE;
    at.open = true;
    letter bad = {.job = {.run = pass}, .gate = &at, .name = 'x', .answer = MR_E_FORMAT};
    assert_int_equal(mr_pool_run(pool, MR_LANE_REQUEST, &bad.job), MR_E_FORMAT);
    assert_string_equal(mr_last_error(), "letter x");
    mr_pool_free(pool);
}

static void *stop(void *pool) {
    mr_pool_stop(pool);
    return NULL;
}

static void stopping_finishes_what_was_taken(void **state) {
    mr_latency latency = {0};
    mr_pool *pool = one_worker(*state, &latency);
    gate at = GATE;
    letter letters[3];
    for (int i = 0; i < 3; i++)
        letters[i] = (letter){.job = {.run = pass, .done = leave}, .gate = &at, .name = 'a'};
    for (int i = 0; i < 2; i++)
        assert_ok(mr_pool_submit(pool, MR_LANE_REQUEST, &letters[i].job));
    await(&at, &at.arrived, 1);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, stop, pool), 0);
    mr_status status;
    do /* until the pool has begun to stop, it takes jobs, or is full */
        status = mr_pool_submit(pool, MR_LANE_STREAM, &letters[2].job);
    while (status == MR_E_BUSY);
    int taken = status == MR_OK ? 3 : 2;
    set_open(&at, true);
    pthread_join(thread, NULL);
    assert_int_equal(at.left, taken);
    assert_int_equal(mr_pool_submit(pool, MR_LANE_STREAM, &letters[2].job), MR_E_INTERRUPTED);
    mr_pool_free(pool);
}

static void idle_workers_part_with_a_swapped_engine(void **state) {
    mr_lessor *lessor = *state;
    mr_latency latency = {0};
    mr_pool *pool = one_worker(lessor, &latency);
    gate at = GATE;
    at.open = true;
    letter first = {.job = {.run = pass}, .gate = &at, .name = 'a'};
    assert_ok(mr_pool_run(pool, MR_LANE_REQUEST, &first.job));
    assert_ok(mr_lessor_reload(lessor));
    mr_pool_renew(pool);
    for (int i = 0; i < 500 && mr_lessor_engines(lessor) > 1; i++)
        usleep(10000);
    assert_int_equal(mr_lessor_engines(lessor), 1);
    letter second = {.job = {.run = pass}, .gate = &at, .name = 'b'};
    assert_ok(mr_pool_run(pool, MR_LANE_REQUEST, &second.job));
    mr_pool_free(pool);
}

static void histograms_print_for_prometheus(void **state) {
    (void)state;
    mr_latency latency = {0};
    mr_latency_add(&latency, MR_STAGE_ANALYZE, 0.0020);
    mr_latency_add(&latency, MR_STAGE_ANALYZE, 0.0300);
    mr_latency_add(&latency, MR_STAGE_ANALYZE, 60);
    assert_int_equal(mr_latency_count(&latency, MR_STAGE_ANALYZE), 3);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    mr_latency_print(&latency, "moodreel_stage_seconds", out);
    fclose(out);
    const char *const lines[] = {
        "# TYPE moodreel_stage_seconds histogram\n",
        "moodreel_stage_seconds_bucket{stage=\"analyze\",le=\"0.001\"} 0\n",
        "moodreel_stage_seconds_bucket{stage=\"analyze\",le=\"0.0025\"} 1\n",
        "moodreel_stage_seconds_bucket{stage=\"analyze\",le=\"0.05\"} 2\n",
        "moodreel_stage_seconds_bucket{stage=\"analyze\",le=\"5\"} 2\n",
        "moodreel_stage_seconds_bucket{stage=\"analyze\",le=\"+Inf\"} 3\n",
        "moodreel_stage_seconds_sum{stage=\"analyze\"} 60.032000000\n",
        "moodreel_stage_seconds_count{stage=\"analyze\"} 3\n",
        "moodreel_stage_seconds_count{stage=\"total\"} 0\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (strstr(text, lines[i]) == NULL)
            fail_msg("%s is missing in:\n%s", lines[i], text);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_old_engine_lives_as_long_as_its_leases),
        cmocka_unit_test(a_leased_session_follows_the_engine),
        cmocka_unit_test(a_missing_home_is_an_error),
        cmocka_unit_test(lanes_take_turns_and_have_limits),
        cmocka_unit_test(a_waiting_caller_gets_status_and_reason),
        cmocka_unit_test(stopping_finishes_what_was_taken),
        cmocka_unit_test(idle_workers_part_with_a_swapped_engine),
        cmocka_unit_test(histograms_print_for_prometheus),
    };
    return cmocka_run_group_tests(tests, open_lessor, close_lessor);
}
