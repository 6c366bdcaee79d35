/* What requests are made of: parameters, heads, bodies, keys, hosts, origins, cookies, rates. */
#include "server/auth.h"
#include "server/body.h"
#include "server/head.h"
#include "server/params.h"
#include "server/rate.h"
#include "server/route.h"
#include "server/seats.h"
#include "support.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct wish {
    bool group;
    int n;
    uint64_t seed;
    const char *title, *mood, *id;
    mr_seats seats;
};

static const char *const moods[] = {"auto", "lift", NULL};

#define BOTH (MR_IN_QUERY | MR_IN_BODY)
static const mr_param rows[] = {
    MR_PARAM_FLAG("group", BOTH, struct wish, group, ""),
    MR_PARAM_INT("n", BOTH, struct wish, n, 1, 100, ""),
    MR_PARAM_SEED("seed", BOTH, struct wish, seed, ""),
    MR_PARAM_TEXT("title", BOTH, struct wish, title, 8, ""),
    MR_PARAM_CHOICE("mood", BOTH, struct wish, mood, moods, ""),
    MR_PARAM_NEEDED("id", MR_IN_PATH, struct wish, id, 8, ""),
    MR_PARAM_VALUE("viewers", MR_IN_BODY, struct wish, seats, mr_seats_read, "Viewers", true, ""),
};
static const mr_param_table table = {rows, MR_COUNT(rows), sizeof(struct wish), NULL};

/* Binds a query; the field that is refused, or "". */
static const char *query(struct wish *wish, const char *text) {
    static mr_problem problem;
    static char copy[256];
    snprintf(copy, sizeof copy, "%s", text);
    problem = (mr_problem){0};
    mr_binding binding = {&table, wish, &problem, 0};
    if (mr_bind_query(&binding, copy))
        return "";
    return problem.status == 422 ? problem.field : "(other)";
}

static const char *body(struct wish *wish, const char *text) {
    static mr_problem problem;
    problem = (mr_problem){0};
    json_t *document = json_loads(text, 0, NULL);
    assert_non_null(document);
    mr_binding binding = {&table, wish, &problem, 0};
    bool good = mr_bind_json(&binding, document);
    json_decref(document);
    return good ? "" : problem.field;
}

static void queries_are_bound_to_fields(void **state) {
    (void)state;
    struct wish wish = {.n = 10};
    assert_string_equal(
        query(&wish, "group=true&n=5&seed=9223372036854775807&title=a%20+b&mood=LIFT"), "");
    assert_true(wish.group);
    assert_int_equal(wish.n, 5);
    assert_true(wish.seed == INT64_MAX);
    assert_string_equal(wish.title, "a  b");
    assert_string_equal(wish.mood, "lift");
    /* Of text, code points count and not bytes. */
    assert_string_equal(query(&wish, "title=%c3%a4%c3%b6%c3%bc%e2%82%ac%f0%9f%8e%ac678"), "");
    assert_string_equal(wish.title, "\u00e4\u00f6\u00fc\u20ac\U0001f3ac678");
    assert_string_equal(query(&wish, ""), "");
    assert_string_equal(query(&wish, "group=0"), "");
    assert_false(wish.group);
}

static void wrong_queries_name_the_field(void **state) {
    (void)state;
    static const char *const bad[][2] = {
        {"none=1", "none"},
        {"n=1&n=1", "n"},
        {"n=0", "n"},
        {"n=101", "n"},
        {"n=+5", "n"},
        {"n=%205", "n"},
        {"n=5.0", "n"},
        {"n=", "n"},
        {"n", "n"},
        {"n=99999999999999999999", "n"},
        {"n=0x10", "n"},
        {"seed=-1", "seed"},
        {"seed=1e3", "seed"},
        {"seed=9223372036854775808", "seed"},
        {"seed=18446744073709551616", "seed"},
        {"group=yes", "group"},
        {"group=TRUE", "group"},
        {"title=", "title"},
        {"title=123456789", "title"},
        {"title=%c3%a41234567%c3%a4", "title"},
        {"mood=sad", "mood"},
        {"id=x", "id"},
        {"viewers=1", "viewers"},
        {"n=%", "(other)"},
        {"n=%zz", "(other)"},
        {"title=%00", "(other)"},
        {"title=%ff", "(other)"},
        {"title=%c0%80", "(other)"},
        {"title=%ed%a0%80", "(other)"},
        {"title=%0a", "(other)"},
        {"title=%f4%90%80%80", "(other)"},
    };
    for (size_t i = 0; i < MR_COUNT(bad); i++) {
        struct wish wish = {.n = 10};
        if (strcmp(query(&wish, bad[i][0]), bad[i][1]) != 0)
            fail_msg("%s: '%s', expected '%s'", bad[i][0], query(&wish, bad[i][0]), bad[i][1]);
    }
}

