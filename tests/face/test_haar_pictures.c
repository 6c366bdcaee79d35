/*
 * Our detector finds what OpenCV finds on 60 real pictures of the detection set, OpenCV being
 * asked in the same run. Needs Debian's python3-opencv and opencv-data, and the set's pictures: in
 * $MOODREEL_DATA/detection/images or, by default, build/data/detection/images.
 */
#include "base/file.h"
#include "base/rng.h"
#include "face/haar_parity.h"
#include "face/haar_scenes.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

#define PICTURES 60

static const char settings_text[] = "cascade,scale_factor,min_neighbors,min_size,max_size\n"
                                    "haarcascade_frontalface_default.xml,1.1,3,0,0\n"
                                    "haarcascade_frontalface_alt2.xml,1.1,3,0,0\n";

typedef struct fixture {
    char folder[64]; /* temporary */
    char *images;    /* the set's pictures */
    mr_names names;
} fixture;

static void load(const fixture *f, size_t i, mr_image *picture) {
    mr_decode_options options = mr_decode_options_defaults();
    options.channels = 1;
    char *path = mr_path_join(f->images, f->names.names[i]);
    assert_ok(mr_image_load(path, &options, picture));
    free(path);
}

/* Pictures spread over the sorted list, so that all sources are met. */
static size_t chosen(const fixture *f, int i) {
    return (size_t)i * (f->names.count - 1) / (PICTURES - 1);
}

/* Writes the pictures, and asks OpenCV. */
static void ask_opencv(const fixture *f, const char *settings, const char *boxes) {
    char name[16], command[512];
    for (int i = 0; i < PICTURES; i++) {
        mr_image picture;
        load(f, chosen(f, i), &picture);
        snprintf(name, sizeof name, "p%03d", i);
        assert_ok(mr_scene_save(&picture, f->folder, name));
        mr_image_free(&picture);
    }
    assert_ok(mr_file_write(settings, settings_text, sizeof settings_text - 1));
    snprintf(command, sizeof command, "/usr/bin/python3 tests/face/haar_oracle.py %s %s %s",
             f->folder, settings, boxes);
    assert_int_equal(system(command), 0);
}

static void compare(const fixture *f, const mr_csv *settings, size_t row, const mr_csv *boxes) {
    mr_parity_setting setting;
    mr_cascade *cascade;
    mr_haar *haar;
    mr_parity parity = {0};
    assert_ok(mr_parity_setting_read(settings, "settings", row, &setting));
    assert_ok(mr_parity_cascade(setting.cascade, &cascade));
    assert_ok(mr_haar_create(cascade, &haar));
    for (int i = 0; i < PICTURES; i++) {
        char name[16];
        mr_image picture;
        load(f, chosen(f, i), &picture);
        snprintf(name, sizeof name, "p%03d", i);
        assert_ok(mr_parity_count(haar, &setting, row, &picture, name, boxes, &parity));
        mr_image_free(&picture);
    }
    assert_true(parity.theirs > 0);
    assert_ok(mr_parity_judge(setting.cascade, &parity));
    mr_haar_free(haar);
    mr_cascade_free(cascade);
}

static void boxes_are_those_of_opencv(void **state) {
    const fixture *f = *state;
    mr_csv settings, boxes;
    char settings_path[96], boxes_path[96];
    snprintf(settings_path, sizeof settings_path, "%s/settings.csv", f->folder);
    snprintf(boxes_path, sizeof boxes_path, "%s/boxes.csv", f->folder);
    ask_opencv(f, settings_path, boxes_path);
    assert_ok(mr_csv_load(settings_path, MR_CSV_DEFAULT_LIMIT, &settings));
    assert_ok(mr_csv_load(boxes_path, MR_CSV_DEFAULT_LIMIT, &boxes));
    for (size_t row = 0; row < settings.rows; row++)
        compare(f, &settings, row, &boxes);
    mr_csv_free(&settings);
    mr_csv_free(&boxes);
}

/* What is missing, or NULL. */
static const char *missing(fixture *f) {
    const char *data = getenv("MOODREEL_DATA");
    char *cascade;
    if (mr_cascade_find(&cascade) != MR_OK)
        return "the cascades of Debian's opencv-data";
    free(cascade);
    if (system("/usr/bin/python3 -c 'import cv2' 2>/dev/null") != 0)
        return "Debian's python3-opencv";
    f->images = mr_path_join(data ? data : "build/data", "detection/images");
    if (!f->images || mr_folder_list(f->images, &f->names) != MR_OK || f->names.count < PICTURES)
        return "the data set 'detection' (in $MOODREEL_DATA or build/data)";
    return NULL;
}

int main(void) {
    fixture f = {.folder = "/tmp/moodreel-test-XXXXXX"};
    const char *lacking = missing(&f);
    int result = MR_TEST_SKIPPED;
    if (lacking) {
        printf("skipped: needs %s\n", lacking);
    } else if (!mkdtemp(f.folder)) {
        perror("/tmp");
        result = 1;
    } else {
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_prestate(boxes_are_those_of_opencv, &f)};
        result = cmocka_run_group_tests(tests, NULL, NULL);
        mr_test_remove(f.folder);
    }
    mr_names_free(&f.names);
    free(f.images);
    return result;
}
