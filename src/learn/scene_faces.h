/*
 * The faces of a detection set (dataset_detection.h) whose landmarks are known and that are large
 * enough to be learned from one by one, counted through, and a walk over them that decodes every
 * picture once.
 *
 *     mr_scene_faces faces;
 *     MR_TRY(mr_scene_faces_list(&set, &faces));
 *     ... room for faces.count ...
 *     mr_status status = mr_scene_faces_each(&faces, "detection/images", cut, &context);
 *     mr_scene_faces_free(&faces);
 *
 * Ownership: list allocates, free frees; the set is borrowed. Thread rule: read-only once listed.
 */
#ifndef MR_LEARN_SCENE_FACES_H
#define MR_LEARN_SCENE_FACES_H

#include "learn/dataset_detection.h"

/* Height in pixels: smaller faces show even people next to nothing. */
#define MR_LEAST_FACE 24

typedef struct mr_scene_faces {
    const mr_detection_set *set;
    size_t *first; /* of each scene: the number of its first face; one more item ends the last */
    size_t count;
} mr_scene_faces;

mr_status mr_scene_faces_list(const mr_detection_set *set, mr_scene_faces *out);
void mr_scene_faces_free(mr_scene_faces *faces);

/* What is done with the face `number` of `scene`, whose decoded picture is `image`. */
typedef mr_status (*mr_scene_face_work)(void *context, const mr_image *image,
                                        const mr_labelled_picture *scene,
                                        const mr_labelled_face *face, size_t number);

/* Does it with every face, from several threads; `images` is the folder of the pictures. Ends with
 * the first failure (learn/parallel.h). */
mr_status mr_scene_faces_each(const mr_scene_faces *faces, const char *images,
                              mr_scene_face_work work, void *context);

#endif
