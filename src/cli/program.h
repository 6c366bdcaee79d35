/*
 * The recommender of the installation without neighbours and weights: what a blend is fitted to.
 *
 *     mr_cli_program program;
 *     MR_TRY(mr_cli_program_load(NULL, &program));
 *     …
 *     mr_cli_program_free(&program);
 *
 * Thread rule: for the main thread.
 */
#ifndef MR_CLI_PROGRAM_H
#define MR_CLI_PROGRAM_H

#include "recommend/recommend.h"

typedef struct mr_cli_program {
    mr_catalogue *catalogue;
    mr_recommender *recommender;
} mr_cli_program;

/* From data/ and models/ of the home folder; the catalogue is the named one where it is named. */
mr_status mr_cli_program_load(const char *films, mr_cli_program *out);
void mr_cli_program_free(mr_cli_program *program);

#endif
