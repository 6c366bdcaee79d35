/*
 * bench_stream: the server from end to end, one JSON object a line.
 *
 *     bench_stream [SECONDS [FRAMES]]
 *
 * Streams: 1, 4 and 16 clients at once send frames of 640 × 480 (a view that wanders over
 * data/samples/wall.jpg, which shows four people) over WebSockets for SECONDS (10), each the next
 * one when the last is answered: frames per second in all, and the time from a frame's first byte
 * sent to its answer. Memory: resident after 1,000 and after FRAMES (10,000) frames of four
 * streams. Requests: POST /v1/recommend for two stated viewers, by wrk where it is installed, else
 * by a loop of our own.
 *
 * Clients run in the same process and share its processors and memory with the server.
 */
#include "base/clock.h"
#include "image/image.h"
#include "server/server.h"
#include "server/ws_client.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    WIDTH = 640,
    HEIGHT = 480,
    VIEWS = 16,
    STREAMS_MAX = 16,
    REQUESTERS = 4,
    TIMES_MAX = 1 << 16,
    MEMORY_STREAMS = 4,
    WARM_FRAMES = 1000
};

typedef struct view {
    uint8_t *bytes;
    size_t size;
} view;

static view views[VIEWS];

/* ---- The frames ---- */

static mr_status make_view(const mr_image *wall, int index, view *out) {
    mr_image part = *wall, frame;
    part.width = wall->height * WIDTH / HEIGHT;
    part.pixels +=
        (size_t)((wall->width - part.width) * index / (VIEWS - 1)) * (size_t)wall->channels;
    MR_TRY(mr_image_create(WIDTH, HEIGHT, wall->channels, &frame));
    mr_image_resize(&part, &frame);
    mr_status status = mr_image_encode_jpeg(&frame, 85, &out->bytes, &out->size);
    mr_image_free(&frame);
    return status;
}

static mr_status make_views(void) {
    mr_image wall;
    MR_TRY(mr_image_load("data/samples/wall.jpg", NULL, &wall));
    mr_status status = MR_OK;
    for (int i = 0; i < VIEWS && status == MR_OK; i++)
        status = make_view(&wall, i, &views[i]);
    mr_image_free(&wall);
    return status;
}

/* ---- Streams ---- */

typedef struct watcher {
    pthread_t thread;
    int port, frames; /* to send at most */
    double end;
    int sent;
    bool failed;
    double *times; /* seconds of each answer, TIMES_MAX at most */
} watcher;

/* To and fro over the views. */
static const view *view_at(int frame) {
    int at = frame % (2 * VIEWS - 2);
    return &views[at < VIEWS ? at : 2 * VIEWS - 2 - at];
}

static void *watch(void *argument) {
    watcher *mine = argument;
    ws_client client;
    mine->failed = ws_open(&client, mine->port, NULL) != 101;
    while (!mine->failed && mine->sent < mine->frames && mr_now() < mine->end) {
        const view *frame = view_at(mine->sent);
        double started = mr_now();
        json_t *people = NULL;
        if (ws_send(&client, WS_BINARY, frame->bytes, frame->size))
            people = ws_read_type(&client, "people", 60);
        if (mine->times != NULL && mine->sent < TIMES_MAX)
            mine->times[mine->sent] = mr_now() - started;
        mine->failed = people == NULL;
        mine->sent++;
        json_decref(people);
    }
    ws_close(&client);
    return NULL;
}

/* Lets `count` clients watch until the time or the frames are over; returns how many frames. */
static long watch_together(watcher *watchers, int count, int port, int frames, double seconds) {
    long sent = 0;
    for (int i = 0; i < count; i++) {
        watchers[i].port = port;
        watchers[i].frames = frames;
        watchers[i].end = mr_now() + seconds;
        watchers[i].sent = 0;
        if (pthread_create(&watchers[i].thread, NULL, watch, &watchers[i]) != 0)
            return -1;
    }
    bool failed = false;
    for (int i = 0; i < count; i++) {
        pthread_join(watchers[i].thread, NULL);
        failed |= watchers[i].failed;
        sent += watchers[i].sent;
    }
    return failed ? -1 : sent;
}

