#include "recommend/forest_parts.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* More threads than this are not started. */
#define MOST_THREADS 256

typedef struct pool {
    size_t items;
    mr_forest_work *work;
    void *context;
    atomic_size_t next;
    pthread_mutex_t lock; /* over what follows */
    mr_status status;
    char text[512]; /* the failed thread's last error */
} pool;

typedef struct worker {
    pool *pool;
    unsigned number;
    pthread_t thread;
} worker;

unsigned mr_forest_thread_count(unsigned wanted) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned count = wanted ? wanted : (unsigned)(processors > 0 ? processors : 1);
    return count < MOST_THREADS ? count : MOST_THREADS;
}

static void record_failure(pool *p, mr_status status) {
    pthread_mutex_lock(&p->lock);
    if (p->status == MR_OK) {
        p->status = status;
        strncpy(p->text, mr_last_error(), sizeof p->text - 1);
    }
    pthread_mutex_unlock(&p->lock);
    atomic_store(&p->next, p->items);
}

static void *run(void *argument) {
    const worker *self = argument;
    pool *p = self->pool;
    size_t item;
    while ((item = atomic_fetch_add(&p->next, 1)) < p->items) {
        mr_status status = p->work(p->context, self->number, item);
        if (status != MR_OK)
            record_failure(p, status);
    }
    return NULL;
}

mr_status mr_forest_parallel(unsigned threads, size_t items, mr_forest_work *work, void *context) {
    pool p = {.items = items, .work = work, .context = context, .lock = PTHREAD_MUTEX_INITIALIZER};
    worker workers[MOST_THREADS] = {{.pool = &p}};
    unsigned started = 1;
    /* When the system gives no further thread, those that run do all the work. */
    for (; started < threads && started < items && started < MOST_THREADS; started++) {
        workers[started] = (worker){.pool = &p, .number = started};
        if (pthread_create(&workers[started].thread, NULL, run, &workers[started]) != 0)
            break;
    }
    run(&workers[0]);
    for (unsigned i = 1; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    pthread_mutex_destroy(&p.lock);
    return p.status == MR_OK ? MR_OK : mr_fail(p.status, "%s", p.text);
}
