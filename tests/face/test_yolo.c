/* The network's detector: what its cells say, where that is in the picture, and which of many
 * candidates stay. */
#include "base/rng.h"
#include "face/box.h"
#include "face/yolo_head.h"
#include "yolo_made.h"

#include <math.h>

static bool near(float a, float b) {
    return fabsf(a - b) < 1e-3F;
}

static void a_cell_says_box_score_and_points(void **state) {
    (void)state;
    const mr_yolo_level level = {.stride = 16, .width = 2, .height = 1};
    float values[2 * MR_YOLO_VALUES];
    for (int plane = 0; plane < MR_YOLO_VALUES; plane++)
        values[2 * plane + 1] = 0.25F * (float)plane;
    mr_face face;
    mr_yolo_decode(&level, 1, 0, values + 1, &face);
    /* centre of the cell (24, 8); centre of the box 16 · (0.25, 0.5) further */
    float width = 16 * expf(0.75F), height = 16 * expf(1);
    assert_true(near(face.box.x, 28 - width / 2) && near(face.box.width, width));
    assert_true(near(face.box.y, 16 - height / 2) && near(face.box.height, height));
    assert_true(near(face.score, 1 / (1 + expf(4))));
    assert_true(near(face.landmarks[0].x, 28 + width * 1.25F));
    assert_true(near(face.landmarks[0].y, 16 + height * 1.5F));
    assert_true(near(face.landmarks[4].y, 16 + height * 3.5F));
    assert_true(near(mr_yolo_raw_score(face.score), 0));
}

static void absurd_sizes_stay_finite(void **state) {
    (void)state;
    const mr_yolo_level level = {.stride = 8, .width = 1, .height = 1};
    float values[MR_YOLO_VALUES] = {1e30F, 0, 0, 1e30F, -1e30F};
    mr_face face;
    mr_yolo_decode(&level, 0, 0, values, &face);
    assert_true(face.score == 1 && near(face.box.width, 8 * expf(5)));
    assert_true(near(face.box.height, 8 * expf(-4)));
}

static void other_networks_are_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "moodreel-network 1\ninput x channels=1 height=64 width=64\n"
        "conv a x out=15 kernel=8 stride=8 pad=0\noutput a\n",
        "moodreel-network 1\ninput x channels=3 height=64 width=64\n"
        "conv a x out=14 kernel=8 stride=8 pad=0\noutput a\n",
        "moodreel-network 1\ninput x channels=3 height=60 width=64\n"
        "conv a x out=15 kernel=8 stride=8 pad=0\noutput a\n",
    };
    for (int i = 0; i < 3; i++) {
        mr_network *network;
        mr_yolo *yolo;
        assert_ok(mr_network_parse(texts[i], "other", &network));
        assert_int_equal(mr_yolo_create(&(mr_yolo_model){network, NULL}, &yolo), MR_E_MISMATCH);
        mr_network_free(network);
    }
    mr_yolo_model *model;
    assert_int_equal(mr_yolo_load("/nowhere", &model), MR_E_NOT_FOUND);
}

/* Finds the one face of a picture. */
static mr_face find_one(mr_yolo *yolo, const mr_image *image, const mr_yolo_params *params) {
    mr_face faces[4];
    size_t count;
    assert_ok(mr_yolo_detect(yolo, image, params, faces, 4, &count));
    assert_int_equal(count, 1);
    return faces[0];
}

static void a_face_is_found_where_it_is(void **state) {
    (void)state;
    made_yolo made;
    made_yolo_begin(&made, 0);
    mr_yolo *yolo;
    assert_ok(mr_yolo_create(&made.model, &yolo));
    mr_image image = made_square(64, 32, 3, 24, 16, 8);
    mr_face face = find_one(yolo, &image, NULL);
    assert_true(near(face.box.x, 24) && near(face.box.y, 16));
    assert_true(near(face.box.width, 8) && near(face.box.height, 8));
    assert_true(near(face.score, 1 / (1 + expf(-6))) && face.has_landmarks);
    assert_true(near(face.landmarks[2].x, 28 + 1.6F) && near(face.landmarks[2].y, 20 - 2));
    mr_image_free(&image);

    /* a picture half as large grows to the network's size, and its face is told in its pixels */
    image = made_square(32, 16, 3, 12, 8, 4);
    face = find_one(yolo, &image, NULL);
    assert_true(near(face.box.x, 12) && near(face.box.y, 8) && near(face.box.width, 4));
    mr_image_free(&image);

    /* one that is larger shrinks, and its other side is filled up */
    image = made_square(128, 100, 3, 48, 64, 16);
    face = find_one(yolo, &image, NULL);
    assert_true(near(face.box.x, 48) && near(face.box.y, 64) && near(face.box.width, 16));
    mr_image_free(&image);

    /* a grey one */
    image = made_square(64, 32, 1, 8, 0, 8);
    face = find_one(yolo, &image, NULL);
    assert_true(near(face.box.x, 8) && near(face.box.y, 0));
    mr_image_free(&image);

    /* at a size of the caller's */
    mr_yolo_params params = mr_yolo_params_defaults();
    params.side = 128;
    image = made_square(128, 128, 3, 64, 56, 8);
    face = find_one(yolo, &image, &params);
    assert_true(near(face.box.x, 64) && near(face.box.y, 56) && near(face.box.width, 8));
    mr_image_free(&image);
    mr_yolo_free(yolo);
    made_yolo_end(&made);
}

