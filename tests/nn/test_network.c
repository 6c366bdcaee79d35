/* The text form: what it means, and that everything else is refused with line and reason. */
#include "base/file.h"
#include "networks.h"
#include "support.h"

#include <string.h>

static mr_network *parse(const char *text) {
    mr_network *network;
    assert_ok(mr_network_parse(text, "test", &network));
    return network;
}

static void shapes_and_parameters_follow_the_text(void **state) {
    (void)state;
    mr_network *n = parse("moodreel-network 1\r\n# a comment\n\n"
                          "input image channels=3 height=32 width=24 mean=127.5 deviation=64\n"
                          "conv a image out=8 kernel=3 stride=2 # stem\n"
                          "batchnorm b a\nprelu c b\nmaxpool d c kernel=2\n"
                          "globalpool e d\nlinear f e out=10\noutput f\n");
    assert_int_equal(n->layer_count, 7);
    assert_int_equal(n->layers[1].height, 16);
    assert_int_equal(n->layers[1].width, 12);
    assert_int_equal(n->layers[4].height, 8);
    assert_int_equal(n->layers[5].width, 1);
    assert_int_equal(n->output_count, 1);
    assert_int_equal(mr_network_output_size(n, 0), 10);
    assert_int_equal(mr_network_output_index(n, "f"), 0);
    assert_int_equal(mr_network_output_index(n, "a"), -1);
    assert_true(n->mean == 127.5f && n->deviation == 64);
    /* filters, scale and shift, slope, matrix and bias; then mean and variance */
    assert_int_equal(n->trainable, 8 * 3 * 9 + 8 + 8 + 8 + 80 + 10);
    assert_int_equal(n->total, n->trainable + 16);
    assert_true(mr_network_multiply_adds(n) == 8.0 * 16 * 12 * 27 + 80);
    mr_network_free(n);
}

static void initial_values_have_the_right_spread(void **state) {
    (void)state;
    mr_network *n = parse(HEAD(16, 4) "conv a x out=64 kernel=3\nbatchnorm b a\nprelu c b\n"
                                      "linear d c out=32\noutput d\n");
    float *values = mr_alloc(n->total * sizeof(float)), *again = mr_alloc(n->total * sizeof(float));
    mr_network_initialise(n, 1, values);
    mr_network_initialise(n, 1, again);
    assert_memory_equal(values, again, n->total * sizeof(float));
    mr_network_initialise(n, 2, again);
    assert_memory_not_equal(values, again, n->total * sizeof(float));
    for (int i = 0; i < n->parameter_count; i++) {
        const mr_parameter *row = &n->parameters[i];
        double squares = 0;
        for (size_t j = 0; j < row->size; j++)
            squares += (double)values[row->offset + j] * values[row->offset + j];
        double deviation = sqrt(squares / (double)row->size);
        if (strcmp(row->name, "a.weight") == 0)
            assert_true(fabs(deviation / sqrt(2.0 / 144) - 1) < 0.05);
        else if (strcmp(row->name, "d.weight") == 0)
            assert_true(fabs(deviation / sqrt(1.0 / 1024) - 1) < 0.05);
        else if (strcmp(row->name, "c.slope") == 0)
            assert_true(deviation == 0.25);
        else
            assert_true(deviation == (strstr(row->name, "scale") || strstr(row->name, "variance")));
    }
    free(values);
    free(again);
    mr_network_free(n);
}

