#include "learn/detection_assign.h"

#include "face/box.h"

#include <math.h>

mr_assign_params mr_assign_params_defaults(void) {
    return (mr_assign_params){
        .score_power = 0.5f, .overlap_power = 4, .least_strides = 2, .most_strides = 6, .most = 9};
}

typedef struct candidate {
    size_t cell;
    float overlap, alignment;
} candidate;

/* The best candidates of one face, by falling alignment. */
typedef struct candidates {
    candidate items[MR_ASSIGN_MOST];
    int count;
} candidates;

/* First and last+1 of `count` cells whose centres are at most `reach` from `middle`. */
static void cell_range(float middle, float reach, int stride, int count, int *first, int *end) {
    float low = ceilf((middle - reach) / (float)stride - 0.5f);
    float high = floorf((middle + reach) / (float)stride - 0.5f) + 1;
    *first = (int)fminf(fmaxf(low, 0), (float)count);
    *end = (int)fminf(fmaxf(high, (float)*first), (float)count);
}

typedef struct cell_area {
    int left, right, top, bottom;
} cell_area;

/* Cells of a level inside a box, which counts as at least `least` strides wide to each side. */
static cell_area cells_of_box(const mr_yolo_level *level, const mr_box *box, float least) {
    float reach = least * (float)level->stride;
    cell_area area;
    cell_range(box->x + box->width / 2, fmaxf(box->width / 2, reach), level->stride, level->width,
               &area.left, &area.right);
    cell_range(box->y + box->height / 2, fmaxf(box->height / 2, reach), level->stride,
               level->height, &area.top, &area.bottom);
    return area;
}

static void offer(candidates *best, int most, candidate offered) {
    int at = best->count;
    if (at == most) {
        if (best->items[at - 1].alignment >= offered.alignment)
            return;
        at--;
    } else {
        best->count++;
    }
    for (; at > 0 && best->items[at - 1].alignment < offered.alignment; at--)
        best->items[at] = best->items[at - 1];
    best->items[at] = offered;
}

static bool learns_size(const mr_assign_params *params, const mr_yolo_grid *grid, int k,
                        const mr_box *box) {
    float strides = sqrtf(box->width * box->height) / (float)grid->levels[k].stride;
    bool finest = k == 0, coarsest = k == grid->level_count - 1;
    return (finest || strides >= params->least_strides) &&
           (coarsest || strides <= params->most_strides);
}

static void find_candidates(const mr_assign_params *params, const mr_yolo_grid *grid,
                            const mr_face *predicted, const mr_box *box, candidates *best) {
    best->count = 0;
    for (int k = 0; k < grid->level_count; k++) {
        if (!learns_size(params, grid, k, box))
            continue;
        const mr_yolo_level *level = &grid->levels[k];
        cell_area area = cells_of_box(level, box, 0.99f);
        for (int y = area.top; y < area.bottom; y++)
            for (int x = area.left; x < area.right; x++) {
                size_t cell = level->first + (size_t)y * (size_t)level->width + (size_t)x;
                float overlap = mr_box_iou(&predicted[cell].box, box);
                float alignment = powf(predicted[cell].score, params->score_power) *
                                  powf(overlap, params->overlap_power);
                if (alignment > 0)
                    offer(best, params->most, (candidate){cell, overlap, alignment});
            }
    }
}

static void leave_uncounted(const mr_yolo_grid *grid, const mr_box *box, mr_cell_target *targets) {
    for (int k = 0; k < grid->level_count; k++) {
        const mr_yolo_level *level = &grid->levels[k];
        cell_area area = cells_of_box(level, box, 0.5f);
        for (int y = area.top; y < area.bottom; y++)
            for (int x = area.left; x < area.right; x++)
                targets[level->first + (size_t)y * (size_t)level->width + (size_t)x].face =
                    MR_CELL_UNCOUNTED;
    }
}

/* The candidates of a face that it got, and their best overlap and alignment. */
static void set_qualities(const candidates *best, int face, mr_cell_target *targets) {
    float overlap = 0, alignment = 0;
    for (int i = 0; i < best->count; i++) {
        const mr_cell_target *target = &targets[best->items[i].cell];
        if (target->face != face)
            continue;
        overlap = fmaxf(overlap, target->overlap);
        alignment = fmaxf(alignment, target->alignment);
    }
    for (int i = 0; i < best->count; i++) {
        mr_cell_target *target = &targets[best->items[i].cell];
        if (target->face == face)
            target->quality = target->alignment / alignment * overlap;
    }
}

void mr_assign(const mr_assign_params *params, const mr_yolo_grid *grid, const mr_face *predicted,
               const mr_labelled_face *faces, size_t count, mr_cell_target *targets) {
    candidates best = {.count = 0};
    for (size_t i = 0; i < grid->cells; i++)
        targets[i] = (mr_cell_target){.face = MR_CELL_BACKGROUND};
    for (size_t i = 0; i < count; i++)
        if (faces[i].ignored)
            leave_uncounted(grid, &faces[i].box, targets);
    for (size_t i = 0; i < count; i++) {
        if (faces[i].ignored)
            continue;
        find_candidates(params, grid, predicted, &faces[i].box, &best);
        for (int c = 0; c < best.count; c++) {
            const candidate *found = &best.items[c];
            mr_cell_target *target = &targets[found->cell];
            if (target->face < 0 || found->overlap > target->overlap)
                *target = (mr_cell_target){(int)i, found->overlap, found->alignment, 0};
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (faces[i].ignored)
            continue;
        find_candidates(params, grid, predicted, &faces[i].box, &best);
        set_qualities(&best, (int)i, targets);
    }
}
