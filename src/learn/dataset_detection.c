#include "learn/dataset_detection.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/rng.h"
#include "learn/parallel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LABELS_LIMIT      ((size_t)64 << 20)
#define MOST_SIDE         65535
#define VALIDATION_SHARES 10 /* one picture in so many */

enum { IMAGE, WIDTH, HEIGHT, X, Y, W, H, IGNORE, POINTS, POINT_0, COLUMNS = POINT_0 + 10 };

static const char *const column_names[COLUMNS] = {
    "image", "width", "height", "x",   "y",   "w",   "h",   "ignore", "points", "p0x",
    "p0y",   "p1x",   "p1y",    "p2x", "p2y", "p3x", "p3y", "p4x",    "p4y"};

typedef struct reading {
    const char *path;
    mr_csv csv;
    int columns[COLUMNS];
    uint32_t *order; /* rows by name of picture */
} reading;

static mr_status fail_at(const reading *r, size_t row, const char *what, const char *found) {
    return mr_fail(MR_E_FORMAT, "%s: line %zu: %s, found '%.64s'", r->path, r->csv.lines[row], what,
                   found);
}

static const char *field(const reading *r, size_t row, int column) {
    return mr_csv_field(&r->csv, row, r->columns[column]);
}

/* A finite number between two limits. */
static mr_status read_number(const reading *r, size_t row, int column, double low, double high,
                             float *out) {
    double value;
    MR_TRY(mr_csv_number(&r->csv, r->path, row, r->columns[column], &value));
    if (!(value >= low && value <= high))
        return mr_fail(MR_E_FORMAT, "%s: line %zu: %s: expected a number from %g to %g, found '%s'",
                       r->path, r->csv.lines[row], column_names[column], low, high,
                       field(r, row, column));
    *out = (float)value;
    return MR_OK;
}

static mr_status read_side(const reading *r, size_t row, int column, int *out) {
    float value = 0;
    MR_TRY(read_number(r, row, column, 1, MOST_SIDE, &value));
    *out = (int)value;
    if ((float)*out != value)
        return fail_at(r, row, "expected a whole number of pixels", field(r, row, column));
    return MR_OK;
}

static mr_status read_points(const reading *r, size_t row, mr_labelled_face *face) {
    static const char *const names[] = {"none", "auto", "human"};
    const char *text = field(r, row, POINTS);
    int by = 0;
    while (by < 3 && strcmp(names[by], text) != 0)
        by++;
    if (by == 3)
        return fail_at(r, row, "points: expected none, auto or human", text);
    face->points = (mr_points_by)by;
    for (int k = 0; k < MR_LANDMARKS && by != MR_POINTS_NONE; k++) {
        MR_TRY(read_number(r, row, POINT_0 + 2 * k, -MOST_SIDE, MOST_SIDE, &face->landmarks[k].x));
        MR_TRY(
            read_number(r, row, POINT_0 + 2 * k + 1, -MOST_SIDE, MOST_SIDE, &face->landmarks[k].y));
    }
    return MR_OK;
}

static mr_status read_face(const reading *r, size_t row, mr_labelled_face *face) {
    const char *ignore = field(r, row, IGNORE);
    if (strcmp(ignore, "0") != 0 && strcmp(ignore, "1") != 0)
        return fail_at(r, row, "ignore: expected 0 or 1", ignore);
    face->ignored = *ignore == '1';
    MR_TRY(read_number(r, row, X, -MOST_SIDE, MOST_SIDE, &face->box.x));
    MR_TRY(read_number(r, row, Y, -MOST_SIDE, MOST_SIDE, &face->box.y));
    MR_TRY(read_number(r, row, W, 0, MOST_SIDE, &face->box.width));
    MR_TRY(read_number(r, row, H, 0, MOST_SIDE, &face->box.height));
    if (!(face->box.width > 0 && face->box.height > 0))
        face->ignored = true; /* nothing to be found */
    return read_points(r, row, face);
}

static mr_status begin_scene(const reading *r, size_t row, mr_labelled_picture *scene) {
    const char *name = field(r, row, IMAGE);
    if (!*name || strchr(name, '/'))
        return fail_at(r, row, "image: expected the name of a file", name);
    MR_TRY(read_side(r, row, WIDTH, &scene->width));
    MR_TRY(read_side(r, row, HEIGHT, &scene->height));
    scene->name = strdup(name);
    if (!scene->name)
        return mr_fail(MR_E_MEMORY, "%s: no memory for a name", r->path);
    scene->validation = mr_hash(name, strlen(name)) % VALIDATION_SHARES == 0;
    return MR_OK;
}

static bool is_of_last_scene(const mr_detection_set *set, const char *name) {
    return set->scene_count > 0 && strcmp(set->scenes[set->scene_count - 1].name, name) == 0;
}

/* Rows of one picture follow each other now. */
static mr_status read_scenes(const reading *r, mr_detection_set *set) {
    for (size_t i = 0; i < r->csv.rows; i++) {
        size_t row = r->order[i];
        if (!is_of_last_scene(set, field(r, row, IMAGE))) {
            set->scenes[set->scene_count].first = i;
            MR_TRY(begin_scene(r, row, &set->scenes[set->scene_count]));
            set->scene_count++;
        }
        mr_labelled_picture *scene = &set->scenes[set->scene_count - 1];
        int width, height;
        MR_TRY(read_side(r, row, WIDTH, &width));
        MR_TRY(read_side(r, row, HEIGHT, &height));
        if (width != scene->width || height != scene->height)
            return fail_at(r, row, "another size than in an earlier row", scene->name);
        MR_TRY(read_face(r, row, &set->faces[set->face_count]));
        set->face_count++;
        scene->count++;
    }
    return MR_OK;
}

