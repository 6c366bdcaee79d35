/*
 * How the inside of the library reports a failure: `return mr_fail(MR_E_FORMAT, "row %d: ...")`.
 * See moodreel/error.h for what the caller sees.
 */
#ifndef MR_BASE_ERROR_H
#define MR_BASE_ERROR_H

#include "moodreel/error.h"

/* Records the formatted text as this thread's last error and returns `status`. */
mr_status mr_fail(mr_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

#ifdef __clang_analyzer__
/* It sees one file at a time and must be told that the code comes back as it was given. */
#define mr_fail(status, ...) (mr_fail((status), __VA_ARGS__), (status))
#endif

/* Puts "prefix: " before this thread's last error text and returns `status`; used where a caller
 * knows the file's name and the callee did not. */
mr_status mr_fail_in(mr_status status, const char *prefix);

/* Returns at once when `expression` is not MR_OK. */
#define MR_TRY(expression)                                                                         \
    do {                                                                                           \
        mr_status mr_try_status_ = (expression);                                                   \
        if (mr_try_status_ != MR_OK)                                                               \
            return mr_try_status_;                                                                 \
    } while (0)

#endif
