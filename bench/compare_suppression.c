/*
 * compare_suppression MODEL LABELS.csv IMAGES [SIDE]: ways to choose among boxes that overlap, by
 * what they make of the same candidates on the validation pictures of a detection set.
 *
 *     greedy T        what overlaps a better box by more than T goes (mr_suppress)
 *     voted V         the same at the default overlap, and a box that stays is the mean, by score,
 * of those that overlap it by more than V (Gidaris and Komodakis 2015) gaussian S      soft NMS
 * (Bodla et al. 2017): the score of what overlaps a better box sinks by exp(-overlap² / S) linear T
 * soft NMS: by 1 - overlap, where that is more than T
 *
 * A line each: average precision for faces from 8, 16 and 32 pixels, and how many of the faces with
 * a score of one half and more are told twice (overlap another by more than TWICE).
 */
#include "base/memory.h"
#include "face/box.h"
#include "learn/yolo_finder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TWICE 0.3f
#define SURE  0.5f

typedef enum method { GREEDY, VOTED, GAUSSIAN, LINEAR } method;

static const struct {
    method way;
    const char *name;
    float limit;
} trials[] = {
    {GREEDY, "greedy", 0.4f},     {GREEDY, "greedy", 0.45f},    {GREEDY, "greedy", 0.5f},
    {GREEDY, "greedy", 0.55f},    {GREEDY, "greedy", 0.6f},     {GREEDY, "greedy", 0.65f},
    {GREEDY, "greedy", 0.7f},     {VOTED, "voted", 0.5f},       {VOTED, "voted", 0.6f},
    {VOTED, "voted", 0.65f},      {VOTED, "voted", 0.7f},       {VOTED, "voted", 0.8f},
    {GAUSSIAN, "gaussian", 0.1f}, {GAUSSIAN, "gaussian", 0.2f}, {GAUSSIAN, "gaussian", 0.3f},
    {LINEAR, "linear", 0.3f},     {LINEAR, "linear", 0.45f},
};

static mr_face candidates[MR_FOUND_MOST], spare[MR_FOUND_MOST];
static uint32_t order[MR_FOUND_MOST];

static int by_score(const void *a, const void *b) {
    float x = ((const mr_face *)a)->score, y = ((const mr_face *)b)->score;
    return (x < y) - (x > y);
}

/* Leaves the faces in `candidates`, sunken scores and all; returns their number. */
static size_t soften(size_t count, method way, float limit) {
    for (size_t i = 0; i < count; i++) {
        qsort(candidates + i, count - i, sizeof *candidates, by_score);
        for (size_t k = i + 1; k < count; k++) {
            float overlap = mr_box_iou(&candidates[i].box, &candidates[k].box);
            if (way == GAUSSIAN)
                candidates[k].score *= expf(-overlap * overlap / limit);
            else if (overlap > limit)
                candidates[k].score *= 1 - overlap;
        }
    }
    while (count > 0 && candidates[count - 1].score < MR_FINDER_SCORE)
        count--;
    return count;
}

static mr_status choose(const mr_found *found, method way, float limit, mr_found *out) {
    size_t count = found->count;
    memcpy(candidates, found->faces, count * sizeof *candidates);
    if (way == GREEDY)
        count = mr_suppress(candidates, count, limit, 1, order, spare);
    else if (way == VOTED)
        count =
            mr_suppress(candidates, count, mr_yolo_params_defaults().overlap, limit, order, spare);
    else
        count = soften(count, way, limit);
    out->faces = mr_alloc((count + 1) * sizeof *candidates);
    if (!out->faces)
        return mr_fail(MR_E_MEMORY, "no memory for %zu faces", count);
    memcpy(out->faces, candidates, count * sizeof *candidates);
    out->count = count;
    return MR_OK;
}

static size_t told_twice(const mr_found *found, size_t *sure) {
    size_t twice = 0, i = 0;
    for (; i < found->count && found->faces[i].score >= SURE; i++)
        for (size_t k = 0; k < i; k++)
            if (mr_box_iou(&found->faces[i].box, &found->faces[k].box) > TWICE) {
                twice++;
                break;
            }
    *sure += i;
    return twice;
}

static mr_status try_one(const mr_detection_set *set, const mr_found *all, size_t trial,
                         mr_found *chosen) {
    static mr_detector_figures figures;
    size_t twice = 0, sure = 0;
    for (size_t i = 0; i < set->scene_count; i++) {
        MR_TRY(choose(&all[i], trials[trial].way, trials[trial].limit, &chosen[i]));
        twice += told_twice(&chosen[i], &sure);
    }
    MR_TRY(mr_judge_found(set, chosen, "", false, &figures));
    printf("%-8s %.2f  %.4f %.4f %.4f  %zu of %zu twice\n", trials[trial].name,
           (double)trials[trial].limit, figures.ap[0], figures.ap[1], figures.ap[2], twice, sure);
    return MR_OK;
}

static mr_status compare(const mr_detection_set *set, const char *images, mr_yolo_finder *finder) {
    size_t count = set->scene_count;
    mr_found *all = mr_alloc(count * sizeof *all);
    if (!all)
        return mr_fail(MR_E_MEMORY, "no memory for %zu pictures", count);
    finder->params.overlap = finder->params.agreement = 1; /* every candidate stays as it is */
    const mr_finder asked = mr_yolo_finder_as(finder);
    mr_status status = mr_find_faces(&asked, set, images, all);
    for (size_t t = 0; t < sizeof trials / sizeof *trials && status == MR_OK; t++) {
        mr_found *chosen = calloc(count, sizeof *chosen);
        status = chosen ? try_one(set, all, t, chosen)
                        : mr_fail(MR_E_MEMORY, "no memory for %zu pictures", count);
        mr_found_free(chosen, count);
    }
    mr_found_free(all, count);
    return status;
}

static bool is_judged(const mr_labelled_picture *scene, const void *context) {
    (void)context;
    return scene->validation;
}

static mr_status run(const char *folder, const char *labels, const char *images, int side) {
    mr_yolo_model *model = NULL;
    mr_yolo_finder finder = {0};
    mr_detection_set set = {0};
    mr_status status = mr_yolo_load(folder, &model);
    if (status == MR_OK)
        status = mr_yolo_finder_create(model, NULL, side, &finder);
    if (status == MR_OK)
        status = mr_detection_set_read(labels, &set);
    if (status == MR_OK)
        status = mr_detection_set_filter(&set, is_judged, NULL);
    if (status == MR_OK)
        status = compare(&set, images, &finder);
    mr_detection_set_free(&set);
    mr_yolo_finder_free(&finder);
    mr_yolo_model_free(model);
    return status;
}

int main(int argc, char **argv) {
    if (argc != 4 && argc != 5) {
        fprintf(stderr, "usage: compare_suppression MODEL LABELS.csv IMAGES [SIDE]\n");
        return 2;
    }
    if (run(argv[1], argv[2], argv[3], argc == 5 ? atoi(argv[4]) : 512) != MR_OK) {
        fprintf(stderr, "compare_suppression: %s\n", mr_last_error());
        return 1;
    }
    return 0;
}
