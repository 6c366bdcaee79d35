#include "pictures.h"

#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>
#include <webp/encode.h>

uint8_t gradient(int x, int y, int c, int width, int height) {
    int rightwards = 180 * x / width, downwards = 160 * y / height;
    return (uint8_t)(c == 0   ? 30 + rightwards
                     : c == 1 ? 50 + downwards
                              : 90 + (rightwards + downwards) / 4);
}

mr_image gradient_image(int width, int height, int channels) {
    mr_image image;
    assert_ok(mr_image_create(width, height, channels, &image));
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < channels; c++)
                image.pixels[(size_t)y * image.stride + (size_t)(x * channels + c)] =
                    gradient(x, y, channels == 1 ? 1 : c, width, height);
    return image;
}

static void append(bytes *to, const void *data, size_t size) {
    to->data = realloc(to->data, to->size + size + 1);
    assert_non_null(to->data);
    memcpy(to->data + to->size, data, size);
    to->size += size;
}

static void append_png(png_structp png, png_bytep data, size_t size) {
    append(png_get_io_ptr(png), data, size);
}

static void set_palette(png_structp png, png_infop info, int depth) {
    png_color palette[256];
    for (int i = 0; i < 256; i++)
        palette[i] = (png_color){(png_byte)(7 * i), (png_byte)(255 - 3 * i), (png_byte)(40 + i)};
    png_set_PLTE(png, info, palette, 1 << depth);
}

static void set_transparency(png_structp png, png_infop info, const png_kind *kind) {
    png_byte alpha[4] = {255, 255, 255, 0};
    png_color_16 key = {.red = 3, .green = 3, .blue = 3, .gray = 3};
    if (kind->colour_type == PNG_COLOR_TYPE_PALETTE)
        png_set_tRNS(png, info, alpha, kind->depth > 1 ? 4 : 2, NULL);
    else
        png_set_tRNS(png, info, NULL, 0, &key);
}

static void fill_row(uint8_t *row, int width, int y, int channels, int depth,
                     unsigned (*sample)(int, int, int)) {
    for (int x = 0; x < width; x++)
        for (int c = 0; c < channels; c++) {
            unsigned value = sample(x, y, c) & ((1U << depth) - 1);
            if (depth == 16)
                *row++ = (uint8_t)(value >> 8);
            *row++ = (uint8_t)value;
        }
}

bytes make_png(const png_kind *kind, int width, int height, unsigned (*sample)(int, int, int)) {
    bytes out = {0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &out, append_png, NULL);
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, kind->depth, kind->colour_type,
                 kind->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (kind->colour_type == PNG_COLOR_TYPE_PALETTE)
        set_palette(png, info, kind->depth);
    if (kind->transparent)
        set_transparency(png, info, kind);
    if (kind->exif) {
        png_byte exif[64];
        assert_true(kind->exif_size <= sizeof exif);
        memcpy(exif, kind->exif, kind->exif_size);
        png_set_eXIf_1(png, info, (png_uint_32)kind->exif_size, exif);
    }
    png_write_info(png, info);
    png_set_packing(png);
    int passes = png_set_interlace_handling(png);
    uint8_t *row = calloc((size_t)width, 8);
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < height; y++) {
            fill_row(row, width, y, png_get_channels(png, info), kind->depth, sample);
            png_write_row(png, row);
        }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    free(row);
    return out;
}

/* What to store so that a decoder shows RGB `from`: inks 255 - value over a black of 20. */
static void fill_inks(const uint8_t *from, uint8_t *to, bool inverted) {
    for (int c = 0; c < 3; c++) {
        int light = from[c] * 255 / 235;
        to[c] = (uint8_t)(inverted ? light : 255 - light);
    }
    to[3] = inverted ? 235 : 20;
}

static void set_jpeg_kind(struct jpeg_compress_struct *info, jpeg_kind kind) {
    static const J_COLOR_SPACE stored[JPEG_KINDS] = {JCS_GRAYSCALE, JCS_YCbCr, JCS_RGB,  JCS_YCbCr,
                                                     JCS_YCbCr,     JCS_CMYK,  JCS_CMYK, JCS_YCCK};
    bool inks = kind >= JPEG_KIND_CMYK_ADOBE;
    info->input_components = kind == JPEG_KIND_GREY ? 1 : inks ? 4 : 3;
    info->in_color_space = kind == JPEG_KIND_GREY ? JCS_GRAYSCALE : inks ? JCS_CMYK : JCS_RGB;
    jpeg_set_defaults(info);
    jpeg_set_colorspace(info, stored[kind]);
    jpeg_set_quality(info, 100, TRUE);
    for (int i = 0; i < info->num_components; i++)
        info->comp_info[i].h_samp_factor = info->comp_info[i].v_samp_factor = 1;
    if (kind == JPEG_KIND_PROGRESSIVE)
        jpeg_simple_progression(info);
    info->arith_code = kind == JPEG_KIND_ARITHMETIC;
    if (kind == JPEG_KIND_CMYK_PLAIN)
        info->write_Adobe_marker = FALSE;
}

