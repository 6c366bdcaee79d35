#include "learn/batch.h"
#include "learn/model.h"
#include "learn/train_attributes.h"
#include "learn/train_emotion.h"
#include "made_faces.h"
#include "nn/safetensors.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static const char emotion_network[] = "moodreel-network 1\n"
                                      "input image channels=1 height=16 width=16 mean=127 "
                                      "deviation=64\n"
                                      "conv a image out=8 kernel=3\n"
                                      "batchnorm a_bn a\n"
                                      "relu a_relu a_bn\n"
                                      "maxpool a_pool a_relu kernel=2\n"
                                      "conv b a_pool out=16 kernel=3 stride=2\n"
                                      "batchnorm b_bn b\n"
                                      "relu b_relu b_bn\n"
                                      "dropout kept b_relu p=0.1\n"
                                      "linear label kept out=7\n"
                                      "linear votes kept out=7\n"
                                      "output label\n"
                                      "output votes\n";

static const char attributes_network[] = "moodreel-network 1\n"
                                         "input image channels=3 height=16 width=16 mean=127 "
                                         "deviation=64\n"
                                         "conv a image out=8 kernel=3 stride=2\n"
                                         "batchnorm a_bn a\n"
                                         "relu a_relu a_bn\n"
                                         "linear age a_relu out=101\n"
                                         "linear gender a_relu out=2\n"
                                         "linear ethnicity a_relu out=5\n"
                                         "output age\n"
                                         "output gender\n"
                                         "output ethnicity\n";

typedef struct world {
    char *folder, *emotions, *chips, *emotion_net, *attributes_net;
} world;

static int set_up(void **state) {
    world *w = calloc(1, sizeof *w);
    w->folder = made_folder();
    w->emotions = mr_path_join(w->folder, "emotions");
    w->chips = mr_path_join(w->folder, "chips");
    w->emotion_net = mr_path_join(w->folder, "emotion.txt");
    w->attributes_net = mr_path_join(w->folder, "attributes.txt");
    made_emotions(w->emotions, "train", MADE_TRAIN_EACH, 1);
    made_emotions(w->emotions, "public_test", MADE_TEST_EACH, 2);
    made_votes(w->emotions);
    made_chips(w->chips, 300);
    made_text(w->folder, "emotion.txt", emotion_network);
    made_text(w->folder, "attributes.txt", attributes_network);
    *state = w;
    return 0;
}

static int tear_down(void **state) {
    world *w = *state;
    char *paths[] = {w->emotions, w->chips, w->emotion_net, w->attributes_net};
    made_forget(w->folder, paths, sizeof paths / sizeof *paths);
    free(w);
    return 0;
}

static mr_train_emotion_params emotion_params(const world *w, const char *out) {
    mr_train_emotion_params p = mr_train_emotion_defaults();
    p.data = w->emotions;
    p.augment.shift = 0;
    p.augment.scale = 0;
    p.augment.rotation = 2;
    p.trainer.out = out;
    p.trainer.network = w->emotion_net;
    p.trainer.batch = 14;
    p.trainer.epochs = 4;
    p.trainer.threads = 1;
    p.trainer.average = 0.8f;
    p.trainer.mixup = 0.2f;
    return p;
}

/* Cell `column` of the last line of OUT/training.csv. */
static double last_cell(const char *out, const char *column) {
    size_t size;
    char *text = made_read(out, "training.csv", &size), *save, *save_row;
    char *header = strtok_r(text, "\n", &save), *last = NULL;
    for (char *line; (line = strtok_r(NULL, "\n", &save));)
        last = line;
    assert_non_null(last);
    double value = NAN;
    char *names, *cell = strtok_r(last, ",", &save_row);
    for (char *name = strtok_r(header, ",", &names); name; name = strtok_r(NULL, ",", &names)) {
        if (strcmp(name, column) == 0)
            value = atof(cell);
        cell = strtok_r(NULL, ",", &save_row);
    }
    free(text);
    return value;
}

static void emotion_is_learned(void **state) {
    world *w = *state;
    char *out = mr_path_join(w->folder, "learned");
    mr_train_emotion_params p = emotion_params(w, out);
    p.trainer.epochs = 12;
    p.trainer.threads = 1;
    p.trainer.mixup = 0;
    assert_ok(mr_train_emotion(&p, NULL));
    assert_true(last_cell(out, "label_accuracy") > 0.95);
    assert_true(last_cell(out, "votes_accuracy") > 0.95);
    free(out);
}

