/*
 * All that a training run needs to go on exactly where it was, in one safetensors file: weights,
 * their moving average, the optimiser's state, and as metadata the epoch, the best result so far,
 * and the settings, the network and the data, with which a resumed run must agree.
 *
 * Thread rule: no shared state.
 */
#ifndef MR_LEARN_CHECKPOINT_H
#define MR_LEARN_CHECKPOINT_H

#include "nn/network.h"
#include "nn/optimiser.h"

#include <stdint.h>

#define MR_SETTINGS_MAX 256

typedef struct mr_checkpoint {
    long epochs;     /* finished */
    long best_epoch; /* from 1; 0: none yet */
    double best_score;
    float *values, *average; /* network->total floats each */
    mr_optimiser *optimiser;
    const char *settings;      /* of the training, shorter than MR_SETTINGS_MAX */
    const char *task_settings; /* of what is learned, likewise */
    uint64_t data;             /* mr_task.data */
} mr_checkpoint;

mr_status mr_checkpoint_save(const char *path, const mr_network *network,
                             const mr_checkpoint *checkpoint);

/* Fills the arrays, the optimiser and the numbers. MR_E_MISMATCH when the file was made with other
 * settings, by another network or on other data; older files do not tell the last two. */
mr_status mr_checkpoint_load(const char *path, const mr_network *network,
                             mr_checkpoint *checkpoint);

#endif
