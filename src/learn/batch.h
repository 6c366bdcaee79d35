/*
 * Batches of training samples: which sample comes when, drawn in parallel, mixed in pairs if
 * wished.
 *
 * Ownership: create allocates, free frees. Thread rule: one thread per object (drawing itself is
 * spread over OpenMP threads).
 */
#ifndef MR_LEARN_BATCH_H
#define MR_LEARN_BATCH_H

#include "learn/trainer.h"

typedef struct mr_batch {
    const mr_task *task;
    const mr_network *network;
    int size;
    uint64_t seed;
    size_t input_size;                  /* floats of one input */
    uint32_t *order;                    /* samples of the epoch, task->samples of them */
    float *distributions[MR_HEADS_MAX]; /* size × classes */
    float *values[MR_HEADS_MAX];        /* size */
    float *weights[MR_HEADS_MAX];       /* size */
} mr_batch;

mr_status mr_batch_create(const mr_task *task, const mr_network *network, int size, uint64_t seed,
                          mr_batch *out);
void mr_batch_free(mr_batch *batch);

/* Chooses the order of an epoch: a permutation, or with task->sampling a systematic sample in
 * proportion to it, shuffled. */
void mr_batch_begin_epoch(mr_batch *batch, long epoch);

/* Draws step `step` of the epoch into `input` and the targets. */
mr_status mr_batch_draw(mr_batch *batch, long epoch, long step, float *input);

/* The same for another network that sees the same variations of the same samples: its input must
 * hold `size` of its pictures. */
mr_status mr_batch_draw_for(mr_batch *batch, const mr_network *network, long epoch, long step,
                            float *input);

/* Mixes each sample of the first half with one of the second by shares from Beta(alpha, alpha). */
void mr_batch_mix(mr_batch *batch, float alpha, mr_rng *rng, float *input);

#endif
