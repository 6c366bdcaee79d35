/* What the detector learns from: pictures and faces that stay together, cells that get the right
 * face, and gradients that agree with finite differences. */
#include "base/memory.h"
#include "face/box.h"
#include "learn/detection_augment.h"
#include "learn/detection_loss.h"
#include "made_scenes.h"

#include <math.h>

/* ---- pictures ---- */

static void a_mirror_image_swaps_left_and_right_points(void **state) {
    (void)state;
    mr_image image;
    assert_ok(mr_image_create(5, 1, 3, &image));
    for (int i = 0; i < 15; i++)
        image.pixels[i] = (uint8_t)i;
    mr_labelled_face face = {.box = {1, 2, 3, 4},
                             .landmarks = {{1, 10}, {2, 20}, {2.5F, 30}, {3, 40}, {4, 50}}};
    mr_detection_mirror(&image, &face, 1);
    static const uint8_t mirrored[] = {12, 13, 14, 9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2};
    assert_memory_equal(image.pixels, mirrored, 15);
    assert_true(face.box.x == 1 && face.box.y == 2 && face.box.width == 3);
    static const mr_point points[] = {{3, 20}, {4, 10}, {2.5F, 30}, {1, 50}, {2, 40}};
    assert_memory_equal(face.landmarks, points, sizeof points);
    mr_image_free(&image);
}

/* One scene with a face of 40 pixels. */
static void make_scene(mr_labelled_picture *scene, mr_labelled_face *face) {
    *scene = (mr_labelled_picture){.width = 120, .height = 90, .count = 1};
    assert_ok(mr_image_create(120, 90, 3, &scene->image));
    memset(scene->image.pixels, 90, scene->image.stride * 90);
    *face = (mr_labelled_face){.box = {50, 30, 40, 40}, .points = MR_POINTS_HUMAN};
    for (int k = 0; k < MR_LANDMARKS; k++)
        face->landmarks[k] = (mr_point){50 + 40 * made_points[k].x, 30 + 40 * made_points[k].y};
    made_face(&scene->image, 50, 30, 40);
}

static uint8_t level_at(const mr_image *image, mr_point p) {
    return image->pixels[(size_t)p.y * image->stride + 3 * (size_t)p.x];
}

/* Where a drawn face is said to be there is one: light between the eyes, dark at its points. */
static void check_drawn_face(const mr_image *out, const mr_labelled_face *face) {
    mr_point between = {(face->landmarks[0].x + face->landmarks[1].x) / 2,
                        (face->landmarks[0].y + face->landmarks[1].y) / 2};
    if (face->ignored || face->points == MR_POINTS_NONE || face->box.height < 24)
        return;
    assert_true(level_at(out, between) > 190);
    for (int k = 0; k < MR_LANDMARKS; k++)
        assert_true(level_at(out, face->landmarks[k]) < 110);
}

static void drawn_faces_lie_where_the_picture_shows_them(void **state) {
    (void)state;
    mr_labelled_picture scene;
    mr_labelled_face face;
    make_scene(&scene, &face);
    mr_detection_set set = {&scene, 1, &face, 1};
    const uint32_t chosen = 0;
    mr_scene_choice choice = {&set, &chosen, 1};
    mr_detection_augment augment = mr_detection_augment_defaults();
    augment.look = mr_augment_none();
    mr_image out;
    assert_ok(mr_image_create(96, 96, 3, &out));
    mr_drawn_faces faces = {0};
    size_t seen = 0, mosaics = 0;
    for (uint64_t i = 0; i < 400; i++) {
        mr_rng rng = mr_rng_keyed(3, i, 0);
        assert_ok(mr_detection_draw(&augment, &choice, 0, &rng, &out, &faces));
        assert_true(faces.count <= 4);
        mosaics += faces.count > 1;
        for (size_t k = 0; k < faces.count; k++) {
            const mr_box *box = &faces.faces[k].box;
            assert_true(box->x >= 0 && box->y >= 0 && box->x + box->width <= 96.01F &&
                        box->y + box->height <= 96.01F);
            seen += !faces.faces[k].ignored;
            check_drawn_face(&out, &faces.faces[k]);
        }
    }
    assert_true(seen > 300 && mosaics > 80);
    free(faces.faces);
    mr_image_free(&out);
    mr_image_free(&scene.image);
}

