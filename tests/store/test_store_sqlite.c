/* The suite on SQLite, and what a file promises beside it. */
#include "backend.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/rng.h"
#include "counted_memory.h"
#include "store/store_parts.h"
#include "support.h"

#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* An account without rights. */
#define NOBODY 65534

/* In memory where that can be had: processes are killed here, the machine is not. */
static char folder[] = "/dev/shm/moodreel-store-XXXXXX";

static const char *file_of(const char *url) {
    return url + strlen("sqlite:");
}

static void fresh(char url[URL_SIZE]) {
    static int number;
    snprintf(url, URL_SIZE, "sqlite:%s/%d.db", folder, number++);
}

static sqlite3 *open_raw(const char *file) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    return db;
}

static int keep_number(void *number, int columns, char **fields, char **names) {
    (void)columns, (void)names;
    *(long *)number = atol(fields[0]);
    return 0;
}

static long number(const char *url, const char *sql) {
    sqlite3 *db = open_raw(file_of(url));
    long answer = 0;
    if (sqlite3_exec(db, sql, keep_number, &answer, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
    return answer;
}

static void execute(const char *url, const char *sql) {
    number(url, sql);
}

static const struct backend sqlite = {fresh, execute, number, "PRAGMA user_version = 99"};

/* A store of one viewer who said something. */
static mr_store *open_used(const char *url) {
    mr_store *store;
    mr_feedback like = {.film = "Q1", .kind = MR_FEEDBACK_LIKE};
    assert_ok(mr_store_open(url, &store));
    assert_ok(mr_store_ensure_viewer(store, "anna"));
    assert_ok(mr_store_add_feedback(store, "anna", &like));
    return store;
}

/* ---- What is no store ----------------------------------------------------------------------- */

/* Opening fails with this status and these words, the file's name among them, and the file stays as
 * it is. */
static void assert_refused(const char *url, mr_status status, const char *words) {
    unsigned char *before, *after;
    size_t size_before, size_after;
    mr_store *store;
    assert_ok(mr_file_read(file_of(url), 1 << 24, &before, &size_before));
    assert_int_equal(mr_store_open(url, &store), status);
    if (!strstr(mr_last_error(), words) || !strstr(mr_last_error(), file_of(url)))
        fail_msg("'%s' does not say '%s' of %s", mr_last_error(), words, url);
    assert_ok(mr_file_read(file_of(url), 1 << 24, &after, &size_after));
    assert_int_equal(size_before, size_after);
    assert_memory_equal(before, after, size_before);
    free(before);
    free(after);
}

static void other_files_are_left_alone(void **state) {
    (void)state;
    char url[URL_SIZE];
    fresh(url);
    static const char text[] = "Dear diary, today I saw a film that nobody should ever see again."
                               " It was long, and I liked it. I shall tell no database of it.";
    assert_ok(mr_file_write(file_of(url), text, sizeof text - 1));
    assert_refused(url, MR_E_FORMAT, "not a database");
    fresh(url);
    execute(url, "CREATE TABLE accounts (id INTEGER, money INTEGER)");
    assert_refused(url, MR_E_FORMAT, "is a database of another program");
    fresh(url);
    execute(url, "PRAGMA user_version = 1");
    assert_refused(url, MR_E_FORMAT, "is a database of another program");
    fresh(url);
    mr_store_close(open_used(url));
    assert_int_equal(truncate(file_of(url), 5000), 0);
    assert_refused(url, MR_E_FORMAT, "malformed");
}

static void folders_and_wrong_urls_are_told(void **state) {
    (void)state;
    static const char *const urls[] = {"", "sqlite", "sqlite:", "mysql://localhost", "x.db"};
    char url[URL_SIZE];
    mr_store *store;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        assert_int_equal(mr_store_open(urls[i], &store), MR_E_ARGUMENT);
    assert_int_equal(mr_store_open(NULL, &store), MR_E_ARGUMENT);
    snprintf(url, sizeof url, "sqlite:%s", folder);
    assert_int_equal(mr_store_open(url, &store), MR_E_IO);
    snprintf(url, sizeof url, "sqlite:%s/no/such.db", folder);
    assert_int_equal(mr_store_open(url, &store), MR_E_IO);
    assert_non_null(strstr(mr_last_error(), "such.db: cannot be made: No such file"));
    mr_store_close(NULL);
}

/* Whatever is in a file, opening and reading it ends with an answer or an error. */
static void damaged_files_do_no_harm(void **state) {
    (void)state;
    char url[URL_SIZE];
    unsigned char *bytes;
    size_t size;
    fresh(url);
    mr_store_close(open_used(url));
    assert_ok(mr_file_read(file_of(url), 1 << 24, &bytes, &size));
    mr_rng rng = mr_rng_seeded(7);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
        unsigned char *damaged = malloc(size);
        memcpy(damaged, bytes, size);
        for (int k = 0; k <= i % 20; k++)
            damaged[mr_rng_below(&rng, size)] = (unsigned char)mr_rng_next(&rng);
        assert_ok(mr_file_write(file_of(url), damaged, size));
        free(damaged);
        mr_store *store;
        mr_history history;
        mr_status status = mr_store_open(url, &store);
        if (status == MR_OK) {
            status = mr_store_history(store, "anna", &history);
            if (status == MR_OK)
                mr_history_free(&history);
            mr_store_close(store);
        }
        refused += status != MR_OK;
    }
    assert_in_range(refused, 1, 299);
    free(bytes);
}

/* A file with our marks and tables of its own shape. */
static void tables_of_another_shape_are_told(void **state) {
    (void)state;
    char url[URL_SIZE];
    fresh(url);
    execute(url, "CREATE TABLE viewer (id, since); CREATE TABLE feedback (viewer, film, kind,"
                 " rating, at, entry, UNIQUE (viewer, film));"
                 "INSERT INTO viewer VALUES ('anna', NULL);"
                 "INSERT INTO feedback VALUES ('anna', 'Q1', NULL, NULL, NULL, 1);"
                 "PRAGMA application_id = 0x4d6f6f64; PRAGMA user_version = 1");
    mr_store *store;
    mr_history history;
    int64_t since;
    assert_int_equal(mr_store_open(url, &store), MR_E_IO); /* there is no key to conflict with */
    execute(url, "CREATE UNIQUE INDEX one ON viewer (id)");
    assert_ok(mr_store_open(url, &store));
    assert_ok(mr_store_viewer_since(store, "anna", &since));
    assert_int_equal(mr_store_history(store, "anna", &history), MR_E_FORMAT);
    execute(url, "UPDATE feedback SET kind = 'like', rating = 9, at = 1");
    assert_int_equal(mr_store_history(store, "anna", &history), MR_E_FORMAT);
    execute(url, "UPDATE feedback SET kind = 'love', rating = 0");
    assert_int_equal(mr_store_history(store, "anna", &history), MR_E_FORMAT);
    execute(url, "UPDATE feedback SET kind = 'like'");
    assert_ok(mr_store_history(store, "anna", &history));
    mr_history_free(&history);
    mr_store_close(store);
}

/* ---- Rights, room and locks ----------------------------------------------------------------- */

/* Runs `body` in a process without the rights of root; it returns 0 for success. */
static void assert_in_child(int (*body)(const char *url), const char *url) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY)))
            _exit(100);
        _exit(body(url));
    }
    int outcome;
    waitpid(child, &outcome, 0);
    assert_true(WIFEXITED(outcome));
    assert_int_equal(WEXITSTATUS(outcome), 0);
}

