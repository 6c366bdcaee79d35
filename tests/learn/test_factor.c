#include "base/memory.h"
#include "learn/factor_network.h"
#include "learn/principal.h"
#include "made_faces.h"
#include "nn/inference.h"
#include "nn/weights.h"

#include <math.h>

/* ---- principal directions -------------------------------------------------------------------- */

/* Vectors in a plane: the mean, and what varies along each of two axes, are known. */
static void directions_of_a_plane(void **state) {
    (void)state;
    enum { CHANNELS = 4, COUNT = 4000 };
    float *columns = mr_alloc(CHANNELS * COUNT * sizeof *columns);
    mr_rng rng = mr_rng_seeded(5);
    for (int k = 0; k < COUNT; k++) {
        double along = 3 * mr_rng_normal(&rng), across = mr_rng_normal(&rng);
        const double x[CHANNELS] = {1 + 0.6 * along, 2 + 0.8 * along, -3 + across, 5};
        for (int c = 0; c < CHANNELS; c++)
            columns[c * COUNT + k] = (float)x[c];
    }
    mr_principal *found;
    assert_ok(mr_principal_create(CHANNELS, &found));
    assert_int_equal(mr_principal_solve(found), MR_E_ARGUMENT);
    /* In two parts, as batches come. */
    float *half = mr_alloc(CHANNELS * COUNT / 2 * sizeof *half);
    for (int part = 0; part < 2; part++) {
        for (int c = 0; c < CHANNELS; c++)
            memcpy(half + c * COUNT / 2, columns + c * COUNT + part * COUNT / 2,
                   COUNT / 2 * sizeof *half);
        assert_ok(mr_principal_add(found, half, COUNT / 2));
    }
    assert_ok(mr_principal_solve(found));
    const float *mean = mr_principal_mean(found), *first = mr_principal_direction(found, 0);
    const float expected[CHANNELS] = {1, 2, -3, 5};
    for (int c = 0; c < CHANNELS; c++)
        assert_true(fabsf(mean[c] - expected[c]) < 0.2f);
    assert_true(fabsf(fabsf(0.6f * first[0] + 0.8f * first[1]) - 1) < 0.01f);
    assert_true(fabsf(fabsf(mr_principal_direction(found, 1)[2]) - 1) < 0.01f);
    assert_true(fabs(mr_principal_share(found, 1) - 0.9) < 0.02);
    assert_true(fabs(mr_principal_share(found, 2) - 1) < 1e-6);
    mr_principal_free(found);
    free(half);
    free(columns);
}

/* ---- a network ------------------------------------------------------------------------------- */

enum { SIDE = 12, FILTERS = 8, TRUE_RANK = 3, PICTURES = 40, ANSWERS = 4 };

static const char network_text[] =
    "moodreel-network 1\n"
    "input image channels=1 height=12 width=12 mean=128 deviation=64\n"
    "conv first image out=6 kernel=3\n"
    "batchnorm first_bn first\n"
    "relu first_relu first_bn\n"
    "# what is factored\n"
    "conv second first_relu stride=2 out=8 kernel=3 # here\n"
    "batchnorm second_bn second\n"
    "relu second_relu second_bn\n"
    "globalpool pooled second_relu\n"
    "linear label pooled out=4\n"
    "output label\n";

/* The filters of `second` are mixtures of the first three; its normalisation is nobody's default.
 */
static void make_model(const char *folder) {
    made_text(folder, "network.txt", network_text);
    mr_network *network;
    assert_ok(mr_network_parse(network_text, "made", &network));
    float *values = mr_alloc(network->total * sizeof *values);
    mr_network_initialise(network, 3, values);
    mr_rng rng = mr_rng_seeded(4);
    for (int i = 0; i < network->parameter_count; i++) {
        const mr_parameter *p = &network->parameters[i];
        float *at = values + p->offset;
        size_t each = p->size / FILTERS;
        if (strcmp(p->name, "second.weight") == 0)
            for (size_t filter = TRUE_RANK; filter < FILTERS; filter++)
                for (size_t k = 0; k < each; k++)
                    at[filter * each + k] =
                        at[k] - 2 * at[each + k] + (float)filter * at[2 * each + k];
        else if (strncmp(p->name, "second_bn.", 10) == 0)
            for (size_t k = 0; k < p->size; k++)
                at[k] = 0.5f + (float)mr_rng_uniform(&rng);
    }
    char *path = mr_path_join(folder, "weights.safetensors");
    const mr_weight_set set = {.prefix = "", .values = values};
    assert_ok(mr_weights_save(path, network, &set, 1, NULL, 0));
    free(path);
    free(values);
    mr_network_free(network);
}

typedef struct made_gallery {
    uint8_t pixels[PICTURES][SIDE * SIDE];
    size_t indices[PICTURES];
    mr_pictures pictures;
    mr_factor_gallery shown;
} made_gallery;

static made_gallery *make_gallery(void) {
    made_gallery *made = mr_alloc(sizeof *made);
    mr_rng rng = mr_rng_seeded(8);
    for (int i = 0; i < PICTURES; i++) {
        made->indices[i] = (size_t)i;
        for (int k = 0; k < SIDE * SIDE; k++)
            made->pixels[i][k] = (uint8_t)mr_rng_below(&rng, 256);
    }
    made->pictures = (mr_pictures){SIDE, 1, PICTURES, made->pixels[0]};
    made->shown = (mr_factor_gallery){&made->pictures, made->indices, PICTURES};
    return made;
}

