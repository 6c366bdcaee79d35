/* The help of a subcommand, from its option table and its defaults. */
#include "cli/options.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* "-n, --count N" or "    --detector yolo|haar" */
static void write_form(const mr_cli_option *option, char *text, size_t size) {
    char letter[8] = "    ";
    if (option->letter)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(text, size, "%s--%s", letter, option->name);
    if (option->value) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, " %s", option->value);
    }
    for (int i = 0; option->choices && option->choices[i]; i++) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, "%c%s", i ? '|' : ' ', option->choices[i]);
    }
}

/* " (default 10)", or nothing where the default is to have none: a number below the range, no
 * text, no choice. */
static void write_default(const mr_cli_option *option, const void *bound, char *text, size_t size) {
    const void *field = (const char *)bound + option->offset;
    text[0] = 0;
    switch (option->type) {
    case MR_CLI_TYPE_INT:
        if (*(const int *)field >= option->low)
            snprintf(text, size, " (default %d)", *(const int *)field);
        break;
    case MR_CLI_TYPE_FLOAT:
        if (*(const float *)field >= (float)option->low)
            snprintf(text, size, " (default %g)", (double)*(const float *)field);
        break;
    case MR_CLI_TYPE_SEED:
        snprintf(text, size, " (default %" PRIu64 ")", *(const uint64_t *)field);
        break;
    case MR_CLI_TYPE_CHOICE:
        if (*(const int *)field >= 0)
            snprintf(text, size, " (default %s)", option->choices[*(const int *)field]);
        break;
    case MR_CLI_TYPE_STRING:
        if (*(const char *const *)field && **(const char *const *)field)
            snprintf(text, size, " (default %s)", *(const char *const *)field);
        else if (option->required)
            snprintf(text, size, " (needed)");
        break;
    case MR_CLI_TYPE_FLAG:
    case MR_CLI_TYPE_LIST:
        break;
    }
}

void mr_cli_print_usage(const mr_cli_usage *usage, const void *bound) {
    printf("Usage: moodreel %s%s%s [OPTION]...\n\n%s\n\nOptions:\n", usage->command,
           usage->operands ? " " : "", usage->operands ? usage->operands : "", usage->about);
    char form[160], standard[160];
    size_t width = strlen("    --help");
    for (size_t i = 0; i < usage->count; i++) {
        write_form(&usage->options[i], form, sizeof form);
        if (strlen(form) > width)
            width = strlen(form);
    }
    for (size_t i = 0; i < usage->count; i++) {
        write_form(&usage->options[i], form, sizeof form);
        write_default(&usage->options[i], bound, standard, sizeof standard);
        printf("  %-*s  %s%s\n", (int)width, form, usage->options[i].help, standard);
    }
    printf("  %-*s  %s\n", (int)width, "-h, --help", "print this and exit");
}
