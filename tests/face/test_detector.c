/* Whatever finds the faces, behind its one interface: what is loaded, and what is found with the
 * shipped model on real faces: one, a huge one, two hundred. */
#include "base/file.h"
#include "counted_memory.h"
#include "face/box.h"
#include "face/detector.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

#define MODEL    "models/detector"
#define PORTRAIT "data/samples/astronaut.jpg"

enum { FACES_MAX = 300 };

static const mr_box portrait_face = {175, 70, 98, 104};

static mr_detector_model *load(mr_detector_kind kind, const char *folder) {
    mr_detector_model *model;
    assert_ok(mr_detector_load(kind, folder, &model));
    return model;
}

static void a_missing_folder_leaves_the_cascade(void **state) {
    (void)state;
    mr_detector_model *model = load(MR_DETECTOR_AUTO, "no/such/folder");
    assert_int_equal(mr_detector_model_kind(model), MR_DETECTOR_HAAR);
    assert_null(mr_detector_model_network(model));
    mr_detector_model_free(model);
    model = NULL;
    assert_int_equal(mr_detector_load(MR_DETECTOR_YOLO, "no/such/folder", &model), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "no/such/folder: "));
    assert_null(model);
    mr_detector_model_free(NULL);
    mr_detector_free(NULL);
}

static void the_shipped_model_is_taken_unless_haar_is_asked_for(void **state) {
    (void)state;
    const mr_detector_kind wanted[] = {MR_DETECTOR_AUTO, MR_DETECTOR_YOLO, MR_DETECTOR_HAAR};
    const mr_detector_kind got[] = {MR_DETECTOR_YOLO, MR_DETECTOR_YOLO, MR_DETECTOR_HAAR};
    for (int i = 0; i < 3; i++) {
        mr_detector_model *model = load(wanted[i], MODEL);
        assert_int_equal(mr_detector_model_kind(model), got[i]);
        assert_int_equal(mr_detector_model_network(model) != NULL, got[i] == MR_DETECTOR_YOLO);
        mr_detector_model_free(model);
    }
}

static void put(const char *folder, const char *name, const void *bytes, size_t size) {
    char *path = mr_path_join(folder, name);
    assert_ok(mr_file_write(path, bytes, size));
    free(path);
}

static void assert_broken(const char *folder, const char *file) {
    mr_detector_model *model = NULL;
    char *path = mr_path_join(folder, file);
    assert_int_not_equal(mr_detector_load(MR_DETECTOR_AUTO, folder, &model), MR_OK);
    assert_null(model);
    if (strstr(mr_last_error(), path) == NULL)
        fail_msg("'%s' does not name %s", mr_last_error(), path);
    free(path);
}

static void a_broken_model_is_an_error_that_names_the_file(void **state) {
    (void)state;
    char folder[] = "/tmp/moodreel-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_broken(folder, "network.txt"); /* is not there */
    put(folder, "network.txt", "nonsense\n", 9);
    assert_broken(folder, "network.txt");
    unsigned char *bytes;
    size_t size;
    assert_ok(mr_file_read(MODEL "/network.txt", 1 << 20, &bytes, &size));
    put(folder, "network.txt", bytes, size);
    free(bytes);
    assert_broken(folder, "weights.safetensors");
    assert_ok(mr_file_read(MODEL "/weights.safetensors", 8 << 20, &bytes, &size));
    put(folder, "weights.safetensors", bytes, size / 2);
    free(bytes);
    assert_broken(folder, "weights.safetensors");
    mr_test_remove(folder);
}

static size_t find(mr_detector_kind kind, const mr_image *image, mr_sureness least,
                   mr_face faces[FACES_MAX]) {
    mr_detector_model *model = load(kind, MODEL);
    mr_detector *detector;
    size_t count;
    assert_ok(mr_detector_create(model, &detector));
    assert_ok(mr_detector_run(detector, image, least, faces, FACES_MAX, &count));
    for (size_t i = 0; i < count; i++) {
        assert_true(i == 0 || faces[i].score <= faces[i - 1].score);
        assert_true(least == MR_FACES_FAINT || faces[i].score >= mr_detector_model_sure(model));
    }
    mr_detector_free(detector);
    mr_detector_model_free(model);
    return count;
}

static bool holds(const mr_box *box, mr_point p) {
    return p.x > box->x && p.x < box->x + box->width && p.y > box->y && p.y < box->y + box->height;
}

static void both_find_a_portrait(void **state) {
    (void)state;
    mr_image photo;
    mr_face faces[FACES_MAX];
    assert_ok(mr_image_load(PORTRAIT, NULL, &photo));
    assert_int_equal(find(MR_DETECTOR_HAAR, &photo, MR_FACES_SURE, faces), 1);
    assert_true(mr_box_iou(&faces[0].box, &portrait_face) > 0.5f);
    assert_false(faces[0].has_landmarks);

    assert_int_equal(find(MR_DETECTOR_YOLO, &photo, MR_FACES_SURE, faces), 1);
    assert_true(mr_box_iou(&faces[0].box, &portrait_face) > 0.5f);
    assert_true(faces[0].has_landmarks);
    const mr_point *p = faces[0].landmarks;
    for (int i = 0; i < MR_LANDMARKS; i++)
        assert_true(holds(&faces[0].box, p[i]));
    assert_true(p[0].x < p[1].x && p[3].x < p[4].x);                    /* eyes, mouth */
    assert_true(p[0].y < p[2].y && p[2].y < p[3].y && p[1].y < p[4].y); /* downwards */
    mr_image_free(&photo);
}

