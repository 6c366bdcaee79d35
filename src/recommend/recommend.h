/*
 * The recommender: films for the people on a sofa, ranked, with true reasons.
 *
 *     mr_recommender *recommender;
 *     MR_TRY(mr_recommender_load(catalogue, "data", "models/forest", &recommender));
 *     mr_sofa_seat seat = {.watcher = mr_watcher_of(&attributes)};
 *     mr_rank_options options = mr_rank_options_defaults();
 *     mr_ranking ranking;
 *     MR_TRY(mr_recommender_rank(recommender, &seat, 1, &options, &ranking));
 *     for (size_t i = 0; i < ranking.count; i++)
 *         puts(ranking.films[i].reasons[0].text);
 *     mr_ranking_free(&ranking);
 *
 * A film's score is a weighted sum of terms (MR_TERMS): the forest's belief in the film, in its
 * genres and in its years, given the distribution over age, gender and emotion; the taste of people
 * of this age and gender; the wish that goes with the mood; likeness to what the person liked
 * before; how well known the film is. The more feedback there is, the more weighs what the person
 * liked, and the less what is believed of people in general. A new term is one line of the table
 * and one function in recommend_terms.c.
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

#include "recommend/profile_forest.h"
#include "recommend/taste.h"

#define MR_SOFA_SEATS 8 /* most people who can watch together */

/* X(NAME, "label", weight): the terms of a score and their default weights. */
#define MR_TERMS(X)                                                                                \
    X(FILM_BELIEF, "film belief", 1.2f)                                                            \
    X(GENRE_BELIEF, "genre belief", 0.4f)                                                          \
    X(ERA_BELIEF, "era belief", 0.4f)                                                              \
    X(TASTE, "taste", 0.5f)                                                                        \
    X(MOOD, "mood", 0.7f)                                                                          \
    X(LIKENESS, "likeness", 3.5f)                                                                  \
    X(POPULARITY, "popularity", 0.8f)

#define MR_TERM_ENUM_(name, label, weight) MR_TERM_##name,
typedef enum mr_term { MR_TERMS(MR_TERM_ENUM_) MR_TERM_COUNT } mr_term;
#undef MR_TERM_ENUM_

/* The label, or NULL. */
const char *mr_term_label(mr_term term);

/* What somebody said of one film. */
typedef struct mr_opinion {
    uint32_t film; /* catalogue index */
    mr_feedback_kind kind;
    int rating; /* 1 (worst) … 5 where the kind is MR_FEEDBACK_RATING */
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
    int max_age;       /* greatest minimum age of a film, or -1 (default): no such limit */
    int youngest;      /* age of the youngest person, stated; it takes the place of ages that are
                          not known and can lower, but never raise, those that are; -1: none */
    mr_mood_mode mood; /* MR_MOOD_AUTO */
    float diversity;   /* what a full likeness to a film already picked costs; 0.5 */
    float exploration; /* share of films drawn from the wider list; 0.1 */
    uint64_t seed;     /* of the exploration; 1 */
    float weights[MR_TERM_COUNT];
} mr_rank_options;

mr_rank_options mr_rank_options_defaults(void);

#define MR_RANK_REASONS     4
#define MR_RANK_REASON_TEXT 160

/* Why a film was chosen: a term that raised its score, by how much, and in words. */
typedef struct mr_rank_reason {
    mr_term term;
    float contribution;
    char text[MR_RANK_REASON_TEXT];
} mr_rank_reason;

typedef struct mr_ranked_film {
    uint32_t film;                     /* catalogue index */
    float score;                       /* the sum of the contributions */
    float fit;                         /* the same from 0 to 1, for showing */
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

/* Makes a recommender of its parts; taste and mood are copied. */
mr_status mr_recommender_make(const mr_catalogue *catalogue, const mr_profile_forest *belief,
                              const mr_taste *taste, const mr_mood *mood, mr_recommender **out);

/* Loads taste.csv and mood.csv from a data folder and a forest from a model folder; the recommender
 * owns them. */
mr_status mr_recommender_load(const mr_catalogue *catalogue, const char *data_folder,
                              const char *model_folder, mr_recommender **out);

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
