/* moodreel recommend: films for the people in a picture, or for a stated viewer. */
#include "cli/commands.h"
#include "cli/engine.h"
#include "cli/picture.h"
#include "cli/store.h"
#include "cli/text.h"
#include "json/json.h"

#include <stdio.h>

struct settings {
    mr_cli_engine_settings engine;
    mr_recommend_options films;
    int age, gender, emotion; /* -1: not stated */
    int mood;
    const char *viewer, *store;
    bool json;
};

#define LABEL(name, label) label,
static const char *const genders[] = {MR_GENDERS(LABEL) NULL};
static const char *const emotions[] = {MR_EMOTIONS(LABEL) NULL};
static const char *const moods[] = {"auto", "lift", "match", NULL};

static const mr_cli_option options[] = {
    MR_CLI_INT("count", 'n', struct settings, films.count, "N", 1, 1000, "films to show"),
    MR_CLI_STRING("genre", 0, struct settings, films.genre, "G", "only films of this genre"),
    MR_CLI_STRING("language", 0, struct settings, films.language, "L",
                  "only films in this language"),
    MR_CLI_STRING("max-certificate", 0, struct settings, films.max_certificate, "C",
                  "no film with a stricter age certificate"),
    MR_CLI_INT("age", 0, struct settings, age, "YEARS", 0, MR_AGE_YEARS - 1,
               "stated age, instead of a picture"),
    MR_CLI_CHOICE("gender", 0, struct settings, gender, genders, "stated gender"),
    MR_CLI_CHOICE("emotion", 0, struct settings, emotion, emotions, "stated emotion"),
    MR_CLI_STRING("viewer", 0, struct settings, viewer, "NAME",
                  "whose feedback counts: that of the largest face"),
    MR_CLI_STORE_ROW(struct settings, store),
    MR_CLI_CHOICE("mood", 0, struct settings, mood, moods,
                  "lift the mood, match it, or as people in that mood choose"),
    MR_CLI_INT("mood-strength", 0, struct settings, films.mood_strength, "PERCENT", 0,
               MR_MOOD_STRENGTH_MAX, "how much the mood counts, of the usual"),
    MR_CLI_INT("youngest", 0, struct settings, films.youngest, "YEARS", 0, MR_AGE_YEARS - 1,
               "age of the youngest who watches, where it cannot be told"),
    MR_CLI_SEED("seed", 0, struct settings, films.seed, "of the small share of exploration"),
    MR_CLI_ENGINE_ROWS(struct settings, engine),
    MR_CLI_FLAG("json", 0, struct settings, json, "print one JSON object"),
};

static const mr_cli_usage usage = {
    "recommend",
    "[IMAGE]",
    0,
    1,
    "Recommends films, with reasons, for everybody in a picture, or for a viewer who states age,\n"
    "gender or emotion. What a named viewer said of films counts, and none of them is shown again.",
    options,
    MR_COUNT(options)};

/* {"age", "gender", "emotion"}, null where not stated. */
static json_t *profile_of(const struct settings *settings) {
    const char *gender = mr_gender_label((mr_gender)settings->gender);
    const char *emotion = mr_emotion_label((mr_emotion)settings->emotion);
    return json_pack("{s:o, s:s?, s:s?}", "age",
                     settings->age >= 0 ? json_integer(settings->age) : json_null(), "gender",
                     gender, "emotion", emotion);
}

static mr_status print_films(const struct settings *settings, json_t *answer,
                             const mr_recommendation *films) {
    if (!settings->json) {
        mr_text_films(films);
        return MR_OK;
    }
    if (answer && json_object_set_new(answer, "films", mr_json_films(films)) != 0) {
        json_decref(answer);
        answer = NULL;
    }
    return mr_json_print(answer);
}

/* What the named viewer said; nothing, and a note, of one who is not known. */
static mr_status read_history(const struct settings *settings, mr_history *history) {
    mr_store *store;
    MR_TRY(mr_cli_store_open(settings->store, &store));
    mr_status status = mr_store_history(store, settings->viewer, history);
    mr_store_close(store);
    if (status != MR_E_NOT_FOUND)
        return status;
    fprintf(stderr, "moodreel: recommend: viewer %s: has given no feedback yet\n",
            settings->viewer);
    return MR_OK;
}

