#include "learn/unlabelled.h"

#include "base/file.h"
#include "base/memory.h"
#include "learn/predict.h"
#include "learn/scene_faces.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- from a detection set ------------------------------------------------------------------- */

/* A mr_scene_face_work; the context is the mr_unlabelled. */
static mr_status cut_face(void *context, const mr_image *image, const mr_labelled_picture *scene,
                          const mr_labelled_face *face, size_t number) {
    (void)scene;
    const mr_unlabelled *faces = context;
    mr_image chip = mr_pictures_view(&faces->pictures, number);
    mr_affine map;
    if (mr_crop_of_landmarks(faces->framing, face->landmarks, chip.width, &map) != MR_OK)
        map = mr_crop_of_tight_box(faces->framing, &face->box, chip.width);
    mr_image_warp(image, &map, &chip);
    return MR_OK;
}

static mr_status allocate(mr_pictures *pictures, const char *name) {
    size_t bytes;
    if (pictures->count == 0)
        return mr_fail(MR_E_NOT_FOUND, "%s: has no face with landmarks of %d pixels and more", name,
                       MR_LEAST_FACE);
    if (!mr_multiply(mr_pictures_bytes(pictures), pictures->count, &bytes))
        return mr_fail(MR_E_LIMIT, "%s: %zu faces are too many", name, pictures->count);
    pictures->pixels = mr_alloc(bytes);
    return pictures->pixels
               ? MR_OK
               : mr_fail(MR_E_MEMORY, "%s: no memory for %zu faces", name, pictures->count);
}

static mr_status cut_faces(const mr_detection_set *set, const char *labels, const char *images,
                           mr_unlabelled *out) {
    mr_scene_faces faces;
    MR_TRY(mr_scene_faces_list(set, &faces));
    out->pictures.count = faces.count;
    mr_status status = allocate(&out->pictures, labels);
    if (status == MR_OK)
        status = mr_scene_faces_each(&faces, images, cut_face, out);
    mr_scene_faces_free(&faces);
    return status;
}

static mr_status load_scenes(const char *labels, const char *images, mr_unlabelled *faces) {
    mr_detection_set set;
    MR_TRY(mr_detection_set_read(labels, &set));
    mr_status status = cut_faces(&set, labels, images, faces);
    mr_detection_set_free(&set);
    return status;
}

/* ---- from a folder of pictures -------------------------------------------------------------- */

static mr_status load_listed(const char *folder, const mr_names *names, mr_unlabelled *faces) {
    if (names->count == 0)
        return mr_fail(MR_E_NOT_FOUND, "%s: has no pictures", folder);
    char **paths = mr_alloc(names->count * sizeof *paths);
    mr_status status = paths ? MR_OK : mr_fail(MR_E_MEMORY, "%s: no memory for its list", folder);
    for (size_t i = 0; i < names->count && status == MR_OK; i++)
        if (!(paths[i] = mr_path_join(folder, names->names[i])))
            status = mr_fail(MR_E_MEMORY, "%s: no memory for its list", folder);
    mr_pictures *pictures = &faces->pictures;
    if (status == MR_OK)
        status =
            mr_pictures_load(paths, names->count, pictures->side, pictures->channels, pictures);
    for (size_t i = 0; i < names->count && paths; i++)
        free(paths[i]);
    free(paths);
    return status;
}

