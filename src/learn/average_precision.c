#include "learn/average_precision.h"

#include "base/memory.h"
#include "base/rng.h"
#include "face/box.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SEED 1

static bool counts(const mr_labelled_face *face, float least_height) {
    return !face->ignored && face->box.height >= least_height;
}

enum { WRONG = -1, NEITHER = -2 };

/* The labelled face that a found one is right about, or WRONG or NEITHER. */
static int judge(const mr_hits *ranking, const mr_box *box, const mr_labelled_face *labelled,
                 size_t count, float least_height) {
    int best = WRONG;
    float best_overlap = 0;
    bool excused = false;
    for (size_t i = 0; i < count; i++) {
        float overlap = mr_box_iou(box, &labelled[i].box);
        if (overlap < MR_RIGHT_OVERLAP)
            continue;
        if (!counts(&labelled[i], least_height)) {
            excused = true;
        } else if (!ranking->taken[i] && overlap > best_overlap) {
            best_overlap = overlap;
            best = (int)i;
        }
    }
    return best == WRONG && excused ? NEITHER : best;
}

mr_status mr_hits_add(mr_hits *ranking, const mr_face *found, size_t found_count,
                      const mr_labelled_face *labelled, size_t labelled_count, float least_height,
                      int *matches) {
    if (!mr_grow(&ranking->verdicts, &ranking->capacity, ranking->count + found_count,
                 sizeof *ranking->verdicts) ||
        !mr_grow(&ranking->faces_of, &ranking->picture_capacity, ranking->pictures + 1,
                 sizeof *ranking->faces_of) ||
        !mr_grow(&ranking->taken, &ranking->taken_capacity, labelled_count, 1))
        return mr_fail(MR_E_MEMORY, "no memory to judge %zu faces", found_count);
    uint32_t picture = (uint32_t)ranking->pictures++, faces = 0;
    for (size_t i = 0; i < labelled_count; i++) {
        ranking->taken[i] = 0;
        faces += counts(&labelled[i], least_height);
    }
    ranking->faces_of[picture] = faces;
    ranking->faces += faces;
    for (size_t i = 0; i < found_count; i++) {
        int match = judge(ranking, &found[i].box, labelled, labelled_count, least_height);
        if (match >= 0)
            ranking->taken[match] = 1;
        if (match != NEITHER)
            ranking->verdicts[ranking->count++] = (mr_verdict){found[i].score, match >= 0, picture};
        if (matches)
            matches[i] = match >= 0 ? match : -1;
    }
    return MR_OK;
}

static void merge(const mr_verdict *from, size_t start, size_t middle, size_t end, mr_verdict *to) {
    size_t left = start, right = middle;
    for (size_t i = start; i < end; i++)
        if (left < middle && (right >= end || from[left].score >= from[right].score))
            to[i] = from[left++];
        else
            to[i] = from[right++];
}

/* Merge sort from the bottom up, which is stable. */
mr_status mr_hits_finish(mr_hits *ranking) {
    size_t count = ranking->count;
    mr_verdict *spare = mr_alloc(count * sizeof *spare), *from = ranking->verdicts;
    if (!spare)
        return mr_fail(MR_E_MEMORY, "no memory to sort %zu faces", count);
    mr_verdict *to = spare;
    for (size_t run = 1; run < count; run *= 2) {
        for (size_t start = 0; start < count; start += 2 * run) {
            size_t middle = start + run < count ? start + run : count;
            size_t end = start + 2 * run < count ? start + 2 * run : count;
            merge(from, start, middle, end, to);
        }
        mr_verdict *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != ranking->verdicts)
        memcpy(ranking->verdicts, from, count * sizeof *from);
    free(spare);
    return MR_OK;
}

/* With every picture as often as `times` tells; NULL: once. NaN when no face counts. */
static double precision_of(const mr_hits *ranking, const uint32_t *times) {
    double right = 0, all = 0, faces = 0;
    for (size_t i = 0; i < ranking->count; i++) {
        double weight = times ? times[ranking->verdicts[i].picture] : 1;
        right += ranking->verdicts[i].right ? weight : 0;
        all += weight;
    }
    for (size_t i = 0; i < ranking->pictures; i++)
        faces += (times ? times[i] : 1.0) * ranking->faces_of[i];
    double best = 0, sum = 0;
    /* From the last rank up; each right face is a step of recall. */
    for (size_t rank = ranking->count; rank-- > 0;) {
        const mr_verdict *verdict = &ranking->verdicts[rank];
        double weight = times ? times[verdict->picture] : 1;
        best = all > 0 ? fmax(best, right / all) : best;
        if (verdict->right) {
            sum += weight * best;
            right -= weight;
        }
        all -= weight;
    }
    return faces > 0 ? sum / faces : NAN;
}

