#include "face/crop.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static mr_point apply(const mr_affine *map, mr_point p) {
    return (mr_point){map->a * p.x + map->b * p.y + map->c, map->d * p.x + map->e * p.y + map->f};
}

static void assert_near(mr_point p, double x, double y, double tolerance) {
    if (!(fabs(p.x - x) <= tolerance && fabs(p.y - y) <= tolerance))
        fail_msg("(%g, %g) is not within %g of (%g, %g)", p.x, p.y, tolerance, x, y);
}

/* The five points of the framing, seen through a known similarity. */
static void place_landmarks(mr_framing framing, int size, const mr_affine *to_picture,
                            mr_point landmarks[MR_LANDMARKS]) {
    for (int i = 0; i < MR_LANDMARKS; i++)
        landmarks[i] = apply(to_picture, mr_crop_landmark(framing, i, size));
}

static void template_maps_to_itself(void **state) {
    (void)state;
    for (int framing = 0; framing < MR_FRAMING_COUNT; framing++) {
        mr_point landmarks[MR_LANDMARKS];
        const mr_affine identity = {.a = 1, .e = 1};
        place_landmarks((mr_framing)framing, 96, &identity, landmarks);
        mr_affine map;
        assert_ok(mr_crop_of_landmarks((mr_framing)framing, landmarks, 96, &map));
        assert_near(apply(&map, (mr_point){0, 0}), 0, 0, 1e-4);
        assert_near(apply(&map, (mr_point){95, 95}), 95, 95, 1e-4);
    }
}

static void similarity_is_recovered(void **state) {
    (void)state;
    const double angle = 0.6, scale = 3.7;
    const mr_affine truth = {.a = (float)(scale * cos(angle)),
                             .b = (float)(-scale * sin(angle)),
                             .c = 812.25f,
                             .d = (float)(scale * sin(angle)),
                             .e = (float)(scale * cos(angle)),
                             .f = -40.5f};
    for (int framing = 0; framing < MR_FRAMING_COUNT; framing++) {
        mr_point landmarks[MR_LANDMARKS];
        place_landmarks((mr_framing)framing, 48, &truth, landmarks);
        mr_affine map;
        assert_ok(mr_crop_of_landmarks((mr_framing)framing, landmarks, 48, &map));
        for (int corner = 0; corner < 4; corner++) {
            mr_point p = {corner & 1 ? 47 : 0, corner & 2 ? 47 : 0};
            mr_point expected = apply(&truth, p);
            assert_near(apply(&map, p), expected.x, expected.y, 2e-3);
        }
    }
}

/* Sum of squared distances, in crop pixels, of the landmarks from their mean places. */
static double residual(mr_framing framing, const mr_point *landmarks, const mr_affine *to_picture) {
    mr_affine to_crop;
    assert_ok(mr_affine_invert(to_picture, &to_crop));
    double sum = 0;
    for (int i = 0; i < MR_LANDMARKS; i++) {
        mr_point p = apply(&to_crop, landmarks[i]), q = mr_crop_landmark(framing, i, 200);
        sum += (p.x - q.x) * (p.x - q.x) + (p.y - q.y) * (p.y - q.y);
    }
    return sum;
}

static void fit_is_the_least_squares_one(void **state) {
    (void)state;
    /* No similarity of the mean face: the nose far to one side. */
    const mr_point landmarks[MR_LANDMARKS] = {
        {310, 205}, {371, 231}, {352, 250}, {290, 270}, {331, 297}};
    mr_affine best;
    assert_ok(mr_crop_of_landmarks(MR_FRAMING_ATTRIBUTES, landmarks, 200, &best));
    double least = residual(MR_FRAMING_ATTRIBUTES, landmarks, &best);
    assert_true(least > 1);
    for (int i = 0; i < 8; i++) {
        float sign = i & 1 ? 1.0f : -1.0f;
        mr_affine other = best;
        switch (i / 2) {
        case 0:
            other.c += sign * 0.5f;
            break;
        case 1:
            other.f += sign * 0.5f;
            break;
        case 2: /* turned */
            other.a -= sign * 0.01f * best.d, other.b -= sign * 0.01f * best.e;
            other.d += sign * 0.01f * best.a, other.e += sign * 0.01f * best.b;
            break;
        default: /* scaled */
            other.a *= 1 + sign * 0.01f, other.b *= 1 + sign * 0.01f;
            other.d *= 1 + sign * 0.01f, other.e *= 1 + sign * 0.01f;
        }
        assert_true(residual(MR_FRAMING_ATTRIBUTES, landmarks, &other) > least);
    }
}

