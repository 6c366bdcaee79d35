/* A trained network is tuned to a few pictures of another look; it must learn them and keep most of
 * what it knew. */
#include "learn/model.h"
#include "learn/trunk.h"
#include "made_training.h"

#include <math.h>

enum { NEW_EACH = 4, NEW_TEST_EACH = 10 };

/* A fall of the old accuracy of at most so much is borne. */
#define MOST_LOSS 0.1

typedef struct world {
    char *folder, *old, *new, *base;
} world;

/* Another camera: everything is brighter, and the row that tells the class stands out less. */
static void other_picture(const char *path, int class, mr_rng *rng) {
    mr_image image;
    assert_ok(mr_image_create(24, 24, 1, &image));
    for (int y = 0; y < 24; y++)
        for (int x = 0; x < 24; x++) {
            bool row = y * MR_EMOTION_COUNT / 24 == class;
            image.pixels[(size_t)y * image.stride + (size_t)x] =
                (uint8_t)((row ? 178 : 150) + mr_rng_below(rng, 60));
        }
    assert_ok(mr_image_save(&image, path));
    mr_image_free(&image);
}

static void other_pictures(const char *folder, const char *part, int each, uint64_t seed) {
    mr_rng rng = mr_rng_seeded(seed);
    for (int class = 0; class < MR_EMOTION_COUNT; class ++) {
        char path[1024];
        int n = snprintf(path, sizeof path, "%s/%s/%s", folder, part,
                         mr_emotion_label((mr_emotion) class));
        assert_ok(mr_folder_make(path));
        for (int i = 0; i < each; i++) {
            snprintf(path + n, sizeof path - (size_t)n, "/%d.png", i);
            other_picture(path, class, &rng);
        }
    }
}

static mr_train_emotion_params base_params(const char *data, const char *out) {
    mr_train_emotion_params p = made_training(data, out);
    p.votes_from_labels = true;
    return p;
}

static int set_up(void **state) {
    world *w = calloc(1, sizeof *w);
    w->folder = made_folder();
    w->old = mr_path_join(w->folder, "old");
    w->new = mr_path_join(w->folder, "new");
    w->base = mr_path_join(w->folder, "base");
    made_emotions(w->old, "train", MADE_TRAIN_EACH, 1);
    made_emotions(w->old, "public_test", NEW_TEST_EACH, 2);
    other_pictures(w->new, "train", NEW_EACH, 3);
    other_pictures(w->new, "public_test", NEW_TEST_EACH, 4);
    made_text(w->folder, "network.txt", made_emotion_network);
    char *network = mr_path_join(w->folder, "network.txt");
    mr_train_emotion_params p = base_params(w->old, w->base);
    p.trainer.network = network;
    assert_ok(mr_train_emotion(&p, NULL));
    free(network);
    *state = w;
    return 0;
}

static int tear_down(void **state) {
    world *w = *state;
    made_forget(w->folder, (char *[]){w->old, w->new, w->base}, 3);
    free(w);
    return 0;
}

static char *tune(const world *w, const char *name, float trunk_rate) {
    char *out = mr_path_join(w->folder, name);
    mr_train_emotion_params p = base_params(w->new, out);
    p.trainer.from = w->base;
    p.trainer.trunk_rate = trunk_rate;
    p.trainer.rate = 0.01f;
    assert_ok(mr_train_emotion(&p, NULL));
    return out;
}

typedef enum part { TRUNK, STATISTICS, HEADS } part;

static part part_of(const mr_parameter *parameter, float share) {
    return share == 1 ? HEADS : parameter->trainable ? TRUNK : STATISTICS;
}

/* Length of the change of a part of the parameters. */
static double change(const char *before, const char *after, part wanted) {
    mr_model a, b;
    assert_ok(mr_model_load(before, &a));
    assert_ok(mr_model_load(after, &b));
    float *shares = calloc((size_t)a.network->parameter_count, sizeof *shares);
    mr_trunk_shares(a.network, 0, shares);
    double squares = 0;
    for (int i = 0; i < a.network->parameter_count; i++) {
        const mr_parameter *p = &a.network->parameters[i];
        if (part_of(p, shares[i]) != wanted)
            continue;
        for (size_t k = p->offset; k < p->offset + p->size; k++)
            squares += pow((double)(a.values[k] - b.values[k]), 2);
    }
    free(shares);
    mr_model_free(&a);
    mr_model_free(&b);
    return sqrt(squares);
}

static void check_tuned(const world *w, const char *tuned) {
    double old_before = made_accuracy(w->old, w->base), new_before = made_accuracy(w->new, w->base);
    double old_after = made_accuracy(w->old, tuned), new_after = made_accuracy(w->new, tuned);
    print_message("%s: new %.3f to %.3f, old %.3f to %.3f\n", tuned, new_before, new_after,
                  old_before, old_after);
    assert_true(old_before > 0.95);
    assert_true(new_before < 0.5);
    assert_true(new_after > 0.9);
    assert_true(old_after > old_before - MOST_LOSS);
}