static int open_without_rights(const char *url) {
    mr_store *store;
    if (mr_store_open(url, &store) != MR_E_IO)
        return 1;
    return strstr(mr_last_error(), file_of(url)) ? 0 : 2;
}

static void without_rights_nothing_is_made(void **state) {
    (void)state;
    char url[URL_SIZE], path[64];
    snprintf(path, sizeof path, "%s/locked", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(url, sizeof url, "sqlite:%s/new.db", path);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(chmod(path, 0555), 0);
    assert_in_child(open_without_rights, url);
    assert_int_equal(access(file_of(url), F_OK), -1);
    /* Nor is one used that can only be read. */
    assert_int_equal(chmod(path, 0700), 0);
    mr_store_close(open_used(url));
    assert_int_equal(chmod(file_of(url), 0444), 0);
    assert_int_equal(chmod(path, 0555), 0);
    assert_in_child(open_without_rights, url);
    assert_int_equal(chmod(path, 0700), 0);
}

static void files_belong_to_their_owner_alone(void **state) {
    (void)state;
    char url[URL_SIZE], log[URL_SIZE];
    struct stat info;
    fresh(url);
    mr_store *store = open_used(url);
    assert_int_equal(stat(file_of(url), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    snprintf(log, sizeof log, "%s-wal", file_of(url));
    assert_int_equal(stat(log, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    mr_store_close(store);
}

/* A file that may not grow any more, as on a full disk: 0 when all that was acknowledged stays. */
static int fill_up(const char *url) {
    mr_store *store;
    mr_history history;
    char film[32];
    signal(SIGXFSZ, SIG_IGN);
    if (mr_store_open(url, &store) != MR_OK || mr_store_ensure_viewer(store, "anna") != MR_OK)
        return 1;
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){1 << 18, 1 << 18});
    int stored = 0;
    mr_status status = MR_OK;
    while (status == MR_OK && stored < 10000) {
        snprintf(film, sizeof film, "film-%d", stored);
        mr_feedback like = {.film = film, .kind = MR_FEEDBACK_LIKE};
        status = mr_store_add_feedback(store, "anna", &like);
        stored += status == MR_OK;
    }
    if (status != MR_E_IO || stored == 0)
        return 2;
    if (mr_store_history(store, "anna", &history) != MR_OK || (int)history.count != stored)
        return 3;
    mr_history_free(&history);
    mr_store_close(store);
    return 0;
}

static void a_full_disk_loses_nothing(void **state) {
    (void)state;
    char url[URL_SIZE];
    snprintf(url, sizeof url, "sqlite:%s/open", folder);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(mkdir(file_of(url), 0777), 0);
    assert_int_equal(chmod(file_of(url), 0777), 0);
    snprintf(url, sizeof url, "sqlite:%s/open/full.db", folder);
    assert_in_child(fill_up, url);
}

static const mr_feedback seen_film = {.film = "Q2", .kind = MR_FEEDBACK_SEEN};

/* What is told of a call that had to wait; NULL when it was none of a locked file. */
static void *say_while_locked(void *store) {
    bool told = mr_store_add_feedback(store, "anna", &seen_film) == MR_E_IO &&
                strstr(mr_last_error(), "database is locked");
    return told ? store : NULL;
}

/* One after the other these four would wait for twenty seconds. */
static void a_locked_file_is_waited_for_side_by_side_and_told(void **state) {
    (void)state;
    char url[URL_SIZE];
    fresh(url);
    mr_store *store = open_used(url);
    sqlite3 *other = open_raw(file_of(url));
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    pthread_t threads[4];
    double began = mr_now();
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, say_while_locked, store), 0);
    for (int i = 0; i < 4; i++) {
        void *told;
        pthread_join(threads[i], &told);
        assert_non_null(told);
    }
    assert_true(mr_now() - began < 12);
    sqlite3_close(other);
    assert_ok(mr_store_add_feedback(store, "anna", &seen_film));
    mr_store_close(store);
}

static void stores_in_memory_are_apart(void **state) {
    (void)state;
    mr_store *one = open_used("sqlite::memory:"), *other;
    size_t count;
    assert_ok(mr_store_open("sqlite::memory:", &other));
    assert_ok(mr_store_count_viewers(other, &count));
    assert_int_equal(count, 0);
    assert_ok(mr_store_erase_viewer(one, "anna"));
    mr_store_close(one);
    mr_store_close(other);
}

/* Each allocation of ours fails in turn; SQLite's own do when it may have no memory at all. */
static void memory_that_is_out_is_an_error(void **state) {
    (void)state;
    char url[URL_SIZE];
    fresh(url);
    mr_store *store = open_used(url), *other;
    mr_history history;
    mr_memory_failing = mr_memory_asked = 0;
    assert_int_equal(mr_store_history(store, "anna", &history), MR_E_MEMORY);
    mr_memory_asked = 0;
    mr_memory_failing = 1;
    assert_int_equal(mr_store_history(store, "anna", &history), MR_E_MEMORY);
    mr_memory_failing = mr_memory_asked = 0;
    assert_int_equal(mr_store_open(url, &other), MR_E_MEMORY);
    mr_memory_failing = -1;
    sqlite3_hard_heap_limit64(1);
    assert_int_equal(mr_store_history(store, "anna", &history), MR_E_MEMORY);
    sqlite3_hard_heap_limit64(0);
    sqlite3_soft_heap_limit64(0); /* the hard limit had lowered it */
    assert_ok(mr_store_history(store, "anna", &history));
    mr_history_free(&history);
    mr_store_close(store);
}

/* ---- Nothing is left ------------------------------------------------------------------------ */

static bool file_holds(const char *path, const char *text) {
    unsigned char *bytes;
    size_t size;
    if (mr_file_read(path, 1 << 26, &bytes, &size) != MR_OK)
        return false;
    bool found = memmem(bytes, size, text, strlen(text)) != NULL;
    free(bytes);
    return found;
}

static bool disk_holds(const char *url, const char *text) {
    char log[URL_SIZE];
    snprintf(log, sizeof log, "%s-wal", file_of(url));
    return file_holds(file_of(url), text) || file_holds(log, text);
}

/* Many opinions of three viewers in one shuffle, so that pages split, fill and empty. */
static void say_much(mr_store *store) {
    static const char *const names[] = {"anna-before", "erased-viewer", "zoe-after"};
    mr_rng rng = mr_rng_seeded(3);
    for (int i = 0; i < 3; i++)
        assert_ok(mr_store_ensure_viewer(store, names[i]));
    for (int i = 0; i < 3000; i++) {
        int who = (int)mr_rng_below(&rng, 3);
        char film[64];
        snprintf(film, sizeof film, "%s-film-%d", who == 1 ? "erased" : "kept",
                 (int)mr_rng_below(&rng, 100000));
        mr_feedback said = {.film = film, .kind = MR_FEEDBACK_SEEN};
        assert_ok(mr_store_add_feedback(store, names[who], &said));
    }
}

static void erasing_overwrites(void **state) {
    (void)state;
    char url[URL_SIZE];
    fresh(url);
    mr_store *store;
    assert_ok(mr_store_open(url, &store));
    say_much(store);
    assert_true(disk_holds(url, "erased-viewer"));
    assert_true(disk_holds(url, "erased-film"));
    assert_ok(mr_store_erase_viewer(store, "erased-viewer"));
    assert_false(disk_holds(url, "erased-viewer"));
    assert_false(disk_holds(url, "erased-film"));
    assert_true(disk_holds(url, "kept-film"));
    mr_store_close(store);
    assert_false(disk_holds(url, "erased-film"));
}

static mr_status count_good(void *context, const char *viewer, const mr_feedback *feedback) {
    (void)viewer, (void)feedback;
    ++*(size_t *)context;
    return MR_OK;
}

static void insert_strange(const char *url, const char *values) {
    char sql[512];
    snprintf(sql, sizeof sql,
             "PRAGMA ignore_check_constraints = 1;"
             "INSERT INTO feedback (viewer, film, kind, rating, at, entry) SELECT %s, 1, 1",
             values);
    execute(url, sql);
}

/* Rows that another program wrote in despite of the schema: the good ones before, between and
 * behind them are told once each. */
static void strange_rows_are_passed_over(void **state) {
    (void)state;
    enum { STRANGE_PAGE = 2500 };
    char url[URL_SIZE];
    fresh(url);
    mr_store *store = open_used(url);
    mr_feedback like = {.film = "Q2", .kind = MR_FEEDBACK_LIKE};
    assert_ok(mr_store_ensure_viewer(store, "zoe"));
    assert_ok(mr_store_add_feedback(store, "zoe", &like));
    static const char *const strange[] = {
        "'anna', 'Q0', 'love', 0",
        "'anna', 'Q3', 'rating', 9",
        "'anna', 'Q4\n', 'like', 0",
        "'anna', '', 'like', 0",
        "'anna', printf('%.400c', 'Q'), 'like', 0",
        "'an na', 'Q1', 'like', 0",
        "printf('%.4000c', 'b'), 'Q1', 'like', 0",
    };
    char sql[512];
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++)
        insert_strange(url, strange[i]);
    /* More of them than a page holds, of a name that is too long. */
    snprintf(sql, sizeof sql,
             "PRAGMA ignore_check_constraints = 1;"
             "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
             " INSERT INTO feedback (viewer, film, kind, rating, at, entry)"
             " SELECT printf('%%.70c', 'c'), 'Q' || i, 'like', 0, 1, 1 FROM n",
             STRANGE_PAGE);
    execute(url, sql);
    size_t good = 0, passed_over = 0;
    assert_ok(mr_store_each_opinion(store, count_good, &good, &passed_over));
    assert_int_equal(good, 2);
    assert_int_equal(passed_over, sizeof strange / sizeof *strange + STRANGE_PAGE);
    /* The place of this one, the last, is not what its text says; reading ends all the same. */
    insert_strange(url, "'zoe', 'Q9' || char(0) || 'Q', 'like', 0");
    assert_ok(mr_store_each_opinion(store, count_good, &good, &passed_over));
    mr_store_close(store);
}

