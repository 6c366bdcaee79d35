#include "learn/detection_augment.h"

#include "base/memory.h"
#include "face/landmarks.h"

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
                                  .turn = 12,
                                  .any_turn = 0.05f,
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
    mr_point pivot;            /* of the picture, about which it is turned, */
    mr_point at;               /* and where on the output that comes to lie */
    float zoom;                /* pixels of the output for one of the picture */
    float cosine, sine;        /* of the turn, clockwise as seen */
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

/* Cosine and sine of how far the picture is turned: a little as a rule, now and then as a lying
 * head. */
static void choose_turn(const mr_detection_augment *augment, mr_rng *rng, tile *t) {
    double degrees = (double)augment->turn * mr_rng_normal(rng);
    if (mr_rng_uniform(rng) < (double)augment->any_turn)
        degrees = mr_rng_range(rng, -180, 180);
    t->cosine = (float)cos(degrees * acos(-1) / 180);
    t->sine = (float)sin(degrees * acos(-1) / 180);
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
    float width = t->width / t->zoom, height = t->height / t->zoom;
    float left = choose_start(width, (float)scene->width, x, rng);
    float top = choose_start(height, (float)scene->height, y, rng);
    t->pivot = face ? (mr_point){x, y} : (mr_point){left + width / 2, top + height / 2};
    t->at = (mr_point){t->x + (t->pivot.x - left) * t->zoom, t->y + (t->pivot.y - top) * t->zoom};
    choose_turn(augment, rng, t);
}

/* ---- pixels ---- */

/* From pixels of the tile to pixels of the picture. */
static mr_affine look_up(const tile *t) {
    float cosine = t->cosine / t->zoom, sine = t->sine / t->zoom;
    float x = t->x + 0.5f - t->at.x, y = t->y + 0.5f - t->at.y;
    return (mr_affine){.a = cosine,
                       .b = sine,
                       .c = cosine * x + sine * y + t->pivot.x - 0.5f,
                       .d = -sine,
                       .e = cosine,
                       .f = cosine * y - sine * x + t->pivot.y - 0.5f};
}

/* Shrinks low … high to the x for which start + slope · x lies on a line of `length` pixels. */
static void clip(float start, float slope, int length, float *low, float *high) {
    const float level = 1e-6f;
    float first = -0.5f - start, last = (float)length - 0.5f - start;
    if (fabsf(slope) < level) {
        if (first > 0 || last < 0)
            *high = *low - 1;
        return;
    }
    float a = first / slope, b = last / slope;
    *low = fmaxf(*low, fminf(a, b));
    *high = fminf(*high, fmaxf(a, b));
}

/* First and last+1 pixel of row y of a view that show the picture. */
static void seen_range(const mr_affine *map, const mr_image *picture, int y, int width, int *first,
                       int *end) {
    float low = 0, high = (float)width - 1;
    clip(map->b * (float)y + map->c, map->a, picture->width, &low, &high);
    clip(map->e * (float)y + map->f, map->d, picture->height, &low, &high);
    *first = high < low ? 0 : (int)ceilf(low);
    *end = high < low ? 0 : (int)floorf(high) + 1;
}

static void draw_tile(const mr_image *picture, const tile *t, mr_image *out) {
    mr_image view = *out;
    view.pixels += (size_t)t->y * out->stride + 3 * (size_t)t->x;
    view.width = (int)t->width;
    view.height = (int)t->height;
    mr_affine map = look_up(t);
    mr_image_warp(picture, &map, &view);
    for (int y = 0; y < view.height; y++) {
        uint8_t *row = view.pixels + (size_t)y * view.stride;
        int first, end;
        seen_range(&map, picture, y, view.width, &first, &end);
        memset(row, GREY, 3 * (size_t)first);
        memset(row + 3 * (size_t)end, GREY, 3 * (size_t)(view.width - end));
    }
}

/* ---- faces ---- */

static bool is_inside(const tile *t, mr_point p) {
    return p.x >= t->x && p.y >= t->y && p.x < t->x + t->width && p.y < t->y + t->height;
}

/* Where a point of the picture comes to lie on the output. */
static mr_point move_point(const tile *t, mr_point p) {
    float x = (p.x - t->pivot.x) * t->zoom, y = (p.y - t->pivot.y) * t->zoom;
    return (mr_point){t->at.x + t->cosine * x - t->sine * y, t->at.y + t->sine * x + t->cosine * y};
}

/* The box round a turned face, which is taken for an ellipse that fills its box. */
static mr_box move_box(const tile *t, const mr_box *box) {
    mr_point middle = move_point(t, (mr_point){box->x + box->width / 2, box->y + box->height / 2});
    float width = t->zoom * hypotf(t->cosine * box->width, t->sine * box->height);
    float height = t->zoom * hypotf(t->sine * box->width, t->cosine * box->height);
    return (mr_box){middle.x - width / 2, middle.y - height / 2, width, height};
}

static bool shows(const mr_labelled_picture *scene, mr_point p) {
    return p.x >= 0 && p.y >= 0 && p.x <= (float)scene->width && p.y <= (float)scene->height;
}

static mr_box cut_at_border(const mr_box *box, const mr_labelled_picture *scene) {
    float left = fmaxf(box->x, 0), right = fminf(box->x + box->width, (float)scene->width);
    float top = fmaxf(box->y, 0), bottom = fminf(box->y + box->height, (float)scene->height);
    return (mr_box){left, top, right - left, bottom - top};
}

/* Where a face of the picture is on the output; false when nothing of it is to be seen. */
static bool move_face(const mr_detection_augment *augment, const tile *t,
                      const mr_labelled_picture *scene, const mr_labelled_face *face,
                      mr_labelled_face *out) {
    /* What a label has beyond the picture's border is nowhere to be seen. */
    mr_box whole = move_box(t, &face->box), inside = cut_at_border(&face->box, scene);
    if (!(inside.width > 0 && inside.height > 0))
        return false;
    mr_box box = move_box(t, &inside);
    float left = fmaxf(box.x, t->x), right = fminf(box.x + box.width, t->x + t->width);
    float top = fmaxf(box.y, t->y), bottom = fminf(box.y + box.height, t->y + t->height);
    if (!(right > left && bottom > top))
        return false;
    *out = *face;
    out->box = (mr_box){left, top, right - left, bottom - top};
    float seen = out->box.width * out->box.height / (whole.width * whole.height);
    if (seen < augment->least_seen || out->box.height < augment->least_size)
        out->ignored = true;
    for (int k = 0; k < MR_LANDMARKS; k++) {
        out->landmarks[k] = move_point(t, face->landmarks[k]);
        if (!is_inside(t, out->landmarks[k]) || !shows(scene, face->landmarks[k]))
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
        faces->count += move_face(augment, t, scene, &from->set->faces[scene->first + i],
                                  &faces->faces[faces->count]);
    return MR_OK;
}

/* ---- the whole ---- */

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
        mr_landmarks_swap_sides(face->landmarks);
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
