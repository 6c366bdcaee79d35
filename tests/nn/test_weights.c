/* Weight files: round trip, and refusal of everything that does not add up. */
#include "base/file.h"
#include "networks.h"
#include "nn/half.h"
#include "nn/weights.h"
#include "support.h"

#include <math.h>
#include <string.h>

static mr_status parse_file(const char *header, size_t data, mr_safetensors *out) {
    uint64_t length = strlen(header);
    size_t size = 8 + (size_t)length + data;
    unsigned char *bytes = calloc(size, 1);
    memcpy(bytes, &length, 8);
    memcpy(bytes + 8, header, (size_t)length);
    mr_status status = mr_safetensors_parse(bytes, size, "w.safetensors", out);
    free(bytes);
    return status;
}

static const struct {
    const char *header;
    size_t data;
    const char *reason;
} broken[] = {
    {"not json", 0, "header"},
    {"[]", 0, "not a JSON object"},
    {"{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8, "dtype is not F32"},
    {"{\"a\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "do not fit the shape"},
    {"{\"a\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[1,3]}}", 4, "do not fit the shape"},
    {"{\"a\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]},"
     "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}",
     6, "do not fit the shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "do not fit the shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", 4, "outside the file"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "outside the file"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "bad number"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}", 4,
     "bad number"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,0]}}", 0,
     "do not fit the shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":\"x\",\"data_offsets\":[0,4]}}", 4,
     "shape is not a list"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "outside the file"},
    {"{\"a\":7}", 0, "dtype is not F32"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
     "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
     4, "header"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
     "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
     4, "overlaps"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "gap"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 8, "belong to no tensor"},
    {"{\"__metadata__\":{\"a\":1}}", 0, "not a short text"},
    {"{\"__metadata__\":[]}", 0, "not an object"},
};

static void broken_files_are_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        mr_safetensors file;
        mr_status status = parse_file(broken[i].header, broken[i].data, &file);
        if (status == MR_OK || !strstr(mr_last_error(), broken[i].reason) ||
            strncmp(mr_last_error(), "w.safetensors: ", 15) != 0)
            fail_msg("case %zu: expected '%s', got '%s'", i, broken[i].reason,
                     status == MR_OK ? "no error" : mr_last_error());
    }
    mr_safetensors file;
    assert_int_equal(mr_safetensors_parse((const unsigned char *)"abc", 3, "w", &file),
                     MR_E_TRUNCATED);
    const unsigned char huge[9] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, '{'};
    assert_int_equal(mr_safetensors_parse(huge, 9, "w", &file), MR_E_FORMAT);
}

static void a_header_without_padding_is_read(void **state) {
    (void)state;
    mr_safetensors file;
    assert_ok(parse_file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
                         "\"__metadata__\":{\"k\":\"v\"}} ",
                         8, &file));
    assert_int_equal(mr_safetensors_find(&file, "a")->dims[1], 2);
    assert_string_equal(mr_safetensors_metadata(&file, "k"), "v");
    assert_null(mr_safetensors_find(&file, "b"));
    assert_null(mr_safetensors_metadata(&file, "x"));
    mr_safetensors_free(&file);
}

static void halves_round_trip(void **state) {
    (void)state;
    for (unsigned half = 0; half <= 0xffff; half++) {
        float value = mr_float_of_half((uint16_t)half);
        if (isnan(value))
            assert_true(isnan(mr_float_of_half(mr_half_of_float(value))));
        else
            assert_int_equal(mr_half_of_float(value), half);
    }
    assert_true(mr_float_of_half(0x3c00) == 1 && mr_float_of_half(0xc000) == -2);
    assert_true(mr_float_of_half(0x7bff) == MR_HALF_MAX && isinf(mr_float_of_half(0x7c00)));
    assert_true(mr_float_of_half(1) == 0x1p-24f && mr_float_of_half(0x8400) == -0x1p-14f);
}

