/* The API and the page, as clients see them: each endpoint asked well and badly. */
#include "base/file.h"
#include "http_client.h"
#include "image/image.h"
#include "recommend/catalogue_import.h"
#include "recommend/certificate.h"
#include "server/metrics.h"
#include "server/route.h"
#include "server/schemas.h"
#include "server/server.h"
#include "support.h"

#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PHOTO "data/samples/astronaut.jpg"

static mr_server *server;
static mr_store *store;
static int port;

static mr_server_options options(void) {
    mr_server_options made = mr_server_options_defaults();
    made.listen = "127.0.0.1:0";
    made.store = store;
    made.engine.mirror = false;
    made.workers = 2;
    made.rate = made.burst = 1e6;
    return made;
}

static int start(void **state) {
    (void)state;
    if (mr_store_open("sqlite::memory:", &store) != MR_OK)
        return -1;
    mr_server_options chosen = options();
    if (mr_server_start(&chosen, &server) != MR_OK) {
        fprintf(stderr, "%s\n", mr_last_error());
        return -1;
    }
    port = mr_server_port(server);
    return 0;
}

static int stop(void **state) {
    (void)state;
    mr_server_stop(server);
    mr_store_close(store);
    return 0;
}

/* ---- Answers held against the schemas that the server publishes ---- */

static json_t *schemas; /* "components/schemas" of the document */

static bool has_type(const json_t *value, const char *type) {
    return (strcmp(type, "object") == 0 && json_is_object(value)) ||
           (strcmp(type, "array") == 0 && json_is_array(value)) ||
           (strcmp(type, "string") == 0 && json_is_string(value)) ||
           (strcmp(type, "integer") == 0 && json_is_integer(value)) ||
           (strcmp(type, "number") == 0 && json_is_number(value)) ||
           (strcmp(type, "boolean") == 0 && json_is_boolean(value)) ||
           (strcmp(type, "null") == 0 && json_is_null(value));
}

static bool has_one_type(const json_t *value, const json_t *types) {
    if (json_is_string(types))
        return has_type(value, json_string_value(types));
    for (size_t i = 0; i < json_array_size(types); i++)
        if (has_type(value, json_string_value(json_array_get(types, i))))
            return true;
    return types == NULL;
}

static void hold(json_t *value, json_t *schema, const char *where);

static void hold_object(json_t *value, json_t *schema, const char *where) {
    json_t *needed = json_object_get(schema, "required"), *member;
    json_t *properties = json_object_get(schema, "properties");
    json_t *others = json_object_get(schema, "additionalProperties");
    const char *name;
    for (size_t i = 0; i < json_array_size(needed); i++)
        if (json_object_get(value, json_string_value(json_array_get(needed, i))) == NULL)
            fail_msg("%s: %s is missing", where, json_string_value(json_array_get(needed, i)));
    json_object_foreach(value, name, member) {
        json_t *known = json_object_get(properties, name);
        if (known == NULL && json_is_false(others))
            fail_msg("%s: %s is not in the schema", where, name);
        hold(member, known != NULL ? known : others, name);
    }
}

static void hold(json_t *value, json_t *schema, const char *where) {
    const char *reference = json_string_value(json_object_get(schema, "$ref"));
    if (reference != NULL) {
        schema = json_object_get(schemas, strrchr(reference, '/') + 1);
        assert_non_null(schema);
    }
    if (!has_one_type(value, json_object_get(schema, "type")))
        fail_msg("%s: has another type than its schema says", where);
    if (json_is_object(value))
        hold_object(value, schema, where);
    for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++)
        hold(json_array_get(value, i), json_object_get(schema, "items"), where);
}

static void assert_schema(const http_reply *reply, const char *name) {
    if (schemas == NULL) {
        http_reply document = http_ask(port, "GET", "/v1/openapi.json", NULL, NULL, 0);
        assert_int_equal(document.status, 200);
        schemas =
            json_incref(json_object_get(json_object_get(document.json, "components"), "schemas"));
        http_free(&document);
    }
    assert_non_null(reply->json);
    assert_non_null(json_object_get(schemas, name));
    hold(reply->json, json_object_get(schemas, name), name);
}

/* ---- Short words for the tests ---- */

static http_reply get(const char *target) {
    return http_ask(port, "GET", target, NULL, NULL, 0);
}

static const char *text_of(const http_reply *reply, const char *name) {
    const char *text = json_string_value(json_object_get(reply->json, name));
    return text != NULL ? text : "";
}

/* Checks and frees a problem document; `field` "" for none. */
static void assert_problem(http_reply reply, int status, const char *field) {
    char type[64], cache[64];
    if (reply.status != status)
        fail_msg("status %d, expected %d: %s", reply.status, status,
                 reply.body != NULL ? reply.body : "");
    assert_schema(&reply, "Problem");
    assert_int_equal(json_integer_value(json_object_get(reply.json, "status")), status);
    assert_string_equal(text_of(&reply, "field"), field);
    assert_true(http_header(&reply, "Content-Type", type, sizeof type));
    assert_string_equal(type, "application/problem+json");
    assert_true(http_header(&reply, "Cache-Control", cache, sizeof cache));
    assert_string_equal(cache, "no-store");
    http_free(&reply);
}

/* Checks a good answer, which the caller frees. */
static http_reply assert_answer(http_reply reply, int status, const char *schema) {
    char cache[64];
    if (reply.status != status)
        fail_msg("status %d, expected %d: %s", reply.status, status,
                 reply.body != NULL ? reply.body : "");
    if (schema != NULL)
        assert_schema(&reply, schema);
    assert_true(http_header(&reply, "Cache-Control", cache, sizeof cache));
    assert_string_equal(cache, "no-store");
    return reply;
}

static json_t *member(const http_reply *reply, const char *name) {
    return json_object_get(reply->json, name);
}

/* The header line that sends the cookie of a new viewer of the server at this port. */
static void agree_at(int at, char cookie[256], char id[128]) {
    char set[512];
    http_reply reply = assert_answer(
        http_ask_json(at, "POST", "/v1/viewers", NULL, "{\"consent\": true}"), 201, "Viewer");
    assert_true(http_header(&reply, "Set-Cookie", set, sizeof set));
    assert_non_null(strstr(set, "; HttpOnly"));
    assert_non_null(strstr(set, "; SameSite=Strict"));
    assert_non_null(strstr(set, "; Path=/;"));
    assert_non_null(strstr(set, "; Max-Age=31536000"));
    assert_null(strstr(set, "Secure"));
    snprintf(id, 128, "%s", text_of(&reply, "id"));
    assert_int_equal(strlen(id), 32);
    snprintf(cookie, 256, "Cookie: moodreel_viewer=%s\r\n", id);
    assert_memory_equal(set, cookie + 8, strlen(cookie) - 10);
    http_free(&reply);
}

static void agree(char cookie[256], char id[128]) {
    agree_at(port, cookie, id);
}

/* ---- The tests ---- */

static void health_and_info_are_told(void **state) {
    (void)state;
    http_reply reply = assert_answer(get("/healthz"), 200, "Health");
    assert_string_equal(text_of(&reply, "status"), "ok");
    http_free(&reply);
    reply = assert_answer(get("/v1/info"), 200, "Info");
    assert_string_equal(text_of(&reply, "name"), "Moodreel");
    assert_true(json_integer_value(member(&reply, "films")) > 1000);
    assert_string_equal(json_string_value(json_array_get(member(&reply, "languages"), 0)),
                        "English");
    assert_string_equal(json_string_value(json_array_get(member(&reply, "certificates"), 0)), "G");
    assert_true(json_is_false(member(&reply, "ethnicity_on")));
    assert_true(json_is_true(json_object_get(member(&reply, "attributes"), "ethnicity")));
    http_free(&reply);
}

static void head_is_get_without_a_body(void **state) {
    (void)state;
    char length[32];
    http_reply reply = http_ask(port, "HEAD", "/healthz", NULL, NULL, 0);
    assert_int_equal(reply.status, 200);
    assert_true(http_header(&reply, "Content-Length", length, sizeof length));
    assert_string_equal(length, "15");
    http_free(&reply);
}

