/*
 * The catalogue of the installation for commands that need no engine, and films by what people call
 * them.
 *
 *     mr_catalogue *catalogue;
 *     const mr_catalogue_film *film;
 *     MR_TRY(mr_cli_catalogue_load(NULL, &catalogue));
 *     if (mr_cli_film_named(catalogue, "Amelie (2001)", &film) == MR_OK)
 *         puts(film->title);
 *     mr_catalogue_free(catalogue);
 *
 * Thread rule: for the main thread.
 */
#ifndef MR_CLI_FILMS_H
#define MR_CLI_FILMS_H

#include "recommend/catalogue.h"

/* The path of the catalogue: the named one, else data/films.csv of the home folder; freed by the
 * caller. */
mr_status mr_cli_catalogue_path(const char *named, char **out);

/* Loads it, with what was imported. */
mr_status mr_cli_catalogue_load(const char *named, mr_catalogue **out);

/*
 * The one film that a name means: an id, else its title, with the year in brackets behind it where
 * several have that title, else the only film whose title is nearest to it in typing errors.
 * MR_E_NOT_FOUND names the films that may be meant. The film is the catalogue's.
 */
mr_status mr_cli_film_named(const mr_catalogue *catalogue, const char *name,
                            const mr_catalogue_film **out);

#endif
