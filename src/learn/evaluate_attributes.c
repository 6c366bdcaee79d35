#include "learn/evaluate_attributes.h"

#include "base/memory.h"
#include "learn/degraded.h"
#include "learn/detected_chips.h"
#include "learn/model.h"
#include "learn/truths.h"

#include <math.h>
#include <stdlib.h>

/* Adds what is said about the age of one chip; sums become means at the end. */
static void add_age(mr_attributes_report *r, const mr_chip_target *truth, const mr_attributes *a) {
    int age = truth->age, decade = mr_decade_of(age);
    double error = fabs((double)a->age - age);
    r->age_mae += error;
    r->within_5 += error <= 5;
    r->range_accuracy += mr_age_range_of(roundf(a->age)) == mr_age_range_of((float)age);
    mr_band_figures *band = &r->bands[mr_age_band(a->age)];
    bool held = lroundf(a->age_low) <= age && age <= lroundf(a->age_high);
    r->interval_coverage += held;
    band->interval_coverage += held;
    band->images++;
    r->decades[decade].images++;
    r->decades[decade].mae += error;
    if (age <= MR_BABY_YEARS) {
        r->babies.images++;
        r->babies.mae += error;
    }
}

static void add_group(mr_attributes_report *r, const mr_judged_face *face) {
    mr_group_figures *group = &r->groups[face->gender][face->ethnicity];
    group->images++;
    group->age_mae += face->age_error;
    group->gender_accuracy += face->gender_right;
    group->ethnicity_accuracy += face->ethnicity_right;
}

static mr_judged_face judged_face(const mr_chip_target *truth, const mr_attributes *a) {
    return (mr_judged_face){
        .gender = truth->gender,
        .ethnicity = truth->ethnicity,
        .age = truth->age,
        .age_error = fabs((double)a->age - truth->age),
        .gender_right = mr_likeliest(a->gender, MR_GENDER_COUNT) == (int)truth->gender,
        .ethnicity_right = mr_likeliest(a->ethnicity, MR_ETHNICITY_COUNT) == (int)truth->ethnicity};
}

static void divide_sums(mr_attributes_report *r) {
    double images = (double)r->images;
    r->age_mae /= images;
    r->within_5 /= images;
    r->range_accuracy /= images;
    r->interval_coverage /= images;
    for (int i = 0; i < MR_AGE_BANDS; i++)
        if (r->bands[i].images > 0)
            r->bands[i].interval_coverage /= (double)r->bands[i].images;
    for (int i = 0; i < MR_DECADES; i++)
        if (r->decades[i].images > 0)
            r->decades[i].mae /= (double)r->decades[i].images;
    if (r->babies.images > 0)
        r->babies.mae /= (double)r->babies.images;
    for (int g = 0; g < MR_GENDER_COUNT; g++)
        for (int e = 0; e < MR_ETHNICITY_COUNT; e++) {
            mr_group_figures *group = &r->groups[g][e];
            double count = group->images > 0 ? (double)group->images : 1;
            group->age_mae /= count;
            group->gender_accuracy /= count;
            group->ethnicity_accuracy /= count;
        }
}

/* What the model says about one chip. */
static mr_attributes attributes_of(const mr_model *model, const mr_predictions *answers,
                                   size_t index) {
    const float *rows[MR_OUTPUTS_MAX];
    for (int k = 0; k < answers->output_count; k++)
        rows[k] = answers->logits[k] + index * (size_t)answers->sizes[k];
    mr_attributes attributes = {0};
    mr_heads_apply(&model->heads, rows, &attributes);
    return attributes;
}

static mr_status classify(const mr_model *model, const mr_predictions *answers,
                          const mr_chip_set *set, mr_face_head head, double bound,
                          mr_classification *out, mr_risk_coverage *risk) {
    float *probabilities;
    int *truths = NULL;
    MR_TRY(mr_model_probabilities(model, answers, head, &probabilities));
    mr_status status = mr_chip_truths(set, head, &truths);
    int classes = mr_head_classes(head);
    if (status == MR_OK) {
        mr_classify(probabilities, truths, answers->count, classes, out);
        status =
            mr_risk_coverage_measure(probabilities, truths, answers->count, classes, bound, risk);
    }
    free(truths);
    free(probabilities);
    return status;
}

