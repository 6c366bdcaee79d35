#include "learn/pictures.h"

#include "base/memory.h"
#include "base/rng.h"
#include "learn/parallel.h"

#include <stdlib.h>

size_t mr_pictures_bytes(const mr_pictures *pictures) {
    return (size_t)pictures->side * (size_t)pictures->side * (size_t)pictures->channels;
}

mr_image mr_pictures_view(const mr_pictures *pictures, size_t index) {
    return (mr_image){.width = pictures->side,
                      .height = pictures->side,
                      .channels = pictures->channels,
                      .stride = (size_t)pictures->side * (size_t)pictures->channels,
                      .pixels = pictures->pixels + index * mr_pictures_bytes(pictures),
                      .full_width = pictures->side,
                      .full_height = pictures->side};
}

mr_image mr_pictures_source(const void *pictures, size_t index) {
    return mr_pictures_view(pictures, index);
}

uint64_t mr_pictures_key(const mr_pictures *pictures) {
    return mr_hash(pictures->pixels, pictures->count * mr_pictures_bytes(pictures));
}

typedef struct loading {
    char *const *paths;
    mr_pictures *pictures;
} loading;

/* The middle of a picture that is no square, as serving takes it (mr_crop_of_picture). */
static mr_image middle_of(const mr_image *image) {
    mr_image middle = *image;
    int side = image->width < image->height ? image->width : image->height;
    size_t left = (size_t)(image->width - side) / 2, top = (size_t)(image->height - side) / 2;
    middle.pixels += top * image->stride + left * (size_t)image->channels;
    middle.width = middle.height = side;
    return middle;
}

static mr_status load_one(void *context, size_t index) {
    const loading *job = context;
    const mr_pictures *pictures = job->pictures;
    mr_decode_options options = mr_decode_options_defaults();
    options.channels = pictures->channels;
    options.enough = pictures->side;
    mr_image image;
    MR_TRY(mr_image_load(job->paths[index], &options, &image));
    mr_image place = mr_pictures_view(pictures, index);
    mr_image middle = middle_of(&image);
    mr_image_resize(&middle, &place);
    mr_image_free(&image);
    return MR_OK;
}

mr_status mr_pictures_load(char *const *paths, size_t count, int side, int channels,
                           mr_pictures *out) {
    mr_pictures pictures = {.side = side, .channels = channels, .count = count};
    size_t bytes;
    if (!mr_multiply(mr_pictures_bytes(&pictures), count, &bytes))
        return mr_fail(MR_E_LIMIT, "%zu pictures of %d×%d are too many", count, side, side);
    pictures.pixels = mr_alloc(bytes);
    if (!pictures.pixels)
        return mr_fail(MR_E_MEMORY, "no memory for %zu pictures of %d×%d", count, side, side);
    mr_status status = mr_parallel(count, load_one, &(loading){paths, &pictures});
    if (status != MR_OK) {
        mr_pictures_free(&pictures);
        return status;
    }
    *out = pictures;
    return MR_OK;
}

void mr_pictures_free(mr_pictures *pictures) {
    free(pictures->pixels);
    *pictures = (mr_pictures){0};
}
