/* The schema of a store, and the texts of its statements. A step that was released is never
 * changed: what is wrong with it is mended by the next. */
#include "store/store_parts.h"

static const char *const steps[] = {
    "CREATE TABLE viewer ("
    " id TEXT NOT NULL PRIMARY KEY,"
    " since BIGINT NOT NULL);"
    "CREATE TABLE feedback ("
    " viewer TEXT NOT NULL REFERENCES viewer (id) ON DELETE CASCADE,"
    " film TEXT NOT NULL,"
    " kind TEXT NOT NULL CHECK (kind IN ('like', 'dislike', 'seen', 'rating')),"
    " rating BIGINT NOT NULL CHECK (rating BETWEEN 0 AND 5 AND (rating > 0) = (kind = 'rating')),"
    " at BIGINT NOT NULL,"    /* seconds since 1970 */
    " entry BIGINT NOT NULL," /* which of the viewer's opinions, for those of one second */
    " PRIMARY KEY (viewer, film))",
    /* Without it the number of a viewer's last opinion took a look at all of theirs. */
    "CREATE INDEX feedback_entry ON feedback (viewer, entry)",
};

const mr_store_schema mr_store_schema_current = {sizeof steps / sizeof *steps, steps};

#define SQL(name, sql) sql,
static const char *const statements[] = {MR_STATEMENTS(SQL)};

const char *mr_statement_sql(mr_statement statement) {
    return statements[statement];
}

int mr_statement_values(mr_statement statement) {
    int most = 0;
    for (const char *at = statements[statement]; *at; at++)
        if (*at == '$' && at[1] - '0' > most)
            most = at[1] - '0';
    return most;
}

mr_status mr_store_too_new(const char *name, int found, int known) {
    return mr_fail(MR_E_UNSUPPORTED,
                   "%s: its schema is version %d, this program knows versions up to %d", name,
                   found, known);
}
