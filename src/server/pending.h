/*
 * Counts requests that a worker was given and that are not over, so that the end of the server can
 * wait until their answers have been sent.
 *
 *     mr_pending_add(&pending);      it is handed over
 *     mr_pending_remove(&pending);   its last byte was sent, or its client is gone
 *     mr_pending_wait(&pending, 2);  until there are none, two seconds at most
 *
 * Thread rule: any thread may add, remove and wait.
 */
#ifndef MR_SERVER_PENDING_H
#define MR_SERVER_PENDING_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct mr_pending {
    pthread_mutex_t lock;
    pthread_cond_t none;
    size_t count;
} mr_pending;

void mr_pending_init(mr_pending *pending);

void mr_pending_add(mr_pending *pending);

void mr_pending_remove(mr_pending *pending);

/* Whether there were none left in time. */
bool mr_pending_wait(mr_pending *pending, int seconds);

void mr_pending_destroy(mr_pending *pending);

#endif
