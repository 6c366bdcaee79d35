/*
 * SQLite: one connection behind a mutex. The write-ahead log is synced with every commit, so an
 * acknowledged change survives a killed process and a lost supply; deleted content is overwritten.
 */
#include "base/clock.h"
#include "base/log.h"
#include "store/store_parts.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* How long a call waits for others of this process and for another one that keeps the file locked.
 */
#define BUSY_MS 5000

/* How long overwriting waits for another process, while all calls wait for it. */
#define SCRUB_BUSY_MS 100

/* Of 4 KiB: files up to 16 MiB are written anew when somebody is erased, and read whole when they
 * are opened. */
#define REWRITTEN_PAGES_MAX 4096

/* Least time between two rewrites, so that nobody wears out the disk. */
#define REWRITE_SECONDS 60

/* "Mood": marks the file as ours. */
#define APPLICATION_ID 0x4d6f6f64

struct sqlite_store {
    mr_store store;
    char *name; /* the file, for errors */
    pthread_mutex_t mutex;
    sqlite3 *db;
    sqlite3_stmt *statements[MR_STATEMENT_COUNT];
    /* When the file was written anew last, and when it has to be, since traces of what was deleted
     * may be left; of mr_now(), infinite: never. */
    double rewritten, scrub_at;
};

static struct sqlite_store *of(mr_store *store) {
    return (struct sqlite_store *)store;
}

static mr_status fail(const struct sqlite_store *self, int code) {
    mr_status status = MR_E_IO;
    if (code == SQLITE_NOMEM)
        status = MR_E_MEMORY;
    else if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
        status = MR_E_FORMAT;
    return mr_fail(status, "%s: %s", self->name,
                   self->db ? sqlite3_errmsg(self->db) : sqlite3_errstr(code));
}

/* Runs SQL without rows. Some statements do not wait for a lock by themselves. */
static mr_status execute(struct sqlite_store *self, const char *sql) {
    double give_up = mr_now() + BUSY_MS * 1e-3;
    int code;
    while ((code = sqlite3_exec(self->db, sql, NULL, NULL, NULL)) == SQLITE_BUSY &&
           mr_now() < give_up)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    return code == SQLITE_OK ? MR_OK : fail(self, code);
}

static int keep_number(void *number, int columns, char **fields, char **names) {
    (void)columns, (void)names;
    *(int *)number = fields[0] ? atoi(fields[0]) : 0;
    return 0;
}

static mr_status ask_number(struct sqlite_store *self, const char *sql, int *number) {
    int code = sqlite3_exec(self->db, sql, keep_number, number, NULL);
    return code == SQLITE_OK ? MR_OK : fail(self, code);
}

/*
 * Makes a file that is not there, for its owner alone. It is not opened, since closing any
 * descriptor of a database drops all locks that this process has on it.
 */
static mr_status make_file(const char *file) {
    if (mknod(file, S_IFREG | S_IRUSR | S_IWUSR, 0) == 0 || errno == EEXIST)
        return MR_OK;
    return mr_fail(MR_E_IO, "%s: cannot be made: %s", file, strerror(errno));
}

#define DAMAGE_SIZE 200 /* of what is told of a damaged file */

struct identity {
    int objects, application, version;
};

static mr_status read_identity(struct sqlite_store *self, struct identity *found) {
    MR_TRY(ask_number(self, "SELECT count(*) FROM sqlite_master", &found->objects));
    MR_TRY(ask_number(self, "PRAGMA application_id", &found->application));
    return ask_number(self, "PRAGMA user_version", &found->version);
}

/*
 * Refuses what is not ours before anything is written. All is read in one transaction, since
 * somebody else may be making the schema of a new file.
 */
static mr_status check_identity(struct sqlite_store *self, const mr_store_schema *schema,
                                int *version) {
    struct identity found = {0};
    MR_TRY(execute(self, "BEGIN"));
    mr_status status = read_identity(self, &found);
    sqlite3_exec(self->db, "ROLLBACK", NULL, NULL, NULL);
    MR_TRY(status);
    bool ours =
        found.objects ? found.application == APPLICATION_ID : !found.application && !found.version;
    if (!ours)
        return mr_fail(MR_E_FORMAT, "%s: is a database of another program", self->name);
    *version = found.version;
    if (*version > schema->version)
        return mr_store_too_new(self->name, *version, schema->version);
    if (sqlite3_db_readonly(self->db, "main"))
        return mr_fail(MR_E_IO, "%s: may be read but not written", self->name);
    return MR_OK;
}

static int keep_first(void *text, int columns, char **fields, char **names) {
    (void)names;
    snprintf(text, DAMAGE_SIZE, "%s", columns > 0 && fields[0] ? fields[0] : "");
    return 0;
}

