/*
 * The connections that are open, and how long each may take for what it is doing.
 *
 * libmicrohttpd closes a connection that is silent for a while; one that sends a byte now and then
 * would live forever. So each has a deadline for the step it is in (a head, a body, an answer), and
 * a thread of its own cuts off those that are late: it shuts the socket down, upon which
 * libmicrohttpd ends the connection as if the client had left.
 *
 * Thread rule: any thread, any time; an entry is used by the thread that serves its connection.
 */
#ifndef MR_SERVER_CONNECTIONS_H
#define MR_SERVER_CONNECTIONS_H

#include "base/error.h"
#include "server/rate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mr_connections mr_connections;
typedef struct mr_connection mr_connection;

/* `tick`: seconds between two looks at the deadlines. */
mr_status mr_connections_create(double tick, mr_connections **out);

/* All connections must have been removed. */
void mr_connections_free(mr_connections *connections);

/* A new connection on this socket, which has `seconds` for its first step. NULL: out of memory. */
mr_connection *mr_connections_add(mr_connections *connections, int socket, double seconds);

/* Must come before the socket is closed. */
void mr_connections_remove(mr_connections *connections, mr_connection *connection);

/* The next step begins and may take `seconds`; 0: as long as it takes. */
void mr_connection_allow(mr_connection *connection, double seconds);

/* Reserves memory for a body of `bytes` of this client's. False where all bodies of the client
 * would have more than `limit` then; one alone may always come. */
bool mr_connection_reserve(mr_connection *connection, const mr_client_key *client, size_t bytes,
                           size_t limit);

/* The body is gone. */
void mr_connection_release(mr_connection *connection);

/* Requests that were begun on it, this one included. */
size_t mr_connection_count_request(mr_connection *connection);

size_t mr_connections_open(mr_connections *connections);

/* Connections that were cut off for being late, since the start. */
uint64_t mr_connections_late(mr_connections *connections);

#endif
