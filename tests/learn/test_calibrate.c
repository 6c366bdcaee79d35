#include "base/memory.h"
#include "learn/calibrate.h"
#include "learn/held_out.h"
#include "learn/metrics.h"
#include "learn/model.h"
#include "made_faces.h"
#include "made_models.h"
#include "nn/weights.h"

#include <math.h>

enum { ROWS = 4000, CLASSES = 5 };

typedef struct answers {
    float logits[ROWS][CLASSES], probabilities[ROWS][CLASSES];
    int labels[ROWS];
} answers;

/* Labels drawn from softmax(z); the logits told are `boast` times as large as the true z. */
static answers *made_answers(double boast) {
    answers *a = mr_alloc(sizeof *a);
    mr_rng rng = mr_rng_seeded(11);
    for (int i = 0; i < ROWS; i++) {
        double weights[CLASSES], sum = 0;
        for (int c = 0; c < CLASSES; c++) {
            double z = 1.5 * mr_rng_normal(&rng);
            a->logits[i][c] = (float)(boast * z);
            sum += weights[c] = exp(z);
        }
        double place = sum * mr_rng_uniform(&rng);
        while (a->labels[i] < CLASSES - 1 && (place -= weights[a->labels[i]]) > 0)
            a->labels[i]++;
    }
    return a;
}

static double error_at(answers *a, float temperature) {
    mr_heads heads = {.temperatures = {[MR_HEAD_ETHNICITY] = temperature}};
    for (int i = 0; i < ROWS; i++)
        mr_heads_distribution(&heads, MR_HEAD_ETHNICITY, a->logits[i], a->probabilities[i]);
    return mr_calibration_error(a->probabilities[0], a->labels, ROWS, CLASSES);
}

static void temperature_finds_the_boast(void **state) {
    (void)state;
    const double boasts[] = {0.5, 1, 3};
    for (int k = 0; k < 3; k++) {
        answers *a = made_answers(boasts[k]);
        double t = mr_fit_temperature(a->logits[0], a->labels, ROWS, CLASSES);
        assert_true(fabs(t / boasts[k] - 1) < 0.06);
        double before = mr_log_loss(a->logits[0], a->labels, ROWS, CLASSES, 1);
        double after = mr_log_loss(a->logits[0], a->labels, ROWS, CLASSES, t);
        assert_true(boasts[k] == 1 || after < before - 0.01);
        assert_true(after <= before);
        if (k == 2) {
            assert_true(error_at(a, 1) > 0.1);
            assert_true(error_at(a, (float)t) < 0.03);
        }
        free(a);
    }
}

/* That every one of a few pictures is told right is no proof of certainty; a thousand are more. */
static void few_that_are_right_do_not_make_certain(void **state) {
    (void)state;
    enum { FEW = 20, MANY = 2000 };
    float *logits = mr_alloc(2 * MANY * sizeof *logits);
    int *labels = mr_alloc(MANY * sizeof *labels);
    for (int i = 0; i < MANY; i++) {
        labels[i] = i % 2;
        logits[2 * i + labels[i]] = 1;
    }
    double few = mr_fit_temperature(logits, labels, FEW, 2);
    double many = mr_fit_temperature(logits, labels, MANY, 2);
    assert_true(few > 0.25 && few < 0.9);
    assert_true(many < 0.6 * few);
    free(labels);
    free(logits);
}

static void nothing_to_fit_leaves_temperature(void **state) {
    (void)state;
    const float logits[] = {1, 2};
    const int labels[] = {-1};
    assert_true(mr_fit_temperature(logits, labels, 1, 2) == 1);
}