static void boxes_end_at_the_border(void **state) {
    (void)state;
    made_yolo made;
    made_yolo_begin(&made, logf(12)); /* faces of 96 pixels */
    mr_yolo *yolo;
    assert_ok(mr_yolo_create(&made.model, &yolo));
    mr_image image = made_square(64, 64, 3, 24, 24, 8);
    mr_face face = find_one(yolo, &image, NULL);
    assert_true(face.box.x == 0 && face.box.y == 0 && face.box.width == 64);
    mr_image_free(&image);
    mr_yolo_free(yolo);
    made_yolo_end(&made);
}

static void many_faces_are_all_found(void **state) {
    (void)state;
    made_yolo made;
    made_yolo_begin(&made, logf(0.5F));
    mr_yolo *yolo;
    assert_ok(mr_yolo_create(&made.model, &yolo));
    mr_yolo_params params = mr_yolo_params_defaults();
    params.side = 160;
    mr_image image = made_square(160, 160, 3, 0, 0, 160);
    mr_face faces[512];
    size_t count;
    assert_ok(mr_yolo_detect(yolo, &image, &params, faces, 512, &count));
    assert_int_equal(count, 400);
    assert_ok(mr_yolo_detect(yolo, &image, &params, faces, 7, &count));
    assert_int_equal(count, 7);
    assert_ok(mr_yolo_detect(yolo, &image, &params, NULL, 0, &count));
    assert_int_equal(count, 0);
    mr_image_free(&image);
    mr_yolo_free(yolo);
    made_yolo_end(&made);
}

/* A class photo: 20 × 10 small faces, each told once and where it is. */
static void a_crowd_is_told_apart(void **state) {
    (void)state;
    enum { ACROSS = 20, DOWN = 10 };
    made_yolo made;
    made_yolo_begin(&made, 0);
    mr_yolo *yolo;
    assert_ok(mr_yolo_create(&made.model, &yolo));
    mr_image image = made_square(640, 480, 3, 0, 0, 0);
    for (int i = 0; i < ACROSS * DOWN; i++)
        for (int row = 0; row < 8; row++)
            memset(image.pixels + (size_t)(48 * (i / ACROSS) + row) * image.stride +
                       (size_t)(3 * 32 * (i % ACROSS)),
                   255, 3 * 8);
    mr_yolo_params params = mr_yolo_params_defaults();
    params.side = 640;
    mr_face faces[256];
    size_t count;
    assert_ok(mr_yolo_detect(yolo, &image, &params, faces, 256, &count));
    assert_int_equal(count, ACROSS * DOWN);
    bool seen[ACROSS * DOWN] = {false};
    for (size_t i = 0; i < count; i++) {
        int column = (int)lrintf(faces[i].box.x / 32), row = (int)lrintf(faces[i].box.y / 48);
        assert_true(near(faces[i].box.x, 32 * (float)column) && near(faces[i].box.width, 8));
        assert_true(near(faces[i].box.y, 48 * (float)row) && near(faces[i].box.height, 8));
        assert_false(seen[row * ACROSS + column]);
        seen[row * ACROSS + column] = true;
    }
    mr_image_free(&image);
    mr_yolo_free(yolo);
    made_yolo_end(&made);
}

/* One face that covers 82 % of the picture. */
static void a_huge_face_is_told_whole(void **state) {
    (void)state;
    made_yolo made;
    made_yolo_begin(&made, logf(116.0F / 8));
    mr_yolo *yolo;
    assert_ok(mr_yolo_create(&made.model, &yolo));
    mr_yolo_params params = mr_yolo_params_defaults();
    params.side = 128;
    mr_image image = made_square(128, 128, 3, 64, 64, 8);
    mr_face face = find_one(yolo, &image, &params);
    assert_true(near(face.box.x, 10) && near(face.box.y, 10));
    assert_true(near(face.box.width, 116) && near(face.box.height, 116));
    mr_image_free(&image);
    mr_yolo_free(yolo);
    made_yolo_end(&made);
}

