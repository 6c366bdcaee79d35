#include "stream_host.h"

static unsigned status_of(mr_status status) {
    return status == MR_E_UNSUPPORTED ? MHD_HTTP_UPGRADE_REQUIRED
           : status == MR_E_BUSY      ? MHD_HTTP_SERVICE_UNAVAILABLE
                                      : MHD_HTTP_BAD_REQUEST;
}

static enum MHD_Result answer(void *closure, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *body,
                              size_t *body_size, void **request) {
    (void)url, (void)method, (void)version, (void)body, (void)body_size;
    stream_host *host = closure;
    static int seen;
    if (*request == NULL) { /* the head alone has come; what follows it is not a body */
        *request = &seen;
        return MHD_YES;
    }
    struct MHD_Response *response;
    unsigned code = MHD_HTTP_SWITCHING_PROTOCOLS;
    mr_status status = mr_streams_accept(host->streams, connection, &response);
    if (status != MR_OK) {
        code = status_of(status);
        response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    }
    enum MHD_Result result = MHD_queue_response(connection, code, response);
    MHD_destroy_response(response);
    return result;
}

static mr_status start_daemon(stream_host *host) {
    host->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_UPGRADE, 0, NULL,
                                    NULL, answer, host, MHD_OPTION_END);
    if (host->daemon == NULL)
        return mr_fail(MR_E_IO, "the test's daemon cannot listen");
    host->port = MHD_get_daemon_info(host->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    return MR_OK;
}

mr_status stream_host_start(stream_host *host, mr_lessor *lessor, int workers,
                            const mr_stream_options *options) {
    *host = (stream_host){.lessor = lessor};
    mr_pool_options pool = mr_pool_options_defaults();
    pool.workers = workers;
    MR_TRY(mr_store_open("sqlite::memory:", &host->store));
    MR_TRY(mr_pool_create(&pool, lessor, &host->latency, &host->pool));
    MR_TRY(mr_streams_create(options, lessor, host->pool, host->store, &host->latency,
                             &host->streams));
    return start_daemon(host);
}

void stream_host_stop(stream_host *host) {
    mr_streams_stop(host->streams);
    MHD_stop_daemon(host->daemon);
    mr_pool_stop(host->pool);
    mr_streams_free(host->streams);
    mr_pool_free(host->pool);
    mr_store_close(host->store);
}
