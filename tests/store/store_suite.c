/* What every backend promises. */
#include "backend.h"
#include "store/store_parts.h"
#include "support.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#define THREADS 8
#define WRITES  25 /* of each thread */

static const struct backend *backend;

static mr_store *open_store(const char *url) {
    mr_store *store = NULL;
    assert_ok(mr_store_open(url, &store));
    return store;
}

static mr_store *open_fresh(void) {
    char url[URL_SIZE];
    backend->fresh(url);
    return open_store(url);
}

static mr_feedback said(const char *film, mr_feedback_kind kind, int rating, int64_t at) {
    return (mr_feedback){.film = film, .kind = kind, .rating = rating, .at = at};
}

static void add(mr_store *store, const char *id, mr_feedback feedback) {
    assert_ok(mr_store_add_feedback(store, id, &feedback));
}

/* "film:kind:rating …" in the order of the history. */
static void assert_history(mr_store *store, const char *id, const char *expected) {
    mr_history history;
    assert_ok(mr_store_history(store, id, &history));
    char text[400] = "";
    for (size_t i = 0; i < history.count; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s:%s:%d", i ? " " : "", history.items[i].film,
                 mr_feedback_label(history.items[i].kind), history.items[i].rating);
    }
    assert_string_equal(text, expected);
    mr_history_free(&history);
}

static size_t history_length(mr_store *store, const char *id) {
    mr_history history;
    assert_ok(mr_store_history(store, id, &history));
    size_t count = history.count;
    mr_history_free(&history);
    return count;
}

/* ---- Viewers and what they said ------------------------------------------------------------- */

static void new_viewers_have_random_names(void **state) {
    (void)state;
    mr_store *store = open_fresh();
    char first[MR_VIEWER_ID_SIZE], second[MR_VIEWER_ID_SIZE];
    assert_ok(mr_store_new_viewer(store, first));
    assert_ok(mr_store_new_viewer(store, second));
    assert_int_equal(strlen(first), 32);
    assert_true(mr_viewer_id_is_valid(first));
    assert_string_not_equal(first, second);
    size_t count;
    assert_ok(mr_store_count_viewers(store, &count));
    assert_int_equal(count, 2);
    mr_store_close(store);
}

static void a_viewer_is_made_once(void **state) {
    (void)state;
    mr_store *store = open_fresh();
    int64_t before = time(NULL), since, again;
    assert_ok(mr_store_ensure_viewer(store, "anna"));
    assert_ok(mr_store_viewer_since(store, "anna", &since));
    assert_in_range(since, before, time(NULL));
    add(store, "anna", said("Q1", MR_FEEDBACK_LIKE, 0, 0));
    assert_ok(mr_store_ensure_viewer(store, "anna"));
    assert_ok(mr_store_viewer_since(store, "anna", &again));
    assert_int_equal(since, again);
    assert_history(store, "anna", "Q1:like:0");
    mr_store_close(store);
}

static void the_last_opinion_counts_in_its_place(void **state) {
    (void)state;
    mr_store *store = open_fresh();
    assert_ok(mr_store_ensure_viewer(store, "anna"));
    assert_ok(mr_store_ensure_viewer(store, "ben"));
    assert_history(store, "anna", "");
    add(store, "anna", said("Q1", MR_FEEDBACK_LIKE, 0, 0));
    add(store, "anna", said("Q2", MR_FEEDBACK_RATING, 5, 0));
    add(store, "ben", said("Q1", MR_FEEDBACK_SEEN, 0, 0));
    assert_history(store, "anna", "Q1:like:0 Q2:rating:5");
    add(store, "anna", said("Q1", MR_FEEDBACK_DISLIKE, 0, 0));
    assert_history(store, "anna", "Q2:rating:5 Q1:dislike:0");
    assert_ok(mr_store_remove_feedback(store, "anna", "Q2"));
    assert_int_equal(mr_store_remove_feedback(store, "anna", "Q2"), MR_E_NOT_FOUND);
    assert_history(store, "anna", "Q1:dislike:0");
    assert_history(store, "ben", "Q1:seen:0");
    mr_store_close(store);
}

