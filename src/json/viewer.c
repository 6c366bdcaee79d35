#include "json/viewer.h"

#include <time.h>

json_t *mr_json_time(int64_t seconds) {
    time_t time = (time_t)seconds;
    struct tm utc;
    char text[40];
    if (seconds == 0 || !gmtime_r(&time, &utc) ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        return json_null();
    return json_string(text);
}

json_t *mr_json_opinion(const char *title, int year, const mr_feedback *feedback) {
    bool rated = feedback->kind == MR_FEEDBACK_RATING;
    return json_pack(
        "{s:{s:o, s:o, s:o}, s:s, s:o, s:o}", "film", "id", mr_json_text(feedback->film), "title",
        mr_json_text_or_null(title), "year", year ? json_integer(year) : json_null(), "kind",
        mr_feedback_label(feedback->kind), "rating",
        rated ? json_integer(feedback->rating) : json_null(), "at", mr_json_time(feedback->at));
}

static json_t *opinion_of(const mr_catalogue *catalogue, const mr_feedback *feedback) {
    long film = catalogue ? mr_catalogue_find(catalogue, feedback->film) : -1;
    if (film < 0)
        return mr_json_opinion("", 0, feedback);
    const mr_catalogue_film *entry = mr_catalogue_entry(catalogue, (size_t)film);
    return mr_json_opinion(entry->title, entry->year, feedback);
}

json_t *mr_json_history(const mr_catalogue *catalogue, const char *id, int64_t since,
                        const mr_history *history) {
    json_t *list = json_array();
    for (size_t i = 0; i < history->count; i++)
        if (json_array_append_new(list, opinion_of(catalogue, &history->items[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    return json_pack("{s:o, s:o, s:o}", "id", mr_json_text(id), "since", mr_json_time(since),
                     "feedback", list);
}