static int rising(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static mr_status bench_streams(int port, int count, double seconds) {
    watcher watchers[STREAMS_MAX] = {0};
    double *times = malloc(sizeof *times * TIMES_MAX * (size_t)count);
    if (times == NULL)
        return mr_fail(MR_E_MEMORY, "bench: out of memory");
    for (int i = 0; i < count; i++)
        watchers[i].times = times + (size_t)i * TIMES_MAX;
    double started = mr_now();
    long sent = watch_together(watchers, count, port, TIMES_MAX, seconds);
    double took = mr_now() - started;
    size_t all = 0;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < watchers[i].sent; j++)
            times[all++] = watchers[i].times[j];
    qsort(times, all, sizeof *times, rising);
    if (sent > 0)
        printf("{\"streams\": %d, \"frames\": %ld, \"frames_per_second\": %.1f, "
               "\"latency_ms\": {\"p50\": %.1f, \"p99\": %.1f}}\n",
               count, sent, (double)sent / took, 1e3 * times[all / 2], 1e3 * times[all * 99 / 100]);
    free(times);
    return sent > 0 ? MR_OK : mr_fail(MR_E_IO, "bench: a stream of %d broke off", count);
}

/* ---- Memory ---- */

/* Resident memory of this process in MiB; 0 when the system does not tell. */
static double resident(void) {
    long all = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &all, &pages) != 2)
        pages = 0;
    if (file != NULL)
        fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

static mr_status bench_memory(int port, int frames) {
    watcher watchers[MEMORY_STREAMS] = {0};
    frames -= frames % MEMORY_STREAMS;
    long sent = watch_together(watchers, MEMORY_STREAMS, port, WARM_FRAMES / MEMORY_STREAMS, 1e6);
    double early = resident();
    if (sent == WARM_FRAMES)
        sent += watch_together(watchers, MEMORY_STREAMS, port,
                               (frames - WARM_FRAMES) / MEMORY_STREAMS, 1e6);
    double late = resident();
    if (sent != frames)
        return mr_fail(MR_E_IO, "bench: a stream broke off after %ld frames", sent);
    printf("{\"resident_mib\": {\"frames_%d\": %.2f, \"frames_%d\": %.2f}, "
           "\"growth_percent\": %.2f}\n",
           WARM_FRAMES, early, frames, late, 100 * (late - early) / early);
    return MR_OK;
}

/* ---- Requests ---- */

typedef struct requester {
    pthread_t thread;
    int port;
    double end;
    long done;
    bool failed;
} requester;

static const char body[] =
    "{\"viewers\": [{\"age\": 31, \"gender\": \"female\", \"emotion\": "
    "\"happy\"}, {\"age\": 34, \"gender\": \"male\", \"emotion\": \"sad\"}]}";

/* Reads one answer with a Content-Length; false unless it is 200. */
static bool read_answer(int socket) {
    char bytes[1 << 16];
    size_t size = 0;
    for (;;) {
        ssize_t got = recv(socket, bytes + size, sizeof bytes - 1 - size, 0);
        if (got <= 0)
            return false;
        size += (size_t)got;
        bytes[size] = '\0';
        const char *end = strstr(bytes, "\r\n\r\n");
        const char *length = strcasestr(bytes, "\r\nContent-Length:");
        if (end != NULL && length != NULL &&
            size >= (size_t)(end + 4 - bytes) + strtoul(length + 17, NULL, 10))
            return strncmp(bytes, "HTTP/1.1 200", 12) == 0;
    }
}

