#include "face/heads.h"
#include "support.h"

#include <math.h>
#include <string.h>

static const char attributes_network[] = "moodreel-network 1\n"
                                         "input image channels=1 height=1 width=1\n"
                                         "linear age image out=101\n"
                                         "linear gender image out=2\n"
                                         "linear ethnicity image out=5\n"
                                         "output gender\n"
                                         "output age\n"
                                         "output ethnicity\n";

static mr_network *network_of(const char *text) {
    mr_network *network;
    assert_ok(mr_network_parse(text, "test", &network));
    return network;
}

static mr_status load(const char *text, mr_metadata *metadata, size_t count, mr_heads *heads) {
    mr_network *network = network_of(text);
    mr_safetensors file = {.metadata = metadata, .metadata_count = count};
    mr_status status = mr_heads_load(&file, "weights", network, heads);
    mr_network_free(network);
    return status;
}

static void assert_near(float found, double expected) {
    if (!(fabs((double)found - expected) < 1e-4))
        fail_msg("%.7f is not %.7f", (double)found, expected);
}

static void heads_are_found_by_name(void **state) {
    (void)state;
    mr_heads heads;
    assert_ok(load(attributes_network, NULL, 0, &heads));
    assert_int_equal(heads.outputs[MR_HEAD_GENDER], 0);
    assert_int_equal(heads.outputs[MR_HEAD_AGE], 1);
    assert_int_equal(heads.outputs[MR_HEAD_VOTES], -1);
    assert_int_equal(mr_heads_emotion(&heads), MR_HEAD_COUNT);
    assert_near(heads.temperatures[MR_HEAD_AGE], 1);
    for (int band = 0; band < MR_AGE_BANDS; band++)
        assert_near(heads.age_interval_scales[band], 1.2816);
}

/* Logits of log p give p at temperature 1 and, at 2, shares of the square roots. */
static void temperature_divides_logits(void **state) {
    (void)state;
    mr_metadata metadata[] = {{"temperature.gender", "2"}, {"temperature.ethnicity", "1"}};
    mr_heads heads;
    assert_ok(load(attributes_network, metadata, 2, &heads));
    const float gender[] = {logf(.8f), logf(.2f)}, age[MR_AGE_YEARS] = {0};
    const float ethnicity[] = {logf(.1f), logf(.2f), logf(.3f), logf(.3f), logf(.1f)};
    const float *logits[] = {gender, age, ethnicity};
    mr_attributes a = {0};
    mr_heads_apply(&heads, logits, &a);
    assert_true(a.has_age && a.has_gender && a.has_ethnicity && !a.has_emotion);
    assert_near(a.gender[0], 2.0 / 3); /* √.8 : √.2 = 2 : 1 */
    assert_near(a.ethnicity[1], .2);
    assert_near(a.age_distribution[7], 1.0 / 101);
    assert_near(a.age, 50);
}

static void the_age_is_the_median(void **state) {
    (void)state;
    float years[MR_AGE_YEARS] = {0};
    years[20] = .4f; /* 19.5 … 20.5 */
    years[60] = .6f; /* half of all is reached when a sixth of this is counted */
    assert_near(mr_age_median(years), 59.5 + 1.0 / 6);
    assert_near(mr_age_deviation(years), 40 * sqrt(.24));
    memset(years, 0, sizeof years);
    years[0] = .9f;
    years[1] = .1f;
    assert_near(mr_age_median(years), 5.0 / 9 - .5);
    years[0] = 1; /* never less than nothing */
    years[1] = 0;
    assert_near(mr_age_median(years), 0);
    years[0] = 0;
    years[MR_AGE_YEARS - 1] = 1;
    assert_near(mr_age_median(years), MR_AGE_YEARS - 1);
    assert_near(mr_age_deviation(years), MR_AGE_LEAST_DEVIATION);
}

static void interval_is_scaled_and_kept_in_life(void **state) {
    (void)state;
    mr_metadata metadata[] = {{MR_AGE_INTERVAL_SCALE_KEY, "1.5"}};
    mr_heads heads;
    assert_ok(load(attributes_network, metadata, 1, &heads));
    float age[MR_AGE_YEARS];
    const float gender[2] = {0}, ethnicity[5] = {0}, *logits[] = {gender, age, ethnicity};
    mr_attributes a = {0};
    for (int i = 0; i < MR_AGE_YEARS; i++)
        age[i] = i == 20 || i == 40 ? logf(.49f) : i == 30 ? logf(.02f) : -100;
    mr_heads_apply(&heads, logits, &a);
    assert_near(a.age, 30); /* and the deviation is √98 */
    assert_near(a.age_low, 30 - 1.5 * sqrt(98));
    assert_near(a.age_high, 30 + 1.5 * sqrt(98));
    for (int i = 0; i < MR_AGE_YEARS; i++)
        age[i] = i == 1 ? 0 : -100; /* sure of one year: the least deviation is taken */
    mr_heads_apply(&heads, logits, &a);
    assert_near(a.age, 1);
    assert_near(a.age_low, 0);
    assert_near(a.age_high, 2.5);
}

