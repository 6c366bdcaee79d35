#include "face/detector.h"

#include "base/file.h"
#include "face/cascade.h"
#include "face/haar.h"

#include <stdlib.h>

/*
 * The network's thresholds and the longer side at which it sees a picture, measured with the
 * weights of the 174th epoch on the detection set's 648 validation pictures (`evaluate detector
 * --part validation --side PX`), whose longer sides have 320 to 448 pixels.
 *
 * SURE: at a side of 640, 97 % of the faces found from 32 px and a score of 0.5 on lie on a
 * labelled face (at 512 it is 98 %); of the 28 others 11 overlap one, and 15 are on pictures of
 * masks, where people behind were not labelled. A film for a stranger on the wallpaper is worse
 * than none, but at 0.6 there are still 18 of these 28. FAINT: what is left of a face in a poor
 * frame; by itself nobody.
 *
 * SIDE: a frame of 640 × 480 is then seen pixel by pixel and a photo of 1280 at half its size. On
 * the validation pictures that is like sides of 352 and 160 px: average precision of faces from
 * 32 px .938 and .878; with a side of 512 it is like 288 and 128 px there: .932 and .843. Small
 * pictures would rather have 512 (.939) than 640 (.936), but cameras and photos are not small.
 *
 * AGAIN: the network learnt from faces up to some 350 px. Of the sample portrait enlarged until its
 * face is 450, 510 and 570 of 640 px high the weights of the 57th epoch gave scores of .63, .55 and
 * four parts, none of them the face; at half the size .77, .79 and .83. On the validation pictures,
 * with those weights, two looks have .813, .909 and .936 for faces from 8, 16 and 32 px, one
 * look .813, .909 and .935.
 */
#define YOLO_SURE  0.5f
#define YOLO_FAINT 0.35f
#define YOLO_SIDE  640
#define YOLO_AGAIN 256.0f

/*
 * The cascade's thresholds are numbers of candidates. Groups of 8 are the least that count: on 500
 * pictures of the detection set (WIDER FACE without parades, HELEN; faces of 32 px and more) they
 * find 83 % of the faces and 96 % of what they find are faces; OpenCV's usual 4 give 89 % and
 * 84 %. A group of 8 has the score HAAR_SURE (haar.h). Groups of 4 may continue a track: on 30
 * pictures of interviews, families and groups, filmed by a made unsteady camera with noise, people
 * were then found in 90 % of their frames instead of 83 %, and got 48 ids instead of 50. Faces
 * below 32 px are left out since the networks cannot read them.
 */
#define HAAR_SURE            0.5f
#define HAAR_SURE_NEIGHBORS  7
#define HAAR_FAINT_NEIGHBORS 3
#define HAAR_MIN_SIZE        32

struct mr_detector_model {
    mr_yolo_model *yolo; /* or NULL, and then: */
    mr_cascade *cascade;
};

struct mr_detector {
    mr_yolo *yolo; /* or NULL, and then: */
    mr_haar *haar;
};

static mr_status load_cascade(mr_cascade **out) {
    char *path;
    MR_TRY(mr_cascade_find(&path));
    mr_status status = mr_cascade_load(path, out);
    free(path);
    return status;
}

static mr_status load(mr_detector_kind kind, const char *folder, mr_detector_model *model) {
    bool there = kind != MR_DETECTOR_HAAR && mr_is_folder(folder);
    if (there)
        return mr_yolo_load(folder, &model->yolo);
    if (kind == MR_DETECTOR_YOLO)
        return mr_fail(MR_E_NOT_FOUND, "%s: no such folder: expected the detector's model there",
                       folder);
    return load_cascade(&model->cascade);
}

mr_status mr_detector_load(mr_detector_kind kind, const char *folder, mr_detector_model **out) {
    mr_detector_model *model = calloc(1, sizeof *model);
    if (model == NULL)
        return mr_fail(MR_E_MEMORY, "detector: out of memory");
    mr_status status = load(kind, folder, model);
    if (status != MR_OK) {
        mr_detector_model_free(model);
        return status;
    }
    *out = model;
    return MR_OK;
}

void mr_detector_model_free(mr_detector_model *model) {
    if (model == NULL)
        return;
    mr_yolo_model_free(model->yolo);
    mr_cascade_free(model->cascade);
    free(model);
}

mr_detector_kind mr_detector_model_kind(const mr_detector_model *model) {
    return model->yolo != NULL ? MR_DETECTOR_YOLO : MR_DETECTOR_HAAR;
}

const mr_network *mr_detector_model_network(const mr_detector_model *model) {
    return model->yolo != NULL ? model->yolo->network : NULL;
}

float mr_detector_model_sure(const mr_detector_model *model) {
    static const float sure[MR_DETECTOR_COUNT] = {
        [MR_DETECTOR_YOLO] = YOLO_SURE, [MR_DETECTOR_HAAR] = HAAR_SURE};
    return sure[mr_detector_model_kind(model)];
}

mr_status mr_detector_create(const mr_detector_model *model, mr_detector **out) {
    mr_detector *detector = calloc(1, sizeof *detector);
    if (detector == NULL)
        return mr_fail(MR_E_MEMORY, "detector: out of memory");
    mr_status status = model->yolo != NULL ? mr_yolo_create(model->yolo, &detector->yolo)
                                           : mr_haar_create(model->cascade, &detector->haar);
    if (status != MR_OK) {
        free(detector);
        return status;
    }
    *out = detector;
    return MR_OK;
}

void mr_detector_free(mr_detector *detector) {
    if (detector == NULL)
        return;
    mr_yolo_free(detector->yolo);
    mr_haar_free(detector->haar);
    free(detector);
}

mr_yolo_params mr_detector_yolo_params(void) {
    mr_yolo_params params = mr_yolo_params_defaults();
    params.score = YOLO_SURE;
    params.side = YOLO_SIDE;
    params.again = YOLO_AGAIN;
    return params;
}

static mr_status run_yolo(mr_yolo *yolo, const mr_image *image, mr_sureness least, mr_face *faces,
                          size_t capacity, size_t *count) {
    mr_yolo_params params = mr_detector_yolo_params();
    if (least == MR_FACES_FAINT)
        params.score = YOLO_FAINT;
    return mr_yolo_detect(yolo, image, &params, faces, capacity, count);
}

static mr_status run_haar(mr_haar *haar, const mr_image *image, mr_sureness least, mr_face *faces,
                          size_t capacity, size_t *count) {
    mr_haar_params params = mr_haar_params_defaults();
    params.min_size = HAAR_MIN_SIZE;
    params.min_neighbors = least == MR_FACES_FAINT ? HAAR_FAINT_NEIGHBORS : HAAR_SURE_NEIGHBORS;
    return mr_haar_detect(haar, image, &params, faces, capacity, count);
}

mr_status mr_detector_run(mr_detector *detector, const mr_image *image, mr_sureness least,
                          mr_face *faces, size_t capacity, size_t *count) {
    return detector->yolo != NULL ? run_yolo(detector->yolo, image, least, faces, capacity, count)
                                  : run_haar(detector->haar, image, least, faces, capacity, count);
}
