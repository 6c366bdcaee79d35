/* moodreel factor: a smaller network out of a trained one. */
#include "base/clock.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/model_folder.h"
#include "learn/factor.h"
#include "json/json.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct settings {
    const char *data, *model, *out;
    mr_cli_list layers;
    bool json;
};

static const mr_cli_option options[] = {
    MR_CLI_NEEDED("data", 0, struct settings, data, "DIR", "the data set it was trained on"),
    MR_CLI_NEEDED("out", 0, struct settings, out, "DIR", "folder of the smaller model"),
    MR_CLI_STRING("model", 0, struct settings, model, "DIR",
                  "folder of the model; the shipped one unless given"),
    MR_CLI_LIST("layer", 0, struct settings, layers, "NAME=N",
                "a convolution and how many filters it keeps; may be repeated"),
    MR_CLI_FLAG("json", 0, struct settings, json, "print the result as one JSON object"),
};

static bool read_rank(const char *text, mr_factor_rank *out) {
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : 0;
    if (length == 0 || length >= sizeof out->layer || !isdigit((unsigned char)equals[1]))
        return false;
    char *end;
    errno = 0;
    long filters = strtol(equals + 1, &end, 10);
    if (*end != '\0' || errno != 0 || filters > INT_MAX)
        return false;
    *out = (mr_factor_rank){.rank = (int)filters};
    memcpy(out->layer, text, length);
    return true;
}

static int read_ranks(const char *command, const mr_cli_list *layers, mr_factor_rank *ranks) {
    if (layers->count < 1 || layers->count > MR_FACTOR_MOST)
        return mr_cli_misuse(command, "--layer: 1 to %d are needed, found %d", MR_FACTOR_MOST,
                             layers->count);
    for (int i = 0; i < layers->count; i++)
        if (!read_rank(layers->items[i], &ranks[i]))
            return mr_cli_misuse(command, "--layer: expected NAME=N, found '%s'", layers->items[i]);
    return MR_EXIT_OK;
}

static mr_status print_factored(const struct settings *settings, const char *task,
                                const mr_factor_rank *ranks, const mr_factor_size sizes[2],
                                double seconds) {
    if (!settings->json) {
        for (int i = 0; i < settings->layers.count; i++)
            printf("%-16s %4d filters keep %.2f %% of the variance\n", ranks[i].layer,
                   ranks[i].rank, 100 * ranks[i].share);
        for (int i = 0; i < 2; i++)
            printf("%-16s %.2f M parameters, %.0f MFLOP\n", i == 0 ? "before" : "after",
                   1e-6 * (double)sizes[i].parameters, 2e-6 * sizes[i].multiply_adds);
        return MR_OK;
    }
    json_t *layers = json_array();
    for (int i = 0; i < settings->layers.count; i++)
        json_array_append_new(layers,
                              json_pack("{s:s, s:i, s:f}", "layer", ranks[i].layer, "filters",
                                        ranks[i].rank, "variance_kept", ranks[i].share));
    return mr_json_print(json_pack("{s:s, s:o, s:o, s:I, s:I, s:f, s:f, s:f}", "task", task, "out",
                                   mr_json_text(settings->out), "layers", layers,
                                   "parameters_before", (json_int_t)sizes[0].parameters,
                                   "parameters", (json_int_t)sizes[1].parameters, "mflop_before",
                                   2e-6 * sizes[0].multiply_adds, "mflop",
                                   2e-6 * sizes[1].multiply_adds, "seconds", seconds));
}

typedef mr_status (*factoring)(const char *model, const char *data, mr_factor_rank *ranks,
                               int count, const char *out, mr_factor_size *before,
                               mr_factor_size *after);

static int factor(const mr_cli_usage *usage, const char *name, factoring job, int argc,
                  char **argv) {
    struct settings settings = {0};
    mr_cli_operands none;
    int code;
    if (!mr_cli_parse(usage, argc, argv, &settings, &none, &code))
        return code;
    double started = mr_now();
    char *folder = NULL;
    mr_factor_rank ranks[MR_FACTOR_MOST];
    mr_factor_size sizes[2];
    if ((code = read_ranks(usage->command, &settings.layers, ranks)) != MR_EXIT_OK)
        return code;
    mr_status status = mr_cli_model_folder(settings.model, name, &folder);
    if (status == MR_OK && mr_is_same_file(folder, settings.out))
        status = mr_fail(MR_E_ARGUMENT, "--out: %s is the model that is read", settings.out);
    if (status == MR_OK)
        status = job(folder, settings.data, ranks, settings.layers.count, settings.out, &sizes[0],
                     &sizes[1]);
    if (status == MR_OK)
        status = print_factored(&settings, name, ranks, sizes, mr_now() - started);
    free(folder);
    return status == MR_OK ? MR_EXIT_OK : mr_cli_failed(usage->command);
}

static const char about[] =
    "Replaces each convolution named with --layer by two, of which the first has only N filters\n"
    "of the same size and the second mixes them, the nearest to what the layer answers to\n"
    "pictures of the training. Layers have the names of the model's network.txt. The smaller\n"
    "model is not calibrated and is best trained on: 'moodreel train ... --from'.";

static const mr_cli_usage emotion_usage = {"factor emotion", NULL, 0, 0, about, options,
                                           MR_COUNT(options)};

static int factor_emotion(int argc, char **argv) {
    return factor(&emotion_usage, "emotion", mr_factor_emotion, argc, argv);
}

static const mr_cli_usage attributes_usage = {"factor attributes", NULL, 0, 0, about, options,
                                              MR_COUNT(options)};

static int factor_attributes(int argc, char **argv) {
    return factor(&attributes_usage, "attributes", mr_factor_attributes, argc, argv);
}

static const mr_cli_command commands[] = {
    {"emotion", "the emotion network, on FER2013", factor_emotion},
    {"attributes", "the network for age, gender and ethnicity, on UTKFace", factor_attributes},
};

static const mr_cli_table table = {"factor",
                                   "Makes a smaller and faster network out of a trained one.",
                                   commands, MR_COUNT(commands)};

int mr_cmd_factor(int argc, char **argv) {
    return mr_cli_run(&table, argc, argv);
}