/* Each band of told ages may have a scale of its own; the others keep everybody's. */
static void bands_have_scales_of_their_own(void **state) {
    (void)state;
    mr_metadata metadata[] = {{MR_AGE_INTERVAL_SCALE_KEY ".from_40", "2"},
                              {MR_AGE_INTERVAL_SCALE_KEY, "1.5"}};
    mr_heads heads;
    assert_ok(load(attributes_network, metadata, 2, &heads));
    const struct {
        int year;
        double half;
    } told[] = {{20, 1.5}, {39, 1.5}, {40, 2}, {59, 2}, {60, 1.5}};
    for (size_t k = 0; k < sizeof told / sizeof *told; k++) {
        float age[MR_AGE_YEARS];
        const float gender[2] = {0}, ethnicity[5] = {0}, *logits[] = {gender, age, ethnicity};
        for (int i = 0; i < MR_AGE_YEARS; i++)
            age[i] = i == told[k].year ? 0 : -100; /* the least deviation, one year */
        mr_attributes a = {0};
        mr_heads_apply(&heads, logits, &a);
        assert_near(a.age_low, told[k].year - told[k].half);
        assert_near(a.age_high, told[k].year + told[k].half);
    }
    assert_int_equal(mr_age_band(0), 0);
    assert_int_equal(mr_age_band(12.4f), 0); /* shown as 12 */
    assert_int_equal(mr_age_band(12.6f), 1);
    assert_int_equal(mr_age_band(100), MR_AGE_BANDS - 1);
    metadata[0].value[0] = '-';
    assert_int_equal(load(attributes_network, metadata, 2, &heads), MR_E_FORMAT);
    assert_non_null(strstr(mr_last_error(), "from_40"));
}

static void votes_are_shown_before_labels(void **state) {
    (void)state;
    const char *both = "moodreel-network 1\n"
                       "input image channels=1 height=1 width=1\n"
                       "linear label image out=7\nlinear votes image out=7\n"
                       "output label\noutput votes\n";
    const char *one = "moodreel-network 1\n"
                      "input image channels=1 height=1 width=1\n"
                      "linear label image out=7\noutput label\n";
    const float label[7] = {[MR_SAD] = 9}, votes[7] = {[MR_HAPPY] = 9};
    const float *logits[] = {label, votes};
    mr_heads heads;
    mr_attributes a = {0};
    assert_ok(load(both, NULL, 0, &heads));
    mr_heads_apply(&heads, logits, &a);
    assert_true(a.has_emotion);
    assert_int_equal(mr_likeliest(a.emotion, MR_EMOTION_COUNT), MR_HAPPY);
    assert_ok(load(one, NULL, 0, &heads));
    mr_heads_apply(&heads, logits, &a);
    assert_int_equal(mr_likeliest(a.emotion, MR_EMOTION_COUNT), MR_SAD);
}

static void nonsense_is_refused_by_name(void **state) {
    (void)state;
    mr_heads heads;
    const char *const bad[] = {"", "warm", "1x", "0", "-1", "nan", "inf", "1e9"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        mr_metadata metadata = {.key = "temperature.age"};
        snprintf(metadata.value, sizeof metadata.value, "%s", bad[i]);
        assert_int_equal(load(attributes_network, &metadata, 1, &heads), MR_E_FORMAT);
        assert_non_null(strstr(mr_last_error(), "weights: metadata 'temperature.age'"));
    }
    const char *small = "moodreel-network 1\n"
                        "input image channels=1 height=1 width=1\n"
                        "linear age image out=100\noutput age\n";
    assert_int_equal(load(small, NULL, 0, &heads), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "output 'age' of the network has 100 values"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_are_found_by_name),
        cmocka_unit_test(temperature_divides_logits),
        cmocka_unit_test(the_age_is_the_median),
        cmocka_unit_test(interval_is_scaled_and_kept_in_life),
        cmocka_unit_test(bands_have_scales_of_their_own),
        cmocka_unit_test(votes_are_shown_before_labels),
        cmocka_unit_test(nonsense_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
