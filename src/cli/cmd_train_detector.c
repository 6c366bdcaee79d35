/* moodreel train detector: the face detector, from pictures with labelled faces. */
#include "cli/commands.h"
#include "cli/train_options.h"
#include "learn/train_detector.h"

struct settings {
    mr_train_detector_params params;
    mr_cli_list incomplete;
    bool json;
};

#define LOOK params.augment.look

static const mr_cli_option options[] = {
    MR_CLI_TRAINER_ROWS(struct settings, params),
    MR_CLI_STRING("focus", 0, struct settings, params.focus, "PREFIX",
                  "pictures whose names start so count twice when epochs are judged"),
    MR_CLI_INT("focus-weight", 0, struct settings, params.focus_weight, "N", 1, 100,
               "they are learned so often for each time that another is"),
    MR_CLI_LIST("incomplete", 0, struct settings, incomplete, "PREFIX",
                "in pictures whose names start so not all faces are labelled; may be repeated"),
    MR_CLI_STRING("searcher", 0, struct settings, params.searcher, "DIR",
                  "a detector; what it finds there beside the labels is ignored"),
    MR_CLI_INT("least-side", 0, struct settings, params.least_side, "PX", 32, 2048,
               "smallest size of pictures in a batch, a multiple of 32"),
    MR_CLI_INT("most-side", 0, struct settings, params.most_side, "PX", 32, 2048, "largest size"),
    MR_CLI_INT("validation-side", 0, struct settings, params.validation_side, "PX", 0, 4096,
               "size at which epochs are judged; 0: that of the network"),
    MR_CLI_FLOAT("score-weight", 0, struct settings, params.loss.score, "W", 0, 1000,
                 "of the loss of scores"),
    MR_CLI_FLOAT("box-weight", 0, struct settings, params.loss.box, "W", 0, 1000, "of boxes"),
    MR_CLI_FLOAT("landmark-weight", 0, struct settings, params.loss.landmarks, "W", 0, 1000,
                 "of landmarks"),
    MR_CLI_FLOAT("evenness", 0, struct settings, params.loss.evenness, "E", 0, 1,
                 "0: faces count alike, 1: pictures do, however many faces they have"),
    MR_CLI_FLOAT("overlap-power", 0, struct settings, params.loss.assign.overlap_power, "P", 0, 16,
                 "of the IoU when cells are assigned to faces"),
    MR_CLI_INT("cells", 0, struct settings, params.loss.assign.most, "N", 1, MR_ASSIGN_MOST,
               "cells that learn one face"),
    MR_CLI_FLOAT("mosaic", 0, struct settings, params.augment.mosaic, "P", 0, 1,
                 "probability of four pictures in one"),
    MR_CLI_FLOAT("by-face", 0, struct settings, params.augment.by_face, "P", 0, 1,
                 "probability that a face decides the size of a crop"),
    MR_CLI_FLOAT("least-face", 0, struct settings, params.augment.least_face, "PX", 1, 1000,
                 "smallest size of that face"),
    MR_CLI_FLOAT("most-face", 0, struct settings, params.augment.most_face, "S", 0.01, 4,
                 "largest, share of the side"),
    MR_CLI_FLOAT("least-crop", 0, struct settings, params.augment.least_crop, "S", 0.01, 1,
                 "smallest other crop, share of the picture's shorter side"),
    MR_CLI_FLOAT("turn", 0, struct settings, params.augment.turn, "DEG", 0, 180,
                 "standard deviation of the rotation"),
    MR_CLI_FLOAT("any-turn", 0, struct settings, params.augment.any_turn, "P", 0, 1,
                 "probability of a rotation by any angle"),
    MR_CLI_FLOAT("flip", 0, struct settings, params.augment.flip, "P", 0, 1,
                 "probability of a mirror image"),
    MR_CLI_FLOAT("brightness", 0, struct settings, LOOK.brightness, "S", 0, 1,
                 "variation: share of the full range"),
    MR_CLI_FLOAT("contrast", 0, struct settings, LOOK.contrast, "S", 0, 4, "variation: contrast"),
    MR_CLI_FLOAT("gamma", 0, struct settings, LOOK.gamma, "S", 0, 4, "variation: gamma"),
    MR_CLI_FLOAT("cast", 0, struct settings, LOOK.cast, "S", 0, 4,
                 "variation: gain of each colour"),
    MR_CLI_FLOAT("grey", 0, struct settings, LOOK.grey, "P", 0, 1, "probability of no colour"),
    MR_CLI_FLOAT("low-resolution", 0, struct settings, LOOK.low_resolution, "P", 0, 1,
                 "probability of losing detail"),
    MR_CLI_FLOAT("blur", 0, struct settings, LOOK.blur, "P", 0, 1, "probability of blur"),
    MR_CLI_FLOAT("noise", 0, struct settings, LOOK.noise, "D", 0, 255,
                 "largest standard deviation of noise, levels of 255"),
    MR_CLI_FLOAT("jpeg", 0, struct settings, LOOK.jpeg, "P", 0, 1,
                 "probability of coarse compression"),
    MR_CLI_FLAG("json", 0, struct settings, json, "print the result as one JSON object"),
};

static const mr_cli_usage usage = {
    "train detector",
    NULL,
    0,
    0,
    "Trains the face detector on the pictures DIR/images/* whose faces DIR/labels.csv lists. A "
    "fixed\n"
    "tenth of them judges each epoch by average precision; the best epoch's weights go to\n"
    "OUT/weights.safetensors, a line an epoch to OUT/training.csv.",
    options,
    MR_COUNT(options)};

static mr_status train(const void *settings, mr_training_result *out) {
    const struct settings *chosen = settings;
    mr_train_detector_params params = chosen->params;
    params.incomplete.count = chosen->incomplete.count;
    for (int i = 0; i < chosen->incomplete.count; i++)
        params.incomplete.prefixes[i] = chosen->incomplete.items[i];
    return mr_train_detector(&params, out);
}

int mr_cmd_train_detector(int argc, char **argv) {
    struct settings settings = {.params = mr_train_detector_defaults()};
    const mr_cli_training training = {&usage, "detector",     &settings, &settings.params.trainer,
                                      NULL,   &settings.json, train};
    return mr_cli_run_training(&training, argc, argv);
}
