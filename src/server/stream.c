#include "server/stream.h"

#include "server/auth.h"
#include "server/handshake.h"
#include "server/stream_parts.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROTOCOL "moodreel.v1"

/* Answers that may lie in the system's buffer: enough to be fast, too few to be stale. */
#define SEND_BUFFER (64 << 10)

mr_stream_options mr_stream_options_defaults(void) {
    return (mr_stream_options){
        .limit = 32,
        .limit_of_client = 16,
        .message_bytes = 4u << 20,
        .frames_per_second = 60,
        .ping = 15,
        .idle = 60,
        .message = 30,
        .stall = 20,
        .attributes = {.age = true, .gender = true, .ethnicity = true, .emotion = true},
    };
}

static mr_status start(mr_streams *streams) {
    streams->poll = epoll_create1(EPOLL_CLOEXEC);
    streams->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN};
    if (streams->poll < 0 || streams->wake < 0 ||
        epoll_ctl(streams->poll, EPOLL_CTL_ADD, streams->wake, &event) != 0)
        return mr_fail(MR_E_IO, "streams: no descriptors left");
    if (pthread_create(&streams->thread, NULL, mr_streams_loop, streams) != 0)
        return mr_fail(MR_E_MEMORY, "streams: no thread can be started");
    streams->started = true;
    return MR_OK;
}

mr_status mr_streams_create(const mr_stream_options *options, mr_lessor *lessor, mr_pool *pool,
                            mr_store *store, mr_latency *latency, mr_streams **out) {
    mr_streams *streams = calloc(1, sizeof *streams);
    if (streams == NULL)
        return mr_fail(MR_E_MEMORY, "streams: out of memory");
    streams->options = options != NULL ? *options : mr_stream_options_defaults();
    streams->lessor = lessor;
    streams->pool = pool;
    streams->store = store;
    streams->latency = latency;
    streams->poll = streams->wake = -1;
    streams->ran_end = &streams->ran;
    pthread_mutex_init(&streams->lock, NULL);
    mr_status status = start(streams);
    if (status != MR_OK) {
        mr_streams_free(streams);
        return status;
    }
    *out = streams;
    return MR_OK;
}

void mr_streams_stop(mr_streams *streams) {
    pthread_mutex_lock(&streams->lock);
    streams->stopping = true;
    pthread_mutex_unlock(&streams->lock);
    if (!streams->started)
        return;
    mr_streams_wake(streams);
    pthread_join(streams->thread, NULL);
    streams->started = false;
}

void mr_streams_free(mr_streams *streams) {
    if (streams == NULL)
        return;
    mr_streams_stop(streams);
    if (streams->poll >= 0)
        close(streams->poll);
    if (streams->wake >= 0)
        close(streams->wake);
    pthread_mutex_destroy(&streams->lock);
    free(streams);
}

/* ---- The door ---- */

