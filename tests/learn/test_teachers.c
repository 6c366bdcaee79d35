#include "learn/teachers.h"

#include "base/memory.h"
#include "learn/model.h"
#include "learn/train_attributes.h"
#include "learn/unlabelled.h"
#include "made_models.h"
#include "made_scenes.h"
#include "made_training.h"
#include "nn/inference.h"
#include "nn/loss.h"
#include "nn/safetensors.h"

#include <math.h>

enum { TEST_EACH = 10, KNOWN = 4 /* emotions of the poor set */ };

typedef struct world {
    char *folder, *data, *poor, *wrong, *everyday, *network, *teacher;
} world;

static mr_train_emotion_params params_of(const world *w, const char *data, const char *out) {
    mr_train_emotion_params p = made_training(data, out);
    p.votes_from_labels = true;
    p.trainer.network = w->network;
    p.trainer.teaching.view = mr_augment_none();
    p.trainer.teaching.view.noise = 10;
    p.trainer.teaching.view.blur = 0.3f;
    p.trainer.teaching.cover = 0;
    return p;
}

/* TO/train with pictures of the first `classes`, in folders that are `shift` classes off. */
static void misfile(const char *to, int classes, int shift) {
    mr_rng rng = mr_rng_seeded(6);
    for (int class = 0; class < classes; class ++) {
        char path[1024];
        int wrong = (class + shift) % MR_EMOTION_COUNT;
        int n = snprintf(path, sizeof path, "%s/train/%s", to, mr_emotion_label((mr_emotion)wrong));
        assert_ok(mr_folder_make(path));
        for (int i = 0; i < MADE_TRAIN_EACH; i++) {
            snprintf(path + n, sizeof path - (size_t)n, "/%d.png", i);
            made_picture(path, 24, 1, class, MR_EMOTION_COUNT, &rng);
        }
    }
}

static void write_everyday(const char *folder) {
    mr_rng rng = mr_rng_seeded(8);
    assert_ok(mr_folder_make(folder));
    for (int i = 0; i < 105; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%03d.png", folder, i);
        made_picture(path, 24, 1, i % MR_EMOTION_COUNT, MR_EMOTION_COUNT, &rng);
    }
}

static int set_up(void **state) {
    world *w = calloc(1, sizeof *w);
    w->folder = made_folder();
    w->data = mr_path_join(w->folder, "data");
    w->poor = mr_path_join(w->folder, "poor");
    w->wrong = mr_path_join(w->folder, "wrong");
    w->everyday = mr_path_join(w->folder, "everyday");
    w->network = mr_path_join(w->folder, "student.txt");
    w->teacher = mr_path_join(w->folder, "teacher");
    made_emotions(w->data, "train", MADE_TRAIN_EACH, 1);
    made_emotions(w->data, "public_test", TEST_EACH, 2);
    misfile(w->poor, KNOWN, 0);
    misfile(w->wrong, MR_EMOTION_COUNT, 1);
    made_emotions(w->poor, "public_test", TEST_EACH, 2);
    made_emotions(w->wrong, "public_test", TEST_EACH, 2);
    write_everyday(w->everyday);
    made_text(w->folder, "student.txt", made_emotion_network);
    mr_train_emotion_params p = params_of(w, w->data, w->teacher);
    assert_ok(mr_train_emotion(&p, NULL));
    *state = w;
    return 0;
}

static int tear_down(void **state) {
    world *w = *state;
    char *paths[] = {w->data, w->poor, w->wrong, w->everyday, w->network, w->teacher};
    made_forget(w->folder, paths, sizeof paths / sizeof *paths);
    free(w);
    return 0;
}

static double accuracy(const world *w, const char *model) {
    return made_accuracy(w->data, model);
}

/* ---- one batch, by hand ---------------------------------------------------------------------- */

enum { BATCH = 4, LABELLED = 3 };

/* A sample is a ramp whose slope it is; sample 1 has no votes, sample 3 no labels. */
static mr_status draw_ramp(void *context, const mr_network *network, size_t sample, mr_rng *rng,
                           float *input, const mr_head_target *targets) {
    (void)context, (void)rng;
    const mr_layer *shape = mr_network_input(network);
    for (int i = 0; i < shape->height * shape->width; i++)
        input[i] = (float)(sample + 1) * (float)i / (float)(shape->height * shape->width);
    for (int k = 0; k < 2; k++) {
        targets[k].distribution[sample] = 1;
        *targets[k].value = (float)sample;
        *targets[k].weight = sample != 1 || k == 0;
    }
    return MR_OK;
}

