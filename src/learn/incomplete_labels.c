#include "learn/incomplete_labels.h"

#include "base/log.h"
#include "base/memory.h"
#include "face/box.h"
#include "learn/yolo_finder.h"

#include <stdlib.h>
#include <string.h>

/* Such a score is more often a face than none, and what overlaps a label so much is that face. */
#define LEAST_SCORE 0.2f
#define OVERLAP     0.3f

typedef struct searching {
    mr_detection_set set; /* the incomplete pictures alone; all else is borrowed */
    size_t *places;       /* of each in the whole set */
    mr_found *found;      /* on each */
} searching;

static bool is_incomplete(const mr_incomplete_labels *incomplete, const char *name) {
    for (int i = 0; i < incomplete->count; i++)
        if (strncmp(name, incomplete->prefixes[i], strlen(incomplete->prefixes[i])) == 0)
            return true;
    return false;
}

static mr_status choose(const mr_incomplete_labels *incomplete, const mr_detection_set *set,
                        searching *out) {
    size_t most = set->scene_count + 1;
    out->set = *set;
    out->set.scene_count = 0;
    out->set.scenes = mr_alloc(most * sizeof *out->set.scenes);
    out->places = mr_alloc(most * sizeof *out->places);
    out->found = mr_alloc(most * sizeof *out->found);
    if (!out->set.scenes || !out->places || !out->found)
        return mr_fail(MR_E_MEMORY, "no memory to look at %zu pictures", set->scene_count);
    for (size_t i = 0; i < set->scene_count; i++)
        if (is_incomplete(incomplete, set->scenes[i].name)) {
            out->places[out->set.scene_count] = i;
            out->set.scenes[out->set.scene_count++] = set->scenes[i];
        }
    return MR_OK;
}

static mr_status look(const mr_yolo_model *model, searching *job) {
    mr_yolo_finder finder;
    MR_TRY(mr_yolo_finder_create(model, NULL, 0, &finder));
    finder.params.score = LEAST_SCORE;
    const mr_finder asked = mr_yolo_finder_as(&finder);
    mr_status status = mr_find_faces(&asked, &job->set, NULL, job->found);
    mr_yolo_finder_free(&finder);
    return status;
}

static bool is_labelled(const mr_detection_set *set, const mr_labelled_picture *scene,
                        const mr_box *box) {
    for (size_t i = 0; i < scene->count; i++)
        if (mr_box_iou(&set->faces[scene->first + i].box, box) >= OVERLAP)
            return true;
    return false;
}

/* Copies a picture's faces to `to`, then what was found beside them; returns their number. */
static size_t merge(const mr_detection_set *set, const mr_labelled_picture *scene,
                    const mr_found *found, mr_labelled_face *to) {
    size_t count = scene->count;
    memcpy(to, set->faces + scene->first, count * sizeof *to);
    for (size_t i = 0; i < found->count; i++)
        if (!is_labelled(set, scene, &found->faces[i].box))
            to[count++] = (mr_labelled_face){.box = found->faces[i].box, .ignored = true};
    return count;
}

static mr_status add_found(const searching *job, mr_detection_set *set) {
    static const mr_found nothing;
    size_t most = set->face_count + 1, next = 0, place = 0, added = 0;
    for (size_t i = 0; i < job->set.scene_count; i++)
        most += job->found[i].count;
    mr_labelled_face *faces = mr_alloc(most * sizeof *faces);
    if (!faces)
        return mr_fail(MR_E_MEMORY, "no memory for %zu faces", most);
    for (size_t i = 0; i < set->scene_count; i++) {
        bool seen = place < job->set.scene_count && job->places[place] == i;
        mr_labelled_picture *scene = &set->scenes[i];
        size_t count = merge(set, scene, seen ? &job->found[place++] : &nothing, faces + next);
        added += count - scene->count;
        scene->first = next;
        scene->count = count;
        next += count;
    }
    mr_log(MR_LOG_INFO, "%zu faces that nobody labelled are ignored, on %zu pictures", added,
           job->set.scene_count);
    free(set->faces);
    set->faces = faces;
    set->face_count = next;
    return MR_OK;
}

mr_status mr_ignore_unlabelled(const mr_incomplete_labels *incomplete, const mr_yolo_model *model,
                               mr_detection_set *set) {
    searching job = {0};
    mr_status status = choose(incomplete, set, &job);
    if (status == MR_OK)
        status = look(model, &job);
    if (status == MR_OK)
        status = add_found(&job, set);
    mr_found_free(job.found, job.set.scene_count);
    free(job.places);
    free(job.set.scenes);
    return status;
}
