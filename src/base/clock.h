/* Monotonic time. */
#ifndef MR_BASE_CLOCK_H
#define MR_BASE_CLOCK_H

#include <pthread.h>

/* Seconds since some fixed point; never goes back. */
double mr_now(void);

/* Makes a condition whose waits end by that clock (CLOCK_MONOTONIC), whatever is done to the time
 * of day. To be destroyed with pthread_cond_destroy. Returns what pthread_cond_init does. */
int mr_condition_init(pthread_cond_t *condition);

#endif
