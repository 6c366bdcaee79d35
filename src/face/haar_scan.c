#include "face/haar_scan.h"

#include <math.h>
#include <string.h>

#define LANES 8

/* Everything below is inlined into the two scanners at the end, each compiled for its machine. */
#define KERNEL static inline __attribute__((always_inline))

typedef uint32_t words __attribute__((vector_size(4 * LANES)));
typedef int32_t ints __attribute__((vector_size(4 * LANES)));
typedef float floats __attribute__((vector_size(4 * LANES)));
typedef double doubles __attribute__((vector_size(4 * LANES)));
typedef int64_t longs __attribute__((vector_size(4 * LANES)));

/* The sum of a stage for each window: the first four and the last four. */
typedef struct totals {
    doubles low, high;
} totals;

/*
 * The factor that makes a feature independent of contrast, 1 / (area × standard deviation), for
 * each window of a row; 0 marks windows that are too flat to hold a face, and the padding.
 */
KERNEL void normalise(const mr_haar_plan *plan, const mr_haar_row *row, float *restrict norms) {
    const uint32_t *sum = row->sum, *square = row->square;
    const int32_t *at = plan->norm;
    double area = plan->norm_area;
    for (int i = 0; i < row->count; i++) {
        int32_t s = (int32_t)(sum[at[0] + i] - sum[at[1] + i] - sum[at[2] + i] + sum[at[3] + i]);
        int32_t q = (int32_t)(square[at[0] + i] - square[at[1] + i] - square[at[2] + i] +
                              square[at[3] + i]);
        double spread = area * q - (double)s * s;
        float norm = (float)(1 / sqrt(spread));
        norms[i] = spread > 0 && area * norm < 0.1 ? norm : 0;
    }
    memset(norms + row->count, 0, MR_HAAR_PADDING * sizeof *norms);
}

KERNEL words load(const uint32_t *from) {
    words v;
    memcpy(&v, from, sizeof v);
    return v;
}

KERNEL floats rect_sum(const uint32_t *window, const int32_t offset[4], float weight) {
    words sum = load(window + offset[0]) - load(window + offset[1]) - load(window + offset[2]) +
                load(window + offset[3]);
    return __builtin_convertvector((ints)sum, floats) * weight;
}

/* Lanes in which the feature is below the node's threshold. */
KERNEL ints goes_left(const mr_haar_node *node, const uint32_t *upright, const uint32_t *tilted,
                      floats norm) {
    const uint32_t *window = node->tilted ? tilted : upright;
    floats value = rect_sum(window, node->offset[0], node->weight[0]) +
                   rect_sum(window, node->offset[1], node->weight[1]);
    if (node->weight[2] != 0)
        value += rect_sum(window, node->offset[2], node->weight[2]);
    return value * norm < node->threshold;
}

/* Masks of the first and of the last four lanes, as wide as a double. */
KERNEL longs low_lanes(ints mask) {
    return (longs)__builtin_shufflevector(mask, mask, 0, 0, 1, 1, 2, 2, 3, 3);
}

KERNEL longs high_lanes(ints mask) {
    return (longs)__builtin_shufflevector(mask, mask, 4, 4, 5, 5, 6, 6, 7, 7);
}

KERNEL doubles choose(longs mask, const double leaf[2]) {
    doubles left = {leaf[0], leaf[0], leaf[0], leaf[0]};
    doubles right = {leaf[1], leaf[1], leaf[1], leaf[1]};
    return (doubles)((mask & (longs)left) | (~mask & (longs)right));
}

/* Adds the value of a tree of one node. */
KERNEL void add_stump(const mr_haar_node *node, const uint32_t *upright, const uint32_t *tilted,
                      floats norm, totals *sum) {
    ints left = goes_left(node, upright, tilted, norm);
    sum->low += choose(low_lanes(left), node->leaf);
    sum->high += choose(high_lanes(left), node->leaf);
}

/* Adds the value of a larger tree: masks of the lanes that reach a node flow from parents to
 * children, which come later, and each lane picks up exactly one leaf. */
KERNEL void add_tree(const mr_haar_node *nodes, int count, const uint32_t *upright,
                     const uint32_t *tilted, floats norm, totals *sum) {
    ints reach[MR_CASCADE_MAX_TREE_NODES];
    longs low = {0}, high = {0};
    reach[0] = ~(ints){0};
    for (int i = 1; i < count; i++)
        reach[i] = (ints){0};
    for (int i = 0; i < count; i++) {
        ints left = goes_left(&nodes[i], upright, tilted, norm);
        for (int side = 0; side < 2; side++) {
            ints lanes = reach[i] & (side == 0 ? left : ~left);
            double leaf = nodes[i].leaf[side];
            longs value = (longs)(doubles){leaf, leaf, leaf, leaf};
            if (nodes[i].child[side]) {
                reach[nodes[i].child[side]] |= lanes;
            } else {
                low |= low_lanes(lanes) & value;
                high |= high_lanes(lanes) & value;
            }
        }
    }
    sum->low += (doubles)low;
    sum->high += (doubles)high;
}

