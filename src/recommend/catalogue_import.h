/*
 * An operator's own films, beside those that are shipped.
 *
 *     mr_film_import done;
 *     MR_TRY(mr_films_import("ours.csv", "data/films.csv", print_bad_line, NULL, &done));
 *     printf("%zu new, %zu changed\n", done.added, done.changed);
 *
 * The file has the columns of catalogue.h; `id` may be missing. A row means
 *
 *   1. the film with its id, if the catalogue has one;
 *   2. else the film with its title (or one of its other titles) and its year, unless both state a
 *      language and these differ; that film keeps its id, so that what viewers said of it and what
 *      models know of it stay valid;
 *   3. else a new film. Where the row has no id, one is made of title and year: own-TITLE-YEAR, or
 *      own-TITLE-YEAR-LANGUAGE where a film of another language has that.
 *
 * What the row states takes the place of what was known; what it leaves empty stays. Where a film
 * was found by its title, that title stays, and of two certificates the stricter one counts. A new
 * film without a certificate counts as adult, one without a tier as hardly known.
 *
 * All or nothing: when a line is bad, each bad line is told and nothing changes. What is imported
 * is written beside the catalogue as imported.csv in one step, together with what was imported
 * before; removing that file takes all imports back. A program that has the catalogue open sees it
 * when it loads the catalogue anew.
 *
 * Thread rule: one import at a time; readers see the old or the new file.
 */
#ifndef MR_RECOMMEND_CATALOGUE_IMPORT_H
#define MR_RECOMMEND_CATALOGUE_IMPORT_H

#include "base/error.h"

#include <stddef.h>

#define MR_FILM_IMPORT_MAX_BYTES ((size_t)64 << 20)

typedef struct mr_film_import {
    size_t added;   /* films that are new */
    size_t changed; /* films that were known */
    size_t bad;     /* lines that were told; nothing is imported unless it is 0 */
} mr_film_import;

/* Called for each bad line with "FILE: line N: what is wrong". */
typedef void mr_bad_line(const char *error, void *context);

/* Imports the films of `path` to the catalogue at `catalogue_path`. MR_E_FORMAT when a line is bad;
 * *out is set then as well. */
mr_status mr_films_import(const char *path, const char *catalogue_path, mr_bad_line *tell,
                          void *context, mr_film_import *out);

#endif
