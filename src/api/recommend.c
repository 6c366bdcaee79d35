#include "api/engine.h"
#include "api/films.h"
#include "recommend/certificate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Greatest age that somebody can state. */
#define STATED_AGE_MAX 150

_Static_assert(MR_VIEWERS_MAX == MR_SOFA_SEATS, "as many viewers as seats");
_Static_assert(MR_REASONS_MAX == MR_RANK_REASONS && MR_REASON_MAX == MR_RANK_REASON_TEXT,
               "a reason is copied whole");

mr_recommend_options mr_recommend_options_defaults(void) {
    mr_rank_options rank = mr_rank_options_defaults();
    return (mr_recommend_options){.count = (int)rank.count,
                                  .mood_strength = 100,
                                  .youngest = rank.youngest,
                                  .age_limit = -1,
                                  .seed = rank.seed};
}

mr_viewer mr_viewer_of_person(const mr_person *person) {
    return person != NULL ? (mr_viewer){.attributes = person->attributes} : (mr_viewer){0};
}

mr_viewer mr_viewer_of_followed(const mr_followed *followed) {
    return followed != NULL ? mr_viewer_of_person(&followed->person) : (mr_viewer){0};
}

mr_status mr_viewer_stated(int age, int gender, int emotion, mr_viewer *out) {
    MR_REQUIRE(out);
    if (age < -1 || age > STATED_AGE_MAX)
        return mr_fail(MR_E_ARGUMENT, "age %d: expected 0 to %d", age, STATED_AGE_MAX);
    if (gender < -1 || gender >= MR_GENDER_COUNT)
        return mr_fail(MR_E_ARGUMENT, "gender %d: expected -1 to %d", gender, MR_GENDER_COUNT - 1);
    if (emotion < -1 || emotion >= MR_EMOTION_COUNT)
        return mr_fail(MR_E_ARGUMENT, "emotion %d: expected -1 to %d", emotion,
                       MR_EMOTION_COUNT - 1);
    mr_attributes stated = {
        .has_age = age >= 0, .has_gender = gender >= 0, .has_emotion = emotion >= 0};
    if (age >= 0) {
        stated.age_distribution[age < MR_AGE_YEARS ? age : MR_AGE_YEARS - 1] = 1;
        stated.age = stated.age_low = stated.age_high = (float)age;
    }
    if (gender >= 0)
        stated.gender[gender] = 1;
    if (emotion >= 0)
        stated.emotion[emotion] = 1;
    *out = (mr_viewer){.attributes = stated};
    return MR_OK;
}

static mr_status fail_genre(const char *genre) {
    char known[400] = "";
    for (int i = 0; i < MR_GENRE_COUNT; i++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "",
                 mr_genre_label((mr_genre)i));
    }
    return mr_fail(MR_E_ARGUMENT, "genre %.40s: expected one of %s", genre, known);
}

/* Resolves the labels of the filters. */
static mr_status read_options(const mr_engine *engine, const mr_recommend_options *options,
                              mr_rank_options *rank) {
    if (options->count < 1)
        return mr_fail(MR_E_ARGUMENT, "count %d: expected 1 or more", options->count);
    rank->count = (size_t)options->count;
    rank->youngest = options->youngest;
    rank->seed = options->seed;
    if (options->genre != NULL && (rank->genre = mr_genre_from_label(options->genre)) < 0)
        return fail_genre(options->genre);
    if (options->language != NULL &&
        (rank->language = mr_catalogue_find_language(engine->catalogue, options->language)) < 0)
        return mr_fail(MR_E_ARGUMENT, "language %s: no film of the catalogue has it",
                       options->language);
    if (options->max_certificate != NULL &&
        (*options->max_certificate == '\0' ||
         (rank->max_age = mr_certificate_age(options->max_certificate)) < 0))
        return mr_fail(MR_E_ARGUMENT,
                       "certificate %s: not known; expected one of a film, as G, PG-13, FSK 12",
                       options->max_certificate);
    rank->age_limit = options->age_limit;
    int mood = options->mood != NULL ? mr_mood_from_label(options->mood) : MR_MOOD_AUTO;
    if (mood < 0)
        return mr_fail(MR_E_ARGUMENT, "mood %s: expected auto, lift or match", options->mood);
    rank->mood = (mr_mood_mode)mood;
    if (options->mood_strength < 0 || options->mood_strength > MR_MOOD_STRENGTH_MAX)
        return mr_fail(MR_E_ARGUMENT, "mood_strength %d: expected 0 to %d", options->mood_strength,
                       MR_MOOD_STRENGTH_MAX);
    rank->weights[MR_TERM_MOOD] *= (float)options->mood_strength / 100;
    return MR_OK;
}

