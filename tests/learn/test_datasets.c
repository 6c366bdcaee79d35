#include "base/memory.h"
#include "face/crop.h"
#include "learn/augment.h"
#include "learn/dataset_attributes.h"
#include "learn/dataset_emotion.h"
#include "learn/degraded.h"
#include "learn/votes.h"
#include "made_faces.h"

#include <math.h>

#define VOTES_HEADER                                                                               \
    "file,neutral,happy,surprise,sad,angry,disgust,fear,contempt,unknown,not_a_face\n"

static int set_up(void **state) {
    *state = made_folder();
    return 0;
}

static int tear_down(void **state) {
    mr_test_remove(*state);
    free(*state);
    return 0;
}

static char *write_table(const char *folder, const char *rows) {
    char *text;
    assert_true(asprintf(&text, "%s%s", VOTES_HEADER, rows) > 0);
    made_text(folder, "votes.csv", text);
    free(text);
    return mr_path_join(folder, "votes.csv");
}

static void votes_are_found_by_path_then_by_name(void **state) {
    char *path = write_table(*state, "train/happy/a.webp,0,6,0,0,0,0,0,2,0,2\n"
                                     "test/happy/a.webp,9,0,0,0,0,0,0,0,0,0\n"
                                     "test/sad/b.webp,1,0,0,1,0,0,0,8,0,0\n");
    mr_vote_table *table;
    assert_ok(mr_vote_table_load(path, &table));
    const mr_votes *votes = mr_vote_table_find(table, "/data/set/train/happy/a.webp");
    assert_non_null(votes);
    assert_true(votes->emotions[MR_HAPPY] == 6 && votes->all == 10);
    assert_non_null(mr_vote_table_find(table, "elsewhere/b.webp"));
    assert_null(mr_vote_table_find(table, "elsewhere/a.webp"));
    assert_null(mr_vote_table_find(table, "train/happy/c.webp"));
    mr_vote_table_free(table);
    free(path);
}

static void majority_and_distribution_by_hand(void **state) {
    (void)state;
    float shares[MR_EMOTION_COUNT];
    mr_votes clear = {.emotions = {[MR_HAPPY] = 6, [MR_NEUTRAL] = 2}, .all = 10};
    assert_int_equal(mr_votes_majority(&clear), MR_HAPPY);
    assert_true(mr_votes_distribution(&clear, 3, shares));
    assert_true(shares[MR_HAPPY] == 0.75f && shares[MR_NEUTRAL] == 0.25f);
    mr_votes half = {.emotions = {[MR_HAPPY] = 5}, .all = 10};
    assert_int_equal(mr_votes_majority(&half), -1);
    mr_votes few = {.emotions = {[MR_SAD] = 2}, .all = 10};
    assert_false(mr_votes_distribution(&few, 3, shares));
    assert_true(shares[MR_SAD] == 0);
}

static void bad_votes_are_refused(void **state) {
    mr_vote_table *table;
    char *path = write_table(*state, "a/b/c,1,2,3,4,5,6,seven,0,0,0\n");
    assert_int_equal(mr_vote_table_load(path, &table), MR_E_FORMAT);
    assert_non_null(strstr(mr_last_error(), "line 2: column fear: 'seven'"));
    free(path);
    path = write_table(*state, "a/b/c,1,2,3,-4,5,6,7,0,0,0\n");
    assert_int_equal(mr_vote_table_load(path, &table), MR_E_FORMAT);
    assert_non_null(strstr(mr_last_error(), "column sad: -4 is no count of votes"));
    made_text(*state, "votes.csv", "file,neutral\nx,1\n");
    assert_int_equal(mr_vote_table_load(path, &table), MR_E_FORMAT);
    assert_non_null(strstr(mr_last_error(), "no column 'angry'"));
    free(path);
}

static void emotions_are_read_from_folders(void **state) {
    made_emotions(*state, "train", 2, 1);
    made_text(*state, "train/notes.txt", "loose files are ignored");
    char *votes = write_table(*state, "train/happy/train300.png,0,9,0,1,0,0,0,0,0,0\n");
    char *folder = mr_path_join(*state, "train/");
    mr_emotion_set set;
    assert_ok(mr_emotion_set_load(folder, votes, 20, &set));
    assert_int_equal(set.pictures.count, 14);
    assert_int_equal(set.pictures.side, 20);
    int voted = 0;
    for (size_t i = 0; i < set.pictures.count; i++) {
        assert_int_equal(set.targets[i].label, i / 2);
        voted += set.targets[i].voted > 0;
    }
    assert_int_equal(voted, 1);
    assert_int_equal(set.targets[6].majority, MR_HAPPY);
    assert_true(set.targets[6].votes[MR_SAD] == 0.1f);
    assert_int_equal(set.targets[7].majority, -1);
    mr_emotion_set_free(&set);
    free(votes);
    free(folder);
}

