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
 * The file has the columns id, title, year, genres, and may have language, country, certificate,
 * tier, directors, cast; lists are separated by '|'. A broken row refuses the whole file, with its
 * line. What ranking needs for every film at once (genres, minimum ages, people as small numbers)
 * is kept in plain arrays.
 *
 * Ownership: the catalogue owns all strings and entries. Thread rule: read-only once loaded.
 */
#ifndef MR_RECOMMEND_CATALOGUE_H
#define MR_RECOMMEND_CATALOGUE_H

#include "recommend/genre.h"

#include <stddef.h>

#define MR_CATALOGUE_MAX_FILMS  ((size_t)1 << 20)
#define MR_CATALOGUE_FIRST_YEAR 1888
#define MR_CATALOGUE_LAST_YEAR  2100
#define MR_CATALOGUE_TIERS      4
#define MR_CATALOGUE_MAX_TITLE  300 /* bytes of an id or a title */
#define MR_CATALOGUE_MAX_PEOPLE 16  /* directors or cast kept of a film */

/* One film; unknown facts are empty strings. */
typedef struct mr_catalogue_film {
    const char *id, *title;
    const char *language, *country, *certificate;
    mr_genre_set genres; /* at least one */
    float genre_scale;   /* 1 / sqrt(number of genres) */
    int year;
    int minimum_age;          /* by its certificate; an unknown one counts as adult */
    int tier;                 /* how well known: 1 (widely) … MR_CATALOGUE_TIERS (hardly) */
    uint32_t language_number; /* equal languages have equal numbers; 0 is the unknown one */
    /* Numbers of directors, then cast, in mr_catalogue_people. */
    uint32_t people;
    uint16_t director_count, cast_count;
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

/* All people lists, one after the other, and how many different people and languages there are. */
const uint32_t *mr_catalogue_people(const mr_catalogue *catalogue);
size_t mr_catalogue_people_count(const mr_catalogue *catalogue);
size_t mr_catalogue_language_count(const mr_catalogue *catalogue);

/* Index of the film with this id, or -1. */
long mr_catalogue_find(const mr_catalogue *catalogue, const char *id);

/* Index of the best known film with this title (case, accents and punctuation do not matter), of
 * this year unless it is 0; or -1. */
long mr_catalogue_find_title(const mr_catalogue *catalogue, const char *title, int year);

/* Number of a language by its name (case ignored), or -1 when no film has it. */
long mr_catalogue_find_language(const mr_catalogue *catalogue, const char *language);

#endif
