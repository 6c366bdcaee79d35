/* The collaborative filter: what it says of a viewer, its file, and its films. */
#include "support.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/rng.h"
#include "recommend/collaborative_films.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Offsets in the file, see collaborative_file.c. */
enum {
    AT_VERSION = 8,
    AT_ITEMS = 12,
    AT_LINKS = 16,
    AT_AUDIENCES = 20,
    AT_PRIOR = 24,
    AT_HALF = 28
};
enum { AT_SHARES = 32, AT_COUNTS = AT_SHARES + 4 * MR_AUDIENCES };

/* Three items: 0 speaks for 1 and against 2; 1 speaks for 0; 2 for none. */
static mr_collaborative *make_model(void) {
    mr_collaborative *model;
    assert_ok(mr_collaborative_make(3, 3, &model));
    const uint32_t start[] = {0, 2, 3, 3};
    const uint16_t to[] = {1, 2, 0};
    const float weight[] = {1, -0.5f, 0.25f};
    memcpy(model->start, start, sizeof start);
    memcpy(model->to, to, sizeof to);
    memcpy(model->weight, weight, sizeof weight);
    model->prior_weight = 2;
    model->prior_half = 3;
    model->audience[mr_audience_of(10, MR_MALE)] = 0.25f;
    model->audience[mr_audience_of(30, MR_MALE)] = 0.25f;
    model->audience[mr_audience_of(30, MR_FEMALE)] = 0.5f;
    for (int a = 0; a < MR_AUDIENCES; a++)
        model->liked[a * 3 + (a % MR_GENDER_COUNT == MR_FEMALE ? 0 : 1)] = 0.5f;
    return model;
}

static mr_collaborative_viewer make_viewer(const mr_collaborative *model, int age,
                                           mr_gender gender) {
    float shares[MR_AUDIENCES] = {0};
    shares[mr_audience_of(age, gender)] = 1;
    mr_collaborative_viewer viewer;
    assert_ok(mr_collaborative_viewer_make(model, shares, &viewer));
    return viewer;
}

static void audiences_have_their_ages(void **state) {
    (void)state;
    assert_int_equal(mr_audience_of(0, MR_MALE), mr_audience_of(17, MR_MALE));
    assert_int_not_equal(mr_audience_of(17, MR_MALE), mr_audience_of(18, MR_MALE));
    assert_int_not_equal(mr_audience_of(18, MR_MALE), mr_audience_of(18, MR_FEMALE));
    assert_int_equal(mr_audience_of(56, MR_FEMALE), MR_AUDIENCES - 1);
    assert_int_equal(mr_audience_of(120, MR_FEMALE), MR_AUDIENCES - 1);
}

static void nobody_known_gets_what_their_audience_likes(void **state) {
    (void)state;
    mr_collaborative *model = make_model();
    mr_collaborative_viewer her = make_viewer(model, 30, MR_FEMALE);
    assert_float_equal(mr_collaborative_score(&her, 0), 2 * 0.5, 1e-6);
    assert_float_equal(mr_collaborative_score(&her, 1), 0, 1e-6);
    mr_collaborative_viewer_free(&her);
    mr_collaborative_free(model);
}

static void a_click_moves_the_next_answer(void **state) {
    (void)state;
    mr_collaborative *model = make_model();
    mr_collaborative_viewer viewer = make_viewer(model, 30, MR_FEMALE);
    mr_collaborative_learn(&viewer, 0, 1);
    assert_float_equal(mr_collaborative_score(&viewer, 1), 1, 1e-6);
    assert_float_equal(mr_collaborative_score(&viewer, 2), -0.5, 1e-6);
    /* With two opinions the prior counts (3 / (3 + 2))² of its weight. */
    mr_collaborative_learn(&viewer, 1, -1);
    assert_float_equal(mr_collaborative_score(&viewer, 0), 2 * 0.36 * 0.5 - 0.25, 1e-6);
    mr_collaborative_unlearn(&viewer, 1, -1);
    assert_float_equal(mr_collaborative_score(&viewer, 0), 2 * 0.5625 * 0.5, 1e-6);
    mr_collaborative_forget(&viewer);
    assert_float_equal(mr_collaborative_score(&viewer, 1), 0, 1e-6);
    assert_float_equal(mr_collaborative_score(&viewer, 0), 1, 1e-6);
    mr_collaborative_viewer_free(&viewer);
    mr_collaborative_free(model);
}

static float sum_of(const float *shares) {
    float sum = 0;
    for (int a = 0; a < MR_AUDIENCES; a++)
        sum += shares[a];
    return sum;
}

