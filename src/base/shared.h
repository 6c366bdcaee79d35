/*
 * Things that many threads use while one puts a newer one in their place, such as models that are
 * loaded anew: whoever uses one holds it, and the last to let go frees it.
 *
 *     typedef struct thing { mr_shared shared; … } thing;       // the first member
 *     mr_shared_begin(&made->shared);                           // held once, by its maker
 *     mr_shared *last = mr_shared_swap(&slot, &made->shared);   // its hold is the slot's now
 *     if (mr_shared_drop(last)) free_thing((thing *)last);
 *
 *     thing *now = (thing *)mr_shared_take(&slot);              // elsewhere, at any time
 *     …
 *     if (mr_shared_drop(&now->shared)) free_thing(now);
 *
 * Nobody waits but for the exchange of one pointer.
 *
 * Thread rule: any thread, but a slot is opened and closed by one, when no other uses it.
 */
#ifndef MR_BASE_SHARED_H
#define MR_BASE_SHARED_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

typedef struct mr_shared {
    atomic_size_t holds;
} mr_shared;

typedef struct mr_shared_slot {
    pthread_mutex_t lock;
    mr_shared *present; /* or NULL */
} mr_shared_slot;

void mr_shared_begin(mr_shared *shared);

/* One more hold, by who has one. */
void mr_shared_hold(mr_shared *shared);

/* Ends a hold. True when it was the last: free the thing then. False for NULL. */
bool mr_shared_drop(mr_shared *shared);

/* Empty to begin with. Closing leaves it to the caller to drop what is in it (mr_shared_swap). */
void mr_shared_slot_open(mr_shared_slot *slot);
void mr_shared_slot_close(mr_shared_slot *slot);

/* Puts `next` (or NULL) in and gives what was there (or NULL); the holds pass with them. */
mr_shared *mr_shared_swap(mr_shared_slot *slot, mr_shared *next);

/* A hold on what is there; NULL when nothing is. */
mr_shared *mr_shared_take(mr_shared_slot *slot);

bool mr_shared_is_present(mr_shared_slot *slot, const mr_shared *shared);

#endif
