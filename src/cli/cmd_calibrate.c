/* moodreel calibrate: fits the temperatures and the age interval of a trained network. */
#include "base/clock.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/model_folder.h"
#include "learn/calibrate.h"
#include "json/json.h"

#include <stdio.h>
#include <stdlib.h>

struct settings {
    const char *data, *model;
    bool json;
};

static const mr_cli_option options[] = {
    MR_CLI_NEEDED("data", 0, struct settings, data, "DIR", "the data set it was trained on"),
    MR_CLI_STRING("model", 0, struct settings, model, "DIR",
                  "folder of the model; the shipped one unless given"),
    MR_CLI_FLAG("json", 0, struct settings, json, "print what was fitted as one JSON object"),
};

static void print_calibration(const char *folder, const mr_calibration *found) {
    printf("%s\n  %-10s %9s %12s %22s %28s\n", folder, "head", "pictures", "temperature",
           "log loss before, after", "calibration error, held out");
    for (int h = 0; h < MR_HEAD_COUNT; h++) {
        const mr_head_fit *fit = &found->heads[h];
        if (fit->count > 0)
            printf("  %-10s %9zu %12.3f %13.4f %8.4f %26.1f %%\n", mr_head_name((mr_face_head)h),
                   fit->count, fit->temperature, fit->loss_before, fit->loss_after,
                   100 * fit->held_out_error);
    }
    if (found->age_interval_scale <= 0)
        return;
    printf("  80 %% interval of the age: median ± %.3f standard deviations; held out, %.1f %% lie"
           " inside\n",
           found->age_interval_scale, 100 * found->held_out_coverage);
    for (int band = 0; band < MR_AGE_BANDS; band++)
        printf("  %10zu told from %2d years on: ± %.3f\n", found->band_counts[band],
               mr_age_band_from(band), found->band_scales[band]);
}

/* {"label": {"images", "temperature", "log_loss_before", "log_loss_after", "held_out_ece"}, …} */
static json_t *heads_of(const mr_calibration *found) {
    json_t *heads = json_object();
    for (int h = 0; h < MR_HEAD_COUNT; h++) {
        const mr_head_fit *fit = &found->heads[h];
        if (fit->count > 0)
            json_object_set_new(heads, mr_head_name((mr_face_head)h),
                                json_pack("{s:I, s:f, s:f, s:f, s:f}", "images",
                                          (json_int_t)fit->count, "temperature", fit->temperature,
                                          "log_loss_before", fit->loss_before, "log_loss_after",
                                          fit->loss_after, "held_out_ece", fit->held_out_error));
    }
    return heads;
}

static json_t *bands_of(const mr_calibration *found) {
    json_t *bands = json_array();
    for (int band = 0; band < MR_AGE_BANDS; band++)
        json_array_append_new(bands, json_pack("{s:i, s:I, s:f}", "from", mr_age_band_from(band),
                                               "images", (json_int_t)found->band_counts[band],
                                               "scale", found->band_scales[band]));
    return bands;
}

static mr_status print_json(const char *task, const char *folder, const mr_calibration *found,
                            double seconds) {
    json_t *document = json_pack("{s:s, s:o, s:o, s:f}", "task", task, "out", mr_json_text(folder),
                                 "heads", heads_of(found), "seconds", seconds);
    if (document && found->age_interval_scale > 0) {
        json_object_set_new(document, "age_interval_scale", json_real(found->age_interval_scale));
        json_object_set_new(document, "age_interval_scales", bands_of(found));
        json_object_set_new(document, "held_out_coverage", json_real(found->held_out_coverage));
    }
    return mr_json_print(document);
}

typedef mr_status (*calibrator)(const char *model, const char *data, mr_calibration *out);

static int calibrate(const mr_cli_usage *usage, const char *name, calibrator job, int argc,
                     char **argv) {
    struct settings settings = {0};
    mr_cli_operands none;
    int code;
    if (!mr_cli_parse(usage, argc, argv, &settings, &none, &code))
        return code;
    double started = mr_now();
    char *folder = NULL;
    mr_calibration found;
    mr_status status = mr_cli_model_folder(settings.model, name, &folder);
    if (status == MR_OK)
        status = job(folder, settings.data, &found);
    if (status == MR_OK && settings.json)
        status = print_json(name, folder, &found, mr_now() - started);
    else if (status == MR_OK)
        print_calibration(folder, &found);
    free(folder);
    return status == MR_OK ? MR_EXIT_OK : mr_cli_failed(usage->command);
}

static const mr_cli_usage emotion_usage = {
    "calibrate emotion",
    NULL,
    0,
    0,
    "Fits one temperature for each head of the emotion network on DIR/public_test, with the votes\n"
    "of DIR/ferplus.csv where that is there, and keeps them in the model's weights.safetensors.\n"
    "Training does the same when it is over.",
    options,
    MR_COUNT(options)};

static int calibrate_emotion(int argc, char **argv) {
    return calibrate(&emotion_usage, "emotion", mr_calibrate_emotion, argc, argv);
}

static const mr_cli_usage attributes_usage = {
    "calibrate attributes",
    NULL,
    0,
    0,
    "Fits one temperature for each head of the network for age, gender and ethnicity, and the\n"
    "width of the age's 80 % interval, on the tenth of the chips that training does not learn, "
    "and\n"
    "keeps them in the model's weights.safetensors. Training does the same when it is over.",
    options,
    MR_COUNT(options)};

static int calibrate_attributes(int argc, char **argv) {
    return calibrate(&attributes_usage, "attributes", mr_calibrate_attributes, argc, argv);
}

static const mr_cli_command commands[] = {
    {"emotion", "the emotion network, on FER2013 and FER+", calibrate_emotion},
    {"attributes", "the network for age, gender and ethnicity, on UTKFace", calibrate_attributes},
};

static const mr_cli_table table = {
    "calibrate",
    "Makes a trained network's probabilities as large as they are right, and its 80 % intervals\n"
    "hold 80 %, on pictures that it has not learned.",
    commands, MR_COUNT(commands)};

int mr_cmd_calibrate(int argc, char **argv) {
    return mr_cli_run(&table, argc, argv);
}
