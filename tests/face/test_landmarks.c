/* The second look at a face: its frame, what it makes of its network's answers, and its memory. */
#include "base/file.h"
#include "counted_memory.h"
#include "face/box.h"
#include "face/crop.h"
#include "face/landmarks.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Answers its bias whatever it sees. */
static const char constant[] = "moodreel-network 1\n"
                               "input image channels=3 height=32 width=32 mean=127.5 deviation=64\n"
                               "globalpool p image\n"
                               "linear landmarks p out=10\noutput landmarks\n";

static mr_network *made_network(const char *text) {
    mr_network *network;
    assert_ok(mr_network_parse(text, "made", &network));
    return network;
}

/* A face as the framing has it on average, `scale` times as large and turned. */
static mr_face made_face(float scale, float angle) {
    mr_face face = {.has_landmarks = true, .box = {20, 20, 60, 60}};
    for (int k = 0; k < MR_LANDMARKS; k++) {
        mr_point p = mr_crop_landmark(MR_FRAMING_ATTRIBUTES, k, 100);
        face.landmarks[k] = (mr_point){scale * (cosf(angle) * p.x - sinf(angle) * p.y) + 40,
                                       scale * (sinf(angle) * p.x + cosf(angle) * p.y) + 10};
    }
    return face;
}

static mr_landmark_model *constant_model(float shift) {
    mr_network *network = made_network(constant);
    float *values = calloc(network->total, sizeof *values);
    for (size_t i = network->total - 10; i < network->total; i++)
        values[i] = shift;
    mr_landmark_model *model;
    assert_ok(mr_landmark_model_of(network, values, &model));
    mr_network_free(network);
    free(values);
    return model;
}

static void values_are_shifts_from_the_mean_places(void **state) {
    (void)state;
    float values[MR_LANDMARK_VALUES], back[MR_LANDMARK_VALUES];
    for (int i = 0; i < MR_LANDMARK_VALUES; i++)
        values[i] = 0.01F * (float)(i - 4);
    mr_point places[MR_LANDMARKS];
    mr_landmarks_of_values(values, 64, places);
    mr_point mean = mr_crop_landmark(MR_FRAMING_ATTRIBUTES, 2, 64);
    assert_float_equal(places[2].x, mean.x, 1e-5); /* value 4 is 0 */
    assert_float_equal(places[2].y, mean.y + 0.64F, 1e-5);
    mr_landmarks_to_values(places, 64, back);
    for (int i = 0; i < MR_LANDMARK_VALUES; i++)
        assert_float_equal(back[i], values[i], 1e-6);
}

/* Who sees no reason to move anything leaves an average face as it is; a constant shift moves it
 * in its own sense: right is where its left eye's right is. */
static void landmarks_move_in_the_sense_of_the_face(void **state) {
    (void)state;
    mr_image photo;
    assert_ok(mr_image_create(160, 160, 3, &photo));
    memset(photo.pixels, 90, photo.stride * 160);
    for (int i = 0; i < 2; i++) {
        float shift = i ? 0.1F : 0;
        mr_landmark_model *model = constant_model(shift);
        mr_landmark_context *context;
        assert_ok(mr_landmark_context_create(model, &context));
        const float angle = 0.5F, scale = 0.6F;
        mr_face before = made_face(scale, angle), face = before;
        assert_ok(mr_landmarks_refine(context, &photo, &face));
        float way = MR_LANDMARK_LOOKS * 100 * scale * shift; /* each look shifts again */
        float x = way * (cosf(angle) - sinf(angle)), y = way * (sinf(angle) + cosf(angle));
        for (int k = 0; k < MR_LANDMARKS; k++) {
            assert_float_equal(face.landmarks[k].x, before.landmarks[k].x + x, 0.02);
            assert_float_equal(face.landmarks[k].y, before.landmarks[k].y + y, 0.02);
        }
        mr_landmark_context_free(context);
        mr_landmark_model_free(model);
    }
    mr_image_free(&photo);
}