/* Between two halves that follow each other: the nearer one, and of two as near the even one. */
static void halves_are_the_nearest(void **state) {
    (void)state;
    for (unsigned half = 0; half < 0x7bff; half++) {
        float low = mr_float_of_half((uint16_t)half), high = mr_float_of_half((uint16_t)(half + 1));
        float middle = (low + high) / 2;
        assert_int_equal(mr_half_of_float(middle), half + (half & 1));
        assert_int_equal(mr_half_of_float(nextafterf(middle, low)), half);
        assert_int_equal(mr_half_of_float(-nextafterf(middle, high)), 0x8000 + half + 1);
    }
    assert_int_equal(mr_half_of_float(65519.996F), 0x7bff);
    assert_int_equal(mr_half_of_float(65520), 0x7c00);
    assert_int_equal(mr_half_of_float(0x1p-25f), 0);
    assert_int_equal(mr_half_of_float(1e-30F), 0);
    assert_int_equal(mr_half_of_float(-1e30F), 0xfc00);
}

typedef struct fixture {
    char folder[64];
    char *path;
    mr_network *network;
    float *values, *read;
} fixture;

static fixture open_fixture(void) {
    fixture f = {.folder = "/tmp/moodreel-weights-XXXXXX"};
    assert_non_null(mkdtemp(f.folder));
    f.path = mr_path_join(f.folder, "w.safetensors");
    assert_ok(mr_network_parse(test_networks[12].text, "residual", &f.network));
    f.values = mr_alloc(f.network->total * sizeof(float));
    f.read = mr_alloc(f.network->total * sizeof(float));
    mr_network_initialise(f.network, 1, f.values);
    return f;
}

static void close_fixture(fixture *f) {
    mr_test_remove(f->folder);
    free(f->path);
    free(f->values);
    free(f->read);
    mr_network_free(f->network);
}

static void weights_and_state_round_trip(void **state) {
    (void)state;
    fixture f = open_fixture();
    float *momentum = mr_alloc(f.network->trainable * sizeof(float));
    float *momentum_read = mr_alloc(f.network->trainable * sizeof(float));
    fill_normal(momentum, f.network->trainable, 9);
    mr_weight_set sets[] = {{"", f.values, false, false}, {"momentum/", momentum, true, false}};
    mr_metadata metadata = {"epoch", "7"};
    assert_ok(mr_weights_save(f.path, f.network, sets, 2, &metadata, 1));
    assert_ok(mr_weights_load(f.path, f.network, f.read));
    assert_memory_equal(f.values, f.read, f.network->total * sizeof(float));
    mr_safetensors file;
    assert_ok(mr_safetensors_load(f.path, &file));
    mr_weight_set both[] = {{"", f.read, false, false}, {"momentum/", momentum_read, true, false}};
    assert_int_equal(mr_weights_read(&file, f.path, f.network, both + 1, 1), MR_E_MISMATCH);
    assert_ok(mr_weights_read(&file, f.path, f.network, both, 2));
    assert_memory_equal(momentum, momentum_read, f.network->trainable * sizeof(float));
    assert_string_equal(mr_safetensors_metadata(&file, "epoch"), "7");
    mr_safetensors_free(&file);
    free(momentum);
    free(momentum_read);
    close_fixture(&f);
}

/* Filters in 16 bits, vectors as they are, a filter with a large weight in 32. */
static void weights_are_stored_in_halves(void **state) {
    (void)state;
    fixture f = open_fixture();
    mr_weight_set set = {.prefix = "", .values = f.values, .half = true};
    size_t large = SIZE_MAX, matrices = 0;
    for (int i = 0; i < f.network->parameter_count; i++) {
        matrices += f.network->parameters[i].dim_count > 1;
        if (f.network->parameters[i].dim_count > 1 && large == SIZE_MAX)
            large = (size_t)i;
    }
    assert_true(matrices > 1);
    f.values[f.network->parameters[large].offset] = 1e5F;
    assert_ok(mr_weights_save(f.path, f.network, &set, 1, NULL, 0));
    assert_ok(mr_weights_load(f.path, f.network, f.read));
    mr_safetensors file;
    assert_ok(mr_safetensors_load(f.path, &file));
    for (int i = 0; i < f.network->parameter_count; i++) {
        const mr_parameter *row = &f.network->parameters[i];
        const bool half = row->dim_count > 1 && (size_t)i != large;
        assert_int_equal(mr_safetensors_find(&file, row->name)->half, half);
        for (size_t k = row->offset; k < row->offset + row->size; k++)
            assert_true(f.read[k] ==
                        (half ? mr_float_of_half(mr_half_of_float(f.values[k])) : f.values[k]));
    }
    mr_safetensors_free(&file);
    set.values = f.read;
    assert_ok(mr_weights_save(f.path, f.network, &set, 1, NULL, 0));
    assert_ok(mr_weights_load(f.path, f.network, f.values));
    assert_memory_equal(f.values, f.read, f.network->total * sizeof(float));
    close_fixture(&f);
}

