/*
 * Links between films that the viewers of this very installation taught, beside those of the model
 * that is shipped, and the place where the present ones are found while newer ones are learned.
 *
 *     mr_local_slot slot;
 *     mr_local_slot_open(&slot);
 *     mr_local_slot_put(&slot, links);               // any thread, at any time
 *     mr_local_links *now = mr_local_slot_take(&slot);   // NULL: nothing was learned yet
 *     options.local = now ? now->likes : NULL;
 *     …                                              // rank with them; they do not change
 *     mr_local_links_drop(now);                      // the last one out frees them
 *     mr_local_slot_close(&slot);
 *
 * Who ranks holds the links of the moment when it began, and nobody waits for who learns but for
 * the exchange of one pointer.
 *
 * Thread rule: all functions by any thread, opening and closing a slot by one. Links are read-only.
 */
#ifndef MR_RECOMMEND_LOCAL_LINKS_H
#define MR_RECOMMEND_LOCAL_LINKS_H

#include "base/shared.h"
#include "recommend/collaborative_films.h"

typedef struct mr_local_links {
    mr_shared shared;
    mr_collaborative_films *likes; /* owned; weights already have their strength */
    size_t viewers, entries;       /* and likes that they were learned from */
} mr_local_links;

/* Held once; takes over `likes`, also on failure. */
mr_status mr_local_links_make(mr_collaborative_films *likes, size_t viewers, size_t entries,
                              mr_local_links **out);

/* Ends a hold; NULL does nothing. */
void mr_local_links_drop(mr_local_links *links);

typedef struct mr_local_slot {
    mr_shared_slot shared;
} mr_local_slot;

void mr_local_slot_open(mr_local_slot *slot);
void mr_local_slot_close(mr_local_slot *slot);

/* Takes over a hold; NULL: from now on there are none. */
void mr_local_slot_put(mr_local_slot *slot, mr_local_links *links);

/* A hold on the present links, or NULL. */
mr_local_links *mr_local_slot_take(mr_local_slot *slot);

#endif
