/*
 * What libmicrohttpd calls: a connection comes and goes, a request begins, goes on and ends.
 *
 * A request whose route belongs to a worker is suspended, so that no thread waits for it, submitted
 * to the pool, and resumed when its answer is there.
 */
#ifndef MR_SERVER_HTTP_H
#define MR_SERVER_HTTP_H

#include "server/server_parts.h"

/* Starts libmicrohttpd on server->listener, which becomes its own. */
mr_status mr_http_start(mr_server *server);

/* Ends libmicrohttpd. No request may be at a worker any more. */
void mr_http_stop(mr_server *server);

#endif
