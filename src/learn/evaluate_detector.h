/*
 * How well a detector finds the labelled faces of a set of pictures.
 *
 *     const char *prefixes[] = {"", "wider_"};
 *     mr_evaluate_detector_params p = {.labels = "labels.csv", .images = "images",
 *                                      .detector = MR_DETECTOR_YOLO, .model = "models/detector",
 *                                      .prefixes = prefixes, .prefix_count = 2};
 *     mr_detector_report reports[2];
 *     MR_TRY(mr_evaluate_detector(&p, reports));
 *
 * Pictures are read one by one, and each only once, however many groups it is judged in. The
 * network lists faces down to a score of MR_FINDER_SCORE, the cascade down to groups of two
 * candidates; boxes are judged as they are drawn.
 *
 * Thread rule: no shared state; the OpenMP threads of the caller are used.
 */
#ifndef MR_LEARN_EVALUATE_DETECTOR_H
#define MR_LEARN_EVALUATE_DETECTOR_H

#include "learn/detector_figures.h"

typedef enum mr_scene_part { MR_SCENES_ALL, MR_SCENES_VALIDATION } mr_scene_part;

typedef struct mr_evaluate_detector_params {
    const char *labels, *images; /* the table, and the folder of its pictures */
    mr_detector_kind detector;   /* YOLO or HAAR */
    const char *model;           /* folder of the network's model */
    const char *landmarks;       /* folder of the model that sets landmarks; NULL: the network's own
                                    are judged */
    const char *cascade;         /* file; NULL: where the system keeps it */
    mr_scene_part part;
    const char *const *prefixes; /* each makes a group: pictures whose names start so */
    int prefix_count;
    int side; /* as mr_yolo_params.side, one look; 0: as the program looks at pictures */
} mr_evaluate_detector_params;

typedef struct mr_detector_report {
    mr_detector_kind detector;
    const char *prefix; /* borrowed from the parameters */
    mr_detector_figures figures;
} mr_detector_report;

/* `out` has an item for each prefix; MR_E_NOT_FOUND when one has no pictures. */
mr_status mr_evaluate_detector(const mr_evaluate_detector_params *params, mr_detector_report *out);

#endif