/* The file is written anew once a minute at most; what waits for it is gone with the end. */
static void many_erasures_write_the_file_anew_once(void **state) {
    (void)state;
    char url[URL_SIZE];
    fresh(url);
    mr_store *store;
    assert_ok(mr_store_open(url, &store));
    say_much(store);
    assert_ok(mr_store_erase_viewer(store, "anna-before"));
    struct stat before, after;
    assert_int_equal(stat(file_of(url), &before), 0);
    assert_ok(mr_store_erase_viewer(store, "erased-viewer"));
    assert_int_equal(stat(file_of(url), &after), 0);
    assert_true(after.st_size >= before.st_size); /* the pages that came free were not cut off */
    mr_store_close(store);
    assert_int_equal(stat(file_of(url), &after), 0);
    assert_true(after.st_size < before.st_size);
    assert_false(disk_holds(url, "erased-film"));
}

static void what_is_taken_back_is_overwritten_in_the_end(void **state) {
    (void)state;
    char url[URL_SIZE];
    fresh(url);
    mr_store *store;
    assert_ok(mr_store_open(url, &store));
    assert_ok(mr_store_ensure_viewer(store, "anna"));
    const mr_feedback said = {.film = "taken-back", .kind = MR_FEEDBACK_SEEN};
    assert_ok(mr_store_add_feedback(store, "anna", &said));
    assert_ok(mr_store_remove_feedback(store, "anna", "taken-back"));
    mr_store_close(store);
    assert_false(disk_holds(url, "taken-back"));
}

