#include "base/memory.h"
#include "image/codec.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

/* One decoding. It lives in the caller of setjmp's function, so that its fields keep their values
 * over a longjmp. */
typedef struct job {
    png_structp png;
    png_infop info;
    const mr_encoded *file;
    size_t position; /* bytes of the file consumed */
    int orientation; /* of EXIF */
    mr_status status;
    uint8_t *raw; /* rows as libpng gives them: one, or all of an interlaced picture */
    mr_image image;
} job;

static mr_status fail_truncated(const mr_encoded *file) {
    return mr_fail(MR_E_TRUNCATED, "%s: truncated PNG data", file->name);
}

static _Noreturn void on_error(png_structp png, png_const_charp text) {
    job *work = png_get_error_ptr(png);
    if (work->status == MR_OK)
        work->status = mr_fail(MR_E_FORMAT, "%s: PNG: %s", work->file->name, text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
    (void)png, (void)text;
}

static void read_bytes(png_structp png, png_bytep to, size_t count) {
    job *work = png_get_io_ptr(png);
    if (count > work->file->size - work->position) {
        work->status = fail_truncated(work->file);
        png_error(png, "truncated");
    }
    memcpy(to, work->file->bytes + work->position, count);
    work->position += count;
}

static uint32_t big_endian_32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The size stands at a fixed place: signature (8), length (4), "IHDR" (4), width, height. It is
 * read here, since libpng reads on to the pixels before it tells. */
static mr_status check_header(const mr_encoded *file) {
    if (file->size < 24)
        return fail_truncated(file);
    if (memcmp(file->bytes + 12, "IHDR", 4) != 0)
        return mr_fail(MR_E_FORMAT, "%s: PNG: does not start with a header", file->name);
    return mr_check_pixels(file, big_endian_32(file->bytes + 16), big_endian_32(file->bytes + 20));
}

/* Walks the chunks (length, name, payload, checksum) to the end for the first of EXIF. libpng
 * would ask for the memory that a length announces before it saw that the file has no such bytes.
 */
static mr_status check_chunks(const mr_encoded *file, int *orientation) {
    enum { FRAME = 12 };
    const uint8_t *exif = NULL;
    size_t at = 8, exif_size = 0;
    for (bool ended = false; !ended;) {
        if (file->size - at < FRAME)
            return fail_truncated(file);
        const uint8_t *chunk = file->bytes + at;
        size_t length = big_endian_32(chunk);
        if (length > file->size - at - FRAME)
            return fail_truncated(file);
        if (!exif && memcmp(chunk + 4, "eXIf", 4) == 0) {
            exif = chunk + 8;
            exif_size = length;
        }
        ended = memcmp(chunk + 4, "IEND", 4) == 0;
        at += FRAME + length;
    }
    *orientation = 1;
    if (exif)
        (void)mr_exif_orientation(exif, exif_size, orientation);
    return MR_OK;
}

/* Text and colour profiles are of no use here, and EXIF was read; leaving them out leaves less to
 * go wrong. Their checksums are checked all the same. */
static void set_strictness(png_structp png) {
    static const png_byte skipped[] = "eXIf\0iCCP\0tEXt\0zTXt\0iTXt\0sPLT";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, skipped, sizeof skipped / 5);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
}

/* Palettes, few bits, 16 bits and colour keys all become 8-bit grey or RGB, with alpha if any. */
static int set_transforms(job *work) {
    png_set_expand(work->png);
    png_set_scale_16(work->png);
    int passes = png_set_interlace_handling(work->png);
    png_read_update_info(work->png, work->info);
    return passes;
}

static mr_status allocate(job *work, int passes) {
    int width = (int)png_get_image_width(work->png, work->info);
    int height = (int)png_get_image_height(work->png, work->info);
    int stored = png_get_channels(work->png, work->info);
    MR_TRY(mr_decode_target(work->file, width, height,
                            mr_wanted_channels(&work->file->options, stored), &work->image));
    size_t rows = passes > 1 ? (size_t)height : 1, bytes;
    if (mr_multiply(rows, png_get_rowbytes(work->png, work->info), &bytes))
        work->raw = mr_alloc(bytes);
    if (!work->raw)
        return mr_fail(MR_E_MEMORY, "%s: no memory for %dx%d pixels", work->file->name, width,
                       height);
    return MR_OK;
}

/* An interlaced picture comes in passes that refine rows already seen, so all are kept. */
static void read_rows(job *work, int passes) {
    mr_image *image = &work->image;
    size_t row_step = passes > 1 ? png_get_rowbytes(work->png, work->info) : 0;
    int stored = png_get_channels(work->png, work->info);
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < image->height; y++) {
            uint8_t *row = work->raw + (size_t)y * row_step;
            png_read_row(work->png, row, NULL);
            if (pass == passes - 1)
                mr_convert_row(row, stored, image->pixels + (size_t)y * image->stride,
                               image->channels, image->width);
        }
}

static mr_status decode(job *work) {
    png_set_read_fn(work->png, work, read_bytes);
    set_strictness(work->png);
    png_read_info(work->png, work->info);
    int passes = set_transforms(work);
    MR_TRY(allocate(work, passes));
    read_rows(work, passes);
    png_read_end(work->png, NULL);
    return mr_image_orient(&work->image, work->orientation);
}

static void run(job *work) {
    work->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, work, on_error, on_warning);
    work->info = work->png ? png_create_info_struct(work->png) : NULL;
    if (!work->info) {
        work->status = mr_fail(MR_E_MEMORY, "%s: no memory to decode PNG", work->file->name);
        return;
    }
    if (setjmp(png_jmpbuf(work->png)) == 0)
        work->status = decode(work);
}

mr_status mr_decode_png(const mr_encoded *file, mr_image *out) {
    job work = {.file = file};
    MR_TRY(check_header(file));
    MR_TRY(check_chunks(file, &work.orientation));
    run(&work);
    png_destroy_read_struct(&work.png, &work.info, NULL);
    free(work.raw);
    if (work.status != MR_OK) {
        mr_image_free(&work.image);
        return work.status;
    }
    *out = work.image;
    return MR_OK;
}
