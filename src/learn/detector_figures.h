/*
 * How well faces were found on the pictures of a set.
 *
 *     MR_TRY(mr_find_faces(&finder, &set, folder, found));       // found: one per scene
 *     MR_TRY(mr_judge_found(&set, found, "", true, &figures));
 *     mr_found_free(found, set.scene_count);
 *
 * Thread rule: no shared state; pictures are spread over the OpenMP threads of the caller.
 */
#ifndef MR_LEARN_DETECTOR_FIGURES_H
#define MR_LEARN_DETECTOR_FIGURES_H

#include "learn/average_precision.h"

/* Faces found on one picture, by falling score. */
typedef struct mr_found {
    mr_face *faces;
    size_t count;
} mr_found;

enum { MR_FOUND_MOST = 2000 /* on one picture */ };

/* Finds at most MR_FOUND_MOST faces on a picture; `thread` is the number of the OpenMP thread. */
typedef struct mr_finder {
    mr_status (*find)(void *context, int thread, const mr_image *image, mr_face *faces,
                      size_t *count);
    void *context;
} mr_finder;

/* Least heights of faces, in pixels, for which figures are given; and numbers of false alarms. */
enum { MR_AP_HEIGHTS = 3, MR_FALSE_ALARMS = 4, MR_CURVE_MOST = 200 };
extern const int mr_ap_heights[MR_AP_HEIGHTS];
extern const size_t mr_false_alarms[MR_FALSE_ALARMS];

/* Precisions that thresholds of the score are told for, in per cent. */
enum { MR_PRECISIONS = 3 };
extern const int mr_precisions[MR_PRECISIONS];

/* The smallest face whose points are judged. */
#define MR_NME_HEIGHT 32.0f

typedef struct mr_detector_figures {
    size_t images;
    size_t faces[MR_AP_HEIGHTS]; /* labelled ones that count */
    double ap[MR_AP_HEIGHTS];
    mr_interval ap_intervals[MR_AP_HEIGHTS], nme_interval; /* 95 %, where they were asked for */
    double recall_at[MR_FALSE_ALARMS];                     /* of the second height */
    size_t with_points;  /* labelled faces whose points people set */
    size_t pointed;      /* those of them that were found with points */
    double landmark_nme; /* their mean error, share of the distance between the eyes; NaN: none */
    mr_curve_point at_precision[MR_AP_HEIGHTS][MR_PRECISIONS], best_f1[MR_AP_HEIGHTS];
    mr_curve_point curves[MR_AP_HEIGHTS][MR_CURVE_MOST];
    size_t curve_sizes[MR_AP_HEIGHTS];
} mr_detector_figures;

/* `found` has set->scene_count items. `folder` holds the pictures; NULL: they are loaded. */
mr_status mr_find_faces(const mr_finder *finder, const mr_detection_set *set, const char *folder,
                        mr_found *found);

/* Judges scenes whose name starts with `prefix`; MR_E_NOT_FOUND when there are none. Intervals are
 * by draws of pictures, which take a second or so. */
mr_status mr_judge_found(const mr_detection_set *set, const mr_found *found, const char *prefix,
                         bool intervals, mr_detector_figures *out);

void mr_found_free(mr_found *found, size_t count);

#endif
