/* Every format, colour type and depth comes out as the pixels that went in. */
#include "pictures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

enum { WIDTH = 37, HEIGHT = 23 };

static unsigned noise(int x, int y, int c) {
    return (unsigned)(x * 2654435761U + (unsigned)y * 40503U + (unsigned)c * 977U) >> 3;
}

static int round_over_white(int value, int alpha) {
    return (int)lround(value * alpha / 255.0 + 255 - alpha);
}

/* What a sample of the given depth is in 8 bits. */
static int to_8_bits(unsigned value, int depth) {
    return (int)lround(value * 255.0 / ((1U << depth) - 1));
}

static unsigned stored_sample(const png_kind *kind, int x, int y, int c) {
    return noise(x, y, c) & ((1U << kind->depth) - 1);
}

/* The RGB that a PNG of `noise` must show, worked out from the format's definition. */
static void expected_rgb(const png_kind *kind, int x, int y, int rgb[3]) {
    bool colour = kind->colour_type & PNG_COLOR_MASK_COLOR;
    bool is_key = true;
    for (int c = 0; c < 3; c++) {
        unsigned value = stored_sample(kind, x, y, colour ? c : 0);
        is_key = is_key && value == 3;
        rgb[c] = to_8_bits(value, kind->depth);
    }
    int alpha = kind->transparent && is_key ? 0 : 255;
    if (kind->colour_type & PNG_COLOR_MASK_ALPHA)
        alpha = to_8_bits(stored_sample(kind, x, y, colour ? 3 : 1), kind->depth);
    if (kind->colour_type == PNG_COLOR_TYPE_PALETTE) {
        int i = (int)stored_sample(kind, x, y, 0);
        rgb[0] = (uint8_t)(7 * i);
        rgb[1] = (uint8_t)(255 - 3 * i);
        rgb[2] = (uint8_t)(40 + i);
        alpha = kind->transparent && i == 3 ? 0 : 255;
    }
    for (int c = 0; c < 3; c++)
        rgb[c] = round_over_white(rgb[c], alpha);
}

static void check_png(const png_kind *kind) {
    bytes file = make_png(kind, WIDTH, HEIGHT, noise);
    mr_image image, grey;
    mr_decode_options options = mr_decode_options_defaults();
    assert_ok(decode_exact(file.data, file.size, "a.png", NULL, &image));
    options.channels = 1;
    assert_ok(decode_exact(file.data, file.size, "a.png", &options, &grey));
    assert_int_equal(image.width, WIDTH);
    assert_int_equal(image.height, HEIGHT);
    assert_int_equal(image.channels, 3);
    assert_int_equal(grey.channels, 1);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            int rgb[3];
            expected_rgb(kind, x, y, rgb);
            const uint8_t *pixel = image.pixels + (size_t)y * image.stride + (size_t)x * 3;
            for (int c = 0; c < 3; c++)
                if (pixel[c] != rgb[c])
                    fail_msg("type %d depth %d interlaced %d tRNS %d: (%d,%d)[%d] is %d, not %d",
                             kind->colour_type, kind->depth, kind->interlaced, kind->transparent, x,
                             y, c, pixel[c], rgb[c]);
            double luma = .299 * rgb[0] + .587 * rgb[1] + .114 * rgb[2];
            assert_true(fabs(grey.pixels[(size_t)y * grey.stride + (size_t)x] - luma) < 0.51);
        }
    mr_image_free(&image);
    mr_image_free(&grey);
    free(file.data);
}

static void png_of_every_kind(void **state) {
    (void)state;
    static const struct {
        int colour_type, least_depth, most_depth;
    } types[] = {
        {PNG_COLOR_TYPE_GRAY, 1, 16},      {PNG_COLOR_TYPE_PALETTE, 1, 8},
        {PNG_COLOR_TYPE_RGB, 8, 16},       {PNG_COLOR_TYPE_GRAY_ALPHA, 8, 16},
        {PNG_COLOR_TYPE_RGB_ALPHA, 8, 16},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        for (int depth = types[i].least_depth; depth <= types[i].most_depth; depth *= 2)
            for (int variant = 0; variant < 4; variant++) {
                png_kind kind = {types[i].colour_type, depth, variant & 1, variant & 2, NULL, 0};
                bool can_have_key = !(kind.colour_type & PNG_COLOR_MASK_ALPHA) && depth > 1;
                if (!kind.transparent || can_have_key)
                    check_png(&kind);
            }
}

static void png_keeps_grey_when_asked(void **state) {
    (void)state;
    mr_decode_options options = mr_decode_options_defaults();
    options.channels = 0;
    const int types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                         PNG_COLOR_TYPE_RGB_ALPHA};
    for (int i = 0; i < 4; i++) {
        png_kind kind = {.colour_type = types[i], .depth = 8};
        bytes file = make_png(&kind, WIDTH, HEIGHT, noise);
        mr_image image;
        assert_ok(decode_exact(file.data, file.size, "a.png", &options, &image));
        assert_int_equal(image.channels, i < 2 ? 1 : 3);
        mr_image_free(&image);
        free(file.data);
    }
}