static mr_train_attributes_params attributes_params(const world *w, const char *out) {
    mr_train_attributes_params p = mr_train_attributes_defaults();
    p.data = w->chips;
    p.side = 32;
    p.augment = mr_augment_none();
    p.trainer.out = out;
    p.trainer.network = w->attributes_net;
    p.trainer.batch = 16;
    p.trainer.epochs = 25;
    p.trainer.threads = 1;
    p.trainer.average = 0.9f;
    return p;
}

static void attributes_are_learned(void **state) {
    world *w = *state;
    char *out = mr_path_join(w->folder, "attributes");
    mr_train_attributes_params p = attributes_params(w, out);
    p.trainer.optimiser.kind = MR_ADAMW;
    p.trainer.rate = 0.01f;
    p.sampling_power = 0.5f;
    assert_ok(mr_train_attributes(&p, NULL));
    assert_true(last_cell(out, "gender_accuracy") > 0.95);
    assert_true(last_cell(out, "ethnicity_accuracy") > 0.95);
    assert_true(last_cell(out, "age_mae") < 3);
    p.sampling_power = 0;
    p.trainer.resume = true;
    assert_int_equal(mr_train_attributes(&p, NULL), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "sampling=0.5"));
    free(out);
}

/* What hardly counts is hardly learned, and its loss is logged as it is. */
static void heads_count_by_their_weight(void **state) {
    world *w = *state;
    char *out = mr_path_join(w->folder, "weighed");
    mr_train_attributes_params p = attributes_params(w, out);
    double gender[2], ethnicity[2];
    p.trainer.epochs = 3;
    p.trainer.rate = 0.01f;
    for (int i = 0; i < 2; i++) {
        p.class_weight = i == 0 ? 1 : 0.01f;
        assert_ok(mr_train_attributes(&p, NULL));
        gender[i] = last_cell(out, "loss_gender");
        ethnicity[i] = last_cell(out, "loss_ethnicity");
    }
    assert_true(gender[1] > gender[0] + 0.1 && gender[1] < 1.5);
    assert_true(ethnicity[1] > ethnicity[0] + 0.1 && ethnicity[1] < 3);
    p.class_weight = 2;
    p.trainer.resume = true;
    assert_int_equal(mr_train_attributes(&p, NULL), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "classes=0.01"));
    free(out);
}

/* training.csv without its last two columns, the times. */
static char *log_without_times(const char *out) {
    size_t size;
    char *text = made_read(out, "training.csv", &size), *end = text, *save;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        for (int i = 0; i < 2; i++)
            *strrchr(line, ',') = 0;
        size_t length = strlen(line);
        memmove(end, line, length);
        end[length] = '\n';
        end += length + 1;
    }
    *end = 0;
    return text;
}

static void resume_gives_the_same_bits(void **state) {
    world *w = *state;
    const mr_optimiser_kind kinds[] = {MR_SGD, MR_ADAMW};
    for (int i = 0; i < 2; i++) {
        char *straight = mr_path_join(w->folder, i ? "straight2" : "straight");
        char *cut = mr_path_join(w->folder, i ? "cut2" : "cut");
        mr_train_emotion_params p = emotion_params(w, straight);
        p.trainer.optimiser.kind = kinds[i];
        p.trainer.rate = i ? 0.003f : 0.05f;
        p.sampling_power = 0.5f;
        assert_ok(mr_train_emotion(&p, NULL));
        p.trainer.out = cut;
        p.trainer.pause_after = 2;
        assert_ok(mr_train_emotion(&p, NULL));
        p.trainer.pause_after = 0;
        p.trainer.resume = true;
        assert_ok(mr_train_emotion(&p, NULL));
        assert_same_file(straight, cut, "weights.safetensors");
        assert_same_file(straight, cut, "checkpoint.safetensors");
        char *log_a = log_without_times(straight), *log_b = log_without_times(cut);
        assert_string_equal(log_a, log_b);
        free(log_a);
        free(log_b);
        free(straight);
        free(cut);
    }
}

