#include "base/clock.h"
#include "server/stream_parts.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#define TEXT_BYTES_MAX   (64u << 10)
#define BAD_IN_A_ROW_MAX 10
#define BURST_SECONDS    0.5 /* of frames at the full rate that may come at once */

/* Messages that are no frames, a second and at once: as fast as somebody turns a switch. They are
 * read by the thread that all streams share. */
#define TEXTS_PER_SECOND 20
#define TEXTS_AT_ONCE    40

/* ---- Bytes ---- */

static ssize_t receive(void *user, void *bytes, size_t size) {
    mr_stream *stream = user;
    size_t early = stream->early.size - stream->early_taken;
    if (early > 0) {
        size_t taken = early < size ? early : size;
        memcpy(bytes, stream->early.data + stream->early_taken, taken);
        stream->early_taken += taken;
        return (ssize_t)taken;
    }
    ssize_t got;
    do
        got = recv(stream->socket, bytes, size, MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return MR_WIRE_WOULD_BLOCK;
    return got > 0 ? got : MR_WIRE_GONE;
}

static ssize_t give(void *user, const void *bytes, size_t size) {
    mr_stream *stream = user;
    ssize_t sent;
    do
        sent = send(stream->socket, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return MR_WIRE_WOULD_BLOCK;
    return sent > 0 ? sent : MR_WIRE_GONE;
}

/* ---- Messages ---- */

static void note_good(mr_stream *stream) {
    stream->bad_in_a_row = 0;
}

static void note_bad(mr_stream *stream, char *error) {
    atomic_fetch_add(&stream->streams->errors, 1);
    mr_wire_put(stream->wire, MR_WIRE_ERROR, error);
    if (++stream->bad_in_a_row >= BAD_IN_A_ROW_MAX)
        mr_wire_close(stream->wire, MR_CLOSE_POLICY, "too many bad messages");
}

static void skip_frame(mr_stream *stream) {
    stream->skipped++;
    atomic_fetch_add(&stream->streams->skipped, 1);
}

/* True when there are no more than `rate` a second, and `most` at once. */
static bool take_allowance(mr_allowance *allowance, double rate, double most, double now) {
    allowance->left += (now - allowance->at) * rate;
    allowance->at = now;
    if (allowance->left > most)
        allowance->left = most;
    if (allowance->left < 1)
        return false;
    allowance->left -= 1;
    return true;
}

static bool takes_frame(mr_stream *stream, double now) {
    double rate = stream->streams->options.frames_per_second;
    return take_allowance(&stream->frame_allowance, rate, fmax(rate * BURST_SECONDS, 1), now);
}

static void on_frame(void *user, mr_bytes *frame) {
    mr_stream *stream = user;
    double now = mr_now();
    stream->frames++;
    atomic_fetch_add(&stream->streams->frames, 1);
    if (!takes_frame(stream, now)) {
        skip_frame(stream);
        return;
    }
    if (stream->has_waiting)
        skip_frame(stream);
    mr_bytes_swap(&stream->waiting, frame);
    stream->has_waiting = true;
    stream->waiting_since = now;
    stream->waiting_number = stream->frames;
}

static void on_text(void *user, const char *text, size_t size) {
    mr_stream *stream = user;
    if (!take_allowance(&stream->text_allowance, TEXTS_PER_SECOND, TEXTS_AT_ONCE, mr_now())) {
        mr_wire_close(stream->wire, MR_CLOSE_POLICY, "too many messages");
        return;
    }
    mr_lease *lease = mr_lease_take(stream->streams->lessor);
    mr_stream_wish wish;
    mr_stream_field field;
    mr_status status = mr_stream_settings_read(text, size, mr_lease_engine(lease),
                                               &stream->settings, &wish, field);
    mr_lease_drop(lease);
    if (status != MR_OK) {
        note_bad(stream, mr_stream_error("Bad message", field));
        return;
    }
    note_good(stream);
    stream->version++;
    if (wish == MR_WISH_REFRESH)
        stream->asked_again = true;
    else
        stream->asked_anew = true;
}

/* ---- Work ---- */

/* Called by a worker, which lets go of the stream by it. */
static void job_has_run(mr_job *job, mr_status status) {
    mr_stream *stream = (mr_stream *)job;
    mr_streams *streams = stream->streams;
    stream->outcome = status;
    if (status != MR_OK) {
        bool bad_frame = stream->task.has_frame && stream->task.people == NULL;
        stream->task.error = mr_stream_error(bad_frame ? "Bad frame" : "No films", NULL);
    }
    pthread_mutex_lock(&streams->lock);
    stream->next_ran = NULL;
    *streams->ran_end = stream;
    streams->ran_end = &stream->next_ran;
    pthread_mutex_unlock(&streams->lock);
    mr_streams_wake(streams);
}

static void fill_task(mr_stream *stream, double now) {
    mr_stream_task *task = &stream->task;
    mr_bytes_swap(&task->frame, &stream->waiting);
    task->has_frame = stream->has_waiting;
    task->number = stream->waiting_number;
    task->skipped = stream->skipped;
    task->at = stream->has_waiting ? stream->waiting_since : now;
    task->settings = stream->settings;
    task->version = stream->version + atomic_load(&stream->histories);
    task->asked_anew |= stream->asked_anew;
    task->asked_again |= stream->asked_again;
}

/* Hands the newest frame, or a wish, to the workers; later, when their lane is full. */
static void submit(mr_stream *stream, double now) {
    if (stream->busy || mr_wire_is_closing(stream->wire) ||
        !(stream->has_waiting || stream->asked_anew || stream->asked_again))
        return;
    fill_task(stream, now);
    stream->busy = true; /* from now on the task is the worker's */
    if (mr_pool_submit(stream->streams->pool, MR_LANE_STREAM, &stream->task.job) != MR_OK) {
        stream->busy = false;
        mr_bytes_swap(&stream->task.frame, &stream->waiting);
        return;
    }
    stream->has_waiting = stream->asked_anew = stream->asked_again = false;
}

void mr_stream_take_answers(mr_stream *stream, double now) {
    mr_stream_task *task = &stream->task;
    stream->busy = false;
    if (task->has_frame)
        mr_latency_add(stream->streams->latency, MR_STAGE_TOTAL, now - task->at);
    mr_wire_put(stream->wire, MR_WIRE_PEOPLE, task->people);
    mr_wire_put(stream->wire, MR_WIRE_FILMS, task->films);
    if (stream->outcome != MR_OK)
        note_bad(stream, task->error);
    else if (task->has_frame)
        note_good(stream);
    task->people = task->films = task->error = NULL;
}

void mr_stream_serve(mr_stream *stream, bool readable, double now) {
    if (readable || stream->early_taken < stream->early.size)
        mr_wire_read(stream->wire, now);
    submit(stream, now);
    if (!stream->busy)
        mr_stream_task_rest(&stream->task);
    mr_wire_tick(stream->wire, now);
    mr_wire_write(stream->wire, now);
}

/* ---- Life ---- */

static void make_id(char id[MR_STREAM_ID_SIZE]) {
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        number = (uint64_t)(mr_now() * 1e9);
    snprintf(id, MR_STREAM_ID_SIZE, "%016llx", (unsigned long long)number);
}

static mr_status make_wire(mr_stream *stream) {
    const mr_stream_options *options = &stream->streams->options;
    const mr_wire_limits limits = {.message_bytes = options->message_bytes,
                                   .text_bytes = TEXT_BYTES_MAX < options->message_bytes
                                                     ? TEXT_BYTES_MAX
                                                     : options->message_bytes,
                                   .ping = options->ping,
                                   .idle = options->idle,
                                   .message = options->message,
                                   .stall = options->stall};
    const mr_wire_events events = {
        .receive = receive, .send = give, .text = on_text, .binary = on_frame, .user = stream};
    MR_TRY(mr_wire_create(&limits, &events, mr_now(), &stream->wire));
    char *hello = mr_stream_hello(stream->id);
    if (hello == NULL)
        return mr_fail(MR_E_MEMORY, "stream: out of memory");
    mr_wire_put(stream->wire, MR_WIRE_HELLO, hello);
    return MR_OK;
}

mr_status mr_stream_create(mr_streams *streams, int socket,
                           struct MHD_UpgradeResponseHandle *handle, const void *early,
                           size_t early_size, const char *viewer, mr_stream **out) {
    mr_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return mr_fail(MR_E_MEMORY, "stream: out of memory");
    stream->streams = streams;
    stream->socket = socket;
    make_id(stream->id);
    mr_stream_task_init(&stream->task, streams->latency, streams->store,
                        streams->options.attributes);
    stream->task.job.done = job_has_run;
    snprintf(stream->task.viewer, sizeof stream->task.viewer, "%s", viewer);
    stream->settings = mr_stream_settings_defaults();
    stream->settings.attributes.ethnicity = streams->options.ethnicity;
    stream->frame_allowance =
        (mr_allowance){streams->options.frames_per_second * BURST_SECONDS, mr_now()};
    stream->text_allowance = (mr_allowance){TEXTS_AT_ONCE, mr_now()};
    mr_status status = make_wire(stream);
    if (status == MR_OK && !mr_bytes_append(&stream->early, early, early_size))
        status = mr_fail(MR_E_MEMORY, "stream: out of memory");
    if (status != MR_OK) {
        mr_stream_free(stream);
        return status;
    }
    stream->handle = handle;
    *out = stream;
    return MR_OK;
}

void mr_stream_free(mr_stream *stream) {
    if (stream->handle != NULL)
        MHD_upgrade_action(stream->handle, MHD_UPGRADE_ACTION_CLOSE);
    mr_wire_free(stream->wire);
    mr_stream_task_clear(&stream->task);
    mr_bytes_free(&stream->waiting);
    mr_bytes_free(&stream->early);
    free(stream);
}
