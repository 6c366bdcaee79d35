#include "support.h"
#include "json/age.h"
#include "json/json.h"

#include <stdlib.h>
#include <string.h>

static mr_person made_person(void) {
    mr_person person = {.face = {.box = {10, 20, 30.5f, 40}, .score = 0.9f, .has_landmarks = true},
                        .attributes = {.has_age = true,
                                       .has_gender = true,
                                       .has_emotion = true,
                                       .age = 29.6f,
                                       .age_low = 24.4f,
                                       .age_high = 37.5f,
                                       .gender = {0.1f, 0.9f}}};
    for (int i = 0; i < MR_LANDMARKS; i++)
        person.face.landmarks[i] = (mr_point){(float)i, 0.5f};
    person.attributes.emotion[MR_SAD] = 0.75f;
    person.attributes.emotion[MR_FEAR] = 0.25f;
    return person;
}

/* The document as a line, as mr_json_print prints it. */
static void assert_document(json_t *document, const char *expected) {
    assert_non_null(document);
    char *text = mr_json_dump(document, 0);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static void numbers_have_six_digits_and_thousandths(void **state) {
    (void)state;
    assert_document(json_pack("[f, f, f, f, f, f, f, i]", 0.1f, 0.123456789, -12345.6789,
                              1234567.8912, 1.23456789e-7, 999.9996, 0.0, 12345678),
                    "[0.1, 0.123457, -12345.679, 1234567.891, 1.23457e-7, 1000.0, 0.0, 12345678]");
    assert_null(mr_json_dump(NULL, 0));
}

static void analysis_is_the_contracts_object(void **state) {
    (void)state;
    mr_person person = made_person();
    mr_analysis analysis = {.width = 640, .height = 480, .ms = 12.5, .count = 1, .people = &person};
    assert_document(
        mr_json_analysis("a.jpg", &analysis),
        "{\"file\": \"a.jpg\", \"width\": 640, \"height\": 480, \"ms\": 12.5, \"faces\": "
        "[{\"box\": [10.0, 20.0, 30.5, 40.0], \"score\": 0.9, \"landmarks\": [[0.0, 0.5], "
        "[1.0, 0.5], [2.0, 0.5], [3.0, 0.5], [4.0, 0.5]], "
        "\"age\": {\"years\": 30, \"low\": 24, \"high\": 38, \"range\": \"30-39\"}, "
        "\"gender\": {\"label\": \"female\", \"probability\": 0.9, \"sure\": true}, \"ethnicity\": "
        "null, "
        "\"emotion\": {\"label\": \"sad\", \"probabilities\": {\"angry\": 0.0, \"disgust\": 0.0, "
        "\"fear\": 0.25, \"happy\": 0.0, \"neutral\": 0.0, \"sad\": 0.75, \"surprise\": 0.0}, "
        "\"sure\": true}}]}");
}

/* A label may be said from its bound on, not below. */
static void below_its_bound_a_label_is_unsure(void **state) {
    (void)state;
    for (int sure = 0; sure < 2; sure++) {
        mr_person person = {
            .attributes = {.has_gender = true, .has_ethnicity = true, .has_emotion = true}};
        mr_attributes *a = &person.attributes;
        float below = sure ? 0 : 0.01f;
        a->gender[MR_MALE] = MR_SURE_GENDER - below;
        a->gender[MR_FEMALE] = 1 - a->gender[MR_MALE];
        a->ethnicity[MR_ASIAN] = MR_SURE_ETHNICITY - below;
        a->ethnicity[MR_BLACK] = 1 - a->ethnicity[MR_ASIAN];
        a->emotion[MR_HAPPY] = MR_SURE_EMOTION - below;
        a->emotion[MR_SAD] = 0.3f;
        a->emotion[MR_NEUTRAL] = 0.2f + below;
        json_t *told = mr_json_person(&person);
        static const char *const names[] = {"gender", "ethnicity", "emotion"};
        for (int i = 0; i < 3; i++)
            assert_int_equal(json_is_true(json_object_get(json_object_get(told, names[i]), "sure")),
                             sure);
        json_decref(told);
    }
}

static void nobody_is_an_empty_list(void **state) {
    (void)state;
    mr_analysis analysis = {.width = 1, .height = 2, .ms = 0.25};
    assert_document(mr_json_analysis("n\xff.png", &analysis),
                    "{\"file\": \"n?.png\", \"width\": 1, \"height\": 2, \"ms\": 0.25, "
                    "\"faces\": []}");
}

static void films_carry_their_reasons(void **state) {
    (void)state;
    mr_recommended_film films[2] = {
        {.film = {"Q1", "Eega", 2012, 2, {"Fantasy", "Action"}, "Telugu", "UA"},
         .score = 0.5f,
         .reason_count = 1,
         .reasons = {"Widely known"}},
        {.film = {.id = "Q2", .title = "Untitled", .language = "", .certificate = ""}}};
    mr_recommendation recommendation = {2, films};
    assert_document(mr_json_films(&recommendation),
                    "[{\"id\": \"Q1\", \"title\": \"Eega\", \"year\": 2012, \"genres\": "
                    "[\"Fantasy\", \"Action\"], \"language\": \"Telugu\", \"certificate\": \"UA\", "
                    "\"score\": 0.5, \"explored\": false, \"reasons\": [\"Widely known\"]}, "
                    "{\"id\": \"Q2\", \"title\": \"Untitled\", \"year\": null, \"genres\": [], "
                    "\"language\": null, \"certificate\": null, \"score\": 0.0, \"explored\": "
                    "false, \"reasons\": []}]");
}

static void the_interval_holds_the_age(void **state) {
    (void)state;
    mr_attributes attributes = {.age = 20, .age_low = 21, .age_high = 30};
    assert_int_equal(mr_age_in_years(&attributes).low, 20);
    attributes = (mr_attributes){.age = 31, .age_low = 21, .age_high = 30};
    assert_int_equal(mr_age_in_years(&attributes).high, 31);
    assert_string_equal(mr_age_in_years(&attributes).range, "30-39");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_six_digits_and_thousandths),
        cmocka_unit_test(analysis_is_the_contracts_object),
        cmocka_unit_test(below_its_bound_a_label_is_unsure),
        cmocka_unit_test(nobody_is_an_empty_list),
        cmocka_unit_test(films_carry_their_reasons),
        cmocka_unit_test(the_interval_holds_the_age),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
