/* The forest's file: a round trip, and what a damaged or hostile file can do (nothing). */
#include "support.h"

#include "base/file.h"
#include "recommend/forest_parts.h"
#include "test_forest_made.h"

#include <math.h>
#include <string.h>

/* Offsets of the header's numbers, see forest_file.c. */
enum { AT_VERSION = 8, AT_FEATURES = 12, AT_CLASSES = 16, AT_TREES = 20, AT_NODES = 24 };
enum { AT_LEAVES = 28, AT_ENTRIES = 32, AT_BOOTSTRAP = 36, AT_ROWS = 40, AT_BODY = 64 };

typedef struct file {
    uint8_t *bytes;
    size_t size;
    mr_forest *forest;
    mr_forest_data data;
} file;

static file make_file(void) {
    made_recipe recipe = {.rows = 60,
                          .informative = 3,
                          .noise = 1,
                          .classes = 3,
                          .clusters = 1,
                          .separation = 0.7,
                          .flipped = 0.2,
                          .seed = 1};
    file f = {.data = made_data(&recipe)};
    mr_forest_params params = mr_forest_params_defaults();
    params.trees = 3;
    params.min_leaf = 3;
    assert_ok(mr_forest_train(&f.data, &params, &f.forest));
    assert_ok(mr_forest_encode(f.forest, &f.bytes, &f.size));
    return f;
}

static void free_file(file *f) {
    free(f->bytes);
    mr_forest_free(f->forest);
    made_free(&f->data);
}

