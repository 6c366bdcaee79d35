/* The suite on PostgreSQL, and what a server promises beside it: it may go away and come back. */
#include "backend.h"
#include "base/clock.h"
#include "cluster.h"
#include "store/store.h"
#include "support.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Seconds that a call may take, whatever happens; the machine may be busy. */
#define LONGEST_CALL 9.0

static PGconn *connect_raw(const char *url) {
    PGconn *link = PQconnectdb(url);
    if (PQstatus(link) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(link));
    return link;
}

static long ask(PGconn *link, const char *sql) {
    PGresult *result = PQexec(link, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(link));
    long answer = PQntuples(result) > 0 ? atol(PQgetvalue(result, 0, 0)) : 0;
    PQclear(result);
    return answer;
}

static long number(const char *url, const char *sql) {
    PGconn *link = connect_raw(url);
    long answer = ask(link, sql);
    PQfinish(link);
    return answer;
}

static void execute(const char *url, const char *sql) {
    number(url, sql);
}

/* A schema of its own is as good as a database of its own. */
static void fresh(char url[URL_SIZE]) {
    static int count;
    char text[64];
    cluster_url(url, URL_SIZE, "");
    snprintf(text, sizeof text, "SET client_min_messages = error; CREATE SCHEMA test%d", ++count);
    execute(url, text);
    snprintf(text, sizeof text, "&options=-csearch_path%%3Dtest%d", count);
    cluster_url(url, URL_SIZE, text);
}

static const struct backend postgres = {fresh, execute, number,
                                        "UPDATE moodreel_schema SET version = 99"};

static mr_store *open_with_viewer(const char *url) {
    mr_store *store;
    assert_ok(mr_store_open(url, &store));
    assert_ok(mr_store_ensure_viewer(store, "anna"));
    return store;
}

static mr_status like(mr_store *store, const char *film) {
    mr_feedback feedback = {.film = film, .kind = MR_FEEDBACK_LIKE};
    return mr_store_add_feedback(store, "anna", &feedback);
}

