/* moodreel evaluate: how right the models are, on labelled data. */
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/model_folder.h"
#include "learn/evaluation_json.h"
#include "learn/plot.h"
#include "json/json.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

static void print_classes(const char *what, const mr_classification *c, const char *(*label)(int)) {
    printf("%-10s %9s %9s %9s %9s\n", what, "precision", "recall", "f1", "support");
    for (int i = 0; i < c->classes; i++)
        printf("%-10s %9.3f %9.3f %9.3f %9zu\n", label(i), c->per_class[i].precision,
               c->per_class[i].recall, c->per_class[i].f1, c->per_class[i].support);
    mr_share_interval interval = mr_wilson(c->right, c->count);
    printf("accuracy %.2f %% (95 %% interval %.2f-%.2f), balanced %.2f %%, macro f1 %.3f, "
           "log loss %.3f, ece %.3f\n",
           100 * c->accuracy, 100 * interval.low, 100 * interval.high, 100 * c->balanced_accuracy,
           c->macro.f1, c->log_loss, c->ece);
}

static const char *emotion_label(int i) {
    return mr_emotion_label((mr_emotion)i);
}

static const char *gender_label(int i) {
    return mr_gender_label((mr_gender)i);
}

static const char *ethnicity_label(int i) {
    return mr_ethnicity_label((mr_ethnicity)i);
}

/* ---- emotion -------------------------------------------------------------------------------- */

struct emotion_settings {
    mr_evaluate_emotion_params params;
    const char *report; /* folder for charts, or NULL */
    int threads;
    bool json;
};

static const mr_cli_option emotion_options[] = {
    MR_CLI_NEEDED("data", 0, struct emotion_settings, params.data, "DIR",
                  "faces, in a folder for each emotion"),
    MR_CLI_STRING("votes", 0, struct emotion_settings, params.votes, "FILE.csv",
                  "what people voted (FER+): also judge by clear majorities"),
    MR_CLI_STRING("model", 0, struct emotion_settings, params.model, "DIR",
                  "the model, models/emotion unless given"),
    MR_CLI_STRING("report", 0, struct emotion_settings, report, "DIR", "also write charts there"),
    MR_CLI_INT("threads", 0, struct emotion_settings, threads, "N", 1, 1024, "compute threads"),
    MR_CLI_FLAG("json", 0, struct emotion_settings, json, "print one JSON object"),
};

static const mr_cli_usage emotion_usage = {
    "evaluate emotion",
    NULL,
    0,
    0,
    "Judges the emotion network on faces that lie in DIR/EMOTION/, one folder for each of angry,\n"
    "disgust, fear, happy, neutral, sad and surprise.",
    emotion_options,
    MR_COUNT(emotion_options)};

static mr_status judge_emotion(const struct emotion_settings *settings) {
    mr_evaluate_emotion_params params = settings->params;
    char *folder;
    MR_TRY(mr_cli_model_folder(params.model, "emotion", &folder));
    params.model = folder;
    mr_emotion_report report;
    mr_status status = mr_evaluate_emotion(&params, &report);
    free(folder);
    MR_TRY(status);
    if (settings->report)
        MR_TRY(mr_plot_emotion_report(&report, settings->report));
    if (settings->json)
        return mr_json_print(mr_json_emotion_report(&report));
    printf("%zu pictures\n", report.images);
    print_classes("labels", &report.labels, emotion_label);
    if (report.has_votes) {
        printf("\n%zu pictures with a clear majority of votes\n", report.votes.count);
        print_classes("votes", &report.votes, emotion_label);
    }
    return MR_OK;
}

static int evaluate_emotion(int argc, char **argv) {
    struct emotion_settings settings = {.threads = omp_get_max_threads()};
    mr_cli_operands none;
    int code;
    if (!mr_cli_parse(&emotion_usage, argc, argv, &settings, &none, &code))
        return code;
    omp_set_num_threads(settings.threads);
    return judge_emotion(&settings) == MR_OK ? MR_EXIT_OK : mr_cli_failed("evaluate emotion");
}

/* ---- attributes ----------------------------------------------------------------------------- */

struct attributes_settings {
    mr_evaluate_attributes_params params;
    const char *report; /* folder for charts, or NULL */
    int threads;
    bool json;
};

static const char *const crops[] = {"given", "detect", NULL};
static const char *const parts[] = {"all", "validation", NULL};

