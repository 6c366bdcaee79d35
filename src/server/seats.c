#include "server/seats.h"

#include "store/store.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define AGE_MAX 150
/* How many standard deviations lie on each side of the mean in the middle 80 % of a normal. */
#define DEVIATIONS_OF_80 1.2816

/* What is being read, and where: "viewers[2]". */
struct reading {
    char where[32];
    mr_problem *problem;
};

/* `detail` is what is wrong with the member. */
static bool refuse(const struct reading *reading, const char *member, const char *detail) {
    char field[64];
    snprintf(field, sizeof field, "%s%s%s", reading->where, *member != '\0' ? "." : "", member);
    return mr_problem_set(reading->problem, 422, field, "%s", detail);
}

/* A number in low … high. */
static bool read_number(const json_t *object, const char *name, double low, double high,
                        double *out) {
    const json_t *value = json_object_get(object, name);
    if (!json_is_number(value))
        return false;
    *out = json_number_value(value);
    return *out >= low && *out <= high;
}

/* A normal distribution whose halves have widths of their own, in whole years. */
static void spread_age(mr_attributes *attributes, double years, double low, double high) {
    double total = 0, shares[MR_AGE_YEARS];
    double below = fmax(0.5, (years - low) / DEVIATIONS_OF_80);
    double above = fmax(0.5, (high - years) / DEVIATIONS_OF_80);
    double centre = fmin(years, MR_AGE_YEARS - 1);
    for (int year = 0; year < MR_AGE_YEARS; year++) {
        double away = ((double)year - centre) / (year < centre ? below : above);
        total += shares[year] = exp(-0.5 * away * away);
    }
    for (int year = 0; year < MR_AGE_YEARS; year++)
        attributes->age_distribution[year] = (float)(shares[year] / total);
    attributes->has_age = true;
    attributes->age = (float)years;
    attributes->age_low = (float)low;
    attributes->age_high = (float)high;
}

static bool read_age(const struct reading *reading, const json_t *value, mr_viewer *viewer) {
    double years, low, high;
    int64_t whole;
    if (mr_json_whole(value, &whole) && whole >= 0 && whole <= AGE_MAX) {
        mr_viewer stated;
        if (mr_viewer_stated((int)whole, -1, -1, &stated) != MR_OK)
            return mr_problem_from(reading->problem, MR_E_ARGUMENT, "age");
        *viewer = stated;
        return true;
    }
    if (!json_is_object(value) || !read_number(value, "years", 0, AGE_MAX, &years) ||
        !read_number(value, "low", 0, years, &low) ||
        !read_number(value, "high", years, AGE_MAX, &high))
        return refuse(reading, "age",
                      "expected years from 0 to 150, or {\"years\", \"low\", \"high\"}");
    spread_age(&viewer->attributes, years, low, high);
    /* Our own answers round it, perhaps up; certificates go by the least that it was. */
    if (low == floor(low))
        viewer->attributes.age_low = (float)fmax(low - 0.5, 0);
    return true;
}

static bool read_gender(const struct reading *reading, const json_t *value, mr_viewer *viewer) {
    const json_t *label = json_is_object(value) ? json_object_get(value, "label") : value;
    int gender = json_is_string(label) ? mr_gender_from_label(json_string_value(label)) : -1;
    double probability = 1;
    if (gender < 0 ||
        (json_is_object(value) && !read_number(value, "probability", 0, 1, &probability)))
        return refuse(reading, "gender", "expected female, male, or {\"label\", \"probability\"}");
    for (int i = 0; i < MR_GENDER_COUNT; i++)
        viewer->attributes.gender[i] = (float)(i == gender ? probability : 1 - probability);
    viewer->attributes.has_gender = true;
    return true;
}

