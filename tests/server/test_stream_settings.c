/* What clients of a stream may say, and how they are refused. */
#include "server/stream_settings.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

static int open_engine(void **state) {
    return mr_engine_open(NULL, (mr_engine **)state) == MR_OK ? 0 : -1;
}

static int close_engine(void **state) {
    mr_engine_free(*state);
    return 0;
}

static mr_status hear(const char *text, const mr_engine *engine, mr_stream_settings *settings,
                      mr_stream_field field) {
    mr_stream_wish wish;
    return mr_stream_settings_read(text, strlen(text), engine, settings, &wish, field);
}

static void what_is_not_said_stays(void **state) {
    mr_stream_settings settings = mr_stream_settings_defaults();
    mr_stream_field field;
    assert_ok(hear("{\"type\": \"settings\", \"n\": 7, \"genre\": \"comedy\", "
                   "\"language\": \"english\", \"max_certificate\": \"PG-13\", \"mood\": \"lift\", "
                   "\"youngest\": 9, \"feel\": \"sad\", \"group\": false, \"films\": false, "
                   "\"attributes\": {\"ethnicity\": true}}",
                   *state, &settings, field));
    assert_ok(hear("{\"type\": \"settings\", \"genre\": null}", *state, &settings, field));
    mr_recommend_options options = mr_stream_settings_options(&settings);
    assert_int_equal(options.count, 7);
    assert_null(options.genre);
    assert_string_equal(options.language, "english");
    assert_string_equal(options.max_certificate, "PG-13");
    assert_string_equal(options.mood, "lift");
    assert_int_equal(options.youngest, 9);
    assert_int_equal(settings.feel, MR_SAD);
    assert_false(settings.group);
    assert_false(settings.films);
    assert_true(settings.attributes.ethnicity);
    assert_true(settings.attributes.age);
    assert_ok(hear("{\"type\": \"settings\", \"feel\": null, \"youngest\": null}", *state,
                   &settings, field));
    assert_int_equal(settings.feel, -1);
    assert_int_equal(settings.youngest, -1);
}

static void null_is_the_same_as_leaving_out(void **state) {
    mr_stream_settings settings = mr_stream_settings_defaults();
    settings.count = 7;
    settings.group = settings.films = settings.attributes.age = false;
    const mr_stream_settings before = settings;
    mr_stream_field field;
    assert_ok(hear("{\"type\": \"settings\", \"n\": null, \"group\": null, \"films\": null, "
                   "\"attributes\": null}",
                   *state, &settings, field));
    assert_ok(hear("{\"type\": \"settings\", \"attributes\": {\"age\": null}}", *state, &settings,
                   field));
    assert_int_equal(settings.count, before.count);
    assert_false(settings.group || settings.films || settings.attributes.age);
    assert_true(settings.attributes.gender);
}

/* As in bodies: to many a program 3 and 3.0 are the same. */
static void whole_numbers_may_be_written_as_reals(void **state) {
    mr_stream_settings settings = mr_stream_settings_defaults();
    mr_stream_field field;
    assert_ok(hear("{\"type\": \"settings\", \"n\": 3.0, \"youngest\": 1.2e1}", *state, &settings,
                   field));
    assert_int_equal(settings.count, 3);
    assert_int_equal(settings.youngest, 12);
}

static void a_refresh_changes_the_seed(void **state) {
    mr_stream_settings settings = mr_stream_settings_defaults();
    uint64_t seed = settings.seed;
    mr_stream_field field;
    mr_stream_wish wish = MR_WISH_SETTINGS;
    const char text[] = "{\"type\": \"refresh\"}";
    assert_ok(mr_stream_settings_read(text, sizeof text - 1, *state, &settings, &wish, field));
    assert_int_equal(wish, MR_WISH_REFRESH);
    assert_int_not_equal(settings.seed, seed);
}

