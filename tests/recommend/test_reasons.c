/* What reasons say, and the parts of the terms that they speak of: the figures are those of the
 * people whom they name, and what is named is what raised the score. */
#include "recommend/recommend_parts.h"
#include "shipped.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Somebody who is of one age with this chance, else of the other. */
static mr_sofa_seat of_two_ages(int age, float chance, int other, int gender) {
    mr_attributes attributes = stated(age, gender, -1);
    attributes.age_distribution[age] = chance;
    attributes.age_distribution[other] = 1 - chance;
    return (mr_sofa_seat){.watcher = mr_watcher_of(&attributes)};
}

static mr_appetite appetite_of(const mr_sofa_seat *seat, const mr_rank_options *options) {
    mr_appetite appetite;
    assert_ok(mr_appetite_make(recommender, seat, options, &appetite));
    return appetite;
}

static float taste_of(const mr_appetite *appetite, uint32_t film) {
    float values[MR_TERM_COUNT];
    mr_term_values(appetite, film, mr_item_of(recommender, film), values);
    return values[MR_TERM_TASTE];
}

/* Children's liking of genres and other people's of films enter each with its chance, once. */
static void tastes_enter_with_their_chances(void **state) {
    (void)state;
    const mr_rank_options options = plain();
    mr_sofa_seat child_seat = seat_of(8, MR_MALE, -1);
    mr_appetite child = appetite_of(&child_seat, &options);
    for (int tenths = 0; tenths <= 10; tenths++) {
        float chance = (float)tenths / 10;
        mr_sofa_seat seat = of_two_ages(8, chance, 30, MR_MALE);
        mr_appetite mixed = appetite_of(&seat, &options);
        for (uint32_t f = 0; f < mr_catalogue_count(catalogue); f++) {
            int32_t item = mr_item_of(recommender, f);
            if (item >= 0)
                assert_float_equal(
                    taste_of(&mixed, f),
                    chance * taste_of(&child, f) + (1 - chance) * mixed.audience[item], 1e-5);
        }
        mr_appetite_free(&mixed);
    }
    mr_appetite_free(&child);
}

typedef void observer(const mr_appetite *appetite, uint32_t film, const char *text);

/* Shows every taste that raises a film for this person. */
static void look_at_tastes(const mr_sofa_seat *seat, observer *look) {
    const mr_rank_options options = plain();
    mr_appetite appetite = appetite_of(seat, &options);
    for (uint32_t f = 0; f < mr_catalogue_count(catalogue); f++)
        if (taste_of(&appetite, f) > 0.05f) {
            char text[MR_RANK_REASON_TEXT];
            mr_say_reason(text, MR_TERM_TASTE, &appetite, &options, f);
            look(&appetite, f, text);
        }
    mr_appetite_free(&appetite);
}

static int by_children, by_likers;

/* Who likes a film more than others do is not told with a figure that is smaller than theirs, and
 * what is assumed of children is not told of those who were asked. */
static void assert_true_of_taste(const mr_appetite *appetite, uint32_t film, const char *text) {
    int theirs, of_all;
    (void)film;
    if (sscanf(text, "Liked by %d %% of %*[^,], and by %d %% of all", &theirs, &of_all) == 2) {
        by_likers++;
        if (theirs < of_all)
            fail_msg("%s", text);
    } else if (strstr(text, ", for boys of 3-9")) {
        by_children++;
        assert_true(appetite->child > 0);
    } else if (!strstr(text, ", liked more by men of 30-39 than by others")) {
        fail_msg("%s", text);
    }
}

static void tastes_are_told_of_those_whose_they_are(void **state) {
    (void)state;
    for (int tenths = 0; tenths <= 10; tenths++) {
        mr_sofa_seat seat = of_two_ages(8, (float)tenths / 10, 30, MR_MALE);
        by_children = by_likers = 0;
        look_at_tastes(&seat, assert_true_of_taste);
        assert_true((by_children > 0) == (tenths > 0));
        assert_true((by_likers > 0) == (tenths < 10));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tastes_enter_with_their_chances),
        cmocka_unit_test(tastes_are_told_of_those_whose_they_are),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
