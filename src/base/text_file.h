/*
 * A text that is printed in memory and then written to its file as a whole.
 *
 *     mr_text_file text;
 *     MR_TRY(mr_text_file_begin("weights.csv", &text));
 *     fputs("term,weight\n", text.out);
 *     return mr_text_file_end(&text);
 *
 * Ownership: whoever begins one ends or finishes it. Thread rule: one thread at a time.
 */
#ifndef MR_BASE_TEXT_FILE_H
#define MR_BASE_TEXT_FILE_H

#include "base/error.h"

#include <stdio.h>

typedef struct mr_text_file {
    FILE *out; /* to print to */
    char *bytes;
    size_t size;
    const char *path; /* borrowed */
} mr_text_file;

mr_status mr_text_file_begin(const char *path, mr_text_file *text);

/* Writes the file as mr_file_write does, and frees the text whether or not that succeeds. */
mr_status mr_text_file_end(mr_text_file *text);

/* Completes `bytes` and `size` for the caller to write with other files, and to free; on failure
 * nothing is left to free. */
mr_status mr_text_file_finish(mr_text_file *text);

#endif