static mr_status judge_faces(const mr_model *model, const mr_chip_set *set,
                             const mr_predictions *answers, mr_attributes_report *r) {
    mr_judged_face *faces = mr_alloc(answers->count * sizeof *faces);
    if (!faces)
        return mr_fail(MR_E_MEMORY, "no memory to judge %zu pictures", answers->count);
    for (size_t i = 0; i < answers->count; i++) {
        mr_attributes attributes = attributes_of(model, answers, i);
        faces[i] = judged_face(&set->targets[i], &attributes);
        add_age(r, &set->targets[i], &attributes);
        add_group(r, &faces[i]);
    }
    divide_sums(r);
    mr_status status = mr_fairness_measure(faces, answers->count, &r->fairness);
    free(faces);
    return status;
}

static mr_status judge(const mr_model *model, const mr_chip_set *set, const mr_predictions *answers,
                       mr_attributes_report *r) {
    r->images = answers->count;
    MR_TRY(judge_faces(model, set, answers, r));
    MR_TRY(classify(model, answers, set, MR_HEAD_GENDER, (double)MR_SURE_GENDER, &r->gender,
                    &r->gender_risk));
    return classify(model, answers, set, MR_HEAD_ETHNICITY, (double)MR_SURE_ETHNICITY,
                    &r->ethnicity, &r->ethnicity_risk);
}

/* Cuts the chips anew around the faces that the wanted detector finds. */
static mr_status detect(const mr_evaluate_attributes_params *params, const mr_model *model,
                        mr_chip_set *set, mr_attributes_report *r) {
    mr_detector_model *detector;
    mr_landmark_model *landmarks = NULL;
    MR_TRY(mr_detector_load(params->detector, params->detector_model, &detector));
    r->detector = mr_detector_model_kind(detector);
    mr_status status =
        params->landmarks ? mr_landmark_model_load(params->landmarks, &landmarks) : MR_OK;
    if (status == MR_OK)
        status = mr_chip_set_detect(set, detector, landmarks,
                                    mr_network_input(model->network)->width, &r->undetected);
    mr_landmark_model_free(landmarks);
    mr_detector_model_free(detector);
    return status;
}

static mr_status prepare(const mr_evaluate_attributes_params *params, const mr_model *model,
                         mr_chip_set *set, mr_attributes_report *r) {
    if (params->part == MR_PART_VALIDATION)
        MR_TRY(mr_chip_set_keep_validation(set));
    if (params->crop == MR_CROP_DETECT)
        MR_TRY(detect(params, model, set, r));
    if (params->degraded)
        MR_TRY(mr_degrade_pictures(&set->pictures, MR_FRAMING_ATTRIBUTES));
    return MR_OK;
}

static mr_status evaluate(const mr_evaluate_attributes_params *params, const mr_model *model,
                          mr_chip_set *set, mr_attributes_report *out) {
    mr_attributes_report report = {.crop = params->crop, .degraded = params->degraded};
    mr_predictions answers;
    MR_TRY(prepare(params, model, set, &report));
    MR_TRY(mr_model_answer(model, &set->pictures, &answers));
    mr_status status = judge(model, set, &answers, &report);
    mr_predictions_free(&answers);
    if (status == MR_OK)
        *out = report;
    return status;
}

mr_status mr_evaluate_attributes(const mr_evaluate_attributes_params *params,
                                 mr_attributes_report *out) {
    mr_model model;
    mr_chip_set set;
    MR_TRY(mr_model_load(params->model, &model));
    mr_status status = MR_OK;
    for (mr_face_head head = MR_HEAD_AGE; head <= MR_HEAD_ETHNICITY && status == MR_OK; head++)
        status = mr_model_needs(&model, head);
    if (status == MR_OK)
        status = mr_chip_set_load(params->data, MR_CHIP_SIDE, &set);
    if (status == MR_OK) {
        status = evaluate(params, &model, &set, out);
        mr_chip_set_free(&set);
    }
    mr_model_free(&model);
    return status;
}
