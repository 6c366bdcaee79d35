/* moodreel train blend: how much each term of the recommender counts, on MovieLens-1M. */
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/program.h"
#include "cli/store.h"
#include "learn/train_blend.h"
#include "json/json.h"

#include <stdio.h>
#include <stdlib.h>

struct settings {
    const char *ratings, *films, *out;
    mr_blend_params params;
    bool json;
};

static const mr_cli_option options[] = {
    MR_CLI_STRING("data", 0, struct settings, ratings, "DIR",
                  "folder of MovieLens-1M; what 'import movielens' kept unless given"),
    MR_CLI_NEEDED("out", 0, struct settings, out, "DIR", "folder of the weights"),
    MR_CLI_STRING("films", 0, struct settings, films, "FILE.csv",
                  "the catalogue; data/films.csv of the home folder unless given"),
    MR_CLI_INT("parts", 0, struct settings, params.parts, "N", 2, 1000,
               "one user in N is held out, and the weights are fitted on them"),
    MR_CLI_FLOAT("ridge", 0, struct settings, params.ridge, "L", 0, 1000,
                 "keeps weights of terms that say nothing near 0"),
    MR_CLI_SEED("seed", 0, struct settings, params.seed, "of all that is random"),
    MR_CLI_FLAG("json", 0, struct settings, json, "print the result as one JSON object"),
};

static const mr_cli_usage usage = {"train blend",
                                   NULL,
                                   0,
                                   0,
                                   "Fits how much each term of the recommender counts after 0, 1, "
                                   "2, 5, 10, 20, 50 and 100 likes,\n"
                                   "on ratings of users whom its neighbour model does not know.",
                                   options,
                                   MR_COUNT(options)};

static mr_status print_fitted(const struct settings *settings, const mr_blend_fitted *fitted,
                              double seconds) {
    static const int clicks[] = MR_BLEND_CLICK_COUNTS;
    json_t *steps = json_array();
    for (int s = 0; s < MR_BLEND_STEPS && fitted->users[s] > 0; s++)
        json_array_append_new(steps, json_pack("{s:i, s:I, s:f}", "clicks", clicks[s], "users",
                                               (json_int_t)fitted->users[s], "log_likelihood",
                                               fitted->likelihood[s]));
    if (settings->json)
        return mr_json_print(json_pack("{s:s, s:o, s:o, s:f}", "task", "blend", "out",
                                       mr_json_text(settings->out), "steps", steps, "seconds",
                                       seconds));
    json_decref(steps);
    printf("%8s %8s %15s\n", "clicks", "users", "log likelihood");
    for (int s = 0; s < MR_BLEND_STEPS && fitted->users[s] > 0; s++)
        printf("%8d %8zu %15.4f\n", clicks[s], fitted->users[s], fitted->likelihood[s]);
    return MR_OK;
}

static mr_status fit(const struct settings *settings, const char *ratings) {
    mr_cli_program program;
    mr_blend_fitted fitted;
    double started = mr_now();
    MR_TRY(mr_cli_program_load(settings->films, &program));
    mr_status status =
        mr_build_blend(ratings, program.recommender, &settings->params, settings->out, &fitted);
    mr_cli_program_free(&program);
    MR_TRY(status);
    return print_fitted(settings, &fitted, mr_now() - started);
}

static mr_status train(const struct settings *settings) {
    char *ratings;
    MR_TRY(mr_cli_ratings_folder(settings->ratings, &ratings));
    mr_status status = fit(settings, ratings);
    free(ratings);
    return status;
}

int mr_cmd_train_blend(int argc, char **argv) {
    struct settings settings = {.params = mr_blend_params_defaults()};
    mr_cli_operands none;
    int code;
    if (!mr_cli_parse(&usage, argc, argv, &settings, &none, &code))
        return code;
    return train(&settings) == MR_OK ? MR_EXIT_OK : mr_cli_failed(usage.command);
}
