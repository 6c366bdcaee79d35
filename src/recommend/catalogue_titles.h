/*
 * Films by title, whatever its case, accents, script, punctuation and leading article, and with
 * typing errors.
 *
 *     mr_title_index titles = {0};
 *     MR_TRY(mr_title_index_make(films, count, "films.csv", &titles));
 *     size_t n;
 *     const mr_title_key *same = mr_title_index_equal(&titles, "The Matrix", &n);
 *     mr_title_match best[5];
 *     n = mr_title_index_near(&titles, films, "matirx", 0, best, 5);
 *     mr_title_index_free(&titles);
 *
 * Equal titles are found by bisection. Near ones are found by going through all titles, of which a
 * comparison of length and of the sets of letters leaves few; the distance of these is computed for
 * a whole title at once in the bits of a word (Hyyro 2003, "A bit-vector algorithm for computing
 * Levenshtein and Damerau edit distances").
 *
 * Ownership: films stay the caller's. Thread rule: read-only once made.
 */
#ifndef MR_RECOMMEND_CATALOGUE_TITLES_H
#define MR_RECOMMEND_CATALOGUE_TITLES_H

#include "base/error.h"
#include "recommend/catalogue.h"
#include "recommend/fold.h"

#define MR_TITLE_LONGEST_TYPED 64 /* bytes of a folded title that is looked up with errors */

/* Bytes that a folded title may need, with its zero. */
#define MR_TITLE_ROOM MR_FOLD_ROOM(MR_CATALOGUE_MAX_TITLE)

typedef struct mr_title_index {
    char *text;        /* the folded titles, one after the other */
    mr_title_key *key; /* sorted by text, then how well known */
    size_t count;
} mr_title_index;

/* By what a title is looked up: folded (fold.h), without a leading article; one that holds nothing
 * but punctuation, as "$" does, as it is, without spaces around it. Points into `folded`. */
const char *mr_title_fold(const char *title, char folded[MR_TITLE_ROOM]);

mr_status mr_title_index_make(const mr_catalogue_film *films, size_t count, const char *name,
                              mr_title_index *out);
void mr_title_index_free(mr_title_index *index);

/* The keys that equal a title, best known film first; *count may be 0. */
const mr_title_key *mr_title_index_equal(const mr_title_index *index, const char *title,
                                         size_t *count);

/* As mr_catalogue_search. */
size_t mr_title_index_near(const mr_title_index *index, const mr_catalogue_film *films,
                           const char *title, int year, mr_title_match *out, size_t most);

/* How many insertions, deletions, replacements and exchanges of neighbours part two texts, each
 * byte being touched once (optimal string alignment); `a` has at most MR_TITLE_LONGEST_TYPED bytes.
 */
int mr_title_distance(const char *a, const char *b);

#endif
