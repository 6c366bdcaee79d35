#include "cli/measure.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

mr_status mr_measure(mr_status (*job)(void *context), void *context, int runs, mr_times *out) {
    double *ms = malloc((size_t)runs * sizeof *ms);
    if (!ms)
        return mr_fail(MR_E_MEMORY, "benchmark: no memory for %d times", runs);
    mr_status status = job(context);
    for (int i = 0; i < runs && status == MR_OK; i++) {
        double started = mr_now();
        status = job(context);
        ms[i] = 1e3 * (mr_now() - started);
    }
    if (status == MR_OK) {
        qsort(ms, (size_t)runs, sizeof *ms, by_value);
        *out = (mr_times){runs, ms[runs / 2], ms[(runs * 99 + 99) / 100 - 1]};
    }
    free(ms);
    return status;
}

/* Sixteen independent chains of vectors hide the latency of the multiply-add. */
enum { CHAINS = 16, LANES = 16, ROUNDS = 1 << 18 };
typedef float lanes __attribute__((vector_size(LANES * sizeof(float))));

#if defined(__x86_64__)
__attribute__((target_clones("avx512f", "arch=haswell", "default")))
#endif
static void
spin(lanes *state) {
    lanes s[CHAINS];
    const lanes scale = state[0] * 0 + 0.5f, shift = scale;
    memcpy(s, state, sizeof s);
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < CHAINS; i++)
            s[i] = s[i] * scale + shift;
    memcpy(state, s, sizeof s);
}

double mr_measure_peak(void) {
    lanes state[CHAINS] = {0};
    double best = 0;
    for (int trial = 0; trial < 20; trial++) {
        double started = mr_now();
        spin(state);
        double rate = 2.0 * CHAINS * LANES * ROUNDS / (mr_now() - started) * 1e-9;
        best = rate > best ? rate : best;
    }
    /* A result that is looked at cannot be left uncomputed. */
    return state[CHAINS - 1][0] > 0 ? best : 0;
}

double mr_measure_memory(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}
