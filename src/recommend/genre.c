#include "recommend/genre.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define LABEL(name, label) label,
static const char *const labels[] = {MR_GENRES(LABEL)};

const char *mr_genre_label(mr_genre genre) {
    return (unsigned)genre < MR_GENRE_COUNT ? labels[genre] : NULL;
}

/* The genre whose label is the first `length` bytes of `text`, or -1. */
static int genre_of(const char *text, size_t length) {
    for (int g = 0; g < MR_GENRE_COUNT; g++)
        if (strlen(labels[g]) == length && strncasecmp(labels[g], text, length) == 0)
            return g;
    return -1;
}

int mr_genre_from_label(const char *label) {
    return genre_of(label, strlen(label));
}

mr_status mr_genre_set_parse(const char *text, mr_genre_set *out) {
    mr_genre_set set = 0;
    for (const char *item = text;;) {
        size_t length = strcspn(item, "|");
        int genre = genre_of(item, length);
        if (genre < 0)
            return mr_fail(MR_E_FORMAT, "'%.*s' is no genre", (int)(length < 40 ? length : 40),
                           item);
        set |= (mr_genre_set)1 << genre;
        if (!item[length])
            break;
        item += length + 1;
    }
    if (mr_genre_set_size(set) > MR_GENRES_PER_FILM)
        return mr_fail(MR_E_LIMIT, "%d genres, expected at most %d", mr_genre_set_size(set),
                       MR_GENRES_PER_FILM);
    *out = set;
    return MR_OK;
}

int mr_genre_set_size(mr_genre_set set) {
    return __builtin_popcount(set);
}
