/*
 * How well found faces match labelled ones: average precision, recall at a number of false alarms.
 *
 *     mr_hits ranking = {0};
 *     for (each picture)
 *         MR_TRY(mr_hits_add(&ranking, found, found_count, labelled, labelled_count, 16));
 *     mr_hits_finish(&ranking);
 *     double ap = mr_average_precision(&ranking);
 *     mr_hits_free(&ranking);
 *
 * Found faces of a picture are taken by falling score; each goes to the labelled face that counts,
 * is still free and overlaps it most, with an IoU of at least one half, and is right. One that
 * finds none but overlaps a face that does not count by as much (smaller than asked for, or
 * ignored), is neither right nor wrong. All others are wrong.
 *
 * Average precision is the area under the curve of precision over recall, with the precision at
 * each recall raised to the best at this or a greater one (Pascal VOC since 2010, WIDER FACE).
 *
 * Thread rule: one thread per ranking.
 */
#ifndef MR_LEARN_AVERAGE_PRECISION_H
#define MR_LEARN_AVERAGE_PRECISION_H

#include "learn/dataset_detection.h"
#include "learn/ranking_metrics.h"

#define MR_RIGHT_OVERLAP 0.5f

typedef struct mr_verdict {
    float score;
    bool right;
    uint32_t picture; /* in the order they were added */
} mr_verdict;

typedef struct mr_hits {
    mr_verdict *verdicts; /* of found faces that are right or wrong */
    size_t count, capacity;
    size_t faces;       /* labelled ones that count */
    uint32_t *faces_of; /* of each picture */
    size_t pictures, picture_capacity;
    char *taken; /* scratch: of a picture's labelled faces */
    size_t taken_capacity;
} mr_hits;

/* One point of the curve: what all found faces of at least this score come to. */
typedef struct mr_curve_point {
    float score;
    double precision, recall;
} mr_curve_point;

/*
 * Judges one picture. `found` is sorted by falling score; labelled faces count from `least_height`
 * pixels on. `matches` may be NULL; else it tells for each found face the labelled one that it is
 * right about, or -1.
 */
mr_status mr_hits_add(mr_hits *ranking, const mr_face *found, size_t found_count,
                      const mr_labelled_face *labelled, size_t labelled_count, float least_height,
                      int *matches);

/* Sorts the verdicts; equal scores stay in the order they came in. To be called once, after the
 * last picture and before the functions below. */
mr_status mr_hits_finish(mr_hits *ranking);

double mr_average_precision(const mr_hits *ranking);

/* Its 95 % interval by MR_BOOTSTRAP_ROUNDS draws of pictures with replacement (percentile
 * bootstrap, Efron 1979): faces of one picture are found or missed together. Draws
 * without faces do not count; from 0 to 0 when there are no others. */
mr_status mr_average_precision_interval(const mr_hits *ranking, mr_interval *out);

/* Share of faces found when the score is set so that at most so many found faces are wrong. */
double mr_recall_at(const mr_hits *ranking, size_t wrong);

/* Points of the curve at `most` right finds (fewer if there are fewer) that are spread evenly over
 * the recall; returns their number. */
size_t mr_hits_curve(const mr_hits *ranking, mr_curve_point *points, size_t most);

/*
 * Thresholds of the score: the lowest whose finds have this precision, which is the one with the
 * most recall; and that with the best F1, the harmonic mean of precision and recall. All members
 * are 0 when there is none. Finds of equal score are kept or dropped together.
 */
mr_curve_point mr_threshold_of_precision(const mr_hits *ranking, double precision);
mr_curve_point mr_threshold_of_f1(const mr_hits *ranking);
double mr_f1(const mr_curve_point *point);

void mr_hits_free(mr_hits *ranking);

#endif