static bool read_probabilities(const json_t *object, float *shares) {
    double total = 0, share;
    const char *label;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, label, value) {
        int emotion = mr_emotion_from_label(label);
        if (emotion < 0 || !read_number(object, label, 0, 1, &share))
            return false;
        shares[emotion] = (float)share;
        total += share;
    }
    if (total < 0.95 || total > 1.05)
        return false;
    for (int i = 0; i < MR_EMOTION_COUNT; i++)
        shares[i] = (float)(shares[i] / total);
    return true;
}

static bool read_emotion(const struct reading *reading, const json_t *value, mr_viewer *viewer) {
    float shares[MR_EMOTION_COUNT] = {0};
    int emotion = json_is_string(value) ? mr_emotion_from_label(json_string_value(value)) : -1;
    if (emotion >= 0)
        shares[emotion] = 1;
    else if (!read_probabilities(json_object_get(value, "probabilities"), shares))
        return refuse(reading, "emotion",
                      "expected a label, or {\"probabilities\"} that sum to one");
    memcpy(viewer->attributes.emotion, shares, sizeof shares);
    viewer->attributes.has_emotion = true;
    return true;
}

/* Members of faces and people that say nothing of taste. */
static bool is_passed_over(const char *member) {
    static const char *const others[] = {"box", "score", "landmarks", "ethnicity",
                                         "id",  "since", "in_sight"};
    for (size_t i = 0; i < MR_COUNT(others); i++)
        if (strcmp(others[i], member) == 0)
            return true;
    return false;
}

/* Not whether somebody has that name: who was erased meanwhile is nobody. */
static bool read_name(const struct reading *reading, const json_t *value, const char **name) {
    *name = json_string_value(value);
    return mr_viewer_id_is_valid(*name) ||
           refuse(reading, "viewer", "expected a name: 1 to 64 of A-Z a-z 0-9 . _ -");
}

static bool read_seat(const struct reading *reading, json_t *object, mr_viewer *viewer,
                      const char **name) {
    const char *member;
    json_t *value;
    bool good = json_is_object(object) || refuse(reading, "", "expected an object");
    /* The age first: a stated one fills in the whole viewer. */
    value = json_object_get(object, "age");
    if (good && value != NULL && !json_is_null(value))
        good = read_age(reading, value, viewer);
    json_object_foreach(object, member, value) {
        if (!good || json_is_null(value) || strcmp(member, "age") == 0 || is_passed_over(member))
            continue;
        if (strcmp(member, "gender") == 0)
            good = read_gender(reading, value, viewer);
        else if (strcmp(member, "emotion") == 0)
            good = read_emotion(reading, value, viewer);
        else if (strcmp(member, "viewer") != 0)
            good = refuse(reading, member, "there is no such member");
        else
            good = read_name(reading, value, name);
    }
    return good;
}

bool mr_seats_read(json_t *value, void *bound, mr_problem *problem) {
    mr_seats *seats = bound;
    size_t count = json_array_size(value);
    if (!json_is_array(value) || count < 1 || count > MR_VIEWERS_MAX)
        return mr_problem_set(problem, 422, "viewers", "expected an array of 1 to %d",
                              MR_VIEWERS_MAX);
    for (size_t i = 0; i < count; i++) {
        struct reading reading = {.problem = problem};
        snprintf(reading.where, sizeof reading.where, "viewers[%zu]", i);
        if (!read_seat(&reading, json_array_get(value, i), &seats->viewers[i], &seats->names[i]))
            return false;
    }
    seats->count = count;
    return true;
}

static void mind_the_others(const mr_analysis *analysis, int youngest, int *age_limit) {
    for (size_t i = 0; i < analysis->readable; i++) {
        int age = mr_plausible_age(&analysis->people[i].attributes, youngest);
        if (*age_limit < 0 || age < *age_limit)
            *age_limit = age;
    }
}

void mr_seats_of_picture(const mr_analysis *analysis, bool group, int youngest, mr_seats *out,
                         int *age_limit) {
    if (!group)
        mind_the_others(analysis, youngest, age_limit);
    size_t count = mr_viewers_of_analysis(analysis, out->viewers);
    out->count = count > 0 && group ? count : 1;
}
