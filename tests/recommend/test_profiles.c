#include "base/file.h"
#include "recommend/profile_report.h"
#include "recommend/taste.h"
#include "stated.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static mr_catalogue *catalogue;
static char folder[] = "/tmp/moodreel-profiles-XXXXXX";

static int open_all(void **state) {
    (void)state;
    return mr_catalogue_load("data/films.csv", &catalogue) == MR_OK && mkdtemp(folder) ? 0 : -1;
}

static int close_all(void **state) {
    (void)state;
    mr_catalogue_free(catalogue);
    mr_test_remove(folder);
    return 0;
}

/* Writes a file into the folder of this test; the path lasts until the next call. */
static const char *write_file(const char *name, const char *text) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_ok(mr_file_write(path, text, strlen(text)));
    return path;
}

static void assert_says(const char *what) {
    if (!strstr(mr_last_error(), what))
        fail_msg("'%s' does not say '%s'", mr_last_error(), what);
}

static void cells_are_numbered(void **state) {
    (void)state;
    for (int i = 0; i < MR_CELLS; i++)
        assert_int_equal(mr_cell_number(mr_cell_of(i)), i);
}

static void cells_of_a_watcher_sum_to_one(void **state) {
    (void)state;
    float shares[MR_CELLS], cells[MR_CELLS];
    for (int i = 0; i < MR_CELLS; i++)
        shares[i] = (float)(i % 5);
    for (int age = -1; age < 80; age += 9)
        for (int gender = -1; gender < MR_GENDER_COUNT; gender++)
            for (int emotion = -1; emotion < MR_EMOTION_COUNT; emotion++) {
                mr_attributes attributes = stated(age, gender, emotion);
                mr_watcher watcher = mr_watcher_of(&attributes);
                mr_watcher_cells(&watcher, shares, cells);
                float sum = 0;
                for (int i = 0; i < MR_CELLS; i++) {
                    mr_cell cell = mr_cell_of(i);
                    sum += cells[i];
                    if ((gender >= 0 && (int)cell.gender != gender) ||
                        (emotion >= 0 && (int)cell.emotion != emotion) ||
                        (age >= 0 && cell.age != mr_age_range_of((float)age)))
                        assert_true(cells[i] == 0);
                }
                assert_true(fabsf(sum - 1) < 1e-4f);
            }
}

/* What is said of an age within an interval, whose halves have widths of their own. */
static mr_attributes spread_over(int years, int low, int high) {
    mr_attributes attributes = {
        .has_age = true, .age = (float)years, .age_low = (float)low, .age_high = (float)high};
    double total = 0, shares[MR_AGE_YEARS];
    for (int year = 0; year < MR_AGE_YEARS; year++) {
        double width = (year < years ? years - low : high - years) / 1.2816;
        total += shares[year] = exp(-0.5 * pow((year - years) / fmax(0.5, width), 2));
    }
    for (int year = 0; year < MR_AGE_YEARS; year++)
        attributes.age_distribution[year] = (float)(shares[year] / total);
    return attributes;
}

static void assert_shares(const mr_attributes *attributes) {
    mr_watcher watcher = mr_watcher_of(attributes);
    double age[MR_AGE_RANGE_COUNT] = {0}, group[MR_AUDIENCE_AGE_COUNT] = {0};
    for (int year = 0; year < MR_AGE_YEARS; year++) {
        age[mr_age_range_of((float)year)] += (double)attributes->age_distribution[year];
        group[mr_audience_age_of(year)] += (double)attributes->age_distribution[year];
    }
    bool told = watcher.has_age;
    for (int i = 0; i < MR_AGE_RANGE_COUNT; i++)
        told &= fabs((double)watcher.age[i] - age[i]) < 1e-5;
    for (int i = 0; i < MR_AUDIENCE_AGE_COUNT; i++)
        told &= fabs((double)watcher.group[i] - group[i]) < 1e-5;
    if (!told)
        fail_msg("%g (%g-%g) is not told as it was said", (double)attributes->age,
                 (double)attributes->age_low, (double)attributes->age_high);
}

/* Shares that lie in one range or group may add up to a little more than one. */
static void no_age_is_lost_to_rounding(void **state) {
    (void)state;
    for (int years = 0; years < MR_AGE_YEARS; years++)
        for (int below = 0; below <= 12; below++)
            for (int above = 0; above <= 12; above++) {
                int low = below < years ? years - below : 0;
                mr_attributes attributes = spread_over(years, low, years + above);
                assert_shares(&attributes);
            }
}

