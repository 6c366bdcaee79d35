/* moodreel evaluate detector: how well faces are found, on labelled pictures. */
#include "base/memory.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/model_folder.h"
#include "learn/evaluate_detector.h"
#include "learn/evaluation_json.h"
#include "learn/report.h"
#include "json/json.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

struct settings {
    mr_evaluate_detector_params params;
    int detector; /* index in `detectors` */
    mr_cli_list prefixes;
    const char *report; /* folder for charts and a page, or NULL */
    int threads;
    bool own_points;
    bool json;
};

/* Those that can be judged, and the names of the choice among them. */
static const mr_detector_kind kinds[] = {MR_DETECTOR_YOLO, MR_DETECTOR_HAAR};
enum { KINDS = MR_COUNT(kinds), BOTH = KINDS };
static const char *const detectors[] = {"yolo", "haar", "both", NULL};
static const char *const parts[] = {"all", "validation", NULL};

static const mr_cli_option options[] = {
    MR_CLI_NEEDED("data", 0, struct settings, params.labels, "LABELS.csv", "labels, a row a face"),
    MR_CLI_NEEDED("images", 0, struct settings, params.images, "DIR", "the pictures that it names"),
    MR_CLI_CHOICE("detector", 0, struct settings, detector, detectors, "what is judged"),
    MR_CLI_STRING("model", 0, struct settings, params.model, "DIR",
                  "the network's model, models/detector unless given"),
    MR_CLI_STRING("landmarks", 0, struct settings, params.landmarks, "DIR",
                  "the model that sets a face's points anew, models/landmarks unless given"),
    MR_CLI_FLAG("own-points", 0, struct settings, own_points,
                "judge the points that the detector itself tells"),
    MR_CLI_STRING("cascade", 0, struct settings, params.cascade, "FILE",
                  "the Haar cascade; unless given, the system's"),
    MR_CLI_CHOICE("part", 0, struct settings, params.part, parts,
                  "all pictures, or the tenth that a training on them leaves out"),
    MR_CLI_LIST("prefix", 0, struct settings, prefixes, "TEXT",
                "only pictures whose names start so; again: another group, '' is all"),
    MR_CLI_INT("side", 0, struct settings, params.side, "PX", 0, 4096,
               "longer side at which the network sees a picture; 0: as analyze does"),
    MR_CLI_STRING("report", 0, struct settings, report, "DIR",
                  "also write charts and an HTML page there"),
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

static bool looks_with(const struct settings *settings, mr_detector_kind kind) {
    return settings->detector == BOTH || kinds[settings->detector] == kind;
}

static void print_group(const mr_detector_report *report) {
    printf("%-8s %-16s", mr_detector_label(report->detector),
           *report->prefix ? report->prefix : "any");
}

/* A line a report: average precisions and the error of landmarks, then recalls. */
static void print_figures(const mr_detector_report *reports, size_t count) {
    printf("Average precision of faces by their least height; error of landmarks, share of the "
           "distance\nbetween the eyes; recall of faces from %d px at so many false alarms\n\n"
           "%-8s %-16s %8s %8s",
           mr_ap_heights[1], "detector", "names", "pictures", "faces");
    for (int k = 0; k < MR_AP_HEIGHTS; k++)
        printf(" %3d px", mr_ap_heights[k]);
    printf(" %9s", "landmarks");
    for (int k = 0; k < MR_FALSE_ALARMS; k++)
        printf(" %5zu fa", mr_false_alarms[k]);
    putchar('\n');
    for (size_t i = 0; i < count; i++) {
        const mr_detector_figures *f = &reports[i].figures;
        print_group(&reports[i]);
        printf(" %8zu %8zu", f->images, f->faces[0]);
        for (int k = 0; k < MR_AP_HEIGHTS; k++)
            printf(" %6.3f", f->ap[k]);
        if (isfinite(f->landmark_nme))
            printf(" %7.2f %%", 100 * f->landmark_nme);
        else
            printf(" %9s", "-");
        for (int k = 0; k < MR_FALSE_ALARMS; k++)
            printf(" %6.1f %%", 100 * f->recall_at[k]);
        putchar('\n');
    }
}

static void print_intervals(const mr_detector_report *reports, size_t count) {
    printf("\n95 %% intervals of average precision and landmarks, by draws of pictures\n\n");
    for (size_t i = 0; i < count; i++) {
        const mr_detector_figures *f = &reports[i].figures;
        print_group(&reports[i]);
        for (int k = 0; k < MR_AP_HEIGHTS; k++)
            if (f->faces[k])
                printf("  %d px %.3f-%.3f", mr_ap_heights[k], f->ap_intervals[k].low,
                       f->ap_intervals[k].high);
        if (isfinite(f->landmark_nme))
            printf("  landmarks %.2f-%.2f %%", 100 * f->nme_interval.low,
                   100 * f->nme_interval.high);
        putchar('\n');
    }
}

static void print_threshold(const mr_curve_point *p) {
    char text[64] = "-";
    if (p->recall > 0)
        snprintf(text, sizeof text, "%.3f (%.1f %%)", (double)p->score, 100 * p->recall);
    printf(" %16s", text);
}

static void print_thresholds(const mr_detector_report *reports, size_t count) {
    printf("\nLeast score (and the recall it leaves) for a precision, and for the best F1\n\n"
           "%-8s %-16s %8s",
           "detector", "names", "faces");
    for (int p = 0; p < MR_PRECISIONS; p++)
        printf(" %14d %%", mr_precisions[p]);
    printf(" %16s %6s\n", "best F1", "F1");
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < MR_AP_HEIGHTS; k++) {
            const mr_detector_figures *f = &reports[i].figures;
            print_group(&reports[i]);
            printf(" %5d px", mr_ap_heights[k]);
            for (int p = 0; p < MR_PRECISIONS; p++)
                print_threshold(&f->at_precision[k][p]);
            print_threshold(&f->best_f1[k]);
            printf(" %6.3f\n", mr_f1(&f->best_f1[k]));
        }
}

