/* moodreel train: networks from data sets; the forest is in cmd_forest.c. */
#include "base/clock.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/train_options.h"
#include "learn/train_attributes.h"
#include "learn/train_emotion.h"
#include "json/json.h"

#include <signal.h>

const char *const mr_cli_optimisers[] = {"sgd", "adamw", NULL};

/* Set by the first Ctrl-C; the handler then steps aside, so that a second one ends the program. */
static volatile sig_atomic_t stopped;

static void stop(int number) {
    stopped = number;
}

static void begin(mr_trainer_params *trainer) {
    struct sigaction action = {.sa_handler = stop, .sa_flags = SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    trainer->stop = &stopped;
    mr_log_set_level(MR_LOG_INFO);
}

static mr_status print_result(const char *task, const char *out, const mr_training_result *result,
                              double seconds) {
    json_t *validation = json_object();
    for (int i = 0; i < result->figure_count; i++)
        json_object_set_new(validation, result->figures[i].name,
                            mr_json_real_or_null(result->figures[i].value));
    return mr_json_print(json_pack(
        "{s:s, s:o, s:I, s:I, s:o, s:o, s:f}", "task", task, "out", mr_json_text(out), "epochs",
        (json_int_t)result->epochs, "best_epoch", (json_int_t)result->best_epoch, "score",
        mr_json_real_or_null(result->score), "validation", validation, "seconds", seconds));
}

int mr_cli_run_training(const mr_cli_training *training, int argc, char **argv) {
    mr_cli_operands none;
    int code;
    if (!mr_cli_parse(training->usage, argc, argv, training->settings, &none, &code))
        return code;
    mr_trainer_params *trainer = training->trainer;
    if (training->teachers) {
        trainer->teaching.teachers = training->teachers->items;
        trainer->teaching.teacher_count = training->teachers->count;
    }
    begin(trainer);
    double started = mr_now();
    mr_training_result result;
    mr_status status = training->train(training->settings, &result);
    if (status == MR_OK && *training->json)
        status = print_result(training->task, trainer->out, &result, mr_now() - started);
    return status == MR_OK ? MR_EXIT_OK : mr_cli_failed(training->usage->command);
}

struct emotion_settings {
    mr_train_emotion_params params;
    mr_cli_list teachers;
    bool json;
};

static const mr_cli_option emotion_options[] = {
    MR_CLI_TRAINER_ROWS(struct emotion_settings, params),
    MR_CLI_HEADS_ROWS(struct emotion_settings, params),
    MR_CLI_FLAG("votes-from-labels", 0, struct emotion_settings, params.votes_from_labels,
                "without ferplus.csv: let what is shown learn the folders, too"),
    MR_CLI_FLOAT("smoothing", 0, struct emotion_settings, params.smoothing, "S", 0, 0.9,
                 "of the labels: share that is spread over all classes"),
    MR_CLI_FLOAT("sampling-power", 0, struct emotion_settings, params.sampling_power, "P", 0, 1,
                 "0: classes as frequent as they are; 1: all alike"),
    MR_CLI_AUGMENT_ROWS(struct emotion_settings, params),
    MR_CLI_FLAG("json", 0, struct emotion_settings, json, "print the result as one JSON object"),
};

static const mr_cli_usage emotion_usage = {
    "train emotion",
    NULL,
    0,
    0,
    "Trains the emotion network. DIR/train/CLASS/* is learned, DIR/public_test/CLASS/* judges "
    "each\n"
    "epoch, and DIR/ferplus.csv, where it is there, has what people voted. The best epoch's "
    "weights\n"
    "go to OUT/weights.safetensors, a line an epoch to OUT/training.csv.",
    emotion_options,
    MR_COUNT(emotion_options)};

static mr_status do_emotion(const void *settings, mr_training_result *out) {
    const struct emotion_settings *chosen = settings;
    return mr_train_emotion(&chosen->params, out);
}

static int train_emotion(int argc, char **argv) {
    struct emotion_settings settings = {.params = mr_train_emotion_defaults()};
    const mr_cli_training training = {
        &emotion_usage,     "emotion",      &settings, &settings.params.trainer,
        &settings.teachers, &settings.json, do_emotion};
    return mr_cli_run_training(&training, argc, argv);
}

struct attributes_settings {
    mr_train_attributes_params params;
    mr_cli_list teachers;
    bool json;
};

static const mr_cli_option attributes_options[] = {
    MR_CLI_TRAINER_ROWS(struct attributes_settings, params),
    MR_CLI_HEADS_ROWS(struct attributes_settings, params),
    MR_CLI_INT("side", 0, struct attributes_settings, params.side, "PX", 16, 200,
               "pictures are kept in memory at this size"),
    MR_CLI_FLOAT("age-deviation", 0, struct attributes_settings, params.age_deviation, "YEARS", 0.1,
                 20, "spread of the target around the true age"),
    MR_CLI_FLOAT("smoothing", 0, struct attributes_settings, params.smoothing, "S", 0, 0.9,
                 "of gender and ethnicity"),
    MR_CLI_FLOAT("class-weight", 0, struct attributes_settings, params.class_weight, "W", 0.01, 100,
                 "of the losses of gender and ethnicity beside the age's"),
    MR_CLI_FLOAT("gender-weight", 0, struct attributes_settings, params.gender_weight, "W", 0.01,
                 100, "of the gender's loss beside the ethnicity's"),
    MR_CLI_FLOAT("sampling-power", 0, struct attributes_settings, params.sampling_power, "P", 0, 1,
                 "0: groups by gender, ethnicity, decade as frequent as they are; 1: all alike"),
    MR_CLI_AUGMENT_ROWS(struct attributes_settings, params),
    MR_CLI_FLAG("json", 0, struct attributes_settings, json, "print the result as one JSON object"),
};

static const mr_cli_usage attributes_usage = {
    "train attributes",
    NULL,
    0,
    0,
    "Trains the network for age, gender and ethnicity on the aligned chips\n"
    "DIR/AGE_GENDER_ETHNICITY_*.jpg. A fixed tenth of them judges each epoch; the best\n"
    "epoch's weights go to OUT/weights.safetensors, a line an epoch to OUT/training.csv.",
    attributes_options,
    MR_COUNT(attributes_options)};

static mr_status do_attributes(const void *settings, mr_training_result *out) {
    const struct attributes_settings *chosen = settings;
    return mr_train_attributes(&chosen->params, out);
}

static int train_attributes(int argc, char **argv) {
    struct attributes_settings settings = {.params = mr_train_attributes_defaults()};
    const mr_cli_training training = {
        &attributes_usage,  "attributes",   &settings,    &settings.params.trainer,
        &settings.teachers, &settings.json, do_attributes};
    return mr_cli_run_training(&training, argc, argv);
}

static const mr_cli_command commands[] = {
    {"emotion", "the emotion network, on FER2013 and FER+", train_emotion},
    {"attributes", "the network for age, gender and ethnicity, on UTKFace", train_attributes},
    {"detector", "the face detector, on pictures with labelled faces", mr_cmd_train_detector},
    {"landmarks", "the network that sets a found face's five points", mr_cmd_train_landmarks},
    {"forest", "the Random Forest of film choices, on the profile set", mr_cmd_train_forest},
    {"collaborative", "who liked one film likes which others, on MovieLens-1M",
     mr_cmd_train_collaborative},
    {"blend", "how much each term of a film's score counts, on MovieLens-1M", mr_cmd_train_blend},
};

static const mr_cli_table table = {
    "train",
    "Trains a model on a data set. Training can be stopped (Ctrl-C) and goes on with --resume "
    "from\n"
    "the last whole epoch; on one thread the result is the same to the bit.",
    commands, MR_COUNT(commands)};

int mr_cmd_train(int argc, char **argv) {
    return mr_cli_run(&table, argc, argv);
}
