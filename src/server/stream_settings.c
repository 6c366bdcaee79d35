#include "server/stream_settings.h"

#include "recommend/certificate.h"
#include "recommend/genre.h"
#include "recommend/taste.h"
#include "server/params.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define AGE_MAX 150

mr_stream_settings mr_stream_settings_defaults(void) {
    return (mr_stream_settings){
        .count = 10,
        .youngest = -1,
        .feel = -1,
        .group = true,
        .films = true,
        .attributes = {.age = true, .gender = true, .emotion = true},
        .seed = 1,
    };
}

static const char *text_or_null(const char *text) {
    return *text != '\0' ? text : NULL;
}

mr_recommend_options mr_stream_settings_options(const mr_stream_settings *settings) {
    mr_recommend_options options = mr_recommend_options_defaults();
    options.count = settings->count;
    options.genre = text_or_null(settings->genre);
    options.language = text_or_null(settings->language);
    options.max_certificate = text_or_null(settings->max_certificate);
    options.mood = text_or_null(settings->mood);
    options.youngest = settings->youngest;
    options.seed = settings->seed;
    return options;
}

/* ---- Labels ---- */

static bool is_genre(const mr_engine *engine, const char *label) {
    (void)engine;
    return mr_genre_from_label(label) >= 0;
}

static bool is_certificate(const mr_engine *engine, const char *label) {
    (void)engine;
    return mr_certificate_age(label) >= 0;
}

static bool is_mood(const mr_engine *engine, const char *label) {
    (void)engine;
    return mr_mood_from_label(label) >= 0;
}

static mr_status read_label(const json_t *value, const mr_engine *engine,
                            bool (*is_known)(const mr_engine *, const char *),
                            char label[MR_STREAM_LABEL_SIZE]) {
    if (json_is_null(value)) {
        *label = '\0';
        return MR_OK;
    }
    const char *text = json_string_value(value);
    if (text == NULL || *text == '\0')
        return mr_fail(MR_E_ARGUMENT, "expected a label or null");
    if (strlen(text) >= MR_STREAM_LABEL_SIZE || !is_known(engine, text))
        return mr_fail(MR_E_ARGUMENT, "\"%.40s\" is not known", text);
    memcpy(label, text, strlen(text) + 1);
    return MR_OK;
}

/* ---- Other values: null leaves what it was, where there is no filter to open ---- */

static mr_status read_int(const json_t *value, int low, int high, int *out) {
    int64_t number;
    if (json_is_null(value))
        return MR_OK;
    if (!mr_json_whole(value, &number) || number < low || number > high)
        return mr_fail(MR_E_ARGUMENT, "expected a whole number from %d to %d", low, high);
    *out = (int)number;
    return MR_OK;
}

static mr_status read_bool(const json_t *value, bool *out) {
    if (json_is_null(value))
        return MR_OK;
    if (!json_is_boolean(value))
        return mr_fail(MR_E_ARGUMENT, "expected true or false");
    *out = json_is_true(value);
    return MR_OK;
}

static mr_status read_emotion(const json_t *value, int *out) {
    if (json_is_null(value)) {
        *out = -1;
        return MR_OK;
    }
    const char *text = json_string_value(value);
    int emotion = text != NULL ? mr_emotion_from_label(text) : -1;
    if (emotion < 0)
        return mr_fail(MR_E_ARGUMENT, "expected an emotion or null");
    *out = emotion;
    return MR_OK;
}

static mr_status read_attributes(json_t *value, mr_attribute_set *out) {
    if (json_is_null(value))
        return MR_OK;
    if (!json_is_object(value))
        return mr_fail(MR_E_ARGUMENT, "expected an object of switches");
    const struct {
        const char *name;
        bool *at;
    } switches[] = {{"age", &out->age},
                    {"gender", &out->gender},
                    {"ethnicity", &out->ethnicity},
                    {"emotion", &out->emotion}};
    const char *name;
    json_t *state;
    json_object_foreach(value, name, state) {
        bool *at = NULL;
        for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
            if (strcmp(name, switches[i].name) == 0)
                at = switches[i].at;
        if (at == NULL)
            return mr_fail(MR_E_ARGUMENT, "\"%.40s\" is no attribute", name);
        mr_status status = read_bool(state, at);
        if (status != MR_OK)
            return mr_fail_in(status, name);
    }
    return MR_OK;
}

/* ---- Members ---- */