/* What an erasure of the last minute has left to be done is in no memory any more. */
static void what_a_killed_process_leaves_of_the_erased_goes_with_the_next(void **state) {
    (void)state;
    char url[URL_SIZE];
    fresh(url);
    mr_store *store;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (mr_store_open(url, &store) != MR_OK ||
            mr_store_ensure_viewer(store, "first") != MR_OK ||
            mr_store_erase_viewer(store, "first") != MR_OK)
            _exit(1);
        say_much(store);
        if (mr_store_erase_viewer(store, "erased-viewer") == MR_OK)
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    int outcome;
    assert_int_equal(waitpid(child, &outcome, 0), child);
    assert_true(WIFSIGNALED(outcome));
    assert_true(disk_holds(url, "erased-film")); /* else there is nothing to be done */
    size_t count;
    assert_ok(mr_store_open(url, &store));
    assert_ok(mr_store_count_viewers(store, &count));
    assert_int_equal(count, 2);
    assert_false(disk_holds(url, "erased-film"));
    mr_store_close(store);
}

/* The log of a store that is open says nothing of an end: who comes beside it leaves all to it. */
static void who_opens_a_file_beside_another_does_not_write_it_anew(void **state) {
    (void)state;
    char url[URL_SIZE];
    fresh(url);
    mr_store *store, *other;
    assert_ok(mr_store_open(url, &store));
    say_much(store);
    assert_ok(mr_store_erase_viewer(store, "anna-before"));
    assert_ok(mr_store_erase_viewer(store, "erased-viewer"));
    long pages = number(url, "PRAGMA page_count");
    size_t count;
    assert_ok(mr_store_open(url, &other));
    assert_ok(mr_store_count_viewers(other, &count));
    mr_store_close(other);
    assert_int_equal(number(url, "PRAGMA page_count"), pages);
    mr_store_close(store);
    assert_true(number(url, "PRAGMA page_count") < pages);
}

