#include "server/wire.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <wslay/wslay.h>

#define READ_AT_ONCE    (256u << 10) /* bytes of one turn */
#define QUEUED_MAX      32           /* messages on their way out beyond which nothing is read */
#define FRAGMENTS_MAX   4096         /* of one message */
#define CLOSING_SECONDS 2.0

struct mr_wire {
    mr_wire_limits limits;
    mr_wire_events events;
    wslay_event_context_ptr frames;
    double now;
    size_t budget; /* bytes that may still be read in this turn */
    /* The message that is coming in. */
    mr_bytes incoming;
    bool in_message, is_text, in_control;
    int fragments;
    double message_since;
    /* What goes out. */
    char *slots[MR_WIRE_SLOT_COUNT];
    /* Signs of life. */
    double heard, pinged, moved; /* last byte in, last ping, last byte out or start of waiting */
    double closing_since;        /* 0: not closing */
    bool gone, dropped;
};

bool mr_bytes_append(mr_bytes *bytes, const void *data, size_t size) {
    if (size == 0)
        return true;
    if (size > SIZE_MAX - bytes->size ||
        !mr_grow(&bytes->data, &bytes->capacity, bytes->size + size, 1))
        return false;
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
    return true;
}

void mr_bytes_swap(mr_bytes *a, mr_bytes *b) {
    mr_bytes kept = *a;
    *a = *b;
    *b = kept;
}

void mr_bytes_free(mr_bytes *bytes) {
    free(bytes->data);
    *bytes = (mr_bytes){0};
}

/* ---- What wslay calls ---- */

static ssize_t take_bytes(wslay_event_context_ptr frames, uint8_t *bytes, size_t size, int flags,
                          void *user) {
    (void)flags;
    mr_wire *wire = user;
    ssize_t got = MR_WIRE_WOULD_BLOCK;
    if (wire->budget > 0 && wslay_event_get_queued_msg_count(frames) <= QUEUED_MAX)
        got = wire->events.receive(wire->events.user, bytes, size);
    if (got > 0) {
        wire->budget -= (size_t)got < wire->budget ? (size_t)got : wire->budget;
        wire->heard = wire->now;
        return got;
    }
    wire->gone = got != MR_WIRE_WOULD_BLOCK;
    wslay_event_set_error(frames, wire->gone ? WSLAY_ERR_CALLBACK_FAILURE : WSLAY_ERR_WOULDBLOCK);
    return -1;
}

static ssize_t give_bytes(wslay_event_context_ptr frames, const uint8_t *bytes, size_t size,
                          int flags, void *user) {
    (void)flags;
    mr_wire *wire = user;
    ssize_t sent = wire->events.send(wire->events.user, bytes, size);
    if (sent > 0) {
        wire->moved = wire->now;
        return sent;
    }
    wire->gone = sent != MR_WIRE_WOULD_BLOCK;
    wslay_event_set_error(frames, wire->gone ? WSLAY_ERR_CALLBACK_FAILURE : WSLAY_ERR_WOULDBLOCK);
    return -1;
}

/* The client broke a rule. */
static void drop(mr_wire *wire, int code, const char *reason) {
    wire->dropped = true;
    mr_wire_close(wire, code, reason);
}

/* wslay checks the length of one frame, not of all frames of a message. */
static void begin_frame(wslay_event_context_ptr frames,
                        const struct wslay_event_on_frame_recv_start_arg *frame, void *user) {
    (void)frames;
    mr_wire *wire = user;
    wire->in_control = wslay_is_ctrl_frame(frame->opcode);
    if (wire->in_control)
        return;
    if (frame->opcode != WSLAY_CONTINUATION_FRAME) {
        wire->in_message = true;
        wire->is_text = frame->opcode == WSLAY_TEXT_FRAME;
        wire->incoming.size = 0;
        wire->fragments = 0;
        wire->message_since = wire->now;
    }
    size_t limit = wire->is_text ? wire->limits.text_bytes : wire->limits.message_bytes;
    if (frame->payload_length > limit - wire->incoming.size || ++wire->fragments > FRAGMENTS_MAX)
        drop(wire, MR_CLOSE_TOO_BIG, "message too big");
}

