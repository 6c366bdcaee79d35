/*
 * A Viola-Jones cascade: the model that a Haar detector (face/haar.h) runs over a picture.
 *
 *     char *path;
 *     MR_TRY(mr_cascade_find(&path));                   // MOODREEL_CASCADE, else opencv-data
 *     mr_cascade *cascade;
 *     MR_TRY(mr_cascade_load(path, &cascade));
 *     …
 *     mr_cascade_free(cascade);
 *
 * A cascade is a row of stages; a stage is a sum of small decision trees over Haar-like features
 * (weighted differences of rectangle sums) and rejects the window when the sum stays below its
 * threshold (Viola and Jones 2001; rectangles turned by 45 degrees: Lienhart and Maydt 2002).
 *
 * Read are both XML forms that OpenCV has written: the present one (stageType BOOST, featureType
 * HAAR) and the older "opencv-haar-classifier". Every number is checked while reading, so that a
 * loaded cascade can be evaluated without further checks: rectangles lie inside the window, trees
 * are acyclic, all values are finite. LBP cascades and branching stages are refused.
 *
 * The files themselves are not ours: Debian's package opencv-data brings them (Intel's BSD-like
 * licence) and is needed at run time by whoever wants this detector.
 *
 * Thread rule: read-only once loaded; any number of detectors may share one.
 */
#ifndef MR_FACE_CASCADE_H
#define MR_FACE_CASCADE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Environment variable that names the cascade file to use. */
#define MR_CASCADE_VARIABLE "MOODREEL_CASCADE"

/* What a file may hold. The window limit keeps sums of squares within 31 bits. */
#define MR_CASCADE_MAX_BYTES      ((size_t)16 << 20)
#define MR_CASCADE_MIN_WINDOW     4
#define MR_CASCADE_MAX_WINDOW     128
#define MR_CASCADE_MAX_STAGES     1024
#define MR_CASCADE_MAX_NODES      (1 << 18) /* also of features */
#define MR_CASCADE_MAX_TREE_NODES 16
#define MR_CASCADE_RECTS          3

/* A rectangle of the window; when tilted, (x, y) is its top corner, `width` runs down to the right
 * and `height` down to the left. */
typedef struct mr_cascade_rect {
    int x, y, width, height;
    float weight;
} mr_cascade_rect;

typedef struct mr_cascade_feature {
    bool tilted;
    int rects;
    mr_cascade_rect rect[MR_CASCADE_RECTS];
} mr_cascade_feature;

/* The window goes left when feature < threshold. A child above 0 is a node of the same tree, always
 * a later one; 0 means the leaf of that side. */
typedef struct mr_cascade_node {
    int feature;
    float threshold;
    int child[2];  /* left, right */
    float leaf[2]; /* value where the child is 0 */
} mr_cascade_node;

typedef struct mr_cascade_tree {
    int first_node, nodes;
} mr_cascade_tree;

typedef struct mr_cascade_stage {
    int first_tree, trees;
    float threshold;
} mr_cascade_stage;

typedef struct mr_cascade {
    int width, height; /* of the window, pixels */
    bool tilted;       /* some feature is */
    bool stumps;       /* every tree has one node */
    mr_cascade_stage *stages;
    mr_cascade_tree *trees;
    mr_cascade_node *nodes;
    mr_cascade_feature *features;
    size_t stage_count, tree_count, node_count, feature_count;
} mr_cascade;

mr_status mr_cascade_load(const char *path, mr_cascade **out);

/* The same from memory; `name` stands for the file in errors. */
mr_status mr_cascade_parse(const char *bytes, size_t size, const char *name, mr_cascade **out);

void mr_cascade_free(mr_cascade *cascade);

/* Path of the frontal face cascade, in a string that the caller frees: the file that
 * MOODREEL_CASCADE names, else the one of Debian's opencv-data. MR_E_NOT_FOUND tells both ways out.
 */
mr_status mr_cascade_find(char **path);

#endif
