/*
 * Finds the films of MovieLens in the catalogue by title and year.
 *
 * MovieLens writes "Postino, Il (The Postman)": an article comes last, and other titles stand in
 * brackets. Each title is tried with its article in front, as recommend/catalogue.h finds titles,
 * among films whose year differs by at most one; the same year and then the better known film goes
 * first.
 */
#ifndef MR_LEARN_MATCH_FILMS_H
#define MR_LEARN_MATCH_FILMS_H

#include "learn/dataset_ratings.h"
#include "recommend/catalogue.h"

/* Catalogue index of each of `count` films, or -1; no film of the catalogue is given twice, the
 * first one keeps it. */
mr_status mr_match_films(const mr_rated_film *films, size_t count, const mr_catalogue *catalogue,
                         int32_t *matches);

/* The titles to try for one of MovieLens, each a string of its own in `out`; returns how many. */
#define MR_MATCH_TITLES 4
#define MR_MATCH_LENGTH 256
int mr_match_titles(const char *title, char out[MR_MATCH_TITLES][MR_MATCH_LENGTH]);

#endif
