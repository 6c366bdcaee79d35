/* The reader of labelled pictures: what it takes, how it splits, what it refuses. */
#include "../face/yolo_made.h"
#include "learn/incomplete_labels.h"
#include "made_faces.h"
#include "made_scenes.h"

typedef struct world {
    char *folder, *labels, *images;
} world;

static int set_up(void **state) {
    world *w = calloc(1, sizeof *w);
    w->folder = made_folder();
    w->labels = mr_path_join(w->folder, "labels.csv");
    w->images = mr_path_join(w->folder, "images");
    made_scenes(w->folder, 40, 32);
    *state = w;
    return 0;
}

static int tear_down(void **state) {
    world *w = *state;
    mr_test_remove(w->folder);
    free(w->folder);
    free(w->labels);
    free(w->images);
    free(w);
    return 0;
}

/* Reads a table of the given rows. */
static mr_status read_rows(const world *w, const char *rows, mr_detection_set *set) {
    char *text;
    assert_true(asprintf(&text, "%s%s", MADE_COLUMNS, rows) > 0);
    made_text(w->folder, "other.csv", text);
    free(text);
    char *path = mr_path_join(w->folder, "other.csv");
    mr_status status = mr_detection_set_read(path, set);
    free(path);
    return status;
}

static void faces_are_gathered_by_picture(void **state) {
    mr_detection_set set;
    assert_ok(read_rows(*state,
                        "b.jpg,100,80,1,2,10,20,0,none,,,,,,,,,,\n"
                        "a.jpg,50,60,3,4,5,6,1,none,,,,,,,,,,\n"
                        "b.jpg,100,80,30,40,12,13,0,auto,31,42,36,42,33,45,32,48,35,48\n",
                        &set));
    assert_int_equal(set.scene_count, 2);
    assert_int_equal(set.face_count, 3);
    assert_string_equal(set.scenes[0].name, "a.jpg");
    assert_string_equal(set.scenes[1].name, "b.jpg");
    assert_int_equal(set.scenes[1].count, 2);
    const mr_labelled_face *faces = set.faces + set.scenes[1].first;
    assert_true(faces[0].box.x == 1 && faces[0].box.height == 20 && !faces[0].ignored);
    assert_int_equal(faces[0].points, MR_POINTS_NONE);
    assert_int_equal(faces[1].points, MR_POINTS_AUTO);
    assert_true(faces[1].landmarks[4].x == 35 && faces[1].landmarks[4].y == 48);
    assert_true(set.faces[set.scenes[0].first].ignored);
    mr_detection_set_free(&set);
}

static void keys_tell_names_and_labels(void **state) {
    static const char *const tables[] = {"a.jpg,50,60,3,4,5,6,0,none,,,,,,,,,,\n",
                                         "a.jpg,50,60,3,4,5,6,0,none,,,,,,,,,,\n",
                                         "b.jpg,50,60,3,4,5,6,0,none,,,,,,,,,,\n",
                                         "a.jpg,50,60,3,4,5,7,0,none,,,,,,,,,,\n",
                                         "a.jpg,50,60,3,4,5,6,1,none,,,,,,,,,,\n",
                                         "a.jpg,50,60,3,4,5,6,0,auto,4,5,6,5,5,7,4,8,6,8\n"};
    uint64_t first = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        mr_detection_set set;
        assert_ok(read_rows(*state, tables[i], &set));
        if (i == 0)
            first = mr_detection_set_key(&set);
        assert_true((mr_detection_set_key(&set) == first) == (i < 2));
        mr_detection_set_free(&set);
    }
}

static bool is_validation(const mr_labelled_picture *scene, const void *context) {
    (void)context;
    return scene->validation;
}