static void pictures_are_analysed(void **state) {
    (void)state;
    http_reply reply =
        assert_answer(http_ask_file(port, "/v1/analyze", "image/jpeg", PHOTO), 200, "Analysis");
    json_t *faces = member(&reply, "faces"), *face = json_array_get(faces, 0);
    assert_int_equal(json_array_size(faces), 1);
    assert_true(json_is_object(json_object_get(face, "age")));
    assert_true(json_is_null(json_object_get(face, "ethnicity")));
    http_free(&reply);
    reply = assert_answer(http_ask_file(port, "/v1/analyze?ethnicity=true&age=false&emotion=0",
                                        "image/webp", "data/samples/astronaut.webp"),
                          200, "Analysis");
    face = json_array_get(member(&reply, "faces"), 0);
    assert_true(json_is_object(json_object_get(face, "ethnicity")));
    assert_true(json_is_null(json_object_get(face, "age")));
    assert_true(json_is_null(json_object_get(face, "emotion")));
    assert_true(json_is_object(json_object_get(face, "gender")));
    http_free(&reply);
}

/* A form with the photo as the part `name`. */
static http_reply ask_form(const char *target, const char *name, const char *ending) {
    FILE *file = fopen(PHOTO, "rb");
    assert_non_null(file);
    static char bytes[200000];
    int used = snprintf(bytes, sizeof bytes,
                        "--frame\r\nContent-Disposition: form-data; name=\"%s\"; "
                        "filename=\"me.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n",
                        name);
    used += (int)fread(bytes + used, 1, sizeof bytes - 1000, file);
    fclose(file);
    used += snprintf(bytes + used, 100, "%s", ending);
    return http_ask(port, "POST", target, "Content-Type: multipart/form-data; boundary=frame\r\n",
                    bytes, (size_t)used);
}

static void forms_are_read(void **state) {
    (void)state;
    http_reply reply =
        assert_answer(ask_form("/v1/analyze", "image", "\r\n--frame--\r\n"), 200, "Analysis");
    assert_int_equal(json_array_size(member(&reply, "faces")), 1);
    http_free(&reply);
    assert_problem(ask_form("/v1/analyze", "photo", "\r\n--frame--\r\n"), 400, "image");
    assert_problem(ask_form("/v1/analyze", "image", ""), 400, "image");
}

static void bad_pictures_are_refused(void **state) {
    (void)state;
    const char *jpeg = "Content-Type: image/jpeg\r\n";
    assert_problem(http_ask(port, "POST", "/v1/analyze", jpeg, "hello", 5), 415, "image");
    assert_problem(http_ask(port, "POST", "/v1/analyze", jpeg, "\xff\xd8\xff\xe0 cut", 8), 422,
                   "image");
    assert_problem(http_ask(port, "POST", "/v1/analyze", jpeg, "", 0), 400, "image");
    assert_problem(http_ask(port, "POST", "/v1/analyze", "Content-Type: text/plain\r\n", "x", 1),
                   415, "Content-Type");
    assert_problem(http_ask(port, "POST", "/v1/analyze", NULL, "x", 1), 415, "Content-Type");
    assert_problem(http_ask_json(port, "POST", "/v1/analyze", NULL, "{}"), 415, "Content-Type");
    assert_problem(http_ask_file(port, "/v1/analyze?colour=red", "image/jpeg", PHOTO), 422,
                   "colour");
    assert_problem(http_ask_file(port, "/v1/analyze?age=maybe", "image/jpeg", PHOTO), 422, "age");
    assert_problem(http_ask_file(port, "/v1/analyze?age=1&age=1", "image/jpeg", PHOTO), 422, "age");
    /* 5001 × 5000 pixels are announced; the limit is looked at before any is read. */
    static const unsigned char large[] =
        "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x13\x89\0\0\x13\x88\x08\x02"
        "\0\0\0\0\0\0\0";
    assert_problem(http_ask(port, "POST", "/v1/analyze", "Content-Type: image/png\r\n", large,
                            sizeof large - 1),
                   413, "image");
}

/* A picture with nobody in it. */
static http_reply ask_black(const char *target) {
    mr_image black;
    uint8_t *bytes;
    size_t size;
    assert_ok(mr_image_create(160, 120, 3, &black));
    assert_ok(mr_image_encode_png(&black, &bytes, &size));
    mr_image_free(&black);
    http_reply reply = http_ask(port, "POST", target, "Content-Type: image/png\r\n", bytes, size);
    free(bytes);
    return reply;
}

/* Films there are, and none for people older than `age`; returns how many are for more than small
 * children, and frees the answer. */
static size_t assert_ages(http_reply reply, int age) {
    size_t i, grown = 0;
    json_t *film;
    assert_true(json_array_size(member(&reply, "films")) > 0);
    json_array_foreach(member(&reply, "films"), i, film) {
        const char *certificate = json_string_value(json_object_get(film, "certificate"));
        assert_non_null(certificate);
        assert_in_range(mr_certificate_age(certificate), 0, age);
        grown += mr_certificate_age(certificate) > 0;
    }
    http_free(&reply);
    return grown;
}

static void films_are_found_for_a_picture(void **state) {
    (void)state;
    http_reply reply =
        assert_answer(http_ask_file(port, "/v1/recommend?n=3&genre=comedy", "image/jpeg", PHOTO),
                      200, "Recommendation");
    assert_int_equal(json_array_size(member(&reply, "films")), 3);
    assert_int_equal(json_array_size(member(&reply, "faces")), 1);
    http_free(&reply);
    /* Nobody is in it: films for somebody of whom nothing is known, so for a small child. */
    reply = assert_answer(ask_black("/v1/recommend?n=5"), 200, "Recommendation");
    assert_int_equal(json_array_size(member(&reply, "faces")), 0);
    assert_ages(reply, 0);
    reply = assert_answer(ask_black("/v1/recommend?n=5&youngest=30"), 200, "Recommendation");
    assert_int_equal(json_array_size(member(&reply, "films")), 5);
    http_free(&reply);
}

static http_reply recommend(const char *headers, const char *json) {
    return http_ask_json(port, "POST", "/v1/recommend", headers, json);
}

static http_reply ask_photo(const char *target) {
    return assert_answer(http_ask_file(port, target, "image/jpeg", PHOTO), 200, "Recommendation");
}

/* The youngest decides, and whose age is not known counts as a small child. */
static void no_film_is_too_old_for_anybody(void **state) {
    (void)state;
    static const struct {
        const char *wish;
        int age;
    } cases[] = {
        {"{\"n\": 50, \"viewers\": [{\"age\": 40}, {\"age\": 6}]}", 6},
        {"{\"n\": 50, \"viewers\": [{\"age\": 40}, {}]}", 0},
        {"{\"n\": 50, \"viewers\": [{\"age\": 40}, {}], \"youngest\": 13}", 13},
        {"{\"n\": 50, \"viewers\": [{\"age\": 40}, {\"age\": 9}], \"youngest\": 13}", 9},
        {"{\"n\": 50, \"viewers\": [{\"age\": 40}], \"age_limit\": 8}", 8},
        {"{\"n\": 50, \"viewers\": [{\"age\": {\"years\": 18, \"low\": 13, \"high\": 23}}]}", 12},
        {"{\"n\": 50, \"viewers\": [{\"age\": 40}], \"max_certificate\": \"PG\"}", 12},
    };
    for (size_t i = 0; i < MR_COUNT(cases); i++)
        assert_ages(assert_answer(recommend(NULL, cases[i].wish), 200, "Recommendation"),
                    cases[i].age);
    assert_ages(ask_photo("/v1/recommend?n=50&age=false"), 0);
    assert_true(assert_ages(ask_photo("/v1/recommend?n=50&age=false&youngest=13"), 13) > 0);
}

static void films_are_found_for_people_described(void **state) {
    (void)state;
    http_reply reply = assert_answer(
        recommend(NULL,
                  "{\"viewers\": [{\"age\": 31, \"gender\": \"female\", \"emotion\": \"sad\"}],"
                  "\"n\": 4, \"mood\": \"lift\", \"genre\": null, \"seed\": 7}"),
        200, "Recommendation");
    assert_int_equal(json_array_size(member(&reply, "films")), 4);
    assert_null(member(&reply, "faces"));
    http_free(&reply);
    reply = assert_answer(recommend(NULL, "{\"viewers\": [{}]}"), 200, "Recommendation");
    http_free(&reply);
    /* A face that was told is a viewer. */
    http_reply seen =
        assert_answer(http_ask_file(port, "/v1/analyze", "image/jpeg", PHOTO), 200, "Analysis");
    json_t *viewers = json_object_get(schemas, "Viewers");
    hold(member(&seen, "faces"), viewers, "Viewers");
    assert_true(
        json_is_false(json_object_get(json_object_get(viewers, "items"), "additionalProperties")));
    json_t *wish = json_pack("{s:O, s:i}", "viewers", member(&seen, "faces"), "n", 2);
    char *text = json_dumps(wish, JSON_COMPACT);
    reply = assert_answer(recommend(NULL, text), 200, "Recommendation");
    assert_int_equal(json_array_size(member(&reply, "films")), 2);
    free(text);
    json_decref(wish);
    http_free(&reply);
    http_free(&seen);
}