/* Calls would wait for the reader one after the other; what the reader keeps goes when it has
 * ended. */
static void a_reader_of_another_program_holds_no_erasure_up(void **state) {
    (void)state;
    char url[URL_SIZE];
    fresh(url);
    mr_store *store;
    assert_ok(mr_store_open(url, &store));
    say_much(store);
    sqlite3 *other = open_raw(file_of(url));
    long seen = 0;
    assert_int_equal(
        sqlite3_exec(other, "BEGIN; SELECT count(*) FROM viewer", keep_number, &seen, NULL),
        SQLITE_OK);
    double began = mr_now();
    assert_ok(mr_store_erase_viewer(store, "erased-viewer"));
    assert_ok(mr_store_erase_viewer(store, "anna-before"));
    assert_true(mr_now() - began < 4);
    assert_true(disk_holds(url, "erased-film"));
    sqlite3_close(other);
    mr_store_close(store);
    assert_false(disk_holds(url, "erased-film"));
}

static void a_damaged_page_is_found_at_opening(void **state) {
    (void)state;
    char url[URL_SIZE];
    fresh(url);
    mr_store *store;
    assert_ok(mr_store_open(url, &store));
    say_much(store);
    mr_store_close(store);
    uint8_t *bytes;
    size_t size;
    assert_ok(mr_file_read(file_of(url), (size_t)1 << 24, &bytes, &size));
    memset(bytes + size / 4096 / 2 * 4096, 0xee, 200);
    assert_ok(mr_file_write(file_of(url), bytes, size));
    free(bytes);
    assert_refused(url, MR_E_FORMAT, "is damaged");
}