static void a_tenth_by_name_is_for_validation(void **state) {
    const world *w = *state;
    char *text = calloc(1, 200000);
    size_t n = 0;
    for (int i = 0; i < 2000; i++)
        n += (size_t)sprintf(text + n, "picture_%d.jpg,9,9,1,1,4,4,0,none,,,,,,,,,,\n", i);
    mr_detection_set set;
    assert_ok(read_rows(w, text, &set));
    size_t before = 0;
    for (size_t i = 0; i < set.scene_count; i++)
        before += set.scenes[i].validation;
    assert_in_range(before, 150, 250);
    assert_ok(mr_detection_set_filter(&set, is_validation, NULL));
    assert_int_equal(set.scene_count, before);
    /* alone in its table, a picture is on the same side */
    char row[64];
    snprintf(row, sizeof row, "%s,9,9,1,1,4,4,0,none,,,,,,,,,,\n", set.scenes[3].name);
    mr_detection_set_free(&set);
    assert_ok(read_rows(w, row, &set));
    assert_true(set.scenes[0].validation);
    mr_detection_set_free(&set);
    free(text);
}

/* Single pictures of a name like HELEN's fall on both sides; cut out of one photo they do not. */
static void pictures_of_one_photo_are_on_one_side(void **state) {
    const world *w = *state;
    enum { PHOTOS = 300, CUT = 2 };
    char *text = calloc(1, 60000);
    size_t n = 0, alone[CUT] = {0}, all = 0;
    bool chosen[PHOTOS][CUT];
    mr_detection_set set;
    for (int photo = 0; photo < PHOTOS; photo++)
        for (int k = 0; k < CUT; k++) {
            char row[80];
            snprintf(row, sizeof row, "helen_%d_%d.jpg,9,9,1,1,4,4,0,none,,,,,,,,,,\n", photo,
                     2 * k);
            n += (size_t)sprintf(text + n, "%s", row);
            assert_ok(read_rows(w, row, &set));
            chosen[photo][k] = set.scenes[0].validation;
            alone[k] += chosen[photo][k];
            mr_detection_set_free(&set);
        }
    assert_true(alone[0] > 10 && alone[1] > 10);
    assert_ok(read_rows(w, text, &set));
    assert_int_equal(set.scene_count, CUT * PHOTOS);
    for (size_t i = 0; i < set.scene_count; i++) {
        int photo, k;
        assert_int_equal(sscanf(set.scenes[i].name, "helen_%d_%d", &photo, &k), 2);
        assert_int_equal(set.scenes[i].validation, chosen[photo][0] && chosen[photo][1]);
        all += set.scenes[i].validation;
    }
    assert_in_range(all, 1, CUT * alone[0]);
    mr_detection_set_free(&set);
    free(text);
}

static void pictures_are_loaded_and_their_size_is_checked(void **state) {
    const world *w = *state;
    mr_detection_set set;
    assert_ok(mr_detection_set_read(w->labels, &set));
    assert_int_equal(set.scene_count, 40);
    assert_ok(mr_detection_set_load(&set, w->images));
    assert_int_equal(set.scenes[39].image.width, 32);
    mr_detection_set_free(&set);

    assert_ok(read_rows(w, "made_00.png,33,32,1,1,4,4,0,none,,,,,,,,,,\n", &set));
    assert_int_equal(mr_detection_set_load(&set, w->images), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "made_00.png"));
    mr_detection_set_free(&set);

    assert_ok(read_rows(w, "gone.png,33,32,1,1,4,4,0,none,,,,,,,,,,\n", &set));
    assert_int_equal(mr_detection_set_load(&set, w->images), MR_E_NOT_FOUND);
    mr_detection_set_free(&set);
}

