#include "learn/training_log.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

#define LOG_LIMIT ((size_t)16 << 20)

/* Bytes of the first `lines` lines, or 0 when there are fewer. */
static size_t length_of_lines(const char *text, long lines) {
    const char *end = text;
    while (lines-- > 0) {
        end = strchr(end, '\n');
        if (!end++)
            return 0;
    }
    return (size_t)(end - text);
}

static mr_status keep_lines(mr_training_log *log, const char *header, long epochs) {
    unsigned char *text;
    size_t size;
    MR_TRY(mr_file_read(log->path, LOG_LIMIT, &text, &size));
    log->text = (char *)text;
    log->size = length_of_lines(log->text, epochs + 1);
    size_t length = strlen(header);
    if (log->size <= length || strncmp(log->text, header, length) != 0 || text[length] != '\n')
        return mr_fail(MR_E_MISMATCH, "%s: not the log of this run's %ld epochs", log->path,
                       epochs);
    log->text[log->size] = 0;
    return MR_OK;
}

static mr_status append(mr_training_log *log, const char *line) {
    size_t length = strlen(line);
    char *text = realloc(log->text, log->size + length + 2);
    if (!text)
        return mr_fail(MR_E_MEMORY, "%s: no memory", log->path);
    log->text = text;
    memcpy(text + log->size, line, length);
    log->size += length + 1;
    text[log->size - 1] = '\n';
    text[log->size] = 0;
    return MR_OK;
}

mr_status mr_training_log_begin(const char *path, const char *header, long epochs,
                                mr_training_log *out) {
    mr_training_log log = {.path = strdup(path), .text = NULL};
    if (!log.path)
        return mr_fail(MR_E_MEMORY, "%s: no memory", path);
    mr_status status = epochs > 0 ? keep_lines(&log, header, epochs) : append(&log, header);
    if (status != MR_OK) {
        mr_training_log_free(&log);
        return status;
    }
    *out = log;
    return MR_OK;
}

mr_status mr_training_log_add(mr_training_log *log, const char *line) {
    MR_TRY(append(log, line));
    return mr_file_write(log->path, log->text, log->size);
}

void mr_training_log_free(mr_training_log *log) {
    free(log->path);
    free(log->text);
    *log = (mr_training_log){0};
}
