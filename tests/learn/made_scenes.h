/* Made pictures with "faces" for the tests of the detector: light discs with two dark eyes and a
 * dark mouth on a noisy ground, and the table that tells where they are. */
#ifndef MR_TESTS_MADE_SCENES_H
#define MR_TESTS_MADE_SCENES_H

#include "base/file.h"
#include "base/rng.h"
#include "image/image.h"
#include "made_faces.h"
#include "moodreel/types.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

#define MADE_COLUMNS                                                                               \
    "image,width,height,x,y,w,h,ignore,points,p0x,p0y,p1x,p1y,p2x,p2y,p3x,p3y,p4x,p4y\n"

/* Landmarks of a made face, in shares of its box. */
static const mr_point made_points[MR_LANDMARKS] = {
    {0.3F, 0.35F}, {0.7F, 0.35F}, {0.5F, 0.55F}, {0.35F, 0.75F}, {0.65F, 0.75F}};

static inline void made_disc(mr_image *image, float x, float y, float radius, int level) {
    for (int row = 0; row < image->height; row++)
        for (int column = 0; column < image->width; column++) {
            float dx = (float)column + 0.5F - x, dy = (float)row + 0.5F - y;
            if (dx * dx + dy * dy <= radius * radius)
                memset(image->pixels + (size_t)row * image->stride + 3 * (size_t)column, level, 3);
        }
}

/* Draws a face of `side` pixels whose box begins at (x, y). */
static inline void made_face(mr_image *image, float x, float y, float side) {
    made_disc(image, x + side / 2, y + side / 2, side / 2, 220);
    for (int k = 0; k < MR_LANDMARKS; k++)
        made_disc(image, x + made_points[k].x * side, y + made_points[k].y * side, side / 12, 20);
}

static inline size_t made_row(char *text, size_t size, const char *name, int width, int height,
                              float x, float y, float side) {
    size_t n = (size_t)snprintf(text, size, "%s,%d,%d,%.1f,%.1f,%.1f,%.1f,0,human", name, width,
                                height, (double)x, (double)y, (double)side, (double)side);
    for (int k = 0; k < MR_LANDMARKS; k++)
        n += (size_t)snprintf(text + n, size - n, ",%.2f,%.2f",
                              (double)(x + made_points[k].x * side),
                              (double)(y + made_points[k].y * side));
    return n + (size_t)snprintf(text + n, size - n, "\n");
}

/* FOLDER/labels.csv and FOLDER/images/made_NN.png: `count` pictures of side × side pixels with one
 * face each. */
static inline void made_scenes(const char *folder, int count, int side) {
    mr_rng rng = mr_rng_seeded(7);
    char path[1024], name[32], *text = calloc(1, (size_t)count * 256 + 256);
    size_t n = (size_t)sprintf(text, "%s", MADE_COLUMNS);
    snprintf(path, sizeof path, "%s/images", folder);
    assert_ok(mr_folder_make(path));
    for (int i = 0; i < count; i++) {
        mr_image image;
        assert_ok(mr_image_create(side, side, 3, &image));
        for (size_t p = 0; p < image.stride * (size_t)side; p++)
            image.pixels[p] = (uint8_t)(60 + mr_rng_below(&rng, 40));
        float size = (float)mr_rng_range(&rng, 0.52 * side, 0.75 * side);
        float x = (float)mr_rng_range(&rng, 0, (double)((float)side - size));
        float y = (float)mr_rng_range(&rng, 0, (double)((float)side - size));
        made_face(&image, x, y, size);
        snprintf(name, sizeof name, "made_%02d.png", i);
        snprintf(path, sizeof path, "%s/images/%s", folder, name);
        assert_ok(mr_image_save(&image, path));
        mr_image_free(&image);
        n += made_row(text + n, 256, name, side, side, x, y, size);
    }
    snprintf(path, sizeof path, "%s/labels.csv", folder);
    assert_ok(mr_file_write(path, text, n));
    free(text);
}

/* A detector's network that is small enough to learn them in seconds. */
static const char made_detector[] =
    "moodreel-network 1\n"
    "input image channels=3 height=64 width=64 mean=127.5 deviation=64\n"
    "conv a image out=8 kernel=3 stride=2\n"
    "batchnorm a_bn a\nrelu a_a a_bn\n"
    "conv b a_a out=16 kernel=3 stride=2\n"
    "batchnorm b_bn b\nrelu b_a b_bn\n"
    "conv c b_a out=32 kernel=3 stride=2\n"
    "batchnorm c_bn c\nrelu c_a c_bn\n"
    "conv d c_a out=32 kernel=3 stride=2\n"
    "batchnorm d_bn d\nrelu d_a d_bn\n"
    "conv faces8 c_a out=15 kernel=3 bias=1\n"
    "conv faces16 d_a out=15 kernel=3 bias=1\n"
    "output faces8\noutput faces16\n";

/* A folder with scenes of 64 pixels and a network to be trained on them. */
typedef struct made_world {
    char *folder, *network, *out; /* `out` is not there yet */
} made_world;

static inline made_world *made_world_of(const char *network, int scenes) {
    made_world *w = calloc(1, sizeof *w);
    w->folder = made_folder();
    w->network = mr_path_join(w->folder, "trained.txt");
    w->out = mr_path_join(w->folder, "out");
    made_text(w->folder, "trained.txt", network);
    made_scenes(w->folder, scenes, 64);
    return w;
}

static inline void made_world_end(made_world *w) {
    mr_test_remove(w->folder);
    free(w->folder);
    free(w->network);
    free(w->out);
    free(w);
}

#endif