/* The picture as it is, in one tile wherever that falls. */
static mr_detection_augment one_tile(void) {
    mr_detection_augment augment = mr_detection_augment_defaults();
    augment.look = mr_augment_none();
    augment.mosaic = augment.by_face = 0;
    return augment;
}

static void a_face_cut_off_is_ignored(void **state) {
    (void)state;
    mr_labelled_picture scene;
    mr_labelled_face face;
    make_scene(&scene, &face);
    mr_detection_set set = {&scene, 1, &face, 1};
    const uint32_t chosen = 0;
    mr_scene_choice choice = {&set, &chosen, 1};
    mr_detection_augment augment = one_tile();
    mr_image out;
    assert_ok(mr_image_create(64, 64, 3, &out));
    mr_drawn_faces faces = {0};
    size_t ignored = 0;
    for (uint64_t i = 0; i < 200; i++) {
        mr_rng rng = mr_rng_keyed(4, i, 0);
        assert_ok(mr_detection_draw(&augment, &choice, 0, &rng, &out, &faces));
        for (size_t k = 0; k < faces.count; k++) {
            const mr_box *box = &faces.faces[k].box;
            /* the zoom is the same both ways, so a whole face is as wide as high */
            float whole = fmaxf(box->width, box->height);
            bool little = box->width * box->height < 0.39F * whole * whole;
            assert_true(faces.faces[k].ignored || !little);
            ignored += faces.faces[k].ignored;
        }
    }
    assert_true(ignored > 5);
    free(faces.faces);
    mr_image_free(&out);
    mr_image_free(&scene.image);
}

/* Half of the label lies beyond the picture's left border, and one eye. */
static void what_lies_beyond_the_border_is_not_learned(void **state) {
    (void)state;
    mr_labelled_picture scene;
    mr_labelled_face face;
    make_scene(&scene, &face);
    face.box = (mr_box){-20, 20, 40, 40};
    face.landmarks[0].x = -8;
    mr_detection_set set = {&scene, 1, &face, 1};
    const uint32_t chosen = 0;
    mr_scene_choice choice = {&set, &chosen, 1};
    mr_detection_augment augment = one_tile();
    augment.turn = augment.any_turn = 0;
    augment.least_crop = 1;
    mr_image out;
    assert_ok(mr_image_create(160, 160, 3, &out));
    mr_drawn_faces faces = {0};
    int seen = 0;
    for (uint64_t i = 0; i < 50; i++) {
        mr_rng rng = mr_rng_keyed(6, i, 0);
        assert_ok(mr_detection_draw(&augment, &choice, 0, &rng, &out, &faces));
        const mr_box *box = &faces.faces[0].box;
        if (faces.count == 0 || box->y <= 0 || box->y + box->height >= 160)
            continue; /* cut by the tile as well */
        assert_true(box->width < 0.55F * box->height);
        assert_int_equal(faces.faces[0].points, MR_POINTS_NONE);
        seen++;
    }
    assert_true(seen > 20);
    face.box.x = -50; /* nothing of it is to be seen */
    mr_rng rng = mr_rng_keyed(6, 0, 0);
    assert_ok(mr_detection_draw(&augment, &choice, 0, &rng, &out, &faces));
    assert_int_equal(faces.count, 0);
    free(faces.faces);
    mr_image_free(&out);
    mr_image_free(&scene.image);
}

static void check_bright_part(const mr_image *image, const mr_box *box) {
    float left = 1e6F, top = 1e6F, right = 0, bottom = 0;
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < image->width; x++)
            if (level_at(image, (mr_point){(float)x, (float)y}) > 135) {
                left = fminf(left, (float)x);
                right = fmaxf(right, (float)x + 1);
                top = fminf(top, (float)y);
                bottom = fmaxf(bottom, (float)y + 1);
            }
    assert_true(fabsf(box->x - left) < 2 && fabsf(box->x + box->width - right) < 2);
    assert_true(fabsf(box->y - top) < 2 && fabsf(box->y + box->height - bottom) < 2);
}