static void bad_wishes_are_refused(void **state) {
    (void)state;
    assert_problem(recommend(NULL, "{"), 400, "");
    assert_problem(recommend(NULL, ""), 400, "");
    assert_problem(recommend(NULL, "[]"), 422, "");
    assert_problem(recommend(NULL, "{\"n\": 1, \"n\": 2}"), 400, "");
    assert_problem(recommend(NULL, "{}"), 422, "viewers");
    assert_problem(recommend(NULL, "{\"viewers\": []}"), 422, "viewers");
    assert_problem(recommend(NULL, "{\"viewers\": [{\"age\": 200}]}"), 422, "viewers[0].age");
    assert_problem(recommend(NULL, "{\"viewers\": [{}], \"n\": 0}"), 422, "n");
    assert_problem(recommend(NULL, "{\"viewers\": [{}], \"seed\": 9223372036854775808}"), 422,
                   "seed");
    assert_problem(recommend(NULL, "{\"viewers\": [{\"viewer\": \"an na\"}]}"), 422,
                   "viewers[0].viewer");
    assert_problem(recommend(NULL, "{\"viewers\": [{}], \"genre\": \"Soap\"}"), 422, "genre");
    assert_problem(recommend(NULL, "{\"viewers\": [{}], \"language\": \"Klingon\"}"), 422,
                   "language");
    assert_problem(recommend(NULL, "{\"viewers\": [{}], \"group\": true}"), 422, "group");
    assert_problem(
        http_ask_json(port, "POST", "/v1/recommend?n=3", NULL, "{\"viewers\": [{}], \"n\": 3}"),
        422, "n");
    assert_problem(http_ask_file(port, "/v1/recommend?viewers=1", "image/jpeg", PHOTO), 422,
                   "viewers");
}

static void films_are_searched(void **state) {
    (void)state;
    http_reply reply = assert_answer(get("/v1/films?query=amelie&limit=3"), 200, "Films");
    json_t *film = json_array_get(member(&reply, "films"), 0);
    assert_non_null(strstr(json_string_value(json_object_get(film, "title")), "Am\xc3\xa9lie"));
    http_free(&reply);
    reply = assert_answer(get("/v1/films?query=%20STAR%20-wars&genre=sci-fi"), 200, "Films");
    assert_true(json_integer_value(member(&reply, "total")) >= 3);
    film = json_array_get(member(&reply, "films"), 0);
    assert_memory_equal(json_string_value(json_object_get(film, "title")), "Star Wars", 9);
    http_free(&reply);
    reply = assert_answer(get("/v1/films?query=!!!"), 200, "Films");
    assert_int_equal(json_integer_value(member(&reply, "total")), 0);
    http_free(&reply);
    /* Typing errors are forgiven, and other films are not shown. */
    reply = assert_answer(get("/v1/films?title=the%20shawshenk%20redemtion"), 200, "Films");
    assert_int_equal(json_integer_value(member(&reply, "total")), 1);
    film = json_array_get(member(&reply, "films"), 0);
    assert_string_equal(json_string_value(json_object_get(film, "title")),
                        "The Shawshank Redemption");
    http_free(&reply);
    reply = assert_answer(get("/v1/films?title=the%20shawshank%20redemption&genre=western"), 200,
                          "Films");
    assert_int_equal(json_integer_value(member(&reply, "total")), 0);
    http_free(&reply);
    assert_problem(get("/v1/films?title=alien&query=alien"), 422, "title");
    /* Pages follow on each other. */
    http_reply all = assert_answer(get("/v1/films?language=telugu&limit=4"), 200, "Films");
    http_reply rest =
        assert_answer(get("/v1/films?language=Telugu&limit=2&offset=2"), 200, "Films");
    assert_true(json_equal(json_array_get(member(&all, "films"), 2),
                           json_array_get(member(&rest, "films"), 0)));
    assert_int_equal(json_array_size(member(&rest, "films")), 2);
    film = json_array_get(member(&all, "films"), 0);
    char target[512];
    snprintf(target, sizeof target, "/v1/films/%s", json_string_value(json_object_get(film, "id")));
    reply = assert_answer(get(target), 200, "Film");
    assert_true(json_equal(reply.json, film));
    http_free(&reply);
    http_free(&all);
    http_free(&rest);
    assert_problem(get("/v1/films/none"), 404, "id");
    assert_problem(get("/v1/films/%ff"), 400, "id");
    assert_problem(get("/v1/films?limit=0"), 422, "limit");
    assert_problem(get("/v1/films?query=%"), 400, "");
}

static void nobody_is_kept_without_consent(void **state) {
    (void)state;
    char set[256];
    static const char *const no[] = {"{\"consent\": false}", "{}", "{\"consent\": null}"};
    for (size_t i = 0; i < MR_COUNT(no); i++) {
        http_reply reply = http_ask_json(port, "POST", "/v1/viewers", NULL, no[i]);
        assert_false(http_header(&reply, "Set-Cookie", set, sizeof set));
        assert_problem(reply, 422, "consent");
    }
    assert_problem(http_ask_json(port, "POST", "/v1/viewers", NULL, "{\"consent\": 1}"), 422,
                   "consent");
    static const char *const targets[] = {"/", "/v1/info", "/v1/films", "/healthz", "/v1/none"};
    for (size_t i = 0; i < MR_COUNT(targets); i++) {
        http_reply reply = get(targets[i]);
        assert_false(http_header(&reply, "Set-Cookie", set, sizeof set));
        http_free(&reply);
    }
    assert_problem(get("/v1/viewers/me"), 404, "viewer");
    assert_problem(http_ask(port, "DELETE", "/v1/viewers/me", NULL, NULL, 0), 404, "viewer");
    assert_problem(get("/v1/viewers/nobody"), 404, "viewer");
    assert_problem(get("/v1/viewers/no%20body"), 404, "viewer");
    assert_problem(http_ask_json(port, "POST", "/v1/feedback", NULL,
                                 "{\"film\": \"Q44578\", \"kind\": \"like\"}"),
                   404, "viewer");
}

static http_reply say(const char *cookie, const char *json) {
    return http_ask_json(port, "POST", "/v1/feedback", cookie, json);
}

