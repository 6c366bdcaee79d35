/* Where a trained model lies: the folder given on the command line, else the one of that name under
 * models/ of the home folder. */
#ifndef MR_CLI_MODEL_FOLDER_H
#define MR_CLI_MODEL_FOLDER_H

#include "base/error.h"

/* A new string that the caller frees; `given` may be NULL. */
mr_status mr_cli_model_folder(const char *given, const char *name, char **out);

#endif
