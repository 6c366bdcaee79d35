/*
 * Made pictures for testing face detectors: a piece of one shipped photograph as background and one
 * to four copies of the portrait's head on it, at seeded places and sizes, mirrored or not,
 * brighter or darker, with noise. Whole-number arithmetic throughout, so that a scene is the same
 * everywhere.
 */
#ifndef MR_TESTS_HAAR_SCENES_H
#define MR_TESTS_HAAR_SCENES_H

#include "image/image.h"

#define MR_SCENES 60

typedef struct mr_scene_maker {
    mr_image portrait, background; /* grey */
} mr_scene_maker;

/* Loads the two photographs from data/samples. */
mr_status mr_scene_maker_load(mr_scene_maker *maker);

/* Scene number `index`; the same for the same number and size. */
mr_status mr_scene_make(const mr_scene_maker *maker, int index, int width, int height,
                        mr_image *scene);

/* The size that scene `index` has in the parity test. */
void mr_scene_size(int index, int *width, int *height);

void mr_scene_maker_free(mr_scene_maker *maker);

/* Writes a grey picture as FOLDER/NAME.pgm. */
mr_status mr_scene_save(const mr_image *scene, const char *folder, const char *name);

#endif
