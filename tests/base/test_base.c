#include "base/csv.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/rng.h"
#include "base/shared.h"
#include "base/utf8.h"
#include "comma_locale.h"
#include "moodreel/types.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void error_texts(void **state) {
    (void)state;
    assert_string_equal(mr_status_name(MR_E_FORMAT), "MR_E_FORMAT");
    assert_string_equal(mr_status_name((mr_status)999), "MR_E_?");
    assert_int_equal(mr_fail(MR_E_LIMIT, "row %d", 7), MR_E_LIMIT);
    assert_string_equal(mr_last_error(), "row 7");
    mr_fail_in(MR_E_LIMIT, "a.csv");
    assert_string_equal(mr_last_error(), "a.csv: row 7");
}

static void feedback_has_labels(void **state) {
    (void)state;
    const char *const labels[] = {"like", "dislike", "seen", "rating"};
    assert_int_equal(MR_FEEDBACK_COUNT, sizeof labels / sizeof *labels);
    for (int kind = 0; kind < MR_FEEDBACK_COUNT; kind++) {
        assert_string_equal(mr_feedback_label((mr_feedback_kind)kind), labels[kind]);
        assert_int_equal(mr_feedback_from_label(labels[kind]), kind);
    }
    assert_int_equal(mr_feedback_from_label("DisLike"), MR_FEEDBACK_DISLIKE);
    assert_int_equal(mr_feedback_from_label("liked"), -1);
    assert_int_equal(mr_feedback_from_label(""), -1);
    assert_null(mr_feedback_label(MR_FEEDBACK_COUNT));
    assert_null(mr_feedback_label((mr_feedback_kind)-1));
}

static void rng_is_reproducible_and_sound(void **state) {
    (void)state;
    mr_rng a = mr_rng_keyed(1, 2, 3), b = mr_rng_keyed(1, 2, 3), c = mr_rng_keyed(1, 3, 2);
    assert_int_equal(mr_rng_next(&a), mr_rng_next(&b));
    assert_int_not_equal(mr_rng_next(&a), mr_rng_next(&c));
    double sum = 0, squares = 0, gamma = 0;
    int n = 100000;
    for (int i = 0; i < n; i++) {
        double x = mr_rng_normal(&a);
        sum += x;
        squares += x * x;
        gamma += mr_rng_gamma(&a, 0.4);
    }
    assert_true(fabs(sum / n) < 0.02);
    assert_true(fabs(squares / n - 1) < 0.03);
    assert_true(fabs(gamma / n - 0.4) < 0.02);
    int counts[7] = {0};
    for (int i = 0; i < 70000; i++)
        counts[mr_rng_below(&a, 7)]++;
    for (int i = 0; i < 7; i++)
        assert_in_range(counts[i], 9600, 10400);
}

static void csv_reads_what_rfc_4180_allows(void **state) {
    (void)state;
    const char text[] = "title,year\r\n\"A, \"\"B\"\"\nC\",1999\r\nplain,2001";
    mr_csv csv;
    assert_int_equal(mr_csv_parse(text, sizeof text - 1, "t.csv", &csv), MR_OK);
    assert_int_equal(csv.rows, 2);
    assert_string_equal(mr_csv_field(&csv, 0, 0), "A, \"B\"\nC");
    assert_int_equal(csv.lines[1], 4);
    double year;
    assert_int_equal(mr_csv_number(&csv, "t.csv", 1, mr_csv_column(&csv, "year"), &year), MR_OK);
    assert_true(year == 2001);
    assert_int_equal(mr_csv_column(&csv, "none"), -1);
    assert_int_equal(mr_csv_number(&csv, "t.csv", 1, 0, &year), MR_E_FORMAT);
    assert_string_equal(mr_last_error(), "t.csv: line 4: column title: 'plain' is not a number");
    mr_csv_free(&csv);
}

static void csv_refuses_what_is_broken(void **state) {
    (void)state;
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "bad.csv: empty, expected a header line"},
        {"a,b\n1\n", "bad.csv: line 2: 1 field: expected 2, as in line 1"},
        {"a,b\n1,2\n1,2,3\n", "bad.csv: line 3: 3 fields: expected 2, as in line 1"},
        {"a,b\n1,2\n\n", "bad.csv: line 3: 1 field: expected 2, as in line 1"},
        {"a,b\n\"1\n2\",3\n4\n", "bad.csv: line 4: 1 field: expected 2, as in line 1"},
        {"a\n1\n\"open\n\n",
         "bad.csv: line 3: a quote that is not closed: expected another before the file ends"},
        {"a\n\"x\"y\n", "bad.csv: line 2: text behind a closing quote: expected a comma or the end "
                        "of the line"},
        {"a\n\"x\" \n", "bad.csv: line 2: text behind a closing quote: expected a comma or the end "
                        "of the line"},
        {"a\nx \"y\"\n", "bad.csv: line 2: a quote inside a field: expected the whole field in "
                         "quotes, those inside it doubled"},
        {"a,b\n1\r,2\n", "bad.csv: line 2: a carriage return: expected a line feed behind it"},
        {"a,b\n1,2\r", "bad.csv: line 2: a carriage return: expected a line feed behind it"},
        {"a\r1\r2\r", "bad.csv: line 1: a carriage return: expected a line feed behind it"},
        {"a,b,a\n1,2,3\n", "bad.csv: line 1: column 'a' is there twice: expected different names"},
        {"a,,\n1,2,3\n", "bad.csv: line 1: column '' is there twice: expected different names"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        mr_csv csv;
        size_t size = strlen(bad[i].text);
        assert_int_equal(mr_csv_parse(bad[i].text, size, "bad.csv", &csv), MR_E_FORMAT);
        assert_string_equal(mr_last_error(), bad[i].says);
    }
}