static const struct {
    const char *text, *reason;
} broken[] = {
    {"", "line 1: expected 'moodreel-network 1'"},
    {"moodreel-network 2\n", "line 1: expected 'moodreel-network 1'"},
    {"moodreel-network 1\n", "has no output"},
    {"moodreel-network 1\nconv a x out=3 kernel=3\n", "line 2: input is not a layer above: 'x'"},
    {HEAD(1, 8) "magic a x\n", "line 3: no such kind of layer: 'magic'"},
    {HEAD(1, 8) "conv\n", "line 3: expected a layer's name"},
    {HEAD(1, 8) "conv a=b x\n", "line 3: expected a layer's name"},
    {HEAD(1, 8) "relu x x\n", "line 3: name is taken: 'x'"},
    {HEAD(1, 8) "conv a x kernel=3\n", "line 3: missing setting 'out'"},
    {HEAD(1, 8) "conv a x out=0 kernel=3\n", "line 3: out: '0', expected a whole number"},
    {HEAD(1, 8) "conv a x out=3.5 kernel=3\n", "out: '3.5', expected a whole number"},
    {HEAD(1, 8) "conv a x out=nan kernel=3\n", "out: 'nan', expected a whole number"},
    {HEAD(1, 8) "conv a x out=3 out=3 kernel=3\n", "setting given twice: 'out'"},
    {HEAD(1, 8) "conv a x out=3 kernel=3 p=0.5\n", "no such setting for this kind of layer: 'p'"},
    {HEAD(1, 8) "conv a x out=3 kernel=20 pad=0\n", "kernel and padding do not fit"},
    {HEAD(1, 8) "conv a x out=3 kernel=3 groups=2\n", "groups must divide"},
    {HEAD(1, 8) "relu a\n", "line 3: too few inputs for 'a'"},
    {HEAD(1, 8) "relu a x x\n", "line 3: one input too many: 'x'"},
    {HEAD(1, 8) "add a x\n", "line 3: too few inputs for 'a'"},
    {HEAD(1, 8) "conv a x out=3 kernel=1\nadd b a x\n", "line 4: shapes differ: input 'x'"},
    {HEAD(1, 8) "input y channels=1 height=2 width=2\n", "line 3: the input must be the first"},
    {HEAD(1, 8) "relu a x\nrelu b x\noutput a\n", "nothing reads layer 'b'"},
    {HEAD(1, 8) "conv a x out=4 kernel=1\nglobalpool b x\nmultiply c a b\n",
     "expected one value for each channel of the first input, found 'b'"},
    {HEAD(1, 8) "upsample a x factor=9\n", "factor: '9', expected a whole number"},
    {HEAD(1, 8) "relu a x\noutput a\noutput x\n", "line 5: the input is no result: 'x'"},
    {HEAD(1, 8) "relu a x\noutput a\noutput a\n", "line 5: is an output already: 'a'"},
    {HEAD(1, 8) "relu caf\xe9 x\n", "line 3: expected a layer's name"},
    {"moodreel-network 1\ninput x channels=1 height=8192 width=8192\nlinear a x out=100\n"
     "output a\n",
     "6710886500 values, at most 536870912 are allowed"},
    {"moodreel-network 1\ninput x channels=8000 height=8000 width=8000\n", "result is too large"},
};

static void broken_texts_are_refused_with_line_and_reason(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        mr_network *network;
        mr_status status = mr_network_parse(broken[i].text, "bad.txt", &network);
        if (status != MR_E_FORMAT || strncmp(mr_last_error(), "bad.txt: ", 9) != 0 ||
            !strstr(mr_last_error(), broken[i].reason))
            fail_msg("case %zu: expected '%s', got %s '%s'", i, broken[i].reason,
                     mr_status_name(status), mr_last_error());
    }
}

static void too_many_layers_are_refused(void **state) {
    (void)state;
    size_t size = 64 * (MR_LAYERS_MAX + 8), at;
    char *text = malloc(size);
    at = (size_t)snprintf(text, size, "%s", HEAD(1, 2));
    for (int i = 0; i <= MR_LAYERS_MAX; i++)
        at +=
            (size_t)snprintf(text + at, size - at, i ? "relu r%d r%d\n" : "relu r%d x\n", i, i - 1);
    mr_network *network;
    assert_int_equal(mr_network_parse(text, "long.txt", &network), MR_E_FORMAT);
    assert_non_null(strstr(mr_last_error(), "one layer too many"));
    /* As many as there may be, with their output. */
    char *last = strstr(text, "relu r1023");
    snprintf(last, size - (size_t)(last - text), "output r%d\n", MR_LAYERS_MAX - 2);
    assert_ok(mr_network_parse(text, "long.txt", &network));
    assert_int_equal(network->layer_count, MR_LAYERS_MAX);
    mr_network_free(network);
    free(text);
}

static void keys_tell_what_is_computed(void **state) {
    (void)state;
    static const char *const texts[] = {
        HEAD(16, 4) "conv a x out=8 kernel=3\nrelu b a\ndropout c b p=0.1\noutput c\n",
        HEAD(16, 4) "# the same\nconv  a x kernel=3 out=8 pad=1\n\nrelu b a\n"
                    "dropout c b p=.1\noutput c\n",
        HEAD(16, 4) "conv a x out=8 kernel=3\nsilu b a\ndropout c b p=0.1\noutput c\n",
        HEAD(16, 4) "conv a x out=8 kernel=3\nrelu b a\ndropout c b p=0.2\noutput c\n",
        HEAD(16, 4) "conv a x out=8 kernel=3 stride=2\nrelu b a\ndropout c b p=0.1\noutput c\n",
        HEAD(16, 4) "conv a x out=8 kernel=3\nrelu b a\ndropout c b p=0.1\noutput c\noutput b\n",
        "moodreel-network 1\ninput x channels=4 height=16 width=16 mean=1\n"
        "conv a x out=8 kernel=3\nrelu b a\ndropout c b p=0.1\noutput c\n",
    };
    uint64_t first = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        mr_network *n = parse(texts[i]);
        if (i == 0)
            first = mr_network_key(n);
        assert_true((mr_network_key(n) == first) == (i < 2));
        mr_network_free(n);
    }
}

