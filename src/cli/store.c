#include "cli/store.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *set_in_environment(const char *name) {
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* The folder of the person's data, as the XDG base directory specification has it. */
static mr_status data_folder(char **out) {
    const char *data = set_in_environment("XDG_DATA_HOME"), *home = set_in_environment("HOME");
    if (data && *data == '/')
        *out = mr_path_join(data, "moodreel");
    else if (home)
        *out = mr_path_join(home, ".local/share/moodreel");
    else
        return mr_fail(MR_E_NOT_FOUND, "store: no HOME to keep it in; name one with --store");
    return *out ? MR_OK : mr_fail(MR_E_MEMORY, "store: no memory for its path");
}

/* Makes the folder for its owner alone, whatever the umask is; one that exists stays as it is. */
static mr_status make_private_folder(const char *folder) {
    mode_t before = umask(S_IRWXG | S_IRWXO);
    mr_status status = mr_folder_make(folder);
    umask(before);
    return status;
}

mr_status mr_cli_ratings_folder(const char *named, char **out) {
    char *folder = NULL;
    if (!named)
        MR_TRY(data_folder(&folder));
    *out = named ? strdup(named) : mr_path_join(folder, "movielens");
    free(folder);
    return *out ? MR_OK : mr_fail(MR_E_MEMORY, "ratings: no memory for a path");
}

static mr_status open_default(mr_store **out) {
    char *folder, *url = NULL;
    MR_TRY(data_folder(&folder));
    mr_status status = make_private_folder(folder);
    if (status == MR_OK && asprintf(&url, "sqlite:%s/moodreel.db", folder) < 0)
        status = mr_fail(MR_E_MEMORY, "store: no memory for its path");
    if (status == MR_OK)
        status = mr_store_open(url, out);
    free(url);
    free(folder);
    return status;
}

mr_status mr_cli_store_open(const char *url, mr_store **out) {
    if (!url)
        url = set_in_environment("MOODREEL_STORE");
    return url ? mr_store_open(url, out) : open_default(out);
}

bool mr_cli_check_viewer(const char *command, const char *name, int *code) {
    if (mr_viewer_id_is_valid(name))
        return true;
    *code = mr_cli_misuse(command, "viewer '%s': expected 1 to %d of A-Z a-z 0-9 . _ -", name,
                          MR_VIEWER_ID_SIZE - 1);
    return false;
}
