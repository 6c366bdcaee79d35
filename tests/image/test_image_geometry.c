/* Resizing, warping and their helpers against plain, slow references. */
#include "pictures.h"

#include "base/rng.h"
#include "image/codec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *pixel_at(const mr_image *image, int x, int y) {
    return image->pixels + (size_t)y * image->stride + (size_t)(x * image->channels);
}

/* No two neighbourhoods alike. */
static mr_image noise_image(int width, int height, int channels, uint64_t seed) {
    mr_image image;
    mr_rng rng = mr_rng_seeded(seed);
    assert_ok(mr_image_create(width, height, channels, &image));
    for (size_t i = 0; i < image.stride * (size_t)height; i++)
        image.pixels[i] = (uint8_t)mr_rng_below(&rng, 256);
    return image;
}

/* Area average of one destination sample, by its definition. */
static double area_average(const mr_image *src, double left, double top, double right,
                           double bottom, int c) {
    double sum = 0;
    for (int y = (int)top; y < bottom && y < src->height; y++)
        for (int x = (int)left; x < right && x < src->width; x++) {
            double wide = fmin(right, x + 1) - fmax(left, x);
            double high = fmin(bottom, y + 1) - fmax(top, y);
            sum += wide * high * pixel_at(src, x, y)[c];
        }
    return sum / ((right - left) * (bottom - top));
}

/* Bilinear sample with the border repeated, by its definition. */
static double bilinear(const mr_image *src, double x, double y, int c) {
    x = fmin(fmax(x, 0), src->width - 1);
    y = fmin(fmax(y, 0), src->height - 1);
    int x0 = (int)x, y0 = (int)y;
    int x1 = x0 + 1 < src->width ? x0 + 1 : x0, y1 = y0 + 1 < src->height ? y0 + 1 : y0;
    double u = x - x0, v = y - y0;
    return (1 - v) * ((1 - u) * pixel_at(src, x0, y0)[c] + u * pixel_at(src, x1, y0)[c]) +
           v * ((1 - u) * pixel_at(src, x0, y1)[c] + u * pixel_at(src, x1, y1)[c]);
}

static void check_resize(int from_width, int from_height, int width, int height, int channels) {
    mr_image src = noise_image(from_width, from_height, channels, 5), dst;
    assert_ok(mr_image_create(width, height, channels, &dst));
    mr_image_resize(&src, &dst);
    double sx = (double)from_width / width, sy = (double)from_height / height;
    bool shrinks = sx >= 1 && sy >= 1;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < channels; c++) {
                double should =
                    shrinks ? area_average(&src, x * sx, y * sy, (x + 1) * sx, (y + 1) * sy, c)
                            : bilinear(&src, (x + 0.5) * sx - 0.5, (y + 0.5) * sy - 0.5, c);
                if (fabs(pixel_at(&dst, x, y)[c] - should) > 0.52)
                    fail_msg("%dx%d to %dx%d: (%d,%d) is %d, not %g", from_width, from_height,
                             width, height, x, y, pixel_at(&dst, x, y)[c], should);
            }
    mr_image_free(&src);
    mr_image_free(&dst);
}

static void resize_equals_its_definition(void **state) {
    (void)state;
    static const int sizes[][4] = {
        {64, 48, 32, 24},  {64, 48, 17, 11}, {64, 48, 63, 47}, {31, 29, 31, 29},
        {31, 29, 97, 200}, {1, 1, 5, 3},     {7, 1, 1, 1},     {1, 9, 1, 4},
        {900, 8, 600, 5},  {5000, 6, 3, 2},  {4096, 3, 1, 1},  {300, 20, 1200, 40},
        {2500, 4, 700, 4},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int channels = 1; channels <= 3; channels += 2)
            check_resize(sizes[i][0], sizes[i][1], sizes[i][2], sizes[i][3], channels);
}

static double mean_of(const mr_image *image) {
    double sum = 0;
    for (int y = 0; y < image->height; y++)
        for (int i = 0; i < image->width * image->channels; i++)
            sum += image->pixels[(size_t)y * image->stride + (size_t)i];
    return sum / ((double)image->width * image->height * image->channels);
}

static void resize_keeps_the_mean(void **state) {
    (void)state;
    mr_image src = noise_image(640, 427, 3, 9);
    static const int sizes[][2] = {{320, 213}, {100, 300}, {48, 48}, {1, 1}};
    for (size_t i = 0; i < 4; i++) {
        mr_image dst;
        assert_ok(mr_image_create(sizes[i][0], sizes[i][1], 3, &dst));
        mr_image_resize(&src, &dst);
        assert_true(fabs(mean_of(&src) - mean_of(&dst)) < 0.5);
        mr_image_free(&dst);
    }
    mr_image_free(&src);
}

/* The weights of a million samples sum to more than one by what is rounded. */
static void white_stays_white_however_small(void **state) {
    (void)state;
    mr_image line, dot;
    assert_ok(mr_image_create(1000000, 1, 1, &line));
    assert_ok(mr_image_create(1, 1, 1, &dot));
    memset(line.pixels, 255, 1000000);
    mr_image_resize(&line, &dot);
    assert_int_equal(dot.pixels[0], 255);
    mr_image_free(&line);
    mr_image_free(&dot);
}

