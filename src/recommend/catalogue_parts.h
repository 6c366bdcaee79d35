/* What the files of the catalogue share; for others, catalogue.h. */
#ifndef MR_RECOMMEND_CATALOGUE_PARTS_H
#define MR_RECOMMEND_CATALOGUE_PARTS_H

#include "base/csv.h"
#include "recommend/catalogue_titles.h"
#include "recommend/intern.h"

#include <stdbool.h>

struct mr_catalogue {
    mr_csv shipped, imported; /* own the strings of the films */
    mr_catalogue_film *films;
    size_t count, capacity;
    mr_intern ids, languages, people_names; /* number of an id = index of its film */
    uint32_t *people;
    size_t people_used, people_capacity;
    char **made_ids; /* of rows that state none */
    size_t made_count, made_capacity;
    mr_title_index titles;
};

/* The columns of a file of films, in the order in which they are written. X(name, needed) */
#define MR_FILM_COLUMNS(X)                                                                         \
    X(id, true)                                                                                    \
    X(title, true)                                                                                 \
    X(also, false)                                                                                 \
    X(year, true)                                                                                  \
    X(genres, true)                                                                                \
    X(language, false)                                                                             \
    X(country, false)                                                                              \
    X(certificate, false)                                                                          \
    X(tier, false)                                                                                 \
    X(directors, false)                                                                            \
    X(cast, false)

#define MR_FILM_COLUMN_(name, needed) int name;
typedef struct mr_film_columns {
    MR_FILM_COLUMNS(MR_FILM_COLUMN_) /* -1 for one that the file lacks */
} mr_film_columns;
#undef MR_FILM_COLUMN_

/* What rows are read with. */
typedef struct mr_film_reader {
    mr_catalogue *catalogue; /* takes numbers, people and made ids */
    mr_csv *csv;
    const char *name; /* of the file, in errors */
    mr_film_columns columns;
    bool operators; /* an operator's file: ids may be missing and are empty then, a tier not stated
                       is 0, columns and people without a name are errors */
} mr_film_reader;

/* An empty catalogue. */
mr_status mr_catalogue_make(const char *name, mr_catalogue **out);

/* Finds the columns; MR_E_FORMAT when one that is needed is missing, or one in an operator's file
 * is none of them. */
mr_status mr_film_reader_open(mr_film_reader *in);

/* Reads one row, whose lists of people are cut apart in place. The film's id is not yet numbered.
 * Errors name file and line. */
mr_status mr_film_read(const mr_film_reader *in, size_t row, mr_catalogue_film *film);

/* Gives a film that states no id one of its title and year, with its language behind where others
 * have that one. */
mr_status mr_film_make_id(const mr_film_reader *in, bool with_language, mr_catalogue_film *film);

/* Adds a film whose id is new, or lets it take the place of a shipped one. */
mr_status mr_film_add(const mr_film_reader *in, size_t row, const mr_catalogue_film *film);

/* Numbers the series of all films. */
mr_status mr_catalogue_find_series(mr_catalogue *catalogue, const char *name);

/* An error of a row: "FILE: line N: what 'text': expected …". */
mr_status mr_film_refuse(const mr_film_reader *in, size_t row, const char *what, const char *text,
                         const char *expected);

#endif
