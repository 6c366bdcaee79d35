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

enum { SIDE = 12, FILTERS = 8, TRUE_RANK = 3, PICTURES = 40 };

/* No room for what the first half would be called. */
#define LONG_NAME "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop"

static const char network_text[] =
    "moodreel-network 1\n"
    "input image channels=1 height=12 width=12 mean=128 deviation=64\n"
    "conv " LONG_NAME " image out=6 kernel=3\n"
    "batchnorm first_bn " LONG_NAME "\n"
    "relu first_relu first_bn\n"
    "\n  \r\n# what is factored\n\n"
    "\tconv  second first_relu stride=2 out=8e0 kernel=3 # out=9\r\n"
    "batchnorm second_bn second\n"
    "relu second_relu second_bn\n"
    "globalpool pooled second_relu\n"
    "linear label pooled out=7\n"
    "output label\n";

/* The filters of `second` are mixtures of the first three; its normalisation is nobody's default.
 */
static void make_model(const char *folder, int true_rank) {
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
            for (size_t filter = (size_t)true_rank; filter < FILTERS; filter++)
                for (size_t k = 0; k < each; k++)
                    at[filter * each + k] =
                        at[k] - 2 * at[each + k] + (float)filter * at[2 * each + k];
        else if (strncmp(p->name, "second_bn.", 10) == 0)
            for (size_t k = 0; k < p->size; k++)
                at[k] = 0.5f + 4 * (float)mr_rng_uniform(&rng) *
                                   (k == 2 && strcmp(p->name, "second_bn.scale") == 0 ? -1 : 1);
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

static mr_status factor(const char *folder, const made_gallery *seen, mr_factor_rank *ranks,
                        int count, const char *out, mr_factor_size *before, mr_factor_size *after) {
    mr_factoring *job;
    MR_TRY(mr_factoring_begin(folder, ranks, count, &job));
    mr_status status = mr_factoring_finish(job, &seen->shown, out, before, after);
    mr_factoring_free(job);
    return status;
}

/* What a layer of the model in a folder answers to the pictures: channels × pixels of each. */
static float *answers_of(const char *folder, const char *layer, const made_gallery *seen,
                         size_t *size) {
    char *network_path = mr_path_join(folder, "network.txt"), *text;
    char *weights = mr_path_join(folder, "weights.safetensors");
    unsigned char *bytes;
    assert_ok(mr_file_read(network_path, 10000, &bytes, size));
    assert_true(asprintf(&text, "%s\noutput %s\n", (const char *)bytes, layer) > 0);
    mr_network *trained, *network; /* the latter with one output more, and so the same weights */
    assert_ok(mr_network_load(network_path, &trained));
    assert_ok(mr_network_parse(text, network_path, &network));
    float *values = mr_alloc(network->total * sizeof *values);
    assert_ok(mr_weights_load(weights, trained, values));
    mr_network_free(trained);
    mr_plan *plan;
    mr_runner *runner;
    assert_ok(mr_plan_create(network, values, 1, &plan));
    assert_ok(mr_runner_create(plan, &runner));
    *size = (size_t)mr_network_output_size(network, 1);
    float *answers = mr_alloc(PICTURES * *size * sizeof *answers);
    assert_non_null(answers);
    for (int i = 0; i < PICTURES; i++) {
        for (int k = 0; k < SIDE * SIDE; k++)
            mr_runner_input(runner)[k] =
                ((float)seen->pixels[i][k] - network->mean) / network->deviation;
        assert_ok(mr_runner_run(runner));
        memcpy(answers + (size_t)i * *size, mr_runner_output(runner, 1), *size * sizeof *answers);
    }
    mr_runner_free(runner);
    mr_plan_free(plan);
    free(values);
    mr_network_free(network);
    free(bytes);
    free(text);
    free(weights);
    free(network_path);
    return answers;
}

/* How far the normalised answers of two models are apart: of each channel the difference of the
 * means, at most, and over all the mean square, as a share of the variance. */
typedef struct distance {
    double mean, square;
} distance;

static distance between(const char *one, const char *other, const made_gallery *seen) {
    size_t size = 0;
    float *a = answers_of(one, "second_bn", seen, &size);
    float *b = answers_of(other, "second_bn", seen, &size);
    size_t pixels = size / FILTERS;
    double squares = 0, variance = 0, mean = 0;
    for (size_t c = 0; c < FILTERS; c++) {
        double sum_a = 0, sum_b = 0, count = (double)(PICTURES * pixels), spread = 0;
        for (size_t i = 0; i < PICTURES; i++)
            for (size_t k = 0; k < pixels; k++) {
                double x = (double)a[i * size + c * pixels + k];
                double y = (double)b[i * size + c * pixels + k];
                sum_a += x;
                sum_b += y;
                spread += x * x;
                squares += (x - y) * (x - y);
            }
        variance += spread - sum_a * sum_a / count;
        mean = fmax(mean, fabs(sum_a - sum_b) / count);
    }
    free(a);
    free(b);
    return (distance){mean, squares / variance};
}

static void as_many_filters_as_there_are_suffice(void **state) {
    (void)state;
    char *folder = made_folder(), *out = mr_path_join(folder, "out");
    make_model(folder, TRUE_RANK);
    made_gallery *seen = make_gallery();
    mr_factor_rank rank = {"second", TRUE_RANK, 0};
    mr_factor_size before = {0}, after = {0};
    assert_ok(factor(folder, seen, &rank, 1, out, &before, &after));
    assert_true(rank.share > 0.9999);
    assert_true(after.multiply_adds < before.multiply_adds);
    assert_true(after.parameters < before.parameters);
    assert_true(between(folder, out, seen).square < 1e-5);
    free(seen);
    made_forget(folder, &out, 1);
}

/* With fewer, the share of the variance that is lost is the one that is told, which it is only in
 * the units of the normalisation; and no channel's mean moves. */
static void fewer_filters_lose_what_is_told(void **state) {
    (void)state;
    char *folder = made_folder(), *out = mr_path_join(folder, "out");
    make_model(folder, FILTERS);
    made_gallery *seen = make_gallery();
    for (int filters = 2; filters <= 6; filters += 2) {
        mr_factor_rank rank = {"second", filters, 0};
        assert_ok(factor(folder, seen, &rank, 1, out, NULL, NULL));
        distance apart = between(folder, out, seen);
        assert_true(rank.share < 0.99);
        assert_true(fabs(apart.square / (1 - rank.share) - 1) < 0.05);
        assert_true(apart.mean < 0.01);
    }
    free(seen);
    made_forget(folder, &out, 1);
}

static void settings_of_the_layer_stay(void **state) {
    (void)state;
    char *folder = made_folder(), *out = mr_path_join(folder, "out");
    make_model(folder, FILTERS);
    made_gallery *seen = make_gallery();
    mr_factor_rank rank = {"second", 2, 0};
    assert_ok(factor(folder, seen, &rank, 1, out, NULL, NULL));
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
    make_model(folder, FILTERS);
    made_gallery *seen = make_gallery();
    mr_factor_rank wrong[][2] = {{{"third", 2, 0}},        {{"label", 2, 0}},
                                 {{LONG_NAME, 2, 0}},      {{"second", 0, 0}},
                                 {{"second", FILTERS, 0}}, {{"second", 2, 0}, {"second", 3, 0}}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int count = wrong[i][1].rank ? 2 : 1;
        assert_int_equal(factor(folder, seen, wrong[i], count, out, NULL, NULL), MR_E_ARGUMENT);
        assert_non_null(strstr(mr_last_error(), wrong[i][0].layer));
        assert_false(mr_is_folder(out));
    }
    assert_int_equal(factor(folder, seen, wrong[0], 0, out, NULL, NULL), MR_E_ARGUMENT);
    mr_factor_rank rank = {"second", 2, 0};
    assert_ok(factor(folder, seen, &rank, 1, out, NULL, NULL));
    assert_int_equal(factor(out, seen, &rank, 1, folder, NULL, NULL), MR_E_ARGUMENT);
    assert_non_null(strstr(mr_last_error(), "'second_basis'"));
    free(seen);
    made_forget(folder, &out, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(directions_of_a_plane),
        cmocka_unit_test(as_many_filters_as_there_are_suffice),
        cmocka_unit_test(fewer_filters_lose_what_is_told),
        cmocka_unit_test(settings_of_the_layer_stay),
        cmocka_unit_test(what_cannot_be_factored_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