/* The number is in files: a change of it would part weights from their networks. */
static void fingerprints_last(void **state) {
    (void)state;
    static const char *const same[] = {
        HEAD(16, 4) "conv a x out=8 kernel=3\nrelu b a\ndropout c b p=0.1\noutput c\n",
        HEAD(16, 4) "# the same\nconv  a x kernel=3 out=8 pad=1\n\nrelu b a\n"
                    "dropout c b p=.3\noutput c\n",
    };
    static const char *const others[] = {
        HEAD(16, 4) "conv a x out=8 kernel=3\nsilu b a\ndropout c b\noutput c\n",
        HEAD(16, 5) "conv a x out=8 kernel=3\nrelu b a\ndropout c b\noutput c\n",
        HEAD(16, 4) "conv a x out=8 kernel=3 stride=2\nrelu b a\ndropout c b\noutput c\n",
        HEAD(16, 4) "conv a x out=8 kernel=3\nrelu b a\ndropout c a\noutput c\noutput b\n",
        HEAD(16, 4) "conv a x out=8 kernel=3\nrelu b a\ndropout c b\noutput c\noutput b\n",
        HEAD(16, 4) "conv a x out=8 kernel=3\nrelu b a\ndropout c b\noutput b\noutput c\n",
        HEAD(16, 4) "conv d x out=8 kernel=3\nrelu b d\ndropout c b\noutput c\n",
        "moodreel-network 1\ninput x channels=16 height=4 width=4 mean=1\n"
        "conv a x out=8 kernel=3\nrelu b a\ndropout c b\noutput c\n",
        "moodreel-network 1\ninput x channels=16 height=4 width=4 deviation=2\n"
        "conv a x out=8 kernel=3\nrelu b a\ndropout c b\noutput c\n",
    };
    enum { OTHERS = sizeof others / sizeof *others };
    uint64_t found[OTHERS + 1];
    for (size_t i = 0; i < 2; i++) {
        mr_network *n = parse(same[i]);
        found[OTHERS] = mr_network_fingerprint(n);
        assert_true(found[OTHERS] == 0xa85d607dcef4f061);
        mr_network_free(n);
    }
    for (size_t i = 0; i < OTHERS; i++) {
        mr_network *n = parse(others[i]);
        found[i] = mr_network_fingerprint(n);
        mr_network_free(n);
    }
    for (size_t i = 0; i <= OTHERS; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(found[i] != found[k]);
}

static void files_are_read_and_missing_ones_named(void **state) {
    (void)state;
    char folder[] = "/tmp/moodreel-network-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char *path = mr_path_join(folder, "network.txt");
    mr_network *network;
    assert_int_equal(mr_network_load(path, &network), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "network.txt"));
    assert_ok(mr_file_write(path, "moodreel-network 1\n\0", 20));
    assert_int_equal(mr_network_load(path, &network), MR_E_FORMAT);
    assert_ok(mr_file_write(path, test_networks[0].text, strlen(test_networks[0].text)));
    assert_ok(mr_network_load(path, &network));
    mr_network_free(network);
    mr_test_remove(folder);
    free(path);
}

static void a_network_may_be_had_for_another_size(void **state) {
    (void)state;
    mr_network *n = parse("moodreel-network 1\ninput x channels=3 height=32 width=24\n"
                          "conv a x out=8 kernel=3 stride=2\nmaxpool b a kernel=2\n"
                          "upsample c b\nadd d a c\noutput d\n");
    mr_network *other;
    assert_ok(mr_network_resized(n, 64, 96, &other));
    assert_int_equal(other->layers[4].height, 32);
    assert_int_equal(other->layers[4].width, 48);
    assert_int_equal(other->total, n->total);
    assert_int_equal(n->layers[4].height, 16);
    mr_network_free(other);
    assert_int_equal(mr_network_resized(n, 0, 96, &other), MR_E_ARGUMENT);
    assert_int_equal(mr_network_resized(n, 20000, 96, &other), MR_E_FORMAT);
    /* 9 pixels become 5, 2 and 4, and 5 and 4 cannot be added */
    assert_int_equal(mr_network_resized(n, 9, 9, &other), MR_E_FORMAT);
    mr_network_free(n);
    n = parse(HEAD(16, 4) "linear d x out=32\noutput d\n");
    assert_int_equal(mr_network_resized(n, 32, 32, &other), MR_E_MISMATCH);
    mr_network_free(n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_and_parameters_follow_the_text),
        cmocka_unit_test(initial_values_have_the_right_spread),
        cmocka_unit_test(broken_texts_are_refused_with_line_and_reason),
        cmocka_unit_test(too_many_layers_are_refused),
        cmocka_unit_test(a_network_may_be_had_for_another_size),
        cmocka_unit_test(keys_tell_what_is_computed),
        cmocka_unit_test(fingerprints_last),
        cmocka_unit_test(files_are_read_and_missing_ones_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