static void bodies_are_bound_to_fields(void **state) {
    (void)state;
    struct wish wish = {.n = 10, .mood = "auto"};
    assert_string_equal(body(&wish, "{\"group\": true, \"n\": 7, \"seed\": 3, \"mood\": null}"),
                        "");
    assert_true(wish.group && wish.n == 7 && wish.seed == 3);
    assert_string_equal(wish.mood, "auto");
    assert_string_equal(body(&wish, "{\"n\": 8.0, \"seed\": 9223372036854775807}"), "");
    assert_true(wish.n == 8 && wish.seed == INT64_MAX);
    assert_string_equal(body(&wish, "{\"seed\": 4.0, \"viewers\": [{\"age\": 31.0}]}"), "");
    assert_true(wish.seed == 4 && wish.seats.viewers[0].attributes.age == 31);
    static const char *const bad[][2] = {
        {"{\"x\": 1}", "x"},
        {"{\"n\": \"7\"}", "n"},
        {"{\"n\": 7.5}", "n"},
        {"{\"n\": 1e300}", "n"},
        {"{\"n\": 101.0}", "n"},
        {"{\"seed\": 9223372036854775808.0}", "seed"},
        {"{\"seed\": -1.0}", "seed"},
        {"{\"n\": true}", "n"},
        {"{\"group\": 1}", "group"},
        {"{\"seed\": -1}", "seed"},
        {"{\"title\": 1}", "title"},
        {"{\"title\": \"a\\tb\"}", "title"},
        {"{\"mood\": \"low\"}", "mood"},
        {"{\"id\": \"x\"}", "id"},
        {"[1]", ""},
    };
    for (size_t i = 0; i < MR_COUNT(bad); i++) {
        mr_problem problem = {0};
        json_t *document = json_loads(bad[i][0], 0, NULL);
        mr_binding binding = {&table, &wish, &problem, 0};
        assert_false(mr_bind_json(&binding, document));
        assert_int_equal(problem.status, 422);
        assert_string_equal(problem.field, bad[i][1]);
        json_decref(document);
    }
}

static void what_is_needed_or_given_twice_is_seen(void **state) {
    (void)state;
    struct wish wish = {0};
    mr_problem problem = {0};
    mr_binding binding = {&table, &wish, &problem, 0};
    char text[] = "n=1";
    json_t *twice = json_loads("{\"n\": 2}", 0, NULL);
    assert_true(mr_bind_query(&binding, text));
    assert_true(mr_is_given(&binding, "n"));
    assert_false(mr_is_given(&binding, "seed"));
    assert_false(mr_bind_json(&binding, twice));
    assert_string_equal(problem.field, "n");
    assert_false(mr_bind_finish(&binding, MR_IN_BODY));
    assert_string_equal(problem.field, "viewers");
    assert_true(mr_bind_finish(&binding, MR_IN_QUERY));
    json_decref(twice);
}

