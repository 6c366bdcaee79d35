#include "cli/model_folder.h"

#include "moodreel/moodreel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

mr_status mr_cli_model_folder(const char *given, const char *name, char **out) {
    char *home = NULL, *path = NULL;
    if (given) {
        path = strdup(given);
    } else {
        MR_TRY(mr_find_home(&home));
        if (asprintf(&path, "%s/models/%s", home, name) < 0)
            path = NULL;
        free(home);
    }
    if (!path)
        return mr_fail(MR_E_MEMORY, "models/%s: no memory for its path", name);
    *out = path;
    return MR_OK;
}