/* Of each set: the same when read again, another one when a pixel or a label is. */
static void keys_tell_pictures_and_labels(void **state) {
    char *emotions = mr_path_join(*state, "keyed/train"), *faces = mr_path_join(*state, "keyed");
    char *folder = mr_path_join(*state, "keyed-chips");
    made_emotions(faces, "train", 2, 1);
    made_chips(folder, 20);
    mr_emotion_set set, again;
    assert_ok(mr_emotion_set_load(emotions, NULL, 20, &set));
    assert_ok(mr_emotion_set_load(emotions, NULL, 20, &again));
    uint64_t key = mr_emotion_set_key(&set);
    assert_true(mr_emotion_set_key(&again) == key);
    again.pictures.pixels[100]++;
    assert_true(mr_emotion_set_key(&again) != key);
    mr_emotion_set_vote_labels(&set);
    assert_true(mr_emotion_set_key(&set) != key);
    mr_emotion_set_free(&set);
    mr_emotion_set_free(&again);

    mr_chip_set chips, others;
    assert_ok(mr_chip_set_load(folder, 32, &chips));
    assert_ok(mr_chip_set_load(folder, 32, &others));
    key = mr_chip_set_key(&chips);
    assert_true(mr_chip_set_key(&others) == key);
    others.pictures.pixels[100]++;
    assert_true(mr_chip_set_key(&others) != key);
    chips.targets[5].age++;
    assert_true(mr_chip_set_key(&chips) != key);
    mr_chip_set_free(&chips);
    mr_chip_set_free(&others);
    free(emotions);
    free(faces);
    free(folder);
}

static void bad_emotion_folders_are_refused(void **state) {
    char *folder = mr_path_join(*state, "set"), *path = mr_path_join(folder, "happy");
    mr_emotion_set set;
    assert_int_equal(mr_emotion_set_load(folder, NULL, 16, &set), MR_E_NOT_FOUND);
    assert_ok(mr_folder_make(path));
    assert_int_equal(mr_emotion_set_load(folder, NULL, 16, &set), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "no pictures"));
    made_text(path, "broken.png", "not a picture");
    assert_int_not_equal(mr_emotion_set_load(folder, NULL, 16, &set), MR_OK);
    assert_non_null(strstr(mr_last_error(), "broken.png"));
    free(path);
    path = mr_path_join(folder, "bored");
    assert_ok(mr_folder_make(path));
    assert_int_equal(mr_emotion_set_load(folder, NULL, 16, &set), MR_E_FORMAT);
    assert_non_null(strstr(mr_last_error(), "'bored' is no emotion"));
    free(path);
    free(folder);
}

