/*
 * Pictures with labelled faces: a table LABELS.csv, one row a face, and a folder of pictures.
 *
 *     image,width,height,x,y,w,h,ignore,points,p0x,p0y,…,p4x,p4y
 *
 * Numbers are pixels of the stored picture, whose size is width × height. `ignore` 1 marks what is
 * neither right nor wrong to find. `points` tells who set the five landmarks (in the order of
 * moodreel/types.h): `human`, `auto` (a program, less exact) or `none`, where they are empty. Rows
 * of a picture need not stand together.
 *
 *     mr_detection_set set;
 *     MR_TRY(mr_detection_set_read("detection/labels.csv", &set));
 *     MR_TRY(mr_detection_set_load(&set, "detection/images"));
 *     mr_detection_set_free(&set);
 *
 * Split: a picture in ten is for validation, chosen by the hash of its file name alone, whatever
 * source it comes from. HELEN cuts several pictures out of one photo, helen_PHOTO_1.jpg and so on:
 * they are for validation only if all of them are chosen, so that none is learned whose neighbour
 * is judged.
 *
 * Ownership: read and load allocate, free frees. Thread rule: read-only once loaded.
 */
#ifndef MR_LEARN_DATASET_DETECTION_H
#define MR_LEARN_DATASET_DETECTION_H

#include "image/image.h"
#include "moodreel/types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum mr_points_by { MR_POINTS_NONE, MR_POINTS_AUTO, MR_POINTS_HUMAN } mr_points_by;

typedef struct mr_labelled_face {
    mr_box box;
    bool ignored;
    mr_points_by points;
    mr_point landmarks[MR_LANDMARKS];
} mr_labelled_face;

/* One picture. */
typedef struct mr_labelled_picture {
    char *name;
    int width, height;
    size_t first, count; /* its faces */
    bool validation;
    mr_image image; /* RGB, once loaded */
} mr_labelled_picture;

typedef struct mr_detection_set {
    mr_labelled_picture *scenes; /* sorted by name */
    size_t scene_count;
    mr_labelled_face *faces;
    size_t face_count;
} mr_detection_set;

/* Reads the table; errors name its line. */
mr_status mr_detection_set_read(const char *labels, mr_detection_set *out);

/* Drops the scenes that `keeps` (called with `context`) does not keep; MR_E_NOT_FOUND when none
 * stays. */
mr_status mr_detection_set_filter(mr_detection_set *set,
                                  bool (*keeps)(const mr_labelled_picture *scene,
                                                const void *context),
                                  const void *context);

/* Decodes all pictures into memory. MR_E_MISMATCH when one has another size than the table says. */
mr_status mr_detection_set_load(mr_detection_set *set, const char *folder);

/* The same for one picture, which the caller frees. */
mr_status mr_labelled_picture_load(const mr_labelled_picture *scene, const char *folder,
                                   mr_image *out);

/* A number that differs where names of pictures or labels do; pixels are too many to be asked. */
uint64_t mr_detection_set_key(const mr_detection_set *set);

void mr_detection_set_free(mr_detection_set *set);

#endif
