/* Learning from viewers ends when it is told to, wherever it is. */
#include "server/learner.h"
#include "store/store_parts.h"
#include "support.h"

#include <semaphore.h>

/* A store that tells one opinion, once somebody says so. */
typedef struct slow_store {
    mr_store store; /* first */
    sem_t asked, may_tell;
    mr_status heard;
} slow_store;

static mr_status tell(mr_store *store, mr_statement statement, const char *const *values,
                      mr_store_row row, void *context, long *changed) {
    slow_store *self = (slow_store *)store;
    static const char *const fields[] = {"Q44578", "like", "0", "1", "anna"};
    (void)values, (void)changed;
    assert_int_equal(statement, MR_STATEMENT_OPINIONS);
    sem_post(&self->asked);
    sem_wait(&self->may_tell);
    return self->heard = row(context, fields);
}

static const mr_store_driver driver = {.run = tell};

static void the_end_does_not_wait_for_all_opinions(void **state) {
    (void)state;
    slow_store slow = {.store.driver = &driver};
    mr_options options = mr_options_defaults();
    mr_lessor *lessor;
    mr_learner *learner;
    options.attributes = (mr_attribute_set){0};
    sem_init(&slow.asked, 0, 0);
    sem_init(&slow.may_tell, 0, 0);
    assert_ok(mr_lessor_create(&options, &lessor));
    assert_ok(mr_learner_start(lessor, &slow.store, 60, &learner));
    sem_wait(&slow.asked);
    mr_learner_interrupt(learner);
    sem_post(&slow.may_tell);
    sem_post(&slow.may_tell); /* if it asks on */
    mr_learner_stop(learner);
    assert_int_equal(slow.heard, MR_E_INTERRUPTED);
    mr_lessor_free(lessor);
    sem_destroy(&slow.asked);
    sem_destroy(&slow.may_tell);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_does_not_wait_for_all_opinions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