static void a_frozen_trunk_stays_to_the_bit(void **state) {
    const world *w = *state;
    char *tuned = tune(w, "frozen", 0);
    check_tuned(w, tuned);
    assert_true(change(w->base, tuned, TRUNK) == 0);
    assert_true(change(w->base, tuned, STATISTICS) == 0);
    assert_true(change(w->base, tuned, HEADS) > 0);
    free(tuned);
}

static void a_slowed_trunk_moves_less(void **state) {
    const world *w = *state;
    char *slow = tune(w, "slow", 0.05f), *full = tune(w, "full", 1);
    check_tuned(w, slow);
    double moved = change(w->base, slow, TRUNK);
    assert_true(moved > 0 && moved < change(w->base, full, TRUNK));
    free(slow);
    free(full);
}

static void tuning_can_be_resumed(void **state) {
    const world *w = *state;
    char *straight = mr_path_join(w->folder, "straight"), *cut = mr_path_join(w->folder, "cut");
    mr_train_emotion_params p = base_params(w->new, straight);
    p.trainer.from = w->base;
    p.trainer.trunk_rate = 0;
    p.trainer.epochs = 4;
    assert_ok(mr_train_emotion(&p, NULL));
    p.trainer.out = cut;
    p.trainer.pause_after = 2;
    assert_ok(mr_train_emotion(&p, NULL));
    p.trainer.from = NULL;
    p.trainer.pause_after = 0;
    p.trainer.resume = true;
    p.trainer.trunk_rate = 0.5f;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "trunk=0.5"));
    p.trainer.trunk_rate = 0;
    assert_ok(mr_train_emotion(&p, NULL));
    assert_same_file(straight, cut, "weights.safetensors");
    assert_same_file(straight, cut, "checkpoint.safetensors");
    free(straight);
    free(cut);
}

/* What is shown comes from `votes`, which nothing would teach. */
static void votes_are_not_left_untaught(void **state) {
    const world *w = *state;
    char *out = mr_path_join(w->folder, "untaught");
    mr_train_emotion_params p = base_params(w->new, out);
    p.votes_from_labels = false;
    p.trainer.from = w->base;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "output 'votes'"));
    assert_non_null(strstr(mr_last_error(), "--votes-from-labels"));

    /* A model that is there keeps the file of its network, which the refused one was not. */
    char *kept = mr_path_join(w->base, "network.txt"), *before, *after;
    size_t size;
    assert_ok(mr_file_read(kept, 10000, (unsigned char **)&before, &size));
    made_text(w->folder, "other.txt",
              "moodreel-network 1\n"
              "input image channels=1 height=24 width=24\n"
              "linear label image out=7\n"
              "linear votes image out=7\n"
              "linear more image out=3\n"
              "output label\noutput votes\noutput more\n");
    char *other = mr_path_join(w->folder, "other.txt");
    p = base_params(w->new, w->base);
    p.trainer.network = other;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "output 'more'"));
    assert_null(strstr(mr_last_error(), "ferplus"));
    assert_ok(mr_file_read(kept, 10000, (unsigned char **)&after, &size));
    assert_string_equal(before, after);
    free(before);
    free(after);
    free(other);
    free(kept);
    free(out);
}

/* What a model and the run that made it consist of. */
static uint64_t state_of(const char *model) {
    static const char *const names[] = {"network.txt", "weights.safetensors", "training.csv",
                                        "checkpoint.safetensors"};
    enum { COUNT = sizeof names / sizeof *names };
    uint64_t parts[COUNT];
    for (int i = 0; i < COUNT; i++) {
        size_t size;
        char *bytes = made_read(model, names[i], &size);
        parts[i] = mr_hash(bytes, size);
        free(bytes);
    }
    return mr_hash(parts, sizeof parts);
}

static void a_run_without_an_epoch_leaves_the_model_as_it_was(void **state) {
    const world *w = *state;
    uint64_t before = state_of(w->base);
    made_text(w->folder, "plain.txt",
              "moodreel-network 1\n"
              "input image channels=1 height=24 width=24\n"
              "linear label image out=7\n"
              "linear votes image out=7\n"
              "output label\noutput votes\n");
    char *plain = mr_path_join(w->folder, "plain.txt");
    mr_train_emotion_params p = base_params(w->new, w->base);
    p.trainer.network = plain;
    p.trainer.teaching.teachers = (const char *const[]){"nobody"};
    p.trainer.teaching.teacher_count = 1;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_NOT_FOUND);
    assert_true(state_of(w->base) == before);
    p.trainer.teaching.teacher_count = 0;
    p.trainer.resume = true;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_MISMATCH);
    assert_true(state_of(w->base) == before);
    volatile sig_atomic_t stop = 1;
    p.trainer.resume = false;
    p.trainer.stop = &stop;
    assert_int_equal(mr_train_emotion(&p, NULL), MR_E_INTERRUPTED);
    assert_true(state_of(w->base) == before);
    free(plain);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(votes_are_not_left_untaught),
        cmocka_unit_test(a_run_without_an_epoch_leaves_the_model_as_it_was),
        cmocka_unit_test(a_frozen_trunk_stays_to_the_bit),
        cmocka_unit_test(a_slowed_trunk_moves_less),
        cmocka_unit_test(tuning_can_be_resumed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
