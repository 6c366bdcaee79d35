/*
 * Tables of subcommands. The program has one ("analyze", "train", …) and a subcommand that is a
 * family of jobs has its own ("train emotion", "train forest"); both are walked by one function.
 *
 * Thread rule: for the main thread.
 */
#ifndef MR_CLI_COMMAND_H
#define MR_CLI_COMMAND_H

#include "cli/options.h"

typedef struct mr_cli_command {
    const char *name;
    const char *summary;               /* one line of the list in --help */
    int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns the exit code */
} mr_cli_command;

typedef struct mr_cli_table {
    const char *name;  /* "train"; "" for the program's own table */
    const char *about; /* what the help says above the list */
    const mr_cli_command *commands;
    size_t count;
} mr_cli_table;

/* Runs the command that argv[1] names. `--help`, `help` and `help NAME…` are answered here. */
int mr_cli_run(const mr_cli_table *table, int argc, char **argv);

#endif
