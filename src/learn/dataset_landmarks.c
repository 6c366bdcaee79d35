#include "learn/dataset_landmarks.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/rng.h"
#include "face/crop.h"
#include "learn/chip_split.h"
#include "learn/parallel.h"
#include "learn/scene_faces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sides of the aligned face that a picture shows: room for crops that are shifted and turned. */
#define ROOM 1.5f

enum { COLUMNS = 1 + 2 * MR_LANDMARKS };

static const char *const column_names[COLUMNS] = {"file",      "eye_l_x",   "eye_l_y",  "eye_r_x",
                                                  "eye_r_y",   "nose_x",    "nose_y",   "mouth_l_x",
                                                  "mouth_l_y", "mouth_r_x", "mouth_r_y"};

/* ---- faces in scenes ---- */

/* False when the points do not span a face. */
static bool cut_face(const mr_image *image, const mr_labelled_face *labelled, mr_image *picture,
                     mr_pointed_face *face) {
    int side = picture->width;
    mr_affine aligned, inverse;
    if (mr_crop_of_landmarks(MR_FRAMING_ATTRIBUTES, labelled->landmarks, side, &aligned) != MR_OK)
        return false;
    float middle = (float)(side - 1) / 2;
    const mr_affine wider = {
        .a = ROOM, .c = middle * (1 - ROOM), .e = ROOM, .f = middle * (1 - ROOM)};
    const mr_affine map = mr_affine_compose(&aligned, &wider);
    if (mr_affine_invert(&map, &inverse) != MR_OK)
        return false;
    mr_image_warp(image, &map, picture);
    for (int k = 0; k < MR_LANDMARKS; k++)
        face->landmarks[k] = mr_affine_apply(&inverse, labelled->landmarks[k]);
    return true;
}

/* A mr_scene_face_work; the context is the mr_landmark_set. */
static mr_status take_face(void *context, const mr_image *image, const mr_labelled_picture *scene,
                           const mr_labelled_face *labelled, size_t number) {
    const mr_landmark_set *set = context;
    mr_image picture = mr_pictures_view(&set->pictures, number);
    mr_pointed_face *face = &set->faces[number];
    *face = (mr_pointed_face){.source = labelled->points == MR_POINTS_HUMAN ? MR_POINTED_HUMAN
                                                                            : MR_POINTED_AUTO,
                              .validation = scene->validation};
    if (!cut_face(image, labelled, &picture, face))
        face->source = MR_POINTED_SOURCES; /* taken out in the end */
    return MR_OK;
}

/* ---- chips ---- */

typedef struct chip_table {
    const char *path;
    mr_csv csv;
    int columns[COLUMNS];
    char **chips; /* one a row: the path of its file */
} chip_table;

typedef struct chip_loading {
    mr_landmark_set *set;
    const chip_table *table;
    size_t first;
} chip_loading;

static const char *chip_name(const chip_table *table, size_t row) {
    return mr_csv_field(&table->csv, row, table->columns[0]);
}

static mr_status name_chips(chip_table *table, const char *folder) {
    table->chips = calloc(table->csv.rows, sizeof *table->chips);
    if (!table->chips && table->csv.rows > 0)
        return mr_fail(MR_E_MEMORY, "%s: no memory for its chips", table->path);
    for (size_t row = 0; row < table->csv.rows; row++) {
        const char *name = chip_name(table, row);
        if (!*name || strchr(name, '/'))
            return mr_fail(MR_E_FORMAT,
                           "%s: line %zu: file: expected the name of a chip, found '%s'",
                           table->path, table->csv.lines[row], name);
        table->chips[row] = mr_path_join(folder, name);
        if (!table->chips[row])
            return mr_fail(MR_E_MEMORY, "%s: no memory for its chips", table->path);
    }
    return MR_OK;
}

static mr_status open_chips(const char *folder, const char *path, chip_table *table) {
    table->path = path;
    MR_TRY(mr_csv_load(path, MR_CSV_DEFAULT_LIMIT, &table->csv));
    for (int i = 0; i < COLUMNS; i++) {
        table->columns[i] = mr_csv_column(&table->csv, column_names[i]);
        if (table->columns[i] < 0)
            return mr_fail(MR_E_FORMAT, "%s: has no column '%s'", path, column_names[i]);
    }
    return name_chips(table, folder);
}

static void close_chips(chip_table *table) {
    for (size_t row = 0; table->chips && row < table->csv.rows; row++)
        free(table->chips[row]);
    free(table->chips);
    mr_csv_free(&table->csv);
}

static mr_status read_chip_points(const chip_table *table, size_t row, int side, float scale,
                                  mr_point out[MR_LANDMARKS]) {
    for (int k = 0; k < 2 * MR_LANDMARKS; k++) {
        double value;
        MR_TRY(mr_csv_number(&table->csv, table->path, row, table->columns[1 + k], &value));
        if (!(value >= -side && value <= 2 * side))
            return mr_fail(MR_E_FORMAT, "%s: line %zu: %s: expected a pixel of %d, found '%s'",
                           table->path, table->csv.lines[row], column_names[1 + k], side,
                           mr_csv_field(&table->csv, row, table->columns[1 + k]));
        float place = ((float)value + 0.5f) * scale - 0.5f;
        if (k % 2)
            out[k / 2].y = place;
        else
            out[k / 2].x = place;
    }
    return MR_OK;
}

