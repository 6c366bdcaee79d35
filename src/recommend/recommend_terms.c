#include "recommend/recommend_parts.h"

#include <math.h>

/* Shares of the parts of a film in its likeness to what was liked. */
#define GENRE_PART    0.55f
#define PEOPLE_PART   0.25f
#define LANGUAGE_PART 0.1f
#define DECADE_PART   0.1f

/* A film in the eyes of one person. */
typedef struct sight {
    const mr_appetite *appetite;
    const mr_catalogue_film *film;
    uint32_t index;
    int32_t item; /* of the neighbour model, or -1 */
} sight;

/* The square root brings a likely film and a sure one nearer to each other. */
static float film_belief(const sight *s) {
    uint16_t number = s->appetite->recommender->class_of[s->index];
    return number == MR_NO_CLASS ? 0 : sqrtf(s->appetite->film[number]);
}

static float genre_belief(const sight *s) {
    return mr_genre_sums_fit(&s->appetite->genre, s->film);
}

/* Of the film itself where people were asked about it, else of its genres. */
static float taste(const sight *s) {
    return s->item >= 0 ? s->appetite->audience[s->item]
                        : mr_genre_sums_fit(&s->appetite->taste, s->film);
}

static float mood(const sight *s) {
    return mr_genre_sums_fit(&s->appetite->mood, s->film);
}

static float likeness(const sight *s) {
    const mr_appetite *appetite = s->appetite;
    const mr_catalogue_film *film = s->film;
    if (appetite->feedbacks == 0)
        return 0;
    const uint32_t *people =
        mr_catalogue_people(appetite->recommender->parts.catalogue) + film->people;
    float known = 0;
    for (int i = 0; i < film->director_count + film->cast_count; i++)
        known += appetite->liked_person[people[i]];
    return GENRE_PART * mr_genre_sums_fit(&appetite->liked_genre, film) +
           PEOPLE_PART * fmaxf(-1, fminf(1, known)) +
           LANGUAGE_PART * appetite->liked_language[film->language_number] +
           DECADE_PART * appetite->liked_decade[mr_decade_of(film->year)];
}

static float history(const sight *s) {
    return s->item >= 0 ? s->appetite->neighbours.history[s->item] : 0;
}

static float popularity(const sight *s) {
    const mr_recommender *recommender = s->appetite->recommender;
    return s->item >= 0 ? recommender->popularity[s->item]
                        : recommender->popularity_of_tier[s->film->tier - 1];
}

/* The value of a term for a film, about -1 … 1. */
typedef float term_value(const sight *s);

static term_value *const terms[MR_TERM_COUNT] = {
    [MR_TERM_FILM_BELIEF] = film_belief,
    [MR_TERM_GENRE_BELIEF] = genre_belief,
    [MR_TERM_TASTE] = taste,
    [MR_TERM_MOOD] = mood,
    [MR_TERM_LIKENESS] = likeness,
    [MR_TERM_HISTORY] = history,
    [MR_TERM_POPULARITY] = popularity,
};

void mr_term_values(const mr_appetite *appetite, uint32_t index, int32_t item,
                    float values[MR_TERM_COUNT]) {
    const mr_catalogue *catalogue = appetite->recommender->parts.catalogue;
    sight s = {appetite, mr_catalogue_films(catalogue) + index, index, item};
    for (int t = 0; t < MR_TERM_COUNT; t++)
        values[t] = terms[t](&s);
}

void mr_terms_of(const mr_appetite *appetite, uint32_t index, float contribution[MR_TERM_COUNT]) {
    int32_t item = mr_item_of(appetite->recommender, index);
    const float *weight = item >= 0 ? appetite->inside : appetite->outside;
    mr_term_values(appetite, index, item, contribution);
    for (int t = 0; t < MR_TERM_COUNT; t++)
        contribution[t] *= weight[t];
    contribution[MR_TERM_POPULARITY] += item >= 0 ? 0 : appetite->shift;
}