/* Adds the teacher's probabilities at a temperature for a ramp. */
static void add_told(const char *folder, size_t sample, float temperature, int k, float told[7]) {
    mr_model model;
    mr_plan *plan;
    mr_runner *runner;
    float row[7];
    mr_head_target none[2];
    float spare[3] = {0}, distributions[2][7] = {{0}};
    for (int i = 0; i < 2; i++)
        none[i] = (mr_head_target){distributions[i], &spare[0], &spare[1]};
    assert_ok(mr_model_load(folder, &model));
    assert_ok(mr_plan_create(model.network, model.values, 1, &plan));
    assert_ok(mr_runner_create(plan, &runner));
    assert_ok(draw_ramp(NULL, model.network, sample, NULL, mr_runner_input(runner), none));
    assert_ok(mr_runner_run(runner));
    const float *logits =
        mr_runner_output(runner, mr_network_output_index(model.network, k ? "votes" : "label"));
    float heat = temperature * model.heads.temperatures[k ? MR_HEAD_VOTES : MR_HEAD_LABEL];
    for (int c = 0; c < 7; c++)
        row[c] = logits[c] / heat;
    mr_softmax(row, 7, row);
    for (int c = 0; c < 7; c++)
        told[c] += row[c];
    mr_runner_free(runner);
    mr_plan_free(plan);
    mr_model_free(&model);
}

/* The trained teacher sees the student's size, the made one another. */
static void targets_move_towards_the_mean_of_the_teachers(void **state) {
    const world *w = *state;
    assert_ok(mr_make_emotion_model(w->folder, 9));
    char *other = mr_path_join(w->folder, "emotion");
    const char *const folders[] = {w->teacher, other};
    mr_network *network;
    assert_ok(mr_network_load(w->network, &network));
    mr_task task = {.heads = {{"label", 7, 0, 1}, {"votes", 7, 0, 1}},
                    .head_count = 2,
                    .samples = BATCH,
                    .labelled = LABELLED,
                    .draw = draw_ramp};
    mr_batch batch;
    mr_teachers *teachers;
    assert_ok(mr_batch_create(&task, network, BATCH, 1, &batch));
    assert_ok(mr_teachers_load(folders, 2, 3, &teachers));
    assert_ok(mr_teachers_prepare(teachers, &batch));
    mr_batch_begin_epoch(&batch, 0);
    float *input = mr_alloc(BATCH * batch.input_size * sizeof *input);
    const float share = 0.25f;
    assert_ok(mr_teachers_teach(teachers, &batch, 0, 0, input, share));
    for (size_t row = 0; row < BATCH; row++) {
        size_t sample = batch.order[row];
        assert_true(input[row * batch.input_size + 128] == (float)(sample + 1) / 2);
        for (int k = 0; k < 2; k++) {
            float told[7] = {0}, mean = 0;
            add_told(w->teacher, sample, 3, k, told);
            add_told(other, sample, 3, k, told);
            float known = sample == 1 && k == 1 ? 0 : 1 - share;
            float part = sample >= LABELLED ? 0 : share / (known + share);
            for (int c = 0; c < 7; c++) {
                float expected = (1 - part) * ((size_t)c == sample) + part * told[c] / 2;
                mean += (float)c * told[c] / 2;
                assert_true(fabsf(batch.distributions[k][row * 7 + (size_t)c] - expected) < 1e-4f);
            }
            float value = (1 - part) * (float)sample + part * mean;
            float weight = sample >= LABELLED ? 1 : known + share;
            assert_true(fabsf(batch.values[k][row] - value) < 1e-3f);
            assert_true(fabsf(batch.weights[k][row] - weight) < 1e-6f);
        }
    }
    free(input);
    mr_teachers_free(teachers);
    mr_batch_free(&batch);
    mr_network_free(network);
    free(other);
}

/* ---- trainings ------------------------------------------------------------------------------- */

/* Folders that are one class off: by the labels alone the student gets them all wrong, by the
 * teacher alone all right. */
static void a_student_approaches_its_teacher(void **state) {
    const world *w = *state;
    char *alone = mr_path_join(w->folder, "misled"), *taught = mr_path_join(w->folder, "taught");
    mr_train_emotion_params p = params_of(w, w->wrong, alone);
    p.trainer.epochs = 8;
    assert_ok(mr_train_emotion(&p, NULL));
    p.trainer.out = taught;
    p.trainer.teaching.teachers = (const char *const[]){w->teacher};
    p.trainer.teaching.teacher_count = 1;
    p.trainer.teaching.share = 1;
    assert_ok(mr_train_emotion(&p, NULL));
    assert_true(accuracy(w, w->teacher) > 0.95);
    assert_true(accuracy(w, taught) > 0.95);
    assert_true(accuracy(w, alone) < 0.3);
    free(alone);
    free(taught);
}

