/* The whole server with streams: what is said over HTTP reaches them, and models may change
 * meanwhile. */
#include "base/clock.h"
#include "base/file.h"
#include "http_client.h"
#include "recommend/certificate.h"
#include "server/server_parts.h"
#include "support.h"
#include "ws_client.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PHOTO   "data/samples/astronaut.jpg"
#define PATIENT 30.0

static mr_server *server;
static mr_store *store;
static int port;
static unsigned char *photo;
static size_t photo_size;

static int start(void **state) {
    (void)state;
    mr_server_options chosen = mr_server_options_defaults();
    if (mr_file_read(PHOTO, 1 << 20, &photo, &photo_size) != MR_OK ||
        mr_store_open("sqlite::memory:", &store) != MR_OK)
        return -1;
    chosen.listen = "127.0.0.1:0";
    chosen.store = store;
    chosen.engine.mirror = false;
    chosen.workers = 2;
    chosen.rate = chosen.burst = 1e6;
    if (mr_server_start(&chosen, &server) != MR_OK)
        return -1;
    port = mr_server_port(server);
    return 0;
}

static int stop(void **state) {
    (void)state;
    mr_server_stop(server);
    mr_store_close(store);
    free(photo);
    return 0;
}

static ws_client join(const char *headers) {
    ws_client client;
    assert_int_equal(ws_open(&client, port, headers), 101);
    return client;
}

static void say(ws_client *client, const char *text) {
    assert_true(ws_send(client, WS_TEXT, text, strlen(text)));
}

/* Shows frames until films come; the caller drops them. */
static json_t *show_until_films(ws_client *client) {
    double end = mr_now() + PATIENT;
    while (mr_now() < end) {
        assert_true(ws_send(client, WS_BINARY, photo, photo_size));
        json_t *films = ws_read_type(client, "films", 0.1);
        if (films != NULL)
            return films;
    }
    fail_msg("no films came");
    return NULL;
}

static bool lists(json_t *message, const char *id) {
    size_t i;
    json_t *film;
    json_array_foreach(json_object_get(message, "films"), i, film) {
        if (strcmp(json_string_value(json_object_get(film, "id")), id) == 0)
            return true;
    }
    return false;
}

static void what_is_said_over_http_reaches_the_stream(void **state) {
    (void)state;
    char set[256], cookie[256], film[64], said[128];
    http_reply reply = http_ask_json(port, "POST", "/v1/viewers", NULL, "{\"consent\": true}");
    assert_int_equal(reply.status, 201);
    assert_true(http_header(&reply, "Set-Cookie", set, sizeof set));
    http_free(&reply);
    snprintf(cookie, sizeof cookie, "Cookie: %.*s\r\n", (int)strcspn(set, ";"), set);
    ws_client client = join(cookie);
    json_t *films = show_until_films(&client);
    snprintf(film, sizeof film, "%s",
             json_string_value(
                 json_object_get(json_array_get(json_object_get(films, "films"), 0), "id")));
    json_decref(films);

    snprintf(said, sizeof said, "{\"film\": \"%s\", \"kind\": \"seen\"}", film);
    reply = http_ask_json(port, "POST", "/v1/feedback", cookie, said);
    assert_int_equal(reply.status, 200);
    http_free(&reply);
    films = show_until_films(&client);
    assert_false(lists(films, film));
    json_decref(films);

    reply = http_ask(port, "DELETE", "/v1/viewers/me", cookie, NULL, 0);
    assert_int_equal(reply.status, 204);
    http_free(&reply);
    films = show_until_films(&client);
    assert_true(lists(films, film)); /* as if nothing had been said */
    json_decref(films);
    ws_close(&client);
}

/* Where the age may not be told, films are for small children, or for whom it was stated. */
static void a_stream_minds_the_youngest(void **state) {
    (void)state;
    static const struct {
        const char *settings;
        int age;
    } cases[] = {
        {"{\"type\": \"settings\", \"n\": 50, \"attributes\": {\"age\": false}}", 0},
        {"{\"type\": \"settings\", \"n\": 50, \"attributes\": {\"age\": false}, \"youngest\": 13}",
         13},
        {"{\"type\": \"settings\", \"n\": 50, \"youngest\": 7}", 7},
        {"{\"type\": \"settings\", \"n\": 50, \"youngest\": 7, \"group\": false}", 7},
        {"{\"type\": \"settings\", \"n\": 50, \"max_certificate\": \"G\"}", 0},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        ws_client client = join(NULL);
        say(&client, cases[c].settings);
        json_t *films = show_until_films(&client), *film;
        size_t i;
        assert_true(json_array_size(json_object_get(films, "films")) > 0);
        json_array_foreach(json_object_get(films, "films"), i, film) {
            const char *certificate = json_string_value(json_object_get(film, "certificate"));
            assert_non_null(certificate);
            assert_in_range(mr_certificate_age(certificate), 0, cases[c].age);
        }
        json_decref(films);
        ws_close(&client);
    }
}

