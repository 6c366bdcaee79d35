/* Compute threads of a call: set for its time, so that the caller's own OpenMP code keeps what it
 * had set. */
#ifndef MR_API_THREADS_H
#define MR_API_THREADS_H

#include <omp.h>

/* Returns what mr_threads_end restores. */
static inline int mr_threads_begin(int threads) {
    int before = omp_get_max_threads();
    omp_set_num_threads(threads);
    return before;
}

static inline void mr_threads_end(int before) {
    omp_set_num_threads(before);
}

#endif
