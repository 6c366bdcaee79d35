/*
 * The workers: a few threads that run the jobs of all requests and streams.
 *
 *     struct analysis { mr_job job; … };                // a job is part of what it works on
 *     static mr_status run(mr_job *job, const mr_leased_session *at) { … at->session … }
 *
 *     analysis->job.run = run;
 *     mr_status status = mr_pool_run(pool, MR_LANE_REQUEST, &analysis->job);   // waits for it
 *     if (status == MR_E_BUSY)
 *         say_503_and_retry_after();
 *
 * mr_pool_submit does not wait: when the job has run, the worker calls job->done(job, status) and
 * touches the job no more, so that `done` may free it or hand it on.
 *
 * Each worker has a session of its own that it renews when the models were reloaded. Each lane has
 * a queue with a limit, beyond which jobs are refused at once with MR_E_BUSY: a server that is too
 * slow says so instead of letting everybody wait. Workers take from the lanes by turns, so that a
 * crowd of cameras cannot starve single requests, nor the other way round; within a lane, first
 * come is first served. A stream has one job at most in its lane, which keeps streams even.
 *
 * Thread rule: all functions may be called by any thread at any time, but mr_pool_run not by a
 * worker. The lessor and the latency must outlive the pool. What a job fails with reaches `done`
 * and the caller of mr_pool_run as status and as their thread's mr_last_error().
 */
#ifndef MR_SERVER_POOL_H
#define MR_SERVER_POOL_H

#include "server/latency.h"
#include "server/lease.h"

typedef struct mr_pool mr_pool;
typedef struct mr_job mr_job;

/* X(NAME, "label") */
#define MR_LANES(X)                                                                                \
    X(REQUEST, "request")                                                                          \
    X(STREAM, "stream")

#define MR_LANE_ENUM_(name, label) MR_LANE_##name,
typedef enum mr_lane { MR_LANES(MR_LANE_ENUM_) MR_LANE_COUNT } mr_lane;
#undef MR_LANE_ENUM_

struct mr_job {
    /* Called by a worker, with its session and lease. */
    mr_status (*run)(mr_job *job, const mr_leased_session *at);
    /* Called by the same worker with what `run` returned, or with the reason why it was not called.
     * Set by mr_pool_run itself. */
    void (*done)(mr_job *job, mr_status status);
    /* The pool's own. */
    mr_job *next;
    double submitted;
};

typedef struct mr_pool_options {
    int workers;                  /* 0, the default: one for each usable processor, 64 at most */
    size_t limits[MR_LANE_COUNT]; /* jobs that may wait in each lane; 64 and 64 */
} mr_pool_options;

mr_pool_options mr_pool_options_defaults(void);

/* Makes the workers and their sessions. `latency` counts the stage `queue`. */
mr_status mr_pool_create(const mr_pool_options *options, mr_lessor *lessor, mr_latency *latency,
                         mr_pool **out);

/* Stops it and frees it. */
void mr_pool_free(mr_pool *pool);

/* Puts the job at the end of the lane. MR_E_BUSY: the lane is full; MR_E_INTERRUPTED: the pool is
 * stopping; `done` is not called then. */
mr_status mr_pool_submit(mr_pool *pool, mr_lane lane, mr_job *job);

/* The same, and waits until the job has run; returns what it returned. */
mr_status mr_pool_run(mr_pool *pool, mr_lane lane, mr_job *job);

/* Lets idle workers part with an engine that was swapped, so that it can be freed. */
void mr_pool_renew(mr_pool *pool);

/* Refuses new jobs, waits until those that were taken have run, and ends the workers. */
void mr_pool_stop(mr_pool *pool);

/* The label, or NULL. */
const char *mr_lane_label(mr_lane lane);

/* Jobs that wait in a lane, and those that are being run. */
size_t mr_pool_waiting(mr_pool *pool, mr_lane lane);
size_t mr_pool_running(mr_pool *pool);

int mr_pool_workers(const mr_pool *pool);

#endif
