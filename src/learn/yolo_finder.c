#include "learn/yolo_finder.h"

#include <omp.h>
#include <stdlib.h>

static mr_status fill(const mr_yolo_model *model, const mr_landmark_model *landmarks,
                      mr_yolo_finder *finder) {
    size_t count = (size_t)finder->count;
    finder->detectors = calloc(count, sizeof(mr_yolo *));
    if (landmarks)
        finder->landmarks = calloc(count, sizeof(mr_landmark_context *));
    if (!finder->detectors || (landmarks && !finder->landmarks))
        return mr_fail(MR_E_MEMORY, "no memory for %zu detectors", count);
    for (size_t i = 0; i < count; i++) {
        MR_TRY(mr_yolo_create(model, &finder->detectors[i]));
        if (landmarks)
            MR_TRY(mr_landmark_context_create(landmarks, &finder->landmarks[i]));
    }
    return MR_OK;
}

mr_status mr_yolo_finder_create(const mr_yolo_model *model, const mr_landmark_model *landmarks,
                                int side, mr_yolo_finder *out) {
    mr_yolo_finder finder = {.count = omp_get_max_threads(), .params = mr_yolo_params_defaults()};
    finder.params.score = MR_FINDER_SCORE;
    finder.params.side = side;
    mr_status status = fill(model, landmarks, &finder);
    if (status == MR_OK)
        *out = finder;
    else
        mr_yolo_finder_free(&finder);
    return status;
}

void mr_yolo_finder_free(mr_yolo_finder *finder) {
    for (int i = 0; i < finder->count && finder->detectors; i++)
        mr_yolo_free(finder->detectors[i]);
    for (int i = 0; i < finder->count && finder->landmarks; i++)
        mr_landmark_context_free(finder->landmarks[i]);
    free(finder->detectors);
    free(finder->landmarks);
    *finder = (mr_yolo_finder){0};
}

static mr_status find(void *context, int thread, const mr_image *image, mr_face *faces,
                      size_t *count) {
    const mr_yolo_finder *finder = context;
    MR_TRY(mr_yolo_detect(finder->detectors[thread], image, &finder->params, faces, MR_FOUND_MOST,
                          count));
    return finder->landmarks
               ? mr_landmarks_refine_all(finder->landmarks[thread], image, faces, *count)
               : MR_OK;
}

mr_finder mr_yolo_finder_as(mr_yolo_finder *finder) {
    return (mr_finder){find, finder};
}
