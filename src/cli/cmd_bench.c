/* moodreel bench: how fast each stage of the way from photo to films is on this machine. It looks
 * inside the engine, since the stages are no part of the public interface. */
#include "api/engine.h"
#include "base/clock.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/engine.h"
#include "cli/measure.h"
#include "face/attribute_models.h"
#include "json/json.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

struct settings {
    mr_cli_engine_settings engine;
    int runs;
    bool json;
};

static const mr_cli_option options[] = {
    MR_CLI_INT("runs", 0, struct settings, runs, "N", 1, 1000000, "measurements of each stage"),
    MR_CLI_ENGINE_ROWS(struct settings, engine),
    MR_CLI_FLAG("json", 0, struct settings, json, "print one JSON object"),
};

static const mr_cli_usage usage = {
    "bench",
    "[IMAGE]",
    0,
    1,
    "Measures each stage on a picture with a face, the sample photo unless one is given.",
    options,
    MR_COUNT(options)};

/* A camera's frame. */
enum { FRAME_WIDTH = 640, FRAME_HEIGHT = 480 };

/* X(NAME, "label", function): the stages, in the order of the way. */
#define STAGES(X)                                                                                  \
    X(DECODE, "decode", decode)                                                                    \
    X(DETECT, "detect", detect)                                                                    \
    X(FRAME, "frame", detect_frame)                                                                \
    X(ESTIMATE, "estimate", estimate)                                                              \
    X(RECOMMEND, "recommend", recommend)                                                           \
    X(ANALYZE, "analyze", analyze)

#define STAGE_ENUM(name, label, job) name,
enum { STAGES(STAGE_ENUM) STAGE_COUNT };

/* What the stages work on. */
struct bench {
    const char *path;
    mr_session *session;
    mr_image image;
    mr_image frame; /* the same as a camera's frame */
    mr_face face;   /* the first that was found */
    mr_viewer viewer;
};

struct figures {
    double start_up_ms, memory_mib;
    mr_times stages[STAGE_COUNT];
    size_t faces, films;
    const char *detector;
    double gflops, peak_gflops; /* of one face's networks; of this machine, all threads */
    double frame_gflops;        /* of the detector on a frame; NaN: it is no network */
};

static mr_status decode(void *context) {
    struct bench *bench = context;
    mr_image image;
    MR_TRY(mr_image_load(bench->path, NULL, &image));
    mr_image_free(&bench->image);
    bench->image = image;
    return MR_OK;
}

static mr_status detect(void *context) {
    struct bench *bench = context;
    size_t count;
    MR_TRY(mr_detector_run(bench->session->detector, &bench->image, MR_FACES_SURE, &bench->face, 1,
                           &count));
    return count ? MR_OK : mr_fail(MR_E_NOT_FOUND, "%s: shows no face", bench->path);
}

/* From the pixels of the frame to its faces: all that a camera's frame costs before estimates. */
static mr_status detect_frame(void *context) {
    struct bench *bench = context;
    mr_face face;
    size_t count;
    return mr_detector_run(bench->session->detector, &bench->frame, MR_FACES_SURE, &face, 1,
                           &count);
}

static mr_status estimate(void *context) {
    struct bench *bench = context;
    return mr_attributes_of_face(bench->session->attributes, &bench->image, &bench->face,
                                 &bench->viewer.attributes);
}

static mr_status recommend(void *context) {
    struct bench *bench = context;
    mr_recommendation films;
    MR_TRY(mr_recommend(bench->session, &bench->viewer, 1, NULL, &films));
    mr_recommendation_free(&films);
    return MR_OK;
}

static mr_status analyze(void *context) {
    struct bench *bench = context;
    mr_analysis analysis;
    MR_TRY(mr_analyze_file(bench->session, bench->path, &analysis));
    mr_analysis_free(&analysis);
    return MR_OK;
}

#define STAGE_LABEL(name, label, job) label,
#define STAGE_JOB(name, label, job)   job,
static const char *const stage_labels[] = {STAGES(STAGE_LABEL)};
static mr_status (*const stage_jobs[])(void *) = {STAGES(STAGE_JOB)};

/* Brings the picture to the size of a frame. */
static mr_status make_frame(struct bench *bench) {
    mr_image_free(&bench->frame);
    MR_TRY(mr_image_create(FRAME_WIDTH, FRAME_HEIGHT, 3, &bench->frame));
    mr_image_resize(&bench->image, &bench->frame);
    return MR_OK;
}

/* Floating-point operations of the detector's network for one frame; NaN: it has none. */
static mr_status frame_operations(const mr_engine *engine, double *out) {
    const mr_network *network = mr_detector_model_network(engine->detector);
    *out = NAN;
    if (!network)
        return MR_OK;
    mr_network *resized;
    MR_TRY(mr_network_resized(network, FRAME_HEIGHT, FRAME_WIDTH, &resized));
    *out = 2 * mr_network_multiply_adds(resized);
    mr_network_free(resized);
    return MR_OK;
}

/* Floating-point operations of the networks for one face. */
static double operations(const mr_engine *engine) {
    double sum = 0;
    for (int i = 0; i < MR_FRAMING_COUNT; i++)
        if (engine->models->models[i].plan)
            sum += 2 * mr_network_multiply_adds(engine->models->models[i].network);
    return engine->options.mirror ? 2 * sum : sum;
}