static void a_watcher_is_spread_over_audiences(void **state) {
    (void)state;
    mr_collaborative *model = make_model();
    float shares[MR_AUDIENCES];
    mr_watcher nobody = {0};
    mr_collaborative_audience(model, &nobody, shares);
    assert_memory_equal(shares, model->audience, sizeof shares);
    /* All men of the model: half of them are children. */
    mr_watcher man = {.has_gender = true, .gender = {[MR_MALE] = 1}};
    mr_collaborative_audience(model, &man, shares);
    assert_float_equal(shares[mr_audience_of(10, MR_MALE)], 0.5, 1e-6);
    assert_float_equal(shares[mr_audience_of(30, MR_FEMALE)], 0, 1e-6);
    /* Aged 20-29: five of the ten years lie in 25-34, the only adult group that anybody is in. */
    mr_watcher young = {.has_age = true, .age = {[MR_AGE_20_29] = 1}};
    mr_collaborative_audience(model, &young, shares);
    assert_float_equal(sum_of(shares), 1, 1e-6);
    assert_float_equal(shares[mr_audience_of(30, MR_FEMALE)], 2.0 / 3, 1e-6);
    /* An age that nobody of the model has: as if it were not known. */
    mr_watcher old = {.has_age = true, .age = {[MR_AGE_70_UP] = 1}};
    mr_collaborative_audience(model, &old, shares);
    assert_memory_equal(shares, model->audience, sizeof shares);
    mr_collaborative_free(model);
}

/* --- the file -------------------------------------------------------------------------------- */

typedef struct file {
    uint8_t *bytes;
    size_t size;
} file;

static file make_file(void) {
    file f;
    mr_collaborative *model = make_model();
    assert_ok(mr_collaborative_encode(model, &f.bytes, &f.size));
    mr_collaborative_free(model);
    return f;
}

