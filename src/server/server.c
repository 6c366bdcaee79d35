#include "server/server.h"

#include "base/file.h"
#include "base/log.h"
#include "server/http.h"
#include "server/listen.h"
#include "server/openapi.h"
#include "server/server_parts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long the end waits for answers that are on their way; a client may read slowly. */
#define SENDING_SECONDS 2

mr_server_options mr_server_options_defaults(void) {
    mr_stream_options stream = mr_stream_options_defaults();
    mr_server_options options = {
        .listen = "127.0.0.1:8080",
        .engine = mr_options_defaults(),
        .learn_minutes = 60,
        .http_threads = 2,
        .queue = mr_pool_options_defaults().limits[MR_LANE_REQUEST],
        .streams = stream.limit,
        .frames_per_second = stream.frames_per_second,
        .connections = 1024,
        .connections_of_client = 64,
        .requests_of_connection = 1000,
        .head_bytes = (size_t)16 << 10,
        .body_bytes = (size_t)16 << 20,
        .json_bytes = (size_t)64 << 10,
        .bodies_bytes = (size_t)256 << 20,
        .head_seconds = 15,
        .body_seconds = 30,
        .rate = 30,
        .burst = 60,
    };
    options.engine.max_bytes = options.body_bytes;
    options.engine.max_pixels = 25000000;
    return options;
}

static mr_status check_options(const mr_server_options *options) {
    if (options->http_threads < 2 || options->http_threads > 64)
        return mr_fail(MR_E_ARGUMENT, "HTTP threads: %d: expected 2 to 64", options->http_threads);
    if (!(options->head_seconds > 0) || !(options->body_seconds > 0))
        return mr_fail(MR_E_ARGUMENT, "time limits: expected more than 0 seconds");
    if (!(options->learn_minutes >= 0) || options->learn_minutes > 1e6)
        return mr_fail(MR_E_ARGUMENT, "learning: every %g minutes: expected 0 to 1000000",
                       options->learn_minutes);
    if (options->origin_count < 0 || options->origin_count > MR_ORIGINS_MAX)
        return mr_fail(MR_E_ARGUMENT, "origins: expected at most %d", MR_ORIGINS_MAX);
    return MR_OK;
}

/* Whether a key is needed where the server listens; then the socket. */
static mr_status open_door(mr_server *server) {
    const mr_server_options *options = &server->options;
    struct sockaddr_storage address;
    socklen_t size;
    MR_TRY(mr_address_parse(options->listen, &address, &size));
    if (!mr_address_is_loopback(&address) && options->key_file == NULL)
        return mr_fail(MR_E_ARGUMENT,
                       "%s: other machines can reach this address, so it needs a key: --key-file",
                       options->listen);
    return mr_listen(&address, size, &server->listener, server->address, sizeof server->address,
                     &server->port);
}

/* The page and the key. */
static mr_status open_front(mr_server *server) {
    const mr_server_options *options = &server->options;
    mr_front_source source = {options->key_file, options->origins, options->origin_count,
                              options->web};
    if (options->web != NULL)
        return mr_fronts_create(&source, &server->fronts);
    char *found = NULL;
    if (options->engine.home == NULL)
        MR_TRY(mr_find_home(&found));
    char *folder = mr_path_join(found != NULL ? found : options->engine.home, "web");
    source.web = folder;
    mr_status status = folder != NULL ? mr_fronts_create(&source, &server->fronts)
                                      : mr_fail(MR_E_MEMORY, "web: out of memory");
    free(folder);
    free(found);
    return status;
}

/* Where nothing is to last, viewers are remembered in memory. */
static mr_status open_store(mr_server *server) {
    if (server->options.store != NULL)
        return MR_OK;
    MR_TRY(mr_store_open("sqlite::memory:", &server->own_store));
    server->options.store = server->own_store;
    return MR_OK;
}

