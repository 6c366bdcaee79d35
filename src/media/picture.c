#include "media/picture.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

/* A multiple of 64 bytes for vector code, which may also write past the end of the last row. */
enum { ALIGNMENT = 64 };

/* Makes `image` an RGB view of this size into *pixels, which grows as needed. */
static mr_status shape(mr_image *image, uint8_t **pixels, size_t *capacity, int width, int height) {
    size_t stride = ((size_t)width * 3 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    size_t bytes;
    if (!mr_multiply(stride, (size_t)height, &bytes))
        return mr_fail(MR_E_LIMIT, "frame of %d × %d pixels", width, height);
    bytes += ALIGNMENT;
    if (bytes > *capacity) {
        uint8_t *more = mr_alloc(bytes);
        if (!more)
            return mr_fail(MR_E_MEMORY, "no memory for a frame of %d × %d pixels", width, height);
        free(*pixels);
        *pixels = more;
        *capacity = bytes;
    }
    *image = (mr_image){width, height, 3, stride, *pixels, width, height};
    return MR_OK;
}

/* The width at which pixels are square; shapes that no camera has are taken for mistakes. */
static int square_width(const AVFrame *decoded) {
    AVRational shape_of_pixel = decoded->sample_aspect_ratio;
    if (shape_of_pixel.num <= 0 || shape_of_pixel.den <= 0)
        return decoded->width;
    double ratio = av_q2d(shape_of_pixel);
    if (ratio < 0.25 || ratio > 4)
        return decoded->width;
    return (int)fmax(1, round(decoded->width * ratio));
}

/* Full range under its old names, which say it in the format itself. */
static bool is_full_range(const AVFrame *decoded) {
    switch (decoded->format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ444P:
        return true;
    default:
        return decoded->color_range == AVCOL_RANGE_JPEG;
    }
}

/* Which YUV it is; where it is not said, high definition means BT.709, upright or not. */
static int colour_space(const AVFrame *decoded) {
    switch (decoded->colorspace) {
    case AVCOL_SPC_BT709:
        return SWS_CS_ITU709;
    case AVCOL_SPC_FCC:
        return SWS_CS_FCC;
    case AVCOL_SPC_SMPTE240M:
        return SWS_CS_SMPTE240M;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
        return SWS_CS_BT2020;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
        return SWS_CS_ITU601;
    default:
        return decoded->height >= 720 && decoded->width >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
    }
}

static bool is_interlaced(const AVFrame *decoded) {
#ifdef AV_FRAME_FLAG_INTERLACED
    return decoded->flags & AV_FRAME_FLAG_INTERLACED;
#else
    return decoded->interlaced_frame;
#endif
}

/* Of two fields, which are two moments, the upper one is taken and stretched: what moves would be a
 * comb otherwise. */
static mr_status convert(mr_converter *converter, const AVFrame *decoded, mr_image *image) {
    int fields = is_interlaced(decoded) && decoded->height > 1 ? 2 : 1;
    int lines = decoded->height / fields, steps[AV_NUM_DATA_POINTERS];
    for (int i = 0; i < AV_NUM_DATA_POINTERS; i++)
        steps[i] = decoded->linesize[i] * fields;
    converter->scaler = sws_getCachedContext(
        converter->scaler, decoded->width, lines, (enum AVPixelFormat)decoded->format, image->width,
        image->height, AV_PIX_FMT_RGB24, SWS_BILINEAR, NULL, NULL, NULL);
    if (!converter->scaler) {
        const char *format = av_get_pix_fmt_name((enum AVPixelFormat)decoded->format);
        return mr_fail(MR_E_UNSUPPORTED, "pixels of format %s cannot be read",
                       format ? format : "?");
    }
    /* Fails where the pixels are RGB already, and then does not matter. */
    sws_setColorspaceDetails(converter->scaler, sws_getCoefficients(colour_space(decoded)),
                             is_full_range(decoded), sws_getCoefficients(SWS_CS_DEFAULT), 1, 0,
                             1 << 16, 1 << 16);
    uint8_t *planes[4] = {image->pixels};
    int strides[4] = {(int)image->stride};
    int rows = sws_scale(converter->scaler, (const uint8_t *const *)decoded->data, steps, 0, lines,
                         planes, strides);
    return rows > 0 ? MR_OK : mr_fail(MR_E_ENGINE, "a frame's colours could not be converted");
}

/*
 * Inverts the linear part of a display matrix, which maps (x, y) to (a·x + c·y, b·x + d·y) in units
 * of 1/65536, where it is a turn by a multiple of 90 degrees, with or without a mirror. Returns
 * false where it is none or changes nothing.
 */
static bool turn_of(const int32_t *matrix, int width, int height, mr_affine *to_source) {
    if (!matrix)
        return false;
    float a = roundf((float)matrix[0] / 65536), b = roundf((float)matrix[1] / 65536);
    float c = roundf((float)matrix[3] / 65536), d = roundf((float)matrix[4] / 65536);
    bool straight = fabsf(a) == 1 && fabsf(d) == 1 && b == 0 && c == 0;
    bool across = fabsf(b) == 1 && fabsf(c) == 1 && a == 0 && d == 0;
    if ((!straight && !across) || (straight && a == 1 && d == 1))
        return false;
    float right = a + b < 0 ? (float)(width - 1) : 0, bottom = c + d < 0 ? (float)(height - 1) : 0;
    *to_source = (mr_affine){a, b, right, c, d, bottom};
    return true;
}

mr_status mr_converter_run(mr_converter *converter, const AVFrame *decoded, const int32_t *matrix,
                           size_t max_pixels, mr_media_frame *frame) {
    int width = square_width(decoded), height = decoded->height;
    if ((size_t)width * (size_t)height > max_pixels)
        return mr_fail(MR_E_LIMIT, "frame of %d × %d pixels: more than %zu", width, height,
                       max_pixels);
    mr_affine to_source;
    if (!turn_of(matrix, width, height, &to_source)) {
        MR_TRY(shape(&frame->image, &frame->pixels, &frame->capacity, width, height));
        return convert(converter, decoded, &frame->image);
    }
    mr_image unturned;
    MR_TRY(shape(&unturned, &frame->unturned, &frame->unturned_capacity, width, height));
    MR_TRY(convert(converter, decoded, &unturned));
    bool across = to_source.a == 0;
    MR_TRY(shape(&frame->image, &frame->pixels, &frame->capacity, across ? height : width,
                 across ? width : height));
    mr_image_warp(&unturned, &to_source, &frame->image);
    return MR_OK;
}

void mr_converter_free(mr_converter *converter) {
    sws_freeContext(converter->scaler);
    *converter = (mr_converter){0};
}

void mr_media_frame_free(mr_media_frame *frame) {
    free(frame->pixels);
    free(frame->unturned);
    *frame = (mr_media_frame){0};
}