static void resume_refuses_other_settings(void **state) {
    world *w = *state;
    char *out = mr_path_join(w->folder, "settings");
    mr_train_emotion_params p = emotion_params(w, out);
    p.trainer.resume = true;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_NOT_FOUND);
    p.trainer.resume = false;
    p.trainer.pause_after = 1;
    assert_ok(mr_train_emotion(&p, NULL));
    p.trainer.resume = true;
    p.trainer.seed = 2;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "seed=1"));
    p.trainer.seed = 1;
    p.smoothing = 0.2f;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "smoothing=0.2"));
    p = emotion_params(w, out);
    p.trainer.resume = true;
    p.augment.flip = 0.25f;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_MISMATCH);
    free(out);
}

/* Takes out of OUT/checkpoint.safetensors what older ones do not tell. */
static void make_old(const char *out) {
    char *path = mr_path_join(out, "checkpoint.safetensors");
    mr_safetensors file;
    assert_ok(mr_safetensors_load(path, &file));
    size_t count = 0;
    for (size_t i = 0; i < file.metadata_count; i++)
        if (strcmp(file.metadata[i].key, "network") != 0 &&
            strcmp(file.metadata[i].key, "data") != 0)
            file.metadata[count++] = file.metadata[i];
    assert_int_equal(count + 2, file.metadata_count);
    assert_ok(mr_safetensors_save(path, file.tensors, file.count, file.metadata, count));
    mr_safetensors_free(&file);
    free(path);
}

/* Which have the same tensors, and as many pictures. */
static void resume_refuses_another_network_and_other_data(void **state) {
    world *w = *state;
    char *out = mr_path_join(w->folder, "origin"), *other = mr_path_join(w->folder, "other-data");
    char *smoother = mr_path_join(w->folder, "smoother.txt"), *text = strdup(emotion_network);
    char *kind = strstr(text, "relu b_relu");
    kind[0] = 's', kind[1] = 'i'; /* silu */
    made_text(w->folder, "smoother.txt", text);
    made_emotions(other, "train", MADE_TRAIN_EACH, 5);
    made_emotions(other, "public_test", MADE_TEST_EACH, 2);
    made_votes(other);
    mr_train_emotion_params p = emotion_params(w, out);
    p.trainer.pause_after = 1;
    assert_ok(mr_train_emotion(&p, NULL));
    p.trainer.resume = true;
    p.trainer.network = smoother;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "made by a run of another network"));
    p.trainer.network = w->emotion_net;
    p.data = other;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "made by a run on other data"));
    p.data = w->emotions;
    make_old(out);
    mr_training_result result;
    assert_ok(mr_train_emotion(&p, &result));
    assert_int_equal(result.epochs, 2);
    free(text);
    free(smoother);
    free(other);
    free(out);
}

/* As when a run was killed, or found the disk full, between the two files. */
static void weights_are_not_used_with_another_network(void **state) {
    world *w = *state;
    char *out = mr_path_join(w->folder, "apart"), *text;
    mr_train_emotion_params p = emotion_params(w, out);
    p.trainer.epochs = 1;
    assert_ok(mr_train_emotion(&p, NULL));
    mr_model model;
    assert_ok(mr_model_load(out, &model));
    mr_model_free(&model);
    assert_true(asprintf(&text, "%s# trained on a Tuesday\n", emotion_network) > 0);
    made_text(out, "network.txt", text);
    assert_ok(mr_model_load(out, &model));
    mr_model_free(&model);
    char *kind = strstr(text, "relu b_relu");
    kind[0] = 's', kind[1] = 'i'; /* silu */
    made_text(out, "network.txt", text);
    assert_int_equal(mr_model_load(out, &model), MR_E_MISMATCH);
    assert_non_null(
        strstr(mr_last_error(), "apart/weights.safetensors: weights of another network"));
    free(text);
    free(out);
}

/* Sets one number of OUT/checkpoint.safetensors. */
static void set_number(const char *out, const char *key, const char *value) {
    char *path = mr_path_join(out, "checkpoint.safetensors");
    mr_safetensors file;
    assert_ok(mr_safetensors_load(path, &file));
    for (size_t i = 0; i < file.metadata_count; i++)
        if (strcmp(file.metadata[i].key, key) == 0)
            snprintf(file.metadata[i].value, sizeof file.metadata[i].value, "%s", value);
    assert_ok(
        mr_safetensors_save(path, file.tensors, file.count, file.metadata, file.metadata_count));
    mr_safetensors_free(&file);
    free(path);
}