static void faint_faces_are_the_sure_ones_and_more(void **state) {
    (void)state;
    mr_image wall;
    mr_face sure[FACES_MAX], faint[FACES_MAX];
    assert_ok(mr_image_load("data/samples/wall.jpg", NULL, &wall));
    for (mr_detector_kind kind = MR_DETECTOR_YOLO; kind <= MR_DETECTOR_HAAR; kind++) {
        size_t count = find(kind, &wall, MR_FACES_SURE, sure);
        size_t all = find(kind, &wall, MR_FACES_FAINT, faint);
        assert_true(count >= 3 && all >= count);
        for (size_t i = 0; i < count; i++)
            assert_memory_equal(&sure[i].box, &faint[i].box, sizeof sure[i].box);
    }
    mr_image_free(&wall);
}

/* Draws the square of the portrait whose middle is its face into a square of the picture. */
static void draw_face(const mr_image *photo, float share, mr_image *out, int x, int y, int side) {
    float middle_x = portrait_face.x + portrait_face.width / 2;
    float middle_y = portrait_face.y + portrait_face.height / 2;
    float seen = portrait_face.height / share, scale = seen / (float)side;
    mr_image tile = *out;
    tile.width = tile.height = side;
    tile.pixels += (size_t)y * out->stride + 3 * (size_t)x;
    const mr_affine map = {.a = scale,
                           .c = middle_x - seen / 2 + (scale - 1) / 2,
                           .e = scale,
                           .f = middle_y - seen / 2 + (scale - 1) / 2};
    mr_image_warp(photo, &map, &tile);
}

static void a_huge_face_is_found(void **state) {
    (void)state;
    mr_image photo, close;
    mr_face faces[FACES_MAX];
    assert_ok(mr_image_load(PORTRAIT, NULL, &photo));
    for (int side = 480; side <= 720; side += 60) {
        assert_ok(mr_image_create(side, side, 3, &close));
        draw_face(&photo, 0.95f, &close, 0, 0, side);
        assert_int_equal(find(MR_DETECTOR_YOLO, &close, MR_FACES_SURE, faces), 1);
        /* where draw_face put the face: 85 % of the picture */
        const float k = (float)side / 600;
        const mr_box *box = &faces[0].box, drawn = {32 * k, 15 * k, 537 * k, 570 * k};
        if (mr_box_iou(box, &drawn) < 0.6f)
            fail_msg("%d px: box of %g × %g", side, (double)box->width, (double)box->height);
        mr_image_free(&close);
    }
    mr_image_free(&photo);
}

/* A class photo: 20 × 10 faces, told apart and where they are. */
static void two_hundred_faces_are_found(void **state) {
    (void)state;
    enum { ACROSS = 20, DOWN = 10, SIDE = 64 };
    mr_image photo, crowd;
    mr_face faces[FACES_MAX];
    assert_ok(mr_image_load(PORTRAIT, NULL, &photo));
    assert_ok(mr_image_create(ACROSS * SIDE, DOWN * SIDE, 3, &crowd));
    for (int i = 0; i < ACROSS * DOWN; i++)
        draw_face(&photo, 0.6f, &crowd, SIDE * (i % ACROSS), SIDE * (i / ACROSS), SIDE);
    size_t count = find(MR_DETECTOR_YOLO, &crowd, MR_FACES_SURE, faces), right = 0;
    bool seen[ACROSS * DOWN] = {false};
    for (size_t i = 0; i < count; i++) {
        float x = faces[i].box.x + faces[i].box.width / 2;
        float y = faces[i].box.y + faces[i].box.height / 2;
        int tile = (int)(x / SIDE) + ACROSS * (int)(y / SIDE);
        right += !seen[tile];
        seen[tile] = true;
    }
    if (count > ACROSS * DOWN * 1.02 || right < ACROSS * DOWN * 0.95)
        fail_msg("%zu faces in %zu of %d places", count, right, ACROSS * DOWN);
    mr_image_free(&crowd);
    mr_image_free(&photo);
}

static void further_pictures_allocate_nothing(void **state) {
    (void)state;
    mr_image photo;
    mr_face faces[FACES_MAX];
    size_t count;
    assert_ok(mr_image_load(PORTRAIT, NULL, &photo));
    for (mr_detector_kind kind = MR_DETECTOR_YOLO; kind <= MR_DETECTOR_HAAR; kind++) {
        mr_detector_model *model = load(kind, MODEL);
        mr_detector *detector;
        assert_ok(mr_detector_create(model, &detector));
        assert_ok(mr_detector_run(detector, &photo, MR_FACES_FAINT, faces, FACES_MAX, &count));
        long before = mr_memory_asked;
        for (int i = 0; i < 3; i++)
            assert_ok(mr_detector_run(detector, &photo, MR_FACES_SURE, faces, FACES_MAX, &count));
        assert_int_equal(mr_memory_asked, before);
        assert_int_equal(count, 1);
        mr_detector_free(detector);
        mr_detector_model_free(model);
    }
    mr_image_free(&photo);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_folder_leaves_the_cascade),
        cmocka_unit_test(the_shipped_model_is_taken_unless_haar_is_asked_for),
        cmocka_unit_test(a_broken_model_is_an_error_that_names_the_file),
        cmocka_unit_test(both_find_a_portrait),
        cmocka_unit_test(faint_faces_are_the_sure_ones_and_more),
        cmocka_unit_test(a_huge_face_is_found),
        cmocka_unit_test(two_hundred_faces_are_found),
        cmocka_unit_test(further_pictures_allocate_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
