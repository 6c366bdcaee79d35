/* moodreel train forest, moodreel evaluate forest: the Random Forest that tells which film is
 * chosen at an age, a gender and an emotion. */
#include "base/clock.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/model_folder.h"
#include "cli/options.h"
#include "recommend/profile_report.h"
#include "json/json.h"

#include <stdio.h>
#include <stdlib.h>

struct settings {
    const char *data, *model;
    mr_forest_params forest;
    bool json;
};

static const mr_cli_option train_options[] = {
    MR_CLI_STRING("data", 0, struct settings, data, "DIR",
                  "folder of films.csv and profiles.csv; data/ of the home folder unless given"),
    MR_CLI_NEEDED("out", 0, struct settings, model, "DIR", "folder of the model"),
    MR_CLI_INT("trees", 0, struct settings, forest.trees, "N", 1, MR_FOREST_MAX_TREES,
               "trees of the forest"),
    MR_CLI_INT("mtry", 0, struct settings, forest.mtry, "N", 0, MR_FOREST_MAX_FEATURES,
               "features tried at each node; 0: the root of their number"),
    MR_CLI_INT("min-leaf", 0, struct settings, forest.min_leaf, "N", 1, 1e9,
               "least number of rows in a leaf"),
    MR_CLI_INT("max-depth", 0, struct settings, forest.max_depth, "N", 0, 1e9,
               "deepest leaf; 0: no limit"),
    MR_CLI_SEED("seed", 0, struct settings, forest.seed, "of all that is random"),
    MR_CLI_INT("threads", 0, struct settings, forest.threads, "N", 0, 1024,
               "threads; 0: all. The forest does not depend on it"),
    MR_CLI_FLAG("json", 0, struct settings, json, "print the result as one JSON object"),
};

static const mr_cli_usage train_usage = {
    "train forest",
    NULL,
    0,
    0,
    "Trains the Random Forest that tells from age, gender and emotion which film is chosen, on "
    "four\n"
    "fifths of the profile set, and prints how it does on the fifth that it has not seen.",
    train_options,
    MR_COUNT(train_options)};

static const mr_cli_option evaluate_options[] = {
    MR_CLI_STRING("data", 0, struct settings, data, "DIR",
                  "folder of films.csv and profiles.csv; data/ of the home folder unless given"),
    MR_CLI_STRING("model", 0, struct settings, model, "DIR",
                  "the model, models/forest unless given"),
    MR_CLI_FLAG("json", 0, struct settings, json, "print the result as one JSON object"),
};

static const mr_cli_usage evaluate_usage = {
    "evaluate forest",
    NULL,
    0,
    0,
    "Judges the Random Forest of film choices on the fifth of the profile set that its training\n"
    "leaves out, beside the best that any predictor can do there.",
    evaluate_options,
    MR_COUNT(evaluate_options)};

/* The answer of evaluate. */
static json_t *figures_of(const mr_profile_report *r) {
    return json_pack("{s:I, s:I, s:f, s:f, s:o, s:o, s:f, s:f}", "rows", (json_int_t)r->rows,
                     "films", (json_int_t)r->films, "accuracy", r->accuracy, "most_common_accuracy",
                     r->most_common, "bayes_accuracy", mr_json_real_or_null(r->bayes),
                     "bayes_accuracy_held_out", mr_json_real_or_null(r->bayes_held_out), "macro_f1",
                     r->macro.f1, "weighted_f1", r->weighted.f1);
}

/* The answer of train. */
static json_t *training_of(const struct settings *settings, const mr_profile_report *r,
                           double seconds) {
    return json_pack("{s:s, s:o, s:i, s:f, s:o, s:f}", "task", "forest", "out",
                     mr_json_text(settings->model), "trees", settings->forest.trees, "score",
                     r->accuracy, "validation", figures_of(r), "seconds", seconds);
}

static mr_status print_text(const mr_profile_report *r, const mr_catalogue *catalogue) {
    char *text = mr_profile_report_text(r, catalogue);
    if (!text)
        return mr_fail(MR_E_MEMORY, "report: no memory");
    fputs(text, stdout);
    free(text);
    return MR_OK;
}

static mr_status build(const struct settings *settings, const char *data,
                       const mr_catalogue *catalogue, mr_profile_report *report) {
    return mr_profile_forest_build(catalogue, data, settings->model, &settings->forest, report);
}

static mr_status evaluate(const struct settings *settings, const char *data,
                          const mr_catalogue *catalogue, mr_profile_report *report) {
    char *model;
    MR_TRY(mr_cli_model_folder(settings->model, "forest", &model));
    mr_status status = mr_profile_forest_evaluate(catalogue, data, model, report);
    free(model);
    return status;
}

typedef mr_status job(const struct settings *, const char *data, const mr_catalogue *,
                      mr_profile_report *);

static mr_status print_report(const struct settings *settings, job *made,
                              const mr_profile_report *report, const mr_catalogue *catalogue,
                              double seconds) {
    if (!settings->json)
        return print_text(report, catalogue);
    return mr_json_print(made == build ? training_of(settings, report, seconds)
                                       : figures_of(report));
}

/* The job and its report, with the catalogue that lies in the folder `data`. */
static mr_status run_in(const struct settings *settings, const char *data, job *make) {
    mr_catalogue *catalogue = NULL;
    mr_profile_report report;
    double started = mr_now();
    char *films = mr_path_join(data, "films.csv");
    mr_status status =
        films ? mr_catalogue_load(films, &catalogue) : mr_fail(MR_E_MEMORY, "%s: no memory", data);
    if (status == MR_OK)
        status = make(settings, data, catalogue, &report);
    if (status == MR_OK) {
        status = print_report(settings, make, &report, catalogue, mr_now() - started);
        mr_profile_report_free(&report);
    }
    mr_catalogue_free(catalogue);
    free(films);
    return status;
}

static mr_status run_at_home(const struct settings *settings, job *make) {
    char *home;
    MR_TRY(mr_find_home(&home));
    char *data = mr_path_join(home, "data");
    mr_status status =
        data ? run_in(settings, data, make) : mr_fail(MR_E_MEMORY, "%s: no memory", home);
    free(data);
    free(home);
    return status;
}

static int run(const mr_cli_usage *usage, struct settings *settings, job *make, int argc,
               char **argv) {
    mr_cli_operands none;
    int code;
    if (!mr_cli_parse(usage, argc, argv, settings, &none, &code))
        return code;
    mr_status status =
        settings->data ? run_in(settings, settings->data, make) : run_at_home(settings, make);
    return status == MR_OK ? MR_EXIT_OK : mr_cli_failed(usage->command);
}

int mr_cmd_train_forest(int argc, char **argv) {
    struct settings settings = {.forest = mr_profile_forest_params()};
    return run(&train_usage, &settings, build, argc, argv);
}

int mr_cmd_evaluate_forest(int argc, char **argv) {
    struct settings settings = {0};
    return run(&evaluate_usage, &settings, evaluate, argc, argv);
}
