/*
 * Faces as they are when all goes wrong: badly cut, dark, colourless, of 15 pixels, blurred, noisy,
 * compressed to pieces, covered. Students learn from such views what their teachers see in the
 * original (unlabelled.h), and evaluations tell how much of a network's skill is left on them.
 *
 *     MR_TRY(mr_degrade_pictures(&set.pictures, MR_FRAMING_ATTRIBUTES));
 *
 * Thread rule: no shared state; mr_degrade_pictures uses the OpenMP threads of the caller.
 */
#ifndef MR_LEARN_DEGRADED_H
#define MR_LEARN_DEGRADED_H

#include "face/crop.h"
#include "learn/augment.h"
#include "learn/pictures.h"

/* Probability that nose and mouth are covered. */
#define MR_COVER_SHARE 0.25f

/* For pictures of side × side: faces of 15 pixels and more. */
mr_augment mr_degraded_view(int side);

/* A copy of a framed face with a plate of one colour from about the nose to the chin, as
 * masks, scarves and hands cover faces. The caller frees it. */
mr_status mr_covered_face(const mr_image *face, mr_framing framing, mr_rng *rng, mr_image *out);

/* Replaces every picture by a degraded view of it in the same size: the same one each time, told by
 * the picture's number. */
mr_status mr_degrade_pictures(mr_pictures *pictures, mr_framing framing);

#endif
