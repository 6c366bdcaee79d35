#include "server/stream_task.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/rng.h"
#include "json/scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How much larger than the one who watches alone somebody else's face must be to take over. */
#define TAKE_OVER 1.5f

static char *text_of(json_t *document) {
    return mr_json_dump(document, JSON_COMPACT);
}

char *mr_stream_hello(const char *id) {
    return text_of(json_pack("{s:s, s:s}", "type", "hello", "stream", id));
}

char *mr_stream_error(const char *title, const char *field) {
    json_t *error = json_pack("{s:s, s:s, s:o}", "type", "error", "title", title, "detail",
                              mr_json_text(mr_last_error()));
    if (error != NULL && field != NULL && *field != '\0')
        json_object_set_new(error, "field", mr_json_text(field));
    return text_of(error);
}

/* ---- Following ---- */

static bool is_same(mr_attribute_set a, mr_attribute_set b) {
    return a.age == b.age && a.gender == b.gender && a.ethnicity == b.ethnicity &&
           a.emotion == b.emotion;
}

static void part_with_follower(mr_stream_task *task) {
    mr_follower_free(task->follower);
    mr_lease_drop(task->lease);
    task->follower = NULL;
    task->lease = NULL;
}

/* Parts with a follower of an engine that was swapped, and makes one of the present engine. */
static mr_status renew_follower(mr_stream_task *task, const mr_leased_session *at) {
    if (task->lease == at->lease)
        return MR_OK;
    mr_follower *follower;
    MR_TRY(mr_follower_create(mr_lease_engine(at->lease), NULL, &follower));
    part_with_follower(task);
    task->follower = follower;
    task->lease = mr_lease_share(at->lease);
    task->scene = (mr_scene){0};
    task->attributes = mr_engine_attributes(mr_lease_engine(at->lease));
    return MR_OK;
}

static mr_status set_attributes(mr_stream_task *task) {
    const mr_attribute_set *asked = &task->settings.attributes, *allowed = &task->allowed;
    mr_attribute_set wanted = {.age = asked->age && allowed->age,
                               .gender = asked->gender && allowed->gender,
                               .ethnicity = asked->ethnicity && allowed->ethnicity,
                               .emotion = asked->emotion && allowed->emotion};
    if (is_same(wanted, task->attributes))
        return MR_OK;
    MR_TRY(mr_follower_set_attributes(task->follower, wanted));
    task->attributes = wanted;
    return MR_OK;
}

static mr_status follow(mr_stream_task *task, const mr_leased_session *at) {
    double started = mr_now();
    if (task->frame.size == 0)
        return mr_fail(MR_E_FORMAT, "frame: not a picture: it is empty");
    MR_TRY(mr_follow_bytes(task->follower, at->session, task->frame.data, task->frame.size, "frame",
                           task->at, &task->scene));
    double followed = mr_now();
    task->people = text_of(json_pack(
        "{s:s, s:I, s:I, s:f, s:i, s:i, s:o}", "type", "people", "frame", (json_int_t)task->number,
        "skipped", (json_int_t)task->skipped, "ms", task->scene.ms, "width", task->scene.width,
        "height", task->scene.height, "people", mr_json_people(&task->scene)));
    mr_latency_add(task->latency, MR_STAGE_ANALYZE, followed - started);
    mr_latency_add(task->latency, MR_STAGE_ENCODE, mr_now() - followed);
    if (task->people == NULL)
        return mr_fail(MR_E_MEMORY, "frame: out of memory for the answer");
    return MR_OK;
}

/* ---- Films ---- */

static float area_of(const mr_followed *person) {
    return person->person.face.box.width * person->person.face.box.height;
}

/* The one who watches alone, or whose history and stated feeling count in a group: the largest
 * face, and then the same as long as it is there and no other is clearly larger. */
static size_t choose_one(mr_stream_task *task, const mr_followed *audience, size_t count) {
    size_t largest = 0;
    for (size_t i = 1; i < count; i++)
        if (audience[i].id == task->alone &&
            area_of(&audience[largest]) < TAKE_OVER * area_of(&audience[i]))
            largest = i;
    task->alone = audience[largest].id;
    return largest;
}

/* Who watches, at most MR_VIEWERS_MAX; what the first states to feel takes the emotion's place. */
static size_t choose_audience(mr_stream_task *task, mr_followed *audience) {
    size_t count = mr_audience_of_scene(&task->scene, audience);
    if (count == 0)
        return 0;
    size_t one = choose_one(task, audience, count);
    mr_followed first = audience[one];
    audience[one] = audience[0];
    audience[0] = first;
    if (task->settings.feel >= 0)
        audience[0].emotion = task->settings.feel;
    return task->settings.group ? count : 1;
}

static void state_feeling(mr_attributes *attributes, int emotion) {
    attributes->has_emotion = true;
    memset(attributes->emotion, 0, sizeof attributes->emotion);
    attributes->emotion[emotion] = 1;
}

