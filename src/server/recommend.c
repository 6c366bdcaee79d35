/* /v1/recommend: films for the people in a picture, or for people who are described. */
#include "base/clock.h"
#include "base/log.h"
#include "server/handlers.h"
#include "server/picture.h"
#include "server/seats.h"
#include "json/json.h"

#include <stdio.h>
#include <string.h>

#define FILMS_MAX 100
#define AGE_MAX   150

struct wish {
    int n, youngest, age_limit, mood_strength;
    const char *genre, *language, *max_certificate, *mood, *feel;
    uint64_t seed;
    bool group, history;
    mr_wanted wanted;
    mr_seats seats;
};

static void wish_defaults(void *params) {
    mr_recommend_options films = mr_recommend_options_defaults();
    *(struct wish *)params = (struct wish){.n = films.count,
                                           .youngest = films.youngest,
                                           .age_limit = films.age_limit,
                                           .mood = mr_mood_choices[0],
                                           .mood_strength = films.mood_strength,
                                           .seed = films.seed,
                                           .group = true,
                                           .history = true,
                                           .wanted = mr_wanted_defaults()};
}

#define ANYWHERE (MR_IN_QUERY | MR_IN_BODY)
static const mr_param rows[] = {
    MR_PARAM_INT("n", ANYWHERE, struct wish, n, 1, FILMS_MAX, "films wanted"),
    MR_PARAM_CHOICE("genre", ANYWHERE, struct wish, genre, mr_genre_choices, "only this genre"),
    MR_PARAM_TEXT("language", ANYWHERE, struct wish, language, 100, "only this language"),
    MR_PARAM_CHOICE("max_certificate", ANYWHERE, struct wish, max_certificate,
                    mr_certificate_choices, "no film with a stricter age certificate"),
    MR_PARAM_CHOICE("mood", ANYWHERE, struct wish, mood, mr_mood_choices,
                    "lift the mood, match it, or as people in that mood choose"),
    MR_PARAM_INT("mood_strength", ANYWHERE, struct wish, mood_strength, 0, MR_MOOD_STRENGTH_MAX,
                 "how much the mood counts, in per cent of the usual"),
    MR_PARAM_INT("youngest", ANYWHERE, struct wish, youngest, 0, AGE_MAX,
                 "age of the youngest who watches, where it cannot be told"),
    MR_PARAM_INT("age_limit", ANYWHERE, struct wish, age_limit, 0, AGE_MAX,
                 "age of the youngest who is there without being asked: no film above it"),
    MR_PARAM_SEED("seed", ANYWHERE, struct wish, seed,
                  "of the small share of exploration: same seed, same films"),
    MR_PARAM_CHOICE("feel", ANYWHERE, struct wish, feel, mr_emotion_choices,
                    "what the first viewer states to feel; it takes the estimate's place"),
    MR_PARAM_FLAG("history", ANYWHERE, struct wish, history,
                  "whether what the cookie's viewer said of films counts for the first viewer"),
    MR_PARAM_FLAG("group", MR_IN_QUERY, struct wish, group,
                  "of a picture: what suits everybody in it, or only the largest face"),
    MR_WANTED_ROWS(struct wish, wanted),
    MR_PARAM_VALUE("viewers", MR_IN_BODY, struct wish, seats, mr_seats_read, "Viewers", true,
                   "who watches together"),
};
const mr_param_table mr_recommend_table = {rows, MR_COUNT(rows), sizeof(struct wish),
                                           wish_defaults};

/* The viewers' histories, as long as films are chosen. */
struct histories {
    mr_history of[MR_VIEWERS_MAX];
};

static void free_histories(struct histories *histories) {
    for (size_t i = 0; i < MR_VIEWERS_MAX; i++)
        mr_history_free(&histories->of[i]);
}

