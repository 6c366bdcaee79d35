/*
 * The least server that streams need: a libmicrohttpd daemon on a free port of 127.0.0.1 whose only
 * route is the stream, with workers, and a store in memory.
 */
#ifndef MR_TESTS_STREAM_HOST_H
#define MR_TESTS_STREAM_HOST_H

#include "server/stream.h"

typedef struct stream_host {
    mr_lessor *lessor; /* the caller's */
    mr_latency latency;
    mr_pool *pool;
    mr_store *store;
    mr_streams *streams;
    struct MHD_Daemon *daemon;
    int port;
} stream_host;

/* NULL options: the defaults. */
mr_status stream_host_start(stream_host *host, mr_lessor *lessor, int workers,
                            const mr_stream_options *options);
void stream_host_stop(stream_host *host);

#endif
