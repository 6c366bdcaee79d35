/*
 * Figures of merit. Labels are class numbers; a label of -1 means that the picture does not count.
 *
 * Thread rule: no shared state.
 */
#ifndef MR_LEARN_METRICS_H
#define MR_LEARN_METRICS_H

#include <stddef.h>

/* Index of the largest of n values, the first of equals. */
int mr_largest(const float *values, int n);

/* Share of rows whose largest score is at the label; 0 when none counts. `scores`: count × classes,
 * logits or probabilities. */
double mr_accuracy(const float *scores, const int *labels, size_t count, int classes);

/* Mean of -log softmax(logits)[label], natural logarithm. */
double mr_log_loss(const float *logits, const int *labels, size_t count, int classes);

/* Mean of |estimate - truth|. */
double mr_mean_absolute_error(const float *estimates, const float *truths, size_t count);

#endif
