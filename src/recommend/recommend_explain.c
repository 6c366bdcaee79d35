#include "recommend/recommend_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A contribution is worth a word from this size on, and this share of the largest. */
#define LEAST_CONTRIBUTION 0.05f
#define LEAST_SHARE        0.1f

/* Reasons of one person; a group has one for each of its people. */
#define SINGLE_REASONS 4

/* What each term adds for each seat. */
typedef float shares[MR_SOFA_SEATS][MR_TERM_COUNT];

/* --- one person ------------------------------------------------------------------------------ */

/* Of a film that nobody was asked about, or nobody as young, both go by its genres, and would say
 * the same twice. */
static bool say_the_same(const mr_appetite *appetite, uint32_t film, int a, int b) {
    bool by_genre = a == MR_TERM_TASTE || a == MR_TERM_GENRE_BELIEF;
    return by_genre && (b == MR_TERM_TASTE || b == MR_TERM_GENRE_BELIEF) &&
           (mr_item_of(appetite->recommender, film) < 0 || mr_taste_is_of_children(appetite, film));
}

/* Adds the strongest term that has no reason yet; false when none is worth a word. */
static bool add_strongest(const mr_appetite *appetite, const mr_rank_options *options,
                          mr_ranked_film *film, bool told[MR_TERM_COUNT]) {
    int best = -1;
    for (int t = 0; t < MR_TERM_COUNT; t++)
        if (!told[t] && (best < 0 || film->contribution[t] > film->contribution[best]))
            best = t;
    float largest = film->reason_count ? film->reasons[0].contribution : 0;
    if (best < 0 || film->contribution[best] < fmaxf(LEAST_CONTRIBUTION, LEAST_SHARE * largest))
        return false;
    mr_rank_reason *reason = &film->reasons[film->reason_count++];
    *reason = (mr_rank_reason){
        .term = (mr_term)best, .contribution = film->contribution[best], .seats = 1};
    mr_say_reason(reason->text, (mr_term)best, appetite, options, film->film);
    for (int t = 0; t < MR_TERM_COUNT; t++)
        told[t] |= t == best || say_the_same(appetite, film->film, best, t);
    return true;
}

static void explain_to_one(const mr_appetite *appetite, const mr_rank_options *options,
                           mr_ranked_film *film) {
    bool told[MR_TERM_COUNT] = {false};
    while (film->reason_count < SINGLE_REASONS && add_strongest(appetite, options, film, told))
        ;
}

/* --- a group --------------------------------------------------------------------------------- */

/* Whether a term is worth a word to one of a group, and raises the group's score by its part. */
static bool speaks(const float share[MR_TERM_COUNT], const mr_ranked_film *film, int term,
                   size_t seat_count) {
    return share[term] >= LEAST_CONTRIBUTION &&
           film->contribution[term] >= 2 * LEAST_CONTRIBUTION / (float)seat_count;
}

/* The term that speaks most for the film to one of a group; -1 when none does. That a film is
 * popular is the same for all, so it is told only to those to whom nothing else speaks. */
static int strongest_for(const float share[MR_TERM_COUNT], const mr_ranked_film *film,
                         size_t seat_count) {
    int best = -1;
    for (int t = 0; t < MR_TERM_COUNT; t++)
        if (t != MR_TERM_POPULARITY && speaks(share, film, t, seat_count) &&
            (best < 0 || share[t] > share[best]))
            best = t;
    if (best < 0 && speaks(share, film, MR_TERM_POPULARITY, seat_count))
        best = MR_TERM_POPULARITY;
    return best;
}

/* What is told to one of a group; people with the same reason share it. */
static void add_for_seat(const mr_appetite *appetites, size_t seat, int term,
                         const mr_rank_options *options, mr_ranked_film *film) {
    mr_rank_reason reason = {.term = (mr_term)term,
                             .contribution = film->contribution[term],
                             .seats = (uint8_t)(1u << seat)};
    mr_say_reason(reason.text, (mr_term)term, &appetites[seat], options, film->film);
    for (int r = 0; r < film->reason_count; r++)
        if (film->reasons[r].term == reason.term &&
            strcmp(film->reasons[r].text, reason.text) == 0) {
            film->reasons[r].seats |= reason.seats;
            return;
        }
    int place = film->reason_count++;
    while (place > 0 && film->reasons[place - 1].contribution < reason.contribution) {
        film->reasons[place] = film->reasons[place - 1];
        place--;
    }
    film->reasons[place] = reason;
}

/* Puts in front of a reason whose it is, unless it is everybody's. */
static void name_seats(size_t seat_count, mr_rank_reason *reason) {
    char named[2 * MR_RANK_REASON_TEXT];
    int people = __builtin_popcount(reason->seats), used = 0;
    if ((size_t)people == seat_count)
        return;
    used = snprintf(named, sizeof named, "For viewer%s", people > 1 ? "s" : "");
    for (size_t s = 0, told = 0; s < seat_count; s++)
        if (reason->seats >> s & 1) {
            const char *joint = told == 0 ? " " : (int)told + 1 == people ? " and " : ", ";
            used += snprintf(named + used, sizeof named - (size_t)used, "%s%zu", joint, s + 1);
            told++;
        }
    snprintf(named + used, sizeof named - (size_t)used, ": %s", reason->text);
    mr_fit_reason(reason->text, named);
}

static void explain_to_group(const mr_appetite *appetites, size_t seat_count, shares each,
                             const mr_rank_options *options, mr_ranked_film *film) {
    for (size_t s = 0; s < seat_count; s++) {
        int term = strongest_for(each[s], film, seat_count);
        if (term >= 0)
            add_for_seat(appetites, s, term, options, film);
    }
    for (int r = 0; r < film->reason_count; r++)
        name_seats(seat_count, &film->reasons[r]);
}

/* --- all ------------------------------------------------------------------------------------- */

/* The mean over the seats of the chance of this film. A mood that is asked for more strongly than
 * moods usually speak orders films, but makes nobody like them more. */
static float chance_of(const mr_appetite *appetites, size_t seat_count,
                       const mr_ranked_film *film) {
    float excess = 1 - 1 / fmaxf(1, appetites[0].inside[MR_TERM_MOOD]), sum = 0;
    float score = film->score - excess * film->contribution[MR_TERM_MOOD];
    for (size_t s = 0; s < seat_count; s++)
        sum += mr_blend_chance(&appetites[s].told, score);
    return sum / (float)seat_count;
}

void mr_explain(const mr_appetite *appetites, size_t seat_count, const mr_rank_options *options,
                mr_ranked_film *film) {
    shares each;
    film->score = 0;
    film->reason_count = 0;
    memset(film->contribution, 0, sizeof film->contribution);
    for (size_t s = 0; s < seat_count; s++) {
        mr_terms_of(&appetites[s], film->film, each[s]);
        for (int t = 0; t < MR_TERM_COUNT; t++)
            film->contribution[t] += each[s][t] / (float)seat_count;
    }
    for (int t = 0; t < MR_TERM_COUNT; t++)
        film->score += film->contribution[t];
    film->fit = chance_of(appetites, seat_count, film);
    if (seat_count == 1)
        explain_to_one(&appetites[0], options, film);
    else
        explain_to_group(appetites, seat_count, each, options, film);
}
