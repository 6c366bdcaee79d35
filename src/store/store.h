/*
 * What is remembered of viewers: that they exist, and what they said of films.
 *
 *     mr_store *store;
 *     MR_TRY(mr_store_open("sqlite:moodreel.db", &store));
 *     char viewer[MR_VIEWER_ID_SIZE];
 *     MR_TRY(mr_store_new_viewer(store, viewer));
 *     mr_feedback liked = {.film = "Q132689", .kind = MR_FEEDBACK_LIKE};
 *     MR_TRY(mr_store_add_feedback(store, viewer, &liked));       // on disk when it returns
 *     mr_history history;
 *     MR_TRY(mr_store_history(store, viewer, &history));
 *     …
 *     mr_history_free(&history);
 *     MR_TRY(mr_store_erase_viewer(store, viewer));                // nothing is left
 *     mr_store_close(store);
 *
 * No picture, no estimate and no address ever comes here: a viewer is a random name, or one that
 * the operator chose, the time at which it was made, and one opinion for each film.
 *
 * A store is named by a URL: "sqlite:FILE" (write-ahead logging; the file is made when it is not
 * there), "sqlite::memory:" (gone when closed), "postgresql://…" (several servers on one database).
 * The schema carries its version and is brought up to date when opened; one that is newer than the
 * program is refused.
 *
 * Ownership: a store is freed by mr_store_close; a history by mr_history_free. Thread rule: all
 * functions may be called by any thread at any time, and none waits longer than a few seconds, but
 * for opening while another program changes the schema.
 *
 * Errors: MR_E_NOT_FOUND for a viewer that does not exist, MR_E_ARGUMENT for a name or opinion that
 * is none, MR_E_FORMAT for a file that is no store, MR_E_UNSUPPORTED for one that is too new,
 * MR_E_IO when the database cannot be reached or written. Nothing of a call that failed is stored,
 * but for one case that no client of a server can tell: a connection that breaks after the request
 * left. Calls may be repeated: to say the same twice is to say it once.
 */
#ifndef MR_STORE_STORE_H
#define MR_STORE_STORE_H

#include "base/error.h"
#include "moodreel/types.h"

#include <stddef.h>

/* Names of viewers: 1 to 64 of A-Z a-z 0-9 . _ - and a terminator. */
#define MR_VIEWER_ID_SIZE 65

typedef struct mr_store mr_store;

/* What a viewer said, oldest first, one opinion a film; the strings are the history's. */
typedef struct mr_history {
    size_t count;
    mr_feedback *items;
    char *text;
} mr_history;

mr_status mr_store_open(const char *url, mr_store **out);
void mr_store_close(mr_store *store);

/* True for a name that a viewer may have. */
bool mr_viewer_id_is_valid(const char *id);

/* Makes a viewer with a name of 128 random bits from the operating system. */
mr_status mr_store_new_viewer(mr_store *store, char id[MR_VIEWER_ID_SIZE]);

/* Makes the viewer of this name unless there is one. */
mr_status mr_store_ensure_viewer(mr_store *store, const char *id);

/* When the viewer was made, seconds since 1970. */
mr_status mr_store_viewer_since(mr_store *store, const char *id, int64_t *since);

/* How many viewers there are. */
mr_status mr_store_count_viewers(mr_store *store, size_t *count);

/* Stores an opinion in the place of an earlier one on the same film. `at` 0: now. An id of a film
 * is 1 to 300 bytes of UTF-8 without control characters. */
mr_status mr_store_add_feedback(mr_store *store, const char *id, const mr_feedback *feedback);

/* Takes an opinion back; MR_E_NOT_FOUND when there is none. */
mr_status mr_store_remove_feedback(mr_store *store, const char *id, const char *film);

mr_status mr_store_history(mr_store *store, const char *id, mr_history *out);
void mr_history_free(mr_history *history);

/* Called with each opinion; what it is given is valid during the call. */
typedef mr_status (*mr_store_opinion)(void *context, const char *viewer,
                                      const mr_feedback *feedback);

/* Everybody's opinions, one viewer's together, read in pages, so that others do not wait: what is
 * said meanwhile may be told or not. Ends with the first error of `opinion`. Rows that are not as
 * the store writes them are passed over; *strange: how many. */
mr_status mr_store_each_opinion(mr_store *store, mr_store_opinion opinion, void *context,
                                size_t *strange);

/* Forgets a viewer and all that belongs to it, overwritten on disk as far as the database can; in
 * SQLite the whole file once a minute at most, so that many erasures do not wear out a disk. */
mr_status mr_store_erase_viewer(mr_store *store, const char *id);

/* Forgets, as above, all viewers who were made before this moment (seconds since 1970) and have
 * said nothing since; *erased: how many. */
mr_status mr_store_erase_unused(mr_store *store, int64_t before, size_t *erased);

#endif
