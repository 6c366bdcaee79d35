#include "api/engine.h"
#include "api/home.h"
#include "api/threads.h"
#include "base/file.h"

#include <stdlib.h>

/* Threads that one call may ask for. */
#define THREADS_MAX 256

/*
 * Groups of 8 candidates are the least that count: on 500 pictures of the detection set (WIDER FACE
 * without parades, HELEN; faces of 32 px and more) they find 83 % of the faces and 96 % of what
 * they find are faces; OpenCV's usual 4 give 89 % and 84 %, and a film for a stranger on the
 * wallpaper is worse than none. Smaller faces are left out since the networks cannot read them.
 */
static mr_haar_params haar_params(void) {
    mr_haar_params params = mr_haar_params_defaults();
    params.min_neighbors = 7;
    params.min_size = 32;
    return params;
}

static mr_status check_options(const mr_options *options) {
    if (mr_detector_label(options->detector) == NULL)
        return mr_fail(MR_E_ARGUMENT, "options: detector %d is none", (int)options->detector);
    if (options->detector == MR_DETECTOR_YOLO)
        return mr_fail(MR_E_UNSUPPORTED,
                       "detector yolo: this version has no trained models/detector; use haar");
    if (options->threads < 1 || options->threads > THREADS_MAX)
        return mr_fail(MR_E_ARGUMENT, "options: threads %d: expected 1 to %d", options->threads,
                       THREADS_MAX);
    if (options->longer_side < 0)
        return mr_fail(MR_E_ARGUMENT, "options: longer_side %d: expected 0 or more",
                       options->longer_side);
    return MR_OK;
}

static mr_status load_cascade(mr_engine *engine) {
    char *path;
    MR_TRY(mr_cascade_find(&path));
    mr_status status = mr_cascade_load(path, &engine->cascade);
    free(path);
    return status;
}

static mr_status load_models(mr_engine *engine, const char *models) {
    int threads = mr_threads_begin(engine->options.threads);
    mr_status status =
        mr_attribute_models_load(models, engine->options.attributes, &engine->models);
    mr_threads_end(threads);
    return status;
}

static mr_status load_films(mr_engine *engine, const char *models, const char *data) {
    char *films = mr_path_join(data, "films.csv"), *forest = mr_path_join(models, "forest");
    mr_status status = MR_OK;
    if (films == NULL || forest == NULL)
        status = mr_fail(MR_E_MEMORY, "engine: out of memory");
    if (status == MR_OK)
        status = mr_catalogue_load(films, &engine->catalogue);
    if (status == MR_OK)
        status = mr_recommender_load(engine->catalogue, data, forest, &engine->recommender);
    free(films);
    free(forest);
    return status;
}

static mr_status load_home(mr_engine *engine) {
    char *models = mr_path_join(engine->home, "models"), *data = mr_path_join(engine->home, "data");
    mr_status status = MR_OK;
    if (models == NULL || data == NULL)
        status = mr_fail(MR_E_MEMORY, "engine: out of memory");
    if (status == MR_OK)
        status = load_models(engine, models);
    if (status == MR_OK && engine->options.films)
        status = load_films(engine, models, data);
    free(models);
    free(data);
    return status;
}

static mr_status load(mr_engine *engine) {
    char *home;
    MR_TRY(mr_home_resolve(engine->options.home, &home));
    engine->options.home = engine->home = home;
    engine->haar = haar_params();
    MR_TRY(load_cascade(engine));
    return load_home(engine);
}

mr_status mr_engine_open(const mr_options *options, mr_engine **out) {
    MR_REQUIRE(out);
    mr_options chosen = options != NULL ? *options : mr_options_defaults();
    MR_TRY(check_options(&chosen));
    mr_engine *engine = calloc(1, sizeof *engine);
    if (engine == NULL)
        return mr_fail(MR_E_MEMORY, "engine: out of memory");
    engine->options = chosen;
    mr_status status = load(engine);
    if (status != MR_OK) {
        mr_engine_free(engine);
        return status;
    }
    *out = engine;
    return MR_OK;
}

void mr_engine_free(mr_engine *engine) {
    if (engine == NULL)
        return;
    mr_recommender_free(engine->recommender);
    mr_catalogue_free(engine->catalogue);
    mr_attribute_models_free(engine->models);
    mr_cascade_free(engine->cascade);
    free(engine->home);
    free(engine);
}

mr_attribute_set mr_engine_attributes(const mr_engine *engine) {
    return engine != NULL ? mr_attribute_models_set(engine->models) : (mr_attribute_set){0};
}

mr_status mr_session_create(const mr_engine *engine, mr_session **out) {
    MR_REQUIRE(engine);
    MR_REQUIRE(out);
    mr_session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return mr_fail(MR_E_MEMORY, "session: out of memory");
    session->engine = engine;
    mr_status status = mr_haar_create(engine->cascade, &session->haar);
    if (status == MR_OK)
        status = mr_attribute_context_create(engine->models, engine->options.mirror,
                                             &session->attributes);
    if (status != MR_OK) {
        mr_session_free(session);
        return status;
    }
    *out = session;
    return MR_OK;
}

void mr_session_free(mr_session *session) {
    if (session == NULL)
        return;
    mr_attribute_context_free(session->attributes);
    mr_haar_free(session->haar);
    free(session);
}