/* The box that is told of a turned ellipse is the box round what is drawn of it. */
static void a_turned_box_encloses_the_face(void **state) {
    (void)state;
    mr_labelled_picture scene = {.width = 200, .height = 200, .count = 1};
    assert_ok(mr_image_create(200, 200, 3, &scene.image));
    for (int y = 0; y < 200; y++)
        for (int x = 0; x < 200; x++) {
            float across = ((float)x + 0.5F - 100) / 20, down = ((float)y + 0.5F - 100) / 35;
            uint8_t level = across * across + down * down < 1 ? 250 : 20;
            memset(scene.image.pixels + (size_t)y * scene.image.stride + 3 * (size_t)x, level, 3);
        }
    mr_labelled_face face = {.box = {80, 65, 40, 70}};
    mr_detection_set set = {&scene, 1, &face, 1};
    const uint32_t chosen = 0;
    mr_scene_choice choice = {&set, &chosen, 1};
    mr_detection_augment augment = one_tile();
    augment.least_crop = 1;
    augment.any_turn = 1;
    mr_image out;
    assert_ok(mr_image_create(160, 160, 3, &out));
    mr_drawn_faces faces = {0};
    for (uint64_t i = 0; i < 50; i++) {
        mr_rng rng = mr_rng_keyed(5, i, 0);
        assert_ok(mr_detection_draw(&augment, &choice, 0, &rng, &out, &faces));
        assert_int_equal(faces.count, 1);
        check_bright_part(&out, &faces.faces[0].box);
    }
    free(faces.faces);
    mr_image_free(&out);
    mr_image_free(&scene.image);
}

/* ---- assignment ---- */

/* A level of 8 × 8 cells of 8 pixels and one of 4 × 4 of 16. */
static mr_yolo_grid made_grid(void) {
    return (mr_yolo_grid){
        .levels = {{0, 8, 8, 8, 0}, {1, 16, 4, 4, 64}}, .level_count = 2, .cells = 80};
}

/* Every cell says the box of a stride around its centre with a score of one half. */
static void predict_plainly(const mr_yolo_grid *grid, mr_face *predicted) {
    const float zeros[MR_YOLO_VALUES * 64] = {0};
    for (int k = 0; k < grid->level_count; k++) {
        const mr_yolo_level *level = &grid->levels[k];
        for (int y = 0; y < level->height; y++)
            for (int x = 0; x < level->width; x++) {
                mr_yolo_decode(level, x, y, zeros, predicted);
                predicted++->score = 0.5F;
            }
    }
}

static void cells_go_to_the_face_that_they_fit(void **state) {
    (void)state;
    mr_yolo_grid grid = made_grid();
    mr_face predicted[80];
    mr_cell_target targets[80];
    predict_plainly(&grid, predicted);
    /* as large as a cell of the first level, just there; and as one of the second */
    const mr_labelled_face faces[] = {{.box = {16, 24, 8, 8}}, {.box = {32, 32, 16, 16}}};
    mr_assign_params params = mr_assign_params_defaults();
    params.least_strides = 1;
    mr_assign(&params, &grid, predicted, faces, 2, targets);
    const mr_cell_target *small = &targets[3 * 8 + 2], *large = &targets[64 + 2 * 4 + 2];
    assert_int_equal(small->face, 0);
    assert_true(fabsf(small->overlap - 1) < 1e-5F && fabsf(small->quality - 1) < 1e-5F);
    assert_int_equal(large->face, 1);
    assert_true(fabsf(large->quality - 1) < 1e-5F);
    /* a fine cell inside the large face overlaps it by a quarter: quality (1/4)^4 */
    const mr_cell_target *fine = &targets[4 * 8 + 4];
    assert_int_equal(fine->face, 1);
    assert_true(fabsf(fine->quality - 1.0F / 256) < 1e-5F);
    assert_int_equal(targets[0].face, MR_CELL_BACKGROUND);
    assert_true(targets[0].quality == 0);
}

/* Which levels learn a face of this size in the middle of the picture. */
static void check_levels(float size, bool fine, bool coarse) {
    mr_yolo_grid grid = made_grid();
    mr_face predicted[80];
    mr_cell_target targets[80];
    predict_plainly(&grid, predicted);
    const mr_labelled_face face = {.box = {32 - size / 2, 32 - size / 2, size, size}};
    mr_assign_params params = mr_assign_params_defaults();
    params.most = MR_ASSIGN_MOST;
    mr_assign(&params, &grid, predicted, &face, 1, targets);
    bool taken[2] = {false, false};
    for (int i = 0; i < 80; i++)
        taken[i >= 64] |= targets[i].face == 0;
    assert_int_equal(taken[0], fine);
    assert_int_equal(taken[1], coarse);
}

