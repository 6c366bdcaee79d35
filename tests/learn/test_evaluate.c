#include "base/memory.h"
#include "learn/dataset_attributes.h"
#include "learn/evaluate_attributes.h"
#include "learn/evaluation_json.h"
#include "learn/plot.h"
#include "made_faces.h"
#include "made_models.h"
#include "nn/inference.h"
#include "nn/loss.h"
#include "nn/weights.h"

#include <math.h>

enum { EACH = 4, CHIPS = 60 };

typedef struct world {
    char *folder, *faces, *chips, *emotion, *attributes;
} world;

/* Every age once, and one of the oldest. */
static made_person person_at(int i) {
    return (made_person){i == 7 ? 116 : i, i % 2, i / 2 % 4};
}

/* Votes for the first picture of each class of four: happy by a majority, sad by exactly half. */
static void write_votes(const char *folder) {
    made_text(folder, "votes.csv",
              "file,neutral,happy,surprise,sad,angry,disgust,fear,contempt,unknown,not_a_face\n"
              "test/angry/test000.png,0,8,0,2,0,0,0,0,0,0\n"
              "test/happy/test300.png,1,9,0,0,0,0,0,0,0,0\n"
              "test/sad/test500.png,5,0,0,5,0,0,0,0,0,0\n"
              "test/fear/test200.png,0,0,0,0,0,0,7,1,1,1\n");
}

static int set_up(void **state) {
    world *w = calloc(1, sizeof *w);
    w->folder = made_folder();
    w->faces = mr_path_join(w->folder, "test");
    w->chips = mr_path_join(w->folder, "chips");
    w->emotion = mr_path_join(w->folder, "emotion");
    w->attributes = mr_path_join(w->folder, "attributes");
    made_emotions(w->folder, "test", EACH, 1);
    write_votes(w->folder);
    made_people_chips(w->chips, MR_CHIP_SIDE, CHIPS, person_at);
    assert_ok(mr_make_emotion_model(w->folder, 3));
    assert_ok(mr_make_attributes_model(w->folder, 4));
    *state = w;
    return 0;
}

static int tear_down(void **state) {
    world *w = *state;
    char *paths[] = {w->faces, w->chips, w->emotion, w->attributes};
    made_forget(w->folder, paths, sizeof paths / sizeof *paths);
    free(w);
    return 0;
}

/* ---- the plain way: one picture at a time, no shared code but the engine -----------------------
 */

typedef struct plain {
    mr_network *network;
    float *values;
    mr_plan *plan;
    mr_runner *runner;
} plain;

static plain open_plain(const char *folder) {
    plain p;
    char *network = mr_path_join(folder, "network.txt");
    char *weights = mr_path_join(folder, "weights.safetensors");
    assert_ok(mr_network_load(network, &p.network));
    p.values = mr_alloc(p.network->total * sizeof(float));
    assert_ok(mr_weights_load(weights, p.network, p.values));
    assert_ok(mr_plan_create(p.network, p.values, 1, &p.plan));
    assert_ok(mr_runner_create(p.plan, &p.runner));
    free(network);
    free(weights);
    return p;
}

static void close_plain(plain *p) {
    mr_runner_free(p->runner);
    mr_plan_free(p->plan);
    free(p->values);
    mr_network_free(p->network);
}

/* Adds half the softmax of output k for the picture or its mirror image. */
static void add_view(plain *p, const mr_image *picture, bool mirrored, int k, float *sum) {
    const mr_layer *input = mr_network_input(p->network);
    mr_image seen;
    float row[MR_AGE_YEARS], scale = (float)picture->width / (float)input->width;
    assert_ok(mr_image_create(input->width, input->height, input->channels, &seen));
    mr_affine map = {
        .a = scale, .c = scale / 2 - .5f, .e = (float)picture->height / (float)input->height};
    map.f = map.e / 2 - .5f;
    if (mirrored) {
        map.c = (float)picture->width - 1 - map.c;
        map.a = -map.a;
    }
    mr_image_warp(picture, &map, &seen);
    mr_image_to_planar(&seen, p->network->mean, p->network->deviation, mr_runner_input(p->runner));
    assert_ok(mr_runner_run(p->runner));
    mr_softmax(mr_runner_output(p->runner, k), mr_network_output_size(p->network, k), row);
    for (int i = 0; i < mr_network_output_size(p->network, k); i++)
        sum[i] += row[i] / 2;
    mr_image_free(&seen);
}

