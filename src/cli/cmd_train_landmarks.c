/* moodreel train landmarks: the network that sets the five points of a found face. */
#include "cli/commands.h"
#include "cli/train_options.h"
#include "learn/train_landmarks.h"

struct settings {
    mr_train_landmarks_params params;
    bool json;
};

static const mr_cli_option options[] = {
    MR_CLI_TRAINER_ROWS(struct settings, params),
    MR_CLI_STRING("chips", 0, struct settings, params.chips, "DIR",
                  "square pictures of one face each, to be learned too"),
    MR_CLI_STRING("points", 0, struct settings, params.points, "FILE.csv",
                  "the five points of each chip"),
    MR_CLI_FLOAT("human-share", 0, struct settings, params.human_share, "N", 0.01, 1000,
                 "how many times as often as it is there a face with people's points comes"),
    MR_CLI_FLOAT("bend", 0, struct settings, params.bend, "D", 0.0001, 10,
                 "error, distances of the eyes, from which the loss is linear"),
    MR_CLI_INT("side", 0, struct settings, params.side, "PX", 16, 512,
               "pictures are kept in memory at this size"),
    MR_CLI_AUGMENT_ROWS(struct settings, params),
    MR_CLI_FLAG("json", 0, struct settings, json, "print the result as one JSON object"),
};

static const mr_cli_usage usage = {
    "train landmarks",
    NULL,
    0,
    0,
    "Trains the network that sets the five points of a found face, on the faces of\n"
    "DIR/labels.csv whose points are known and, if given, on chips with a table of theirs. A\n"
    "fixed tenth of them judges each epoch; the best epoch's weights go to\n"
    "OUT/weights.safetensors, a line an epoch to OUT/training.csv.",
    options,
    MR_COUNT(options)};

static mr_status train(const void *settings, mr_training_result *out) {
    const struct settings *chosen = settings;
    return mr_train_landmarks(&chosen->params, out);
}

int mr_cmd_train_landmarks(int argc, char **argv) {
    struct settings settings = {.params = mr_train_landmarks_defaults()};
    const mr_cli_training training = {&usage, "landmarks",    &settings, &settings.params.trainer,
                                      NULL,   &settings.json, train};
    return mr_cli_run_training(&training, argc, argv);
}