static void a_level_learns_its_sizes(void **state) {
    (void)state;
    check_levels(6, true, false); /* the finest takes all that are smaller */
    check_levels(31, true, false);
    check_levels(40, true, true); /* 5 strides of 8, 2.5 of 16 */
    check_levels(49, false, true);
    check_levels(62, false, true);
}

static void only_the_best_cells_are_taken(void **state) {
    (void)state;
    mr_yolo_grid grid = made_grid();
    mr_face predicted[80];
    mr_cell_target targets[80];
    predict_plainly(&grid, predicted);
    const mr_labelled_face face = {.box = {0, 0, 64, 64}};
    mr_assign_params params = mr_assign_params_defaults();
    params.most = 3;
    predicted[70].score = 0.9F;
    predicted[75].score = 0.8F;
    predicted[66].score = 0.7F;
    mr_assign(&params, &grid, predicted, &face, 1, targets);
    for (int i = 0; i < 80; i++)
        assert_int_equal(targets[i].face == 0, i == 66 || i == 70 || i == 75);
    assert_true(targets[70].quality > targets[75].quality);
    assert_true(fabsf(targets[70].quality - targets[70].overlap) < 1e-6F);
}

static void ignored_regions_do_not_count_but_faces_in_them_do(void **state) {
    (void)state;
    mr_yolo_grid grid = made_grid();
    mr_face predicted[80];
    mr_cell_target targets[80];
    predict_plainly(&grid, predicted);
    const mr_labelled_face faces[] = {{.box = {0, 0, 32, 32}, .ignored = true},
                                      {.box = {8, 8, 8, 8}}};
    mr_assign_params params = mr_assign_params_defaults();
    mr_assign(&params, &grid, predicted, faces, 2, targets);
    assert_int_equal(targets[9].face, 1);
    assert_int_equal(targets[0].face, MR_CELL_UNCOUNTED);
    assert_int_equal(targets[3 * 8 + 3].face, MR_CELL_UNCOUNTED);
    assert_int_equal(targets[4 * 8 + 4].face, MR_CELL_BACKGROUND);
}

/* A face smaller than half a cell is learned all the same. */
static void tiny_faces_get_a_cell(void **state) {
    (void)state;
    mr_yolo_grid grid = made_grid();
    mr_face predicted[80];
    mr_cell_target targets[80];
    predict_plainly(&grid, predicted);
    const mr_labelled_face face = {.box = {14.5F, 14.5F, 3, 3}};
    mr_assign_params params = mr_assign_params_defaults();
    mr_assign(&params, &grid, predicted, &face, 1, targets);
    int taken = 0;
    for (int i = 0; i < 80; i++)
        taken += targets[i].face == 0;
    assert_true(taken >= 1);
}

/* ---- loss ---- */

static void eiou_of_known_boxes(void **state) {
    (void)state;
    float by[4];
    const mr_box truth = {0, 0, 10, 10}, same = truth, moved = {5, 0, 10, 10},
                 away = {20, 0, 10, 10};
    assert_true(fabsf(mr_eiou(&same, &truth, by)) < 1e-6F);
    /* IoU 1/3, centres 5 apart, around both 15 × 10 */
    assert_true(fabsf(mr_eiou(&moved, &truth, by) - (1 - 1.0F / 3 + 25.0F / 325)) < 1e-5F);
    assert_true(by[0] > 0);
    /* apart: still told to come nearer */
    assert_true(fabsf(mr_eiou(&away, &truth, by) - (1 + 400.0F / 1000)) < 1e-5F);
    assert_true(by[0] > 0);
}

