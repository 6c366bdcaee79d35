/*
 * The socket that a server listens on.
 */
#ifndef MR_SERVER_LISTEN_H
#define MR_SERVER_LISTEN_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* Reads "127.0.0.1:8080", "[::1]:8080" or "localhost:8080". */
mr_status mr_address_parse(const char *text, struct sockaddr_storage *address, socklen_t *size);

/* True for addresses that only this machine can reach. */
bool mr_address_is_loopback(const struct sockaddr_storage *address);

/* Binds and listens; the socket closes itself in programs that are started. Writes the address that
 * it got as a URL, and its port. */
mr_status mr_listen(const struct sockaddr_storage *address, socklen_t size, int *listener,
                    char *url, size_t url_size, int *port);

#endif
