#include "learn/scene_faces.h"

#include "base/memory.h"
#include "learn/parallel.h"

#include <stdlib.h>

static bool is_listed(const mr_labelled_face *face) {
    return !face->ignored && face->points != MR_POINTS_NONE && face->box.height >= MR_LEAST_FACE;
}

mr_status mr_scene_faces_list(const mr_detection_set *set, mr_scene_faces *out) {
    mr_scene_faces faces = {.set = set};
    faces.first = mr_alloc((set->scene_count + 1) * sizeof *faces.first);
    if (!faces.first)
        return mr_fail(MR_E_MEMORY, "no memory to list the faces of %zu pictures",
                       set->scene_count);
    for (size_t i = 0; i < set->scene_count; i++) {
        const mr_labelled_picture *scene = &set->scenes[i];
        faces.first[i] = faces.count;
        for (size_t k = 0; k < scene->count; k++)
            faces.count += is_listed(&set->faces[scene->first + k]);
    }
    faces.first[set->scene_count] = faces.count;
    *out = faces;
    return MR_OK;
}

void mr_scene_faces_free(mr_scene_faces *faces) {
    free(faces->first);
    *faces = (mr_scene_faces){0};
}

typedef struct walk {
    const mr_scene_faces *faces;
    const char *images;
    mr_scene_face_work work;
    void *context;
} walk;

static mr_status visit_scene(void *context, size_t index) {
    const walk *w = context;
    const mr_detection_set *set = w->faces->set;
    const mr_labelled_picture *scene = &set->scenes[index];
    size_t number = w->faces->first[index];
    if (number == w->faces->first[index + 1])
        return MR_OK;
    mr_image image;
    MR_TRY(mr_labelled_picture_load(scene, w->images, &image));
    mr_status status = MR_OK;
    for (size_t i = 0; i < scene->count && status == MR_OK; i++) {
        const mr_labelled_face *face = &set->faces[scene->first + i];
        if (is_listed(face))
            status = w->work(w->context, &image, scene, face, number++);
    }
    mr_image_free(&image);
    return status;
}

mr_status mr_scene_faces_each(const mr_scene_faces *faces, const char *images,
                              mr_scene_face_work work, void *context) {
    return mr_parallel(faces->set->scene_count, visit_scene, &(walk){faces, images, work, context});
}
