#include "learn/evaluate_emotion.h"

#include "base/memory.h"
#include "learn/degraded.h"
#include "learn/model.h"
#include "learn/truths.h"

#include <stdlib.h>
#include <string.h>

/* Judges the answers of `wanted`, or of `other` where the model lacks that, against the truths of
 * `wanted`. */
static mr_status judge(const mr_model *model, const mr_predictions *answers,
                       const mr_emotion_set *set, mr_face_head wanted, mr_face_head other,
                       mr_classification *out, mr_risk_coverage *risk) {
    mr_face_head head = model->heads.outputs[wanted] >= 0 ? wanted : other;
    float *probabilities;
    int *truths = NULL;
    MR_TRY(mr_model_probabilities(model, answers, head, &probabilities));
    mr_status status = mr_emotion_truths(set, wanted, &truths);
    if (status == MR_OK) {
        mr_classify(probabilities, truths, answers->count, MR_EMOTION_COUNT, out);
        status = mr_risk_coverage_measure(probabilities, truths, answers->count, MR_EMOTION_COUNT,
                                          (double)MR_SURE_EMOTION, risk);
    }
    free(truths);
    free(probabilities);
    return status;
}

/* What is shown against the votes of every picture that has enough of them. */
static mr_status agree(const mr_model *model, const mr_predictions *answers,
                       const mr_emotion_set *set, mr_agreement *out) {
    mr_face_head head = mr_heads_emotion(&model->heads);
    float *probabilities;
    MR_TRY(mr_model_probabilities(model, answers, head, &probabilities));
    float *shares = mr_alloc(answers->count * MR_EMOTION_COUNT * sizeof *shares);
    for (size_t i = 0; i < answers->count && shares; i++)
        if (set->targets[i].voted > 0)
            memcpy(shares + i * MR_EMOTION_COUNT, set->targets[i].votes,
                   MR_EMOTION_COUNT * sizeof *shares);
    if (shares)
        *out = mr_agree(probabilities, shares, answers->count, MR_EMOTION_COUNT);
    bool done = shares != NULL;
    free(shares);
    free(probabilities);
    return done ? MR_OK
                : mr_fail(MR_E_MEMORY, "no memory for the votes on %zu pictures", answers->count);
}

static mr_status evaluate(const mr_model *model, const mr_emotion_set *set, bool has_votes,
                          mr_emotion_report *out) {
    mr_emotion_report report = {.images = set->pictures.count, .has_votes = has_votes};
    mr_predictions answers;
    MR_TRY(mr_model_answer(model, &set->pictures, &answers));
    mr_status status = judge(model, &answers, set, MR_HEAD_LABEL, MR_HEAD_VOTES, &report.labels,
                             &report.labels_risk);
    if (status == MR_OK && has_votes)
        status = judge(model, &answers, set, MR_HEAD_VOTES, MR_HEAD_LABEL, &report.votes,
                       &report.votes_risk);
    if (status == MR_OK && has_votes)
        status = agree(model, &answers, set, &report.people);
    mr_predictions_free(&answers);
    if (status == MR_OK)
        *out = report;
    return status;
}

mr_status mr_evaluate_emotion(const mr_evaluate_emotion_params *params, mr_emotion_report *out) {
    mr_model model;
    mr_emotion_set set;
    MR_TRY(mr_model_load(params->model, &model));
    mr_status status = mr_emotion_set_load(params->data, params->votes, MR_EMOTION_SIDE, &set);
    if (status == MR_OK) {
        if (params->degraded)
            status = mr_degrade_pictures(&set.pictures, MR_FRAMING_EMOTION);
        if (status == MR_OK)
            status = evaluate(&model, &set, params->votes != NULL, out);
        if (status == MR_OK)
            out->degraded = params->degraded;
        mr_emotion_set_free(&set);
    }
    mr_model_free(&model);
    return status;
}
