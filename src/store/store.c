#include "store/store.h"

#include "base/memory.h"
#include "store/store_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* Bytes of a film's id; the catalogue has the same limit. */
#define FILM_ID_MAX 300

/* A number as SQL text. */
struct number {
    char text[24];
};

static struct number number_of(int64_t value) {
    struct number number;
    snprintf(number.text, sizeof number.text, "%" PRId64, value);
    return number;
}

static bool begins(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

mr_status mr_store_open_with(const char *url, const mr_store_schema *schema, mr_store **out) {
    if (begins(url, "sqlite:"))
        return mr_store_open_sqlite(url + strlen("sqlite:"), schema, out);
    if (begins(url, "postgresql://") || begins(url, "postgres://"))
        return mr_store_open_postgres(url, schema, out);
    /* No more of it than the scheme: what follows may hold a password. */
    int scheme = (int)strcspn(url, ":");
    return mr_fail(MR_E_ARGUMENT, "store '%.*s%s': expected sqlite:FILE or postgresql://...",
                   scheme < 24 ? scheme : 24, url, url[scheme] ? ":..." : "");
}

mr_status mr_store_open(const char *url, mr_store **out) {
    if (!url || !out)
        return mr_fail(MR_E_ARGUMENT, "mr_store_open: needs a URL and a place for the store");
    return mr_store_open_with(url, &mr_store_schema_current, out);
}

void mr_store_close(mr_store *store) {
    if (store)
        store->driver->close(store);
}

bool mr_viewer_id_is_valid(const char *id) {
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789._-";
    size_t length = id ? strspn(id, allowed) : 0;
    return length > 0 && length < MR_VIEWER_ID_SIZE && id[length] == 0;
}

static mr_status check_viewer(const mr_store *store, const char *id) {
    if (!store)
        return mr_fail(MR_E_ARGUMENT, "store: there is none");
    /* A name that is none is not repeated: it may be long and hold anything. */
    if (!mr_viewer_id_is_valid(id))
        return mr_fail(MR_E_ARGUMENT, "viewer: expected 1 to %d of A-Z a-z 0-9 . _ -",
                       MR_VIEWER_ID_SIZE - 1);
    return MR_OK;
}

static mr_status check_film(const char *film) {
    size_t length = film ? strnlen(film, FILM_ID_MAX + 1) : 0;
    if (length == 0 || length > FILM_ID_MAX)
        return mr_fail(MR_E_ARGUMENT, "film: expected an id of 1 to %d bytes", FILM_ID_MAX);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)film[i] < 0x20 || film[i] == 0x7f)
            return mr_fail(MR_E_ARGUMENT, "film: a control character in its id");
    return MR_OK;
}

static mr_status no_viewer(const char *id) {
    return mr_fail(MR_E_NOT_FOUND, "viewer %s: not known", id);
}

static mr_status take_number(void *context, const char *const *fields) {
    *(int64_t *)context = fields[0] ? strtoll(fields[0], NULL, 10) : 0;
    return MR_OK;
}

/* A statement without rows. */
static mr_status change(mr_store *store, mr_statement statement, const char *const *values,
                        long *changed) {
    return store->driver->run(store, statement, values, NULL, NULL, changed);
}

static void scrub(mr_store *store, bool soon) {
    if (store->driver->scrub)
        store->driver->scrub(store, soon);
}

static mr_status random_id(char id[MR_VIEWER_ID_SIZE]) {
    unsigned char bytes[16];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return mr_fail(MR_E_IO, "viewer: no random name from the system: %s", strerror(errno));
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(id + 2 * i, 3, "%02x", bytes[i]);
    return MR_OK;
}

mr_status mr_store_new_viewer(mr_store *store, char id[MR_VIEWER_ID_SIZE]) {
    char made[MR_VIEWER_ID_SIZE];
    MR_TRY(random_id(made));
    MR_TRY(mr_store_ensure_viewer(store, made));
    memcpy(id, made, sizeof made);
    return MR_OK;
}

mr_status mr_store_ensure_viewer(mr_store *store, const char *id) {
    MR_TRY(check_viewer(store, id));
    struct number now = number_of(time(NULL));
    long changed;
    return change(store, MR_STATEMENT_ENSURE_VIEWER, (const char *[]){id, now.text}, &changed);
}

mr_status mr_store_viewer_since(mr_store *store, const char *id, int64_t *since) {
    MR_TRY(check_viewer(store, id));
    int64_t found = -1;
    long changed;
    MR_TRY(
        store->driver->run(store, MR_STATEMENT_VIEWER_SINCE, &id, take_number, &found, &changed));
    if (found < 0)
        return no_viewer(id);
    *since = found;
    return MR_OK;
}

mr_status mr_store_count_viewers(mr_store *store, size_t *count) {
    int64_t found = 0;
    long changed;
    MR_TRY(
        store->driver->run(store, MR_STATEMENT_COUNT_VIEWERS, NULL, take_number, &found, &changed));
    *count = (size_t)found;
    return MR_OK;
}

static mr_status check_feedback(const mr_feedback *feedback) {
    if (!feedback)
        return mr_fail(MR_E_ARGUMENT, "feedback: there is none");
    MR_TRY(check_film(feedback->film));
    if (!mr_feedback_label(feedback->kind))
        return mr_fail(MR_E_ARGUMENT, "feedback %d: no such kind", (int)feedback->kind);
    bool rates = feedback->kind == MR_FEEDBACK_RATING;
    if (rates ? feedback->rating < 1 || feedback->rating > 5 : feedback->rating != 0)
        return mr_fail(MR_E_ARGUMENT, "rating %d: expected %s", feedback->rating,
                       rates ? "1 to 5" : "0, since nothing is rated");
    if (feedback->at < 0)
        return mr_fail(MR_E_ARGUMENT, "feedback: given before 1970");
    return MR_OK;
}

