/*
 * What the files of the recommender share; users include recommend.h only.
 *
 * Ranking: an appetite is made of each seat (recommend_appetite), every allowed film is scored by
 * the table of terms (recommend_terms), the best are picked with regard to each other
 * (recommend_select), and what moved them is chosen (recommend_explain) and put in words
 * (recommend_reasons).
 */
#ifndef MR_RECOMMEND_PARTS_H
#define MR_RECOMMEND_PARTS_H

#include "recommend/recommend.h"

#define MR_NO_CLASS UINT16_MAX

struct mr_recommender {
    mr_recommender_parts parts;
    mr_profile_forest *owned_belief; /* of the parts, when the recommender loaded them */
    mr_collaborative_films *owned_neighbours;
    uint16_t *class_of; /* class of each film in the forest, or MR_NO_CLASS */
    /* Of each item of the neighbour model: share of all people who like it, and the logarithm of
     * how much more that is than of a usual one. */
    float *usual, *popularity;
    float
        popularity_of_tier[MR_CATALOGUE_TIERS]; /* the same of films that nobody was asked about */
};

/* The item of a film in the neighbour model, or -1. */
static inline int32_t mr_item_of(const mr_recommender *recommender, uint32_t film) {
    return recommender->parts.neighbours ? recommender->parts.neighbours->item_of[film] : -1;
}

/* Fills popularity and usual of a recommender whose parts are set (recommend_popularity.c). */
mr_status mr_popularity_fill(mr_recommender *recommender);

/*
 * Sums over the genres of a film by table lookup: the set is cut into three pieces of seven bits.
 */
#define MR_GENRE_PIECE_BITS 7
#define MR_GENRE_PIECES     ((MR_GENRE_COUNT + MR_GENRE_PIECE_BITS - 1) / MR_GENRE_PIECE_BITS)
typedef struct mr_genre_sums {
    float value[MR_GENRE_COUNT];
    float sum[MR_GENRE_PIECES][1 << MR_GENRE_PIECE_BITS];
} mr_genre_sums;

/* Fills `sum` from `value`. */
void mr_genre_sums_fill(mr_genre_sums *sums);

/* The same as mr_genre_fit(sums->value, film->genres). */
static inline float mr_genre_sums_fit(const mr_genre_sums *sums, const mr_catalogue_film *film) {
    const mr_genre_set piece = (1 << MR_GENRE_PIECE_BITS) - 1;
    float sum = 0;
    for (int i = 0; i < MR_GENRE_PIECES; i++)
        sum += sums->sum[i][film->genres >> i * MR_GENRE_PIECE_BITS & piece];
    return sum * film->genre_scale;
}

#define MR_YEARS   (MR_CATALOGUE_LAST_YEAR - MR_CATALOGUE_FIRST_YEAR + 1)
#define MR_DECADES (MR_YEARS / 10 + 1)

static inline int mr_decade_of(int year) {
    return (year - MR_CATALOGUE_FIRST_YEAR) / 10;
}

/* What one person wants, ready to be held against any film. */
typedef struct mr_appetite {
    const mr_recommender *recommender;
    const mr_catalogue_film *films; /* of its catalogue, and the numbers of their people */
    const uint32_t *people;
    const mr_sofa_seat *seat;
    float *film;               /* belief in each class of the forest */
    mr_genre_sums genre;       /* logarithm of belief in a genre over the usual belief */
    mr_genre_sums taste;       /* liking of each genre at this age and gender */
    mr_genre_sums child_taste; /* what of that comes from ages below ten */
    mr_genre_sums mood;        /* wish for each genre in this mood */
    /* From the history; all zero without one. */
    float feedbacks; /* how many say something */
    float opinions;  /* sum of the sizes of their values */
    float likes;     /* sum of those that are likes */
    float known;     /* share of that which is about films of the neighbour model */
    mr_genre_sums liked_genre;
    float liked_length;    /* of the liking of genres before it was brought to length one */
    float *liked_person;   /* by number of a person */
    float *liked_language; /* by number of a language */
    float liked_decade[MR_DECADES];
    float shares[MR_AUDIENCES]; /* chance of each audience of the neighbour model */
    /* Of each item of the neighbour model; NULL without one. */
    mr_collaborative_viewer neighbours; /* history: what the opinions say */
    /* The same by the links that were learned here; `local` NULL without any. */
    const mr_collaborative_films *local;
    mr_collaborative_viewer local_neighbours;
    float local_weight; /* of what they say, for any film */
    float *audience;    /* logarithm of how much more this person's audience likes it than all do */
    float child;        /* chance of an age below ten, of which nobody was asked about films */
    mr_blend_now blend; /* fitted, at this number of opinions */
    mr_blend_now told;  /* the same at the likes alone, from which chances are told */
    float inside[MR_TERM_COUNT];  /* weight of each term, for films of the neighbour model */
    float outside[MR_TERM_COUNT]; /* and for the others */
    float shift;                  /* added to the popularity of the others */
    /* The same multiplied out, for scoring many films (mr_sum_up). */
    mr_genre_sums wanted_inside, wanted_outside; /* all that goes by genre */
    float *item_score;                           /* all that goes by item of the neighbour model */
    float tier_score[MR_CATALOGUE_TIERS];        /* popularity outside of it */
} mr_appetite;

