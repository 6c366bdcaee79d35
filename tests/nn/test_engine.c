/* Training against finite differences, and inference against training. */
#include "networks.h"
#include "nn/inference.h"
#include "nn/training.h"
#include "support.h"

#include <omp.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#define BATCH 3

/* A network in training with a linear loss: the sum of its outputs times fixed random numbers. */
typedef struct rig {
    mr_network *network;
    mr_training *training;
    float *values, *gradients;
    float *loss_weights[MR_OUTPUTS_MAX];
} rig;

static size_t output_count(const rig *r, int k) {
    return BATCH * (size_t)mr_network_output_size(r->network, k);
}

static rig open_rig(const char *text, const char *name) {
    rig r = {0};
    assert_ok(mr_network_parse(text, name, &r.network));
    r.values = mr_alloc(r.network->total * sizeof(float));
    r.gradients = mr_alloc(r.network->trainable * sizeof(float));
    mr_network_initialise(r.network, 7, r.values);
    mr_rng rng = mr_rng_seeded(11);
    for (size_t i = 0; i < r.network->trainable; i++)
        r.values[i] += 0.1f * (float)mr_rng_normal(&rng);
    assert_ok(mr_training_create(r.network, BATCH, r.values, r.gradients, &r.training));
    fill_normal(mr_training_input(r.training), BATCH * input_size(r.network), 3);
    for (int k = 0; k < r.network->output_count; k++) {
        r.loss_weights[k] = mr_alloc(output_count(&r, k) * sizeof(float));
        fill_normal(r.loss_weights[k], output_count(&r, k), 5 + (uint64_t)k);
    }
    return r;
}

static void close_rig(rig *r) {
    mr_training_free(r->training);
    for (int k = 0; k < r->network->output_count; k++)
        free(r->loss_weights[k]);
    free(r->values);
    free(r->gradients);
    mr_network_free(r->network);
}

static double forward_loss(rig *r) {
    mr_rng rng = mr_rng_seeded(1);
    assert_ok(mr_training_forward(r->training, &rng));
    double loss = 0;
    for (int k = 0; k < r->network->output_count; k++)
        for (size_t i = 0; i < output_count(r, k); i++)
            loss += (double)mr_training_output(r->training, k)[i] * r->loss_weights[k][i];
    return loss;
}

static double numeric_slope(rig *r, size_t i, float step) {
    float kept = r->values[i];
    r->values[i] = kept + step;
    double above = forward_loss(r);
    r->values[i] = kept - step;
    double below = forward_loss(r);
    r->values[i] = kept;
    return (above - below) / (2 * (double)step);
}

static void check_gradients(const char *text, const char *name) {
    rig r = open_rig(text, name);
    forward_loss(&r);
    for (int k = 0; k < r.network->output_count; k++)
        memcpy(mr_training_output_gradient(r.training, k), r.loss_weights[k],
               output_count(&r, k) * sizeof(float));
    assert_ok(mr_training_backward(r.training));
    double error = 0, length = 0;
    for (size_t i = 0; i < r.network->trainable; i++) {
        double expected = numeric_slope(&r, i, 2e-3f), found = r.gradients[i];
        error += (expected - found) * (expected - found);
        length += expected * expected;
    }
    double relative = sqrt(error / length);
    if (!(relative < 0.01))
        fail_msg("%s: gradient is off by %.4f of its length", name, relative);
    close_rig(&r);
}

static void gradients_match_finite_differences(void **state) {
    (void)state;
    for (size_t i = 0; i < TEST_NETWORKS; i++)
        check_gradients(test_networks[i].text, test_networks[i].name);
}

/* With all of the batch's statistics taken into the running ones, inference on the same batch must
 * give what training's forward gave. */
