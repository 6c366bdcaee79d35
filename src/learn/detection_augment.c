#include "learn/detection_augment.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

enum { GREY = 127, FACE_TRIES = 4 };

mr_detection_augment mr_detection_augment_defaults(void) {
    return (mr_detection_augment){.mosaic = 0.5f,
                                  .by_face = 0.6f,
                                  .least_face = 9,
                                  .most_face = 0.9f,
                                  .least_crop = 0.3f,
                                  .most_growth = 4,
                                  .least_seen = 0.4f,
                                  .least_size = 6,
                                  .flip = 0.5f,
                                  .quiet = 0.75f,
                                  .look = {.brightness = 0.15f,
                                           .contrast = 0.4f,
                                           .gamma = 0.8f,
                                           .cast = 0.15f,
                                           .grey = 0.1f,
                                           .low_resolution = 0.1f,
                                           .least_detail = 0.4f,
                                           .blur = 0.1f,
                                           .noise = 8,
                                           .jpeg = 0.1f,
                                           .least_quality = 30}};
}

/* A part of the output, and how a picture is looked up for it. */
typedef struct tile {
    float x, y, width, height; /* in the output */
    float left, top;           /* of the picture, where the tile begins */
    float zoom;                /* pixels of the output for one of the picture */
} tile;

/* ---- which part of a picture ---- */

static const mr_labelled_face *choose_face(const mr_scene_choice *from,
                                           const mr_labelled_picture *scene, mr_rng *rng) {
    for (int i = 0; i < FACE_TRIES; i++) {
        const mr_labelled_face *face =
            &from->set->faces[scene->first + mr_rng_below(rng, scene->count)];
        if (!face->ignored)
            return face;
    }
    return NULL;
}

static float choose_zoom(const mr_detection_augment *augment, const mr_labelled_picture *scene,
                         const mr_labelled_face *face, const tile *t, mr_rng *rng) {
    float side = fminf(t->width, t->height), zoom;
    if (face) {
        double least = log((double)augment->least_face);
        double most = log((double)(augment->most_face * side));
        zoom = (float)exp(mr_rng_range(rng, least, fmax(least, most))) /
               sqrtf(face->box.width * face->box.height);
    } else {
        float share = (float)mr_rng_range(rng, augment->least_crop, 1);
        zoom = side / (share * fminf((float)scene->width, (float)scene->height));
    }
    /* Not so small that the tile is mostly empty, nor larger than there is detail. */
    float whole = fminf(t->width / (float)scene->width, t->height / (float)scene->height);
    return fminf(fmaxf(zoom, 0.75f * whole), fmaxf(augment->most_growth, 0.75f * whole));
}

/* Where a window begins on a line of `length` pixels, with `focus` (if not negative) inside. */
static float choose_start(float window, float length, float focus, mr_rng *rng) {
    float low = fminf(0, length - window), high = fmaxf(0, length - window);
    if (focus >= 0 && window < length) {
        low = fminf(fmaxf(low, focus - 0.9f * window), high);
        high = fmaxf(fminf(high, focus - 0.1f * window), low);
    }
    return (float)mr_rng_range(rng, low, high);
}

static void choose_crop(const mr_detection_augment *augment, const mr_scene_choice *from,
                        const mr_labelled_picture *scene, mr_rng *rng, tile *t) {
    const mr_labelled_face *face =
        mr_rng_uniform(rng) < augment->by_face ? choose_face(from, scene, rng) : NULL;
    float x = face ? face->box.x + face->box.width / 2 : -1;
    float y = face ? face->box.y + face->box.height / 2 : -1;
    t->zoom = choose_zoom(augment, scene, face, t, rng);
    t->left = choose_start(t->width / t->zoom, (float)scene->width, x, rng);
    t->top = choose_start(t->height / t->zoom, (float)scene->height, y, rng);
}

/* ---- pixels ---- */

/* First and last+1 of the tile's `size` pixels that show a line of `length` pixels. */
static void seen_range(float start, float zoom, int length, int size, int *first, int *end) {
    float low = ceilf(-start * zoom - 0.5f), high = floorf(((float)length - start) * zoom + 0.5f);
    *first = (int)fminf(fmaxf(low, 0), (float)size);
    *end = (int)fminf(fmaxf(high, (float)*first), (float)size);
}

static void draw_tile(const mr_image *picture, const tile *t, mr_image *out) {
    mr_image view = *out;
    view.pixels += (size_t)t->y * out->stride + 3 * (size_t)t->x;
    view.width = (int)t->width;
    view.height = (int)t->height;
    float step = 1 / t->zoom;
    mr_affine map = {
        .a = step, .c = (step - 1) / 2 + t->left, .e = step, .f = (step - 1) / 2 + t->top};
    int left, right, top, bottom;
    seen_range(t->left, t->zoom, picture->width, view.width, &left, &right);
    seen_range(t->top, t->zoom, picture->height, view.height, &top, &bottom);
    mr_image_warp(picture, &map, &view);
    for (int y = 0; y < view.height; y++) {
        uint8_t *row = view.pixels + (size_t)y * view.stride;
        bool beyond = y < top || y >= bottom;
        memset(row, GREY, 3 * (size_t)(beyond ? view.width : left));
        memset(row + 3 * (size_t)right, GREY, 3 * (size_t)(view.width - right));
    }
}

