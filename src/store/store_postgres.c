/*
 * PostgreSQL through libpq: a few connections that are opened when they are needed and kept. Each
 * statement is prepared once a connection, and is a transaction of its own.
 *
 * While the database is away every call fails at once and clearly; from time to time, ever more
 * seldom, one of them tries to connect. No call waits longer than a few seconds: for a server that
 * accepts and then says nothing there is a deadline on this side too.
 */
#include "base/clock.h"
#include "store/store_parts.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONNECTIONS 4

/* Seconds. The server gives up on a statement before we give up on the server; a call lasts as long
 * as an answer, and a connection longer if one has to be made. */
#define CONNECT_SECONDS   "3"
#define STATEMENT_SECONDS 3
#define ANSWER_SECONDS    5
#define MIGRATE_SECONDS   60
#define BACKOFF_FIRST     0.1
#define BACKOFF_MOST      2.0

#define TEXT_(x) #x
#define TEXT(x)  TEXT_(x)

/* Key of the lock under which one program changes the schema: "Moodreel" in ASCII. */
#define MIGRATION_LOCK "5580538405752006764"

/* What a session needs: no statement that hangs, and no acknowledgement before the disk has it,
 * unless somebody asked for more than that. */
static const char set_up[] = "SET statement_timeout = '" TEXT(
    STATEMENT_SECONDS) "s'; SET client_min_messages = warning;"
                       "SELECT set_config('synchronous_commit', 'on', false)"
                       " WHERE current_setting('synchronous_commit') IN ('off', 'local')";

struct connection {
    PGconn *link; /* NULL: not connected */
    bool busy;
    bool prepared[MR_STATEMENT_COUNT];
};

struct postgres_store {
    mr_store store;
    char *url;
    char *name; /* for errors: without user and password */
    pthread_mutex_t mutex;
    pthread_cond_t released;
    struct connection connections[CONNECTIONS];
    /* Back-off: no attempt before `retry_at`; 0: the last one succeeded. */
    double retry_at, delay;
};

static struct postgres_store *of(mr_store *store) {
    return (struct postgres_store *)store;
}

/* Records libpq's text, which has several lines, as one. */
static mr_status fail(const struct postgres_store *self, mr_status status, const char *why) {
    char line[400];
    size_t length = 0;
    for (; *why && length < sizeof line - 1; why++)
        if (*why != '\n' && *why != '\t')
            line[length++] = *why;
        else if (length && line[length - 1] != ' ' && why[1])
            line[length++] = ' ';
    line[length] = 0;
    return mr_fail(status, "%s: %s", self->name, length ? line : "the connection broke");
}

static mr_status fail_result(const struct postgres_store *self, const PGresult *result) {
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    mr_status status = MR_E_IO;
    if (state && strcmp(state, "23503") == 0) /* foreign_key_violation: it was erased meanwhile */
        status = MR_E_NOT_FOUND;
    else if (state && strncmp(state, "22", 2) == 0) /* data_exception: a text that is no UTF-8 */
        status = MR_E_ARGUMENT;
    return fail(self, status, text ? text : PQresultErrorMessage(result));
}

/* ---- One connection ------------------------------------------------------------------------- */

/* Waits until the answer can be taken without blocking. */
static mr_status wait_for_answer(const struct postgres_store *self, PGconn *link, double deadline) {
    int unsent;
    while ((unsent = PQflush(link)) == 1 || PQisBusy(link)) {
        double left = deadline - mr_now();
        if (left <= 0)
            return fail(self, MR_E_IO, "no answer in time");
        short events = (short)(unsent == 1 ? POLLIN | POLLOUT : POLLIN);
        struct pollfd socket = {.fd = PQsocket(link), .events = events};
        if (poll(&socket, 1, (int)(left * 1e3) + 1) < 0 && errno != EINTR)
            return fail(self, MR_E_IO, strerror(errno));
        if (socket.revents & ~POLLOUT && !PQconsumeInput(link))
            return fail(self, MR_E_IO, PQerrorMessage(link));
    }
    return unsent == 0 ? MR_OK : fail(self, MR_E_IO, PQerrorMessage(link));
}

/*
 * The last result of what was sent, or the first that is an error; the caller frees it. After a
 * failure without one the connection is of no more use.
 */
