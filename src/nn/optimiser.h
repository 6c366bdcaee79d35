/*
 * What moves the weights: SGD with Nesterov momentum or AdamW, with gradient clipping, decoupled
 * from the schedule of the rate and from the moving average of the weights.
 *
 *     mr_optimiser_params p = mr_optimiser_params_defaults();
 *     mr_optimiser *o;
 *     MR_TRY(mr_optimiser_create(network, &p, &o));
 *     for (each step) {
 *         float rate = mr_schedule_rate(&schedule, step);
 *         mr_optimiser_step(o, rate, values, gradients);
 *         mr_average_update(network->total, mr_average_decay(0.999f, step), values, average);
 *     }
 *
 * The state arrays can be read and written for checkpoints. Thread rule: one thread per object.
 */
#ifndef MR_NN_OPTIMISER_H
#define MR_NN_OPTIMISER_H

#include "nn/network.h"

typedef enum mr_optimiser_kind { MR_SGD, MR_ADAMW } mr_optimiser_kind;

typedef struct mr_optimiser_params {
    mr_optimiser_kind kind; /* MR_SGD */
    float momentum;         /* SGD: 0.9, Nesterov; AdamW: beta1 */
    float beta2;            /* AdamW: 0.999 */
    float epsilon;          /* AdamW: 1e-8 */
    float weight_decay;     /* SGD: L2, 1e-4; AdamW: decoupled (Loshchilov and Hutter 2019) */
    float clip;             /* largest norm of the whole gradient; 0: never clipped */
} mr_optimiser_params;

mr_optimiser_params mr_optimiser_params_defaults(void);

typedef struct mr_optimiser mr_optimiser;

mr_status mr_optimiser_create(const mr_network *network, const mr_optimiser_params *params,
                              mr_optimiser **out);
void mr_optimiser_free(mr_optimiser *optimiser);

/* Shares of the rate that the parameters take, one for each of the network's, all 1 unless set;
 * they are copied. A parameter with a share of 0 is left alone, weight decay included. */
void mr_optimiser_set_shares(mr_optimiser *optimiser, const float *shares);

/* One step; gradients are scaled in place when clipped. Returns the gradient's norm before that. */
float mr_optimiser_step(mr_optimiser *optimiser, float rate, float *values, float *gradients);

/* State array k (network->trainable floats): momentum, then AdamW's second moment; NULL past the
 * last. And the number of steps taken, which AdamW's correction needs. */
float *mr_optimiser_state(mr_optimiser *optimiser, int k);
long mr_optimiser_steps(const mr_optimiser *optimiser);
void mr_optimiser_set_steps(mr_optimiser *optimiser, long steps);

/* Linear warm-up, then half a cosine down to final × rate (Loshchilov and Hutter 2017). */
typedef struct mr_schedule {
    float rate;         /* highest rate */
    float final_share;  /* of it at the last step */
    long warmup, total; /* steps */
} mr_schedule;

float mr_schedule_rate(const mr_schedule *schedule, long step);

/* average = decay × average + (1 - decay) × values. */
void mr_average_update(size_t count, float decay, const float *values, float *average);

/* Decay at a step, smaller early on so that the average forgets its random start. */
float mr_average_decay(float decay, long step);

#endif
