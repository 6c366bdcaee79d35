#include "learn/detected_chips.h"

#include "base/memory.h"
#include "face/crop.h"
#include "face/haar.h"
#include "learn/parallel.h"

#include <omp.h>
#include <stdlib.h>

/* A face must be found by more than so many windows; faces are large, so few are needed. */
#define NEIGHBOURS 3
#define FACES_MAX  16

typedef struct detection {
    const mr_chip_set *set;
    mr_pictures *crops;
    mr_haar_params params;
    mr_haar **detectors; /* one a thread */
    int detector_count;
    bool *found;
} detection;

/* The map from the picture with half a side more all around to the picture. */
static mr_affine inner_map(const mr_image *chip) {
    const int left = chip->width / 2, above = chip->height / 2;
    return (mr_affine){.a = 1, .c = (float)-left, .e = 1, .f = (float)-above};
}

static const mr_face *largest(const mr_face *faces, size_t count) {
    const mr_face *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (!best || faces[i].box.width > best->box.width)
            best = &faces[i];
    return best;
}

/* Finds the face of a chip and tells how to cut it from the chip. */
static mr_status find_face(mr_haar *haar, const mr_haar_params *params, const mr_image *chip,
                           int side, mr_affine *map, bool *found) {
    mr_image wide;
    MR_TRY(mr_image_create(2 * chip->width, 2 * chip->height, chip->channels, &wide));
    mr_affine inner = inner_map(chip);
    mr_image_warp(chip, &inner, &wide);
    mr_face faces[FACES_MAX];
    size_t count = 0;
    mr_status status = mr_haar_detect(haar, &wide, params, faces, FACES_MAX, &count);
    mr_image_free(&wide);
    MR_TRY(status);
    const mr_face *face = largest(faces, count);
    *found = face != NULL;
    if (face) {
        mr_affine crop = mr_crop_of_face(MR_FRAMING_ATTRIBUTES, face, side);
        *map = mr_affine_compose(&inner, &crop);
    } else
        *map = mr_crop_of_picture(chip->width, chip->height, side);
    return MR_OK;
}

static mr_status cut_one(void *context, size_t index) {
    const detection *job = context;
    mr_image chip, place = mr_pictures_view(job->crops, index);
    MR_TRY(mr_image_load(job->set->paths[index], NULL, &chip));
    mr_affine map;
    mr_status status = find_face(job->detectors[omp_get_thread_num()], &job->params, &chip,
                                 job->crops->side, &map, &job->found[index]);
    if (status == MR_OK)
        mr_image_warp(&chip, &map, &place);
    mr_image_free(&chip);
    return status;
}

static mr_status allocate(detection *job, const mr_cascade *cascade) {
    size_t bytes;
    mr_pictures *crops = job->crops;
    if (!mr_multiply(mr_pictures_bytes(crops), crops->count, &bytes))
        return mr_fail(MR_E_LIMIT, "%zu pictures are too many", crops->count);
    crops->pixels = mr_alloc(bytes);
    job->found = mr_alloc(crops->count * sizeof *job->found);
    int threads = omp_get_max_threads();
    job->detectors = mr_alloc((size_t)threads * sizeof(mr_haar *));
    if (!crops->pixels || !job->found || !job->detectors)
        return mr_fail(MR_E_MEMORY, "no memory for %zu pictures", crops->count);
    while (job->detector_count < threads) {
        MR_TRY(mr_haar_create(cascade, &job->detectors[job->detector_count]));
        job->detector_count++;
    }
    return MR_OK;
}

static mr_status load_cascade(mr_cascade **out) {
    char *path;
    MR_TRY(mr_cascade_find(&path));
    mr_status status = mr_cascade_load(path, out);
    free(path);
    return status;
}

mr_status mr_chip_set_detect(mr_chip_set *set, int side, size_t *undetected) {
    mr_cascade *cascade;
    MR_TRY(load_cascade(&cascade));
    mr_pictures crops = {.side = side, .channels = 3, .count = set->pictures.count};
    detection job = {.set = set, .crops = &crops, .params = mr_haar_params_defaults()};
    job.params.min_neighbors = NEIGHBOURS;
    mr_status status = allocate(&job, cascade);
    if (status == MR_OK)
        status = mr_parallel(crops.count, cut_one, &job);
    size_t missed = 0;
    for (size_t i = 0; i < crops.count && status == MR_OK; i++)
        missed += !job.found[i];
    for (int i = 0; i < job.detector_count; i++)
        mr_haar_free(job.detectors[i]);
    free(job.detectors);
    free(job.found);
    mr_cascade_free(cascade);
    if (status != MR_OK) {
        mr_pictures_free(&crops);
        return status;
    }
    mr_pictures_free(&set->pictures);
    set->pictures = crops;
    *undetected = missed;
    return MR_OK;
}