/* ---- faces ---- */

static bool is_inside(const tile *t, mr_point p) {
    return p.x >= t->x && p.y >= t->y && p.x < t->x + t->width && p.y < t->y + t->height;
}

/* Where a face of the picture is on the output; false when nothing of it is to be seen. */
static bool move_face(const mr_detection_augment *augment, const tile *t,
                      const mr_labelled_face *face, mr_labelled_face *out) {
    float x = (face->box.x - t->left) * t->zoom + t->x;
    float y = (face->box.y - t->top) * t->zoom + t->y;
    float width = face->box.width * t->zoom, height = face->box.height * t->zoom;
    float left = fmaxf(x, t->x), right = fminf(x + width, t->x + t->width);
    float top = fmaxf(y, t->y), bottom = fminf(y + height, t->y + t->height);
    if (!(right > left && bottom > top))
        return false;
    *out = *face;
    out->box = (mr_box){left, top, right - left, bottom - top};
    float seen = out->box.width * out->box.height / (width * height);
    if (seen < augment->least_seen || out->box.height < augment->least_size)
        out->ignored = true;
    for (int k = 0; k < MR_LANDMARKS; k++) {
        out->landmarks[k].x = (face->landmarks[k].x - t->left) * t->zoom + t->x;
        out->landmarks[k].y = (face->landmarks[k].y - t->top) * t->zoom + t->y;
        if (!is_inside(t, out->landmarks[k]))
            out->points = MR_POINTS_NONE;
    }
    return true;
}

static mr_status add_faces(const mr_detection_augment *augment, const mr_scene_choice *from,
                           const mr_labelled_picture *scene, const tile *t, mr_drawn_faces *faces) {
    if (!mr_grow(&faces->faces, &faces->capacity, faces->count + scene->count,
                 sizeof *faces->faces))
        return mr_fail(MR_E_MEMORY, "no memory for %zu faces", faces->count + scene->count);
    for (size_t i = 0; i < scene->count; i++)
        faces->count +=
            move_face(augment, t, &from->set->faces[scene->first + i], &faces->faces[faces->count]);
    return MR_OK;
}

/* ---- the whole ---- */

static void swap_points(mr_point *a, mr_point *b) {
    mr_point kept = *a;
    *a = *b;
    *b = kept;
}

void mr_detection_mirror(mr_image *image, mr_labelled_face *faces, size_t count) {
    size_t channels = (size_t)image->channels;
    for (int y = 0; y < image->height; y++) {
        uint8_t *left = image->pixels + (size_t)y * image->stride;
        uint8_t *right = left + channels * (size_t)(image->width - 1);
        for (; left < right; left += channels, right -= channels)
            for (size_t c = 0; c < channels; c++) {
                uint8_t kept = left[c];
                left[c] = right[c];
                right[c] = kept;
            }
    }
    for (size_t i = 0; i < count; i++) {
        mr_labelled_face *face = &faces[i];
        face->box.x = (float)image->width - face->box.x - face->box.width;
        for (int k = 0; k < MR_LANDMARKS; k++)
            face->landmarks[k].x = (float)image->width - face->landmarks[k].x;
        swap_points(&face->landmarks[0], &face->landmarks[1]);
        swap_points(&face->landmarks[3], &face->landmarks[4]);
    }
}

/* The tiles of a picture; returns their number. */
static int lay_tiles(const mr_detection_augment *augment, const mr_image *out, mr_rng *rng,
                     tile tiles[4]) {
    float width = (float)out->width, height = (float)out->height;
    tiles[0] = (tile){.width = width, .height = height};
    if (!(mr_rng_uniform(rng) < augment->mosaic))
        return 1;
    float x = floorf(width * (float)mr_rng_range(rng, 0.3, 0.7));
    float y = floorf(height * (float)mr_rng_range(rng, 0.3, 0.7));
    for (int i = 0; i < 4; i++) {
        bool right = i % 2, below = i / 2;
        tiles[i] = (tile){.x = right ? x : 0,
                          .y = below ? y : 0,
                          .width = right ? width - x : x,
                          .height = below ? height - y : y};
    }
    return 4;
}

mr_status mr_detection_draw(const mr_detection_augment *augment, const mr_scene_choice *from,
                            size_t place, mr_rng *rng, mr_image *out, mr_drawn_faces *faces) {
    tile tiles[4];
    int count = lay_tiles(augment, out, rng, tiles);
    faces->count = 0;
    for (int i = 0; i < count; i++) {
        size_t chosen = i ? mr_rng_below(rng, from->count) : place;
        const mr_labelled_picture *scene = &from->set->scenes[from->scenes[chosen]];
        choose_crop(augment, from, scene, rng, &tiles[i]);
        draw_tile(&scene->image, &tiles[i], out);
        MR_TRY(add_faces(augment, from, scene, &tiles[i], faces));
    }
    if (mr_rng_uniform(rng) < augment->flip)
        mr_detection_mirror(out, faces->faces, faces->count);
    mr_augment look = augment->look;
    if (mr_rng_uniform(rng) < augment->quiet)
        look.noise = 0;
    return mr_augment_look(&look, rng, out);
}