typedef struct reading {
    const mr_engine *engine;
    mr_stream_settings *settings;
} reading;

static mr_status read_n(const reading *to, json_t *value) {
    return read_int(value, 1, MR_STREAM_FILMS_MAX, &to->settings->count);
}

static mr_status read_genre(const reading *to, json_t *value) {
    return read_label(value, to->engine, is_genre, to->settings->genre);
}

static mr_status read_language(const reading *to, json_t *value) {
    return read_label(value, to->engine, mr_film_language_is_known, to->settings->language);
}

static mr_status read_certificate(const reading *to, json_t *value) {
    return read_label(value, to->engine, is_certificate, to->settings->max_certificate);
}

static mr_status read_mood(const reading *to, json_t *value) {
    return read_label(value, to->engine, is_mood, to->settings->mood);
}

static mr_status read_youngest(const reading *to, json_t *value) {
    if (json_is_null(value)) {
        to->settings->youngest = -1;
        return MR_OK;
    }
    return read_int(value, 0, AGE_MAX, &to->settings->youngest);
}

static mr_status read_feel(const reading *to, json_t *value) {
    return read_emotion(value, &to->settings->feel);
}

static mr_status read_group(const reading *to, json_t *value) {
    return read_bool(value, &to->settings->group);
}

static mr_status read_films(const reading *to, json_t *value) {
    return read_bool(value, &to->settings->films);
}

static mr_status read_switches(const reading *to, json_t *value) {
    return read_attributes(value, &to->settings->attributes);
}

static const struct {
    const char *name;
    mr_status (*read)(const reading *to, json_t *value);
} members[] = {
    {"n", read_n},
    {"genre", read_genre},
    {"language", read_language},
    {"max_certificate", read_certificate},
    {"mood", read_mood},
    {"youngest", read_youngest},
    {"feel", read_feel},
    {"group", read_group},
    {"films", read_films},
    {"attributes", read_switches},
};

static mr_status read_member(const reading *to, const char *name, json_t *value) {
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (strcmp(name, members[i].name) == 0)
            return members[i].read(to, value);
    return mr_fail(MR_E_ARGUMENT, "there is no such setting");
}

/* Reads all members but `type`, if `to` takes any. */
static mr_status read_members(const reading *to, json_t *message, mr_stream_field field) {
    const char *name;
    json_t *value;
    json_object_foreach(message, name, value) {
        if (strcmp(name, "type") == 0)
            continue;
        mr_status status = to->settings != NULL ? read_member(to, name, value)
                                                : mr_fail(MR_E_ARGUMENT, "a refresh takes none");
        if (status != MR_OK) {
            snprintf(field, MR_STREAM_LABEL_SIZE, "%.40s", name);
            return status;
        }
    }
    return MR_OK;
}

static mr_status read_message(json_t *message, const mr_engine *engine,
                              mr_stream_settings *settings, mr_stream_wish *wish,
                              mr_stream_field field) {
    const char *type = json_string_value(json_object_get(message, "type"));
    if (type != NULL && strcmp(type, "refresh") == 0) {
        const reading nothing = {engine, NULL};
        MR_TRY(read_members(&nothing, message, field));
        settings->seed++;
        *wish = MR_WISH_REFRESH;
        return MR_OK;
    }
    if (type == NULL || strcmp(type, "settings") != 0) {
        snprintf(field, MR_STREAM_LABEL_SIZE, "type");
        return mr_fail(MR_E_ARGUMENT, "expected \"settings\" or \"refresh\"");
    }
    mr_stream_settings read = *settings;
    const reading to = {engine, &read};
    MR_TRY(read_members(&to, message, field));
    *settings = read;
    *wish = MR_WISH_SETTINGS;
    return MR_OK;
}

mr_status mr_stream_settings_read(const char *text, size_t size, const mr_engine *engine,
                                  mr_stream_settings *settings, mr_stream_wish *wish,
                                  mr_stream_field field) {
    json_error_t error;
    *field = '\0';
    json_t *message = mr_json_read(text, size, &error);
    if (message == NULL)
        return mr_fail(MR_E_FORMAT, "line %d, column %d: %s", error.line, error.column, error.text);
    mr_status status = json_is_object(message)
                           ? read_message(message, engine, settings, wish, field)
                           : mr_fail(MR_E_FORMAT, "expected a JSON object");
    json_decref(message);
    return status;
}
