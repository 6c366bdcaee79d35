/*
 * Our detector finds what OpenCV finds, on 60 made scenes and for cascades of every kind. OpenCV's
 * boxes are kept in tests/face/data; haar_oracle.py makes them anew from the pictures that
 *
 *     test_haar_parity --scenes FOLDER
 *
 * writes. Needs the cascades of Debian's opencv-data.
 */
#include "face/haar_parity.h"
#include "face/haar_scenes.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

#define SETTINGS "tests/face/data/haar_settings.csv"
#define BOXES    "tests/face/data/haar_boxes.csv"

/* Sanitizers take six times as long, and look for other faults than boxes that differ. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SCENE_STEP 4
#else
#define SCENE_STEP 1
#endif

static void name_of(int scene, char name[24]) {
    snprintf(name, 24, "scene%02d", scene);
}

static void make(const mr_scene_maker *maker, int index, mr_image *scene) {
    int width, height;
    mr_scene_size(index, &width, &height);
    assert_ok(mr_scene_make(maker, index, width, height, scene));
}

static void run_setting(const mr_scene_maker *maker, const mr_parity_setting *setting,
                        size_t number, const mr_csv *boxes) {
    mr_cascade *cascade;
    mr_haar *haar;
    mr_parity parity = {0};
    assert_ok(mr_parity_cascade(setting->cascade, &cascade));
    assert_ok(mr_haar_create(cascade, &haar));
    for (int i = 0; i < MR_SCENES; i += SCENE_STEP) {
        char name[24];
        mr_image scene;
        name_of(i, name);
        make(maker, i, &scene);
        assert_ok(mr_parity_count(haar, setting, number, &scene, name, boxes, &parity));
        mr_image_free(&scene);
    }
    assert_true(parity.theirs > 0);
    assert_ok(mr_parity_judge(setting->cascade, &parity));
    mr_haar_free(haar);
    mr_cascade_free(cascade);
}

static void boxes_are_those_of_opencv(void **state) {
    (void)state;
    mr_scene_maker maker;
    mr_csv settings, boxes;
    assert_ok(mr_scene_maker_load(&maker));
    assert_ok(mr_csv_load(SETTINGS, MR_CSV_DEFAULT_LIMIT, &settings));
    assert_ok(mr_csv_load(BOXES, MR_CSV_DEFAULT_LIMIT, &boxes));
    for (size_t row = 0; row < settings.rows; row++) {
        mr_parity_setting setting;
        assert_ok(mr_parity_setting_read(&settings, SETTINGS, row, &setting));
        run_setting(&maker, &setting, row, &boxes);
    }
    mr_csv_free(&settings);
    mr_csv_free(&boxes);
    mr_scene_maker_free(&maker);
}

static void scenes_are_written(void **state) {
    mr_scene_maker maker;
    assert_ok(mr_scene_maker_load(&maker));
    for (int i = 0; i < MR_SCENES; i++) {
        char name[24];
        mr_image scene;
        name_of(i, name);
        make(&maker, i, &scene);
        assert_ok(mr_scene_save(&scene, *state, name));
        mr_image_free(&scene);
    }
    mr_scene_maker_free(&maker);
}

int main(int count, char **arguments) {
    if (count == 3 && strcmp(arguments[1], "--scenes") == 0) {
        const struct CMUnitTest writing[] = {
            cmocka_unit_test_prestate(scenes_are_written, arguments[2])};
        return cmocka_run_group_tests(writing, NULL, NULL);
    }
    char *path;
    if (mr_cascade_find(&path) != MR_OK) {
        printf("skipped: needs the cascades of Debian's opencv-data\n");
        return MR_TEST_SKIPPED;
    }
    free(path);
    const struct CMUnitTest tests[] = {cmocka_unit_test(boxes_are_those_of_opencv)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