static void check_inference(const char *text, const char *name, int batch) {
    rig r = open_rig(text, name);
    mr_training_set_momentum(r.training, 1);
    forward_loss(&r);
    mr_plan *plan;
    mr_runner *runner;
    assert_ok(mr_plan_create(r.network, r.values, batch, &plan));
    assert_ok(mr_runner_create(plan, &runner));
    for (int at = 0; at < BATCH; at += batch) {
        size_t each = input_size(r.network);
        memcpy(mr_runner_input(runner), mr_training_input(r.training) + (size_t)at * each,
               (size_t)batch * each * sizeof(float));
        assert_ok(mr_runner_run(runner));
        for (int k = 0; k < r.network->output_count; k++) {
            size_t size = (size_t)mr_network_output_size(r.network, k);
            const float *expected = mr_training_output(r.training, k) + (size_t)at * size;
            const float *found = mr_runner_output(runner, k);
            for (size_t i = 0; i < (size_t)batch * size; i++)
                if (!(fabsf(expected[i] - found[i]) < 2e-4f * (1 + fabsf(expected[i]))))
                    fail_msg("%s, batch %d: output %d: %g, training gave %g", name, batch, k,
                             (double)found[i], (double)expected[i]);
        }
    }
    mr_runner_free(runner);
    mr_plan_free(plan);
    close_rig(&r);
}

static void inference_equals_training_forward(void **state) {
    (void)state;
    for (size_t i = 0; i < TEST_NETWORKS; i++) {
        check_inference(test_networks[i].text, test_networks[i].name, 1);
        check_inference(test_networks[i].text, test_networks[i].name, BATCH);
    }
}

/* Channels side by side are the same picture as channel after channel. */
static void pixels_are_seen_as_planes_are(void **state) {
    (void)state;
    rig r = open_rig(test_networks[12].text, test_networks[12].name);
    const mr_layer *input = mr_network_input(r.network);
    const size_t channels = (size_t)input->channels;
    const size_t area = (size_t)input->height * (size_t)input->width;
    assert_true(channels > 1);
    mr_plan *plan;
    mr_runner *runner;
    assert_ok(mr_plan_create(r.network, r.values, BATCH, &plan));
    assert_ok(mr_runner_create(plan, &runner));
    float *planes = mr_alloc(BATCH * channels * area * sizeof *planes);
    fill_normal(planes, BATCH * channels * area, 4);
    memcpy(mr_runner_input(runner), planes, BATCH * channels * area * sizeof *planes);
    assert_ok(mr_runner_run(runner));
    const size_t size = BATCH * (size_t)mr_network_output_size(r.network, 0);
    float *expected = mr_alloc(size * sizeof *expected);
    memcpy(expected, mr_runner_output(runner, 0), size * sizeof *expected);
    float *pixels = mr_runner_pixels(runner);
    for (size_t n = 0; n < BATCH; n++)
        for (size_t c = 0; c < channels; c++)
            for (size_t at = 0; at < area; at++)
                pixels[(n * area + at) * channels + c] = planes[(n * channels + c) * area + at];
    assert_ok(mr_runner_run_pixels(runner));
    assert_memory_equal(expected, mr_runner_output(runner, 0), size * sizeof *expected);
    free(expected);
    free(planes);
    mr_runner_free(runner);
    mr_plan_free(plan);
    close_rig(&r);
}

static void dropout_drops_its_share_and_is_still_at_inference(void **state) {
    (void)state;
    const char *text = HEAD(1, 40) "dropout d x p=0.25\noutput d\n";
    rig r = open_rig(text, "dropout");
    float *in = mr_training_input(r.training);
    for (size_t i = 0; i < BATCH * input_size(r.network); i++)
        in[i] = 1;
    forward_loss(&r);
    const float *out = mr_training_output(r.training, 0);
    int zeros = 0, total = (int)output_count(&r, 0);
    for (int i = 0; i < total; i++) {
        zeros += out[i] == 0;
        assert_true(out[i] == 0 || fabsf(out[i] - 4.0f / 3) < 1e-6f);
    }
    assert_in_range(zeros, total / 4 - 150, total / 4 + 150);
    mr_plan *plan;
    mr_runner *runner;
    assert_ok(mr_plan_create(r.network, r.values, 1, &plan));
    assert_ok(mr_runner_create(plan, &runner));
    memcpy(mr_runner_input(runner), in, input_size(r.network) * sizeof(float));
    assert_ok(mr_runner_run(runner));
    assert_true(mr_runner_output(runner, 0)[5] == 1);
    mr_runner_free(runner);
    mr_plan_free(plan);
    close_rig(&r);
}