static void size_changes_sampling_not_framing(void **state) {
    (void)state;
    const mr_face face = {.box = {100, 60, 80, 80}};
    for (int framing = 0; framing < MR_FRAMING_COUNT; framing++) {
        mr_affine small = mr_crop_of_face((mr_framing)framing, &face, 50);
        mr_affine large = mr_crop_of_face((mr_framing)framing, &face, 200);
        /* The outer edges, half a pixel beyond the outer centres, are the same places. */
        mr_point a = apply(&small, (mr_point){-0.5f, -0.5f});
        mr_point b = apply(&small, (mr_point){49.5f, 49.5f});
        assert_near(apply(&large, (mr_point){-0.5f, -0.5f}), a.x, a.y, 1e-3);
        assert_near(apply(&large, (mr_point){199.5f, 199.5f}), b.x, b.y, 1e-3);
    }
}

/* Box and landmarks of one mean face must cut nearly the same square, whichever is used. */
static void box_and_landmarks_agree(void **state) {
    (void)state;
    const mr_box box = {40, 30, 160, 160};
    mr_affine map = mr_crop_of_box(MR_FRAMING_ATTRIBUTES, &box, 200);
    mr_face face = {.box = box, .has_landmarks = true};
    place_landmarks(MR_FRAMING_ATTRIBUTES, 200, &map, face.landmarks);
    mr_affine by_box = mr_crop_of_box(MR_FRAMING_EMOTION, &box, 48);
    mr_affine by_points = mr_crop_of_face(MR_FRAMING_EMOTION, &face, 48);
    mr_point centre = apply(&by_box, (mr_point){23.5f, 23.5f});
    assert_near(apply(&by_points, (mr_point){23.5f, 23.5f}), centre.x, centre.y, 0.03 * 160);
    assert_true(fabsf(by_points.a / by_box.a - 1) < 0.03f);
}

static void unusable_landmarks_fall_back_on_the_box(void **state) {
    (void)state;
    mr_face face = {.box = {10, 10, 50, 50}, .has_landmarks = true};
    mr_affine expected = mr_crop_of_tight_box(MR_FRAMING_EMOTION, &face.box, 48), map;
    for (int i = 0; i < MR_LANDMARKS; i++)
        face.landmarks[i] = (mr_point){20, 20};
    assert_int_equal(mr_crop_of_landmarks(MR_FRAMING_EMOTION, face.landmarks, 48, &map),
                     MR_E_ARGUMENT);
    map = mr_crop_of_face(MR_FRAMING_EMOTION, &face, 48);
    assert_memory_equal(&map, &expected, sizeof map);
    face.landmarks[2].x = NAN;
    map = mr_crop_of_face(MR_FRAMING_EMOTION, &face, 48);
    assert_memory_equal(&map, &expected, sizeof map);
}

/* In a tight box the eyes are higher than in one of the cascade, and the frame reaches beyond it.
 */
static void tight_boxes_have_a_frame_of_their_own(void **state) {
    (void)state;
    const mr_box box = {100, 50, 76, 100};
    mr_affine map = mr_crop_of_tight_box(MR_FRAMING_ATTRIBUTES, &box, 200);
    mr_point left = apply(&map, mr_crop_landmark(MR_FRAMING_ATTRIBUTES, 0, 200));
    mr_point right = apply(&map, mr_crop_landmark(MR_FRAMING_ATTRIBUTES, 1, 200));
    assert_near(left, 100 + .29 * 76, 50 + .36 * 100, 4);
    assert_near(right, 100 + .70 * 76, 50 + .36 * 100, 4);
    assert_true(fabsf(map.b / map.a) < 0.02f); /* about a degree off upright at most */

    const mr_face face = {.box = box};
    mr_affine cascade = mr_crop_of_box(MR_FRAMING_ATTRIBUTES, &box, 200);
    mr_affine without = mr_crop_of_face(MR_FRAMING_ATTRIBUTES, &face, 200);
    assert_memory_equal(&without, &cascade, sizeof cascade);

    const mr_box flat = {10, 10, 0, 0};
    map = mr_crop_of_tight_box(MR_FRAMING_ATTRIBUTES, &flat, 200);
    assert_true(isfinite(map.a) && isfinite(map.c) && isfinite(map.f));
}

