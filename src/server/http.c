#include "server/http.h"

#include "base/clock.h"
#include "base/log.h"
#include "server/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a thread that speaks HTTP. */
#define STACK_BYTES ((size_t)512 << 10)
/* Of a connection beyond the head: libmicrohttpd's table of headers, and the answer's head. */
#define CONNECTION_BYTES ((size_t)16 << 10)

/* How strict libmicrohttpd is by itself. Version 0.9 answers a missing Host with two heads in one
 * and a page where it is strict; mr_head_check refuses it as well. From 1.0 on strict means also
 * that lines end with both characters and are not continued. */
#define STRICTNESS (MHD_VERSION < 0x01000000 ? 0 : 1)

static mr_connection *entry_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

static void on_connection(void *user, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code) {
    mr_server *server = user;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        int socket =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        *socket_context =
            mr_connections_add(server->connections, socket, server->options.head_seconds);
    } else {
        mr_connections_remove(server->connections, *socket_context);
        *socket_context = NULL;
    }
}

/* The request's line is there: the target comes as it is, undecoded. */
static void *begin_request(void *user, const char *target, struct MHD_Connection *connection) {
    mr_request *request = calloc(1, sizeof *request);
    if (request == NULL)
        return NULL;
    request->server = user;
    request->connection = connection;
    request->entry = entry_of(connection);
    request->target = strdup(target);
    if (request->target == NULL) {
        free(request);
        return NULL;
    }
    return request;
}

static void end_request(void *user, struct MHD_Connection *connection, void **context,
                        enum MHD_RequestTerminationCode code) {
    (void)connection, (void)code;
    mr_server *server = user;
    mr_request *request = *context;
    if (request != NULL && request->status != 101)
        mr_connection_allow(request->entry, server->options.head_seconds);
    if (request != NULL && request->handed)
        mr_pending_remove(&server->pending);
    mr_request_free(request);
    *context = NULL;
}

static void write_access_line(const mr_request *request, double seconds) {
    const mr_route *route = request->route;
    mr_log(MR_LOG_INFO, "%s %s %d %.1f ms",
           route != NULL           ? route->method
           : request->file != NULL ? "GET"
                                   : "-",
           mr_metrics_label(route, request->file != NULL), request->status, 1e3 * seconds);
}

/* Hands the answer over to libmicrohttpd. */
static enum MHD_Result send_answer(mr_request *request) {
    mr_server *server = request->server;
    if (request->response == NULL)
        return MHD_NO;
    bool upgraded = request->status == 101;
    if (!upgraded &&
        (request->close || atomic_load(&server->stopping) ||
         mr_connection_count_request(request->entry) >= server->options.requests_of_connection))
        mr_answer_header(request, "Connection", "close");
    double seconds = mr_now() - request->received;
    mr_latency_add(&server->latency, MR_STAGE_TOTAL, seconds);
    mr_metrics_count(server->metrics, request->route, request->file != NULL, request->status);
    write_access_line(request, seconds);
    mr_connection_allow(request->entry, upgraded ? 0 : server->options.body_seconds);
    return MHD_queue_response(request->connection, (unsigned)request->status, request->response);
}

static enum MHD_Result send_problem(mr_request *request) {
    mr_answer_problem(request);
    return send_answer(request);
}

/* Everything a browser needs to know to keep the page by itself: see docs/API.md. */
static void add_page_headers(mr_request *request) {
    char policy[1024];
    snprintf(policy, sizeof policy,
             "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
             "media-src 'self' blob:; connect-src 'self' ws://%s wss://%s; form-action 'none'; "
             "frame-ancestors 'none'; base-uri 'none'",
             request->head.host, request->head.host);
    mr_answer_header(request, "Content-Security-Policy", policy);
    mr_answer_header(request, "Permissions-Policy", "camera=(self), microphone=(), geolocation=()");
    mr_answer_header(request, "Cross-Origin-Opener-Policy", "same-origin");
    mr_answer_header(request, "Cache-Control", "no-cache");
    mr_answer_header(request, "ETag", request->file->etag);
}

static bool answer_file(mr_request *request) {
    const mr_page_file *file = request->file;
    const char *known = request->head.none_match;
    bool answered = known != NULL && strstr(known, file->etag) != NULL
                        ? mr_answer_empty(request, 304)
                        : mr_answer_constant(request, 200, file->type, file->bytes, file->size);
    if (answered)
        add_page_headers(request);
    return answered;
}