mr_status mr_appetite_make(const mr_recommender *recommender, const mr_sofa_seat *seat,
                           const mr_rank_options *options, mr_appetite *out);
void mr_appetite_free(mr_appetite *appetite);

/* How a person of a film counts in likeness, if the film is liked. */
#define MR_DIRECTOR_SHARE 0.7f
#define MR_CAST_SHARE     0.35f

/* What one opinion adds to the likeness of a film. */
float mr_likeness_share(const mr_appetite *appetite, const mr_opinion *opinion,
                        const mr_catalogue_film *film);

/* What a feedback says of the film, -1 … 1. */
float mr_opinion_value(const mr_opinion *feedback);

/* The value of each term for a film, before weights; `item` is that of the neighbour model, or -1
 * for what the film would be to somebody whom no neighbour tells of it. */
void mr_term_values(const mr_appetite *appetite, uint32_t film, int32_t item,
                    float values[MR_TERM_COUNT]);

/* Whether more of what raises the taste in a film comes from ages below ten than from the others.
 */
bool mr_taste_is_of_children(const mr_appetite *appetite, uint32_t film);

/* Multiplies weights out, once all else of an appetite is set. */
mr_status mr_sum_up(mr_appetite *appetite);

/* The score of a film: what mr_terms_of adds up to but for rounding, in a fraction of the time. */
float mr_score_of(const mr_appetite *appetite, uint32_t film);

/* Weight × value of each term for a film. */
void mr_terms_of(const mr_appetite *appetite, uint32_t film, float contribution[MR_TERM_COUNT]);

/* A film that may be shown. */
typedef struct mr_candidate {
    uint32_t film;
    float score;    /* mean over the seats */
    float likeness; /* to the films already picked, 0 … 1 */
    bool misery;    /* somebody would much rather not see it */
    bool explored;  /* drawn at random */
    bool spent;     /* another part of its series was picked */
} mr_candidate;

/* The youngest age for which films must suit; 0 when an age is not known. */
int mr_sofa_youngest(const mr_sofa_seat *seats, size_t seat_count, const mr_rank_options *options);

/* The nth greatest of `count` values (n from 1), which are reordered. */
float mr_nth_greatest(float *values, size_t count, size_t n);

/*
 * Picks at most options->count of n candidates: they come to the front, in the order in which they
 * are shown; the others are lost. Returns how many were picked.
 */
size_t mr_select(const mr_catalogue *catalogue, mr_candidate *candidates, size_t n,
                 const mr_rank_options *options);

/* What raised a film's score through one term, in words (recommend_reasons). */
void mr_say_reason(char text_out[MR_RANK_REASON_TEXT], mr_term term, const mr_appetite *appetite,
                   const mr_rank_options *options, uint32_t index);

/* Copies a text; one that is too long ends behind a whole word with "…". */
void mr_fit_reason(char out[MR_RANK_REASON_TEXT], const char *words);

/* Fills contributions and reasons of a film whose `film` and `explored` are set. */
void mr_explain(const mr_appetite *appetites, size_t seat_count, const mr_rank_options *options,
                mr_ranked_film *film);

#endif