static void viewers_are_read_with_what_is_known(void **state) {
    (void)state;
    struct wish wish = {0};
    assert_string_equal(
        body(&wish,
             "{\"viewers\": [{\"age\": 31, \"gender\": \"female\", \"emotion\": \"sad\"},"
             "{\"age\": {\"years\": 40, \"low\": 30, \"high\": 60, \"range\": \"40-49\"}, "
             "\"gender\": {\"label\": \"male\", \"probability\": 0.75, \"sure\": false}, "
             "\"emotion\": {\"label\": \"happy\", \"probabilities\": {\"happy\": 0.8, \"sad\": "
             "0.2}}, "
             "\"box\": [1, 2, 3, 4], \"score\": 0.5, \"landmarks\": null, \"ethnicity\": null},"
             "{\"age\": null}]}"),
        "");
    assert_int_equal(wish.seats.count, 3);
    const mr_attributes *stated = &wish.seats.viewers[0].attributes;
    assert_true(stated->has_age && stated->has_gender && stated->has_emotion);
    assert_true(stated->age_distribution[31] == 1 && stated->gender[MR_FEMALE] == 1 &&
                stated->emotion[MR_SAD] == 1);
    const mr_attributes *seen = &wish.seats.viewers[1].attributes;
    double total = 0, below = 0;
    for (int year = 0; year < MR_AGE_YEARS; year++) {
        total += seen->age_distribution[year];
        below += year < 40 ? seen->age_distribution[year] : 0;
    }
    assert_true(fabs(total - 1) < 1e-5);
    assert_true(below > 0.2 && below < 0.4); /* the upper half is twice as wide */
    assert_true(seen->age == 40 && seen->age_low == 29.5f && seen->age_high == 60);
    assert_true(seen->gender[MR_MALE] == 0.75f && seen->gender[MR_FEMALE] == 0.25f);
    assert_true(fabsf(seen->emotion[MR_HAPPY] - 0.8f) < 1e-6f);
    assert_false(seen->has_ethnicity);
    assert_false(wish.seats.viewers[2].attributes.has_age);
}

/* Who is alone on a seat is not alone in the picture. */
static void all_in_a_picture_limit_the_films(void **state) {
    (void)state;
    mr_viewer parent, child;
    assert_int_equal(mr_viewer_stated(40, -1, -1, &parent), MR_OK);
    assert_int_equal(mr_viewer_stated(7, -1, -1, &child), MR_OK);
    mr_person people[3] = {{.attributes = parent.attributes}, {.attributes = child.attributes}};
    mr_analysis analysis = {.count = 3, .readable = 2, .people = people};
    mr_seats seats = {0};
    int age_limit = -1;
    mr_seats_of_picture(&analysis, true, -1, &seats, &age_limit);
    assert_true(seats.count == 2 && age_limit == -1);
    mr_seats_of_picture(&analysis, false, -1, &seats, &age_limit);
    assert_true(seats.count == 1 && age_limit == 7);
    assert_float_equal(seats.viewers[0].attributes.age, 40, 0);
    age_limit = 5; /* stated of somebody else */
    mr_seats_of_picture(&analysis, false, -1, &seats, &age_limit);
    assert_int_equal(age_limit, 5);
    /* Of the third nothing can be told but what was stated of the youngest. */
    analysis.readable = 3;
    mr_seats_of_picture(&analysis, false, 3, &seats, &age_limit);
    assert_int_equal(age_limit, 3);
    mr_seats_of_picture(&analysis, false, -1, &seats, &age_limit);
    assert_int_equal(age_limit, 0);
    mr_analysis nobody = {0};
    age_limit = -1;
    seats = (mr_seats){0};
    mr_seats_of_picture(&nobody, false, -1, &seats, &age_limit);
    assert_true(seats.count == 1 && age_limit == -1);
    assert_false(seats.viewers[0].attributes.has_age);
}

