#include "learn/yolo_finder.h"

#include "base/memory.h"

#include <omp.h>
#include <stdlib.h>

mr_status mr_yolo_finder_create(const mr_yolo_model *model, int side, mr_yolo_finder *out) {
    mr_yolo_finder finder = {.count = omp_get_max_threads(), .params = mr_yolo_params_defaults()};
    finder.params.score = MR_FINDER_SCORE;
    finder.params.side = side;
    finder.detectors = mr_alloc((size_t)finder.count * sizeof *finder.detectors);
    if (!finder.detectors)
        return mr_fail(MR_E_MEMORY, "no memory for %d detectors", finder.count);
    mr_status status = MR_OK;
    for (int i = 0; i < finder.count && status == MR_OK; i++)
        status = mr_yolo_create(model, &finder.detectors[i]);
    if (status == MR_OK)
        *out = finder;
    else
        mr_yolo_finder_free(&finder);
    return status;
}

void mr_yolo_finder_free(mr_yolo_finder *finder) {
    for (int i = 0; i < finder->count; i++)
        mr_yolo_free(finder->detectors[i]);
    free(finder->detectors);
    *finder = (mr_yolo_finder){0};
}

static mr_status find(void *context, int thread, const mr_image *image, mr_face *faces,
                      size_t *count) {
    const mr_yolo_finder *finder = context;
    return mr_yolo_detect(finder->detectors[thread], image, &finder->params, faces, MR_FOUND_MOST,
                          count);
}

mr_finder mr_yolo_finder_as(mr_yolo_finder *finder) {
    return (mr_finder){find, finder};
}
