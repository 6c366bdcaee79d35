#include "base/file.h"
#include "base/rng.h"
#include "face/attribute_models.h"
#include "face/attributes.h"
#include "made_models.h"
#include "nn/inference.h"
#include "nn/loss.h"
#include "nn/weights.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static char folder[] = "/tmp/moodreel-test-XXXXXX";
static mr_image photo;

static const mr_face face = {.box = {30, 20, 60, 60}};

/* Smooth waves, so that crops differ from place to place and from their mirror image. */
static mr_status make_photo(mr_image *out) {
    MR_TRY(mr_image_create(160, 120, 3, out));
    for (int y = 0; y < out->height; y++)
        for (int x = 0; x < out->width; x++)
            for (int c = 0; c < 3; c++)
                out->pixels[(size_t)y * out->stride + (size_t)(3 * x + c)] =
                    (uint8_t)(127 + 120 * sin(0.09 * x * (c + 1) + 0.0007 * x * x + 0.13 * y));
    return MR_OK;
}

static int set_up(void **state) {
    (void)state;
    if (mkdtemp(folder) == NULL || make_photo(&photo) != MR_OK ||
        mr_make_attributes_model(folder, 1) != MR_OK || mr_make_emotion_model(folder, 2) != MR_OK)
        return -1;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    mr_image_free(&photo);
    mr_test_remove(folder);
    return 0;
}

/* One face through freshly loaded models. */
static mr_attributes estimate(mr_attribute_set wanted, bool mirror) {
    mr_attribute_models *models;
    mr_attribute_context *context;
    mr_attributes attributes;
    assert_ok(mr_attribute_models_load(folder, wanted, &models));
    assert_ok(mr_attribute_context_create(models, mirror, &context));
    assert_ok(mr_attributes_of_face(context, &photo, &face, &attributes));
    mr_attribute_context_free(context);
    mr_attribute_models_free(models);
    return attributes;
}

static double sum_of(const float *values, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += values[i];
    return sum;
}

static void distributions_sum_to_one(void **state) {
    (void)state;
    mr_attributes a = estimate(mr_attribute_set_all(), false);
    assert_true(a.has_age && a.has_gender && a.has_ethnicity && a.has_emotion);
    assert_true(fabs(sum_of(a.age_distribution, MR_AGE_YEARS) - 1) < 1e-4);
    assert_true(fabs(sum_of(a.gender, MR_GENDER_COUNT) - 1) < 1e-5);
    assert_true(fabs(sum_of(a.ethnicity, MR_ETHNICITY_COUNT) - 1) < 1e-5);
    assert_true(fabs(sum_of(a.emotion, MR_EMOTION_COUNT) - 1) < 1e-5);
    assert_true(a.age_low <= a.age && a.age <= a.age_high);
}

static void switches_leave_the_rest_alone(void **state) {
    (void)state;
    mr_attributes all = estimate(mr_attribute_set_all(), false);
    mr_attributes some = estimate((mr_attribute_set){.gender = true, .emotion = true}, false);
    assert_false(some.has_age || some.has_ethnicity);
    assert_true(sum_of(some.age_distribution, MR_AGE_YEARS) == 0);
    assert_true(some.age == 0 && some.age_low == 0 && some.age_high == 0);
    assert_true(sum_of(some.ethnicity, MR_ETHNICITY_COUNT) == 0);
    assert_memory_equal(some.gender, all.gender, sizeof all.gender);
    assert_memory_equal(some.emotion, all.emotion, sizeof all.emotion);
    some = estimate((mr_attribute_set){.age = true}, false);
    assert_true(some.has_age && !some.has_gender && !some.has_ethnicity && !some.has_emotion);
    assert_memory_equal(some.age_distribution, all.age_distribution, sizeof all.age_distribution);
}

