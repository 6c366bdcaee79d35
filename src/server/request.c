#include "server/request.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum MHD_Result take_header(void *user, enum MHD_ValueKind kind, const char *name,
                                   size_t name_length, const char *value, size_t value_length) {
    (void)kind;
    mr_head_add(user, name, name_length, value != NULL ? value : "", value_length);
    return MHD_YES;
}

static bool is_unsafe(const char *method) {
    return strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
}

/* Version, headers and length: what decides where the request ends. When it fails, the connection
 * is not to be trusted any further. */
static bool read_framing(mr_request *request, const char *version, const char *method) {
    mr_problem *problem = &request->problem;
    request->close = true;
    if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
        return mr_problem_set(problem, 505, NULL, "expected HTTP/1.1");
    MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, take_header, &request->head);
    request->head.bytes += strlen(request->target);
    if (!mr_head_check(&request->head, request->server->options.head_bytes, problem))
        return false;
    if (request->target[0] != '/')
        return mr_problem_set(problem, 400, NULL, "the target is no path");
    /* Where a body is usual and no length is told, what follows may be one. */
    request->close = is_unsafe(method) && request->head.length_text == NULL;
    return true;
}

/* The route or the file that is meant. */
static bool find_target(mr_request *request, const char *method) {
    request->query = strchr(request->target, '?');
    if (request->query != NULL)
        *request->query++ = '\0';
    if ((request->file = mr_files_find(request->front->files, request->target)) != NULL) {
        snprintf(request->allowed, sizeof request->allowed, "GET, HEAD");
        return !is_unsafe(method) ||
               mr_problem_set(&request->problem, 405, NULL, "a file can only be read");
    }
    request->route = mr_route_find(method, request->target, request->values, request->allowed);
    if (request->route != NULL && request->route->upgrade && strcmp(method, "GET") != 0) {
        request->route = NULL;
        snprintf(request->allowed, sizeof request->allowed, "GET");
    }
    if (request->route != NULL)
        return true;
    return request->allowed[0] != '\0'
               ? mr_problem_set(&request->problem, 405, NULL, "use %s", request->allowed)
               : mr_problem_set(&request->problem, 404, NULL, "there is nothing here");
}

/* Nobody's bodies may take more than this part of the memory that is for all. */
#define CLIENT_PART 4

static mr_client_key client_of(const mr_request *request) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    bool proxy = request->server->options.trusted_proxy;
    return mr_client_of_request(info->client_addr, proxy ? request->head.forwarded : NULL);
}

/* Takes a token of the client's. */
static bool check_rate(mr_request *request) {
    mr_client_key client = client_of(request);
    double wait;
    if (mr_rate_take(request->server->rate, &client, mr_now(), &wait))
        return true;
    request->retry_after = (int)ceil(wait);
    return mr_problem_set(&request->problem, 429, NULL, "more than %g requests a second",
                          request->server->options.rate);
}

/* Whether the client may ask this at all. */
static bool check_client(mr_request *request, const char *method) {
    const mr_server *server = request->server;
    const mr_route *route = request->route;
    mr_problem *problem = &request->problem;
    if (atomic_load(&server->stopping) && (route == NULL || !route->open))
        return mr_problem_set(problem, 503, NULL, "the server is stopping");
    bool unlimited = request->file != NULL || (route != NULL && route->unlimited);
    if (!unlimited && !check_rate(request))
        return false;
    bool upgrade = route != NULL && route->upgrade;
    bool open = request->file != NULL || (route != NULL && route->open);
    if (!open && !mr_gate_check_key(request->front->gate, request->head.authorization,
                                    upgrade ? request->head.protocols : NULL, problem))
        return false;
    return !(is_unsafe(method) || upgrade) ||
           mr_gate_check_origin(request->front->gate, request->head.origin, request->head.host,
                                problem);
}

static bool reserve_body(mr_request *request, size_t length) {
    mr_client_key client = client_of(request);
    if (mr_connection_reserve(request->entry, &client, length,
                              request->server->options.bodies_bytes / CLIENT_PART))
        return true;
    request->retry_after = 1;
    return mr_problem_set(&request->problem, 429, NULL, "this address sends too much at once");
}

