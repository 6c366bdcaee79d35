/*
 * bench_recommend [FILMS [RUNS]]: what a ranking costs over the shipped catalogue, or over one of
 * so many films (its films over and over, under new ids), for a viewer who has clicked on 0, 1, 20
 * and 500 of them, and for a group of eight; and what one click costs by itself.
 *
 * Run where data/ and models/ are. The answer is one JSON object a line, times are of the
 * processor. A ranking reads the whole history anew, so that its time after a click is the time
 * until a click counts.
 */
#include "base/file.h"
#include "recommend/recommend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define CLICKS_MAX 500

/* Seconds of processor time of this thread, which other programs on the machine do not lengthen. */
static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* The shipped films as text, repeated until there are `films` of them. */
static mr_status repeat_films(size_t films, char **text, size_t *size) {
    unsigned char *bytes;
    size_t length, made = 0;
    MR_TRY(mr_file_read("data/films.csv", 64 << 20, &bytes, &length));
    FILE *out = open_memstream(text, size);
    if (!out) {
        free(bytes);
        return mr_fail(MR_E_MEMORY, "no memory for %zu films", films);
    }
    const char *first = strchr((char *)bytes, '\n') + 1, *end = (char *)bytes + length;
    fwrite(bytes, 1, (size_t)(first - (char *)bytes), out);
    for (int round = 0; made < films; round++)
        for (const char *line = first; line < end && made < films; made++) {
            const char *next = memchr(line, '\n', (size_t)(end - line));
            next = next ? next + 1 : end;
            if (round > 0)
                fprintf(out, "R%d", round);
            fwrite(line, 1, (size_t)(next - line), out);
            line = next;
        }
    fclose(out);
    free(bytes);
    return MR_OK;
}

static mr_status load(size_t films, mr_catalogue **catalogue, mr_recommender **recommender) {
    char *text = NULL;
    size_t size = 0;
    if (films == 0) {
        MR_TRY(mr_catalogue_load("data/films.csv", catalogue));
    } else {
        MR_TRY(repeat_films(films, &text, &size));
        mr_status status = mr_catalogue_parse(text, size, "repeated films", catalogue);
        free(text);
        MR_TRY(status);
    }
    return mr_recommender_load(*catalogue, "data", "models", recommender);
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Films that neighbours know, one after the other, as likes. */
static void fill_history(const mr_recommender *recommender, mr_opinion *history) {
    const mr_collaborative_films *known = mr_recommender_parts_of(recommender)->neighbours;
    size_t count = 0;
    for (size_t f = 0; f < known->films && count < CLICKS_MAX; f++)
        if (known->item_of[f] >= 0)
            history[count++] = (mr_opinion){(uint32_t)f, MR_FEEDBACK_LIKE, 0, 0};
}

static mr_status time_ranking(const mr_recommender *recommender, const mr_sofa_seat *seats,
                              size_t count, int runs, double *times) {
    for (int run = -1; run < runs; run++) { /* the first warms up */
        mr_rank_options options = mr_rank_options_defaults();
        mr_ranking ranking;
        options.seed = (uint64_t)run + 2;
        double started = now();
        MR_TRY(mr_recommender_rank(recommender, seats, count, &options, &ranking));
        if (run >= 0)
            times[run] = now() - started;
        mr_ranking_free(&ranking);
    }
    qsort(times, (size_t)runs, sizeof *times, compare);
    return MR_OK;
}

static mr_status bench_rankings(const mr_catalogue *catalogue, const mr_recommender *recommender,
                                int runs, double *times) {
    static const size_t clicks[] = {0, 1, 20, CLICKS_MAX};
    static mr_opinion history[CLICKS_MAX];
    mr_attributes attributes = {.has_age = true, .age = 31, .age_low = 26, .age_high = 36};
    attributes.age_distribution[31] = 1;
    mr_sofa_seat seats[MR_SOFA_SEATS];
    fill_history(recommender, history);
    for (size_t c = 0; c <= sizeof clicks / sizeof *clicks; c++) {
        size_t people = c < sizeof clicks / sizeof *clicks ? 1 : MR_SOFA_SEATS;
        size_t said = people == 1 ? clicks[c] : 20;
        for (size_t s = 0; s < people; s++)
            seats[s] = (mr_sofa_seat){mr_watcher_of(&attributes), history, said};
        MR_TRY(time_ranking(recommender, seats, people, runs, times));
        printf("{\"what\": \"rank\", \"films\": %zu, \"viewers\": %zu, \"clicks\": %zu, "
               "\"median_ms\": %.3f, \"p99_ms\": %.3f, \"rankings_per_s\": %.0f}\n",
               mr_catalogue_count(catalogue), people, said, 1e3 * times[runs / 2],
               1e3 * times[runs * 99 / 100], 1 / times[runs / 2]);
    }
    return MR_OK;
}

/* One click on a viewer who is kept: learned, and taken back. */
static mr_status bench_click(const mr_recommender *recommender, int runs, double *times) {
    const mr_collaborative *model = mr_recommender_parts_of(recommender)->neighbours->model;
    mr_collaborative_viewer viewer;
    MR_TRY(mr_collaborative_viewer_make(model, model->audience, &viewer));
    for (int run = 0; run < runs; run++) {
        double started = now();
        mr_collaborative_learn(&viewer, (size_t)run % model->items, 1);
        times[run] = now() - started;
        mr_collaborative_unlearn(&viewer, (size_t)run % model->items, 1);
    }
    mr_collaborative_viewer_free(&viewer);
    qsort(times, (size_t)runs, sizeof *times, compare);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"what\": \"click\", \"items\": %zu, \"median_us\": %.2f, \"p99_us\": %.2f, "
           "\"peak_mb\": %ld}\n",
           model->items, 1e6 * times[runs / 2], 1e6 * times[runs * 99 / 100],
           usage.ru_maxrss / 1024);
    return MR_OK;
}

static mr_status bench(size_t films, int runs) {
    mr_catalogue *catalogue = NULL;
    mr_recommender *recommender = NULL;
    double *times = calloc((size_t)runs, sizeof *times);
    mr_status status = times ? load(films, &catalogue, &recommender)
                             : mr_fail(MR_E_MEMORY, "no memory for %d times", runs);
    if (status == MR_OK && !mr_recommender_parts_of(recommender)->neighbours)
        status = mr_fail(MR_E_NOT_FOUND, "models/collaborative: is needed");
    if (status == MR_OK)
        status = bench_rankings(catalogue, recommender, runs, times);
    if (status == MR_OK)
        status = bench_click(recommender, runs, times);
    free(times);
    mr_recommender_free(recommender);
    mr_catalogue_free(catalogue);
    return status;
}

int main(int count, char **arguments) {
    size_t films = count > 1 ? strtoul(arguments[1], NULL, 10) : 0;
    long runs = count > 2 ? strtol(arguments[2], NULL, 10) : 300;
    if (runs >= 1 && runs <= 1000000 && bench(films, (int)runs) == MR_OK)
        return 0;
    fprintf(stderr, "bench_recommend: %s\n", runs >= 1 ? mr_last_error() : "RUNS: 1 or more");
    return 1;
}
