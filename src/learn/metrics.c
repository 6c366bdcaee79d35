#include "learn/metrics.h"

#include <math.h>

/* Under this a probability counts as this, so that one answer cannot cost all. */
#define LEAST_PROBABILITY 1e-30

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

static double negative_log_probability(const float *logits, int classes, int label,
                                       double temperature) {
    double top = (double)logits[mr_largest(logits, classes)], sum = 0;
    for (int i = 0; i < classes; i++)
        sum += exp(((double)logits[i] - top) / temperature);
    return (top - (double)logits[label]) / temperature + log(sum);
}

double mr_log_loss(const float *logits, const int *labels, size_t count, int classes,
                   double temperature) {
    size_t counted = 0;
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (labels[i] < 0)
            continue;
        counted++;
        sum +=
            negative_log_probability(logits + i * (size_t)classes, classes, labels[i], temperature);
    }
    return counted > 0 ? sum / (double)counted : 0;
}

double mr_mean_absolute_error(const float *estimates, const float *truths, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += fabs((double)estimates[i] - (double)truths[i]);
    return count > 0 ? sum / (double)count : 0;
}

/* Bin b holds the probabilities in (b / MR_ECE_BINS, (b + 1) / MR_ECE_BINS]. */
static int bin_of(double probability) {
    int bin = (int)ceil(probability * MR_ECE_BINS) - 1;
    return bin < 0 ? 0 : bin >= MR_ECE_BINS ? MR_ECE_BINS - 1 : bin;
}

void mr_reliability(const float *probabilities, const int *labels, size_t count, int classes,
                    mr_confidence_bin bins[MR_ECE_BINS]) {
    for (int bin = 0; bin < MR_ECE_BINS; bin++)
        bins[bin] = (mr_confidence_bin){0};
    for (size_t i = 0; i < count; i++) {
        if (labels[i] < 0)
            continue;
        const float *row = probabilities + i * (size_t)classes;
        int answer = mr_largest(row, classes);
        mr_confidence_bin *bin = &bins[bin_of((double)row[answer])];
        bin->confidence += (double)row[answer];
        bin->right += answer == labels[i];
        bin->count++;
    }
    for (int bin = 0; bin < MR_ECE_BINS; bin++)
        if (bins[bin].count > 0)
            bins[bin].confidence /= (double)bins[bin].count;
}

static double error_of_bins(const mr_confidence_bin bins[MR_ECE_BINS]) {
    double error = 0;
    size_t counted = 0;
    for (int bin = 0; bin < MR_ECE_BINS; bin++) {
        double count = (double)bins[bin].count;
        error += fabs((double)bins[bin].right - count * bins[bin].confidence);
        counted += bins[bin].count;
    }
    return counted > 0 ? error / (double)counted : 0;
}

double mr_calibration_error(const float *probabilities, const int *labels, size_t count,
                            int classes) {
    mr_confidence_bin bins[MR_ECE_BINS];
    mr_reliability(probabilities, labels, count, classes, bins);
    return error_of_bins(bins);
}

static bool any_votes(const float *shares, int classes) {
    for (int c = 0; c < classes; c++)
        if (shares[c] > 0)
            return true;
    return false;
}

mr_agreement mr_agree(const float *probabilities, const float *shares, size_t count, int classes) {
    mr_agreement sum = {0};
    double gaps[MR_ECE_BINS] = {0};
    for (size_t i = 0; i < count; i++, probabilities += classes, shares += classes) {
        if (!any_votes(shares, classes))
            continue;
        int answer = mr_largest(probabilities, classes);
        double told = (double)probabilities[answer], said = (double)shares[answer];
        sum.count++;
        sum.share += said;
        gaps[bin_of(told)] += said - told;
        for (int c = 0; c < classes; c++)
            sum.log_loss -=
                (double)shares[c] * log(fmax((double)probabilities[c], LEAST_PROBABILITY));
    }
    for (int bin = 0; bin < MR_ECE_BINS; bin++)
        sum.ece += fabs(gaps[bin]);
    double n = sum.count > 0 ? (double)sum.count : 1;
    return (mr_agreement){sum.count, sum.share / n, sum.log_loss / n, sum.ece / n};
}

mr_interval mr_wilson(size_t right, size_t count) {
    if (count == 0)
        return (mr_interval){0, 1};
    const double z = 1.959964, n = (double)count, share = (double)right / n;
    double centre = share + z * z / (2 * n);
    double half = z * sqrt((share * (1 - share) + z * z / (4 * n)) / n);
    double scale = 1 + z * z / n;
    return (mr_interval){fmax((centre - half) / scale, 0), fmin((centre + half) / scale, 1)};
}

static double ratio(size_t part, size_t whole) {
    return whole > 0 ? (double)part / (double)whole : 0;
}

static size_t answered(const mr_classification *c, int class) {
    size_t sum = 0;
    for (int truth = 0; truth < c->classes; truth++)
        sum += c->confusion[truth][class];
    return sum;
}

static void judge_class(mr_classification *c, int class) {
    mr_class_figures *figures = &c->per_class[class];
    size_t right = c->confusion[class][class], given = answered(c, class);
    for (int answer = 0; answer < c->classes; answer++)
        figures->support += c->confusion[class][answer];
    figures->precision = ratio(right, given);
    figures->recall = ratio(right, figures->support);
    figures->f1 = ratio(2 * right, given + figures->support);
    c->right += right;
}

static void add_figures(mr_class_figures *sum, const mr_class_figures *figures, double share) {
    sum->precision += share * figures->precision;
    sum->recall += share * figures->recall;
    sum->f1 += share * figures->f1;
    sum->support += figures->support;
}

static void average_classes(mr_classification *c) {
    int occurring = 0, seen = 0;
    for (int i = 0; i < c->classes; i++) {
        occurring += c->per_class[i].support > 0;
        seen += c->per_class[i].support > 0 || answered(c, i) > 0;
    }
    for (int i = 0; i < c->classes && seen > 0; i++) {
        const mr_class_figures *figures = &c->per_class[i];
        add_figures(&c->macro, figures, 1.0 / seen);
        add_figures(&c->weighted, figures, ratio(figures->support, c->count));
        if (figures->support > 0)
            c->balanced_accuracy += figures->recall / occurring;
    }
}

bool mr_seldom_found(const mr_class_figures *figures) {
    return figures->support >= MR_LOW_RECALL_SUPPORT && figures->recall < MR_LOW_RECALL;
}

static double mean_log_loss(const float *probabilities, const int *labels, size_t count,
                            int classes) {
    size_t counted = 0;
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        if (labels[i] >= 0) {
            double p = (double)probabilities[i * (size_t)classes + (size_t)labels[i]];
            sum -= log(fmax(p, LEAST_PROBABILITY));
            counted++;
        }
    return counted > 0 ? sum / (double)counted : 0;
}

void mr_classify(const float *probabilities, const int *labels, size_t count, int classes,
                 mr_classification *out) {
    mr_classification c = {.classes = classes};
    for (size_t i = 0; i < count; i++)
        if (labels[i] >= 0) {
            int answer = mr_largest(probabilities + i * (size_t)classes, classes);
            c.confusion[labels[i]][answer]++;
            c.count++;
        }
    for (int i = 0; i < classes; i++)
        judge_class(&c, i);
    average_classes(&c);
    c.accuracy = ratio(c.right, c.count);
    c.log_loss = mean_log_loss(probabilities, labels, count, classes);
    mr_reliability(probabilities, labels, count, classes, c.bins);
    c.ece = error_of_bins(c.bins);
    *out = c;
}
