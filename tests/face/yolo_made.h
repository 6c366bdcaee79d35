/* A detector whose answers are known: one convolution that sees a face wherever a cell of 8 × 8
 * pixels is white. */
#ifndef MR_TESTS_YOLO_MADE_H
#define MR_TESTS_YOLO_MADE_H

#include "face/yolo.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char made_yolo_text[] = "moodreel-network 1\n"
                                     "input image channels=3 height=64 width=64 deviation=255\n"
                                     "conv faces8 image out=15 kernel=8 stride=8 pad=0 bias=1\n"
                                     "output faces8\n";

typedef struct made_yolo {
    mr_network *network;
    float *values;
    mr_yolo_model model;
} made_yolo;

/* Score: 1/(1 + e^6) on black, 1/(1 + e^-6) on white. Boxes have sides of exp(size) · 8 pixels. */
static inline void made_yolo_begin(made_yolo *made, float size) {
    assert_ok(mr_network_parse(made_yolo_text, "made", &made->network));
    made->values = calloc(made->network->total, sizeof *made->values);
    float *weights = made->values, *biases = made->values + made->network->parameters[1].offset;
    for (int i = 0; i < 3 * 64; i++)
        weights[i] = 12.0F / 192;
    biases[0] = -2; /* the prior takes another 4 */
    biases[3] = biases[4] = size;
    for (int k = 0; k < MR_LANDMARKS; k++) {
        biases[5 + 2 * k] = 0.1F * (float)k;
        biases[6 + 2 * k] = -0.25F;
    }
    made->model = (mr_yolo_model){made->network, made->values};
}

static inline void made_yolo_end(made_yolo *made) {
    mr_network_free(made->network);
    free(made->values);
}

/* A black picture with a white square. */
static inline mr_image made_square(int width, int height, int channels, int x, int y, int side) {
    mr_image image;
    assert_ok(mr_image_create(width, height, channels, &image));
    for (int row = y; row < y + side; row++)
        memset(image.pixels + (size_t)row * image.stride + (size_t)x * (size_t)channels, 255,
               (size_t)side * (size_t)channels);
    return image;
}

#endif
