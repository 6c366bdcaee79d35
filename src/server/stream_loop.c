#include "base/clock.h"
#include "server/stream_parts.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define EVENTS_AT_ONCE 64
#define TICK_MS        50 /* how often time is looked at while there are streams */

void mr_streams_wake(mr_streams *streams) {
    eventfd_write(streams->wake, 1);
}

/* Takes the streams that just came into the list of all. */
static void welcome(mr_streams *streams) {
    pthread_mutex_lock(&streams->lock);
    mr_stream *first = streams->arrived;
    streams->arrived = NULL;
    while (first != NULL) {
        mr_stream *stream = first;
        first = stream->next;
        stream->next = streams->all;
        streams->all = stream;
        struct epoll_event event = {.data.ptr = stream};
        stream->interest = 0;
        if (epoll_ctl(streams->poll, EPOLL_CTL_ADD, stream->socket, &event) != 0)
            mr_wire_close(stream->wire, MR_CLOSE_INTERNAL, "out of memory");
    }
    pthread_mutex_unlock(&streams->lock);
}

static void take_all_answers(mr_streams *streams, double now) {
    pthread_mutex_lock(&streams->lock);
    mr_stream *stream = streams->ran;
    streams->ran = NULL;
    streams->ran_end = &streams->ran;
    pthread_mutex_unlock(&streams->lock);
    while (stream != NULL) {
        mr_stream *next = stream->next_ran;
        mr_stream_take_answers(stream, now);
        stream = next;
    }
}

static void watch(mr_streams *streams, mr_stream *stream) {
    uint32_t interest = (mr_wire_wants_read(stream->wire) ? EPOLLIN : 0u) |
                        (mr_wire_wants_write(stream->wire) ? EPOLLOUT : 0u);
    if (interest == stream->interest)
        return;
    struct epoll_event event = {.events = interest, .data.ptr = stream};
    stream->interest = interest;
    epoll_ctl(streams->poll, EPOLL_CTL_MOD, stream->socket, &event);
}

static void close_socket(mr_streams *streams, mr_stream *stream) {
    if (mr_wire_was_dropped(stream->wire))
        atomic_fetch_add(&streams->dropped, 1);
    epoll_ctl(streams->poll, EPOLL_CTL_DEL, stream->socket, NULL);
    MHD_upgrade_action(stream->handle, MHD_UPGRADE_ACTION_CLOSE);
    stream->handle = NULL;
}

/* Serves every stream, and parts with those that are over once no worker has them. */
static void serve_all(mr_streams *streams, double now) {
    for (mr_stream **link = &streams->all; *link != NULL;) {
        mr_stream *stream = *link;
        if (stream->handle != NULL) {
            mr_stream_serve(stream, false, now);
            if (mr_wire_is_over(stream->wire))
                close_socket(streams, stream);
            else
                watch(streams, stream);
        }
        if (stream->handle != NULL || stream->busy) {
            link = &stream->next;
            continue;
        }
        pthread_mutex_lock(&streams->lock);
        *link = stream->next;
        streams->count--;
        pthread_mutex_unlock(&streams->lock);
        mr_stream_free(stream);
    }
}

/* Good-bye to all, when the end has come; true when nobody is left. */
static bool is_finished(mr_streams *streams) {
    pthread_mutex_lock(&streams->lock);
    bool stopping = streams->stopping, empty = streams->count == 0;
    pthread_mutex_unlock(&streams->lock);
    if (stopping)
        for (mr_stream *stream = streams->all; stream != NULL; stream = stream->next)
            mr_wire_close(stream->wire, MR_CLOSE_GOING_AWAY, "server stops");
    return stopping && empty;
}

/* Waits for sockets, answers and time, and reads what came. */
static void wait_and_read(mr_streams *streams) {
    struct epoll_event events[EVENTS_AT_ONCE];
    int count =
        epoll_wait(streams->poll, events, EVENTS_AT_ONCE, streams->all != NULL ? TICK_MS : -1);
    double now = mr_now();
    for (int i = 0; i < count; i++) {
        mr_stream *stream = events[i].data.ptr;
        eventfd_t times;
        if (stream == NULL)
            eventfd_read(streams->wake, &times);
        else if (stream->handle != NULL)
            mr_stream_serve(stream, true, now);
    }
}

void *mr_streams_loop(void *argument) {
    mr_streams *streams = argument;
    while (!is_finished(streams)) {
        wait_and_read(streams);
        double now = mr_now();
        welcome(streams);
        take_all_answers(streams, now);
        serve_all(streams, now);
    }
    return NULL;
}