static void what_viewers_say_is_kept_and_erased(void **state) {
    (void)state;
    char cookie[256], id[128], value[256], target[256];
    agree(cookie, id);
    http_reply reply =
        assert_answer(say(cookie, "{\"film\": \"Q44578\", \"kind\": \"like\"}"), 200, "Feedback");
    assert_string_equal(text_of(&reply, "viewer"), id);
    assert_int_equal(json_integer_value(member(&reply, "count")), 1);
    http_free(&reply);
    reply = assert_answer(
        say(cookie,
            "{\"film\": \"Q44578\", \"kind\": \"rating\", \"rating\": 4, \"viewer\": \"me\"}"),
        200, "Feedback");
    assert_int_equal(json_integer_value(member(&reply, "count")), 1);
    http_free(&reply);
    assert_problem(say(cookie, "{\"film\": \"none\", \"kind\": \"like\"}"), 422, "film");
    assert_problem(say(cookie, "{\"film\": \"Q44578\", \"kind\": \"love\"}"), 422, "kind");
    assert_problem(say(cookie, "{\"film\": \"Q44578\"}"), 422, "kind");
    assert_problem(say(cookie, "{\"kind\": \"like\"}"), 422, "film");
    assert_problem(say(cookie, "{\"film\": \"Q44578\", \"kind\": \"rating\"}"), 422, "rating");
    assert_problem(say(cookie, "{\"film\": \"Q44578\", \"kind\": \"like\", \"rating\": 3}"), 422,
                   "rating");
    assert_problem(say(cookie, "{\"film\": \"Q44578\", \"kind\": \"rating\", \"rating\": 6}"), 422,
                   "rating");

    reply = assert_answer(http_ask(port, "GET", "/v1/viewers/me?download=1", cookie, NULL, 0), 200,
                          "History");
    assert_true(http_header(&reply, "Content-Disposition", value, sizeof value));
    assert_string_equal(value, "attachment; filename=\"moodreel-viewer.json\"");
    json_t *opinion = json_array_get(member(&reply, "feedback"), 0);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(opinion, "film"), "title")), "Titanic");
    assert_int_equal(json_integer_value(json_object_get(opinion, "rating")), 4);
    http_free(&reply);
    snprintf(target, sizeof target, "/v1/viewers/%s", id);
    reply = assert_answer(get(target), 200, "History");
    assert_false(http_header(&reply, "Content-Disposition", value, sizeof value));
    http_free(&reply);

    const char *opinion_target = "/v1/viewers/me/feedback/Q44578";
    reply = assert_answer(http_ask(port, "DELETE", opinion_target, cookie, NULL, 0), 204, NULL);
    http_free(&reply);
    assert_problem(http_ask(port, "DELETE", opinion_target, cookie, NULL, 0), 404, "");

    /* To agree twice is to agree once. */
    reply = assert_answer(http_ask_json(port, "POST", "/v1/viewers", cookie, "{\"consent\": true}"),
                          200, "Viewer");
    assert_string_equal(text_of(&reply, "id"), id);
    http_free(&reply);

    reply = assert_answer(http_ask(port, "DELETE", "/v1/viewers/me", cookie, NULL, 0), 204, NULL);
    assert_true(http_header(&reply, "Set-Cookie", value, sizeof value));
    assert_memory_equal(value, "moodreel_viewer=; Path=/; Max-Age=0;", 36);
    http_free(&reply);
    /* Whose answer was lost asks once more, and is rid of the cookie then. */
    reply = assert_answer(http_ask(port, "DELETE", "/v1/viewers/me", cookie, NULL, 0), 204, NULL);
    assert_true(http_header(&reply, "Set-Cookie", value, sizeof value));
    http_free(&reply);
    snprintf(target, sizeof target, "/v1/viewers/%s", id);
    assert_problem(http_ask(port, "DELETE", target, NULL, NULL, 0), 404, "viewer");
    assert_problem(http_ask(port, "GET", "/v1/viewers/me", cookie, NULL, 0), 404, "viewer");
    assert_problem(say(cookie, "{\"film\": \"Q44578\", \"kind\": \"like\"}"), 404, "viewer");
}

static bool lists_film(const http_reply *reply, const char *id) {
    json_t *film;
    size_t i;
    json_array_foreach(member(reply, "films"), i,
                       film) if (strcmp(json_string_value(json_object_get(film, "id")), id) ==
                                 0) return true;
    return false;
}

static void feedback_changes_the_next_answer(void **state) {
    (void)state;
    char cookie[256], id[128], film[64], json[256];
    const char *wish =
        "{\"viewers\": [{\"age\": 31, \"gender\": \"female\", \"emotion\": \"sad\"}]}";
    agree(cookie, id);
    http_reply before = assert_answer(recommend(cookie, wish), 200, "Recommendation");
    snprintf(film, sizeof film, "%s",
             json_string_value(json_object_get(json_array_get(member(&before, "films"), 0), "id")));
    http_free(&before);
    snprintf(json, sizeof json, "{\"film\": \"%s\", \"kind\": \"seen\"}", film);
    http_reply reply = assert_answer(say(cookie, json), 200, "Feedback");
    http_free(&reply);
    reply = assert_answer(recommend(cookie, wish), 200, "Recommendation");
    assert_false(lists_film(&reply, film)); /* it was seen */
    http_free(&reply);
    reply = assert_answer(recommend(NULL, wish), 200, "Recommendation");
    assert_true(lists_film(&reply, film)); /* not by others */
    http_free(&reply);
    reply = assert_answer(recommend(cookie, "{\"viewers\": [{\"age\": 31, \"gender\": \"female\", "
                                            "\"emotion\": \"sad\"}], \"history\": false}"),
                          200, "Recommendation");
    assert_true(lists_film(&reply, film));
    http_free(&reply);
    snprintf(json, sizeof json,
             "{\"viewers\": [{\"age\": 31, \"gender\": \"female\", \"emotion\": \"sad\", "
             "\"viewer\": \"%s\"}]}",
             id);
    reply = assert_answer(recommend(NULL, json), 200, "Recommendation");
    assert_false(lists_film(&reply, film)); /* who was named */
    http_free(&reply);
}

static void what_is_felt_takes_the_estimate_s_place(void **state) {
    (void)state;
    http_reply as_seen = assert_answer(
        http_ask_file(port, "/v1/recommend?mood=match", "image/jpeg", PHOTO), 200, NULL);
    http_reply as_said = assert_answer(
        http_ask_file(port, "/v1/recommend?mood=match&feel=sad", "image/jpeg", PHOTO), 200, NULL);
    assert_false(json_equal(member(&as_seen, "films"), member(&as_said, "films")));
    http_free(&as_seen);
    http_free(&as_said);
}

static void what_is_not_there_is_said_so(void **state) {
    (void)state;
    char allow[64];
    assert_problem(get("/v1"), 404, "");
    assert_problem(get("/v1/unknown"), 404, "");
    assert_problem(get("/index.htm"), 404, "");
    http_reply reply = http_ask(port, "PUT", "/v1/viewers/me", NULL, NULL, 0);
    assert_true(http_header(&reply, "Allow", allow, sizeof allow));
    assert_string_equal(allow, "GET, HEAD, DELETE");
    assert_problem(reply, 405, "");
    reply = http_ask(port, "POST", "/", NULL, "", 0);
    assert_true(http_header(&reply, "Allow", allow, sizeof allow));
    assert_string_equal(allow, "GET, HEAD");
    assert_problem(reply, 405, "");
    assert_problem(http_ask(port, "GET", "/v1/info", NULL, "x", 1), 400, "");
    assert_problem(get("/v1/info?x=1"), 422, "x");
}

static void the_page_is_served_with_its_rules(void **state) {
    (void)state;
    char value[1024], etag[64], header[128];
    http_reply reply = get("/");
    assert_int_equal(reply.status, 200);
    assert_true(http_header(&reply, "Content-Type", value, sizeof value));
    assert_string_equal(value, "text/html; charset=utf-8");
    assert_true(http_header(&reply, "Content-Security-Policy", value, sizeof value));
    assert_non_null(strstr(value, "default-src 'none'"));
    assert_null(strstr(value, "unsafe-inline"));
    assert_true(http_header(&reply, "Permissions-Policy", value, sizeof value));
    assert_non_null(strstr(value, "camera=(self)"));
    assert_true(http_header(&reply, "X-Content-Type-Options", value, sizeof value));
    assert_true(http_header(&reply, "Cache-Control", value, sizeof value));
    assert_string_equal(value, "no-cache");
    assert_true(http_header(&reply, "ETag", etag, sizeof etag));
    http_free(&reply);
    snprintf(header, sizeof header, "If-None-Match: %s\r\n", etag);
    reply = http_ask(port, "GET", "/index.html", header, NULL, 0);
    assert_int_equal(reply.status, 304);
    http_free(&reply);
    reply = get("/js/main.js?v=1");
    assert_int_equal(reply.status, 200);
    assert_true(http_header(&reply, "Content-Type", value, sizeof value));
    assert_string_equal(value, "text/javascript; charset=utf-8");
    http_free(&reply);
}

static void there_is_no_way_out_of_the_page_s_folder(void **state) {
    (void)state;
    static const char *const ways[] = {"/../README.md",
                                       "/js/../../README.md",
                                       "/%2e%2e/README.md",
                                       "/..%2fREADME.md",
                                       "/js/..%5c..%5cREADME.md",
                                       "//etc/passwd",
                                       "/js//main.js",
                                       "/js/",
                                       "/js",
                                       "/./index.html",
                                       "/.git/config",
                                       "/index.html%00.png",
                                       "/INDEX.HTML"};
    for (size_t i = 0; i < MR_COUNT(ways); i++)
        assert_problem(get(ways[i]), 404, "");
}

/* ---- The document ---- */

static json_t *find_parameter(json_t *operation, const char *name) {
    json_t *parameter;
    size_t i;
    json_array_foreach(json_object_get(operation, "parameters"), i,
                       parameter) if (strcmp(json_string_value(json_object_get(parameter, "name")),
                                             name) == 0) return parameter;
    return NULL;
}

static json_t *operation_of(json_t *document, const mr_route *route) {
    char method[16] = "";
    for (size_t i = 0; route->method[i] != '\0'; i++)
        method[i] = (char)(route->method[i] | 0x20);
    json_t *path = json_object_get(json_object_get(document, "paths"), route->path);
    return json_object_get(path, method);
}