/* Largest difference between a decoded picture and the gradient. */
static int worst_difference(const mr_image *image) {
    int worst = 0;
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < image->width; x++)
            for (int c = 0; c < image->channels; c++) {
                int is =
                    image->pixels[(size_t)y * image->stride + (size_t)(x * image->channels + c)];
                int should = gradient(x, y, c, image->width, image->height);
                worst = abs(is - should) > worst ? abs(is - should) : worst;
            }
    return worst;
}

static void jpeg_of_every_kind(void **state) {
    (void)state;
    mr_image photo = gradient_image(WIDTH, HEIGHT, 3);
    for (int kind = JPEG_KIND_YCC; kind < JPEG_KINDS; kind++) {
        bytes file = make_jpeg(&photo, (jpeg_kind)kind, NULL, 0);
        mr_image image, grey;
        assert_ok(decode_exact(file.data, file.size, "a.jpg", NULL, &image));
        if (worst_difference(&image) > 4)
            fail_msg("JPEG kind %d is wrong by up to %d", kind, worst_difference(&image));
        mr_decode_options options = mr_decode_options_defaults();
        options.channels = 1;
        assert_ok(decode_exact(file.data, file.size, "a.jpg", &options, &grey));
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++) {
                const uint8_t *p = image.pixels + (size_t)y * image.stride + (size_t)x * 3;
                double luma = .299 * p[0] + .587 * p[1] + .114 * p[2];
                assert_true(fabs(grey.pixels[(size_t)y * grey.stride + (size_t)x] - luma) <= 2);
            }
        mr_image_free(&image);
        mr_image_free(&grey);
        free(file.data);
    }
    mr_image_free(&photo);
}

static void grey_jpeg_as_one_or_three_channels(void **state) {
    (void)state;
    mr_image photo = gradient_image(WIDTH, HEIGHT, 1);
    bytes file = make_jpeg(&photo, JPEG_KIND_GREY, NULL, 0);
    for (int wanted = 0; wanted <= 3; wanted += wanted == 1 ? 2 : 1) {
        mr_decode_options options = mr_decode_options_defaults();
        options.channels = wanted;
        mr_image image;
        assert_ok(decode_exact(file.data, file.size, "g.jpg", &options, &image));
        assert_int_equal(image.channels, wanted == 3 ? 3 : 1);
        for (int y = 0; y < HEIGHT; y++)
            for (int i = 0; i < WIDTH * image.channels; i++) {
                int should = gradient(i / image.channels, y, 1, WIDTH, HEIGHT);
                assert_true(abs(image.pixels[(size_t)y * image.stride + (size_t)i] - should) <= 2);
            }
        mr_image_free(&image);
    }
    free(file.data);
    mr_image_free(&photo);
}

static void webp_with_and_without_alpha(void **state) {
    (void)state;
    uint8_t rgba[WIDTH * HEIGHT * 4];
    for (int kind = 0; kind < WEBP_KINDS; kind++)
        for (int with_alpha = 0; with_alpha < 2; with_alpha++) {
            for (int i = 0; i < WIDTH * HEIGHT; i++) {
                for (int c = 0; c < 3; c++)
                    rgba[4 * i + c] = gradient(i % WIDTH, i / WIDTH, c, WIDTH, HEIGHT);
                rgba[4 * i + 3] = with_alpha && i % WIDTH >= WIDTH / 2 ? 128 : 255;
            }
            bytes file = make_webp(rgba, WIDTH, HEIGHT, (webp_kind)kind);
            mr_image image;
            assert_ok(decode_exact(file.data, file.size, "a.webp", NULL, &image));
            int tolerance = kind == WEBP_KIND_LOSSY ? 14 : 0;
            for (int i = 0; i < WIDTH * HEIGHT; i++)
                for (int c = 0; c < 3; c++) {
                    int is = image.pixels[(size_t)(i / WIDTH) * image.stride +
                                          (size_t)(i % WIDTH * 3 + c)];
                    int should = round_over_white(rgba[4 * i + c], rgba[4 * i + 3]);
                    if (abs(is - should) > tolerance)
                        fail_msg("WebP kind %d: sample %d is %d, not %d", kind, i, is, should);
                }
            mr_image_free(&image);
            free(file.data);
        }
}

static void scaled_jpeg_keeps_enough(void **state) {
    (void)state;
    mr_image photo = gradient_image(301, 403, 3);
    bytes file = make_jpeg(&photo, JPEG_KIND_YCC, NULL, 0);
    static const struct {
        int enough, height;
    } cases[] = {{0, 403},   {1, 51},    {51, 51},   {52, 101},  {101, 101},
                 {102, 202}, {202, 202}, {203, 403}, {403, 403}, {9999, 403}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mr_decode_options options = mr_decode_options_defaults();
        options.enough = cases[i].enough;
        mr_image image;
        assert_ok(decode_exact(file.data, file.size, "a.jpg", &options, &image));
        assert_int_equal(image.height, cases[i].height);
        assert_int_equal(image.full_width, 301);
        assert_int_equal(image.full_height, 403);
        assert_true(worst_difference(&image) <= 8);
        mr_image_free(&image);
    }
    free(file.data);
    mr_image_free(&photo);
}

