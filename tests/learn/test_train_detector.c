/* A tiny detector learns made faces within seconds, and a run that was cut goes on to the bit. */
#include "face/yolo.h"
#include "learn/train_detector.h"
#include "made_faces.h"
#include "made_scenes.h"

#include <math.h>

static int set_up(void **state) {
    *state = made_world_of(made_detector, 24);
    return 0;
}

static int tear_down(void **state) {
    made_world_end(*state);
    return 0;
}

static mr_train_detector_params params_of(const made_world *w, const char *out) {
    mr_train_detector_params p = mr_train_detector_defaults();
    p.data = w->folder;
    p.least_side = 64;
    p.most_side = 96;
    p.augment.look = mr_augment_none();
    p.augment.mosaic = 0.2f;
    p.augment.least_face = 16;
    p.trainer.out = out;
    p.trainer.network = w->network;
    p.trainer.batch = 4;
    p.trainer.epochs = 4;
    p.trainer.threads = 1;
    p.trainer.average = 0.9f;
    p.trainer.warmup = 0.5f;
    p.trainer.rate = 0.01f;
    return p;
}

static void a_resumed_run_gives_the_same_bits(void **state) {
    const made_world *w = *state;
    char *whole = mr_path_join(w->folder, "whole"), *parts = mr_path_join(w->folder, "parts");
    mr_train_detector_params p = params_of(w, whole);
    assert_ok(mr_train_detector(&p, NULL));
    p = params_of(w, parts);
    p.trainer.pause_after = 2;
    assert_ok(mr_train_detector(&p, NULL));
    p.trainer.resume = true;
    assert_ok(mr_train_detector(&p, NULL));
    assert_same_file(whole, parts, "checkpoint.safetensors");
    p.loss.box = 4; /* not how the run began */
    assert_int_equal(mr_train_detector(&p, NULL), MR_E_MISMATCH);
    free(whole);
    free(parts);
}

/* The loss of the first epoch, which tells what was learned. */
static double loss_with(const made_world *w, const char *name, const char *focus, int weight) {
    char *out = mr_path_join(w->folder, name);
    mr_train_detector_params p = params_of(w, out);
    p.trainer.epochs = 1;
    p.augment.mosaic = 0; /* they draw from a longer list then */
    p.focus = focus;
    p.focus_weight = weight;
    mr_training_result result;
    assert_ok(mr_train_detector(&p, &result));
    char *log = mr_path_join(out, "training.csv");
    FILE *file = fopen(log, "r");
    double loss;
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*[^\n] 1,%*f,%lf", &loss), 1);
    fclose(file);
    free(log);
    free(out);
    return loss;
}

static void pictures_in_focus_are_learned_more_often(void **state) {
    const made_world *w = *state;
    double plain = loss_with(w, "plain", "", 1);
    double all = loss_with(w, "all", "made_", 5), again = loss_with(w, "again", "made_", 3);
    double some = loss_with(w, "some", "made_0", 50);
    assert_true(all == again); /* weights that are all alike change nothing */
    assert_true(some != plain);
    char *out = mr_path_join(w->folder, "focused");
    mr_train_detector_params p = params_of(w, out);
    p.focus = "made_0";
    p.focus_weight = 5;
    p.trainer.pause_after = 1;
    assert_ok(mr_train_detector(&p, NULL));
    p.focus_weight = 4;
    p.trainer.resume = true;
    assert_int_equal(mr_train_detector(&p, NULL), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "focus=made_0x5"));
    free(out);
}

/* Faces are labelled as lines a pixel wide, which nothing finds: were that no error of points, the
 * epoch would be better than one that finds a little. */
static void finding_no_points_is_the_worst_error_of_them(void **state) {
    const made_world *w = *state;
    char *data = mr_path_join(w->folder, "lines"), *out = mr_path_join(w->folder, "blind");
    char labels[4096];
    size_t n = (size_t)sprintf(labels, "%s", MADE_COLUMNS);
    for (int i = 0; i < 24; i++)
        n += (size_t)sprintf(labels + n,
                             "made_%02d.png,64,64,10,10,1,40,0,human,10,15,11,15,10,30,10,45,11,45"
                             "\n",
                             i);
    made_scenes(data, 24, 64);
    made_text(data, "labels.csv", labels);
    mr_train_detector_params p = params_of(w, out);
    p.data = data;
    p.trainer.epochs = 1;
    mr_training_result result;
    assert_ok(mr_train_detector(&p, &result));
    assert_string_equal(result.figures[6].name, "landmark_nme");
    assert_true(isnan(result.figures[6].value));
    assert_float_equal(result.score, -0.25, 1e-6);
    free(data);
    free(out);
}