/* The same made step by step, with a network and buffers of its own. */
static void reference(mr_framing framing, bool mirror, const mr_heads *heads,
                      mr_attributes *attributes) {
    const char *names[] = {"attributes", "emotion"};
    char *model = mr_path_join(folder, names[framing]);
    char *network_path = mr_path_join(model, "network.txt");
    char *weights_path = mr_path_join(model, "weights.safetensors");
    mr_network *network;
    mr_plan *plan;
    mr_runner *runner;
    assert_ok(mr_network_load(network_path, &network));
    float *values = malloc(network->total * sizeof *values);
    assert_ok(mr_weights_load(weights_path, network, values));
    assert_ok(mr_plan_create(network, values, 1, &plan));
    assert_ok(mr_runner_create(plan, &runner));

    const mr_layer *input = mr_network_input(network);
    mr_image crop, turned;
    assert_ok(mr_image_create(input->width, input->height, input->channels, &crop));
    assert_ok(mr_image_create(input->width, input->height, input->channels, &turned));
    mr_affine map = mr_crop_of_box(framing, &face.box, input->width);
    mr_image_warp(&photo, &map, &crop);
    for (int y = 0; y < crop.height; y++)
        for (int x = 0; x < crop.width; x++)
            memcpy(turned.pixels + (size_t)y * turned.stride + (size_t)(x * crop.channels),
                   crop.pixels + (size_t)y * crop.stride +
                       (size_t)((crop.width - 1 - x) * crop.channels),
                   (size_t)crop.channels);

    float sums[3][MR_AGE_YEARS] = {{0}}, view[MR_AGE_YEARS];
    const float *logits[3] = {sums[0], sums[1], sums[2]};
    for (int pass = 0; pass < (mirror ? 2 : 1); pass++) {
        mr_image_to_planar(pass ? &turned : &crop, network->mean, network->deviation,
                           mr_runner_input(runner));
        assert_ok(mr_runner_run(runner));
        for (int k = 0; k < network->output_count; k++) {
            int size = mr_network_output_size(network, k);
            mr_softmax(mr_runner_output(runner, k), size, view);
            for (int i = 0; i < size; i++)
                sums[k][i] += view[i];
        }
    }
    for (int k = 0; k < network->output_count; k++)
        for (int i = 0; i < mr_network_output_size(network, k); i++)
            sums[k][i] = logf(sums[k][i]);
    mr_heads_apply(heads, logits, attributes);

    mr_image_free(&crop);
    mr_image_free(&turned);
    mr_runner_free(runner);
    mr_plan_free(plan);
    mr_network_free(network);
    free(values);
    free(model);
    free(network_path);
    free(weights_path);
}

static void assert_close(const float *a, const float *b, int n) {
    for (int i = 0; i < n; i++)
        if (!(fabsf(a[i] - b[i]) < 2e-3f))
            fail_msg("place %d: %g is not %g", i, a[i], b[i]);
}

static void equals_the_way_step_by_step(void **state) {
    (void)state;
    mr_attribute_models *models;
    assert_ok(mr_attribute_models_load(folder, mr_attribute_set_all(), &models));
    for (int mirror = 0; mirror < 2; mirror++) {
        mr_attributes expected = {0}, found = estimate(mr_attribute_set_all(), mirror);
        for (int framing = 0; framing < MR_FRAMING_COUNT; framing++)
            reference((mr_framing)framing, mirror, &models->models[framing].heads, &expected);
        assert_close(found.age_distribution, expected.age_distribution, MR_AGE_YEARS);
        assert_close(found.gender, expected.gender, MR_GENDER_COUNT);
        assert_close(found.ethnicity, expected.ethnicity, MR_ETHNICITY_COUNT);
        assert_close(found.emotion, expected.emotion, MR_EMOTION_COUNT);
    }
    mr_attribute_models_free(models);
}

static void mirror_image_counts(void **state) {
    (void)state;
    mr_attributes plain = estimate(mr_attribute_set_all(), false);
    mr_attributes both = estimate(mr_attribute_set_all(), true);
    double difference = 0;
    for (int i = 0; i < MR_EMOTION_COUNT; i++)
        difference += fabsf(plain.emotion[i] - both.emotion[i]);
    assert_true(difference > 0.01);
}

