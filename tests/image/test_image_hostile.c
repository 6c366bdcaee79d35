/* Files that are no pictures, too large, cut short or lying: one clear error, nothing on stderr. */
#include "pictures.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

enum { WIDTH = 19, HEIGHT = 11, FORMATS = 7 };

static unsigned noise(int x, int y, int c) {
    return (unsigned)(x * 37 + y * 101 + c * 59);
}

/* A small file of each format and main variant. */
static bytes small_file(int format) {
    uint8_t rgba[WIDTH * HEIGHT * 4];
    uint8_t exif[EXIF_SIZE];
    make_exif(exif, 3, true);
    for (int i = 0; i < WIDTH * HEIGHT * 4; i++)
        rgba[i] = (uint8_t)noise(i / 4 % WIDTH, i / 4 / WIDTH, i % 4);
    png_kind kind = {PNG_COLOR_TYPE_RGB, 8, format == 3, false, exif, sizeof exif};
    if (format == 2 || format == 3)
        return make_png(&kind, WIDTH, HEIGHT, noise);
    if (format == 4 || format == 5) {
        bytes plain =
            make_webp(rgba, WIDTH, HEIGHT, format == 4 ? WEBP_KIND_LOSSY : WEBP_KIND_LOSSLESS);
        bytes full = add_webp_exif(&plain, WIDTH, HEIGHT, exif, sizeof exif);
        free(plain.data);
        return full;
    }
    mr_image photo = gradient_image(WIDTH, HEIGHT, 3);
    jpeg_kind coding = format == 0   ? JPEG_KIND_YCC
                       : format == 1 ? JPEG_KIND_PROGRESSIVE
                                     : JPEG_KIND_ARITHMETIC;
    bytes file = make_jpeg(&photo, coding, exif, sizeof exif);
    mr_image_free(&photo);
    return file;
}

/* What is left of a JPEG without its end marker is all there: cameras leave it out. */
static bool is_whole(mr_image *image, const mr_image *whole) {
    bool equal = image->stride == whole->stride && image->height == whole->height &&
                 memcmp(image->pixels, whole->pixels, whole->stride * (size_t)whole->height) == 0;
    mr_image_free(image);
    return equal;
}

static void every_truncation_that_loses_something_is_an_error(void **state) {
    (void)state;
    for (int format = 0; format < FORMATS; format++) {
        bytes file = small_file(format);
        mr_image image, whole;
        assert_ok(decode_exact(file.data, file.size, "whole", NULL, &whole));
        for (size_t size = 0; size < file.size; size++) {
            mr_status status = decode_exact(file.data, size, "cut", NULL, &image);
            if (format == 0 && status == MR_OK && is_whole(&image, &whole))
                continue;
            assert_true(format != 0 || size < file.size - 2);
            if (status != MR_E_TRUNCATED && status != MR_E_FORMAT)
                fail_msg("format %d, %zu of %zu bytes: %s", format, size, file.size,
                         mr_status_name(status));
            assert_memory_equal(mr_last_error(), "cut: ", 5);
        }
        mr_image_free(&whole);
        free(file.data);
    }
}

static void what_lies_behind_a_picture_does_not_matter(void **state) {
    (void)state;
    for (int format = 0; format < FORMATS; format++) {
        bytes file = small_file(format);
        mr_image image, whole;
        assert_ok(decode_exact(file.data, file.size, "whole", NULL, &whole));
        uint8_t *longer = malloc(file.size + 40);
        assert_non_null(longer);
        memcpy(longer, file.data, file.size);
        memset(longer + file.size, 0x5a, 40);
        assert_ok(decode_exact(longer, file.size + 40, "longer", NULL, &image));
        assert_true(is_whole(&image, &whole));
        mr_image_free(&whole);
        free(longer);
        free(file.data);
    }
}

/* Damage may go unseen in JPEG and WebP, which have no checksum; it must never do harm. A PNG is
 * covered by checksums from end to end. */