mr_status mr_store_add_feedback(mr_store *store, const char *id, const mr_feedback *feedback) {
    MR_TRY(check_viewer(store, id));
    MR_TRY(check_feedback(feedback));
    struct number rating = number_of(feedback->rating);
    struct number at = number_of(feedback->at ? feedback->at : time(NULL));
    const char *values[] = {id, feedback->film, mr_feedback_label(feedback->kind), rating.text,
                            at.text};
    long changed = 0;
    mr_status status = change(store, MR_STATEMENT_ADD_FEEDBACK, values, &changed);
    if (status == MR_E_NOT_FOUND || (status == MR_OK && !changed))
        return no_viewer(id); /* or erased in that very moment */
    return status;
}

mr_status mr_store_remove_feedback(mr_store *store, const char *id, const char *film) {
    MR_TRY(check_viewer(store, id));
    MR_TRY(check_film(film));
    long changed;
    MR_TRY(change(store, MR_STATEMENT_REMOVE_FEEDBACK, (const char *[]){id, film}, &changed));
    if (!changed)
        return mr_fail(MR_E_NOT_FOUND, "viewer %s: said nothing of film %s", id, film);
    scrub(store, false);
    return MR_OK;
}

mr_status mr_store_history(mr_store *store, const char *id, mr_history *out) {
    MR_TRY(check_viewer(store, id));
    mr_history_builder builder = {0};
    long changed;
    mr_status status =
        store->driver->run(store, MR_STATEMENT_HISTORY, &id, mr_history_row, &builder, &changed);
    if (status == MR_OK && !builder.found)
        status = no_viewer(id);
    if (status == MR_OK)
        mr_history_finish(&builder, out);
    else
        mr_history_free(&builder.history);
    return status;
}

/* Where a row stands among all opinions, be it one that the store would write or not. */
typedef struct opinion_place {
    char *viewer, *film; /* NULL: before all */
    size_t viewer_room, film_room;
} opinion_place;

/* A page of opinions, and whom they are for. */
typedef struct opinion_page {
    mr_store_opinion opinion;
    void *context;
    size_t *strange;
    size_t rows;
    opinion_place last; /* of the rows */
} opinion_page;

static mr_status keep(char **kept, size_t *room, const char *text) {
    size_t size = strlen(text) + 1;
    if (!mr_grow(kept, room, size, 1))
        return mr_fail(MR_E_MEMORY, "no memory for an opinion");
    memcpy(*kept, text, size);
    return MR_OK;
}

static bool is_same_place(const opinion_place *a, const opinion_place *b) {
    return a->viewer && b->viewer && strcmp(a->viewer, b->viewer) == 0 &&
           strcmp(a->film, b->film) == 0;
}

static mr_status take_opinion(void *context, const char *const *fields) {
    opinion_page *page = context;
    const char *film = fields[0] ? fields[0] : "", *viewer = fields[4] ? fields[4] : "";
    mr_feedback feedback;
    MR_TRY(keep(&page->last.viewer, &page->last.viewer_room, viewer));
    MR_TRY(keep(&page->last.film, &page->last.film_room, film));
    page->rows++;
    if (!mr_viewer_id_is_valid(viewer) || check_film(film) != MR_OK ||
        mr_feedback_of_row(fields, &feedback) != MR_OK) {
        ++*page->strange;
        return MR_OK;
    }
    return page->opinion(page->context, viewer, &feedback);
}

mr_status mr_store_each_opinion(mr_store *store, mr_store_opinion opinion, void *context,
                                size_t *strange) {
    if (!store || !opinion || !strange)
        return mr_fail(MR_E_ARGUMENT,
                       "store: needs a store, somebody to tell and room for a number");
    opinion_page page = {.opinion = opinion, .context = context, .strange = strange};
    opinion_place at = {0};
    mr_status status = MR_OK;
    *strange = 0;
    /* A page that ends where it began holds a row whose text does not say where it stands. */
    do {
        const char *values[] = {at.viewer ? at.viewer : "", at.film ? at.film : ""};
        long changed;
        page.rows = 0;
        status =
            store->driver->run(store, MR_STATEMENT_OPINIONS, values, take_opinion, &page, &changed);
        opinion_place before = at;
        at = page.last;
        page.last = before;
    } while (status == MR_OK && page.rows > 0 && !is_same_place(&at, &page.last));
    free(at.viewer);
    free(at.film);
    free(page.last.viewer);
    free(page.last.film);
    return status;
}

mr_status mr_store_erase_viewer(mr_store *store, const char *id) {
    MR_TRY(check_viewer(store, id));
    long changed;
    MR_TRY(change(store, MR_STATEMENT_ERASE_VIEWER, &id, &changed));
    if (!changed)
        return no_viewer(id);
    scrub(store, true);
    return MR_OK;
}

mr_status mr_store_erase_unused(mr_store *store, int64_t before, size_t *erased) {
    if (!store || !erased)
        return mr_fail(MR_E_ARGUMENT, "store: needs a store and room for a number");
    struct number moment = number_of(before);
    mr_status status;
    long changed;
    *erased = 0;
    do {
        changed = 0;
        status = change(store, MR_STATEMENT_ERASE_UNUSED, (const char *[]){moment.text}, &changed);
        *erased += status == MR_OK ? (size_t)changed : 0;
    } while (status == MR_OK && changed > 0);
    if (*erased > 0)
        scrub(store, true);
    return status;
}