static void a_face_without_landmarks_gets_some(void **state) {
    (void)state;
    mr_image photo;
    assert_ok(mr_image_create(100, 100, 1, &photo));
    memset(photo.pixels, 90, photo.stride * 100);
    mr_landmark_model *model = constant_model(0);
    mr_landmark_context *context;
    assert_ok(mr_landmark_context_create(model, &context));
    mr_face face = {.box = {30, 20, 50, 50}};
    assert_ok(mr_landmarks_refine(context, &photo, &face));
    assert_true(face.has_landmarks);
    for (int k = 0; k < MR_LANDMARKS; k++)
        assert_true(face.landmarks[k].x > 30 && face.landmarks[k].x < 80 &&
                    face.landmarks[k].y > 20 && face.landmarks[k].y < 80);
    mr_landmark_context_free(context);
    mr_landmark_model_free(model);
    mr_image_free(&photo);
}

static void small_faces_keep_what_they_have(void **state) {
    (void)state;
    mr_image photo;
    assert_ok(mr_image_create(160, 160, 3, &photo));
    memset(photo.pixels, 90, photo.stride * 160);
    mr_landmark_model *model = constant_model(0.1F);
    mr_landmark_context *context;
    assert_ok(mr_landmark_context_create(model, &context));
    mr_face before = made_face(0.6F, 0), faces[2] = {before, before};
    faces[0].box.width = faces[0].box.height = MR_READABLE_SIDE - 1;
    assert_ok(mr_landmarks_refine_all(context, &photo, faces, 2));
    assert_memory_equal(faces[0].landmarks, before.landmarks, sizeof before.landmarks);
    assert_true(faces[1].landmarks[0].x > before.landmarks[0].x + 1);
    mr_landmark_context_free(context);
    mr_landmark_model_free(model);
    mr_image_free(&photo);
}

static void other_networks_are_refused(void **state) {
    (void)state;
    static const char *const others[] = {
        "moodreel-network 1\ninput image channels=1 height=32 width=32\n"
        "linear a image out=10\noutput a\n",
        "moodreel-network 1\ninput image channels=3 height=32 width=16\n"
        "linear a image out=10\noutput a\n",
        "moodreel-network 1\ninput image channels=3 height=32 width=32\n"
        "linear a image out=8\noutput a\n",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        mr_network *network = made_network(others[i]);
        float *values = calloc(network->total, sizeof *values);
        mr_landmark_model *model;
        assert_int_equal(mr_landmark_model_of(network, values, &model), MR_E_MISMATCH);
        free(values);
        mr_network_free(network);
    }
    mr_landmark_model *model;
    assert_int_equal(mr_landmark_model_load("/nowhere", &model), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "/nowhere"));
}

static void a_look_allocates_nothing(void **state) {
    (void)state;
    mr_image photo;
    assert_ok(mr_image_create(160, 160, 3, &photo));
    memset(photo.pixels, 90, photo.stride * 160);
    mr_landmark_model *model = constant_model(0);
    mr_landmark_context *context;
    assert_ok(mr_landmark_context_create(model, &context));
    mr_face face = made_face(0.6F, 0);
    assert_ok(mr_landmarks_refine(context, &photo, &face));
    long before = mr_memory_asked;
    assert_ok(mr_landmarks_refine(context, &photo, &face));
    assert_int_equal(mr_memory_asked, before);
    mr_landmark_context_free(context);
    mr_landmark_model_free(model);
    mr_image_free(&photo);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_shifts_from_the_mean_places),
        cmocka_unit_test(landmarks_move_in_the_sense_of_the_face),
        cmocka_unit_test(a_face_without_landmarks_gets_some),
        cmocka_unit_test(small_faces_keep_what_they_have),
        cmocka_unit_test(other_networks_are_refused),
        cmocka_unit_test(a_look_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