static void take_chunk(wslay_event_context_ptr frames,
                       const struct wslay_event_on_frame_recv_chunk_arg *chunk, void *user) {
    (void)frames;
    mr_wire *wire = user;
    if (wire->in_control || wire->closing_since != 0)
        return;
    if (!mr_bytes_append(&wire->incoming, chunk->data, chunk->data_length))
        mr_wire_close(wire, MR_CLOSE_INTERNAL, "out of memory");
}

static void end_message(wslay_event_context_ptr frames,
                        const struct wslay_event_on_msg_recv_arg *message, void *user) {
    (void)frames;
    mr_wire *wire = user;
    if (message->opcode == WSLAY_CONNECTION_CLOSE && wire->closing_since == 0)
        wire->closing_since = wire->now;
    if (wslay_is_ctrl_frame(message->opcode))
        return;
    wire->in_message = false;
    if (wire->closing_since != 0)
        return;
    if (message->opcode == WSLAY_TEXT_FRAME)
        wire->events.text(wire->events.user, (const char *)wire->incoming.data,
                          wire->incoming.size);
    else
        wire->events.binary(wire->events.user, &wire->incoming);
}

mr_status mr_wire_create(const mr_wire_limits *limits, const mr_wire_events *events, double now,
                         mr_wire **out) {
    static const struct wslay_event_callbacks callbacks = {
        .recv_callback = take_bytes,
        .send_callback = give_bytes,
        .on_frame_recv_start_callback = begin_frame,
        .on_frame_recv_chunk_callback = take_chunk,
        .on_msg_recv_callback = end_message,
    };
    mr_wire *wire = calloc(1, sizeof *wire);
    if (wire == NULL || wslay_event_context_server_init(&wire->frames, &callbacks, wire) != 0) {
        free(wire);
        return mr_fail(MR_E_MEMORY, "stream: out of memory");
    }
    wire->limits = *limits;
    wire->events = *events;
    wire->now = wire->heard = wire->pinged = wire->moved = now;
    wslay_event_config_set_no_buffering(wire->frames, 1);
    wslay_event_config_set_max_recv_msg_length(wire->frames, limits->message_bytes);
    *out = wire;
    return MR_OK;
}

void mr_wire_free(mr_wire *wire) {
    if (wire == NULL)
        return;
    wslay_event_context_free(wire->frames);
    for (int i = 0; i < MR_WIRE_SLOT_COUNT; i++)
        free(wire->slots[i]);
    mr_bytes_free(&wire->incoming);
    free(wire);
}

/* ---- In ---- */

/* What comes after good-bye is not looked at, only taken until the client hangs up: a socket that
 * is closed with bytes unread resets, and the client might never hear why. */
static void discard(mr_wire *wire) {
    uint8_t bytes[4096];
    ssize_t got = 1;
    for (size_t taken = 0; got > 0 && taken < READ_AT_ONCE; taken += (size_t)got)
        got = wire->events.receive(wire->events.user, bytes, sizeof bytes);
    if (got == MR_WIRE_GONE)
        wire->gone = true;
}

/* For frames that cannot be taken apart, wslay closes without a code. As long as nothing else is
 * half sent, the code is said in its place. */
static void refuse_malformed(mr_wire *wire) {
    static const uint8_t close_1002[] = {0x88, 2, MR_CLOSE_PROTOCOL >> 8, MR_CLOSE_PROTOCOL & 255};
    wire->dropped = true;
    if (wire->closing_since == 0)
        wire->closing_since = wire->now;
    if (wslay_event_get_queued_msg_count(wire->frames) > 1)
        return;
    wslay_event_shutdown_write(wire->frames);
    if (wire->events.send(wire->events.user, close_1002, sizeof close_1002) == MR_WIRE_GONE)
        wire->gone = true;
}

void mr_wire_read(mr_wire *wire, double now) {
    wire->now = now;
    wire->budget = READ_AT_ONCE;
    if (wire->gone)
        return;
    if (!wslay_event_get_read_enabled(wire->frames)) {
        discard(wire);
        return;
    }
    int result = wslay_event_recv(wire->frames);
    if (result == WSLAY_ERR_NOMEM)
        wire->gone = true;
    if (wire->gone)
        return;
    if (result != 0) {
        refuse_malformed(wire);
    } else if (!wslay_event_get_read_enabled(wire->frames) && wire->closing_since == 0) {
        wire->closing_since = now; /* wslay itself found a broken rule */
        wire->dropped = true;
    }
}

