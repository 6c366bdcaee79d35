#include "learn/batch.h"

#include "base/memory.h"
#include "learn/parallel.h"

#include <stdlib.h>
#include <string.h>

/* Streams of random numbers: the order of an epoch and the samples in it. */
#define ORDER_STREAM  ((uint64_t)1 << 56)
#define SAMPLE_STREAM ((uint64_t)2 << 56)

mr_status mr_batch_create(const mr_task *task, const mr_network *network, int size, uint64_t seed,
                          mr_batch *out) {
    const mr_layer *shape = mr_network_input(network);
    mr_batch batch = {.task = task,
                      .network = network,
                      .size = size,
                      .seed = seed,
                      .input_size =
                          (size_t)shape->channels * (size_t)shape->height * (size_t)shape->width,
                      .order = mr_alloc(task->samples * sizeof *batch.order)};
    bool complete = batch.order;
    for (int k = 0; k < task->head_count; k++) {
        size_t rows = (size_t)size;
        batch.distributions[k] = mr_alloc(rows * (size_t)task->heads[k].classes * sizeof(float));
        batch.values[k] = mr_alloc(rows * sizeof(float));
        batch.weights[k] = mr_alloc(rows * sizeof(float));
        complete = complete && batch.distributions[k] && batch.values[k] && batch.weights[k];
    }
    if (!complete) {
        mr_batch_free(&batch);
        return mr_fail(MR_E_MEMORY, "no memory for batches of %d", size);
    }
    *out = batch;
    return MR_OK;
}

void mr_batch_free(mr_batch *batch) {
    free(batch->order);
    for (int k = 0; k < MR_HEADS_MAX; k++) {
        free(batch->distributions[k]);
        free(batch->values[k]);
        free(batch->weights[k]);
    }
    *batch = (mr_batch){0};
}

/* Sample i is taken once for each of `samples` equally spaced points that fall into its share. */
static void sample_systematically(const mr_task *task, double start, uint32_t *order) {
    double sum = 0, reached = 0;
    for (size_t i = 0; i < task->samples; i++)
        sum += task->sampling[i];
    size_t taken = 0;
    for (size_t i = 0; i < task->samples; i++) {
        reached += task->sampling[i] / sum * (double)task->samples;
        while (taken < task->samples && (double)taken + start < reached)
            order[taken++] = (uint32_t)i;
    }
    while (taken < task->samples)
        order[taken++] = (uint32_t)(task->samples - 1);
}

void mr_batch_begin_epoch(mr_batch *batch, long epoch) {
    mr_rng rng = mr_rng_keyed(batch->seed ^ ORDER_STREAM, (uint64_t)epoch, 0);
    if (batch->task->sampling)
        sample_systematically(batch->task, mr_rng_uniform(&rng), batch->order);
    else
        for (size_t i = 0; i < batch->task->samples; i++)
            batch->order[i] = (uint32_t)i;
    mr_rng_shuffle(&rng, batch->order, batch->task->samples);
}

typedef struct drawing {
    mr_batch *batch;
    uint64_t epoch;
    size_t first; /* place in the epoch */
    const mr_network *network;
    float *input;
    size_t input_size;
} drawing;

static mr_status draw_one(void *context, size_t index) {
    const drawing *job = context;
    const mr_batch *batch = job->batch;
    mr_head_target targets[MR_HEADS_MAX] = {{0}};
    for (int k = 0; k < batch->task->head_count; k++) {
        size_t classes = (size_t)batch->task->heads[k].classes;
        targets[k] = (mr_head_target){batch->distributions[k] + index * classes,
                                      batch->values[k] + index, batch->weights[k] + index};
        memset(targets[k].distribution, 0, classes * sizeof(float));
        *targets[k].value = *targets[k].weight = 0;
    }
    size_t place = job->first + index;
    mr_rng rng = mr_rng_keyed(batch->seed ^ SAMPLE_STREAM, job->epoch, place);
    return batch->task->draw(batch->task->context, job->network, batch->order[place], &rng,
                             job->input + index * job->input_size, targets);
}

static size_t input_size(const mr_network *network) {
    const mr_layer *shape = mr_network_input(network);
    return (size_t)shape->channels * (size_t)shape->height * (size_t)shape->width;
}

mr_status mr_batch_draw_for(mr_batch *batch, const mr_network *network, long epoch, long step,
                            float *input) {
    size_t size = (size_t)batch->size;
    drawing job = {batch,   (uint64_t)epoch, (size_t)step * size,
                   network, input,           input_size(network)};
    return mr_parallel(size, draw_one, &job);
}

mr_status mr_batch_draw(mr_batch *batch, long epoch, long step, float *input) {
    return mr_batch_draw_for(batch, batch->network, epoch, step, input);
}

/* a, b = share·a + (1-share)·b and the other way round. */
static void mix_rows(float share, float *a, float *b, size_t n) {
    for (size_t i = 0; i < n; i++) {
        float first = a[i], second = b[i];
        a[i] = share * first + (1 - share) * second;
        b[i] = share * second + (1 - share) * first;
    }
}

/* Targets count by their weights: what nothing is known about adds nothing. */
static void mix_targets(mr_batch *batch, int head, float share, size_t a, size_t b) {
    size_t classes = (size_t)batch->task->heads[head].classes;
    float *weights = batch->weights[head], *values = batch->values[head];
    float *rows[] = {batch->distributions[head] + a * classes,
                     batch->distributions[head] + b * classes};
    size_t places[] = {a, b};
    for (int side = 0; side < 2; side++) {
        values[places[side]] *= weights[places[side]];
        for (size_t i = 0; i < classes; i++)
            rows[side][i] *= weights[places[side]];
    }
    mix_rows(share, rows[0], rows[1], classes);
    mix_rows(share, &values[a], &values[b], 1);
    mix_rows(share, &weights[a], &weights[b], 1);
    for (int side = 0; side < 2; side++) {
        float weight = weights[places[side]];
        if (weight <= 0)
            continue;
        values[places[side]] /= weight;
        for (size_t i = 0; i < classes; i++)
            rows[side][i] /= weight;
    }
}

void mr_batch_mix(mr_batch *batch, float alpha, mr_rng *rng, float *input) {
    size_t half = (size_t)batch->size / 2;
    for (size_t a = 0; a < half; a++) {
        size_t b = a + half;
        double x = mr_rng_gamma(rng, alpha), y = mr_rng_gamma(rng, alpha);
        float share = x + y > 0 ? (float)(x / (x + y)) : 1;
        mix_rows(share, input + a * batch->input_size, input + b * batch->input_size,
                 batch->input_size);
        for (int k = 0; k < batch->task->head_count; k++)
            mix_targets(batch, k, share, a, b);
    }
}