static bool lists(const json_t *array, const char *text) {
    for (size_t i = 0; i < json_array_size(array); i++)
        if (strcmp(json_string_value(json_array_get(array, i)), text) == 0)
            return true;
    return false;
}

static void every_route_and_parameter_is_described(void **state) {
    (void)state;
    http_reply reply = assert_answer(get("/v1/openapi.json"), 200, NULL);
    assert_string_equal(text_of(&reply, "openapi"), "3.1.0");
    assert_null(member(&reply, "security")); /* this one has no key */
    for (size_t i = 0; i < mr_route_count; i++) {
        const mr_route *route = &mr_routes[i];
        json_t *operation = operation_of(reply.json, route);
        if (operation == NULL)
            fail_msg("%s %s is not described", route->method, route->path);
        assert_non_null(json_object_get(json_object_get(operation, "responses"), "default"));
        json_t *content = json_object_get(json_object_get(operation, "requestBody"), "content");
        assert_int_equal(content != NULL, route->takes != 0);
        json_t *schema = json_object_get(json_object_get(content, "application/json"), "schema");
        json_t *members = json_object_get(schema, "properties");
        for (size_t k = 0; route->table != NULL && k < route->table->count; k++) {
            const mr_param *param = &route->table->rows[k];
            assert_true(param->required || strcmp(param->name, "consent") != 0);
            if (((param->where & (MR_IN_PATH | MR_IN_QUERY)) != 0 &&
                 find_parameter(operation, param->name) == NULL) ||
                ((param->where & MR_IN_BODY) != 0 && json_object_get(members, param->name) == NULL))
                fail_msg("%s %s: %s is not described", route->method, route->path, param->name);
            if ((param->where & MR_IN_BODY) != 0 && content != NULL &&
                lists(json_object_get(schema, "required"), param->name) != param->required)
                fail_msg("%s %s: %s is wrongly told to be needed or not", route->method,
                         route->path, param->name);
            if ((param->where & MR_IN_BODY) != 0 && content != NULL && !param->required &&
                !lists(json_object_get(json_object_get(members, param->name), "type"), "null"))
                fail_msg("%s %s: %s may be null", route->method, route->path, param->name);
        }
    }
    for (size_t i = 0; i < mr_schema_count; i++)
        if (!json_is_object(json_object_get(
                json_object_get(json_object_get(reply.json, "components"), "schemas"),
                mr_schemas[i].name)))
            fail_msg("schema %s is no JSON", mr_schemas[i].name);
    http_free(&reply);
}

static json_t *default_of(json_t *operation, const char *name) {
    json_t *schema = json_object_get(find_parameter(operation, name), "schema");
    return json_object_get(schema, "default");
}

/* What an operator chooses for the whole server is no constant of the API. */
static void only_what_is_always_so_is_a_default(void **state) {
    (void)state;
    http_reply reply = assert_answer(get("/v1/openapi.json"), 200, NULL);
    for (size_t i = 0; i < mr_route_count; i++) {
        if ((mr_routes[i].takes & MR_TAKES_IMAGE) == 0)
            continue;
        json_t *operation = operation_of(reply.json, &mr_routes[i]);
        assert_true(json_is_true(default_of(operation, "age")));
        assert_non_null(find_parameter(operation, "ethnicity"));
        assert_null(default_of(operation, "ethnicity"));
    }
    http_free(&reply);
}

/* The type that a schema names, the first where null is another. */
static const char *type_of(json_t *schema) {
    json_t *type = json_object_get(schema, "type");
    return json_string_value(json_is_array(type) ? json_array_get(type, 0) : type);
}

/* A value that the schema allows, as text. */
static void example_of(json_t *schema, char *text, size_t size) {
    const char *type = type_of(schema);
    json_t *choices = json_object_get(schema, "enum");
    if (choices != NULL)
        snprintf(text, size, "%s", json_string_value(json_array_get(choices, 0)));
    else if (strcmp(type, "integer") == 0)
        snprintf(text, size, "%" JSON_INTEGER_FORMAT,
                 json_integer_value(json_object_get(schema, "minimum")));
    else
        snprintf(text, size, "%s", strcmp(type, "boolean") == 0 ? "true" : "English");
    for (char *at = text; *at != '\0'; at++)
        if (*at == ' ')
            *at = '+';
}

/* Each parameter of the query that is described is one that is taken: nothing says it is not
 * known. The answer may be any other. */
static void every_described_parameter_is_taken(void **state) {
    (void)state;
    http_reply document = get("/v1/openapi.json");
    for (size_t i = 0; i < mr_route_count; i++) {
        json_t *parameter;
        size_t k;
        json_array_foreach(
            json_object_get(operation_of(document.json, &mr_routes[i]), "parameters"), k,
            parameter) {
            const char *name = json_string_value(json_object_get(parameter, "name"));
            char value[128], target[512];
            if (strcmp(json_string_value(json_object_get(parameter, "in")), "query") != 0)
                continue;
            example_of(json_object_get(parameter, "schema"), value, sizeof value);
            const char *path =
                strchr(mr_routes[i].path, '{') != NULL ? "/v1/viewers/me" : mr_routes[i].path;
            snprintf(target, sizeof target, "%s?%s=%s", path, name, value);
            bool picture = (mr_routes[i].takes & MR_TAKES_IMAGE) != 0;
            http_reply reply =
                picture ? http_ask_file(port, target, "image/jpeg", PHOTO) : get(target);
            if (reply.status == 422 || reply.status == 0)
                fail_msg("%s: %d %s", target, reply.status, reply.body);
            http_free(&reply);
        }
    }
    http_free(&document);
}

/* A JSON value that the schema allows, a new reference; NULL for one that is a reference. */
static json_t *value_of(json_t *schema) {
    char text[128];
    const char *type = type_of(schema);
    if (type == NULL)
        return NULL;
    if (strcmp(type, "boolean") == 0)
        return json_true();
    if (strcmp(type, "integer") == 0)
        return json_integer(json_integer_value(json_object_get(schema, "minimum")));
    example_of(schema, text, sizeof text);
    return json_string(text);
}

/* The same for members of JSON bodies: each is taken when it comes alone, though others may be
 * missing then. */
static void every_described_member_is_taken(void **state) {
    (void)state;
    http_reply document = get("/v1/openapi.json");
    int taken = 0;
    for (size_t i = 0; i < mr_route_count; i++) {
        json_t *body = json_object_get(operation_of(document.json, &mr_routes[i]), "requestBody");
        json_t *schema = json_object_get(
            json_object_get(json_object_get(body, "content"), "application/json"), "schema");
        const char *name;
        json_t *described;
        json_object_foreach(json_object_get(schema, "properties"), name, described) {
            json_t *value = value_of(described);
            if (value == NULL)
                continue;
            json_t *wish = json_pack("{s:o}", name, value);
            char *text = json_dumps(wish, JSON_COMPACT);
            http_reply reply = http_ask_json(port, "POST", mr_routes[i].path, NULL, text);
            if (reply.status == 400 ||
                (reply.status == 422 && !strcmp(text_of(&reply, "field"), name)))
                fail_msg("%s: %s", mr_routes[i].path, reply.body);
            taken++;
            free(text);
            json_decref(wish);
            http_free(&reply);
        }
    }
    assert_true(taken >= 12);
    http_free(&document);
}

/* ---- Metrics, reload, keys, switches ---- */

static void requests_are_counted_without_names(void **state) {
    (void)state;
    char cookie[256], id[128];
    agree(cookie, id);
    http_reply reply = http_ask(port, "GET", "/v1/viewers/me", cookie, NULL, 0);
    http_free(&reply);
    reply = assert_answer(get("/metrics"), 200, NULL);
    static const char *const lines[] = {
        "moodreel_http_requests_total{method=\"GET\",route=\"/v1/viewers/{id}\",status=\"200\"} ",
        "moodreel_http_requests_total{method=\"\",route=\"(none)\",status=\"404\"} ",
        "moodreel_stage_seconds_bucket{stage=\"analyze\",le=\"+Inf\"} ",
        "moodreel_queue_jobs{lane=\"request\"} ",
        "moodreel_workers 2\n",
        "moodreel_streams ",
        "moodreel_engines 1\n",
        "process_resident_memory_bytes "};
    for (size_t i = 0; i < MR_COUNT(lines); i++)
        if (strstr(reply.body, lines[i]) == NULL)
            fail_msg("%s: not among the metrics", lines[i]);
    assert_null(strstr(reply.body, id));
    assert_null(strstr(reply.body, "127.0.0.1"));
    http_free(&reply);
}