static void nonsense_is_not_known(void **state) {
    (void)state;
    mr_attributes attributes = stated(30, MR_FEMALE, MR_SAD);
    attributes.gender[MR_FEMALE] = NAN;
    attributes.emotion[MR_SAD] = -1;
    mr_watcher watcher = mr_watcher_of(&attributes);
    assert_false(watcher.has_gender);
    assert_false(watcher.has_emotion);
    assert_true(watcher.has_age);
    assert_int_equal(watcher.youngest, 30);
    attributes.age_low = 12.9f;
    assert_int_equal(mr_watcher_of(&attributes).youngest, 12);
    attributes.age = NAN;
    assert_int_equal(mr_watcher_of(&attributes).youngest, 0);
    attributes.age = 20;
    static const float no_ages[] = {NAN, -5, -INFINITY};
    for (size_t i = 0; i < sizeof no_ages / sizeof *no_ages; i++) {
        attributes.age_low = no_ages[i];
        assert_int_equal(mr_watcher_of(&attributes).youngest, 0);
    }
    attributes.age_low = 12;
    attributes.age = 9;
    assert_int_equal(mr_watcher_of(&attributes).youngest, 9);
    attributes.age = 105; /* older than the years that are told apart, and no child */
    attributes.age_low = 102;
    assert_int_equal(mr_watcher_of(&attributes).youngest, MR_AGE_YEARS - 1);
    attributes.has_age = false;
    assert_int_equal(mr_watcher_of(&attributes).youngest, 0);
}

static void taste_and_mood_say_what_is_known(void **state) {
    (void)state;
    mr_taste taste;
    mr_mood mood;
    assert_ok(mr_taste_and_mood_load("data", &taste, &mood));
    const float *women = taste.liking[MR_AGE_20_29][MR_FEMALE];
    const float *men = taste.liking[MR_AGE_20_29][MR_MALE];
    assert_true(women[MR_GENRE_ROMANCE] > men[MR_GENRE_ROMANCE]);
    assert_true(women[MR_GENRE_WAR] < men[MR_GENRE_WAR]);
    assert_true(women[MR_GENRE_ACTION] < men[MR_GENRE_ACTION]);
    assert_true(taste.liking[MR_AGE_60_69][MR_MALE][MR_GENRE_WESTERN] > men[MR_GENRE_WESTERN]);
    assert_true(mood.wish[MR_MOOD_LIFT][MR_SAD][MR_GENRE_COMEDY] > 0);
    assert_true(mood.wish[MR_MOOD_MATCH][MR_SAD][MR_GENRE_COMEDY] < 0);
    assert_true(fabsf(mood.wish[MR_MOOD_AUTO][MR_HAPPY][MR_GENRE_COMEDY] - 0.3f) < 1e-6f);
    assert_int_equal(mr_mood_from_label("lift"), MR_MOOD_LIFT);
    assert_int_equal(mr_mood_from_label("?"), -1);
    float values[MR_GENRE_COUNT] = {[MR_GENRE_WAR] = 1, [MR_GENRE_DRAMA] = 0.5f};
    assert_true(mr_genre_fit(values, 1u << MR_GENRE_WAR) == 1);
    assert_true(fabsf(mr_genre_fit(values, 1u << MR_GENRE_WAR | 1u << MR_GENRE_DRAMA) -
                      1.5f / sqrtf(2)) < 1e-6f);
}

static void broken_tables_are_refused_with_their_line(void **state) {
    (void)state;
    mr_taste taste;
    mr_mood mood;
    const char *path = write_file("taste.csv", "age_range,gender,genre,deviation,log_share_lift\n"
                                               "20-29,female,Drama,0.1,0.2\n"
                                               "20-29,femal,Drama,0.1,0.2\n");
    assert_int_equal(mr_taste_load(path, &taste), MR_E_FORMAT);
    assert_says("line 3: 'femal' is no gender");
    path = write_file("taste.csv", "age_range,gender,genre,deviation,log_share_lift\n"
                                   "20-29,female,Drama,nan,0.2\n");
    assert_int_equal(mr_taste_load(path, &taste), MR_E_FORMAT);
    assert_says("line 2");
    path = write_file("mood.csv", "emotion,genre,lift,match\nsad,Drama,1,1\n");
    assert_int_equal(mr_mood_load(path, &mood), MR_E_FORMAT);
    assert_says("no column 'auto'");
    path = write_file("mood.csv", "emotion,genre,lift,match,auto\nsad,Drama,1,1e9,0\n");
    assert_int_equal(mr_mood_load(path, &mood), MR_E_FORMAT);
    assert_says("line 2: column match");
}

