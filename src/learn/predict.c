#include "learn/predict.h"

#include "base/memory.h"
#include "face/crop.h"
#include "learn/parallel.h"
#include "nn/inference.h"
#include "nn/loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PREDICT_BATCH 64

/* All of a picture, as serving sees one that is framed already. */
static mr_status map_whole(const mr_image *picture, const mr_layer *shape, mr_affine *out) {
    if (shape->width != shape->height)
        return mr_fail(MR_E_MISMATCH, "a network for faces sees squares, not %d × %d pixels",
                       shape->width, shape->height);
    *out = mr_crop_of_picture(picture->width, picture->height, shape->width);
    return MR_OK;
}

mr_status mr_picture_to_input(const mr_image *picture, const mr_network *network, bool mirrored,
                              float *input) {
    const mr_layer *shape = mr_network_input(network);
    mr_image seen;
    mr_affine map;
    MR_TRY(map_whole(picture, shape, &map));
    MR_TRY(mr_image_create(shape->width, shape->height, shape->channels, &seen));
    if (mirrored) {
        map.c += map.a * (float)(shape->width - 1);
        map.a = -map.a;
    }
    mr_image_warp(picture, &map, &seen);
    mr_image_to_planar(&seen, network->mean, network->deviation, input);
    mr_image_free(&seen);
    return MR_OK;
}

mr_status mr_variation_to_input(const mr_image *picture, const mr_augment *augment,
                                const mr_network *network, mr_rng *rng, float *input) {
    const mr_layer *shape = mr_network_input(network);
    mr_image seen;
    mr_affine map;
    MR_TRY(map_whole(picture, shape, &map));
    MR_TRY(mr_image_create(shape->width, shape->height, shape->channels, &seen));
    mr_status status = mr_augment_apply(augment, picture, &map, rng, &seen);
    mr_image_to_planar(&seen, network->mean, network->deviation, input);
    mr_image_free(&seen);
    return status;
}

typedef struct batch_job {
    const mr_network *network;
    mr_picture_source source;
    const void *context;
    size_t first;
    bool mirrored;
    float *input;
    size_t input_size; /* floats of one picture */
} batch_job;

static mr_status fill_one(void *context, size_t index) {
    const batch_job *job = context;
    mr_image picture = job->source(job->context, job->first + index);
    return mr_picture_to_input(&picture, job->network, job->mirrored,
                               job->input + index * job->input_size);
}

/* Adds the probabilities of the first `count` places of the batch to those kept. */
static void add_probabilities(const mr_runner *runner, size_t first, size_t count,
                              mr_predictions *kept) {
    for (int k = 0; k < kept->output_count; k++) {
        int classes = kept->sizes[k];
        const float *row = mr_runner_output(runner, k);
        float *sum = kept->logits[k] + first * (size_t)classes;
        float probabilities[1024];
        for (size_t i = 0; i < count; i++, row += classes, sum += classes) {
            mr_softmax(row, classes, probabilities);
            for (int c = 0; c < classes; c++)
                sum[c] += probabilities[c];
        }
    }
}

static mr_status run_batches(batch_job *job, mr_runner *runner, mr_predictions *kept) {
    for (job->first = 0; job->first < kept->count; job->first += PREDICT_BATCH) {
        size_t left = kept->count - job->first;
        size_t count = left < PREDICT_BATCH ? left : PREDICT_BATCH;
        MR_TRY(mr_parallel(count, fill_one, job));
        MR_TRY(mr_runner_run(runner));
        add_probabilities(runner, job->first, count, kept);
    }
    return MR_OK;
}

static mr_status run_views(batch_job *job, mr_runner *runner, bool mirrored, mr_predictions *kept) {
    job->input = mr_runner_input(runner);
    MR_TRY(run_batches(job, runner, kept));
    job->mirrored = true;
    if (mirrored)
        MR_TRY(run_batches(job, runner, kept));
    float views = mirrored ? 2 : 1;
    for (int k = 0; k < kept->output_count; k++)
        for (size_t i = 0; i < kept->count * (size_t)kept->sizes[k]; i++)
            kept->logits[k][i] = logf(fmaxf(kept->logits[k][i] / views, 1e-30f));
    return MR_OK;
}

static mr_status predict_into(batch_job *job, const float *values, bool mirrored,
                              mr_predictions *kept) {
    mr_plan *plan;
    mr_runner *runner;
    MR_TRY(mr_plan_create(job->network, values, PREDICT_BATCH, &plan));
    mr_status status = mr_runner_create(plan, &runner);
    if (status == MR_OK) {
        status = run_views(job, runner, mirrored, kept);
        mr_runner_free(runner);
    }
    mr_plan_free(plan);
    return status;
}

static mr_status prepare(const mr_network *network, size_t count, mr_predictions *out) {
    *out = (mr_predictions){.count = count, .output_count = network->output_count};
    for (int k = 0; k < network->output_count; k++) {
        int size = mr_network_output_size(network, k);
        if (size > 1024)
            return mr_fail(MR_E_LIMIT, "output %d has %d classes, at most 1024 are allowed", k,
                           size);
        out->sizes[k] = size;
        out->logits[k] = mr_alloc(count * (size_t)size * sizeof(float));
        if (!out->logits[k])
            return mr_fail(MR_E_MEMORY, "no memory for the answers on %zu pictures", count);
    }
    return MR_OK;
}

mr_status mr_predict(const mr_network *network, const float *values, mr_picture_source source,
                     const void *context, size_t count, bool mirrored, mr_predictions *out) {
    const mr_layer *shape = mr_network_input(network);
    batch_job job = {.network = network,
                     .source = source,
                     .context = context,
                     .input_size =
                         (size_t)shape->channels * (size_t)shape->height * (size_t)shape->width};
    mr_predictions kept;
    mr_status status = prepare(network, count, &kept);
    if (status == MR_OK)
        status = predict_into(&job, values, mirrored, &kept);
    if (status != MR_OK) {
        mr_predictions_free(&kept);
        return status;
    }
    *out = kept;
    return MR_OK;
}

void mr_predictions_free(mr_predictions *predictions) {
    for (int k = 0; k < predictions->output_count; k++)
        free(predictions->logits[k]);
    *predictions = (mr_predictions){0};
}