static void wrong_viewers_name_the_member(void **state) {
    (void)state;
    static const char *const bad[][2] = {
        {"[]", "viewers"},
        {"{}", "viewers"},
        {"[{},{},{},{},{},{},{},{},{}]", "viewers"},
        {"[1]", "viewers[0]"},
        {"[{}, {\"age\": -1}]", "viewers[1].age"},
        {"[{\"age\": 151}]", "viewers[0].age"},
        {"[{\"age\": 30.5}]", "viewers[0].age"},
        {"[{\"age\": {\"years\": 30}}]", "viewers[0].age"},
        {"[{\"age\": {\"years\": 30, \"low\": 31, \"high\": 40}}]", "viewers[0].age"},
        {"[{\"age\": {\"years\": 30, \"low\": 20, \"high\": 29}}]", "viewers[0].age"},
        {"[{\"gender\": \"x\"}]", "viewers[0].gender"},
        {"[{\"gender\": {\"label\": \"male\"}}]", "viewers[0].gender"},
        {"[{\"gender\": {\"label\": \"male\", \"probability\": 2}}]", "viewers[0].gender"},
        {"[{\"emotion\": \"bored\"}]", "viewers[0].emotion"},
        {"[{\"emotion\": {\"probabilities\": {\"sad\": 0.4}}}]", "viewers[0].emotion"},
        {"[{\"emotion\": {\"probabilities\": {\"sad\": 1, \"x\": 0}}}]", "viewers[0].emotion"},
        {"[{\"emotion\": {\"probabilities\": {\"sad\": 2, \"happy\": -1}}}]", "viewers[0].emotion"},
        {"[{\"viewer\": 1}]", "viewers[0].viewer"},
        {"[{\"viewer\": \"\"}]", "viewers[0].viewer"},
        {"[{}, {\"viewer\": \"an na\"}]", "viewers[1].viewer"},
        {"[{\"viewer\": \"00000000000000000000000000000000000000000000000000000000000000000\"}]",
         "viewers[0].viewer"},
        {"[{\"height\": 180}]", "viewers[0].height"},
    };
    for (size_t i = 0; i < MR_COUNT(bad); i++) {
        struct wish wish = {0};
        char text[512];
        snprintf(text, sizeof text, "{\"viewers\": %s}", bad[i][0]);
        assert_string_equal(body(&wish, text), bad[i][1]);
    }
}

static int head_status(const char *const (*headers)[2], size_t count) {
    mr_head head = {0};
    mr_problem problem = {0};
    for (size_t i = 0; i < count && headers[i][0] != NULL; i++)
        mr_head_add(&head, headers[i][0], strlen(headers[i][0]), headers[i][1],
                    strlen(headers[i][1]));
    return mr_head_check(&head, 256, &problem) ? 200 : problem.status;
}

static void heads_are_checked_strictly(void **state) {
    (void)state;
    static char much[300];
    memset(much, 'a', sizeof much - 1);
    const struct {
        const char *headers[4][2];
        int status;
    } heads[] = {
        {{{"Host", "a"}}, 200},
        {{{"Host", "a"}, {"Content-Length", "12"}}, 200},
        {{{NULL, NULL}}, 400},
        {{{"Host", "a"}, {"host", "a"}}, 400},
        {{{"Host", "a"}, {"Content-Length", "1"}, {"content-length", "1"}}, 400},
        {{{"Host", "a"}, {"Content-Length", "+1"}}, 400},
        {{{"Host", "a"}, {"Content-Length", "-1"}}, 400},
        {{{"Host", "a"}, {"Content-Length", "0x1"}}, 400},
        {{{"Host", "a"}, {"Content-Length", "1, 1"}}, 400},
        {{{"Host", "a"}, {"Content-Length", ""}}, 400},
        {{{"Host", "a"}, {"Content-Length", "9999999999999999999"}}, 400},
        {{{"Host", "a"}, {"Content-Length", "1"}, {"Transfer-Encoding", "chunked"}}, 400},
        {{{"Host", "a"}, {"Transfer-Encoding", "chunked"}}, 411},
        {{{"Host", "a"}, {"Transfer-Encoding", "xchunked"}}, 411},
        {{{"Host", "a"}, {"Content-Length ", "1"}}, 400},
        {{{"Host", "a"}, {"Content-Length12", ""}}, 400}, /* in two lines */
        {{{"Host", "a"}, {"transfer-encodingchunked", ""}}, 400},
        {{{"Host", "a"}, {"Bad\tname", "1"}}, 400},
        {{{"Host", "a"}, {"", "1"}}, 400},
        {{{"Host", "a"}, {"X", "a\rb"}}, 400},
        {{{"Host", "a"}, {"X", "a\tb"}}, 200},
        {{{"Host", "a"}, {"X", much}}, 431},
        {{{"Host", "a"}, {"Cookie", "a=1"}, {"Cookie", "b=2"}}, 400},
    };
    for (size_t i = 0; i < MR_COUNT(heads); i++) {
        int status = head_status(heads[i].headers, 4);
        if (status != heads[i].status)
            fail_msg("head %zu: %d, expected %d", i, status, heads[i].status);
    }
}