static void see(plain *p, const char *path, int side, int channels, int k, float *out) {
    mr_decode_options options = mr_decode_options_defaults();
    options.channels = channels;
    mr_image image, stored;
    assert_ok(mr_image_load(path, &options, &image));
    assert_ok(mr_image_create(side, side, channels, &stored));
    mr_image_resize(&image, &stored);
    memset(out, 0, MR_AGE_YEARS * sizeof *out);
    add_view(p, &stored, false, k, out);
    add_view(p, &stored, true, k, out);
    mr_image_free(&image);
    mr_image_free(&stored);
}

static void assert_near(double found, double expected) {
    if (!(fabs(found - expected) < 1e-4))
        fail_msg("%.7f is not %.7f", found, expected);
}

/* ---- emotion -----------------------------------------------------------------------------------
 */

static void emotion_equals_the_plain_way(void **state) {
    const world *w = *state;
    char *votes = mr_path_join(w->folder, "votes.csv");
    mr_evaluate_emotion_params params = {.data = w->faces, .votes = votes, .model = w->emotion};
    mr_emotion_report report;
    assert_ok(mr_evaluate_emotion(&params, &report));
    plain p = open_plain(w->emotion);
    size_t right = 0, confusion[7][7] = {{0}}, voted_right = 0;
    double loss = 0;
    for (int class = 0; class < 7; class ++)
        for (int i = 0; i < EACH; i++) {
            char path[1024];
            float label[MR_AGE_YEARS], vote[MR_AGE_YEARS];
            snprintf(path, sizeof path, "%s/%s/test%d%02d.png", w->faces,
                     mr_emotion_label((mr_emotion) class), class, i);
            see(&p, path, 48, 1, 0, label);
            see(&p, path, 48, 1, 1, vote);
            int answer = mr_likeliest(label, 7), voted = mr_likeliest(vote, 7);
            confusion[class][answer]++;
            right += answer == class;
            loss -= log((double)label[class]) / (7 * EACH);
            if (i == 0 && (class == MR_ANGRY || class == MR_HAPPY))
                voted_right += voted == MR_HAPPY;
            if (i == 0 && class == MR_FEAR)
                voted_right += voted == MR_FEAR;
        }
    assert_int_equal(report.images, 7 * EACH);
    assert_int_equal(report.labels.right, right);
    assert_near(report.labels.log_loss, loss);
    for (int a = 0; a < 7; a++)
        for (int b = 0; b < 7; b++)
            assert_int_equal(report.labels.confusion[a][b], confusion[a][b]);
    assert_true(report.has_votes);
    assert_int_equal(report.votes.count, 3);
    assert_int_equal(report.votes.right, voted_right);
    close_plain(&p);
    free(votes);
}

/* ---- attributes --------------------------------------------------------------------------------
 */

