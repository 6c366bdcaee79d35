/*
 * Encoded pictures made on the spot, in every variant that the formats have, so that the tests of
 * the decoders need no files. All functions return bytes that the caller frees, and end the test
 * when the encoder fails.
 */
#ifndef MR_TESTS_IMAGE_PICTURES_H
#define MR_TESTS_IMAGE_PICTURES_H

#include "support.h"

#include "image/image.h"

#include <stdbool.h>

typedef struct bytes {
    uint8_t *data;
    size_t size;
} bytes;

/* A smooth colour gradient, kind to JPEG: sample c of pixel (x, y) in a picture of width × height.
 */
uint8_t gradient(int x, int y, int c, int width, int height);

/* An RGB or grey picture of it (grey: the green samples). */
mr_image gradient_image(int width, int height, int channels);

typedef struct png_kind {
    int colour_type, depth; /* as libpng names them */
    bool interlaced;
    bool transparent; /* with a tRNS chunk: grey and RGB sample 3,3,3 or palette entry 3 */
    const uint8_t *exif;
    size_t exif_size;
} png_kind;

/* Samples come from `sample(x, y, channel)`, which is masked to the depth; palette entry i is
 * (7i, 255-3i, 40+i) mod 256. */
bytes make_png(const png_kind *kind, int width, int height, unsigned (*sample)(int, int, int));

typedef enum jpeg_kind {
    JPEG_KIND_GREY,
    JPEG_KIND_YCC,
    JPEG_KIND_RGB,
    JPEG_KIND_PROGRESSIVE,
    JPEG_KIND_ARITHMETIC,
    JPEG_KIND_CMYK_ADOBE, /* inks inverted */
    JPEG_KIND_CMYK_PLAIN, /* no Adobe marker, inks as they are */
    JPEG_KIND_YCCK,
    JPEG_KINDS
} jpeg_kind;

/* The picture at quality 100 with full chroma; grey for JPEG_KIND_GREY takes one channel. */
bytes make_jpeg(const mr_image *image, jpeg_kind kind, const uint8_t *exif, size_t exif_size);

typedef enum webp_kind { WEBP_KIND_LOSSY, WEBP_KIND_LOSSLESS, WEBP_KINDS } webp_kind;

/* RGBA of tightly packed rows. */
bytes make_webp(const uint8_t *rgba, int width, int height, webp_kind kind);

/* The same WebP with an extended header and an EXIF chunk. */
bytes add_webp_exif(const bytes *webp, int width, int height, const uint8_t *exif, size_t size);

/* A TIFF structure of 26 bytes with the one tag "orientation", in either byte order. */
enum { EXIF_SIZE = 26 };
void make_exif(uint8_t exif[EXIF_SIZE], int orientation, bool big_endian);

/* Decodes from a copy of exactly `size` bytes, so that AddressSanitizer sees a read beyond it. */
mr_status decode_exact(const uint8_t *data, size_t size, const char *name,
                       const mr_decode_options *options, mr_image *out);

#endif
