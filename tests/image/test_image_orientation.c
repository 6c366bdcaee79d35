/* EXIF orientation of each format, and EXIF that is wrong. */
#include "image/codec.h"
#include "pictures.h"

#include <stdlib.h>
#include <string.h>

#include <png.h>

/* Size of the upright picture. */
enum { WIDTH = 24, HEIGHT = 16 };

static int orientation; /* of the picture that is being made */

/* Where a pixel of the stored picture is seen when shown upright. The EXIF standard says which side
 * of the picture row 0 and column 0 are: 1 top left, 2 top right, 3 bottom right, 4 bottom left,
 * 5 left top, 6 right top, 7 right bottom, 8 left bottom. */
static void shown_at(int x, int y, int *shown_x, int *shown_y) {
    static const char row_0[] = " ttbblrrl", column_0[] = " lrrlttbb";
    char row = row_0[orientation], column = column_0[orientation];
    int along_row = row == 't' || row == 'b' ? HEIGHT : WIDTH;
    int along_column = column == 'l' || column == 'r' ? WIDTH : HEIGHT;
    int from_row = row == 't' || row == 'l' ? y : along_row - 1 - y;
    int from_column = column == 'l' || column == 't' ? x : along_column - 1 - x;
    *shown_x = orientation <= 4 ? from_column : from_row;
    *shown_y = orientation <= 4 ? from_row : from_column;
}

static int stored_width(void) {
    return orientation <= 4 ? WIDTH : HEIGHT;
}

static int stored_height(void) {
    return orientation <= 4 ? HEIGHT : WIDTH;
}

static unsigned stored_sample(int x, int y, int c) {
    int shown_x, shown_y;
    shown_at(x, y, &shown_x, &shown_y);
    return c == 3 ? 255 : gradient(shown_x, shown_y, c, WIDTH, HEIGHT);
}

static void assert_upright(const bytes *file, const char *name, int tolerance) {
    mr_image image;
    assert_ok(decode_exact(file->data, file->size, name, NULL, &image));
    assert_int_equal(image.width, WIDTH);
    assert_int_equal(image.height, HEIGHT);
    assert_int_equal(image.full_width, WIDTH);
    assert_int_equal(image.full_height, HEIGHT);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            for (int c = 0; c < 3; c++) {
                int is = image.pixels[(size_t)y * image.stride + (size_t)(3 * x + c)];
                int should = gradient(x, y, c, WIDTH, HEIGHT);
                if (abs(is - should) > tolerance)
                    fail_msg("%s, orientation %d: (%d,%d)[%d] is %d, not %d", name, orientation, x,
                             y, c, is, should);
            }
    mr_image_free(&image);
}

/* Fills interleaved samples of the stored picture. */
static void fill_stored(uint8_t *samples, int channels) {
    for (int y = 0; y < stored_height(); y++)
        for (int x = 0; x < stored_width(); x++)
            for (int c = 0; c < channels; c++)
                *samples++ = (uint8_t)stored_sample(x, y, c);
}

static void png_is_turned(void **state) {
    (void)state;
    for (orientation = 1; orientation <= 8; orientation++) {
        uint8_t exif[EXIF_SIZE];
        make_exif(exif, orientation, orientation % 2);
        png_kind kind = {PNG_COLOR_TYPE_RGB, 8, false, false, exif, sizeof exif};
        bytes file = make_png(&kind, stored_width(), stored_height(), stored_sample);
        assert_upright(&file, "a.png", 0);
        free(file.data);
    }
}

static void jpeg_is_turned(void **state) {
    (void)state;
    for (orientation = 1; orientation <= 8; orientation++) {
        uint8_t exif[EXIF_SIZE];
        make_exif(exif, orientation, orientation % 2);
        mr_image stored;
        assert_ok(mr_image_create(stored_width(), stored_height(), 3, &stored));
        fill_stored(stored.pixels, 3);
        bytes file = make_jpeg(&stored, JPEG_KIND_YCC, exif, sizeof exif);
        assert_upright(&file, "a.jpg", 4);
        mr_image_free(&stored);
        free(file.data);
    }
}

