/*
 * Who may ask: the key, the host that a request was sent to, the origin of the page that sent it,
 * and the cookie.
 *
 * - A key, where one is set, is needed for everything but the page's files and /healthz. It is
 *   compared in a time that does not depend on where it differs.
 * - Host: a page of somebody else can have its own name resolve to this machine and then count as
 *   the same origin (DNS rebinding). It cannot make the browser send an address or "localhost" for
 *   Host. So an address, "localhost" and the hosts of the configured origins are taken; other names
 *   only where a key protects the server and no origin is configured.
 * - Origin: browsers say which page sends a request that changes something, or opens a WebSocket.
 *   It must be the server's own or a configured one. Programs send none.
 *
 * Thread rule: a gate is read-only once made.
 */
#ifndef MR_SERVER_AUTH_H
#define MR_SERVER_AUTH_H

#include "base/error.h"
#include "server/problem.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct mr_gate mr_gate;

/* Reads the key, one line of 16 to 512 visible characters, and the origins, "http://host:port" or
 * "https://…". NULL key_file: no key. */
mr_status mr_gate_create(const char *key_file, const char *const *origins, int origin_count,
                         mr_gate **out);
void mr_gate_free(mr_gate *gate);

bool mr_gate_has_key(const mr_gate *gate);

/* 401 unless the value of Authorization is "Bearer KEY", or `protocols`, the value of
 * Sec-WebSocket-Protocol, lists "moodreel.key.KEY". Both may be NULL. */
bool mr_gate_check_key(const mr_gate *gate, const char *authorization, const char *protocols,
                       mr_problem *problem);

/* 400 for a Host that is none, 421 for one that is not ours. */
bool mr_gate_check_host(const mr_gate *gate, const char *host, mr_problem *problem);

/* 403 for an origin that is not ours; NULL passes. `host` has passed the check above. */
bool mr_gate_check_origin(const mr_gate *gate, const char *origin, const char *host,
                          mr_problem *problem);

/* The value of the cookie `name` in the value of a Cookie header, if it occurs exactly once and is
 * a name that a viewer may have. */
bool mr_cookie_viewer(const char *header, const char *name, char viewer[MR_VIEWER_ID_SIZE]);

#endif
