/* Live streams over real sockets: answers, settings, limits, and clients that misbehave. */
#include "base/clock.h"
#include "base/file.h"
#include "image/image.h"
#include "stream_host.h"
#include "support.h"
#include "ws_client.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PATIENT 90.0 /* seconds, for machines that are busy */

static mr_lessor *lessor;
static unsigned char *portrait;
static size_t portrait_size;

static int open_engine(void **state) {
    (void)state;
    mr_options options = mr_options_defaults();
    options.mirror = false; /* faster */
    return mr_file_read("data/samples/astronaut-320.png", 1 << 20, &portrait, &portrait_size) ==
                       MR_OK &&
                   mr_lessor_create(&options, &lessor) == MR_OK
               ? 0
               : -1;
}

static int close_engine(void **state) {
    (void)state;
    assert_int_equal(mr_lessor_engines(lessor), 1); /* nobody kept one */
    mr_lessor_free(lessor);
    free(portrait);
    return 0;
}

static stream_host host;

static void start(const mr_stream_options *options) {
    assert_ok(stream_host_start(&host, lessor, 1, options));
}

/* Waits until all streams are gone. */
static void wait_until_empty(void) {
    double end = mr_now() + PATIENT;
    while (mr_streams_stats(host.streams).open > 0 && mr_now() < end)
        usleep(5000);
    assert_int_equal(mr_streams_stats(host.streams).open, 0);
}

static void stop(void) {
    stream_host_stop(&host);
}

static ws_client join(const char *headers) {
    ws_client client;
    assert_int_equal(ws_open(&client, host.port, headers), 101);
    json_t *hello = ws_read(&client, PATIENT);
    assert_string_equal(json_string_value(json_object_get(hello, "type")), "hello");
    assert_true(json_string_length(json_object_get(hello, "stream")) > 0);
    json_decref(hello);
    return client;
}

static void say(ws_client *client, const char *text) {
    assert_true(ws_send(client, WS_TEXT, text, strlen(text)));
}

static void show(ws_client *client) {
    assert_true(ws_send(client, WS_BINARY, portrait, portrait_size));
}

static json_t *expect(ws_client *client, const char *type) {
    json_t *message = ws_read_type(client, type, PATIENT);
    if (message == NULL)
        fail_msg("no message of type %s; close code %d", type, client->close_code);
    return message;
}

/* Shows a frame and returns what is told of people; a message of this type that comes before, as it
 * does when the machine is slow, is kept, since it may be the only one. */
static json_t *show_and_keep(ws_client *client, const char *type, json_t **kept) {
    show(client);
    double end = mr_now() + PATIENT;
    for (;;) {
        json_t *message = ws_read(client, end - mr_now());
        if (message == NULL)
            fail_msg("no message of type people; close code %d", client->close_code);
        const char *found = json_string_value(json_object_get(message, "type"));
        if (found != NULL && strcmp(found, "people") == 0)
            return message;
        if (*kept == NULL && found != NULL && strcmp(found, type) == 0)
            *kept = message;
        else
            json_decref(message);
    }
}

/* Shows frames until a message of this type comes. */
static json_t *show_until(ws_client *client, const char *type) {
    double end = mr_now() + PATIENT;
    while (mr_now() < end) {
        json_t *kept = NULL;
        json_decref(show_and_keep(client, type, &kept));
        if (kept == NULL)
            kept = ws_read_type(client, type, 0.05);
        if (kept != NULL)
            return kept;
    }
    fail_msg("no message of type %s", type);
    return NULL;
}

static long number(const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    assert_true(json_is_integer(value));
    return (long)json_integer_value(value);
}

static const char *text(const json_t *object, const char *name) {
    const char *value = json_string_value(json_object_get(object, name));
    return value != NULL ? value : "(none)";
}

static void assert_error(ws_client *client, const char *title, const char *field) {
    json_t *error = expect(client, "error");
    assert_string_equal(text(error, "title"), title);
    assert_true(json_string_length(json_object_get(error, "detail")) > 0);
    assert_string_equal(text(error, "field"), field != NULL ? field : "(none)");
    json_decref(error);
}