static mr_status open_workers(mr_server *server) {
    const mr_server_options *options = &server->options;
    mr_pool_options pool = mr_pool_options_defaults();
    pool.workers = options->workers;
    pool.limits[MR_LANE_REQUEST] = options->queue;
    mr_stream_options stream = mr_stream_options_defaults();
    stream.limit = options->streams;
    stream.limit_of_client = (options->streams + 1) / 2;
    stream.trusted_proxy = options->trusted_proxy;
    stream.frames_per_second = options->frames_per_second;
    stream.attributes = options->engine.attributes;
    stream.ethnicity = options->ethnicity;
    MR_TRY(mr_lessor_create(&options->engine, &server->lessor));
    MR_TRY(mr_pool_create(&pool, server->lessor, &server->latency, &server->pool));
    return mr_streams_create(&stream, server->lessor, server->pool, options->store,
                             &server->latency, &server->streams);
}

static mr_status open_learner(mr_server *server) {
    const mr_server_options *options = &server->options;
    if (options->learn_minutes == 0 || !options->engine.films)
        return MR_OK;
    return mr_learner_start(server->lessor, options->store, options->learn_minutes,
                            &server->learner);
}

static mr_status start(mr_server *server) {
    const mr_server_options *options = &server->options;
    double shortest = options->head_seconds < options->body_seconds ? options->head_seconds
                                                                    : options->body_seconds;
    MR_TRY(check_options(options));
    MR_TRY(open_door(server));
    MR_TRY(open_front(server));
    MR_TRY(mr_openapi_text(options->key_file != NULL, &server->openapi));
    MR_TRY(mr_metrics_create(&server->metrics));
    MR_TRY(mr_rate_create(options->rate, options->burst, &server->rate));
    MR_TRY(mr_connections_create(shortest / 20, &server->connections));
    MR_TRY(open_store(server));
    MR_TRY(open_workers(server));
    MR_TRY(open_learner(server));
    return mr_http_start(server);
}

mr_status mr_server_start(const mr_server_options *options, mr_server **out) {
    mr_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return mr_fail(MR_E_MEMORY, "server: out of memory");
    server->options = *options;
    server->listener = -1;
    mr_pending_init(&server->pending);
    mr_status status = start(server);
    /* What the caller's texts were needed for is done. */
    server->options.listen = server->options.key_file = server->options.web = NULL;
    server->options.engine.home = NULL;
    server->options.origin_count = 0;
    if (status != MR_OK) {
        mr_server_stop(server);
        return status;
    }
    *out = server;
    return MR_OK;
}

int mr_server_port(const mr_server *server) {
    return server->port;
}

const char *mr_server_address(const mr_server *server) {
    return server->address;
}

mr_status mr_server_reload(mr_server *server) {
    mr_front *front;
    MR_TRY(mr_front_load(server->fronts, &front));
    mr_status status = mr_lessor_reload(server->lessor);
    if (status != MR_OK) {
        mr_front_drop(front);
        return status;
    }
    mr_fronts_show(server->fronts, front);
    mr_pool_renew(server->pool);
    if (server->learner != NULL)
        mr_learner_renew(server->learner);
    return MR_OK;
}

/*
 * The order matters: streams and requests need the workers to come to their end, and libmicrohttpd
 * must not have suspended connections when it stops, nor such as were resumed and not yet answered,
 * which it would close without a word; from `stopping` on, new requests get 503 and
 * are not suspended. MHD_quiesce_daemon is left alone: in 0.9.75 it races with the daemon's own
 * threads for the listening socket, and the loser ends the process.
 */
void mr_server_stop(mr_server *server) {
    if (server == NULL)
        return;
    atomic_store(&server->stopping, true);
    if (server->learner != NULL)
        mr_learner_interrupt(server->learner);
    if (server->streams != NULL)
        mr_streams_stop(server->streams);
    if (server->pool != NULL)
        mr_pool_stop(server->pool);
    if (!mr_pending_wait(&server->pending, SENDING_SECONDS))
        mr_log(MR_LOG_WARNING, "serve: answers could not be sent in %d seconds", SENDING_SECONDS);
    mr_http_stop(server);
    if (server->streams != NULL)
        mr_streams_free(server->streams);
    mr_pool_free(server->pool);
    mr_learner_stop(server->learner);
    mr_lessor_free(server->lessor);
    mr_store_close(server->own_store);
    mr_connections_free(server->connections);
    mr_rate_free(server->rate);
    mr_metrics_free(server->metrics);
    free(server->openapi);
    mr_fronts_free(server->fronts);
    mr_pending_destroy(&server->pending);
    if (server->listener >= 0)
        close(server->listener);
    free(server);
}
