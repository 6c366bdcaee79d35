#include "server/latency.h"

#include <inttypes.h>

static const double bounds_ms[] = MR_LATENCY_BOUNDS_MS;

_Static_assert(sizeof bounds_ms / sizeof *bounds_ms + 1 == MR_LATENCY_BUCKETS,
               "one bucket for each bound and one above");

const char *mr_stage_label(mr_stage stage) {
#define LABEL(name, label) label,
    static const char *const labels[] = {MR_STAGES(LABEL)};
#undef LABEL
    return (unsigned)stage < MR_STAGE_COUNT ? labels[stage] : NULL;
}

void mr_latency_add(mr_latency *latency, mr_stage stage, double seconds) {
    mr_histogram *histogram = &latency->stages[stage];
    int bucket = 0;
    while (bucket < MR_LATENCY_BUCKETS - 1 && seconds * 1e3 > bounds_ms[bucket])
        bucket++;
    uint64_t nanoseconds = seconds > 0 ? (uint64_t)(seconds * 1e9) : 0;
    atomic_fetch_add_explicit(&histogram->nanoseconds, nanoseconds, memory_order_relaxed);
    atomic_fetch_add_explicit(&histogram->buckets[bucket], 1, memory_order_relaxed);
}

uint64_t mr_latency_count(const mr_latency *latency, mr_stage stage) {
    uint64_t count = 0;
    for (int i = 0; i < MR_LATENCY_BUCKETS; i++)
        count += atomic_load_explicit(&latency->stages[stage].buckets[i], memory_order_relaxed);
    return count;
}

static void print_stage(const mr_histogram *histogram, const char *name, const char *stage,
                        FILE *out) {
    uint64_t below = 0;
    for (int i = 0; i < MR_LATENCY_BUCKETS; i++) {
        below += atomic_load_explicit(&histogram->buckets[i], memory_order_relaxed);
        if (i < MR_LATENCY_BUCKETS - 1)
            fprintf(out, "%s_bucket{stage=\"%s\",le=\"%g\"} %" PRIu64 "\n", name, stage,
                    bounds_ms[i] / 1e3, below);
        else
            fprintf(out, "%s_bucket{stage=\"%s\",le=\"+Inf\"} %" PRIu64 "\n", name, stage, below);
    }
    uint64_t sum = atomic_load_explicit(&histogram->nanoseconds, memory_order_relaxed);
    fprintf(out, "%s_sum{stage=\"%s\"} %.9f\n", name, stage, (double)sum / 1e9);
    fprintf(out, "%s_count{stage=\"%s\"} %" PRIu64 "\n", name, stage, below);
}

void mr_latency_print(const mr_latency *latency, const char *name, FILE *out) {
    fprintf(out, "# HELP %s Time that each stage of an answer takes.\n# TYPE %s histogram\n", name,
            name);
    for (int i = 0; i < MR_STAGE_COUNT; i++)
        print_stage(&latency->stages[i], name, mr_stage_label((mr_stage)i), out);
}