static void resume_refuses_counts_that_cannot_be(void **state) {
    world *w = *state;
    char *out = mr_path_join(w->folder, "counts");
    mr_train_emotion_params p = emotion_params(w, out);
    p.trainer.pause_after = 1;
    assert_ok(mr_train_emotion(&p, NULL));
    p.trainer.resume = true;
    static const char *const wrong[][3] = {{"epochs", "-1000000", "1"}, {"epochs", "nan", "1"},
                                           {"epochs", "1e300", "1"},    {"steps", "0.5", "6"},
                                           {"steps", "7", "6"},         {"epochs", "5", "1"},
                                           {"best_epoch", "2", "1"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        set_number(out, wrong[i][0], wrong[i][1]);
        mr_status status = mr_train_emotion(&p, NULL);
        if (status != MR_E_FORMAT && status != MR_E_MISMATCH)
            fail_msg("%s %s: %d", wrong[i][0], wrong[i][1], (int)status);
        set_number(out, wrong[i][0], wrong[i][2]);
    }
    assert_ok(mr_train_emotion(&p, NULL));
    free(out);
}

/* Checkpoints of before an option was there go on when it is not used: their settings are these, to
 * the letter. */
static void settings_without_options_are_those_of_old(void **state) {
    world *w = *state;
    char *out = mr_path_join(w->folder, "old"), *path = mr_path_join(out, "checkpoint.safetensors");
    mr_train_emotion_params p = emotion_params(w, out);
    p.trainer.pause_after = 1;
    assert_ok(mr_train_emotion(&p, NULL));
    mr_safetensors file;
    assert_ok(mr_safetensors_load(path, &file));
    assert_string_equal(
        mr_safetensors_metadata(&file, "settings"),
        "emotion samples=84 seed=1 epochs=4 batch=14 rate=0.05 final=0.001 warmup=1 "
        "average=0.8 mixup=0.2 sgd momentum=0.9 beta2=0.999 decay=0.0005 clip=0");
    char expected[128];
    snprintf(expected, sizeof expected, "smoothing=0.1 sampling=0 variation=%016llx",
             (unsigned long long)mr_augment_key(&p.augment));
    assert_string_equal(mr_safetensors_metadata(&file, "task_settings"), expected);
    mr_safetensors_free(&file);
    free(path);
    free(out);
}

static void stop_ends_the_run_and_keeps_the_checkpoint(void **state) {
    world *w = *state;
    char *out = mr_path_join(w->folder, "stopped");
    volatile sig_atomic_t stop = 0;
    mr_train_emotion_params p = emotion_params(w, out);
    p.trainer.stop = &stop;
    p.trainer.pause_after = 1;
    assert_ok(mr_train_emotion(&p, NULL));
    size_t before_size, after_size;
    char *before = made_read(out, "checkpoint.safetensors", &before_size);
    stop = 1;
    p.trainer.resume = true;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_INTERRUPTED);
    char *after = made_read(out, "checkpoint.safetensors", &after_size);
    assert_int_equal(before_size, after_size);
    assert_memory_equal(before, after, before_size);
    free(before);
    free(after);
    free(out);
}

/* Stops a run as soon as there is a checkpoint in its folder, like a Ctrl-C at that time. */
typedef struct stopper {
    char *awaited;
    pthread_t thread;
    atomic_bool ended;
    volatile sig_atomic_t stop;
} stopper;

static void *stop_when_saved(void *context) {
    stopper *self = context;
    while (!self->ended && !self->stop) {
        usleep(1000);
        self->stop = access(self->awaited, F_OK) == 0;
    }
    return NULL;
}

static void stop_after_an_epoch(stopper *self, const char *out) {
    *self = (stopper){.awaited = mr_path_join(out, "checkpoint.safetensors")};
    assert_int_equal(pthread_create(&self->thread, NULL, stop_when_saved, self), 0);
}

