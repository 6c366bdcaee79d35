/*
 * What a training of a network came to: how many epochs, which of them is the best and how the
 * validation judged it.
 *
 * The figures of the best epoch are kept as metadata in the weights' file, so that they are known
 * as well when the best epoch was trained by an earlier call that this one resumed.
 *
 * Thread rule: no shared state.
 */
#ifndef MR_LEARN_TRAINING_RESULT_H
#define MR_LEARN_TRAINING_RESULT_H

#include "base/error.h"

#define MR_FIGURES_MAX       8
#define MR_VALIDATION_PREFIX "validation." /* of the keys of figures in the weights' metadata */

typedef struct mr_figure {
    const char *name; /* a constant of the task */
    double value;     /* NaN: the weights' file does not tell */
} mr_figure;

typedef struct mr_training_result {
    long epochs;     /* finished, those of resumed calls included */
    long best_epoch; /* from 1; 0: none */
    double score;    /* of the best epoch, the higher the better */
    mr_figure figures[MR_FIGURES_MAX];
    int figure_count;
} mr_training_result;

/* Fills in the figures of these names from the weights' file. */
mr_status mr_training_result_read_figures(mr_training_result *result, const char *weights_path,
                                          const char *const *names, int count);

#endif
