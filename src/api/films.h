/* Facts of the catalogue in the public form. */
#ifndef MR_API_FILMS_H
#define MR_API_FILMS_H

#include "moodreel/moodreel.h"
#include "recommend/catalogue.h"

/* The strings stay the catalogue's. */
mr_film mr_film_of(const mr_catalogue_film *entry);

#endif