/* A second runner of one plan has its own memory; runs do not leave traces. */
static void runners_are_independent_and_repeatable(void **state) {
    (void)state;
    mr_network *network;
    assert_ok(mr_network_parse(test_networks[12].text, "residual", &network));
    float *values = mr_alloc(network->total * sizeof(float));
    mr_network_initialise(network, 3, values);
    mr_plan *plan;
    mr_runner *a, *b;
    assert_ok(mr_plan_create(network, values, 1, &plan));
    free(values);
    assert_ok(mr_runner_create(plan, &a));
    assert_ok(mr_runner_create(plan, &b));
    size_t size = input_size(network);
    fill_normal(mr_runner_input(a), size, 1);
    assert_ok(mr_runner_run(a));
    float first[3];
    memcpy(first, mr_runner_output(a, 0), sizeof first);
    fill_normal(mr_runner_input(b), size, 2);
    assert_ok(mr_runner_run(b));
    assert_memory_not_equal(first, mr_runner_output(b, 0), sizeof first);
    assert_memory_equal(first, mr_runner_output(a, 0), sizeof first);
    fill_normal(mr_runner_input(b), size, 1);
    assert_ok(mr_runner_run(b));
    assert_memory_equal(first, mr_runner_output(b, 0), sizeof first);
    assert_true(mr_plan_runner_bytes(plan) > size * sizeof(float));
    mr_runner_free(a);
    mr_runner_free(b);
    mr_plan_free(plan);
    mr_network_free(network);
}

static volatile sig_atomic_t alarms;

/* Uses more of the stack that it runs on than the kernel leaves free below a function. */
static void use_stack(int number) {
    volatile char used[4096];
    for (size_t i = 0; i < sizeof used; i++)
        used[i] = (char)number;
    alarms++;
}

static void ring_every(int microseconds) {
    const struct itimerval every = {{0, microseconds}, {0, microseconds}};
    assert_int_equal(setitimer(ITIMER_REAL, &every, NULL), 0);
}

/* Matrix kernels of oneDNN lead the stack pointer astray (base/signals.h). */
static void signals_disturb_no_run(void **state) {
    (void)state;
    enum { PAIR = 2, ANSWERS = 512 };
    mr_network *network;
    assert_ok(mr_network_parse(HEAD(4, 8) "linear a x out=512\noutput a\n", "linear", &network));
    float *values = mr_alloc(network->total * sizeof(float));
    mr_network_initialise(network, 3, values);
    mr_plan *plan;
    mr_runner *runner;
    assert_ok(mr_plan_create(network, values, PAIR, &plan));
    assert_ok(mr_runner_create(plan, &runner));
    const size_t size = PAIR * input_size(network);
    float quiet[PAIR * ANSWERS];
    fill_normal(mr_runner_input(runner), size, 4);
    assert_ok(mr_runner_run(runner));
    memcpy(quiet, mr_runner_output(runner, 0), sizeof quiet);
    const struct sigaction action = {.sa_handler = use_stack, .sa_flags = SA_RESTART};
    struct sigaction before;
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    ring_every(50);
    while (alarms < 4000) {
        fill_normal(mr_runner_input(runner), size, 4);
        assert_ok(mr_runner_run(runner));
        assert_memory_equal(quiet, mr_runner_output(runner, 0), sizeof quiet);
    }
    ring_every(0);
    assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
    mr_runner_free(runner);
    mr_plan_free(plan);
    free(values);
    mr_network_free(network);
}

static void bad_batch_is_refused(void **state) {
    (void)state;
    mr_network *network;
    assert_ok(mr_network_parse(test_networks[0].text, "conv", &network));
    float *values = mr_alloc(network->total * sizeof(float));
    mr_plan *plan;
    mr_training *training;
    assert_int_equal(mr_plan_create(network, values, 0, &plan), MR_E_ARGUMENT);
    assert_int_equal(mr_training_create(network, -1, values, values, &training), MR_E_ARGUMENT);
    free(values);
    mr_network_free(network);
}

/* "residual" with all layers frozen but the two linear ones at its end: what it answers while it is
 * trained is what inference answers, running statistics stay, and only the two learn. */