static void broken_profiles_are_refused_with_their_line(void **state) {
    (void)state;
    mr_profile_set set = {0};
    const char *path = write_file("profiles.csv", "age_range,gender,emotion,film\n"
                                                  "20-29,female,sad,Q44578\n"
                                                  "20-29,female,glad,Q44578\n");
    assert_int_equal(mr_profiles_load(path, catalogue, &set), MR_E_FORMAT);
    assert_says("line 3");
    path = write_file("profiles.csv", "age_range,gender,emotion,film\n20-29,male,sad,none\n");
    assert_int_equal(mr_profiles_load(path, catalogue, &set), MR_E_MISMATCH);
    assert_says("line 2: film 'none' is not in the catalogue");
    path = write_file("profiles.csv", "age_range,gender,emotion\n20-29,male,sad\n");
    assert_int_equal(mr_profiles_load(path, catalogue, &set), MR_E_FORMAT);
    path = write_file("profiles.csv", "age_range,gender,emotion,film\n");
    assert_int_equal(mr_profiles_load(path, catalogue, &set), MR_E_FORMAT);
    assert_null(set.rows);
}

static void the_process_is_a_distribution(void **state) {
    (void)state;
    mr_profile_process process;
    assert_ok(mr_profile_process_make(catalogue, "data", NULL, &process));
    static const int middle_ages[] = {1, 6, 15, 25, 35, 45, 55, 65, 75};
    double shares = 0, bayes = 0;
    for (int cell = 0; cell < MR_CELLS; cell++) {
        double sum = 0, best = 0;
        for (size_t f = 0; f < process.film_count; f++) {
            double p = process.choice[(size_t)cell * process.film_count + f];
            const mr_catalogue_film *film = mr_catalogue_entry(catalogue, process.films[f]);
            if (film->minimum_age > middle_ages[mr_cell_of(cell).age])
                assert_true(p == 0);
            sum += p;
            best = fmax(best, p);
        }
        assert_true(fabs(sum - 1) < 1e-9);
        shares += process.share[cell];
        bayes += process.share[cell] * best;
    }
    assert_true(fabs(shares - 1) < 1e-9);
    assert_true(fabs(bayes - mr_profile_process_bayes(&process)) < 1e-12);
    mr_profile_process_free(&process);
}

static void the_shipped_profiles_are_what_the_process_draws(void **state) {
    (void)state;
    mr_profile_process process;
    assert_ok(mr_profile_process_make(catalogue, "data", NULL, &process));
    char path[256];
    snprintf(path, sizeof path, "%s/drawn.csv", folder);
    assert_ok(mr_profile_process_write(&process, path));
    unsigned char *drawn, *shipped;
    size_t drawn_size, shipped_size;
    assert_ok(mr_file_read(path, 1 << 20, &drawn, &drawn_size));
    assert_ok(mr_file_read("data/profiles.csv", 1 << 20, &shipped, &shipped_size));
    assert_int_equal(drawn_size, shipped_size);
    assert_memory_equal(drawn, shipped, drawn_size);
    free(drawn);
    free(shipped);
    mr_profile_process_free(&process);
}

static void a_fifth_is_held_out(void **state) {
    (void)state;
    mr_profile_set set;
    uint32_t *order;
    size_t held_out;
    assert_ok(mr_profiles_load("data/profiles.csv", catalogue, &set));
    assert_int_equal(set.count, 2696);
    assert_true(set.film_count >= 50);
    assert_ok(mr_profiles_split(&set, MR_PROFILE_SPLIT_SEED, &order, &held_out));
    assert_int_equal(held_out, 539);
    bool *seen = calloc(set.count, sizeof *seen);
    for (size_t i = 0; i < set.count; i++) {
        assert_false(seen[order[i]]);
        seen[order[i]] = true;
    }
    free(seen);
    free(order);
    mr_profiles_free(&set);
}

