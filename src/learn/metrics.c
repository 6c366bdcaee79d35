#include "learn/metrics.h"

#include <math.h>

int mr_largest(const float *values, int n) {
    int best = 0;
    for (int i = 1; i < n; i++)
        if (values[i] > values[best])
            best = i;
    return best;
}

double mr_accuracy(const float *scores, const int *labels, size_t count, int classes) {
    size_t counted = 0, right = 0;
    for (size_t i = 0; i < count; i++) {
        if (labels[i] < 0)
            continue;
        counted++;
        right += mr_largest(scores + i * (size_t)classes, classes) == labels[i];
    }
    return counted > 0 ? (double)right / (double)counted : 0;
}

static double negative_log_probability(const float *logits, int classes, int label) {
    double top = logits[mr_largest(logits, classes)], sum = 0;
    for (int i = 0; i < classes; i++)
        sum += exp(logits[i] - top);
    return top + log(sum) - logits[label];
}

double mr_log_loss(const float *logits, const int *labels, size_t count, int classes) {
    size_t counted = 0;
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (labels[i] < 0)
            continue;
        counted++;
        sum += negative_log_probability(logits + i * (size_t)classes, classes, labels[i]);
    }
    return counted > 0 ? sum / (double)counted : 0;
}

double mr_mean_absolute_error(const float *estimates, const float *truths, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += fabs((double)estimates[i] - truths[i]);
    return count > 0 ? sum / (double)count : 0;
}