static void remember(mr_viewer *viewer, const mr_history *history) {
    viewer->history = history->items;
    viewer->history_count = history->count;
}

static mr_status recommend_stated(mr_session *session, const struct settings *settings,
                                  const mr_history *history) {
    mr_viewer viewer;
    mr_recommendation films;
    MR_TRY(mr_viewer_stated(settings->age, settings->gender, settings->emotion, &viewer));
    remember(&viewer, history);
    if (settings->age < 0 && settings->films.youngest < 0)
        fprintf(stderr, "moodreel: recommend: the age is not known, so all films suit small "
                        "children; --age or --youngest tells it\n");
    MR_TRY(mr_recommend(session, &viewer, 1, &settings->films, &films));
    json_t *answer = settings->json ? json_pack("{s:o}", "profile", profile_of(settings)) : NULL;
    mr_status status = print_films(settings, answer, &films);
    mr_recommendation_free(&films);
    return status;
}

/* As mr_recommend_for_analysis, with the history of the largest face. */
static mr_status recommend_people(mr_session *session, const struct settings *settings,
                                  const mr_history *history, const mr_analysis *analysis,
                                  mr_recommendation *out) {
    mr_viewer viewers[MR_VIEWERS_MAX];
    size_t count = mr_viewers_of_analysis(analysis, viewers);
    remember(&viewers[0], history);
    return mr_recommend(session, viewers, count, &settings->films, out);
}

static mr_status recommend_seen(mr_session *session, const struct settings *settings,
                                const mr_history *history, const char *path) {
    mr_analysis analysis;
    mr_recommendation films;
    MR_TRY(mr_cli_analyze(session, path, &analysis));
    mr_status status = analysis.readable
                           ? recommend_people(session, settings, history, &analysis, &films)
                           : mr_fail(MR_E_NOT_FOUND, "%s: shows no face%s", path,
                                     analysis.count ? " that is large enough to be read" : "");
    if (status == MR_OK) {
        if (!settings->json)
            mr_text_analysis(path, &analysis);
        json_t *answer = settings->json ? mr_json_analysis(path, &analysis) : NULL;
        status = print_films(settings, answer, &films);
        mr_recommendation_free(&films);
    }
    mr_analysis_free(&analysis);
    return status;
}

/* `image` NULL: for the stated viewer. */
static mr_status recommend(const struct settings *settings, const char *image) {
    mr_history history = {0};
    mr_cli_engine engine;
    if (settings->viewer)
        MR_TRY(read_history(settings, &history));
    mr_status status = mr_cli_engine_open(&settings->engine, true, &engine);
    if (status == MR_OK) {
        status = image ? recommend_seen(engine.session, settings, &history, image)
                       : recommend_stated(engine.session, settings, &history);
        mr_cli_engine_close(&engine);
    }
    mr_history_free(&history);
    return status;
}

int mr_cmd_recommend(int argc, char **argv) {
    struct settings settings = {.engine = mr_cli_engine_defaults(),
                                .films = mr_recommend_options_defaults(),
                                .age = -1,
                                .gender = -1,
                                .emotion = -1};
    mr_cli_operands images;
    int code;
    if (!mr_cli_parse(&usage, argc, argv, &settings, &images, &code))
        return code;
    settings.films.mood = moods[settings.mood];
    bool stated = settings.age >= 0 || settings.gender >= 0 || settings.emotion >= 0;
    if (!images.count && !stated && !settings.viewer)
        return mr_cli_misuse("recommend", "needs an IMAGE, some of --age, --gender and --emotion, "
                                          "or --viewer");
    if (images.count && stated)
        return mr_cli_misuse("recommend",
                             "takes an IMAGE or --age, --gender and --emotion, not both");
    if (settings.viewer && !mr_cli_check_viewer("recommend", settings.viewer, &code))
        return code;
    return recommend(&settings, images.count ? images.items[0] : NULL) == MR_OK
               ? MR_EXIT_OK
               : mr_cli_failed("recommend");
}