static void attributes_equal_the_plain_way(void **state) {
    const world *w = *state;
    mr_evaluate_attributes_params params = {.data = w->chips, .model = w->attributes};
    mr_attributes_report report;
    assert_ok(mr_evaluate_attributes(&params, &report));
    plain p = open_plain(w->attributes);
    double error = 0, oldest = 0, covered = 0, near = 0;
    size_t gender_right = 0, ethnicity_right = 0;
    for (int i = 0; i < CHIPS; i++) {
        char path[1024];
        float years[MR_AGE_YEARS], gender[MR_AGE_YEARS], ethnicity[MR_AGE_YEARS];
        int age = i == 7 ? 116 : i;
        snprintf(path, sizeof path, "%s/%d_%d_%d_%03d.png", w->chips, age, i % 2, i / 2 % 4, i);
        see(&p, path, MR_CHIP_SIDE, 3, 0, years);
        see(&p, path, MR_CHIP_SIDE, 3, 1, gender);
        see(&p, path, MR_CHIP_SIDE, 3, 2, ethnicity);
        double mean = 0, squares = 0, above = 1, median = -0.5;
        for (int y = 0; y < MR_AGE_YEARS; y++) {
            double share = (double)years[y];
            mean += y * share;
            squares += y * y * share;
            median += above > 0.5 ? fmin((above - 0.5) / share, 1) : 0;
            above -= share;
        }
        double half = 1.2816 * fmax(sqrt(squares - mean * mean), 1);
        error += fabs(median - age) / CHIPS;
        near += fabs(median - age) <= 5;
        covered += lround(fmax(median - half, 0)) <= age && age <= lround(fmin(median + half, 116));
        oldest = i == 7 ? fabs(median - age) : oldest;
        gender_right += mr_likeliest(gender, 2) == i % 2;
        ethnicity_right += mr_likeliest(ethnicity, 5) == i / 2 % 4;
    }
    assert_int_equal(report.images, CHIPS);
    assert_near(report.age_mae, error);
    assert_near(report.within_5, near / CHIPS);
    assert_near(report.interval_coverage, covered / CHIPS);
    size_t told = 0;
    double held = 0;
    for (int band = 0; band < MR_AGE_BANDS; band++) {
        told += report.bands[band].images;
        held += report.bands[band].interval_coverage * (double)report.bands[band].images;
    }
    assert_int_equal(told, CHIPS);
    assert_near(held, covered);
    assert_int_equal(report.decades[11].images, 1);
    assert_near(report.decades[11].mae, oldest);
    assert_int_equal(report.gender.right, gender_right);
    assert_int_equal(report.ethnicity.right, ethnicity_right);
    assert_int_equal(report.groups[MR_FEMALE][MR_OTHER].images, 0);
    assert_int_equal(report.groups[MR_FEMALE][MR_WHITE].images, CHIPS / 8 + 1);
    close_plain(&p);
}

static void validation_is_a_part(void **state) {
    const world *w = *state;
    mr_chip_set set;
    assert_ok(mr_chip_set_load(w->chips, 16, &set));
    assert_ok(mr_chip_set_keep_validation(&set));
    mr_evaluate_attributes_params params = {
        .data = w->chips, .model = w->attributes, .part = MR_PART_VALIDATION};
    mr_attributes_report report;
    assert_ok(mr_evaluate_attributes(&params, &report));
    assert_int_equal(report.images, set.pictures.count);
    mr_chip_set_free(&set);
}

/* Another picture is seen, and it is said. */
static void degraded_pictures_are_judged_as_such(void **state) {
    const world *w = *state;
    mr_evaluate_attributes_params params = {.data = w->chips, .model = w->attributes};
    mr_attributes_report clear, degraded;
    assert_ok(mr_evaluate_attributes(&params, &clear));
    params.degraded = true;
    assert_ok(mr_evaluate_attributes(&params, &degraded));
    assert_true(degraded.degraded && !clear.degraded);
    assert_int_equal(degraded.images, clear.images);
    assert_true(fabs(degraded.age_mae - clear.age_mae) > 1e-6);
    mr_evaluate_emotion_params faces = {.data = w->faces, .model = w->emotion, .degraded = true};
    mr_emotion_report report;
    assert_ok(mr_evaluate_emotion(&faces, &report));
    json_t *json = mr_json_emotion_report(&report);
    assert_true(json_is_true(json_object_get(json, "degraded")));
    json_decref(json);
}

