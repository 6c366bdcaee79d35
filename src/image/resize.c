#include "image/image.h"

#include <math.h>
#include <stdbool.h>

/* Source columns that are blended at a time: the scratch row then fits on the stack and in the
 * first-level cache. */
enum { STRIP = 1024 };

/* The source samples first … last that make one destination sample; those between the two ends
 * all have the weight `inner`. The weights sum to one. */
typedef struct span {
    int first, last;
    float first_weight, inner, last_weight;
} span;

/* Shrinking: each source sample counts by the part of it that the destination sample covers. */
static span span_of_area(int at, int src_size, double scale) {
    double from = at * scale, to = from + scale;
    int first = (int)from, last = (int)ceil(to) - 1;
    if (last > src_size - 1)
        last = src_size - 1;
    if (first > last)
        first = last;
    double inner = 1 / scale;
    double head = (first + 1 - from) * inner, tail = (to - last) * inner;
    return (span){first, last, (float)(last > first ? head : 1), (float)inner, (float)tail};
}

/* Growing: the two neighbours of the destination sample's centre; outside the border repeats. */
static span span_of_line(int at, int src_size, double scale) {
    double centre = (at + 0.5) * scale - 0.5;
    if (centre < 0)
        centre = 0;
    int first = (int)centre, last = first + 1 < src_size ? first + 1 : first;
    float part = (float)(centre - first);
    return (span){first, last, last > first ? 1 - part : 1, 0, part};
}

static span span_of(int at, int src_size, int dst_size) {
    double scale = (double)src_size / dst_size;
    return scale > 1 ? span_of_area(at, src_size, scale) : span_of_line(at, src_size, scale);
}

static float weight_at(const span *s, int index) {
    return index == s->first ? s->first_weight : index == s->last ? s->last_weight : s->inner;
}

/* strip[i] = weighted sum over rows of samples start … end-1. */
static void blend_rows(const mr_image *src, const span *rows, size_t start, size_t end,
                       float *restrict strip) {
    size_t n = end - start;
    for (int y = rows->first; y <= rows->last; y++) {
        const uint8_t *restrict row = src->pixels + (size_t)y * src->stride + start;
        float weight = weight_at(rows, y);
        if (y == rows->first)
            for (size_t i = 0; i < n; i++)
                strip[i] = weight * (float)row[i];
        else
            for (size_t i = 0; i < n; i++)
                strip[i] += weight * (float)row[i];
    }
}

/* Adds the columns from … to of a blended strip, which begins at column `start`. */
static void add_columns(const float *strip, int start, const span *columns, int from, int to,
                        int channels, float *sums) {
    const float *pixel = strip + (size_t)(from - start) * (size_t)channels;
    for (int x = from; x <= to; x++, pixel += channels) {
        float weight = weight_at(columns, x);
        for (int c = 0; c < channels; c++)
            sums[c] += weight * pixel[c];
    }
}

/* Makes one row. A destination sample that spans more columns than a strip holds is summed over
 * several strips; any other that does not fit into this strip starts the next one. */
static void make_row(const mr_image *src, const span *rows, int width, uint8_t *out) {
    float strip[STRIP * 3], sums[3] = {0};
    int channels = src->channels, x = 0, next = 0;
    while (x < width) {
        int start = next, end = start + STRIP < src->width ? start + STRIP : src->width;
        blend_rows(src, rows, (size_t)start * (size_t)channels, (size_t)end * (size_t)channels,
                   strip);
        for (; x < width; x++) {
            span columns = span_of(x, src->width, width);
            bool fits = columns.last < end;
            if (!fits && columns.first > start) {
                next = columns.first;
                break;
            }
            add_columns(strip, start, &columns, columns.first > start ? columns.first : start,
                        fits ? columns.last : end - 1, channels, sums);
            if (!fits) {
                next = end;
                break;
            }
            for (int c = 0; c < channels; c++) {
                *out++ = (uint8_t)(sums[c] + 0.5F);
                sums[c] = 0;
            }
        }
    }
}

void mr_image_resize(const mr_image *src, mr_image *dst) {
    for (int y = 0; y < dst->height; y++) {
        span rows = span_of(y, src->height, dst->height);
        make_row(src, &rows, dst->width, dst->pixels + (size_t)y * dst->stride);
    }
}