/* The face on made_NN.png, as the trained detector finds it. */
static void check_picture(const made_world *w, mr_yolo *yolo, const mr_labelled_face *truth,
                          const char *name) {
    char *folder = mr_path_join(w->folder, "images"), *path = mr_path_join(folder, name);
    mr_image image;
    assert_ok(mr_image_load(path, NULL, &image));
    mr_yolo_params params = mr_yolo_params_defaults();
    params.score = 0.3f;
    mr_face faces[8];
    size_t count;
    assert_ok(mr_yolo_detect(yolo, &image, &params, faces, 8, &count));
    assert_true(count >= 1);
    assert_true(fabsf(faces[0].box.x - truth->box.x) < 0.3f * truth->box.width);
    assert_true(fabsf(faces[0].box.width - truth->box.width) < 0.4f * truth->box.width);
    for (int k = 0; k < MR_LANDMARKS; k++)
        assert_true(fabsf(faces[0].landmarks[k].x - truth->landmarks[k].x) <
                    0.2f * truth->box.width);
    mr_image_free(&image);
    free(path);
    free(folder);
}

static void made_faces_are_learned(void **state) {
    const made_world *w = *state;
    mr_train_detector_params p = params_of(w, w->out);
    p.trainer.epochs = 200;
    mr_training_result result;
    assert_ok(mr_train_detector(&p, &result));
    assert_string_equal(result.figures[1].name, "ap_16");
    if (!(result.figures[1].value > 0.9))
        fail_msg("average precision is only %g", result.figures[1].value);
    if (!(result.figures[6].value < 0.3))
        fail_msg("error of points is %g", result.figures[6].value);

    char *labels = mr_path_join(w->folder, "labels.csv");
    mr_detection_set set;
    mr_yolo_model *model;
    mr_yolo *yolo;
    assert_ok(mr_detection_set_read(labels, &set));
    assert_ok(mr_yolo_load(w->out, &model));
    assert_ok(mr_yolo_create(model, &yolo));
    for (size_t i = 0; i < 4; i++)
        check_picture(w, yolo, &set.faces[set.scenes[i].first], set.scenes[i].name);
    mr_yolo_free(yolo);
    mr_yolo_model_free(model);
    mr_detection_set_free(&set);
    free(labels);
}

/* The model that is there, of the test before, keeps the file of its network. */
static void wrong_settings_are_refused(void **state) {
    const made_world *w = *state;
    size_t size;
    char *before = made_read(w->out, "network.txt", &size);
    mr_train_detector_params p = params_of(w, w->out);
    p.least_side = 40;
    assert_int_equal(mr_train_detector(&p, NULL), MR_E_ARGUMENT);
    p = params_of(w, w->out);
    p.focus_weight = 0;
    assert_int_equal(mr_train_detector(&p, NULL), MR_E_ARGUMENT);
    p = params_of(w, w->out);
    p.focus = "other_";
    assert_int_equal(mr_train_detector(&p, NULL), MR_E_ARGUMENT);
    assert_non_null(strstr(mr_last_error(), "focus \"other_\": 0 pictures"));
    p = params_of(w, w->out);
    p.incomplete = (mr_incomplete_labels){.prefixes = {"made_"}, .count = 1}; /* who looks? */
    assert_int_equal(mr_train_detector(&p, NULL), MR_E_ARGUMENT);
    p.searcher = "/nowhere";
    assert_int_equal(mr_train_detector(&p, NULL), MR_E_NOT_FOUND);
    p.searcher = w->folder; /* itself, by another name */
    p.trainer.out = mr_path_join(w->folder, ".");
    assert_int_equal(mr_train_detector(&p, NULL), MR_E_ARGUMENT);
    free((char *)p.trainer.out);
    p = params_of(w, w->out);
    p.trainer.mixup = 0.2f;
    assert_int_equal(mr_train_detector(&p, NULL), MR_E_ARGUMENT);
    p = params_of(w, w->out);
    p.data = "/nowhere";
    assert_int_equal(mr_train_detector(&p, NULL), MR_E_NOT_FOUND);
    p = params_of(w, w->out);
    made_text(w->folder, "other.txt",
              "moodreel-network 1\ninput x channels=3 height=64 width=64\n"
              "conv a x out=4 kernel=3 stride=8\noutput a\n");
    char *other = mr_path_join(w->folder, "other.txt");
    p.trainer.network = other;
    assert_int_equal(mr_train_detector(&p, NULL), MR_E_MISMATCH);
    char *after = made_read(w->out, "network.txt", &size);
    assert_string_equal(before, after);
    free(before);
    free(after);
    free(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_resumed_run_gives_the_same_bits),
        cmocka_unit_test(pictures_in_focus_are_learned_more_often),
        cmocka_unit_test(finding_no_points_is_the_worst_error_of_them),
        cmocka_unit_test(made_faces_are_learned),
        cmocka_unit_test(wrong_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