KERNEL totals stage_sum(const mr_haar_plan *plan, const mr_cascade_stage *stage,
                        const uint32_t *upright, const uint32_t *tilted, floats norm) {
    const mr_cascade_tree *trees = plan->cascade->trees + stage->first_tree;
    const mr_haar_node *node = plan->nodes + trees[0].first_node;
    totals sum = {{0}, {0}};
    for (int i = 0; i < stage->trees; i++) {
        if (trees[i].nodes == 1)
            add_stump(node, upright, tilted, norm, &sum);
        else
            add_tree(node, trees[i].nodes, upright, tilted, norm, &sum);
        node += trees[i].nodes;
    }
    return sum;
}

KERNEL ints passes(const totals *sum, double threshold) {
    ints low = (ints)(sum->low >= threshold), high = (ints)(sum->high >= threshold);
    return __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14);
}

/* One bit a lane. */
KERNEL unsigned bits_of(ints mask) {
    ints bits = mask & (ints){1, 2, 4, 8, 16, 32, 64, 128};
    bits |= __builtin_shufflevector(bits, bits, 4, 5, 6, 7, 0, 1, 2, 3);
    bits |= __builtin_shufflevector(bits, bits, 2, 3, 0, 1, 6, 7, 4, 5);
    bits |= __builtin_shufflevector(bits, bits, 1, 0, 3, 2, 5, 4, 7, 6);
    return (unsigned)bits[0];
}

/*
 * Which windows of a block are looked at, when each one in `rejected` makes the scan skip the next.
 * In a run of rejected windows every other one is looked at: the first, third, … counted from the
 * run's start. *skip carries over from the block before and into the one after.
 */
KERNEL unsigned looked_at(unsigned rejected, bool *skip) {
    unsigned seen = 0;
    for (int lane = 0; lane < LANES; lane++) {
        unsigned look = !*skip;
        seen |= look << lane;
        *skip = look & (rejected >> lane);
    }
    return seen;
}

KERNEL int note_hits(unsigned alive, int index, const totals *sum, float threshold,
                     mr_haar_hit *hits) {
    int count = 0;
    for (; alive; alive &= alive - 1) {
        int lane = __builtin_ctz(alive);
        double value = lane < LANES / 2 ? sum->low[lane] : sum->high[lane - LANES / 2];
        hits[count++] = (mr_haar_hit){index + lane, (float)(value - threshold)};
    }
    return count;
}

KERNEL int scan(const mr_haar_plan *plan, const mr_haar_row *row, float *norms, mr_haar_hit *hits) {
    const mr_cascade *cascade = plan->cascade;
    int found = 0;
    bool skip = false;
    normalise(plan, row, norms);
    for (int x = 0; x < row->count; x += LANES) {
        const uint32_t *upright = row->sum + x, *tilted = row->tilted + x;
        const mr_cascade_stage *stage = cascade->stages;
        floats norm;
        memcpy(&norm, norms + x, sizeof norm);
        unsigned textured = bits_of(norm > 0);
        totals sum = stage_sum(plan, stage, upright, tilted, norm);
        unsigned passed = bits_of(passes(&sum, stage->threshold));
        unsigned alive = looked_at(textured & ~passed, &skip) & textured & passed;
        for (size_t i = 1; alive && i < cascade->stage_count; i++) {
            sum = stage_sum(plan, ++stage, upright, tilted, norm);
            alive &= bits_of(passes(&sum, stage->threshold));
        }
        if (alive)
            found += note_hits(alive, x, &sum, stage->threshold, hits + found);
    }
    return found;
}

int mr_haar_scan_plain(const mr_haar_plan *plan, const mr_haar_row *row, float *norms,
                       mr_haar_hit *hits) {
    return scan(plan, row, norms, hits);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static int
scan_avx2(const mr_haar_plan *plan, const mr_haar_row *row, float *norms, mr_haar_hit *hits) {
    return scan(plan, row, norms, hits);
}

mr_haar_scanner *mr_haar_scanner_best(void) {
    return __builtin_cpu_supports("avx2") ? scan_avx2 : mr_haar_scan_plain;
}
#else
mr_haar_scanner *mr_haar_scanner_best(void) {
    return mr_haar_scan_plain;
}
#endif
