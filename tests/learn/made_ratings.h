/*
 * A made MovieLens folder whose figures can be worked out by hand.
 *
 * MADE_PEOPLE users and as many films; user u (from 0) likes all films but number u. The published
 * fold holds out film u + 1 (after the last comes the first) of each; leave-one-out does the same,
 * against 99 other films that one more user rates 3 and nobody likes.
 */
#ifndef MR_TESTS_MADE_RATINGS_H
#define MR_TESTS_MADE_RATINGS_H

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>

#define MADE_PEOPLE  30
#define MADE_FILLERS 99

static inline void made_lines(const char *folder, const char *name, const char *text) {
    char *path = mr_path_join(folder, name);
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
    free(path);
}

static inline FILE *made_open(const char *folder, const char *name) {
    char *path = mr_path_join(folder, name);
    FILE *file = fopen(path, "w");
    if (!file)
        abort();
    free(path);
    return file;
}

static inline void made_people(const char *folder) {
    static const int ages[] = {1, 18, 25, 35, 45, 50, 56};
    FILE *users = made_open(folder, "users.dat"), *films = made_open(folder, "movies.dat");
    for (int u = 0; u <= MADE_PEOPLE; u++)
        fprintf(users, "%d::%c::%d::0::12345\n", u + 1, u % 2 ? 'F' : 'M', ages[u % 7]);
    for (int f = 0; f < MADE_PEOPLE + MADE_FILLERS; f++)
        fprintf(films, "%d::Film %d (19%02d)::Drama\n", f + 1, f + 1, f % 100);
    fclose(users);
    fclose(films);
}

static inline void made_ratings(const char *folder) {
    FILE *ratings = made_open(folder, "ratings.csv");
    fputs("user_id,movie_id,rating,timestamp\n", ratings);
    for (int u = 0; u < MADE_PEOPLE; u++)
        for (int f = 0; f < MADE_PEOPLE; f++)
            fprintf(ratings, "%d,%d,%d,\n", u + 1, f + 1, f == u ? 2 : 4 + f % 2);
    for (int f = 0; f < MADE_FILLERS; f++)
        fprintf(ratings, "%d,%d,3,978300760\n", MADE_PEOPLE + 1, MADE_PEOPLE + f + 1);
    fclose(ratings);
}

static inline void made_tests(const char *folder) {
    char *published = mr_path_join(folder, "topn_quest_5fold");
    if (mr_folder_make(published) != MR_OK)
        abort();
    FILE *fold = made_open(published, "fold0.test.tsv");
    FILE *leave = made_open(folder, "ncf_leave_one_out_test.tsv");
    fputs("user_id\ttest_movie_id\trating\ttimestamp\tnegatives_99_movie_ids\n", leave);
    for (int u = 0; u < MADE_PEOPLE; u++) {
        int held = (u + 1) % MADE_PEOPLE + 1;
        fprintf(fold, "%d\t%d\t1\t978300760\n", u + 1, held);
        fprintf(leave, "%d\t%d\t5\t978300760\t", u + 1, held);
        for (int f = 0; f < MADE_FILLERS; f++)
            fprintf(leave, "%d%c", MADE_PEOPLE + f + 1, f + 1 < MADE_FILLERS ? ' ' : '\n');
    }
    fclose(fold);
    fclose(leave);
    free(published);
}

/* Writes all files; the folder must be there. */
static inline void made_movielens(const char *folder) {
    made_people(folder);
    made_ratings(folder);
    made_tests(folder);
}

#endif
