#include "image/codec.h"

#include <math.h>

/*
 * A destination row is made in strips: positions first, a loop that compilers vectorise, then the
 * look-up. Positions are kept to 1/1024 pixel, so that four weighted neighbours fit into 28 bits;
 * a sum keeps 8 bits after the point and stays below 32 bits for MOST_SAMPLES² samples.
 */
enum { STRIP = 128, POSITION_BITS = 10, SUM_BITS = 8, MOST_SAMPLES = 64 };
enum { ONE = 1 << POSITION_BITS, DROPPED_BITS = 2 * POSITION_BITS - SUM_BITS };
enum { HALF = 1 << (DROPPED_BITS - 1) };

/* Where the samples of a strip lie: the upper left of four neighbours, and how far beyond it. */
typedef struct positions {
    int32_t x[STRIP], y[STRIP];
    int32_t part_x[STRIP], part_y[STRIP]; /* 0 … ONE */
} positions;

/* Keeps a coordinate inside 0 … last; what is not a number becomes 0. */
static inline float clamp(float value, float last) {
    value = value > 0 ? value : 0;
    return value < last ? value : last;
}

/* The last pixel has no neighbour beyond it, so it is reached from the one before. */
static void split(const float *coordinates, int n, int size, int32_t *whole, int32_t *part) {
    float last = (float)(size - 1);
    int last_whole = size > 1 ? size - 2 : 0;
    for (int i = 0; i < n; i++) {
        float value = clamp(coordinates[i], last);
        int floor = (int)value;
        floor = floor < last_whole ? floor : last_whole;
        whole[i] = floor;
        part[i] = (int)((value - (float)floor) * ONE + 0.5F);
    }
}

static void locate(const mr_image *src, const mr_affine *map, float x, float y, int n,
                   positions *at) {
    float source_x[STRIP], source_y[STRIP];
    float row_x = map->b * y + map->c, row_y = map->e * y + map->f;
    for (int i = 0; i < n; i++) {
        source_x[i] = map->a * (x + (float)i) + row_x;
        source_y[i] = map->d * (x + (float)i) + row_y;
    }
    split(source_x, n, src->width, at->x, at->part_x);
    split(source_y, n, src->height, at->y, at->part_y);
}

/* Adds one bilinear sample to each pixel's sums; inlined for a known number of channels. */
static inline void add_samples(const mr_image *src, const positions *at, int n, size_t channels,
                               uint32_t *sums) {
    size_t right = src->width > 1 ? channels : 0;
    size_t below = src->height > 1 ? src->stride : 0;
    for (int i = 0; i < n; i++, sums += channels) {
        const uint8_t *p =
            src->pixels + (size_t)at->y[i] * src->stride + (size_t)at->x[i] * channels;
        uint32_t x = (uint32_t)at->part_x[i], y = (uint32_t)at->part_y[i];
        uint32_t both = x * y, only_x = x * ONE - both, only_y = y * ONE - both;
        uint32_t neither = (uint32_t)ONE * ONE - x * ONE - only_y;
        for (size_t c = 0; c < channels; c++, p++)
            sums[c] += (p[0] * neither + p[right] * only_x + p[below] * only_y +
                        p[below + right] * both + HALF) >>
                       DROPPED_BITS;
    }
}

/* How many samples a side each destination pixel takes: the longer of the two steps in the source,
 * rounded up. A little over a whole number is taken for rounding error, so that a plain rotation
 * takes one. */
static int samples_a_side(const mr_affine *map) {
    float shrink = fmaxf(hypotf(map->a, map->d), hypotf(map->b, map->e));
    float samples = ceilf(shrink - 0.001F);
    return samples < 1 ? 1 : samples < MOST_SAMPLES ? (int)samples : MOST_SAMPLES;
}

static void make_strip(const mr_image *src, const mr_affine *map, int x, int y, int n, int side,
                       uint8_t *out) {
    uint32_t sums[STRIP * 3] = {0};
    positions at;
    for (int j = 0; j < side; j++)
        for (int i = 0; i < side; i++) {
            float shift_x = ((float)i + 0.5F) / (float)side - 0.5F;
            float shift_y = ((float)j + 0.5F) / (float)side - 0.5F;
            locate(src, map, (float)x + shift_x, (float)y + shift_y, n, &at);
            if (src->channels == 1)
                add_samples(src, &at, n, 1, sums);
            else
                add_samples(src, &at, n, 3, sums);
        }
    float scale = 1.0F / (float)(side * side << SUM_BITS);
    for (int i = 0; i < n * src->channels; i++)
        out[i] = (uint8_t)((float)(int32_t)sums[i] * scale + 0.5F);
}

void mr_image_warp(const mr_image *src, const mr_affine *to_source, mr_image *dst) {
    int side = samples_a_side(to_source);
    uint8_t strip[STRIP * 3];
    for (int y = 0; y < dst->height; y++) {
        uint8_t *out = dst->pixels + (size_t)y * dst->stride;
        for (int x = 0; x < dst->width; x += STRIP) {
            int n = dst->width - x < STRIP ? dst->width - x : STRIP;
            make_strip(src, to_source, x, y, n, side, strip);
            mr_convert_row(strip, src->channels, out + x * dst->channels, dst->channels, n);
        }
    }
}