/* There is no face on the made chips, so all are seen as given. */
static void chips_without_faces_are_counted(void **state) {
    const world *w = *state;
    mr_evaluate_attributes_params params = {.data = w->chips,
                                            .model = w->attributes,
                                            .crop = MR_CROP_DETECT,
                                            .detector = MR_DETECTOR_HAAR};
    mr_attributes_report report;
    mr_status status = mr_evaluate_attributes(&params, &report);
    if (status == MR_E_NOT_FOUND) {
        print_message("skipped: needs opencv-data: %s\n", mr_last_error());
        skip();
    }
    assert_ok(status);
    assert_int_equal(report.undetected, CHIPS);
    json_t *json = mr_json_attributes_report(&report);
    assert_int_equal(json_integer_value(json_object_get(json, "undetected")), CHIPS);
    assert_string_equal(json_string_value(json_object_get(json, "detector")), "haar");
    json_decref(json);
}

static void chips_are_cut_by_the_network_too(void **state) {
    const world *w = *state;
    mr_evaluate_attributes_params params = {.data = w->chips,
                                            .model = w->attributes,
                                            .crop = MR_CROP_DETECT,
                                            .detector_model = "models/detector"};
    mr_attributes_report report;
    assert_ok(mr_evaluate_attributes(&params, &report));
    assert_int_equal(report.detector, MR_DETECTOR_YOLO);
    assert_int_equal(report.images, CHIPS);
    params.detector = MR_DETECTOR_YOLO;
    params.detector_model = "no/such/folder";
    assert_int_equal(mr_evaluate_attributes(&params, &report), MR_E_NOT_FOUND);
}

/* ---- JSON --------------------------------------------------------------------------------------
 */

static void assert_members(json_t *object, const char *const *names, size_t count) {
    assert_non_null(object);
    for (size_t i = 0; i < count; i++)
        if (!json_object_get(object, names[i]))
            fail_msg("no member %s", names[i]);
    assert_int_equal(json_object_size(object), count);
}

#define MEMBERS(object, ...)                                                                       \
    assert_members(object, (const char *const[]){__VA_ARGS__},                                     \
                   sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

#define DETAILS                                                                                    \
    "accuracy_interval", "macro", "weighted", "low_recall", "reliability", "risk_coverage"

static void json_has_the_promised_fields(void **state) {
    const world *w = *state;
    char *votes = mr_path_join(w->folder, "votes.csv");
    mr_evaluate_emotion_params params = {.data = w->faces, .votes = votes, .model = w->emotion};
    mr_emotion_report report;
    assert_ok(mr_evaluate_emotion(&params, &report));
    json_t *json = mr_json_emotion_report(&report);
    MEMBERS(json, "images", "accuracy", "balanced_accuracy", "macro_f1", "log_loss", "ece",
            "per_class", "confusion", "votes", DETAILS);
    MEMBERS(json_object_get(json, "votes"), "images", "accuracy", "balanced_accuracy", "ece",
            "macro_f1", "log_loss", "per_class", "confusion", "people", DETAILS);
    MEMBERS(json_object_get(json_object_get(json, "votes"), "people"), "images", "share",
            "log_loss", "ece");
    json_t *interval = json_object_get(json, "accuracy_interval");
    double accuracy = json_real_value(json_object_get(json, "accuracy"));
    double low = json_real_value(json_array_get(interval, 0));
    double high = json_real_value(json_array_get(interval, 1));
    assert_true(0 <= low && low < accuracy + 1e-9 && accuracy - 1e-9 < high && high <= 1);
    assert_true(high - low > 0.01);
    json_t *risk = json_object_get(json, "risk_coverage");
    MEMBERS(risk, "area", "bound", "reached", "at_bound", "rows");
    MEMBERS(json_object_get(risk, "at_bound"), "threshold", "coverage", "accuracy",
            "accuracy_below");
    json_t *classes = json_object_get(json, "per_class");
    assert_int_equal(json_object_size(classes), 7);
    MEMBERS(json_object_get(classes, "disgust"), "precision", "recall", "f1", "support");
    json_t *row = json_array_get(json_object_get(json, "confusion"), MR_SAD);
    assert_int_equal(json_array_size(row), 7);
    json_int_t sum = 0;
    for (size_t i = 0; i < 7; i++)
        sum += json_integer_value(json_array_get(row, i));
    assert_int_equal(sum, EACH);
    json_decref(json);
    free(votes);

    mr_evaluate_attributes_params chips = {.data = w->chips, .model = w->attributes};
    mr_attributes_report attributes;
    assert_ok(mr_evaluate_attributes(&chips, &attributes));
    json = mr_json_attributes_report(&attributes);
    MEMBERS(json, "images", "age", "gender", "ethnicity", "by_group", "fairness");
    json_t *age = json_object_get(json, "age");
    MEMBERS(age, "mae", "within_5", "range_accuracy", "interval_coverage",
            "interval_coverage_by_age", "mae_by_decade", "babies");
    MEMBERS(json_object_get(age, "babies"), "images", "mae");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(age, "babies"), "images")),
                     3);
    MEMBERS(json_object_get(age, "mae_by_decade"), "0-9", "10-19", "20-29", "30-39", "40-49",
            "50-59", "110-119");
    MEMBERS(json_object_get(json, "gender"), "accuracy", "balanced_accuracy", "log_loss", "ece",
            "per_class", "confusion", DETAILS);
    MEMBERS(json_object_get(json, "ethnicity"), "accuracy", "balanced_accuracy", "log_loss", "ece",
            "per_class", "confusion", DETAILS);
    json_t *fairness = json_object_get(json, "fairness");
    MEMBERS(fairness, "least_images", "level", "tests", "groups");
    json_t *everybody = json_array_get(json_object_get(fairness, "groups"), 0);
    MEMBERS(everybody, "group", "images", "too_few", "age_mae", "gender_accuracy",
            "ethnicity_accuracy");
    assert_int_equal(json_integer_value(json_object_get(everybody, "images")), CHIPS);
    MEMBERS(json_object_get(everybody, "age_mae"), "value", "interval", "worse");
    assert_near(json_real_value(json_object_get(json_object_get(everybody, "age_mae"), "value")),
                attributes.age_mae);
    json_t *groups = json_object_get(json, "by_group");
    assert_int_equal(json_array_size(groups), 8);
    MEMBERS(json_array_get(groups, 0), "gender", "ethnicity", "images", "age_mae",
            "gender_accuracy", "ethnicity_accuracy");
    json_decref(json);
}

