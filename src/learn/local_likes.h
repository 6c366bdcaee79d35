/*
 * Learning from what the viewers of one installation said.
 *
 *     mr_local_likes *likes;
 *     MR_TRY(mr_local_likes_create(catalogue, &likes));
 *     MR_TRY(mr_local_likes_add(likes, "8f3a…", &feedback));     // one viewer's come together
 *     mr_local_links *links;
 *     MR_TRY(mr_local_likes_learn(likes, NULL, &links));         // NULL: too little is known yet
 *     mr_local_likes_free(likes);
 *
 * The same closed form that the shipped links are learned with (learn/ease.h), over the likes that
 * were added: likes, and ratings of 4 and 5. Two rules make it safe to do so with little:
 *
 * - A film counts from `least_viewers` viewers on who liked it, and a viewer from two such films
 *   on. No link tells of one person, and none hangs on one person's whim.
 * - All weights are multiplied by viewers / (viewers + half_viewers), so that a handful of people
 *   barely moves what the shipped links say, and some thousands count as much as those.
 *
 * Ownership: the catalogue must outlive the likes. Thread rule: one thread at a time.
 */
#ifndef MR_LEARN_LOCAL_LIKES_H
#define MR_LEARN_LOCAL_LIKES_H

#include "moodreel/types.h"
#include "recommend/local_links.h"

#include <stdatomic.h>

typedef struct mr_local_likes mr_local_likes;

typedef struct mr_local_params {
    size_t least_viewers; /* 5 */
    size_t most_films;    /* those that most like; 2000, which takes 70 MB for a moment */
    double half_viewers;  /* 500 */
    float ridge;          /* 100: less than for the shipped links, since there are fewer people */
    int links;            /* kept of each film; 100 */
    /* Ends learning with MR_E_INTERRUPTED before its next step once it is true; NULL: nothing does.
     * The longest step, the inversion for `most_films`, takes about a second. */
    const atomic_bool *stop;
} mr_local_params;

mr_local_params mr_local_params_defaults(void);

mr_status mr_local_likes_create(const mr_catalogue *catalogue, mr_local_likes **out);
void mr_local_likes_free(mr_local_likes *likes);

/* Another viewer begins where the name differs from that of the call before. What is no like, or of
 * a film that the catalogue lacks, counts for nothing. */
mr_status mr_local_likes_add(mr_local_likes *likes, const char *viewer,
                             const mr_feedback *feedback);

/* `params` NULL: the defaults. */
mr_status mr_local_likes_learn(const mr_local_likes *likes, const mr_local_params *params,
                               mr_local_links **out);

#endif
