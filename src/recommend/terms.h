/*
 * The terms that a film's score is a sum of: what each is called, and how strongly it counts unless
 * a caller says otherwise.
 *
 * Scores are logarithms of odds: a term that adds 0.7 makes a film twice as likely to be the one
 * chosen. All terms but the mood are weighed by what was fitted on ratings (blend.h), and their
 * strength multiplies that. Nobody has published ratings with the raters' moods, so the mood is not
 * fitted: its values (data/mood.csv) are logarithms of odds as they stand, and its strength is a
 * choice. Thread rule: values only.
 */
#ifndef MR_RECOMMEND_TERMS_H
#define MR_RECOMMEND_TERMS_H

/* X(NAME, "label", strength) */
#define MR_TERMS(X)                                                                                \
    X(FILM_BELIEF, "film belief", 1)                                                               \
    X(GENRE_BELIEF, "genre belief", 1)                                                             \
    X(TASTE, "taste", 1)                                                                           \
    X(MOOD, "mood", 1)                                                                             \
    X(LIKENESS, "likeness", 1)                                                                     \
    X(HISTORY, "history", 1)                                                                       \
    X(POPULARITY, "popularity", 1)

#define MR_TERM_ENUM_(name, label, strength) MR_TERM_##name,
typedef enum mr_term { MR_TERMS(MR_TERM_ENUM_) MR_TERM_COUNT } mr_term;
#undef MR_TERM_ENUM_

/* The label, or NULL. The term with this label, or -1. */
const char *mr_term_label(mr_term term);
int mr_term_from_label(const char *label);

#endif