static void eiou_agrees_with_finite_differences(void **state) {
    (void)state;
    mr_rng rng = mr_rng_seeded(5);
    for (int i = 0; i < 300; i++) {
        float c[4] = {(float)mr_rng_range(&rng, 0, 30), (float)mr_rng_range(&rng, 0, 30),
                      (float)mr_rng_range(&rng, 4, 30), (float)mr_rng_range(&rng, 4, 30)};
        const mr_box truth = {7.3F, 9.1F, 14.7F, 11.9F};
        mr_box box = {c[0] - c[2] / 2, c[1] - c[3] / 2, c[2], c[3]};
        float by[4], unused[4], h = 0.01F;
        (void)mr_eiou(&box, &truth, by);
        for (int k = 0; k < 4; k++) {
            float loss[2];
            for (int side = 0; side < 2; side++) {
                float m[4] = {c[0], c[1], c[2], c[3]};
                m[k] += side ? h : -h;
                mr_box other = {m[0] - m[2] / 2, m[1] - m[3] / 2, m[2], m[3]};
                loss[side] = mr_eiou(&other, &truth, unused);
            }
            float expected = (loss[1] - loss[0]) / (2 * h);
            if (fabsf(expected - by[k]) > 2e-3F)
                fail_msg("box %d, component %d: %g, expected %g", i, k, (double)by[k],
                         (double)expected);
        }
    }
}

enum { BATCH = 2 };

typedef struct trial {
    mr_yolo_grid grid;
    mr_detection_loss *loss;
    float *outputs[2], *gradients[2]; /* of each level */
    mr_labelled_face faces[3];
    mr_drawn_faces drawn[BATCH];
} trial;

static void begin_trial(trial *t, const mr_detection_loss_params *params) {
    *t = (trial){.grid = made_grid()};
    assert_ok(mr_detection_loss_create(params, &t->grid, BATCH, &t->loss));
    mr_rng rng = mr_rng_seeded(11);
    for (int k = 0; k < 2; k++) {
        size_t floats = BATCH * MR_YOLO_VALUES * (size_t)(k ? 16 : 64);
        t->outputs[k] = mr_alloc(floats * sizeof(float));
        t->gradients[k] = mr_alloc(floats * sizeof(float));
        for (size_t i = 0; i < floats; i++)
            t->outputs[k][i] = (float)mr_rng_range(&rng, -0.4, 0.4);
    }
    t->faces[0] = (mr_labelled_face){.box = {9, 10, 14, 17}, .points = MR_POINTS_HUMAN};
    t->faces[1] = (mr_labelled_face){.box = {33, 30, 25, 22}, .points = MR_POINTS_NONE};
    t->faces[2] = (mr_labelled_face){.box = {3, 31, 22, 27}, .points = MR_POINTS_AUTO};
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < MR_LANDMARKS; k++)
            t->faces[i].landmarks[k] =
                (mr_point){t->faces[i].box.x + t->faces[i].box.width * made_points[k].x,
                           t->faces[i].box.y + t->faces[i].box.height * made_points[k].y};
    t->drawn[0] = (mr_drawn_faces){t->faces, 2, 2};
    t->drawn[1] = (mr_drawn_faces){t->faces + 2, 1, 1};
}

static void end_trial(trial *t) {
    mr_detection_loss_free(t->loss);
    for (int k = 0; k < 2; k++) {
        free(t->outputs[k]);
        free(t->gradients[k]);
    }
}

static mr_detection_losses take(trial *t) {
    const float *outputs[] = {t->outputs[0], t->outputs[1]};
    mr_detection_losses parts;
    assert_ok(mr_detection_loss_take(t->loss, outputs, t->drawn, t->gradients, &parts));
    return parts;
}

/* Without the score in the alignment, the qualities do not change with it. */
static void the_score_agrees_with_finite_differences(void **state) {
    (void)state;
    mr_detection_loss_params params = mr_detection_loss_defaults();
    params.box = params.landmarks = 0;
    params.assign.score_power = 0;
    trial t;
    begin_trial(&t, &params);
    (void)take(&t);
    float gradients[2][BATCH * MR_YOLO_VALUES * 64];
    for (int k = 0; k < 2; k++)
        memcpy(gradients[k], t.gradients[k],
               BATCH * MR_YOLO_VALUES * (size_t)(k ? 16 : 64) * sizeof(float));
    for (int k = 0; k < 2; k++)
        for (size_t picture = 0; picture < BATCH; picture++)
            for (size_t cell = 0; cell < (k ? 16 : 64); cell++) {
                size_t i = picture * MR_YOLO_VALUES * (size_t)(k ? 16 : 64) + cell;
                float *raw = &t.outputs[k][i], kept = *raw;
                *raw = kept + 0.05F;
                double above = take(&t).score;
                *raw = kept - 0.05F;
                double below = take(&t).score;
                *raw = kept;
                assert_true(fabs((above - below) / 0.1 - (double)gradients[k][i]) < 2e-4);
            }
    end_trial(&t);
}