/* Seen whole, the white square of 16 pixels is a face of 96; at half the size it is one of 192, of
 * which the other is a part. */
static void a_large_face_is_looked_at_again(void **state) {
    (void)state;
    made_yolo made;
    made_yolo_begin(&made, logf(12));
    mr_yolo *yolo;
    assert_ok(mr_yolo_create(&made.model, &yolo));
    mr_yolo_params params = mr_yolo_params_defaults();
    params.side = 256;
    mr_image image = made_square(256, 256, 3, 112, 112, 16);
    mr_face face = find_one(yolo, &image, &params);
    assert_true(near(face.box.width, 96));
    params.again = 100; /* no face of this size is seen */
    face = find_one(yolo, &image, &params);
    assert_true(near(face.box.width, 96));
    params.again = 90;
    face = find_one(yolo, &image, &params);
    assert_true(near(face.box.x, 24) && near(face.box.y, 24));
    assert_true(near(face.box.width, 192) && near(face.box.height, 192));

    /* a hint below the score that is asked for is enough; what it hints at is not there */
    params.score = 0.999F;
    mr_face none;
    size_t count;
    assert_ok(mr_yolo_detect(yolo, &image, &params, &none, 1, &count));
    assert_int_equal(count, 0);
    mr_image_free(&image);
    mr_yolo_free(yolo);
    made_yolo_end(&made);
}

static void wrong_use_is_refused(void **state) {
    (void)state;
    made_yolo made;
    made_yolo_begin(&made, 0);
    mr_yolo *yolo;
    assert_ok(mr_yolo_create(&made.model, &yolo));
    mr_image image = made_square(64, 64, 3, 24, 24, 8);
    mr_face face;
    size_t count;
    mr_yolo_params wrong[7];
    for (int i = 0; i < 7; i++)
        wrong[i] = mr_yolo_params_defaults();
    wrong[0].score = 1;
    wrong[1].overlap = NAN;
    wrong[2].side = 40;
    wrong[3].side = 8192;
    wrong[4].enlarge = 0;
    wrong[5].again = -1;
    wrong[6].agreement = 2;
    for (int i = 0; i < 7; i++)
        assert_int_equal(mr_yolo_detect(yolo, &image, &wrong[i], &face, 1, &count), MR_E_ARGUMENT);
    image.channels = 2;
    assert_int_equal(mr_yolo_detect(yolo, &image, NULL, &face, 1, &count), MR_E_ARGUMENT);
    mr_image_free(&image);
    mr_yolo_free(yolo);
    made_yolo_end(&made);
}

/* ---- boxes ---- */

static void iou_of_known_boxes(void **state) {
    (void)state;
    const mr_box a = {0, 0, 10, 10}, b = {5, 0, 10, 10}, c = {10, 0, 10, 10}, empty = {2, 2, 0, 5};
    assert_true(near(mr_box_iou(&a, &a), 1));
    assert_true(near(mr_box_iou(&a, &b), 1.0F / 3));
    assert_true(mr_box_iou(&a, &c) == 0);
    assert_true(mr_box_iou(&a, &empty) == 0);
}

enum { MANY = 300 };

/* The weighted mean of one number of each face that lies as `face` does. */
static double mean_of(const mr_face *faces, size_t count, const mr_face *face, float agreement,
                      size_t offset) {
    double sum = 0, weight = 0;
    for (size_t i = 0; i < count; i++) {
        float value;
        memcpy(&value, (const char *)&faces[i] + offset, sizeof value);
        if (mr_box_iou(&faces[i].box, &face->box) > agreement) {
            sum += (double)faces[i].score * (double)value;
            weight += (double)faces[i].score;
        }
    }
    float own;
    memcpy(&own, (const char *)face + offset, sizeof own);
    return weight > 0 ? sum / weight : (double)own;
}

/* The plain way: again and again the best of what is left. */
static size_t suppress_plainly(mr_face *faces, size_t count, float overlap) {
    bool gone[MANY] = {false};
    mr_face kept[MANY];
    size_t kept_count = 0;
    for (;;) {
        size_t best = count;
        for (size_t i = 0; i < count; i++)
            if (!gone[i] && (best == count || faces[i].score > faces[best].score))
                best = i;
        if (best == count)
            break;
        kept[kept_count++] = faces[best];
        for (size_t i = 0; i < count; i++)
            gone[i] = gone[i] || i == best || mr_box_iou(&faces[best].box, &faces[i].box) > overlap;
    }
    memcpy(faces, kept, kept_count * sizeof *kept);
    return kept_count;
}

