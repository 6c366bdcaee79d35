#include "base/memory.h"
#include "image/codec.h"

#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>

static mr_status fail_webp(const mr_encoded *file, VP8StatusCode code) {
    switch (code) {
    case VP8_STATUS_NOT_ENOUGH_DATA:
        return mr_fail(MR_E_TRUNCATED, "%s: truncated WebP data", file->name);
    case VP8_STATUS_OUT_OF_MEMORY:
        return mr_fail(MR_E_MEMORY, "%s: no memory to decode WebP", file->name);
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        return mr_fail(MR_E_UNSUPPORTED, "%s: WebP with an unknown feature", file->name);
    default:
        return mr_fail(MR_E_FORMAT, "%s: damaged WebP data", file->name);
    }
}

static uint32_t little_endian_32(const uint8_t *p) {
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Walks the RIFF chunks (name, length, payload padded to even) for one of EXIF; what lies behind
 * the container does not count. */
static mr_status read_orientation(const mr_encoded *file, int *orientation) {
    *orientation = 1;
    size_t at = 12, stated = 8 + (size_t)little_endian_32(file->bytes + 4);
    size_t end = stated < file->size ? stated : file->size;
    while (at <= end && end - at >= 8) {
        size_t length = little_endian_32(file->bytes + at + 4);
        const uint8_t *payload = file->bytes + at + 8;
        if (length > end - at - 8)
            return fail_webp(file, VP8_STATUS_NOT_ENOUGH_DATA);
        if (memcmp(file->bytes + at, "EXIF", 4) == 0) {
            (void)mr_exif_orientation(payload, length, orientation);
            return MR_OK;
        }
        at += 8 + length;
        at += at < end ? length & 1 : 0;
    }
    return MR_OK;
}

/* Decodes as RGB, or as RGBA where there is alpha, into `raw`. */
static mr_status decode_into(const mr_encoded *file, int stored, uint8_t *raw, size_t stride,
                             int height) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return mr_fail(MR_E_UNSUPPORTED, "%s: WebP library of another version", file->name);
    config.output.colorspace = stored == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = raw;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = stride * (size_t)height;
    VP8StatusCode code = WebPDecode(file->bytes, file->size, &config);
    WebPFreeDecBuffer(&config.output);
    return code == VP8_STATUS_OK ? MR_OK : fail_webp(file, code);
}

/* Decodes into a buffer of the file's channels and converts from there. */
static mr_status decode_and_convert(const mr_encoded *file, int stored, mr_image *image) {
    size_t stride = (size_t)image->width * (size_t)stored, bytes;
    uint8_t *raw = NULL;
    if (mr_multiply(stride, (size_t)image->height, &bytes))
        raw = mr_alloc(bytes);
    if (!raw)
        return fail_webp(file, VP8_STATUS_OUT_OF_MEMORY);
    mr_status status = decode_into(file, stored, raw, stride, image->height);
    for (int y = 0; status == MR_OK && y < image->height; y++)
        mr_convert_row(raw + (size_t)y * stride, stored, image->pixels + (size_t)y * image->stride,
                       image->channels, image->width);
    free(raw);
    return status;
}

static mr_status decode_upright(const mr_encoded *file, int stored, int orientation,
                                mr_image *image) {
    if (image->channels == stored)
        MR_TRY(decode_into(file, stored, image->pixels, image->stride, image->height));
    else
        MR_TRY(decode_and_convert(file, stored, image));
    return mr_image_orient(image, orientation);
}

mr_status mr_decode_webp(const mr_encoded *file, mr_image *out) {
    WebPBitstreamFeatures features;
    VP8StatusCode code = WebPGetFeatures(file->bytes, file->size, &features);
    if (code != VP8_STATUS_OK)
        return fail_webp(file, code);
    MR_TRY(mr_check_pixels(file, (size_t)features.width, (size_t)features.height));
    if (features.has_animation)
        return mr_fail(MR_E_UNSUPPORTED, "%s: animated WebP: only still pictures are read",
                       file->name);
    int orientation, stored = features.has_alpha ? 4 : 3;
    MR_TRY(read_orientation(file, &orientation));
    mr_image image;
    MR_TRY(mr_decode_target(file, features.width, features.height,
                            mr_wanted_channels(&file->options, stored), &image));
    mr_status status = decode_upright(file, stored, orientation, &image);
    if (status != MR_OK) {
        mr_image_free(&image);
        return status;
    }
    *out = image;
    return MR_OK;
}
