/*
 * What people voted for each picture: the table of FER+ (Barsoum et al. 2016), columns
 * file,neutral,happy,surprise,sad,angry,disgust,fear,contempt,unknown,not_a_face.
 *
 * A row belongs to the picture whose last three path parts ("train/happy/a.webp") it names, else to
 * the one with its file name, if no other row has the same.
 *
 * Thread rule: read-only once loaded.
 */
#ifndef MR_LEARN_VOTES_H
#define MR_LEARN_VOTES_H

#include "base/error.h"
#include "moodreel/types.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct mr_votes {
    float emotions[MR_EMOTION_COUNT]; /* votes, in the order of mr_emotion */
    float all; /* votes of the row, those for none of our emotions included */
} mr_votes;

typedef struct mr_vote_table mr_vote_table;

mr_status mr_vote_table_load(const char *path, mr_vote_table **out);
void mr_vote_table_free(mr_vote_table *table);

/* The votes on the picture at `path`, or NULL. */
const mr_votes *mr_vote_table_find(const mr_vote_table *table, const char *path);

/* The emotion that has more than half of all votes, or -1: the majority protocol. */
int mr_votes_majority(const mr_votes *votes);

/* Shares of our emotions among the votes for them; false (and all zero) when those are fewer than
 * `least`. */
bool mr_votes_distribution(const mr_votes *votes, float least,
                           float distribution[MR_EMOTION_COUNT]);

#endif