/* Few values of score, so that many are equal. */
static size_t random_faces(mr_rng *rng, mr_face *faces) {
    size_t count = mr_rng_below(rng, MANY + 1);
    for (size_t i = 0; i < count; i++)
        faces[i] =
            (mr_face){.box = {(float)mr_rng_range(rng, 0, 100), (float)mr_rng_range(rng, 0, 100),
                              (float)mr_rng_range(rng, 5, 40), (float)mr_rng_range(rng, 5, 40)},
                      .score = (float)mr_rng_below(rng, 20) / 20,
                      .landmarks = {{0, 0}, {(float)mr_rng_range(rng, 0, 100), 0}}};
    return count;
}

static void suppression_agrees_with_the_plain_way(void **state) {
    (void)state;
    mr_rng rng = mr_rng_seeded(9);
    for (int round = 0; round < 40; round++) {
        mr_face faces[MANY] = {0}, expected[MANY], spare[MANY];
        uint32_t order[MANY];
        size_t count = random_faces(&rng, faces);
        memcpy(expected, faces, sizeof expected);
        size_t kept = mr_suppress(faces, count, 0.4F, 1, order, spare);
        assert_int_equal(kept, suppress_plainly(expected, count, 0.4F));
        for (size_t i = 0; i < kept; i++)
            assert_true(faces[i].box.x == expected[i].box.x && faces[i].score == expected[i].score);
    }
}

static void votes_agree_with_a_plain_mean(void **state) {
    (void)state;
    static const size_t numbers[] = {offsetof(mr_face, box.x), offsetof(mr_face, box.y),
                                     offsetof(mr_face, box.width), offsetof(mr_face, box.height),
                                     offsetof(mr_face, landmarks[1].x)};
    mr_rng rng = mr_rng_seeded(10);
    for (int round = 0; round < 40; round++) {
        mr_face faces[MANY] = {0}, all[MANY], expected[MANY], spare[MANY];
        uint32_t order[MANY];
        size_t count = random_faces(&rng, faces);
        float agreement = 0.4F + 0.1F * (float)mr_rng_below(&rng, 6);
        memcpy(all, faces, sizeof all);
        memcpy(expected, faces, sizeof expected);
        size_t kept = mr_suppress(faces, count, 0.4F, agreement, order, spare);
        assert_int_equal(kept, suppress_plainly(expected, count, 0.4F));
        for (size_t i = 0; i < 5 * kept; i++) {
            float value;
            memcpy(&value, (const char *)&faces[i / 5] + numbers[i % 5], sizeof value);
            assert_float_equal(
                value, mean_of(all, count, &expected[i / 5], agreement, numbers[i % 5]), 1e-3);
        }
    }
}

static void faces_that_lie_alike_vote_on_the_place(void **state) {
    (void)state;
    mr_face faces[] = {
        {.box = {2, 0, 20, 20}, .score = 0.3F, .landmarks = {{8, 4}}}, /* IoU .82 with the best */
        {.box = {0, 0, 20, 20}, .score = 0.6F, .landmarks = {{5, 4}}},
        {.box = {0, 8, 20, 20}, .score = 0.5F},  /* .43: the same face, but not where it is */
        {.box = {50, 50, 0, 20}, .score = 0.4F}, /* no area, and still one of its own */
    };
    mr_face spare[4];
    uint32_t order[4];
    assert_int_equal(mr_suppress(faces, 4, 0.4F, 0.65F, order, spare), 2);
    assert_float_equal(faces[0].box.x, 2.0 * 0.3 / 0.9, 1e-5);
    assert_float_equal(faces[0].box.y, 0, 1e-6);
    assert_float_equal(faces[0].box.width, 20, 1e-5);
    assert_float_equal(faces[0].landmarks[0].x, (8 * 0.3 + 5 * 0.6) / 0.9, 1e-5);
    assert_true(faces[0].score == 0.6F);
    assert_true(faces[1].box.x == 50 && faces[1].box.height == 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_says_box_score_and_points),
        cmocka_unit_test(absurd_sizes_stay_finite),
        cmocka_unit_test(other_networks_are_refused),
        cmocka_unit_test(a_face_is_found_where_it_is),
        cmocka_unit_test(boxes_end_at_the_border),
        cmocka_unit_test(many_faces_are_all_found),
        cmocka_unit_test(a_crowd_is_told_apart),
        cmocka_unit_test(a_huge_face_is_told_whole),
        cmocka_unit_test(a_large_face_is_looked_at_again),
        cmocka_unit_test(wrong_use_is_refused),
        cmocka_unit_test(iou_of_known_boxes),
        cmocka_unit_test(suppression_agrees_with_the_plain_way),
        cmocka_unit_test(votes_agree_with_a_plain_mean),
        cmocka_unit_test(faces_that_lie_alike_vote_on_the_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