static void histories_are_oldest_first(void **state) {
    (void)state;
    mr_store *store = open_fresh();
    assert_ok(mr_store_ensure_viewer(store, "anna"));
    /* Any bytes that SQL might choke on are a film's id like others. */
    add(store, "anna", said("late", MR_FEEDBACK_LIKE, 0, 4102444800));
    add(store, "anna", said("'; DROP TABLE viewer; --", MR_FEEDBACK_RATING, 1, 10));
    add(store, "anna", said("$1 \\ % \"ü\"", MR_FEEDBACK_SEEN, 0, 20));
    assert_history(store, "anna",
                   "'; DROP TABLE viewer; --:rating:1 $1 \\ % \"ü\":seen:0 late:like:0");
    mr_history history;
    assert_ok(mr_store_history(store, "anna", &history));
    assert_int_equal(history.items[2].at, 4102444800);
    mr_history_free(&history);
    mr_store_close(store);
}

static void long_histories_are_whole(void **state) {
    (void)state;
    char url[URL_SIZE], film[32];
    backend->fresh(url);
    mr_store *store = open_store(url);
    assert_ok(mr_store_ensure_viewer(store, "anna"));
    backend->execute(url, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                          " WHERE i < 5000) INSERT INTO feedback (viewer, film, kind, rating, at,"
                          " entry) SELECT 'anna', 'film-' || i, 'rating', 1 + i % 5, i, i FROM n");
    mr_history history;
    assert_ok(mr_store_history(store, "anna", &history));
    assert_int_equal(history.count, 5000);
    for (int i = 0; i < 5000; i++) {
        snprintf(film, sizeof film, "film-%d", i + 1);
        assert_string_equal(history.items[i].film, film);
        assert_int_equal(history.items[i].rating, 1 + (i + 1) % 5);
    }
    mr_history_free(&history);
    mr_store_close(store);
}

/* How many opinions of how many viewers were told, and whether each viewer's came together. */
typedef struct census {
    size_t opinions, viewers, likes, stop_at;
    char last[MR_VIEWER_ID_SIZE];
} census;

static mr_status count_opinion(void *context, const char *viewer, const mr_feedback *feedback) {
    census *c = context;
    c->viewers += strcmp(viewer, c->last) != 0;
    snprintf(c->last, sizeof c->last, "%s", viewer);
    c->likes += feedback->kind == MR_FEEDBACK_LIKE;
    if (feedback->kind == MR_FEEDBACK_RATING)
        assert_int_equal(feedback->rating, 4);
    assert_true(strncmp(feedback->film, "Q", 1) == 0);
    return ++c->opinions == c->stop_at ? mr_fail(MR_E_LIMIT, "enough") : MR_OK;
}

/* More than a page holds, in films' and viewers' order across its end. */
static void everybody_s_opinions_are_told(void **state) {
    (void)state;
    enum { VIEWERS = 3, EACH = 700 };
    mr_store *store = open_fresh();
    census none = {0}, all = {0}, part = {.stop_at = 5};
    size_t strange = 1;
    assert_ok(mr_store_each_opinion(store, count_opinion, &none, &strange));
    assert_int_equal(none.opinions, 0);
    static const char *const names[VIEWERS] = {"anna", "B.ert", "zoe"};
    for (int v = 0; v < VIEWERS; v++) {
        assert_ok(mr_store_ensure_viewer(store, names[v]));
        for (int f = 0; f < EACH; f++) {
            char film[16];
            snprintf(film, sizeof film, "Q%d", f);
            add(store, names[v],
                f % 2 ? said(film, MR_FEEDBACK_LIKE, 0, 0) : said(film, MR_FEEDBACK_RATING, 4, 0));
        }
    }
    assert_ok(mr_store_each_opinion(store, count_opinion, &all, &strange));
    assert_int_equal(all.opinions, VIEWERS * EACH);
    assert_int_equal(all.viewers, VIEWERS);
    assert_int_equal(strange, 0);
    assert_int_equal(all.likes, VIEWERS * EACH / 2);
    assert_int_equal(mr_store_each_opinion(store, count_opinion, &part, &strange), MR_E_LIMIT);
    assert_int_equal(part.opinions, 5);
    assert_ok(mr_store_erase_viewer(store, "B.ert"));
    census rest = {0};
    assert_ok(mr_store_each_opinion(store, count_opinion, &rest, &strange));
    assert_int_equal(rest.viewers, VIEWERS - 1);
    assert_int_equal(rest.opinions, (VIEWERS - 1) * EACH);
    mr_store_close(store);
}