static void assert_same_file(const char *name) {
    char path[256], shipped_path[256];
    snprintf(path, sizeof path, "%s/forest/%s", folder, name);
    snprintf(shipped_path, sizeof shipped_path, "models/forest/%s", name);
    unsigned char *made, *shipped;
    size_t made_size, shipped_size;
    assert_ok(mr_file_read(path, 64 << 20, &made, &made_size));
    assert_ok(mr_file_read(shipped_path, 64 << 20, &shipped, &shipped_size));
    assert_int_equal(made_size, shipped_size);
    assert_memory_equal(made, shipped, made_size);
    free(made);
    free(shipped);
}

static void the_forest_learns_nearly_all_that_can_be(void **state) {
    (void)state;
    char model[256];
    snprintf(model, sizeof model, "%s/forest", folder);
    mr_profile_report report, again;
    assert_ok(mr_profile_forest_build(catalogue, "data", model, NULL, &report));
    char *text = mr_profile_report_text(&report, catalogue);
    print_message("%s\n", strstr(text, "\naccuracy"));
    free(text);
    assert_int_equal(report.rows, 539);
    assert_true(report.accuracy > report.bayes_held_out - 0.05);
    assert_true(report.accuracy <= report.bayes + 0.05);
    assert_true(report.accuracy > 3 * report.most_common);
    size_t support = 0, predicted = 0;
    double right = 0;
    for (size_t f = 0; f < report.film_count; f++) {
        support += report.support[f];
        predicted += report.predicted[f];
        right += report.of_film[f].recall * report.support[f];
    }
    assert_int_equal(support, report.rows);
    assert_int_equal(predicted, report.rows);
    assert_true(fabs(right / (double)report.rows - report.accuracy) < 1e-9);
    assert_true(fabs(report.weighted.recall - report.accuracy) < 1e-9);
    assert_ok(mr_profile_forest_evaluate(catalogue, "data", model, &again));
    assert_true(again.accuracy == report.accuracy && again.macro.f1 == report.macro.f1);
    mr_profile_report_free(&again);
    mr_profile_report_free(&report);
    assert_same_file("forest.bin");
    assert_same_file("films.csv");
    assert_same_file("cells.csv");
    assert_same_file("report.txt");
}

/* Precision, recall and F1 of a forest on rows that are made up, against a count by hand. */
static void the_report_counts_right(void **state) {
    (void)state;
    const char *path = write_file("profiles.csv", "age_range,gender,emotion,film\n"
                                                  "20-29,female,sad,Q44578\n"
                                                  "20-29,female,sad,Q44578\n"
                                                  "20-29,male,sad,Q83495\n"
                                                  "20-29,male,sad,Q83495\n");
    mr_profile_set set;
    assert_ok(mr_profiles_load(path, catalogue, &set));
    const uint32_t rows[] = {0, 1, 2, 3};
    mr_forest_params params = mr_profile_forest_params();
    params.bootstrap = false;
    params.trees = 5;
    mr_profile_forest *belief;
    assert_ok(mr_profile_forest_train(&set, rows, 4, catalogue, &params, &belief));
    set.rows[1].cell = set.rows[2].cell; /* a woman's choice by a man: wrongly predicted */
    mr_profile_report report;
    assert_ok(mr_profile_report_make(belief, &set, rows, 4, NULL, &report));
    uint16_t titanic = set.rows[0].film, matrix = set.rows[2].film;
    assert_true(report.accuracy == 0.75);
    assert_true(report.of_film[titanic].precision == 1 && report.of_film[titanic].recall == 0.5);
    assert_true(fabs(report.of_film[matrix].precision - 2.0 / 3) < 1e-12);
    assert_true(report.of_film[matrix].recall == 1);
    assert_true(fabs(report.macro.f1 - (2.0 / 3 + 0.8) / 2) < 1e-12);
    assert_true(isnan(report.bayes));
    mr_profile_report_free(&report);
    mr_profile_forest_free(belief);
    mr_profiles_free(&set);
}

