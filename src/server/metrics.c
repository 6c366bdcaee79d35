#include "server/metrics.h"

#include "server/server_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Statuses that are counted by themselves; the last stands for all others. */
static const int statuses[] = {101, 200, 201, 204, 304, 400, 401, 403, 404, 405, 411,
                               413, 415, 421, 422, 426, 429, 431, 500, 503, 505, 0};
#define STATUS_COUNT (sizeof statuses / sizeof *statuses)

struct mr_metrics {
    /* For each route, and then for files and for what has no route. */
    _Atomic uint64_t (*answers)[STATUS_COUNT];
};

mr_status mr_metrics_create(mr_metrics **out) {
    mr_metrics *metrics = calloc(1, sizeof *metrics);
    if (metrics == NULL ||
        (metrics->answers = calloc(mr_route_count + 2, sizeof *metrics->answers)) == NULL) {
        free(metrics);
        return mr_fail(MR_E_MEMORY, "metrics: out of memory");
    }
    *out = metrics;
    return MR_OK;
}

void mr_metrics_free(mr_metrics *metrics) {
    if (metrics == NULL)
        return;
    free(metrics->answers);
    free(metrics);
}

static size_t row_of(const mr_route *route, bool is_file) {
    return route != NULL ? (size_t)(route - mr_routes) : mr_route_count + (is_file ? 0 : 1);
}

void mr_metrics_count(mr_metrics *metrics, const mr_route *route, bool is_file, int status) {
    size_t i = 0;
    while (statuses[i] != 0 && statuses[i] != status)
        i++;
    atomic_fetch_add_explicit(&metrics->answers[row_of(route, is_file)][i], 1,
                              memory_order_relaxed);
}

const char *mr_metrics_label(const mr_route *route, bool is_file) {
    return route != NULL ? route->path : is_file ? "(page)" : "(none)";
}

static void print_answers(const mr_metrics *metrics, FILE *out) {
    fputs("# HELP moodreel_http_requests_total Requests that were answered.\n"
          "# TYPE moodreel_http_requests_total counter\n",
          out);
    for (size_t row = 0; row < mr_route_count + 2; row++)
        for (size_t i = 0; i < STATUS_COUNT; i++) {
            uint64_t count = atomic_load_explicit(&metrics->answers[row][i], memory_order_relaxed);
            const mr_route *route = row < mr_route_count ? &mr_routes[row] : NULL;
            if (count > 0)
                fprintf(out,
                        "moodreel_http_requests_total{method=\"%s\",route=\"%s\",status=\"%d\"} "
                        "%" PRIu64 "\n",
                        route != NULL ? route->method : "",
                        mr_metrics_label(route, row == mr_route_count), statuses[i], count);
        }
}

/* One number without labels. */
static void print_value(FILE *out, const char *name, const char *type, const char *help,
                        double value) {
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n%s %.15g\n", name, help, name, type, name, value);
}

/* Bytes that are in memory now, by the second number of statm. */
static double resident_bytes(void) {
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    if (statm == NULL)
        return 0;
    int read = fscanf(statm, "%*u %lu", &pages);
    fclose(statm);
    return read == 1 ? (double)pages * (double)sysconf(_SC_PAGESIZE) : 0;
}

static void print_queues(mr_server *server, FILE *out) {
    fputs("# HELP moodreel_queue_jobs Jobs that wait for a worker.\n"
          "# TYPE moodreel_queue_jobs gauge\n",
          out);
    for (int lane = 0; lane < MR_LANE_COUNT; lane++)
        fprintf(out, "moodreel_queue_jobs{lane=\"%s\"} %zu\n", mr_lane_label((mr_lane)lane),
                mr_pool_waiting(server->pool, (mr_lane)lane));
    print_value(out, "moodreel_workers", "gauge", "Workers.", mr_pool_workers(server->pool));
    print_value(out, "moodreel_workers_busy", "gauge", "Workers that are at work.",
                (double)mr_pool_running(server->pool));
}

static void print_streams(mr_server *server, FILE *out) {
    mr_stream_stats stats = mr_streams_stats(server->streams);
    print_value(out, "moodreel_streams", "gauge", "Live streams that are open.",
                (double)stats.open);
    print_value(out, "moodreel_streams_total", "counter", "Live streams that were opened.",
                (double)stats.opened);
    print_value(out, "moodreel_stream_frames_total", "counter", "Frames that came.",
                (double)stats.frames);
    print_value(out, "moodreel_stream_frames_skipped_total", "counter",
                "Frames that a newer one replaced.", (double)stats.skipped);
    print_value(out, "moodreel_stream_errors_total", "counter", "Bad frames and messages.",
                (double)stats.errors);
    print_value(out, "moodreel_streams_dropped_total", "counter", "Streams that were cut off.",
                (double)stats.dropped);
}

static void print_learning(mr_server *server, FILE *out) {
    if (server->learner == NULL)
        return;
    mr_learner_stats stats = mr_learner_stats_of(server->learner);
    print_value(out, "moodreel_learning_runs_total", "counter",
                "Times that links between films were learned from viewers.", (double)stats.runs);
    print_value(out, "moodreel_learning_failures_total", "counter", "Those that failed.",
                (double)stats.failures);
    print_value(out, "moodreel_learning_failed_timestamp_seconds", "gauge",
                "When that failed last, for the reason in the log; 0: never.",
                (double)stats.failed_at);
    print_value(out, "moodreel_learned_timestamp_seconds", "gauge",
                "When links were learned last; 0: not yet.", (double)stats.at);
    print_value(out, "moodreel_learned_viewers", "gauge", "Viewers that they were learned from.",
                (double)stats.viewers);
    print_value(out, "moodreel_learned_likes", "gauge", "Likes of theirs.", (double)stats.likes);
    print_value(out, "moodreel_learned_films", "gauge", "Films that have such links.",
                (double)stats.films);
    print_value(out, "moodreel_learned_links", "gauge", "Links that were learned.",
                (double)stats.links);
}

static void print_all(mr_server *server, FILE *out) {
    print_answers(server->metrics, out);
    mr_latency_print(&server->latency, "moodreel_stage_seconds", out);
    print_queues(server, out);
    print_streams(server, out);
    print_learning(server, out);
    print_value(out, "moodreel_connections", "gauge", "Connections that are open.",
                (double)mr_connections_open(server->connections));
    print_value(out, "moodreel_connections_late_total", "counter",
                "Connections that were cut off for being slow.",
                (double)mr_connections_late(server->connections));
    print_value(out, "moodreel_body_bytes", "gauge", "Memory for bodies of requests.",
                (double)atomic_load(&server->bodies_bytes));
    print_value(out, "moodreel_engines", "gauge",
                "Sets of models in memory: one, but for a while after a reload.",
                (double)mr_lessor_engines(server->lessor));
    print_value(out, "process_resident_memory_bytes", "gauge", "Resident memory.",
                resident_bytes());
}

char *mr_metrics_text(mr_server *server, size_t *size) {
    char *text = NULL;
    FILE *out = open_memstream(&text, size);
    if (out == NULL)
        return NULL;
    print_all(server, out);
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}
