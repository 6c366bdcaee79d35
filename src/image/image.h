/*
 * Pictures: from bytes to pixels, and from pixels to what a network looks at.
 *
 *     mr_image photo;
 *     MR_TRY(mr_image_load("me.jpg", NULL, &photo));     // JPEG, PNG or WebP, told by its bytes
 *     mr_image_warp(&photo, &to_photo, &crop);           // an aligned face
 *     mr_image_free(&photo);
 *
 * Pixels are 8 bit, interleaved, RGB (3 channels) or grey (1 channel), upper left first, EXIF
 * orientation already applied, transparency laid over white, 16-bit samples rounded to 8. Rows are
 * `stride` bytes apart, so that a view into a larger picture or another's buffer costs no copy.
 *
 * Ownership: decode and create allocate `pixels`; mr_image_free gives it back. Views are never
 * freed. Thread rule: functions share nothing and may run in parallel on different images.
 */
#ifndef MR_IMAGE_IMAGE_H
#define MR_IMAGE_IMAGE_H

#include "base/error.h"
#include "moodreel/types.h"

#include <stddef.h>
#include <stdint.h>

typedef struct mr_image {
    int width, height;
    int channels;  /* 1 grey, 3 RGB */
    size_t stride; /* bytes from one row to the next */
    uint8_t *pixels;
    int full_width, full_height; /* size before scaled decoding, after orientation */
} mr_image;

/* Limits are checked on the header, before any pixel memory is asked for. */
typedef struct mr_decode_options {
    size_t max_bytes;  /* of the file; default 64 MB (64 << 20) */
    size_t max_pixels; /* width × height; default 64 megapixels (64 << 20) */
    int channels;      /* 1 or 3 wanted; 0 keeps what the file has; default 3 */
    int enough;        /* the decoder may scale down (JPEG: by 1/2, 1/4, 1/8) as long as the longer
                          side keeps at least this many pixels; 0 (default): never */
} mr_decode_options;

mr_decode_options mr_decode_options_defaults(void);

/* Decodes bytes; `name` stands for the file in errors. NULL options mean the defaults. */
mr_status mr_image_decode(const uint8_t *bytes, size_t size, const char *name,
                          const mr_decode_options *options, mr_image *out);

/* Decodes into the memory of a picture that was decoded before, where size and channels are the
 * same again, as in a video; else that memory is given back and new one taken. `image` may be a
 * cleared one. On failure it is left cleared. */
mr_status mr_image_decode_again(const uint8_t *bytes, size_t size, const char *name,
                                const mr_decode_options *options, mr_image *image);

/* Reads and decodes a file. */
mr_status mr_image_load(const char *path, const mr_decode_options *options, mr_image *out);

/* A black picture. */
mr_status mr_image_create(int width, int height, int channels, mr_image *out);

/* Frees the pixels and clears the struct; harmless on a cleared one. */
void mr_image_free(mr_image *image);

/* Encodes to memory that the caller frees. Quality 1-100 (JPEG only). */
mr_status mr_image_encode_png(const mr_image *image, uint8_t **bytes, size_t *size);
mr_status mr_image_encode_jpeg(const mr_image *image, int quality, uint8_t **bytes, size_t *size);

/* MR_E_ARGUMENT unless a name ends in .png, .jpg or .jpeg. */
mr_status mr_image_check_name(const char *path);

/* Writes a file in the format that its ending names. */
mr_status mr_image_save(const mr_image *image, const char *path);

/* Grey from RGB by ITU-R BT.601 weights, .299 .587 .114, in fixed point (as OpenCV and libjpeg do);
 * dst must have the same size and one channel. */
void mr_image_to_grey(const mr_image *src, mr_image *dst);

/* Resamples the whole of src to the size of dst (same channels): bilinear when growing, area
 * average when shrinking. */
void mr_image_resize(const mr_image *src, mr_image *dst);

/*
 * An affine map from destination to source pixels: (x, y) -> (a·x + b·y + c, d·x + e·y + f), where
 * pixel centres lie on whole numbers.
 */
typedef struct mr_affine {
    float a, b, c, d, e, f;
} mr_affine;

/*
 * Fills dst by looking up src through `to_source`, bilinearly, the border repeated outwards. Where
 * the map shrinks the picture by more than 1, each destination pixel averages a grid of
 * ceil(shrink) × ceil(shrink) samples, at most 64 × 64, so that a large face loses no energy to
 * aliasing. dst has 1 or 3 channels; grey is made from RGB and RGB from grey as needed.
 */
void mr_image_warp(const mr_image *src, const mr_affine *to_source, mr_image *dst);

/* Where a map takes a point. */
mr_point mr_affine_apply(const mr_affine *map, mr_point point);

/* The map that applies `inner` first: outer(inner(p)). */
mr_affine mr_affine_compose(const mr_affine *outer, const mr_affine *inner);

/* The inverse; MR_E_ARGUMENT when the map is singular. */
mr_status mr_affine_invert(const mr_affine *map, mr_affine *out);

/* Writes an image as planar floats, value = (pixel - mean) / deviation, channel after channel (CHW,
 * width × height each); `out` holds channels × height × width floats. Pixels count 0 … 255. */
void mr_image_to_planar(const mr_image *image, float mean, float deviation, float *out);

/* The same with the channels of a pixel side by side (HWC). */
void mr_image_to_floats(const mr_image *image, float mean, float deviation, float *out);

#endif
