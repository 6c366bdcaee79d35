/*
 * JSON schemas of what the server answers, and of what it takes beside plain parameters. Tests hold
 * every answer against them.
 */
#ifndef MR_SERVER_SCHEMAS_H
#define MR_SERVER_SCHEMAS_H

#include <stddef.h>

typedef struct mr_schema {
    const char *name;
    const char *text; /* JSON; references are "#/components/schemas/NAME" */
} mr_schema;

extern const mr_schema mr_schemas[];
extern const size_t mr_schema_count;

#endif