static void put_u32(uint8_t *bytes, size_t at, uint32_t value) {
    for (int i = 0; i < 4; i++)
        bytes[at + (size_t)i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get_u32(const uint8_t *bytes, size_t at) {
    return (uint32_t)bytes[at] | (uint32_t)bytes[at + 1] << 8 | (uint32_t)bytes[at + 2] << 16 |
           (uint32_t)bytes[at + 3] << 24;
}

/* Makes the checksum right again, as a hostile writer would. */
static void seal(uint8_t *bytes, size_t size) {
    uint64_t hash = mr_hash(bytes, size - 8);
    put_u32(bytes, size - 8, (uint32_t)hash);
    put_u32(bytes, size - 4, (uint32_t)(hash >> 32));
}

static void round_trip_keeps_everything(void **state) {
    (void)state;
    file f = make_file();
    char folder[] = "/tmp/moodreel-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char *path = mr_path_join(folder, "forest.bin");
    mr_forest *loaded;
    assert_ok(mr_file_write(path, f.bytes, f.size));
    assert_ok(mr_forest_load(path, &loaded));
    assert_int_equal(mr_forest_trees(loaded), 3);
    assert_int_equal(mr_forest_features(loaded), 4);
    assert_int_equal(mr_forest_classes(loaded), 3);
    for (size_t row = 0; row < f.data.rows; row++) {
        float a[3], b[3];
        mr_forest_predict(f.forest, f.data.values + row * 4, a);
        mr_forest_predict(loaded, f.data.values + row * 4, b);
        assert_memory_equal(a, b, sizeof a);
    }
    double before, after;
    assert_ok(mr_forest_out_of_bag(f.forest, &f.data, 1, NULL, &before));
    assert_ok(mr_forest_out_of_bag(loaded, &f.data, 1, NULL, &after));
    assert_true(before == after);
    uint8_t *again;
    size_t size;
    assert_ok(mr_forest_encode(loaded, &again, &size));
    assert_int_equal(size, f.size);
    assert_memory_equal(again, f.bytes, size);
    free(again);
    mr_forest_free(loaded);
    free(path);
    mr_test_remove(folder);
    free_file(&f);
}

static void damage_is_noticed(void **state) {
    (void)state;
    file f = make_file();
    mr_forest *forest = NULL;
    for (size_t i = 0; i < f.size; i++) {
        f.bytes[i] ^= 0x10;
        assert_int_not_equal(mr_forest_decode(f.bytes, f.size, "damaged", &forest), MR_OK);
        assert_non_null(strstr(mr_last_error(), "damaged: "));
        f.bytes[i] ^= 0x10;
    }
    for (size_t size = 0; size < f.size; size++)
        assert_int_equal(mr_forest_decode(f.bytes, size, "short", &forest), MR_E_TRUNCATED);
    assert_null(forest);
    free_file(&f);
}

static void expect(file *f, mr_status status, const char *text) {
    mr_forest *forest = NULL;
    seal(f->bytes, f->size);
    assert_int_equal(mr_forest_decode(f->bytes, f->size, "hostile", &forest), status);
    if (!strstr(mr_last_error(), text))
        fail_msg("'%s' does not say '%s'", mr_last_error(), text);
}

/* Writes a number, expects the refusal, and puts the old number back. */
static void expect_refusal(file *f, size_t at, uint32_t value, mr_status status, const char *text) {
    uint32_t kept = get_u32(f->bytes, at);
    put_u32(f->bytes, at, value);
    expect(f, status, text);
    put_u32(f->bytes, at, kept);
}

static void hostile_headers_are_refused(void **state) {
    (void)state;
    file f = make_file();
    expect_refusal(&f, 0, 0, MR_E_FORMAT, "not a forest");
    expect_refusal(&f, AT_VERSION, 2, MR_E_UNSUPPORTED, "version 2");
    expect_refusal(&f, AT_FEATURES, 0, MR_E_LIMIT, "0 features");
    expect_refusal(&f, AT_FEATURES, UINT32_MAX, MR_E_LIMIT, "features");
    expect_refusal(&f, AT_FEATURES, 1u << 20, MR_E_TRUNCATED, "announces");
    expect_refusal(&f, AT_CLASSES, 0, MR_E_LIMIT, "0 classes");
    expect_refusal(&f, AT_CLASSES, 1u << 16, MR_E_LIMIT, "classes");
    expect_refusal(&f, AT_TREES, 0, MR_E_LIMIT, "0 trees");
    expect_refusal(&f, AT_NODES, 2, MR_E_FORMAT, "cannot make 3 trees");
    expect_refusal(&f, AT_NODES, 0x3fffffff, MR_E_TRUNCATED, "announces");
    expect_refusal(&f, AT_LEAVES, UINT32_MAX, MR_E_TRUNCATED, "announces");
    expect_refusal(&f, AT_ENTRIES, 0, MR_E_FORMAT, "announces");
    expect_refusal(&f, AT_BOOTSTRAP, 2, MR_E_FORMAT, "bootstrap 2");
    expect_refusal(&f, AT_ROWS, 0, MR_E_FORMAT, "0 rows");
    free_file(&f);
}

static void hostile_bodies_are_refused(void **state) {
    (void)state;
    file f = make_file();
    uint32_t nodes = get_u32(f.bytes, AT_NODES), leaves = get_u32(f.bytes, AT_LEAVES);
    uint32_t entries = get_u32(f.bytes, AT_ENTRIES);
    size_t counts = AT_BODY + 4 * 8, what = counts + 3 * 4, thresholds = what + nodes * 4;
    size_t sizes = thresholds + (nodes - 3) / 2 * 4, classes = sizes + leaves * 2;
    size_t shares = classes + entries * 2;
    assert_int_equal(f.size, shares + entries * 4 + 8);
    expect_refusal(&f, AT_BODY + 4, 0xfff00000, MR_E_FORMAT, "importance");
    expect_refusal(&f, counts, 2, MR_E_FORMAT, "impossible count");
    expect_refusal(&f, counts, UINT32_MAX, MR_E_FORMAT, "impossible count");
    expect_refusal(&f, counts, 1, MR_E_FORMAT, "the trees have");
    expect_refusal(&f, what, 4, MR_E_FORMAT, "node 0 is impossible");
    expect_refusal(&f, what, MR_FOREST_LEAF | (3 + leaves), MR_E_FORMAT, "node 0 is impossible");
    expect_refusal(&f, what, MR_FOREST_LEAF, MR_E_FORMAT, "node 1 is impossible");
    expect_refusal(&f, what + (get_u32(f.bytes, counts) - 1) * 4, 0, MR_E_FORMAT, "splits ask");
    expect_refusal(&f, thresholds, 0x7fc00000, MR_E_FORMAT, "no number");
    expect_refusal(&f, sizes, 0xffffffff, MR_E_FORMAT, "more entries than there are");
    expect_refusal(&f, sizes, get_u32(f.bytes, sizes) - 1, MR_E_FORMAT, "the leaves have");
    expect_refusal(&f, classes, 0x00030002, MR_E_FORMAT, "impossible entry");
    expect_refusal(&f, classes, 0x00000001, MR_E_FORMAT, "impossible entry");
    expect_refusal(&f, shares, 0x7fc00000, MR_E_FORMAT, "impossible entry");
    expect_refusal(&f, shares, 0x3f800001, MR_E_FORMAT, "not to 1");
    free_file(&f);
}

/* Asks a forest of unknown origin; its answer must be a distribution. */
static void ask(const mr_forest *forest) {
    size_t features = mr_forest_features(forest), classes = mr_forest_classes(forest);
    float *row = malloc(features * sizeof *row), *answer = malloc(classes * sizeof *answer);
    const float fills[] = {-1e30F, 0, 1e30F, NAN, INFINITY};
    for (size_t i = 0; i < sizeof fills / sizeof *fills; i++) {
        double sum = 0;
        for (size_t f = 0; f < features; f++)
            row[f] = fills[i];
        mr_forest_predict(forest, row, answer);
        for (size_t c = 0; c < classes; c++)
            sum += answer[c];
        assert_true(fabs(sum - 1) < 0.01);
    }
    free(row);
    free(answer);
}

/* Any one wrong byte under a right checksum: refused, or a forest that is safe to ask. */
static void sealed_damage_is_refused_or_harmless(void **state) {
    (void)state;
    file f = make_file();
    size_t refused = 0;
    for (size_t i = 0; i < f.size - 8; i++)
        for (int bit = 0; bit < 8; bit++) {
            mr_forest *forest = NULL;
            f.bytes[i] ^= (uint8_t)(1u << bit);
            seal(f.bytes, f.size);
            if (mr_forest_decode(f.bytes, f.size, "sealed", &forest) == MR_OK)
                ask(forest);
            else
                refused++;
            mr_forest_free(forest);
            f.bytes[i] ^= (uint8_t)(1u << bit);
        }
    assert_in_range(refused, 1, 8 * (f.size - 8) - 1);
    free_file(&f);
}

static void missing_files_are_named(void **state) {
    (void)state;
    mr_forest *forest;
    assert_int_equal(mr_forest_load("/no/such.bin", &forest), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "/no/such.bin"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip_keeps_everything),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(hostile_headers_are_refused),
        cmocka_unit_test(hostile_bodies_are_refused),
        cmocka_unit_test(sealed_damage_is_refused_or_harmless),
        cmocka_unit_test(missing_files_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
