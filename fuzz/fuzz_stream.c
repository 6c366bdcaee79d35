/*
 * Any bytes as what a client of a stream sends: the connection lives on or is closed with a reason,
 * and settings that are taken are within their ranges. An input whose first byte is a brace is one
 * text message, so that the fuzzer need not learn to mask it.
 */
#include "server/stream_settings.h"
#include "server/wire.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

typedef struct client {
    const uint8_t *bytes;
    size_t size;
    mr_wire *wire;
    mr_bytes frame;
} client;

static ssize_t receive(void *user, void *bytes, size_t size) {
    client *from = user;
    if (from->size == 0)
        return MR_WIRE_WOULD_BLOCK;
    size_t taken = from->size < size ? from->size : size;
    memcpy(bytes, from->bytes, taken);
    from->bytes += taken;
    from->size -= taken;
    return (ssize_t)taken;
}

static ssize_t give(void *user, const void *bytes, size_t size) {
    (void)user, (void)bytes;
    return (ssize_t)(size > 100 ? 100 : size);
}

static void on_text(void *user, const char *text, size_t size) {
    client *from = user;
    mr_stream_settings settings = mr_stream_settings_defaults();
    mr_stream_wish wish;
    mr_stream_field field;
    if (mr_stream_settings_read(text, size, NULL, &settings, &wish, field) != MR_OK) {
        if (from->wire != NULL)
            mr_wire_put(from->wire, MR_WIRE_ERROR, strdup(mr_last_error()));
        return;
    }
    if (settings.count < 1 || settings.count > MR_STREAM_FILMS_MAX || settings.youngest < -1 ||
        settings.feel < -1 || settings.feel >= MR_EMOTION_COUNT)
        abort();
}

static void on_frame(void *user, mr_bytes *frame) {
    mr_bytes_swap(&((client *)user)->frame, frame);
}

static void play(const uint8_t *bytes, size_t size) {
    client from = {.bytes = bytes, .size = size};
    const mr_wire_limits limits = {.message_bytes = 1 << 16,
                                   .text_bytes = 1 << 12,
                                   .ping = 15,
                                   .idle = 60,
                                   .message = 30,
                                   .stall = 20};
    const mr_wire_events events = {
        .receive = receive, .send = give, .text = on_text, .binary = on_frame, .user = &from};
    if (mr_wire_create(&limits, &events, 0, &from.wire) != MR_OK)
        return;
    for (double now = 1; !mr_wire_is_over(from.wire) && now < 1000; now++) {
        mr_wire_read(from.wire, now);
        mr_wire_tick(from.wire, now);
        mr_wire_write(from.wire, now);
    }
    if (!mr_wire_is_over(from.wire)) /* who says nothing is closed after a minute */
        abort();
    mr_wire_free(from.wire);
    mr_bytes_free(&from.frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    client nobody = {0};
    if (size > 0 && bytes[0] == '{')
        on_text(&nobody, (const char *)bytes, size);
    else
        play(bytes, size);
    return 0;
}