static void errors_name_the_member(void **state) {
    static const struct {
        const char *member, *field;
    } bad[] = {
        {"\"n\": 0", "n"},
        {"\"n\": 101", "n"},
        {"\"n\": 3.5", "n"},
        {"\"n\": 99999999999999999999", "n"},
        {"\"n\": 1e30", "n"},
        {"\"genre\": \"Opera\"", "genre"},
        {"\"genre\": \"\"", "genre"},
        {"\"genre\": 7", "genre"},
        {"\"language\": \"Klingon\"", "language"},
        {"\"max_certificate\": \"XXX\"", "max_certificate"},
        {"\"mood\": \"swing\"", "mood"},
        {"\"youngest\": -1", "youngest"},
        {"\"youngest\": 200", "youngest"},
        {"\"feel\": \"hungry\"", "feel"},
        {"\"group\": 1", "group"},
        {"\"films\": \"yes\"", "films"},
        {"\"attributes\": []", "attributes"},
        {"\"attributes\": {\"shoe size\": true}", "attributes"},
        {"\"attributes\": {\"age\": 1}", "attributes"},
        {"\"colour\": 1", "colour"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        mr_stream_settings settings = mr_stream_settings_defaults();
        settings.count = 12;
        char text[256];
        mr_stream_field field;
        snprintf(text, sizeof text, "{\"type\": \"settings\", \"youngest\": 5, %s}", bad[i].member);
        if (strstr(bad[i].member, "youngest") != NULL)
            snprintf(text, sizeof text, "{\"type\": \"settings\", %s}", bad[i].member);
        if (hear(text, *state, &settings, field) != MR_E_ARGUMENT)
            fail_msg("%s was taken", bad[i].member);
        assert_string_equal(field, bad[i].field);
        assert_int_equal(settings.count, 12); /* nothing of it counts */
        assert_int_equal(settings.youngest, -1);
    }
}

static void what_is_no_message_is_refused(void **state) {
    static const struct {
        const char *text, *field;
        mr_status status;
    } bad[] = {
        {"", "", MR_E_FORMAT},
        {"[]", "", MR_E_FORMAT},
        {"{\"type\": \"settings\"", "", MR_E_FORMAT},
        {"{\"type\": \"settings\"} {}", "", MR_E_FORMAT},
        {"{\"type\": \"settings\", \"n\": 1, \"n\": 2}", "", MR_E_FORMAT}, /* twice */
        {"{}", "type", MR_E_ARGUMENT},
        {"{\"type\": 1}", "type", MR_E_ARGUMENT},
        {"{\"type\": \"hello\"}", "type", MR_E_ARGUMENT},
        {"{\"type\": \"refresh\", \"n\": 5}", "n", MR_E_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        mr_stream_settings settings = mr_stream_settings_defaults();
        mr_stream_field field;
        mr_status status = hear(bad[i].text, *state, &settings, field);
        if (status != bad[i].status)
            fail_msg("%s: %s", bad[i].text, mr_status_name(status));
        assert_string_equal(field, bad[i].field);
        assert_int_equal(settings.seed, 1);
    }
}

static void deep_and_long_texts_do_no_harm(void **state) {
    mr_stream_settings settings = mr_stream_settings_defaults();
    mr_stream_field field;
    char deep[60000];
    memset(deep, '[', sizeof deep);
    deep[sizeof deep - 1] = '\0';
    assert_int_equal(hear(deep, *state, &settings, field), MR_E_FORMAT);
    char name[1000], wide[1200];
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    snprintf(wide, sizeof wide, "{\"type\": \"settings\", \"%s\": 1}", name);
    assert_int_equal(hear(wide, *state, &settings, field), MR_E_ARGUMENT);
    assert_int_equal(strlen(field), 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_said_stays),
        cmocka_unit_test(null_is_the_same_as_leaving_out),
        cmocka_unit_test(whole_numbers_may_be_written_as_reals),
        cmocka_unit_test(a_refresh_changes_the_seed),
        cmocka_unit_test(errors_name_the_member),
        cmocka_unit_test(what_is_no_message_is_refused),
        cmocka_unit_test(deep_and_long_texts_do_no_harm),
    };
    return cmocka_run_group_tests(tests, open_engine, close_engine);
}