static void connections_are_kept_alive(void **state) {
    (void)state;
    char request[256];
    int n = snprintf(request, sizeof request, "GET /healthz HTTP/1.1\r\nHost: localhost:%d\r\n\r\n",
                     port);
    int number = http_connect(port);
    for (int i = 0; i < 5; i++) {
        assert_true(http_send(number, request, (size_t)n));
        http_reply reply = http_read(number, false);
        assert_int_equal(reply.status, 200);
        http_free(&reply);
    }
    close(number);
}

/* Where a body may come and no length is told, nobody can tell where the next request begins. */
static void without_a_length_the_connection_ends(void **state) {
    (void)state;
    static const struct {
        const char *method, *target, *length;
        int status;
    } cases[] = {
        {"DELETE", "/v1/viewers/nobody", "Content-Length: 0\r\n", 404},
        {"DELETE", "/v1/viewers/nobody", "", 404},
        {"POST", "/v1/none", "", 404},
        {"POST", "/v1/recommend", "", 411},
        {"POST", "/v1/analyze", "", 411},
    };
    for (size_t i = 0; i < MR_COUNT(cases); i++) {
        char request[256], told[32];
        int n = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n",
                         cases[i].method, cases[i].target, cases[i].length);
        int number = http_connect(port);
        assert_true(http_send(number, request, (size_t)n));
        http_reply reply = http_read(number, false);
        assert_int_equal(http_header(&reply, "Connection", told, sizeof told),
                         *cases[i].length == '\0');
        assert_problem(reply, cases[i].status,
                       cases[i].status == 411 ? "Content-Length"
                       : i < 2                ? "viewer"
                                              : "");
        close(number);
    }
}

static void websockets_are_opened_and_refused(void **state) {
    (void)state;
    const char *handshake = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    char request[1024];
    assert_problem(get("/v1/stream"), 400, "");
    int n = snprintf(request, sizeof request,
                     "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n%s\r\n",
                     handshake);
    http_reply reply = http_ask_raw(port, request, (size_t)n);
    assert_int_equal(reply.status, 101);
    http_free(&reply);
    n = snprintf(request, sizeof request,
                 "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                 "Origin: http://evil.example\r\n%s\r\n",
                 handshake);
    assert_problem(http_ask_raw(port, request, (size_t)n), 403, "Origin");
    n = snprintf(request, sizeof request,
                 "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                 "Upgrade: websocket\r\nSec-WebSocket-Version: 8\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    reply = http_ask_raw(port, request, (size_t)n);
    assert_true(http_header(&reply, "Sec-WebSocket-Version", request, sizeof request));
    assert_string_equal(request, "13");
    assert_problem(reply, 426, "Sec-WebSocket-Version");
    reply = http_ask(port, "HEAD", "/v1/stream", handshake, NULL, 0);
    assert_int_equal(reply.status, 405);
    assert_true(http_header(&reply, "Allow", request, sizeof request));
    assert_string_equal(request, "GET");
    http_free(&reply);
}

static void foreign_pages_and_hosts_are_refused(void **state) {
    (void)state;
    char own[128];
    const char *wish = "{\"viewers\": [{}], \"n\": 1}";
    snprintf(own, sizeof own, "Origin: http://127.0.0.1:%d\r\n", port);
    http_reply reply = assert_answer(recommend(own, wish), 200, "Recommendation");
    http_free(&reply);
    assert_problem(recommend("Origin: http://evil.example\r\n", wish), 403, "Origin");
    assert_problem(recommend("Origin: null\r\n", wish), 403, "Origin");
    char request[] = "GET /v1/info HTTP/1.1\r\nHost: evil.example\r\n\r\n";
    assert_problem(http_ask_raw(port, request, sizeof request - 1), 421, "Host");
}

/* Starts a second server. */
static mr_server *start_with(const mr_server_options *chosen) {
    mr_server *made;
    assert_ok(mr_server_start(chosen, &made));
    return made;
}

static char key_file[] = "/tmp/moodreel-key-XXXXXX";

static void write_key(void) {
    int made = mkstemp(key_file);
    assert_true(made >= 0);
    assert_int_equal(write(made, "0123456789abcdef\n", 17), 17);
    close(made);
}

static http_reply look_with_key(int at, const char *key, const char *target) {
    unsigned char *bytes;
    size_t size;
    char headers[256];
    snprintf(headers, sizeof headers, "%sContent-Type: image/jpeg\r\n", key);
    assert_ok(mr_file_read(PHOTO, 1 << 20, &bytes, &size));
    http_reply reply =
        assert_answer(http_ask(at, "POST", target, headers, bytes, size), 200, "Analysis");
    free(bytes);
    return reply;
}

/* Where the operator wants it, the ethnicity is told unless a request says otherwise. */
static void the_operator_may_want_ethnicity(void **state) {
    (void)state;
    mr_server_options chosen = options();
    chosen.ethnicity = true;
    chosen.store = NULL;
    mr_server *other = start_with(&chosen);
    int at = mr_server_port(other);
    http_reply reply = look_with_key(at, "", "/v1/analyze");
    assert_true(
        json_is_object(json_object_get(json_array_get(member(&reply, "faces"), 0), "ethnicity")));
    http_free(&reply);
    reply = look_with_key(at, "", "/v1/analyze?ethnicity=false");
    assert_true(
        json_is_null(json_object_get(json_array_get(member(&reply, "faces"), 0), "ethnicity")));
    http_free(&reply);
    mr_server_stop(other);
}

static void a_key_is_asked_for_where_one_is_set(void **state) {
    (void)state;
    write_key();
    mr_server_options chosen = options();
    chosen.listen = "0.0.0.0:0";
    mr_server *other;
    assert_int_equal(mr_server_start(&chosen, &other), MR_E_ARGUMENT);
    assert_non_null(strstr(mr_last_error(), "--key-file"));
    chosen.key_file = key_file;
    chosen.engine.attributes.emotion = chosen.engine.attributes.ethnicity = false;
    chosen.ethnicity = true;
    chosen.secure_cookies = true;
    chosen.store = NULL;
    other = start_with(&chosen);
    int at = mr_server_port(other);
    const char *key = "Authorization: Bearer 0123456789abcdef\r\n";
    char value[256];
    http_reply reply = http_ask(at, "GET", "/v1/info", NULL, NULL, 0);
    assert_true(http_header(&reply, "WWW-Authenticate", value, sizeof value));
    assert_problem(reply, 401, "");
    assert_problem(http_ask(at, "GET", "/metrics", NULL, NULL, 0), 401, "");
    assert_problem(http_ask(at, "GET", "/v1/stream", NULL, NULL, 0), 401, "");
    assert_problem(http_ask_file(at, "/v1/analyze", "image/jpeg", PHOTO), 401, "");
    assert_problem(
        http_ask(at, "GET", "/v1/info", "Authorization: Bearer 0123456789abcdeF\r\n", NULL, 0), 401,
        "");
    static const char *const open[] = {"/", "/js/main.js", "/healthz"};
    for (size_t i = 0; i < MR_COUNT(open); i++) {
        reply = http_ask(at, "GET", open[i], NULL, NULL, 0);
        assert_int_equal(reply.status, 200);
        http_free(&reply);
    }
    /* The operator's switches hold, whatever is asked for. */
    reply = assert_answer(http_ask(at, "GET", "/v1/info", key, NULL, 0), 200, "Info");
    assert_true(json_is_true(member(&reply, "key_required")));
    assert_true(json_is_false(member(&reply, "ethnicity_on")));
    assert_true(json_is_false(json_object_get(member(&reply, "attributes"), "emotion")));
    http_free(&reply);
    reply = assert_answer(http_ask(at, "GET", "/v1/openapi.json", key, NULL, 0), 200, NULL);
    assert_int_equal(json_array_size(member(&reply, "security")), 1);
    http_free(&reply);
    reply = look_with_key(at, key, "/v1/analyze?emotion=true&ethnicity=true");
    json_t *face = json_array_get(member(&reply, "faces"), 0);
    assert_true(json_is_object(json_object_get(face, "age")));
    assert_true(json_is_null(json_object_get(face, "emotion")));
    http_free(&reply);
    reply = http_ask_json(at, "POST", "/v1/viewers", key, "{\"consent\": true}");
    assert_true(http_header(&reply, "Set-Cookie", value, sizeof value));
    assert_non_null(strstr(value, "; Secure"));
    http_free(&reply);
    mr_server_stop(other);
    remove(key_file);
}

static int status_with_key(int at, const char *key) {
    char header[64];
    snprintf(header, sizeof header, "Authorization: Bearer %s\r\n", key);
    http_reply reply = http_ask(at, "GET", "/v1/info", header, NULL, 0);
    int status = reply.status;
    http_free(&reply);
    return status;
}

static void assert_page(int at, const char *text) {
    http_reply reply = http_ask(at, "GET", "/", NULL, NULL, 0);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, text);
    http_free(&reply);
}

