/*
 * Learns from the viewers of this server's store while it serves.
 *
 *     mr_learner *learner;
 *     MR_TRY(mr_learner_start(lessor, store, 60, &learner));     // now, and then every hour
 *     mr_learner_wake(learner);                                  // anew, for an engine just opened
 *     mr_learner_stop(learner);
 *
 * A thread of low priority reads everybody's opinions from the store, learns which films those like
 * who live here (learn/local_likes.h), and hands the links to the engine, whose rankings use them
 * from the next one on; those under way end with what they began with. Nothing is kept on disk, so
 * that several servers on one database each learn the same, and a viewer who was erased is gone
 * from the next links on. When something fails, the links of before stay, and it is tried again
 * after the next pause.
 *
 * Thread rule: start and stop by one thread, the rest by any. The lessor and the store must outlive
 * the learner.
 */
#ifndef MR_SERVER_LEARNER_H
#define MR_SERVER_LEARNER_H

#include "server/lease.h"
#include "store/store.h"

typedef struct mr_learner mr_learner;

typedef struct mr_learner_stats {
    uint64_t runs, failures; /* so far */
    size_t viewers, likes;   /* learned from last */
    size_t films, links;     /* between which, and how many */
    int64_t at;              /* when, seconds since 1970; 0: not yet */
    int64_t failed_at;       /* when it failed last; 0: never */
} mr_learner_stats;

/* `minutes`: the pause between two runs; more than 0. */
mr_status mr_learner_start(mr_lessor *lessor, mr_store *store, double minutes, mr_learner **out);

/* Ends the pause. */
void mr_learner_wake(mr_learner *learner);

/* Ends the run that is under way, soon, and frees the learner. NULL does nothing. */
void mr_learner_stop(mr_learner *learner);

mr_learner_stats mr_learner_stats_of(mr_learner *learner);

#endif