/* Decodes over `image`, and tells whether its memory was used again. */
static bool again(const bytes *file, const mr_decode_options *options, mr_image *image) {
    const uint8_t *before = image->pixels;
    mr_image fresh;
    assert_ok(mr_image_decode_again(file->data, file->size, "again", options, image));
    assert_ok(mr_image_decode(file->data, file->size, "fresh", options, &fresh));
    assert_int_equal(image->width, fresh.width);
    assert_int_equal(image->height, fresh.height);
    assert_int_equal(image->full_width, fresh.full_width);
    assert_int_equal(image->full_height, fresh.full_height);
    assert_memory_equal(image->pixels, fresh.pixels, fresh.stride * (size_t)fresh.height);
    bool same = image->pixels == before;
    mr_image_free(&fresh);
    return same;
}

static void pictures_of_one_size_share_memory(void **state) {
    (void)state;
    mr_image photo = gradient_image(64, 48, 3), narrow = gradient_image(63, 48, 3), image = {0};
    bytes jpeg = make_jpeg(&photo, JPEG_KIND_YCC, NULL, 0), png = {0}, other = {0};
    assert_ok(mr_image_encode_png(&photo, &png.data, &png.size));
    assert_ok(mr_image_encode_png(&narrow, &other.data, &other.size));
    mr_decode_options half = mr_decode_options_defaults();
    half.enough = 32;
    assert_false(again(&jpeg, NULL, &image));
    assert_true(again(&jpeg, NULL, &image));
    assert_true(again(&png, NULL, &image));
    again(&other, NULL, &image);
    assert_true(again(&other, NULL, &image));
    again(&jpeg, &half, &image);
    assert_int_equal(image.width, 32);
    assert_true(again(&jpeg, &half, &image));
    assert_int_equal(mr_image_decode_again(jpeg.data, jpeg.size / 2, "cut", &half, &image),
                     MR_E_TRUNCATED);
    assert_null(image.pixels);
    assert_int_equal(mr_image_decode_again((const uint8_t *)"x", 1, "x", NULL, &image),
                     MR_E_FORMAT);
    free(jpeg.data);
    free(png.data);
    free(other.data);
    mr_image_free(&photo);
    mr_image_free(&narrow);
}

static void saved_pictures_come_back(void **state) {
    (void)state;
    char folder[] = "/tmp/moodreel-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    static const char *const names[] = {"a.png", "b.JPG", "c.jpeg"};
    for (int i = 0; i < 6; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%s", folder, names[i / 2]);
        mr_image image = gradient_image(WIDTH, HEIGHT, i % 2 ? 3 : 1), back;
        assert_ok(mr_image_save(&image, path));
        mr_decode_options options = mr_decode_options_defaults();
        options.channels = 0;
        assert_ok(mr_image_load(path, &options, &back));
        assert_int_equal(back.channels, image.channels);
        for (size_t j = 0; j < image.stride * HEIGHT; j++)
            assert_true(abs(image.pixels[j] - back.pixels[j]) <= (i / 2 == 0 ? 0 : 12));
        mr_image_free(&image);
        mr_image_free(&back);
    }
    mr_image image = gradient_image(WIDTH, HEIGHT, 3);
    assert_int_equal(mr_image_save(&image, "picture.gif"), MR_E_ARGUMENT);
    assert_string_equal(mr_last_error(), "picture.gif: the name ends in none of .png, .jpg, .jpeg");
    uint8_t *data;
    size_t size;
    assert_int_equal(mr_image_encode_jpeg(&image, 0, &data, &size), MR_E_ARGUMENT);
    mr_image_free(&image);
    mr_test_remove(folder);
}

static void large_jpeg_round_trip(void **state) {
    (void)state;
    mr_image image, back;
    assert_ok(mr_image_create(700, 500, 3, &image));
    for (size_t i = 0; i < image.stride * 500; i++)
        image.pixels[i] = (uint8_t)noise((int)i, 0, 0);
    uint8_t *data;
    size_t size;
    assert_ok(mr_image_encode_jpeg(&image, 100, &data, &size));
    assert_true(size > 100000);
    assert_ok(decode_exact(data, size, "noise.jpg", NULL, &back));
    assert_int_equal(back.width, 700);
    free(data);
    mr_image_free(&image);
    mr_image_free(&back);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_of_every_kind),
        cmocka_unit_test(png_keeps_grey_when_asked),
        cmocka_unit_test(jpeg_of_every_kind),
        cmocka_unit_test(grey_jpeg_as_one_or_three_channels),
        cmocka_unit_test(webp_with_and_without_alpha),
        cmocka_unit_test(scaled_jpeg_keeps_enough),
        cmocka_unit_test(pictures_of_one_size_share_memory),
        cmocka_unit_test(saved_pictures_come_back),
        cmocka_unit_test(large_jpeg_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
