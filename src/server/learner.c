#include "server/learner.h"

#include "api/engine.h"
#include "base/clock.h"
#include "base/log.h"
#include "learn/local_likes.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Films for viewers come first. */
#define NICE 10

struct mr_learner {
    mr_lessor *lessor;
    mr_store *store;
    double pause; /* seconds */
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    bool woken;
    mr_learner_stats stats;
    atomic_bool stopping;
};

static mr_status take_opinion(void *context, const char *viewer, const mr_feedback *feedback) {
    return mr_local_likes_add(context, viewer, feedback);
}

/* Reads and learns for one engine, whose catalogue says what is a film. */
static mr_status learn_for(mr_learner *learner, const mr_engine *engine, mr_local_links **out) {
    mr_local_likes *likes;
    MR_TRY(mr_local_likes_create(engine->catalogue, &likes));
    mr_status status = mr_store_each_opinion(learner->store, take_opinion, likes);
    if (status == MR_OK)
        status = mr_local_likes_learn(likes, NULL, out);
    mr_local_likes_free(likes);
    return status;
}

static mr_learner_stats stats_of(const mr_local_links *links) {
    mr_learner_stats stats = {.at = (int64_t)time(NULL)};
    if (links != NULL) {
        stats.viewers = links->viewers;
        stats.likes = links->entries;
        stats.films = links->likes->known;
        stats.links = links->likes->model->links;
    }
    return stats;
}

static void note_success(mr_learner *learner, mr_learner_stats found) {
    pthread_mutex_lock(&learner->lock);
    bool news = found.likes != learner->stats.likes;
    found.runs = learner->stats.runs + 1;
    found.failures = learner->stats.failures;
    found.failed_at = learner->stats.failed_at;
    learner->stats = found;
    pthread_mutex_unlock(&learner->lock);
    if (news)
        mr_log(MR_LOG_INFO, "learned %zu links between %zu films from %zu likes of %zu viewers",
               found.links, found.films, found.likes, found.viewers);
}

static void note_failure(mr_learner *learner) {
    pthread_mutex_lock(&learner->lock);
    learner->stats.runs++;
    learner->stats.failures++;
    learner->stats.failed_at = (int64_t)time(NULL);
    pthread_mutex_unlock(&learner->lock);
    mr_log(MR_LOG_WARNING, "learning from viewers: %s; what was learned before stays",
           mr_last_error());
}

static void run_once(mr_learner *learner) {
    mr_lease *lease = mr_lease_take(learner->lessor);
    const mr_engine *engine = mr_lease_engine(lease);
    mr_local_links *links = NULL;
    mr_status status = learn_for(learner, engine, &links);
    if (status == MR_OK) {
        const mr_learner_stats found = stats_of(links);
        mr_local_slot_put(engine->local, links);
        note_success(learner, found);
    } else {
        note_failure(learner);
    }
    mr_lease_drop(lease);
}

/* Until the pause is over, or somebody wakes or stops the learner. */
static void wait_for_next(mr_learner *learner) {
    double until = mr_now() + learner->pause;
    struct timespec deadline = {(time_t)until, (long)((until - (double)(time_t)until) * 1e9)};
    pthread_mutex_lock(&learner->lock);
    int code = 0;
    while (!learner->woken && !atomic_load(&learner->stopping) && code == 0)
        code = pthread_cond_timedwait(&learner->changed, &learner->lock, &deadline);
    learner->woken = false;
    pthread_mutex_unlock(&learner->lock);
}

static void *work(void *context) {
    mr_learner *learner = context;
    /* On Linux a thread has a priority of its own. */
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
    while (!atomic_load(&learner->stopping)) {
        run_once(learner);
        wait_for_next(learner);
    }
    return NULL;
}

static void destroy(mr_learner *learner) {
    pthread_cond_destroy(&learner->changed);
    pthread_mutex_destroy(&learner->lock);
    free(learner);
}

mr_status mr_learner_start(mr_lessor *lessor, mr_store *store, double minutes, mr_learner **out) {
    if (!(minutes > 0))
        return mr_fail(MR_E_ARGUMENT, "learning: a pause of %g minutes: expected more than 0",
                       minutes);
    mr_learner *learner = calloc(1, sizeof *learner);
    if (learner == NULL)
        return mr_fail(MR_E_MEMORY, "learning: out of memory");
    learner->lessor = lessor;
    learner->store = store;
    learner->pause = minutes * 60;
    pthread_mutex_init(&learner->lock, NULL);
    mr_condition_init(&learner->changed);
    if (pthread_create(&learner->thread, NULL, work, learner) != 0) {
        destroy(learner);
        return mr_fail(MR_E_MEMORY, "learning: no thread");
    }
    *out = learner;
    return MR_OK;
}

void mr_learner_wake(mr_learner *learner) {
    pthread_mutex_lock(&learner->lock);
    learner->woken = true;
    pthread_cond_signal(&learner->changed);
    pthread_mutex_unlock(&learner->lock);
}

void mr_learner_stop(mr_learner *learner) {
    if (learner == NULL)
        return;
    atomic_store(&learner->stopping, true);
    mr_learner_wake(learner);
    pthread_join(learner->thread, NULL);
    destroy(learner);
}

mr_learner_stats mr_learner_stats_of(mr_learner *learner) {
    pthread_mutex_lock(&learner->lock);
    mr_learner_stats stats = learner->stats;
    pthread_mutex_unlock(&learner->lock);
    return stats;
}
