#include "recommend/recommend_parts.h"

#include <math.h>
#include <stdlib.h>

/* In a group, a film that somebody's score puts this many standard deviations below that person's
 * mean makes them miserable. Both are taken over the films that are best for the group: over all
 * films, most of which hardly anybody likes, no film that is known would be below the mean. */
#define MISERY_DEVIATIONS 1.0f
#define MISERY_AMONG      200

/* Strengths are compared with each other, so there is no use for larger ones. */
#define LARGEST_STRENGTH 1000.0f

#define STRENGTH(name, label, strength) [MR_TERM_##name] = (strength),

mr_rank_options mr_rank_options_defaults(void) {
    return (mr_rank_options){.count = 10,
                             .genre = -1,
                             .language = -1,
                             .max_age = -1,
                             .age_limit = -1,
                             .youngest = -1,
                             .mood = MR_MOOD_AUTO,
                             .diversity = 0.5f,
                             .exploration = 0.1f,
                             .seed = 1,
                             .weights = {MR_TERMS(STRENGTH)}};
}

static mr_status check_seat(const mr_recommender *recommender, const mr_sofa_seat *seat) {
    for (size_t i = 0; i < seat->history_count; i++) {
        const mr_opinion *feedback = &seat->history[i];
        if (feedback->film >= mr_catalogue_count(recommender->parts.catalogue))
            return mr_fail(MR_E_ARGUMENT, "feedback %zu: film %u is not in the catalogue", i,
                           (unsigned)feedback->film);
        if ((unsigned)feedback->kind > MR_FEEDBACK_RATING ||
            (feedback->kind == MR_FEEDBACK_RATING &&
             (feedback->rating < 1 || feedback->rating > 5)))
            return mr_fail(MR_E_ARGUMENT, "feedback %zu: expected a rating from 1 to 5", i);
    }
    return MR_OK;
}

static mr_status check(const mr_recommender *recommender, const mr_sofa_seat *seats,
                       size_t seat_count, const mr_rank_options *options) {
    if (seat_count < 1 || seat_count > MR_SOFA_SEATS)
        return mr_fail(MR_E_ARGUMENT, "%zu people on the sofa, expected 1 to %d", seat_count,
                       MR_SOFA_SEATS);
    if (options->genre >= MR_GENRE_COUNT || (unsigned)options->mood >= MR_MOOD_COUNT)
        return mr_fail(MR_E_ARGUMENT, "no such genre or mood");
    if (!(options->diversity >= 0) || !(options->exploration >= 0 && options->exploration <= 1))
        return mr_fail(MR_E_ARGUMENT,
                       "diversity %g, exploration %g: expected at least 0 and 0 to 1",
                       (double)options->diversity, (double)options->exploration);
    for (int t = 0; t < MR_TERM_COUNT; t++)
        if (!(options->weights[t] >= 0 && options->weights[t] <= LARGEST_STRENGTH))
            return mr_fail(MR_E_ARGUMENT, "the strength of %s is %g, expected 0 to %g",
                           mr_term_label((mr_term)t), (double)options->weights[t],
                           (double)LARGEST_STRENGTH);
    for (size_t s = 0; s < seat_count; s++)
        MR_TRY(check_seat(recommender, &seats[s]));
    return MR_OK;
}

/* Scratch memory of one ranking. */
typedef struct scratch {
    mr_appetite appetites[MR_SOFA_SEATS];
    size_t seat_count;
    bool *remembered; /* by film: it is in somebody's history */
    mr_candidate *candidates;
    float *scores; /* candidates × seats */
    size_t count;
} scratch;

static void scratch_free(scratch *work) {
    for (size_t s = 0; s < work->seat_count; s++)
        mr_appetite_free(&work->appetites[s]);
    free(work->remembered);
    free(work->candidates);
    free(work->scores);
}

static mr_status scratch_make(const mr_recommender *recommender, const mr_sofa_seat *seats,
                              size_t seat_count, const mr_rank_options *options, scratch *work) {
    size_t films = mr_catalogue_count(recommender->parts.catalogue);
    work->remembered = calloc(films, sizeof *work->remembered);
    work->candidates = malloc(films * sizeof *work->candidates);
    work->scores = malloc(films * seat_count * sizeof *work->scores);
    if (!work->remembered || !work->candidates || !work->scores)
        return mr_fail(MR_E_MEMORY, "no memory to rank %zu films", films);
    for (size_t s = 0; s < seat_count; s++) {
        MR_TRY(mr_appetite_make(recommender, &seats[s], options, &work->appetites[s]));
        work->seat_count++;
        for (size_t i = 0; i < seats[s].history_count; i++)
            work->remembered[seats[s].history[i].film] = true;
    }
    return MR_OK;
}