static void framed_pictures_are_taken_whole(void **state) {
    (void)state;
    mr_affine map = mr_crop_of_picture(48, 48, 48);
    assert_near(apply(&map, (mr_point){7, 40}), 7, 40, 1e-5);
    map = mr_crop_of_picture(300, 200, 100); /* the middle 200 × 200 */
    assert_near(apply(&map, (mr_point){-0.5f, -0.5f}), 49.5, -0.5, 1e-4);
    assert_near(apply(&map, (mr_point){99.5f, 99.5f}), 249.5, 199.5, 1e-4);
}

/* ---- kept crops ---- */

/*
 * Crops of one face of a shipped picture, kept as tests/face/data/crop_*.png: who changes a framing
 * changes what all networks see, in training, evaluation and serving, and must do so knowingly.
 * MR_KEEP_CROPS=1 in the environment writes them anew; look at them then.
 */
typedef struct kept_crop {
    const char *path;
    mr_framing framing;
    mr_face face;
    int size;
} kept_crop;

#define POINTS                                                                                     \
    .has_landmarks = true,                                                                         \
    .landmarks = {                                                                                 \
        {127.1f, 64.4f}, {153.2f, 64.5f}, {139.7f, 79.4f}, {128.9f, 90.6f}, {151.3f, 90.8f}}

static const kept_crop kept_crops[] = {
    {"tests/face/data/crop_attributes_points.png",
     MR_FRAMING_ATTRIBUTES,
     {.box = {112.2f, 45.2f, 56.8f, 64.9f}, POINTS},
     80},
    {"tests/face/data/crop_emotion_points.png",
     MR_FRAMING_EMOTION,
     {.box = {112.2f, 45.2f, 56.8f, 64.9f}, POINTS},
     48},
    {"tests/face/data/crop_attributes_box.png",
     MR_FRAMING_ATTRIBUTES,
     {.box = {110, 40, 62, 62}},
     80},
    {"tests/face/data/crop_emotion_box.png", MR_FRAMING_EMOTION, {.box = {110, 40, 62, 62}}, 48},
};

/* Mean difference of the pixels' levels. */
static double mean_difference(const mr_image *a, const mr_image *b) {
    long sum = 0;
    for (int y = 0; y < a->height; y++)
        for (int i = 0; i < 3 * a->width; i++)
            sum += labs((long)a->pixels[(size_t)y * a->stride + (size_t)i] -
                        (long)b->pixels[(size_t)y * b->stride + (size_t)i]);
    return (double)sum / (3.0 * a->width * a->height);
}

static void crops_are_the_kept_ones(void **state) {
    (void)state;
    mr_image photo;
    assert_ok(mr_image_load("data/samples/astronaut-320.png", NULL, &photo));
    for (size_t i = 0; i < sizeof kept_crops / sizeof *kept_crops; i++) {
        const kept_crop *kept = &kept_crops[i];
        mr_image crop, expected;
        mr_affine map = mr_crop_of_face(kept->framing, &kept->face, kept->size);
        assert_ok(mr_image_create(kept->size, kept->size, 3, &crop));
        mr_image_warp(&photo, &map, &crop);
        if (getenv("MR_KEEP_CROPS") != NULL)
            assert_ok(mr_image_save(&crop, kept->path));
        assert_ok(mr_image_load(kept->path, NULL, &expected));
        assert_int_equal(expected.width, kept->size);
        assert_int_equal(expected.height, kept->size);
        double difference = mean_difference(&crop, &expected);
        if (difference > 0.5)
            fail_msg("%s: differs by %g levels a pixel", kept->path, difference);
        mr_image_free(&crop);
        mr_image_free(&expected);
    }
    mr_image_free(&photo);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(template_maps_to_itself),
        cmocka_unit_test(similarity_is_recovered),
        cmocka_unit_test(fit_is_the_least_squares_one),
        cmocka_unit_test(size_changes_sampling_not_framing),
        cmocka_unit_test(box_and_landmarks_agree),
        cmocka_unit_test(unusable_landmarks_fall_back_on_the_box),
        cmocka_unit_test(tight_boxes_have_a_frame_of_their_own),
        cmocka_unit_test(framed_pictures_are_taken_whole),
        cmocka_unit_test(crops_are_the_kept_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