static void resize_works_on_views(void **state) {
    (void)state;
    mr_image whole = noise_image(60, 50, 3, 3), small, expected;
    mr_image view = whole, copy;
    view.width = 30;
    view.height = 20;
    view.pixels = pixel_at(&whole, 7, 11);
    assert_ok(mr_image_create(30, 20, 3, &copy));
    for (int y = 0; y < 20; y++)
        memcpy(pixel_at(&copy, 0, y), pixel_at(&view, 0, y), 90);
    assert_ok(mr_image_create(13, 9, 3, &small));
    assert_ok(mr_image_create(13, 9, 3, &expected));
    mr_image_resize(&view, &small);
    mr_image_resize(&copy, &expected);
    assert_memory_equal(small.pixels, expected.pixels, expected.stride * 9);
    mr_image_free(&whole);
    mr_image_free(&copy);
    mr_image_free(&small);
    mr_image_free(&expected);
}

/* The mean of side × side bilinear samples, by its definition, in RGB or grey as dst has. */
static double warp_reference(const mr_image *src, const mr_affine *map, int side, int x, int y,
                             int c, int channels) {
    double sums[3] = {0};
    for (int j = 0; j < side; j++)
        for (int i = 0; i < side; i++) {
            double u = x + (i + 0.5) / side - 0.5, v = y + (j + 0.5) / side - 0.5;
            double sx = map->a * u + map->b * v + map->c, sy = map->d * u + map->e * v + map->f;
            for (int k = 0; k < src->channels; k++)
                sums[k] += bilinear(src, sx, sy, k) / (side * side);
        }
    if (src->channels == 1)
        return sums[0];
    return channels == 3 ? sums[c] : .299 * sums[0] + .587 * sums[1] + .114 * sums[2];
}

static void check_warp(const mr_image *src, const mr_affine *map, int side, int channels) {
    mr_image whole, dst;
    assert_ok(mr_image_create(150, 40, channels, &whole));
    memset(whole.pixels, 77, whole.stride * 40);
    dst = whole; /* a view, to see that nothing is written beside it */
    dst.width = 141;
    dst.height = 33;
    mr_image_warp(src, map, &dst);
    for (int y = 0; y < whole.height; y++)
        for (int x = 0; x < whole.width; x++)
            for (int c = 0; c < channels; c++) {
                bool inside = x < dst.width && y < dst.height;
                double should = inside ? warp_reference(src, map, side, x, y, c, channels) : 77;
                if (fabs(pixel_at(&whole, x, y)[c] - should) > 1.3)
                    fail_msg("side %d, %d to %d channels: (%d,%d) is %d, not %g", side,
                             src->channels, channels, x, y, pixel_at(&whole, x, y)[c], should);
            }
    mr_image_free(&whole);
}

static void warp_equals_its_definition(void **state) {
    (void)state;
    mr_rng rng = mr_rng_seeded(11);
    for (int channels = 1; channels <= 3; channels += 2) {
        mr_image src = noise_image(203, 151, channels, 4);
        for (int i = 0; i < 24; i++) {
            double angle = mr_rng_range(&rng, -3, 3);
            int side = 1 + i % 4;
            double scale = side - mr_rng_range(&rng, 0.1, 0.9);
            float c = (float)(scale * cos(angle)), s = (float)(scale * sin(angle));
            mr_affine map = {c, -s, (float)mr_rng_range(&rng, -50, 250),
                             s, c,  (float)mr_rng_range(&rng, -50, 200)};
            check_warp(&src, &map, side, i % 2 ? 3 : 1);
        }
        mr_image_free(&src);
    }
}

static void warp_by_identity_copies(void **state) {
    (void)state;
    mr_image src = noise_image(140, 9, 3, 8), dst;
    assert_ok(mr_image_create(140, 9, 3, &dst));
    mr_affine identity = {.a = 1, .e = 1};
    mr_image_warp(&src, &identity, &dst);
    assert_memory_equal(src.pixels, dst.pixels, src.stride * 9);
    mr_image_free(&src);
    mr_image_free(&dst);
}