/* True when films are to be sent now. */
static bool is_due(mr_stream_task *task, const mr_followed *audience, size_t count, int limit) {
    mr_occasion *occasion = &task->occasion;
    uint64_t key = mr_occasion_key(occasion, audience, count, limit);
    if (key != 0) {
        uint64_t parts[] = {key, task->version};
        key = mr_hash(parts, sizeof parts);
    }
    bool asked =
        task->asked_again || (task->asked_anew && (key != 0 || !isinf(occasion->shown_at)));
    task->asked_anew = task->asked_again = false;
    if (!task->settings.films)
        return false;
    if (!asked)
        return mr_occasion_due(occasion, task->at, key);
    mr_occasion_note(occasion, task->at, key);
    return true;
}

/* The most frequent genre, the one of the better film among equals; NULL when there is none. */
static const char *category_of(const mr_recommendation *films) {
    const char *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < films->count; i++)
        for (int g = 0; g < films->films[i].film.genre_count; g++) {
            const char *genre = films->films[i].film.genres[g];
            size_t count = 0;
            for (size_t j = 0; j < films->count; j++)
                for (int h = 0; h < films->films[j].film.genre_count; h++)
                    count += strcmp(genre, films->films[j].film.genres[h]) == 0;
            if (count > most) {
                most = count;
                best = genre;
            }
        }
    return best;
}

static char *films_text(const mr_followed *audience, size_t count, const mr_recommendation *films) {
    json_t *ids = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(ids, json_integer((json_int_t)audience[i].id));
    return text_of(json_pack("{s:s, s:o, s:o, s:s?}", "type", "films", "for", ids, "films",
                             mr_json_films(films), "category", category_of(films)));
}

/* Empty when the viewer is unknown or the store cannot say: films come without a history then. */
static mr_history read_history(mr_stream_task *task) {
    mr_history history = {0};
    if (task->store == NULL || *task->viewer == '\0')
        return history;
    double started = mr_now();
    mr_status status = mr_store_history(task->store, task->viewer, &history);
    mr_latency_add(task->latency, MR_STAGE_STORE, mr_now() - started);
    if (status != MR_OK && status != MR_E_NOT_FOUND)
        mr_log(MR_LOG_WARNING, "stream: history: %s", mr_last_error());
    return history;
}

/* Nobody known stands for an empty audience, so that films can be had before anybody is seen. */
static size_t seat(const mr_stream_task *task, const mr_followed *audience, size_t count,
                   const mr_history *history, mr_viewer *viewers) {
    viewers[0] = (mr_viewer){0};
    for (size_t i = 0; i < count; i++)
        viewers[i] = mr_viewer_of_followed(&audience[i]);
    if (task->settings.feel >= 0)
        state_feeling(&viewers[0].attributes, task->settings.feel);
    viewers[0].history = history->items;
    viewers[0].history_count = history->count;
    return count > 0 ? count : 1;
}

static mr_status recommend(mr_stream_task *task, const mr_leased_session *at,
                           const mr_followed *audience, size_t count, int limit) {
    mr_history history = read_history(task);
    double started = mr_now();
    mr_viewer viewers[MR_VIEWERS_MAX];
    size_t seats = seat(task, audience, count, &history, viewers);
    mr_recommend_options options = mr_stream_settings_options(&task->settings);
    options.age_limit = limit;
    mr_recommendation films;
    mr_status status = mr_recommend(at->session, viewers, seats, &options, &films);
    double chosen = mr_now();
    mr_latency_add(task->latency, MR_STAGE_RECOMMEND, chosen - started);
    mr_history_free(&history);
    MR_TRY(status);
    task->films = films_text(audience, count, &films);
    mr_recommendation_free(&films);
    mr_latency_add(task->latency, MR_STAGE_ENCODE, mr_now() - chosen);
    if (task->films == NULL)
        return mr_fail(MR_E_MEMORY, "films: out of memory for the answer");
    return MR_OK;
}

/* ---- The job ---- */

static mr_status run(mr_job *job, const mr_leased_session *at) {
    mr_stream_task *task = (mr_stream_task *)job;
    MR_TRY(renew_follower(task, at));
    MR_TRY(set_attributes(task));
    if (task->has_frame)
        MR_TRY(follow(task, at));
    mr_followed audience[MR_VIEWERS_MAX];
    size_t count = choose_audience(task, audience);
    /* Whoever is there limits the films, asked or not. */
    int limit = mr_youngest_of_scene(&task->scene, task->settings.youngest);
    bool due = is_due(task, audience, count, limit);
    if (count > 0 && task->occasion.step < limit)
        limit = task->occasion.step; /* an age that rose a moment ago may fall again */
    if (due)
        MR_TRY(recommend(task, at, audience, count, limit));
    return MR_OK;
}

void mr_stream_task_init(mr_stream_task *task, mr_latency *latency, mr_store *store,
                         mr_attribute_set allowed) {
    task->job.run = run;
    task->latency = latency;
    task->store = store;
    task->allowed = allowed;
    task->settings = mr_stream_settings_defaults();
    task->occasion = mr_occasion_new();
}

void mr_stream_task_rest(mr_stream_task *task) {
    if (task->lease != NULL && !mr_lease_is_current(task->lease))
        part_with_follower(task);
}

void mr_stream_task_clear(mr_stream_task *task) {
    part_with_follower(task);
    mr_bytes_free(&task->frame);
    free(task->people);
    free(task->films);
    free(task->error);
}
