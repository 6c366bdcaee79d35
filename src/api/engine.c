#include "api/engine.h"
#include "api/home.h"
#include "api/threads.h"
#include "base/file.h"

#include <stdlib.h>

/* Threads that one call may ask for. */
#define THREADS_MAX 256

static mr_status check_options(const mr_options *options) {
    if (mr_detector_label(options->detector) == NULL)
        return mr_fail(MR_E_ARGUMENT, "options: detector %d: expected 0 to %d",
                       (int)options->detector, MR_DETECTOR_COUNT - 1);
    if (options->threads < 1 || options->threads > THREADS_MAX)
        return mr_fail(MR_E_ARGUMENT, "options: threads %d: expected 1 to %d", options->threads,
                       THREADS_MAX);
    if (options->longer_side < 0)
        return mr_fail(MR_E_ARGUMENT, "options: longer_side %d: expected 0 or more",
                       options->longer_side);
    return MR_OK;
}

/* Where no model of landmarks is, a face keeps those that its detector tells. */
static mr_status load_detector(mr_engine *engine, const char *models) {
    char *folder = mr_path_join(models, "detector"), *landmarks = mr_path_join(models, "landmarks");
    mr_status status = MR_OK;
    if (folder == NULL || landmarks == NULL)
        status = mr_fail(MR_E_MEMORY, "engine: out of memory");
    if (status == MR_OK)
        status = mr_detector_load(engine->options.detector, folder, &engine->detector);
    if (status == MR_OK && mr_is_folder(landmarks))
        status = mr_landmark_model_load(landmarks, &engine->landmarks);
    free(folder);
    free(landmarks);
    return status;
}

static mr_status load_models(mr_engine *engine, const char *models) {
    return mr_attribute_models_load(models, engine->options.attributes, &engine->models);
}

static mr_status load_films(mr_engine *engine, const char *models, const char *data) {
    char *films = mr_path_join(data, "films.csv");
    mr_status status = films != NULL ? mr_catalogue_load(films, &engine->catalogue)
                                     : mr_fail(MR_E_MEMORY, "engine: out of memory");
    if (status == MR_OK)
        status = mr_recommender_load(engine->catalogue, data, models, &engine->recommender);
    free(films);
    return status;
}

static mr_status load_home(mr_engine *engine) {
    char *models = mr_path_join(engine->home, "models"), *data = mr_path_join(engine->home, "data");
    mr_status status = MR_OK;
    if (models == NULL || data == NULL)
        status = mr_fail(MR_E_MEMORY, "engine: out of memory");
    if (status == MR_OK)
        status = load_detector(engine, models);
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
    engine->local = malloc(sizeof *engine->local);
    if (engine->local == NULL)
        return mr_fail(MR_E_MEMORY, "engine: out of memory");
    mr_local_slot_open(engine->local);
    MR_TRY(mr_home_resolve(engine->options.home, &home));
    engine->options.home = engine->home = home;
    /* oneDNN makes a primitive for as many threads as are set just then. */
    int threads = mr_threads_begin(engine->options.threads);
    mr_status status = load_home(engine);
    mr_threads_end(threads);
    return status;
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
    if (engine->local != NULL)
        mr_local_slot_close(engine->local);
    free(engine->local);
    mr_recommender_free(engine->recommender);
    mr_catalogue_free(engine->catalogue);
    mr_attribute_models_free(engine->models);
    mr_landmark_model_free(engine->landmarks);
    mr_detector_model_free(engine->detector);
    free(engine->home);
    free(engine);
}

mr_attribute_set mr_engine_attributes(const mr_engine *engine) {
    return engine != NULL ? mr_attribute_models_set(engine->models) : (mr_attribute_set){0};
}

mr_detector_kind mr_engine_detector(const mr_engine *engine) {
    return engine != NULL ? mr_detector_model_kind(engine->detector) : MR_DETECTOR_COUNT;
}

mr_status mr_session_create(const mr_engine *engine, mr_session **out) {
    MR_REQUIRE(engine);
    MR_REQUIRE(out);
    mr_session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return mr_fail(MR_E_MEMORY, "session: out of memory");
    session->engine = engine;
    mr_status status = mr_detector_create(engine->detector, &session->detector);
    if (status == MR_OK && engine->landmarks != NULL)
        status = mr_landmark_context_create(engine->landmarks, &session->landmarks);
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
    mr_landmark_context_free(session->landmarks);
    mr_detector_free(session->detector);
    free(session);
}