/* The part's text, or "(refused)". */
static const char *form(const char *type, const char *bytes) {
    static char text[256];
    mr_part part;
    mr_problem problem = {0};
    if (!mr_form_part(type, (const uint8_t *)bytes, strlen(bytes), "image", &part, &problem))
        return problem.status == 400 ? "(refused)" : "(?)";
    snprintf(text, sizeof text, "%.*s", (int)part.size, (const char *)part.bytes);
    return text;
}

#define DISPOSITION "Content-Disposition: form-data; name=\"image\"; filename=\"a.jpg\"\r\n"

static void forms_have_one_part(void **state) {
    (void)state;
    const char *type = "multipart/form-data; boundary=xyz";
    assert_string_equal(form(type, "--xyz\r\n" DISPOSITION "\r\nhello\r\n--xyz--\r\n"), "hello");
    assert_string_equal(form(type, "--xyz\r\n" DISPOSITION "\r\n\r\n--xyz--"), "");
    assert_string_equal(form("Multipart/Form-Data; charset=x; Boundary=\"x y\"",
                             "--x y\r\n" DISPOSITION
                             "Content-Type: image/png\r\n\r\n--x\r\n\r\n--x y--"),
                        "--x\r\n");
    static const char *const bad[][2] = {
        {"multipart/form-data", "--xyz\r\n" DISPOSITION "\r\nhello\r\n--xyz--"},
        {"multipart/form-data; boundary=", "--\r\n" DISPOSITION "\r\nhello\r\n----"},
        {"multipart/form-data; boundary=\"xyz", "--xyz\r\n" DISPOSITION "\r\nhello\r\n--xyz--"},
        {"multipart/form-data; boundary=x;y", "--xyz\r\n" DISPOSITION "\r\nhello\r\n--xyz--"},
        {"multipart/form-data; boundary=xyz", ""},
        {"multipart/form-data; boundary=xyz", "--xyz"},
        {"multipart/form-data; boundary=xyz", "--xyz--"},
        {"multipart/form-data; boundary=xyz",
         "prologue\r\n--xyz\r\n" DISPOSITION "\r\nh\r\n--xyz--"},
        {"multipart/form-data; boundary=xyz", "--xyz\r\n" DISPOSITION "\r\nhello"},
        {"multipart/form-data; boundary=xyz", "--xyz\r\n" DISPOSITION "\r\nhello\r\n--xyz"},
        {"multipart/form-data; boundary=xyz",
         "--xyz\r\n" DISPOSITION "\r\nhello\r\n--xyz--epilogue"},
        {"multipart/form-data; boundary=xyz",
         "--xyz\r\n" DISPOSITION "\r\nhello\r\n--xyz\r\n" DISPOSITION "\r\nagain\r\n--xyz--"},
        {"multipart/form-data; boundary=xyz",
         "--xyz\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nhello\r\n--xyz--"},
        {"multipart/form-data; boundary=xyz", "--xyz\r\nX: y\r\n\r\nhello\r\n--xyz--"},
        {"multipart/form-data; boundary=xyz",
         "--xyz\r\n" DISPOSITION DISPOSITION "\r\nhello\r\n--xyz--"},
    };
    for (size_t i = 0; i < MR_COUNT(bad); i++)
        if (strcmp(form(bad[i][0], bad[i][1]), "(refused)") != 0)
            fail_msg("form %zu was read", i);
}

static void media_are_told_by_their_type(void **state) {
    (void)state;
    assert_int_equal(mr_media_of(NULL), MR_MEDIA_NONE);
    assert_int_equal(mr_media_of("application/JSON; charset=utf-8"), MR_MEDIA_JSON);
    assert_int_equal(mr_media_of("application/json-patch"), MR_MEDIA_NONE);
    assert_int_equal(mr_media_of("image/jpeg"), MR_MEDIA_IMAGE);
    assert_int_equal(mr_media_of("image/"), MR_MEDIA_NONE);
    assert_int_equal(mr_media_of("multipart/form-data; boundary=x"), MR_MEDIA_FORM);
    assert_int_equal(mr_media_of("text/plain"), MR_MEDIA_NONE);
}

