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

enum { ROUNDS = 1 << 18, LANES_MOST = 16, CHAINS_MOST = 16 };

/* Independent chains of vectors hide the latency of the multiply-add: as many as there is need of,
 * and no more than the registers hold. Returns the operations done. */
#define SPIN(name, attribute, lanes, chains)                                                       \
    attribute static double name(float *state) {                                                   \
        typedef float vector __attribute__((vector_size((lanes) * sizeof(float))));                \
        vector s[chains], scale;                                                                   \
        memcpy(s, state, sizeof s);                                                                \
        scale = s[0] * 0 + 0.5f;                                                                   \
        for (int round = 0; round < ROUNDS; round++)                                               \
            for (int i = 0; i < (chains); i++)                                                     \
                s[i] = s[i] * scale + scale;                                                       \
        memcpy(state, s, sizeof s);                                                                \
        return 2.0 * (lanes) * (chains)*ROUNDS;                                                    \
    }

#if defined(__x86_64__)
SPIN(spin_512, __attribute__((target("avx512f"))), 16, 16)
SPIN(spin_256, __attribute__((target("avx2,fma"))), 8, 12)
#endif
SPIN(spin_128, , 4, 12)

/* By what the processor can do, not by its name: makers other than Intel have the same units. */
static double (*spinner(void))(float *) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f"))
        return spin_512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return spin_256;
#endif
    return spin_128;
}

double mr_measure_peak(void) {
    double (*const spin)(float *) = spinner();
    float state[LANES_MOST * CHAINS_MOST] = {0};
    double best = 0;
    for (int trial = 0; trial < 20; trial++) {
        double started = mr_now();
        double rate = spin(state) / (mr_now() - started) * 1e-9;
        best = rate > best ? rate : best;
    }
    /* A result that is looked at cannot be left uncomputed. */
    return state[0] > 0 ? best : 0;
}

double mr_measure_memory(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}
