#include "learn/augment.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

mr_augment mr_augment_none(void) {
    return (mr_augment){0};
}

mr_augment mr_augment_emotion_defaults(void) {
    return (mr_augment){.shift = 0.08f,
                        .scale = 0.18f,
                        .stretch = 0.06f,
                        .rotation = 12,
                        .flip = 0.5f,
                        .brightness = 0.12f,
                        .contrast = 0.3f,
                        .gamma = 0.2f,
                        .erase = 0.5f,
                        .erase_most = 0.2f};
}

mr_augment mr_augment_attributes_defaults(void) {
    return (mr_augment){.shift = 0.05f,
                        .scale = 0.15f,
                        .stretch = 0.05f,
                        .rotation = 10,
                        .flip = 0.5f,
                        .brightness = 0.1f,
                        .contrast = 0.3f,
                        .gamma = 0.3f,
                        .cast = 0.12f,
                        .grey = 0.1f,
                        .low_resolution = 0.2f,
                        .least_detail = 0.3f,
                        .blur = 0.15f,
                        .noise = 6,
                        .jpeg = 0.15f,
                        .least_quality = 25,
                        .erase = 0.3f,
                        .erase_most = 0.15f};
}

static bool happens(mr_rng *rng, float probability) {
    return mr_rng_uniform(rng) < probability;
}

/* Between -range and range. */
static float either_way(mr_rng *rng, float range) {
    return (float)mr_rng_range(rng, -range, range);
}

/* Between 1/(1 + range) and 1 + range. */
static float factor(mr_rng *rng, float range) {
    return expf(either_way(rng, log1pf(range)));
}

static uint8_t to_pixel(float level) {
    return (uint8_t)(fminf(fmaxf(level, 0), 255) + 0.5f);
}

/* All members are four bytes wide, so that no padding is hashed. */
uint64_t mr_augment_key(const mr_augment *augment) {
    return mr_hash(augment, sizeof *augment);
}

mr_affine mr_augment_map(const mr_augment *augment, mr_rng *rng, int width, int height) {
    float scale = factor(rng, augment->scale);
    float stretch = sqrtf(factor(rng, augment->stretch));
    float angle = either_way(rng, augment->rotation) * (float)M_PI / 180;
    float mirror = happens(rng, augment->flip) ? -1 : 1;
    float shift_x = either_way(rng, augment->shift) * (float)width;
    float shift_y = either_way(rng, augment->shift) * (float)height;
    float x = scale * stretch, y = scale / stretch;
    mr_affine map = {.a = mirror * x * cosf(angle),
                     .b = -y * sinf(angle),
                     .d = mirror * x * sinf(angle),
                     .e = y * cosf(angle)};
    float middle_x = (float)(width - 1) / 2, middle_y = (float)(height - 1) / 2;
    map.c = middle_x + shift_x - map.a * middle_x - map.b * middle_y;
    map.f = middle_y + shift_y - map.d * middle_x - map.e * middle_y;
    return map;
}

/* Gamma, contrast, brightness and colour cast, as one table of levels a channel. */
static void vary_light(const mr_augment *augment, mr_rng *rng, mr_image *image) {
    float gamma = factor(rng, augment->gamma), contrast = factor(rng, augment->contrast);
    float brightness = either_way(rng, augment->brightness);
    uint8_t tables[3][256];
    for (int c = 0; c < image->channels; c++) {
        float gain = factor(rng, augment->cast);
        for (int level = 0; level < 256; level++) {
            float v = powf((float)level / 255, gamma);
            v = ((v - 0.5f) * contrast + 0.5f + brightness) * gain;
            tables[c][level] = to_pixel(v * 255);
        }
    }
    for (int y = 0; y < image->height; y++) {
        uint8_t *row = image->pixels + (size_t)y * image->stride;
        for (int x = 0; x < image->width; x++)
            for (int c = 0; c < image->channels; c++, row++)
                *row = tables[c][*row];
    }
}

static void remove_colour(mr_image *image) {
    for (int y = 0; y < image->height; y++) {
        uint8_t *p = image->pixels + (size_t)y * image->stride;
        for (int x = 0; x < image->width; x++, p += 3)
            p[0] = p[1] = p[2] = (uint8_t)((77 * p[0] + 150 * p[1] + 29 * p[2] + 128) >> 8);
    }
}

/* Down to fewer pixels and up again. */
static mr_status lose_detail(float share, mr_image *image) {
    int width = (int)fmaxf(1, share * (float)image->width);
    int height = (int)fmaxf(1, share * (float)image->height);
    mr_image small;
    MR_TRY(mr_image_create(width, height, image->channels, &small));
    mr_image_resize(image, &small);
    mr_image_resize(&small, image);
    mr_image_free(&small);
    return MR_OK;
}