static void bodies_stay_within_the_common_limit(void **state) {
    (void)state;
    atomic_size_t taken = 0;
    mr_body first = {0}, second = {0};
    mr_problem problem = {0};
    assert_true(mr_body_append(&first, "abcdef", 6, &taken, 100, &problem));
    assert_true(mr_body_append(&first, "ghi", 3, &taken, 100, &problem));
    assert_memory_equal(first.bytes, "abcdefghi", 9);
    char much[128] = {0};
    assert_false(mr_body_append(&second, much, sizeof much, &taken, 100, &problem));
    assert_int_equal(problem.status, 503);
    mr_body_free(&second, &taken);
    mr_body_free(&first, &taken);
    assert_int_equal(taken, 0);
}

static char key_file[] = "/tmp/moodreel-key-XXXXXX";

static void write_key(const char *text) {
    FILE *file = fopen(key_file, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void keys_are_read_and_compared(void **state) {
    (void)state;
    mr_gate *gate;
    mr_problem problem = {0};
    int made = mkstemp(key_file);
    assert_true(made >= 0);
    close(made);
    write_key("0123456789abcdef\n");
    assert_ok(mr_gate_create(key_file, NULL, 0, &gate));
    assert_true(mr_gate_has_key(gate));
    assert_true(mr_gate_check_key(gate, "Bearer 0123456789abcdef", NULL, &problem));
    assert_true(mr_gate_check_key(gate, "bearer  0123456789abcdef", NULL, &problem));
    assert_true(
        mr_gate_check_key(gate, NULL, "moodreel.v1, moodreel.key.0123456789abcdef", &problem));
    static const char *const wrong[] = {"",
                                        "Bearer",
                                        "Bearer ",
                                        "0123456789abcdef",
                                        "Basic 0123456789abcdef",
                                        "Bearer 0123456789abcdeF",
                                        "Bearer 0123456789abcde",
                                        "Bearer 0123456789abcdef0123456789abcdef",
                                        "Bearer 0123456789abcdef "};
    for (size_t i = 0; i < MR_COUNT(wrong); i++) {
        assert_false(mr_gate_check_key(gate, wrong[i], "moodreel.v1", &problem));
        assert_int_equal(problem.status, 401);
    }
    assert_false(mr_gate_check_key(gate, NULL, NULL, &problem));
    assert_false(mr_gate_check_key(gate, NULL, "moodreel.key.", &problem));
    mr_gate_free(gate);
    static const char *const bad[] = {"",
                                      "short\n",
                                      "0123456789abcdef\nsecond line\n",
                                      "0123456789 abcdef\n",
                                      "0123456789,abcdef\n",
                                      "0123456789/abcdef==\n"};
    for (size_t i = 0; i < MR_COUNT(bad); i++) {
        write_key(bad[i]);
        assert_int_equal(mr_gate_create(key_file, NULL, 0, &gate), MR_E_FORMAT);
    }
    remove(key_file);
    assert_int_equal(mr_gate_create("no/such/key", NULL, 0, &gate), MR_E_NOT_FOUND);
}

static void hosts_and_origins_are_ours_or_refused(void **state) {
    (void)state;
    mr_gate *gate;
    mr_problem problem = {0};
    const char *const origins[] = {"https://Films.example", "http://lan:8080"};
    assert_ok(mr_gate_create(NULL, origins, 2, &gate));
    static const char *const ours[] = {"localhost",         "LOCALHOST:8080", "127.0.0.1:8080",
                                       "[::1]:8080",        "192.168.1.7",    "films.example",
                                       "FILMS.example:443", "lan:8080"};
    for (size_t i = 0; i < MR_COUNT(ours); i++)
        if (!mr_gate_check_host(gate, ours[i], &problem))
            fail_msg("%s was refused", ours[i]);
    static const struct {
        const char *host;
        int status;
    } theirs[] = {{"evil.example", 421},
                  {"localhost.evil.example", 421},
                  {"films.example.evil", 421},
                  {"", 400},
                  {":80", 400},
                  {"a b", 400},
                  {"a/b", 400},
                  {"[::1", 400},
                  {"localhost:80:80", 400},
                  {"localhost:x", 400},
                  {"user@localhost", 400},
                  {"localhost:123456", 400}};
    for (size_t i = 0; i < MR_COUNT(theirs); i++) {
        assert_false(mr_gate_check_host(gate, theirs[i].host, &problem));
        assert_int_equal(problem.status, theirs[i].status);
    }
    assert_true(mr_gate_check_origin(gate, NULL, "localhost:1", &problem));
    assert_true(mr_gate_check_origin(gate, "http://localhost:1", "localhost:1", &problem));
    assert_true(mr_gate_check_origin(gate, "https://films.example", "films.example", &problem));
    static const char *const foreign[] = {"null",
                                          "http://localhost:2",
                                          "https://localhost:1",
                                          "http://evil.example",
                                          "https://films.example.evil.example",
                                          "http://films.example",
                                          ""};
    for (size_t i = 0; i < MR_COUNT(foreign); i++) {
        assert_false(mr_gate_check_origin(gate, foreign[i], "localhost:1", &problem));
        assert_int_equal(problem.status, 403);
    }
    mr_gate_free(gate);
    const char *const wrong = "films.example";
    assert_int_equal(mr_gate_create(NULL, &wrong, 1, &gate), MR_E_ARGUMENT);
}

static void cookies_name_one_viewer(void **state) {
    (void)state;
    char viewer[MR_VIEWER_ID_SIZE], longest[128];
    assert_true(mr_cookie_viewer("a=1; v=abc; b=2", "v", viewer));
    assert_string_equal(viewer, "abc");
    assert_true(mr_cookie_viewer("v=abc", "v", viewer));
    assert_true(mr_cookie_viewer(" ;v=abc ;", "v", viewer));
    assert_string_equal(viewer, "abc");
    memset(longest, 'x', sizeof longest);
    memcpy(longest, "v=", 2);
    longest[2 + MR_VIEWER_ID_SIZE] = '\0';
    static const char *const none[] = {"",       "v",     "v=",        "vv=abc",
                                       "xv=abc", "v=a b", "v=\"abc\"", "v=a; v=a",
                                       "v=a/b",  "V=abc", "v=abc=d",   "a=v=abc"};
    for (size_t i = 0; i < MR_COUNT(none); i++)
        if (mr_cookie_viewer(none[i], "v", viewer))
            fail_msg("%s: a viewer was read", none[i]);
    assert_false(mr_cookie_viewer(longest, "v", viewer));
}

static void a_bucket_fills_up_again(void **state) {
    (void)state;
    mr_rate *rate;
    double wait;
    mr_client_key one = {4, 1}, two = {4, 2};
    assert_ok(mr_rate_create(10, 3, &rate));
    for (int i = 0; i < 3; i++)
        assert_true(mr_rate_take(rate, &one, 100, &wait));
    assert_false(mr_rate_take(rate, &one, 100, &wait));
    assert_true(fabs(wait - 0.1) < 1e-6);
    assert_true(mr_rate_take(rate, &two, 100, &wait));
    assert_true(mr_rate_take(rate, &one, 100.1001, &wait));
    assert_false(mr_rate_take(rate, &one, 100.1002, &wait));
    for (int i = 0; i < 3; i++)
        assert_true(mr_rate_take(rate, &one, 200, &wait));
    assert_false(mr_rate_take(rate, &one, 200, &wait));
    /* A flood of addresses changes nothing in size, and those who ask just now are kept. */
    for (uint64_t i = 0; i < 100000; i++)
        (void)mr_rate_take(rate, &(mr_client_key){6, i}, 150, &wait);
    assert_false(mr_rate_take(rate, &one, 200, &wait));
    mr_rate_free(rate);
    assert_int_equal(mr_rate_create(0, 3, &rate), MR_E_ARGUMENT);
}

static void clients_are_told_apart_by_address(void **state) {
    (void)state;
    struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0a000001)};
    struct sockaddr_in6 a = {.sin6_family = AF_INET6}, b = a, c = a, mapped = a;
    inet_pton(AF_INET6, "2001:db8:1:2::1", &a.sin6_addr);
    inet_pton(AF_INET6, "2001:db8:1:2:ffff::9", &b.sin6_addr);
    inet_pton(AF_INET6, "2001:db8:1:3::1", &c.sin6_addr);
    inet_pton(AF_INET6, "::ffff:10.0.0.1", &mapped.sin6_addr);
    mr_client_key key4 = mr_client_of_address((struct sockaddr *)&ipv4);
    mr_client_key keys[] = {mr_client_of_address((struct sockaddr *)&a),
                            mr_client_of_address((struct sockaddr *)&b),
                            mr_client_of_address((struct sockaddr *)&c),
                            mr_client_of_address((struct sockaddr *)&mapped)};
    assert_true(keys[0].low == keys[1].low && keys[0].low != keys[2].low);
    assert_true(keys[3].low == key4.low && keys[3].high == key4.high);
    mr_client_key told;
    assert_true(mr_client_of_forwarded("1.2.3.4, 10.0.0.1", &told));
    assert_true(told.low == key4.low);
    assert_true(mr_client_of_forwarded("2001:db8:1:2::5", &told));
    assert_true(told.low == keys[0].low);
    /* With a port, as some proxies tell it. */
    assert_true(mr_client_of_forwarded("9.9.9.9, 10.0.0.1:5555", &told));
    assert_true(told.high == key4.high && told.low == key4.low);
    assert_true(mr_client_of_forwarded("[2001:db8:1:2::5]:44", &told));
    assert_true(told.high == keys[0].high && told.low == keys[0].low);
    assert_true(mr_client_of_forwarded("[2001:db8:1:2::5]", &told));
    static const char *const none[] = {
        "",          "unknown",     "1.2.3.4,",      "1.2.3.4 x",      "1.2.3.4:",
        "1.2.3.4:x", "1.2.3.4:8:9", "[2001:db8::1",  "[2001:db8::1]x", "[2001:db8::1]:",
        "[]",        ":80",         "[1.2.3.4:80]:8"};
    for (size_t i = 0; i < MR_COUNT(none); i++)
        assert_false(mr_client_of_forwarded(none[i], &told));
}

