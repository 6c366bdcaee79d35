/*
 * The newest wins: a bounded exchange between a thread that makes things, as a camera makes frames,
 * and a thread that cannot always keep up.
 *
 *     thing slots[MR_LATEST_SLOTS];                       // the user's; mr_latest deals in numbers
 *     maker:  make(&slots[mr_latest_slot(&latest)]);      // takes as long as it likes
 *             mr_latest_publish(&latest);                 // never waits for the reader
 *     reader: int slot = mr_latest_take(&latest, 0.1);    // -1: nothing new within 0.1 s
 *             if (slot >= 0) use(&slots[slot]);           // until the next take
 *
 * One slot is being made, one is the newest that is whole, one is being read; publishing and taking
 * swap two of them (triple buffering). A thing that nobody took before the next was published is
 * gone. Nothing is copied and nothing allocated.
 *
 * Thread rule: one thread makes and one reads.
 */
#ifndef MR_BASE_LATEST_H
#define MR_BASE_LATEST_H

#include "base/error.h"

#include <pthread.h>
#include <stdbool.h>

#define MR_LATEST_SLOTS 3

typedef struct mr_latest {
    pthread_mutex_t mutex;
    pthread_cond_t published;
    int making, newest, reading; /* slot numbers, all different */
    bool fresh;                  /* the newest was not taken yet */
} mr_latest;

mr_status mr_latest_init(mr_latest *latest);

/* After both threads are done with it. */
void mr_latest_destroy(mr_latest *latest);

/* The slot that the maker may fill. */
int mr_latest_slot(const mr_latest *latest);

/* What was made is now the newest; the maker has another slot. */
void mr_latest_publish(mr_latest *latest);

/* The slot of the newest thing that was not taken yet, the reader's until its next take; waits up
 * to `seconds` for one, then -1. */
int mr_latest_take(mr_latest *latest, double seconds);

#endif