static void webp_is_turned(void **state) {
    (void)state;
    for (orientation = 1; orientation <= 8; orientation++) {
        uint8_t exif[EXIF_SIZE], rgba[WIDTH * HEIGHT * 4];
        make_exif(exif, orientation, orientation % 2);
        fill_stored(rgba, 4);
        bytes plain = make_webp(rgba, stored_width(), stored_height(), WEBP_KIND_LOSSLESS);
        bytes file = add_webp_exif(&plain, stored_width(), stored_height(), exif, sizeof exif);
        assert_upright(&file, "a.webp", 0);
        free(plain.data);
        free(file.data);
    }
}

static void scaled_size_turns_too(void **state) {
    (void)state;
    uint8_t exif[EXIF_SIZE];
    make_exif(exif, 6, true);
    mr_image stored = gradient_image(160, 80, 3), image;
    bytes file = make_jpeg(&stored, JPEG_KIND_YCC, exif, sizeof exif);
    mr_decode_options options = mr_decode_options_defaults();
    options.enough = 40;
    assert_ok(decode_exact(file.data, file.size, "a.jpg", &options, &image));
    assert_int_equal(image.width, 20);
    assert_int_equal(image.height, 40);
    assert_int_equal(image.full_width, 80);
    assert_int_equal(image.full_height, 160);
    mr_image_free(&stored);
    mr_image_free(&image);
    free(file.data);
}

static void shipped_turned_portrait_is_upright(void **state) {
    (void)state;
    mr_image upright, turned;
    assert_ok(mr_image_load("data/samples/astronaut.jpg", NULL, &upright));
    assert_ok(mr_image_load("data/samples/astronaut-turned.jpg", NULL, &turned));
    assert_int_equal(upright.stride, turned.stride);
    double sum = 0;
    size_t n = upright.stride * (size_t)upright.height;
    for (size_t i = 0; i < n; i++)
        sum += abs(upright.pixels[i] - turned.pixels[i]);
    assert_true(sum / (double)n < 3);
    mr_image_free(&upright);
    mr_image_free(&turned);
}

/* Decodes a JPEG that carries these bytes as EXIF. */
static mr_status decode_with_exif(const uint8_t *exif, size_t size) {
    mr_image photo = gradient_image(8, 8, 3), image;
    bytes file = make_jpeg(&photo, JPEG_KIND_YCC, exif, size);
    mr_status status = decode_exact(file.data, file.size, "hostile.jpg", NULL, &image);
    if (status == MR_OK)
        mr_image_free(&image);
    mr_image_free(&photo);
    free(file.data);
    return status;
}

/* A block that cannot be read is passed over, whatever is wrong with it: the picture is shown as it
 * is stored. */
static void wrong_exif_is_passed_over(void **state) {
    (void)state;
    uint8_t exif[EXIF_SIZE];
    int told;
    /* No TIFF header, twice; directories outside the block at 4278190088, 25 and 0. */
    static const struct { int at, value; } cases[] = {{0, 'X'}, {3, 43}, {4, 255}, {7, 25}, {7, 0}};
    mr_fail(MR_E_NOT_FOUND, "what was wrong before");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_exif(exif, 6, true);
        exif[cases[i].at] = (uint8_t)cases[i].value;
        assert_int_equal(mr_exif_orientation(exif, sizeof exif, &told), MR_E_FORMAT);
        assert_int_equal(told, 1);
        assert_ok(decode_with_exif(exif, sizeof exif));
        assert_string_equal(mr_last_error(), "what was wrong before");
    }
    make_exif(exif, 6, true);
    for (size_t size = 0; size < 10; size++)
        assert_ok(decode_with_exif(exif, size));
    exif[8] = 255; /* far more entries than there are: those that are there count */
    assert_ok(mr_exif_orientation(exif, sizeof exif, &told));
    assert_int_equal(told, 6);
}

static void unknown_orientations_count_as_none(void **state) {
    (void)state;
    uint8_t exif[EXIF_SIZE];
    const int values[] = {0, 9, 255};
    for (int i = 0; i < 3; i++) {
        make_exif(exif, values[i], false);
        assert_int_equal(decode_with_exif(exif, sizeof exif), MR_OK);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_is_turned),
        cmocka_unit_test(jpeg_is_turned),
        cmocka_unit_test(webp_is_turned),
        cmocka_unit_test(scaled_size_turns_too),
        cmocka_unit_test(shipped_turned_portrait_is_upright),
        cmocka_unit_test(wrong_exif_is_passed_over),
        cmocka_unit_test(unknown_orientations_count_as_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