static const char *header(struct MHD_Connection *connection, const char *name) {
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* A proxy adds to the list of addresses at its end. */
static enum MHD_Result keep_last(void *kept, enum MHD_ValueKind kind, const char *name,
                                 const char *value) {
    (void)kind;
    if (strcasecmp(name, "X-Forwarded-For") == 0)
        *(const char **)kept = value;
    return MHD_YES;
}

static mr_client_key client_of(const mr_streams *streams, struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const char *forwarded = NULL;
    if (streams->options.trusted_proxy)
        MHD_get_connection_values(connection, MHD_HEADER_KIND, keep_last, &forwarded);
    return mr_client_of_request(info->client_addr, forwarded);
}

static size_t count_of_client(const mr_stream *list, const mr_client_key *client) {
    size_t count = 0;
    for (; list != NULL; list = list->next)
        count += list->client.high == client->high && list->client.low == client->low;
    return count;
}

/* What stands against one stream more; NULL when it fits. With the lock. */
static const char *obstacle(const mr_streams *streams, const mr_client_key *client) {
    if (streams->stopping)
        return "the server stops";
    if (streams->count >= streams->options.limit)
        return "all are taken";
    if (count_of_client(streams->all, client) + count_of_client(streams->arrived, client) >=
        streams->options.limit_of_client)
        return "this address has as many as one may have";
    return NULL;
}

static mr_status check_room(mr_streams *streams, const mr_client_key *client) {
    pthread_mutex_lock(&streams->lock);
    const char *against = obstacle(streams, client);
    pthread_mutex_unlock(&streams->lock);
    return against == NULL ? MR_OK : mr_fail(MR_E_BUSY, "streams: %s", against);
}

/* Lets the stream in, unless the room was filled or closed since its handshake. */
static bool let_in(mr_streams *streams, mr_stream *stream) {
    pthread_mutex_lock(&streams->lock);
    bool fits = obstacle(streams, &stream->client) == NULL;
    if (fits) {
        stream->next = streams->arrived;
        streams->arrived = stream;
        streams->count++;
    }
    pthread_mutex_unlock(&streams->lock);
    return fits;
}

static void on_upgrade(void *closure, struct MHD_Connection *connection, void *request,
                       const char *early, size_t early_size, MHD_socket socket,
                       struct MHD_UpgradeResponseHandle *handle) {
    (void)request;
    mr_streams *streams = closure;
    char viewer[MR_VIEWER_ID_SIZE];
    const char *cookie = header(connection, "Cookie");
    if (cookie == NULL || !mr_cookie_viewer(cookie, MR_VIEWER_COOKIE, viewer))
        *viewer = '\0';
    /* Both only make it faster. */
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &(int){SEND_BUFFER}, sizeof(int));
    mr_stream *stream;
    if (mr_stream_create(streams, socket, handle, early, early_size, viewer, &stream) != MR_OK) {
        MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
        return;
    }
    stream->client = client_of(streams, connection);
    if (!let_in(streams, stream)) {
        mr_stream_free(stream);
        return;
    }
    atomic_fetch_add(&streams->opened, 1);
    mr_streams_wake(streams);
}

mr_status mr_streams_accept(mr_streams *streams, struct MHD_Connection *connection,
                            struct MHD_Response **out) {
    const mr_handshake request = {.connection = header(connection, "Connection"),
                                  .upgrade = header(connection, "Upgrade"),
                                  .version = header(connection, "Sec-WebSocket-Version"),
                                  .key = header(connection, "Sec-WebSocket-Key")};
    MR_TRY(mr_handshake_check(&request));
    const mr_client_key client = client_of(streams, connection);
    MR_TRY(check_room(streams, &client));
    char accept[MR_HANDSHAKE_ACCEPT_SIZE];
    mr_handshake_answer(request.key, accept);
    struct MHD_Response *response = MHD_create_response_for_upgrade(on_upgrade, streams);
    bool speaks = mr_handshake_lists(header(connection, "Sec-WebSocket-Protocol"), PROTOCOL, false);
    if (response == NULL || MHD_add_response_header(response, "Upgrade", "websocket") != MHD_YES ||
        MHD_add_response_header(response, "Sec-WebSocket-Accept", accept) != MHD_YES ||
        (speaks &&
         MHD_add_response_header(response, "Sec-WebSocket-Protocol", PROTOCOL) != MHD_YES)) {
        if (response != NULL)
            MHD_destroy_response(response);
        return mr_fail(MR_E_MEMORY, "stream: out of memory");
    }
    *out = response;
    return MR_OK;
}

/* ---- What others tell and ask ---- */

void mr_streams_history_changed(mr_streams *streams, const char *viewer) {
    pthread_mutex_lock(&streams->lock);
    for (mr_stream *stream = streams->all; stream != NULL; stream = stream->next)
        if (strcmp(stream->task.viewer, viewer) == 0)
            atomic_fetch_add(&stream->histories, 1);
    pthread_mutex_unlock(&streams->lock);
}

mr_stream_stats mr_streams_stats(mr_streams *streams) {
    pthread_mutex_lock(&streams->lock);
    size_t open = streams->count;
    pthread_mutex_unlock(&streams->lock);
    return (mr_stream_stats){.open = open,
                             .opened = atomic_load(&streams->opened),
                             .frames = atomic_load(&streams->frames),
                             .skipped = atomic_load(&streams->skipped),
                             .errors = atomic_load(&streams->errors),
                             .dropped = atomic_load(&streams->dropped)};
}
