/*
 * bench_haar [FOLDER]: the Haar detector on 20 made scenes of 640×480 with default parameters, one
 * thread; beside it OpenCV's on the same pictures in the same run, where python3-opencv is
 * installed. Its script lies in FOLDER, by default "bench".
 *
 * The answer is one JSON object on each line: who, milliseconds a frame (mean over the scenes of
 * the best of five runs, and the slowest scene), and the faces found. Times are processor times, so
 * that other work on the machine disturbs the comparison little.
 */
#include "base/file.h"
#include "face/haar.h"
#include "face/haar_scenes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SCENES = 20, RUNS = 5, WIDTH = 640, HEIGHT = 480, MOST_FACES = 64 };

static double processor_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static mr_status time_scene(mr_haar *haar, const mr_image *scene, double *best, size_t *count) {
    mr_face faces[MOST_FACES];
    for (int run = 0; run < RUNS; run++) {
        double started = processor_time();
        MR_TRY(mr_haar_detect(haar, scene, NULL, faces, MOST_FACES, count));
        double taken = processor_time() - started;
        if (run == 0 || taken < *best)
            *best = taken;
    }
    return MR_OK;
}

/* Times our detector and writes the pictures for the other one. */
static mr_status measure(mr_haar *haar, const mr_scene_maker *maker, const char *folder) {
    double sum = 0, slowest = 0, best = 0;
    size_t faces = 0, count;
    for (int i = 0; i < SCENES; i++) {
        mr_image scene;
        char name[24];
        snprintf(name, sizeof name, "scene%02d", i);
        MR_TRY(mr_scene_make(maker, i, WIDTH, HEIGHT, &scene));
        mr_status status = time_scene(haar, &scene, &best, &count);
        if (status == MR_OK)
            status = mr_scene_save(&scene, folder, name);
        mr_image_free(&scene);
        MR_TRY(status);
        sum += best;
        slowest = best > slowest ? best : slowest;
        faces += count;
    }
    printf("{\"who\":\"moodreel\",\"ms\":%.2f,\"slowest_ms\":%.2f,\"faces\":%zu}\n",
           1e3 * sum / SCENES, 1e3 * slowest, faces);
    fflush(stdout);
    return MR_OK;
}

static mr_status bench(const char *path, const char *folder) {
    mr_cascade *cascade;
    mr_haar *haar = NULL;
    mr_scene_maker maker;
    MR_TRY(mr_cascade_load(path, &cascade));
    mr_status status = mr_haar_create(cascade, &haar);
    if (status == MR_OK)
        status = mr_scene_maker_load(&maker);
    if (status == MR_OK) {
        status = measure(haar, &maker, folder);
        mr_scene_maker_free(&maker);
    }
    mr_haar_free(haar);
    mr_cascade_free(cascade);
    return status;
}

static void run_opencv(const char *scripts, const char *folder, const char *cascade) {
    char command[1024];
    snprintf(command, sizeof command, "/usr/bin/python3 %s/bench_haar.py %s %s %d 2>/dev/null",
             scripts, folder, cascade, RUNS);
    if (system(command) != 0)
        puts("{\"who\":\"opencv\",\"skipped\":\"python3-opencv is not installed\"}");
}

static void remove_scenes(const char *folder) {
    for (int i = 0; i < SCENES; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/scene%02d.pgm", folder, i);
        unlink(path);
    }
    rmdir(folder);
}

int main(int count, char **arguments) {
    char folder[] = "/tmp/moodreel-bench-XXXXXX", *cascade = NULL;
    if (!mkdtemp(folder)) {
        perror("bench_haar: /tmp");
        return 1;
    }
    mr_status status = mr_cascade_find(&cascade);
    if (status == MR_OK)
        status = bench(cascade, folder);
    if (status == MR_OK)
        run_opencv(count > 1 ? arguments[1] : "bench", folder, cascade);
    else
        fprintf(stderr, "bench_haar: %s\n", mr_last_error());
    free(cascade);
    remove_scenes(folder);
    return status != MR_OK;
}
