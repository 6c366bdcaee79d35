/*
 * What the decoders share with the dispatcher, and with nobody else.
 *
 * Each decoder gets the whole file in memory, checks its header against the limits before asking
 * for pixel memory, and fills `out` with an upright picture of 1 or 3 channels. None of them
 * prints; every failure names the file. Thread rule: no shared state.
 */
#ifndef MR_IMAGE_CODEC_H
#define MR_IMAGE_CODEC_H

#include "image/image.h"

typedef struct mr_encoded {
    const uint8_t *bytes;
    size_t size;
    const char *name; /* stands for the file in errors */
    mr_decode_options options;
    mr_image *spare; /* a picture whose pixels may be taken for the new one; NULL: none */
} mr_encoded;

mr_status mr_decode_jpeg(const mr_encoded *file, mr_image *out);
mr_status mr_decode_png(const mr_encoded *file, mr_image *out);
mr_status mr_decode_webp(const mr_encoded *file, mr_image *out);

/* MR_E_LIMIT when the header announces more pixels than the options allow; MR_E_FORMAT for none. */
mr_status mr_check_pixels(const mr_encoded *file, size_t width, size_t height);

/* The picture to decode into: the spare one if it has this very shape, else a new one. A spare that
 * is no use is freed first, so that the two do not take up memory side by side. */
mr_status mr_decode_target(const mr_encoded *file, int width, int height, int channels,
                           mr_image *out);

/*
 * Finds the orientation, 1 … 8 (EXIF 2.3, tag 0x0112), in a TIFF structure with or without the
 * "Exif\0\0" before it; 1 when it holds none. MR_E_FORMAT, and 1, when its header is none or its
 * first directory lies outside the block: decoders show such a picture as it is stored, as other
 * programs do. It is no error of the picture, so mr_last_error() stays as it was.
 */
mr_status mr_exif_orientation(const uint8_t *bytes, size_t size, int *orientation);

/* Turns and mirrors a picture so that EXIF orientation `orientation` is displayed upright. The
 * pixels are replaced; on failure the picture is left as it was. */
mr_status mr_image_orient(mr_image *image, int orientation);

/* The number of channels that the caller will see of a picture that has `stored` of them. */
int mr_wanted_channels(const mr_decode_options *options, int stored);

/*
 * Converts a row of `width` pixels. Source channels: 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA, alpha
 * not premultiplied and laid over white; destination channels: 1 grey or 3 RGB.
 */
void mr_convert_row(const uint8_t *src, int src_channels, uint8_t *dst, int dst_channels,
                    int width);

/* BT.601 luma in 15-bit fixed point, rounded; the three weights sum to 1 << 15. */
static inline uint8_t mr_luma(unsigned red, unsigned green, unsigned blue) {
    return (uint8_t)((red * 9798 + green * 19235 + blue * 3735 + (1 << 14)) >> 15);
}

#endif
