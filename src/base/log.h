/*
 * Progress and diagnostics on stderr. stdout belongs to results alone. Nothing personal (no image,
 * no name of a viewer) is ever passed here. Thread rule: one line is written by one call.
 */
#ifndef MR_BASE_LOG_H
#define MR_BASE_LOG_H

#include <stdbool.h>

typedef enum mr_log_level { MR_LOG_QUIET, MR_LOG_WARNING, MR_LOG_INFO, MR_LOG_DEBUG } mr_log_level;

/* Lines above `level` are dropped; MR_LOG_WARNING is the default. */
void mr_log_set_level(mr_log_level level);

void mr_log(mr_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * A one-line progress display for long work: rate and time left. Draws nothing unless stderr is a
 * terminal, at most ten times a second.
 */
typedef struct mr_progress {
    const char *what; /* shown first; must outlive the display */
    long total;
    double started, drawn; /* seconds of mr_now() */
    bool shown;
} mr_progress;

mr_progress mr_progress_begin(const char *what, long total);
void mr_progress_update(mr_progress *progress, long done);
void mr_progress_end(mr_progress *progress);

#endif