static void unknown_viewers_are_told(void **state) {
    (void)state;
    mr_store *store = open_fresh();
    mr_history history;
    int64_t since;
    mr_feedback like = said("Q1", MR_FEEDBACK_LIKE, 0, 0);
    assert_int_equal(mr_store_history(store, "nobody", &history), MR_E_NOT_FOUND);
    assert_string_equal(mr_last_error(), "viewer nobody: not known");
    assert_int_equal(mr_store_add_feedback(store, "nobody", &like), MR_E_NOT_FOUND);
    assert_int_equal(mr_store_remove_feedback(store, "nobody", "Q1"), MR_E_NOT_FOUND);
    assert_int_equal(mr_store_viewer_since(store, "nobody", &since), MR_E_NOT_FOUND);
    assert_int_equal(mr_store_erase_viewer(store, "nobody"), MR_E_NOT_FOUND);
    mr_store_close(store);
}

static void wrong_names_and_opinions_are_refused(void **state) {
    (void)state;
    char name[MR_VIEWER_ID_SIZE + 1], film[302];
    memset(name, 'a', sizeof name);
    name[MR_VIEWER_ID_SIZE] = 0;
    memset(film, 'f', sizeof film);
    film[301] = 0;
    const char *const names[] = {NULL, "", "an na", "ann\n", "ü", "a/b", name};
    const mr_feedback opinions[] = {
        said(NULL, MR_FEEDBACK_LIKE, 0, 0),   said("", MR_FEEDBACK_LIKE, 0, 0),
        said(film, MR_FEEDBACK_LIKE, 0, 0),   said("a\nb", MR_FEEDBACK_LIKE, 0, 0),
        said("Q1", MR_FEEDBACK_LIKE, 3, 0),   said("Q1", MR_FEEDBACK_RATING, 0, 0),
        said("Q1", MR_FEEDBACK_RATING, 6, 0), said("Q1", MR_FEEDBACK_COUNT, 0, 0),
        said("Q1", MR_FEEDBACK_LIKE, 0, -1)};
    mr_store *store = open_fresh();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_false(mr_viewer_id_is_valid(names[i]));
        assert_int_equal(mr_store_ensure_viewer(store, names[i]), MR_E_ARGUMENT);
    }
    name[MR_VIEWER_ID_SIZE - 1] = 0;
    film[300] = 0;
    assert_ok(mr_store_ensure_viewer(store, name));
    add(store, name, said(film, MR_FEEDBACK_LIKE, 0, 0));
    assert_ok(mr_store_remove_feedback(store, name, film));
    film[300] = 'f';
    for (size_t i = 0; i < sizeof opinions / sizeof *opinions; i++)
        assert_int_equal(mr_store_add_feedback(store, name, &opinions[i]), MR_E_ARGUMENT);
    assert_int_equal(mr_store_add_feedback(store, name, NULL), MR_E_ARGUMENT);
    assert_history(store, name, "");
    mr_store_close(store);
}

