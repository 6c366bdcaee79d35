#include "cli/program.h"

#include "base/file.h"
#include "cli/films.h"
#include "moodreel/moodreel.h"

#include <stdlib.h>

void mr_cli_program_free(mr_cli_program *program) {
    mr_recommender_free(program->recommender);
    mr_catalogue_free(program->catalogue);
    *program = (mr_cli_program){0};
}

static mr_status load_from(const char *home, const mr_catalogue *catalogue, mr_recommender **out) {
    char *data = mr_path_join(home, "data"), *models = mr_path_join(home, "models");
    mr_status status = data && models ? mr_recommender_load_unblended(catalogue, data, models, out)
                                      : mr_fail(MR_E_MEMORY, "%s: no memory for a path", home);
    free(data);
    free(models);
    return status;
}

mr_status mr_cli_program_load(const char *films, mr_cli_program *out) {
    mr_cli_program program = {0};
    char *home;
    MR_TRY(mr_find_home(&home));
    mr_status status = mr_cli_catalogue_load(films, &program.catalogue);
    if (status == MR_OK)
        status = load_from(home, program.catalogue, &program.recommender);
    free(home);
    if (status == MR_OK)
        *out = program;
    else
        mr_cli_program_free(&program);
    return status;
}
