/* Small videos made for the tests, and their pictures. */
#ifndef MR_TESTS_MADE_VIDEO_H
#define MR_TESTS_MADE_VIDEO_H

#include "image/image.h"
#include "media/reader.h"
#include "support.h"

/* A picture of four flat quarters, and a bright column that moves with `number`. The quarters are,
 * from the upper left: red, green, blue and grey. */
void made_picture(mr_image *image, int width, int height, int number);

/* The mean colour of the middle of a quarter: column and row 0 or 1. */
void colour_of_quarter(const mr_image *image, int column, int row, int colour[3]);

/* Fails unless each channel is within `tolerance` of the quarter's as made. */
void assert_quarter(const mr_image *image, int column, int row, int made_column, int made_row,
                    int tolerance);

/* Writes `count` pictures at times number / rate. */
void make_video(const char *path, int width, int height, int count, double rate);

/* Reads a file whole; the caller frees. */
unsigned char *read_whole(const char *path, size_t *size);
void write_whole(const char *path, const void *bytes, size_t size);

/* Opens a file with the usual options. */
mr_media_reader *open_video(const char *path);

/* A group's fixtures: a new empty folder under /tmp. And a path in it. */
int open_folder(void **state);
int close_folder(void **state);
const char *in_folder(const char *name);

#endif
