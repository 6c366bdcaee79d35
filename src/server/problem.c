#include "server/problem.h"

#include "base/log.h"
#include "json/json.h"

#include <stdarg.h>
#include <stdio.h>

const char *mr_status_title(int status) {
    static const struct {
        int status;
        const char *title;
    } titles[] = {
        {101, "Switching Protocols"},
        {200, "OK"},
        {201, "Created"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Error";
}

bool(mr_problem_set)(mr_problem *problem, int status, const char *field, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(problem->detail, sizeof problem->detail, format, arguments);
    va_end(arguments);
    snprintf(problem->field, sizeof problem->field, "%s", field != NULL ? field : "");
    problem->status = status;
    return false;
}

bool(mr_problem_from)(mr_problem *problem, mr_status status, const char *field) {
    switch (status) {
    case MR_E_NOT_FOUND:
        return mr_problem_set(problem, 404, field, "%s", mr_last_error());
    case MR_E_LIMIT:
        return mr_problem_set(problem, 413, field, "%s", mr_last_error());
    case MR_E_ARGUMENT:
    case MR_E_FORMAT:
    case MR_E_TRUNCATED:
    case MR_E_UNSUPPORTED:
        return mr_problem_set(problem, 422, field, "%s", mr_last_error());
    case MR_E_BUSY:
        return mr_problem_set(problem, 503, NULL, "the server is busy; try again in a moment");
    case MR_E_INTERRUPTED:
        return mr_problem_set(problem, 503, NULL, "the server is stopping");
    case MR_E_MEMORY:
    case MR_E_IO:
        mr_log(MR_LOG_WARNING, "serve: %s", mr_last_error());
        return mr_problem_set(problem, 503, NULL, "the server cannot do that now");
    default:
        mr_log(MR_LOG_WARNING, "serve: %s", mr_last_error());
        return mr_problem_set(problem, 500, NULL, "the server failed");
    }
}

json_t *mr_problem_json(const mr_problem *problem) {
    json_t *document = json_pack("{s:s, s:s, s:i, s:o}", "type", "about:blank", "title",
                                 mr_status_title(problem->status), "status", problem->status,
                                 "detail", mr_json_text(problem->detail));
    if (document != NULL && problem->field[0] != '\0')
        json_object_set_new(document, "field", mr_json_text(problem->field));
    return document;
}