/* Length of what the names of all pictures cut out of the same photo begin with. */
static size_t photo_length(const char *name) {
    const char *last = strrchr(name, '_');
    return strncmp(name, "helen_", 6) == 0 && last ? (size_t)(last - name) + 1 : strlen(name) + 1;
}

/* Scenes are sorted by name, so those of a photo stand together. */
static void keep_photos_together(mr_detection_set *set) {
    for (size_t first = 0, end; first < set->scene_count; first = end) {
        const char *name = set->scenes[first].name;
        size_t length = photo_length(name);
        bool all = true;
        for (end = first;
             end < set->scene_count && strncmp(set->scenes[end].name, name, length) == 0; end++)
            all = all && set->scenes[end].validation;
        for (size_t i = first; i < end; i++)
            set->scenes[i].validation = all;
    }
}

static int by_name(const void *a, const void *b, void *context) {
    const reading *r = context;
    uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;
    int order = strcmp(field(r, first, IMAGE), field(r, second, IMAGE));
    return order ? order : first < second ? -1 : first > second;
}

static mr_status read_table(reading *r, mr_detection_set *set) {
    for (int i = 0; i < COLUMNS; i++) {
        r->columns[i] = mr_csv_column(&r->csv, column_names[i]);
        if (r->columns[i] < 0)
            return mr_fail(MR_E_FORMAT, "%s: has no column '%s'", r->path, column_names[i]);
    }
    size_t rows = r->csv.rows;
    if (rows == 0)
        return mr_fail(MR_E_NOT_FOUND, "%s: has no faces", r->path);
    r->order = mr_alloc(rows * sizeof *r->order);
    set->scenes = mr_alloc(rows * sizeof *set->scenes);
    set->faces = mr_alloc(rows * sizeof *set->faces);
    if (!r->order || !set->scenes || !set->faces)
        return mr_fail(MR_E_MEMORY, "%s: no memory for %zu faces", r->path, rows);
    for (size_t i = 0; i < rows; i++)
        r->order[i] = (uint32_t)i;
    qsort_r(r->order, rows, sizeof *r->order, by_name, r);
    MR_TRY(read_scenes(r, set));
    keep_photos_together(set);
    return MR_OK;
}

mr_status mr_detection_set_read(const char *labels, mr_detection_set *out) {
    reading r = {.path = labels};
    mr_detection_set set = {0};
    MR_TRY(mr_csv_load(labels, LABELS_LIMIT, &r.csv));
    mr_status status = read_table(&r, &set);
    free(r.order);
    mr_csv_free(&r.csv);
    if (status == MR_OK)
        *out = set;
    else
        mr_detection_set_free(&set);
    return status;
}

static void free_scene(mr_labelled_picture *scene) {
    free(scene->name);
    mr_image_free(&scene->image);
}

mr_status mr_detection_set_filter(mr_detection_set *set,
                                  bool (*keeps)(const mr_labelled_picture *scene,
                                                const void *context),
                                  const void *context) {
    size_t kept = 0;
    for (size_t i = 0; i < set->scene_count; i++)
        if (keeps(&set->scenes[i], context))
            set->scenes[kept++] = set->scenes[i];
        else
            free_scene(&set->scenes[i]);
    set->scene_count = kept;
    return kept ? MR_OK : mr_fail(MR_E_NOT_FOUND, "no labelled picture is in the wanted part");
}

mr_status mr_labelled_picture_load(const mr_labelled_picture *scene, const char *folder,
                                   mr_image *out) {
    char *path = mr_path_join(folder, scene->name);
    if (!path)
        return mr_fail(MR_E_MEMORY, "%s: no memory for its path", scene->name);
    mr_image image;
    mr_status status = mr_image_load(path, NULL, &image);
    if (status == MR_OK && (image.width != scene->width || image.height != scene->height)) {
        status = mr_fail(MR_E_MISMATCH, "%s: has %d × %d pixels, its labels say %d × %d", path,
                         image.width, image.height, scene->width, scene->height);
        mr_image_free(&image);
    }
    free(path);
    if (status == MR_OK)
        *out = image;
    return status;
}

typedef struct loading {
    mr_detection_set *set;
    const char *folder;
} loading;

static mr_status load_one(void *context, size_t index) {
    const loading *job = context;
    mr_labelled_picture *scene = &job->set->scenes[index];
    return mr_labelled_picture_load(scene, job->folder, &scene->image);
}

mr_status mr_detection_set_load(mr_detection_set *set, const char *folder) {
    return mr_parallel(set->scene_count, load_one, &(loading){set, folder});
}

static uint64_t key_of_face(const mr_labelled_face *face) {
    const uint64_t parts[] = {mr_hash(&face->box, sizeof face->box),
                              mr_hash(face->landmarks, sizeof face->landmarks),
                              (uint64_t)face->points, face->ignored};
    return mr_hash(parts, sizeof parts);
}

uint64_t mr_detection_set_key(const mr_detection_set *set) {
    uint64_t key = 0;
    for (size_t i = 0; i < set->scene_count; i++) {
        const mr_labelled_picture *scene = &set->scenes[i];
        uint64_t name = mr_hash(scene->name, strlen(scene->name));
        for (size_t k = scene->first; k < scene->first + scene->count; k++) {
            const uint64_t parts[] = {key, name, key_of_face(&set->faces[k])};
            key = mr_hash(parts, sizeof parts);
        }
    }
    return key;
}

void mr_detection_set_free(mr_detection_set *set) {
    for (size_t i = 0; i < set->scene_count; i++)
        free_scene(&set->scenes[i]);
    free(set->scenes);
    free(set->faces);
    *set = (mr_detection_set){0};
}