static mr_recommended_film film_of(const mr_engine *engine, const mr_ranked_film *ranked) {
    mr_recommended_film film = {.film =
                                    mr_film_of(mr_catalogue_entry(engine->catalogue, ranked->film)),
                                .score = ranked->fit,
                                .explored = ranked->explored,
                                .reason_count = ranked->reason_count};
    for (int i = 0; i < ranked->reason_count; i++)
        memcpy(film.reasons[i], ranked->reasons[i].text, sizeof film.reasons[i]);
    return film;
}

static mr_status publish(const mr_engine *engine, const mr_ranking *ranking,
                         mr_recommendation *out) {
    mr_recommended_film *films = calloc(ranking->count + 1, sizeof *films);
    if (films == NULL)
        return mr_fail(MR_E_MEMORY, "recommendation: out of memory for %zu films", ranking->count);
    for (size_t i = 0; i < ranking->count; i++)
        films[i] = film_of(engine, &ranking->films[i]);
    *out = (mr_recommendation){ranking->count, films};
    return MR_OK;
}

/* The last opinion on each film that the catalogue has. `said` has a byte for each film. */
static size_t read_history(const mr_catalogue *catalogue, const mr_viewer *viewer, uint8_t *said,
                           mr_opinion *opinions) {
    size_t count = 0;
    memset(said, 0, mr_catalogue_count(catalogue));
    for (size_t i = viewer->history_count; i-- > 0;) {
        const mr_feedback *feedback = &viewer->history[i];
        long film = feedback->film != NULL ? mr_catalogue_find(catalogue, feedback->film) : -1;
        if (film < 0 || said[film])
            continue;
        said[film] = 1;
        opinions[count++] = (mr_opinion){
            .film = (uint32_t)film, .kind = feedback->kind, .rating = feedback->rating};
    }
    return count;
}

/* The viewers' seats; `opinions` and `said` are memory for their histories. */
static void seat_viewers(const mr_engine *engine, const mr_viewer *viewers, size_t count,
                         uint8_t *said, mr_opinion *opinions, mr_sofa_seat *seats) {
    for (size_t i = 0; i < count; i++) {
        size_t known = read_history(engine->catalogue, &viewers[i], said, opinions);
        seats[i] = (mr_sofa_seat){mr_watcher_of(&viewers[i].attributes), opinions, known};
        opinions += known;
    }
}

static mr_status check_history(const mr_viewer *viewer, size_t number) {
    if (viewer->history == NULL && viewer->history_count > 0)
        return mr_fail(MR_E_ARGUMENT, "viewer %zu: %zu opinions at NULL", number,
                       viewer->history_count);
    for (size_t i = 0; i < viewer->history_count; i++) {
        const mr_feedback *said = &viewer->history[i];
        if (mr_feedback_label(said->kind) == NULL)
            return mr_fail(MR_E_ARGUMENT,
                           "viewer %zu, opinion %zu: kind %d: expected a like, dislike, seen or "
                           "rating",
                           number, i, (int)said->kind);
        if (said->kind == MR_FEEDBACK_RATING && (said->rating < 1 || said->rating > 5))
            return mr_fail(MR_E_ARGUMENT, "viewer %zu, opinion %zu: rating %d: expected 1 to 5",
                           number, i, said->rating);
    }
    return MR_OK;
}

