/* One WebSocket connection against clients of all kinds, played in memory; and the handshake. */
#include "server/handshake.h"
#include "server/wire.h"
#include "support.h"
#include "ws_client.h"

#include <stdlib.h>
#include <string.h>

/* What the wire sees as its socket, and what came out of it. */
typedef struct peer {
    mr_bytes in, out;
    size_t taken;
    size_t room; /* bytes that the socket still takes */
    bool hung_up;
    mr_bytes text, binary; /* the last message of each kind */
    int texts, binaries;
    mr_wire *wire;
    double now;
} peer;

static ssize_t receive(void *user, void *bytes, size_t size) {
    peer *p = user;
    size_t left = p->in.size - p->taken;
    if (left == 0)
        return p->hung_up ? MR_WIRE_GONE : MR_WIRE_WOULD_BLOCK;
    size_t taken = left < size ? left : size;
    memcpy(bytes, p->in.data + p->taken, taken);
    p->taken += taken;
    return (ssize_t)taken;
}

static ssize_t give(void *user, const void *bytes, size_t size) {
    peer *p = user;
    size_t given = size < p->room ? size : p->room;
    if (given == 0)
        return MR_WIRE_WOULD_BLOCK;
    assert_true(mr_bytes_append(&p->out, bytes, given));
    p->room -= given;
    return (ssize_t)given;
}

static void on_text(void *user, const char *text, size_t size) {
    peer *p = user;
    p->text.size = 0;
    assert_true(mr_bytes_append(&p->text, text, size));
    p->texts++;
}

static void on_binary(void *user, mr_bytes *message) {
    peer *p = user;
    mr_bytes_swap(&p->binary, message);
    p->binaries++;
}

static int meet(void **state) {
    static peer p;
    p = (peer){.room = SIZE_MAX, .now = 100};
    const mr_wire_limits limits = {.message_bytes = 1 << 20,
                                   .text_bytes = 1000,
                                   .ping = 15,
                                   .idle = 60,
                                   .message = 30,
                                   .stall = 20};
    const mr_wire_events events = {
        .receive = receive, .send = give, .text = on_text, .binary = on_binary, .user = &p};
    *state = &p;
    return mr_wire_create(&limits, &events, p.now, &p.wire) == MR_OK ? 0 : -1;
}

static int part(void **state) {
    peer *p = *state;
    mr_wire_free(p->wire);
    mr_bytes_free(&p->in);
    mr_bytes_free(&p->out);
    mr_bytes_free(&p->text);
    mr_bytes_free(&p->binary);
    return 0;
}

static void say_raw(peer *p, const void *bytes, size_t size) {
    assert_true(mr_bytes_append(&p->in, bytes, size));
}

static void say(peer *p, int first, int second, const void *data, size_t size) {
    uint8_t *frame = malloc(size + 14);
    say_raw(p, frame, ws_frame(frame, first, second, data, size));
    free(frame);
}

static void turn(peer *p) {
    mr_wire_read(p->wire, p->now);
    mr_wire_tick(p->wire, p->now);
    mr_wire_write(p->wire, p->now);
}

static void pass(peer *p, double seconds) {
    p->now += seconds;
    turn(p);
}

/* What came out is one close frame with this code. */
static void assert_closed(const peer *p, int code) {
    assert_true(mr_wire_is_closing(p->wire));
    if (p->out.size < 4 || p->out.data[0] != (WS_FIN | WS_CLOSE))
        fail_msg("no close frame, but %zu bytes", p->out.size);
    assert_int_equal(p->out.data[2] << 8 | p->out.data[3], code);
}

static void handshakes_follow_the_rfc(void **state) {
    (void)state;
    char accept[MR_HANDSHAKE_ACCEPT_SIZE];
    mr_handshake_answer("dGhlIHNhbXBsZSBub25jZQ==", accept); /* the RFC's own example */
    assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    const mr_handshake good = {"keep-alive, Upgrade", "WebSocket", "13",
                               "dGhlIHNhbXBsZSBub25jZQ=="};
    assert_ok(mr_handshake_check(&good));
    mr_handshake bad = good;
    bad.version = "8";
    assert_int_equal(mr_handshake_check(&bad), MR_E_UNSUPPORTED);
    const char *const keys[] = {NULL, "", "dGhlIHNhbXBsZSBub25jZQ",
                                "dGhlIHNhbXBsZSBub25j*Q==", "dGhlIHNhbXBsZSBub25jZQ==="};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        bad = good;
        bad.key = keys[i];
        assert_int_equal(mr_handshake_check(&bad), MR_E_FORMAT);
    }
    bad = good;
    bad.connection = "keep-alive";
    assert_int_equal(mr_handshake_check(&bad), MR_E_FORMAT);
    bad = good;
    bad.upgrade = NULL;
    assert_int_equal(mr_handshake_check(&bad), MR_E_FORMAT);
}

