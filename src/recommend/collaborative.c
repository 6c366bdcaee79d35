#include "recommend/collaborative.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The oldest year that an age range is spread over. */
#define LAST_YEAR 90

#define SHARE_FLOOR 0.002f

mr_status mr_collaborative_make(size_t items, size_t links, mr_collaborative **out) {
    if (items < 1 || items > MR_COLLABORATIVE_MAX_ITEMS || links > items * items)
        return mr_fail(MR_E_LIMIT, "collaborative filter of %zu items and %zu links", items, links);
    mr_collaborative *model = calloc(1, sizeof *model);
    if (model) {
        *model = (mr_collaborative){.items = items,
                                    .links = links,
                                    .start = mr_alloc((items + 1) * sizeof *model->start),
                                    .to = mr_alloc((links + 1) * sizeof *model->to),
                                    .weight = mr_alloc((links + 1) * sizeof *model->weight),
                                    .liked = mr_alloc(MR_AUDIENCES * items * sizeof(float))};
        if (model->start && model->to && model->weight && model->liked) {
            *out = model;
            return MR_OK;
        }
    }
    mr_collaborative_free(model);
    return mr_fail(MR_E_MEMORY, "no memory for %zu items and %zu links", items, links);
}

void mr_collaborative_free(mr_collaborative *model) {
    if (!model)
        return;
    free(model->start);
    free(model->to);
    free(model->weight);
    free(model->liked);
    free(model);
}

int mr_audience_of(int years, mr_gender gender) {
    return mr_audience_age_of(years) * MR_GENDER_COUNT + (int)gender;
}

/* Share of each age group. Where it is not known, a range gives each of its years the same. */
static void spread_ages(const mr_watcher *watcher, float groups[MR_AUDIENCE_AGE_COUNT]) {
    const float *ranges = watcher->age;
    float known = 0;
    for (int g = 0; g < MR_AUDIENCE_AGE_COUNT; g++)
        known += groups[g] = watcher->group[g];
    for (int r = 0; r < MR_AGE_RANGE_COUNT && known <= 0; r++) {
        int first = mr_age_range_first((mr_age_range)r);
        int end =
            r + 1 < MR_AGE_RANGE_COUNT ? mr_age_range_first((mr_age_range)(r + 1)) : LAST_YEAR + 1;
        for (int year = first; year < end; year++)
            groups[mr_audience_age_of(year)] += ranges[r] / (float)(end - first);
    }
}

void mr_collaborative_audience(const mr_collaborative *model, const mr_watcher *watcher,
                               float shares[MR_AUDIENCES]) {
    float age[MR_AUDIENCE_AGE_COUNT] = {0}, gender[MR_GENDER_COUNT] = {0};
    float usual_age[MR_AUDIENCE_AGE_COUNT] = {0}, usual_gender[MR_GENDER_COUNT] = {0};
    for (int a = 0; a < MR_AUDIENCES; a++) {
        usual_age[a / MR_GENDER_COUNT] += model->audience[a];
        usual_gender[a % MR_GENDER_COUNT] += model->audience[a];
    }
    if (watcher->has_age)
        spread_ages(watcher, age);
    if (watcher->has_gender)
        memcpy(gender, watcher->gender, sizeof gender);
    for (int a = 0; a < MR_AUDIENCES; a++) {
        int group = a / MR_GENDER_COUNT, g = a % MR_GENDER_COUNT;
        /* The usual shares keep that few of the old are women in these data, if so. */
        float share = model->audience[a];
        if (watcher->has_age)
            share *= usual_age[group] > 0 ? age[group] / usual_age[group] : 0;
        if (watcher->has_gender)
            share *= usual_gender[g] > 0 ? gender[g] / usual_gender[g] : 0;
        shares[a] = share;
    }
    float sum = 0;
    for (int a = 0; a < MR_AUDIENCES; a++)
        sum += shares[a];
    for (int a = 0; a < MR_AUDIENCES; a++)
        shares[a] = sum > 0 ? shares[a] / sum : model->audience[a];
}

mr_status mr_collaborative_viewer_make(const mr_collaborative *model,
                                       const float shares[MR_AUDIENCES],
                                       mr_collaborative_viewer *out) {
    size_t bytes = model->items * sizeof(float);
    mr_collaborative_viewer viewer = {.model = model,
                                      .prior = mr_alloc(bytes),
                                      .history = mr_alloc(bytes),
                                      .scale = model->prior_weight};
    if (!viewer.prior || !viewer.history) {
        mr_collaborative_viewer_free(&viewer);
        return mr_fail(MR_E_MEMORY, "no memory for a viewer's %zu scores", model->items);
    }
    for (int a = 0; a < MR_AUDIENCES; a++)
        for (size_t i = 0; i < model->items && shares[a] > 0; i++)
            viewer.prior[i] += shares[a] * model->liked[(size_t)a * model->items + i];
    *out = viewer;
    return MR_OK;
}

void mr_collaborative_viewer_free(mr_collaborative_viewer *viewer) {
    free(viewer->prior);
    free(viewer->history);
    *viewer = (mr_collaborative_viewer){0};
}

/* Adds `value` of the item's links, when the opinions then have the size `opinions`. */
static void count_opinion(mr_collaborative_viewer *viewer, size_t item, float value,
                          float opinions) {
    const mr_collaborative *model = viewer->model;
    viewer->opinions = fmaxf(0, opinions);
    float left = model->prior_half / (model->prior_half + viewer->opinions);
    viewer->scale = model->prior_weight * left * left;
    for (uint32_t l = model->start[item]; l < model->start[item + 1]; l++)
        viewer->history[model->to[l]] += value * model->weight[l];
}

void mr_collaborative_learn(mr_collaborative_viewer *viewer, size_t item, float value) {
    count_opinion(viewer, item, value, viewer->opinions + fabsf(value));
}

void mr_collaborative_unlearn(mr_collaborative_viewer *viewer, size_t item, float value) {
    count_opinion(viewer, item, -value, viewer->opinions - fabsf(value));
}

void mr_collaborative_forget(mr_collaborative_viewer *viewer) {
    memset(viewer->history, 0, viewer->model->items * sizeof *viewer->history);
    viewer->opinions = 0;
    viewer->scale = viewer->model->prior_weight;
}

float mr_collaborative_link(const mr_collaborative *model, size_t from, size_t to) {
    uint32_t low = model->start[from], high = model->start[from + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (model->to[middle] < to)
            low = middle + 1;
        else
            high = middle;
    }
    return low < model->start[from + 1] && model->to[low] == to ? model->weight[low] : 0;
}

void mr_collaborative_usual(const mr_collaborative *model, float *usual) {
    memset(usual, 0, model->items * sizeof *usual);
    for (int a = 0; a < MR_AUDIENCES; a++)
        for (size_t i = 0; i < model->items; i++)
            usual[i] += model->audience[a] * model->liked[(size_t)a * model->items + i];
}

float mr_share_mean(const float *usual, size_t items) {
    double sum = 0;
    for (size_t i = 0; i < items; i++)
        sum += (double)usual[i];
    return (float)(sum / (double)items);
}

float mr_share_ratio(float share, float other) {
    return logf((share + SHARE_FLOOR) / (other + SHARE_FLOOR));
}