/* Whether the body that is announced may come. */
static bool check_body(mr_request *request) {
    const mr_server_options *options = &request->server->options;
    unsigned takes = request->route != NULL ? request->route->takes : 0;
    uint64_t length = request->head.length;
    mr_media media = mr_media_of(request->head.type);
    bool json = media == MR_MEDIA_JSON && (takes & MR_TAKES_JSON) != 0;
    bool image =
        (media == MR_MEDIA_IMAGE || media == MR_MEDIA_FORM) && (takes & MR_TAKES_IMAGE) != 0;
    if (takes != 0 && request->head.length_text == NULL)
        return mr_problem_set(&request->problem, 411, "Content-Length", "is needed");
    if (takes == 0 && length > 0)
        return mr_problem_set(&request->problem, 400, NULL, "no body is taken here");
    if (takes != 0 && !json && !image)
        return mr_problem_set(&request->problem, 415, "Content-Type", "expected %s",
                              takes == MR_TAKES_JSON ? "application/json"
                              : takes == MR_TAKES_IMAGE
                                  ? "image/* or multipart/form-data"
                                  : "application/json, image/* or multipart/form-data");
    size_t limit = json ? options->json_bytes : options->body_bytes;
    if (takes != 0 && length > limit)
        return mr_problem_set(&request->problem, 413, NULL, "at most %zu bytes are read", limit);
    return takes == 0 || reserve_body(request, (size_t)length);
}

/* Binds what stands in the path and the query. */
static bool bind_target(mr_request *request) {
    static const mr_param_table nothing = {NULL, 0, 1, NULL};
    const mr_param_table *table =
        request->route != NULL && request->route->table != NULL ? request->route->table : &nothing;
    if ((request->params = calloc(1, table->size)) == NULL)
        return mr_problem_set(&request->problem, 503, NULL, "the server has no memory left");
    if (table->defaults != NULL)
        table->defaults(request->params);
    request->binding = (mr_binding){table, request->params, &request->problem, 0};
    char name[32];
    for (size_t i = 0; request->route != NULL && i < MR_PATH_VALUES_MAX &&
                       mr_route_value_name(request->route, i, name, sizeof name);
         i++) {
        if (!mr_percent_decode(request->values[i], false))
            return mr_problem_set(&request->problem, 400, name, "not UTF-8 in percent-encoding");
        if (!mr_bind_path(&request->binding, name, request->values[i]))
            return false;
    }
    return request->query == NULL || request->file != NULL ||
           mr_bind_query(&request->binding, request->query);
}

bool mr_request_read_head(mr_request *request, const char *version, const char *method) {
    request->front = mr_front_take(request->server->fronts);
    return read_framing(request, version, method) &&
           mr_gate_check_host(request->front->gate, request->head.host, &request->problem) &&
           find_target(request, method) && check_client(request, method) && check_body(request) &&
           bind_target(request);
}

static bool read_json(mr_request *request) {
    json_error_t error;
    const mr_body *body = &request->body;
    request->json = mr_json_read((const char *)body->bytes, body->size, &error);
    if (request->json == NULL)
        return mr_problem_set(&request->problem, 400, NULL, "JSON: line %d, column %d: %s",
                              error.line, error.column, error.text);
    return mr_bind_json(&request->binding, request->json) &&
           mr_bind_finish(&request->binding, MR_IN_BODY);
}

bool mr_request_read_body(mr_request *request) {
    const mr_body *body = &request->body;
    if (request->route == NULL || request->route->takes == 0)
        return true;
    mr_media media = mr_media_of(request->head.type);
    if (media == MR_MEDIA_JSON)
        return read_json(request);
    if (body->size == 0)
        return mr_problem_set(&request->problem, 400, "image", "the body is empty");
    if (media == MR_MEDIA_FORM)
        return mr_form_part(request->head.type, body->bytes, body->size, "image", &request->image,
                            &request->problem);
    request->image = (mr_part){body->bytes, body->size};
    return true;
}

void mr_request_free(mr_request *request) {
    if (request == NULL)
        return;
    if (request->response != NULL)
        MHD_destroy_response(request->response);
    mr_front_drop(request->front);
    mr_body_free(&request->body, &request->server->bodies_bytes);
    mr_connection_release(request->entry);
    json_decref(request->json);
    free(request->params);
    free(request->target);
    free(request);
}
