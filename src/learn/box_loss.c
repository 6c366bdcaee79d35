#include "learn/detection_loss.h"

#include <math.h>
#include <stdbool.h>

/* A side of two boxes along one axis: from low to high, and the same of the truth. */
typedef struct axis {
    float low, high, true_low, true_high;
} axis;

/* Lengths along an axis with their derivatives by its low and high end. */
typedef struct part {
    float value, by_low, by_high;
} part;

static part overlap_of(const axis *a) {
    bool low = a->low > a->true_low, high = a->high < a->true_high;
    return (part){(high ? a->high : a->true_high) - (low ? a->low : a->true_low), low ? -1 : 0,
                  high ? 1 : 0};
}

static part span_of(const axis *a) {
    bool low = a->low<a->true_low, high = a->high> a->true_high;
    return (part){(high ? a->high : a->true_high) - (low ? a->low : a->true_low), low ? -1 : 0,
                  high ? 1 : 0};
}

/* ((length - true length) / span)² and its derivatives. */
static part size_term(const axis *a, const part *span) {
    float difference = (a->high - a->low) - (a->true_high - a->true_low);
    float ratio = difference / span->value;
    float by_difference = 2 * ratio / span->value, by_span = -2 * ratio * ratio / span->value;
    return (part){ratio * ratio, -by_difference + by_span * span->by_low,
                  by_difference + by_span * span->by_high};
}

typedef struct ends {
    float by_low[2], by_high[2]; /* derivatives by the ends along x and y */
} ends;

/* Subtracts IoU from the loss. */
static float overlap_term(const axis axes[2], ends *d) {
    part inside[2] = {overlap_of(&axes[0]), overlap_of(&axes[1])};
    if (inside[0].value <= 0 || inside[1].value <= 0)
        return 0;
    float length[2], area = 1, true_area = 1;
    for (int k = 0; k < 2; k++) {
        length[k] = axes[k].high - axes[k].low;
        area *= length[k];
        true_area *= axes[k].true_high - axes[k].true_low;
    }
    float common = inside[0].value * inside[1].value, all = area + true_area - common;
    /* IoU = common / all: its derivatives by the common area and by the box's own */
    float by_common = (all + common) / (all * all), by_area = -common / (all * all);
    for (int k = 0; k < 2; k++) {
        float other_inside = inside[!k].value, other = length[!k];
        d->by_low[k] -= by_common * inside[k].by_low * other_inside - by_area * other;
        d->by_high[k] -= by_common * inside[k].by_high * other_inside + by_area * other;
    }
    return common / all;
}

/* Squared distance of the centres against the squared diagonal of the box round both. */
static float distance_term(const axis axes[2], const part span[2], ends *d) {
    float apart[2], distance = 0, diagonal = 0;
    for (int k = 0; k < 2; k++) {
        apart[k] = (axes[k].low + axes[k].high - axes[k].true_low - axes[k].true_high) / 2;
        distance += apart[k] * apart[k];
        diagonal += span[k].value * span[k].value;
    }
    for (int k = 0; k < 2; k++) {
        float by_span = -2 * distance * span[k].value / (diagonal * diagonal);
        d->by_low[k] += apart[k] / diagonal + by_span * span[k].by_low;
        d->by_high[k] += apart[k] / diagonal + by_span * span[k].by_high;
    }
    return distance / diagonal;
}

float mr_eiou(const mr_box *box, const mr_box *truth, float gradient[4]) {
    const axis axes[2] = {{box->x, box->x + box->width, truth->x, truth->x + truth->width},
                          {box->y, box->y + box->height, truth->y, truth->y + truth->height}};
    const part span[2] = {span_of(&axes[0]), span_of(&axes[1])};
    ends d = {{0}, {0}};
    float loss = 1 - overlap_term(axes, &d) + distance_term(axes, span, &d);
    for (int k = 0; k < 2; k++) {
        part size = size_term(&axes[k], &span[k]);
        loss += size.value;
        d.by_low[k] += size.by_low;
        d.by_high[k] += size.by_high;
        /* ends = centre ∓ half the length */
        gradient[k] = d.by_low[k] + d.by_high[k];
        gradient[2 + k] = (d.by_high[k] - d.by_low[k]) / 2;
    }
    return loss;
}