static void weights_that_do_not_fit_are_refused(void **state) {
    (void)state;
    fixture f = open_fixture();
    mr_weight_set set = {.prefix = "", .values = f.values};
    assert_ok(mr_weights_save(f.path, f.network, &set, 1, NULL, 0));
    static const struct {
        int network;
        const char *reason;
    } others[] = {{0, "is missing"}, {2, "is missing"}};
    for (size_t i = 0; i < 2; i++) {
        mr_network *other;
        assert_ok(mr_network_parse(test_networks[others[i].network].text, "other", &other));
        assert_int_equal(mr_weights_load(f.path, other, f.read), MR_E_MISMATCH);
        assert_non_null(strstr(mr_last_error(), others[i].reason));
        mr_network_free(other);
    }
    mr_network *part;
    assert_ok(mr_network_parse(HEAD(3, 8) "conv c1 x out=16 kernel=3\noutput c1\n", "part", &part));
    assert_int_equal(mr_weights_load(f.path, part, f.read), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "does not have"));
    mr_network_free(part);
    assert_ok(mr_network_parse(HEAD(3, 8) "conv c1 x out=16 kernel=1\noutput c1\n", "part", &part));
    assert_int_equal(mr_weights_load(f.path, part, f.read), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "another shape"));
    mr_network_free(part);
    f.values[3] = NAN;
    assert_ok(mr_weights_save(f.path, f.network, &set, 1, NULL, 0));
    assert_int_equal(mr_weights_load(f.path, f.network, f.read), MR_E_FORMAT);
    assert_non_null(strstr(mr_last_error(), "not finite"));
    f.values[3] = 0;
    for (int i = 0; i < f.network->parameter_count; i++)
        if (f.network->parameters[i].variance)
            f.values[f.network->parameters[i].offset] = -1;
    assert_ok(mr_weights_save(f.path, f.network, &set, 1, NULL, 0));
    assert_int_equal(mr_weights_load(f.path, f.network, f.read), MR_E_FORMAT);
    assert_non_null(strstr(mr_last_error(), "a variance below 0"));
    close_fixture(&f);
}

/* A layer more, one of another size, and one that stays: only the last is taken. */
static void forget_metadata(const char *path) {
    mr_safetensors file;
    assert_ok(mr_safetensors_load(path, &file));
    assert_ok(mr_safetensors_save(path, file.tensors, file.count, NULL, 0));
    mr_safetensors_free(&file);
}

/* Which have the same tensors; files of before there were fingerprints are read. */
static void weights_of_a_network_of_equal_shapes_are_refused(void **state) {
    (void)state;
    fixture f = open_fixture();
    static const char *const texts[] = {
        HEAD(3, 8) "conv a x out=4 kernel=3\nrelu b a\noutput b\n",
        HEAD(3, 8) "# the same\nconv a x kernel=3 out=4\nrelu b a\noutput b\n",
        HEAD(3, 8) "conv a x out=4 kernel=3\nsilu b a\noutput b\n",
        "moodreel-network 1\ninput x channels=3 height=8 width=8 mean=9\n"
        "conv a x out=4 kernel=3\nrelu b a\noutput b\n",
    };
    for (int told = 1; told >= 0; told--)
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            mr_network *network;
            assert_ok(mr_network_parse(texts[i], "network.txt", &network));
            const mr_weight_set set = {.prefix = "", .values = f.values};
            if (i == 0 && told)
                assert_ok(mr_weights_save(f.path, network, &set, 1, NULL, 0));
            const bool fits = i < 2 || !told;
            assert_int_equal(mr_weights_load(f.path, network, f.read),
                             fits ? MR_OK : MR_E_MISMATCH);
            if (!fits) {
                assert_non_null(strstr(mr_last_error(), "w.safetensors: weights of another"));
                assert_non_null(strstr(mr_last_error(), "put back the network.txt"));
            }
            int taken; /* what a network grows out of is another one */
            assert_ok(mr_weights_load_matching(f.path, network, f.read, &taken));
            mr_network_free(network);
            if (told && i + 1 == sizeof texts / sizeof *texts)
                forget_metadata(f.path);
        }
    close_fixture(&f);
}

