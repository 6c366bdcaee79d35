#include "server/pool.h"

#include "base/clock.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORKERS_MAX     256
#define WORKERS_UNASKED 64 /* at most, unless more are asked for: each has its own memory */
#define ERROR_TEXT_SIZE 512

typedef struct lane {
    mr_job *first, **end; /* linked by job->next */
    size_t count, limit;
} lane;

struct mr_pool {
    mr_lessor *lessor;
    mr_latency *latency;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a job came, the engine was swapped, or the pool stops */
    lane lanes[MR_LANE_COUNT];
    int turn; /* lane to look at first */
    size_t running;
    bool stopping;
    int started;
    pthread_t threads[WORKERS_MAX];
};

mr_pool_options mr_pool_options_defaults(void) {
    return (mr_pool_options){.limits = {64, 64}};
}

const char *mr_lane_label(mr_lane which) {
#define LABEL(name, label) label,
    static const char *const labels[] = {MR_LANES(LABEL)};
#undef LABEL
    return (unsigned)which < MR_LANE_COUNT ? labels[which] : NULL;
}

/* The next job by turns, or NULL. */
static mr_job *take(mr_pool *pool) {
    for (int i = 0; i < MR_LANE_COUNT; i++) {
        int which = (pool->turn + i) % MR_LANE_COUNT;
        lane *from = &pool->lanes[which];
        mr_job *job = from->first;
        if (job == NULL)
            continue;
        from->first = job->next;
        if (from->first == NULL)
            from->end = &from->first;
        from->count--;
        pool->turn = (which + 1) % MR_LANE_COUNT;
        return job;
    }
    return NULL;
}

/* Waits for a job; NULL when the pool has stopped and none is left. Holds the lock. */
static mr_job *wait_for_job(mr_pool *pool, mr_leased_session *leased) {
    mr_job *job;
    while ((job = take(pool)) == NULL && !pool->stopping) {
        if (leased->lease != NULL && !mr_lease_is_current(leased->lease)) {
            pthread_mutex_unlock(&pool->lock);
            mr_leased_session_clear(leased);
            pthread_mutex_lock(&pool->lock);
            continue;
        }
        pthread_cond_wait(&pool->changed, &pool->lock);
    }
    return job;
}

static void run_job(mr_pool *pool, mr_job *job, mr_leased_session *leased) {
    mr_latency_add(pool->latency, MR_STAGE_QUEUE, mr_now() - job->submitted);
    mr_status status = mr_leased_session_renew(leased, pool->lessor);
    if (status == MR_OK)
        status = job->run(job, leased);
    job->done(job, status);
}

static void *work(void *argument) {
    mr_pool *pool = argument;
    mr_leased_session leased = {0};
    pthread_mutex_lock(&pool->lock);
    mr_job *job;
    while ((job = wait_for_job(pool, &leased)) != NULL) {
        pool->running++;
        pthread_mutex_unlock(&pool->lock);
        run_job(pool, job, &leased);
        pthread_mutex_lock(&pool->lock);
        pool->running--;
    }
    pthread_mutex_unlock(&pool->lock);
    mr_leased_session_clear(&leased);
    return NULL;
}

static mr_status start(mr_pool *pool, int workers) {
    for (; pool->started < workers; pool->started++)
        if (pthread_create(&pool->threads[pool->started], NULL, work, pool) != 0)
            return mr_fail(MR_E_MEMORY, "workers: thread %d of %d cannot be started",
                           pool->started + 1, workers);
    return MR_OK;
}

/* One for each processor that this process may use. */
static int usual_workers(void) {
    cpu_set_t usable;
    long count = sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable)
                                                                   : sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > WORKERS_UNASKED ? WORKERS_UNASKED : (int)count;
}