/* A header of commas alone costs no more than reading it. */
static void csv_limits_columns(void **state) {
    (void)state;
    enum { MANY = 1 << 20 };
    char *text = malloc(MANY);
    mr_csv csv;
    memset(text, ',', MANY);
    assert_int_equal(mr_csv_parse(text, MANY, "wide.csv", &csv), MR_E_LIMIT);
    assert_string_equal(mr_last_error(),
                        "wide.csv: line 1: 1048577 columns: expected at most 1024");
    free(text);
}

static void csv_numbers_are_decimal(void **state) {
    (void)state;
    static const char *const bad[] = {"", " 1", "1 ", "0x10", "1e", "nan(1)", "1,5", "--1"};
    static const char *const good[] = {"-1.5", "+2", "3e-2", "nan", "inf", ".5"};
    double value;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *fields[] = {(char *)"n", (char *)bad[i]};
        size_t line = 2;
        mr_csv csv = {.fields = fields, .lines = &line, .rows = 1, .columns = 1};
        assert_int_equal(mr_csv_number(&csv, "t.csv", 0, 0, &value), MR_E_FORMAT);
        assert_non_null(strstr(mr_last_error(), "t.csv: line 2: column n: "));
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char *fields[] = {(char *)"n", (char *)good[i]};
        size_t line = 2;
        mr_csv csv = {.fields = fields, .lines = &line, .rows = 1, .columns = 1};
        assert_ok(mr_csv_number(&csv, "t.csv", 0, 0, &value));
    }
}

static void files_round_trip(void **state) {
    (void)state;
    char folder[] = "/tmp/moodreel-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char *deep = mr_path_join(folder, "a/b");
    assert_int_equal(mr_folder_make(deep), MR_OK);
    char *path = mr_path_join(deep, "f");
    assert_int_equal(mr_file_write(path, "hello", 5), MR_OK);
    unsigned char *bytes;
    size_t size;
    assert_int_equal(mr_file_read(path, 5, &bytes, &size), MR_OK);
    assert_string_equal((char *)bytes, "hello");
    free(bytes);
    assert_int_equal(mr_file_read(path, 4, &bytes, &size), MR_E_LIMIT);
    assert_int_equal(mr_file_read(deep, 4, &bytes, &size), MR_E_IO);
    assert_int_equal(mr_file_read("/no/such", 4, &bytes, &size), MR_E_NOT_FOUND);
    mr_names names;
    assert_int_equal(mr_folder_list(deep, &names), MR_OK);
    assert_int_equal(names.count, 1);
    assert_string_equal(names.names[0], "f");
    mr_names_free(&names);
    mr_test_remove(folder);
    free(path);
    free(deep);
}

static void assert_holds(const char *path, const char *text) {
    unsigned char *bytes;
    size_t size;
    assert_ok(mr_file_read(path, 100, &bytes, &size));
    assert_string_equal((char *)bytes, text);
    free(bytes);
}

/* Whichever cannot be written, none is. */
static void files_that_belong_together_are_replaced_together(void **state) {
    (void)state;
    char folder[] = "/tmp/moodreel-test-XXXXXX", paths[3][64], way[256];
    assert_non_null(mkdtemp(folder));
    mr_file_content files[3];
    for (int i = 0; i < 3; i++) {
        snprintf(paths[i], sizeof paths[i], "%s/%d", folder, i);
        files[i] = (mr_file_content){paths[i], "old", 3};
    }
    assert_ok(mr_files_write(files, 3));
    for (int i = 0; i < 3; i++)
        files[i].bytes = "new";
    mr_names names;
    for (int k = 0; k < 3; k++) {
        snprintf(way, sizeof way, "%s.tmp%ld", paths[k], (long)getpid());
        assert_ok(mr_folder_make(way));
        assert_int_equal(mr_files_write(files, 3), MR_E_IO);
        assert_non_null(strstr(mr_last_error(), paths[k]));
        assert_int_equal(rmdir(way), 0);
        for (int i = 0; i < 3; i++)
            assert_holds(paths[i], "old");
        assert_ok(mr_folder_list(folder, &names));
        assert_int_equal(names.count, 3);
        mr_names_free(&names);
    }
    assert_ok(mr_files_write(files, 3));
    for (int i = 0; i < 3; i++)
        assert_holds(paths[i], "new");
    mr_test_remove(folder);
}

