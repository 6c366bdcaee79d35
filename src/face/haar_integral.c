#include "face/haar_integral.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* Lines kept in column order: the sums and squares of the last row, and three rows of the tilted
 * integral (the one being made and the two before it). */
enum { SUM, SQUARE, TILTED, LINES = TILTED + 3 };

static int rounded(int n) {
    return (n + MR_HAAR_PADDING - 1) / MR_HAAR_PADDING * MR_HAAR_PADDING;
}

mr_haar_layout mr_haar_layout_for(int width, int step) {
    int columns = width + 1;
    if (step == 1)
        return (mr_haar_layout){.step = 1, .stride = rounded(columns + MR_HAAR_PADDING)};
    int half = rounded((columns + 1) / 2 + MR_HAAR_PADDING);
    return (mr_haar_layout){.step = 2, .half = half, .stride = 2 * half};
}

/* A new block of n entries in place of *block. */
static bool renew(void *block, size_t n, size_t size) {
    void *old, *fresh;
    size_t bytes;
    memcpy(&old, block, sizeof old);
    if (!mr_multiply(n, size, &bytes) || !(fresh = mr_alloc(bytes)))
        return false;
    free(old);
    memcpy(block, &fresh, sizeof fresh);
    return true;
}

mr_status mr_haar_band_reserve(mr_haar_band *band, int width, int rows, bool tilted) {
    size_t line = (size_t)mr_haar_layout_for(width, 2).stride;
    /* The last row is followed by padding, too: windows at its end read beyond it. */
    size_t plane = line * (size_t)rows + 2 * MR_HAAR_PADDING;
    band->capacity = rows;
    if (plane <= band->plane_room && line <= band->line_room && tilted <= band->has_tilted)
        return MR_OK;
    band->plane_room = band->line_room = 0;
    if (!renew(&band->sum, plane, sizeof *band->sum) ||
        !renew(&band->square, plane, sizeof *band->square) ||
        (tilted && !renew(&band->tilted, plane, sizeof *band->tilted)) ||
        !renew(&band->lines, line * LINES, sizeof *band->lines) || !renew(&band->before, line, 1))
        return mr_fail(MR_E_MEMORY, "no memory for integral images of %d × %d", width, rows);
    band->has_tilted = tilted;
    band->plane_room = plane;
    band->line_room = line;
    return MR_OK;
}

static uint32_t *line_of(const mr_haar_band *band, int which) {
    return band->lines + (size_t)which * band->line_room;
}

/* The line of the tilted integral's row y; rows three apart share one. */
static uint32_t *tilted_line(const mr_haar_band *band, int y) {
    return line_of(band, TILTED + (y + 3) % 3);
}

/* Puts a line in column order into a plane's row of the band's layout. */
static void put_row(const mr_haar_band *band, const uint32_t *restrict line,
                    uint32_t *restrict row) {
    int columns = band->width + 1, half = band->layout.half;
    if (band->layout.step == 1) {
        memcpy(row, line, (size_t)columns * sizeof *row);
        return;
    }
    for (int i = 0; i < columns / 2; i++) {
        row[i] = line[2 * i];
        row[half + i] = line[2 * i + 1];
    }
    if (columns % 2)
        row[columns / 2] = line[columns - 1];
}

static void put_rows(const mr_haar_band *band, int y) {
    size_t at = mr_haar_band_row(band, y);
    put_row(band, line_of(band, SUM), band->sum + at);
    put_row(band, line_of(band, SQUARE), band->square + at);
    if (band->has_tilted)
        put_row(band, tilted_line(band, y), band->tilted + at);
}

void mr_haar_band_begin(mr_haar_band *band, const mr_haar_layout *layout, int width) {
    band->layout = *layout;
    band->width = width;
    band->first = 0;
    band->next = 1;
    memset(band->lines, 0, LINES * band->line_room * sizeof *band->lines);
    memset(band->before, 0, band->line_room);
    put_rows(band, 0);
}

static void add_sums(const uint8_t *pixels, int width, uint32_t *restrict sum,
                     uint32_t *restrict square) {
    uint32_t s = 0, q = 0;
    for (int x = 0; x < width; x++) {
        uint32_t pixel = pixels[x];
        s += pixel;
        q += pixel * pixel;
        sum[x + 1] += s;
        square[x + 1] += q;
    }
}

/*
 * Row y of the tilted integral from the two rows above it and the two pixel rows under those: the
 * cone of a pixel is the union of its upper neighbours' cones, whose overlap is the cone two rows
 * up, and two pixels that neither holds. Beyond the picture's sides only zeros are added, which
 * leaves one upper neighbour in the first column and one in the last.
 */
static void make_tilted(const mr_haar_band *band, const uint8_t *pixels, int y) {
    const uint32_t *up = tilted_line(band, y - 1), *up2 = tilted_line(band, y - 2);
    const uint8_t *before = band->before;
    uint32_t *restrict out = tilted_line(band, y);
    int width = band->width;
    out[0] = up[1];
    for (int x = 1; x < width; x++)
        out[x] = up[x - 1] + up[x + 1] - up2[x] + pixels[x - 1] + before[x - 1];
    out[width] = up[width - 1] + pixels[width - 1] + before[width - 1];
}

void mr_haar_band_push(mr_haar_band *band, const uint8_t *pixels) {
    add_sums(pixels, band->width, line_of(band, SUM), line_of(band, SQUARE));
    if (band->has_tilted) {
        make_tilted(band, pixels, band->next);
        memcpy(band->before, pixels, (size_t)band->width);
    }
    put_rows(band, band->next++);
}

void mr_haar_band_slide(mr_haar_band *band, int y) {
    if (band->next - band->first < band->capacity)
        return;
    size_t from = mr_haar_band_row(band, y);
    size_t bytes = (size_t)(band->next - y) * (size_t)band->layout.stride * sizeof *band->sum;
    memmove(band->sum, band->sum + from, bytes);
    memmove(band->square, band->square + from, bytes);
    if (band->has_tilted)
        memmove(band->tilted, band->tilted + from, bytes);
    band->first = y;
}

void mr_haar_band_free(mr_haar_band *band) {
    free(band->sum);
    free(band->square);
    free(band->tilted);
    free(band->lines);
    free(band->before);
    *band = (mr_haar_band){0};
}