static size_t length_of_histories(const mr_viewer *viewers, size_t count) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += viewers[i].history_count;
    return total;
}

/* With the links of this moment, whatever is learned meanwhile. */
static mr_status rank_seats(const mr_engine *engine, const mr_sofa_seat *seats, size_t count,
                            const mr_rank_options *options, mr_ranking *ranking) {
    mr_local_links *learned = mr_local_slot_take(engine->local);
    mr_rank_options chosen = *options;
    chosen.local = learned != NULL ? learned->likes : NULL;
    mr_status status = mr_recommender_rank(engine->recommender, seats, count, &chosen, ranking);
    mr_local_links_drop(learned);
    return status;
}

static mr_status rank_viewers(const mr_engine *engine, const mr_viewer *viewers, size_t count,
                              const mr_rank_options *options, mr_ranking *ranking) {
    mr_sofa_seat seats[MR_VIEWERS_MAX];
    uint8_t *said = malloc(mr_catalogue_count(engine->catalogue) + 1);
    mr_opinion *opinions = calloc(length_of_histories(viewers, count) + 1, sizeof *opinions);
    mr_status status = MR_OK;
    if (said == NULL || opinions == NULL)
        status = mr_fail(MR_E_MEMORY, "recommendation: out of memory for the viewers' histories");
    if (status == MR_OK) {
        seat_viewers(engine, viewers, count, said, opinions, seats);
        status = rank_seats(engine, seats, count, options, ranking);
    }
    free(said);
    free(opinions);
    return status;
}

mr_status mr_recommend(mr_session *session, const mr_viewer *viewers, size_t viewer_count,
                       const mr_recommend_options *options, mr_recommendation *out) {
    MR_REQUIRE(session);
    MR_REQUIRE(viewers);
    MR_REQUIRE(out);
    const mr_engine *engine = session->engine;
    if (engine->recommender == NULL)
        return mr_fail(MR_E_UNSUPPORTED, "mr_recommend: the engine was opened without films");
    if (viewer_count < 1 || viewer_count > MR_VIEWERS_MAX)
        return mr_fail(MR_E_ARGUMENT, "%zu viewers: expected 1 to %d", viewer_count,
                       MR_VIEWERS_MAX);
    for (size_t i = 0; i < viewer_count; i++)
        MR_TRY(check_history(&viewers[i], i));
    mr_recommend_options defaults = mr_recommend_options_defaults();
    mr_rank_options rank = mr_rank_options_defaults();
    MR_TRY(read_options(engine, options != NULL ? options : &defaults, &rank));
    mr_ranking ranking;
    MR_TRY(rank_viewers(engine, viewers, viewer_count, &rank, &ranking));
    mr_status status = publish(engine, &ranking, out);
    mr_ranking_free(&ranking);
    return status;
}

mr_status mr_recommend_for_analysis(mr_session *session, const mr_analysis *analysis,
                                    const mr_recommend_options *options, mr_recommendation *out) {
    MR_REQUIRE(analysis);
    if (analysis->count == 0)
        return mr_fail(MR_E_NOT_FOUND, "no face in the picture");
    if (analysis->readable == 0)
        return mr_fail(MR_E_NOT_FOUND, "no face in the picture is large enough to be read");
    mr_viewer viewers[MR_VIEWERS_MAX];
    size_t count = mr_viewers_of_analysis(analysis, viewers);
    return mr_recommend(session, viewers, count, options, out);
}

void mr_recommendation_free(mr_recommendation *recommendation) {
    if (recommendation == NULL)
        return;
    free(recommendation->films);
    *recommendation = (mr_recommendation){0};
}