/* A pipe tells no size: what comes is read to its end, up to the limit. */
static void streams_are_read_to_their_end(void **state) {
    (void)state;
    enum { SIZE = 200000 };
    unsigned char *bytes;
    size_t size;
    const size_t limits[] = {SIZE - 1, SIZE, 1 << 20};
    for (size_t i = 0; i < 3; i++) {
        FILE *pipe = popen("head -c 200000 /dev/zero | tr '\\0' x", "r");
        assert_non_null(pipe);
        mr_status status = mr_stream_read(pipe, "pipe", limits[i], &bytes, &size);
        pclose(pipe);
        assert_int_equal(status, i == 0 ? MR_E_LIMIT : MR_OK);
        if (status != MR_OK)
            continue;
        assert_int_equal(size, SIZE);
        assert_int_equal(strlen((const char *)bytes), SIZE);
        free(bytes);
    }
    assert_non_null(strstr(mr_last_error(), "pipe: more than the 199999 bytes allowed"));
}

static void sizes_do_not_wrap(void **state) {
    (void)state;
    size_t product;
    assert_false(mr_multiply((size_t)1 << 40, (size_t)1 << 40, &product));
    assert_null(mr_alloc((size_t)-1));
    int *items = NULL;
    size_t capacity = 0;
    assert_true(mr_grow(&items, &capacity, 3, sizeof *items));
    assert_true(capacity >= 3);
    assert_false(mr_grow(&items, &capacity, (size_t)-1 / 2, sizeof *items));
    free(items);
}

static void text_is_utf8(void **state) {
    (void)state;
    static const char *const good[] = {"", "Amélie", "七人の侍", "\xf0\x9f\x8e\xac"};
    static const char *const bad[] = {
        "\xe9",         "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80",
        "\xe0\x80\x80", "a\tb", "a\nb",     "\x7f",         "\xc2\x85"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(mr_utf8_is_text(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(mr_utf8_is_text(bad[i]));
}

/* A thing in a slot that is swapped lives as long as somebody holds it, and no longer. */
static void shared_things_live_as_long_as_they_are_held(void **state) {
    (void)state;
    mr_shared_slot slot;
    mr_shared first, second;
    mr_shared_slot_open(&slot);
    assert_null(mr_shared_take(&slot));
    mr_shared_begin(&first);
    assert_null(mr_shared_swap(&slot, &first));
    assert_ptr_equal(mr_shared_take(&slot), &first);
    mr_shared_hold(&first);
    mr_shared_begin(&second);
    assert_true(mr_shared_is_present(&slot, &first));
    assert_ptr_equal(mr_shared_swap(&slot, &second), &first);
    assert_false(mr_shared_is_present(&slot, &first));
    assert_false(mr_shared_drop(&first));
    assert_false(mr_shared_drop(&first));
    assert_true(mr_shared_drop(&first));
    assert_false(mr_shared_drop(NULL));
    assert_ptr_equal(mr_shared_swap(&slot, NULL), &second);
    assert_true(mr_shared_drop(&second));
    mr_shared_slot_close(&slot);
}

/* A program that uses the library may count in another way. */
static void numbers_have_a_point_in_every_locale(void **state) {
    (void)state;
    char folder[] = "/tmp/moodreel-locale-XXXXXX";
    if (!begin_comma_locale(folder))
        skip();
    char *end;
    assert_true(strtod("1.5", &end) == 1);
    const char *text = "127.5 rest";
    assert_true(mr_strtod(text, &end) == 127.5);
    assert_ptr_equal(end, text + 5);
    assert_true(mr_strtod("1,5", &end) == 1);
    end_comma_locale(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_texts),
        cmocka_unit_test(feedback_has_labels),
        cmocka_unit_test(rng_is_reproducible_and_sound),
        cmocka_unit_test(csv_reads_what_rfc_4180_allows),
        cmocka_unit_test(csv_refuses_what_is_broken),
        cmocka_unit_test(csv_limits_columns),
        cmocka_unit_test(csv_numbers_are_decimal),
        cmocka_unit_test(files_round_trip),
        cmocka_unit_test(files_that_belong_together_are_replaced_together),
        cmocka_unit_test(streams_are_read_to_their_end),
        cmocka_unit_test(sizes_do_not_wrap),
        cmocka_unit_test(text_is_utf8),
        cmocka_unit_test(numbers_have_a_point_in_every_locale),
        cmocka_unit_test(shared_things_live_as_long_as_they_are_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
