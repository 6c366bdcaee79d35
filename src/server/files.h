/*
 * The page's files, read into memory when the server starts or is told to read them anew (front.h).
 *
 * Only what was found then, with a name and an ending that a page has, is ever served: a request's
 * path is looked up as it is, undecoded, so there is no way out of the folder.
 *
 * Thread rule: read-only once made.
 */
#ifndef MR_SERVER_FILES_H
#define MR_SERVER_FILES_H

#include "base/error.h"

#include <stddef.h>

typedef struct mr_files mr_files;

typedef struct mr_page_file {
    char *path; /* of its URL, "/js/main.js" */
    const char *type;
    unsigned char *bytes;
    size_t size;
    char etag[24]; /* in quotes */
} mr_page_file;

/* Reads the folder and its folders. */
mr_status mr_files_load(const char *folder, mr_files **out);
void mr_files_free(mr_files *files);

/* NULL: there is none. "/" is index.html. */
const mr_page_file *mr_files_find(const mr_files *files, const char *path);

#endif
