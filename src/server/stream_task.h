/*
 * What a worker does for a stream: looks at its newest frame, and finds films when they are due.
 *
 * The answers, each one JSON text:
 *
 *     {"type": "people", "frame": N, "skipped": M, "ms", "width", "height", "people": [...]}
 *         for each frame that was looked at; frames are counted from 1 as they come, and `skipped`
 *         of them so far gave way to newer ones
 *     {"type": "films", "for": [ids], "films": [...], "category": "Comedy"}
 *         when the people, the settings or the history changed what films are good (occasion.h),
 *         and when they are asked for; the category is the most frequent genre of these films
 *     {"type": "error", "title", "detail", "field"}
 *         for a frame or message that is refused; `field` only where one is to blame
 *
 * Ownership: the task keeps the stream's follower and with it a lease on its engine, from one run
 * to the next, or until mr_stream_task_rest finds that the engine was swapped. Thread rule: while
 * its job is with the pool the task is the worker's, else the owner's.
 */
#ifndef MR_SERVER_STREAM_TASK_H
#define MR_SERVER_STREAM_TASK_H

#include "recommend/occasion.h"
#include "server/pool.h"
#include "server/stream_settings.h"
#include "server/wire.h"
#include "store/store.h"

typedef struct mr_stream_task {
    mr_job job; /* `run` is set by mr_stream_task_init, `done` by the owner */
    mr_latency *latency;
    mr_store *store; /* or NULL */
    mr_attribute_set allowed;

    /* Set before each run. */
    char viewer[MR_VIEWER_ID_SIZE]; /* whose history counts; "": nobody's */
    mr_bytes frame;
    bool has_frame;
    uint64_t number, skipped;
    double at; /* when the frame came, or the wish; never goes back */
    mr_stream_settings settings;
    uint64_t version;             /* counts changes of settings and history */
    bool asked_anew, asked_again; /* settings changed; a refresh */

    /* Kept from run to run. */
    mr_lease *lease;
    mr_follower *follower;
    mr_attribute_set attributes;
    mr_scene scene;
    mr_occasion occasion;
    uint32_t alone; /* id of the one who watches when the group does not */

    /* Set by a run; texts are for the owner to free, NULL where there is nothing to say. */
    char *people, *films, *error;
} mr_stream_task;

/* Of a task that is all zero. */
void mr_stream_task_init(mr_stream_task *task, mr_latency *latency, mr_store *store,
                         mr_attribute_set allowed);

/* Between runs: holds no engine that was swapped. The next run follows anew. */
void mr_stream_task_rest(mr_stream_task *task);

void mr_stream_task_clear(mr_stream_task *task);

/* {"type": "hello", "stream": id}, or NULL when memory is out. */
char *mr_stream_hello(const char *id);

/* An error message of this thread's last error; field NULL or "": none. */
char *mr_stream_error(const char *title, const char *field);

#endif
