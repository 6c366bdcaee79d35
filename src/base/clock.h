/* Monotonic time. */
#ifndef MR_BASE_CLOCK_H
#define MR_BASE_CLOCK_H

/* Seconds since some fixed point; never goes back. */
double mr_now(void);

#endif
