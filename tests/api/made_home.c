#include "made_home.h"

#include "base/file.h"
#include "made_models.h"

#include <stdlib.h>
#include <unistd.h>

/* Makes home/name a link to the shipped file or folder of that name. */
static mr_status link_shipped(const char *home, const char *name) {
    char *path = mr_path_join(home, name), *shipped = realpath(name, NULL);
    mr_status status = MR_OK;
    if (shipped == NULL || symlink(shipped, path) != 0)
        status = mr_fail(MR_E_IO, "%s: cannot be linked", name);
    free(path);
    free(shipped);
    return status;
}

mr_status mr_make_home(const char *home) {
    char *models = mr_path_join(home, "models");
    mr_status status = mr_make_attributes_model(models, 1);
    if (status == MR_OK)
        status = mr_make_emotion_model(models, 2);
    if (status == MR_OK)
        status = link_shipped(home, "models/forest");
    if (status == MR_OK)
        status = link_shipped(home, "models/collaborative");
    if (status == MR_OK)
        status = link_shipped(home, "models/blend");
    if (status == MR_OK)
        status = link_shipped(home, "data");
    free(models);
    return status;
}
