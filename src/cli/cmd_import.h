/*
 * The jobs of "import"; called as the subcommands in commands.h are.
 */
#ifndef MR_CLI_CMD_IMPORT_H
#define MR_CLI_CMD_IMPORT_H

int mr_cmd_import_films(int argc, char **argv);
int mr_cmd_import_movielens(int argc, char **argv);

#endif