/* What the model in a folder answers to one picture. */
static void answer(const char *folder, const uint8_t *pixels, float answers[ANSWERS]) {
    char *text = mr_path_join(folder, "network.txt");
    char *weights = mr_path_join(folder, "weights.safetensors");
    mr_network *network;
    assert_ok(mr_network_load(text, &network));
    float *values = mr_alloc(network->total * sizeof *values);
    assert_ok(mr_weights_load(weights, network, values));
    mr_plan *plan;
    mr_runner *runner;
    assert_ok(mr_plan_create(network, values, 1, &plan));
    assert_ok(mr_runner_create(plan, &runner));
    for (int k = 0; k < SIDE * SIDE; k++)
        mr_runner_input(runner)[k] = ((float)pixels[k] - network->mean) / network->deviation;
    assert_ok(mr_runner_run(runner));
    memcpy(answers, mr_runner_output(runner, 0), ANSWERS * sizeof *answers);
    mr_runner_free(runner);
    mr_plan_free(plan);
    free(values);
    mr_network_free(network);
    free(weights);
    free(text);
}

/* The largest difference of what two models answer, in units of the largest answer. */
static double difference(const char *one, const char *other, const made_gallery *seen) {
    double most = 0, largest = 0;
    for (int i = 0; i < 5; i++) {
        float a[ANSWERS], b[ANSWERS];
        answer(one, seen->pixels[i], a);
        answer(other, seen->pixels[i], b);
        for (int k = 0; k < ANSWERS; k++) {
            most = fmax(most, fabs((double)a[k] - (double)b[k]));
            largest = fmax(largest, fabs((double)a[k]));
        }
    }
    return most / largest;
}

static void as_many_filters_as_there_are_suffice(void **state) {
    (void)state;
    char *folder = made_folder(), *out = mr_path_join(folder, "out");
    make_model(folder);
    made_gallery *seen = make_gallery();
    mr_factor_rank rank = {"second", TRUE_RANK, 0};
    mr_factor_size before, after;
    assert_ok(mr_factor_network(folder, &seen->shown, &rank, 1, out, &before, &after));
    assert_true(rank.share > 0.9999);
    assert_true(after.multiply_adds < before.multiply_adds);
    assert_true(after.parameters < before.parameters);
    assert_true(difference(folder, out, seen) < 1e-3);

    rank.rank = 1;
    assert_ok(mr_factor_network(folder, &seen->shown, &rank, 1, out, NULL, NULL));
    assert_true(rank.share < 0.99);
    assert_true(difference(folder, out, seen) > 1e-2);
    free(seen);
    made_forget(folder, &out, 1);
}

static void settings_of_the_layer_stay(void **state) {
    (void)state;
    char *folder = made_folder(), *out = mr_path_join(folder, "out");
    make_model(folder);
    made_gallery *seen = make_gallery();
    mr_factor_rank rank = {"second", 2, 0};
    assert_ok(mr_factor_network(folder, &seen->shown, &rank, 1, out, NULL, NULL));
    char *path = mr_path_join(out, "network.txt");
    mr_network *made;
    assert_ok(mr_network_load(path, &made));
    int found = 0;
    for (int i = 0; i < made->layer_count; i++) {
        const mr_layer *layer = &made->layers[i];
        if (strcmp(layer->name, "second_basis") == 0 && layer->kernel == 3 && layer->stride == 2 &&
            layer->out == 2 && layer->height == SIDE / 2)
            found++;
        if (strcmp(layer->name, "second") == 0 && layer->kernel == 1 && layer->stride == 1 &&
            layer->out == FILTERS && layer->height == SIDE / 2)
            found++;
    }
    assert_int_equal(found, 2);
    mr_network_free(made);
    free(path);
    free(seen);
    made_forget(folder, &out, 1);
}

static void what_cannot_be_factored_is_named(void **state) {
    (void)state;
    char *folder = made_folder(), *out = mr_path_join(folder, "out");
    make_model(folder);
    made_gallery *seen = make_gallery();
    mr_factor_rank wrong[][2] = {{{"third", 2, 0}},
                                 {{"label", 2, 0}},
                                 {{"second", 0, 0}},
                                 {{"second", FILTERS, 0}},
                                 {{"second", 2, 0}, {"second", 3, 0}}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int count = wrong[i][1].rank ? 2 : 1;
        assert_int_equal(mr_factor_network(folder, &seen->shown, wrong[i], count, out, NULL, NULL),
                         MR_E_ARGUMENT);
        assert_non_null(strstr(mr_last_error(), wrong[i][0].layer));
        assert_false(mr_is_folder(out));
    }
    assert_int_equal(mr_factor_network(folder, &seen->shown, wrong[0], 0, out, NULL, NULL),
                     MR_E_ARGUMENT);
    free(seen);
    made_forget(folder, &out, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(directions_of_a_plane),
        cmocka_unit_test(as_many_filters_as_there_are_suffice),
        cmocka_unit_test(settings_of_the_layer_stay),
        cmocka_unit_test(what_cannot_be_factored_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
