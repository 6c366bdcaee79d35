/*
 * What is kept of a viewer, in JSON, alike for `export viewer` and for the server's
 * GET /v1/viewers/{id}: everything the store has, so that a person gets all there is.
 *
 *     {"id": "anna", "since": "2026-05-04T18:30:00Z", "feedback": [
 *       {"film": {"id": "Q2345", "title": "…", "year": 1998}, "kind": "rating", "rating": 4,
 *        "at": "2026-05-04T18:31:12Z"}]}
 *
 * Functions return a new reference, or NULL when memory is out. Thread rule: no shared state.
 */
#ifndef MR_JSON_VIEWER_H
#define MR_JSON_VIEWER_H

#include "recommend/catalogue.h"
#include "store/store.h"
#include "json/json.h"

/* Seconds since 1970 as ISO 8601 in UTC; null for 0, an unknown time. */
json_t *mr_json_time(int64_t seconds);

/* {"film": {"id", "title", "year"}, "kind", "rating", "at"}; title and year are null where they are
 * unknown ("" and 0), rating unless the kind is "rating". */
json_t *mr_json_opinion(const char *title, int year, const mr_feedback *feedback);

/* The whole document, oldest feedback first; title and year of a film that the catalogue lacks are
 * null, and so all without a catalogue (NULL). */
json_t *mr_json_history(const mr_catalogue *catalogue, const char *id, int64_t since,
                        const mr_history *history);

#endif
