/*
 * Between the store's front (store.c) and what drives one kind of database (store_sqlite.c,
 * store_postgres.c). The SQL is written once, in the dialect that both understand; a driver opens a
 * database, brings its schema up to date and runs prepared statements whose values and fields are
 * texts.
 */
#ifndef MR_STORE_PARTS_H
#define MR_STORE_PARTS_H

#include "store/store.h"

/* X(NAME, "SQL"): what a driver prepares. $1 … are the values. */
#define MR_STATEMENTS(X)                                                                           \
    X(ENSURE_VIEWER, "INSERT INTO viewer (id, since) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING") \
    X(VIEWER_SINCE, "SELECT since FROM viewer WHERE id = $1")                                      \
    X(COUNT_VIEWERS, "SELECT count(*) FROM viewer")                                                \
    X(ADD_FEEDBACK,                                                                                \
      "INSERT INTO feedback (viewer, film, kind, rating, at, entry)"                               \
      " SELECT id, $2, $3, CAST($4 AS BIGINT), CAST($5 AS BIGINT),"                                \
      "  (SELECT coalesce(max(entry), 0) + 1 FROM feedback WHERE viewer = $1)"                     \
      " FROM viewer WHERE id = $1"                                                                 \
      " ON CONFLICT (viewer, film) DO UPDATE SET kind = excluded.kind, rating = excluded.rating,"  \
      "  at = excluded.at, entry = excluded.entry")                                                \
    X(REMOVE_FEEDBACK, "DELETE FROM feedback WHERE viewer = $1 AND film = $2")                     \
    X(HISTORY, /* a viewer without feedback is one row of nothing, no viewer is no row */          \
      "SELECT feedback.film, feedback.kind, feedback.rating, feedback.at FROM viewer"              \
      " LEFT JOIN feedback ON feedback.viewer = viewer.id"                                         \
      " WHERE viewer.id = $1 ORDER BY feedback.at, feedback.entry")                                \
    X(OPINIONS, /* a page of everybody's, from behind one on */                                    \
      "SELECT film, kind, rating, at, viewer FROM feedback WHERE (viewer, film) > ($1, $2)"        \
      " ORDER BY viewer, film LIMIT 2000")                                                         \
    X(ERASE_VIEWER, "DELETE FROM viewer WHERE id = $1")                                            \
    X(ERASE_UNUSED, /* a page of them, since statements have a time limit */                       \
      "DELETE FROM viewer WHERE id IN (SELECT id FROM viewer WHERE since < CAST($1 AS BIGINT)"     \
      " AND NOT EXISTS (SELECT 1 FROM feedback WHERE feedback.viewer = viewer.id"                  \
      "  AND feedback.at >= CAST($1 AS BIGINT)) LIMIT 1000)")

#define MR_STATEMENT_ENUM_(name, sql) MR_STATEMENT_##name,
typedef enum mr_statement { MR_STATEMENTS(MR_STATEMENT_ENUM_) MR_STATEMENT_COUNT } mr_statement;
#undef MR_STATEMENT_ENUM_

/* Most values of a statement and most fields of a row. */
#define MR_STATEMENT_VALUES_MAX 5
#define MR_STATEMENT_FIELDS_MAX 5

/* The SQL of a statement, and how many values it takes. */
const char *mr_statement_sql(mr_statement statement);
int mr_statement_values(mr_statement statement);

/* Called with each row of an answer; a field is NULL where SQL has NULL. The fields are the
 * driver's and valid during the call. */
typedef mr_status (*mr_store_row)(void *context, const char *const *fields);

/* A schema is what its steps make of an empty database: step i takes version i to i+1. */
typedef struct mr_store_schema {
    int version;
    const char *const *steps; /* as many as `version` */
} mr_store_schema;

extern const mr_store_schema mr_store_schema_current;

/* A driver. Its functions may be called by any thread. */
typedef struct mr_store_driver {
    void (*close)(mr_store *store);
    /* Runs one statement, on disk when it returns; *changed: rows that were inserted, updated or
     * deleted, those that a cascade reached not counted. */
    mr_status (*run)(mr_store *store, mr_statement statement, const char *const *values,
                     mr_store_row row, void *context, long *changed);
    /* Overwrites what was deleted, where the database still has it: now or, when not `soon` or
     * done a moment ago, with a later call. NULL: cannot. */
    void (*scrub)(mr_store *store, bool soon);
} mr_store_driver;

/* What every driver's store begins with. */
struct mr_store {
    const mr_store_driver *driver;
};

/* MR_E_UNSUPPORTED for a database whose schema is newer than the program's, MR_E_FORMAT for one
 * that is no store of ours. */
mr_status mr_store_open_sqlite(const char *file, const mr_store_schema *schema, mr_store **out);
mr_status mr_store_open_postgres(const char *url, const mr_store_schema *schema, mr_store **out);

/* mr_store_open with another schema: tests bring a database from one version to the next. */
mr_status mr_store_open_with(const char *url, const mr_store_schema *schema, mr_store **out);

/* The error of a database `name` with version `found`, newer than `known`. */
mr_status mr_store_too_new(const char *name, int found, int known);

/* The feedback of a row that begins with film, kind, rating and at; the film is the row's. */
mr_status mr_feedback_of_row(const char *const *fields, mr_feedback *out);

/*
 * A history that grows row by row: `context` of mr_history_row, for the rows of
 * MR_STATEMENT_HISTORY.
 */
typedef struct mr_history_builder {
    mr_history history; /* its text is the films' ids, one after the other */
    size_t item_capacity, text_size, text_capacity;
    bool found; /* the viewer exists */
} mr_history_builder;

mr_status mr_history_row(void *context, const char *const *fields);

/* Moves the history out; the builder is empty then. */
void mr_history_finish(mr_history_builder *builder, mr_history *out);

#endif
