#include "image/image.h"

#include "base/file.h"
#include "base/memory.h"
#include "image/codec.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

mr_decode_options mr_decode_options_defaults(void) {
    return (mr_decode_options){
        .max_bytes = (size_t)64 << 20,
        .max_pixels = (size_t)64 << 20,
        .channels = 3,
        .enough = 0,
    };
}

mr_status mr_image_create(int width, int height, int channels, mr_image *out) {
    if (width <= 0 || height <= 0 || (channels != 1 && channels != 3))
        return mr_fail(MR_E_ARGUMENT,
                       "a picture of %d x %d pixels and %d channels: expected a "
                       "positive size and 1 or 3 channels",
                       width, height, channels);
    size_t stride = (size_t)width * (size_t)channels, bytes;
    uint8_t *pixels = mr_multiply(stride, (size_t)height, &bytes) ? mr_alloc(bytes) : NULL;
    if (!pixels)
        return mr_fail(MR_E_MEMORY, "no memory for a picture of %d x %d pixels", width, height);
    *out = (mr_image){
        .width = width,
        .height = height,
        .channels = channels,
        .stride = stride,
        .pixels = pixels,
        .full_width = width,
        .full_height = height,
    };
    return MR_OK;
}

void mr_image_free(mr_image *image) {
    free(image->pixels);
    *image = (mr_image){0};
}

mr_status mr_check_pixels(const mr_encoded *file, size_t width, size_t height) {
    size_t pixels;
    if (width == 0 || height == 0)
        return mr_fail(MR_E_FORMAT, "%s: %zux%zu pixels: the picture is empty", file->name, width,
                       height);
    if (!mr_multiply(width, height, &pixels) || pixels > file->options.max_pixels)
        return mr_fail(MR_E_LIMIT, "%s: %zux%zu pixels, at most %zu are allowed", file->name, width,
                       height, file->options.max_pixels);
    return MR_OK;
}

int mr_wanted_channels(const mr_decode_options *options, int stored) {
    if (options->channels != 0)
        return options->channels;
    return stored <= 2 ? 1 : 3;
}

static bool starts_with(const mr_encoded *file, size_t at, const char *magic, size_t length) {
    return file->size >= at + length && memcmp(file->bytes + at, magic, length) == 0;
}

static mr_status decode_by_magic(const mr_encoded *file, mr_image *out) {
    if (starts_with(file, 0, "\xff\xd8\xff", 3))
        return mr_decode_jpeg(file, out);
    if (starts_with(file, 0, "\x89PNG\r\n\x1a\n", 8))
        return mr_decode_png(file, out);
    if (starts_with(file, 0, "RIFF", 4) && starts_with(file, 8, "WEBP", 4))
        return mr_decode_webp(file, out);
    return mr_fail(MR_E_FORMAT, "%s: not a JPEG, PNG or WebP picture", file->name);
}

mr_status mr_decode_target(const mr_encoded *file, int width, int height, int channels,
                           mr_image *out) {
    mr_image *spare = file->spare;
    if (spare != NULL && spare->pixels != NULL && spare->width == width &&
        spare->height == height && spare->channels == channels) {
        *out = *spare;
        out->full_width = width;
        out->full_height = height;
        *spare = (mr_image){0};
        return MR_OK;
    }
    if (spare != NULL)
        mr_image_free(spare);
    return mr_image_create(width, height, channels, out);
}

static mr_status decode(const mr_encoded *file, mr_image *out) {
    int channels = file->options.channels;
    if (channels != 0 && channels != 1 && channels != 3)
        return mr_fail(MR_E_ARGUMENT, "%s: %d channels asked for: expected 0, 1 or 3", file->name,
                       channels);
    if (file->size == 0)
        return mr_fail(MR_E_FORMAT, "%s: empty file", file->name);
    if (file->size > file->options.max_bytes)
        return mr_fail(MR_E_LIMIT, "%s: %zu bytes, at most %zu are allowed", file->name, file->size,
                       file->options.max_bytes);
    return decode_by_magic(file, out);
}

mr_status mr_image_decode(const uint8_t *bytes, size_t size, const char *name,
                          const mr_decode_options *options, mr_image *out) {
    const mr_encoded file = {bytes, size, name, options ? *options : mr_decode_options_defaults(),
                             NULL};
    return decode(&file, out);
}

mr_status mr_image_decode_again(const uint8_t *bytes, size_t size, const char *name,
                                const mr_decode_options *options, mr_image *image) {
    const mr_encoded file = {bytes, size, name, options ? *options : mr_decode_options_defaults(),
                             image};
    mr_image decoded;
    mr_status status = decode(&file, &decoded);
    mr_image_free(image);
    if (status == MR_OK)
        *image = decoded;
    return status;
}

mr_status mr_image_load(const char *path, const mr_decode_options *options, mr_image *out) {
    mr_decode_options used = options ? *options : mr_decode_options_defaults();
    unsigned char *bytes;
    size_t size;
    MR_TRY(mr_file_read(path, used.max_bytes, &bytes, &size));
    mr_status status = mr_image_decode(bytes, size, path, &used, out);
    free(bytes);
    return status;
}