static void put_file(const char *folder, const char *name, const char *text) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_ok(mr_file_write(path, text, strlen(text)));
}

/* Page and key change together, and not at all when one of them is broken. */
static void page_and_key_are_loaded_anew(void **state) {
    (void)state;
    char folder[] = "/tmp/moodreel-front-XXXXXX", key[64], index[64];
    assert_non_null(mkdtemp(folder));
    snprintf(key, sizeof key, "%s/key", folder);
    snprintf(index, sizeof index, "%s/index.html", folder);
    put_file(folder, "key", "first-key-of-all\n");
    put_file(folder, "index.html", "old page");
    mr_server_options chosen = options();
    chosen.key_file = key;
    chosen.web = folder;
    mr_server *other = start_with(&chosen);
    int at = mr_server_port(other);
    memset(key, 'x', sizeof key - 1); /* the caller's texts are no longer needed */
    assert_int_equal(status_with_key(at, "first-key-of-all"), 200);
    assert_page(at, "old page");

    put_file(folder, "key", "second-key-of-all\n");
    put_file(folder, "index.html", "a new page");
    assert_page(at, "old page");
    assert_ok(mr_server_reload(other));
    assert_int_equal(status_with_key(at, "first-key-of-all"), 401);
    assert_int_equal(status_with_key(at, "second-key-of-all"), 200);
    assert_page(at, "a new page");

    put_file(folder, "key", "short\n");
    put_file(folder, "index.html", "unseen");
    assert_int_equal(mr_server_reload(other), MR_E_FORMAT);
    assert_non_null(strstr(mr_last_error(), "expected a key"));
    put_file(folder, "key", "third-key-of-them-all\n");
    assert_int_equal(remove(index), 0);
    assert_int_equal(mr_server_reload(other), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "index.html"));
    assert_int_equal(status_with_key(at, "second-key-of-all"), 200);
    assert_int_equal(status_with_key(at, "third-key-of-them-all"), 401);
    assert_page(at, "a new page");
    mr_server_stop(other);
    mr_test_remove(folder);
}

/* The value of a metric without labels, or -1. */
static double metric(int at, const char *name) {
    http_reply reply = http_ask(at, "GET", "/metrics", NULL, NULL, 0);
    double value = -1;
    char line[100];
    snprintf(line, sizeof line, "\n%s ", name);
    const char *found = reply.status == 200 ? strstr(reply.body, line) : NULL;
    if (found != NULL)
        value = atof(found + strlen(line));
    http_free(&reply);
    return value;
}

/* Waits until a metric has a value, ten seconds at most. */
static void await_metric(int at, const char *name, double value) {
    for (int i = 0; i < 200 && metric(at, name) != value; i++)
        usleep(50000);
    assert_true(metric(at, name) == value);
}

static void like_all(mr_store *of, const char *viewer, const char *const *films, size_t count) {
    assert_ok(mr_store_ensure_viewer(of, viewer));
    for (size_t f = 0; f < count; f++) {
        mr_feedback liked = {.film = films[f], .kind = MR_FEEDBACK_LIKE};
        assert_ok(mr_store_add_feedback(of, viewer, &liked));
    }
}

/* What viewers like is learned while the server runs, survives a reload of the models, and is
 * forgotten with them. */
static void it_learns_from_its_viewers(void **state) {
    (void)state;
    static const char *const films[] = {"Q44578", "Q132689", "Q134773"};
    mr_store *taught;
    mr_server *other;
    assert_ok(mr_store_open("sqlite::memory:", &taught));
    mr_server_options chosen = options();
    chosen.store = taught;
    chosen.learn_minutes = 0.002;
    assert_ok(mr_server_start(&chosen, &other));
    int at = mr_server_port(other);
    for (int v = 0; v < 6; v++) {
        char name[24];
        snprintf(name, sizeof name, "viewer%d", v);
        like_all(taught, name, films, v < 4 ? 3 : 2); /* one film is liked by too few */
    }
    await_metric(at, "moodreel_learned_viewers", 6);
    await_metric(at, "moodreel_learned_films", 2);
    assert_true(metric(at, "moodreel_learned_likes") == 12);
    assert_true(metric(at, "moodreel_learned_links") == 2);
    assert_true(metric(at, "moodreel_learning_failures_total") == 0);
    double runs = metric(at, "moodreel_learning_runs_total");
    assert_ok(mr_server_reload(other));
    for (int i = 0; i < 200 && metric(at, "moodreel_learning_runs_total") < runs + 2; i++)
        usleep(50000);
    await_metric(at, "moodreel_learned_films", 2);
    assert_ok(mr_store_erase_viewer(taught, "viewer0"));
    assert_ok(mr_store_erase_viewer(taught, "viewer1"));
    await_metric(at, "moodreel_learned_films", 0);
    mr_server_stop(other);
    chosen.learn_minutes = 0;
    assert_ok(mr_server_start(&chosen, &other));
    assert_true(metric(mr_server_port(other), "moodreel_learned_films") == -1);
    mr_server_stop(other);
    chosen.learn_minutes = -1;
    assert_int_equal(mr_server_start(&chosen, &other), MR_E_ARGUMENT);
    mr_store_close(taught);
}

/* A store of its own in a new folder, a template for mkdtemp; `path` becomes that of its file. */
static mr_store *open_store_in(char *folder, char path[64]) {
    char url[80];
    assert_non_null(mkdtemp(folder));
    snprintf(path, 64, "%s/store.db", folder);
    snprintf(url, sizeof url, "sqlite:%s", path);
    mr_store *own;
    assert_ok(mr_store_open(url, &own));
    return own;
}