/* Refuses a damaged file, before anybody relies on it; a large one would take too long to read. */
static mr_status check_pages(struct sqlite_store *self) {
    int pages;
    char damage[DAMAGE_SIZE] = "";
    MR_TRY(ask_number(self, "PRAGMA page_count", &pages));
    if (pages > REWRITTEN_PAGES_MAX)
        return MR_OK;
    int code = sqlite3_exec(self->db, "PRAGMA quick_check(1)", keep_first, damage, NULL);
    if (code != SQLITE_OK)
        return fail(self, code);
    return strcmp(damage, "ok") == 0
               ? MR_OK
               : mr_fail(MR_E_FORMAT, "%s: is damaged: %s", self->name, damage);
}

static mr_status apply_steps(struct sqlite_store *self, const mr_store_schema *schema) {
    int version;
    /* Somebody may have been faster, even a newer program. */
    MR_TRY(ask_number(self, "PRAGMA user_version", &version));
    if (version > schema->version)
        return mr_store_too_new(self->name, version, schema->version);
    for (int i = version; i < schema->version; i++)
        MR_TRY(execute(self, schema->steps[i]));
    char mark[96];
    snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             APPLICATION_ID, schema->version);
    return execute(self, mark);
}

static mr_status migrate(struct sqlite_store *self, const mr_store_schema *schema) {
    MR_TRY(execute(self, "BEGIN IMMEDIATE"));
    mr_status status = apply_steps(self, schema);
    if (status == MR_OK)
        status = execute(self, "COMMIT");
    if (status != MR_OK)
        sqlite3_exec(self->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

static mr_status prepare(struct sqlite_store *self) {
    for (int i = 0; i < MR_STATEMENT_COUNT; i++) {
        int code = sqlite3_prepare_v3(self->db, mr_statement_sql((mr_statement)i), -1,
                                      SQLITE_PREPARE_PERSISTENT, &self->statements[i], NULL);
        if (code != SQLITE_OK)
            return fail(self, code);
    }
    return MR_OK;
}

/* Whoever closes a file last takes its log away: where there is one, somebody has the file open or
 * was killed. */
static bool has_log(const char *file) {
    char log[PATH_MAX];
    struct stat info;
    int length = snprintf(log, sizeof log, "%s-wal", file);
    return length > 0 && (size_t)length < sizeof log && stat(log, &info) == 0;
}

/* Only who has a file for themselves can leave the log; the journal is set anew afterwards. */
static bool is_alone(struct sqlite_store *self) {
    sqlite3_busy_timeout(self->db, 0);
    int code = sqlite3_exec(self->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    sqlite3_busy_timeout(self->db, BUSY_MS);
    return code == SQLITE_OK;
}

static mr_status open_file(struct sqlite_store *self, const char *file,
                           const mr_store_schema *schema) {
    if (strcmp(file, ":memory:") != 0)
        MR_TRY(make_file(file));
    bool logged = has_log(file);
    int code = sqlite3_open_v2(file, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return fail(self, code);
    sqlite3_busy_timeout(self->db, BUSY_MS);
    int version = 0;
    MR_TRY(check_identity(self, schema, &version));
    MR_TRY(check_pages(self));
    bool abandoned = logged && is_alone(self);
    MR_TRY(execute(self, "PRAGMA journal_mode = WAL"));
    MR_TRY(execute(self, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                         "PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;"
                         "PRAGMA temp_store = MEMORY"));
    if (version < schema->version)
        MR_TRY(migrate(self, schema));
    MR_TRY(prepare(self));
    /* Who was killed may have had something to overwrite: the first call does it. */
    if (abandoned)
        self->scrub_at = mr_now();
    return MR_OK;
}

/*
 * Deleted rows are overwritten where they stood last, but copies of them may be left in pages that
 * were split earlier, and in the log. So the file is written anew, unless it is so large that
 * others would wait for long, and the log is emptied. Where another process reads just then, or the
 * disk is too full, that is tried again later and, with more patience, at the end.
 */
static void scrub_locked(struct sqlite_store *self, int busy_ms) {
    int pages, code = SQLITE_OK;
    sqlite3_busy_timeout(self->db, busy_ms);
    if (ask_number(self, "PRAGMA page_count", &pages) == MR_OK && pages <= REWRITTEN_PAGES_MAX)
        code = sqlite3_exec(self->db, "VACUUM", NULL, NULL, NULL);
    int emptied = sqlite3_wal_checkpoint_v2(self->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (code == SQLITE_OK)
        code = emptied;
    self->rewritten = mr_now();
    self->scrub_at = code == SQLITE_OK ? INFINITY : self->rewritten + REWRITE_SECONDS;
    if (code != SQLITE_OK)
        mr_log(MR_LOG_WARNING, "%s: erased, but traces may be left until later: %s", self->name,
               sqlite3_errstr(code));
}

static void scrub(mr_store *store, bool soon) {
    struct sqlite_store *self = of(store);
    pthread_mutex_lock(&self->mutex);
    sqlite3_busy_timeout(self->db, SCRUB_BUSY_MS);
    double now = mr_now(), first = fmax(now, self->rewritten + REWRITE_SECONDS);
    self->scrub_at = fmin(self->scrub_at, soon ? first : fmax(first, now + REWRITE_SECONDS));
    if (self->scrub_at <= now)
        scrub_locked(self, SCRUB_BUSY_MS);
    else if (soon)
        sqlite3_wal_checkpoint_v2(self->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    pthread_mutex_unlock(&self->mutex);
}

static void close_store(mr_store *store) {
    struct sqlite_store *self = of(store);
    if (self->scrub_at < INFINITY)
        scrub_locked(self, BUSY_MS);
    for (int i = 0; i < MR_STATEMENT_COUNT; i++)
        sqlite3_finalize(self->statements[i]);
    sqlite3_close(self->db);
    pthread_mutex_destroy(&self->mutex);
    free(self->name);
    free(self);
}

static mr_status take_row(sqlite3_stmt *statement, mr_store_row row, void *context) {
    const char *fields[MR_STATEMENT_FIELDS_MAX];
    int count = sqlite3_column_count(statement);
    for (int i = 0; i < count; i++) {
        fields[i] = (const char *)sqlite3_column_text(statement, i);
        if (!fields[i] && sqlite3_column_type(statement, i) != SQLITE_NULL)
            return mr_fail(MR_E_MEMORY, "no memory for a row");
    }
    return row(context, fields);
}

static mr_status run_locked(struct sqlite_store *self, sqlite3_stmt *statement,
                            const char *const *values, mr_store_row row, void *context,
                            long *changed) {
    int code = SQLITE_OK;
    for (int i = 0; i < sqlite3_bind_parameter_count(statement) && code == SQLITE_OK; i++) {
        /* SQLite numbers "$2" by where it stands first, we by its name. */
        int number = sqlite3_bind_parameter_name(statement, i + 1)[1] - '1';
        code = sqlite3_bind_text(statement, i + 1, values[number], -1, SQLITE_STATIC);
    }
    if (code != SQLITE_OK)
        return fail(self, code);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
        MR_TRY(take_row(statement, row, context));
    *changed = sqlite3_changes(self->db);
    return code == SQLITE_DONE ? MR_OK : fail(self, code);
}

/* Waits for the connection and leaves the rest of the time to wait for the file, so that calls that
 * a lock holds up wait side by side and not one after the other. */
static mr_status lock(struct sqlite_store *self) {
    double give_up = mr_now() + BUSY_MS * 1e-3;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until); /* what pthread_mutex_timedlock goes by */
    until.tv_sec += BUSY_MS / 1000;
    if (pthread_mutex_timedlock(&self->mutex, &until) != 0)
        return mr_fail(MR_E_IO, "%s: %s", self->name, sqlite3_errstr(SQLITE_BUSY));
    sqlite3_busy_timeout(self->db, (int)fmax(1, 1e3 * (give_up - mr_now())));
    return MR_OK;
}

static mr_status run(mr_store *store, mr_statement statement, const char *const *values,
                     mr_store_row row, void *context, long *changed) {
    struct sqlite_store *self = of(store);
    sqlite3_stmt *prepared = self->statements[statement];
    MR_TRY(lock(self));
    mr_status status = run_locked(self, prepared, values, row, context, changed);
    sqlite3_reset(prepared);
    sqlite3_clear_bindings(prepared);
    if (mr_now() >= self->scrub_at)
        scrub_locked(self, SCRUB_BUSY_MS);
    pthread_mutex_unlock(&self->mutex);
    return status;
}

static const mr_store_driver driver = {close_store, run, scrub};

mr_status mr_store_open_sqlite(const char *file, const mr_store_schema *schema, mr_store **out) {
    if (!*file)
        return mr_fail(MR_E_ARGUMENT, "store: sqlite: needs a file");
    struct sqlite_store *self = calloc(1, sizeof *self);
    char *name = strdup(file);
    if (!self || !name) {
        free(self);
        free(name);
        return mr_fail(MR_E_MEMORY, "%s: no memory for the store", file);
    }
    self->store.driver = &driver;
    self->name = name;
    self->rewritten = -INFINITY;
    self->scrub_at = INFINITY;
    pthread_mutex_init(&self->mutex, NULL);
    mr_status status = open_file(self, file, schema);
    if (status != MR_OK) {
        close_store(&self->store);
        return status;
    }
    *out = &self->store;
    return MR_OK;
}
