/*
 * bench_forest [FOLDER]: the Random Forest on 10,240 rows of 64 features, 100 trees, sqrt(p)
 * features a node, one thread; beside it scikit-learn and ranger on the same data in the same run,
 * where they are installed. Their scripts lie in FOLDER, by default "bench".
 *
 * The answer is one JSON object on each line: who, training seconds, out-of-bag error, test error,
 * microseconds a row asked one by one and, for the others, in a batch. Times are medians of three
 * runs.
 */
#include "base/clock.h"
#include "base/file.h"
#include "recommend/test_forest_made.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ROWS  10240
#define TESTS 4096
#define RUNS  3

static double median(double runs[RUNS]) {
    for (int i = 0; i < RUNS; i++)
        for (int j = i + 1; j < RUNS; j++)
            if (runs[j] < runs[i]) {
                double kept = runs[i];
                runs[i] = runs[j];
                runs[j] = kept;
            }
    return runs[RUNS / 2];
}

static double time_prediction(const mr_forest *forest, const mr_forest_data *data) {
    float probabilities[2], sum = 0;
    double started = mr_now();
    for (size_t row = 0; row < data->rows; row++) {
        mr_forest_predict(forest, data->values + row * data->features, probabilities);
        sum += probabilities[0];
    }
    double seconds = mr_now() - started;
    if (sum <= 0)
        fputs("bench_forest: no row has any chance of class 0\n", stderr);
    return seconds / (double)data->rows * 1e6;
}

static mr_status measure(const mr_forest_data *train, const mr_forest_data *test) {
    double training[RUNS], predicting[RUNS], out_of_bag = 0, wrong = 0;
    size_t bytes = 0;
    for (int run = 0; run < RUNS; run++) {
        mr_forest_params params = mr_forest_params_defaults();
        mr_forest *forest;
        uint8_t *file = NULL;
        double started = mr_now();
        MR_TRY(mr_forest_train(train, &params, &forest));
        training[run] = mr_now() - started;
        predicting[run] = time_prediction(forest, test);
        mr_status status = mr_forest_out_of_bag(forest, train, 1, NULL, &out_of_bag);
        if (status == MR_OK)
            status = mr_forest_encode(forest, &file, &bytes);
        wrong = 1 - made_accuracy(forest, test);
        free(file);
        mr_forest_free(forest);
        MR_TRY(status);
    }
    printf("{\"who\":\"moodreel\",\"train_s\":%.2f,\"oob_error\":%.4f,\"test_error\":%.4f,"
           "\"row_us\":%.2f,\"file_bytes\":%zu}\n",
           median(training), out_of_bag, wrong, median(predicting), bytes);
    fflush(stdout);
    return MR_OK;
}

/* Writes what another program reads: raw little-endian floats and 16-bit classes. */
static mr_status write_set(const char *folder, const char *name, const mr_forest_data *data) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s.values", folder, name);
    MR_TRY(mr_file_write(path, data->values, data->rows * data->features * sizeof(float)));
    snprintf(path, sizeof path, "%s/%s.classes", folder, name);
    return mr_file_write(path, data->classes, data->rows * sizeof(uint16_t));
}

static void run_other(const char *program, const char *scripts, const char *script,
                      const char *folder) {
    char command[1024];
    snprintf(command, sizeof command,
             "OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 %s %s/%s %s 64 2>/dev/null", program,
             scripts, script, folder);
    if (system(command) != 0)
        printf("{\"who\":\"%s\",\"skipped\":\"not installed\"}\n", script);
    fflush(stdout);
}

static mr_status bench(const char *scripts, const char *folder) {
    made_recipe recipe = {.rows = ROWS + TESTS,
                          .informative = 16,
                          .redundant = 16,
                          .noise = 32,
                          .classes = 2,
                          .clusters = 8,
                          .separation = 1.0,
                          .flipped = 0.1,
                          .seed = 1};
    mr_forest_data all = made_data(&recipe);
    mr_forest_data train = made_rows(&all, 0, ROWS), test = made_rows(&all, ROWS, TESTS);
    mr_status status = measure(&train, &test);
    if (status == MR_OK)
        status = write_set(folder, "train", &train);
    if (status == MR_OK)
        status = write_set(folder, "test", &test);
    if (status == MR_OK) {
        run_other("/usr/bin/python3", scripts, "bench_forest.py", folder);
        run_other("Rscript", scripts, "bench_forest.R", folder);
    }
    made_free(&all);
    return status;
}

int main(int count, char **arguments) {
    char folder[] = "/tmp/moodreel-bench-XXXXXX";
    if (!mkdtemp(folder)) {
        perror("bench_forest: /tmp");
        return 1;
    }
    mr_status status = bench(count > 1 ? arguments[1] : "bench", folder);
    const char *const names[] = {"train.values", "train.classes", "test.values", "test.classes"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
    if (status != MR_OK)
        fprintf(stderr, "bench_forest: %s\n", mr_last_error());
    return status != MR_OK;
}