/* Another program on the same database. */
static void change_behind(const char *path, const char *sql) {
    sqlite3 *database;
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    sqlite3_busy_timeout(database, 10000);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

/* A run that fails leaves what was learned, is counted, and the next ones are tried. */
static void what_was_learned_outlives_a_failure(void **state) {
    (void)state;
    static const char *const films[] = {"Q44578", "Q132689"};
    char folder[] = "/tmp/moodreel-learn-XXXXXX", path[64];
    mr_store *taught = open_store_in(folder, path);
    for (int v = 0; v < 5; v++) {
        char name[24];
        snprintf(name, sizeof name, "viewer%d", v);
        like_all(taught, name, films, 2);
    }
    mr_server_options chosen = options();
    chosen.store = taught;
    chosen.learn_minutes = 0.002;
    mr_server *other = start_with(&chosen);
    int at = mr_server_port(other);
    await_metric(at, "moodreel_learned_films", 2);
    assert_true(metric(at, "moodreel_learning_failed_timestamp_seconds") == 0);
    change_behind(path, "ALTER TABLE feedback RENAME TO gone");
    for (int i = 0; i < 200 && metric(at, "moodreel_learning_failures_total") < 1; i++)
        usleep(50000);
    assert_true(metric(at, "moodreel_learning_failures_total") >= 1);
    assert_true(metric(at, "moodreel_learning_failed_timestamp_seconds") > 0);
    assert_true(metric(at, "moodreel_learned_films") == 2);
    assert_true(metric(at, "moodreel_learned_viewers") == 5);
    /* But not a reload, whose engine has learned nothing yet. */
    assert_ok(mr_server_reload(other));
    assert_true(metric(at, "moodreel_learned_films") == 0);
    assert_true(metric(at, "moodreel_learned_timestamp_seconds") == 0);
    change_behind(path, "ALTER TABLE gone RENAME TO feedback");
    double runs = metric(at, "moodreel_learning_runs_total");
    like_all(taught, "viewer5", films, 2);
    await_metric(at, "moodreel_learned_viewers", 6);
    assert_true(metric(at, "moodreel_learning_runs_total") > runs);
    mr_server_stop(other);
    mr_store_close(taught);
    mr_test_remove(folder);
}

/* A home as ours, whose catalogue can be changed. */
static void make_home(char *folder) {
    static const char *const ours[] = {"models", "web", "data/mood.csv", "data/taste.csv"};
    char here[PATH_MAX], target[PATH_MAX + 32], path[64];
    assert_non_null(mkdtemp(folder));
    assert_non_null(getcwd(here, sizeof here));
    snprintf(path, sizeof path, "%s/data", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    for (size_t i = 0; i < MR_COUNT(ours); i++) {
        snprintf(target, sizeof target, "%s/%s", here, ours[i]);
        snprintf(path, sizeof path, "%s/%s", folder, ours[i]);
        assert_int_equal(symlink(target, path), 0);
    }
    unsigned char *bytes;
    size_t size;
    assert_ok(mr_file_read("data/films.csv", 16 << 20, &bytes, &size));
    snprintf(path, sizeof path, "%s/data/films.csv", folder);
    assert_ok(mr_file_write(path, bytes, size));
    free(bytes);
}

/* How many films a server knows by these words. */
static int known(int at, const char *query) {
    http_reply reply = http_ask(at, "GET", query, NULL, NULL, 0);
    assert_int_equal(reply.status, 200);
    int count = (int)json_integer_value(member(&reply, "total"));
    http_free(&reply);
    return count;
}

/* A reload shows what was imported meanwhile; one that fails leaves all as it was. */
static void a_reload_takes_the_new_catalogue_or_nothing(void **state) {
    (void)state;
    char home[] = "/tmp/moodreel-home-XXXXXX";
    make_home(home);
    mr_server_options chosen = options();
    chosen.engine.home = home;
    mr_server *other = start_with(&chosen);
    int at = mr_server_port(other);
    assert_int_equal(known(at, "/v1/films?query=shawshank"), 1);
    assert_int_equal(known(at, "/v1/films?query=film+of+ours"), 0);
    char own[64], films[64];
    mr_film_import done;
    snprintf(own, sizeof own, "%s/own.csv", home);
    snprintf(films, sizeof films, "%s/data/films.csv", home);
    put_file(home, "own.csv", "title,year,genres\nA Film of Ours,2002,Drama\n");
    assert_ok(mr_films_import(own, films, NULL, NULL, &done));
    assert_int_equal(known(at, "/v1/films?query=film+of+ours"), 0);
    assert_ok(mr_server_reload(other));
    assert_int_equal(known(at, "/v1/films?query=film+of+ours"), 1);
    put_file(home, "data/films.csv", "nonsense\n");
    assert_int_equal(mr_server_reload(other), MR_E_FORMAT);
    assert_int_equal(known(at, "/v1/films?query=film+of+ours"), 1);
    assert_int_equal(known(at, "/v1/films?query=shawshank"), 1);
    mr_server_stop(other);
    mr_test_remove(home);
}

/* What was not stored or not erased is never told to be. */
static void a_store_that_fails_is_told(void **state) {
    (void)state;
    char folder[] = "/tmp/moodreel-fails-XXXXXX", path[64];
    mr_store *failing = open_store_in(folder, path);
    mr_server_options chosen = options();
    chosen.store = failing;
    mr_server *other = start_with(&chosen);
    int at = mr_server_port(other);
    char cookie[256], id[128];
    agree_at(at, cookie, id);
    change_behind(path, "ALTER TABLE feedback RENAME TO gone");
    assert_problem(http_ask_json(at, "POST", "/v1/feedback", cookie,
                                 "{\"film\": \"Q44578\", \"kind\": \"like\"}"),
                   503, "");
    change_behind(path, "ALTER TABLE gone RENAME TO feedback");
    change_behind(path, "ALTER TABLE viewer RENAME TO gone");
    assert_problem(http_ask(at, "DELETE", "/v1/viewers/me", cookie, NULL, 0), 503, "");
    change_behind(path, "ALTER TABLE gone RENAME TO viewer");
    http_reply reply = http_ask(at, "GET", "/v1/viewers/me", cookie, NULL, 0);
    assert_int_equal(reply.status, 200);
    http_free(&reply);
    mr_server_stop(other);
    mr_store_close(failing);
    mr_test_remove(folder);
}

static void *unlock_later(void *database) {
    usleep(400000);
    return sqlite3_exec(database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK ? database : NULL;
}

static void waiting_for_the_store_is_measured(void **state) {
    (void)state;
    char folder[] = "/tmp/moodreel-slow-XXXXXX", path[64];
    mr_store *slow = open_store_in(folder, path);
    mr_server_options chosen = options();
    chosen.store = slow;
    mr_server *other = start_with(&chosen);
    sqlite3 *database;
    pthread_t unlocking;
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(pthread_create(&unlocking, NULL, unlock_later, database), 0);
    int at = mr_server_port(other);
    http_reply reply = http_ask_json(at, "POST", "/v1/viewers", NULL, "{\"consent\": true}");
    assert_int_equal(reply.status, 201);
    http_free(&reply);
    void *unlocked;
    pthread_join(unlocking, &unlocked);
    assert_non_null(unlocked);
    assert_true(metric(at, "moodreel_stage_seconds_sum{stage=\"store\"}") > 0.2);
    sqlite3_close(database);
    mr_server_stop(other);
    mr_store_close(slow);
    mr_test_remove(folder);
}

static void starting_wrongly_is_an_error(void **state) {
    (void)state;
    static const char *const addresses[] = {"",          "8080",       ":8080",
                                            "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000",
                                            "[::1:8080", "::1:8080",   "example:80"};
    mr_server *other;
    for (size_t i = 0; i < MR_COUNT(addresses); i++) {
        mr_server_options chosen = options();
        chosen.listen = addresses[i];
        if (mr_server_start(&chosen, &other) != MR_E_ARGUMENT)
            fail_msg("%s was taken", addresses[i]);
    }
    char taken[64];
    snprintf(taken, sizeof taken, "127.0.0.1:%d", port);
    mr_server_options chosen = options();
    chosen.listen = taken;
    assert_int_equal(mr_server_start(&chosen, &other), MR_E_IO);
    chosen = options();
    chosen.web = "data";
    assert_int_equal(mr_server_start(&chosen, &other), MR_E_NOT_FOUND);
    mr_server_stop(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(health_and_info_are_told),
        cmocka_unit_test(head_is_get_without_a_body),
        cmocka_unit_test(pictures_are_analysed),
        cmocka_unit_test(forms_are_read),
        cmocka_unit_test(bad_pictures_are_refused),
        cmocka_unit_test(films_are_found_for_a_picture),
        cmocka_unit_test(films_are_found_for_people_described),
        cmocka_unit_test(no_film_is_too_old_for_anybody),
        cmocka_unit_test(bad_wishes_are_refused),
        cmocka_unit_test(films_are_searched),
        cmocka_unit_test(nobody_is_kept_without_consent),
        cmocka_unit_test(what_viewers_say_is_kept_and_erased),
        cmocka_unit_test(feedback_changes_the_next_answer),
        cmocka_unit_test(what_is_felt_takes_the_estimate_s_place),
        cmocka_unit_test(what_is_not_there_is_said_so),
        cmocka_unit_test(the_page_is_served_with_its_rules),
        cmocka_unit_test(there_is_no_way_out_of_the_page_s_folder),
        cmocka_unit_test(every_route_and_parameter_is_described),
        cmocka_unit_test(only_what_is_always_so_is_a_default),
        cmocka_unit_test(every_described_parameter_is_taken),
        cmocka_unit_test(every_described_member_is_taken),
        cmocka_unit_test(requests_are_counted_without_names),
        cmocka_unit_test(connections_are_kept_alive),
        cmocka_unit_test(without_a_length_the_connection_ends),
        cmocka_unit_test(websockets_are_opened_and_refused),
        cmocka_unit_test(foreign_pages_and_hosts_are_refused),
        cmocka_unit_test(a_key_is_asked_for_where_one_is_set),
        cmocka_unit_test(the_operator_may_want_ethnicity),
        cmocka_unit_test(page_and_key_are_loaded_anew),
        cmocka_unit_test(it_learns_from_its_viewers),
        cmocka_unit_test(what_was_learned_outlives_a_failure),
        cmocka_unit_test(a_reload_takes_the_new_catalogue_or_nothing),
        cmocka_unit_test(a_store_that_fails_is_told),
        cmocka_unit_test(waiting_for_the_store_is_measured),
        cmocka_unit_test(starting_wrongly_is_an_error),
    };
    int failed = cmocka_run_group_tests(tests, start, stop);
    json_decref(schemas);
    return failed;
}
