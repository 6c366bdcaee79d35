/* moodreel import: films of an operator's own, and ratings. */
#include "cli/cmd_import.h"
#include "cli/command.h"
#include "cli/commands.h"

static const mr_cli_command commands[] = {
    {"films", "an operator's own films, laid over the catalogue", mr_cmd_import_films},
    {"movielens", "the ratings of MovieLens-1M", mr_cmd_import_movielens},
};

static const mr_cli_table table = {"import", "Takes films or ratings in.", commands,
                                   MR_COUNT(commands)};

int mr_cmd_import(int argc, char **argv) {
    return mr_cli_run(&table, argc, argv);
}
