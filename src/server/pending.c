#include "server/pending.h"

#include "base/clock.h"

#include <time.h>

void mr_pending_init(mr_pending *pending) {
    mr_condition_init(&pending->none);
    pthread_mutex_init(&pending->lock, NULL);
    pending->count = 0;
}

void mr_pending_add(mr_pending *pending) {
    pthread_mutex_lock(&pending->lock);
    pending->count++;
    pthread_mutex_unlock(&pending->lock);
}

void mr_pending_remove(mr_pending *pending) {
    pthread_mutex_lock(&pending->lock);
    if (--pending->count == 0)
        pthread_cond_broadcast(&pending->none);
    pthread_mutex_unlock(&pending->lock);
}

bool mr_pending_wait(mr_pending *pending, int seconds) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    pthread_mutex_lock(&pending->lock);
    int code = 0;
    while (pending->count > 0 && code == 0)
        code = pthread_cond_timedwait(&pending->none, &pending->lock, &until);
    bool none = pending->count == 0;
    pthread_mutex_unlock(&pending->lock);
    return none;
}

void mr_pending_destroy(mr_pending *pending) {
    pthread_cond_destroy(&pending->none);
    pthread_mutex_destroy(&pending->lock);
}
