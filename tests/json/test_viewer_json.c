#include "support.h"
#include "json/viewer.h"

#include <stdlib.h>

static mr_catalogue *catalogue;

static int load_catalogue(void **state) {
    (void)state;
    return mr_catalogue_load("data/films.csv", &catalogue) != MR_OK;
}

static int free_catalogue(void **state) {
    (void)state;
    mr_catalogue_free(catalogue);
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
    const mr_catalogue_film *film = mr_catalogue_entry(catalogue, 0);
    mr_feedback said[2] = {
        {.film = film->id, .kind = MR_FEEDBACK_RATING, .rating = 4, .at = 1709210096},
        {.film = "no such film", .kind = MR_FEEDBACK_SEEN}};
    mr_history history = {.count = 2, .items = said};
    json_t *expected = json_pack(
        "{s:s, s:s, s:[{s:{s:s, s:s, s:i}, s:s, s:i, s:s}, {s:{s:s, s:n, s:n}, s:s, s:n, s:n}]}",
        "id", "anna", "since", "1970-01-01T00:01:40Z", "feedback", "film", "id", film->id, "title",
        film->title, "year", film->year, "kind", "rating", "rating", 4, "at",
        "2024-02-29T12:34:56Z", "film", "id", "no such film", "title", "year", "kind", "seen",
        "rating", "at");
    char *text = json_dumps(expected, 0);
    assert_document(mr_json_history(catalogue, "anna", 100, &history), text);
    free(text);
    json_decref(expected);
}

static void without_a_catalogue_films_have_no_titles(void **state) {
    (void)state;
    mr_feedback said = {.film = "Q1", .kind = MR_FEEDBACK_LIKE};
    assert_document(
        mr_json_history(NULL, "b", 1, &(mr_history){.count = 1, .items = &said}),
        "{\"id\": \"b\", \"since\": \"1970-01-01T00:00:01Z\", \"feedback\": [{\"film\": "
        "{\"id\": \"Q1\", \"title\": null, \"year\": null}, \"kind\": \"like\", "
        "\"rating\": null, \"at\": null}]}");
}

static void nothing_said_is_an_empty_list(void **state) {
    (void)state;
    assert_document(mr_json_history(catalogue, "b", 1, &(mr_history){0}),
                    "{\"id\": \"b\", \"since\": \"1970-01-01T00:00:01Z\", \"feedback\": []}");
}

/* Of a file's name only the bytes that are no UTF-8 are lost. */
static void names_of_files_become_text(void **state) {
    (void)state;
    static const char *const names[][2] = {
        {"Am\xc3\xa9lie.jpg", "Am\xc3\xa9lie.jpg"},
        {"Am\xc3\xa9lie \xff.jpg", "Am\xc3\xa9lie ?.jpg"},
        {"caf\xe9", "caf?"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *text = mr_json_text(names[i][0]);
        assert_string_equal(json_string_value(text), names[i][1]);
        json_decref(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_files_become_text),
        cmocka_unit_test(times_are_iso_8601),
        cmocka_unit_test(a_history_names_its_films),
        cmocka_unit_test(without_a_catalogue_films_have_no_titles),
        cmocka_unit_test(nothing_said_is_an_empty_list),
    };
    return cmocka_run_group_tests(tests, load_catalogue, free_catalogue);
}