static void the_erased_are_gone(void **state) {
    (void)state;
    char url[URL_SIZE];
    backend->fresh(url);
    mr_store *store = open_store(url);
    assert_ok(mr_store_ensure_viewer(store, "anna"));
    assert_ok(mr_store_ensure_viewer(store, "ben"));
    add(store, "anna", said("Q1", MR_FEEDBACK_LIKE, 0, 0));
    add(store, "anna", said("Q2", MR_FEEDBACK_SEEN, 0, 0));
    add(store, "ben", said("Q1", MR_FEEDBACK_LIKE, 0, 0));
    assert_ok(mr_store_erase_viewer(store, "anna"));
    mr_history history;
    assert_int_equal(mr_store_history(store, "anna", &history), MR_E_NOT_FOUND);
    assert_int_equal(backend->number(url, "SELECT count(*) FROM feedback WHERE viewer = 'anna'"),
                     0);
    assert_history(store, "ben", "Q1:like:0");
    /* Somebody of the same name begins anew. */
    assert_ok(mr_store_ensure_viewer(store, "anna"));
    assert_history(store, "anna", "");
    mr_store_close(store);
}

static void who_was_not_there_for_long_can_be_forgotten(void **state) {
    (void)state;
    enum { DAY = 24 * 60 * 60 };
    char url[URL_SIZE];
    backend->fresh(url);
    mr_store *store = open_store(url);
    int64_t now = (int64_t)time(NULL);
    assert_ok(mr_store_ensure_viewer(store, "silent"));
    assert_ok(mr_store_ensure_viewer(store, "old"));
    assert_ok(mr_store_ensure_viewer(store, "back"));
    add(store, "old", said("Q1", MR_FEEDBACK_LIKE, 0, now - 50 * DAY));
    add(store, "back", said("Q1", MR_FEEDBACK_LIKE, 0, now - 50 * DAY));
    add(store, "back", said("Q2", MR_FEEDBACK_LIKE, 0, now - DAY));
    size_t erased = 9;
    assert_ok(mr_store_erase_unused(store, now - 30 * DAY, &erased));
    assert_int_equal(erased, 0); /* all were made just now */
    backend->number(url, "UPDATE viewer SET since = since - 5000000");
    assert_ok(mr_store_erase_unused(store, now - 30 * DAY, &erased));
    assert_int_equal(erased, 2);
    size_t count;
    assert_ok(mr_store_count_viewers(store, &count));
    assert_int_equal(count, 1);
    assert_int_equal(backend->number(url, "SELECT count(*) FROM feedback"), 2);
    assert_int_equal(mr_store_erase_unused(NULL, 0, &erased), MR_E_ARGUMENT);
    mr_store_close(store);
}

/* They are erased by pages, which nobody sees. */
static void many_can_be_forgotten_at_once(void **state) {
    (void)state;
    enum { MANY = 2500 };
    char url[URL_SIZE];
    backend->fresh(url);
    mr_store *store = open_store(url);
    assert_ok(mr_store_ensure_viewer(store, "new"));
    backend->execute(url, "INSERT INTO viewer (id, since) WITH RECURSIVE n(i) AS (SELECT 1 UNION"
                          " ALL SELECT i + 1 FROM n WHERE i < 2500) SELECT 'v' || i, i FROM n");
    size_t erased, count;
    assert_ok(mr_store_erase_unused(store, MANY, &erased));
    assert_int_equal(erased, MANY - 1);
    assert_ok(mr_store_count_viewers(store, &count));
    assert_int_equal(count, 2);
    mr_store_close(store);
}

static void stores_share_one_database(void **state) {
    (void)state;
    char url[URL_SIZE];
    backend->fresh(url);
    mr_store *one = open_store(url), *other = open_store(url);
    assert_ok(mr_store_ensure_viewer(one, "anna"));
    add(other, "anna", said("Q1", MR_FEEDBACK_LIKE, 0, 0));
    assert_history(one, "anna", "Q1:like:0");
    mr_store_close(one);
    assert_ok(mr_store_erase_viewer(other, "anna"));
    mr_store_close(other);
    other = open_store(url);
    size_t count;
    assert_ok(mr_store_count_viewers(other, &count));
    assert_int_equal(count, 0);
    mr_store_close(other);
}

/* ---- Versions ------------------------------------------------------------------------------- */

