/*
 * Many overlapping candidates make one face.
 *
 * Candidates are similar when all four sides differ by at most a fifth of their mean size; groups
 * are the connected sets of similar candidates. A group's box is the mean of its members; groups
 * with at most `min_neighbors` members are dropped, and so are those that lie inside a larger group
 * with clearly more members (OpenCV's groupRectangles with eps = 0.2, after Viola and Jones 2004).
 *
 * The grouper owns its scratch memory, which grows and is kept. Thread rule: one thread at a time.
 */
#ifndef MR_FACE_HAAR_GROUP_H
#define MR_FACE_HAAR_GROUP_H

#include "base/error.h"

#include <stddef.h>

typedef struct mr_haar_candidate {
    int x, y, width, height;
    int neighbors; /* members of the group; 1 for a single candidate */
    float margin;  /* by how much the last stage was passed; the group's best */
} mr_haar_candidate;

typedef struct mr_haar_grouper {
    int *order;  /* candidates by x */
    int *parent; /* of a union-find forest over candidates */
    mr_haar_candidate *groups;
    size_t order_capacity, parent_capacity, group_capacity;
} mr_haar_grouper;

/* MR_E_LIMIT when there are more candidates than can be grouped: a broken cascade takes nearly
 * every place for a face. Whoever collects them may ask on the way. */
mr_status mr_haar_group_check(size_t count, int min_neighbors);

/* Replaces the candidates by their groups, in place, and sets *count. With min_neighbors = 0
 * nothing is changed. MR_E_LIMIT as above. */
mr_status mr_haar_group(mr_haar_grouper *grouper, mr_haar_candidate *candidates, size_t *count,
                        int min_neighbors);

void mr_haar_grouper_free(mr_haar_grouper *grouper);

#endif
