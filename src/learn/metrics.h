/*
 * Figures of merit. Labels are class numbers; a label of -1 means that the picture does not count.
 *
 * Scores are rows of `classes` floats, one row a picture. Where a figure is a mean over nothing it
 * is 0. Thread rule: no shared state.
 */
#ifndef MR_LEARN_METRICS_H
#define MR_LEARN_METRICS_H

#include "learn/interval.h"

#include <stdbool.h>
#include <stddef.h>

/* Index of the largest of n values, the first of equals. */
int mr_largest(const float *values, int n);

/* Share of rows whose largest score is at the label. `scores`: logits or probabilities. */
double mr_accuracy(const float *scores, const int *labels, size_t count, int classes);

/* Mean of -log softmax(logits / temperature)[label], natural logarithm. */
double mr_log_loss(const float *logits, const int *labels, size_t count, int classes,
                   double temperature);

/* Mean of |estimate - truth|. */
double mr_mean_absolute_error(const float *estimates, const float *truths, size_t count);

/*
 * Expected calibration error (Naeini et al. 2015): rows are sorted into MR_ECE_BINS bins of equal
 * width by their top probability; the mean over rows of |accuracy - mean top probability| of the
 * row's bin.
 */
#define MR_ECE_BINS 15
double mr_calibration_error(const float *probabilities, const int *labels, size_t count,
                            int classes);

/* The rows of one of these bins: what a reliability diagram shows (Niculescu-Mizil and Caruana
 * 2005). */
typedef struct mr_confidence_bin {
    size_t count, right;
    double confidence; /* mean top probability */
} mr_confidence_bin;

void mr_reliability(const float *probabilities, const int *labels, size_t count, int classes,
                    mr_confidence_bin bins[MR_ECE_BINS]);

/*
 * Answers held against what several people said of each picture: `shares` are rows of the shares of
 * their votes, and a row of zeros does not count.
 */
typedef struct mr_agreement {
    size_t count;
    double share;    /* mean share of people who say what the answer says */
    double log_loss; /* mean cross-entropy, natural logarithm */
    double ece; /* as mr_calibration_error, one person's vote drawn at random being the truth */
} mr_agreement;

mr_agreement mr_agree(const float *probabilities, const float *shares, size_t count, int classes);

/* Wilson's 95 % interval for a share of `right` in `count` (Wilson 1927). */
mr_interval mr_wilson(size_t right, size_t count);

#define MR_CLASSES_MAX 16

typedef struct mr_class_figures {
    double precision, recall, f1;
    size_t support; /* pictures of the class */
} mr_class_figures;

/* All about a classifier's answers. */
typedef struct mr_classification {
    int classes;
    size_t count, right; /* pictures that count; of them, those answered right */
    double accuracy;
    double balanced_accuracy; /* mean recall over classes that occur */
    double log_loss, ece;
    mr_class_figures per_class[MR_CLASSES_MAX];
    mr_class_figures macro;    /* means over classes that occur or are answered */
    mr_class_figures weighted; /* means weighted by support */
    size_t confusion[MR_CLASSES_MAX][MR_CLASSES_MAX]; /* [truth][answer] */
    mr_confidence_bin bins[MR_ECE_BINS];
} mr_classification;

/* A class is seldom found when it has MR_LOW_RECALL_SUPPORT pictures or more and a recall below
 * MR_LOW_RECALL. */
#define MR_LOW_RECALL         0.45
#define MR_LOW_RECALL_SUPPORT 30
bool mr_seldom_found(const mr_class_figures *figures);

/* `probabilities` rows sum to one; at most MR_CLASSES_MAX classes. */
void mr_classify(const float *probabilities, const int *labels, size_t count, int classes,
                 mr_classification *out);

#endif
