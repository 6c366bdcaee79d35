#include "learn/match_films.h"

#include "base/memory.h"
#include "recommend/fold.h"
#include "recommend/intern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LONGEST_ARTICLE 3

/* --- titles ---------------------------------------------------------------------------------- */

/* Moves the article of "Postino, Il" to the front and folds the title. */
static void normalise(const char *title, char out[MR_MATCH_LENGTH]) {
    char turned[MR_MATCH_LENGTH];
    const char *comma = strrchr(title, ',');
    if (comma && comma[1] == ' ' && strlen(comma + 2) <= LONGEST_ARTICLE)
        snprintf(turned, sizeof turned, "%s%s%.*s", comma + 2,
                 title[strlen(title) - 1] == '\'' ? "" : " ", (int)(comma - title), title);
    else
        snprintf(turned, sizeof turned, "%s", title);
    mr_fold(turned, out, MR_MATCH_LENGTH);
}

static void add_title(const char *title, size_t length, char out[MR_MATCH_TITLES][MR_MATCH_LENGTH],
                      int *count) {
    char text[MR_MATCH_LENGTH];
    static const char also[] = "a.k.a. ";
    if (length >= sizeof also && strncasecmp(title, also, sizeof also - 1) == 0) {
        title += sizeof also - 1;
        length -= sizeof also - 1;
    }
    while (length > 0 && title[length - 1] == ' ')
        length--;
    if (length == 0 || length >= sizeof text || *count == MR_MATCH_TITLES)
        return;
    memcpy(text, title, length);
    text[length] = 0;
    normalise(text, out[*count]);
    *count += out[*count][0] != 0;
}

int mr_match_titles(const char *title, char out[MR_MATCH_TITLES][MR_MATCH_LENGTH]) {
    int count = 0;
    const char *open = strstr(title, " (");
    add_title(title, open ? (size_t)(open - title) : strlen(title), out, &count);
    while (open) {
        const char *close = strchr(open, ')');
        if (!close)
            break;
        add_title(open + 2, (size_t)(close - open - 2), out, &count);
        open = strstr(close, " (");
    }
    /* Brackets may belong to the title itself. */
    if (count > 1)
        add_title(title, strlen(title), out, &count);
    return count;
}

/* --- the catalogue by folded title ----------------------------------------------------------- */

/* Films with the same folded title are chained. */
typedef struct index {
    const mr_catalogue *catalogue;
    char *texts; /* MR_CATALOGUE_MAX_TITLE + 1 bytes for each film */
    mr_intern titles;
    int32_t *first; /* film of a title's number */
    int32_t *next;  /* film with the same title */
} title_index;

static void index_free(title_index *index) {
    free(index->texts);
    mr_intern_free(&index->titles);
    free(index->first);
    free(index->next);
}

static mr_status index_make(const mr_catalogue *catalogue, title_index *out) {
    const size_t size = MR_CATALOGUE_MAX_TITLE + 1, films = mr_catalogue_count(catalogue);
    *out = (title_index){.catalogue = catalogue,
                         .texts = mr_alloc((films + 1) * size),
                         .first = malloc((films + 1) * sizeof *out->first),
                         .next = malloc((films + 1) * sizeof *out->next)};
    bool made = out->texts && out->first && out->next;
    for (size_t f = films; f-- > 0 && made;) {
        char *text = out->texts + f * size;
        mr_fold(mr_catalogue_entry(catalogue, f)->title, text, size);
        size_t known = out->titles.count;
        long number = mr_intern_add(&out->titles, text);
        made = number >= 0;
        if (made) {
            out->next[f] = (size_t)number < known ? out->first[number] : -1;
            out->first[number] = (int32_t)f;
        }
    }
    if (made)
        return MR_OK;
    index_free(out);
    return mr_fail(MR_E_MEMORY, "no memory for the titles of %zu films", films);
}

/* Among films with this title the nearest in year, then the better known; -1 if none is free. */
static int32_t find(const title_index *index, const char *title, int year, const uint8_t *taken) {
    long number = mr_intern_find(&index->titles, title);
    int32_t best = -1;
    int best_rank = 0;
    for (int32_t f = number >= 0 ? index->first[number] : -1; f >= 0; f = index->next[f]) {
        const mr_catalogue_film *film = mr_catalogue_entry(index->catalogue, (size_t)f);
        int apart = abs(film->year - year), rank = apart * MR_CATALOGUE_TIERS + film->tier;
        if (apart > 1 || taken[f] || (best >= 0 && rank >= best_rank))
            continue;
        best = f;
        best_rank = rank;
    }
    return best;
}

mr_status mr_match_films(const mr_rated_film *films, size_t count, const mr_catalogue *catalogue,
                         int32_t *matches) {
    uint8_t *taken = mr_alloc(mr_catalogue_count(catalogue) + 1);
    if (!taken)
        return mr_fail(MR_E_MEMORY, "no memory for the films of a catalogue");
    title_index index;
    mr_status status = index_make(catalogue, &index);
    for (size_t i = 0; i < count && status == MR_OK; i++) {
        char titles[MR_MATCH_TITLES][MR_MATCH_LENGTH];
        int n = mr_match_titles(films[i].title, titles);
        matches[i] = -1;
        for (int t = 0; t < n && matches[i] < 0; t++)
            matches[i] = find(&index, titles[t], films[i].year, taken);
        if (matches[i] >= 0)
            taken[matches[i]] = 1;
    }
    if (status == MR_OK)
        index_free(&index);
    free(taken);
    return status;
}