/* And that it came, and left weights with a number under this key. */
static void check_stopped(stopper *self, mr_status status, const char *out, const char *key) {
    self->ended = true;
    assert_int_equal(pthread_join(self->thread, NULL), 0);
    free(self->awaited);
    assert_int_equal(status, MR_E_INTERRUPTED);
    assert_non_null(strstr(mr_last_error(), "training: stopped in epoch"));
    char *path = mr_path_join(out, "weights.safetensors");
    mr_safetensors file;
    assert_ok(mr_safetensors_load(path, &file));
    assert_non_null(mr_safetensors_metadata(&file, key));
    mr_safetensors_free(&file);
    free(path);
}

static void stopped_runs_leave_calibrated_weights(void **state) {
    world *w = *state;
    char *emotion = mr_path_join(w->folder, "cut-emotion");
    char *attributes = mr_path_join(w->folder, "cut-attributes");
    mr_train_emotion_params p = emotion_params(w, emotion);
    mr_train_attributes_params q = attributes_params(w, attributes);
    p.trainer.epochs = q.trainer.epochs = 100000;
    stopper hand;
    p.trainer.stop = q.trainer.stop = &hand.stop;
    stop_after_an_epoch(&hand, emotion);
    check_stopped(&hand, mr_train_emotion(&p, NULL), emotion, "temperature.votes");
    stop_after_an_epoch(&hand, attributes);
    check_stopped(&hand, mr_train_attributes(&q, NULL), attributes, "age.interval_scale");
    free(emotion);
    free(attributes);
}

static bool holds(const char *out, const char *text) {
    size_t size;
    char *page = made_read(out, "training.html", &size);
    bool found = strstr(page, text) != NULL;
    free(page);
    return found;
}

/* The page is there before the run has ended, and where it cannot be the run ends well. */
static void the_page_follows_the_run_and_never_stops_it(void **state) {
    world *w = *state;
    char *out = mr_path_join(w->folder, "shown"), *page = mr_path_join(out, "training.html");
    volatile sig_atomic_t stop = 0;
    mr_train_emotion_params p = emotion_params(w, out);
    p.trainer.stop = &stop;
    p.trainer.pause_after = 1;
    assert_ok(mr_train_emotion(&p, NULL));
    assert_true(holds(out, "seed=1 epochs=4 batch=14"));
    assert_true(holds(out, "data-figure=\"0/votes_accuracy\""));
    assert_false(holds(out, "data-figure=\"1/votes_accuracy\""));
    assert_int_equal(remove(page), 0);
    stop = 1;
    p.trainer.resume = true;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_INTERRUPTED);
    assert_true(holds(out, "data-figure=\"0/votes_accuracy\""));
    assert_int_equal(remove(page), 0);
    assert_ok(mr_folder_make(page)); /* what no file can be renamed over */
    stop = 0;
    p.trainer.pause_after = 2;
    mr_training_result result;
    assert_ok(mr_train_emotion(&p, &result));
    assert_int_equal(result.epochs, 3);
    free(page);
    free(out);
}

static void training_starts_from_weights(void **state) {
    world *w = *state;
    char *first = mr_path_join(w->folder, "from"), *second = mr_path_join(w->folder, "tuned");
    mr_train_emotion_params p = emotion_params(w, first);
    p.trainer.epochs = 10;
    p.trainer.mixup = 0;
    assert_ok(mr_train_emotion(&p, NULL));
    p.trainer.out = second;
    p.trainer.from = first;
    p.trainer.epochs = 1;
    p.trainer.rate = 1e-4f;
    assert_ok(mr_train_emotion(&p, NULL));
    assert_true(last_cell(second, "label_accuracy") > 0.9);
    free(first);
    free(second);
}

static void divergence_and_misfits_are_told(void **state) {
    world *w = *state;
    char *out = mr_path_join(w->folder, "wrong");
    mr_train_emotion_params p = emotion_params(w, out);
    p.trainer.rate = 1e30f;
    p.trainer.warmup = 0;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_LIMIT);
    assert_non_null(strstr(mr_last_error(), "not finite"));
    p = emotion_params(w, out);
    p.trainer.network = w->attributes_net;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "no output 'label'"));
    p = emotion_params(w, out);
    p.trainer.batch = 1000;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_ARGUMENT);
    assert_non_null(strstr(mr_last_error(), "84 pictures are fewer than one batch of 1000"));
    free(out);
}

