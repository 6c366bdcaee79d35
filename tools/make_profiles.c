/* moodreel-make-profiles: rewrites data/profiles.csv from the process of profile_generate.h.
 *
 *     moodreel-make-profiles [DATA_FOLDER]
 */
#include "base/file.h"
#include "recommend/profile_generate.h"

#include <stdio.h>
#include <stdlib.h>

static mr_status make(const char *folder, const char *films, const char *profiles) {
    mr_catalogue *catalogue;
    MR_TRY(mr_catalogue_load(films, &catalogue));
    mr_profile_process process;
    mr_status status = mr_profile_process_make(catalogue, folder, NULL, &process);
    if (status == MR_OK) {
        status = mr_profile_process_write(&process, profiles);
        if (status == MR_OK)
            printf("%zu profiles of %zu films, Bayes-optimal accuracy %.4f\n", process.params.rows,
                   process.film_count, mr_profile_process_bayes(&process));
        mr_profile_process_free(&process);
    }
    mr_catalogue_free(catalogue);
    return status;
}

int main(int argc, char **argv) {
    if (argc > 2) {
        fputs("usage: moodreel-make-profiles [DATA_FOLDER]\n", stderr);
        return 2;
    }
    const char *folder = argc == 2 ? argv[1] : "data";
    char *films = mr_path_join(folder, "films.csv");
    char *profiles = mr_path_join(folder, "profiles.csv");
    mr_status status = films && profiles ? make(folder, films, profiles) : MR_E_MEMORY;
    if (status != MR_OK)
        fprintf(stderr, "moodreel-make-profiles: %s\n", mr_last_error());
    free(films);
    free(profiles);
    return status == MR_OK ? 0 : 1;
}