static void warp_survives_any_map(void **state) {
    (void)state;
    mr_image one = noise_image(1, 1, 3, 1), dst;
    assert_ok(mr_image_create(5, 5, 3, &dst));
    const mr_affine maps[] = {
        {NAN, NAN, NAN, NAN, NAN, NAN},
        {INFINITY, 0, -INFINITY, 0, INFINITY, 0},
        {1e30F, 0, 0, 0, 1e30F, 0},
        {0, 0, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        mr_image_warp(&one, &maps[i], &dst);
        for (int c = 0; c < 3; c++)
            assert_int_equal(pixel_at(&dst, 4, 4)[c], one.pixels[c]);
    }
    mr_image_free(&one);
    mr_image_free(&dst);
}

static void affine_maps_compose_and_invert(void **state) {
    (void)state;
    mr_rng rng = mr_rng_seeded(2);
    for (int i = 0; i < 100; i++) {
        float v[12];
        for (int j = 0; j < 12; j++)
            v[j] = (float)mr_rng_range(&rng, -3, 3);
        mr_affine inner = {v[0] + 5, v[1], v[2], v[3], v[4] + 5, v[5]};
        mr_affine outer = {v[6], v[7], v[8], v[9], v[10], v[11]}, inverse;
        mr_affine both = mr_affine_compose(&outer, &inner);
        float x = v[3], y = v[7];
        float u = inner.a * x + inner.b * y + inner.c, w = inner.d * x + inner.e * y + inner.f;
        assert_true(fabsf(both.a * x + both.b * y + both.c -
                          (outer.a * u + outer.b * w + outer.c)) < 1e-3F);
        assert_true(fabsf(both.d * x + both.e * y + both.f -
                          (outer.d * u + outer.e * w + outer.f)) < 1e-3F);
        assert_ok(mr_affine_invert(&inner, &inverse));
        assert_true(fabsf(inverse.a * u + inverse.b * w + inverse.c - x) < 1e-4F);
        assert_true(fabsf(inverse.d * u + inverse.e * w + inverse.f - y) < 1e-4F);
    }
    const mr_affine singular[] = {{0, 0, 1, 0, 0, 1}, {1, 2, 0, 2, 4, 0}, {NAN, 0, 0, 0, 1, 0}};
    for (int i = 0; i < 3; i++) {
        mr_affine out;
        assert_int_equal(mr_affine_invert(&singular[i], &out), MR_E_ARGUMENT);
    }
    mr_affine tiny = {1e-6F, 0, 0, 0, 1e-6F, 0}, out;
    assert_ok(mr_affine_invert(&tiny, &out));
}

static void grey_by_bt_601(void **state) {
    (void)state;
    mr_image src = noise_image(50, 40, 3, 6), dst, again;
    assert_ok(mr_image_create(50, 40, 1, &dst));
    assert_ok(mr_image_create(50, 40, 1, &again));
    mr_image_to_grey(&src, &dst);
    for (int y = 0; y < 40; y++)
        for (int x = 0; x < 50; x++) {
            const uint8_t *p = pixel_at(&src, x, y);
            assert_true(fabs(.299 * p[0] + .587 * p[1] + .114 * p[2] - *pixel_at(&dst, x, y)) <
                        0.51);
        }
    mr_image_to_grey(&dst, &again);
    assert_memory_equal(dst.pixels, again.pixels, 2000);
    assert_int_equal(mr_luma(255, 255, 255), 255);
    mr_image_free(&src);
    mr_image_free(&dst);
    mr_image_free(&again);
}

static void floats_by_their_definition(void **state) {
    (void)state;
    for (int channels = 1; channels <= 3; channels += 2) {
        mr_image src = noise_image(13, 7, channels, 6), view = src;
        view.width = 11;
        view.pixels += channels;
        float planes[3 * 11 * 7], pixels[3 * 11 * 7];
        mr_image_to_planar(&view, 127.5F, 60, planes);
        mr_image_to_floats(&view, 127.5F, 60, pixels);
        for (int c = 0; c < channels; c++)
            for (int y = 0; y < 7; y++)
                for (int x = 0; x < 11; x++) {
                    float expected = ((float)pixel_at(&view, x, y)[c] - 127.5F) / 60;
                    assert_true(planes[(c * 7 + y) * 11 + x] == expected);
                    assert_true(pixels[(y * 11 + x) * channels + c] == expected);
                }
        mr_image_free(&src);
    }
}

static void create_refuses_what_cannot_be(void **state) {
    (void)state;
    mr_image image = {0};
    assert_int_equal(mr_image_create(0, 5, 3, &image), MR_E_ARGUMENT);
    assert_int_equal(mr_image_create(5, -1, 3, &image), MR_E_ARGUMENT);
    assert_int_equal(mr_image_create(5, 5, 2, &image), MR_E_ARGUMENT);
    assert_null(image.pixels);
    mr_image_free(&image);
    assert_ok(mr_image_create(5, 5, 1, &image));
    for (int i = 0; i < 25; i++)
        assert_int_equal(image.pixels[i], 0);
    mr_image_free(&image);
    mr_image_free(&image);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resize_equals_its_definition),
        cmocka_unit_test(resize_keeps_the_mean),
        cmocka_unit_test(white_stays_white_however_small),
        cmocka_unit_test(resize_works_on_views),
        cmocka_unit_test(warp_equals_its_definition),
        cmocka_unit_test(warp_by_identity_copies),
        cmocka_unit_test(warp_survives_any_map),
        cmocka_unit_test(affine_maps_compose_and_invert),
        cmocka_unit_test(grey_by_bt_601),
        cmocka_unit_test(floats_by_their_definition),
        cmocka_unit_test(create_refuses_what_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
