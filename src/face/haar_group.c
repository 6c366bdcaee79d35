#include "face/haar_group.h"

#include "base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* No picture of faces comes near; sums of so many places of up to 65,535 pixels fit an int. */
enum { CANDIDATES_MAX = 32767 };

static const double closeness = 0.2;

static int smaller(int a, int b) {
    return a < b ? a : b;
}

static bool similar(const mr_haar_candidate *a, const mr_haar_candidate *b) {
    double most = closeness * 0.5 * (smaller(a->width, b->width) + smaller(a->height, b->height));
    return abs(a->x - b->x) <= most && abs(a->y - b->y) <= most &&
           abs(a->x + a->width - b->x - b->width) <= most &&
           abs(a->y + a->height - b->y - b->height) <= most;
}

/* The root of i's tree; the path to it is halved on the way. */
static int root_of(int *parent, int i) {
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

/* Sinks item `at` of a heap that is ordered by x, largest on top. */
static void sink(int *order, size_t n, size_t at, const mr_haar_candidate *candidates) {
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= n)
            return;
        if (child + 1 < n && candidates[order[child]].x < candidates[order[child + 1]].x)
            child++;
        if (candidates[order[at]].x >= candidates[order[child]].x)
            return;
        int swapped = order[at];
        order[at] = order[child];
        order[child] = swapped;
        at = child;
    }
}

/* Heap sort by x: in place, where the C library's qsort may allocate. */
static void sort_by_x(int *order, size_t n, const mr_haar_candidate *candidates) {
    for (size_t i = 0; i < n; i++)
        order[i] = (int)i;
    for (size_t i = n / 2; i-- > 0;)
        sink(order, n, i, candidates);
    for (size_t end = n; end-- > 1;) {
        int largest = order[0];
        order[0] = order[end];
        order[end] = largest;
        sink(order, end, 0, candidates);
    }
}

/* Joins similar candidates; from left to right, only as far as the left one's size allows. */
static void join(int *parent, const int *order, size_t n, const mr_haar_candidate *candidates) {
    for (size_t i = 0; i < n; i++)
        parent[i] = (int)i;
    for (size_t i = 0; i < n; i++) {
        const mr_haar_candidate *a = &candidates[order[i]];
        double reach = closeness * 0.5 * (a->width + a->height);
        for (size_t j = i + 1; j < n && candidates[order[j]].x - a->x <= reach; j++)
            if (similar(a, &candidates[order[j]]))
                parent[root_of(parent, order[j])] = root_of(parent, order[i]);
    }
}

/* Turns sums over the members into means, with OpenCV's rounding. */
static void average(mr_haar_candidate *group) {
    float share = 1.0f / (float)group->neighbors;
    group->x = (int)lrintf((float)group->x * share);
    group->y = (int)lrintf((float)group->y * share);
    group->width = (int)lrintf((float)group->width * share);
    group->height = (int)lrintf((float)group->height * share);
}

/* Sums members into groups, in the order of each group's first candidate; returns their number.
 * `number` is scratch for n group numbers. */
static size_t collect(int *parent, int *number, size_t n, const mr_haar_candidate *candidates,
                      mr_haar_candidate *groups) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        number[i] = -1;
    for (size_t i = 0; i < n; i++) {
        int root = root_of(parent, (int)i);
        const mr_haar_candidate *c = &candidates[i];
        if (number[root] < 0) {
            number[root] = (int)count;
            groups[count++] = (mr_haar_candidate){.margin = c->margin};
        }
        mr_haar_candidate *group = &groups[number[root]];
        group->x += c->x;
        group->y += c->y;
        group->width += c->width;
        group->height += c->height;
        group->neighbors++;
        group->margin = fmaxf(group->margin, c->margin);
    }
    for (size_t i = 0; i < count; i++)
        average(&groups[i]);
    return count;
}

static bool inside(const mr_haar_candidate *a, const mr_haar_candidate *b) {
    int dx = (int)lrint(b->width * closeness), dy = (int)lrint(b->height * closeness);
    return a->x >= b->x - dx && a->y >= b->y - dy && a->x + a->width <= b->x + b->width + dx &&
           a->y + a->height <= b->y + b->height + dy;
}

/* True when a larger and surer group holds this one. */
static bool swallowed(const mr_haar_candidate *groups, size_t count, size_t self,
                      int min_neighbors) {
    int mine = groups[self].neighbors;
    for (size_t i = 0; i < count; i++) {
        int theirs = groups[i].neighbors;
        if (i != self && theirs > min_neighbors && inside(&groups[self], &groups[i]) &&
            (theirs > (mine > 3 ? mine : 3) || mine < 3))
            return true;
    }
    return false;
}

mr_status mr_haar_group_check(size_t count, int min_neighbors) {
    if (min_neighbors <= 0 || count <= CANDIDATES_MAX)
        return MR_OK;
    return mr_fail(MR_E_LIMIT,
                   "the cascade takes %zu places for faces, more than the %d that a picture of "
                   "faces may have",
                   count, CANDIDATES_MAX);
}

mr_status mr_haar_group(mr_haar_grouper *g, mr_haar_candidate *candidates, size_t *count,
                        int min_neighbors) {
    size_t n = *count;
    if (min_neighbors <= 0 || n == 0)
        return MR_OK;
    MR_TRY(mr_haar_group_check(n, min_neighbors));
    if (!mr_grow(&g->order, &g->order_capacity, n, sizeof *g->order) ||
        !mr_grow(&g->parent, &g->parent_capacity, n, sizeof *g->parent) ||
        !mr_grow(&g->groups, &g->group_capacity, n, sizeof *g->groups))
        return mr_fail(MR_E_MEMORY, "no memory for grouping %zu candidates", n);
    sort_by_x(g->order, n, candidates);
    join(g->parent, g->order, n, candidates);
    size_t groups = collect(g->parent, g->order, n, candidates, g->groups), kept = 0;
    for (size_t i = 0; i < groups; i++)
        if (g->groups[i].neighbors > min_neighbors &&
            !swallowed(g->groups, groups, i, min_neighbors))
            candidates[kept++] = g->groups[i];
    *count = kept;
    return MR_OK;
}

void mr_haar_grouper_free(mr_haar_grouper *g) {
    free(g->order);
    free(g->parent);
    free(g->groups);
    *g = (mr_haar_grouper){0};
}