static void limit_file_size(rlim_t bytes) {
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

/* There is room for taking the rows out, but not for writing the file anew: who asked is erased,
 * and what is left of them goes when there is room again. */
static int erase_on_a_full_disk(const char *url) {
    struct stat info;
    mr_store *store;
    signal(SIGXFSZ, SIG_IGN);
    if (stat(file_of(url), &info) != 0 || mr_store_open(url, &store) != MR_OK)
        return 1;
    limit_file_size((rlim_t)(info.st_size + info.st_size / 4));
    if (mr_store_erase_viewer(store, "erased-viewer") != MR_OK)
        return 2;
    if (mr_store_erase_viewer(store, "erased-viewer") != MR_E_NOT_FOUND)
        return 3;
    if (!disk_holds(url, "erased-film"))
        return 4; /* nothing was left to be done */
    limit_file_size(RLIM_INFINITY);
    mr_store_close(store);
    return disk_holds(url, "erased-film") ? 5 : 0;
}

static void what_a_full_disk_leaves_of_the_erased_goes_later(void **state) {
    (void)state;
    char url[URL_SIZE];
    snprintf(url, sizeof url, "sqlite:%s/open/erased.db", folder);
    mr_store *store;
    assert_ok(mr_store_open(url, &store));
    say_much(store);
    mr_store_close(store);
    assert_int_equal(chmod(file_of(url), 0666), 0);
    assert_in_child(erase_on_a_full_disk, url);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_files_are_left_alone),
        cmocka_unit_test(folders_and_wrong_urls_are_told),
        cmocka_unit_test(damaged_files_do_no_harm),
        cmocka_unit_test(tables_of_another_shape_are_told),
        cmocka_unit_test(without_rights_nothing_is_made),
        cmocka_unit_test(files_belong_to_their_owner_alone),
        cmocka_unit_test(a_full_disk_loses_nothing),
        cmocka_unit_test(a_locked_file_is_waited_for_side_by_side_and_told),
        cmocka_unit_test(stores_in_memory_are_apart),
        cmocka_unit_test(memory_that_is_out_is_an_error),
        cmocka_unit_test(erasing_overwrites),
        cmocka_unit_test(strange_rows_are_passed_over),
        cmocka_unit_test(many_erasures_write_the_file_anew_once),
        cmocka_unit_test(what_is_taken_back_is_overwritten_in_the_end),
        cmocka_unit_test(what_a_killed_process_leaves_of_the_erased_goes_with_the_next),
        cmocka_unit_test(who_opens_a_file_beside_another_does_not_write_it_anew),
        cmocka_unit_test(a_reader_of_another_program_holds_no_erasure_up),
        cmocka_unit_test(a_damaged_page_is_found_at_opening),
        cmocka_unit_test(what_a_full_disk_leaves_of_the_erased_goes_later),
    };
    if (!mkdtemp(folder) && !mkdtemp(strcpy(folder, "/tmp/moodreel-store-XXXXXX"))) {
        perror(folder);
        return 1;
    }
    int failed = store_suite(&sqlite);
    failed += cmocka_run_group_tests_name("what a file promises beside", tests, NULL, NULL);
    mr_test_remove(folder);
    return failed;
}
