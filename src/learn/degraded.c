#include "learn/degraded.h"

#include "learn/parallel.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define LEAST_PIXELS 15.0f
#define SEED         ((uint64_t)0xde64ade) /* of views that are the same each time */

enum { NOSE = 2, LEFT_MOUTH = 3, RIGHT_MOUTH = 4 }; /* landmarks */

mr_augment mr_degraded_view(int side) {
    return (mr_augment){.shift = 0.1f,
                        .scale = 0.3f,
                        .stretch = 0.1f,
                        .rotation = 15,
                        .flip = 0.5f,
                        .brightness = 0.2f,
                        .contrast = 0.5f,
                        .gamma = 0.6f,
                        .cast = 0.2f,
                        .grey = 0.2f,
                        .low_resolution = 0.7f,
                        .least_detail = fminf(LEAST_PIXELS / (float)side, 1),
                        .blur = 0.4f,
                        .noise = 14,
                        .jpeg = 0.5f,
                        .least_quality = 10,
                        .erase = 0.4f,
                        .erase_most = 0.2f};
}

static void cover_mouth(mr_framing framing, mr_rng *rng, mr_image *face) {
    int size = face->width;
    mr_point nose = mr_crop_landmark(framing, NOSE, size);
    mr_point left = mr_crop_landmark(framing, LEFT_MOUTH, size);
    mr_point right = mr_crop_landmark(framing, RIGHT_MOUTH, size);
    float wide = (float)mr_rng_range(rng, 0.3, 1) * (right.x - left.x);
    int from = (int)(left.x - wide), to = (int)(right.x + wide);
    int top = (int)(nose.y + (float)mr_rng_range(rng, -0.5, 0.8) * (left.y - nose.y));
    int bottom = (int)((float)size * (float)mr_rng_range(rng, 0.85, 1));
    from = from < 0 ? 0 : from;
    to = to > size ? size : to;
    uint64_t colour = mr_rng_next(rng);
    for (int y = top < 0 ? 0 : top; y < bottom; y++)
        for (int x = from; x < to; x++)
            for (int c = 0; c < face->channels; c++)
                face->pixels[(size_t)y * face->stride + (size_t)(x * face->channels + c)] =
                    (uint8_t)(colour >> 8 * c);
}

static mr_status copy_of(const mr_image *picture, mr_image *out) {
    MR_TRY(mr_image_create(picture->width, picture->height, picture->channels, out));
    for (int y = 0; y < picture->height; y++)
        memcpy(out->pixels + (size_t)y * out->stride, picture->pixels + (size_t)y * picture->stride,
               (size_t)picture->width * (size_t)picture->channels);
    return MR_OK;
}

mr_status mr_covered_face(const mr_image *face, mr_framing framing, mr_rng *rng, mr_image *out) {
    MR_TRY(copy_of(face, out));
    cover_mouth(framing, rng, out);
    return MR_OK;
}

typedef struct degrading {
    mr_pictures *pictures;
    mr_augment view;
    mr_framing framing;
} degrading;

static mr_status degrade_one(void *context, size_t index) {
    const degrading *job = context;
    mr_rng rng = mr_rng_keyed(SEED, index, 0);
    mr_image place = mr_pictures_view(job->pictures, index), seen;
    bool covered = mr_rng_uniform(&rng) < (double)MR_COVER_SHARE;
    MR_TRY(covered ? mr_covered_face(&place, job->framing, &rng, &seen) : copy_of(&place, &seen));
    mr_affine whole = mr_crop_of_picture(seen.width, seen.height, place.width);
    mr_status status = mr_augment_apply(&job->view, &seen, &whole, &rng, &place);
    mr_image_free(&seen);
    return status;
}

mr_status mr_degrade_pictures(mr_pictures *pictures, mr_framing framing) {
    degrading job = {pictures, mr_degraded_view(pictures->side), framing};
    return mr_parallel(pictures->count, degrade_one, &job);
}
