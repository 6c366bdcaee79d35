/*
 * Bodies: bytes that come in pieces, within a limit of each and of all together, and what is in
 * them.
 *
 * Ownership: a body's bytes are freed by mr_body_free; what is found in them points into them.
 * Thread rule: a body belongs to one request; the common count is atomic.
 */
#ifndef MR_SERVER_BODY_H
#define MR_SERVER_BODY_H

#include "server/problem.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mr_body {
    uint8_t *bytes;
    size_t size, capacity;
} mr_body;

/* Appends; `taken` counts the memory of all bodies and stays within `limit`. 503 where it would
 * not. Memory grows with what has come, not with what was announced. */
bool mr_body_append(mr_body *body, const void *bytes, size_t size, atomic_size_t *taken,
                    size_t limit, mr_problem *problem);
void mr_body_free(mr_body *body, atomic_size_t *taken);

/* What a body is, by its Content-Type. */
typedef enum mr_media {
    MR_MEDIA_NONE, /* no type, or one that nothing takes */
    MR_MEDIA_JSON,
    MR_MEDIA_IMAGE,
    MR_MEDIA_FORM /* multipart/form-data */
} mr_media;

/* NULL: none was given. */
mr_media mr_media_of(const char *content_type);

/* A part of a body. */
typedef struct mr_part {
    const uint8_t *bytes;
    size_t size;
} mr_part;

/* The one part, which must be named `name`, of a multipart/form-data body (RFC 7578). 400 for
 * anything else: no boundary, more than one part, an epilogue. */
bool mr_form_part(const char *content_type, const uint8_t *bytes, size_t size, const char *name,
                  mr_part *part, mr_problem *problem);

/* True for what begins like a JPEG, PNG or WebP picture. */
bool mr_is_picture(const uint8_t *bytes, size_t size);

#endif
