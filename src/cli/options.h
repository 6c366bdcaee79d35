/*
 * Options of a subcommand, declared once in a table and bound to the fields of a struct.
 *
 *     struct settings { int count; bool json; };
 *     static const mr_cli_option options[] = {
 *         MR_CLI_INT("count", 'n', struct settings, count, "N", 1, 1000, "films to show"),
 *         MR_CLI_FLAG("json", 0, struct settings, json, "print JSON"),
 *     };
 *     static const mr_cli_usage usage = {"recommend", "[IMAGE]", 0, 1, "Recommends films.",
 *                                    options, MR_COUNT(options)};
 *
 *     struct settings settings = {.count = 10};
 *     mr_cli_operands images;
 *     int code;
 *     if (!mr_cli_parse(&usage, argc, argv, &settings, &images, &code))
 *         return code;
 *
 * The struct holds the defaults before the call, and `--help`, printed from the same table, shows
 * them; a number below its option's range and a choice of -1 stand for "not given". Options are
 * written `--name VALUE`, `--name=VALUE`, `-n VALUE` or `-nVALUE`, before, after or between the
 * operands; `--` ends them. Strings point into argv and are not copied.
 *
 * Exit codes: 0 success, 1 a job that failed, 2 wrong use. Thread rule: for the main thread.
 */
#ifndef MR_CLI_OPTIONS_H
#define MR_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MR_COUNT(array) (sizeof(array) / sizeof *(array))

enum { MR_EXIT_OK = 0, MR_EXIT_FAILED = 1, MR_EXIT_USAGE = 2 };

/* What an option's field is and which texts it takes. */
typedef enum mr_cli_type {
    MR_CLI_TYPE_FLAG,   /* bool, set by the option's presence */
    MR_CLI_TYPE_INT,    /* int or unsigned in low … high */
    MR_CLI_TYPE_FLOAT,  /* float in low … high */
    MR_CLI_TYPE_SEED,   /* uint64_t */
    MR_CLI_TYPE_STRING, /* const char * */
    MR_CLI_TYPE_CHOICE, /* int or enumeration, the index of the text in `choices` */
    MR_CLI_TYPE_LIST    /* mr_cli_list; the option may be repeated */
} mr_cli_type;

/* The texts of a repeated option. */
#define MR_CLI_LIST_MAX 32
typedef struct mr_cli_list {
    const char *items[MR_CLI_LIST_MAX];
    int count;
} mr_cli_list;

typedef struct mr_cli_option {
    const char *name; /* without the dashes */
    char letter;      /* of the short form, or 0 */
    mr_cli_type type;
    size_t offset;     /* of the bound field */
    const char *value; /* the value's name in help; NULL for flags and choices */
    const char *help;
    double low, high;           /* range of numbers, both ends allowed */
    const char *const *choices; /* ends with NULL */
    bool required;              /* of strings alone */
} mr_cli_option;

/*
 * The rows of a table. NAME, LETTER, the struct and its field, then what the type needs, then the
 * help. A field of another type than the row's does not compile.
 */
#define MR_CLI_FIELD_(owner, field, ...)                                                           \
    (offsetof(owner, field) + _Generic(((owner *)0)->field, __VA_ARGS__))
#define MR_CLI_ROW_(NAME, LETTER, KIND, OFFSET, VALUE, LOW, HIGH, CHOICES, NEEDED, HELP)           \
    {                                                                                              \
        .name = (NAME), .letter = (LETTER), .type = MR_CLI_TYPE_##KIND, .offset = (OFFSET),        \
        .value = (VALUE), .help = (HELP), .low = (LOW), .high = (HIGH), .choices = (CHOICES),      \
        .required = (NEEDED)                                                                       \
    }

#define MR_CLI_FLAG(name, letter, owner, field, help)                                              \
    MR_CLI_ROW_(name, letter, FLAG, MR_CLI_FIELD_(owner, field, bool : 0), NULL, 0, 0, NULL,       \
                false, help)
#define MR_CLI_INT(name, letter, owner, field, value, low, high, help)                             \
    MR_CLI_ROW_(name, letter, INT, MR_CLI_FIELD_(owner, field, int : 0, unsigned : 0), value, low, \
                high, NULL, false, help)
#define MR_CLI_FLOAT(name, letter, owner, field, value, low, high, help)                           \
    MR_CLI_ROW_(name, letter, FLOAT, MR_CLI_FIELD_(owner, field, float : 0), value, low, high,     \
                NULL, false, help)
#define MR_CLI_SEED(name, letter, owner, field, help)                                              \
    MR_CLI_ROW_(name, letter, SEED, MR_CLI_FIELD_(owner, field, uint64_t : 0), "N", 0, 0, NULL,    \
                false, help)
#define MR_CLI_STRING(name, letter, owner, field, value, help)                                     \
    MR_CLI_ROW_(name, letter, STRING, MR_CLI_FIELD_(owner, field, const char * : 0), value, 0, 0,  \
                NULL, false, help)
#define MR_CLI_NEEDED(name, letter, owner, field, value, help)                                     \
    MR_CLI_ROW_(name, letter, STRING, MR_CLI_FIELD_(owner, field, const char * : 0), value, 0, 0,  \
                NULL, true, help)
#define MR_CLI_CHOICE(name, letter, owner, field, choices, help)                                   \
    MR_CLI_ROW_(name, letter, CHOICE, MR_CLI_FIELD_(owner, field, int : 0, unsigned : 0), NULL, 0, \
                0, choices, false, help)
#define MR_CLI_LIST(name, letter, owner, field, value, help)                                       \
    MR_CLI_ROW_(name, letter, LIST, MR_CLI_FIELD_(owner, field, mr_cli_list : 0), value, 0, 0,     \
                NULL, false, help)

typedef struct mr_cli_usage {
    const char *command;  /* as typed after the program's name: "train emotion" */
    const char *operands; /* as shown: "IMAGE..."; NULL when there are none */
    int least, most;      /* how many operands */
    const char *about;    /* one paragraph, its lines broken by hand */
    const mr_cli_option *options;
    size_t count;
} mr_cli_usage;

/* What is left on the command line when the options are taken away. */
typedef struct mr_cli_operands {
    char **items; /* the front of argv, which is reordered */
    int count;
} mr_cli_operands;

/*
 * Reads argv[1…] into the bound struct. Returns true when the command shall run; else *code is
 * what the program exits with, after the help (on stdout) or the error (on stderr) was printed.
 */
bool mr_cli_parse(const mr_cli_usage *usage, int argc, char **argv, void *bound,
                  mr_cli_operands *operands, int *code);

/* Prints the help; `bound` holds the defaults. */
void mr_cli_print_usage(const mr_cli_usage *usage, const void *bound);

/* Prints "moodreel: command: ..." on stderr and returns MR_EXIT_USAGE. */
int mr_cli_misuse(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Prints "moodreel: command: " and this thread's last error; returns MR_EXIT_FAILED. */
int mr_cli_failed(const char *command);

#endif
