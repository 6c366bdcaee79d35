#include "server/params.h"

#include "base/utf8.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Of one code point. */
#define UTF8_BYTES_MAX 4

/* 2^53: a larger real stands for more than one whole number. */
#define EXACT_MOST 9007199254740992.0

static int hex_value(char digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    digit = (char)(digit | 0x20);
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static bool is_plain_text(const char *text) {
    while (*text) {
        long point = mr_utf8_next(&text); /* negative when it is none */
        if (point < 0x20 || point == 0x7f)
            return false;
    }
    return true;
}

bool mr_percent_decode(char *text, bool plus) {
    char *out = text;
    for (const char *in = text; *in != '\0'; in++) {
        if (*in == '%') {
            int high = hex_value(in[1]), low = high < 0 ? -1 : hex_value(in[2]);
            if (low < 0 || (high == 0 && low == 0))
                return false;
            *out++ = (char)(high << 4 | low);
            in += 2;
        } else {
            *out++ = plus && *in == '+' ? ' ' : *in;
        }
    }
    *out = '\0';
    return is_plain_text(text);
}

/* The row of this name that may stand in `where`, or its count. */
static size_t find_row(const mr_binding *binding, const char *name, unsigned where) {
    size_t row = 0;
    while (row < binding->table->count && ((binding->table->rows[row].where & where) == 0 ||
                                           strcmp(binding->table->rows[row].name, name) != 0))
        row++;
    return row;
}

/* Marks the row of this name as given. */
static const mr_param *take_row(mr_binding *binding, const char *name, unsigned where) {
    size_t row = find_row(binding, name, where);
    if (row == binding->table->count) {
        mr_problem_set(binding->problem, 422, name, "there is no such parameter");
        return NULL;
    }
    if (binding->given >> row & 1) {
        mr_problem_set(binding->problem, 422, name, "given twice");
        return NULL;
    }
    binding->given |= UINT64_C(1) << row;
    return &binding->table->rows[row];
}

static bool refuse(mr_problem *problem, const mr_param *param) {
    char expected[224];
    size_t used = 0;
    switch (param->type) {
    case MR_PARAM_TYPE_FLAG:
        return mr_problem_set(problem, 422, param->name, "expected true or false");
    case MR_PARAM_TYPE_INT:
        return mr_problem_set(problem, 422, param->name,
                              "expected a whole number from %.0f to %.0f", param->low, param->high);
    case MR_PARAM_TYPE_SEED:
        return mr_problem_set(problem, 422, param->name,
                              "expected a whole number from 0 to %" PRId64, MR_SEED_MAX);
    case MR_PARAM_TYPE_TEXT:
        return mr_problem_set(problem, 422, param->name,
                              "expected 1 to %.0f characters of text, none of control",
                              param->high);
    case MR_PARAM_TYPE_CHOICE:
        for (size_t i = 0; param->choices[i] != NULL && used < sizeof expected; i++) {
            int n = snprintf(expected + used, sizeof expected - used, "%s%s", i > 0 ? ", " : "",
                             param->choices[i]);
            used += n > 0 ? (size_t)n : 0;
        }
        return mr_problem_set(problem, 422, param->name, "expected one of %s", expected);
    case MR_PARAM_TYPE_VALUE:
        break;
    }
    return mr_problem_set(problem, 422, param->name, "not understood");
}

static bool set_int(const mr_param *param, long long value, int *field) {
    if ((double)value < param->low || (double)value > param->high)
        return false;
    *field = (int)value;
    return true;
}

/* Of UTF-8: what a client that goes by our description counts as characters. */
static size_t count_points(const char *text) {
    size_t count = 0;
    for (; *text != '\0'; count++)
        mr_utf8_next(&text);
    return count;
}

static bool set_text(const mr_param *param, const char *text, const char **field) {
    size_t most = (size_t)param->high, bytes = most * UTF8_BYTES_MAX;
    if (*text == '\0' || strnlen(text, bytes + 1) > bytes || !is_plain_text(text) ||
        count_points(text) > most)
        return false;
    *field = text;
    return true;
}

static bool set_choice(const mr_param *param, const char *text, const char **field) {
    for (size_t i = 0; param->choices[i] != NULL; i++)
        if (strcasecmp(param->choices[i], text) == 0) {
            *field = param->choices[i];
            return true;
        }
    return false;
}

static bool set_flag(const char *text, bool *field) {
    bool on = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    if (!on && strcmp(text, "false") != 0 && strcmp(text, "0") != 0)
        return false;
    *field = on;
    return true;
}

/* A whole text of decimal digits, without sign or blanks. */
static bool read_digits(const char *text, uint64_t *value) {
    char *end;
    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return *end == '\0' && errno == 0;
}

/* Stores a value that came as text. */
static bool set_from_text(const mr_param *param, const char *text, void *field) {
    uint64_t number;
    switch (param->type) {
    case MR_PARAM_TYPE_FLAG:
        return set_flag(text, field);
    case MR_PARAM_TYPE_INT:
        return read_digits(text, &number) && number <= INT32_MAX &&
               set_int(param, (long long)number, field);
    case MR_PARAM_TYPE_SEED:
        if (!read_digits(text, &number) || number > MR_SEED_MAX)
            return false;
        *(uint64_t *)field = number;
        return true;
    case MR_PARAM_TYPE_TEXT:
        return set_text(param, text, field);
    case MR_PARAM_TYPE_CHOICE:
        return set_choice(param, text, field);
    case MR_PARAM_TYPE_VALUE:
        break;
    }
    return false;
}

json_t *mr_json_read(const char *text, size_t size, json_error_t *error) {
    const char *read = text != NULL ? text : "";
    json_t *document = json_loadb(read, size, JSON_REJECT_DUPLICATES, error);
    /* An integer that is too large for jansson is read once more, so that its member is named. */
    if (document == NULL && json_error_code(error) == json_error_numeric_overflow)
        document = json_loadb(read, size, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, error);
    return document;
}

bool mr_json_whole(const json_t *value, int64_t *whole) {
    double real = json_real_value(value);
    if (json_is_integer(value)) {
        *whole = json_integer_value(value);
        return true;
    }
    if (!json_is_real(value) || floor(real) != real || fabs(real) > EXACT_MOST)
        return false;
    *whole = (int64_t)real;
    return true;
}

/* Stores a value that came as JSON. */
static bool set_from_json(const mr_param *param, json_t *value, void *field) {
    int64_t whole;
    switch (param->type) {
    case MR_PARAM_TYPE_FLAG:
        if (!json_is_boolean(value))
            return false;
        *(bool *)field = json_is_true(value);
        return true;
    case MR_PARAM_TYPE_INT:
        return mr_json_whole(value, &whole) && set_int(param, whole, field);
    case MR_PARAM_TYPE_SEED:
        if (!mr_json_whole(value, &whole) || whole < 0)
            return false;
        *(uint64_t *)field = (uint64_t)whole;
        return true;
    case MR_PARAM_TYPE_TEXT:
        return json_is_string(value) && set_text(param, json_string_value(value), field);
    case MR_PARAM_TYPE_CHOICE:
        return json_is_string(value) && set_choice(param, json_string_value(value), field);
    case MR_PARAM_TYPE_VALUE:
        break;
    }
    return false;
}

static void *field_of(const mr_binding *binding, const mr_param *param) {
    return (char *)binding->bound + param->offset;
}

static bool bind_text(mr_binding *binding, const char *name, const char *text, unsigned where) {
    const mr_param *param = take_row(binding, name, where);
    if (param == NULL)
        return false;
    return set_from_text(param, text, field_of(binding, param)) || refuse(binding->problem, param);
}

bool mr_bind_path(mr_binding *binding, const char *name, const char *text) {
    return bind_text(binding, name, text, MR_IN_PATH);
}

bool mr_bind_query(mr_binding *binding, char *query) {
    char *rest = query, *pair;
    while ((pair = strsep(&rest, "&")) != NULL) {
        if (*pair == '\0')
            continue;
        char *value = strchr(pair, '=');
        if (value != NULL)
            *value++ = '\0';
        if (!mr_percent_decode(pair, true) || (value != NULL && !mr_percent_decode(value, true)))
            return mr_problem_set(binding->problem, 400, NULL,
                                  "the query is not UTF-8 in percent-encoding");
        if (!bind_text(binding, pair, value != NULL ? value : "", MR_IN_QUERY))
            return false;
    }
    return true;
}

bool mr_bind_json(mr_binding *binding, json_t *object) {
    const char *name;
    json_t *value;
    if (!json_is_object(object))
        return mr_problem_set(binding->problem, 422, NULL, "expected a JSON object");
    json_object_foreach(object, name, value) {
        const mr_param *param = take_row(binding, name, MR_IN_BODY);
        if (param == NULL)
            return false;
        if (json_is_null(value)) {
            binding->given &= ~(UINT64_C(1) << (param - binding->table->rows));
            continue;
        }
        void *field = field_of(binding, param);
        if (param->type == MR_PARAM_TYPE_VALUE
                ? !param->read(value, field, binding->problem)
                : !set_from_json(param, value, field) && !refuse(binding->problem, param))
            return false;
    }
    return true;
}

bool mr_is_given(const mr_binding *binding, const char *name) {
    size_t row = find_row(binding, name, ~0U);
    return row < binding->table->count && (binding->given >> row & 1);
}

bool mr_bind_finish(const mr_binding *binding, unsigned where) {
    for (size_t i = 0; i < binding->table->count; i++)
        if (binding->table->rows[i].required && (binding->table->rows[i].where & where) != 0 &&
            !(binding->given >> i & 1))
            return mr_problem_set(binding->problem, 422, binding->table->rows[i].name, "is needed");
    return true;
}
