/* moodreel evaluate: how right the models are, on labelled data. */
#include "base/file.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/engine.h"
#include "cli/evaluation_text.h"
#include "cli/model_folder.h"
#include "learn/evaluation_json.h"
#include "learn/report.h"
#include "json/json.h"

#include <omp.h>
#include <stdlib.h>

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
    MR_CLI_FLAG("degraded", 0, struct emotion_settings, params.degraded,
                "see every picture badly: small, blurred, dark, covered"),
    MR_CLI_STRING("report", 0, struct emotion_settings, report, "DIR",
                  "also write charts and report.html there"),
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
    if (status == MR_OK && settings->report)
        status = mr_report_emotion(&report, folder, settings->report);
    free(folder);
    MR_TRY(status);
    if (settings->json)
        return mr_json_print(mr_json_emotion_report(&report));
    mr_text_emotion_report(&report);
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
    MR_CLI_CHOICE("detector", 0, struct attributes_settings, params.detector, mr_cli_detectors,
                  "with --crop detect, what finds the face"),
    MR_CLI_STRING("detector-model", 0, struct attributes_settings, params.detector_model, "DIR",
                  "its network's model, models/detector unless given"),
    MR_CLI_CHOICE("part", 0, struct attributes_settings, params.part, parts,
                  "all chips, or the tenth that a training on them leaves out"),
    MR_CLI_STRING("model", 0, struct attributes_settings, params.model, "DIR",
                  "the model, models/attributes unless given"),
    MR_CLI_FLAG("degraded", 0, struct attributes_settings, params.degraded,
                "see every chip badly: small, blurred, dark, covered"),
    MR_CLI_STRING("report", 0, struct attributes_settings, report, "DIR",
                  "also write charts and report.html there"),
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

static mr_status judge_attributes(const struct attributes_settings *settings) {
    mr_evaluate_attributes_params params = settings->params;
    char *folder, *detector = NULL, *landmarks = NULL;
    MR_TRY(mr_cli_model_folder(params.model, "attributes", &folder));
    mr_attributes_report report;
    mr_status status = mr_cli_model_folder(params.detector_model, "detector", &detector);
    if (status == MR_OK)
        status = mr_cli_model_folder(NULL, "landmarks", &landmarks);
    if (status == MR_OK) {
        params.model = folder;
        params.detector_model = detector;
        /* As the engine does, which can do without them. */
        params.landmarks = mr_is_folder(landmarks) ? landmarks : NULL;
        status = mr_evaluate_attributes(&params, &report);
    }
    free(detector);
    free(landmarks);
    if (status == MR_OK && settings->report)
        status = mr_report_attributes(&report, folder, settings->report);
    free(folder);
    MR_TRY(status);
    if (settings->json)
        return mr_json_print(mr_json_attributes_report(&report));
    mr_text_attributes_report(&report);
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
