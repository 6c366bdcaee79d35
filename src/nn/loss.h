/*
 * Losses: each reads a batch of outputs, returns the mean loss over the batch and adds its gradient
 * (already divided by the batch size and multiplied by `weight`) to `gradient`, which the caller
 * clears first. Rows with a zero row weight do not count; NULL row weights mean all ones.
 */
#ifndef MR_NN_LOSS_H
#define MR_NN_LOSS_H

/* Softmax of one row of n logits; in and out may be the same. */
void mr_softmax(const float *logits, int n, float *probabilities);

/* Cross-entropy between softmax(logits) and target distributions, batch × classes each. */
double mr_loss_cross_entropy(const float *logits, const float *targets, const float *row_weights,
                             int batch, int classes, float weight, float *gradient);

/* |sum_i i·softmax(logits)_i - target|: the distance of a distribution's mean from the truth
 * (the expectation term of DLDL-v2, Gao et al. 2018). targets: batch values. */
double mr_loss_expectation(const float *logits, const float *targets, const float *row_weights,
                           int batch, int classes, float weight, float *gradient);

/* Smooth L1 (Girshick 2015) of one error: quadratic below `bend`, linear above. Sets its derivative
 * instead of adding to it. */
float mr_smooth_l1(float error, float bend, float *gradient);

/* Squared error, batch × width values each, halved. */
double mr_loss_squared(const float *outputs, const float *targets, int batch, int width,
                       float weight, float *gradient);

#endif
