#include "base/latest.h"

#include "base/clock.h"

#include <math.h>
#include <time.h>

mr_status mr_latest_init(mr_latest *latest) {
    *latest = (mr_latest){.making = 0, .newest = 1, .reading = 2};
    if (mr_condition_init(&latest->published))
        return mr_fail(MR_E_MEMORY, "no memory for a condition variable");
    pthread_mutex_init(&latest->mutex, NULL); /* of the plain kind: cannot fail */
    return MR_OK;
}

void mr_latest_destroy(mr_latest *latest) {
    pthread_cond_destroy(&latest->published);
    pthread_mutex_destroy(&latest->mutex);
}

int mr_latest_slot(const mr_latest *latest) {
    return latest->making; /* the maker alone changes it */
}

static void swap(int *a, int *b) {
    int was = *a;
    *a = *b;
    *b = was;
}

void mr_latest_publish(mr_latest *latest) {
    pthread_mutex_lock(&latest->mutex);
    swap(&latest->making, &latest->newest);
    latest->fresh = true;
    pthread_cond_signal(&latest->published);
    pthread_mutex_unlock(&latest->mutex);
}

static struct timespec moment_in(double seconds) {
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment);
    double whole = floor(seconds);
    moment.tv_sec += (time_t)whole;
    moment.tv_nsec += (long)(1e9 * (seconds - whole));
    if (moment.tv_nsec >= 1000000000L) {
        moment.tv_sec++;
        moment.tv_nsec -= 1000000000L;
    }
    return moment;
}

int mr_latest_take(mr_latest *latest, double seconds) {
    struct timespec end = moment_in(seconds);
    pthread_mutex_lock(&latest->mutex);
    int failure = 0;
    while (!latest->fresh && !failure)
        failure = pthread_cond_timedwait(&latest->published, &latest->mutex, &end);
    int slot = -1;
    if (latest->fresh) {
        swap(&latest->newest, &latest->reading);
        latest->fresh = false;
        slot = latest->reading;
    }
    pthread_mutex_unlock(&latest->mutex);
    return slot;
}
