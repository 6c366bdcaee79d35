/*
 * MovieLens-1M (Harper and Konstan 2015) as its folder holds it:
 *
 *     users.dat      user::F|M::age group::occupation::zip
 *     movies.dat     film::title (year)::genre|genre, in Latin-1
 *     ratings.csv    user_id,movie_id,rating,timestamp, under a first line that says so; or
 *     ratings.dat    user::film::rating::time, as it is published
 *     topn_quest_5fold/foldN.test.tsv  user, film, rating, time: test rows of the published folds
 *     ncf_leave_one_out_test.tsv       user, film, rating, time, 99 films that the user has not
 * seen
 *
 * Users and films are numbered from 0 in the order of their files; a rating names both by number.
 * Every error names file and line: fields too many or too few, what is no number or out of range, a
 * user or film that is unknown or there twice, a film that a user rates twice. Times may be
 * missing, as a third of them is, and are only checked.
 *
 * Ownership: load allocates, free frees. Thread rule: read-only once loaded.
 */
#ifndef MR_LEARN_DATASET_RATINGS_H
#define MR_LEARN_DATASET_RATINGS_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

#define MR_RATINGS_MAX_ID  ((uint32_t)1 << 20) /* of a user or a film in the files */
#define MR_RATINGS_FOLDS   5
#define MR_LEAVE_NEGATIVES 99

typedef struct mr_rating {
    uint32_t user, film;
    uint8_t rating; /* 1 … 5 */
    int64_t at;     /* seconds since 1970; 0: not stated */
} mr_rating;

typedef struct mr_rated_film {
    char *title; /* UTF-8, without the year */
    int year;
} mr_rated_film;

typedef struct mr_ratings {
    size_t users, films, count;
    uint8_t *audience; /* of each user, see mr_audience_of */
    mr_rated_film *film;
    mr_rating *rows;
    int32_t *user_of, *film_of; /* number of an id of the files, or -1; MR_RATINGS_MAX_ID each */
} mr_ratings;

mr_status mr_ratings_load(const char *folder, mr_ratings *out);
void mr_ratings_free(mr_ratings *ratings);

/* One row of a test file: a film that the user liked and that was held out. */
typedef struct mr_held_row {
    uint32_t user, film;
} mr_held_row;

/* Reads a published fold, 0 … MR_RATINGS_FOLDS-1; the rows are freed by the caller. */
mr_status mr_ratings_fold(const mr_ratings *ratings, const char *folder, int fold,
                          mr_held_row **rows, size_t *count);

typedef struct mr_leave_row {
    uint32_t user, film;
    uint32_t negatives[MR_LEAVE_NEGATIVES];
} mr_leave_row;

mr_status mr_ratings_leave_one_out(const mr_ratings *ratings, const char *folder,
                                   mr_leave_row **rows, size_t *count);

#endif
