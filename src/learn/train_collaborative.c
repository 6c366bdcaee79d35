#include "learn/train_collaborative.h"

#include "base/memory.h"
#include "learn/ease.h"
#include "learn/link_pruning.h"

#include <math.h>
#include <stdlib.h>

/* Far below any link's weight, so that it only decides between films that have none. */
#define TIE_BREAK 1e-6f

/* A prior that does not fade with the clicks. */
#define ALWAYS 1e6f

/* Keeps ratios of shares finite. */
#define LEAST_SHARE 1e-4

mr_collaborative_params mr_collaborative_params_defaults(void) {
    return (mr_collaborative_params){.user_power = 0.6f,
                                     .ridge = 400,
                                     .column_power = 0.7f,
                                     .rank = 96,
                                     .low_pass = 1.2f,
                                     .links = 400,
                                     .prior_weight = 12,
                                     .prior_half = 6,
                                     .prior_people = 200};
}

static float *square(size_t items) {
    return mr_alloc(items * items * sizeof(float));
}

/* --- links ----------------------------------------------------------------------------------- */

static void bring_to_length(float *weights, size_t count, float length) {
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += (double)weights[i] * weights[i];
    float factor = squares > 0 ? length / (float)sqrt(squares) : 0;
    for (size_t i = 0; i < count; i++)
        weights[i] *= factor;
}

/* Both matrices have the length of so many weights of 1, which keeps sums near 1. */
static float unit_length(size_t items) {
    return sqrtf((float)items);
}

static mr_status weigh(const mr_interactions *likes, const mr_collaborative_params *params,
                       double *gram, float *weights, float *smooth) {
    size_t items = likes->items, count = items * items;
    if (params->low_pass > 0)
        MR_TRY(mr_low_pass(gram, items, params->rank, smooth));
    MR_TRY(mr_ease(gram, items, params->ridge, params->column_power, weights));
    bring_to_length(weights, count, unit_length(items));
    bring_to_length(smooth, count, params->low_pass * unit_length(items));
    for (size_t i = 0; i < count; i++)
        weights[i] += smooth[i];
    return mr_links_prune(weights, items, (size_t)params->links, MR_KEEP_OF_SOURCE);
}

static mr_status link(const mr_interactions *likes, const mr_collaborative_params *params,
                      mr_collaborative **out) {
    double *gram = NULL;
    MR_TRY(mr_gram(likes, params->user_power, &gram));
    float *weights = square(likes->items), *smooth = square(likes->items);
    mr_status status = weights && smooth
                           ? weigh(likes, params, gram, weights, smooth)
                           : mr_fail(MR_E_MEMORY, "no memory for %zu items", likes->items);
    free(gram);
    free(smooth);
    if (status == MR_OK)
        status = mr_links_collect(weights, likes->items, out);
    free(weights);
    return status;
}

/* --- prior ----------------------------------------------------------------------------------- */

/* Shares of people who like each item: of a group, drawn towards `usual` by `people`. */
static void shares_of(const mr_interactions *likes, const uint8_t *in_group, double people,
                      const double *usual, double *shares) {
    double size = people;
    for (size_t i = 0; i < likes->items; i++)
        shares[i] = people * (usual ? usual[i] : 0);
    for (size_t u = 0; u < likes->users; u++) {
        if (!in_group[likes->audience[u]] || mr_interactions_of(likes, u) == 0)
            continue;
        size++;
        for (uint32_t e = likes->start[u]; e < likes->start[u + 1]; e++)
            shares[likes->item[e]]++;
    }
    for (size_t i = 0; i < likes->items && size > 0; i++)
        shares[i] /= size;
}

/* What is expected of an audience that nobody has asked: age group and gender each move the usual
 * share by their own factor. */
static void expect(const double *usual, const double *by_age, const double *by_gender, size_t items,
                   double *expected) {
    for (size_t i = 0; i < items; i++)
        expected[i] = fmin(1, (by_age[i] + LEAST_SHARE) * (by_gender[i] + LEAST_SHARE) /
                                  (usual[i] + LEAST_SHARE));
}

static void fill_audience(const mr_interactions *likes, double people, int audience,
                          const double *usual, double *scratch, float *liked) {
    size_t items = likes->items;
    double *by_age = scratch, *by_gender = scratch + items, *expected = scratch + 2 * items;
    uint8_t age[MR_AUDIENCES], gender[MR_AUDIENCES], self[MR_AUDIENCES];
    for (int a = 0; a < MR_AUDIENCES; a++) {
        age[a] = a / MR_GENDER_COUNT == audience / MR_GENDER_COUNT;
        gender[a] = a % MR_GENDER_COUNT == audience % MR_GENDER_COUNT;
        self[a] = a == audience;
    }
    shares_of(likes, age, people, usual, by_age);
    shares_of(likes, gender, people, usual, by_gender);
    expect(usual, by_age, by_gender, items, expected);
    shares_of(likes, self, people, expected, by_age);
    for (size_t i = 0; i < items; i++)
        liked[i] = (float)by_age[i];
}

