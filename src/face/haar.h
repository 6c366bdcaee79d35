/*
 * Finds faces (or whatever a cascade was trained on) by the method of Viola and Jones.
 *
 *     mr_haar *haar;
 *     MR_TRY(mr_haar_create(cascade, &haar));           // one a thread; borrows the cascade
 *     mr_haar_params params = mr_haar_params_defaults();
 *     mr_face faces[64];
 *     size_t count;
 *     MR_TRY(mr_haar_detect(haar, &photo, &params, faces, 64, &count));
 *     mr_haar_free(haar);
 *
 * The picture is shrunk step by step; at every level each window of the cascade's size is tried,
 * and the windows that pass are grouped (face/haar_group.h). For the same cascade and parameters
 * the boxes are those of OpenCV 4's CascadeClassifier::detectMultiScale: same levels, same
 * sampling, same arithmetic, same grouping. (At a few picture sizes OpenCV leaves out the last row
 * of windows, by the way it deals rows to threads; here every row is tried.)
 *
 * Score: s / (s + 8) with s = n + m / (1 + m), for a group of n candidates of which the best passed
 * the last stage by a margin of m. It ranks by the number of candidates and, among equals, by the
 * margin; it is no probability. (On 300 pictures of the detection set this order gave a better
 * average precision than the margin alone, by one to three points.)
 *
 * Ownership: the detector owns scratch memory that is allocated for the first picture of a size;
 * later pictures no larger allocate nothing, unless they show more candidates than any before.
 * Thread rule: a detector belongs to one thread at a time; the cascade is shared and must outlive
 * it.
 */
#ifndef MR_FACE_HAAR_H
#define MR_FACE_HAAR_H

#include "face/cascade.h"
#include "image/image.h"
#include "moodreel/types.h"

/* Pixels of a picture's longer side, at most; MR_E_LIMIT beyond. */
#define MR_HAAR_SIDE_MAX 65535

typedef struct mr_haar mr_haar;

typedef struct mr_haar_params {
    double scale_factor; /* from level to level, 1.01 … 10; default 1.1 */
    int min_neighbors;   /* a face needs more candidates than this, as in OpenCV; 0: every candidate
                            is returned by itself; default 3 */
    int min_size; /* least width and height of a box in pixels; default 0: the window's own */
    int max_size; /* greatest; default 0: the picture's. When no level lies between the two,
                     the one nearest to min_size is used, as in OpenCV */
} mr_haar_params;

mr_haar_params mr_haar_params_defaults(void);

mr_status mr_haar_create(const mr_cascade *cascade, mr_haar **out);

void mr_haar_free(mr_haar *haar);

/*
 * Finds faces in a grey or RGB picture. Boxes are in pixels of the picture and lie inside it; no
 * landmarks are given. The faces are sorted by falling score; the first `capacity` are written to
 * `faces` and *count is their number. NULL params mean the defaults.
 */
mr_status mr_haar_detect(mr_haar *haar, const mr_image *image, const mr_haar_params *params,
                         mr_face *faces, size_t capacity, size_t *count);

#endif