static mr_status take_answer(const struct postgres_store *self, PGconn *link, double deadline,
                             PGresult **out) {
    PGresult *kept = NULL, *next;
    mr_status status = MR_OK;
    for (;;) {
        status = wait_for_answer(self, link, deadline);
        if (status != MR_OK || (next = PQgetResult(link)) == NULL)
            break;
        if (kept && PQresultStatus(kept) == PGRES_FATAL_ERROR) {
            PQclear(next);
            continue;
        }
        PQclear(kept);
        kept = next;
    }
    if (status == MR_OK && !kept)
        status = fail(self, MR_E_IO, PQerrorMessage(link));
    if (status == MR_OK && PQresultStatus(kept) == PGRES_FATAL_ERROR)
        status = fail_result(self, kept);
    if (status != MR_OK) {
        PQclear(kept);
        return status;
    }
    *out = kept;
    return MR_OK;
}

static mr_status answer_to(const struct postgres_store *self, PGconn *link, int sent,
                           double deadline, PGresult **out) {
    return sent ? take_answer(self, link, deadline, out)
                : fail(self, MR_E_IO, PQerrorMessage(link));
}

/* Runs SQL, several statements maybe; *number, unless NULL, is what the last answers with first, 0
 * for nothing. */
static mr_status execute(const struct postgres_store *self, PGconn *link, const char *sql,
                         double deadline, int *number) {
    PGresult *result = NULL;
    MR_TRY(answer_to(self, link, PQsendQuery(link, sql), deadline, &result));
    if (number)
        *number = PQntuples(result) > 0 ? atoi(PQgetvalue(result, 0, 0)) : 0;
    PQclear(result);
    return MR_OK;
}

static void ignore_notice(void *context, const char *message) {
    (void)context, (void)message;
}

static mr_status set_up_link(const struct postgres_store *self, PGconn *link, double deadline) {
    PQsetNoticeProcessor(link, ignore_notice, NULL);
    if (PQsetnonblocking(link, 1) != 0)
        return fail(self, MR_E_IO, PQerrorMessage(link));
    return execute(self, link, set_up, deadline, NULL);
}

/* Connects, without statements. */
static mr_status connect_link(const struct postgres_store *self, double deadline, PGconn **out) {
    /* What comes first is a default that the URL, named "dbname", overrides. */
    const char *const keywords[] = {"connect_timeout", "dbname", "fallback_application_name",
                                    "client_encoding", NULL};
    const char *const values[] = {CONNECT_SECONDS, self->url, "moodreel", "UTF8", NULL};
    PGconn *link = PQconnectdbParams(keywords, values, 1);
    if (!link)
        return fail(self, MR_E_MEMORY, "no memory for a connection");
    mr_status status = PQstatus(link) == CONNECTION_OK ? set_up_link(self, link, deadline)
                                                       : fail(self, MR_E_IO, PQerrorMessage(link));
    if (status != MR_OK) {
        PQfinish(link);
        return status;
    }
    *out = link;
    return MR_OK;
}

/* True unless the server has closed the connection while it was idle. */
static bool is_alive(PGconn *link) {
    struct pollfd socket = {.fd = PQsocket(link), .events = POLLIN};
    while (PQstatus(link) == CONNECTION_OK && poll(&socket, 1, 0) > 0)
        if (!PQconsumeInput(link))
            return false;
    return PQstatus(link) == CONNECTION_OK;
}

/* ---- The schema ----------------------------------------------------------------------------- */

/* 0 for a database without our tables. */
static mr_status read_version(const struct postgres_store *self, PGconn *link, double deadline,
                              int *version) {
    MR_TRY(execute(self, link, "SELECT count(to_regclass('moodreel_schema'))", deadline, version));
    return *version ? execute(self, link, "SELECT version FROM moodreel_schema", deadline, version)
                    : MR_OK;
}

/* One program at a time, and the others see what it did: the lock is taken before anything is
 * read, since a session remembers for a while what it did not find. */
