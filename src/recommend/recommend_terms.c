#include "recommend/recommend_parts.h"

#include <math.h>

/* Shares of the parts of a film in its likeness to what was liked. */
#define GENRE_PART    0.55f
#define PEOPLE_PART   0.25f
#define LANGUAGE_PART 0.1f
#define DECADE_PART   0.1f

/* The square root brings a likely film and a sure one nearer to each other. */
static float film_belief(const mr_appetite *appetite, const mr_catalogue_film *film,
                         uint32_t index) {
    (void)film;
    uint16_t number = appetite->recommender->class_of[index];
    return number == MR_NO_CLASS ? 0 : sqrtf(appetite->film[number]);
}

static float genre_belief(const mr_appetite *appetite, const mr_catalogue_film *film,
                          uint32_t index) {
    (void)index;
    return mr_genre_sums_fit(&appetite->genre, film);
}

static float era_belief(const mr_appetite *appetite, const mr_catalogue_film *film,
                        uint32_t index) {
    (void)index;
    return appetite->era[film->year - MR_CATALOGUE_FIRST_YEAR];
}

static float taste(const mr_appetite *appetite, const mr_catalogue_film *film, uint32_t index) {
    (void)index;
    return mr_genre_sums_fit(&appetite->taste, film);
}

static float mood(const mr_appetite *appetite, const mr_catalogue_film *film, uint32_t index) {
    (void)index;
    return mr_genre_sums_fit(&appetite->mood, film);
}

static float likeness(const mr_appetite *appetite, const mr_catalogue_film *film, uint32_t index) {
    (void)index;
    if (appetite->feedbacks == 0)
        return 0;
    const uint32_t *people = mr_catalogue_people(appetite->recommender->catalogue) + film->people;
    float known = 0;
    for (int i = 0; i < film->director_count + film->cast_count; i++)
        known += appetite->liked_person[people[i]];
    return GENRE_PART * mr_genre_sums_fit(&appetite->liked_genre, film) +
           PEOPLE_PART * fmaxf(-1, fminf(1, known)) +
           LANGUAGE_PART * appetite->liked_language[film->language_number] +
           DECADE_PART * appetite->liked_decade[mr_decade_of(film->year)];
}

static float popularity(const mr_appetite *appetite, const mr_catalogue_film *film,
                        uint32_t index) {
    static const float of_tier[MR_CATALOGUE_TIERS] = {1, 0.4f, 0.15f, 0};
    (void)appetite, (void)index;
    return of_tier[film->tier - 1];
}

/* The value of a term for a film, about -1 … 1. */
typedef float term_value(const mr_appetite *appetite, const mr_catalogue_film *film,
                         uint32_t index);

static term_value *const values[MR_TERM_COUNT] = {
    [MR_TERM_FILM_BELIEF] = film_belief,
    [MR_TERM_GENRE_BELIEF] = genre_belief,
    [MR_TERM_ERA_BELIEF] = era_belief,
    [MR_TERM_TASTE] = taste,
    [MR_TERM_MOOD] = mood,
    [MR_TERM_LIKENESS] = likeness,
    [MR_TERM_POPULARITY] = popularity,
};

#define LABEL(name, label, weight) label,
static const char *const labels[] = {MR_TERMS(LABEL)};

const char *mr_term_label(mr_term term) {
    return (unsigned)term < MR_TERM_COUNT ? labels[term] : NULL;
}

void mr_terms_of(const mr_appetite *appetite, uint32_t index, float contribution[MR_TERM_COUNT]) {
    const mr_catalogue_film *film = mr_catalogue_films(appetite->recommender->catalogue) + index;
    for (int t = 0; t < MR_TERM_COUNT; t++)
        contribution[t] = appetite->weight[t] * values[t](appetite, film, index);
}
