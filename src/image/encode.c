#include "base/file.h"
#include "base/memory.h"
#include "image/image.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jpeglib.h>
#include <png.h>

/* Both libraries report failure by longjmp; each job lives in the caller of setjmp's function, so
 * that its fields keep their values. */

typedef struct png_job {
    png_structp png;
    png_infop info;
    uint8_t *bytes;
    size_t size, capacity;
    mr_status status;
} png_job;

static _Noreturn void on_png_error(png_structp png, png_const_charp text) {
    png_job *work = png_get_error_ptr(png);
    work->status = mr_fail(MR_E_MEMORY, "PNG: %s", text);
    png_longjmp(png, 1);
}

static void on_png_warning(png_structp png, png_const_charp text) {
    (void)png, (void)text;
}

static void append_png(png_structp png, png_bytep bytes, size_t count) {
    png_job *work = png_get_io_ptr(png);
    if (!mr_grow(&work->bytes, &work->capacity, work->size + count, 1))
        png_error(png, "no memory for the file");
    memcpy(work->bytes + work->size, bytes, count);
    work->size += count;
}

static void flush_png(png_structp png) {
    (void)png;
}

static void run_png(png_job *work, const mr_image *image) {
    work->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, work, on_png_error, on_png_warning);
    work->info = work->png ? png_create_info_struct(work->png) : NULL;
    if (!work->info) {
        work->status = mr_fail(MR_E_MEMORY, "no memory to encode PNG");
        return;
    }
    if (setjmp(png_jmpbuf(work->png)) != 0)
        return;
    png_set_write_fn(work->png, work, append_png, flush_png);
    png_set_IHDR(work->png, work->info, (png_uint_32)image->width, (png_uint_32)image->height, 8,
                 image->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(work->png, work->info);
    for (int y = 0; y < image->height; y++)
        png_write_row(work->png, image->pixels + (size_t)y * image->stride);
    png_write_end(work->png, NULL);
}

mr_status mr_image_encode_png(const mr_image *image, uint8_t **bytes, size_t *size) {
    png_job work = {0};
    run_png(&work, image);
    png_destroy_write_struct(&work.png, &work.info);
    if (work.status != MR_OK) {
        free(work.bytes);
        return work.status;
    }
    *bytes = work.bytes;
    *size = work.size;
    return MR_OK;
}

typedef struct jpeg_job {
    struct jpeg_compress_struct info;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    jmp_buf escape;
    uint8_t *bytes;
    size_t capacity;
    mr_status status;
} jpeg_job;

static _Noreturn void on_jpeg_error(j_common_ptr info) {
    jpeg_job *work = info->client_data;
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    work->status = mr_fail(MR_E_ARGUMENT, "JPEG: %s", text);
    longjmp(work->escape, 1);
}

static void print_nothing(j_common_ptr info) {
    (void)info;
}

/* The library's own memory destination leaves its buffer's owner unclear after an error. */
static void grow_jpeg(j_compress_ptr info, size_t used) {
    jpeg_job *work = info->client_data;
    if (!mr_grow(&work->bytes, &work->capacity, used + 4096, 1)) {
        work->status = mr_fail(MR_E_MEMORY, "JPEG: no memory for the file");
        longjmp(work->escape, 1);
    }
    work->destination.next_output_byte = work->bytes + used;
    work->destination.free_in_buffer = work->capacity - used;
}

static void begin_jpeg(j_compress_ptr info) {
    grow_jpeg(info, 0);
}

static boolean extend_jpeg(j_compress_ptr info) {
    jpeg_job *work = info->client_data;
    grow_jpeg(info, work->capacity);
    return TRUE;
}

static void end_jpeg(j_compress_ptr info) {
    (void)info;
}

static void open_jpeg(jpeg_job *work) {
    work->info.err = jpeg_std_error(&work->errors);
    work->errors.error_exit = on_jpeg_error;
    work->errors.output_message = print_nothing;
    work->info.client_data = work;
    jpeg_create_compress(&work->info);
    work->destination.init_destination = begin_jpeg;
    work->destination.empty_output_buffer = extend_jpeg;
    work->destination.term_destination = end_jpeg;
    work->info.dest = &work->destination;
}

static void run_jpeg(jpeg_job *work, const mr_image *image, int quality) {
    if (setjmp(work->escape) != 0)
        return;
    struct jpeg_compress_struct *info = &work->info;
    open_jpeg(work);
    info->image_width = (JDIMENSION)image->width;
    info->image_height = (JDIMENSION)image->height;
    info->input_components = image->channels;
    info->in_color_space = image->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(info);
    jpeg_set_quality(info, quality, TRUE);
    info->optimize_coding = TRUE;
    jpeg_start_compress(info, TRUE);
    while (info->next_scanline < info->image_height) {
        JSAMPROW row = image->pixels + info->next_scanline * image->stride;
        jpeg_write_scanlines(info, &row, 1);
    }
    jpeg_finish_compress(info);
}

mr_status mr_image_encode_jpeg(const mr_image *image, int quality, uint8_t **bytes, size_t *size) {
    if (quality < 1 || quality > 100)
        return mr_fail(MR_E_ARGUMENT, "JPEG quality %d: expected 1 to 100", quality);
    jpeg_job work = {.status = MR_OK};
    run_jpeg(&work, image, quality);
    jpeg_destroy_compress(&work.info);
    if (work.status != MR_OK) {
        free(work.bytes);
        return work.status;
    }
    *bytes = work.bytes;
    *size = work.capacity - work.destination.free_in_buffer;
    return MR_OK;
}

static bool ends_in(const char *path, const char *ending) {
    const char *found = strrchr(path, '.');
    return found && strcasecmp(found, ending) == 0;
}

mr_status mr_image_check_name(const char *path) {
    if (ends_in(path, ".png") || ends_in(path, ".jpg") || ends_in(path, ".jpeg"))
        return MR_OK;
    return mr_fail(MR_E_ARGUMENT, "%s: the name ends in none of .png, .jpg, .jpeg", path);
}

mr_status mr_image_save(const mr_image *image, const char *path) {
    enum { QUALITY = 92 }; /* no visible loss, a third of the size of 100 */
    uint8_t *bytes;
    size_t size;
    MR_TRY(mr_image_check_name(path));
    mr_status status = ends_in(path, ".png") ? mr_image_encode_png(image, &bytes, &size)
                                             : mr_image_encode_jpeg(image, QUALITY, &bytes, &size);
    if (status != MR_OK)
        return mr_fail_in(status, path);
    status = mr_file_write(path, bytes, size);
    free(bytes);
    return status;
}
