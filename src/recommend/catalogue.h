/*
 * The catalogue: facts on films, loaded from a CSV file and read-only from then on.
 *
 *     mr_catalogue *catalogue;
 *     MR_TRY(mr_catalogue_load("data/films.csv", &catalogue));
 *     long film = mr_catalogue_find_title(catalogue, "amelie", 0);
 *     if (film >= 0)
 *         puts(mr_catalogue_entry(catalogue, (size_t)film)->id);
 *     mr_catalogue_free(catalogue);
 *
 * The file has the columns id, title, year, genres, and may have also (other titles), language,
 * country, certificate, tier, directors, cast; lists are separated by '|'. A broken row refuses the
 * whole file, with its line. What an operator imported lies beside it in imported.csv
 * (catalogue_import.h): a film with a new id is added, one with a known id takes its place. What
 * ranking needs for every film at once (genres, minimum ages, people as small numbers) is kept in
 * plain arrays.
 *
 * Ownership: the catalogue owns all strings and entries. Thread rule: read-only once loaded.
 */
#ifndef MR_RECOMMEND_CATALOGUE_H
#define MR_RECOMMEND_CATALOGUE_H

#include "recommend/genre.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define MR_CATALOGUE_MAX_FILMS  ((size_t)1 << 20)
#define MR_CATALOGUE_FIRST_YEAR 1888
#define MR_CATALOGUE_LAST_YEAR  2100
#define MR_CATALOGUE_TIERS      4
#define MR_CATALOGUE_MAX_TITLE  300  /* bytes of an id or a title */
#define MR_CATALOGUE_MAX_ALSO   1200 /* bytes of the other titles together */
#define MR_CATALOGUE_MAX_PEOPLE 16   /* directors or cast kept of a film */
#define MR_CATALOGUE_IMPORTED   "imported.csv"

/* One film; unknown facts are empty strings. */
typedef struct mr_catalogue_film {
    const char *id, *title;
    const char *also; /* other titles, '|' between them */
    const char *language, *country, *certificate;
    mr_genre_set genres; /* at least one */
    float genre_scale;   /* 1 / sqrt(number of genres) */
    int year;
    int minimum_age;          /* by its certificate; an unknown one counts as adult */
    int suitable_age;         /* by its genres as well (certificate.h) */
    int tier;                 /* how well known: 1 (widely) … MR_CATALOGUE_TIERS (hardly) */
    uint32_t language_number; /* equal languages (case ignored) have equal ones; 0: unknown */
    uint32_t series; /* films of one series (Toy Story 1, 2, …) have equal numbers; 0: none */
    /* Numbers of directors, then cast, in mr_catalogue_people. */
    uint32_t people;
    uint16_t director_count, cast_count;
    bool imported; /* by the operator */
} mr_catalogue_film;

typedef struct mr_catalogue mr_catalogue;

/* Errors name file and line: MR_E_FORMAT, MR_E_LIMIT, and those of mr_csv_load. */
mr_status mr_catalogue_load(const char *path, mr_catalogue **out);

/* The same from memory; `name` stands for the file in errors. */
mr_status mr_catalogue_parse(const char *bytes, size_t size, const char *name, mr_catalogue **out);

void mr_catalogue_free(mr_catalogue *catalogue);

size_t mr_catalogue_count(const mr_catalogue *catalogue);

/* The films, mr_catalogue_count of them. */
const mr_catalogue_film *mr_catalogue_films(const mr_catalogue *catalogue);

/* One of them; NULL for an index that is out of range. */
const mr_catalogue_film *mr_catalogue_entry(const mr_catalogue *catalogue, size_t index);

/* Prints a table of `count` of them, columns id and title: what the numbers of a model stand for.
 */
void mr_catalogue_print_films(const mr_catalogue *catalogue, const uint32_t *films, size_t count,
                              FILE *out);

/* All people lists, one after the other, and how many different people and languages there are. */
const uint32_t *mr_catalogue_people(const mr_catalogue *catalogue);
size_t mr_catalogue_people_count(const mr_catalogue *catalogue);
size_t mr_catalogue_language_count(const mr_catalogue *catalogue);

/* How many people two films have in common, as directors or in their casts. */
int mr_catalogue_shared_people(const mr_catalogue *catalogue, uint32_t a, uint32_t b);

/* Whether two films have the same title, but for what mr_catalogue_find_title does not heed. */
bool mr_catalogue_same_title(const mr_catalogue *catalogue, uint32_t a, uint32_t b);

/* Index of the film with this id, or -1. */
long mr_catalogue_find(const mr_catalogue *catalogue, const char *id);

/* Index of the best known film with this title, of this year unless it is 0; or -1. Case, accents,
 * script, punctuation and a leading article do not matter (fold.h). */
long mr_catalogue_find_title(const mr_catalogue *catalogue, const char *title, int year);

/* One title of a film as it is looked up. */
typedef struct mr_title_key {
    const char *text; /* folded, without a leading article */
    uint64_t letters; /* set of its letters */
    uint16_t length;
    uint32_t film;
} mr_title_key;

/* All films with this title, best known first; *count may be 0. */
const mr_title_key *mr_catalogue_titled(const mr_catalogue *catalogue, const char *title,
                                        size_t *count);

/* A film whose title is like one that was typed. */
typedef struct mr_title_match {
    uint32_t film;
    int distance; /* typing errors between them */
} mr_title_match;

/*
 * The films whose title, or another of their titles, is at most so many typing errors away: one in
 * 3 to 5 letters, two in up to 11, three in more. Nearest first, then best known; of this year
 * unless it is 0. A title in a script that fold.h does not know (Chinese, Japanese, Korean, Arabic,
 * …) is found without errors only. Writes at most `most` and returns how many.
 */
size_t mr_catalogue_search(const mr_catalogue *catalogue, const char *title, int year,
                           mr_title_match *out, size_t most);

/* Where what was imported to the catalogue at `path` lies; freed by the caller, NULL when memory is
 * out. */
char *mr_catalogue_imported_path(const char *path);

/* Number of a language by its name (case ignored), or -1 when no film has it. */
long mr_catalogue_find_language(const mr_catalogue *catalogue, const char *language);

#endif