static void lists_hold_whole_tokens(void **state) {
    (void)state;
    assert_true(mr_handshake_lists("moodreel.key.abc, moodreel.v1 ", "moodreel.v1", false));
    assert_false(mr_handshake_lists("moodreel.v10", "moodreel.v1", false));
    assert_false(mr_handshake_lists("Moodreel.v1", "moodreel.v1", false));
    assert_false(mr_handshake_lists(",,", "moodreel.v1", false));
    assert_false(mr_handshake_lists(NULL, "moodreel.v1", false));
}

static void messages_come_whole(void **state) {
    peer *p = *state;
    say(p, WS_FIN | WS_TEXT, WS_MASKED, "hello", 5);
    say(p, WS_BINARY, WS_MASKED, "abc", 3);
    say(p, WS_FIN | WS_PING, WS_MASKED, "?", 1); /* in between */
    say(p, WS_CONTINUATION, WS_MASKED, "", 0);
    say(p, WS_FIN | WS_CONTINUATION, WS_MASKED, "def", 3);
    turn(p);
    assert_int_equal(p->texts, 1);
    assert_memory_equal(p->text.data, "hello", 5);
    assert_int_equal(p->binaries, 1);
    assert_int_equal(p->binary.size, 6);
    assert_memory_equal(p->binary.data, "abcdef", 6);
    const uint8_t pong[] = {WS_FIN | WS_PONG, 1, '?'};
    assert_int_equal(p->out.size, sizeof pong);
    assert_memory_equal(p->out.data, pong, sizeof pong);
    assert_false(mr_wire_is_closing(p->wire));
}

static void bytes_may_come_one_by_one(void **state) {
    peer *p = *state;
    uint8_t frame[400], data[300];
    memset(data, 7, sizeof data);
    size_t size = ws_frame(frame, WS_FIN | WS_BINARY, WS_MASKED, data, sizeof data);
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(p->binaries, 0);
        say_raw(p, &frame[i], 1);
        turn(p);
    }
    assert_int_equal(p->binaries, 1);
    assert_int_equal(p->binary.size, sizeof data);
    assert_memory_equal(p->binary.data, data, sizeof data);
}

static void malformed_frames_are_1002(void **state) {
    /* Each with the bytes of a frame that no client may send. */
    static const struct {
        uint8_t bytes[16];
        size_t size;
    } bad[] = {
        {{WS_FIN | WS_TEXT, 2, 'h', 'i'}, 4},                         /* unmasked */
        {{WS_FIN | 3, WS_MASKED, 1, 2, 3, 4}, 6},                     /* no such opcode */
        {{WS_FIN | 0x40 | WS_TEXT, WS_MASKED, 1, 2, 3, 4}, 6},        /* reserved bit */
        {{WS_PING, WS_MASKED, 1, 2, 3, 4}, 6},                        /* fragmented ping */
        {{WS_FIN | WS_PING, WS_MASKED | 126, 0, 126, 1, 2, 3, 4}, 8}, /* long ping */
        {{WS_FIN | WS_CONTINUATION, WS_MASKED, 1, 2, 3, 4}, 6},       /* of nothing */
        {{WS_FIN | WS_TEXT, WS_MASKED | 126, 0, 5, 1, 2, 3, 4}, 8},   /* roundabout length */
        {{WS_FIN | WS_BINARY, WS_MASKED | 127, 0x80, 0, 0, 0, 0, 0, 0, 1}, 10}, /* 2^63 and more */
        {{WS_FIN | WS_CLOSE, WS_MASKED | 2, 0, 0, 0, 0, 3, 237}, 8},            /* code 1005 */
        {{'G', 'E', 'T', ' ', '/', ' ', 'H', 'T', 'T', 'P', '\r', '\n'}, 12},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(meet(state), 0);
        peer *p = *state;
        say_raw(p, bad[i].bytes, bad[i].size);
        turn(p);
        assert_closed(p, MR_CLOSE_PROTOCOL);
        assert_true(mr_wire_was_dropped(p->wire));
        assert_int_equal(p->texts + p->binaries, 0);
        part(state);
    }
    assert_int_equal(meet(state), 0);
}

