/*
 * Stopwatch of the benchmark: how long a job takes, and how fast this processor can be at best.
 *
 * Thread rule: no shared state; for one thread at a time, or the times mean nothing.
 */
#ifndef MR_CLI_MEASURE_H
#define MR_CLI_MEASURE_H

#include "base/error.h"

typedef struct mr_times {
    int runs;
    double median, p99; /* milliseconds */
} mr_times;

/* Runs the job `runs` times after one that does not count (caches, page faults). The first error
 * ends it. */
mr_status mr_measure(mr_status (*job)(void *context), void *context, int runs, mr_times *out);

/*
 * Single-precision GFLOP/s of one thread doing nothing but independent fused multiply-adds in
 * registers, with the widest vectors that the processor has; the best of several trials.
 */
double mr_measure_peak(void);

/* Greatest memory that the process has held so far, in MiB. */
double mr_measure_memory(void);

#endif