/* Three emotions are in no labelled picture; what the teacher says of unlabelled ones is all that
 * the student hears of them. */
static void unlabelled_faces_teach_what_labels_lack(void **state) {
    const world *w = *state;
    char *alone = mr_path_join(w->folder, "poor-alone"), *more = mr_path_join(w->folder, "more");
    mr_train_emotion_params p = params_of(w, w->poor, alone);
    assert_ok(mr_train_emotion(&p, NULL));
    p.trainer.out = more;
    p.trainer.teaching.teachers = (const char *const[]){w->teacher};
    p.trainer.teaching.teacher_count = 1;
    p.trainer.teaching.share = 0;
    p.trainer.teaching.unlabelled = w->everyday;
    p.trainer.teaching.unlabelled_share = 2;
    assert_ok(mr_train_emotion(&p, NULL));
    double before = accuracy(w, alone), after = accuracy(w, more);
    print_message("without unlabelled faces %.3f, with them %.3f\n", before, after);
    assert_true(before <= (double)KNOWN / MR_EMOTION_COUNT + 0.05);
    assert_true(after > 0.9);
    free(alone);
    free(more);
}

static void taught_runs_can_be_resumed(void **state) {
    const world *w = *state;
    char *straight = mr_path_join(w->folder, "straight"), *cut = mr_path_join(w->folder, "cut");
    assert_ok(mr_make_emotion_model(w->folder, 9));
    char *other = mr_path_join(w->folder, "emotion");
    mr_train_emotion_params p = params_of(w, w->data, straight);
    const char *both[] = {w->teacher, other};
    p.sampling_power = 0.5f;
    p.trainer.epochs = 4;
    p.trainer.mixup = 0.2f;
    p.trainer.teaching.teachers = both;
    p.trainer.teaching.teacher_count = 2;
    p.trainer.teaching.unlabelled = w->everyday;
    p.trainer.teaching.view = mr_degraded_view(24);
    p.trainer.teaching.cover = 0.5f;
    assert_ok(mr_train_emotion(&p, NULL));
    p.trainer.out = cut;
    p.trainer.pause_after = 2;
    assert_ok(mr_train_emotion(&p, NULL));
    p.trainer.pause_after = 0;
    p.trainer.resume = true;
    p.trainer.teaching.teacher_count = 1;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "teachers="));
    p.trainer.teaching.teacher_count = 2;
    p.trainer.teaching.share = 0.25f;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "taught=0.25"));
    p.trainer.teaching.share = 0.5f;
    p.trainer.teaching.cover = 0;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "unlabelled="));
    p.trainer.teaching.cover = 0.5f;
    assert_ok(mr_train_emotion(&p, NULL));
    assert_same_file(straight, cut, "weights.safetensors");
    assert_same_file(straight, cut, "checkpoint.safetensors");
    free(straight);
    free(cut);
    free(other);
}

static void attributes_learn_from_teachers_too(void **state) {
    const world *w = *state;
    char *chips = mr_path_join(w->folder, "chips"), *out = mr_path_join(w->folder, "chips-out");
    char *scenes = mr_path_join(w->folder, "scenes"), *teacher;
    made_chips(chips, 200);
    made_scenes(scenes, 6, 160);
    assert_ok(mr_make_attributes_model(w->folder, 3));
    teacher = mr_path_join(w->folder, "attributes");
    char *network = mr_path_join(teacher, "network.txt");
    mr_train_attributes_params p = mr_train_attributes_defaults();
    p.data = chips;
    p.side = 32;
    p.trainer.out = out;
    p.trainer.network = network;
    p.trainer.batch = 16;
    p.trainer.epochs = 1;
    p.trainer.threads = 1;
    p.trainer.teaching.teachers = (const char *const[]){teacher};
    p.trainer.teaching.teacher_count = 1;
    p.trainer.teaching.unlabelled = scenes;
    mr_training_result result;
    assert_ok(mr_train_attributes(&p, &result));
    assert_int_equal(result.epochs, 1);
    char *path = mr_path_join(out, "checkpoint.safetensors");
    mr_safetensors file;
    assert_ok(mr_safetensors_load(path, &file));
    assert_non_null(strstr(mr_safetensors_metadata(&file, "settings"), " teachers="));
    assert_non_null(strstr(mr_safetensors_metadata(&file, "task_settings"), " unlabelled="));
    mr_safetensors_free(&file);
    free(path);
    free(chips);
    free(out);
    free(scenes);
    free(teacher);
    free(network);
}

/* ---- faces ----------------------------------------------------------------------------------- */

/* Every made face is a light disc with dark eyes and corners of the mouth, which the cut brings to
 * where faces of the framing have them. */
