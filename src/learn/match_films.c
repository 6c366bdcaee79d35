#include "learn/match_films.h"

#include "base/memory.h"
#include "recommend/fold.h"

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

/* --- the catalogue --------------------------------------------------------------------------- */

/* Among films with this title the nearest in year, then the better known; -1 if none is free. */
static int32_t find(const mr_catalogue *catalogue, const char *title, int year,
                    const uint8_t *taken) {
    size_t count;
    const mr_title_key *key = mr_catalogue_titled(catalogue, title, &count);
    int32_t best = -1;
    int best_rank = 0;
    for (size_t i = 0; i < count; i++) {
        const mr_catalogue_film *film = mr_catalogue_entry(catalogue, key[i].film);
        int apart = abs(film->year - year), rank = apart * MR_CATALOGUE_TIERS + film->tier;
        if (apart > 1 || taken[key[i].film] || (best >= 0 && rank >= best_rank))
            continue;
        best = (int32_t)key[i].film;
        best_rank = rank;
    }
    return best;
}

mr_status mr_match_films(const mr_rated_film *films, size_t count, const mr_catalogue *catalogue,
                         int32_t *matches) {
    uint8_t *taken = mr_alloc(mr_catalogue_count(catalogue) + 1);
    if (!taken)
        return mr_fail(MR_E_MEMORY, "no memory for the films of a catalogue");
    for (size_t i = 0; i < count; i++) {
        char titles[MR_MATCH_TITLES][MR_MATCH_LENGTH];
        int n = mr_match_titles(films[i].title, titles);
        matches[i] = -1;
        for (int t = 0; t < n && matches[i] < 0; t++)
            matches[i] = find(catalogue, titles[t], films[i].year, taken);
        if (matches[i] >= 0)
            taken[matches[i]] = 1;
    }
    free(taken);
    return MR_OK;
}
