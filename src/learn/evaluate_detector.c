#include "learn/evaluate_detector.h"

#include "base/memory.h"
#include "face/detector.h"
#include "face/haar.h"
#include "learn/yolo_finder.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* A group must have more candidates of the cascade than this. */
#define HAAR_NEIGHBORS 1

/* ---- the cascade as a finder ---- */

typedef struct haar_finder {
    mr_cascade *cascade;
    mr_haar **detectors; /* one a thread */
    int count;
    mr_haar_params params;
} haar_finder;

static void free_haar_finder(haar_finder *finder) {
    for (int i = 0; i < finder->count; i++)
        mr_haar_free(finder->detectors[i]);
    free(finder->detectors);
    mr_cascade_free(finder->cascade);
}

static mr_status load_cascade(const char *given, mr_cascade **out) {
    char *path;
    if (given)
        return mr_cascade_load(given, out);
    MR_TRY(mr_cascade_find(&path));
    mr_status status = mr_cascade_load(path, out);
    free(path);
    return status;
}

static mr_status fill_haar_finder(const char *cascade, haar_finder *finder) {
    int threads = omp_get_max_threads();
    finder->params = mr_haar_params_defaults();
    finder->params.min_neighbors = HAAR_NEIGHBORS;
    MR_TRY(load_cascade(cascade, &finder->cascade));
    finder->detectors = mr_alloc((size_t)threads * sizeof(mr_haar *));
    if (!finder->detectors)
        return mr_fail(MR_E_MEMORY, "no memory for %d detectors", threads);
    while (finder->count < threads) {
        MR_TRY(mr_haar_create(finder->cascade, &finder->detectors[finder->count]));
        finder->count++;
    }
    return MR_OK;
}

static mr_status find_by_haar(void *context, int thread, const mr_image *image, mr_face *faces,
                              size_t *count) {
    const haar_finder *finder = context;
    return mr_haar_detect(finder->detectors[thread], image, &finder->params, faces, MR_FOUND_MOST,
                          count);
}

/* ---- the evaluation ---- */

static mr_status judge_groups(const mr_evaluate_detector_params *params,
                              const mr_detection_set *set, const mr_found *found,
                              mr_detector_report *out) {
    for (int i = 0; i < params->prefix_count; i++) {
        out[i].detector = params->detector;
        out[i].prefix = params->prefixes[i];
        MR_TRY(mr_judge_found(set, found, params->prefixes[i], true, &out[i].figures));
    }
    return MR_OK;
}

static mr_status judge(const mr_evaluate_detector_params *params, const mr_detection_set *set,
                       const mr_finder *finder, mr_detector_report *out) {
    mr_found *found = mr_alloc(set->scene_count * sizeof *found);
    if (!found)
        return mr_fail(MR_E_MEMORY, "no memory to judge %zu pictures", set->scene_count);
    mr_status status = mr_find_faces(finder, set, params->images, found);
    if (status == MR_OK)
        status = judge_groups(params, set, found, out);
    mr_found_free(found, set->scene_count);
    return status;
}

static mr_status judge_haar(const mr_evaluate_detector_params *params, const mr_detection_set *set,
                            mr_detector_report *out) {
    haar_finder detectors = {0};
    const mr_finder finder = {find_by_haar, &detectors};
    mr_status status = fill_haar_finder(params->cascade, &detectors);
    if (status == MR_OK)
        status = judge(params, set, &finder, out);
    free_haar_finder(&detectors);
    return status;
}

static mr_status judge_models(const mr_evaluate_detector_params *params,
                              const mr_detection_set *set, const mr_yolo_model *model,
                              const mr_landmark_model *landmarks, mr_detector_report *out) {
    mr_yolo_finder detectors;
    MR_TRY(mr_yolo_finder_create(model, landmarks, params->side, &detectors));
    if (params->side == 0) {
        detectors.params = mr_detector_yolo_params();
        detectors.params.score = MR_FINDER_SCORE;
    }
    const mr_finder finder = mr_yolo_finder_as(&detectors);
    mr_status status = judge(params, set, &finder, out);
    mr_yolo_finder_free(&detectors);
    return status;
}

static mr_status judge_yolo(const mr_evaluate_detector_params *params, const mr_detection_set *set,
                            mr_detector_report *out) {
    mr_yolo_model *model;
    mr_landmark_model *landmarks = NULL;
    MR_TRY(mr_yolo_load(params->model, &model));
    mr_status status =
        params->landmarks ? mr_landmark_model_load(params->landmarks, &landmarks) : MR_OK;
    if (status == MR_OK)
        status = judge_models(params, set, model, landmarks, out);
    mr_landmark_model_free(landmarks);
    mr_yolo_model_free(model);
    return status;
}

static bool is_wanted(const mr_labelled_picture *scene, const void *context) {
    const mr_evaluate_detector_params *params = context;
    if (params->part == MR_SCENES_VALIDATION && !scene->validation)
        return false;
    for (int i = 0; i < params->prefix_count; i++)
        if (strncmp(scene->name, params->prefixes[i], strlen(params->prefixes[i])) == 0)
            return true;
    return false;
}

mr_status mr_evaluate_detector(const mr_evaluate_detector_params *params, mr_detector_report *out) {
    if (!params->labels || !params->images)
        return mr_fail(MR_E_ARGUMENT, "evaluation: labels and pictures must be given");
    mr_detection_set set;
    MR_TRY(mr_detection_set_read(params->labels, &set));
    mr_status status = mr_detection_set_filter(&set, is_wanted, params);
    if (status != MR_OK)
        status = mr_fail_in(status, params->labels);
    else
        status = params->detector == MR_DETECTOR_HAAR ? judge_haar(params, &set, out)
                                                      : judge_yolo(params, &set, out);
    mr_detection_set_free(&set);
    return status;
}