/* `people` of infinity: all audiences are alike. */
static mr_status fill_prior(const mr_interactions *likes, double people, mr_collaborative *model) {
    size_t items = likes->items, users = 0;
    double *usual = mr_alloc(4 * items * sizeof *usual);
    if (!usual)
        return mr_fail(MR_E_MEMORY, "no memory for the shares of %zu items", items);
    uint8_t all[MR_AUDIENCES];
    for (int a = 0; a < MR_AUDIENCES; a++)
        all[a] = 1;
    shares_of(likes, all, 0, NULL, usual);
    for (int a = 0; a < MR_AUDIENCES; a++)
        if (isinf(people))
            for (size_t i = 0; i < items; i++)
                model->liked[(size_t)a * items + i] = (float)usual[i];
        else
            fill_audience(likes, people, a, usual, usual + items, model->liked + (size_t)a * items);
    free(usual);
    for (size_t u = 0; u < likes->users; u++)
        if (mr_interactions_of(likes, u) > 0) {
            model->audience[likes->audience[u]]++;
            users++;
        }
    for (int a = 0; a < MR_AUDIENCES; a++)
        model->audience[a] /= (float)users;
    return MR_OK;
}

/* Gives a model its prior and hands it out, or frees it. */
static mr_status finish(const mr_interactions *likes, double people, float weight, float half,
                        mr_collaborative *model, mr_collaborative **out) {
    model->prior_weight = weight;
    model->prior_half = half;
    mr_status status = fill_prior(likes, people, model);
    if (status == MR_OK)
        *out = model;
    else
        mr_collaborative_free(model);
    return status;
}

/* --- models ---------------------------------------------------------------------------------- */

mr_status mr_train_collaborative(const mr_interactions *likes,
                                 const mr_collaborative_params *params, mr_collaborative **out) {
    mr_collaborative *model = NULL;
    MR_TRY(link(likes, params, &model));
    return finish(likes, params->prior_people, params->prior_weight, params->prior_half, model,
                  out);
}

mr_status mr_train_most_popular(const mr_interactions *likes, mr_collaborative **out) {
    mr_collaborative *model = NULL;
    MR_TRY(mr_collaborative_make(likes->items, 0, &model));
    return finish(likes, INFINITY, 1, ALWAYS, model, out);
}

static mr_status knn_links(const mr_interactions *likes, int neighbours, float *weights,
                           mr_collaborative **out) {
    double *gram = NULL;
    MR_TRY(mr_gram(likes, 0, &gram));
    mr_cosines(gram, likes->items, weights);
    free(gram);
    MR_TRY(mr_links_prune(weights, likes->items, (size_t)neighbours, MR_KEEP_OF_TARGET));
    return mr_links_collect(weights, likes->items, out);
}

static mr_status ease_links(const mr_interactions *likes, float ridge, float *weights,
                            mr_collaborative **out) {
    double *gram = NULL;
    MR_TRY(mr_gram(likes, 0, &gram));
    mr_status status = mr_ease(gram, likes->items, ridge, 1, weights);
    free(gram);
    MR_TRY(status);
    return mr_links_collect(weights, likes->items, out);
}

mr_status mr_train_item_knn(const mr_interactions *likes, int neighbours, mr_collaborative **out) {
    float *weights = square(likes->items);
    mr_collaborative *model = NULL;
    mr_status status = weights ? knn_links(likes, neighbours, weights, &model)
                               : mr_fail(MR_E_MEMORY, "no memory for %zu items", likes->items);
    free(weights);
    MR_TRY(status);
    return finish(likes, INFINITY, TIE_BREAK, ALWAYS, model, out);
}

mr_status mr_train_ease(const mr_interactions *likes, float ridge, mr_collaborative **out) {
    float *weights = square(likes->items);
    mr_collaborative *model = NULL;
    mr_status status = weights ? ease_links(likes, ridge, weights, &model)
                               : mr_fail(MR_E_MEMORY, "no memory for %zu items", likes->items);
    free(weights);
    MR_TRY(status);
    return finish(likes, INFINITY, TIE_BREAK, ALWAYS, model, out);
}
