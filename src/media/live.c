#include "media/live.h"

#include "base/clock.h"
#include "base/latest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pthread.h>

enum { REASON_MAX = 400 };

/* Nobody waits longer than this without looking whether the world has changed. */
static const double glance = 0.05;

struct mr_live {
    const mr_source *source;
    mr_media_options options;
    bool paced; /* a file */
    mr_input_stop stop;
    pthread_t thread;
    mr_latest latest;
    mr_media_frame frames[MR_LATEST_SLOTS];
    atomic_uint_fast64_t broken;

    /* Of the thread alone. */
    mr_input *input;
    double started;         /* of mr_now() */
    uint64_t taken;         /* frames so far */
    uint64_t broken_before; /* by inputs that were closed */
    bool lost;
    double lost_at, pause;

    /* Of both. */
    pthread_mutex_t mutex;
    uint64_t losses, returns;
    double lost_since, back_since; /* the last ones, in the source's time */
    char reason[REASON_MAX];
    bool ended;
    mr_status status; /* that it ended with, `reason` its text */

    /* Of the reader alone. */
    bool running;
    double begun; /* of mr_now() */
    uint64_t losses_told;
    bool told_lost;
    char reason_told[REASON_MAX];
};

static bool must_end(const mr_live *live) {
    return mr_input_stopped(&live->stop);
}

/* Sleeps until `moment` of mr_now(), or until it must end. */
static void wait_until(const mr_live *live, double moment) {
    for (double rest; (rest = moment - mr_now()) > 0 && !must_end(live);) {
        double nap = fmin(rest, glance);
        nanosleep(&(struct timespec){.tv_nsec = (long)(1e9 * nap)}, NULL);
    }
}

/* ---- The thread ------------------------------------------------------------------------------ */

static void note_end(mr_live *live, mr_status status) {
    pthread_mutex_lock(&live->mutex);
    live->ended = true;
    live->status = status;
    if (status != MR_OK)
        snprintf(live->reason, sizeof live->reason, "%s", mr_last_error());
    pthread_mutex_unlock(&live->mutex);
}

static void note_loss(mr_live *live) {
    if (live->lost)
        return;
    live->lost = true;
    live->lost_at = mr_now();
    live->pause = live->options.retry_first;
    pthread_mutex_lock(&live->mutex);
    live->losses++;
    live->lost_since = live->lost_at - live->started;
    snprintf(live->reason, sizeof live->reason, "%s", mr_last_error());
    pthread_mutex_unlock(&live->mutex);
}

/* Not when the source can be opened again, but when it gives something, is it back. */
static void note_return(mr_live *live, double seconds) {
    if (!live->lost)
        return;
    live->lost = false;
    pthread_mutex_lock(&live->mutex);
    live->returns++;
    live->back_since = seconds;
    pthread_mutex_unlock(&live->mutex);
}

static void publish(mr_live *live, mr_media_frame *frame) {
    /* A file's clock may leap by years; one that waits for it seems to hang. */
    double due = live->started + frame->seconds;
    if (live->paced && due - mr_now() > live->options.timeout) {
        live->started = mr_now() - frame->seconds;
        due = 0;
    }
    if (live->paced)
        wait_until(live, due);
    else
        frame->seconds = mr_now() - live->started;
    frame->number = live->taken++;
    atomic_store(&live->broken, live->broken_before + mr_input_broken(live->input));
    note_return(live, frame->seconds);
    mr_latest_publish(&live->latest);
}

/* Takes in frames until the source ends or fails. */
static mr_status capture(mr_live *live) {
    while (!must_end(live)) {
        bool end;
        mr_media_frame *frame = &live->frames[mr_latest_slot(&live->latest)];
        MR_TRY(mr_input_next(live->input, frame, &end));
        if (end)
            return live->paced ? MR_OK
                               : mr_fail(MR_E_IO, "%s: the stream ended", live->source->label);
        publish(live, frame);
    }
    return MR_OK;
}

static void drop_input(mr_live *live) {
    if (live->input)
        live->broken_before += mr_input_broken(live->input);
    mr_input_close(live->input);
    live->input = NULL;
}

/* Tries, with pauses that grow, until the source is open. */
static mr_status reopen(mr_live *live) {
    while (!must_end(live)) {
        double lost_for = mr_now() - live->lost_at;
        if (live->options.give_up > 0 && lost_for > live->options.give_up)
            return mr_fail(MR_E_IO, "%s: lost for %.0f seconds", live->source->label, lost_for);
        wait_until(live, mr_now() + live->pause);
        live->pause = fmin(2 * live->pause, live->options.retry_most);
        if (!must_end(live) &&
            mr_input_open(live->source, &live->options, live->stop, &live->input) == MR_OK)
            return MR_OK;
    }
    return MR_OK;
}

