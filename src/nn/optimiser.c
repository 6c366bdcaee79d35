#include "nn/optimiser.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct mr_optimiser {
    const mr_network *network;
    mr_optimiser_params params;
    float *state[2];
    float *shares; /* of the rate, for each parameter */
    long steps;
};

mr_optimiser_params mr_optimiser_params_defaults(void) {
    return (mr_optimiser_params){
        .kind = MR_SGD, .momentum = 0.9f, .beta2 = 0.999f, .epsilon = 1e-8f, .weight_decay = 1e-4f};
}

mr_status mr_optimiser_create(const mr_network *network, const mr_optimiser_params *params,
                              mr_optimiser **out) {
    mr_optimiser *made = calloc(1, sizeof *made);
    if (!made)
        return mr_fail(MR_E_MEMORY, "no memory for the optimiser");
    made->network = network;
    made->params = *params;
    made->shares = mr_alloc((size_t)network->parameter_count * sizeof(float));
    if (!made->shares) {
        mr_optimiser_free(made);
        return mr_fail(MR_E_MEMORY, "no memory for the optimiser");
    }
    for (int i = 0; i < network->parameter_count; i++)
        made->shares[i] = 1;
    for (int k = 0; k < (params->kind == MR_ADAMW ? 2 : 1); k++) {
        made->state[k] = mr_alloc(network->trainable * sizeof(float));
        if (!made->state[k]) {
            mr_optimiser_free(made);
            return mr_fail(MR_E_MEMORY, "no memory for the optimiser's state");
        }
    }
    *out = made;
    return MR_OK;
}

void mr_optimiser_free(mr_optimiser *optimiser) {
    if (!optimiser)
        return;
    free(optimiser->state[0]);
    free(optimiser->state[1]);
    free(optimiser->shares);
    free(optimiser);
}

void mr_optimiser_set_shares(mr_optimiser *optimiser, const float *shares) {
    memcpy(optimiser->shares, shares, (size_t)optimiser->network->parameter_count * sizeof *shares);
}

float *mr_optimiser_state(mr_optimiser *optimiser, int k) {
    return k >= 0 && k < 2 ? optimiser->state[k] : NULL;
}

long mr_optimiser_steps(const mr_optimiser *optimiser) {
    return optimiser->steps;
}

void mr_optimiser_set_steps(mr_optimiser *optimiser, long steps) {
    optimiser->steps = steps;
}

static float clip(float limit, size_t count, float *gradients) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)gradients[i] * gradients[i];
    float norm = (float)sqrt(sum);
    if (limit > 0 && norm > limit) {
        float scale = limit / norm;
        for (size_t i = 0; i < count; i++)
            gradients[i] *= scale;
    }
    return norm;
}

static void step_sgd(const mr_optimiser_params *p, float decay, float rate, size_t count,
                     float *restrict momentum, const float *restrict gradients,
                     float *restrict values) {
    for (size_t i = 0; i < count; i++) {
        float g = gradients[i] + decay * values[i];
        momentum[i] = p->momentum * momentum[i] + g;
        values[i] -= rate * (g + p->momentum * momentum[i]);
    }
}

static void step_adamw(const mr_optimiser *o, float decay, float rate, size_t count,
                       float *restrict first, float *restrict second,
                       const float *restrict gradients, float *restrict values) {
    const mr_optimiser_params *p = &o->params;
    float correct1 = (float)(1 - pow(p->momentum, (double)o->steps));
    float correct2 = (float)(1 - pow(p->beta2, (double)o->steps));
    for (size_t i = 0; i < count; i++) {
        float g = gradients[i];
        first[i] = p->momentum * first[i] + (1 - p->momentum) * g;
        second[i] = p->beta2 * second[i] + (1 - p->beta2) * g * g;
        float scaled = first[i] / correct1 / (sqrtf(second[i] / correct2) + p->epsilon);
        values[i] -= rate * (scaled + decay * values[i]);
    }
}

float mr_optimiser_step(mr_optimiser *o, float rate, float *values, float *gradients) {
    float norm = clip(o->params.clip, o->network->trainable, gradients);
    o->steps++;
    for (int i = 0; i < o->network->parameter_count; i++) {
        const mr_parameter *row = &o->network->parameters[i];
        if (!row->trainable || o->shares[i] == 0)
            continue;
        float taken = rate * o->shares[i];
        float decay = row->decayed ? o->params.weight_decay : 0;
        size_t at = row->offset;
        if (o->params.kind == MR_SGD)
            step_sgd(&o->params, decay, taken, row->size, o->state[0] + at, gradients + at,
                     values + at);
        else
            step_adamw(o, decay, taken, row->size, o->state[0] + at, o->state[1] + at,
                       gradients + at, values + at);
    }
    return norm;
}

float mr_schedule_rate(const mr_schedule *schedule, long step) {
    if (step < schedule->warmup)
        return schedule->rate * (float)(step + 1) / (float)schedule->warmup;
    double length = (double)(schedule->total - schedule->warmup);
    double done = length > 0 ? (double)(step - schedule->warmup) / length : 1;
    double cosine = 0.5 * (1 + cos(3.14159265358979323846 * fmin(done, 1)));
    return (float)(schedule->rate * (schedule->final_share + (1 - schedule->final_share) * cosine));
}

void mr_average_update(size_t count, float decay, const float *values, float *average) {
    for (size_t i = 0; i < count; i++)
        average[i] += (1 - decay) * (values[i] - average[i]);
}

float mr_average_decay(float decay, long step) {
    float early = (1.0f + (float)step) / (10.0f + (float)step);
    return early < decay ? early : decay;
}