static void misfits_are_told(void **state) {
    const world *w = *state;
    mr_evaluate_emotion_params params = {.data = w->chips, .model = w->emotion};
    mr_emotion_report report;
    assert_int_equal(mr_evaluate_emotion(&params, &report), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), w->chips));
    params =
        (mr_evaluate_emotion_params){.data = w->faces, .votes = "missing.csv", .model = w->emotion};
    assert_int_equal(mr_evaluate_emotion(&params, &report), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "missing.csv"));
    params = (mr_evaluate_emotion_params){.data = w->faces, .model = w->attributes};
    assert_int_equal(mr_evaluate_emotion(&params, &report), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "no output"));
    mr_evaluate_attributes_params chips = {.data = w->chips, .model = w->emotion};
    mr_attributes_report attributes;
    assert_int_equal(mr_evaluate_attributes(&chips, &attributes), MR_E_MISMATCH);
    assert_non_null(strstr(mr_last_error(), "no output 'age'"));
    chips = (mr_evaluate_attributes_params){.data = w->faces, .model = w->attributes};
    assert_int_equal(mr_evaluate_attributes(&chips, &attributes), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "AGE_GENDER_ETHNICITY"));
}

/* ---- charts ------------------------------------------------------------------------------------
 */

static void assert_chart(const char *folder, const char *name, int width, int height) {
    char png[1024], svg[64], expected[128];
    size_t size;
    mr_image image;
    snprintf(png, sizeof png, "%s/%s.png", folder, name);
    assert_ok(mr_image_load(png, NULL, &image));
    assert_int_equal(image.width, 2 * width);
    assert_int_equal(image.height, 2 * height);
    size_t dark = 0;
    for (size_t i = 0; i < (size_t)image.height * image.stride; i++)
        dark += image.pixels[i] < 100;
    assert_true(dark > 1000);
    assert_int_equal(image.pixels[0], 255);
    mr_image_free(&image);
    snprintf(svg, sizeof svg, "%s.svg", name);
    char *text = made_read(folder, svg, &size);
    snprintf(expected, sizeof expected, "viewBox=\"0 0 %d %d\"", width, height);
    assert_non_null(strstr(text, expected));
    assert_non_null(strstr(text, "</svg>"));
    free(text);
}

