/* Who of many people gets one of the few seats. */
#include "api/engine.h"
#include "recommend/watcher.h"

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

/* A face out of sight that was seen for less than so many seconds passed by, or was none. */
#define PASSING 0.5

static bool is_there(const mr_followed *person) {
    return person->in_sight || person->seen - person->since >= PASSING;
}

/* Seats are for the largest faces, which come first. The last one is for the youngest of all who
 * would have none, if younger: certificates go by it. */
typedef struct seats {
    size_t taken;
    int age_of_last; /* of whoever has the last one */
} seats;

/* Whether somebody has a seat, whose number goes to *seat. */
static bool take_seat(seats *self, const mr_person *person, size_t *seat) {
    int age = youngest_plausible(person);
    bool last = self->taken >= MR_VIEWERS_MAX;
    if (last && age >= self->age_of_last)
        return false;
    *seat = last ? MR_VIEWERS_MAX - 1 : self->taken++;
    if (*seat == MR_VIEWERS_MAX - 1)
        self->age_of_last = age;
    return true;
}

size_t mr_viewers_of_analysis(const mr_analysis *analysis, mr_viewer out[MR_VIEWERS_MAX]) {
    seats all = {0};
    size_t seat;
    for (size_t i = 0; analysis != NULL && out != NULL && i < analysis->readable; i++)
        if (take_seat(&all, &analysis->people[i], &seat))
            out[seat] = mr_viewer_of_person(&analysis->people[i]);
    return all.taken;
}

size_t mr_audience_of_scene(const mr_scene *scene, mr_followed out[MR_VIEWERS_MAX]) {
    seats all = {0};
    size_t seat;
    for (size_t i = 0; scene != NULL && out != NULL && i < scene->count; i++)
        if (is_there(&scene->people[i]) && take_seat(&all, &scene->people[i].person, &seat))
            out[seat] = scene->people[i];
    return all.taken;
}

int mr_youngest_of_scene(const mr_scene *scene, int stated) {
    int youngest = -1;
    for (size_t i = 0; scene != NULL && i < scene->count; i++) {
        if (!is_there(&scene->people[i]))
            continue;
        int age = mr_plausible_age(&scene->people[i].person.attributes, stated);
        youngest = youngest < 0 || age < youngest ? age : youngest;
    }
    return youngest;
}
