/*
 * The standard genres that every source is folded to, and sets of them as bits.
 *
 * A film has at most MR_GENRES_PER_FILM of them. In files a set is written as labels with '|'
 * between them. Thread rule: values only.
 */
#ifndef MR_RECOMMEND_GENRE_H
#define MR_RECOMMEND_GENRE_H

#include "base/error.h"

#include <stdint.h>

/* X(NAME, "label") */
#define MR_GENRES(X)                                                                               \
    X(ACTION, "Action")                                                                            \
    X(ADVENTURE, "Adventure")                                                                      \
    X(ANIMATION, "Animation")                                                                      \
    X(BIOGRAPHY, "Biography")                                                                      \
    X(COMEDY, "Comedy")                                                                            \
    X(CRIME, "Crime")                                                                              \
    X(DARK_COMEDY, "Dark Comedy")                                                                  \
    X(DOCUMENTARY, "Documentary")                                                                  \
    X(DRAMA, "Drama")                                                                              \
    X(FAMILY, "Family")                                                                            \
    X(FANTASY, "Fantasy")                                                                          \
    X(HISTORY, "History")                                                                          \
    X(HORROR, "Horror")                                                                            \
    X(MUSICAL, "Musical")                                                                          \
    X(MYSTERY, "Mystery")                                                                          \
    X(ROMANCE, "Romance")                                                                          \
    X(SCI_FI, "Sci-Fi")                                                                            \
    X(SPORT, "Sport")                                                                              \
    X(THRILLER, "Thriller")                                                                        \
    X(WAR, "War")                                                                                  \
    X(WESTERN, "Western")

#define MR_GENRE_ENUM_(name, label) MR_GENRE_##name,
typedef enum mr_genre { MR_GENRES(MR_GENRE_ENUM_) MR_GENRE_COUNT } mr_genre;
#undef MR_GENRE_ENUM_

#define MR_GENRES_PER_FILM 8

/* Bit g stands for genre g. */
typedef uint32_t mr_genre_set;

/* The label, or NULL for a value that is none. */
const char *mr_genre_label(mr_genre genre);

/* The genre with this label (case ignored), or -1. */
int mr_genre_from_label(const char *label);

/* Reads "Comedy|Drama"; at least one genre and at most MR_GENRES_PER_FILM. */
mr_status mr_genre_set_parse(const char *text, mr_genre_set *out);

/* Number of genres in a set. */
int mr_genre_set_size(mr_genre_set set);

#endif