static void interval_covers_what_it_shall(void **state) {
    (void)state;
    enum { COUNT = 5000 };
    float *means = mr_alloc(COUNT * sizeof *means), *spread = mr_alloc(COUNT * sizeof *spread);
    int *ages = mr_alloc(COUNT * sizeof *ages);
    mr_rng rng = mr_rng_seeded(3);
    for (int i = 0; i < COUNT; i++) {
        spread[i] = (float)mr_rng_range(&rng, 2, 8);
        means[i] = (float)mr_rng_range(&rng, 30, 70);
        ages[i] = (int)lround((double)means[i] + 1.5 * (double)spread[i] * mr_rng_normal(&rng));
    }
    double scale;
    assert_ok(mr_fit_age_interval(means, spread, ages, COUNT, 0.8, &scale));
    int inside = 0;
    for (int i = 0; i < COUNT; i++) {
        double half = scale * (double)spread[i];
        inside += lround((double)means[i] - half) <= ages[i] &&
                  ages[i] <= lround((double)means[i] + half);
    }
    assert_in_range(inside, COUNT * 8 / 10, COUNT * 8 / 10 + 5);
    assert_true(scale > 1.5 && scale < 2); /* 1.28 · 1.5, less what rounding gives */
    assert_int_equal(mr_fit_age_interval(means, spread, ages, 0, 0.8, &scale), MR_E_ARGUMENT);
    free(means);
    free(spread);
    free(ages);
}

/* The old are told worse than their distributions say; a few children are too few to judge. */
static void bands_cover_what_they_shall(void **state) {
    (void)state;
    enum { COUNT = 3000, CHILDREN = 40 };
    float *told = mr_alloc(COUNT * sizeof *told), *spread = mr_alloc(COUNT * sizeof *spread);
    int *ages = mr_alloc(COUNT * sizeof *ages);
    mr_rng rng = mr_rng_seeded(6);
    for (int i = 0; i < COUNT; i++) {
        told[i] = (float)(i < CHILDREN ? mr_rng_range(&rng, 2, 10) : mr_rng_range(&rng, 25, 80));
        spread[i] = 5;
        double error = (told[i] < 60 ? 1 : 3) * 5 * mr_rng_normal(&rng);
        ages[i] = (int)lround((double)told[i] + error);
    }
    mr_calibration found = {0};
    assert_ok(mr_fit_age_bands(told, spread, ages, COUNT, &found));
    assert_int_equal(found.band_counts[0], CHILDREN);
    assert_true(found.band_scales[0] == found.age_interval_scale);
    assert_int_equal(found.band_counts[1], 0);
    assert_true(found.band_scales[4] > 2 * found.band_scales[3]);
    for (int band = 2; band < MR_AGE_BANDS; band++) {
        double held = 0, count = 0;
        for (int i = 0; i < COUNT; i++)
            if (mr_age_band(told[i]) == band) {
                double half = found.band_scales[band] * 5;
                held += lround((double)told[i] - half) <= ages[i] &&
                        ages[i] <= lround((double)told[i] + half);
                count++;
            }
        assert_true(fabs(held / count - MR_AGE_COVERAGE) < 0.02);
    }
    free(told);
    free(spread);
    free(ages);
}

/* Every other picture is told with what fits the others: where the two kinds differ it fits badly.
 */
static void pictures_held_out_are_told_by_the_others(void **state) {
    (void)state;
    double error;
    answers *a = made_answers(3);
    double t = mr_fit_temperature(a->logits[0], a->labels, ROWS, CLASSES);
    assert_ok(mr_held_out_error(MR_HEAD_ETHNICITY, a->logits[0], a->labels, ROWS, &error));
    assert_true(fabs(error - error_at(a, (float)t)) < 0.01);
    for (int i = 1; i < ROWS; i += 2)
        for (int c = 0; c < CLASSES; c++)
            a->logits[i][c] /= 9;
    assert_ok(mr_held_out_error(MR_HEAD_ETHNICITY, a->logits[0], a->labels, ROWS, &error));
    assert_true(error > 0.15);
    free(a);

    enum { COUNT = 1000 };
    float *told = mr_alloc(COUNT * sizeof *told), *spread = mr_alloc(COUNT * sizeof *spread);
    int *ages = mr_alloc(COUNT * sizeof *ages);
    mr_rng rng = mr_rng_seeded(8);
    double coverage;
    for (int k = 0; k < 2; k++) { /* errors of one size, then of two */
        for (int i = 0; i < COUNT; i++) {
            told[i] = (float)mr_rng_range(&rng, 25, 39);
            spread[i] = 5;
            double error_size = k == 1 && i % 2 ? 50 : 5;
            ages[i] = (int)lround((double)told[i] + error_size * mr_rng_normal(&rng));
        }
        assert_ok(mr_held_out_coverage(told, spread, ages, COUNT, &coverage));
        assert_true(k == 0 ? fabs(coverage - MR_AGE_COVERAGE) < 0.04 : coverage < 0.65);
    }
    assert_ok(mr_held_out_coverage(told, spread, ages, 1, &coverage));
    assert_true(coverage == 0);
    free(told);
    free(spread);
    free(ages);
}

