/*
 * bench_track: what following people costs beside finding and estimating them. For each number of
 * faces one JSON object a line: microseconds of one frame's tracking (mean and 99th percentile over
 * 3,000 frames in which the faces move, jitter, cross and are missed one time in ten), and of one
 * estimate's vote with a full ring. Times are processor times, so that other work on the machine
 * disturbs them little.
 */
#include "base/rng.h"
#include "face/track.h"
#include "face/vote.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FRAMES = 3000, VOTES = 3000 };

#define FRAME_SECONDS (1.0 / 15)

static double processor_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* People walk to and fro across a picture of 1920 pixels, in rows. */
static size_t make_frame(mr_rng *rng, int people, double seconds, mr_face *faces) {
    size_t count = 0;
    for (int i = 0; i < people; i++) {
        double x = 960 + 800 * sin(0.3 * seconds * (1 + i % 3) + i), y = 60 + 120 * (i % 8);
        if (mr_rng_below(rng, 10) == 0)
            continue;
        double size = 90 * (1 + 0.03 * mr_rng_normal(rng));
        faces[count++] = (mr_face){.box = {.x = (float)(x + 3 * mr_rng_normal(rng) - size / 2),
                                           .y = (float)(y + 3 * mr_rng_normal(rng) - size / 2),
                                           .width = (float)size,
                                           .height = (float)size},
                                   .score = mr_rng_below(rng, 5) ? 0.8f : 0.4f};
    }
    return count;
}

static int rising(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Microseconds a frame; the times come back sorted. */
static double time_tracking(int people, double *times) {
    static mr_tracker tracker;
    const mr_track_options options = {.patience = 1.5, .confirm = 2, .sure = 0.5f};
    mr_rng rng = mr_rng_seeded(1);
    double sum = 0;
    mr_tracker_start(&tracker, &options);
    for (int i = 0; i < FRAMES; i++) {
        mr_face faces[MR_TRACKS_MAX];
        size_t count = make_frame(&rng, people, i * FRAME_SECONDS, faces);
        double started = processor_time();
        mr_tracker_step(&tracker, faces, count, i * FRAME_SECONDS);
        times[i] = 1e6 * (processor_time() - started);
        sum += times[i];
    }
    qsort(times, FRAMES, sizeof *times, rising);
    return sum / FRAMES;
}

static double time_vote(void) {
    static mr_vote vote;
    mr_rng rng = mr_rng_seeded(2);
    mr_attributes said = {
        .has_age = true, .has_gender = true, .has_ethnicity = true, .has_emotion = true};
    double started = processor_time();
    for (int i = 0; i < VOTES; i++) {
        int years = 30 + (int)mr_rng_below(&rng, 10);
        said.age = (float)years;
        said.age_low = said.age - 8;
        said.age_high = said.age + 8;
        said.age_distribution[years] = said.gender[i % 2] = said.emotion[i % 7] = 1;
        mr_vote_cast(&vote, &said, 0.5f, 0.01 * i, 3);
        said.age_distribution[years] = said.gender[i % 2] = said.emotion[i % 7] = 0;
    }
    return 1e6 * (processor_time() - started) / VOTES;
}

int main(void) {
    static const int crowds[] = {1, 8, 64};
    static double times[FRAMES];
    double vote = time_vote();
    for (size_t i = 0; i < sizeof crowds / sizeof *crowds; i++) {
        double mean = time_tracking(crowds[i], times);
        printf("{\"faces\":%d,\"track_us\":%.1f,\"track_p99_us\":%.1f,\"vote_us\":%.1f}\n",
               crowds[i], mean, times[FRAMES * 99 / 100], vote);
    }
    return 0;
}
