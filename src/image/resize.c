#include "image/image.h"

#include <math.h>
#include <string.h>

/* The picture is made in vertical strips of at most this many destination and source columns, so
 * that scratch rows fit on the stack and into the first-level cache. */
enum { STRIP = 256, SOURCE_STRIP = 1024 };

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
    const uint8_t *restrict row = src->pixels + (size_t)rows->first * src->stride + start;
    for (size_t i = 0; i < n; i++)
        strip[i] = rows->first_weight * (float)row[i];
    for (int y = rows->first + 1; y <= rows->last; y++) {
        row += src->stride;
        float weight = weight_at(rows, y);
        for (size_t i = 0; i < n; i++)
            strip[i] += weight * (float)row[i];
    }
}

/* Adds the columns from … to of a blended strip, which begins at column `start`. Inlined for a
 * known number of channels. */
static inline void add_columns(const float *strip, int start, const span *columns, int from, int to,
                               size_t channels, float *sums) {
    const float *pixel = strip + (size_t)(from - start) * channels;
    for (int x = from; x <= to; x++, pixel += channels) {
        float weight = weight_at(columns, x);
        for (size_t c = 0; c < channels; c++)
            sums[c] += weight * pixel[c];
    }
}

/* Makes one row of a strip from its column spans; `strip` is scratch. A single destination column
 * may span more source columns than the scratch row holds; it is then summed piece by piece. */
static inline void make_row(const mr_image *src, const span *rows, const span *columns, int n,
                            size_t channels, float *strip, uint8_t *out) {
    float sums[STRIP * 3] = {0};
    int stop = columns[n - 1].last + 1;
    for (int start = columns[0].first; start < stop; start += SOURCE_STRIP) {
        int end = start + SOURCE_STRIP < stop ? start + SOURCE_STRIP : stop;
        blend_rows(src, rows, (size_t)start * channels, (size_t)end * channels, strip);
        for (int i = 0; i < n; i++) {
            int from = columns[i].first > start ? columns[i].first : start;
            int to = columns[i].last < end ? columns[i].last : end - 1;
            add_columns(strip, start, &columns[i], from, to, channels, sums + (size_t)i * channels);
        }
    }
    for (size_t i = 0; i < (size_t)n * channels; i++)
        out[i] = (uint8_t)(int)fminf(sums[i] + 0.5F, 255); /* so many weights sum to one nearly */
}

/* Finds the spans of the next columns from x on, as many as a strip holds, at least one. */
static int fill_strip(const mr_image *src, const mr_image *dst, int x, span *columns) {
    int n = 0;
    for (; n < STRIP && x + n < dst->width; n++) {
        columns[n] = span_of(x + n, src->width, dst->width);
        if (n > 0 && columns[n].last - columns[0].first >= SOURCE_STRIP)
            break;
    }
    return n;
}

static void copy_rows(const mr_image *src, mr_image *dst) {
    for (int y = 0; y < dst->height; y++)
        memcpy(dst->pixels + (size_t)y * dst->stride, src->pixels + (size_t)y * src->stride,
               (size_t)dst->width * (size_t)dst->channels);
}

void mr_image_resize(const mr_image *src, mr_image *dst) {
    if (src->width == dst->width && src->height == dst->height) {
        copy_rows(src, dst);
        return;
    }
    span columns[STRIP];
    float strip[SOURCE_STRIP * 3] = {0};
    for (int x = 0, n; x < dst->width; x += n) {
        n = fill_strip(src, dst, x, columns);
        for (int y = 0; y < dst->height; y++) {
            span rows = span_of(y, src->height, dst->height);
            uint8_t *out = dst->pixels + (size_t)y * dst->stride + (size_t)(x * dst->channels);
            if (src->channels == 1)
                make_row(src, &rows, columns, n, 1, strip, out);
            else
                make_row(src, &rows, columns, n, 3, strip, out);
        }
    }
}