static void text_in_pieces_may_not_interleave(void **state) {
    peer *p = *state;
    say(p, WS_TEXT, WS_MASKED, "a", 1);
    say(p, WS_FIN | WS_TEXT, WS_MASKED, "b", 1);
    turn(p);
    assert_closed(p, MR_CLOSE_PROTOCOL);
}

static void text_that_is_no_utf8_is_1007(void **state) {
    const char *const bad[] = {"\xff", "a\xc3", "\xed\xa0\x80", "\xc0\xaf", "\xf5\x80\x80\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(meet(state), 0);
        peer *p = *state;
        say(p, WS_FIN | WS_TEXT, WS_MASKED, bad[i], strlen(bad[i]));
        turn(p);
        assert_closed(p, 1007);
        assert_int_equal(p->texts, 0);
        part(state);
    }
    assert_int_equal(meet(state), 0);
}

static void announced_lengths_take_no_memory(void **state) {
    peer *p = *state;
    const uint8_t huge[] = {WS_FIN | WS_BINARY,
                            WS_MASKED | 127,
                            0x7f,
                            255,
                            255,
                            255,
                            255,
                            255,
                            255,
                            255,
                            1,
                            2,
                            3,
                            4,
                            0};
    say_raw(p, huge, sizeof huge);
    turn(p);
    assert_closed(p, MR_CLOSE_TOO_BIG);
}

static void many_small_frames_are_one_big_message(void **state) {
    peer *p = *state;
    uint8_t data[65000] = {0};
    say(p, WS_BINARY, WS_MASKED, data, sizeof data);
    for (int i = 0; i < 40 && !mr_wire_is_closing(p->wire); i++) {
        say(p, WS_CONTINUATION, WS_MASKED, data, sizeof data);
        turn(p);
    }
    assert_closed(p, MR_CLOSE_TOO_BIG);
}

static void long_texts_have_a_limit_of_their_own(void **state) {
    peer *p = *state;
    char data[1001];
    memset(data, 'a', sizeof data);
    say(p, WS_FIN | WS_TEXT, WS_MASKED, data, 1000);
    turn(p);
    assert_int_equal(p->texts, 1);
    say(p, WS_FIN | WS_TEXT, WS_MASKED, data, 1001);
    turn(p);
    assert_closed(p, MR_CLOSE_TOO_BIG);
    assert_int_equal(p->texts, 1);
}

static void endless_empty_fragments_end(void **state) {
    peer *p = *state;
    say(p, WS_BINARY, WS_MASKED, "", 0);
    for (int i = 0; i < 10000 && !mr_wire_is_closing(p->wire); i++) {
        say(p, WS_CONTINUATION, WS_MASKED, "", 0);
        turn(p);
    }
    assert_closed(p, MR_CLOSE_TOO_BIG);
}

static void a_dripping_message_is_1008(void **state) {
    peer *p = *state;
    say(p, WS_BINARY, WS_MASKED, "a", 1);
    turn(p);
    for (int i = 0; i < 7 && !mr_wire_is_closing(p->wire); i++) {
        say(p, WS_CONTINUATION, WS_MASKED, "b", 1);
        p->out.size = 0;
        pass(p, 5);
    }
    assert_closed(p, MR_CLOSE_POLICY);
}

static void silence_is_pinged_and_then_1001(void **state) {
    peer *p = *state;
    const uint8_t ping[] = {WS_FIN | WS_PING, 0};
    for (int i = 0; i < 3; i++) {
        p->out.size = 0;
        pass(p, 16);
        assert_int_equal(p->out.size, sizeof ping);
        assert_memory_equal(p->out.data, ping, sizeof ping);
    }
    say(p, WS_FIN | WS_PONG, WS_MASKED, "", 0);
    p->out.size = 0;
    pass(p, 14);
    assert_false(mr_wire_is_closing(p->wire)); /* the pong was a sign of life */
    p->out.size = 0;
    pass(p, 61);
    assert_closed(p, MR_CLOSE_GOING_AWAY);
    assert_false(mr_wire_is_over(p->wire));
    pass(p, 3);
    assert_true(mr_wire_is_over(p->wire));
}