/* [1 2 1]/4 along a line of `count` pixels that lie `step` bytes apart. */
static void blur_line(uint8_t *p, int count, size_t step) {
    int before = p[0];
    for (int i = 0; i < count; i++, p += step) {
        int here = *p, after = i + 1 < count ? p[step] : here;
        *p = (uint8_t)((before + 2 * here + after + 2) >> 2);
        before = here;
    }
}

static void blur(mr_image *image) {
    size_t channels = (size_t)image->channels;
    for (int y = 0; y < image->height; y++)
        for (size_t c = 0; c < channels; c++)
            blur_line(image->pixels + (size_t)y * image->stride + c, image->width, channels);
    for (size_t x = 0; x < (size_t)image->width * channels; x++)
        blur_line(image->pixels + x, image->height, image->stride);
}

/* Noise that is normal for practical purposes: the sum of four uniform bytes. */
static void add_noise(float deviation, mr_rng *rng, mr_image *image) {
    const float unit = deviation / 147.8f; /* 147.8: deviation of that sum */
    size_t length = (size_t)image->width * (size_t)image->channels;
    for (int y = 0; y < image->height; y++) {
        uint8_t *row = image->pixels + (size_t)y * image->stride;
        uint64_t bits = 0;
        for (size_t x = 0; x < length; x++) {
            bits = x % 2 == 0 ? mr_rng_next(rng) : bits >> 32;
            int sum = (int)(bits & 255) + (int)(bits >> 8 & 255) + (int)(bits >> 16 & 255) +
                      (int)(bits >> 24 & 255);
            row[x] = to_pixel((float)row[x] + unit * (float)(sum - 510));
        }
    }
}

static mr_status compress(int quality, mr_image *image) {
    uint8_t *bytes;
    size_t size;
    MR_TRY(mr_image_encode_jpeg(image, quality, &bytes, &size));
    mr_decode_options options = mr_decode_options_defaults();
    options.channels = image->channels;
    mr_image decoded;
    mr_status status = mr_image_decode(bytes, size, "training picture", &options, &decoded);
    free(bytes);
    MR_TRY(status);
    for (int y = 0; y < image->height; y++)
        memcpy(image->pixels + (size_t)y * image->stride,
               decoded.pixels + (size_t)y * decoded.stride,
               (size_t)image->width * (size_t)image->channels);
    mr_image_free(&decoded);
    return MR_OK;
}

/* A patch of one random colour, between half as wide as high and twice. */
static void erase(float most, mr_rng *rng, mr_image *image) {
    float area = (float)mr_rng_range(rng, 0.02, fmaxf(most, 0.02f)), aspect = factor(rng, 1);
    int width = (int)fminf(sqrtf(area * aspect) * (float)image->width, (float)image->width);
    int height = (int)fminf(sqrtf(area / aspect) * (float)image->height, (float)image->height);
    size_t left = (size_t)mr_rng_range(rng, 0, image->width - width + 1);
    size_t top = (size_t)mr_rng_range(rng, 0, image->height - height + 1);
    uint64_t colour = mr_rng_next(rng);
    size_t channels = (size_t)image->channels;
    for (size_t y = top; y < top + (size_t)height; y++) {
        uint8_t *row = image->pixels + y * image->stride + left * channels;
        for (size_t i = 0; i < (size_t)width * channels; i++)
            row[i] = (uint8_t)(colour >> 8 * (i % channels));
    }
}

static mr_status degrade(const mr_augment *augment, mr_rng *rng, mr_image *image) {
    if (happens(rng, augment->low_resolution))
        MR_TRY(lose_detail((float)mr_rng_range(rng, augment->least_detail, 1), image));
    if (happens(rng, augment->blur))
        for (uint64_t times = 1 + mr_rng_below(rng, 2); times > 0; times--)
            blur(image);
    if (augment->noise > 0) {
        float deviation = (float)mr_rng_range(rng, 0, augment->noise);
        mr_rng grains = mr_rng_seeded(mr_rng_next(rng));
        add_noise(deviation, &grains, image);
    }
    if (happens(rng, augment->jpeg))
        MR_TRY(compress((int)mr_rng_range(rng, augment->least_quality, 91), image));
    return MR_OK;
}

mr_status mr_augment_look(const mr_augment *augment, mr_rng *rng, mr_image *image) {
    vary_light(augment, rng, image);
    if (image->channels == 3 && happens(rng, augment->grey))
        remove_colour(image);
    MR_TRY(degrade(augment, rng, image));
    if (happens(rng, augment->erase))
        erase(augment->erase_most, rng, image);
    return MR_OK;
}

mr_status mr_augment_apply(const mr_augment *augment, const mr_image *source, const mr_affine *base,
                           mr_rng *rng, mr_image *out) {
    mr_affine varied = mr_augment_map(augment, rng, out->width, out->height);
    mr_affine to_source = mr_affine_compose(base, &varied);
    mr_image_warp(source, &to_source, out);
    return mr_augment_look(augment, rng, out);
}
