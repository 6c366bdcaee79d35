#include "face/box.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

float mr_box_iou(const mr_box *a, const mr_box *b) {
    float width = fminf(a->x + a->width, b->x + b->width) - fmaxf(a->x, b->x);
    float height = fminf(a->y + a->height, b->y + b->height) - fmaxf(a->y, b->y);
    if (!(width > 0 && height > 0))
        return 0;
    float common = width * height;
    /* Rounded sides may have more in common than they have. */
    return fminf(common / (a->width * a->height + b->width * b->height - common), 1);
}

bool mr_box_is_readable(const mr_box *box) {
    return box->width * box->height >= MR_READABLE_SIDE * MR_READABLE_SIDE;
}

static bool comes_after(const mr_face *faces, uint32_t a, uint32_t b) {
    if (faces[a].score != faces[b].score)
        return faces[a].score < faces[b].score;
    return a > b;
}

/* Lets the item at `top` sink to its place in a heap whose last comer is on top. */
static void sink(const mr_face *faces, uint32_t *heap, size_t top, size_t count) {
    uint32_t item = heap[top];
    for (size_t child = 2 * top + 1; child < count; top = child, child = 2 * top + 1) {
        if (child + 1 < count && comes_after(faces, heap[child + 1], heap[child]))
            child++;
        if (!comes_after(faces, heap[child], item))
            break;
        heap[top] = heap[child];
    }
    heap[top] = item;
}

/* Heap sort, since qsort may allocate. */
static void sort(const mr_face *faces, size_t count, uint32_t *order) {
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    for (size_t top = count / 2; top-- > 0;)
        sink(faces, order, top, count);
    for (size_t last = count; last-- > 1;) {
        uint32_t item = order[0];
        order[0] = order[last];
        order[last] = item;
        sink(faces, order, 0, last);
    }
}

static bool is_covered(const mr_face *face, const mr_face *kept, size_t count, float overlap) {
    for (size_t i = 0; i < count; i++)
        if (mr_box_iou(&face->box, &kept[i].box) > overlap)
            return true;
    return false;
}

static void add_weighted(const mr_face *face, mr_face *sum) {
    const mr_box *box = &face->box;
    sum->score += face->score;
    sum->box.x += face->score * box->x;
    sum->box.y += face->score * box->y;
    sum->box.width += face->score * box->width;
    sum->box.height += face->score * box->height;
    for (int k = 0; k < MR_LANDMARKS; k++) {
        sum->landmarks[k].x += face->score * face->landmarks[k].x;
        sum->landmarks[k].y += face->score * face->landmarks[k].y;
    }
}

/* Puts the face where those that tell the same one, itself among them, say on the whole. */
static void vote(const mr_face *faces, size_t count, float agreement, mr_face *face) {
    mr_face sum = {0};
    for (size_t i = 0; i < count; i++)
        if (mr_box_iou(&faces[i].box, &face->box) > agreement)
            add_weighted(&faces[i], &sum);
    if (!(sum.score > 0))
        return; /* nobody votes; a box without an area overlaps not even itself */
    float share = 1 / sum.score;
    face->box = (mr_box){share * sum.box.x, share * sum.box.y, share * sum.box.width,
                         share * sum.box.height};
    for (int k = 0; k < MR_LANDMARKS; k++)
        face->landmarks[k] = (mr_point){share * sum.landmarks[k].x, share * sum.landmarks[k].y};
}

size_t mr_suppress(mr_face *faces, size_t count, float overlap, float agreement, uint32_t *order,
                   mr_face *spare) {
    size_t kept = 0;
    sort(faces, count, order);
    for (size_t i = 0; i < count; i++)
        if (!is_covered(&faces[order[i]], spare, kept, overlap))
            spare[kept++] = faces[order[i]];
    for (size_t i = 0; i < kept; i++)
        vote(faces, count, agreement, &spare[i]);
    memcpy(faces, spare, kept * sizeof *faces);
    return kept;
}