mr_status mr_pool_create(const mr_pool_options *options, mr_lessor *lessor, mr_latency *latency,
                         mr_pool **out) {
    mr_pool_options chosen = options != NULL ? *options : mr_pool_options_defaults();
    int workers = chosen.workers > 0 ? chosen.workers : usual_workers();
    if (workers > WORKERS_MAX)
        return mr_fail(MR_E_LIMIT, "workers: %d: at most %d", workers, WORKERS_MAX);
    mr_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return mr_fail(MR_E_MEMORY, "workers: out of memory");
    pool->lessor = lessor;
    pool->latency = latency;
    for (int i = 0; i < MR_LANE_COUNT; i++) {
        pool->lanes[i].end = &pool->lanes[i].first;
        pool->lanes[i].limit = chosen.limits[i];
    }
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->changed, NULL);
    mr_status status = start(pool, workers);
    if (status != MR_OK) {
        mr_pool_free(pool);
        return status;
    }
    *out = pool;
    return MR_OK;
}

void mr_pool_free(mr_pool *pool) {
    if (pool == NULL)
        return;
    mr_pool_stop(pool);
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

mr_status mr_pool_submit(mr_pool *pool, mr_lane which, mr_job *job) {
    job->next = NULL;
    job->submitted = mr_now();
    pthread_mutex_lock(&pool->lock);
    lane *to = &pool->lanes[which];
    bool stopping = pool->stopping, full = to->count >= to->limit;
    if (!stopping && !full) {
        *to->end = job;
        to->end = &job->next;
        to->count++;
        pthread_cond_signal(&pool->changed);
    }
    pthread_mutex_unlock(&pool->lock);
    if (stopping)
        return mr_fail(MR_E_INTERRUPTED, "workers: stopping");
    if (full)
        return mr_fail(MR_E_BUSY, "workers: %zu jobs are waiting already", to->limit);
    return MR_OK;
}

/* A job somebody waits for: the caller's, behind one of our own. */
typedef struct waited_job {
    mr_job job, *wanted;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool finished;
    mr_status status;
    char error[ERROR_TEXT_SIZE];
} waited_job;

static mr_status run_waited(mr_job *job, const mr_leased_session *at) {
    mr_job *wanted = ((waited_job *)job)->wanted;
    return wanted->run(wanted, at);
}

static void finish_waited(mr_job *job, mr_status status) {
    waited_job *waited = (waited_job *)job;
    pthread_mutex_lock(&waited->lock);
    waited->status = status;
    snprintf(waited->error, sizeof waited->error, "%s", mr_last_error());
    waited->finished = true;
    pthread_cond_signal(&waited->changed);
    pthread_mutex_unlock(&waited->lock);
}

mr_status mr_pool_run(mr_pool *pool, mr_lane which, mr_job *job) {
    waited_job waited = {.job = {.run = run_waited, .done = finish_waited}, .wanted = job};
    pthread_mutex_init(&waited.lock, NULL);
    pthread_cond_init(&waited.changed, NULL);
    mr_status status = mr_pool_submit(pool, which, &waited.job);
    if (status == MR_OK) {
        pthread_mutex_lock(&waited.lock);
        while (!waited.finished)
            pthread_cond_wait(&waited.changed, &waited.lock);
        pthread_mutex_unlock(&waited.lock);
        status = waited.status;
        if (status != MR_OK)
            mr_fail(status, "%s", waited.error);
    }
    pthread_cond_destroy(&waited.changed);
    pthread_mutex_destroy(&waited.lock);
    return status;
}

void mr_pool_renew(mr_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

void mr_pool_stop(mr_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    for (; pool->started > 0; pool->started--)
        pthread_join(pool->threads[pool->started - 1], NULL);
}

size_t mr_pool_waiting(mr_pool *pool, mr_lane which) {
    pthread_mutex_lock(&pool->lock);
    size_t count = pool->lanes[which].count;
    pthread_mutex_unlock(&pool->lock);
    return count;
}

size_t mr_pool_running(mr_pool *pool) {
    pthread_mutex_lock(&pool->lock);
    size_t count = pool->running;
    pthread_mutex_unlock(&pool->lock);
    return count;
}

int mr_pool_workers(const mr_pool *pool) {
    return pool->started;
}
