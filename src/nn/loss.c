#include "nn/loss.h"

#include <math.h>

void mr_softmax(const float *logits, int n, float *probabilities) {
    float top = logits[0];
    for (int i = 1; i < n; i++)
        top = fmaxf(top, logits[i]);
    float sum = 0;
    for (int i = 0; i < n; i++) {
        probabilities[i] = expf(logits[i] - top);
        sum += probabilities[i];
    }
    for (int i = 0; i < n; i++)
        probabilities[i] /= sum;
}

/* log(sum(exp(row))), the part of every log-probability that the classes share. */
static double log_sum(const float *row, int n) {
    double top = row[0], sum = 0;
    for (int i = 1; i < n; i++)
        top = row[i] > top ? row[i] : top;
    for (int i = 0; i < n; i++)
        sum += exp(row[i] - top);
    return top + log(sum);
}

double mr_loss_cross_entropy(const float *logits, const float *targets, const float *row_weights,
                             int batch, int classes, float weight, float *gradient) {
    double loss = 0;
    for (int r = 0; r < batch; r++) {
        const float *row = logits + (long)r * classes, *target = targets + (long)r * classes;
        float *g = gradient + (long)r * classes;
        float share = (row_weights ? row_weights[r] : 1) * weight / (float)batch;
        if (share == 0)
            continue;
        double shared = log_sum(row, classes), mass = 0;
        for (int i = 0; i < classes; i++) {
            loss += share * target[i] * (shared - row[i]);
            mass += target[i];
        }
        for (int i = 0; i < classes; i++)
            g[i] += share * (float)(mass * exp(row[i] - shared) - target[i]);
    }
    return loss;
}

double mr_loss_expectation(const float *logits, const float *targets, const float *row_weights,
                           int batch, int classes, float weight, float *gradient) {
    double loss = 0;
    for (int r = 0; r < batch; r++) {
        const float *row = logits + (long)r * classes;
        float *g = gradient + (long)r * classes;
        float share = (row_weights ? row_weights[r] : 1) * weight / (float)batch;
        if (share == 0)
            continue;
        double shared = log_sum(row, classes), mean = 0;
        for (int i = 0; i < classes; i++)
            mean += i * exp(row[i] - shared);
        double difference = mean - targets[r];
        loss += share * fabs(difference);
        double sign = difference > 0 ? 1 : difference < 0 ? -1 : 0;
        for (int i = 0; i < classes; i++)
            g[i] += share * (float)(sign * exp(row[i] - shared) * (i - mean));
    }
    return loss;
}

double mr_loss_squared(const float *outputs, const float *targets, int batch, int width,
                       float weight, float *gradient) {
    double loss = 0;
    float share = weight / (float)batch;
    for (long i = 0; i < (long)batch * width; i++) {
        float difference = outputs[i] - targets[i];
        loss += 0.5 * share * difference * difference;
        gradient[i] += share * difference;
    }
    return loss;
}

float mr_smooth_l1(float error, float bend, float *gradient) {
    float size = fabsf(error);
    *gradient = size < bend ? error / bend : copysignf(1, error);
    return size < bend ? error * error / (2 * bend) : size - bend / 2;
}