/* The current schema and one step more, as a later release would have it. */
static mr_store_schema later_schema(const char **steps, const char *step) {
    int version = mr_store_schema_current.version;
    for (int i = 0; i < version; i++)
        steps[i] = mr_store_schema_current.steps[i];
    steps[version] = step;
    return (mr_store_schema){version + 1, steps};
}

static void older_schemas_are_brought_up_to_date(void **state) {
    (void)state;
    char url[URL_SIZE];
    const char *steps[16];
    backend->fresh(url);
    mr_store *store;
    mr_store_schema first = {1, mr_store_schema_current.steps};
    assert_ok(mr_store_open_with(url, &first, &store));
    assert_ok(mr_store_ensure_viewer(store, "anna"));
    add(store, "anna", said("Q1", MR_FEEDBACK_LIKE, 0, 0));
    mr_store_close(store);
    mr_store_schema later =
        later_schema(steps, "ALTER TABLE viewer ADD COLUMN colour TEXT NOT NULL DEFAULT 'green'");
    for (int i = 0; i < 2; i++) { /* the second time there is nothing to do */
        assert_ok(mr_store_open_with(url, &later, &store));
        assert_history(store, "anna", "Q1:like:0");
        mr_store_close(store);
        assert_int_equal(backend->number(url, "SELECT count(*) FROM viewer WHERE colour = 'green'"),
                         1);
    }
    /* And the program of before does not touch what it does not know. */
    assert_int_equal(mr_store_open(url, &store), MR_E_UNSUPPORTED);
    char words[96];
    snprintf(words, sizeof words, "its schema is version %d, this program knows versions up to %d",
             later.version, mr_store_schema_current.version);
    assert_non_null(strstr(mr_last_error(), words));
}

static void newer_schemas_are_refused(void **state) {
    (void)state;
    char url[URL_SIZE];
    backend->fresh(url);
    mr_store_close(open_store(url));
    backend->execute(url, backend->make_newer);
    mr_store *store;
    assert_int_equal(mr_store_open(url, &store), MR_E_UNSUPPORTED);
    assert_non_null(strstr(mr_last_error(), "version 99"));
}

static void a_failed_migration_changes_nothing(void **state) {
    (void)state;
    char url[URL_SIZE];
    const char *steps[16];
    backend->fresh(url);
    mr_store *store = open_store(url);
    assert_ok(mr_store_ensure_viewer(store, "anna"));
    mr_store_close(store);
    mr_store_schema broken = later_schema(
        steps, "CREATE TABLE half (a INTEGER); DELETE FROM viewer; ALTER TABLE nowhere ADD b TEXT");
    assert_int_equal(mr_store_open_with(url, &broken, &store), MR_E_IO);
    assert_non_null(strstr(mr_last_error(), "nowhere"));
    store = open_store(url);
    assert_history(store, "anna", "");
    mr_store_close(store);
    backend->execute(url, "CREATE TABLE half (a INTEGER)"); /* it is not there yet */
}

/* ---- Many at once --------------------------------------------------------------------------- */

struct writer {
    pthread_t thread;
    const char *url;
    mr_store *store; /* NULL: opens its own */
    int number;
    mr_status status;
    char error[512];
};

static mr_status write_some(struct writer *writer, mr_store *store) {
    char own[32], film[32];
    snprintf(own, sizeof own, "viewer-%d", writer->number);
    MR_TRY(mr_store_ensure_viewer(store, own));
    MR_TRY(mr_store_ensure_viewer(store, "all"));
    for (int i = 0; i < WRITES; i++) {
        snprintf(film, sizeof film, "film-%d-%d", writer->number, i);
        mr_feedback each = said(film, MR_FEEDBACK_SEEN, 0, 0);
        mr_feedback same = said("same", MR_FEEDBACK_RATING, 1 + i % 5, 0);
        MR_TRY(mr_store_add_feedback(store, own, &each));
        MR_TRY(mr_store_add_feedback(store, "all", &each));
        MR_TRY(mr_store_add_feedback(store, "all", &same));
        mr_history history;
        MR_TRY(mr_store_history(store, "all", &history));
        mr_history_free(&history);
    }
    return MR_OK;
}

