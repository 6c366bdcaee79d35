/* Who of many people gets one of the few seats. */
#include "api/engine.h"
#include "recommend/watcher.h"

typedef const mr_person *(*person_at)(const void *people, size_t index);

int mr_plausible_age(const mr_attributes *attributes, int stated) {
    mr_watcher watcher = {0};
    if (attributes != NULL)
        watcher = mr_watcher_of(attributes);
    if (watcher.has_age)
        return watcher.youngest;
    return stated > 0 ? stated : 0;
}

static int youngest_plausible(const mr_person *person) {
    return mr_plausible_age(&person->attributes, -1);
}

/* Seats are for the largest faces, which come first. The last one is for the youngest of all who
 * would have none, if younger: certificates go by it. */
static size_t for_last_seat(person_at at, const void *people, size_t count) {
    size_t chosen = MR_VIEWERS_MAX - 1;
    for (size_t i = MR_VIEWERS_MAX; i < count; i++)
        if (youngest_plausible(at(people, i)) < youngest_plausible(at(people, chosen)))
            chosen = i;
    return chosen;
}

static const mr_person *person_of(const void *people, size_t index) {
    return (const mr_person *)people + index;
}

static const mr_person *followed_person(const void *people, size_t index) {
    return &((const mr_followed *)people)[index].person;
}

size_t mr_viewers_of_analysis(const mr_analysis *analysis, mr_viewer out[MR_VIEWERS_MAX]) {
    size_t seen = analysis != NULL ? analysis->readable : 0;
    size_t count = seen < MR_VIEWERS_MAX ? seen : MR_VIEWERS_MAX;
    for (size_t i = 0; i < count; i++)
        out[i] = mr_viewer_of_person(&analysis->people[i]);
    if (seen > count)
        out[count - 1] = mr_viewer_of_person(
            &analysis->people[for_last_seat(person_of, analysis->people, seen)]);
    return count;
}

size_t mr_audience_of_scene(const mr_scene *scene, mr_followed out[MR_VIEWERS_MAX]) {
    size_t seen = scene != NULL ? scene->count : 0;
    size_t count = seen < MR_VIEWERS_MAX ? seen : MR_VIEWERS_MAX;
    for (size_t i = 0; i < count; i++)
        out[i] = scene->people[i];
    if (seen > count)
        out[count - 1] = scene->people[for_last_seat(followed_person, scene->people, seen)];
    return count;
}
