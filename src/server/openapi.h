/*
 * The API's description of itself: OpenAPI 3.1, made from the table of routes, the tables of their
 * parameters, from which requests are read, and the schemas of schemas.h.
 */
#ifndef MR_SERVER_OPENAPI_H
#define MR_SERVER_OPENAPI_H

#include "base/error.h"

#include <stdbool.h>

/* The document as text, freed with free(); `key`: whether the server asks for one. */
mr_status mr_openapi_text(bool key, char **text);

#endif
