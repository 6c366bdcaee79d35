/*
 * Pictures named on the command line: a file, or "-" for what comes on standard input.
 */
#ifndef MR_CLI_PICTURE_H
#define MR_CLI_PICTURE_H

#include "moodreel/moodreel.h"

#include <stdbool.h>

bool mr_cli_is_standard_input(const char *path);

/* As mr_analyze_file. Standard input can be read once; of it no more is taken than an engine with
 * the usual options reads of a file. */
mr_status mr_cli_analyze(mr_session *session, const char *path, mr_analysis *out);

#endif