static void slow_readers_get_the_newest(void **state) {
    peer *p = *state;
    p->room = 3; /* the first text is stuck half way */
    mr_wire_put(p->wire, MR_WIRE_PEOPLE, strdup("first"));
    turn(p);
    for (int i = 0; i < 1000; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        mr_wire_put(p->wire, MR_WIRE_PEOPLE, strdup(text));
        turn(p);
    }
    p->room = SIZE_MAX;
    turn(p);
    const uint8_t expected[] = {WS_FIN | WS_TEXT, 5, 'f', 'i', 'r', 's', 't',
                                WS_FIN | WS_TEXT, 3, '9', '9', '9'};
    assert_int_equal(p->out.size, sizeof expected);
    assert_memory_equal(p->out.data, expected, sizeof expected);
}

static void who_never_reads_is_dropped(void **state) {
    peer *p = *state;
    pass(p, 100 - 86); /* nothing lay there so far */
    p->room = 0;
    mr_wire_put(p->wire, MR_WIRE_PEOPLE, strdup("first"));
    turn(p);
    pass(p, 19);
    assert_false(mr_wire_is_over(p->wire));
    pass(p, 2);
    assert_true(mr_wire_is_over(p->wire));
    assert_true(mr_wire_was_dropped(p->wire));
}

static void a_flood_of_pings_waits(void **state) {
    peer *p = *state;
    p->room = 0;
    for (int i = 0; i < 100000; i++)
        say(p, WS_FIN | WS_PING, WS_MASKED, "", 0);
    for (int i = 0; i < 10; i++)
        turn(p);
    assert_false(mr_wire_wants_read(p->wire));
    assert_true(p->taken < 16384); /* the rest stays with the sender */
    p->room = SIZE_MAX;
    for (int i = 0; i < 10000 && p->taken < p->in.size; i++)
        turn(p);
    turn(p);
    assert_int_equal(p->out.size, 200000);
}

static void a_close_is_answered(void **state) {
    peer *p = *state;
    say(p, WS_FIN | WS_CLOSE, WS_MASKED, "\x03\xe8", 2);
    turn(p);
    assert_closed(p, 1000);
    assert_true(mr_wire_is_over(p->wire));
    assert_false(mr_wire_was_dropped(p->wire));
}

static void who_hangs_up_is_gone(void **state) {
    peer *p = *state;
    say(p, WS_BINARY, WS_MASKED, "half", 4);
    p->hung_up = true;
    turn(p);
    assert_true(mr_wire_is_over(p->wire));
    assert_false(mr_wire_was_dropped(p->wire));
    assert_int_equal(p->binaries, 0);
}

static void nothing_is_said_after_good_bye(void **state) {
    peer *p = *state;
    mr_wire_close(p->wire, MR_CLOSE_GOING_AWAY, "server stops");
    mr_wire_close(p->wire, MR_CLOSE_POLICY, "too late");
    mr_wire_put(p->wire, MR_WIRE_PEOPLE, strdup("too late"));
    say(p, WS_FIN | WS_TEXT, WS_MASKED, "too late", 8);
    turn(p);
    assert_closed(p, MR_CLOSE_GOING_AWAY);
    assert_int_equal(p->out.size, 2 + 2 + strlen("server stops"));
    assert_int_equal(p->texts, 0);
    assert_int_equal(p->taken, p->in.size); /* taken, so that the socket closes cleanly */
}

#define WITH_PEER(test) cmocka_unit_test_setup_teardown(test, meet, part)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handshakes_follow_the_rfc),
        cmocka_unit_test(lists_hold_whole_tokens),
        WITH_PEER(messages_come_whole),
        WITH_PEER(bytes_may_come_one_by_one),
        cmocka_unit_test_teardown(malformed_frames_are_1002, part),
        WITH_PEER(text_in_pieces_may_not_interleave),
        cmocka_unit_test_teardown(text_that_is_no_utf8_is_1007, part),
        WITH_PEER(announced_lengths_take_no_memory),
        WITH_PEER(many_small_frames_are_one_big_message),
        WITH_PEER(long_texts_have_a_limit_of_their_own),
        WITH_PEER(endless_empty_fragments_end),
        WITH_PEER(a_dripping_message_is_1008),
        WITH_PEER(silence_is_pinged_and_then_1001),
        WITH_PEER(slow_readers_get_the_newest),
        WITH_PEER(who_never_reads_is_dropped),
        WITH_PEER(a_flood_of_pings_waits),
        WITH_PEER(a_close_is_answered),
        WITH_PEER(who_hangs_up_is_gone),
        WITH_PEER(nothing_is_said_after_good_bye),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
