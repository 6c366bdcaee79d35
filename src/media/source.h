/* What the name of a video means: a file, a device or a stream, and how libav is to open it. */
#ifndef MR_MEDIA_SOURCE_H
#define MR_MEDIA_SOURCE_H

#include "base/error.h"

#include <stdbool.h>

#define MR_SOURCE_NAME_MAX 4096

typedef enum mr_source_kind { MR_SOURCE_FILE, MR_SOURCE_DEVICE, MR_SOURCE_STREAM } mr_source_kind;

typedef struct mr_source {
    mr_source_kind kind;
    bool perhaps_file;                /* a stream that may be a file on a far machine */
    char address[MR_SOURCE_NAME_MAX]; /* for libav */
    char label[MR_SOURCE_NAME_MAX];   /* for people: the name without user and password */
    const char *protocols;            /* what libav may use, and nothing else */
} mr_source;

/* MR_E_UNSUPPORTED for a URL of an unknown scheme; whether the source exists is not looked at. */
mr_status mr_source_of(const char *name, mr_source *out);

#endif
