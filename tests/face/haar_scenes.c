#include "face/haar_scenes.h"

#include "base/rng.h"
#include "face/haar_scale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the head is in the portrait. */
static const struct { int x, y, side; } head = {135, 15, 185};

static int between(mr_rng *rng, int low, int high) {
    return low + (int)mr_rng_below(rng, (uint64_t)high - (uint64_t)low + 1);
}

mr_status mr_scene_maker_load(mr_scene_maker *maker) {
    mr_decode_options options = mr_decode_options_defaults();
    options.channels = 1;
    *maker = (mr_scene_maker){0};
    MR_TRY(mr_image_load("data/samples/astronaut-grey.jpg", &options, &maker->portrait));
    return mr_image_load("data/samples/photographer.jpg", &options, &maker->background);
}

void mr_scene_maker_free(mr_scene_maker *maker) {
    mr_image_free(&maker->portrait);
    mr_image_free(&maker->background);
}

void mr_scene_size(int index, int *width, int *height) {
    mr_rng rng = mr_rng_keyed(11, (uint64_t)index, 0);
    *width = between(&rng, 200, 400);
    *height = between(&rng, 160, 320);
}

static mr_image view(const mr_image *image, int x, int y, int width, int height) {
    mr_image part = *image;
    part.pixels += (size_t)y * image->stride + (size_t)x;
    part.width = width;
    part.height = height;
    return part;
}

static uint8_t toned(int value, int gain, int offset) {
    value = value * gain / 256 + offset;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* Lays `piece`, scaled to width × height, over the scene at (left, top). */
static mr_status paste(const mr_image *piece, mr_image *scene, int left, int top, int width,
                       int height, mr_rng *rng) {
    mr_haar_scaler scaler = {0};
    uint8_t *row = malloc((size_t)width);
    int mirrored = between(rng, 0, 1), gain = between(rng, 150, 330),
        offset = between(rng, -30, 30);
    mr_status status = row ? mr_haar_scaler_begin(&scaler, piece, width, height)
                           : mr_fail(MR_E_MEMORY, "no memory for a scene");
    for (int y = 0; status == MR_OK && y < height; y++) {
        uint8_t *out = scene->pixels + (size_t)(top + y) * scene->stride + (size_t)left;
        mr_haar_scaler_row(&scaler, y, row);
        for (int x = 0; x < width; x++)
            out[x] = toned(row[mirrored ? width - 1 - x : x], gain, offset);
    }
    mr_haar_scaler_free(&scaler);
    free(row);
    return status;
}

static void add_noise(mr_image *scene, mr_rng *rng) {
    int most = between(rng, 0, 12);
    for (int y = 0; y < scene->height; y++)
        for (int x = 0; x < scene->width; x++) {
            uint8_t *pixel = scene->pixels + (size_t)y * scene->stride + x;
            *pixel = toned(*pixel, 256, between(rng, -most, most));
        }
}

static mr_status fill(const mr_scene_maker *maker, mr_image *scene, mr_rng *rng) {
    const mr_image *ground = &maker->background;
    int width = between(rng, ground->width / 3, ground->width);
    int height = between(rng, ground->height / 3, ground->height);
    int x = between(rng, 0, ground->width - width), y = between(rng, 0, ground->height - height);
    mr_image part = view(ground, x, y, width, height);
    MR_TRY(paste(&part, scene, 0, 0, scene->width, scene->height, rng));
    mr_image face = view(&maker->portrait, head.x, head.y, head.side, head.side);
    int most = scene->width < scene->height ? scene->width : scene->height;
    for (int heads = between(rng, 1, 4); heads > 0; heads--) {
        int side = between(rng, 36, heads > 1 ? most / 2 : most);
        MR_TRY(paste(&face, scene, between(rng, 0, scene->width - side),
                     between(rng, 0, scene->height - side), side, side, rng));
    }
    add_noise(scene, rng);
    return MR_OK;
}

mr_status mr_scene_make(const mr_scene_maker *maker, int index, int width, int height,
                        mr_image *scene) {
    mr_rng rng = mr_rng_keyed(12, (uint64_t)index, 0);
    MR_TRY(mr_image_create(width, height, 1, scene));
    mr_status status = fill(maker, scene, &rng);
    if (status != MR_OK)
        mr_image_free(scene);
    return status;
}

mr_status mr_scene_save(const mr_image *scene, const char *folder, const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s.pgm", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file)
        return mr_fail(MR_E_IO, "%s: cannot be written", path);
    fprintf(file, "P5\n%d %d\n255\n", scene->width, scene->height);
    for (int y = 0; y < scene->height; y++)
        fwrite(scene->pixels + (size_t)y * scene->stride, 1, (size_t)scene->width, file);
    return fclose(file) == 0 ? MR_OK : mr_fail(MR_E_IO, "%s: cannot be written", path);
}
