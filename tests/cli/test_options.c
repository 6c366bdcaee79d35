#include "cli/command.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

struct settings {
    int count, detector;
    float rate;
    uint64_t seed;
    const char *out;
    bool json;
    mr_cli_list genres;
};

static const char *const detectors[] = {"yolo", "haar", "none", NULL};

static const mr_cli_option options[] = {
    MR_CLI_INT("count", 'n', struct settings, count, "N", 1, 1000, "films"),
    MR_CLI_CHOICE("detector", 0, struct settings, detector, detectors, "finds faces"),
    MR_CLI_FLOAT("rate", 0, struct settings, rate, "R", 0, 10, "learning rate"),
    MR_CLI_SEED("seed", 0, struct settings, seed, "of the draws"),
    MR_CLI_NEEDED("out", 'o', struct settings, out, "DIR", "where to"),
    MR_CLI_FLAG("json", 0, struct settings, json, "print JSON"),
    MR_CLI_LIST("genre", 0, struct settings, genres, "G", "only these"),
};

static const mr_cli_usage usage = {"try", "FILE...", 1, 2, "Tries.", options, MR_COUNT(options)};

#define ARGUMENTS_MAX 80

/* What a parse did: its result, the settings, the operands, and what it wrote. */
struct outcome {
    bool runs;
    int code;
    struct settings settings;
    mr_cli_operands operands;
    char *argv[ARGUMENTS_MAX];
    char text[4096]; /* of stdout and stderr */
};

/* Sends stdout and stderr to a file while `job` runs, and reads it back. */
static void captured(void (*job)(struct outcome *, int), struct outcome *outcome, int argc) {
    FILE *file = tmpfile();
    assert_non_null(file);
    fflush(NULL);
    int out = dup(1), err = dup(2);
    dup2(fileno(file), 1);
    dup2(fileno(file), 2);
    job(outcome, argc);
    fflush(NULL);
    dup2(out, 1);
    dup2(err, 2);
    close(out);
    close(err);
    rewind(file);
    outcome->text[fread(outcome->text, 1, sizeof outcome->text - 1, file)] = 0;
    fclose(file);
}

static void parse_job(struct outcome *outcome, int argc) {
    outcome->runs = mr_cli_parse(&usage, argc, outcome->argv, &outcome->settings,
                                 &outcome->operands, &outcome->code);
}

/* Splits a line at its blanks into outcome->argv, and returns how many there are. */
static int split(struct outcome *outcome, char *line) {
    int argc = 0;
    for (char *word = strtok(line, " "); word && argc < ARGUMENTS_MAX; word = strtok(NULL, " "))
        outcome->argv[argc++] = word;
    return argc;
}

static void parse(struct outcome *outcome, char *line) {
    *outcome = (struct outcome){.settings = {.count = 10, .rate = 0.05f, .seed = 1}};
    captured(parse_job, outcome, split(outcome, line));
}

static void every_type_reaches_its_field(void **state) {
    (void)state;
    char line[] = "try a.png -n 3 --detector=haar --rate 0.1 --seed 18446744073709551615 -oDIR "
                  "--json --genre drama --genre comedy b.png";
    struct outcome o;
    parse(&o, line);
    assert_string_equal(o.text, "");
    assert_true(o.runs);
    assert_int_equal(o.settings.count, 3);
    assert_int_equal(o.settings.detector, 1);
    assert_true(o.settings.rate == 0.1f);
    assert_true(o.settings.seed == UINT64_MAX);
    assert_string_equal(o.settings.out, "DIR");
    assert_true(o.settings.json);
    assert_int_equal(o.settings.genres.count, 2);
    assert_string_equal(o.settings.genres.items[1], "comedy");
    assert_int_equal(o.operands.count, 2);
    assert_string_equal(o.operands.items[0], "a.png");
    assert_string_equal(o.operands.items[1], "b.png");
}

static void defaults_stay_and_dashes_end_the_options(void **state) {
    (void)state;
    char line[] = "try --out=x -- --json -";
    struct outcome o;
    parse(&o, line);
    assert_true(o.runs);
    assert_int_equal(o.settings.count, 10);
    assert_false(o.settings.json);
    assert_int_equal(o.operands.count, 2);
    assert_string_equal(o.operands.items[0], "--json");
    assert_string_equal(o.operands.items[1], "-");
}