static mr_status measure_stages(struct bench *bench, int runs, struct figures *out) {
    MR_TRY(decode(bench));
    MR_TRY(make_frame(bench));
    for (int i = 0; i < STAGE_COUNT; i++)
        MR_TRY(mr_measure(stage_jobs[i], bench, runs, &out->stages[i]));
    mr_analysis analysis;
    MR_TRY(mr_analyze_file(bench->session, bench->path, &analysis));
    out->faces = analysis.count;
    mr_analysis_free(&analysis);
    return MR_OK;
}

static mr_status measure(const struct settings *settings, const char *path, struct figures *out) {
    double started = mr_now();
    mr_cli_engine opened;
    MR_TRY(mr_cli_engine_open(&settings->engine, true, &opened));
    *out = (struct figures){.start_up_ms = 1e3 * (mr_now() - started)};
    struct bench bench = {.path = path, .session = opened.session};
    int threads = omp_get_max_threads();
    omp_set_num_threads(settings->engine.threads);
    mr_status status = measure_stages(&bench, settings->runs, out);
    omp_set_num_threads(threads);
    double frame = NAN;
    if (status == MR_OK)
        status = frame_operations(opened.engine, &frame);
    out->detector = mr_detector_label(mr_engine_detector(opened.engine));
    out->films = mr_film_count(opened.engine);
    out->gflops = operations(opened.engine) / out->stages[ESTIMATE].median * 1e-6;
    out->frame_gflops = frame / out->stages[FRAME].median * 1e-6;
    out->peak_gflops = mr_measure_peak() * settings->engine.threads;
    out->memory_mib = mr_measure_memory();
    mr_image_free(&bench.image);
    mr_image_free(&bench.frame);
    mr_cli_engine_close(&opened);
    return status;
}

/* How many of something that takes `ms` together fit in a second. */
static double rate(size_t count, double ms) {
    return 1e3 * (double)count / ms;
}

static mr_status print_json(const char *path, const struct settings *settings,
                            const struct figures *f) {
    json_t *stages = json_object();
    for (int i = 0; i < STAGE_COUNT; i++)
        json_object_set_new(stages, stage_labels[i],
                            json_pack("{s:f, s:f, s:i}", "median_ms", f->stages[i].median, "p99_ms",
                                      f->stages[i].p99, "runs", f->stages[i].runs));
    return mr_json_print(json_pack(
        "{s:o, s:s, s:i, s:i, s:f, s:o, s:f, s:f, s:f, s:f, s:f, s:o, s:o, s:f}", "file",
        mr_json_text(path), "detector", f->detector, "faces", (int)f->faces, "threads",
        settings->engine.threads, "start_up_ms", f->start_up_ms, "stages", stages,
        "faces_per_second", rate(f->faces, f->stages[ANALYZE].median), "films_per_second",
        rate(f->films, f->stages[RECOMMEND].median), "gflops", f->gflops, "peak_gflops",
        f->peak_gflops, "share_of_peak", f->gflops / f->peak_gflops, "frame_gflops",
        mr_json_real_or_null(f->frame_gflops), "frame_share_of_peak",
        mr_json_real_or_null(f->frame_gflops / f->peak_gflops), "memory_mib", f->memory_mib));
}

static void print_text(const char *path, const struct settings *settings, const struct figures *f) {
    printf("%s  %zu face%s by %s  %d thread%s  %d runs\n", path, f->faces, f->faces == 1 ? "" : "s",
           f->detector, settings->engine.threads, settings->engine.threads == 1 ? "" : "s",
           settings->runs);
    printf("  %-10s %10s %10s\n", "stage", "median", "p99");
    for (int i = 0; i < STAGE_COUNT; i++)
        printf("  %-10s %7.2f ms %7.2f ms\n", stage_labels[i], f->stages[i].median,
               f->stages[i].p99);
    printf("  %-10s %7.2f ms\n", "start-up", f->start_up_ms);
    printf("  %.1f faces/s, %.0f films/s ranked\n", rate(f->faces, f->stages[ANALYZE].median),
           rate(f->films, f->stages[RECOMMEND].median));
    printf("  networks: %.1f GFLOP/s, %.0f %% of the %.1f that this machine can do\n", f->gflops,
           100 * f->gflops / f->peak_gflops, f->peak_gflops);
    if (isfinite(f->frame_gflops))
        printf("  detector on a frame of %d×%d: %.1f GFLOP/s, %.0f %%\n", FRAME_WIDTH, FRAME_HEIGHT,
               f->frame_gflops, 100 * f->frame_gflops / f->peak_gflops);
    printf("  memory: %.0f MiB\n", f->memory_mib);
}

/* The sample photo in the home folder; freed by the caller. */
static mr_status sample_photo(char **path) {
    char *home;
    MR_TRY(mr_find_home(&home));
    char *joined = mr_path_join(home, "data/samples/astronaut.jpg");
    free(home);
    if (!joined)
        return mr_fail(MR_E_MEMORY, "sample photo: no memory");
    *path = joined;
    return MR_OK;
}

int mr_cmd_bench(int argc, char **argv) {
    struct settings settings = {.engine = mr_cli_engine_defaults(), .runs = 100};
    mr_cli_operands images;
    int code;
    if (!mr_cli_parse(&usage, argc, argv, &settings, &images, &code))
        return code;
    char *sample = NULL;
    mr_status status = images.count ? MR_OK : sample_photo(&sample);
    const char *path = sample ? sample : images.items[0];
    struct figures figures;
    if (status == MR_OK)
        status = measure(&settings, path, &figures);
    if (status == MR_OK && settings.json)
        status = print_json(path, &settings, &figures);
    else if (status == MR_OK)
        print_text(path, &settings, &figures);
    free(sample);
    return status == MR_OK ? MR_EXIT_OK : mr_cli_failed("bench");
}