static void put_u32(uint8_t *bytes, size_t at, uint32_t value) {
    for (int i = 0; i < 4; i++)
        bytes[at + (size_t)i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get_u32(const uint8_t *bytes, size_t at) {
    return (uint32_t)bytes[at] | (uint32_t)bytes[at + 1] << 8 | (uint32_t)bytes[at + 2] << 16 |
           (uint32_t)bytes[at + 3] << 24;
}

static void seal(uint8_t *bytes, size_t size) {
    uint64_t hash = mr_hash(bytes, size - 8);
    put_u32(bytes, size - 8, (uint32_t)hash);
    put_u32(bytes, size - 4, (uint32_t)(hash >> 32));
}

static void round_trip_keeps_everything(void **state) {
    (void)state;
    char folder[] = "/tmp/moodreel-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char *path = mr_path_join(folder, "neighbours.bin");
    mr_collaborative *model = make_model(), *loaded;
    uint8_t *bytes;
    size_t size;
    assert_ok(mr_collaborative_encode(model, &bytes, &size));
    assert_ok(mr_file_write(path, bytes, size));
    free(bytes);
    assert_ok(mr_collaborative_load(path, &loaded));
    assert_int_equal(loaded->items, 3);
    assert_int_equal(loaded->links, 3);
    assert_memory_equal(loaded->start, model->start, 4 * sizeof *model->start);
    assert_memory_equal(loaded->to, model->to, 3 * sizeof *model->to);
    assert_memory_equal(loaded->liked, model->liked, MR_AUDIENCES * 3 * sizeof(float));
    assert_memory_equal(loaded->audience, model->audience, sizeof model->audience);
    for (int l = 0; l < 3; l++)
        assert_float_equal(loaded->weight[l], model->weight[l], 1e-4);
    mr_collaborative_free(loaded);
    mr_collaborative_free(model);
    free(path);
    mr_test_remove(folder);
}

static void damage_is_noticed(void **state) {
    (void)state;
    file f = make_file();
    mr_collaborative *model = NULL;
    for (size_t i = 0; i < f.size; i++) {
        f.bytes[i] ^= 0x10;
        assert_int_not_equal(mr_collaborative_decode(f.bytes, f.size, "damaged", &model), MR_OK);
        assert_non_null(strstr(mr_last_error(), "damaged: "));
        f.bytes[i] ^= 0x10;
    }
    for (size_t size = 0; size < f.size; size++)
        assert_int_equal(mr_collaborative_decode(f.bytes, size, "short", &model), MR_E_TRUNCATED);
    assert_null(model);
    free(f.bytes);
}

/* Writes a number, expects the refusal, and puts the old number back. */
static void expect_refusal(file *f, size_t at, uint32_t value, mr_status status, const char *text) {
    mr_collaborative *model = NULL;
    uint32_t kept = get_u32(f->bytes, at);
    put_u32(f->bytes, at, value);
    seal(f->bytes, f->size);
    assert_int_equal(mr_collaborative_decode(f->bytes, f->size, "hostile", &model), status);
    if (!strstr(mr_last_error(), text))
        fail_msg("'%s' does not say '%s'", mr_last_error(), text);
    put_u32(f->bytes, at, kept);
}

static void hostile_files_are_refused(void **state) {
    (void)state;
    file f = make_file();
    const size_t scales = AT_COUNTS + 3 * 2, ends = scales + 3 * 4, liked = ends + 3 * 4;
    expect_refusal(&f, 0, 0, MR_E_FORMAT, "MRCOLLAB");
    expect_refusal(&f, AT_VERSION, 2, MR_E_UNSUPPORTED, "version 2");
    expect_refusal(&f, AT_AUDIENCES, 2, MR_E_UNSUPPORTED, "2 audiences");
    expect_refusal(&f, AT_ITEMS, UINT32_MAX, MR_E_TRUNCATED, "announces");
    expect_refusal(&f, AT_LINKS, UINT32_MAX, MR_E_TRUNCATED, "announces");
    expect_refusal(&f, AT_LINKS, 2, MR_E_FORMAT, "announces");
    expect_refusal(&f, AT_PRIOR, 0x7fc00000, MR_E_FORMAT, "prior weight");
    expect_refusal(&f, AT_HALF, 0, MR_E_FORMAT, "prior half");
    expect_refusal(&f, AT_SHARES, 0xbf800000, MR_E_FORMAT, "share of an audience");
    expect_refusal(&f, AT_SHARES, 0x3f800000, MR_E_FORMAT, "not to 1");
    expect_refusal(&f, AT_COUNTS, 0x0000ffff, MR_E_FORMAT, "more links than there are");
    expect_refusal(&f, AT_COUNTS, 0x00010001, MR_E_FORMAT, "the items have 2 links");
    expect_refusal(&f, scales, 0x7f800000, MR_E_FORMAT, "greatest weight");
    expect_refusal(&f, ends, 0x00020003, MR_E_FORMAT, "impossible link");
    expect_refusal(&f, ends, 0x00010001, MR_E_FORMAT, "impossible link");
    expect_refusal(&f, liked, 0x40000000, MR_E_FORMAT, "share of likes");
    free(f.bytes);
}

/* Any one wrong bit under a right checksum: refused, or a model that is safe to ask. */
static void sealed_damage_is_refused_or_harmless(void **state) {
    (void)state;
    file f = make_file();
    size_t refused = 0;
    for (size_t i = 0; i < f.size - 8; i++)
        for (int bit = 0; bit < 8; bit++) {
            mr_collaborative *model = NULL;
            f.bytes[i] ^= (uint8_t)(1u << bit);
            seal(f.bytes, f.size);
            if (mr_collaborative_decode(f.bytes, f.size, "sealed", &model) == MR_OK) {
                mr_collaborative_viewer viewer = make_viewer(model, 30, MR_MALE);
                mr_collaborative_learn(&viewer, 0, 1);
                for (size_t item = 0; item < model->items; item++)
                    assert_true(isfinite(mr_collaborative_score(&viewer, item)));
                mr_collaborative_viewer_free(&viewer);
            } else
                refused++;
            mr_collaborative_free(model);
            f.bytes[i] ^= (uint8_t)(1u << bit);
        }
    assert_in_range(refused, 1, 8 * (f.size - 8) - 1);
    free(f.bytes);
}

static void sizes_have_limits(void **state) {
    (void)state;
    mr_collaborative *model;
    assert_int_equal(mr_collaborative_make(0, 0, &model), MR_E_LIMIT);
    assert_int_equal(mr_collaborative_make(MR_COLLABORATIVE_MAX_ITEMS + 1, 0, &model), MR_E_LIMIT);
    assert_int_equal(mr_collaborative_make(2, 5, &model), MR_E_LIMIT);
}

/* --- films ----------------------------------------------------------------------------------- */

static void items_find_their_films(void **state) {
    (void)state;
    const char text[] = "id,title,year,genres\nA,One,1999,Drama\nB,\"Two \"\"B\"\"\",2000,Drama\n"
                        "C,Three,2001,Drama\nD,Four,2002,Drama\n";
    const char fewer[] = "id,title,year,genres\nX,Other,1999,Drama\nC,Three,2001,Drama\n";
    const uint32_t films[] = {2, 0, 1};
    char folder[] = "/tmp/moodreel-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    mr_catalogue *catalogue, *other;
    assert_ok(mr_catalogue_parse(text, sizeof text - 1, "films", &catalogue));
    assert_ok(mr_catalogue_parse(fewer, sizeof fewer - 1, "films", &other));
    mr_collaborative *model = make_model();
    assert_ok(mr_collaborative_films_save(model, films, catalogue, folder));
    mr_collaborative_films *known;
    assert_ok(mr_collaborative_films_load(folder, catalogue, &known));
    assert_int_equal(known->known, 3);
    assert_int_equal(known->item_of[2], 0);
    assert_int_equal(known->item_of[1], 2);
    assert_int_equal(known->item_of[3], -1);
    mr_collaborative_films_free(known);
    assert_ok(mr_collaborative_films_load(folder, other, &known));
    assert_int_equal(known->known, 1);
    assert_int_equal(known->item_of[1], 0);
    mr_collaborative_films_free(known);
    char *path = mr_path_join(folder, "films.csv");
    assert_ok(mr_file_write(path, "id,title\nA,One\nA,One\nB,Two\n", 27));
    assert_int_equal(mr_collaborative_films_load(folder, catalogue, &known), MR_E_FORMAT);
    assert_non_null(strstr(mr_last_error(), "films.csv: line 3: film 'A' is there twice"));
    assert_ok(mr_file_write(path, "id,title\nA,One\n", 15));
    assert_int_equal(mr_collaborative_films_load(folder, catalogue, &known), MR_E_MISMATCH);
    free(path);
    mr_collaborative_free(model);
    mr_catalogue_free(catalogue);
    mr_catalogue_free(other);
    mr_test_remove(folder);
}

/* When the items cannot be written, the films do not change: others would get the likes. */
static void items_and_films_are_replaced_together(void **state) {
    (void)state;
    const char text[] = "id,title,year,genres\nA,One,1999,Drama\nB,Two,2000,Drama\n"
                        "C,Three,2001,Drama\n";
    const uint32_t films[] = {2, 0, 1}, others[] = {0, 1, 2};
    char folder[] = "/tmp/moodreel-test-XXXXXX", way[96];
    assert_non_null(mkdtemp(folder));
    mr_catalogue *catalogue;
    assert_ok(mr_catalogue_parse(text, sizeof text - 1, "films", &catalogue));
    mr_collaborative *model = make_model();
    assert_ok(mr_collaborative_films_save(model, films, catalogue, folder));
    snprintf(way, sizeof way, "%s/neighbours.bin.tmp%ld", folder, (long)getpid());
    assert_ok(mr_folder_make(way));
    assert_int_equal(mr_collaborative_films_save(model, others, catalogue, folder), MR_E_IO);
    assert_int_equal(rmdir(way), 0);
    for (int k = 0; k < 2; k++) {
        mr_collaborative_films *known;
        assert_ok(mr_collaborative_films_load(folder, catalogue, &known));
        for (int item = 0; item < 3; item++)
            assert_int_equal(known->item_of[k ? others[item] : films[item]], item);
        mr_collaborative_films_free(known);
        assert_ok(mr_collaborative_films_save(model, others, catalogue, folder));
    }
    mr_collaborative_free(model);
    mr_catalogue_free(catalogue);
    mr_test_remove(folder);
}

/* A click on a film that is linked to thousands of others takes far less than a millisecond. */
static void a_click_is_quick(void **state) {
    (void)state;
    const size_t items = 5000, each = 400;
    mr_collaborative *model;
    assert_ok(mr_collaborative_make(items, items * each, &model));
    for (size_t i = 0; i < items; i++) {
        for (size_t l = 0; l < each; l++)
            model->to[i * each + l] = (uint16_t)(l * 7);
        model->start[i + 1] = (uint32_t)((i + 1) * each);
    }
    mr_collaborative_viewer viewer = make_viewer(model, 30, MR_MALE);
    double best = 1;
    for (size_t run = 0; run < 100; run++) {
        double started = mr_now(), sum = 0;
        mr_collaborative_learn(&viewer, run, 1);
        for (size_t i = 0; i < items; i++)
            sum += (double)mr_collaborative_score(&viewer, i);
        double taken = mr_now() - started;
        assert_true(isfinite(sum));
        best = taken < best ? taken : best;
    }
    if (best >= 1e-3)
        fail_msg("a click and all scores took %.3f ms", best * 1e3);
    mr_collaborative_viewer_free(&viewer);
    mr_collaborative_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audiences_have_their_ages),
        cmocka_unit_test(nobody_known_gets_what_their_audience_likes),
        cmocka_unit_test(a_click_moves_the_next_answer),
        cmocka_unit_test(a_watcher_is_spread_over_audiences),
        cmocka_unit_test(round_trip_keeps_everything),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(hostile_files_are_refused),
        cmocka_unit_test(sealed_damage_is_refused_or_harmless),
        cmocka_unit_test(sizes_have_limits),
        cmocka_unit_test(items_find_their_films),
        cmocka_unit_test(items_and_films_are_replaced_together),
        cmocka_unit_test(a_click_is_quick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
