#include "support.h"
#include "json/viewer.h"

#include <stdlib.h>

static mr_engine *engine;

/* The catalogue without networks is enough. */
static int open_engine(void **state) {
    (void)state;
    mr_options options = mr_options_defaults();
    options.home = ".";
    options.attributes = (mr_attribute_set){0};
    return mr_engine_open(&options, &engine) != MR_OK;
}

static int close_engine(void **state) {
    (void)state;
    mr_engine_free(engine);
    return 0;
}

static void assert_document(json_t *document, const char *expected) {
    assert_non_null(document);
    char *text = json_dumps(document, 0);
    assert_string_equal(text, expected);
    free(text);
    json_decref(document);
}

static void times_are_iso_8601(void **state) {
    (void)state;
    assert_document(json_pack("[o, o, o, o]", mr_json_time(0), mr_json_time(1),
                              mr_json_time(1709210096), mr_json_time(INT64_MAX)),
                    "[null, \"1970-01-01T00:00:01Z\", \"2024-02-29T12:34:56Z\", null]");
}

static void a_history_names_its_films(void **state) {
    (void)state;
    mr_film film;
    assert_ok(mr_film_at(engine, 0, &film));
    mr_feedback said[2] = {
        {.film = film.id, .kind = MR_FEEDBACK_RATING, .rating = 4, .at = 1709210096},
        {.film = "no such film", .kind = MR_FEEDBACK_SEEN}};
    mr_history history = {.count = 2, .items = said};
    json_t *expected = json_pack(
        "{s:s, s:s, s:[{s:{s:s, s:s, s:i}, s:s, s:i, s:s}, {s:{s:s, s:n, s:n}, s:s, s:n, s:n}]}",
        "id", "anna", "since", "1970-01-01T00:01:40Z", "feedback", "film", "id", film.id, "title",
        film.title, "year", film.year, "kind", "rating", "rating", 4, "at", "2024-02-29T12:34:56Z",
        "film", "id", "no such film", "title", "year", "kind", "seen", "rating", "at");
    char *text = json_dumps(expected, 0);
    assert_document(mr_json_history(engine, "anna", 100, &history), text);
    free(text);
    json_decref(expected);
}

static void nothing_said_is_an_empty_list(void **state) {
    (void)state;
    assert_document(mr_json_history(engine, "b", 1, &(mr_history){0}),
                    "{\"id\": \"b\", \"since\": \"1970-01-01T00:00:01Z\", \"feedback\": []}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_iso_8601),
        cmocka_unit_test(a_history_names_its_films),
        cmocka_unit_test(nothing_said_is_an_empty_list),
    };
    return cmocka_run_group_tests(tests, open_engine, close_engine);
}
