/*
 * How well a model tells age, gender and ethnicity, on chips named AGE_GENDER_ETHNICITY_*
 * (dataset_attributes.h).
 *
 *     mr_evaluate_attributes_params p = {.data = "utkface", .model = "models/attributes"};
 *     mr_attributes_report report;
 *     MR_TRY(mr_evaluate_attributes(&p, &report));
 *
 * A chip is seen as it is, or cut anew around the face that a detector finds on it, as happens to
 * photos (detected_chips.h). Answers are made by face/heads.h just as in serving, mirror image
 * included.
 *
 * Errors of age are those of the median of the distribution, in years; ranges and intervals are
 * judged in whole years, as they are shown.
 *
 * Thread rule: no shared state; the OpenMP threads of the caller are used.
 */
#ifndef MR_LEARN_EVALUATE_ATTRIBUTES_H
#define MR_LEARN_EVALUATE_ATTRIBUTES_H

#include "base/error.h"
#include "face/heads.h"
#include "learn/fairness.h"
#include "learn/metrics.h"
#include "learn/risk_coverage.h"
#include "moodreel/types.h"

typedef enum mr_crop_source { MR_CROP_GIVEN, MR_CROP_DETECT } mr_crop_source;
typedef enum mr_chip_part { MR_PART_ALL, MR_PART_VALIDATION } mr_chip_part;

typedef struct mr_evaluate_attributes_params {
    const char *data;
    const char *model; /* folder */
    mr_crop_source crop;
    mr_detector_kind detector;  /* that finds the face when crop is MR_CROP_DETECT … */
    const char *detector_model; /* … and the folder of its network */
    const char *landmarks;      /* folder of the model that sets its points anew; NULL: none */
    mr_chip_part part;          /* all chips, or those that a training on them does not learn */
    bool degraded;              /* see every chip badly (degraded.h) */
} mr_evaluate_attributes_params;

typedef struct mr_decade_figures {
    size_t images;
    double mae;
} mr_decade_figures;

/* Of the faces whose age is told in one band: how many, and of which share the 80 % interval holds
 * the truth. */
typedef struct mr_band_figures {
    size_t images;
    double interval_coverage;
} mr_band_figures;

/* The oldest that count as babies: the first age range. */
#define MR_BABY_YEARS 2

typedef struct mr_group_figures {
    size_t images;
    double age_mae, gender_accuracy, ethnicity_accuracy;
} mr_group_figures;

typedef struct mr_attributes_report {
    size_t images;
    bool degraded;
    mr_crop_source crop;
    mr_detector_kind detector; /* YOLO or HAAR, when crop is MR_CROP_DETECT */
    size_t undetected;         /* chips on which no face was found, which were seen as they are */
    double age_mae, within_5, range_accuracy, interval_coverage;
    mr_band_figures bands[MR_AGE_BANDS];
    mr_decade_figures decades[MR_DECADES];
    mr_decade_figures babies; /* of at most MR_BABY_YEARS */
    mr_classification gender, ethnicity;
    mr_risk_coverage gender_risk, ethnicity_risk; /* bounds: MR_SURE_GENDER, MR_SURE_ETHNICITY */
    mr_group_figures groups[MR_GENDER_COUNT][MR_ETHNICITY_COUNT];
    mr_fairness fairness;
} mr_attributes_report;

mr_status mr_evaluate_attributes(const mr_evaluate_attributes_params *params,
                                 mr_attributes_report *out);

#endif
