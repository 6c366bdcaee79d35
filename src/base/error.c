#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Room for a path and what is wrong with it. */
static _Thread_local char last_error[4608] = "no error";

static const char *const names[] = {
#define X(name, text) "MR_" #name,
    MR_ERRORS(X)
#undef X
};

static const char *const texts[] = {
#define X(name, text) text,
    MR_ERRORS(X)
#undef X
};

static int is_known(mr_status status) {
    return (int)status >= 0 && status < MR_STATUS_COUNT;
}

const char *mr_status_name(mr_status status) {
    return is_known(status) ? names[status] : "MR_E_?";
}

const char *mr_status_text(mr_status status) {
    return is_known(status) ? texts[status] : "unknown error";
}

const char *mr_last_error(void) {
    return last_error;
}

mr_status(mr_fail)(mr_status status, const char *format, ...) {
    /* Formatted aside first, since the arguments may point into the last text. */
    char text[sizeof last_error];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    memcpy(last_error, text, sizeof text);
    return status;
}

mr_status mr_fail_in(mr_status status, const char *prefix) {
    return mr_fail(status, "%s: %s", prefix, last_error);
}