static mr_status draw_number(void *context, const mr_network *network, size_t sample, mr_rng *rng,
                             float *input, const mr_head_target *targets) {
    (void)context, (void)network, (void)rng;
    for (int i = 0; i < 256; i++)
        input[i] = (float)sample;
    targets[0].distribution[sample % 7] = 1;
    *targets[0].value = (float)sample;
    *targets[0].weight = sample != 3;
    return MR_OK;
}

static void mixing_keeps_sums_and_ignores_the_unknown(void **state) {
    (void)state;
    mr_network *network;
    assert_ok(mr_network_parse(emotion_network, "test", &network));
    mr_task task = {
        .heads = {{"label", 7, 0, 1}}, .head_count = 1, .samples = 4, .draw = draw_number};
    mr_batch batch;
    assert_ok(mr_batch_create(&task, network, 4, 1, &batch));
    float *input = calloc(4, 256 * sizeof *input);
    mr_batch_begin_epoch(&batch, 0);
    assert_ok(mr_batch_draw(&batch, 0, 0, input));
    mr_rng rng = mr_rng_seeded(3);
    mr_batch_mix(&batch, 1, &rng, input);
    float inputs = 0, weights = 0;
    for (int i = 0; i < 4; i++) {
        float sum = 0;
        for (int c = 0; c < 7; c++)
            sum += batch.distributions[0][i * 7 + c];
        assert_true(fabsf(sum - 1) < 1e-5f);
        assert_true(batch.distributions[0][i * 7 + 3] < 1e-6f);
        inputs += input[i * 256];
        weights += batch.weights[0][i];
    }
    assert_true(fabsf(inputs - 6) < 1e-5f);
    assert_true(fabsf(weights - 3) < 1e-5f);
    free(input);
    mr_batch_free(&batch);
    mr_network_free(network);
}

static void order_follows_the_sampling(void **state) {
    (void)state;
    mr_network *network;
    assert_ok(mr_network_parse(emotion_network, "test", &network));
    const float sampling[] = {1, 1, 2, 4};
    mr_task task = {
        .heads = {{"label", 7, 0, 1}}, .head_count = 1, .samples = 4, .draw = draw_number};
    mr_batch batch;
    assert_ok(mr_batch_create(&task, network, 2, 1, &batch));
    int counts[4] = {0};
    mr_batch_begin_epoch(&batch, 5);
    for (int i = 0; i < 4; i++)
        counts[batch.order[i]]++;
    for (int i = 0; i < 4; i++)
        assert_int_equal(counts[i], 1);
    task.sampling = sampling;
    memset(counts, 0, sizeof counts);
    for (long epoch = 0; epoch < 1000; epoch++) {
        mr_batch_begin_epoch(&batch, epoch);
        for (int i = 0; i < 4; i++)
            counts[batch.order[i]]++;
    }
    for (int i = 0; i < 4; i++)
        assert_true(fabs(counts[i] - 500.0 * sampling[i]) < 60);
    mr_batch_free(&batch);
    mr_network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(emotion_is_learned),
        cmocka_unit_test(attributes_are_learned),
        cmocka_unit_test(heads_count_by_their_weight),
        cmocka_unit_test(resume_gives_the_same_bits),
        cmocka_unit_test(resume_refuses_other_settings),
        cmocka_unit_test(resume_refuses_another_network_and_other_data),
        cmocka_unit_test(weights_are_not_used_with_another_network),
        cmocka_unit_test(resume_refuses_counts_that_cannot_be),
        cmocka_unit_test(settings_without_options_are_those_of_old),
        cmocka_unit_test(stop_ends_the_run_and_keeps_the_checkpoint),
        cmocka_unit_test(stopped_runs_leave_calibrated_weights),
        cmocka_unit_test(the_page_follows_the_run_and_never_stops_it),
        cmocka_unit_test(training_starts_from_weights),
        cmocka_unit_test(divergence_and_misfits_are_told),
        cmocka_unit_test(mixing_keeps_sums_and_ignores_the_unknown),
        cmocka_unit_test(order_follows_the_sampling),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
