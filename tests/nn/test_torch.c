/* Training's outputs and gradients against PyTorch's, where Debian's python3-torch is installed. */
#include "base/file.h"
#include "networks.h"
#include "nn/safetensors.h"
#include "nn/training.h"
#include "support.h"

#include <omp.h>
#include <string.h>

enum { BATCH = 4 };

static mr_tensor tensor(const char *prefix, const char *name, size_t size, const float *data) {
    mr_tensor t = {.dim_count = 1, .dims = {size}, .size = size, .data = data};
    snprintf(t.name, sizeof t.name, "%s%s", prefix, name);
    return t;
}

static mr_tensor parameter(const char *prefix, const mr_parameter *row, const float *array) {
    mr_tensor t = tensor(prefix, row->name, row->size, array + row->offset);
    t.dim_count = row->dim_count;
    for (int d = 0; d < row->dim_count; d++)
        t.dims[d] = (size_t)row->dims[d];
    return t;
}

static void write_case(const char *folder, size_t index) {
    mr_network *network;
    assert_ok(mr_network_parse(test_networks[index].text, "oracle", &network));
    float *values = mr_alloc(network->total * sizeof(float));
    float *gradients = mr_alloc(network->trainable * sizeof(float));
    mr_network_initialise(network, index, values);
    mr_training *training;
    assert_ok(mr_training_create(network, BATCH, values, gradients, &training));
    size_t in = BATCH * input_size(network), count = 0;
    fill_normal(mr_training_input(training), in, 100 + index);
    mr_rng rng = mr_rng_seeded(1);
    assert_ok(mr_training_forward(training, &rng));
    mr_tensor *tensors = calloc(64, sizeof *tensors);
    tensors[count++] = tensor("in/", "x", in, mr_training_input(training));
    for (int k = 0; k < network->output_count; k++) {
        size_t size = BATCH * (size_t)mr_network_output_size(network, k);
        float *loss = mr_training_output_gradient(training, k);
        float *kept = mr_alloc(size * sizeof(float));
        fill_normal(kept, size, 200 + index);
        memcpy(loss, kept, size * sizeof(float));
        char number[16];
        snprintf(number, sizeof number, "%d", k);
        tensors[count++] = tensor("out/", number, size, mr_training_output(training, k));
        tensors[count++] = tensor("loss/", number, size, kept);
    }
    assert_ok(mr_training_backward(training));
    for (int i = 0; i < network->parameter_count; i++) {
        const mr_parameter *row = &network->parameters[i];
        tensors[count++] = parameter("", row, values);
        if (row->trainable)
            tensors[count++] = parameter("gradient/", row, gradients);
    }
    char name[64];
    snprintf(name, sizeof name, "%zu.safetensors", index);
    char *path = mr_path_join(folder, name);
    assert_ok(mr_safetensors_save(path, tensors, count, NULL, 0));
    free(path);
    snprintf(name, sizeof name, "%zu.txt", index);
    path = mr_path_join(folder, name);
    assert_ok(mr_file_write(path, test_networks[index].text, strlen(test_networks[index].text)));
    free(path);
    for (size_t i = 0; i < count; i++)
        if (strncmp(tensors[i].name, "loss/", 5) == 0)
            free((void *)(uintptr_t)tensors[i].data);
    free(tensors);
    mr_training_free(training);
    free(values);
    free(gradients);
    mr_network_free(network);
}

static void outputs_and_gradients_match_pytorch(void **state) {
    (void)state;
    char folder[] = "/tmp/moodreel-torch-XXXXXX", command[256];
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < TEST_NETWORKS; i++)
        write_case(folder, i);
    snprintf(command, sizeof command, "/usr/bin/python3 tests/nn/torch_oracle.py %s", folder);
    int status = system(command);
    mr_test_remove(folder);
    assert_int_equal(status, 0);
}

int main(void) {
    omp_set_num_threads(1); /* the networks are too small to share */
    if (system("/usr/bin/python3 -c 'import torch' >/dev/null 2>&1") != 0) {
        puts("skipped: needs Debian's python3-torch");
        return MR_TEST_SKIPPED;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(outputs_and_gradients_match_pytorch)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
