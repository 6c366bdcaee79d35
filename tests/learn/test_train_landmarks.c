/* A tiny network learns to set the points of made faces, and a run that was cut goes on to the
 * bit. */
#include "face/landmarks.h"
#include "learn/dataset_landmarks.h"
#include "learn/train_landmarks.h"
#include "made_faces.h"
#include "made_scenes.h"

#include <math.h>

static const char made_network[] =
    "moodreel-network 1\n"
    "input image channels=3 height=32 width=32 mean=127.5 deviation=64\n"
    "conv a image out=8 kernel=3 stride=2\n"
    "batchnorm a_bn a\nrelu a_a a_bn\n"
    "conv b a_a out=16 kernel=3 stride=2\n"
    "batchnorm b_bn b\nrelu b_a b_bn\n"
    "conv c b_a out=16 kernel=3 stride=2\n"
    "batchnorm c_bn c\nrelu c_a c_bn\n"
    "linear landmarks c_a out=10\noutput landmarks\n";

static int set_up(void **state) {
    *state = made_world_of(made_network, 40);
    return 0;
}

static int tear_down(void **state) {
    made_world_end(*state);
    return 0;
}

static mr_train_landmarks_params params_of(const made_world *w, const char *out) {
    mr_train_landmarks_params p = mr_train_landmarks_defaults();
    p.data = w->folder;
    p.side = 64;
    p.trainer.out = out;
    p.trainer.network = w->network;
    p.trainer.batch = 8;
    p.trainer.epochs = 4;
    p.trainer.threads = 1;
    p.trainer.average = 0.9f;
    p.trainer.rate = 0.01f;
    return p;
}

/* ---- the set ---- */

static void check_face(const mr_landmark_set *set, size_t index) {
    mr_image picture = mr_pictures_view(&set->pictures, index);
    for (int k = 0; k < MR_LANDMARKS; k++) {
        mr_point at = set->faces[index].landmarks[k];
        assert_true(at.x > 8 && at.y > 8 && at.x < 56 && at.y < 56);
        const uint8_t *pixel =
            picture.pixels + (size_t)lroundf(at.y) * picture.stride + 3 * (size_t)lroundf(at.x);
        assert_true(*pixel < 110); /* points of made faces are dark */
    }
}

static void faces_are_cut_with_their_points(void **state) {
    const made_world *w = *state;
    mr_landmark_set set;
    assert_ok(mr_landmark_set_load(w->folder, NULL, NULL, 64, &set));
    assert_int_equal(set.pictures.count, 40);
    size_t held_out = 0;
    for (size_t i = 0; i < set.pictures.count; i++) {
        assert_int_equal(set.faces[i].source, MR_POINTED_HUMAN);
        held_out += set.faces[i].validation;
        check_face(&set, i);
    }
    assert_true(held_out > 0 && held_out < 20);
    mr_landmark_set_free(&set);
}

static void keys_tell_pictures_and_points(void **state) {
    const made_world *w = *state;
    mr_landmark_set set, again;
    assert_ok(mr_landmark_set_load(w->folder, NULL, NULL, 64, &set));
    assert_ok(mr_landmark_set_load(w->folder, NULL, NULL, 64, &again));
    uint64_t key = mr_landmark_set_key(&set);
    assert_true(mr_landmark_set_key(&again) == key);
    again.pictures.pixels[100]++;
    assert_true(mr_landmark_set_key(&again) != key);
    set.faces[7].landmarks[2].x++;
    assert_true(mr_landmark_set_key(&set) != key);
    mr_landmark_set_free(&set);
    mr_landmark_set_free(&again);
}

/* Chips are faces that fill a picture of 64 pixels, kept at half its size. */
static void chips_are_read_with_their_points(void **state) {
    const made_world *w = *state;
    char *chips = mr_path_join(w->folder, "images"), *table = mr_path_join(w->folder, "chips.csv");
    made_text(w->folder, "chips.csv",
              "file,score,eye_l_x,eye_l_y,eye_r_x,eye_r_y,nose_x,nose_y,mouth_l_x,mouth_l_y,"
              "mouth_r_x,mouth_r_y\n"
              "made_03.png,0.9,10.5,11.5,20.5,11.5,15,16,11,20,19,20\n");
    mr_landmark_set set;
    assert_ok(mr_landmark_set_load(w->folder, chips, table, 32, &set));
    assert_int_equal(set.pictures.count, 41);
    assert_int_equal(set.faces[40].source, MR_POINTED_CHIP);
    assert_float_equal(set.faces[40].landmarks[0].x, 5, 1e-4); /* (10.5 + ½)/2 - ½ */
    assert_float_equal(set.faces[40].landmarks[0].y, 5.5, 1e-4);
    mr_landmark_set_free(&set);
    free(chips);
    free(table);
}

