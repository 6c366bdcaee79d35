#include "cli/command.h"

#include <stdio.h>
#include <string.h>

/* A space before the table's name, where it has one. */
static const char *space(const mr_cli_table *table) {
    return *table->name ? " " : "";
}

static void print_help(const mr_cli_table *table) {
    printf("Usage: moodreel%s%s COMMAND [ARGUMENT]...\n\n%s\n\nCommands:\n", space(table),
           table->name, table->about);
    size_t width = 0;
    for (size_t i = 0; i < table->count; i++)
        if (strlen(table->commands[i].name) > width)
            width = strlen(table->commands[i].name);
    for (size_t i = 0; i < table->count; i++)
        printf("  %-*s  %s\n", (int)width, table->commands[i].name, table->commands[i].summary);
    printf("\n'moodreel%s%s COMMAND --help' tells more about one of them%s.\n", space(table),
           table->name, *table->name ? "" : ", 'moodreel --version' the version");
}

static const mr_cli_command *find(const mr_cli_table *table, const char *name) {
    for (size_t i = 0; i < table->count; i++)
        if (!strcmp(table->commands[i].name, name))
            return &table->commands[i];
    return NULL;
}

static int wrong(const mr_cli_table *table, const char *what, const char *why) {
    fprintf(stderr, "moodreel: %s%s%s%s; see 'moodreel%s%s --help'\n", table->name,
            *table->name ? ": " : "", what, why, space(table), table->name);
    return MR_EXIT_USAGE;
}

/* "help train emotion" is "train emotion --help". */
static int run_help(const mr_cli_table *table, int argc, char **argv) {
    const mr_cli_command *command = find(table, argv[0]);
    if (!command)
        return wrong(table, argv[0], ": no such command");
    char help[] = "--help";
    char *arguments[] = {argv[0], argc > 1 ? argv[1] : help, help, NULL};
    return command->run(argc > 1 ? 3 : 2, arguments);
}

int mr_cli_run(const mr_cli_table *table, int argc, char **argv) {
    if (argc < 2)
        return wrong(table, "", "a command is needed");
    const char *name = argv[1];
    bool asks = !strcmp(name, "help");
    if (asks && argc > 2)
        return run_help(table, argc - 2, argv + 2);
    if (asks || !strcmp(name, "--help") || !strcmp(name, "-h")) {
        print_help(table);
        return MR_EXIT_OK;
    }
    const mr_cli_command *command = find(table, name);
    if (!command)
        return wrong(table, name, name[0] == '-' ? ": no such option" : ": no such command");
    return command->run(argc - 1, argv + 1);
}