static void some_attributes_are_those_of_all(void **state) {
    (void)state;
    mr_attribute_models *models;
    mr_attribute_context *context;
    assert_ok(mr_attribute_models_load(folder, mr_attribute_set_all(), &models));
    assert_ok(mr_attribute_context_create(models, true, &context));
    mr_attributes all, some;
    assert_ok(mr_attributes_of_face(context, &photo, &face, &all));
    for (int mask = 0; mask < 16; mask++) {
        const mr_attribute_set wanted = {mask & 1, mask & 2, mask & 4, mask & 8};
        mr_attributes expected = all;
        mr_attributes_keep(&expected, wanted);
        assert_ok(mr_attributes_of_face_in(context, wanted, &photo, &face, &some));
        assert_true(some.has_age == wanted.age && some.has_gender == wanted.gender);
        assert_true(some.has_ethnicity == wanted.ethnicity && some.has_emotion == wanted.emotion);
        assert_memory_equal(&some, &expected, sizeof some);
    }
    mr_attribute_context_free(context);
    mr_attribute_models_free(models);
}

static void framed_picture_is_its_own_crop(void **state) {
    (void)state;
    mr_attribute_models *models;
    mr_attribute_context *context;
    assert_ok(mr_attribute_models_load(folder, mr_attribute_set_all(), &models));
    assert_ok(mr_attribute_context_create(models, true, &context));
    mr_image chip;
    assert_ok(mr_image_create(24, 24, 3, &chip));
    mr_affine map = mr_crop_of_box(MR_FRAMING_ATTRIBUTES, &face.box, 24);
    mr_image_warp(&photo, &map, &chip);
    mr_attributes whole, of_face;
    assert_ok(mr_attributes_of_face(context, &photo, &face, &of_face));
    assert_ok(mr_attributes_of_picture(context, MR_FRAMING_ATTRIBUTES, &chip, &whole));
    assert_close(whole.age_distribution, of_face.age_distribution, MR_AGE_YEARS);
    assert_close(whole.gender, of_face.gender, MR_GENDER_COUNT);
    assert_true(whole.has_age && !whole.has_emotion);
    mr_image_free(&chip);
    mr_attribute_context_free(context);
    mr_attribute_models_free(models);
}

static void absent_models_switch_off_broken_ones_are_named(void **state) {
    (void)state;
    char other[] = "/tmp/moodreel-test-XXXXXX";
    assert_non_null(mkdtemp(other));
    assert_ok(mr_make_emotion_model(other, 3));
    mr_attribute_models *models;
    assert_ok(mr_attribute_models_load(other, mr_attribute_set_all(), &models));
    mr_attribute_set set = mr_attribute_models_set(models);
    assert_true(set.emotion && !set.age && !set.gender && !set.ethnicity);
    mr_attribute_models_free(models);

    char *weights = mr_path_join(other, "emotion/weights.safetensors");
    assert_ok(mr_file_write(weights, "no tensors", 10));
    assert_int_not_equal(mr_attribute_models_load(other, mr_attribute_set_all(), &models), MR_OK);
    assert_non_null(strstr(mr_last_error(), "emotion/weights.safetensors: "));
    assert_ok(mr_attribute_models_load(other, (mr_attribute_set){.age = true}, &models));
    mr_attribute_models_free(models);
    unlink(weights);
    assert_int_equal(mr_attribute_models_load(other, mr_attribute_set_all(), &models),
                     MR_E_NOT_FOUND);
    free(weights);

    const char oblong[] = "moodreel-network 1\ninput image channels=1 height=8 width=9\n"
                          "linear label image out=7\noutput label\n";
    char *network = mr_path_join(other, "emotion/network.txt");
    assert_ok(mr_file_write(network, oblong, sizeof oblong - 1));
    assert_int_equal(mr_attribute_models_load(other, mr_attribute_set_all(), &models),
                     MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "expected a square"));
    free(network);
    mr_test_remove(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distributions_sum_to_one),
        cmocka_unit_test(switches_leave_the_rest_alone),
        cmocka_unit_test(equals_the_way_step_by_step),
        cmocka_unit_test(mirror_image_counts),
        cmocka_unit_test(some_attributes_are_those_of_all),
        cmocka_unit_test(framed_picture_is_its_own_crop),
        cmocka_unit_test(absent_models_switch_off_broken_ones_are_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
