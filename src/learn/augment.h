/*
 * Random variation of training pictures.
 *
 * A picture is looked up once, through one affine map that holds framing, shift, scale, rotation
 * and mirror, straight from its stored size to the network's; then its light, colour, sharpness and
 * noise are varied and a patch may be erased. Everything is drawn from the generator that the
 * caller hands in, made by mr_rng_keyed(seed, epoch, place), so that a run can be resumed and does
 * not depend on threads.
 *
 * Thread rule: no shared state.
 */
#ifndef MR_LEARN_AUGMENT_H
#define MR_LEARN_AUGMENT_H

#include "base/rng.h"
#include "image/image.h"

/* Ranges are symmetric and uniform unless said otherwise; zero switches a variation off. */
typedef struct mr_augment {
    float shift;    /* share of the side */
    float scale;    /* 0.2: between 1/1.2 and 1.2, in the logarithm */
    float stretch;  /* the same for width against height */
    float rotation; /* degrees */
    float flip;     /* probability of a mirror image */

    float brightness; /* share of the full range */
    float contrast;   /* as scale */
    float gamma;      /* as scale */
    float cast;       /* gain of each colour, as scale */
    float grey;       /* probability of no colour */

    float low_resolution; /* probability of losing detail: */
    float least_detail;   /* … down to this share of the side */
    float blur;           /* probability of a 3×3 binomial filter, once or twice */
    float noise;          /* largest standard deviation, pixel levels */
    float jpeg;           /* probability of coarse JPEG compression: */
    int least_quality;    /* … quality uniform between this and 90 */

    float erase;      /* probability of erasing a patch (Zhong et al. 2017) */
    float erase_most; /* largest share of the area that it covers */
} mr_augment;

/* Nothing varied. */
mr_augment mr_augment_none(void);

/* For small grey faces that are already framed. */
mr_augment mr_augment_emotion_defaults(void);

/* For aligned colour chips that shall stand for everyday photos. */
mr_augment mr_augment_attributes_defaults(void);

/* A number that differs where variations do, to tell whether a run goes on as it began. */
uint64_t mr_augment_key(const mr_augment *augment);

/* A random similarity with stretch about the middle of a width × height picture, from the varied
 * picture to the unvaried one. */
mr_affine mr_augment_map(const mr_augment *augment, mr_rng *rng, int width, int height);

/*
 * Fills `out` (its size and channels are the network's) with a variation of `source`, framed by
 * `base`, the map from an unvaried `out` to `source`.
 */
mr_status mr_augment_apply(const mr_augment *augment, const mr_image *source, const mr_affine *base,
                           mr_rng *rng, mr_image *out);

/* Varies light, colour and sharpness of a picture and leaves everything in its place. */
mr_status mr_augment_look(const mr_augment *augment, mr_rng *rng, mr_image *image);

#endif
