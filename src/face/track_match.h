/*
 * Which face is whose: pairs rows (tracks) and columns (faces) of a table of likenesses so that the
 * sum over all pairs is the greatest possible.
 *
 * The optimal assignment costs microseconds at these sizes and, where two people stand close, does
 * not take the best pair first and leave the other two with nothing, as a greedy one does. It is
 * found by shortest augmenting paths (Kuhn 1955; Jonker and Volgenant 1987).
 *
 * Ownership: the matcher is plain memory, nothing is allocated. Thread rule: one thread at a time.
 */
#ifndef MR_FACE_TRACK_MATCH_H
#define MR_FACE_TRACK_MATCH_H

#include "moodreel/types.h"

#define MR_MATCH_ROWS    64
#define MR_MATCH_COLUMNS 256

typedef struct mr_matcher {
    /* To be filled by the caller; 0 where a pair is out of the question. */
    float likeness[MR_MATCH_ROWS][MR_MATCH_COLUMNS];
    int column_of_row[MR_MATCH_ROWS]; /* the answer; -1: none */
    /* Scratch. Row r may also take its own blank column MR_MATCH_COLUMNS + r, which is worth 0. */
    float row_price[MR_MATCH_ROWS + 1];
    float column_price[MR_MATCH_COLUMNS + MR_MATCH_ROWS + 1];
    float slack[MR_MATCH_COLUMNS + MR_MATCH_ROWS + 1];
    int row_of[MR_MATCH_COLUMNS + MR_MATCH_ROWS + 1];
    int from[MR_MATCH_COLUMNS + MR_MATCH_ROWS + 1];
    bool reached[MR_MATCH_COLUMNS + MR_MATCH_ROWS + 1];
} mr_matcher;

/* Pairs the first `rows` and `columns` of the table. */
void mr_match(mr_matcher *matcher, int rows, int columns);

/* Intersection over union of two boxes, each grown by `margin` of its size on every side: with a
 * margin, faces that moved by more than their width are alike still (Yang et al. 2023). */
float mr_box_likeness(const mr_box *a, const mr_box *b, float margin);

#endif