static void chip_names_tell_labels(void **state) {
    (void)state;
    mr_chip_target t;
    assert_true(mr_chip_labels("26_1_3_20170116.jpg", &t));
    assert_int_equal(t.age, 26);
    assert_int_equal(t.gender, MR_FEMALE);
    assert_int_equal(t.ethnicity, MR_INDIAN);
    assert_true(mr_chip_labels("116_0_0_x.jpg", &t));
    const char *const bad[] = {"900_1_0_b.jpg",
                               "26_1_20170116.jpg",
                               "26_2_3_x.jpg",
                               "26_1_5_x.jpg",
                               "_1_3_x.jpg",
                               "1000_1_3_x.jpg",
                               "a.jpg",
                               "26_1_3",
                               ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(mr_chip_labels(bad[i], &t));
}

static void write_chips(const char *folder, int count) {
    assert_ok(mr_folder_make(folder));
    mr_rng rng = mr_rng_seeded(1);
    for (int i = 0; i < count; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%d_0_1_%03d.png", folder, i % 90, i);
        made_picture(path, 12, 3, i % 3, 3, &rng);
    }
}

static void copy_chip(const char *folder, const char *from, const char *to) {
    size_t size;
    char *bytes = made_read(folder, from, &size), *path = mr_path_join(folder, to);
    assert_ok(mr_file_write(path, bytes, size));
    free(bytes);
    free(path);
}

static const mr_chip_target *find_chip(const mr_chip_set *set, const char *name) {
    for (size_t i = 0; i < set->pictures.count; i++)
        if (strcmp(strrchr(set->paths[i], '/') + 1, name) == 0)
            return &set->targets[i];
    fail_msg("no chip %s", name);
    return NULL;
}

static void split_is_stable_and_keeps_copies_together(void **state) {
    char *folder = mr_path_join(*state, "chips");
    write_chips(folder, 400);
    mr_chip_set before, after;
    assert_ok(mr_chip_set_load(folder, 12, &before));
    size_t chosen = 0;
    for (size_t i = 0; i < before.pictures.count; i++)
        chosen += before.targets[i].validation;
    assert_in_range(chosen, 25, 60);
    char from[64], to[64];
    for (int i = 0; i < 20; i++) {
        snprintf(from, sizeof from, "%d_0_1_%03d.png", i, i);
        for (int copy = 0; copy < 5; copy++) {
            snprintf(to, sizeof to, "%d_0_1_copy%d_%d.png", i, i, copy);
            copy_chip(folder, from, to);
        }
    }
    made_text(folder, "readme.txt", "skipped");
    assert_ok(mr_chip_set_load(folder, 12, &after));
    assert_int_equal(after.pictures.count, 500);
    assert_int_equal(after.skipped, 1);
    for (int i = 0; i < 400; i++) {
        snprintf(from, sizeof from, "%d_0_1_%03d.png", i % 90, i);
        bool side = find_chip(&after, from)->validation;
        if (i >= 20)
            assert_int_equal(side, find_chip(&before, from)->validation);
        for (int copy = 0; i < 20 && copy < 5; copy++) {
            snprintf(to, sizeof to, "%d_0_1_copy%d_%d.png", i, i, copy);
            assert_int_equal(side, find_chip(&after, to)->validation);
        }
    }
    mr_chip_set smaller;
    assert_ok(mr_chip_set_load(folder, 10, &smaller));
    for (size_t i = 0; i < after.pictures.count; i++)
        assert_int_equal(smaller.targets[i].validation, after.targets[i].validation);
    mr_chip_set_free(&before);
    mr_chip_set_free(&after);
    mr_chip_set_free(&smaller);
    free(folder);
}

static void only_validation_is_kept(void **state) {
    char *folder = mr_path_join(*state, "kept");
    write_chips(folder, 100);
    mr_chip_set all, kept;
    assert_ok(mr_chip_set_load(folder, 12, &all));
    assert_ok(mr_chip_set_load(folder, 12, &kept));
    assert_ok(mr_chip_set_keep_validation(&kept));
    size_t chosen = 0, bytes = mr_pictures_bytes(&all.pictures);
    for (size_t i = 0; i < all.pictures.count; i++) {
        if (!all.targets[i].validation)
            continue;
        assert_string_equal(all.paths[i], kept.paths[chosen]);
        assert_int_equal(all.targets[i].age, kept.targets[chosen].age);
        assert_memory_equal(all.pictures.pixels + i * bytes, kept.pictures.pixels + chosen * bytes,
                            bytes);
        chosen++;
    }
    assert_int_equal(kept.pictures.count, chosen);
    for (size_t i = 0; i < chosen; i++)
        kept.targets[i].validation = false;
    assert_int_equal(mr_chip_set_keep_validation(&kept), MR_E_NOT_FOUND);
    mr_chip_set_free(&all);
    mr_chip_set_free(&kept);
    free(folder);
}

/* Eight young White men, one old Black woman, and one of 95, who is in her group; what is not at
 * the indices does not count. */
static void rare_groups_are_drawn_more_often(void **state) {
    (void)state;
    mr_chip_target targets[12];
    size_t indices[10];
    for (size_t i = 0; i < 12; i++) {
        targets[i] = (mr_chip_target){.age = 25, .gender = MR_MALE, .ethnicity = MR_WHITE};
        if (i == 3 || i == 7)
            targets[i] = (mr_chip_target){
                .age = i == 3 ? 81 : 95, .gender = MR_FEMALE, .ethnicity = MR_BLACK};
    }
    for (size_t i = 0; i < 10; i++)
        indices[i] = i;
    const mr_chip_set set = {.pictures = {.count = 12}, .targets = targets};
    float weights[10];
    mr_chip_set_weigh_groups(&set, indices, 10, 1, weights);
    float rare = weights[3] + weights[7], common = 0;
    for (size_t i = 0; i < 10; i++)
        common += i == 3 || i == 7 ? 0 : weights[i];
    assert_true(fabsf(rare - common) < 1e-4f); /* both groups alike */
    mr_chip_set_weigh_groups(&set, indices, 10, 0.5f, weights);
    assert_true(fabsf(weights[3] / weights[0] - 2) < 1e-4f); /* sqrt(8 / 2) */
    mr_chip_set_weigh_groups(&set, indices, 10, 0, weights);
    assert_true(weights[3] == weights[0] && weights[0] == 1);
}

/* The same picture in the same place is always degraded alike, and not as its neighbour is. */
static void degraded_views_are_the_same_each_time(void **state) {
    (void)state;
    enum { SIDE = 48, COUNT = 6, BYTES = SIDE * SIDE * 3 };
    uint8_t *first = mr_alloc((size_t)COUNT * BYTES), *second = mr_alloc((size_t)COUNT * BYTES);
    for (size_t i = 0; i < (size_t)COUNT * BYTES; i++)
        first[i] = second[i] = (uint8_t)(i % BYTES * 7 % 251);
    mr_pictures a = {SIDE, 3, COUNT, first}, b = {SIDE, 3, COUNT, second};
    uint8_t original[BYTES];
    memcpy(original, first, BYTES);
    assert_ok(mr_degrade_pictures(&a, MR_FRAMING_ATTRIBUTES));
    assert_ok(mr_degrade_pictures(&b, MR_FRAMING_ATTRIBUTES));
    assert_memory_equal(first, second, (size_t)COUNT * BYTES);
    for (size_t i = 0; i < COUNT; i++) {
        assert_memory_not_equal(first + i * BYTES, original, BYTES);
        if (i > 0)
            assert_memory_not_equal(first + i * BYTES, first + (i - 1) * BYTES, BYTES);
    }
    free(first);
    free(second);
}

static void of_a_long_picture_the_middle_is_taken(void **state) {
    mr_image wide;
    assert_ok(mr_image_create(60, 20, 1, &wide));
    for (int y = 0; y < wide.height; y++)
        memset(wide.pixels + (size_t)y * wide.stride + 20, 200, 20);
    char *path = mr_path_join(*state, "wide.png");
    assert_ok(mr_image_save(&wide, path));
    mr_image_free(&wide);
    mr_pictures pictures;
    assert_ok(mr_pictures_load(&path, 1, 10, 1, &pictures));
    for (size_t i = 0; i < mr_pictures_bytes(&pictures); i++)
        assert_int_equal(pictures.pixels[i], 200);
    mr_pictures_free(&pictures);
    free(path);
}

static void load_of_no_chips_is_refused(void **state) {
    char *folder = mr_path_join(*state, "empty");
    assert_ok(mr_folder_make(folder));
    mr_chip_set set;
    assert_int_equal(mr_chip_set_load(folder, 12, &set), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "AGE_GENDER_ETHNICITY"));
    free(folder);
}