double mr_average_precision(const mr_hits *ranking) {
    return ranking->faces ? precision_of(ranking, NULL) : 0;
}

mr_status mr_average_precision_interval(const mr_hits *ranking, mr_interval *out) {
    uint32_t *times = mr_alloc(ranking->pictures * sizeof *times);
    if (!times)
        return mr_fail(MR_E_MEMORY, "no memory to draw from %zu pictures", ranking->pictures);
    double draws[MR_BOOTSTRAP_ROUNDS];
    size_t drawn = 0;
    for (uint64_t round = 0; round < MR_BOOTSTRAP_ROUNDS; round++) {
        mr_rng rng = mr_rng_keyed(SEED, round, 0);
        memset(times, 0, ranking->pictures * sizeof *times);
        for (size_t i = 0; i < ranking->pictures; i++)
            times[mr_rng_below(&rng, ranking->pictures)]++;
        double precision = precision_of(ranking, times);
        if (!isnan(precision))
            draws[drawn++] = precision;
    }
    free(times);
    *out = mr_bootstrap_interval(draws, drawn);
    return MR_OK;
}

double mr_recall_at(const mr_hits *ranking, size_t wrong) {
    size_t right = 0, false_alarms = 0;
    for (size_t i = 0; i < ranking->count; i++) {
        false_alarms += !ranking->verdicts[i].right;
        if (false_alarms > wrong)
            break;
        right += ranking->verdicts[i].right;
    }
    return ranking->faces ? (double)right / (double)ranking->faces : 0;
}

/* What the finds up to a rank come to, of which so many are right. */
static mr_curve_point point_at(const mr_hits *ranking, size_t rank, size_t right) {
    return (mr_curve_point){.score = ranking->verdicts[rank].score,
                            .precision = (double)right / (double)(rank + 1),
                            .recall = (double)right / (double)ranking->faces};
}

size_t mr_hits_curve(const mr_hits *ranking, mr_curve_point *points, size_t most) {
    size_t all = 0, right = 0, count = 0;
    for (size_t i = 0; i < ranking->count; i++)
        all += ranking->verdicts[i].right;
    size_t wanted = all < most ? all : most;
    for (size_t rank = 0; rank < ranking->count && count < wanted; rank++) {
        right += ranking->verdicts[rank].right;
        if (right * wanted >= (count + 1) * all)
            points[count++] = point_at(ranking, rank, right);
    }
    return count;
}

/* Whether a threshold can lie below this rank. */
static bool ends_equal_scores(const mr_hits *ranking, size_t rank) {
    return rank + 1 == ranking->count ||
           ranking->verdicts[rank + 1].score < ranking->verdicts[rank].score;
}

mr_curve_point mr_threshold_of_precision(const mr_hits *ranking, double precision) {
    mr_curve_point best = {0};
    size_t right = 0;
    for (size_t rank = 0; rank < ranking->count; rank++) {
        right += ranking->verdicts[rank].right;
        if (right > 0 && ends_equal_scores(ranking, rank) &&
            (double)right >= precision * (double)(rank + 1))
            best = point_at(ranking, rank, right);
    }
    return best;
}

double mr_f1(const mr_curve_point *point) {
    double sum = point->precision + point->recall;
    return sum > 0 ? 2 * point->precision * point->recall / sum : 0;
}

mr_curve_point mr_threshold_of_f1(const mr_hits *ranking) {
    mr_curve_point best = {0};
    size_t right = 0;
    for (size_t rank = 0; rank < ranking->count; rank++) {
        right += ranking->verdicts[rank].right;
        if (right == 0 || !ends_equal_scores(ranking, rank))
            continue;
        mr_curve_point point = point_at(ranking, rank, right);
        if (mr_f1(&point) > mr_f1(&best))
            best = point;
    }
    return best;
}

void mr_hits_free(mr_hits *ranking) {
    free(ranking->verdicts);
    free(ranking->taken);
    free(ranking->faces_of);
    *ranking = (mr_hits){0};
}
