/*
 * What the numbers of the detector's network mean, for training and serving alike.
 *
 * The network has an output for each of a few strides (8, 16, 32), a grid of cells that lie
 * `stride` pixels apart. Every cell tells of one face in MR_YOLO_VALUES planes:
 *
 *     0       score = sigmoid(v - MR_YOLO_PRIOR)
 *     1, 2    centre of the box = centre of the cell + stride · v
 *     3, 4    width and height of the box = stride · exp(v)
 *     5 … 14  landmark k = centre of the box + (width · v of 5 + 2k, height · v of 6 + 2k)
 *
 * Landmarks are told in the measure of the box, so that what the network has to know of them does
 * not depend on how large the face is.
 * There are no anchor boxes (Tian et al. 2019; Ge et al. 2021). Thread rule: pure functions.
 */
#ifndef MR_FACE_YOLO_HEAD_H
#define MR_FACE_YOLO_HEAD_H

#include "base/error.h"
#include "moodreel/types.h"
#include "nn/network.h"

enum { MR_YOLO_VALUES = 15, MR_YOLO_LEVELS_MAX = 4 };

/* A new network, whose outputs are about zero, believes in few faces (Lin et al. 2017). */
#define MR_YOLO_PRIOR 4.0f

/* Sizes are kept between exp(-4) and exp(5) strides. */
#define MR_YOLO_LEAST_SIZE (-4.0f)
#define MR_YOLO_MOST_SIZE  5.0f

/* One output. */
typedef struct mr_yolo_level {
    int output;        /* of the network */
    int stride;        /* pixels of the network's input */
    int width, height; /* cells */
    size_t first;      /* number of its first cell when those of all levels are counted through */
} mr_yolo_level;

typedef struct mr_yolo_grid {
    mr_yolo_level levels[MR_YOLO_LEVELS_MAX];
    int level_count;
    size_t cells; /* of all levels */
} mr_yolo_grid;

/* Reads off the shape of a network's outputs; MR_E_MISMATCH when they are no such grids. */
mr_status mr_yolo_grid_of(const mr_network *network, mr_yolo_grid *out);

/* The face of the cell at (x, y) of a level, in pixels of the input. `values` points to the cell in
 * plane 0, planes are width × height floats apart. */
void mr_yolo_decode(const mr_yolo_level *level, int x, int y, const float *values, mr_face *out);

/* What plane 0 holds at this score. */
float mr_yolo_raw_score(float score);

#endif
