/*
 * What can be had at most from knowing of a user nothing but the audience.
 *
 *     double ceiling;
 *     MR_TRY(mr_audience_ceiling(&likes, asked, &ceiling));
 *
 * A ranker that is told only age group and gender gives the same list to all users of an audience
 * (MR_AUDIENCES of them). The sum of their nDCG@10 is the sum over places of the place's gain times
 * the weight of the item there, which is the sum of 1 / (best possible gain of the user) over those
 * who like it; so it is greatest when the items of greatest weight come first, in that order. That
 * list is made from the very likes that it is judged by, which no ranker sees: the ceiling is exact
 * for these users, and higher than what can be had for others.
 *
 * Thread rule: no shared state.
 */
#ifndef MR_LEARN_AUDIENCE_CEILING_H
#define MR_LEARN_AUDIENCE_CEILING_H

#include "learn/interactions.h"

#include <stdbool.h>

/* The greatest mean of nDCG@10 over the users whose flag in `asked` is set, all of whose likes are
 * wanted and all items ranked; 0 when none is set. */
mr_status mr_audience_ceiling(const mr_interactions *likes, const bool *asked, double *ndcg);

#endif
