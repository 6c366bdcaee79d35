/*
 * The inside of the streams: what stream.c (the door), stream_loop.c (the thread of the sockets)
 * and stream_client.c (one stream) share.
 *
 * Thread rule: a stream belongs to the thread of the sockets, but for its task while `busy`, and
 * for what is said to be shared.
 */
#ifndef MR_SERVER_STREAM_PARTS_H
#define MR_SERVER_STREAM_PARTS_H

#include "server/rate.h"
#include "server/stream.h"
#include "server/stream_task.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct mr_stream mr_stream;

#define MR_STREAM_ID_SIZE 17

/* How many may come now (token bucket), as of when. */
typedef struct mr_allowance {
    double left, at;
} mr_allowance;

struct mr_stream {
    mr_stream_task task; /* first, so that the job is the stream */
    mr_streams *streams;
    mr_stream *next;     /* of all, or of those that just came */
    mr_stream *next_ran; /* of those whose job has run */
    char id[MR_STREAM_ID_SIZE];
    mr_client_key client;
    int socket;
    struct MHD_UpgradeResponseHandle *handle; /* NULL once closed */
    mr_wire *wire;
    mr_bytes early; /* what came together with the handshake */
    size_t early_taken;
    uint32_t interest; /* events that epoll watches */

    mr_bytes waiting; /* the newest frame */
    bool has_waiting;
    double waiting_since;
    uint64_t waiting_number;
    uint64_t frames, skipped;
    mr_allowance frame_allowance;

    mr_allowance text_allowance;
    mr_stream_settings settings;
    uint64_t version; /* of the settings */
    bool asked_anew, asked_again;
    int bad_in_a_row;

    bool busy;              /* the task is with the pool */
    mr_status outcome;      /* of its last run */
    atomic_ulong histories; /* shared: counts changes of the viewer's history */
};

struct mr_streams {
    mr_stream_options options;
    mr_lessor *lessor;
    mr_pool *pool;
    mr_store *store;
    mr_latency *latency;
    int poll, wake; /* epoll, and the eventfd that ends its wait */
    bool started;
    pthread_t thread;

    pthread_mutex_t lock;                /* of what follows */
    mr_stream *all;                      /* changed by the thread of the sockets alone */
    mr_stream *arrived, *ran, **ran_end; /* oldest first in `ran` */
    size_t count;                        /* in `all` and `arrived` */
    bool stopping;

    _Atomic uint64_t opened, frames, skipped, errors, dropped;
};

/* Makes a stream with its socket; `early` is copied. */
mr_status mr_stream_create(mr_streams *streams, int socket,
                           struct MHD_UpgradeResponseHandle *handle, const void *early,
                           size_t early_size, const char *viewer, mr_stream **out);

/* Closes the socket if it is open, and frees. Not while `busy`. */
void mr_stream_free(mr_stream *stream);

/* Reads, answers, submits and keeps time; called whenever something may have happened. */
void mr_stream_serve(mr_stream *stream, bool readable, double now);

/* Takes the answers of a job that has run. */
void mr_stream_take_answers(mr_stream *stream, double now);

/* The loop of the thread of the sockets; ends when stopping and all streams are gone. */
void *mr_streams_loop(void *streams);

/* Ends the wait of the loop. */
void mr_streams_wake(mr_streams *streams);

#endif