static mr_status load_folder(const char *folder, mr_unlabelled *faces) {
    mr_names names;
    MR_TRY(mr_folder_list(folder, &names));
    mr_status status = load_listed(folder, &names, faces);
    mr_names_free(&names);
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------ */

mr_status mr_unlabelled_load(const char *folder, mr_framing framing, int side, int channels,
                             mr_unlabelled *out) {
    mr_unlabelled faces = {.pictures = {.side = side, .channels = channels},
                           .framing = framing,
                           .augment = mr_degraded_view(side),
                           .cover = MR_COVER_SHARE};
    char *labels = mr_path_join(folder, "labels.csv"), *images = mr_path_join(folder, "images");
    mr_status status = MR_OK;
    if (!labels || !images)
        status = mr_fail(MR_E_MEMORY, "%s: no memory for its paths", folder);
    else if (access(labels, F_OK) == 0)
        status = load_scenes(labels, images, &faces);
    else
        status = load_folder(folder, &faces);
    free(labels);
    free(images);
    if (status == MR_OK)
        *out = faces;
    else
        mr_unlabelled_free(&faces);
    return status;
}

void mr_unlabelled_free(mr_unlabelled *faces) {
    mr_pictures_free(&faces->pictures);
    for (int k = 0; k < MR_HEADS_MAX; k++)
        free(faces->told[k]);
    *faces = (mr_unlabelled){0};
}

/* Faces of which nobody says anything would be looked at and teach nothing. */
static mr_status refuse_silence(const mr_head *heads, int head_count) {
    char names[MR_HEADS_MAX * MR_NAME_MAX] = "";
    for (int k = 0, n = 0; k < head_count; k++)
        n += snprintf(names + n, sizeof names - (size_t)n, "%s%s", k ? ", " : "", heads[k].name);
    return mr_fail(MR_E_MISMATCH, "unlabelled faces: no teacher has one of the heads %s", names);
}

mr_status mr_unlabelled_ask(mr_unlabelled *faces, const mr_teachers *teachers, const mr_head *heads,
                            int head_count) {
    bool told = false;
    for (int k = 0; k < head_count; k++) {
        faces->classes[k] = heads[k].classes;
        MR_TRY(mr_teachers_answer(teachers, &faces->pictures, heads[k].name, &faces->told[k]));
        told = told || faces->told[k];
    }
    faces->head_count = head_count;
    return told ? MR_OK : refuse_silence(heads, head_count);
}

uint64_t mr_unlabelled_key(const mr_unlabelled *faces) {
    uint64_t parts[3] = {mr_pictures_key(&faces->pictures), mr_augment_key(&faces->augment),
                         mr_hash(&faces->cover, sizeof(float))};
    return mr_hash(parts, sizeof parts);
}

static mr_status view(const mr_unlabelled *faces, const mr_image *face, const mr_network *network,
                      mr_rng *rng, float *input) {
    if (mr_rng_uniform(rng) >= (double)faces->cover)
        return mr_variation_to_input(face, &faces->augment, network, rng, input);
    mr_image covered;
    MR_TRY(mr_covered_face(face, faces->framing, rng, &covered));
    mr_status status = mr_variation_to_input(&covered, &faces->augment, network, rng, input);
    mr_image_free(&covered);
    return status;
}

mr_status mr_unlabelled_draw(const mr_unlabelled *faces, const mr_network *network, mr_rng *rng,
                             float *input, const mr_head_target *targets) {
    size_t index = mr_rng_below(rng, faces->pictures.count);
    for (int k = 0; k < faces->head_count; k++) {
        if (!faces->told[k])
            continue;
        size_t classes = (size_t)faces->classes[k];
        const float *told = faces->told[k] + index * classes;
        memcpy(targets[k].distribution, told, classes * sizeof *told);
        for (size_t c = 0; c < classes; c++)
            *targets[k].value += (float)c * told[c];
        *targets[k].weight = 1;
    }
    mr_image face = mr_pictures_view(&faces->pictures, index);
    return view(faces, &face, network, rng, input);
}

static mr_status ask(mr_unlabelled *faces, const mr_teaching *t, const mr_task *task,
                     uint64_t *key) {
    mr_teachers *teachers;
    MR_TRY(mr_teachers_load(t->teachers, t->teacher_count, t->temperature, &teachers));
    mr_status status = mr_unlabelled_ask(faces, teachers, task->heads, task->head_count);
    *key = mr_teachers_key(teachers) ^ mr_unlabelled_key(faces);
    mr_teachers_free(teachers);
    return status;
}

static mr_status extend_sampling(mr_task *task, size_t added, float **sampling) {
    size_t count = task->labelled;
    float *longer = mr_alloc((count + added) * sizeof *longer);
    if (!longer)
        return mr_fail(MR_E_MEMORY, "no memory to weigh %zu pictures", count + added);
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)(longer[i] = (*sampling)[i]);
    for (size_t i = count; i < count + added; i++)
        longer[i] = (float)(sum / (double)count);
    free(*sampling);
    task->sampling = *sampling = longer;
    return MR_OK;
}

mr_status mr_unlabelled_add(mr_unlabelled *faces, const mr_teaching *teaching, mr_framing framing,
                            const mr_pictures *pictures, mr_task *task, float **sampling) {
    if (!teaching->unlabelled)
        return MR_OK;
    if (teaching->teacher_count == 0)
        return mr_fail(MR_E_ARGUMENT, "%s: unlabelled faces need a teacher", teaching->unlabelled);
    if (!(teaching->unlabelled_share > 0 && teaching->unlabelled_share <= 100))
        return mr_fail(MR_E_ARGUMENT, "%s: %g unlabelled faces a labelled one, expected 0 to 100",
                       teaching->unlabelled, (double)teaching->unlabelled_share);
    MR_TRY(mr_unlabelled_load(teaching->unlabelled, framing, pictures->side, pictures->channels,
                              faces));
    faces->augment = teaching->view;
    faces->cover = teaching->cover;
    uint64_t key;
    MR_TRY(ask(faces, teaching, task, &key));
    size_t added = (size_t)lround((double)teaching->unlabelled_share * (double)task->labelled);
    if (*sampling)
        MR_TRY(extend_sampling(task, added, sampling));
    task->samples += added;
    size_t length = strlen(task->settings);
    snprintf(task->settings + length, sizeof task->settings - length, " unlabelled=%016llx",
             (unsigned long long)key);
    return MR_OK;
}
