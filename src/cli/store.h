/*
 * What the commands that remember viewers share: where the store is, and what viewers may be
 * called.
 *
 *     struct settings { const char *store; … };
 *     static const mr_cli_option options[] = {MR_CLI_STORE_ROW(struct settings, store), …};
 *
 * Thread rule: for the main thread.
 */
#ifndef MR_CLI_STORE_H
#define MR_CLI_STORE_H

#include "cli/options.h"
#include "store/store.h"

#define MR_CLI_STORE_ROW(owner, field)                                                             \
    MR_CLI_STRING("store", 0, owner, field, "URL",                                                 \
                  "sqlite:FILE or postgresql://..., else $MOODREEL_STORE, else a file at home")

/*
 * Opens the store of this URL; NULL: of $MOODREEL_STORE, else the SQLite file moodreel/moodreel.db
 * in $XDG_DATA_HOME or ~/.local/share. Folder and file are made for their owner alone.
 */
mr_status mr_cli_store_open(const char *url, mr_store **out);

/* The folder of ratings: the named one, else where 'import movielens' keeps them, beside the
 * default store; freed by the caller. */
mr_status mr_cli_ratings_folder(const char *named, char **out);

/* True for a name that a viewer may have; else says so, and *code is what to exit with. */
bool mr_cli_check_viewer(const char *command, const char *name, int *code);

#endif
