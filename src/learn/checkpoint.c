#include "learn/checkpoint.h"

#include "base/number.h"

#include "nn/weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT     "moodreel-checkpoint 1"
#define COUNT_MOST 1e9

enum { MOST_SETS = 4, KEY_WIDTH = 17 };

/* The arrays of a run under their names in the file. */
static size_t list_sets(const mr_checkpoint *checkpoint, mr_weight_set sets[MOST_SETS]) {
    static const char *const states[] = {"momentum/", "second/"};
    size_t count = 0;
    sets[count++] = (mr_weight_set){.prefix = "", .values = checkpoint->values};
    sets[count++] = (mr_weight_set){.prefix = "average/", .values = checkpoint->average};
    for (int k = 0; k < 2; k++) {
        float *state = mr_optimiser_state(checkpoint->optimiser, k);
        if (state)
            sets[count++] = (mr_weight_set){states[k], state, true, false};
    }
    return count;
}

static void write_key(uint64_t key, char text[KEY_WIDTH]) {
    snprintf(text, KEY_WIDTH, "%016llx", (unsigned long long)key);
}

mr_status mr_checkpoint_save(const char *path, const mr_network *network,
                             const mr_checkpoint *checkpoint) {
    mr_weight_set sets[MOST_SETS];
    size_t set_count = list_sets(checkpoint, sets);
    mr_metadata metadata[] = {{"format", FORMAT},    {"epochs", ""},     {"steps", ""},
                              {"best_epoch", ""},    {"best_score", ""}, {"settings", ""},
                              {"task_settings", ""}, {"network", ""},    {"data", ""}};
    enum { COUNT = sizeof metadata / sizeof *metadata, WIDTH = sizeof metadata->value };
    snprintf(metadata[1].value, WIDTH, "%ld", checkpoint->epochs);
    snprintf(metadata[2].value, WIDTH, "%ld", mr_optimiser_steps(checkpoint->optimiser));
    snprintf(metadata[3].value, WIDTH, "%ld", checkpoint->best_epoch);
    snprintf(metadata[4].value, WIDTH, "%.17g", checkpoint->best_score);
    snprintf(metadata[5].value, WIDTH, "%s", checkpoint->settings);
    snprintf(metadata[6].value, WIDTH, "%s", checkpoint->task_settings);
    write_key(mr_network_key(network), metadata[7].value);
    write_key(checkpoint->data, metadata[8].value);
    return mr_weights_save(path, network, sets, set_count, metadata, COUNT);
}

static mr_status read_number(const mr_safetensors *file, const char *path, const char *key,
                             double *out) {
    const char *text = mr_safetensors_metadata(file, key);
    char *end = NULL;
    double value = text ? mr_strtod(text, &end) : 0;
    if (!text || end == text || *end)
        return mr_fail(MR_E_FORMAT, "%s: metadata '%s' is missing or no number", path, key);
    *out = value;
    return MR_OK;
}

/* A whole number that a run may come to. */
static mr_status read_count(const mr_safetensors *file, const char *path, const char *key,
                            long *out) {
    double value = 0;
    MR_TRY(read_number(file, path, key, &value));
    if (!(value >= 0 && value <= COUNT_MOST && floor(value) == value))
        return mr_fail(MR_E_FORMAT, "%s: metadata '%s' is %g: expected a whole number from 0 on",
                       path, key, value);
    *out = (long)value;
    return MR_OK;
}

static mr_status check_settings(const mr_safetensors *file, const char *path, const char *key,
                                const char *settings) {
    const char *made_with = mr_safetensors_metadata(file, key);
    if (!made_with || strcmp(made_with, settings) != 0)
        return mr_fail(MR_E_MISMATCH, "%s: made by a run with other settings: %s; now: %s", path,
                       made_with ? made_with : "none", settings);
    return MR_OK;
}

/* Files of before there were keys go on. */
static mr_status check_key(const mr_safetensors *file, const char *path, const char *name,
                           uint64_t key, const char *differs) {
    char text[KEY_WIDTH];
    write_key(key, text);
    const char *made_with = mr_safetensors_metadata(file, name);
    if (made_with && strcmp(made_with, text) != 0)
        return mr_fail(MR_E_MISMATCH, "%s: made by a run %s", path, differs);
    return MR_OK;
}

static mr_status check_origin(const mr_safetensors *file, const char *path,
                              const mr_network *network, const mr_checkpoint *checkpoint) {
    const char *format = mr_safetensors_metadata(file, "format");
    if (!format || strcmp(format, FORMAT) != 0)
        return mr_fail(MR_E_FORMAT, "%s: not a checkpoint of a training run", path);
    MR_TRY(check_settings(file, path, "settings", checkpoint->settings));
    MR_TRY(check_settings(file, path, "task_settings", checkpoint->task_settings));
    MR_TRY(check_key(file, path, "network", mr_network_key(network), "of another network"));
    return check_key(file, path, "data", checkpoint->data, "on other data");
}

static mr_status read_checkpoint(const mr_safetensors *file, const char *path,
                                 const mr_network *network, mr_checkpoint *checkpoint) {
    MR_TRY(check_origin(file, path, network, checkpoint));
    long epochs = 0, steps = 0, best_epoch = 0;
    double best_score = 0;
    MR_TRY(read_count(file, path, "epochs", &epochs));
    MR_TRY(read_count(file, path, "steps", &steps));
    MR_TRY(read_count(file, path, "best_epoch", &best_epoch));
    MR_TRY(read_number(file, path, "best_score", &best_score));
    if (best_epoch > epochs)
        return mr_fail(MR_E_FORMAT, "%s: the best epoch, %ld, is none of %ld", path, best_epoch,
                       epochs);
    mr_weight_set sets[MOST_SETS];
    size_t set_count = list_sets(checkpoint, sets);
    MR_TRY(mr_weights_read(file, path, network, sets, set_count));
    checkpoint->epochs = epochs;
    checkpoint->best_epoch = best_epoch;
    checkpoint->best_score = best_score;
    mr_optimiser_set_steps(checkpoint->optimiser, steps);
    return MR_OK;
}

mr_status mr_checkpoint_load(const char *path, const mr_network *network,
                             mr_checkpoint *checkpoint) {
    mr_safetensors file;
    MR_TRY(mr_safetensors_load(path, &file));
    mr_status status = read_checkpoint(&file, path, network, checkpoint);
    mr_safetensors_free(&file);
    return status;
}