enum { ASKERS = 3, QUESTIONS = 6, RELOADS = 5 };

static void *ask(void *failures) {
    for (int i = 0; i < QUESTIONS; i++) {
        http_reply reply = http_ask_file(port, "/v1/recommend?n=3", "image/jpeg", PHOTO);
        if (reply.status != 200 || json_array_size(json_object_get(reply.json, "films")) != 3)
            ++*(int *)failures;
        http_free(&reply);
    }
    return NULL;
}

static void models_change_under_requests_and_a_stream(void **state) {
    (void)state;
    pthread_t threads[ASKERS];
    int failures[ASKERS] = {0};
    ws_client client = join(NULL);
    for (int i = 0; i < ASKERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask, &failures[i]), 0);
    for (int i = 0; i < RELOADS; i++) {
        assert_ok(mr_server_reload(server));
        assert_true(ws_send(&client, WS_BINARY, photo, photo_size));
        json_t *people = ws_read_type(&client, "people", PATIENT);
        assert_non_null(people);
        json_decref(people);
    }
    for (int i = 0; i < ASKERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(failures[i], 0);
    }
    ws_close(&client);
}

/* A stream that says nothing more does not keep the models of before in memory, and goes on with
 * the new ones. */
static void an_idle_stream_lets_old_models_go(void **state) {
    (void)state;
    ws_client client = join(NULL);
    for (int i = 0; i < 2; i++) {
        assert_true(ws_send(&client, WS_BINARY, photo, photo_size));
        json_t *people = ws_read_type(&client, "people", PATIENT);
        assert_non_null(people);
        json_decref(people);
        assert_ok(mr_server_reload(server));
        double late = mr_now() + PATIENT;
        while (mr_lessor_engines(server->lessor) > 1 && mr_now() < late)
            usleep(1000);
        assert_int_equal(mr_lessor_engines(server->lessor), 1);
    }
    ws_close(&client);
}

enum { ENDS = 6, UNDER_WAY = 4 };

/* A connection of its own with a picture that was sent whole. */
static int send_photo(int to) {
    char head[128];
    int socket = http_connect(to);
    int size = snprintf(head, sizeof head,
                        "POST /v1/analyze HTTP/1.1\r\nHost: localhost\r\n"
                        "Content-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n",
                        photo_size);
    assert_true(http_send(socket, head, (size_t)size));
    assert_true(http_send(socket, photo, photo_size));
    return socket;
}

/* What a worker has, or waits for one, when the server is told to stop is answered. */
static void what_is_under_way_is_answered_before_the_end(void **state) {
    (void)state;
    for (int end = 0; end < ENDS; end++) {
        mr_server_options chosen = mr_server_options_defaults();
        chosen.listen = "127.0.0.1:0";
        chosen.engine.mirror = chosen.engine.films = false;
        chosen.workers = UNDER_WAY;
        mr_server *own;
        int sockets[UNDER_WAY];
        assert_ok(mr_server_start(&chosen, &own));
        for (int i = 0; i < UNDER_WAY; i++)
            sockets[i] = send_photo(mr_server_port(own));
        double late = mr_now() + PATIENT;
        while (mr_latency_count(&own->latency, MR_STAGE_QUEUE) < UNDER_WAY && mr_now() < late)
            usleep(1000);
        mr_server_stop(own);
        for (int i = 0; i < UNDER_WAY; i++) {
            http_reply reply = http_read(sockets[i], false);
            assert_int_equal(reply.status, 200);
            http_free(&reply);
            close(sockets[i]);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_over_http_reaches_the_stream),
        cmocka_unit_test(a_stream_minds_the_youngest),
        cmocka_unit_test(models_change_under_requests_and_a_stream),
        cmocka_unit_test(an_idle_stream_lets_old_models_go),
        cmocka_unit_test(what_is_under_way_is_answered_before_the_end),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
