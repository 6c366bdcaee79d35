/* The blend's table: what it says between its rows, and what it refuses. */
#include "support.h"

#include "base/file.h"
#include "recommend/blend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Room for a table of two numbers of clicks. */
#define TABLE 4096

/* A whole table: each term has the weight 1 after 0 clicks and 3 after 8, half of it where nothing
 * is known, and twice of it outside. */
static void write_table(char text[TABLE]) {
    size_t used = (size_t)snprintf(text, TABLE, "term,clicks,weight,unknown,outside\n");
    for (int t = 0; t < MR_TERM_COUNT; t++)
        if (mr_blend_is_fitted((mr_term)t))
            used += (size_t)snprintf(text + used, TABLE - used, "%s,0,1,0.5,2\n%s,8,3,1.5,6\n",
                                     mr_term_label((mr_term)t), mr_term_label((mr_term)t));
    snprintf(text + used, TABLE - used,
             "chance scale,0,1,1,1\nchance scale,8,1,1,2\n"
             "chance offset,0,-2,-2,-2\nchance offset,8,-2,-2,-3\n");
}

static mr_blend parse(const char *text) {
    mr_blend blend;
    assert_ok(mr_blend_parse(text, strlen(text), "table", &blend));
    return blend;
}

static mr_blend made_blend(void) {
    char text[TABLE];
    write_table(text);
    return parse(text);
}

static void weights_lie_on_lines_over_the_logarithm(void **state) {
    (void)state;
    mr_blend blend = made_blend();
    assert_int_equal(blend.steps, 2);
    const float at[] = {0, 2, 8, 1000}, expected[] = {1, 2, 3, 3}; /* log(1 + 2) = log(1 + 8) / 2 */
    for (int i = 0; i < 4; i++) {
        mr_blend_now now = mr_blend_at(&blend, at[i], 1);
        assert_float_equal(now.inside.weight[MR_TERM_HISTORY], expected[i], 1e-5);
        assert_float_equal(now.inside.weight[MR_TERM_MOOD], 1, 0);
    }
}

static void what_is_known_decides_between_the_sets(void **state) {
    (void)state;
    mr_blend blend = made_blend();
    assert_float_equal(mr_blend_at(&blend, 8, 1).inside.weight[MR_TERM_TASTE], 3, 1e-6);
    assert_float_equal(mr_blend_at(&blend, 8, 0).inside.weight[MR_TERM_TASTE], 1.5, 1e-6);
    assert_float_equal(mr_blend_at(&blend, 8, 0.5f).inside.weight[MR_TERM_TASTE], 2.25, 1e-6);
}

/* The chance of a film outside is the same on its own scale and on that of the others. */
static void scores_outside_are_brought_to_the_same_odds(void **state) {
    (void)state;
    mr_blend blend = made_blend();
    mr_blend_now now = mr_blend_at(&blend, 8, 1);
    float own = 6 * 0.7f, brought = now.outside.weight[MR_TERM_TASTE] * 0.7f + now.shift;
    assert_float_equal(mr_blend_chance(&now, brought), 1 / (1 + expf(-(2 * own - 3))), 1e-6);
    assert_float_equal(now.outside.weight[MR_TERM_MOOD], 1, 0);
}

static void a_chance_rises_and_is_never_certain(void **state) {
    (void)state;
    mr_blend blend = made_blend();
    mr_blend_now now = mr_blend_at(&blend, 0, 1);
    float last = 0;
    for (int i = -40; i <= 40; i++) {
        float chance = mr_blend_chance(&now, (float)i * 100);
        assert_true(chance > 0 && chance < 1 && chance >= last);
        last = chance;
    }
    assert_float_equal(mr_blend_chance(&now, 2), 0.5, 1e-6);
}

static void what_is_written_is_read(void **state) {
    (void)state;
    char folder[] = "/tmp/mr_blend_XXXXXX";
    assert_non_null(mkdtemp(folder));
    char *path = mr_path_join(folder, MR_BLEND_FILE);
    mr_blend blend = made_blend(), read;
    assert_ok(mr_blend_save(&blend, path));
    assert_ok(mr_blend_load(path, &read));
    assert_int_equal(read.steps, blend.steps);
    for (int s = 0; s < blend.steps; s++) {
        assert_float_equal(read.clicks[s], blend.clicks[s], 0);
        for (int t = 0; t < MR_TERM_COUNT; t++) {
            assert_float_equal(read.known[s].weight[t], blend.known[s].weight[t], 1e-4);
            assert_float_equal(read.unknown[s].weight[t], blend.unknown[s].weight[t], 1e-4);
            assert_float_equal(read.outside[s].weight[t], blend.outside[s].weight[t], 1e-4);
        }
        assert_float_equal(read.outside[s].offset, blend.outside[s].offset, 1e-4);
    }
    free(path);
    mr_test_remove(folder);
}

