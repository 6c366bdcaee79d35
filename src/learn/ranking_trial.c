#include "learn/ranking_trial.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- models ---------------------------------------------------------------------------------- */

void mr_line_up_free(mr_line_up *models) {
    for (int r = 0; r < MR_RANKER_COUNT; r++)
        mr_collaborative_free(models->models[r]);
    mr_blend_ranker_free(models->ranker);
    free(models->shares);
}

/* Those held out altogether have no likes here. */
static size_t count_people(const mr_interactions *likes) {
    size_t people = 0;
    for (size_t u = 0; u < likes->users; u++)
        people += mr_interactions_of(likes, u) > 0;
    return people;
}

/* As if one more person liked everything, so that no share is 0. */
static mr_status count_shares(const mr_interactions *likes, float **out) {
    float *shares = mr_alloc(likes->items * sizeof *shares);
    if (!shares)
        return mr_fail(MR_E_MEMORY, "evaluation: no memory for %zu items", likes->items);
    for (size_t e = 0; e < likes->count; e++)
        shares[likes->item[e]]++;
    float people = (float)(count_people(likes) + 1);
    for (size_t i = 0; i < likes->items; i++)
        shares[i] = (shares[i] + 1) / people;
    *out = shares;
    return MR_OK;
}

/* The blend is fitted on users whom its neighbours do not know, and then ranks with a model of all
 * users, ours. */
static mr_status train_blend(const mr_interactions *likes, const int32_t *film_of,
                             const mr_evaluate_recommender_params *params, mr_line_up *out) {
    mr_blend_params blend = mr_blend_params_defaults();
    mr_blend_films films = {params->program, film_of};
    mr_blend_fitted fitted;
    blend.model = params->model;
    blend.ranks_only = true;
    MR_TRY(mr_train_blend(likes, &films, &blend, &out->blend, &fitted));
    return mr_blend_ranker_make(out->models[MR_RANKER_OURS], &films, &out->ranker);
}

mr_status mr_line_up_train(const mr_interactions *likes, const int32_t *film_of,
                           const mr_evaluate_recommender_params *params, mr_line_up *out) {
    bool leave = params->protocol == MR_PROTOCOL_LEAVE_ONE_OUT;
    *out = (mr_line_up){0};
    mr_status status = mr_train_collaborative(likes, &params->model, &out->models[MR_RANKER_OURS]);
    if (status == MR_OK)
        status = mr_train_most_popular(likes, &out->models[MR_RANKER_POPULAR]);
    if (status == MR_OK)
        status = mr_train_item_knn(likes, params->neighbours, &out->models[MR_RANKER_KNN]);
    if (status == MR_OK)
        status = mr_train_ease(likes, leave ? params->ease_leave : params->ease,
                               &out->models[MR_RANKER_EASE]);
    if (status == MR_OK)
        status = train_blend(likes, film_of, params, out);
    if (status == MR_OK)
        status = count_shares(likes, &out->shares);
    if (status != MR_OK)
        mr_line_up_free(out);
    return status;
}

/* --- asking ---------------------------------------------------------------------------------- */

mr_status mr_trial_make(size_t users, size_t items, int steps, mr_trial *out) {
    *out = (mr_trial){users,
                      items,
                      mr_alloc(items),
                      mr_alloc(items),
                      mr_alloc(items * sizeof *out->scores),
                      mr_alloc(items * sizeof *out->ago),
                      mr_alloc(items * MR_TERM_COUNT * sizeof *out->values),
                      {{0}},
                      {{0}}};
    bool made = out->barred && out->wanted && out->scores && out->ago && out->values;
    for (int s = 0; s < steps; s++)
        for (int r = 0; r < MR_RANKER_COUNT; r++) {
            out->answers[s][r] = mr_alloc((users + 1) * sizeof *out->answers[s][r]);
            out->shown[s][r] = mr_alloc(items);
            made = made && out->answers[s][r] && out->shown[s][r];
        }
    if (made)
        return MR_OK;
    mr_trial_free(out);
    return mr_fail(MR_E_MEMORY, "evaluation: no memory for %zu users", users);
}

void mr_trial_free(mr_trial *trial) {
    free(trial->barred);
    free(trial->wanted);
    free(trial->scores);
    free(trial->ago);
    free(trial->values);
    for (int s = 0; s < MR_CLICK_STEPS; s++)
        for (int r = 0; r < MR_RANKER_COUNT; r++) {
            free(trial->answers[s][r]);
            free(trial->shown[s][r]);
        }
    *trial = (mr_trial){0};
}

void mr_trial_clear(mr_trial *trial) {
    memset(trial->barred, 0, trial->items);
    memset(trial->wanted, 0, trial->items);
}

