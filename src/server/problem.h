/*
 * What is wrong with a request, as the client is told: RFC 9457, application/problem+json.
 *
 *     mr_problem problem;
 *     if (bytes > limit)
 *         return mr_problem_set(&problem, 413, "image", "at most %zu bytes are read", limit);
 *
 * Functions that can refuse a request return false and fill in the problem. Thread rule: values
 * only.
 */
#ifndef MR_SERVER_PROBLEM_H
#define MR_SERVER_PROBLEM_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>

typedef struct mr_problem {
    int status;       /* of HTTP */
    char field[64];   /* the parameter or member that is wrong; empty: none in particular */
    char detail[320]; /* what is wrong with it and what was expected */
} mr_problem;

/* The name of a status, "Not Found". */
const char *mr_status_title(int status);

/* Fills in the problem and returns false. NULL field: none in particular. */
bool mr_problem_set(mr_problem *problem, int status, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The problem that a failed call of the library means, in the words of mr_last_error(). What is the
 * server's fault, not the client's, is logged, and the client is told no more than that. */
bool mr_problem_from(mr_problem *problem, mr_status status, const char *field);

#ifdef __clang_analyzer__
/* It sees one file at a time and must be told what comes back. */
#define mr_problem_set(...)  (mr_problem_set(__VA_ARGS__), false)
#define mr_problem_from(...) (mr_problem_from(__VA_ARGS__), false)
#endif

/* {"type", "title", "status", "detail", "field"}; NULL when memory is out. */
json_t *mr_problem_json(const mr_problem *problem);

#endif
