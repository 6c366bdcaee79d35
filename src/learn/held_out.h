/*
 * What a calibration is worth on pictures that it was not fitted on: every other picture is told
 * with what was fitted on the others, and the other way round (two-fold cross-validation, Stone
 * 1974). What is kept in the weights is fitted on all of them, so it is no worse than this.
 *
 * Thread rule: no shared state.
 */
#ifndef MR_LEARN_HELD_OUT_H
#define MR_LEARN_HELD_OUT_H

#include "face/heads.h"

/* *error: mr_calibration_error of a head's logits, count rows, each told with the temperature of
 * the half that it is not in; labels of -1 do not count. */
mr_status mr_held_out_error(mr_face_head head, const float *logits, const int *labels, size_t count,
                            double *error);

/* *coverage: the share of ages inside their 80 % intervals, whose scales in each band of told ages
 * (mr_fit_age_bands) are those of the half that a picture is not in; 0 of fewer than two pictures.
 */
mr_status mr_held_out_coverage(const float *centres, const float *deviations, const int *ages,
                               size_t count, double *coverage);

#endif
