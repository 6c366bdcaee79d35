/*
 * An HTTP client for tests, on plain sockets, so that it can send what no library would.
 *
 *     http_reply reply = http_ask(port, "GET", "/v1/info", NULL, NULL, 0);
 *     assert_int_equal(reply.status, 200);
 *     … json_object_get(reply.json, "films") …
 *     http_free(&reply);
 *
 * Waits end after ten seconds; status 0 stands for no answer.
 */
#ifndef MR_TESTS_HTTP_CLIENT_H
#define MR_TESTS_HTTP_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct http_reply {
    int status;
    char head[8192];
    char *body; /* ends with a zero */
    size_t size;
    json_t *json; /* the body's document; NULL: it is none */
} http_reply;

/* A connection to 127.0.0.1; -1 when refused. */
int http_connect(int port);

/* Sends bytes; false when the server hung up. */
bool http_send(int socket, const void *bytes, size_t size);

/* Reads one answer; with `head_only`, as after HEAD, no body is waited for. */
http_reply http_read(int socket, bool head_only);

/* True when the server closes the connection within `seconds`; what it sends is thrown away. */
bool http_is_closed_within(int socket, double seconds);

/* One request on a connection of its own. `headers`: more lines, each with its line end, or NULL. A
 * body gets its Content-Length. */
http_reply http_ask(int port, const char *method, const char *target, const char *headers,
                    const void *body, size_t size);

/* The same with JSON, and with `type` for a file. */
http_reply http_ask_json(int port, const char *method, const char *target, const char *headers,
                         const char *json);
http_reply http_ask_file(int port, const char *target, const char *type, const char *path);

/* Bytes as they are, on a connection of their own, and the answer. */
http_reply http_ask_raw(int port, const char *bytes, size_t size);

/* The value of a header, in `value`; false without one. */
bool http_header(const http_reply *reply, const char *name, char *value, size_t size);

void http_free(http_reply *reply);

#endif
