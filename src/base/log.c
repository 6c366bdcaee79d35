#include "base/log.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static mr_log_level log_level = MR_LOG_WARNING;

void mr_log_set_level(mr_log_level level) {
    log_level = level;
}

void mr_log(mr_log_level level, const char *format, ...) {
    if (level > log_level)
        return;
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    fprintf(stderr, "moodreel: %s\n", line);
}

mr_progress mr_progress_begin(const char *what, long total) {
    double now = mr_now();
    return (mr_progress){what, total, now, 0, isatty(STDERR_FILENO)};
}

void mr_progress_update(mr_progress *progress, long done) {
    if (!progress->shown)
        return;
    double now = mr_now();
    if (now - progress->drawn < 0.1)
        return;
    progress->drawn = now;
    double elapsed = now - progress->started;
    double rate = elapsed > 0 ? (double)done / elapsed : 0;
    double left = rate > 0 ? (double)(progress->total - done) / rate : 0;
    fprintf(stderr, "\r%s %ld/%ld  %.0f/s  %.0f s left \033[K", progress->what, done,
            progress->total, rate, left);
}

void mr_progress_end(mr_progress *progress) {
    if (progress->shown)
        fprintf(stderr, "\r\033[K");
    progress->shown = false;
}
