/*
 * Training pictures for the detector, cut and put together from the pictures of a set.
 *
 * The output is one tile, or with some probability four around a random point (mosaic, Bochkovskiy
 * et al. 2020). Every tile shows a random crop of a picture: either one in which a chosen face has
 * a chosen size, uniform in the logarithm, or one of a random share of the picture (YuNet, Wu et
 * al. 2023). So faces of every size come about equally often, whatever the pictures hold. The
 * picture is turned a little in its tile, now and then by any angle, since heads lie on pillows and
 * shoulders; the box of a turned face is that of the ellipse in its own box. What lies beyond a
 * picture is grey. Then all may be mirrored, where left and right points change places, and light,
 * colour and sharpness are varied (augment.h).
 *
 * Faces that are cut off for the most part, or have become too small, are marked `ignored`; of the
 * others the box is what is to be seen, and points are kept where all are to be seen.
 *
 * Thread rule: no shared state; a list of drawn faces belongs to one thread at a time.
 */
#ifndef MR_LEARN_DETECTION_AUGMENT_H
#define MR_LEARN_DETECTION_AUGMENT_H

#include "learn/augment.h"
#include "learn/dataset_detection.h"

/* All members are four bytes wide, so that no padding is hashed. */
typedef struct mr_detection_augment {
    float mosaic;      /* probability of four tiles */
    float by_face;     /* probability that a face decides the size of the crop: */
    float least_face;  /* … its least size, pixels of the output */
    float most_face;   /* … its greatest, share of the tile */
    float least_crop;  /* else the crop has at least this share of the picture's shorter side */
    float most_growth; /* a picture is enlarged by this factor at most */
    float least_seen;  /* share of a face that must be seen */
    float least_size;  /* pixels of the output that it must be high */
    float turn;        /* standard deviation of a tile's rotation, degrees */
    float any_turn;    /* probability of one by any angle */
    float flip;        /* probability of a mirror image */
    float quiet;       /* probability of no noise, which takes as long as all else */
    mr_augment look;
} mr_detection_augment;

mr_detection_augment mr_detection_augment_defaults(void);

/* The set, and those of its scenes that are learned from. */
typedef struct mr_scene_choice {
    const mr_detection_set *set;
    const uint32_t *scenes;
    size_t count;
} mr_scene_choice;

/* Faces of a drawn picture; clear it to begin with and free `faces` in the end. */
typedef struct mr_drawn_faces {
    mr_labelled_face *faces;
    size_t count, capacity;
} mr_drawn_faces;

/*
 * Fills `out` (RGB, of any size) with a variation of the scene at `place` of the choice, and of
 * three others in a mosaic, and lists the faces on it.
 */
mr_status mr_detection_draw(const mr_detection_augment *augment, const mr_scene_choice *from,
                            size_t place, mr_rng *rng, mr_image *out, mr_drawn_faces *faces);

/* The mirror image, in place, of a picture and the faces on it. */
void mr_detection_mirror(mr_image *image, mr_labelled_face *faces, size_t count);

#endif