static void frozen_layers_are_as_in_inference(void **state) {
    (void)state;
    rig r = open_rig(test_networks[12].text, "residual");
    mr_training_free(r.training);
    bool *frozen = mr_alloc((size_t)r.network->layer_count * sizeof *frozen);
    for (int i = 0; i < r.network->layer_count; i++)
        frozen[i] = r.network->layers[i].kind != MR_LAYER_LINEAR;
    fill_normal(r.values + r.network->trainable, r.network->total - r.network->trainable, 8);
    for (size_t i = r.network->trainable; i < r.network->total; i++)
        r.values[i] = fabsf(r.values[i]) + 0.5f;
    float *before = mr_alloc(r.network->total * sizeof(float));
    memcpy(before, r.values, r.network->total * sizeof(float));
    assert_ok(
        mr_training_create_frozen(r.network, BATCH, r.values, r.gradients, frozen, &r.training));
    fill_normal(mr_training_input(r.training), BATCH * input_size(r.network), 3);
    forward_loss(&r);
    mr_plan *plan;
    mr_runner *runner;
    assert_ok(mr_plan_create(r.network, r.values, BATCH, &plan));
    assert_ok(mr_runner_create(plan, &runner));
    memcpy(mr_runner_input(runner), mr_training_input(r.training),
           BATCH * input_size(r.network) * sizeof(float));
    assert_ok(mr_runner_run(runner));
    for (int k = 0; k < r.network->output_count; k++)
        for (size_t i = 0; i < output_count(&r, k); i++) {
            float expected = mr_runner_output(runner, k)[i];
            assert_true(fabsf(mr_training_output(r.training, k)[i] - expected) <
                        2e-4f * (1 + fabsf(expected)));
        }
    for (int k = 0; k < r.network->output_count; k++)
        memcpy(mr_training_output_gradient(r.training, k), r.loss_weights[k],
               output_count(&r, k) * sizeof(float));
    assert_ok(mr_training_backward(r.training));
    assert_memory_equal(before, r.values, r.network->total * sizeof(float));
    for (int i = 0; i < r.network->parameter_count; i++) {
        const mr_parameter *p = &r.network->parameters[i];
        bool learns = *p->name == 'u' || *p->name == 'v';
        for (size_t at = p->offset; p->trainable && at < p->offset + p->size; at++) {
            double expected = learns ? numeric_slope(&r, at, 2e-3f) : 0;
            if (!(fabs(r.gradients[at] - expected) <= (learns ? 2e-2 * (1 + fabs(expected)) : 0)))
                fail_msg("%s: %g is not %g", p->name, (double)r.gradients[at], expected);
        }
    }
    free(before);
    free(frozen);
    mr_runner_free(runner);
    mr_plan_free(plan);
    close_rig(&r);
}

static void nothing_is_frozen_above_what_learns(void **state) {
    (void)state;
    mr_network *network;
    assert_ok(mr_network_parse(test_networks[12].text, "residual", &network));
    float *values = mr_alloc(network->total * sizeof(float));
    bool *frozen = mr_alloc((size_t)network->layer_count * sizeof *frozen);
    frozen[network->layer_count - 1] = true;
    mr_training *training;
    assert_int_equal(mr_training_create_frozen(network, 1, values, values, frozen, &training),
                     MR_E_ARGUMENT);
    assert_non_null(strstr(mr_last_error(), "'v' cannot be frozen"));
    free(frozen);
    free(values);
    mr_network_free(network);
}

int main(void) {
    omp_set_num_threads(1); /* the networks are too small to share */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_match_finite_differences),
        cmocka_unit_test(inference_equals_training_forward),
        cmocka_unit_test(pixels_are_seen_as_planes_are),
        cmocka_unit_test(dropout_drops_its_share_and_is_still_at_inference),
        cmocka_unit_test(runners_are_independent_and_repeatable),
        cmocka_unit_test(signals_disturb_no_run),
        cmocka_unit_test(bad_batch_is_refused),
        cmocka_unit_test(frozen_layers_are_as_in_inference),
        cmocka_unit_test(nothing_is_frozen_above_what_learns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
