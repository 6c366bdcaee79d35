#include "server/learner.h"

#include "api/engine.h"
#include "base/clock.h"
#include "base/log.h"
#include "learn/local_likes.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Films for viewers come first. */
#define NICE 10

/* Until a first run that failed is tried again, if that is less than the pause. */
#define RETRY_SECONDS 60.0

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

/* What is being read, and what ends it. */
typedef struct reading {
    mr_local_likes *likes;
    const atomic_bool *stop;
} reading;

static mr_status take_opinion(void *context, const char *viewer, const mr_feedback *feedback) {
    const reading *to = context;
    if (atomic_load(to->stop))
        return mr_fail(MR_E_INTERRUPTED, "learning from viewers: stopped");
    return mr_local_likes_add(to->likes, viewer, feedback);
}

/* Reads and learns for one engine, whose catalogue says what is a film. */
static mr_status learn_for(mr_learner *learner, const mr_engine *engine, mr_local_links **out) {
    mr_local_params params = mr_local_params_defaults();
    params.stop = &learner->stopping;
    reading to = {.stop = params.stop};
    MR_TRY(mr_local_likes_create(engine->catalogue, &to.likes));
    size_t strange = 0;
    mr_status status = mr_store_each_opinion(learner->store, take_opinion, &to, &strange);
    if (strange > 0)
        mr_log(MR_LOG_WARNING,
               "learning from viewers: %zu opinions are not as the store writes them and were "
               "passed over",
               strange);
    if (status == MR_OK)
        status = mr_local_likes_learn(to.likes, &params, out);
    mr_local_likes_free(to.likes);
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

/* What was learned for an engine that was swapped meanwhile went with it. */
static void note_success(mr_learner *learner, const mr_lease *lease, mr_learner_stats found) {
    pthread_mutex_lock(&learner->lock);
    if (!mr_lease_is_current(lease))
        found = (mr_learner_stats){0};
    bool news = found.at != 0 && found.likes != learner->stats.likes;
    found.runs = learner->stats.runs + 1;
    found.failures = learner->stats.failures;
    found.failed_at = learner->stats.failed_at;
    learner->stats = found;
    pthread_mutex_unlock(&learner->lock);
    if (news)
        mr_log(MR_LOG_INFO, "learned %zu links between %zu films from %zu likes of %zu viewers",
               found.links, found.films, found.likes, found.viewers);
}

static void note_failure(mr_learner *learner, const mr_lease *lease) {
    pthread_mutex_lock(&learner->lock);
    learner->stats.runs++;
    learner->stats.failures++;
    learner->stats.failed_at = (int64_t)time(NULL);
    bool knows = learner->stats.at != 0 && mr_lease_is_current(lease);
    pthread_mutex_unlock(&learner->lock);
    mr_log(MR_LOG_WARNING, "learning from viewers: %s; %s", mr_last_error(),
           knows ? "what was learned before stays" : "nothing is learned of them yet");
}

static void run_once(mr_learner *learner) {
    mr_lease *lease = mr_lease_take(learner->lessor);
    const mr_engine *engine = mr_lease_engine(lease);
    mr_local_links *links = NULL;
    mr_status status = learn_for(learner, engine, &links);
    if (status == MR_OK) {
        const mr_learner_stats found = stats_of(links);
        mr_local_slot_put(engine->local, links);
        note_success(learner, lease, found);
    } else if (status != MR_E_INTERRUPTED) {
        note_failure(learner, lease);
    }
    mr_lease_drop(lease);
}

/* Until the pause is over, or somebody wakes or stops the learner. */
static void wait_for_next(mr_learner *learner) {
    pthread_mutex_lock(&learner->lock);
    double until =
        mr_now() + (learner->stats.at != 0 ? learner->pause : fmin(learner->pause, RETRY_SECONDS));
    struct timespec deadline = {(time_t)until, (long)((until - (double)(time_t)until) * 1e9)};
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

void mr_learner_renew(mr_learner *learner) {
    pthread_mutex_lock(&learner->lock);
    learner->stats.viewers = learner->stats.likes = 0;
    learner->stats.films = learner->stats.links = 0;
    learner->stats.at = 0;
    learner->woken = true;
    pthread_cond_signal(&learner->changed);
    pthread_mutex_unlock(&learner->lock);
}

void mr_learner_interrupt(mr_learner *learner) {
    atomic_store(&learner->stopping, true);
    pthread_mutex_lock(&learner->lock);
    pthread_cond_signal(&learner->changed);
    pthread_mutex_unlock(&learner->lock);
}

void mr_learner_stop(mr_learner *learner) {
    if (learner == NULL)
        return;
    mr_learner_interrupt(learner);
    pthread_join(learner->thread, NULL);
    destroy(learner);
}

mr_learner_stats mr_learner_stats_of(mr_learner *learner) {
    pthread_mutex_lock(&learner->lock);
    mr_learner_stats stats = learner->stats;
    pthread_mutex_unlock(&learner->lock);
    return stats;
}