static mr_status score(const mr_collaborative *model, const mr_question *question, const float *ago,
                       float *scores) {
    float shares[MR_AUDIENCES] = {0};
    shares[question->audience] = 1;
    mr_collaborative_viewer viewer;
    MR_TRY(mr_collaborative_viewer_make(model, shares, &viewer));
    for (size_t c = 0; c < question->click_count; c++)
        mr_collaborative_learn(&viewer, question->clicks[c], ago ? exp2f(-ago[c]) : 1);
    for (size_t i = 0; i < model->items; i++)
        scores[i] = mr_collaborative_score(&viewer, i);
    mr_collaborative_viewer_free(&viewer);
    return MR_OK;
}

static mr_status score_blend(const mr_line_up *models, const mr_question *question,
                             const mr_trial *trial) {
    mr_blend_user user = {question->audience, question->clicks, question->click_count,
                          question->ago};
    return mr_blend_ranker_scores(models->ranker, &models->blend, &user, trial->values,
                                  trial->scores);
}

/* Judges the best by score, and flags them as shown. */
static mr_ranked_user judge(const mr_trial *trial, const float *share_of, size_t wanted,
                            uint8_t *shown) {
    uint32_t top[MR_CUTOFF];
    bool hits[MR_CUTOFF];
    float shares[MR_CUTOFF];
    size_t count = mr_top_items(trial->scores, trial->barred, trial->items, top);
    for (size_t i = 0; i < count; i++) {
        hits[i] = trial->wanted[top[i]];
        shares[i] = share_of[top[i]];
        shown[top[i]] = 1;
    }
    return mr_judge_list(hits, shares, count, wanted);
}

mr_status mr_trial_ask(mr_trial *trial, const mr_line_up *models, const mr_question *question,
                       int step, size_t place) {
    for (int r = 0; r < MR_RANKER_COUNT; r++) {
        MR_TRY(r == MR_RANKER_BLEND
                   ? score_blend(models, question, trial)
                   : score(models->models[r], question, r == MR_RANKER_OURS ? question->ago : NULL,
                           trial->scores));
        trial->answers[step][r][place] =
            judge(trial, models->shares, question->wanted, trial->shown[step][r]);
    }
    return MR_OK;
}

/* --- figures --------------------------------------------------------------------------------- */

/* Mean of one member of the users' figures, which is copied to `values`. */
static double take(const mr_ranked_user *users, size_t count, size_t member, double *values) {
    double sum = 0;
    for (size_t u = 0; u < count; u++) {
        memcpy(&values[u], (const char *)&users[u] + member, sizeof *values);
        sum += values[u];
    }
    return sum / (double)count;
}

static void figures_of(const mr_ranked_user *users, const mr_ranked_user *popular, size_t count,
                       double *values, double *base, mr_ranker_figures *out) {
    const size_t ndcg = offsetof(mr_ranked_user, ndcg);
    out->recall = take(users, count, offsetof(mr_ranked_user, recall), values);
    out->precision = take(users, count, offsetof(mr_ranked_user, precision), values);
    out->reciprocal = take(users, count, offsetof(mr_ranked_user, reciprocal), values);
    out->novelty = take(users, count, offsetof(mr_ranked_user, novelty), values);
    out->popularity = take(users, count, offsetof(mr_ranked_user, popularity), values);
    out->hit = take(users, count, offsetof(mr_ranked_user, hit), values);
    out->hit_interval = mr_bootstrap_mean(values, count);
    out->ndcg = take(users, count, ndcg, values);
    out->ndcg_interval = mr_bootstrap_mean(values, count);
    double usual = take(popular, count, ndcg, base);
    out->lift = usual > 0 ? out->ndcg / usual : 0;
    out->lift_interval = mr_bootstrap_ratio(values, base, count);
}

static double share_set(const uint8_t *flags, size_t count) {
    size_t set = 0;
    for (size_t i = 0; i < count; i++)
        set += flags[i];
    return (double)set / (double)count;
}

mr_status mr_trial_report(const mr_trial *trial, size_t users, mr_recommender_report *report) {
    if (users == 0)
        return mr_fail(MR_E_FORMAT, "evaluation: no user has anything held out");
    double *values = mr_alloc(2 * users * sizeof *values);
    if (!values)
        return mr_fail(MR_E_MEMORY, "evaluation: no memory for %zu users", users);
    report->users = users;
    report->films = trial->items;
    for (int s = 0; s < report->steps; s++)
        for (int r = 0; r < MR_RANKER_COUNT; r++) {
            figures_of(trial->answers[s][r], trial->answers[s][MR_RANKER_POPULAR], users, values,
                       values + users, &report->figures[s][r]);
            report->figures[s][r].coverage = share_set(trial->shown[s][r], trial->items);
        }
    free(values);
    return MR_OK;
}