static void *run(void *argument) {
    mr_live *live = argument;
    mr_status status = capture(live);
    while (!live->paced && !must_end(live)) {
        note_loss(live);
        drop_input(live);
        status = reopen(live);
        if (status != MR_OK || must_end(live))
            break;
        status = capture(live);
    }
    note_end(live, must_end(live) ? MR_OK : status);
    return NULL;
}

/* ---- The reader ------------------------------------------------------------------------------ */

/* What the reader has not been told yet: a loss, then the return from it; what came between two
 * looks is told as one. */
static bool tell_change(mr_live *live, mr_media_moment *out) {
    pthread_mutex_lock(&live->mutex);
    bool loss = !live->told_lost && live->losses_told < live->losses;
    bool back = live->told_lost && live->returns >= live->losses_told;
    double seconds = loss ? live->lost_since : live->back_since;
    if (loss) {
        live->losses_told = live->losses;
        memcpy(live->reason_told, live->reason, sizeof live->reason);
    }
    pthread_mutex_unlock(&live->mutex);
    if (!loss && !back)
        return false;
    live->told_lost = loss;
    *out = (mr_media_moment){.what = loss ? MR_MEDIA_LOST : MR_MEDIA_BACK,
                             .seconds = seconds,
                             .reason = loss ? live->reason_told : NULL};
    return true;
}

/* True when there is no more: *status says how it ended. */
static bool tell_end(mr_live *live, mr_media_moment *out, mr_status *status) {
    pthread_mutex_lock(&live->mutex);
    bool ended = live->ended;
    *status = live->status;
    if (ended && *status != MR_OK)
        mr_fail(*status, "%s", live->reason);
    pthread_mutex_unlock(&live->mutex);
    if (ended && *status == MR_OK)
        *out = (mr_media_moment){.what = MR_MEDIA_END};
    return ended;
}

/* A file has its own end. */
static bool is_over(const mr_live *live) {
    double most = live->options.seconds;
    return !live->paced && most > 0 && mr_now() - live->begun > most;
}

/* The clock and the thread run from the first look on: what it takes to load models until then is
 * no time that was watched. */
static mr_status begin(mr_live *live) {
    live->begun = live->started = mr_now();
    live->running = pthread_create(&live->thread, NULL, run, live) == 0;
    return live->running ? MR_OK
                         : mr_fail(MR_E_MEMORY, "%s: no thread to take it in", live->source->label);
}

mr_status mr_live_read(mr_live *live, mr_media_moment *out) {
    if (!live->running)
        MR_TRY(begin(live));
    for (;;) {
        mr_status status = MR_OK;
        if (must_end(live) || is_over(live)) {
            *out = (mr_media_moment){.what = MR_MEDIA_END};
            return MR_OK;
        }
        if (tell_change(live, out))
            return MR_OK;
        /* In this order: what was published before the end is not lost. */
        bool ended = tell_end(live, out, &status);
        int slot = mr_latest_take(&live->latest, ended ? 0 : glance);
        if (slot >= 0) {
            const mr_media_frame *frame = &live->frames[slot];
            *out = (mr_media_moment){.what = MR_MEDIA_FRAME,
                                     .image = frame->image,
                                     .seconds = frame->seconds,
                                     .number = frame->number};
            return MR_OK;
        }
        if (ended)
            return status;
    }
}

uint64_t mr_live_broken(mr_live *live) {
    return atomic_load(&live->broken);
}

/* ---- Beginning and end ----------------------------------------------------------------------- */

static void free_live(mr_live *live) {
    mr_input_close(live->input);
    for (int i = 0; i < MR_LATEST_SLOTS; i++)
        mr_media_frame_free(&live->frames[i]);
    free(live);
}

mr_status mr_live_start(mr_input *input, const mr_source *source, const mr_media_options *options,
                        mr_input_stop stop, mr_live **out) {
    mr_live *live = calloc(1, sizeof *live);
    if (!live) {
        mr_input_close(input);
        return mr_fail(MR_E_MEMORY, "%s: no memory to take it in", source->label);
    }
    live->source = source;
    live->options = *options;
    live->stop = stop;
    live->input = input;
    live->paced = !mr_input_about(input).live;
    mr_status status = mr_latest_init(&live->latest);
    if (status != MR_OK) {
        free_live(live);
        return status;
    }
    pthread_mutex_init(&live->mutex, NULL); /* of the plain kind: cannot fail */
    *out = live;
    return MR_OK;
}

void mr_live_stop(mr_live *live) {
    if (!live)
        return;
    if (live->running)
        pthread_join(live->thread, NULL);
    pthread_mutex_destroy(&live->mutex);
    mr_latest_destroy(&live->latest);
    free_live(live);
}
