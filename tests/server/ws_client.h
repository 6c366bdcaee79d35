/*
 * A WebSocket client for tests: it can do all that a browser does, and what none would.
 *
 *     ws_client client;
 *     assert_int_equal(ws_open(&client, port, NULL), 101);
 *     ws_send(&client, WS_TEXT, "{\"type\": \"refresh\"}", 19);
 *     json_t *answer = ws_read_type(&client, "films", 5);
 *     ws_close(&client);
 *
 * Waits end after the given seconds. Pings are answered while something is waited for.
 */
#ifndef MR_TESTS_WS_CLIENT_H
#define MR_TESTS_WS_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WS_CONTINUATION = 0, WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };
enum { WS_FIN = 0x80, WS_MASKED = 0x80 };

typedef struct ws_client {
    int socket;
    uint8_t *bytes; /* that came and were not looked at */
    size_t size, capacity;
    char head[4096]; /* of the handshake's answer */
    int close_code;  /* -1: not closed; 0: hung up, or closed without a code */
    int pings;
} ws_client;

/* A TCP connection to 127.0.0.1; -1 when refused. */
int ws_connect(int port);

/* Connects and shakes hands; `headers` are more lines, each with its line end, or NULL. Returns the
 * status of the answer, 0 when there was none. */
int ws_open(ws_client *client, int port, const char *headers);

/* The same on a connection, with bytes sent along in the same breath. */
int ws_shake_hands(ws_client *client, int socket, const char *headers, const void *early,
                   size_t early_size);

/* Hangs up without a word, and frees. */
void ws_close(ws_client *client);

/* One whole masked message; false when the server hung up. */
bool ws_send(ws_client *client, int opcode, const void *data, size_t size);

/* Any bytes. */
bool ws_send_raw(ws_client *client, const void *bytes, size_t size);

/* The bytes of one frame: `first` is opcode and WS_FIN, `second` WS_MASKED or 0. Returns how many
 * they are; `out` has room for size + 14. */
size_t ws_frame(uint8_t *out, int first, int second, const void *data, size_t size);

/* The next message, a new reference; NULL when time is out or the connection closed. */
json_t *ws_read(ws_client *client, double seconds);

/* The next message of this type; others are dropped. */
json_t *ws_read_type(ws_client *client, const char *type, double seconds);

/* Waits for the end of the connection and returns close_code; -1 when it does not come. */
int ws_wait_close(ws_client *client, double seconds);

#endif
