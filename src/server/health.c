/* /healthz, /metrics, and the document of the API: what operators and programs ask first. */
#include "server/handlers.h"

#include <string.h>

bool mr_handle_health(mr_request *request, const mr_leased_session *at) {
    (void)at;
    if (atomic_load(&request->server->stopping))
        return mr_problem_set(&request->problem, 503, NULL, "the server is stopping");
    return mr_answer_json(request, 200, json_pack("{s:s}", "status", "ok"));
}

bool mr_handle_metrics(mr_request *request, const mr_leased_session *at) {
    (void)at;
    size_t size;
    char *text = mr_metrics_text(request->server, &size);
    if (text == NULL)
        return mr_problem_set(&request->problem, 503, NULL, "the server has no memory left");
    return mr_answer_bytes(request, 200, "text/plain; version=0.0.4; charset=utf-8", text, size);
}

bool mr_handle_openapi(mr_request *request, const mr_leased_session *at) {
    (void)at;
    const char *text = request->server->openapi;
    return mr_answer_constant(request, 200, "application/json", text, strlen(text));
}

bool mr_handle_stream(mr_request *request, const mr_leased_session *at) {
    (void)at;
    struct MHD_Response *response;
    mr_status status = mr_streams_accept(request->server->streams, request->connection, &response);
    if (status == MR_E_UNSUPPORTED)
        return mr_problem_set(&request->problem, 426, "Sec-WebSocket-Version", "%s",
                              mr_last_error());
    if (status == MR_E_FORMAT)
        return mr_problem_set(&request->problem, 400, NULL, "%s", mr_last_error());
    if (status != MR_OK)
        return mr_problem_from(&request->problem, status, NULL);
    request->response = response;
    request->status = 101;
    return true;
}