static void write_exif_marker(struct jpeg_compress_struct *info, const uint8_t *exif, size_t size) {
    uint8_t marker[6 + 64] = "Exif\0";
    assert_true(size <= 64);
    memcpy(marker + 6, exif, size);
    jpeg_write_marker(info, JPEG_APP0 + 1, marker, (unsigned)(6 + size));
}

bytes make_jpeg(const mr_image *image, jpeg_kind kind, const uint8_t *exif, size_t exif_size) {
    struct jpeg_compress_struct info;
    struct jpeg_error_mgr errors;
    unsigned char *data = NULL;
    unsigned long size = 0;
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &data, &size);
    info.image_width = (JDIMENSION)image->width;
    info.image_height = (JDIMENSION)image->height;
    set_jpeg_kind(&info, kind);
    jpeg_start_compress(&info, TRUE);
    if (exif)
        write_exif_marker(&info, exif, exif_size);
    uint8_t *inks = malloc((size_t)image->width * 4);
    for (int y = 0; y < image->height; y++) {
        JSAMPROW row = image->pixels + (size_t)y * image->stride;
        if (kind >= JPEG_KIND_CMYK_ADOBE) {
            for (int x = 0; x < image->width; x++)
                fill_inks(row + 3 * x, inks + 4 * x, kind != JPEG_KIND_CMYK_PLAIN);
            row = inks;
        }
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    free(inks);
    return (bytes){data, size};
}

bytes make_webp(const uint8_t *rgba, int width, int height, webp_kind kind) {
    uint8_t *data = NULL;
    size_t size = kind == WEBP_KIND_LOSSY
                      ? WebPEncodeRGBA(rgba, width, height, width * 4, 100, &data)
                      : WebPEncodeLosslessRGBA(rgba, width, height, width * 4, &data);
    assert_true(size > 0);
    bytes out = {0};
    append(&out, data, size);
    WebPFree(data);
    return out;
}

static void append_little_endian(bytes *to, size_t value, int count) {
    for (int i = 0; i < count; i++) {
        uint8_t byte = (uint8_t)(value >> (8 * i));
        append(to, &byte, 1);
    }
}

bytes add_webp_exif(const bytes *webp, int width, int height, const uint8_t *exif, size_t size) {
    enum { EXIF_FLAG = 0x08 };
    bytes out = {0};
    append(&out, "RIFF", 4);
    append_little_endian(&out, 4 + 18 + (webp->size - 12) + 8 + size, 4);
    append(&out, "WEBPVP8X", 8);
    append_little_endian(&out, 10, 4);
    append_little_endian(&out, EXIF_FLAG, 4);
    append_little_endian(&out, (size_t)width - 1, 3);
    append_little_endian(&out, (size_t)height - 1, 3);
    append(&out, webp->data + 12, webp->size - 12);
    append(&out, "EXIF", 4);
    append_little_endian(&out, size, 4);
    append(&out, exif, size);
    return out;
}

void make_exif(uint8_t exif[EXIF_SIZE], int orientation, bool big_endian) {
    static const uint8_t big[EXIF_SIZE] = {'M',  'M',  0, 42, 0, 0, 0, 8, 0, 1,
                                           0x01, 0x12, 0, 3,  0, 0, 0, 1, 0, 0};
    static const uint8_t little[EXIF_SIZE] = {'I',  'I',  42, 0, 8, 0, 0, 0, 1, 0,
                                              0x12, 0x01, 3,  0, 1, 0, 0, 0, 0, 0};
    memcpy(exif, big_endian ? big : little, EXIF_SIZE);
    exif[big_endian ? 19 : 18] = (uint8_t)orientation;
}

mr_status decode_exact(const uint8_t *data, size_t size, const char *name,
                       const mr_decode_options *options, mr_image *out) {
    uint8_t *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, data, size);
    mr_status status = mr_image_decode(copy, size, name, options, out);
    free(copy);
    return status;
}
