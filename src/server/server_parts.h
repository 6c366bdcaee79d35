/*
 * What the files of the HTTP side share: the server's parts. Streams, workers and models on loan
 * have headers of their own and know nothing of this one.
 */
#ifndef MR_SERVER_SERVER_PARTS_H
#define MR_SERVER_SERVER_PARTS_H

#include "server/connections.h"
#include "server/front.h"
#include "server/latency.h"
#include "server/learner.h"
#include "server/lease.h"
#include "server/metrics.h"
#include "server/pending.h"
#include "server/pool.h"
#include "server/rate.h"
#include "server/server.h"
#include "server/stream.h"
#include "store/store.h"

#include <microhttpd.h>
#include <stdatomic.h>

struct mr_server {
    mr_server_options options; /* what it points to is the caller's, and gone */
    char address[96];
    int listener, port;
    mr_store *own_store; /* what options.store is where the caller gave none; else NULL */
    mr_lessor *lessor;
    mr_learner *learner; /* or NULL */
    mr_latency latency;
    mr_metrics *metrics;
    mr_pool *pool;
    mr_streams *streams;
    mr_fronts *fronts;
    mr_rate *rate;
    mr_connections *connections;
    char *openapi; /* the document, as it is sent */
    struct MHD_Daemon *daemon;
    mr_pending pending; /* requests at workers, and answers of theirs on their way */
    atomic_bool stopping;
    atomic_size_t bodies_bytes; /* that are being read or waiting */
};

#endif