/* The table with `from` replaced by `to`; `from` must be there. */
static void replace(const char *table, const char *from, const char *to, char out[TABLE]) {
    const char *at = strstr(table, from);
    if (!at)
        fail_msg("'%s' is not in the table", from);
    snprintf(out, TABLE, "%.*s%s%s", (int)(at - table), table, to, at + strlen(from));
}

static void hostile_tables_are_refused_by_line_and_column(void **state) {
    (void)state;
    static const struct {
        const char *from, *to, *expected;
    } cases[] = {
        {"unknown", "unknwon", "table: line 1: no column 'unknown'"},
        {"term,", "tern,", "table: line 1: no column 'term'"},
        {"film belief,0,1", "film believe,0,1", "table: line 2: column term: 'film believe'"},
        {"film belief,0,1", "mood,0,1", "table: line 2: column term: 'mood'"},
        {"film belief,0,1", "film belief,0,-1",
         "line 2: column weight: '-1', expected a number fr"},
        {"film belief,0,1", "film belief,0,1001", "line 2: column weight: '1001'"},
        {"film belief,0,1", "film belief,0,nan", "table: line 2: column weight: 'nan'"},
        {"film belief,0,1", "film belief,0,inf", "table: line 2: column weight: 'inf'"},
        {"film belief,0,1", "film belief,0,", "table: line 2: column weight: ''"},
        {"film belief,0,1", "film belief,0,1x", "table: line 2: column weight: '1x'"},
        {"film belief,0,1", "film belief,1,1", "line 2: column clicks: '1', expected 0 first"},
        {"film belief,0,1", "film belief,-1,1", "line 2: column clicks: '-1', expected a whole"},
        {"film belief,8,3", "film belief,2.5,3", "line 3: column clicks: '2.5', expected a whole"},
        {"film belief,8,3", "film belief,0,3", "line 3: column term: 'film belief', expected one"},
        {"film belief,8,3", "film belief,8,3,3", "table: line 3"},
        {"taste,8,3,1.5,6\n", "", "table: no row for taste after 8 clicks"},
        {"chance scale,0,1", "chance scale,0,0",
         "column weight: '0', expected a number from 0.001"},
        {"chance offset,0,-2", "chance offset,0,-2000", "column weight: '-2000'"},
        {"chance offset,8,-2,-2,-3\n", "", "table: no row for chance offset after 8 clicks"},
    };
    char table[TABLE], bad[TABLE];
    write_table(table);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mr_blend blend = {.steps = -1};
        replace(table, cases[i].from, cases[i].to, bad);
        assert_int_equal(mr_blend_parse(bad, strlen(bad), "table", &blend), MR_E_FORMAT);
        assert_int_equal(blend.steps, -1);
        if (!strstr(mr_last_error(), cases[i].expected))
            fail_msg("'%s' does not say '%s'", mr_last_error(), cases[i].expected);
    }
}

static void too_many_numbers_of_clicks_are_refused(void **state) {
    (void)state;
    char text[TABLE] = "term,clicks,weight,unknown,outside\n";
    for (int i = 0; i <= MR_BLEND_MAX_STEPS; i++)
        snprintf(text + strlen(text), TABLE - strlen(text), "taste,%d,1,1,1\n", i);
    mr_blend blend;
    assert_int_equal(mr_blend_parse(text, strlen(text), "table", &blend), MR_E_LIMIT);
    assert_non_null(strstr(mr_last_error(), "table: line 18: more than 16"));
}

static void cut_tables_are_refused(void **state) {
    (void)state;
    char table[TABLE];
    write_table(table);
    mr_blend blend;
    for (size_t size = 0; size + 2 < strlen(table); size++)
        assert_int_not_equal(mr_blend_parse(table, size, "table", &blend), MR_OK);
}

static void the_shipped_table_moves_from_profile_to_history(void **state) {
    (void)state;
    mr_blend blend;
    assert_ok(mr_blend_load("models/blend/" MR_BLEND_FILE, &blend));
    mr_blend_now none = mr_blend_at(&blend, 0, 1), many = mr_blend_at(&blend, 50, 1);
    assert_true(many.inside.weight[MR_TERM_TASTE] < none.inside.weight[MR_TERM_TASTE]);
    assert_true(many.inside.weight[MR_TERM_POPULARITY] < none.inside.weight[MR_TERM_POPULARITY]);
    assert_true(many.inside.weight[MR_TERM_HISTORY] > none.inside.weight[MR_TERM_HISTORY]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_lie_on_lines_over_the_logarithm),
        cmocka_unit_test(what_is_known_decides_between_the_sets),
        cmocka_unit_test(scores_outside_are_brought_to_the_same_odds),
        cmocka_unit_test(a_chance_rises_and_is_never_certain),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(hostile_tables_are_refused_by_line_and_column),
        cmocka_unit_test(too_many_numbers_of_clicks_are_refused),
        cmocka_unit_test(cut_tables_are_refused),
        cmocka_unit_test(the_shipped_table_moves_from_profile_to_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