static const mr_cli_option attributes_options[] = {
    MR_CLI_NEEDED("data", 0, struct attributes_settings, params.data, "DIR",
                  "aligned chips AGE_GENDER_ETHNICITY_*.jpg"),
    MR_CLI_CHOICE("crop", 0, struct attributes_settings, params.crop, crops,
                  "see the chip as it is, or find the face on it first"),
    MR_CLI_CHOICE("part", 0, struct attributes_settings, params.part, parts,
                  "all chips, or the tenth that a training on them leaves out"),
    MR_CLI_STRING("model", 0, struct attributes_settings, params.model, "DIR",
                  "the model, models/attributes unless given"),
    MR_CLI_STRING("report", 0, struct attributes_settings, report, "DIR",
                  "also write charts there"),
    MR_CLI_INT("threads", 0, struct attributes_settings, threads, "N", 1, 1024, "compute threads"),
    MR_CLI_FLAG("json", 0, struct attributes_settings, json, "print one JSON object"),
};

static const mr_cli_usage attributes_usage = {"evaluate attributes",
                                              NULL,
                                              0,
                                              0,
                                              "Judges the network for age, gender and ethnicity on "
                                              "chips whose names tell the truth, as those\n"
                                              "of UTKFace do.",
                                              attributes_options,
                                              MR_COUNT(attributes_options)};

static void print_ages(const mr_attributes_report *r) {
    printf("age        %9s %9s\n", "mae", "support");
    for (int i = 0; i < MR_DECADES; i++)
        if (r->decades[i].images)
            printf("%3d-%-6d %9.2f %9zu\n", 10 * i, 10 * i + 9, r->decades[i].mae,
                   r->decades[i].images);
    printf("mean error %.2f years, within 5 years %.2f %%, range right %.2f %%, 80 %% interval "
           "holds %.2f %%\n",
           r->age_mae, 100 * r->within_5, 100 * r->range_accuracy, 100 * r->interval_coverage);
}

static void print_groups(const mr_attributes_report *r) {
    printf("%-17s %9s %9s %9s %9s\n", "group", "age mae", "gender", "ethnicity", "support");
    for (int g = 0; g < MR_GENDER_COUNT; g++)
        for (int e = 0; e < MR_ETHNICITY_COUNT; e++) {
            const mr_group_figures *f = &r->groups[g][e];
            if (f->images)
                printf("%-6s %-10s %9.2f %7.2f %% %7.2f %% %9zu\n", gender_label(g),
                       ethnicity_label(e), f->age_mae, 100 * f->gender_accuracy,
                       100 * f->ethnicity_accuracy, f->images);
        }
}

static mr_status judge_attributes(const struct attributes_settings *settings) {
    mr_evaluate_attributes_params params = settings->params;
    char *folder;
    MR_TRY(mr_cli_model_folder(params.model, "attributes", &folder));
    params.model = folder;
    mr_attributes_report report;
    mr_status status = mr_evaluate_attributes(&params, &report);
    free(folder);
    MR_TRY(status);
    if (settings->report)
        MR_TRY(mr_plot_attributes_report(&report, settings->report));
    if (settings->json)
        return mr_json_print(mr_json_attributes_report(&report));
    printf("%zu pictures", report.images);
    if (report.crop == MR_CROP_DETECT)
        printf(", no face found on %zu of them", report.undetected);
    puts("");
    print_ages(&report);
    puts("");
    print_classes("gender", &report.gender, gender_label);
    puts("");
    print_classes("ethnicity", &report.ethnicity, ethnicity_label);
    puts("");
    print_groups(&report);
    return MR_OK;
}

static int evaluate_attributes(int argc, char **argv) {
    struct attributes_settings settings = {.threads = omp_get_max_threads()};
    mr_cli_operands none;
    int code;
    if (!mr_cli_parse(&attributes_usage, argc, argv, &settings, &none, &code))
        return code;
    omp_set_num_threads(settings.threads);
    return judge_attributes(&settings) == MR_OK ? MR_EXIT_OK : mr_cli_failed("evaluate attributes");
}

static const mr_cli_command commands[] = {
    {"emotion", "the emotion network", evaluate_emotion},
    {"attributes", "the network for age, gender and ethnicity", evaluate_attributes},
    {"detector", "a face detector", mr_cmd_evaluate_detector},
    {"forest", "the Random Forest of film choices", mr_cmd_evaluate_forest},
    {"recommender", "the collaborative filter, on MovieLens-1M", mr_cmd_evaluate_recommender},
};

static const mr_cli_table table = {"evaluate", "Judges a model on labelled data.", commands,
                                   MR_COUNT(commands)};

int mr_cmd_evaluate(int argc, char **argv) {
    return mr_cli_run(&table, argc, argv);
}
