/*
 * Calibration of trained models: what their weights need to know so that probabilities are as large
 * as they are right, and 80 % intervals hold 80 % (face/heads.h says how it is used).
 *
 *     mr_calibration found;
 *     MR_TRY(mr_calibrate_emotion("models/emotion", "build/data/fer2013", &found));
 *
 * One temperature a head minimises the log loss on pictures that were not learned (Guo et al.
 * 2017), with a prior that only matters for few pictures: `label` on the labels, `votes` on the
 * clear majorities of votes, the heads of attributes on the validation part of the chips. The scale
 * of the age interval is the least with which 80 % of these chips lie inside, for everybody and for
 * each band of told ages (mr_age_band). Both are kept as metadata in MODEL/weights.safetensors;
 * nothing else of that file changes.
 *
 * Thread rule: no shared state; the OpenMP threads of the caller are used.
 */
#ifndef MR_LEARN_CALIBRATE_H
#define MR_LEARN_CALIBRATE_H

#include "face/heads.h"
#include "learn/dataset_attributes.h"
#include "learn/dataset_emotion.h"

#define MR_AGE_COVERAGE 0.8

/* Pictures from which on a band of ages has a scale of its own: rank statistics of fewer are rough.
 */
#define MR_AGE_BAND_LEAST 100

/* What was fitted for one head. */
typedef struct mr_head_fit {
    size_t count; /* pictures; 0: the head was left alone */
    double temperature;
    double loss_before, loss_after; /* log loss at temperature 1 and at the fitted one */
    double held_out_error;          /* calibration error of pictures not fitted on (held_out.h) */
} mr_head_fit;

typedef struct mr_calibration {
    mr_head_fit heads[MR_HEAD_COUNT];
    double age_interval_scale;        /* for everybody; 0: not fitted */
    size_t band_counts[MR_AGE_BANDS]; /* pictures whose age is told in each band */
    double band_scales[MR_AGE_BANDS]; /* as for everybody where they are too few */
    double held_out_coverage;         /* of intervals of pictures not fitted on (held_out.h) */
} mr_calibration;

/* The temperature in .05 … 20 that is most likely: the least log loss, with a normal prior of
 * deviation 0.5 on the logarithm, which thousands of pictures outvote and a few dozen do not.
 * Golden section on the logarithm; labels of -1 do not count. 1 when none counts. */
double mr_fit_temperature(const float *logits, const int *labels, size_t count, int classes);

/* The least scale with which a share `coverage` of the truths lies in centre ± scale·deviation,
 * the ends rounded to whole years; at least .01. */
mr_status mr_fit_age_interval(const float *centres, const float *deviations, const int *ages,
                              size_t count, double coverage, double *scale);

/* The scales with which MR_AGE_COVERAGE is held, for everybody and in each band of told ages, of
 * which `centres` are; fills those members of `out`. */
mr_status mr_fit_age_bands(const float *centres, const float *deviations, const int *ages,
                           size_t count, mr_calibration *out);

/* Calibrates the model in a folder on the given pictures. `out` may be NULL. */
mr_status mr_calibrate_emotion_on(const char *model, const mr_emotion_set *validation,
                                  mr_calibration *out);
mr_status mr_calibrate_attributes_on(const char *model, const mr_chip_set *validation,
                                     mr_calibration *out);

/* The same on the validation part of the folder that the model was trained on. */
mr_status mr_calibrate_emotion(const char *model, const char *data, mr_calibration *out);
mr_status mr_calibrate_attributes(const char *model, const char *data, mr_calibration *out);

#endif