static void faces_are_cut_as_in_use(void **state) {
    const world *w = *state;
    char *scenes = mr_path_join(w->folder, "faces");
    made_scenes(scenes, 5, 160);
    mr_unlabelled faces;
    assert_ok(mr_unlabelled_load(scenes, MR_FRAMING_ATTRIBUTES, 64, 3, &faces));
    assert_int_equal(faces.pictures.count, 5);
    for (size_t i = 0; i < 5; i++) {
        mr_image face = mr_pictures_view(&faces.pictures, i);
        const uint8_t *middle = face.pixels + 32 * face.stride + 3 * 20;
        for (int k = 0; k < 2; k++) {
            mr_point at = mr_crop_landmark(MR_FRAMING_ATTRIBUTES, k, 64);
            const uint8_t *eye =
                face.pixels + (size_t)lroundf(at.y) * face.stride + 3 * (size_t)lroundf(at.x);
            assert_true(*eye < 100 && *middle > 150);
        }
    }
    mr_unlabelled_free(&faces);
    assert_ok(mr_unlabelled_load(scenes, MR_FRAMING_EMOTION, 48, 1, &faces));
    assert_int_equal(faces.pictures.channels, 1);
    mr_unlabelled_free(&faces);
    free(scenes);
}

static void mouths_are_covered(void **state) {
    const world *w = *state;
    mr_network *network;
    mr_unlabelled faces;
    assert_ok(mr_network_load(w->network, &network));
    assert_ok(mr_unlabelled_load(w->everyday, MR_FRAMING_EMOTION, 24, 1, &faces));
    faces.augment = mr_augment_none();
    float input[256];
    for (int part = 0; part < 2; part++) {
        faces.cover = (float)part;
        double spread = 0;
        for (uint64_t i = 0; i < 40; i++) {
            mr_rng rng = mr_rng_keyed(i, 0, 0);
            assert_ok(mr_unlabelled_draw(&faces, network, &rng, input, NULL));
            const float *mouth = input + 12 * 16; /* three quarters down */
            for (int x = 6; x < 10; x++)
                spread += fabs((double)(mouth[x] - mouth[x + 1]));
        }
        assert_true(part ? spread < 1e-4 : spread > 1);
    }
    mr_unlabelled_free(&faces);
    mr_network_free(network);
}

static void misfits_are_told(void **state) {
    const world *w = *state;
    char *out = mr_path_join(w->folder, "misfit"), *empty = mr_path_join(w->folder, "empty");
    mr_train_emotion_params p = params_of(w, w->data, out);
    p.trainer.teaching.unlabelled = w->everyday;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_ARGUMENT);
    assert_non_null(strstr(mr_last_error(), "need a teacher"));
    p.trainer.teaching.teachers = (const char *const[]){"nobody"};
    p.trainer.teaching.teacher_count = 1;
    p.trainer.teaching.unlabelled = NULL;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "nobody/network.txt"));
    assert_ok(mr_make_attributes_model(w->folder, 3));
    char *attributes = mr_path_join(w->folder, "attributes");
    p.trainer.teaching.teachers = (const char *const[]){attributes};
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "none of the heads that emotion learns"));
    p.trainer.teaching.unlabelled = w->everyday;
    p.trainer.teaching.share = 0; /* no labelled picture asks it */
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "no teacher has one of the heads label, votes"));
    p.trainer.teaching.unlabelled = NULL;
    p.trainer.teaching.share = 0.5f;
    p.trainer.teaching.teachers = (const char *const[]){w->teacher};
    p.trainer.teaching.temperature = 0;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_ARGUMENT);
    p.trainer.teaching.temperature = 1;
    assert_ok(mr_folder_make(empty));
    p.trainer.teaching.unlabelled = empty;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "empty: has no pictures"));
    made_text(empty, "labels.csv",
              MADE_COLUMNS "a.png,64,64,1,1,20,20,0,human,1,1,2,2,3,3,4,4,5,5\n");
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_NOT_FOUND); /* too small */
    assert_non_null(strstr(mr_last_error(), "labels.csv: has no face with landmarks"));
    free(attributes);
    free(empty);
    free(out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_move_towards_the_mean_of_the_teachers),
        cmocka_unit_test(a_student_approaches_its_teacher),
        cmocka_unit_test(unlabelled_faces_teach_what_labels_lack),
        cmocka_unit_test(taught_runs_can_be_resumed),
        cmocka_unit_test(attributes_learn_from_teachers_too),
        cmocka_unit_test(faces_are_cut_as_in_use),
        cmocka_unit_test(mouths_are_covered),
        cmocka_unit_test(misfits_are_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