static void *run_writer(void *argument) {
    struct writer *writer = argument;
    mr_store *own = NULL;
    writer->status = writer->store ? MR_OK : mr_store_open(writer->url, &own);
    if (writer->status == MR_OK)
        writer->status = write_some(writer, writer->store ? writer->store : own);
    if (writer->status != MR_OK) /* an error belongs to its thread */
        snprintf(writer->error, sizeof writer->error, "%s", mr_last_error());
    mr_store_close(own);
    return NULL;
}

static void run_threads(void *(*work)(void *), const char *url, mr_store *store) {
    struct writer writers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        writers[i] = (struct writer){.url = url, .store = store, .number = i};
        assert_int_equal(pthread_create(&writers[i].thread, NULL, work, &writers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(writers[i].thread, NULL);
    for (int i = 0; i < THREADS; i++)
        if (writers[i].status != MR_OK)
            fail_msg("thread %d: %s", i, writers[i].error);
}

static void assert_all_written(mr_store *store) {
    char name[32];
    assert_int_equal(history_length(store, "all"), THREADS * WRITES + 1);
    for (int i = 0; i < THREADS; i++) {
        snprintf(name, sizeof name, "viewer-%d", i);
        assert_int_equal(history_length(store, name), WRITES);
    }
}

static void threads_share_a_store(void **state) {
    (void)state;
    mr_store *store = open_fresh();
    run_threads(run_writer, NULL, store);
    assert_all_written(store);
    mr_store_close(store);
}

/* Even the schema is made by all of them at once. */
static void stores_open_and_write_at_once(void **state) {
    (void)state;
    char url[URL_SIZE];
    backend->fresh(url);
    run_threads(run_writer, url, NULL);
    mr_store *store = open_store(url);
    assert_all_written(store);
    mr_store_close(store);
}

static void *open_and_close(void *argument) {
    struct writer *writer = argument;
    mr_store *own = NULL;
    writer->status = mr_store_open(writer->url, &own);
    if (writer->status != MR_OK)
        snprintf(writer->error, sizeof writer->error, "%s", mr_last_error());
    mr_store_close(own);
    return NULL;
}

/* Who opens a store while another makes its schema sees none of it or the whole. */
static void a_schema_is_made_while_others_open(void **state) {
    (void)state;
    char url[URL_SIZE];
    for (int i = 0; i < 30; i++) {
        backend->fresh(url);
        run_threads(open_and_close, url, NULL);
    }
}

static void killed_processes_lose_nothing(void **state) {
    (void)state;
    char url[URL_SIZE];
    backend->fresh(url);
    long acknowledged = assert_kills_lose_nothing(url, 100);
    assert_true(acknowledged >= 50);
}

int store_suite(const struct backend *tested) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_viewers_have_random_names),
        cmocka_unit_test(a_viewer_is_made_once),
        cmocka_unit_test(the_last_opinion_counts_in_its_place),
        cmocka_unit_test(histories_are_oldest_first),
        cmocka_unit_test(long_histories_are_whole),
        cmocka_unit_test(everybody_s_opinions_are_told),
        cmocka_unit_test(unknown_viewers_are_told),
        cmocka_unit_test(wrong_names_and_opinions_are_refused),
        cmocka_unit_test(the_erased_are_gone),
        cmocka_unit_test(who_was_not_there_for_long_can_be_forgotten),
        cmocka_unit_test(many_can_be_forgotten_at_once),
        cmocka_unit_test(stores_share_one_database),
        cmocka_unit_test(older_schemas_are_brought_up_to_date),
        cmocka_unit_test(newer_schemas_are_refused),
        cmocka_unit_test(a_failed_migration_changes_nothing),
        cmocka_unit_test(threads_share_a_store),
        cmocka_unit_test(stores_open_and_write_at_once),
        cmocka_unit_test(a_schema_is_made_while_others_open),
        cmocka_unit_test(killed_processes_lose_nothing),
    };
    backend = tested;
    return cmocka_run_group_tests_name("what every backend promises", tests, NULL, NULL);
}