/* Calls the handler on this thread, with the models of this moment but no session. */
static bool handle_here(mr_request *request) {
    mr_leased_session at = {mr_lease_take(request->server->lessor), NULL};
    bool answered = request->route->handle(request, &at);
    mr_lease_drop(at.lease);
    return answered;
}

static mr_status run_handler(mr_job *job, const mr_leased_session *at) {
    mr_request *request = (mr_request *)job;
    if (!request->route->handle(request, at))
        mr_answer_problem(request);
    return MR_OK;
}

static void finish_handler(mr_job *job, mr_status status) {
    mr_request *request = (mr_request *)job;
    if (status != MR_OK) {
        mr_problem_from(&request->problem, status, NULL);
        mr_answer_problem(request);
    }
    MHD_resume_connection(request->connection);
}

/* Suspended before it is submitted, since the worker may be done at once. */
static enum MHD_Result hand_to_worker(mr_request *request) {
    request->step = MR_STEP_ANSWER;
    request->job.run = run_handler;
    request->job.done = finish_handler;
    request->handed = true;
    mr_pending_add(&request->server->pending);
    MHD_suspend_connection(request->connection);
    mr_status status = mr_pool_submit(request->server->pool, MR_LANE_REQUEST, &request->job);
    if (status != MR_OK)
        finish_handler(&request->job, status);
    return MHD_YES;
}

/* The last byte has come. */
static enum MHD_Result answer(mr_request *request) {
    request->received = mr_now();
    mr_connection_allow(request->entry, 0);
    if (request->refused || !mr_request_read_body(request))
        return send_problem(request);
    if (request->route != NULL && request->route->worker)
        return hand_to_worker(request);
    bool answered = request->route != NULL ? handle_here(request) : answer_file(request);
    return answered ? send_answer(request) : send_problem(request);
}

/*
 * A request that is refused for another reason than its framing is read to its end first: a client
 * that is cut off while it sends may never see why. Bodies beyond the limit are not waited for, nor
 * those of a client that asks first.
 */
static enum MHD_Result read_head(mr_request *request, const char *version, const char *method) {
    const mr_server_options *options = &request->server->options;
    request->step = MR_STEP_BODY;
    request->refused = !mr_request_read_head(request, version, method);
    if (request->refused && (request->close || request->head.length > options->body_bytes ||
                             request->head.expect != NULL)) {
        request->received = mr_now();
        return send_problem(request);
    }
    mr_connection_allow(request->entry, options->body_seconds);
    return MHD_YES;
}

static void read_piece(mr_request *request, const char *bytes, size_t size) {
    mr_server *server = request->server;
    if (!request->refused)
        request->refused = !mr_body_append(&request->body, bytes, size, &server->bodies_bytes,
                                           server->options.bodies_bytes, &request->problem);
    if (request->refused)
        mr_body_free(&request->body, &server->bodies_bytes);
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *size, void **context) {
    (void)user, (void)connection, (void)url;
    mr_request *request = *context;
    if (request == NULL || request->entry == NULL) /* no memory was left when it began */
        return MHD_NO;
    switch (request->step) {
    case MR_STEP_HEAD:
        return read_head(request, version, method);
    case MR_STEP_BODY:
        if (*size == 0)
            return answer(request);
        read_piece(request, bytes, *size);
        *size = 0;
        return MHD_YES;
    case MR_STEP_ANSWER:
        return send_answer(request);
    }
    return MHD_NO;
}

/* Paths and queries are decoded by ourselves, strictly. */
static size_t leave_encoded(void *user, struct MHD_Connection *connection, char *text) {
    (void)user, (void)connection;
    return strlen(text);
}

mr_status mr_http_start(mr_server *server) {
    const mr_server_options *options = &server->options;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_ALLOW_UPGRADE;
    /* A proxy's connections are those of many clients. */
    unsigned of_client = options->trusted_proxy ? 0 : (unsigned)options->connections_of_client;
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, server->listener,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)options->http_threads, MHD_OPTION_THREAD_STACK_SIZE,
        STACK_BYTES, MHD_OPTION_CONNECTION_LIMIT, (unsigned)options->connections,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, of_client, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        options->head_bytes + CONNECTION_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, STRICTNESS,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_NOTIFY_COMPLETED,
        end_request, server, MHD_OPTION_URI_LOG_CALLBACK, begin_request, server,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_encoded, server, MHD_OPTION_END);
    if (server->daemon == NULL)
        return mr_fail(MR_E_IO, "%s: the HTTP server does not start", server->address);
    server->listener = -1; /* the daemon's now, which closes it */
    return MR_OK;
}

void mr_http_stop(mr_server *server) {
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    server->daemon = NULL;
}
