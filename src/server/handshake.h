/*
 * The opening handshake of a WebSocket (RFC 6455, section 4.2). Thread rule: no shared state.
 */
#ifndef MR_SERVER_HANDSHAKE_H
#define MR_SERVER_HANDSHAKE_H

#include "base/error.h"

#include <stdbool.h>

/* Headers of the request, NULL where missing. */
typedef struct mr_handshake {
    const char *connection, *upgrade, *version, *key;
} mr_handshake;

/* MR_E_FORMAT: this is no handshake; MR_E_UNSUPPORTED: one of another version than 13. */
mr_status mr_handshake_check(const mr_handshake *request);

/* Writes what Sec-WebSocket-Accept must be for this key, which mr_handshake_check has seen: base64
 * of SHA-1. */
#define MR_HANDSHAKE_ACCEPT_SIZE 29
void mr_handshake_answer(const char *key, char accept[MR_HANDSHAKE_ACCEPT_SIZE]);

/* True when the comma-separated list has this very token; NULL is an empty list. */
bool mr_handshake_lists(const char *list, const char *token, bool ignore_case);

#endif