static bool passes(const mr_catalogue_film *film, const mr_rank_options *options, int youngest) {
    return film->suitable_age <= youngest &&
           (options->max_age < 0 || film->minimum_age <= options->max_age) &&
           (options->genre < 0 || film->genres >> options->genre & 1) &&
           (options->language < 0 || film->language_number == (unsigned long)options->language);
}

/* Lists the films that may be shown, with everybody's scores. */
static void score_all(const mr_recommender *recommender, const mr_rank_options *options,
                      int youngest, scratch *work) {
    const mr_catalogue_film *films = mr_catalogue_films(recommender->parts.catalogue);
    size_t n = mr_catalogue_count(recommender->parts.catalogue);
    for (size_t i = 0; i < n; i++) {
        if (!passes(&films[i], options, youngest) || work->remembered[i])
            continue;
        float *scores = work->scores + work->count * work->seat_count;
        float sum = 0;
        for (size_t s = 0; s < work->seat_count; s++) {
            scores[s] = mr_score_of(&work->appetites[s], (uint32_t)i);
            sum += scores[s];
        }
        work->candidates[work->count++] =
            (mr_candidate){.film = (uint32_t)i, .score = sum / (float)work->seat_count};
    }
}

/* The lowest score among the best MISERY_AMONG. */
static mr_status least_of_best(const scratch *work, float *out) {
    size_t best = work->count < MISERY_AMONG ? work->count : MISERY_AMONG;
    float *scores = malloc((work->count + 1) * sizeof *scores);
    if (!scores)
        return mr_fail(MR_E_MEMORY, "no memory for %zu scores", work->count);
    for (size_t i = 0; i < work->count; i++)
        scores[i] = work->candidates[i].score;
    *out = best > 0 ? mr_nth_greatest(scores, work->count, best) : 0;
    free(scores);
    return MR_OK;
}

/* Marks the films that one of the group likes far less than what the group would be shown. */
static mr_status mark_misery(scratch *work) {
    float least = 0;
    if (work->seat_count == 1)
        return MR_OK;
    MR_TRY(least_of_best(work, &least));
    for (size_t s = 0; s < work->seat_count; s++) {
        double sum = 0, squares = 0, n = 0;
        for (size_t i = 0; i < work->count; i++) {
            double score = (double)work->scores[i * work->seat_count + s];
            if (work->candidates[i].score < least)
                continue;
            sum += score;
            squares += score * score;
            n++;
        }
        double deviation = n > 0 ? sqrt(fmax(0, squares / n - sum / n * (sum / n))) : 0;
        double limit = n > 0 ? sum / n - (double)MISERY_DEVIATIONS * deviation : 0;
        for (size_t i = 0; i < work->count; i++)
            if ((double)work->scores[i * work->seat_count + s] < limit)
                work->candidates[i].misery = true;
    }
    return MR_OK;
}

static mr_status choose(const mr_recommender *recommender, const mr_rank_options *options,
                        scratch *work, mr_ranking *out) {
    size_t count = mr_select(recommender->parts.catalogue, work->candidates, work->count, options);
    mr_ranking ranking = {.count = count, .films = calloc(count + 1, sizeof *ranking.films)};
    if (!ranking.films)
        return mr_fail(MR_E_MEMORY, "no memory to rank %zu films", count);
    for (size_t i = 0; i < count; i++) {
        ranking.films[i].film = work->candidates[i].film;
        ranking.films[i].explored = work->candidates[i].explored;
        mr_explain(work->appetites, work->seat_count, options, &ranking.films[i]);
        /* Scores told are sums of contributions, which round a little differently. */
        for (size_t j = i; j > 0 && work->candidates[i].misery == work->candidates[j - 1].misery &&
                           ranking.films[j].score > ranking.films[j - 1].score;
             j--) {
            mr_ranked_film kept = ranking.films[j];
            ranking.films[j] = ranking.films[j - 1];
            ranking.films[j - 1] = kept;
        }
    }
    *out = ranking;
    return MR_OK;
}

mr_status mr_recommender_rank(const mr_recommender *recommender, const mr_sofa_seat *seats,
                              size_t seat_count, const mr_rank_options *options, mr_ranking *out) {
    mr_rank_options chosen = options ? *options : mr_rank_options_defaults();
    MR_TRY(check(recommender, seats, seat_count, &chosen));
    scratch work = {.seat_count = 0};
    mr_status status = scratch_make(recommender, seats, seat_count, &chosen, &work);
    if (status == MR_OK) {
        score_all(recommender, &chosen, mr_sofa_youngest(seats, seat_count, &chosen), &work);
        status = mark_misery(&work);
    }
    if (status == MR_OK)
        status = choose(recommender, &chosen, &work, out);
    scratch_free(&work);
    return status;
}

void mr_ranking_free(mr_ranking *ranking) {
    free(ranking->films);
    *ranking = (mr_ranking){0};
}
