/* moodreel evaluate detector: how well faces are found, on labelled pictures. */
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/model_folder.h"
#include "learn/evaluate_detector.h"
#include "learn/evaluation_json.h"
#include "learn/plot.h"
#include "json/json.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

struct settings {
    mr_evaluate_detector_params params;
    const char *report; /* folder for charts, or NULL */
    int threads;
    bool json;
};

static const char *const methods[] = {"yolo", "haar", NULL};
static const char *const parts[] = {"all", "validation", NULL};

static const mr_cli_option options[] = {
    MR_CLI_NEEDED("data", 0, struct settings, params.labels, "LABELS.csv", "labels, a row a face"),
    MR_CLI_NEEDED("images", 0, struct settings, params.images, "DIR", "the pictures that it names"),
    MR_CLI_CHOICE("detector", 0, struct settings, params.method, methods, "what is judged"),
    MR_CLI_STRING("model", 0, struct settings, params.model, "DIR",
                  "the network's model, models/detector unless given"),
    MR_CLI_STRING("cascade", 0, struct settings, params.cascade, "FILE",
                  "the Haar cascade; unless given, the system's"),
    MR_CLI_CHOICE("part", 0, struct settings, params.part, parts,
                  "all pictures, or the tenth that a training on them leaves out"),
    MR_CLI_STRING("prefix", 0, struct settings, params.prefix, "TEXT",
                  "only pictures whose names start so"),
    MR_CLI_INT("side", 0, struct settings, params.side, "PX", 0, 4096,
               "longer side at which the network sees a picture; 0: that of its file"),
    MR_CLI_STRING("report", 0, struct settings, report, "DIR", "also write charts there"),
    MR_CLI_INT("threads", 0, struct settings, threads, "N", 1, 1024, "compute threads"),
    MR_CLI_FLAG("json", 0, struct settings, json, "print one JSON object"),
};

static const mr_cli_usage usage = {
    "evaluate detector",
    NULL,
    0,
    0,
    "Judges a face detector by average precision at an IoU of one half. Faces below the least\n"
    "height and regions marked to be ignored are neither right nor wrong to find.",
    options,
    MR_COUNT(options)};

static void print_figures(const mr_detector_figures *f) {
    printf("%zu pictures\n%-12s %9s %9s\n", f->images, "least height", "faces", "AP");
    for (int k = 0; k < MR_AP_HEIGHTS; k++)
        printf("%9d px %9zu %9.3f\n", mr_ap_heights[k], f->faces[k], f->ap[k]);
    for (int k = 0; k < MR_FALSE_ALARMS; k++)
        printf("recall of faces from %d px at %zu false alarms: %.1f %%\n", mr_ap_heights[1],
               mr_false_alarms[k], 100 * f->recall_at[k]);
    if (isfinite(f->landmark_nme))
        printf("mean error of landmarks on %zu faces: %.2f %% of the distance between the eyes\n",
               f->pointed, 100 * f->landmark_nme);
}

static mr_status judge(const struct settings *settings) {
    mr_evaluate_detector_params params = settings->params;
    mr_detector_figures *figures = malloc(sizeof *figures);
    char *folder = NULL;
    mr_status status = figures ? MR_OK : mr_fail(MR_E_MEMORY, "no memory for figures");
    if (status == MR_OK && params.method == MR_METHOD_YOLO)
        status = mr_cli_model_folder(params.model, "detector", &folder);
    params.model = folder;
    if (status == MR_OK)
        status = mr_evaluate_detector(&params, figures);
    if (status == MR_OK && settings->report)
        status = mr_plot_detector_figures(figures, settings->report);
    if (status == MR_OK && settings->json)
        status = mr_json_print(mr_json_detector_figures(figures));
    else if (status == MR_OK)
        print_figures(figures);
    free(folder);
    free(figures);
    return status;
}

int mr_cmd_evaluate_detector(int argc, char **argv) {
    struct settings settings = {.threads = omp_get_max_threads()};
    mr_cli_operands none;
    int code;
    if (!mr_cli_parse(&usage, argc, argv, &settings, &none, &code))
        return code;
    omp_set_num_threads(settings.threads);
    return judge(&settings) == MR_OK ? MR_EXIT_OK : mr_cli_failed(usage.command);
}
