#include "server/head.h"

#include <string.h>
#include <strings.h>

bool mr_is_token(const char *text, size_t length) {
    static const char allowed[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return length > 0 && strspn(text, allowed) == length;
}

static bool is_value(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
            return false;
    return true;
}

static const char **find_field(mr_head *head, const char *name) {
    const struct {
        const char *name, **field;
    } fields[] = {
#define ROW(field, text) {text, &head->field},
        MR_HEADERS(ROW)
#undef ROW
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcasecmp(fields[i].name, name) == 0)
            return fields[i].field;
    return NULL;
}

/* What libmicrohttpd 0.9 makes of a header whose value begins or goes on in the next line: it adds
 * that line to the name. Only where a body's length is lost does it matter. */
static bool is_folded_length(const char *name) {
    static const char *const names[] = {"Content-Length", "Transfer-Encoding"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        if (strncasecmp(name, names[i], length) == 0 && name[length] != '\0')
            return true;
    }
    return false;
}

void mr_head_add(mr_head *head, const char *name, size_t name_length, const char *value,
                 size_t value_length) {
    head->bytes += name_length + value_length + sizeof ": \r\n" - 1;
    if (!mr_is_token(name, name_length)) {
        head->fault = "a header's name is none";
        return;
    }
    if (is_folded_length(name)) {
        head->fault = "a length goes on in the next line";
        return;
    }
    if (!is_value(value, value_length)) {
        head->fault = "a header holds a control character";
        return;
    }
    if (strcasecmp(name, "X-Forwarded-For") == 0)
        head->forwarded = value;
    const char **field = find_field(head, name);
    if (field == NULL)
        return;
    if (*field != NULL)
        head->fault = "a header that may come once came twice";
    *field = value;
}

/* Digits alone: no sign, no list, no blanks; 18 of them cannot overflow. */
static bool read_length(const char *text, uint64_t *length) {
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 18 || text[digits] != '\0')
        return false;
    *length = 0;
    for (size_t i = 0; i < digits; i++)
        *length = *length * 10 + (uint64_t)(text[i] - '0');
    return true;
}

bool mr_head_check(mr_head *head, size_t limit, mr_problem *problem) {
    if (head->bytes > limit)
        return mr_problem_set(problem, 431, NULL, "at most %zu bytes of headers are read", limit);
    if (head->fault != NULL)
        return mr_problem_set(problem, 400, NULL, "%s", head->fault);
    if (head->host == NULL)
        return mr_problem_set(problem, 400, "Host", "is needed");
    if (head->coding != NULL && head->length_text != NULL)
        return mr_problem_set(problem, 400, "Transfer-Encoding", "stands beside Content-Length");
    if (head->coding != NULL)
        return mr_problem_set(problem, 411, "Content-Length",
                              "is needed: bodies of unknown length are not read");
    if (head->length_text != NULL && !read_length(head->length_text, &head->length))
        return mr_problem_set(problem, 400, "Content-Length", "expected digits");
    return true;
}
