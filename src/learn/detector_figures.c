#include "learn/detector_figures.h"

#include "base/memory.h"
#include "learn/parallel.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

const int mr_ap_heights[MR_AP_HEIGHTS] = {8, 16, 32};
const size_t mr_false_alarms[MR_FALSE_ALARMS] = {10, 30, 100, 300};
const int mr_precisions[MR_PRECISIONS] = {90, 95, 99};

enum { RECALL_HEIGHT = 1 /* index of the height that recall at false alarms is told for */ };

typedef struct finding {
    const mr_finder *finder;
    const mr_detection_set *set;
    const char *folder;
    mr_found *found;
} finding;

static mr_status find_on(const finding *job, const mr_image *image, mr_found *found) {
    mr_face *faces = mr_alloc(MR_FOUND_MOST * sizeof *faces);
    if (!faces)
        return mr_fail(MR_E_MEMORY, "no memory for the faces of a picture");
    size_t count = 0;
    mr_status status =
        job->finder->find(job->finder->context, omp_get_thread_num(), image, faces, &count);
    if (status == MR_OK) {
        found->faces = mr_alloc(count * sizeof *faces);
        if (!found->faces)
            status = mr_fail(MR_E_MEMORY, "no memory for %zu faces", count);
    }
    if (status == MR_OK) {
        memcpy(found->faces, faces, count * sizeof *faces);
        found->count = count;
    }
    free(faces);
    return status;
}

static mr_status find_one(void *context, size_t index) {
    const finding *job = context;
    const mr_labelled_picture *scene = &job->set->scenes[index];
    if (!job->folder)
        return find_on(job, &scene->image, &job->found[index]);
    mr_image image;
    MR_TRY(mr_labelled_picture_load(scene, job->folder, &image));
    mr_status status = find_on(job, &image, &job->found[index]);
    mr_image_free(&image);
    return status;
}

mr_status mr_find_faces(const mr_finder *finder, const mr_detection_set *set, const char *folder,
                        mr_found *found) {
    return mr_parallel(set->scene_count, find_one, &(finding){finder, set, folder, found});
}

void mr_found_free(mr_found *found, size_t count) {
    for (size_t i = 0; found && i < count; i++)
        free(found[i].faces);
    free(found);
}

/* ---- judging ---- */

typedef struct judging {
    mr_hits rankings[MR_AP_HEIGHTS];
    int matches[MR_FOUND_MOST];
    mr_detector_figures *figures;
    double *errors, *pointed; /* of each picture: errors of points, summed, and of how many faces */
} judging;

static double distance(mr_point a, mr_point b) {
    return hypot((double)(a.x - b.x), (double)(a.y - b.y));
}

static double eye_distance(const mr_labelled_face *face) {
    return distance(face->landmarks[0], face->landmarks[1]);
}

/* Whether people tell where its points are, to which an error can be measured. */
static bool has_points(const mr_labelled_face *face) {
    return face->points == MR_POINTS_HUMAN && face->box.height >= MR_NME_HEIGHT &&
           eye_distance(face) > 0;
}

static void judge_points(judging *job, const mr_found *found, const mr_labelled_face *labelled,
                         size_t picture) {
    for (size_t i = 0; i < found->count; i++) {
        const mr_face *face = &found->faces[i];
        if (job->matches[i] < 0 || !face->has_landmarks)
            continue;
        const mr_labelled_face *truth = &labelled[job->matches[i]];
        double sum = 0;
        if (!has_points(truth))
            continue;
        for (int k = 0; k < MR_LANDMARKS; k++)
            sum += distance(face->landmarks[k], truth->landmarks[k]);
        job->errors[picture] += sum / MR_LANDMARKS / eye_distance(truth);
        job->pointed[picture]++;
        job->figures->pointed++;
    }
}

static mr_status judge_scene(judging *job, const mr_detection_set *set,
                             const mr_labelled_picture *scene, const mr_found *found) {
    const mr_labelled_face *labelled = set->faces + scene->first;
    size_t picture = job->figures->images++;
    for (int k = 0; k < MR_AP_HEIGHTS; k++)
        MR_TRY(mr_hits_add(&job->rankings[k], found->faces, found->count, labelled, scene->count,
                           (float)mr_ap_heights[k], job->matches));
    for (size_t i = 0; i < scene->count; i++)
        job->figures->with_points += !labelled[i].ignored && has_points(&labelled[i]);
    judge_points(job, found, labelled, picture);
    return MR_OK;
}

static mr_status conclude(judging *job) {
    mr_detector_figures *figures = job->figures;
    for (int k = 0; k < MR_AP_HEIGHTS; k++) {
        mr_hits *ranking = &job->rankings[k];
        MR_TRY(mr_hits_finish(ranking));
        figures->faces[k] = ranking->faces;
        figures->ap[k] = mr_average_precision(ranking);
        figures->best_f1[k] = mr_threshold_of_f1(ranking);
        for (int p = 0; p < MR_PRECISIONS; p++)
            figures->at_precision[k][p] =
                mr_threshold_of_precision(ranking, mr_precisions[p] / 1e2);
        figures->curve_sizes[k] = mr_hits_curve(ranking, figures->curves[k], MR_CURVE_MOST);
    }
    for (int k = 0; k < MR_FALSE_ALARMS; k++)
        figures->recall_at[k] = mr_recall_at(&job->rankings[RECALL_HEIGHT], mr_false_alarms[k]);
    double error = 0;
    for (size_t i = 0; i < figures->images; i++)
        error += job->errors[i];
    figures->landmark_nme = figures->pointed ? error / (double)figures->pointed : NAN;
    return MR_OK;
}

static mr_status find_intervals(judging *job) {
    mr_detector_figures *figures = job->figures;
    for (int k = 0; k < MR_AP_HEIGHTS; k++)
        MR_TRY(mr_average_precision_interval(&job->rankings[k], &figures->ap_intervals[k]));
    if (figures->pointed)
        figures->nme_interval = mr_bootstrap_ratio(job->errors, job->pointed, figures->images);
    return MR_OK;
}

static mr_status judge_all(judging *job, const mr_detection_set *set, const mr_found *found,
                           const char *prefix) {
    size_t length = strlen(prefix);
    for (size_t i = 0; i < set->scene_count; i++)
        if (strncmp(set->scenes[i].name, prefix, length) == 0)
            MR_TRY(judge_scene(job, set, &set->scenes[i], &found[i]));
    if (job->figures->images == 0)
        return mr_fail(MR_E_NOT_FOUND, "no labelled picture has a name that starts with '%s'",
                       prefix);
    return conclude(job);
}

mr_status mr_judge_found(const mr_detection_set *set, const mr_found *found, const char *prefix,
                         bool intervals, mr_detector_figures *out) {
    judging *job = mr_alloc(sizeof *job);
    double *points = mr_alloc(2 * set->scene_count * sizeof *points);
    if (!job || !points) {
        free(job);
        free(points);
        return mr_fail(MR_E_MEMORY, "no memory to judge found faces");
    }
    *out = (mr_detector_figures){0};
    job->figures = out;
    job->errors = points;
    job->pointed = points + set->scene_count;
    mr_status status = judge_all(job, set, found, prefix);
    if (status == MR_OK && intervals)
        status = find_intervals(job);
    for (int k = 0; k < MR_AP_HEIGHTS; k++)
        mr_hits_free(&job->rankings[k]);
    free(points);
    free(job);
    return status;
}