/* ---- Out ---- */

static void send_slots(mr_wire *wire) {
    for (int i = 0; i < MR_WIRE_SLOT_COUNT && wire->closing_since == 0; i++) {
        if (wire->slots[i] == NULL)
            continue;
        const struct wslay_event_msg message = {WSLAY_TEXT_FRAME, (uint8_t *)wire->slots[i],
                                                strlen(wire->slots[i])};
        if (wslay_event_queue_msg(wire->frames, &message) == WSLAY_ERR_NOMEM)
            wire->gone = true;
        free(wire->slots[i]);
        wire->slots[i] = NULL;
    }
}

static bool has_slots(const mr_wire *wire) {
    for (int i = 0; i < MR_WIRE_SLOT_COUNT; i++)
        if (wire->slots[i] != NULL)
            return wire->closing_since == 0;
    return false;
}

void mr_wire_write(mr_wire *wire, double now) {
    wire->now = now;
    while (!wire->gone && mr_wire_wants_write(wire)) {
        if (!wslay_event_want_write(wire->frames))
            send_slots(wire);
        if (wslay_event_send(wire->frames) != 0)
            wire->gone = true;
        if (wslay_event_want_write(wire->frames))
            break; /* the socket is full */
    }
}

void mr_wire_put(mr_wire *wire, mr_wire_slot slot, char *text) {
    if (text == NULL)
        return;
    if (!mr_wire_wants_write(wire))
        wire->moved = wire->now;
    free(wire->slots[slot]);
    wire->slots[slot] = text;
}

void mr_wire_close(mr_wire *wire, int code, const char *reason) {
    if (wire->closing_since != 0)
        return;
    wire->closing_since = wire->now;
    wslay_event_shutdown_read(wire->frames);
    if (wslay_event_queue_close(wire->frames, (uint16_t)code, (const uint8_t *)reason,
                                strlen(reason)) == WSLAY_ERR_NOMEM)
        wire->gone = true;
}

/* ---- Time ---- */

static void ping(mr_wire *wire) {
    const struct wslay_event_msg message = {WSLAY_PING, NULL, 0};
    wire->pinged = wire->now;
    if (!mr_wire_wants_write(wire))
        wire->moved = wire->now;
    if (wslay_event_get_queued_msg_count(wire->frames) <= QUEUED_MAX &&
        wslay_event_queue_msg(wire->frames, &message) == WSLAY_ERR_NOMEM)
        wire->gone = true;
}

void mr_wire_tick(mr_wire *wire, double now) {
    wire->now = now;
    if (wire->closing_since != 0)
        return;
    if (mr_wire_wants_write(wire) && now - wire->moved > wire->limits.stall)
        wire->gone = wire->dropped = true; /* it would not hear a good-bye either */
    else if (now - wire->heard > wire->limits.idle)
        drop(wire, MR_CLOSE_GOING_AWAY, "idle");
    else if (wire->in_message && now - wire->message_since > wire->limits.message)
        drop(wire, MR_CLOSE_POLICY, "message takes too long");
    else if (now - wire->pinged > wire->limits.ping)
        ping(wire);
}

bool mr_wire_wants_read(const mr_wire *wire) {
    return wslay_event_get_queued_msg_count(wire->frames) <= QUEUED_MAX;
}

bool mr_wire_wants_write(const mr_wire *wire) {
    return wslay_event_want_write(wire->frames) || has_slots(wire);
}

bool mr_wire_is_closing(const mr_wire *wire) {
    return wire->closing_since != 0 || wire->gone;
}

bool mr_wire_is_over(const mr_wire *wire) {
    if (wire->gone)
        return true;
    if (wire->closing_since == 0)
        return false;
    return (wslay_event_get_close_received(wire->frames) &&
            wslay_event_get_close_sent(wire->frames)) ||
           wire->now - wire->closing_since > CLOSING_SECONDS;
}

bool mr_wire_was_dropped(const mr_wire *wire) {
    return wire->dropped;
}
