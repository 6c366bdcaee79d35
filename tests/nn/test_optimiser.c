/* Losses against finite differences, optimisers against formulas worked by hand. */
#include "networks.h"
#include "nn/loss.h"
#include "nn/optimiser.h"
#include "support.h"

#include <string.h>

enum { ROWS = 3, CLASSES = 5 };

typedef double (*loss_function)(const float *logits, float *gradient);

static const float row_weights[ROWS] = {1, 0, 0.5f};

static double cross_entropy(const float *logits, float *gradient) {
    static const float targets[ROWS * CLASSES] = {1,    0,    0, 0, 0,    0.2f, 0.2f, 0.2f,
                                                  0.2f, 0.2f, 0, 0, 0.3f, 0.7f, 0};
    return mr_loss_cross_entropy(logits, targets, row_weights, ROWS, CLASSES, 2, gradient);
}

static double expectation(const float *logits, float *gradient) {
    static const float targets[ROWS] = {0, 1, 4};
    return mr_loss_expectation(logits, targets, row_weights, ROWS, CLASSES, 0.3f, gradient);
}

static double squared(const float *logits, float *gradient) {
    static const float targets[ROWS * CLASSES] = {1, 2, 3};
    return mr_loss_squared(logits, targets, ROWS, CLASSES, 0.7f, gradient);
}

static void check_loss(loss_function loss) {
    float logits[ROWS * CLASSES], gradient[ROWS * CLASSES] = {0}, none[ROWS * CLASSES] = {0};
    fill_normal(logits, ROWS * CLASSES, 4);
    loss(logits, gradient);
    for (int i = 0; i < ROWS * CLASSES; i++) {
        float kept = logits[i];
        logits[i] = kept + 1e-2f;
        double above = loss(logits, none);
        logits[i] = kept - 1e-2f;
        double below = loss(logits, none);
        logits[i] = kept;
        assert_true(fabs((above - below) / 2e-2 - gradient[i]) < 2e-4);
    }
}

static void losses_have_the_gradients_they_say(void **state) {
    (void)state;
    check_loss(cross_entropy);
    check_loss(expectation);
    check_loss(squared);
}

static void cross_entropy_by_hand(void **state) {
    (void)state;
    const float logits[2] = {0, 0}, target[2] = {1, 0};
    float gradient[2] = {0};
    double loss = mr_loss_cross_entropy(logits, target, NULL, 1, 2, 1, gradient);
    assert_true(fabs(loss - log(2)) < 1e-6);
    assert_true(gradient[0] == -0.5f && gradient[1] == 0.5f);
    const float far[2] = {1000, -1000};
    float p[2];
    mr_softmax(far, 2, p);
    assert_true(p[0] == 1 && p[1] == 0);
}

static mr_network *two_weights(void) {
    mr_network *network;
    assert_ok(mr_network_parse(HEAD(1, 1) "linear a x out=1\noutput a\n", "two", &network));
    return network; /* weight, then bias */
}

static void sgd_by_hand(void **state) {
    (void)state;
    mr_network *network = two_weights();
    mr_optimiser_params params = mr_optimiser_params_defaults();
    params.weight_decay = 0.1f;
    mr_optimiser *o;
    assert_ok(mr_optimiser_create(network, &params, &o));
    float values[2] = {1, 1}, gradients[2] = {0.5f, 0.5f};
    mr_optimiser_step(o, 0.1f, values, gradients);
    /* Nesterov: g + 0.9 m, m = g at the first step; only the weight decays. */
    assert_true(fabsf(values[0] - (1 - 0.1f * 1.9f * 0.6f)) < 1e-6f);
    assert_true(fabsf(values[1] - (1 - 0.1f * 1.9f * 0.5f)) < 1e-6f);
    assert_true(fabsf(mr_optimiser_state(o, 0)[0] - 0.6f) < 1e-6f);
    assert_null(mr_optimiser_state(o, 1));
    mr_optimiser_free(o);
    mr_network_free(network);
}