/* Its crop is made anew at every step, where nobody could tell which chip it was. */
static mr_status check_points(const chip_table *table, size_t row, const mr_pointed_face *face,
                              int side) {
    mr_affine crop;
    return mr_crop_of_landmarks(MR_FRAMING_ATTRIBUTES, face->landmarks, side, &crop) == MR_OK
               ? MR_OK
               : mr_fail(MR_E_FORMAT, "%s: line %zu: the points span no face", table->path,
                         table->csv.lines[row]);
}

static mr_status load_chip(void *context, size_t row) {
    const chip_loading *job = context;
    mr_image image;
    MR_TRY(mr_image_load(job->table->chips[row], NULL, &image));
    mr_image picture = mr_pictures_view(&job->set->pictures, job->first + row);
    mr_pointed_face *face = &job->set->faces[job->first + row];
    *face = (mr_pointed_face){.source = MR_POINTED_CHIP};
    mr_status status = MR_OK;
    if (image.width != image.height)
        status = mr_fail(MR_E_FORMAT, "%s: has %d × %d pixels, a square was expected",
                         chip_name(job->table, row), image.width, image.height);
    else
        status = read_chip_points(job->table, row, image.width,
                                  (float)picture.width / (float)image.width, face->landmarks);
    if (status == MR_OK)
        status = check_points(job->table, row, face, picture.width);
    if (status == MR_OK)
        mr_image_resize(&image, &picture);
    mr_image_free(&image);
    return status;
}

static mr_status split_chips(const chip_table *table, mr_landmark_set *set, size_t first) {
    size_t count = table->csv.rows;
    mr_pictures chips = set->pictures;
    chips.pixels += first * mr_pictures_bytes(&chips);
    chips.count = count;
    bool *validation = mr_alloc(count * sizeof *validation);
    if (!validation)
        return mr_fail(MR_E_MEMORY, "%s: no memory for its chips", table->path);
    mr_status status = mr_chip_split(&chips, table->chips, validation);
    for (size_t i = 0; i < count && status == MR_OK; i++)
        set->faces[first + i].validation = validation[i];
    free(validation);
    return status;
}

/* ---- the whole ---- */

/* Takes out what has no usable landmarks. */
static void compact(mr_landmark_set *set) {
    size_t kept = 0, bytes = mr_pictures_bytes(&set->pictures);
    for (size_t i = 0; i < set->pictures.count; i++) {
        if (set->faces[i].source == MR_POINTED_SOURCES)
            continue;
        set->faces[kept] = set->faces[i];
        memmove(set->pictures.pixels + kept * bytes, set->pictures.pixels + i * bytes, bytes);
        kept++;
    }
    set->pictures.count = kept;
}

static mr_status allocate(mr_landmark_set *set, size_t count, int side) {
    set->pictures = (mr_pictures){.side = side, .channels = 3, .count = count};
    size_t bytes;
    if (mr_multiply(mr_pictures_bytes(&set->pictures), count, &bytes)) {
        set->pictures.pixels = mr_alloc(bytes);
        set->faces = mr_alloc(count * sizeof *set->faces);
    }
    return set->pictures.pixels && set->faces
               ? MR_OK
               : mr_fail(MR_E_MEMORY, "no memory for %zu faces of %d × %d", count, side, side);
}

static mr_status load(const mr_detection_set *scenes, const char *images, const chip_table *table,
                      int side, mr_landmark_set *set) {
    mr_scene_faces faces;
    MR_TRY(mr_scene_faces_list(scenes, &faces));
    mr_status status = allocate(set, faces.count + table->csv.rows, side);
    if (status == MR_OK)
        status = mr_scene_faces_each(&faces, images, take_face, set);
    if (status == MR_OK)
        status = mr_parallel(table->csv.rows, load_chip, &(chip_loading){set, table, faces.count});
    if (status == MR_OK && table->csv.rows > 0)
        status = split_chips(table, set, faces.count);
    mr_scene_faces_free(&faces);
    if (status == MR_OK)
        compact(set);
    return status;
}

mr_status mr_landmark_set_load(const char *scenes, const char *chips, const char *points, int side,
                               mr_landmark_set *out) {
    chip_table table = {0};
    mr_detection_set labelled = {0};
    mr_landmark_set set = {0};
    if (!chips != !points)
        return mr_fail(MR_E_ARGUMENT, "chips and the table of their points belong together");
    char *labels = mr_path_join(scenes, "labels.csv"), *images = mr_path_join(scenes, "images");
    mr_status status = labels && images
                           ? mr_detection_set_read(labels, &labelled)
                           : mr_fail(MR_E_MEMORY, "%s: no memory for its paths", scenes);
    if (status == MR_OK && chips)
        status = open_chips(chips, points, &table);
    if (status == MR_OK)
        status = load(&labelled, images, &table, side, &set);
    free(labels);
    free(images);
    close_chips(&table);
    mr_detection_set_free(&labelled);
    if (status == MR_OK)
        *out = set;
    else
        mr_landmark_set_free(&set);
    return status;
}

uint64_t mr_landmark_set_key(const mr_landmark_set *set) {
    uint64_t key = mr_pictures_key(&set->pictures);
    for (size_t i = 0; i < set->pictures.count; i++) {
        const mr_pointed_face *face = &set->faces[i];
        const uint64_t parts[] = {key, mr_hash(face->landmarks, sizeof face->landmarks),
                                  (uint64_t)face->source, face->validation};
        key = mr_hash(parts, sizeof parts);
    }
    return key;
}

void mr_landmark_set_free(mr_landmark_set *set) {
    mr_pictures_free(&set->pictures);
    free(set->faces);
    *set = (mr_landmark_set){0};
}