static void every_damaged_byte_does_no_harm(void **state) {
    (void)state;
    for (int format = 0; format < FORMATS; format++) {
        bytes file = small_file(format);
        for (size_t at = 0; at < file.size; at++) {
            static const uint8_t masks[] = {0x01, 0x80, 0xff};
            for (size_t i = 0; i < sizeof masks; i++) {
                mr_image image;
                mr_decode_options options = mr_decode_options_defaults();
                options.max_pixels = 1 << 20;
                file.data[at] ^= masks[i];
                mr_status status = decode_exact(file.data, file.size, "bad", &options, &image);
                file.data[at] ^= masks[i];
                if (status == MR_OK)
                    mr_image_free(&image);
                bool is_png = format == 2 || format == 3;
                if (is_png && status == MR_OK)
                    fail_msg("PNG with byte %zu damaged was read", at);
            }
        }
        free(file.data);
    }
}

/* The expected text begins with the name. */
static void assert_refused(const void *data, size_t size, mr_status expected, const char *text) {
    mr_image image;
    char name[32];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, ":"), text);
    assert_int_equal(decode_exact(data, size, name, NULL, &image), expected);
    assert_string_equal(mr_last_error(), text);
}

/* A PNG signature and header that announce a size; no more. */
static void make_png_header(uint8_t header[33], uint32_t width, uint32_t height) {
    static const uint8_t start[16] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n',
                                      0,    0,   0,   13,  'I',  'H',  'D',  'R'};
    memset(header, 0, 33);
    memcpy(header, start, 16);
    for (int i = 0; i < 4; i++) {
        header[16 + i] = (uint8_t)(width >> (24 - 8 * i));
        header[20 + i] = (uint8_t)(height >> (24 - 8 * i));
    }
    header[24] = 8;
    header[25] = 2;
}

static void no_pictures(void **state) {
    (void)state;
    const char text[] = "just some words\n";
    assert_refused(text, sizeof text, MR_E_FORMAT, "notes.txt: not a JPEG, PNG or WebP picture");
    assert_refused("", 0, MR_E_FORMAT, "empty.jpg: empty file");
    mr_image image;
    assert_int_equal(mr_image_load("no/such.jpg", NULL, &image), MR_E_NOT_FOUND);
    assert_int_equal(mr_image_load("data", NULL, &image), MR_E_IO);
}

static void sizes_are_checked_on_the_header(void **state) {
    (void)state;
    uint8_t header[33];
    make_png_header(header, 60000, 60000);
    assert_refused(header, sizeof header, MR_E_LIMIT,
                   "x.png: 60000x60000 pixels, at most 67108864 are allowed");
    make_png_header(header, 0xffffffff, 0xffffffff);
    assert_refused(header, sizeof header, MR_E_LIMIT,
                   "x.png: 4294967295x4294967295 pixels, at most 67108864 are allowed");
    make_png_header(header, 0, 5);
    assert_refused(header, sizeof header, MR_E_FORMAT, "x.png: 0x5 pixels: the picture is empty");
    make_png_header(header, 5, 5);
    assert_refused(header, 29, MR_E_TRUNCATED, "x.png: truncated PNG data");
}

static void limits_are_those_asked_for(void **state) {
    (void)state;
    for (int format = 0; format < FORMATS; format++) {
        bytes file = small_file(format);
        mr_image image;
        mr_decode_options options = mr_decode_options_defaults();
        options.max_pixels = WIDTH * HEIGHT;
        options.max_bytes = file.size;
        assert_ok(decode_exact(file.data, file.size, "a", &options, &image));
        mr_image_free(&image);
        options.max_pixels--;
        assert_int_equal(decode_exact(file.data, file.size, "a", &options, &image), MR_E_LIMIT);
        assert_string_equal(mr_last_error(), "a: 19x11 pixels, at most 208 are allowed");
        options.max_pixels++;
        options.max_bytes--;
        assert_int_equal(decode_exact(file.data, file.size, "a", &options, &image), MR_E_LIMIT);
        options.channels = 2;
        assert_int_equal(decode_exact(file.data, file.size, "a", &options, &image), MR_E_ARGUMENT);
        free(file.data);
    }
}

