/*
 * From the raw outputs of a network to what is said about a face: the one place that does it, for
 * serving and evaluation alike.
 *
 *     mr_heads heads;
 *     MR_TRY(mr_heads_load(&file, "weights.safetensors", network, &heads));
 *     mr_heads_apply(&heads, logits, &attributes);            // logits[k]: output k of the network
 *
 * A head is an output of the network known by its name: `age` (a class a year), `gender`,
 * `ethnicity`, and of emotions `label` (what the data set's makers wrote) and `votes` (what people
 * voted, which is what is shown; where there is none, `label`). A network has those that it has.
 *
 * Calibration is metadata of the weights, put there after training (learn/calibrate.h):
 *
 *     temperature.HEAD     logits are divided by it before the softmax (Guo et al. 2017), so that
 *                          probabilities are as large as they are right; 1 when absent
 *     age.interval_scale   half the width of the 80 % interval in standard deviations of the age
 *                          distribution; 1.2816, a normal distribution's, when absent
 *     age.interval_scale.from_YEAR
 *                          the same for faces whose age is told in the band that begins there
 *                          (mr_age_band), since errors grow faster with age than the distribution
 *                          widens; when absent, as for everybody
 *
 * The age is the median m of the tempered distribution, which errs least by absolute error; with
 * the standard deviation s (at least MR_AGE_LEAST_DEVIATION) the interval is m ± scale·s within 0 …
 * MR_AGE_MOST. The scale is such that 80 % of the interval's whole years, both ends rounded, held
 * the truth: split conformal prediction with s as the measure of difficulty (Lei et al. 2018), in
 * each band of its own (Mondrian conformal prediction, Vovk et al. 2003).
 *
 * Thread rule: all values, no hidden state.
 */
#ifndef MR_FACE_HEADS_H
#define MR_FACE_HEADS_H

#include "moodreel/types.h"
#include "nn/network.h"
#include "nn/safetensors.h"

/* X(NAME, "output", classes) */
#define MR_FACE_HEADS(X)                                                                           \
    X(AGE, "age", MR_AGE_YEARS)                                                                    \
    X(GENDER, "gender", MR_GENDER_COUNT)                                                           \
    X(ETHNICITY, "ethnicity", MR_ETHNICITY_COUNT)                                                  \
    X(LABEL, "label", MR_EMOTION_COUNT)                                                            \
    X(VOTES, "votes", MR_EMOTION_COUNT)

#define MR_FACE_HEAD_ENUM_(name, output, classes) MR_HEAD_##name,
typedef enum mr_face_head { MR_FACE_HEADS(MR_FACE_HEAD_ENUM_) MR_HEAD_COUNT } mr_face_head;
#undef MR_FACE_HEAD_ENUM_

#define MR_AGE_LEAST_DEVIATION 1.0f
#define MR_AGE_MOST            116.0f

#define MR_TEMPERATURE_KEY        "temperature." /* before a head's name */
#define MR_AGE_INTERVAL_SCALE_KEY "age.interval_scale"

/* Bands of told ages in which intervals are calibrated: from 0, 13, 25, 40 and 60 years on. */
#define MR_AGE_BANDS 5
int mr_age_band(float age);
int mr_age_band_from(int band);

typedef struct mr_heads {
    int outputs[MR_HEAD_COUNT]; /* number of the network's output, or -1 */
    float temperatures[MR_HEAD_COUNT];
    float age_interval_scales[MR_AGE_BANDS];
} mr_heads;

/* Name of a head's output, and how many classes it has. */
const char *mr_head_name(mr_face_head head);
int mr_head_classes(mr_face_head head);

/* Heads of a network without calibration. MR_E_MISMATCH when an output with a head's name has not
 * as many values as the head has classes; `path` is for errors. */
mr_status mr_heads_find(const mr_network *network, const char *path, mr_heads *out);

/* The same with the calibration of an opened weight file; MR_E_FORMAT names a value that is no
 * sensible number. */
mr_status mr_heads_load(const mr_safetensors *file, const char *path, const mr_network *network,
                        mr_heads *out);

/* The head that tells the emotion shown; MR_HEAD_COUNT when there is none. */
mr_face_head mr_heads_emotion(const mr_heads *heads);

/* Tempered softmax of one row of a head's logits. */
void mr_heads_distribution(const mr_heads *heads, mr_face_head head, const float *logits,
                           float *probabilities);

/* The median of an age distribution, the share of a year being spread over half a year on either
 * side of it, in years from 0 on. */
float mr_age_median(const float distribution[MR_AGE_YEARS]);

/* The standard deviation of an age distribution, at least MR_AGE_LEAST_DEVIATION, in years. */
float mr_age_deviation(const float distribution[MR_AGE_YEARS]);

/* Fills the attributes that the network has heads for and leaves the others alone. */
void mr_heads_apply(const mr_heads *heads, const float *const *logits, mr_attributes *out);

#endif
