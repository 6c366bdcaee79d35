/*
 * One WebSocket connection after its handshake, on the server's side: messages in, texts out.
 *
 *     mr_wire_events events = {.receive = …, .send = …, .text = …, .binary = …, .user = me};
 *     MR_TRY(mr_wire_create(&limits, &events, mr_now(), &wire));
 *     while (!mr_wire_is_over(wire)) {
 *         wait until the socket is readable, or writable if mr_wire_wants_write(wire);
 *         mr_wire_read(wire, mr_now());
 *         mr_wire_write(wire, mr_now());
 *         mr_wire_tick(wire, mr_now());
 *     }
 *
 * It knows nothing of sockets: bytes come and go through two functions, so that tests and fuzzers
 * can play any client. wslay takes the frames apart and puts them together.
 *
 * The client is held to RFC 6455 and to the limits, and hears why it is closed: 1002 for unmasked
 * or malformed frames, 1007 for text that is not UTF-8, 1009 for a message beyond the limits, 1008
 * for one that takes too long, 1001 for silence. Only bytes that have come take memory, never those
 * that are announced. What goes out lies in slots, one text each: a new one replaces one that could
 * not be sent yet. While pongs pile up, nothing more is read.
 *
 * Thread rule: a wire belongs to one thread at a time. Seconds are the caller's and must not go
 * back.
 */
#ifndef MR_SERVER_WIRE_H
#define MR_SERVER_WIRE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct mr_wire mr_wire;

/* Bytes that grow. */
typedef struct mr_bytes {
    uint8_t *data;
    size_t size, capacity;
} mr_bytes;

/* Appends; false and unchanged when memory is out. */
bool mr_bytes_append(mr_bytes *bytes, const void *data, size_t size);
void mr_bytes_swap(mr_bytes *a, mr_bytes *b);
void mr_bytes_free(mr_bytes *bytes);

#define MR_WIRE_WOULD_BLOCK (-1)
#define MR_WIRE_GONE        (-2) /* the other side hung up, or the socket failed */

typedef struct mr_wire_events {
    /* Both return how many bytes they moved, at least one, or one of the two codes above. */
    ssize_t (*receive)(void *user, void *bytes, size_t size);
    ssize_t (*send)(void *user, const void *bytes, size_t size);
    /* A whole message; may call mr_wire_put and mr_wire_close. Bytes that are swapped against
     * others are the callee's, so that no picture need be copied. */
    void (*text)(void *user, const char *text, size_t size);
    void (*binary)(void *user, mr_bytes *message);
    void *user;
} mr_wire_events;

typedef struct mr_wire_limits {
    size_t message_bytes, text_bytes;  /* of one binary and of one text message */
    double ping, idle, message, stall; /* seconds, as in mr_stream_options */
} mr_wire_limits;

/* Close codes of RFC 6455 that are said here or by users. */
enum {
    MR_CLOSE_GOING_AWAY = 1001,
    MR_CLOSE_PROTOCOL = 1002,
    MR_CLOSE_POLICY = 1008,
    MR_CLOSE_TOO_BIG = 1009,
    MR_CLOSE_INTERNAL = 1011,
    MR_CLOSE_TRY_LATER = 1013,
};

mr_status mr_wire_create(const mr_wire_limits *limits, const mr_wire_events *events, double now,
                         mr_wire **out);
void mr_wire_free(mr_wire *wire);

/* Takes what has come, some hundred kilobytes at most, so that others have their turn. */
void mr_wire_read(mr_wire *wire, double now);

/* Sends what lies there, as far as it goes. */
void mr_wire_write(mr_wire *wire, double now);

/* Pings, and ends what is idle, endless, stalled or does not answer a close. */
void mr_wire_tick(mr_wire *wire, double now);

bool mr_wire_wants_read(const mr_wire *wire);
bool mr_wire_wants_write(const mr_wire *wire);

/* Slots are sent in this order. */
typedef enum mr_wire_slot {
    MR_WIRE_HELLO,
    MR_WIRE_ERROR,
    MR_WIRE_PEOPLE,
    MR_WIRE_FILMS,
    MR_WIRE_SLOT_COUNT
} mr_wire_slot;

/* Puts a text, which becomes the wire's and is freed with free(), into a slot. NULL does nothing.
 */
void mr_wire_put(mr_wire *wire, mr_wire_slot slot, char *text);

/* Says good-bye: no more is read, and the connection is over when the client has answered or two
 * seconds are gone. Only the first call counts. */
void mr_wire_close(mr_wire *wire, int code, const char *reason);

/* True when good-bye was said or heard. */
bool mr_wire_is_closing(const mr_wire *wire);

/* True when the socket should be closed. */
bool mr_wire_is_over(const mr_wire *wire);

/* True when it was the client's fault or silence that the connection was ended. */
bool mr_wire_was_dropped(const mr_wire *wire);

#endif
