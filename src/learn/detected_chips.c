#include "learn/detected_chips.h"

#include "base/memory.h"
#include "face/crop.h"
#include "learn/parallel.h"

#include <omp.h>
#include <stdlib.h>

#define FACES_MAX 16

/* What finds faces for one thread. */
struct eye {
    mr_detector *detector;
    mr_landmark_context *landmarks; /* NULL: points stay as the detector told them */
};

typedef struct detection {
    const mr_chip_set *set;
    mr_pictures *crops;
    struct eye *eyes; /* one a thread */
    int eye_count;
    bool *found;
} detection;

/* The map from the picture with half a side more all around to the picture. */
static mr_affine inner_map(const mr_image *chip) {
    const int left = chip->width / 2, above = chip->height / 2;
    return (mr_affine){.a = 1, .c = (float)-left, .e = 1, .f = (float)-above};
}

static mr_face *largest(mr_face *faces, size_t count) {
    mr_face *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (!best || faces[i].box.width > best->box.width)
            best = &faces[i];
    return best;
}

/* The largest face of a picture, as serving finds it; NULL in *out: there is none. */
static mr_status look(const struct eye *eye, const mr_image *image, mr_face faces[FACES_MAX],
                      mr_face **out) {
    size_t count = 0;
    MR_TRY(mr_detector_run(eye->detector, image, MR_FACES_SURE, faces, FACES_MAX, &count));
    *out = largest(faces, count);
    return *out && eye->landmarks ? mr_landmarks_refine(eye->landmarks, image, *out) : MR_OK;
}

/* Finds the face of a chip and tells how to cut it from the chip. */
static mr_status find_face(const struct eye *eye, const mr_image *chip, int side, mr_affine *map,
                           bool *found) {
    mr_image wide;
    MR_TRY(mr_image_create(2 * chip->width, 2 * chip->height, chip->channels, &wide));
    mr_affine inner = inner_map(chip);
    mr_image_warp(chip, &inner, &wide);
    mr_face faces[FACES_MAX], *face = NULL;
    mr_status status = look(eye, &wide, faces, &face);
    mr_image_free(&wide);
    MR_TRY(status);
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
    mr_status status = find_face(&job->eyes[omp_get_thread_num()], &chip, job->crops->side, &map,
                                 &job->found[index]);
    if (status == MR_OK)
        mr_image_warp(&chip, &map, &place);
    mr_image_free(&chip);
    return status;
}

static mr_status open_eyes(detection *job, const mr_detector_model *model,
                           const mr_landmark_model *landmarks) {
    job->eye_count = omp_get_max_threads();
    job->eyes = calloc((size_t)job->eye_count, sizeof *job->eyes);
    if (!job->eyes)
        return mr_fail(MR_E_MEMORY, "no memory for %d detectors", job->eye_count);
    for (int i = 0; i < job->eye_count; i++) {
        MR_TRY(mr_detector_create(model, &job->eyes[i].detector));
        if (landmarks)
            MR_TRY(mr_landmark_context_create(landmarks, &job->eyes[i].landmarks));
    }
    return MR_OK;
}

static void close_eyes(detection *job) {
    for (int i = 0; job->eyes && i < job->eye_count; i++) {
        mr_detector_free(job->eyes[i].detector);
        mr_landmark_context_free(job->eyes[i].landmarks);
    }
    free(job->eyes);
}

static mr_status allocate(detection *job) {
    size_t bytes;
    mr_pictures *crops = job->crops;
    if (!mr_multiply(mr_pictures_bytes(crops), crops->count, &bytes))
        return mr_fail(MR_E_LIMIT, "%zu pictures are too many", crops->count);
    crops->pixels = mr_alloc(bytes);
    job->found = mr_alloc(crops->count * sizeof *job->found);
    if (!crops->pixels || !job->found)
        return mr_fail(MR_E_MEMORY, "no memory for %zu pictures", crops->count);
    return MR_OK;
}

mr_status mr_chip_set_detect(mr_chip_set *set, const mr_detector_model *model,
                             const mr_landmark_model *landmarks, int side, size_t *undetected) {
    mr_pictures crops = {.side = side, .channels = 3, .count = set->pictures.count};
    detection job = {.set = set, .crops = &crops};
    mr_status status = allocate(&job);
    if (status == MR_OK)
        status = open_eyes(&job, model, landmarks);
    if (status == MR_OK)
        status = mr_parallel(crops.count, cut_one, &job);
    size_t missed = 0;
    for (size_t i = 0; i < crops.count && status == MR_OK; i++)
        missed += !job.found[i];
    close_eyes(&job);
    free(job.found);
    if (status != MR_OK) {
        mr_pictures_free(&crops);
        return status;
    }
    mr_pictures_free(&set->pictures);
    set->pictures = crops;
    *undetected = missed;
    return MR_OK;
}
