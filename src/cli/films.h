/*
 * The catalogue of the installation for commands that need no engine, and films by what people call
 * them.
 *
 *     char *id;
 *     MR_TRY(mr_cli_film_named("Amelie (2001)", &id));
 *     …
 *     free(id);
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
 * The id of the one film that a name means: an id, else its title, with the year in brackets behind
 * it where several have that title, else the only film whose title is nearest to it in typing
 * errors. MR_E_NOT_FOUND names the films that may be meant. The id is freed by the caller.
 */
mr_status mr_cli_film_named(const char *name, char **id);

#endif