/* Finds a JPEG marker; returns the position of its 0xff. */
static size_t find_marker(const bytes *file, uint8_t marker) {
    size_t at = 2;
    while (file->data[at + 1] != marker)
        at += 2 + (size_t)(file->data[at + 2] << 8 | file->data[at + 3]);
    return at;
}

static void lying_sizes(void **state) {
    (void)state;
    bytes jpeg = small_file(0);
    size_t frame = find_marker(&jpeg, 0xc0);
    jpeg.data[frame + 5] = 0x0f; /* 3851 rows are announced, 11 are there */
    assert_refused(jpeg.data, jpeg.size, MR_E_TRUNCATED, "lie.jpg: truncated JPEG data");
    memset(jpeg.data + frame + 5, 0xfe, 4);
    assert_refused(jpeg.data, jpeg.size, MR_E_LIMIT,
                   "lie.jpg: 65278x65278 pixels, at most 67108864 are allowed");
    free(jpeg.data);
    bytes webp = small_file(5);
    webp.data[4] = 0xff;
    assert_refused(webp.data, webp.size, MR_E_TRUNCATED, "lie.webp: truncated WebP data");
    free(webp.data);
}

/* A progressive JPEG may repeat a scan for ever; each costs time over the whole picture. */
static void endless_scans(void **state) {
    (void)state;
    bytes file = small_file(1);
    size_t scan = find_marker(&file, 0xda), end = scan + 4;
    while (file.data[end] != 0xff || file.data[end + 1] == 0)
        end++;
    enum { COPIES = 200 };
    size_t length = end - scan;
    uint8_t *longer = malloc(file.size + COPIES * length);
    memcpy(longer, file.data, end);
    for (size_t i = 0; i < COPIES; i++)
        memcpy(longer + end + i * length, file.data + scan, length);
    memcpy(longer + end + COPIES * length, file.data + end, file.size - end);
    assert_refused(longer, file.size + COPIES * length, MR_E_LIMIT,
                   "scans.jpg: JPEG with more than 100 scans");
    free(longer);
    free(file.data);
}

static void animation(void **state) {
    (void)state;
    const char file[] = "RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x07\0\0\x07\0\0"
                        "ANIM\x06\0\0\0\0\0\0\0\0";
    assert_refused(file, sizeof file - 1, MR_E_UNSUPPORTED,
                   "moves.webp: animated WebP: only still pictures are read");
}

/* Runs the tests with stderr in a file, which must stay empty. */
static int kept_stderr = -1, file_stderr = -1;

static int watch_stderr(void **state) {
    (void)state;
    char path[] = "/tmp/moodreel-test-XXXXXX";
    file_stderr = mkstemp(path);
    unlink(path);
    kept_stderr = dup(STDERR_FILENO);
    return file_stderr < 0 || dup2(file_stderr, STDERR_FILENO) < 0;
}

static int check_stderr(void **state) {
    (void)state;
    off_t written = lseek(file_stderr, 0, SEEK_END);
    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    close(file_stderr);
    return written != 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_truncation_that_loses_something_is_an_error,
                                        watch_stderr, check_stderr),
        cmocka_unit_test(what_lies_behind_a_picture_does_not_matter),
        cmocka_unit_test_setup_teardown(every_damaged_byte_does_no_harm, watch_stderr,
                                        check_stderr),
        cmocka_unit_test(no_pictures),
        cmocka_unit_test(sizes_are_checked_on_the_header),
        cmocka_unit_test(limits_are_those_asked_for),
        cmocka_unit_test(lying_sizes),
        cmocka_unit_test_setup_teardown(endless_scans, watch_stderr, check_stderr),
        cmocka_unit_test(animation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
