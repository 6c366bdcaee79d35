#include "cli/options.h"

#include "base/error.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int mr_cli_misuse(const char *command, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "moodreel: %s: %s\n", command, text);
    return MR_EXIT_USAGE;
}

int mr_cli_failed(const char *command) {
    fprintf(stderr, "moodreel: %s: %s\n", command, mr_last_error());
    return MR_EXIT_FAILED;
}

/* Whole-text numbers; what strtod alone would accept (blanks, hex, "nan") is refused. */
static bool read_real(const char *text, double *out) {
    char *end;
    if (!isdigit((unsigned char)*text) && *text != '-' && *text != '.')
        return false;
    errno = 0;
    *out = strtod(text, &end);
    return !*end && end != text && errno == 0 && isfinite(*out) && !strpbrk(text, "xX");
}

static bool read_seed(const char *text, uint64_t *out) {
    char *end;
    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return !*end && errno == 0;
}

/* "a, b or c" */
static void join_choices(const char *const *choices, char *text, size_t size) {
    size_t used = 0;
    text[0] = 0;
    for (size_t i = 0; choices[i] && used < size; i++) {
        const char *joint = i == 0 ? "" : choices[i + 1] ? ", " : " or ";
        int n = snprintf(text + used, size - used, "%s%s", joint, choices[i]);
        used += n > 0 ? (size_t)n : 0;
    }
}

static bool set_number(const mr_cli_option *option, const char *text, void *field, char *expected,
                       size_t size) {
    bool whole = option->type == MR_CLI_TYPE_INT;
    double value;
    if (!read_real(text, &value) || value < option->low || value > option->high ||
        (whole && value != floor(value))) {
        snprintf(expected, size, "a %s from %.10g to %.10g", whole ? "whole number" : "number",
                 option->low, option->high);
        return false;
    }
    if (whole)
        *(int *)field = (int)value;
    else
        *(float *)field = (float)value;
    return true;
}

static bool set_choice(const mr_cli_option *option, const char *text, void *field, char *expected,
                       size_t size) {
    for (int i = 0; option->choices[i]; i++)
        if (!strcmp(option->choices[i], text)) {
            *(int *)field = i;
            return true;
        }
    join_choices(option->choices, expected, size);
    return false;
}

static bool add_to_list(mr_cli_list *list, const char *text, char *expected, size_t size) {
    if (list->count == MR_CLI_LIST_MAX) {
        snprintf(expected, size, "at most %d of them", MR_CLI_LIST_MAX);
        return false;
    }
    list->items[list->count++] = text;
    return true;
}

/* Stores the text in the option's field, or says what was expected. */
static bool set_value(const mr_cli_option *option, const char *text, void *bound, char *expected,
                      size_t size) {
    void *field = (char *)bound + option->offset;
    switch (option->type) {
    case MR_CLI_TYPE_INT:
    case MR_CLI_TYPE_FLOAT:
        return set_number(option, text, field, expected, size);
    case MR_CLI_TYPE_SEED:
        snprintf(expected, size, "a whole number");
        return read_seed(text, field);
    case MR_CLI_TYPE_CHOICE:
        return set_choice(option, text, field, expected, size);
    case MR_CLI_TYPE_LIST:
        return add_to_list(field, text, expected, size);
    case MR_CLI_TYPE_STRING:
        *(const char **)field = text;
        return true;
    case MR_CLI_TYPE_FLAG:
        *(bool *)field = true;
        return true;
    }
    return false;
}

/* The option that an argument names, and the text glued to it ("--name=text", "-ntext"). */
static const mr_cli_option *find_option(const mr_cli_usage *usage, const char *argument,
                                        const char **glued) {
    bool is_long = argument[1] == '-';
    size_t length = is_long ? strcspn(argument + 2, "=") : 1;
    *glued = NULL;
    for (size_t i = 0; i < usage->count; i++) {
        const mr_cli_option *option = &usage->options[i];
        bool named = is_long ? strlen(option->name) == length &&
                                   memcmp(option->name, argument + 2, length) == 0
                             : option->letter == argument[1];
        if (!named)
            continue;
        const char *rest = argument + (is_long ? 2 : 1) + length;
        if (*rest)
            *glued = rest + (is_long ? 1 : 0);
        return option;
    }
    return NULL;
}

/* Takes argv[*at] and, where it has one, its value. */
static bool take_option(const mr_cli_usage *usage, int argc, char **argv, int *at, void *bound) {
    const char *argument = argv[*at], *text;
    const mr_cli_option *option = find_option(usage, argument, &text);
    if (!option) {
        mr_cli_misuse(usage->command, "%.*s: no such option; see 'moodreel %s --help'",
                      (int)strcspn(argument, "="), argument, usage->command);
        return false;
    }
    if (option->type == MR_CLI_TYPE_FLAG && text) {
        mr_cli_misuse(usage->command, "--%s: takes no value, found '%s'", option->name, text);
        return false;
    }
    if (option->type != MR_CLI_TYPE_FLAG && !text) {
        if (*at + 1 >= argc) {
            mr_cli_misuse(usage->command, "--%s: needs a value", option->name);
            return false;
        }
        text = argv[++*at];
    }
    char expected[256];
    if (!set_value(option, text, bound, expected, sizeof expected)) {
        mr_cli_misuse(usage->command, "--%s: expected %s, found '%s'", option->name, expected,
                      text);
        return false;
    }
    return true;
}

static bool is_option(const char *argument) {
    return argument[0] == '-' && argument[1] != 0;
}

static bool asks_for_help(int argc, char **argv) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
            return true;
    return false;
}

static bool is_complete(const mr_cli_usage *usage, const void *bound,
                        const mr_cli_operands *operands) {
    if (operands->count < usage->least) {
        mr_cli_misuse(usage->command, "needs %s; see 'moodreel %s --help'", usage->operands,
                      usage->command);
        return false;
    }
    if (operands->count > usage->most) {
        mr_cli_misuse(usage->command, "'%s': one argument too many", operands->items[usage->most]);
        return false;
    }
    for (size_t i = 0; i < usage->count; i++) {
        const mr_cli_option *option = &usage->options[i];
        const void *field = (const char *)bound + option->offset;
        if (option->required && !*(const char *const *)field) {
            mr_cli_misuse(usage->command, "--%s: is needed; see 'moodreel %s --help'", option->name,
                          usage->command);
            return false;
        }
    }
    return true;
}

bool mr_cli_parse(const mr_cli_usage *usage, int argc, char **argv, void *bound,
                  mr_cli_operands *operands, int *code) {
    *operands = (mr_cli_operands){argv, 0};
    if (asks_for_help(argc, argv)) {
        mr_cli_print_usage(usage, bound);
        *code = MR_EXIT_OK;
        return false;
    }
    *code = MR_EXIT_USAGE;
    bool open = true;
    for (int i = 1; i < argc; i++) {
        if (open && !strcmp(argv[i], "--"))
            open = false;
        else if (!open || !is_option(argv[i]))
            argv[operands->count++] = argv[i];
        else if (!take_option(usage, argc, argv, &i, bound))
            return false;
    }
    return is_complete(usage, bound, operands);
}
