#include "base/memory.h"
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

/* Of the film itself from the ages that were asked about it, else of its genres. */
static float taste_of_children(const sight *s) {
    return mr_genre_sums_fit(&s->appetite->child_taste, s->film);
}

static float taste_of_others(const sight *s) {
    return s->item >= 0 ? (1 - s->appetite->child) * s->appetite->audience[s->item]
                        : mr_genre_sums_fit(&s->appetite->taste, s->film) - taste_of_children(s);
}

static float taste(const sight *s) {
    return taste_of_children(s) + taste_of_others(s);
}

static float mood(const sight *s) {
    return mr_genre_sums_fit(&s->appetite->mood, s->film);
}

/* What of the likeness does not go by genre. */
static float likeness_of_facts(const mr_appetite *appetite, const mr_catalogue_film *film) {
    const uint32_t *people = appetite->people + film->people;
    float known = 0;
    for (int i = 0; i < film->director_count + film->cast_count; i++)
        known += appetite->liked_person[people[i]];
    /* Not by fminf and fmaxf, which are calls for the sake of numbers that are none. */
    known = known > 1 ? 1 : known < -1 ? -1 : known;
    return PEOPLE_PART * known + LANGUAGE_PART * appetite->liked_language[film->language_number] +
           DECADE_PART * appetite->liked_decade[mr_decade_of(film->year)];
}

static float likeness(const sight *s) {
    if (s->appetite->feedbacks == 0)
        return 0;
    return GENRE_PART * mr_genre_sums_fit(&s->appetite->liked_genre, s->film) +
           likeness_of_facts(s->appetite, s->film);
}

/* The number is that of a director, or of somebody of the cast. */
static float person_share(const uint32_t *people, const mr_catalogue_film *film, uint32_t person) {
    float share = 0;
    for (int i = 0; i < film->director_count + film->cast_count; i++)
        if (people[film->people + (uint32_t)i] == person)
            share += i < film->director_count ? MR_DIRECTOR_SHARE : MR_CAST_SHARE;
    return share;
}

float mr_likeness_share(const mr_appetite *appetite, const mr_opinion *opinion,
                        const mr_catalogue_film *film) {
    const mr_catalogue *catalogue = appetite->recommender->parts.catalogue;
    const mr_catalogue_film *liked = mr_catalogue_entry(catalogue, opinion->film);
    const uint32_t *people = mr_catalogue_people(catalogue);
    float genres = (float)mr_genre_set_size(film->genres & liked->genres) * film->genre_scale /
                   sqrtf((float)mr_genre_set_size(liked->genres));
    float known = 0;
    for (int i = 0; i < film->director_count + film->cast_count; i++)
        known += person_share(people, liked, people[film->people + (uint32_t)i]);
    bool language = film->language_number && film->language_number == liked->language_number;
    bool decade = mr_decade_of(film->year) == mr_decade_of(liked->year);
    float per_opinion = 1 / fmaxf(appetite->opinions, 1e-6f);
    return mr_opinion_value(opinion) *
           (GENRE_PART * (appetite->liked_length > 0 ? genres / appetite->liked_length : 0) +
            PEOPLE_PART * known + (language ? LANGUAGE_PART * per_opinion : 0) +
            (decade ? DECADE_PART * per_opinion : 0));
}

static float history(const sight *s) {
    return s->item >= 0 ? mr_collaborative_history(&s->appetite->neighbours, (size_t)s->item) : 0;
}

/* What those say by their likes who live here, which is added to the history. */
static float local_history(const mr_appetite *appetite, uint32_t film) {
    int32_t item = appetite->local ? appetite->local->item_of[film] : -1;
    return item >= 0 ? appetite->local_weight *
                           mr_collaborative_history(&appetite->local_neighbours, (size_t)item)
                     : 0;
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
    sight s = {appetite, &appetite->films[index], index, item};
    for (int t = 0; t < MR_TERM_COUNT; t++)
        values[t] = terms[t](&s);
}