/* The checked name of the viewer on this seat, if any. "me" without a cookie is nobody. */
static bool name_of(mr_request *request, const struct wish *wish, size_t seat,
                    char name[MR_VIEWER_ID_SIZE]) {
    const char *named = wish->seats.names[seat];
    if (named == NULL ? seat == 0 && wish->history : strcmp(named, "me") == 0)
        return mr_request_cookie(request, name);
    if (named == NULL)
        return false;
    snprintf(name, MR_VIEWER_ID_SIZE, "%s", named);
    return true;
}

/* Reads the histories of those who have one. A store that fails costs the history, not the films.
 */
static void read_histories(mr_request *request, struct wish *wish, struct histories *histories) {
    char name[MR_VIEWER_ID_SIZE];
    for (size_t i = 0; i < wish->seats.count; i++) {
        if (!name_of(request, wish, i, name))
            continue;
        mr_status status = MR_ASK_STORE(
            request, mr_store_history(request->server->options.store, name, &histories->of[i]));
        if (status != MR_OK && status != MR_E_NOT_FOUND)
            mr_log(MR_LOG_WARNING, "serve: a history: %s", mr_last_error());
        wish->seats.viewers[i].history = histories->of[i].items;
        wish->seats.viewers[i].history_count = histories->of[i].count;
    }
}

static void state_feeling(const struct wish *wish, mr_attributes *attributes) {
    if (wish->feel == NULL)
        return;
    memset(attributes->emotion, 0, sizeof attributes->emotion);
    attributes->emotion[mr_emotion_from_label(wish->feel)] = 1;
    attributes->has_emotion = true;
}

/* Films for wish->seats, as JSON in `films`. */
static bool choose_films(mr_request *request, const mr_leased_session *at, struct wish *wish,
                         json_t **films) {
    if (wish->language != NULL && !mr_is_language(mr_lease_engine(at->lease), wish->language))
        return mr_problem_set(&request->problem, 422, "language", "no film has that language");
    mr_recommend_options options = mr_recommend_options_defaults();
    options.count = wish->n;
    options.genre = wish->genre;
    options.language = wish->language;
    options.max_certificate = wish->max_certificate;
    options.mood = wish->mood;
    options.mood_strength = wish->mood_strength;
    options.youngest = wish->youngest;
    options.age_limit = wish->age_limit;
    options.seed = wish->seed;
    struct histories histories = {0};
    mr_recommendation chosen;
    read_histories(request, wish, &histories);
    state_feeling(wish, &wish->seats.viewers[0].attributes);
    double started = mr_now();
    mr_status status =
        mr_recommend(at->session, wish->seats.viewers, wish->seats.count, &options, &chosen);
    mr_latency_add(&request->server->latency, MR_STAGE_RECOMMEND, mr_now() - started);
    free_histories(&histories);
    if (status != MR_OK)
        return mr_problem_from(&request->problem, status, NULL);
    *films = mr_json_films(&chosen);
    mr_recommendation_free(&chosen);
    return true;
}

static bool recommend_for_picture(mr_request *request, const mr_leased_session *at,
                                  struct wish *wish) {
    mr_analysis analysis;
    json_t *films;
    if (!mr_picture_analyze(request, at, &wish->wanted, &analysis))
        return false;
    mr_seats_of_picture(&analysis, wish->group, wish->youngest, &wish->seats, &wish->age_limit);
    json_t *document = mr_picture_json(&analysis);
    mr_analysis_free(&analysis);
    if (!choose_films(request, at, wish, &films)) {
        json_decref(document);
        return false;
    }
    if (json_object_set_new(document, "films", films) != 0) {
        json_decref(document);
        document = NULL;
    }
    return mr_answer_json(request, 200, document);
}

bool mr_handle_recommend(mr_request *request, const mr_leased_session *at) {
    struct wish *wish = request->params;
    json_t *films;
    if (request->image.bytes != NULL)
        return recommend_for_picture(request, at, wish);
    return choose_films(request, at, wish, &films) &&
           mr_answer_json(request, 200, json_pack("{s:o}", "films", films));
}
