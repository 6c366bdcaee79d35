/*
 * How well a detector finds the labelled faces of a set of pictures.
 *
 *     mr_evaluate_detector_params p = {.labels = "detection/labels.csv", .images =
 * "detection/images", .method = MR_METHOD_YOLO, .model = "models/detector"}; mr_detector_figures
 * figures; MR_TRY(mr_evaluate_detector(&p, &figures));
 *
 * Pictures are read one by one. The network lists faces down to a score of MR_FINDER_SCORE, the
 * cascade down to groups of two candidates; boxes are judged as they are drawn.
 *
 * Thread rule: no shared state; the OpenMP threads of the caller are used.
 */
#ifndef MR_LEARN_EVALUATE_DETECTOR_H
#define MR_LEARN_EVALUATE_DETECTOR_H

#include "learn/detector_figures.h"

typedef enum mr_detector_method { MR_METHOD_YOLO, MR_METHOD_HAAR } mr_detector_method;
typedef enum mr_scene_part { MR_SCENES_ALL, MR_SCENES_VALIDATION } mr_scene_part;

typedef struct mr_evaluate_detector_params {
    const char *labels, *images; /* the table, and the folder of its pictures */
    mr_detector_method method;
    const char *model;   /* folder of the network's model */
    const char *cascade; /* file; NULL: where the system keeps it */
    mr_scene_part part;
    const char *prefix; /* of the names of pictures that count; NULL: all do */
    int side;           /* as mr_yolo_params.side */
} mr_evaluate_detector_params;

mr_status mr_evaluate_detector(const mr_evaluate_detector_params *params, mr_detector_figures *out);

#endif