static void belief_is_an_expectation(void **state) {
    (void)state;
    mr_profile_forest *belief;
    assert_ok(mr_profile_forest_load("models/forest", catalogue, &belief));
    float films[512], woman[512], man[512];
    assert_true(belief->film_count <= 512);
    mr_belief expected;
    mr_attributes attributes = stated(25, MR_FEMALE, MR_HAPPY);
    mr_watcher watcher = mr_watcher_of(&attributes);
    mr_profile_forest_believe(belief, &watcher, woman, &expected);
    attributes = stated(25, MR_MALE, MR_HAPPY);
    watcher = mr_watcher_of(&attributes);
    mr_profile_forest_believe(belief, &watcher, man, &expected);
    attributes.gender[MR_MALE] = 0.25f;
    attributes.gender[MR_FEMALE] = 0.75f;
    watcher = mr_watcher_of(&attributes);
    mr_profile_forest_believe(belief, &watcher, films, &expected);
    float genres = 0;
    for (size_t f = 0; f < belief->film_count; f++)
        assert_true(fabsf(films[f] - 0.25f * man[f] - 0.75f * woman[f]) < 1e-5f);
    for (int g = 0; g < MR_GENRE_COUNT; g++)
        genres += expected.genre[g];
    assert_true(fabsf(genres - 1) < 1e-4f);
    mr_profile_forest_free(belief);
}

static void parts_of_a_model_must_fit_together(void **state) {
    (void)state;
    mr_profile_forest *belief = NULL;
    assert_int_equal(mr_profile_forest_load(folder, catalogue, &belief), MR_E_NOT_FOUND);
    char path[256];
    unsigned char *bytes;
    size_t size;
    assert_ok(mr_file_read("models/forest/forest.bin", 64 << 20, &bytes, &size));
    snprintf(path, sizeof path, "%s/forest.bin", folder);
    assert_ok(mr_file_write(path, bytes, size));
    free(bytes);
    write_file("films.csv", "id,title\nQ44578,Titanic\n");
    assert_int_equal(mr_profile_forest_load(folder, catalogue, &belief), MR_E_MISMATCH);
    assert_says("films.csv");
    assert_ok(mr_file_read("models/forest/films.csv", 1 << 20, &bytes, &size));
    write_file("films.csv", (char *)bytes);
    free(bytes);
    write_file("cells.csv", "rows\n1\n");
    assert_int_equal(mr_profile_forest_load(folder, catalogue, &belief), MR_E_MISMATCH);
    assert_says("cells.csv");
    assert_null(belief);
}

/* When the forest cannot be written, the files that name its films and cells do not change. */
static void parts_of_a_model_are_replaced_together(void **state) {
    (void)state;
    mr_profile_forest *belief;
    assert_ok(mr_profile_forest_load("models/forest", catalogue, &belief));
    char model[200], way[256];
    snprintf(model, sizeof model, "%s/forest", folder);
    assert_ok(mr_profile_forest_save(belief, catalogue, model));
    assert_same_file("forest.bin");
    assert_same_file("films.csv");
    assert_same_file("cells.csv");
    snprintf(way, sizeof way, "%s/forest.bin.tmp%ld", model, (long)getpid());
    assert_ok(mr_folder_make(way));
    uint32_t first = belief->films[0];
    belief->films[0] = belief->films[1];
    belief->films[1] = first;
    belief->share[0] += 1;
    assert_int_equal(mr_profile_forest_save(belief, catalogue, model), MR_E_IO);
    assert_int_equal(rmdir(way), 0);
    assert_same_file("films.csv");
    assert_same_file("cells.csv");
    mr_profile_forest_free(belief);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_numbered),
        cmocka_unit_test(cells_of_a_watcher_sum_to_one),
        cmocka_unit_test(no_age_is_lost_to_rounding),
        cmocka_unit_test(nonsense_is_not_known),
        cmocka_unit_test(taste_and_mood_say_what_is_known),
        cmocka_unit_test(broken_tables_are_refused_with_their_line),
        cmocka_unit_test(broken_profiles_are_refused_with_their_line),
        cmocka_unit_test(the_process_is_a_distribution),
        cmocka_unit_test(the_shipped_profiles_are_what_the_process_draws),
        cmocka_unit_test(a_fifth_is_held_out),
        cmocka_unit_test(the_forest_learns_nearly_all_that_can_be),
        cmocka_unit_test(the_report_counts_right),
        cmocka_unit_test(belief_is_an_expectation),
        cmocka_unit_test(parts_of_a_model_must_fit_together),
        cmocka_unit_test(parts_of_a_model_are_replaced_together),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