bool mr_taste_is_of_children(const mr_appetite *appetite, uint32_t film) {
    sight s = {appetite, &appetite->films[film], film, mr_item_of(appetite->recommender, film)};
    return taste_of_children(&s) > taste_of_others(&s);
}

void mr_terms_of(const mr_appetite *appetite, uint32_t index, float contribution[MR_TERM_COUNT]) {
    int32_t item = mr_item_of(appetite->recommender, index);
    const float *weight = item >= 0 ? appetite->inside : appetite->outside;
    mr_term_values(appetite, index, item, contribution);
    for (int t = 0; t < MR_TERM_COUNT; t++)
        contribution[t] *= weight[t];
    contribution[MR_TERM_POPULARITY] += item >= 0 ? 0 : appetite->shift;
    contribution[MR_TERM_HISTORY] += local_history(appetite, index);
}

/* --- many films ------------------------------------------------------------------------------ */

mr_status mr_sum_up(mr_appetite *appetite) {
    const mr_recommender *recommender = appetite->recommender;
    const float *in = appetite->inside, *out = appetite->outside;
    for (int g = 0; g < MR_GENRE_COUNT; g++) {
        float genre = appetite->genre.value[g], wish = appetite->mood.value[g];
        float liked = GENRE_PART * appetite->liked_genre.value[g];
        appetite->wanted_inside.value[g] = in[MR_TERM_GENRE_BELIEF] * genre +
                                           in[MR_TERM_MOOD] * wish + in[MR_TERM_LIKENESS] * liked +
                                           in[MR_TERM_TASTE] * appetite->child_taste.value[g];
        appetite->wanted_outside.value[g] =
            out[MR_TERM_GENRE_BELIEF] * genre + out[MR_TERM_MOOD] * wish +
            out[MR_TERM_LIKENESS] * liked + out[MR_TERM_TASTE] * appetite->taste.value[g];
    }
    mr_genre_sums_fill(&appetite->wanted_inside);
    mr_genre_sums_fill(&appetite->wanted_outside);
    for (int t = 0; t < MR_CATALOGUE_TIERS; t++)
        appetite->tier_score[t] =
            out[MR_TERM_POPULARITY] * recommender->popularity_of_tier[t] + appetite->shift;
    if (!recommender->parts.neighbours)
        return MR_OK;
    size_t items = recommender->parts.neighbours->model->items;
    appetite->item_score = mr_alloc(items * sizeof *appetite->item_score);
    if (!appetite->item_score)
        return mr_fail(MR_E_MEMORY, "no memory for the scores of %zu films", items);
    for (size_t i = 0; i < items; i++)
        appetite->item_score[i] =
            in[MR_TERM_TASTE] * (1 - appetite->child) * appetite->audience[i] +
            in[MR_TERM_HISTORY] * mr_collaborative_history(&appetite->neighbours, i) +
            in[MR_TERM_POPULARITY] * recommender->popularity[i];
    return MR_OK;
}

float mr_score_of(const mr_appetite *appetite, uint32_t index) {
    const mr_recommender *recommender = appetite->recommender;
    const mr_catalogue_film *film = &appetite->films[index];
    int32_t item = mr_item_of(recommender, index);
    const float *weight = item >= 0 ? appetite->inside : appetite->outside;
    float score =
        item >= 0 ? mr_genre_sums_fit(&appetite->wanted_inside, film) + appetite->item_score[item]
                  : mr_genre_sums_fit(&appetite->wanted_outside, film) +
                        appetite->tier_score[film->tier - 1];
    uint16_t number = recommender->class_of[index];
    if (number != MR_NO_CLASS)
        score += weight[MR_TERM_FILM_BELIEF] * sqrtf(appetite->film[number]);
    score += local_history(appetite, index);
    if (appetite->feedbacks > 0)
        score += weight[MR_TERM_LIKENESS] * likeness_of_facts(appetite, film);
    return score;
}