/* Tries until the store works again; the back-off is at most two seconds. */
static void wait_until_back(mr_store *store) {
    size_t count;
    double give_up = mr_now() + 10;
    while (mr_store_count_viewers(store, &count) != MR_OK) {
        if (mr_now() > give_up)
            fail_msg("not back: %s", mr_last_error());
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
}

/* ---- A server that cannot be reached -------------------------------------------------------- */

static void a_database_that_is_away_is_told(void **state) {
    (void)state;
    char url[URL_SIZE];
    mr_store *store;
    assert_int_equal(
        mr_store_open("postgresql://anna:secret@/moodreel?host=/nowhere&connect_timeout=2", &store),
        MR_E_IO);
    assert_non_null(strstr(mr_last_error(), "postgresql: /nowhere/moodreel: "));
    assert_null(strstr(mr_last_error(), "secret"));
    assert_null(strchr(mr_last_error(), '\n'));
    assert_int_equal(mr_store_open("postgresql://anna:secret@[/x", &store), MR_E_ARGUMENT);
    assert_null(strstr(mr_last_error(), "secret"));
    cluster_url(url, sizeof url, "&dbname=nothing_here");
    assert_int_equal(mr_store_open(url, &store), MR_E_IO);
    assert_non_null(strstr(mr_last_error(), "\"nothing_here\" does not exist"));
}

static void calls_fail_at_once_while_it_is_away(void **state) {
    (void)state;
    char url[URL_SIZE];
    fresh(url);
    mr_store *store = open_with_viewer(url);
    assert_ok(like(store, "before"));
    cluster_interrupt();
    double started = mr_now();
    for (int i = 0; i < 200; i++) {
        assert_int_equal(like(store, "meanwhile"), MR_E_IO);
        assert_non_null(strstr(mr_last_error(), "postgresql: "));
    }
    assert_true(mr_now() - started < LONGEST_CALL);
    cluster_resume();
    wait_until_back(store);
    assert_ok(like(store, "after"));
    mr_history history;
    assert_ok(mr_store_history(store, "anna", &history));
    assert_int_equal(history.count, 2);
    mr_history_free(&history);
    mr_store_close(store);
}

/* A restart between two calls goes unnoticed. */
static void idle_connections_are_renewed(void **state) {
    (void)state;
    char url[URL_SIZE];
    fresh(url);
    mr_store *store = open_with_viewer(url);
    cluster_interrupt();
    cluster_resume();
    assert_ok(like(store, "after"));
    mr_store_close(store);
}

/* ---- A server that goes away in the middle of writes ---------------------------------------- */

#define WRITERS 4

struct writer {
    pthread_t thread;
    mr_store *store;
    atomic_bool *stop;
    int number;
    long stored, failed;
    mr_status worst; /* of the failures; MR_E_IO is what they should be */
    double longest;  /* call, seconds */
    bool *acknowledged;
};

#define WRITES_MAX 100000

static void *write_on(void *argument) {
    struct writer *self = argument;
    for (int i = 0; i < WRITES_MAX && !atomic_load(self->stop); i++) {
        char film[32];
        snprintf(film, sizeof film, "film-%d-%d", self->number, i);
        double started = mr_now();
        mr_status status = like(self->store, film);
        double took = mr_now() - started;
        self->longest = took > self->longest ? took : self->longest;
        self->acknowledged[i] = status == MR_OK;
        self->stored += status == MR_OK;
        self->failed += status != MR_OK;
        if (status != MR_OK && status != MR_E_IO)
            self->worst = status;
        if (status != MR_OK)
            nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    return NULL;
}

static void sleep_ms(long ms) {
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* Each acknowledged film is in the history. */
static void assert_stored(const struct writer *writer, const char *url) {
    char sql[96];
    PGconn *link = connect_raw(url);
    for (int i = 0; i < WRITES_MAX; i++) {
        if (!writer->acknowledged[i])
            continue;
        snprintf(sql, sizeof sql, "SELECT count(*) FROM feedback WHERE film = 'film-%d-%d'",
                 writer->number, i);
        if (ask(link, sql) != 1)
            fail_msg("film-%d-%d was acknowledged and is lost", writer->number, i);
    }
    PQfinish(link);
}

static void outages_lose_nothing(void **state) {
    (void)state;
    char url[URL_SIZE];
    fresh(url);
    mr_store *store = open_with_viewer(url);
    atomic_bool stop = false;
    struct writer writers[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){.store = store, .stop = &stop, .number = i};
        writers[i].acknowledged = calloc(WRITES_MAX, sizeof *writers[i].acknowledged);
        assert_non_null(writers[i].acknowledged);
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_on, &writers[i]), 0);
    }
    for (int i = 0; i < 3; i++) {
        sleep_ms(200);
        cluster_interrupt();
        sleep_ms(100);
        cluster_resume();
        wait_until_back(store);
    }
    sleep_ms(200);
    atomic_store(&stop, true);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i].thread, NULL);
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(writers[i].worst, MR_OK);
        assert_true(writers[i].stored > 0);
        assert_true(writers[i].failed > 0);
        assert_true(writers[i].longest < LONGEST_CALL);
        assert_stored(&writers[i], url);
        free(writers[i].acknowledged);
    }
    mr_store_close(store);
}

/* ---- A server that does not answer ---------------------------------------------------------- */

static void no_call_waits_for_ever(void **state) {
    (void)state;
    char url[URL_SIZE];
    fresh(url);
    mr_store *store = open_with_viewer(url);
    PGconn *other = connect_raw(url);
    /* A table that somebody else has locked: the server gives up. */
    ask(other, "BEGIN; LOCK TABLE feedback IN ACCESS EXCLUSIVE MODE");
    double started = mr_now();
    assert_int_equal(like(store, "Q1"), MR_E_IO);
    assert_non_null(strstr(mr_last_error(), "statement timeout"));
    assert_true(mr_now() - started < LONGEST_CALL);
    ask(other, "ROLLBACK");
    assert_ok(like(store, "Q1"));
    /* A server process that has stopped: we give up. */
    pid_t process = (pid_t)ask(other, "SELECT pid FROM pg_stat_activity"
                                      " WHERE application_name = 'moodreel'");
    assert_int_equal(kill(process, SIGSTOP), 0);
    started = mr_now();
    assert_int_equal(like(store, "Q2"), MR_E_IO);
    assert_non_null(strstr(mr_last_error(), "no answer in time"));
    assert_true(mr_now() - started < LONGEST_CALL);
    assert_ok(like(store, "Q3")); /* on another connection */
    kill(process, SIGCONT);
    PQfinish(other);
    mr_store_close(store);
}

