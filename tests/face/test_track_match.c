/* The matcher beside a search through all pairings, and the likeness of boxes. */
#include "base/rng.h"
#include "face/track_match.h"
#include "support.h"

#include <math.h>

static mr_matcher matcher;

/* The greatest sum that rows `row` … can make with the columns that are free. */
static float best_sum(int row, int rows, int columns, unsigned taken) {
    if (row == rows)
        return 0;
    float best = best_sum(row + 1, rows, columns, taken);
    for (int c = 0; c < columns; c++)
        if (!(taken >> c & 1)) {
            float sum =
                matcher.likeness[row][c] + best_sum(row + 1, rows, columns, taken | 1U << c);
            best = fmaxf(best, sum);
        }
    return best;
}

/* The sum of the answer; no column may be taken twice, and no pair be out of the question. */
static float matched_sum(int rows, int columns) {
    unsigned taken = 0;
    float sum = 0;
    for (int r = 0; r < rows; r++) {
        int c = matcher.column_of_row[r];
        assert_in_range(c + 1, 0, columns);
        if (c < 0)
            continue;
        assert_false(taken >> c & 1);
        assert_true(matcher.likeness[r][c] > 0);
        taken |= 1U << c;
        sum += matcher.likeness[r][c];
    }
    return sum;
}

static void random_table(mr_rng *rng, int rows, int columns) {
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < columns; c++)
            matcher.likeness[r][c] =
                mr_rng_below(rng, 3) == 0 ? 0 : (float)(1 + mr_rng_below(rng, 9)) / 8;
}

static void the_sum_is_the_greatest(void **state) {
    (void)state;
    mr_rng rng = mr_rng_seeded(3);
    for (int i = 0; i < 400; i++) {
        int rows = (int)mr_rng_below(&rng, 6), columns = (int)mr_rng_below(&rng, 7);
        random_table(&rng, rows, columns);
        mr_match(&matcher, rows, columns);
        float found = matched_sum(rows, columns), best = best_sum(0, rows, columns, 0);
        if (fabsf(found - best) > 1e-4f)
            fail_msg("table %d of %d × %d: %g, the best is %g", i, rows, columns, (double)found,
                     (double)best);
    }
}

static void the_best_pair_gives_way_to_the_better_sum(void **state) {
    (void)state;
    matcher.likeness[0][0] = 0.9f;
    matcher.likeness[0][1] = 0.8f;
    matcher.likeness[1][0] = 0.7f;
    matcher.likeness[1][1] = 0;
    mr_match(&matcher, 2, 2);
    assert_int_equal(matcher.column_of_row[0], 1);
    assert_int_equal(matcher.column_of_row[1], 0);
}

static void a_full_table_is_matched(void **state) {
    (void)state;
    for (int r = 0; r < MR_MATCH_ROWS; r++)
        for (int c = 0; c < MR_MATCH_COLUMNS; c++)
            matcher.likeness[r][c] = c == MR_MATCH_COLUMNS - 1 - r ? 0.6f : 0.5f;
    mr_match(&matcher, MR_MATCH_ROWS, MR_MATCH_COLUMNS);
    for (int r = 0; r < MR_MATCH_ROWS; r++)
        assert_int_equal(matcher.column_of_row[r], MR_MATCH_COLUMNS - 1 - r);
}

static void likeness_is_the_overlap(void **state) {
    (void)state;
    const mr_box box = {.x = 10, .y = 20, .width = 100, .height = 50};
    const mr_box half = {.x = 60, .y = 20, .width = 100, .height = 50};
    const mr_box beside = {.x = 110, .y = 20, .width = 100, .height = 50};
    const mr_box nothing = {.x = 10, .y = 20};
    assert_float_equal(mr_box_likeness(&box, &box, 0), 1, 1e-6);
    assert_float_equal(mr_box_likeness(&box, &half, 0), 1.0 / 3, 1e-6);
    assert_float_equal(mr_box_likeness(&box, &beside, 0), 0, 1e-6);
    assert_float_equal(mr_box_likeness(&box, &beside, 0.5f), 1.0 / 3, 1e-6);
    assert_float_equal(mr_box_likeness(&nothing, &nothing, 0.3f), 0, 1e-6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sum_is_the_greatest),
        cmocka_unit_test(the_best_pair_gives_way_to_the_better_sum),
        cmocka_unit_test(a_full_table_is_matched),
        cmocka_unit_test(likeness_is_the_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