/* Thirty copies of a chip: by their names alone some would be learned and others judged. */
static void copies_of_a_chip_are_on_one_side(void **state) {
    const made_world *w = *state;
    enum { COPIES = 30 };
    char *images = mr_path_join(w->folder, "images"), *chips = mr_path_join(w->folder, "copies");
    char *table = mr_path_join(w->folder, "copies.csv"), name[32], text[4096];
    size_t size, n = (size_t)sprintf(text, "file,eye_l_x,eye_l_y,eye_r_x,eye_r_y,nose_x,nose_y,"
                                           "mouth_l_x,mouth_l_y,mouth_r_x,mouth_r_y\n");
    char *bytes = made_read(images, "made_03.png", &size);
    assert_ok(mr_folder_make(chips));
    for (int i = 0; i < COPIES; i++) {
        snprintf(name, sizeof name, "copy_%d.png", i);
        char *path = mr_path_join(chips, name);
        assert_ok(mr_file_write(path, bytes, size));
        free(path);
        n += (size_t)sprintf(text + n, "%s,10,11,20,11,15,16,11,20,19,20\n", name);
    }
    made_text(w->folder, "copies.csv", text);
    mr_landmark_set set;
    assert_ok(mr_landmark_set_load(w->folder, chips, table, 32, &set));
    assert_int_equal(set.pictures.count, 40 + COPIES);
    for (size_t i = 41; i < set.pictures.count; i++)
        assert_int_equal(set.faces[i].validation, set.faces[40].validation);
    mr_landmark_set_free(&set);
    mr_test_remove(chips);
    free(bytes);
    free(images);
    free(chips);
    free(table);
}

static void check_refused(const made_world *w, const char *text, mr_status status,
                          const char *says) {
    char *chips = mr_path_join(w->folder, "images"), *table = mr_path_join(w->folder, "bad.csv");
    made_text(w->folder, "bad.csv", text);
    mr_landmark_set set;
    assert_int_equal(mr_landmark_set_load(w->folder, chips, table, 32, &set), status);
    if (!strstr(mr_last_error(), says))
        fail_msg("'%s' does not say '%s'", mr_last_error(), says);
    free(chips);
    free(table);
}

#define CHIP_COLUMNS                                                                               \
    "file,eye_l_x,eye_l_y,eye_r_x,eye_r_y,nose_x,nose_y,mouth_l_x,mouth_l_y,mouth_r_x,mouth_r_y\n"

static void bad_tables_are_refused(void **state) {
    const made_world *w = *state;
    check_refused(w, "file,eye_l_x\nmade_00.png,1\n", MR_E_FORMAT, "no column 'eye_l_y'");
    check_refused(w, CHIP_COLUMNS "../x.png,1,1,1,1,1,1,1,1,1,1\n", MR_E_FORMAT, "line 2: file");
    check_refused(w, CHIP_COLUMNS "made_00.png,1,1,1,one,1,1,1,1,1,1\n", MR_E_FORMAT, "eye_r_y");
    check_refused(w, CHIP_COLUMNS "made_00.png,1,1,1,1,1,9999,1,1,1,1\n", MR_E_FORMAT, "nose_y");
    check_refused(w, CHIP_COLUMNS "made_00.png,3,3,3,3,3,3,3,3,3,3\n", MR_E_FORMAT,
                  "line 2: the points span no face");
    check_refused(w, CHIP_COLUMNS "none.png,1,1,1,1,1,1,1,1,1,1\n", MR_E_NOT_FOUND, "none.png");
    mr_landmark_set set;
    assert_int_equal(mr_landmark_set_load(w->folder, w->folder, NULL, 32, &set), MR_E_ARGUMENT);
}

/* ---- training ---- */

static void a_resumed_run_gives_the_same_bits(void **state) {
    const made_world *w = *state;
    char *whole = mr_path_join(w->folder, "whole"), *parts = mr_path_join(w->folder, "parts");
    mr_train_landmarks_params p = params_of(w, whole);
    assert_ok(mr_train_landmarks(&p, NULL));
    p = params_of(w, parts);
    p.trainer.pause_after = 2;
    assert_ok(mr_train_landmarks(&p, NULL));
    p.trainer.resume = true;
    assert_ok(mr_train_landmarks(&p, NULL));
    assert_same_file(whole, parts, "checkpoint.safetensors");
    p.bend = 0.5f; /* not how the run began */
    assert_int_equal(mr_train_landmarks(&p, NULL), MR_E_MISMATCH);
    free(whole);
    free(parts);
}

static void made_faces_are_learned(void **state) {
    const made_world *w = *state;
    mr_train_landmarks_params p = params_of(w, w->out);
    p.augment.flip = 0.5f;
    p.trainer.epochs = 80;
    mr_training_result result;
    assert_ok(mr_train_landmarks(&p, &result));
    assert_string_equal(result.figures[0].name, "nme_human");
    if (!(result.figures[0].value < 0.05))
        fail_msg("the error of points is %g", result.figures[0].value);
    mr_landmark_model *model; /* and the folder can be served */
    assert_ok(mr_landmark_model_load(w->out, &model));
    mr_landmark_model_free(model);
}

static void wrong_settings_are_refused(void **state) {
    const made_world *w = *state;
    mr_train_landmarks_params p = params_of(w, w->out);
    p.data = "/nowhere";
    assert_int_equal(mr_train_landmarks(&p, NULL), MR_E_NOT_FOUND);
    p = params_of(w, w->out);
    made_text(w->folder, "other.txt",
              "moodreel-network 1\ninput x channels=3 height=32 width=32\n"
              "linear a x out=4\noutput a\n");
    char *other = mr_path_join(w->folder, "other.txt");
    p.trainer.network = other;
    assert_int_equal(mr_train_landmarks(&p, NULL), MR_E_MISMATCH);
    free(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faces_are_cut_with_their_points),
        cmocka_unit_test(keys_tell_pictures_and_points),
        cmocka_unit_test(chips_are_read_with_their_points),
        cmocka_unit_test(copies_of_a_chip_are_on_one_side),
        cmocka_unit_test(bad_tables_are_refused),
        cmocka_unit_test(a_resumed_run_gives_the_same_bits),
        cmocka_unit_test(made_faces_are_learned),
        cmocka_unit_test(wrong_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
