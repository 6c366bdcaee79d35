#include "support.h"
#include "json/scene.h"

#include <stdlib.h>
#include <string.h>

/* The mean of the votes leans to "male" and "sad", but the vote still says "female" and "fear". */
static mr_followed made_followed(void) {
    mr_followed followed = {
        .id = 4000000000u,
        .person = {.face = {.box = {1, 2, 3, 4}, .score = 0.5f},
                   .attributes = {.has_gender = true,
                                  .has_ethnicity = true,
                                  .has_emotion = true,
                                  .gender = {0.625f, 0.375f},
                                  .ethnicity = {0.75f, 0.25f}}},
        .gender = MR_FEMALE,
        .ethnicity = -1,
        .emotion = MR_FEAR,
        .emotion_sure = true,
        .in_sight = true,
        .since = 10,
        .seen = 12.5,
    };
    followed.person.attributes.emotion[MR_SAD] = 0.75f;
    followed.person.attributes.emotion[MR_FEAR] = 0.25f;
    return followed;
}

static void assert_document(json_t *document, const char *expected) {
    assert_non_null(document);
    char *text = mr_json_dump(document, 0);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static void labels_are_the_votes(void **state) {
    (void)state;
    mr_followed followed = made_followed();
    assert_document(
        mr_json_followed(&followed),
        "{\"box\": [1.0, 2.0, 3.0, 4.0], \"score\": 0.5, \"landmarks\": null, \"age\": null, "
        "\"gender\": {\"label\": \"female\", \"probability\": 0.375, \"sure\": false}, "
        "\"ethnicity\": null, "
        "\"emotion\": {\"label\": \"fear\", \"probabilities\": {\"angry\": 0.0, \"disgust\": 0.0, "
        "\"fear\": 0.25, \"happy\": 0.0, \"neutral\": 0.0, \"sad\": 0.75, \"surprise\": 0.0}, "
        "\"sure\": true}, \"id\": 4000000000, \"in_sight\": true, \"since\": 2.5}");
}

static void a_scene_lists_everybody(void **state) {
    (void)state;
    mr_followed people[2] = {made_followed(), {.id = 7, .gender = -1, .emotion = -1}};
    mr_scene scene = {.count = 2, .people = people};
    json_t *list = mr_json_people(&scene);
    assert_int_equal(json_array_size(list), 2);
    json_t *second = json_array_get(list, 1);
    assert_int_equal(json_integer_value(json_object_get(second, "id")), 7);
    assert_true(json_is_false(json_object_get(second, "in_sight")));
    assert_true(json_is_null(json_object_get(second, "gender")));
    json_decref(list);
    scene.count = 0;
    assert_document(mr_json_people(&scene), "[]");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_the_votes),
        cmocka_unit_test(a_scene_lists_everybody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