static void adamw_by_hand(void **state) {
    (void)state;
    mr_network *network = two_weights();
    mr_optimiser_params params = mr_optimiser_params_defaults();
    params.kind = MR_ADAMW;
    params.weight_decay = 0.5f;
    mr_optimiser *o;
    assert_ok(mr_optimiser_create(network, &params, &o));
    float values[2] = {1, 1}, gradients[2] = {4, -4};
    mr_optimiser_step(o, 0.1f, values, gradients);
    /* The first corrected step has length one, whatever the gradient. */
    assert_true(fabsf(values[0] - (1 - 0.1f * (1 + 0.5f))) < 1e-5f);
    assert_true(fabsf(values[1] - (1 + 0.1f)) < 1e-5f);
    assert_int_equal(mr_optimiser_steps(o), 1);
    mr_optimiser_free(o);
    mr_network_free(network);
}

/* A tenth of the rate for the weight, nothing for the bias, whatever the kind. */
static void shares_slow_and_stop_parameters(void **state) {
    (void)state;
    const mr_optimiser_kind kinds[] = {MR_SGD, MR_ADAMW};
    const float shares[2] = {0.1f, 0}, ones[2] = {1, 1};
    mr_network *network = two_weights();
    for (int i = 0; i < 2; i++) {
        mr_optimiser_params params = mr_optimiser_params_defaults();
        params.kind = kinds[i];
        params.weight_decay = 0.1f;
        float slow[2] = {1, 1}, full[2] = {1, 1};
        for (int part = 0; part < 2; part++) {
            float gradients[2] = {0.5f, 0.5f};
            mr_optimiser *o;
            assert_ok(mr_optimiser_create(network, &params, &o));
            mr_optimiser_set_shares(o, part ? ones : shares);
            mr_optimiser_step(o, 0.1f, part ? full : slow, gradients);
            mr_optimiser_free(o);
        }
        assert_true(fabsf((slow[0] - 1) - 0.1f * (full[0] - 1)) < 1e-6f);
        assert_true(slow[1] == 1 && full[1] < 1);
    }
    mr_network_free(network);
}

static void clipping_keeps_direction_and_limits_length(void **state) {
    (void)state;
    mr_network *network = two_weights();
    mr_optimiser_params params = mr_optimiser_params_defaults();
    params.clip = 1;
    mr_optimiser *o;
    assert_ok(mr_optimiser_create(network, &params, &o));
    float values[2] = {0}, gradients[2] = {3, 4};
    assert_true(fabsf(mr_optimiser_step(o, 0.1f, values, gradients) - 5) < 1e-5f);
    assert_true(fabsf(gradients[0] - 0.6f) < 1e-6f && fabsf(gradients[1] - 0.8f) < 1e-6f);
    mr_optimiser_free(o);
    mr_network_free(network);
}

static void schedule_warms_up_and_falls(void **state) {
    (void)state;
    mr_schedule s = {.rate = 1, .final_share = 0.1f, .warmup = 10, .total = 110};
    assert_true(fabsf(mr_schedule_rate(&s, 0) - 0.1f) < 1e-6f);
    assert_true(fabsf(mr_schedule_rate(&s, 10) - 1) < 1e-6f);
    assert_true(fabsf(mr_schedule_rate(&s, 60) - 0.55f) < 1e-6f);
    assert_true(fabsf(mr_schedule_rate(&s, 110) - 0.1f) < 1e-6f);
    assert_true(fabsf(mr_schedule_rate(&s, 500) - 0.1f) < 1e-6f);
}

static void average_forgets_its_start(void **state) {
    (void)state;
    float values[1] = {1}, average[1] = {0};
    mr_average_update(1, 0.75f, values, average);
    assert_true(average[0] == 0.25f);
    assert_true(fabsf(mr_average_decay(0.999f, 0) - 0.1f) < 1e-6f);
    assert_true(mr_average_decay(0.999f, 1000000) == 0.999f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(losses_have_the_gradients_they_say),
        cmocka_unit_test(cross_entropy_by_hand),
        cmocka_unit_test(sgd_by_hand),
        cmocka_unit_test(adamw_by_hand),
        cmocka_unit_test(shares_slow_and_stop_parameters),
        cmocka_unit_test(clipping_keeps_direction_and_limits_length),
        cmocka_unit_test(schedule_warms_up_and_falls),
        cmocka_unit_test(average_forgets_its_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