static void *request(void *argument) {
    requester *mine = argument;
    char text[512];
    int size = snprintf(text, sizeof text,
                        "POST /v1/recommend HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                        mine->port, sizeof body - 1, body);
    int socket = ws_connect(mine->port);
    while (!mine->failed && mr_now() < mine->end) {
        mine->failed =
            send(socket, text, (size_t)size, MSG_NOSIGNAL) != size || !read_answer(socket);
        mine->done += !mine->failed;
    }
    close(socket);
    return NULL;
}

static mr_status bench_requests_alone(int port, double seconds) {
    requester requesters[REQUESTERS] = {0};
    double started = mr_now();
    for (int i = 0; i < REQUESTERS; i++) {
        requesters[i] = (requester){.port = port, .end = started + seconds};
        if (pthread_create(&requesters[i].thread, NULL, request, &requesters[i]) != 0)
            return mr_fail(MR_E_MEMORY, "bench: no thread");
    }
    long done = 0;
    bool failed = false;
    for (int i = 0; i < REQUESTERS; i++) {
        pthread_join(requesters[i].thread, NULL);
        done += requesters[i].done;
        failed |= requesters[i].failed;
    }
    if (failed)
        return mr_fail(MR_E_IO, "bench: /v1/recommend did not answer 200");
    printf("{\"recommend_requests_per_second\": %.1f, \"by\": \"loop\", \"connections\": %d}\n",
           (double)done / (mr_now() - started), REQUESTERS);
    return MR_OK;
}

/* Requests a second as wrk found, or -1 when it is not there or anything was not answered well. */
static double run_wrk(int port, double seconds) {
    char command[256], line[256];
    snprintf(command, sizeof command,
             "wrk -t1 -c%d -d%ds -s bench/recommend.lua http://127.0.0.1:%d/v1/recommend 2>&1",
             REQUESTERS, (int)(seconds < 1 ? 1 : seconds), port);
    FILE *wrk = popen(command, "r");
    double rate = -1;
    while (wrk != NULL && fgets(line, sizeof line, wrk) != NULL) {
        sscanf(line, "Requests/sec: %lf", &rate);
        if (strstr(line, "Non-2xx") != NULL) {
            rate = -1;
            break;
        }
    }
    if (wrk != NULL)
        pclose(wrk);
    return rate;
}

static mr_status bench_requests(int port, double seconds) {
    double rate = run_wrk(port, seconds);
    if (rate < 0)
        return bench_requests_alone(port, seconds);
    printf("{\"recommend_requests_per_second\": %.1f, \"by\": \"wrk\", \"connections\": %d}\n",
           rate, REQUESTERS);
    return MR_OK;
}

/* ---- All ---- */

static mr_status bench_all(int port, double seconds, int frames) {
    static const int counts[] = {1, 4, STREAMS_MAX};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        MR_TRY(bench_streams(port, counts[i], seconds));
    MR_TRY(bench_requests(port, seconds));
    return bench_memory(port, frames);
}

static mr_status bench(double seconds, int frames) {
    MR_TRY(make_views());
    mr_server_options options = mr_server_options_defaults();
    options.listen = "127.0.0.1:0";
    options.rate = options.burst = 1e9; /* the server's speed is meant, not its limit */
    options.frames_per_second = 1e9;
    options.requests_of_connection = SIZE_MAX;
    mr_server *server;
    MR_TRY(mr_server_start(&options, &server));
    mr_status status = bench_all(mr_server_port(server), seconds, frames);
    mr_server_stop(server);
    for (int i = 0; i < VIEWS; i++)
        free(views[i].bytes);
    return status;
}

int main(int argc, char **argv) {
    double seconds = argc > 1 ? atof(argv[1]) : 10;
    int frames = argc > 2 ? atoi(argv[2]) : 10000;
    if (seconds <= 0 || frames <= WARM_FRAMES) {
        fprintf(stderr, "bench_stream: expected [SECONDS [FRAMES]], more than %d frames\n",
                WARM_FRAMES);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (bench(seconds, frames) != MR_OK) {
        fprintf(stderr, "bench_stream: %s\n", mr_last_error());
        return 1;
    }
    return 0;
}