static void wrong_use_is_named(void **state) {
    (void)state;
    static const struct {
        const char *line, *error;
    } cases[] = {
        {"try -o d", "needs FILE...; see 'moodreel try --help'"},
        {"try a", "--out: is needed; see 'moodreel try --help'"},
        {"try -o d a b c", "'c': one argument too many"},
        {"try --colour=red a", "--colour: no such option; see 'moodreel try --help'"},
        {"try -x a", "-x: no such option; see 'moodreel try --help'"},
        {"try a --out", "--out: needs a value"},
        {"try a --json=yes", "--json: takes no value, found 'yes'"},
        {"try a --detector x", "--detector: expected yolo, haar or none, found 'x'"},
        {"try a -n 0", "--count: expected a whole number from 1 to 1000, found '0'"},
        {"try a -n 2.5", "--count: expected a whole number from 1 to 1000, found '2.5'"},
        {"try a -n 0x10", "--count: expected a whole number from 1 to 1000, found '0x10'"},
        {"try a --rate nan", "--rate: expected a number from 0 to 10, found 'nan'"},
        {"try a --rate 1e999", "--rate: expected a number from 0 to 10, found '1e999'"},
        {"try a --seed -1", "--seed: expected a whole number, found '-1'"},
        {"try a --seed 18446744073709551616",
         "--seed: expected a whole number, found '18446744073709551616'"},
    };
    for (size_t i = 0; i < MR_COUNT(cases); i++) {
        char line[128], expected[256];
        snprintf(line, sizeof line, "%s", cases[i].line);
        snprintf(expected, sizeof expected, "moodreel: try: %s\n", cases[i].error);
        struct outcome o;
        parse(&o, line);
        assert_string_equal(o.text, expected);
        assert_false(o.runs);
        assert_int_equal(o.code, MR_EXIT_USAGE);
    }
}

static void a_repeated_option_has_a_limit(void **state) {
    (void)state;
    char line[2048];
    int used = snprintf(line, sizeof line, "try a -o d");
    for (int i = 0; i <= MR_CLI_LIST_MAX; i++)
        used += snprintf(line + used, sizeof line - (size_t)used, " --genre=g");
    struct outcome o;
    parse(&o, line);
    assert_string_equal(o.text, "moodreel: try: --genre: expected at most 32 of them, found 'g'\n");
    assert_int_equal(o.code, MR_EXIT_USAGE);
}

static void help_shows_table_and_defaults(void **state) {
    (void)state;
    char line[] = "try --help --nonsense";
    struct outcome o;
    parse(&o, line);
    assert_false(o.runs);
    assert_int_equal(o.code, MR_EXIT_OK);
    assert_string_equal(o.text, "Usage: moodreel try FILE... [OPTION]...\n"
                                "\n"
                                "Tries.\n"
                                "\n"
                                "Options:\n"
                                "  -n, --count N                  films (default 10)\n"
                                "      --detector yolo|haar|none  finds faces (default yolo)\n"
                                "      --rate R                   learning rate (default 0.05)\n"
                                "      --seed N                   of the draws (default 1)\n"
                                "  -o, --out DIR                  where to (needed)\n"
                                "      --json                     print JSON\n"
                                "      --genre G                  only these\n"
                                "  -h, --help                     print this and exit\n");
}

static int returns_its_arguments(int argc, char **argv) {
    for (int i = 0; i < argc; i++)
        printf("%s;", argv[i]);
    return 7;
}

static const mr_cli_command commands[] = {{"show", "shows", returns_its_arguments}};
static const mr_cli_table table = {"family", "A family.", commands, MR_COUNT(commands)};

static void run_job(struct outcome *outcome, int argc) {
    outcome->code = mr_cli_run(&table, argc, outcome->argv);
}

static void tables_find_commands(void **state) {
    (void)state;
    static const struct {
        const char *line;
        int code;
        const char *text;
    } cases[] = {
        {"x show a b", 7, "show;a;b;"},
        {"x help show", 7, "show;--help;"},
        {"x help show deeper", 7, "show;deeper;--help;"},
        {"x", 2, "moodreel: family: a command is needed; see 'moodreel family --help'\n"},
        {"x hide", 2, "moodreel: family: hide: no such command; see 'moodreel family --help'\n"},
        {"x --hide", 2, "moodreel: family: --hide: no such option; see 'moodreel family --help'\n"},
        {"x help hide", 2,
         "moodreel: family: hide: no such command; see 'moodreel family --help'\n"},
        {"x --help", 0,
         "Usage: moodreel family COMMAND [ARGUMENT]...\n\nA family.\n\nCommands:\n  show  shows\n\n"
         "'moodreel family COMMAND --help' tells more about one of them.\n"},
    };
    for (size_t i = 0; i < MR_COUNT(cases); i++) {
        char line[128];
        snprintf(line, sizeof line, "%s", cases[i].line);
        struct outcome o = {0};
        captured(run_job, &o, split(&o, line));
        assert_string_equal(o.text, cases[i].text);
        assert_int_equal(o.code, cases[i].code);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_reaches_its_field),
        cmocka_unit_test(defaults_stay_and_dashes_end_the_options),
        cmocka_unit_test(wrong_use_is_named),
        cmocka_unit_test(a_repeated_option_has_a_limit),
        cmocka_unit_test(help_shows_table_and_defaults),
        cmocka_unit_test(tables_find_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
