/* The compute threads of an engine: as many as were asked for, whatever the process may use. */
#include "moodreel/moodreel.h"
#include "support.h"

#include <dirent.h>
#include <omp.h>

static int count_threads(void) {
    DIR *folder = opendir("/proc/self/task");
    int count = 0;
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static void one_thread_is_one_thread(void **state) {
    (void)state;
    omp_set_num_threads(4);
    int before = count_threads();
    mr_options options = mr_options_defaults();
    options.home = ".";
    mr_engine *engine;
    mr_session *session;
    mr_analysis analysis;
    assert_ok(mr_engine_open(&options, &engine));
    assert_ok(mr_session_create(engine, &session));
    assert_ok(mr_analyze_file(session, "data/samples/astronaut.jpg", &analysis));
    assert_int_equal(analysis.count, 1);
    mr_analysis_free(&analysis);
    assert_int_equal(count_threads(), before);
    assert_int_equal(omp_get_max_threads(), 4); /* the caller's own work keeps its threads */
    mr_session_free(session);
    mr_engine_free(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_thread_is_one_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
