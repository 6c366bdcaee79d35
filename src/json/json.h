/*
 * JSON answers: one document on stdout, members in the order in which they were set, numbers with
 * six significant digits (about what a float holds), and to thousandths where that is finer.
 *
 * Functions that make values return a new reference, or NULL when memory is out; jansson's own
 * setters pass such a NULL on as an error, and mr_json_print() reports a NULL document.
 */
#ifndef MR_JSON_JSON_H
#define MR_JSON_JSON_H

#include "base/error.h"
#include "moodreel/moodreel.h"

#include <jansson.h>

/* A string; bytes that are no UTF-8 (in a file's name) become '?'. */
json_t *mr_json_text(const char *text);

/* The same, but null for an empty string. */
json_t *mr_json_text_or_null(const char *text);

/* A number; null when it is NaN or infinite, which JSON does not know. */
json_t *mr_json_real_or_null(double value);

/* {"label": share, …} */
json_t *mr_json_shares(const float *shares, int count, const char *(*label)(int));

/* {"box", "score", "landmarks", "age", "gender", "ethnicity", "emotion"}; an attribute that was not
 * estimated is null. "sure" in an attribute: its label may be said (MR_SURE_…). */
json_t *mr_json_person(const mr_person *person);

/* {"file", "width", "height", "ms", "faces": […]} */
json_t *mr_json_analysis(const char *file, const mr_analysis *analysis);

/* [{"id", "title", "year", "genres", "language", "certificate", "score", "explored", "reasons"}, …]
 */
json_t *mr_json_films(const mr_recommendation *films);

/* The document as a text, which the caller frees; drops the reference. `flags` are jansson's. NULL
 * when memory is out, or for NULL. */
char *mr_json_dump(json_t *document, size_t flags);

/* Prints the document and a line end, and drops the reference. */
mr_status mr_json_print(json_t *document);

#endif