static mr_image made_gradient(int side, int channels) {
    mr_image image;
    assert_ok(mr_image_create(side, side, channels, &image));
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side * channels; x++)
            image.pixels[(size_t)y * image.stride + (size_t)x] = (uint8_t)(3 * x + 5 * y);
    return image;
}

static void no_variation_changes_nothing(void **state) {
    (void)state;
    mr_image source = made_gradient(20, 3), out;
    assert_ok(mr_image_create(20, 20, 3, &out));
    mr_affine whole = mr_crop_of_picture(source.width, source.height, 20);
    mr_augment none = mr_augment_none();
    mr_rng rng = mr_rng_seeded(1);
    assert_ok(mr_augment_apply(&none, &source, &whole, &rng, &out));
    for (int y = 0; y < 20; y++)
        assert_memory_equal(out.pixels + (size_t)y * out.stride,
                            source.pixels + (size_t)y * source.stride, 60);
    none.flip = 1;
    assert_ok(mr_augment_apply(&none, &source, &whole, &rng, &out));
    for (size_t x = 0; x < 20; x++)
        assert_memory_equal(out.pixels + 3 * x, source.pixels + 3 * (19 - x), 3);
    mr_image_free(&source);
    mr_image_free(&out);
}

static void variation_is_drawn_from_the_generator_alone(void **state) {
    (void)state;
    mr_image source = made_gradient(32, 3), a, b;
    assert_ok(mr_image_create(24, 24, 3, &a));
    assert_ok(mr_image_create(24, 24, 3, &b));
    mr_affine whole = mr_crop_of_picture(source.width, source.height, 24);
    mr_augment augment = mr_augment_attributes_defaults();
    augment.low_resolution = augment.blur = augment.jpeg = augment.erase = 0.5f;
    int different = 0;
    for (uint64_t i = 0; i < 100; i++) {
        mr_rng first = mr_rng_keyed(1, 2, i), again = first, other = mr_rng_keyed(1, 3, i);
        assert_ok(mr_augment_apply(&augment, &source, &whole, &first, &a));
        assert_ok(mr_augment_apply(&augment, &source, &whole, &again, &b));
        for (int y = 0; y < 24; y++)
            assert_memory_equal(a.pixels + (size_t)y * a.stride, b.pixels + (size_t)y * b.stride,
                                72);
        assert_ok(mr_augment_apply(&augment, &source, &whole, &other, &b));
        different += memcmp(a.pixels, b.pixels, 72) != 0;
    }
    assert_int_equal(different, 100);
    mr_image_free(&source);
    mr_image_free(&a);
    mr_image_free(&b);
}