/* What the cell at (1, 1) of the first level says. */
static mr_box box_of_cell(const trial *t) {
    mr_face face;
    mr_yolo_decode(&t->grid.levels[0], 1, 1, t->outputs[0] + 9, &face);
    return face.box;
}

/* One face and one cell for it, whose quality is its IoU and is taken as given. */
static void box_and_points_agree_with_finite_differences(void **state) {
    (void)state;
    mr_detection_loss_params params = mr_detection_loss_defaults();
    params.score = 0;
    params.assign.most = 1;
    params.assign.score_power = 8;
    trial t;
    begin_trial(&t, &params);
    t.drawn[0].count = 1;
    t.drawn[1].count = 0;
    t.outputs[0][9] = 8; /* the cell in the middle of the face is surest */
    (void)take(&t);
    float gradients[MR_YOLO_VALUES * 64], unused[4], h = 0.002F;
    memcpy(gradients, t.gradients[0], sizeof gradients);
    mr_box box = box_of_cell(&t);
    float quality = mr_box_iou(&box, &t.faces[0].box);
    assert_true(quality > 0.1F && quality < 1);
    for (size_t plane = 1; plane < MR_YOLO_VALUES; plane++) {
        size_t i = plane * 64 + 9;
        float *raw = &t.outputs[0][i], kept = *raw;
        double loss[2];
        for (int side = 0; side < 2; side++) {
            *raw = side ? kept + h : kept - h;
            box = box_of_cell(&t);
            loss[side] =
                plane <= 4 ? (double)(params.box * quality * mr_eiou(&box, &t.faces[0].box, unused))
                           : take(&t).landmarks;
        }
        *raw = kept;
        double expected = (loss[1] - loss[0]) / (double)(2 * h);
        assert_true(fabsf(gradients[i]) > 1e-6F);
        if (fabs(expected - (double)gradients[i]) > 5e-3)
            fail_msg("plane %zu: %g, expected %g", plane, (double)gradients[i], expected);
    }
    end_trial(&t);
}

static void parts_follow_what_is_known(void **state) {
    (void)state;
    mr_detection_loss_params params = mr_detection_loss_defaults();
    trial t;
    begin_trial(&t, &params);
    mr_detection_losses first = take(&t);
    assert_true(first.score > 0 && first.box > 0 && first.landmarks > 0);
    t.faces[2].points = MR_POINTS_HUMAN; /* counts double */
    mr_detection_losses surer = take(&t);
    assert_true(surer.landmarks > first.landmarks && surer.box == first.box);
    t.faces[0].points = t.faces[2].points = MR_POINTS_NONE;
    assert_true(take(&t).landmarks == 0);
    for (int i = 0; i < 3; i++)
        t.faces[i].ignored = true;
    mr_detection_losses none = take(&t);
    assert_true(none.box == 0 && none.score > 0);
    /* no gradient inside an ignored region */
    assert_true(t.gradients[0][2 * 8 + 1] == 0 && t.gradients[0][7 * 8 + 7] != 0);
    end_trial(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mirror_image_swaps_left_and_right_points),
        cmocka_unit_test(drawn_faces_lie_where_the_picture_shows_them),
        cmocka_unit_test(a_face_cut_off_is_ignored),
        cmocka_unit_test(what_lies_beyond_the_border_is_not_learned),
        cmocka_unit_test(a_turned_box_encloses_the_face),
        cmocka_unit_test(cells_go_to_the_face_that_they_fit),
        cmocka_unit_test(a_level_learns_its_sizes),
        cmocka_unit_test(only_the_best_cells_are_taken),
        cmocka_unit_test(ignored_regions_do_not_count_but_faces_in_them_do),
        cmocka_unit_test(tiny_faces_get_a_cell),
        cmocka_unit_test(eiou_of_known_boxes),
        cmocka_unit_test(eiou_agrees_with_finite_differences),
        cmocka_unit_test(the_score_agrees_with_finite_differences),
        cmocka_unit_test(box_and_points_agree_with_finite_differences),
        cmocka_unit_test(parts_follow_what_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
