/*
 * How long things take: one histogram a stage, and the text that Prometheus reads.
 *
 *     mr_latency latency = {0};
 *     double started = mr_now();
 *     …
 *     mr_latency_add(&latency, MR_STAGE_ANALYZE, mr_now() - started);
 *
 * What a picture goes through inside the engine is one stage here, `analyze`: decoding, finding the
 * faces and estimating them.
 *
 * Thread rule: any thread may add or read at any time, without a lock. A reader may see a count
 * that a bucket does not hold yet; the next reading has it.
 */
#ifndef MR_SERVER_LATENCY_H
#define MR_SERVER_LATENCY_H

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

/* X(NAME, "label") */
#define MR_STAGES(X)                                                                               \
    X(QUEUE, "queue")         /* waiting for a worker */                                           \
    X(ANALYZE, "analyze")     /* bytes of a picture to estimates */                                \
    X(RECOMMEND, "recommend") /* viewers to films */                                               \
    X(STORE, "store")         /* the viewer's history, read or written */                          \
    X(ENCODE, "encode")       /* answer to JSON */                                                 \
    X(TOTAL, "total")         /* from the last byte of a request or frame to its answer */

#define MR_STAGE_ENUM_(name, label) MR_STAGE_##name,
typedef enum mr_stage { MR_STAGES(MR_STAGE_ENUM_) MR_STAGE_COUNT } mr_stage;
#undef MR_STAGE_ENUM_

/* Upper bounds of the buckets but the last, in milliseconds. */
#define MR_LATENCY_BOUNDS_MS                                                                       \
    { 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000 }
#define MR_LATENCY_BUCKETS 13

typedef struct mr_histogram {
    _Atomic uint64_t buckets[MR_LATENCY_BUCKETS]; /* each its own, not cumulative */
    _Atomic uint64_t nanoseconds;                 /* the sum */
} mr_histogram;

/* All zero is the empty one. */
typedef struct mr_latency {
    mr_histogram stages[MR_STAGE_COUNT];
} mr_latency;

/* The label, or NULL. */
const char *mr_stage_label(mr_stage stage);

void mr_latency_add(mr_latency *latency, mr_stage stage, double seconds);

uint64_t mr_latency_count(const mr_latency *latency, mr_stage stage);

/* Writes the histograms in Prometheus' text format: # HELP, # TYPE and `name`_bucket, _sum and
 * _count with the label stage="…", in seconds. */
void mr_latency_print(const mr_latency *latency, const char *name, FILE *out);

#endif
