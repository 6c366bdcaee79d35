#include "image/codec.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h> /* its codes depend on what jpeglib.h configures */

/*
 * A progressive file may hold any number of scans, each of which costs a pass over the whole
 * picture; real ones have about ten.
 */
enum { MOST_SCANS = 100 };

/* One decoding. It lives in the caller of setjmp's function, so that its fields keep their values
 * over a longjmp. */
typedef struct job {
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    const mr_encoded *file;
    mr_status status;
    int orientation, channels; /* of EXIF, and of the picture to make */
    bool reading_rows;
    mr_image image;
} job;

static job *job_of(j_common_ptr info) {
    return info->client_data;
}

/* Leaves the library with `status`, whose text is already recorded. */
static _Noreturn void leave(job *work, mr_status status) {
    work->status = status;
    longjmp(work->escape, 1);
}

static _Noreturn void on_error(j_common_ptr info) {
    job *work = job_of(info);
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    bool memory = info->err->msg_code == JERR_OUT_OF_MEMORY;
    leave(work,
          mr_fail(memory ? MR_E_MEMORY : MR_E_FORMAT, "%s: JPEG: %s", work->file->name, text));
}

/* libjpeg goes on after damage with grey blocks and a warning; a face must not be read from those.
 * Harmless warnings (stray bytes between markers, odd version numbers) pass. */
static void on_message(j_common_ptr info, int level) {
    job *work = job_of(info);
    if (level >= 0)
        return;
    switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
        /* Some cameras leave the end marker out. What a single scan of Huffman codes lacks is told
         * by the other warning; of several, whole ones might be missing, and behind its end
         * arithmetic coding reads zeros without a word. */
        if (work->reading_rows && !jpeg_has_multiple_scans(&work->info) && !work->info.arith_code)
            break;
        leave(work, mr_fail(MR_E_TRUNCATED, "%s: truncated JPEG data", work->file->name));
    case JWRN_HIT_MARKER:
        leave(work, mr_fail(MR_E_TRUNCATED, "%s: truncated JPEG data", work->file->name));
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
        leave(work, mr_fail(MR_E_FORMAT, "%s: damaged JPEG data", work->file->name));
    default:
        break;
    }
}

static void print_nothing(j_common_ptr info) {
    (void)info;
}

static void on_progress(j_common_ptr info) {
    job *work = job_of(info);
    if (work->info.input_scan_number > MOST_SCANS)
        leave(work, mr_fail(MR_E_LIMIT, "%s: JPEG with more than %d scans", work->file->name,
                            MOST_SCANS));
}

static void open_job(job *work) {
    work->info.err = jpeg_std_error(&work->errors);
    work->errors.error_exit = on_error;
    work->errors.emit_message = on_message;
    work->errors.output_message = print_nothing;
    work->info.client_data = work;
    jpeg_create_decompress(&work->info);
    work->progress.progress_monitor = on_progress;
    work->info.progress = &work->progress;
    jpeg_mem_src(&work->info, work->file->bytes, (unsigned long)work->file->size);
    jpeg_save_markers(&work->info, JPEG_APP0 + 1, 0xffff);
}

/* The first APP1 marker that is EXIF (XMP lives in APP1 too). */
static void read_orientation(job *work) {
    work->orientation = 1;
    for (jpeg_saved_marker_ptr marker = work->info.marker_list; marker; marker = marker->next)
        if (marker->data_length >= 6 && memcmp(marker->data, "Exif\0", 6) == 0) {
            (void)mr_exif_orientation(marker->data, marker->data_length, &work->orientation);
            return;
        }
}

/* The strongest reduction that leaves the longer side at least `enough` pixels. */
static unsigned choose_denominator(unsigned width, unsigned height, int enough) {
    unsigned longer = width > height ? width : height, denominator = 8;
    if (enough <= 0)
        return 1;
    while (denominator > 1 && (longer + denominator - 1) / denominator < (unsigned)enough)
        denominator /= 2;
    return denominator;
}

/* Chooses what the library converts to; CMYK is turned into RGB here, row by row. */
static mr_status choose_colours(job *work) {
    struct jpeg_decompress_struct *info = &work->info;
    bool cmyk = info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;
    if (!cmyk && info->jpeg_color_space != JCS_GRAYSCALE && info->jpeg_color_space != JCS_YCbCr &&
        info->jpeg_color_space != JCS_RGB)
        return mr_fail(MR_E_UNSUPPORTED, "%s: JPEG with %d colour components: expected 1, 3 or 4",
                       work->file->name, info->num_components);
    work->channels = mr_wanted_channels(&work->file->options, info->num_components);
    info->out_color_space = cmyk ? JCS_CMYK : work->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    return MR_OK;
}

/* Adobe's programs store ink inverted (255 is none) and say so by their marker. */
static void cmyk_row_to_rgb(const uint8_t *cmyk, bool inverted, uint8_t *rgb, unsigned width) {
    unsigned flip = inverted ? 0 : 255;
    for (unsigned x = 0; x < width; x++, cmyk += 4, rgb += 3) {
        unsigned light = cmyk[3] ^ flip;
        for (int c = 0; c < 3; c++)
            rgb[c] = (uint8_t)(((cmyk[c] ^ flip) * light + 127) / 255);
    }
}

static void read_rows(job *work) {
    struct jpeg_decompress_struct *info = &work->info;
    mr_image *image = &work->image;
    bool cmyk = info->out_color_space == JCS_CMYK;
    JSAMPARRAY inks = NULL;
    if (cmyk)
        inks = info->mem->alloc_sarray((j_common_ptr)info, JPOOL_IMAGE, info->output_width * 4, 2);
    while (info->output_scanline < info->output_height) {
        JSAMPROW row = image->pixels + info->output_scanline * image->stride;
        jpeg_read_scanlines(info, cmyk ? inks : &row, 1);
        if (cmyk) {
            JSAMPROW rgb = image->channels == 3 ? row : inks[1];
            cmyk_row_to_rgb(inks[0], info->saw_Adobe_marker, rgb, info->output_width);
            if (image->channels == 1)
                mr_convert_row(rgb, 3, row, 1, image->width);
        }
    }
}

static mr_status decode(job *work) {
    struct jpeg_decompress_struct *info = &work->info;
    jpeg_read_header(info, TRUE);
    MR_TRY(mr_check_pixels(work->file, info->image_width, info->image_height));
    read_orientation(work);
    MR_TRY(choose_colours(work));
    info->scale_num = 1;
    info->scale_denom =
        choose_denominator(info->image_width, info->image_height, work->file->options.enough);
    jpeg_start_decompress(info);
    mr_image *image = &work->image;
    MR_TRY(mr_decode_target(work->file, (int)info->output_width, (int)info->output_height,
                            work->channels, image));
    image->full_width = (int)info->image_width;
    image->full_height = (int)info->image_height;
    work->reading_rows = true;
    read_rows(work);
    jpeg_finish_decompress(info);
    return mr_image_orient(image, work->orientation);
}

static void run(job *work) {
    if (setjmp(work->escape) == 0) {
        open_job(work);
        work->status = decode(work);
    }
}

mr_status mr_decode_jpeg(const mr_encoded *file, mr_image *out) {
    job work = {.file = file};
    run(&work);
    jpeg_destroy_decompress(&work.info);
    if (work.status != MR_OK) {
        mr_image_free(&work.image);
        return work.status;
    }
    *out = work.image;
    return MR_OK;
}
