#include "server/request.h"

#include "base/clock.h"
#include "json/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define YEAR_SECONDS "31536000"

static bool set_response(mr_request *request, int status, struct MHD_Response *response) {
    if (response == NULL)
        return mr_problem_set(&request->problem, 503, NULL, "the server has no memory left");
    if (request->response != NULL)
        MHD_destroy_response(request->response);
    request->response = response;
    request->status = status;
    mr_answer_header(request, "X-Content-Type-Options", "nosniff");
    mr_answer_header(request, "Referrer-Policy", "no-referrer");
    mr_answer_header(request, "Cross-Origin-Resource-Policy", "same-origin");
    if (request->file == NULL || status >= 400)
        mr_answer_header(request, "Cache-Control", "no-store");
    return true;
}

void mr_answer_header(mr_request *request, const char *name, const char *value) {
    (void)MHD_add_response_header(request->response, name, value);
}

bool mr_answer_bytes(mr_request *request, int status, const char *type, char *bytes, size_t size) {
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size, bytes, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        free(bytes);
    if (!set_response(request, status, response))
        return false;
    mr_answer_header(request, "Content-Type", type);
    return true;
}

bool mr_answer_constant(mr_request *request, int status, const char *type, const void *bytes,
                        size_t size) {
    /* libmicrohttpd only reads it. */
    void *shared = (void *)(uintptr_t)bytes;
    if (!set_response(request, status,
                      MHD_create_response_from_buffer(size, shared, MHD_RESPMEM_PERSISTENT)))
        return false;
    mr_answer_header(request, "Content-Type", type);
    return true;
}

bool mr_answer_empty(mr_request *request, int status) {
    static char nothing[] = "";
    return set_response(request, status,
                        MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT));
}

static bool answer_document(mr_request *request, int status, const char *type, json_t *document) {
    double started = mr_now();
    char *text = mr_json_dump(document, JSON_COMPACT);
    mr_latency_add(&request->server->latency, MR_STAGE_ENCODE, mr_now() - started);
    if (text == NULL)
        return mr_problem_set(&request->problem, 503, NULL, "the server has no memory left");
    return mr_answer_bytes(request, status, type, text, strlen(text));
}

bool mr_answer_json(mr_request *request, int status, json_t *document) {
    return answer_document(request, status, "application/json", document);
}

void mr_answer_problem(mr_request *request) {
    int status = request->problem.status;
    if (!answer_document(request, status, "application/problem+json",
                         mr_problem_json(&request->problem)) &&
        !mr_answer_empty(request, 503))
        return; /* without any memory the connection is closed */
    if (status == 401)
        mr_answer_header(request, "WWW-Authenticate", "Bearer");
    if (status == 405)
        mr_answer_header(request, "Allow", request->allowed);
    if (status == 426) {
        mr_answer_header(request, "Upgrade", "websocket");
        mr_answer_header(request, "Sec-WebSocket-Version", "13");
    }
    if (status == 429 || status == 503) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%d",
                 request->retry_after > 0 ? request->retry_after : 1);
        mr_answer_header(request, "Retry-After", seconds);
    }
}

bool mr_request_cookie(const mr_request *request, char viewer[MR_VIEWER_ID_SIZE]) {
    return request->head.cookie != NULL &&
           mr_cookie_viewer(request->head.cookie, MR_VIEWER_COOKIE, viewer);
}

void mr_answer_cookie(mr_request *request, const char *viewer) {
    const mr_server_options *options = &request->server->options;
    bool tls = options->trusted_proxy && request->head.proto != NULL &&
               strcasecmp(request->head.proto, "https") == 0;
    char cookie[256];
    snprintf(cookie, sizeof cookie,
             MR_VIEWER_COOKIE "=%s; Path=/; Max-Age=%s; HttpOnly; SameSite=Strict%s",
             viewer != NULL ? viewer : "", viewer != NULL ? YEAR_SECONDS : "0",
             tls || options->secure_cookies ? "; Secure" : "");
    mr_answer_header(request, "Set-Cookie", cookie);
}