static const char *find_route(const char *method, const char *path, char *allowed) {
    static char copy[256];
    char *values[MR_PATH_VALUES_MAX];
    snprintf(copy, sizeof copy, "%s", path);
    const mr_route *route = mr_route_find(method, copy, values, allowed);
    return route != NULL ? route->path : "";
}

static void routes_are_found_or_their_methods(void **state) {
    (void)state;
    char allowed[MR_ALLOWED_SIZE];
    assert_string_equal(find_route("GET", "/v1/films", allowed), "/v1/films");
    assert_string_equal(find_route("HEAD", "/v1/films/Q1", allowed), "/v1/films/{id}");
    assert_string_equal(find_route("DELETE", "/v1/viewers/me/feedback/Q%2F1", allowed),
                        "/v1/viewers/{id}/feedback/{film}");
    assert_string_equal(find_route("PUT", "/v1/viewers/me", allowed), "");
    assert_string_equal(allowed, "GET, HEAD, DELETE");
    static const char *const none[] = {
        "/",          "/v1",           "/v1/",      "/v1/films/",        "/v1//films",
        "//v1/films", "/v1/films/a/b", "/V1/films", "/v1/films/../info", "/a/b/c/d/e/f/g/h/i/j"};
    for (size_t i = 0; i < MR_COUNT(none); i++) {
        assert_string_equal(find_route("GET", none[i], allowed), "");
        assert_string_equal(allowed, "");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries_are_bound_to_fields),
        cmocka_unit_test(wrong_queries_name_the_field),
        cmocka_unit_test(bodies_are_bound_to_fields),
        cmocka_unit_test(what_is_needed_or_given_twice_is_seen),
        cmocka_unit_test(viewers_are_read_with_what_is_known),
        cmocka_unit_test(all_in_a_picture_limit_the_films),
        cmocka_unit_test(wrong_viewers_name_the_member),
        cmocka_unit_test(heads_are_checked_strictly),
        cmocka_unit_test(forms_have_one_part),
        cmocka_unit_test(media_are_told_by_their_type),
        cmocka_unit_test(bodies_stay_within_the_common_limit),
        cmocka_unit_test(keys_are_read_and_compared),
        cmocka_unit_test(hosts_and_origins_are_ours_or_refused),
        cmocka_unit_test(cookies_name_one_viewer),
        cmocka_unit_test(a_bucket_fills_up_again),
        cmocka_unit_test(clients_are_told_apart_by_address),
        cmocka_unit_test(routes_are_found_or_their_methods),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