/* A server that takes connections and then says nothing. */
static void a_hanging_server_is_given_up(void **state) {
    (void)state;
    char url[URL_SIZE];
    mr_store *store;
    fresh(url);
    cluster_freeze();
    double started = mr_now();
    assert_int_equal(mr_store_open(url, &store), MR_E_IO);
    assert_non_null(strstr(mr_last_error(), "timeout"));
    assert_true(mr_now() - started < LONGEST_CALL);
    cluster_thaw();
    mr_store_close(open_with_viewer(url));
}

/* Whatever the database is set to, what was acknowledged is on its disk. */
static void commits_are_synchronous(void **state) {
    (void)state;
    char url[URL_SIZE];
    fresh(url);
    execute(url, "ALTER ROLE moodreel SET synchronous_commit = off");
    mr_store *store = open_with_viewer(url);
    PGconn *other = connect_raw(url);
    assert_int_equal(ask(other, "SELECT count(*) FROM pg_settings WHERE name = 'synchronous_commit'"
                                " AND setting = 'off'"),
                     1);
    ask(other, "CREATE TABLE seen_setting (value TEXT);"
               "CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO"
               " seen_setting VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$;"
               "CREATE TRIGGER look AFTER INSERT ON feedback FOR EACH ROW"
               " EXECUTE FUNCTION look()");
    assert_ok(like(store, "Q1"));
    assert_int_equal(ask(other, "SELECT count(*) FROM seen_setting WHERE value = 'on'"), 1);
    ask(other, "ALTER ROLE moodreel RESET synchronous_commit");
    PQfinish(other);
    mr_store_close(store);
}

/* A role that may not change the schema can use a store that is up to date. */
static void few_rights_are_enough(void **state) {
    (void)state;
    char url[URL_SIZE], limited[2 * URL_SIZE];
    mr_store *store;
    fresh(url);
    mr_store_close(open_with_viewer(url));
    execute(url, "CREATE ROLE clerk LOGIN");
    snprintf(limited, sizeof limited, "%s&user=clerk", url);
    assert_int_equal(mr_store_open(limited, &store), MR_E_IO);
    execute(url,
            "DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO clerk', current_schema());"
            " END $$; GRANT SELECT ON moodreel_schema TO clerk;"
            " GRANT SELECT, INSERT, UPDATE, DELETE ON viewer, feedback TO clerk");
    assert_ok(mr_store_open(limited, &store));
    assert_ok(like(store, "Q1"));
    assert_ok(mr_store_erase_viewer(store, "anna"));
    mr_store_close(store);
}

/* However many there are, no statement has so many to erase that it runs out of time. */
static void many_are_forgotten_in_small_statements(void **state) {
    (void)state;
    char url[URL_SIZE];
    fresh(url);
    mr_store *store = open_with_viewer(url);
    execute(url, "INSERT INTO viewer SELECT 'v' || i, i FROM generate_series(1, 3000) AS i;"
                 "CREATE FUNCTION few() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                 " IF (SELECT count(*) FROM gone) > 1000 THEN RAISE 'too many'; END IF;"
                 " RETURN NULL; END $$;"
                 "CREATE TRIGGER few AFTER DELETE ON viewer REFERENCING OLD TABLE AS gone"
                 " FOR EACH STATEMENT EXECUTE FUNCTION few()");
    size_t erased;
    assert_ok(mr_store_erase_unused(store, 100000, &erased));
    assert_int_equal(erased, 3000);
    mr_store_close(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_database_that_is_away_is_told),
        cmocka_unit_test(calls_fail_at_once_while_it_is_away),
        cmocka_unit_test(idle_connections_are_renewed),
        cmocka_unit_test(outages_lose_nothing),
        cmocka_unit_test(no_call_waits_for_ever),
        cmocka_unit_test(a_hanging_server_is_given_up),
        cmocka_unit_test(commits_are_synchronous),
        cmocka_unit_test(few_rights_are_enough),
        cmocka_unit_test(many_are_forgotten_in_small_statements),
    };
    if (!cluster_start())
        return MR_TEST_SKIPPED;
    int failed = store_suite(&postgres);
    failed += cmocka_run_group_tests_name("what a server promises beside", tests, NULL, NULL);
    return failed;
}