/* Middle of the rows and columns that a patch covers, in shares of the side. */
static void middle_of_patch(const mr_image *image, double *x, double *y) {
    double count = 0;
    *x = *y = 0;
    for (int v = 0; v < image->height; v++)
        for (int u = 0; u < image->width; u++)
            if (image->pixels[(size_t)v * image->stride + (size_t)u] != 255) {
                *x += (u + 0.5) / image->width;
                *y += (v + 0.5) / image->height;
                count++;
            }
    *x /= count;
    *y /= count;
}

/* A teacher of another size must look at what the student looks at: the same draws, and the same
 * patch gone. */
static void networks_of_two_sizes_see_the_same_variation(void **state) {
    (void)state;
    mr_image source, small, large;
    assert_ok(mr_image_create(60, 60, 1, &source));
    assert_ok(mr_image_create(30, 30, 1, &small));
    assert_ok(mr_image_create(90, 90, 1, &large));
    memset(source.pixels, 255, (size_t)source.height * source.stride);
    mr_affine to_small = mr_crop_of_picture(60, 60, 30), to_large = mr_crop_of_picture(60, 60, 90);
    mr_augment all = mr_augment_attributes_defaults(), erasing = mr_augment_none();
    all.low_resolution = all.blur = all.jpeg = all.erase = 0.5f;
    erasing.erase = 1;
    erasing.erase_most = 0.3f;
    for (uint64_t i = 0; i < 100; i++) {
        mr_rng first = mr_rng_keyed(1, 2, i), second = first;
        assert_ok(mr_augment_apply(&all, &source, &to_small, &first, &small));
        assert_ok(mr_augment_apply(&all, &source, &to_large, &second, &large));
        assert_true(mr_rng_next(&first) == mr_rng_next(&second));
        first = second = mr_rng_keyed(1, 3, i);
        assert_ok(mr_augment_apply(&erasing, &source, &to_small, &first, &small));
        assert_ok(mr_augment_apply(&erasing, &source, &to_large, &second, &large));
        double x, y, other_x, other_y;
        middle_of_patch(&small, &x, &y);
        middle_of_patch(&large, &other_x, &other_y);
        if (!(fabs(x - other_x) < 0.05 && fabs(y - other_y) < 0.05))
            fail_msg("%.3f, %.3f is gone for one, %.3f, %.3f for the other", x, y, other_x,
                     other_y);
    }
    mr_image_free(&source);
    mr_image_free(&small);
    mr_image_free(&large);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(votes_are_found_by_path_then_by_name),
        cmocka_unit_test(majority_and_distribution_by_hand),
        cmocka_unit_test(bad_votes_are_refused),
        cmocka_unit_test(emotions_are_read_from_folders),
        cmocka_unit_test(keys_tell_pictures_and_labels),
        cmocka_unit_test(bad_emotion_folders_are_refused),
        cmocka_unit_test(chip_names_tell_labels),
        cmocka_unit_test(split_is_stable_and_keeps_copies_together),
        cmocka_unit_test(only_validation_is_kept),
        cmocka_unit_test(rare_groups_are_drawn_more_often),
        cmocka_unit_test(degraded_views_are_the_same_each_time),
        cmocka_unit_test(of_a_long_picture_the_middle_is_taken),
        cmocka_unit_test(load_of_no_chips_is_refused),
        cmocka_unit_test(no_variation_changes_nothing),
        cmocka_unit_test(variation_is_drawn_from_the_generator_alone),
        cmocka_unit_test(networks_of_two_sizes_see_the_same_variation),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