static mr_status bring_up_to_date(const struct postgres_store *self, PGconn *link,
                                  const mr_store_schema *schema) {
    double deadline = mr_now() + MIGRATE_SECONDS + 1;
    int version;
    MR_TRY(execute(self, link,
                   "BEGIN; SET LOCAL statement_timeout = '" TEXT(
                       MIGRATE_SECONDS) "s';"
                                        "SELECT pg_advisory_xact_lock(" MIGRATION_LOCK ")",
                   deadline, NULL));
    MR_TRY(read_version(self, link, deadline, &version));
    if (version > schema->version)
        return mr_store_too_new(self->name, version, schema->version);
    if (version == schema->version) /* a role that may not change the schema is enough */
        return execute(self, link, "COMMIT", deadline, NULL);
    for (int i = version; i < schema->version; i++)
        MR_TRY(execute(self, link, schema->steps[i], deadline, NULL));
    char mark[180];
    snprintf(mark, sizeof mark,
             "CREATE TABLE IF NOT EXISTS moodreel_schema (version INTEGER NOT NULL);"
             "DELETE FROM moodreel_schema; INSERT INTO moodreel_schema VALUES (%d); COMMIT",
             schema->version);
    return execute(self, link, mark, deadline, NULL);
}

/* ---- The pool ------------------------------------------------------------------------------- */

static void disconnect(struct connection *connection) {
    PQfinish(connection->link);
    connection->link = NULL;
    memset(connection->prepared, 0, sizeof connection->prepared);
}

/* Connects, unless it is too early after a failure. */
static mr_status reconnect(struct postgres_store *self, struct connection *connection,
                           double deadline) {
    pthread_mutex_lock(&self->mutex);
    bool early = mr_now() < self->retry_at;
    pthread_mutex_unlock(&self->mutex);
    if (early)
        return fail(self, MR_E_IO, "the database is away");
    mr_status status = connect_link(self, deadline, &connection->link);
    pthread_mutex_lock(&self->mutex);
    self->delay = status == MR_OK ? 0 : self->delay * 2;
    if (status != MR_OK && self->delay < BACKOFF_FIRST)
        self->delay = BACKOFF_FIRST;
    else if (self->delay > BACKOFF_MOST)
        self->delay = BACKOFF_MOST;
    self->retry_at = status == MR_OK ? 0 : mr_now() + self->delay;
    pthread_mutex_unlock(&self->mutex);
    return status;
}

/* A free connection, rather one that is connected; NULL when there is none. */
static struct connection *find_free(struct postgres_store *self) {
    struct connection *found = NULL;
    for (int i = 0; i < CONNECTIONS; i++) {
        struct connection *connection = &self->connections[i];
        if (!connection->busy && (!found || (connection->link && !found->link)))
            found = connection;
    }
    return found;
}

/* mr_now() is the monotonic clock's. */
static struct timespec timespec_of(double seconds) {
    time_t whole = (time_t)seconds;
    return (struct timespec){whole, (long)((seconds - (double)whole) * 1e9)};
}

/* Waits for a free connection and marks it as busy; NULL when none became free in time. */
static struct connection *acquire(struct postgres_store *self, double deadline) {
    struct timespec until = timespec_of(deadline);
    struct connection *found;
    int code = 0;
    pthread_mutex_lock(&self->mutex);
    while (!(found = find_free(self)) && code == 0)
        code = pthread_cond_timedwait(&self->released, &self->mutex, &until);
    if (found)
        found->busy = true;
    pthread_mutex_unlock(&self->mutex);
    return found;
}

static void release(struct postgres_store *self, struct connection *connection) {
    if (connection->link && (PQstatus(connection->link) != CONNECTION_OK ||
                             PQtransactionStatus(connection->link) != PQTRANS_IDLE))
        disconnect(connection);
    pthread_mutex_lock(&self->mutex);
    connection->busy = false;
    pthread_cond_signal(&self->released);
    pthread_mutex_unlock(&self->mutex);
}

/* ---- The driver ----------------------------------------------------------------------------- */

static mr_status take_rows(const PGresult *result, mr_store_row row, void *context) {
    const char *fields[MR_STATEMENT_FIELDS_MAX];
    for (int i = 0; row && i < PQntuples(result); i++) {
        for (int k = 0; k < PQnfields(result); k++)
            fields[k] = PQgetisnull(result, i, k) ? NULL : PQgetvalue(result, i, k);
        MR_TRY(row(context, fields));
    }
    return MR_OK;
}

static void name_statement(mr_statement statement, char name[8]) {
    snprintf(name, 8, "s%d", (int)statement);
}

