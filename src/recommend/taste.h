/*
 * What is known, and what is assumed, about the liking of genres: by age and gender (taste), and by
 * mood.
 *
 * Taste is read from data/taste.csv, aggregates of MovieLens-1M and of the Young People Survey;
 * mood from data/mood.csv, which states for each number the finding or the assumption behind it.
 * data/README.md describes both. A genre that a file does not name is 0: neither liked nor
 * disliked. Values are on the scale of a logarithm of odds. Thread rule: values only.
 */
#ifndef MR_RECOMMEND_TASTE_H
#define MR_RECOMMEND_TASTE_H

#include "moodreel/types.h"
#include "recommend/genre.h"

typedef struct mr_taste {
    float liking[MR_AGE_RANGE_COUNT][MR_GENDER_COUNT][MR_GENRE_COUNT];
} mr_taste;

/* What a viewer wants of a film: to be taken out of a mood, to have it answered, or whatever people
 * in that mood were found to choose. */
#define MR_MOOD_MODES(X)                                                                           \
    X(AUTO, "auto")                                                                                \
    X(LIFT, "lift")                                                                                \
    X(MATCH, "match")

#define MR_MOOD_ENUM_(name, label) MR_MOOD_##name,
typedef enum mr_mood_mode { MR_MOOD_MODES(MR_MOOD_ENUM_) MR_MOOD_COUNT } mr_mood_mode;
#undef MR_MOOD_ENUM_

typedef struct mr_mood {
    float wish[MR_MOOD_COUNT][MR_EMOTION_COUNT][MR_GENRE_COUNT];
    mr_genre_set found[MR_EMOTION_COUNT]; /* genres that people were found to choose, of which it is
                                             not only assumed */
} mr_mood;

/* The label; NULL for a value that is none. The mode with this label, or -1. */
const char *mr_mood_label(mr_mood_mode mode);
int mr_mood_from_label(const char *label);

/*
 * Reads taste: the mean over sources of deviation + log_share_lift of each age range, gender and
 * genre. Errors name file and line.
 */
mr_status mr_taste_load(const char *path, mr_taste *out);

/* Reads mood. Errors name file and line. */
mr_status mr_mood_load(const char *path, mr_mood *out);

/* Both, from taste.csv and mood.csv in a folder. */
mr_status mr_taste_and_mood_load(const char *folder, mr_taste *taste, mr_mood *mood);

/* How well a film's genres fit per-genre values: their sum over the square root of their number, so
 * that two liked genres count for more than one, but not for double. */
float mr_genre_fit(const float values[MR_GENRE_COUNT], mr_genre_set genres);

#endif