/* ---- What a good client gets ---- */

static void a_face_becomes_a_person_and_gets_films(void **state) {
    (void)state;
    start(NULL);
    ws_client client = join("Sec-WebSocket-Protocol: moodreel.key.x, moodreel.v1\r\n");
    assert_non_null(strstr(client.head, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert_non_null(strstr(client.head, "Sec-WebSocket-Protocol: moodreel.v1\r\n"));
    json_t *people = NULL, *films = NULL;
    for (int frame = 1; frame <= 3; frame++) {
        json_decref(people);
        people = show_and_keep(&client, "films", &films);
        assert_int_equal(number(people, "frame"), frame);
        assert_int_equal(number(people, "skipped"), 0);
    }
    assert_int_equal(number(people, "width"), 320);
    assert_int_equal(number(people, "height"), 320);
    assert_true(json_number_value(json_object_get(people, "ms")) > 0);
    json_t *list = json_object_get(people, "people"), *person = json_array_get(list, 0);
    assert_int_equal(json_array_size(list), 1);
    assert_true(number(person, "id") >= 1);
    assert_true(json_is_true(json_object_get(person, "in_sight")));
    assert_true(json_is_object(json_object_get(person, "age")));
    assert_string_equal(text(json_object_get(person, "gender"), "label"), "female");
    assert_true(json_is_object(json_object_get(person, "emotion")));
    assert_true(json_is_null(json_object_get(person, "ethnicity"))); /* not asked for */
    json_decref(people);

    if (films == NULL)
        films = show_until(&client, "films");
    assert_int_equal(json_array_size(json_object_get(films, "for")), 1);
    assert_int_equal(json_array_size(json_object_get(films, "films")), 10);
    assert_true(json_string_length(json_object_get(films, "category")) > 0);
    json_decref(films);
    assert_true(mr_latency_count(&host.latency, MR_STAGE_ANALYZE) >= 3);
    assert_true(mr_latency_count(&host.latency, MR_STAGE_RECOMMEND) == 1);
    ws_close(&client);
    wait_until_empty();
    stop();
}

/* Their ids, in order, in one string that the caller frees. */
static char *ids_of(json_t *films) {
    json_t *ids = json_array(), *film;
    size_t i;
    json_array_foreach(json_object_get(films, "films"), i, film)
        json_array_append(ids, json_object_get(film, "id"));
    char *all = json_dumps(ids, JSON_COMPACT);
    json_decref(ids);
    json_decref(films);
    return all;
}

static void settings_change_the_films(void **state) {
    (void)state;
    start(NULL);
    ws_client client = join(NULL);
    say(&client, "{\"type\": \"settings\", \"mood\": \"match\", \"feel\": \"happy\"}");
    char *happy = ids_of(show_until(&client, "films"));
    say(&client, "{\"type\": \"settings\", \"feel\": \"sad\"}");
    char *sad = ids_of(expect(&client, "films"));
    assert_string_not_equal(happy, sad);
    free(happy);
    free(sad);

    say(&client, "{\"type\": \"settings\", \"n\": 5, \"genre\": \"comedy\", \"feel\": null}");
    json_t *films = expect(&client, "films");
    assert_int_equal(json_array_size(json_object_get(films, "films")), 5);
    assert_string_equal(text(films, "category"), "Comedy");
    json_decref(films);
    ws_close(&client);
    stop();
}

static void attributes_can_be_switched(void **state) {
    (void)state;
    mr_stream_options options = mr_stream_options_defaults();
    options.attributes.age = false; /* the operator's word is the last */
    start(&options);
    ws_client client = join(NULL);
    say(&client, "{\"type\": \"settings\", \"films\": false, \"attributes\": {\"age\": true, "
                 "\"gender\": false, \"ethnicity\": true}}");
    json_t *people = NULL;
    for (int i = 0; i < 3; i++) {
        json_decref(people);
        show(&client);
        people = expect(&client, "people");
    }
    json_t *person = json_array_get(json_object_get(people, "people"), 0);
    assert_true(json_is_null(json_object_get(person, "age")));
    assert_true(json_is_null(json_object_get(person, "gender")));
    assert_true(json_is_object(json_object_get(person, "ethnicity")));
    json_decref(people);
    ws_close(&client);
    stop();
}

static void a_refresh_brings_films_at_once(void **state) {
    (void)state;
    start(NULL);
    ws_client client = join(NULL);
    say(&client, "{\"type\": \"refresh\"}"); /* nobody seen yet: films that suit anybody */
    json_t *films = expect(&client, "films");
    assert_int_equal(json_array_size(json_object_get(films, "for")), 0);
    assert_int_equal(json_array_size(json_object_get(films, "films")), 10);
    char *first = ids_of(films);
    say(&client, "{\"type\": \"refresh\"}");
    char *second = ids_of(expect(&client, "films"));
    assert_string_not_equal(first, second); /* a new seed explores elsewhere */
    free(first);
    free(second);
    ws_close(&client);
    stop();
}

static void the_viewers_history_counts(void **state) {
    (void)state;
    start(NULL);
    char id[MR_VIEWER_ID_SIZE], cookie[MR_VIEWER_ID_SIZE + 64];
    assert_ok(mr_store_new_viewer(host.store, id));
    snprintf(cookie, sizeof cookie, "Cookie: a=b; " MR_VIEWER_COOKIE "=%s\r\n", id);
    ws_client client = join(cookie);
    json_t *films = show_until(&client, "films");
    char seen[64];
    snprintf(seen, sizeof seen, "%s",
             text(json_array_get(json_object_get(films, "films"), 0), "id"));
    json_decref(films);
    const mr_feedback feedback = {.film = seen, .kind = MR_FEEDBACK_SEEN};
    assert_ok(mr_store_add_feedback(host.store, id, &feedback));
    mr_streams_history_changed(host.streams, id);
    char *now = ids_of(show_until(&client, "films"));
    assert_null(strstr(now, seen)); /* what was seen is not shown again */
    free(now);
    ws_close(&client);
    stop();
}

static void frames_may_come_with_the_handshake(void **state) {
    (void)state;
    start(NULL);
    uint8_t *early = malloc(portrait_size + 14);
    size_t size = ws_frame(early, WS_BINARY | WS_FIN, WS_MASKED, portrait, portrait_size);
    ws_client client;
    assert_int_equal(ws_shake_hands(&client, ws_connect(host.port), NULL, early, size), 101);
    json_t *people = expect(&client, "people");
    assert_int_equal(number(people, "frame"), 1);
    json_decref(people);
    free(early);
    ws_close(&client);
    stop();
}

static void sixteen_streams_are_served(void **state) {
    (void)state;
    start(NULL);
    ws_client clients[16];
    for (int i = 0; i < 16; i++)
        clients[i] = join(NULL);
    for (int round = 1; round <= 2; round++) {
        for (int i = 0; i < 16; i++)
            show(&clients[i]);
        for (int i = 0; i < 16; i++) {
            json_t *people = expect(&clients[i], "people");
            assert_int_equal(number(people, "frame"), round);
            json_decref(people);
        }
    }
    assert_int_equal(mr_streams_stats(host.streams).open, 16);
    for (int i = 0; i < 16; i++)
        ws_close(&clients[i]);
    wait_until_empty();
    stop();
}

/* ---- The newest frame wins ---- */

typedef struct barrier {
    mr_job job;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool entered, open, left;
} barrier;

static mr_status hold(mr_job *job, const mr_leased_session *at) {
    (void)at;
    barrier *held = (barrier *)job;
    pthread_mutex_lock(&held->lock);
    held->entered = true;
    pthread_cond_broadcast(&held->changed);
    while (!held->open)
        pthread_cond_wait(&held->changed, &held->lock);
    pthread_mutex_unlock(&held->lock);
    return MR_OK;
}

static void let_go(mr_job *job, mr_status status) {
    (void)status;
    barrier *held = (barrier *)job;
    pthread_mutex_lock(&held->lock);
    held->left = true;
    pthread_cond_broadcast(&held->changed);
    pthread_mutex_unlock(&held->lock);
}

#define BARRIER                                                                                    \
    {                                                                                              \
        .job = {.run = hold, .done = let_go}, .lock = PTHREAD_MUTEX_INITIALIZER,                   \
        .changed = PTHREAD_COND_INITIALIZER                                                        \
    }

static void keep_worker(barrier *held) {
    assert_ok(mr_pool_submit(host.pool, MR_LANE_REQUEST, &held->job));
    pthread_mutex_lock(&held->lock);
    while (!held->entered)
        pthread_cond_wait(&held->changed, &held->lock);
    pthread_mutex_unlock(&held->lock);
}

static void free_worker(barrier *held) {
    pthread_mutex_lock(&held->lock);
    held->open = true;
    pthread_cond_broadcast(&held->changed);
    while (!held->left)
        pthread_cond_wait(&held->changed, &held->lock);
    pthread_mutex_unlock(&held->lock);
}

static void wait_for_frames(uint64_t count) {
    double end = mr_now() + PATIENT;
    while (mr_streams_stats(host.streams).frames < count && mr_now() < end)
        usleep(2000);
    assert_int_equal(mr_streams_stats(host.streams).frames, count);
}

static void newer_frames_replace_those_that_wait(void **state) {
    (void)state;
    start(NULL);
    ws_client client = join(NULL);
    barrier held = BARRIER;
    keep_worker(&held);
    for (uint64_t i = 1; i <= 6; i++) {
        show(&client);
        wait_for_frames(i); /* so that the first is taken before the second comes */
    }
    free_worker(&held);
    json_t *people = expect(&client, "people");
    assert_int_equal(number(people, "frame"), 1);
    json_decref(people);
    people = expect(&client, "people");
    assert_int_equal(number(people, "frame"), 6);
    assert_int_equal(number(people, "skipped"), 4);
    json_decref(people);
    assert_int_equal(mr_streams_stats(host.streams).skipped, 4);
    ws_close(&client);
    stop();
}

static void a_stream_has_a_frame_rate(void **state) {
    (void)state;
    mr_stream_options options = mr_stream_options_defaults();
    options.frames_per_second = 0.1;
    start(&options);
    ws_client client = join(NULL);
    for (int i = 0; i < 20; i++)
        show(&client);
    wait_for_frames(20);
    uint64_t skipped = mr_streams_stats(host.streams).skipped;
    if (skipped < 18)
        fail_msg("%d of 20 frames were skipped", (int)skipped);
    ws_close(&client);
    stop();
}

/* ---- Memory ---- */

static double resident_mib(void) {
    long all = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld", &all, &pages), 2);
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

static void show_many(ws_client *client, int count, const uint8_t *bytes, size_t size) {
    for (int i = 0; i < count; i++) {
        assert_true(ws_send(client, WS_BINARY, bytes, size));
        json_decref(expect(client, "people"));
    }
}

/* Sanitizers keep what is freed. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
static const bool keeps_memory = true;
#else
static const bool keeps_memory = false;
#endif

/* Small pictures, so that thousands are soon looked at; bench_stream does it with large ones. */
static void memory_does_not_grow_with_frames(void **state) {
    (void)state;
    if (keeps_memory)
        skip();
    mr_stream_options options = mr_stream_options_defaults();
    options.frames_per_second = 1e9;
    start(&options);
    mr_image image;
    uint8_t *bytes;
    size_t size;
    assert_ok(mr_image_create(64, 48, 3, &image));
    assert_ok(mr_image_encode_jpeg(&image, 80, &bytes, &size));
    mr_image_free(&image);
    ws_client client = join(NULL);
    show_many(&client, 1000, bytes, size);
    double early = resident_mib();
    show_many(&client, 4000, bytes, size);
    double late = resident_mib();
    if (late > 1.02 * early)
        fail_msg("%.1f MiB after 1,000 frames, %.1f after 5,000", early, late);
    free(bytes);
    ws_close(&client);
    stop();
}

/* ---- Bad messages ---- */

static void bad_messages_are_answered_and_the_stream_goes_on(void **state) {
    (void)state;
    start(NULL);
    ws_client client = join(NULL);
    static const struct {
        const char *text, *field;
    } bad[] = {
        {"{\"type\": \"settings\", \"n\": 0}", "n"},
        {"{\"type\": \"settings\", \"genre\": \"Opera\"}", "genre"},
        {"{\"type\": \"settings\", \"colour\": 1}", "colour"},
        {"{\"type\": \"wish\"}", "type"},
        {"{\"type\": \"settings\"", NULL},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        say(&client, bad[i].text);
        assert_error(&client, "Bad message", bad[i].field);
    }
    assert_true(ws_send(&client, WS_BINARY, "no picture at all", 17));
    assert_error(&client, "Bad frame", NULL);
    assert_true(ws_send(&client, WS_BINARY, portrait, portrait_size / 2));
    json_t *answer = ws_read(&client, PATIENT); /* half a picture may be shown or refused */
    assert_non_null(answer);
    json_decref(answer);
    assert_true(ws_send(&client, WS_BINARY, "", 0));
    answer = expect(&client, "error");
    assert_string_equal(text(answer, "title"), "Bad frame");
    assert_non_null(strstr(text(answer, "detail"), "not a picture"));
    json_decref(answer);
    show(&client);
    json_decref(expect(&client, "people"));
    ws_close(&client);
    stop();
}

static void ten_bad_messages_in_a_row_are_1008(void **state) {
    (void)state;
    start(NULL);
    ws_client client = join(NULL);
    for (int i = 0; i < 9; i++)
        say(&client, "nonsense");
    say(&client, "{\"type\": \"settings\"}"); /* a good one in between */
    for (int i = 0; i < 9; i++)
        say(&client, "nonsense");
    show(&client);
    json_decref(expect(&client, "people"));
    for (int i = 0; i < 10; i++)
        say(&client, "nonsense");
    assert_int_equal(ws_wait_close(&client, PATIENT), 1008);
    ws_close(&client);
    wait_until_empty();
    stop();
}

/* ---- Clients that misbehave ---- */

/* All good, but more than somebody turning switches would send. */
static void a_flood_of_messages_is_1008(void **state) {
    (void)state;
    start(NULL);
    ws_client client = join(NULL);
    for (int i = 0; i < 30; i++)
        say(&client, "{\"type\": \"settings\", \"language\": \"English\"}");
    show(&client);
    json_decref(expect(&client, "people"));
    for (int i = 0; i < 60; i++)
        say(&client, "{\"type\": \"settings\", \"language\": \"English\"}");
    assert_int_equal(ws_wait_close(&client, PATIENT), 1008);
    ws_close(&client);
    wait_until_empty();
    stop();
}

static void broken_frames_hear_why(void **state) {
    (void)state;
    start(NULL);
    static const struct {
        const char *bytes;
        size_t size;
        int code;
    } bad[] = {
        {"\x81\x02hi", 4, 1002},
        {"\x81\x81\x01\x02\x03\x04\xfe", 7, 1007},
        /* With the first byte of so many, since wslay tells a frame with its first byte. */
        {"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 15, 1009},
        {"GET / HTTP/1.1\r\n\r\n", 18, 1002},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char bytes[32] = {0};
        memcpy(bytes, bad[i].bytes, strnlen(bad[i].bytes, bad[i].size));
        memcpy(bytes, bad[i].bytes, bad[i].size < 10 ? bad[i].size : 10);
        ws_client client = join(NULL);
        ws_send_raw(&client, bytes, bad[i].size);
        assert_int_equal(ws_wait_close(&client, PATIENT), bad[i].code);
        ws_close(&client);
    }
    wait_until_empty();
    assert_int_equal(mr_streams_stats(host.streams).dropped, sizeof bad / sizeof *bad);
    stop();
}

static void five_megabytes_are_1009(void **state) {
    (void)state;
    start(NULL);
    ws_client client = join(NULL);
    uint8_t *zeros = calloc(1, 5 << 20);
    ws_send(&client, WS_BINARY, zeros, 5 << 20);
    assert_int_equal(ws_wait_close(&client, PATIENT), 1009);
    free(zeros);
    ws_close(&client);
    stop();
}

static void silent_clients_are_pinged_and_closed(void **state) {
    (void)state;
    mr_stream_options options = mr_stream_options_defaults();
    options.ping = 0.2;
    options.idle = 2;
    start(&options);
    ws_client client = join(NULL);
    ws_client alive = join(NULL);
    double began = mr_now();
    assert_null(ws_read(&alive, 3)); /* answers pings meanwhile */
    assert_true(alive.pings >= 2);
    assert_int_equal(alive.close_code, -1);
    ws_close(&alive);
    assert_int_equal(ws_wait_close(&client, PATIENT), 1001);
    assert_true(mr_now() - began >= 2);
    ws_close(&client);
    wait_until_empty();
    assert_int_equal(mr_streams_stats(host.streams).dropped, 1);
    stop();
}

static void who_never_reads_is_dropped(void **state) {
    (void)state;
    mr_stream_options options = mr_stream_options_defaults();
    options.stall = 0.5;
    start(&options);
    ws_client client;
    int socket = ws_connect(host.port);
    setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &(int){4096}, sizeof(int));
    assert_int_equal(ws_shake_hands(&client, socket, NULL, NULL, 0), 101);
    double end = mr_now() + PATIENT;
    say(&client, "{\"type\": \"settings\", \"n\": 100}");
    while (mr_streams_stats(host.streams).dropped == 0 && mr_now() < end) {
        if (!ws_send(&client, WS_TEXT, "{\"type\": \"refresh\"}", 19))
            break;
        usleep(20000);
    }
    wait_until_empty();
    assert_int_equal(mr_streams_stats(host.streams).dropped, 1);
    ws_close(&client);
    stop();
}

static void five_hundred_vanish(void **state) {
    (void)state;
    start(NULL);
    uint8_t *frame = malloc(portrait_size + 14);
    size_t size = ws_frame(frame, WS_BINARY | WS_FIN, WS_MASKED, portrait, portrait_size);
    int met = 0;
    for (int i = 0; i < 500; i++) {
        int socket = ws_connect(host.port);
        assert_true(socket >= 0);
        if (i % 2 == 0) /* half of them reset the connection */
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0},
                       sizeof(struct linger));
        ws_client client = {.socket = socket, .close_code = -1};
        if (i % 5 == 0) {
            ws_send_raw(&client, "GET /v1/stream HTTP/1.1\r\nHost: x\r\n", 34);
        } else {
            int status = ws_shake_hands(&client, socket, NULL, frame, i % 3 == 0 ? size / 2 : 0);
            assert_true(status == 101 || status == 503); /* at times all places are taken */
            met += status == 101;
        }
        ws_close(&client);
    }
    free(frame);
    assert_true(met > 100);
    wait_until_empty();
    assert_int_equal(mr_streams_stats(host.streams).dropped, 0); /* they went by themselves */
    stop();
}

static void who_leaves_during_the_work_is_freed_after_it(void **state) {
    (void)state;
    start(NULL);
    for (int i = 0; i < 10; i++) {
        barrier held = BARRIER;
        keep_worker(&held);
        ws_client client = join(NULL);
        uint64_t before = mr_streams_stats(host.streams).frames;
        show(&client);
        wait_for_frames(before + 1);
        ws_close(&client);
        usleep(20000);
        assert_int_equal(mr_streams_stats(host.streams).open, 1); /* its frame is with the pool */
        free_worker(&held);
        wait_until_empty();
    }
    stop();
}

static void bad_handshakes_are_refused(void **state) {
    (void)state;
    mr_stream_options options = mr_stream_options_defaults();
    options.limit = 1;
    start(&options);
    static const struct {
        const char *request;
        int status;
    } bad[] = {
        {"GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET /v1/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
         426},
        {"GET /v1/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n",
         400},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int socket = ws_connect(host.port);
        char answer[64] = {0};
        assert_true(send(socket, bad[i].request, strlen(bad[i].request), 0) > 0);
        assert_true(recv(socket, answer, sizeof answer - 1, 0) > 12);
        assert_int_equal(atoi(answer + 9), bad[i].status);
        close(socket);
    }
    ws_client first = join(NULL), second;
    assert_int_equal(ws_open(&second, host.port, NULL), 503);
    ws_close(&second);
    ws_close(&first);
    wait_until_empty();
    first = join(NULL); /* the place is free again */
    ws_close(&first);
    stop();
}

static void one_address_cannot_take_all(void **state) {
    (void)state;
    mr_stream_options options = mr_stream_options_defaults();
    options.limit = 3;
    options.limit_of_client = 2;
    start(&options);
    ws_client first = join(NULL), second = join(NULL), third;
    assert_int_equal(ws_open(&third, host.port, NULL), 503);
    ws_close(&third);
    ws_close(&first);
    ws_close(&second);
    wait_until_empty();
    first = join(NULL); /* its places are free again */
    ws_close(&first);
    stop();
}

/* ---- Reload and stop ---- */

static void a_reload_does_not_end_streams(void **state) {
    (void)state;
    start(NULL);
    ws_client client = join(NULL);
    show(&client);
    json_decref(expect(&client, "people"));
    assert_ok(mr_lessor_reload(lessor));
    assert_int_equal(mr_lessor_engines(lessor), 2);
    show(&client);
    json_t *people = expect(&client, "people");
    assert_int_equal(number(people, "frame"), 2);
    json_decref(people);
    double end = mr_now() + PATIENT;
    while (mr_lessor_engines(lessor) > 1 && mr_now() < end)
        usleep(5000);
    assert_int_equal(mr_lessor_engines(lessor), 1);
    ws_close(&client);
    stop();
}

static void *stop_host(void *unused) {
    (void)unused;
    mr_streams_stop(host.streams);
    return NULL;
}

static void stopping_says_good_bye(void **state) {
    (void)state;
    start(NULL);
    ws_client client = join(NULL), deaf = join(NULL), refused;
    show(&client);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, stop_host, NULL), 0);
    assert_int_equal(ws_wait_close(&client, PATIENT), 1001);
    pthread_join(thread, NULL); /* the one who does not answer is not waited for for long */
    assert_int_equal(mr_streams_stats(host.streams).open, 0);
    assert_int_equal(ws_open(&refused, host.port, NULL), 503);
    ws_close(&refused);
    ws_close(&client);
    ws_close(&deaf);
    stop();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_face_becomes_a_person_and_gets_films),
        cmocka_unit_test(settings_change_the_films),
        cmocka_unit_test(attributes_can_be_switched),
        cmocka_unit_test(a_refresh_brings_films_at_once),
        cmocka_unit_test(the_viewers_history_counts),
        cmocka_unit_test(frames_may_come_with_the_handshake),
        cmocka_unit_test(sixteen_streams_are_served),
        cmocka_unit_test(newer_frames_replace_those_that_wait),
        cmocka_unit_test(a_stream_has_a_frame_rate),
        cmocka_unit_test(memory_does_not_grow_with_frames),
        cmocka_unit_test(bad_messages_are_answered_and_the_stream_goes_on),
        cmocka_unit_test(ten_bad_messages_in_a_row_are_1008),
        cmocka_unit_test(a_flood_of_messages_is_1008),
        cmocka_unit_test(broken_frames_hear_why),
        cmocka_unit_test(five_megabytes_are_1009),
        cmocka_unit_test(silent_clients_are_pinged_and_closed),
        cmocka_unit_test(who_never_reads_is_dropped),
        cmocka_unit_test(five_hundred_vanish),
        cmocka_unit_test(who_leaves_during_the_work_is_freed_after_it),
        cmocka_unit_test(bad_handshakes_are_refused),
        cmocka_unit_test(one_address_cannot_take_all),
        cmocka_unit_test(a_reload_does_not_end_streams),
        cmocka_unit_test(stopping_says_good_bye),
    };
    return cmocka_run_group_tests(tests, open_engine, close_engine);
}
