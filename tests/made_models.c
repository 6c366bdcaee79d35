#include "made_models.h"

#include "base/file.h"
#include "base/memory.h"
#include "nn/weights.h"

#include <stdlib.h>
#include <string.h>

static const char attributes_network[] =
    "moodreel-network 1\n"
    "input image channels=3 height=24 width=24 mean=127.5 deviation=64\n"
    "conv c1 image out=8 kernel=3 stride=2\n"
    "batchnorm b1 c1\n"
    "relu r1 b1\n"
    "conv c2 r1 out=16 kernel=3 stride=2\n"
    "batchnorm b2 c2\n"
    "relu r2 b2\n"
    "linear age r2 out=101\n"
    "linear gender r2 out=2\n"
    "linear ethnicity r2 out=5\n"
    "output age\n"
    "output gender\n"
    "output ethnicity\n";

static const char emotion_network[] =
    "moodreel-network 1\n"
    "input image channels=1 height=20 width=20 mean=127.5 deviation=64\n"
    "conv c1 image out=8 kernel=3 stride=2\n"
    "batchnorm b1 c1\n"
    "relu r1 b1\n"
    "linear label r1 out=7\n"
    "linear votes r1 out=7\n"
    "output label\n"
    "output votes\n";

static mr_status save_random(const mr_network *network, const char *path, unsigned seed) {
    float *values = mr_alloc(network->total * sizeof *values);
    if (values == NULL)
        return mr_fail(MR_E_MEMORY, "%s: out of memory", path);
    mr_network_initialise(network, seed, values);
    const mr_weight_set set = {.prefix = "", .values = values};
    mr_status status = mr_weights_save(path, network, &set, 1, NULL, 0);
    free(values);
    return status;
}

static mr_status make(const char *folder, const char *name, const char *text, unsigned seed) {
    char *model = mr_path_join(folder, name);
    char *network_path = mr_path_join(model, "network.txt");
    char *weights_path = mr_path_join(model, "weights.safetensors");
    mr_network *network = NULL;
    mr_status status = mr_folder_make(model);
    if (status == MR_OK)
        status = mr_file_write(network_path, text, strlen(text));
    if (status == MR_OK)
        status = mr_network_load(network_path, &network);
    if (status == MR_OK)
        status = save_random(network, weights_path, seed);
    mr_network_free(network);
    free(model);
    free(network_path);
    free(weights_path);
    return status;
}

mr_status mr_make_attributes_model(const char *folder, unsigned seed) {
    return make(folder, "attributes", attributes_network, seed);
}

mr_status mr_make_emotion_model(const char *folder, unsigned seed) {
    return make(folder, "emotion", emotion_network, seed);
}