/* Metadata that was there stays, tensors are the same, a second time changes nothing more. */
static void weights_keep_all_but_calibration(void **state) {
    char *model = mr_path_join(*state, "attributes"), *chips = mr_path_join(*state, "chips");
    char *path = mr_path_join(model, "weights.safetensors");
    assert_ok(mr_make_attributes_model(*state, 5));
    assert_ok(mr_folder_make(chips));
    mr_rng rng = mr_rng_seeded(1);
    for (int i = 0; i < 200; i++) {
        char name[1024];
        snprintf(name, sizeof name, "%s/%d_%d_%d_%03d.png", chips, i % 90, i % 2, i % 5, i);
        made_picture(name, 24, 3, i % 5, 5, &rng);
    }
    mr_model before, after;
    mr_safetensors file;
    const mr_metadata note = {"note", "kept"};
    assert_ok(mr_model_load(model, &before));
    const mr_weight_set set = {.prefix = "", .values = before.values};
    assert_ok(mr_weights_save(path, before.network, &set, 1, &note, 1));
    mr_calibration found, again;
    assert_ok(mr_calibrate_attributes(model, chips, &found));
    assert_ok(mr_calibrate_attributes(model, chips, &again));
    assert_true(found.heads[MR_HEAD_AGE].count > 5);
    assert_int_equal(found.heads[MR_HEAD_LABEL].count, 0);
    assert_memory_equal(&found, &again, sizeof found);
    assert_ok(mr_model_load(model, &after));
    assert_memory_equal(before.values, after.values, before.network->total * sizeof(float));
    for (mr_face_head h = MR_HEAD_AGE; h <= MR_HEAD_ETHNICITY; h++) {
        assert_true(found.heads[h].loss_after <= found.heads[h].loss_before + 1e-9);
        assert_true(fabs((double)after.heads.temperatures[h] - found.heads[h].temperature) < 1e-4);
    }
    assert_ok(mr_safetensors_load(path, &file));
    assert_string_equal(mr_safetensors_metadata(&file, "note"), "kept");
    /* the note, the fingerprint, three temperatures, and the scales of the interval */
    assert_int_equal(file.metadata_count, 6 + MR_AGE_BANDS);
    mr_safetensors_free(&file);
    mr_model_free(&before);
    mr_model_free(&after);
    free(model);
    free(chips);
    free(path);
}

static void misfits_are_told(void **state) {
    char *model = mr_path_join(*state, "emotion"), *data = mr_path_join(*state, "faces");
    assert_int_equal(mr_calibrate_emotion(model, data, NULL), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "faces/public_test"));
    made_emotions(data, "public_test", 2, 1);
    assert_int_equal(mr_calibrate_emotion(model, data, NULL), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "emotion/network.txt"));
    assert_ok(mr_make_emotion_model(*state, 5));
    mr_calibration found;
    assert_ok(mr_calibrate_emotion(model, data, &found)); /* no votes: their head is left alone */
    assert_int_equal(found.heads[MR_HEAD_LABEL].count, 14);
    assert_int_equal(found.heads[MR_HEAD_VOTES].count, 0);
    char *other = mr_path_join(*state, "attributes");
    assert_ok(mr_make_attributes_model(*state, 5));
    assert_int_equal(mr_calibrate_emotion(other, data, NULL), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "no output 'label'"));
    free(model);
    free(data);
    free(other);
}

static int set_up(void **state) {
    *state = made_folder();
    return 0;
}

static int tear_down(void **state) {
    mr_test_remove(*state);
    free(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(temperature_finds_the_boast),
        cmocka_unit_test(few_that_are_right_do_not_make_certain),
        cmocka_unit_test(nothing_to_fit_leaves_temperature),
        cmocka_unit_test(interval_covers_what_it_shall),
        cmocka_unit_test(bands_cover_what_they_shall),
        cmocka_unit_test(pictures_held_out_are_told_by_the_others),
        cmocka_unit_test(weights_keep_all_but_calibration),
        cmocka_unit_test(misfits_are_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
