/* Whole files: read with a limit, written so that a reader sees the old or the new one. */
#ifndef MR_BASE_FILE_H
#define MR_BASE_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Reads a regular file of at most `limit` bytes into *bytes, which the caller frees; a zero byte
 * follows the data, so that text can be used as a string. Errors: MR_E_NOT_FOUND, MR_E_LIMIT,
 * MR_E_IO, MR_E_MEMORY; the text names the path.
 */
mr_status mr_file_read(const char *path, size_t limit, unsigned char **bytes, size_t *size);

/* The same of what is left in a stream of any kind, a pipe for example, up to its end; `name` is
 * for errors. */
mr_status mr_stream_read(FILE *stream, const char *name, size_t limit, unsigned char **bytes,
                         size_t *size);

/* Writes a file beside `path`, syncs it and renames it over `path`. */
mr_status mr_file_write(const char *path, const void *bytes, size_t size);

typedef struct mr_file_content {
    const char *path;
    const void *bytes;
    size_t size;
} mr_file_content;

/*
 * The same of files that belong together: none takes its place before all are written and synced,
 * so that a full disk leaves the old ones. Only what ends the program or the machine between one
 * renaming and the next can part them.
 */
mr_status mr_files_write(const mr_file_content *files, size_t count);

/* Makes a folder and its parents; an existing one is fine. */
mr_status mr_folder_make(const char *path);

/* Whether there is a folder of this name. */
bool mr_is_folder(const char *path);

/* Whether there is a file or folder `name` in `folder`. */
bool mr_folder_has(const char *folder, const char *name);

/* Whether two names are of one file that is there: to write the one would destroy the other. */
bool mr_is_same_file(const char *a, const char *b);

/* "folder/name" in a new string that the caller frees, or NULL when memory is out. */
char *mr_path_join(const char *folder, const char *name);

/*
 * Names of the entries of a folder (without "." and ".."), sorted by bytes. The list and its
 * strings are freed with mr_names_free.
 */
typedef struct mr_names {
    char **names;
    size_t count;
} mr_names;

mr_status mr_folder_list(const char *path, mr_names *out);
void mr_names_free(mr_names *names);

#endif
