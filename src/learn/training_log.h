/*
 * training.csv: a header and one line an epoch, kept whole on disk after every epoch.
 *
 * Ownership: begin allocates, free frees. Thread rule: one thread per object.
 */
#ifndef MR_LEARN_TRAINING_LOG_H
#define MR_LEARN_TRAINING_LOG_H

#include "base/error.h"

#include <stddef.h>

typedef struct mr_training_log {
    char *path, *text;
    size_t size;
} mr_training_log;

/* Starts the log with its header, or, with epochs > 0, keeps the header and that many lines of the
 * file that is there. The file changes with the first line that is added, so that a run that ends
 * before leaves an older log as it was. */
mr_status mr_training_log_begin(const char *path, const char *header, long epochs,
                                mr_training_log *out);

/* Adds a line (without its line break) and writes the file. */
mr_status mr_training_log_add(mr_training_log *log, const char *line);

void mr_training_log_free(mr_training_log *log);

#endif
