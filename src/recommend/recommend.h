/*
 * The recommender: films for the people on a sofa, ranked, with true reasons.
 *
 *     mr_recommender *recommender;
 *     MR_TRY(mr_recommender_load(catalogue, "data", "models", &recommender));
 *     mr_sofa_seat seat = {.watcher = mr_watcher_of(&attributes)};
 *     mr_rank_options options = mr_rank_options_defaults();
 *     mr_ranking ranking;
 *     MR_TRY(mr_recommender_rank(recommender, &seat, 1, &options, &ranking));
 *     for (size_t i = 0; i < ranking.count; i++)
 *         puts(ranking.films[i].reasons[0].text);
 *     mr_ranking_free(&ranking);
 *
 * A film's score is a weighted sum of terms (terms.h): the forest's belief in the film and in
 * its genres, given the distribution over age, gender and emotion; the taste of people
 * of this age and gender, in genres and in films; the wish that goes with the mood; likeness to
 * what the person liked before; what those like who liked the same films; how popular the film is.
 * The weights are fitted on ratings (blend.h): the more feedback there is, the more weighs what the
 * person liked, and the less what is believed of people in general. Scores are logarithms of odds.
 * A new term is one line of the table and one function in recommend_terms.c.
 *
 * Certificates are a hard rule: a film is never shown when its minimum age is above the youngest
 * plausible age of anyone on the sofa, whatever the weights, filters and history say; an unknown
 * certificate counts as adult, and so an unknown age counts as a small child's. From what is left,
 * maximal marginal relevance (Carbonell and Goldstein 1998) picks films that differ from each
 * other, and a small share is drawn at random from the wider list. Groups are served by average
 * without misery (Masthoff 2004): films that somebody would much rather not see come last.
 * Ethnicity is never looked at.
 *
 * Ownership: catalogue and forest must outlive the recommender; a ranking belongs to its owner.
 * Thread rule: a recommender is read-only once made, so any number of threads may rank at once.
 */
#ifndef MR_RECOMMEND_RECOMMEND_H
#define MR_RECOMMEND_RECOMMEND_H

#include "recommend/blend.h"
#include "recommend/collaborative_films.h"
#include "recommend/profile_forest.h"
#include "recommend/taste.h"

#define MR_SOFA_SEATS 8 /* most people who can watch together */

/* What somebody said of one film. */
typedef struct mr_opinion {
    uint32_t film; /* catalogue index */
    mr_feedback_kind kind;
    int rating; /* 1 (worst) … 5 where the kind is MR_FEEDBACK_RATING */
    float ago;  /* how old it is, in half-lives: it counts 2^-ago as much as a new one; 0 or more */
} mr_opinion;

/* One person who watches, with what is remembered of them. */
typedef struct mr_sofa_seat {
    mr_watcher watcher;
    const mr_opinion *history;
    size_t history_count;
} mr_sofa_seat;

typedef struct mr_rank_options {
    size_t count;      /* films wanted; 10 */
    int genre;         /* mr_genre, or -1 (default): any */
    long language;     /* a language's number in the catalogue, or -1 (default): any */
    int max_age;       /* greatest minimum age by a certificate, or -1 (default): no such limit */
    int age_limit;     /* age of somebody who is there and not asked, for whom films must suit; -1
                          (default): nobody */
    int youngest;      /* age of the youngest person, stated; it takes the place of ages that are
                          not known and can lower, but never raise, those that are; -1: none */
    mr_mood_mode mood; /* MR_MOOD_AUTO */
    float diversity;   /* what likeness to films already picked costs: 0.5 (default) a little,
                          1 as much as odds of 1 to 3.5, 1.5 nearly everything */
    float exploration; /* share of films drawn from the wider list; 0.1 */
    uint64_t seed;     /* of the exploration; 1 */
    float weights[MR_TERM_COUNT]; /* strength of each term, times its fitted weight; 1 */
    /* Links learned from the viewers of this installation, of the same catalogue, which count
     * beside those of the neighbour model; NULL (default): none. They must last as long as the
     * ranking. */
    const mr_collaborative_films *local;
} mr_rank_options;

mr_rank_options mr_rank_options_defaults(void);

#define MR_RANK_REASONS     MR_SOFA_SEATS
#define MR_RANK_REASON_TEXT 160

/* Why a film was chosen: a term that raised its score, by how much, and in words. One person gets
 * up to four; in a group each gets the one that speaks most to them (popularity, which is the same
 * for all, only where no other does), and it names whose it is. */
typedef struct mr_rank_reason {
    mr_term term;
    float contribution; /* to the film's score */
    uint8_t seats;      /* set of the seats that it is for; bit 0 is the first */
    char text[MR_RANK_REASON_TEXT];
} mr_rank_reason;

typedef struct mr_ranked_film {
    uint32_t film;                     /* catalogue index */
    float score;                       /* the sum of the contributions */
    float fit;                         /* the same as a chance from 0 to 1 (blend.h), for showing */
    bool explored;                     /* drawn from the wider list */
    float contribution[MR_TERM_COUNT]; /* weight × value, mean over the seats */
    int reason_count;
    mr_rank_reason reasons[MR_RANK_REASONS]; /* largest contribution first */
} mr_ranked_film;

typedef struct mr_ranking {
    size_t count;
    mr_ranked_film *films; /* highest score first; in a group, those without misery first */
} mr_ranking;

typedef struct mr_recommender mr_recommender;

/* What a recommender is made of. */
typedef struct mr_recommender_parts {
    const mr_catalogue *catalogue;
    const mr_profile_forest *belief;
    const mr_collaborative_films *neighbours; /* or NULL: nothing is known of who liked what */
    mr_taste taste;
    mr_mood mood;
    mr_blend blend;
} mr_recommender_parts;

/* Makes a recommender of parts, of which the pointers must outlive it. */
mr_status mr_recommender_make(const mr_recommender_parts *parts, mr_recommender **out);

/* Loads taste.csv and mood.csv from a data folder, and forest/, blend/ and, where it is there,
 * collaborative/ from a folder of models; the recommender owns them. */
mr_status mr_recommender_load(const mr_catalogue *catalogue, const char *data_folder,
                              const char *models_folder, mr_recommender **out);

/* The same for fitting a blend: without neighbours, and with all weights 1. */
mr_status mr_recommender_load_unblended(const mr_catalogue *catalogue, const char *data_folder,
                                        const char *models_folder, mr_recommender **out);

/* The parts of a recommender, for making another one with some of them. */
const mr_recommender_parts *mr_recommender_parts_of(const mr_recommender *recommender);

void mr_recommender_free(mr_recommender *recommender);

/*
 * Ranks films for the people in `seats`, 1 to MR_SOFA_SEATS. Gives options->count films whenever
 * that many pass the filters and are not in anyone's history, else as many as there are. Errors:
 * MR_E_ARGUMENT for options or feedback out of range, MR_E_MEMORY.
 */
mr_status mr_recommender_rank(const mr_recommender *recommender, const mr_sofa_seat *seats,
                              size_t seat_count, const mr_rank_options *options, mr_ranking *out);

void mr_ranking_free(mr_ranking *ranking);

#endif