/* Charts and the page, which shows the network's training where a network was judged. */
static mr_status write_report(const struct settings *settings, const mr_detector_report *reports,
                              size_t count) {
    char *model = NULL;
    if (looks_with(settings, MR_DETECTOR_YOLO))
        MR_TRY(mr_cli_model_folder(settings->params.model, "detector", &model));
    mr_status status = mr_report_detector(reports, count, model, settings->report);
    free(model);
    return status;
}

static mr_status tell(const struct settings *settings, const mr_detector_report *reports,
                      size_t count) {
    if (settings->report)
        MR_TRY(write_report(settings, reports, count));
    if (settings->json)
        return mr_json_print(mr_json_detector_reports(reports, count));
    print_figures(reports, count);
    print_intervals(reports, count);
    print_thresholds(reports, count);
    return MR_OK;
}

/* Judges one detector, or both, one after the other. */
static mr_status judge(const struct settings *settings, mr_detector_report *reports,
                       size_t *count) {
    mr_evaluate_detector_params params = settings->params;
    char *folder = NULL, *landmarks = NULL;
    mr_status status = MR_OK;
    if (looks_with(settings, MR_DETECTOR_YOLO)) {
        MR_TRY(mr_cli_model_folder(params.model, "detector", &folder));
        if (!settings->own_points)
            status = mr_cli_model_folder(params.landmarks, "landmarks", &landmarks);
    }
    params.model = folder;
    params.landmarks = landmarks;
    for (int i = 0; i < KINDS && status == MR_OK; i++) {
        if (settings->detector != BOTH && settings->detector != i)
            continue;
        params.detector = kinds[i];
        status = mr_evaluate_detector(&params, reports + *count);
        *count += (size_t)params.prefix_count;
    }
    free(folder);
    free(landmarks);
    return status;
}

static mr_status run(const struct settings *settings) {
    mr_detector_report *reports =
        mr_alloc((size_t)(KINDS * settings->params.prefix_count) * sizeof *reports);
    if (!reports)
        return mr_fail(MR_E_MEMORY, "no memory for figures");
    size_t count = 0;
    mr_status status = judge(settings, reports, &count);
    if (status == MR_OK)
        status = tell(settings, reports, count);
    free(reports);
    return status;
}

int mr_cmd_evaluate_detector(int argc, char **argv) {
    struct settings settings = {.threads = omp_get_max_threads()};
    mr_cli_operands none;
    int code;
    if (!mr_cli_parse(&usage, argc, argv, &settings, &none, &code))
        return code;
    if (settings.own_points && settings.params.landmarks)
        return mr_cli_misuse(usage.command, "--own-points: leaves out the model of --landmarks, "
                                            "give one of both");
    if (settings.prefixes.count == 0)
        settings.prefixes.items[settings.prefixes.count++] = "";
    settings.params.prefixes = settings.prefixes.items;
    settings.params.prefix_count = settings.prefixes.count;
    omp_set_num_threads(settings.threads);
    return run(&settings) == MR_OK ? MR_EXIT_OK : mr_cli_failed(usage.command);
}
