#include "api/home.h"

#include "base/error.h"
#include "base/file.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_folder(const char *folder, const char *name) {
    char *path = mr_path_join(folder, name);
    bool found = path != NULL && mr_is_folder(path);
    free(path);
    return found;
}

/* Files of which a home has one: any program may have folders of these names. */
static bool holds_ours(const char *folder) {
    static const char *const files[] = {"data/films.csv", "models/emotion/network.txt",
                                        "models/attributes/network.txt",
                                        "models/detector/network.txt"};
    bool found = false;
    for (size_t i = 0; i < sizeof files / sizeof *files && !found; i++) {
        char *path = mr_path_join(folder, files[i]);
        found = path != NULL && access(path, F_OK) == 0;
        free(path);
    }
    return found;
}

static bool is_home(const char *folder) {
    return is_folder(folder, "models") && is_folder(folder, "data");
}

/* The folder of the running program, or an empty string when the system does not tell. */
static void program_folder(char folder[PATH_MAX]) {
    ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    folder[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        *slash = '\0';
}

/* What an installation put where the shared library looks for it, wherever the tree was moved to;
 * an empty string when the system does not tell where that is. */
static void beside_library(char folder[PATH_MAX]) {
    static const char here;
    Dl_info info;
    const char *slash = dladdr(&here, &info) ? strrchr(info.dli_fname, '/') : NULL;
    *folder = '\0';
    if (slash != NULL && slash - info.dli_fname < PATH_MAX / 2)
        snprintf(folder, PATH_MAX, "%.*s/%s", (int)(slash - info.dli_fname), info.dli_fname,
                 MR_DATA_FROM_LIBRARY);
}

/* A copy of `folder` for the caller, if it is a home. */
static mr_status take(const char *folder, char **home) {
    if (!is_home(folder))
        return mr_fail(MR_E_NOT_FOUND, "%s: no home folder: expected models/ and data/ in it",
                       folder);
    char *copy = strdup(folder);
    if (copy == NULL)
        return mr_fail(MR_E_MEMORY, "home folder: out of memory");
    *home = copy;
    return MR_OK;
}

mr_status mr_find_home(char **home) {
    if (home == NULL)
        return mr_fail(MR_E_ARGUMENT, "mr_find_home: home is NULL");
    const char *named = getenv(MR_HOME_VARIABLE);
    if (named != NULL && *named != '\0')
        return take(named, home);

    char program[PATH_MAX], library[PATH_MAX], folders[3][PATH_MAX + 24];
    program_folder(program);
    beside_library(library);
    snprintf(folders[0], sizeof folders[0], "%s", program);
    snprintf(folders[1], sizeof folders[1], "%s/..", program);
    snprintf(folders[2], sizeof folders[2], "%s/../share/moodreel", program);
    const char *const places[] = {".", folders[0], folders[1], folders[2], library, MR_DATA_FOLDER};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (is_home(places[i]) && holds_ours(places[i]))
            return take(places[i], home);
    return mr_fail(MR_E_NOT_FOUND,
                   "home folder: none of the current folder, %s, its parent, %s and %s holds the "
                   "models/ and data/ of Moodreel; set " MR_HOME_VARIABLE,
                   program, *library ? library : folders[2], MR_DATA_FOLDER);
}

mr_status mr_home_resolve(const char *wanted, char **home) {
    return wanted != NULL ? take(wanted, home) : mr_find_home(home);
}