static void broken_rows_are_refused_with_their_line(void **state) {
    static const char *const rows[] = {
        ",9,9,1,1,4,4,0,none,,,,,,,,,,\n",               /* no name */
        "../a.jpg,9,9,1,1,4,4,0,none,,,,,,,,,,\n",       /* another folder */
        "a.jpg,0,9,1,1,4,4,0,none,,,,,,,,,,\n",          /* no width */
        "a.jpg,9.5,9,1,1,4,4,0,none,,,,,,,,,,\n",        /* half a pixel */
        "a.jpg,9,99999999,1,1,4,4,0,none,,,,,,,,,,\n",   /* too high */
        "a.jpg,9,9,nan,1,4,4,0,none,,,,,,,,,,\n",        /* no number */
        "a.jpg,9,9,1,1e30,4,4,0,none,,,,,,,,,,\n",       /* far out */
        "a.jpg,9,9,1,1,-4,4,0,none,,,,,,,,,,\n",         /* less than nothing */
        "a.jpg,9,9,1,1,4,4,2,none,,,,,,,,,,\n",          /* neither 0 nor 1 */
        "a.jpg,9,9,1,1,4,4,0,robot,,,,,,,,,,\n",         /* set by nobody */
        "a.jpg,9,9,1,1,4,4,0,auto,1,2,3,4,5,6,7,8,9,\n", /* a number is missing */
        "a.jpg,9,9,1,1,4,4,0,none\n",                    /* fields are missing */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        mr_detection_set set;
        if (read_rows(*state, rows[i], &set) != MR_E_FORMAT)
            fail_msg("row %zu was taken: %s", i, rows[i]);
        assert_non_null(strstr(mr_last_error(), "line 2"));
    }
    mr_detection_set set;
    assert_int_equal(read_rows(*state,
                               "a.jpg,9,9,1,1,4,4,0,none,,,,,,,,,,\n"
                               "a.jpg,9,8,1,1,4,4,0,none,,,,,,,,,,\n",
                               &set),
                     MR_E_FORMAT);
    assert_non_null(strstr(mr_last_error(), "another size"));
    assert_int_equal(read_rows(*state, "", &set), MR_E_NOT_FOUND);
}

/* Each of the three pictures has a white square that is labelled and one that is not. */
static void what_nobody_labelled_is_ignored(void **state) {
    mr_detection_set set;
    assert_ok(read_rows(*state,
                        "a1.jpg,64,64,8,8,8,8,0,none,,,,,,,,,,\n"
                        "b1.jpg,64,64,8,8,8,8,0,none,,,,,,,,,,\n"
                        "c1.jpg,64,64,8,8,8,8,0,human,9,9,15,9,12,12,10,15,14,15\n",
                        &set));
    for (size_t i = 0; i < 3; i++) {
        set.scenes[i].image = made_square(64, 64, 3, 8, 8, 8);
        for (int y = 32; y < 40; y++)
            memset(set.scenes[i].image.pixels + (size_t)y * set.scenes[i].image.stride + 120, 255,
                   24);
    }
    made_yolo made;
    made_yolo_begin(&made, 0);
    const mr_incomplete_labels incomplete = {.prefixes = {"nobody", "a", "c"}, .count = 3};
    assert_ok(mr_ignore_unlabelled(&incomplete, &made.model, &set));
    made_yolo_end(&made);

    assert_int_equal(set.face_count, 5);
    for (size_t i = 0; i < 3; i++) {
        const mr_labelled_picture *scene = &set.scenes[i];
        const mr_labelled_face *faces = set.faces + scene->first;
        assert_int_equal(scene->count, i == 1 ? 1 : 2);
        assert_true(faces[0].box.x == 8 && faces[0].box.width == 8 && !faces[0].ignored);
        assert_int_equal(faces[0].points, i == 2 ? MR_POINTS_HUMAN : MR_POINTS_NONE);
        if (i == 1)
            continue;
        assert_true(faces[1].ignored && faces[1].points == MR_POINTS_NONE);
        assert_true(fabsf(faces[1].box.x - 40) < 0.1F && fabsf(faces[1].box.y - 32) < 0.1F);
    }
    mr_detection_set_free(&set);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faces_are_gathered_by_picture),
        cmocka_unit_test(keys_tell_names_and_labels),
        cmocka_unit_test(what_nobody_labelled_is_ignored),
        cmocka_unit_test(a_tenth_by_name_is_for_validation),
        cmocka_unit_test(pictures_of_one_photo_are_on_one_side),
        cmocka_unit_test(pictures_are_loaded_and_their_size_is_checked),
        cmocka_unit_test(broken_rows_are_refused_with_their_line),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