static void charts_are_whole(void **state) {
    const world *w = *state;
    char *charts = mr_path_join(w->folder, "charts"), *log = mr_path_join(w->folder, "log.csv");
    made_text(w->folder, "log.csv",
              "epoch,rate,loss,loss_age,age_mae,gender_accuracy\n1,.1,3,4,9,.5\n2,.1,2,3,8,.6\n");
    assert_ok(mr_plot_training(log, charts));
    assert_chart(charts, "curves", 3 * 420, 380);
    made_text(w->folder, "log.csv", "epoch,loss_label\n1,3\n");
    assert_ok(mr_plot_training(log, charts));
    assert_chart(charts, "curves", 420, 380);
    made_text(w->folder, "log.csv",
              "epoch,loss_box,ap_8,focus_ap_8,landmark_nme\n1,3,.1,.1,nan\n2,2,.2,.1,.5\n"
              "1,2,.3,.2,nan\n2,1,.4,.3,.2\n");
    assert_ok(mr_plot_training(log, charts));
    assert_chart(charts, "curves", 3 * 420, 380);
    made_text(w->folder, "log.csv", "epoch,loss_box,landmark_nme\n1,3,nan\n");
    assert_ok(mr_plot_training(log, charts));
    assert_chart(charts, "curves", 2 * 420, 380);
    /* Numbers beside which a step is nothing. */
    made_text(w->folder, "log.csv",
              "epoch,loss_age,age_mae\n1e17,3e15,1e300\n2e17,3e15,1e300\n3e17,3e15,1e300\n");
    assert_ok(mr_plot_training(log, charts));
    assert_chart(charts, "curves", 2 * 420, 380);
    mr_emotion_report report = {.labels = {.classes = 7}};
    assert_ok(mr_plot_emotion_report(&report, charts));
    assert_chart(charts, "confusion", 96 + 7 * 62 + 26, 78 + 7 * 62 + 26);
    mr_attributes_report attributes = {.ethnicity = {.classes = 5}, .decades = {{3, 4.5}}};
    assert_ok(mr_plot_attributes_report(&attributes, charts));
    assert_chart(charts, "age_error", 620, 360);
    free(charts);
    free(log);
}

static void bad_logs_are_refused(void **state) {
    const world *w = *state;
    char *log = mr_path_join(w->folder, "log.csv");
    static const char *const bad[] = {"epoch,loss_label\n",      "a,b\n1,2\n",
                                      "epoch,rate\n1,2\n",       "epoch,loss_label\n1,nan\n",
                                      "epoch,loss_label\n1,x\n", "epoch,landmark_nme\n1,inf\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        made_text(w->folder, "log.csv", bad[i]);
        assert_int_equal(mr_plot_training(log, w->folder), MR_E_FORMAT);
        assert_non_null(strstr(mr_last_error(), "log.csv"));
    }
    assert_int_equal(mr_plot_training("missing.csv", w->folder), MR_E_NOT_FOUND);
    free(log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(emotion_equals_the_plain_way),
        cmocka_unit_test(attributes_equal_the_plain_way),
        cmocka_unit_test(validation_is_a_part),
        cmocka_unit_test(degraded_pictures_are_judged_as_such),
        cmocka_unit_test(chips_without_faces_are_counted),
        cmocka_unit_test(chips_are_cut_by_the_network_too),
        cmocka_unit_test(json_has_the_promised_fields),
        cmocka_unit_test(misfits_are_told),
        cmocka_unit_test(charts_are_whole),
        cmocka_unit_test(bad_logs_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