/* A connected link on which the statement is prepared. */
static mr_status make_ready(struct postgres_store *self, struct connection *connection,
                            mr_statement statement, double deadline) {
    if (connection->link && !is_alive(connection->link))
        disconnect(connection);
    if (!connection->link)
        MR_TRY(reconnect(self, connection, deadline));
    if (connection->prepared[statement])
        return MR_OK;
    char name[8];
    name_statement(statement, name);
    PGresult *result = NULL;
    MR_TRY(answer_to(self, connection->link,
                     PQsendPrepare(connection->link, name, mr_statement_sql(statement), 0, NULL),
                     deadline, &result));
    PQclear(result);
    connection->prepared[statement] = true;
    return MR_OK;
}

static mr_status run_on(struct postgres_store *self, struct connection *connection,
                        mr_statement statement, const char *const *values, double deadline,
                        PGresult **result) {
    MR_TRY(make_ready(self, connection, statement, deadline));
    char name[8];
    name_statement(statement, name);
    int sent = PQsendQueryPrepared(connection->link, name, mr_statement_values(statement), values,
                                   NULL, NULL, 0);
    return answer_to(self, connection->link, sent, deadline, result);
}

static mr_status run(mr_store *store, mr_statement statement, const char *const *values,
                     mr_store_row row, void *context, long *changed) {
    struct postgres_store *self = of(store);
    double deadline = mr_now() + ANSWER_SECONDS;
    struct connection *connection = acquire(self, deadline);
    if (!connection)
        return fail(self, MR_E_IO, "all connections are busy");
    PGresult *result = NULL;
    mr_status status = run_on(self, connection, statement, values, deadline, &result);
    release(self, connection);
    if (status != MR_OK)
        return status;
    *changed = atol(PQcmdTuples(result));
    status = take_rows(result, row, context);
    PQclear(result);
    return status;
}

static void close_store(mr_store *store) {
    struct postgres_store *self = of(store);
    for (int i = 0; i < CONNECTIONS; i++)
        disconnect(&self->connections[i]);
    pthread_cond_destroy(&self->released);
    pthread_mutex_destroy(&self->mutex);
    free(self->name);
    free(self->url);
    free(self);
}

static const mr_store_driver driver = {close_store, run, NULL};

/* "postgresql: HOST/DATABASE", or NULL. libpq's own words may hold the password, so they are not
 * repeated. */
static mr_status name_of(const char *url, char **out) {
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    if (!options)
        return mr_fail(MR_E_ARGUMENT,
                       "store: not of the form postgresql://[USER@][HOST][:PORT]/DATABASE[?...]");
    const char *host = "", *database = "";
    for (PQconninfoOption *option = options; option->keyword; option++) {
        if (option->val && strcmp(option->keyword, "host") == 0)
            host = option->val;
        if (option->val && strcmp(option->keyword, "dbname") == 0)
            database = option->val;
    }
    int length = asprintf(out, "postgresql: %s/%s", *host ? host : "localhost", database);
    PQconninfoFree(options);
    return length < 0 ? mr_fail(MR_E_MEMORY, "store: no memory for its name") : MR_OK;
}

static void make_pool(struct postgres_store *self) {
    mr_condition_init(&self->released);
    pthread_mutex_init(&self->mutex, NULL);
}

static mr_status open_first(struct postgres_store *self, const mr_store_schema *schema) {
    MR_TRY(connect_link(self, mr_now() + ANSWER_SECONDS, &self->connections[0].link));
    return bring_up_to_date(self, self->connections[0].link, schema);
}

mr_status mr_store_open_postgres(const char *url, const mr_store_schema *schema, mr_store **out) {
    char *name;
    MR_TRY(name_of(url, &name));
    struct postgres_store *self = calloc(1, sizeof *self);
    char *copy = strdup(url);
    if (!self || !copy) {
        free(self);
        free(copy);
        free(name);
        return mr_fail(MR_E_MEMORY, "store: no memory for a database's connections");
    }
    self->store.driver = &driver;
    self->name = name;
    self->url = copy;
    make_pool(self);
    mr_status status = open_first(self, schema);
    if (status != MR_OK) {
        close_store(&self->store);
        return status;
    }
    *out = &self->store;
    return MR_OK;
}