static void a_grown_network_takes_what_fits(void **state) {
    (void)state;
    fixture f = open_fixture();
    static const char before[] = HEAD(3, 8) "conv a x out=16 kernel=3\nconv b a out=16 kernel=1\n"
                                            "output b\n";
    static const char after[] = HEAD(3, 8) "conv a x out=16 kernel=3\nconv c a out=16 kernel=3\n"
                                           "conv b c out=8 kernel=1\noutput b\n";
    static const char other[] = HEAD(3, 8) "conv z x out=16 kernel=3\noutput z\n";
    mr_network *small, *grown, *strange;
    assert_ok(mr_network_parse(before, "before", &small));
    assert_ok(mr_network_parse(after, "after", &grown));
    assert_ok(mr_network_parse(other, "other", &strange));
    float *old = mr_alloc(small->total * sizeof *old);
    float *new = mr_alloc(grown->total * sizeof *new),
          *begun = mr_alloc(grown->total * sizeof *new);
    mr_network_initialise(small, 1, old);
    mr_network_initialise(grown, 2, new);
    memcpy(begun, new, grown->total * sizeof *new);
    mr_weight_set set = {.prefix = "", .values = old};
    assert_ok(mr_weights_save(f.path, small, &set, 1, NULL, 0));
    int taken = -1;
    assert_ok(mr_weights_load_matching(f.path, grown, new, &taken));
    assert_int_equal(taken, 1);
    const size_t kept = grown->parameters[0].size;
    assert_memory_equal(new, old, kept * sizeof *new);
    assert_memory_equal(new + kept, begun + kept, (grown->total - kept) * sizeof *new);
    assert_int_equal(mr_weights_load_matching(f.path, strange, new, &taken), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "no tensor"));
    free(old);
    free(new);
    free(begun);
    mr_network_free(small);
    mr_network_free(grown);
    mr_network_free(strange);
    close_fixture(&f);
}

/* Any cut of a real file, and any changed byte of its header, is refused or read; nothing else. */
static void damaged_files_do_no_harm(void **state) {
    (void)state;
    fixture f = open_fixture();
    mr_weight_set set = {.prefix = "", .values = f.values, .half = true};
    assert_ok(mr_weights_save(f.path, f.network, &set, 1, NULL, 0));
    unsigned char *bytes;
    size_t size;
    assert_ok(mr_file_read(f.path, 1 << 20, &bytes, &size));
    mr_safetensors file;
    for (size_t cut = 0; cut < size; cut += 61)
        assert_int_not_equal(mr_safetensors_parse(bytes, cut, "cut", &file), MR_OK);
    for (size_t at = 0; at < 2000 && at < size; at++) {
        bytes[at] ^= 0x15;
        if (mr_safetensors_parse(bytes, size, "changed", &file) == MR_OK)
            mr_safetensors_free(&file);
        bytes[at] ^= 0x15;
    }
    free(bytes);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_files_are_refused),
        cmocka_unit_test(a_header_without_padding_is_read),
        cmocka_unit_test(halves_round_trip),
        cmocka_unit_test(halves_are_the_nearest),
        cmocka_unit_test(weights_and_state_round_trip),
        cmocka_unit_test(weights_are_stored_in_halves),
        cmocka_unit_test(weights_that_do_not_fit_are_refused),
        cmocka_unit_test(weights_of_a_network_of_equal_shapes_are_refused),
        cmocka_unit_test(a_grown_network_takes_what_fits),
        cmocka_unit_test(damaged_files_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
