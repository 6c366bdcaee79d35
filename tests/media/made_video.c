#include "made_video.h"

#include "base/file.h"
#include "media/writer.h"

#include <stdlib.h>
#include <string.h>

static const int quarters[2][2][3] = {{{200, 40, 40}, {40, 180, 60}},
                                      {{40, 60, 200}, {120, 120, 120}}};

void made_picture(mr_image *image, int width, int height, int number) {
    if (!image->pixels)
        assert_ok(mr_image_create(width, height, 3, image));
    int line = number * 2 % width;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < 3; c++)
                image->pixels[(size_t)y * image->stride + (size_t)x * 3 + (size_t)c] =
                    x == line && y < height / 8
                        ? 250
                        : (uint8_t)quarters[y >= height / 2][x >= width / 2][c];
}

void colour_of_quarter(const mr_image *image, int column, int row, int colour[3]) {
    int width = image->width / 4, height = image->height / 4;
    int left = column * image->width / 2 + image->width / 8;
    int top = row * image->height / 2 + image->height / 8;
    for (int c = 0; c < 3; c++) {
        long sum = 0;
        for (int y = top; y < top + height; y++)
            for (int x = left; x < left + width; x++)
                sum += image->pixels[(size_t)y * image->stride + (size_t)x * 3 + (size_t)c];
        colour[c] = (int)(sum / (width * height));
    }
}

void assert_quarter(const mr_image *image, int column, int row, int made_column, int made_row,
                    int tolerance) {
    int colour[3];
    const int *made = quarters[made_row][made_column];
    colour_of_quarter(image, column, row, colour);
    for (int c = 0; c < 3; c++)
        if (abs(colour[c] - made[c]) > tolerance)
            fail_msg("quarter %d,%d is %d %d %d: expected %d %d %d ±%d", column, row, colour[0],
                     colour[1], colour[2], made[0], made[1], made[2], tolerance);
}

void make_video(const char *path, int width, int height, int count, double rate) {
    mr_media_writer_options options = mr_media_writer_options_defaults();
    options.rate = rate;
    mr_media_writer *writer;
    assert_ok(mr_media_writer_open(path, width, height, &options, &writer));
    mr_image picture = {0};
    for (int i = 0; i < count; i++) {
        made_picture(&picture, width, height, i);
        assert_ok(mr_media_writer_add(writer, &picture, i / rate));
    }
    mr_image_free(&picture);
    assert_ok(mr_media_writer_finish(writer));
    mr_media_writer_close(writer);
}

unsigned char *read_whole(const char *path, size_t *size) {
    unsigned char *bytes;
    assert_ok(mr_file_read(path, (size_t)64 << 20, &bytes, size));
    return bytes;
}

void write_whole(const char *path, const void *bytes, size_t size) {
    assert_ok(mr_file_write(path, bytes, size));
}

static char folder[64];

int open_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/moodreel-media-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

int close_folder(void **state) {
    (void)state;
    mr_test_remove(folder);
    return 0;
}

const char *in_folder(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

mr_media_reader *open_video(const char *path) {
    mr_media_reader *reader;
    assert_ok(mr_media_open(path, NULL, &reader));
    return reader;
}
