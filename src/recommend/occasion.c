#include "recommend/occasion.h"

#include "base/rng.h"

#include <math.h>
#include <string.h>

mr_occasion mr_occasion_new(void) {
    return (mr_occasion){.shown_at = -INFINITY, .step = -1};
}

static int remembered_range(const mr_occasion *occasion, uint32_t id) {
    for (size_t i = 0; i < occasion->age_count; i++)
        if (occasion->ages[i].id == id)
            return occasion->ages[i].age_range;
    return -1;
}

static int age_range_of(const mr_occasion *occasion, const mr_followed *person) {
    const mr_attributes *attributes = &person->person.attributes;
    if (!attributes->has_age)
        return -1;
    int before = remembered_range(occasion, person->id);
    if (before >= 0) {
        /* Near the border the range that it was stays. */
        float low = attributes->age - MR_OCCASION_AGE_SLACK;
        float high = attributes->age + MR_OCCASION_AGE_SLACK;
        if ((int)mr_age_range_of(fmaxf(low, 0)) <= before && before <= (int)mr_age_range_of(high))
            return before;
    }
    return (int)mr_age_range_of(attributes->age);
}

/* The highest of the ages that certificates and genres ask for which this age has reached. */
static int step_of(float age) {
    static const int steps[] = {18, 17, 16, 15, 13, 12, 8, 7, 6};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (age >= (float)steps[i])
            return steps[i];
    return 0;
}

static int limit_of(const mr_occasion *occasion, int youngest) {
    int now = step_of((float)youngest), safe = step_of((float)youngest - MR_OCCASION_AGE_SLACK);
    if (occasion->step < 0 || now <= occasion->step)
        return now;
    return safe > occasion->step ? safe : occasion->step;
}

uint64_t mr_occasion_key(mr_occasion *occasion, const mr_followed *people, size_t count,
                         int youngest) {
    if (count == 0) { /* they may only have looked aside: what their ages were is kept */
        occasion->present.count = 0;
        return 0;
    }
    mr_occasion next = *occasion;
    next.step = limit_of(occasion, youngest);
    next.age_count = next.present.count = 0;
    uint64_t key = 0;
    for (size_t i = 0; i < count && i < MR_FOLLOWED_MAX; i++) {
        int range = age_range_of(occasion, &people[i]);
        next.ages[next.age_count].id = people[i].id;
        next.ages[next.age_count++].age_range = range;
        int32_t member[4] = {(int32_t)people[i].id, range, people[i].gender, people[i].emotion};
        uint64_t hash = mr_hash(member, sizeof member);
        next.present.members[next.present.count++] = hash;
        key += hash; /* a sum does not know the order */
    }
    key += mr_hash(&next.step, sizeof next.step);
    next.present.step = next.step;
    *occasion = next;
    return key;
}

static bool is_member(const mr_occasion_group *group, uint64_t member) {
    for (size_t i = 0; i < group->count; i++)
        if (group->members[i] == member)
            return true;
    return false;
}

/* Whether all who are there had films chosen for them, with others, that all may see still. */
static bool only_lost_people(const mr_occasion *occasion) {
    const mr_occasion_group *present = &occasion->present, *shown_to = &occasion->shown_to;
    for (size_t i = 0; i < present->count; i++)
        if (!is_member(shown_to, present->members[i]))
            return false;
    return present->count < shown_to->count && present->step >= shown_to->step;
}

static bool has_settled(const mr_occasion *occasion, double seconds) {
    if (only_lost_people(occasion))
        return seconds - occasion->now_since >= MR_OCCASION_GONE;
    return seconds - occasion->now_since >= MR_OCCASION_SETTLED ||
           seconds - occasion->differs_since >= MR_OCCASION_APART;
}

void mr_occasion_note(mr_occasion *occasion, double seconds, uint64_t key) {
    occasion->shown = occasion->now = key;
    occasion->shown_at = occasion->now_since = seconds;
    occasion->shown_to = occasion->present;
}

bool mr_occasion_due(mr_occasion *occasion, double seconds, uint64_t key) {
    if (key != occasion->now) {
        bool differed = occasion->now != 0 && occasion->now != occasion->shown;
        occasion->now = key;
        occasion->now_since = seconds;
        if (!differed)
            occasion->differs_since = seconds;
    }
    if (key == 0 || key == occasion->shown)
        return false;
    if (!has_settled(occasion, seconds) || seconds - occasion->shown_at < MR_OCCASION_APART)
        return false;
    mr_occasion_note(occasion, seconds, key);
    return true;
}
