#include "image/codec.h"

#include <string.h>

/* round(value / 255) without a division, for value up to 255 * 255. */
static inline unsigned divide_by_255(unsigned value) {
    value += 128;
    return (value + (value >> 8)) >> 8;
}

static inline unsigned over_white(unsigned sample, unsigned alpha) {
    return divide_by_255(sample * alpha + 255 * (255 - alpha));
}

static void grey_row(const uint8_t *src, uint8_t *dst, int width) {
    for (int x = 0; x < width; x++, src += 3)
        dst[x] = mr_luma(src[0], src[1], src[2]);
}

static void spread_row(const uint8_t *src, uint8_t *dst, int width) {
    for (int x = 0; x < width; x++)
        dst[3 * x] = dst[3 * x + 1] = dst[3 * x + 2] = src[x];
}

static void flatten_grey(const uint8_t *src, uint8_t *dst, int dst_channels, int width) {
    for (int x = 0; x < width; x++)
        for (int c = 0; c < dst_channels; c++)
            *dst++ = (uint8_t)over_white(src[2 * x], src[2 * x + 1]);
}

static void flatten_rgb(const uint8_t *src, uint8_t *dst, int dst_channels, int width) {
    for (int x = 0; x < width; x++, src += 4, dst += dst_channels) {
        unsigned red = over_white(src[0], src[3]);
        unsigned green = over_white(src[1], src[3]);
        unsigned blue = over_white(src[2], src[3]);
        if (dst_channels == 1) {
            dst[0] = mr_luma(red, green, blue);
        } else {
            dst[0] = (uint8_t)red;
            dst[1] = (uint8_t)green;
            dst[2] = (uint8_t)blue;
        }
    }
}

void mr_convert_row(const uint8_t *src, int src_channels, uint8_t *dst, int dst_channels,
                    int width) {
    if (src_channels == dst_channels)
        memcpy(dst, src, (size_t)width * (size_t)dst_channels);
    else if (src_channels == 1)
        spread_row(src, dst, width);
    else if (src_channels == 2)
        flatten_grey(src, dst, dst_channels, width);
    else if (src_channels == 3)
        grey_row(src, dst, width);
    else
        flatten_rgb(src, dst, dst_channels, width);
}

void mr_image_to_grey(const mr_image *src, mr_image *dst) {
    for (int y = 0; y < dst->height; y++)
        mr_convert_row(src->pixels + (size_t)y * src->stride, src->channels,
                       dst->pixels + (size_t)y * dst->stride, 1, dst->width);
}

void mr_image_to_planar(const mr_image *image, float mean, float deviation, float *out) {
    /* A pixel has 256 values: a table is both exact and quicker than a division each. */
    float table[256];
    for (int value = 0; value < 256; value++)
        table[value] = ((float)value - mean) / deviation;
    size_t width = (size_t)image->width, plane = width * (size_t)image->height;
    for (int y = 0; y < image->height; y++, out += width) {
        const uint8_t *row = image->pixels + (size_t)y * image->stride;
        if (image->channels == 1) {
            for (size_t x = 0; x < width; x++)
                out[x] = table[row[x]];
            continue;
        }
        for (size_t x = 0; x < width; x++) {
            out[x] = table[row[3 * x]];
            out[x + plane] = table[row[3 * x + 1]];
            out[x + 2 * plane] = table[row[3 * x + 2]];
        }
    }
}

void mr_image_to_floats(const mr_image *image, float mean, float deviation, float *out) {
    size_t count = (size_t)image->width * (size_t)image->channels;
    for (int y = 0; y < image->height; y++, out += count) {
        const uint8_t *row = image->pixels + (size_t)y * image->stride;
        for (size_t i = 0; i < count; i++)
            out[i] = ((float)row[i] - mean) / deviation;
    }
}
