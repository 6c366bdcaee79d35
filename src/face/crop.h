/*
 * How a face is framed for a network: the one place that says so, for training and serving alike.
 *
 *     mr_affine map = mr_crop_of_face(MR_FRAMING_ATTRIBUTES, &face, 96);
 *     mr_image_warp(&photo, &map, &chip);                     // chip is 96 × 96
 *
 * A framing is a square cut by a similarity transform, upright in the face's own sense. Two are in
 * use, each that of the data its network learnt from:
 *
 *     attributes   UTKFace's aligned chips: forehead to chin, eyes at 29 % of the height
 *     emotion      FER2013's pictures: about as wide, but higher, eyes at 38 % of the height
 *
 * Every function gives a map from the pixels of the crop to those of the picture, for a crop of
 * `size` × `size` pixels of any size. Thread rule: pure functions.
 */
#ifndef MR_FACE_CROP_H
#define MR_FACE_CROP_H

#include "base/error.h"
#include "image/image.h"
#include "moodreel/types.h"

typedef enum mr_framing { MR_FRAMING_ATTRIBUTES, MR_FRAMING_EMOTION, MR_FRAMING_COUNT } mr_framing;

/*
 * By the landmarks where the face has usable ones, else by its box: as people draw it where the
 * detector tells landmarks at all, which learnt its boxes from people; else as the Haar cascade
 * does.
 */
mr_affine mr_crop_of_face(mr_framing framing, const mr_face *face, int size);

/*
 * Brings five landmarks as near as a similarity transform can to their mean places in the framing:
 * the least squares solution of Umeyama (1991), never mirrored. MR_E_ARGUMENT when the points do
 * not span a face (all in one place, or not finite).
 */
mr_status mr_crop_of_landmarks(mr_framing framing, const mr_point landmarks[MR_LANDMARKS], int size,
                               mr_affine *out);

/* Upright, from a box as the Haar cascade draws it (crop.c tells how the offsets were measured). */
mr_affine mr_crop_of_box(mr_framing framing, const mr_box *box, int size);

/* Nearly upright, from a box as people draw it, tight around the face: by the places that landmarks
 * have in such boxes on average. */
mr_affine mr_crop_of_tight_box(mr_framing framing, const mr_box *box, int size);

/* For pictures that are already framed: the whole of it, its longer side cut to a centred square.
 */
mr_affine mr_crop_of_picture(int width, int height, int size);

/* Mean place of a landmark in a crop of `size` pixels. */
mr_point mr_crop_landmark(mr_framing framing, int landmark, int size);

#endif
