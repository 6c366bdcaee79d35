/*
 * Learns from the viewers of this server's store while it serves.
 *
 *     mr_learner *learner;
 *     MR_TRY(mr_learner_start(lessor, store, 60, &learner));     // now, and then every hour
 *     mr_learner_renew(learner);                                 // anew, for an engine just opened
 *     mr_learner_interrupt(learner);                             // the end is near
 *     mr_learner_stop(learner);
 *
 * A thread of low priority reads everybody's opinions from the store, learns which films those like
 * who live here (learn/local_likes.h), and hands the links to the engine, whose rankings use them
 * from the next one on; those under way end with what they began with. Nothing is kept on disk, so
 * that several servers on one database each learn the same, and a viewer who was erased is gone
 * from the next links on. When something fails, the links of before stay, and it is tried again
 * after the next pause. Links go by the films of one engine: those of before a reload go with their
 * engine, and nothing is learned for the new one until its first run is done. When that one fails,
 * it is tried again after a minute, if the pause is no shorter.
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
    size_t viewers, likes;   /* learned from last, for the present engine */
    size_t films, links;     /* between which, and how many */
    int64_t at;              /* when, seconds since 1970; 0: not yet */
    int64_t failed_at;       /* when it failed last; 0: never */
} mr_learner_stats;

/* `minutes`: the pause between two runs; more than 0. */
mr_status mr_learner_start(mr_lessor *lessor, mr_store *store, double minutes, mr_learner **out);

/* Called after the engine was swapped: forgets what was learned in its stats, and ends the pause.
 */
void mr_learner_renew(mr_learner *learner);

/* Tells the run that is under way to end, and no other to begin; does not wait for it. */
void mr_learner_interrupt(mr_learner *learner);

/* The same, waits for the end, and frees the learner. NULL does nothing. */
void mr_learner_stop(mr_learner *learner);

mr_learner_stats mr_learner_stats_of(mr_learner *learner);

#endif
