#include "learn/report.h"

#include "learn/dataset_attributes.h"
#include "learn/evaluation_json.h"
#include "learn/page.h"
#include "made_faces.h"
#include "made_models.h"

#include <expat.h>
#include <math.h>
#include <unistd.h>

enum { EACH = 6, CHIPS = 120 };

typedef struct world {
    char *folder, *faces, *votes, *chips, *emotion, *attributes, *report;
} world;

/* Every third a child of one year. */
static made_person person_at(int i) {
    return (made_person){i % 3 ? i % 50 : 1, i % 2, i / 2 % 5};
}

static int set_up(void **state) {
    world *w = calloc(1, sizeof *w);
    w->folder = made_folder();
    w->faces = mr_path_join(w->folder, "public_test");
    w->votes = mr_path_join(w->folder, "ferplus.csv");
    w->chips = mr_path_join(w->folder, "chips");
    w->emotion = mr_path_join(w->folder, "emotion");
    w->attributes = mr_path_join(w->folder, "attributes");
    w->report = mr_path_join(w->folder, "report");
    made_emotions(w->folder, "public_test", EACH, 1);
    made_votes(w->folder);
    made_people_chips(w->chips, MR_CHIP_SIDE, CHIPS, person_at);
    assert_ok(mr_make_emotion_model(w->folder, 3));
    assert_ok(mr_make_attributes_model(w->folder, 4));
    *state = w;
    return 0;
}

static int tear_down(void **state) {
    world *w = *state;
    char *paths[] = {w->faces, w->votes, w->chips, w->emotion, w->attributes, w->report};
    made_forget(w->folder, paths, sizeof paths / sizeof *paths);
    free(w);
    return 0;
}

/* ---- reading a page -------------------------------------------------------------------------- */

/* What a reader of a page finds. */
typedef struct reading {
    const json_t *figures;
    int figure_count, charts, scripts, foreign;
    char path[256], value[64], text[256]; /* of the <data> that is open */
    bool in_data;
    json_t *ids; /* of all elements */
} reading;

static const char *attribute(const XML_Char **attributes, const char *name) {
    for (int i = 0; attributes[i]; i += 2)
        if (strcmp(attributes[i], name) == 0)
            return attributes[i + 1];
    return NULL;
}

static void note_id(reading *r, const char *id) {
    if (!id)
        return;
    if (json_object_get(r->ids, id))
        fail_msg("two elements are called %s", id);
    json_object_set_new(r->ids, id, json_true());
}

/* What would be fetched from elsewhere; references inside the page begin with '#'. */
static void note_reference(reading *r, const char *reference) {
    r->foreign += reference && *reference != '#';
}

static void open_element(void *context, const XML_Char *name, const XML_Char **attributes) {
    reading *r = context;
    r->charts += strcmp(name, "svg") == 0;
    r->scripts += strcmp(name, "script") == 0;
    note_id(r, attribute(attributes, "id"));
    note_reference(r, attribute(attributes, "src"));
    note_reference(r, attribute(attributes, "href"));
    note_reference(r, attribute(attributes, "xlink:href"));
    if (strcmp(name, "data") != 0)
        return;
    snprintf(r->path, sizeof r->path, "%s", attribute(attributes, "data-figure"));
    snprintf(r->value, sizeof r->value, "%s", attribute(attributes, "value"));
    r->text[0] = 0;
    r->in_data = true;
}

static void read_text(void *context, const XML_Char *text, int length) {
    reading *r = context;
    size_t used = strlen(r->text);
    if (r->in_data)
        snprintf(r->text + used, sizeof r->text - used, "%.*s", length, text);
}

static const json_t *follow(const json_t *at, char *path) {
    char *save;
    for (char *name = strtok_r(path, "/", &save); name; name = strtok_r(NULL, "/", &save))
        at = json_is_array(at) ? json_array_get(at, (size_t)atoi(name)) : json_object_get(at, name);
    return at;
}

/* The value is that of the JSON, and what people read is it, rounded. */
static void close_element(void *context, const XML_Char *name) {
    reading *r = context;
    if (strcmp(name, "data") != 0)
        return;
    char path[sizeof r->path], *end;
    snprintf(path, sizeof path, "%s", r->path);
    const json_t *figure = follow(r->figures, path);
    if (!json_is_number(figure))
        fail_msg("%s is not in the JSON", r->path);
    double expected = json_number_value(figure), shown = strtod(r->text, &end);
    if (!(fabs(strtod(r->value, NULL) - expected) <= 1e-8 * fmax(1, fabs(expected))))
        fail_msg("%s: %s is not %g", r->path, r->value, expected);
    bool percent = strcmp(end, " %") == 0;
    if (*end && !percent)
        fail_msg("%s: '%s' is no number", r->path, r->text);
    const char *point = strchr(r->text, '.');
    double step = pow(10, point ? -(double)(end - point - 1) : 0);
    if (!(fabs(shown - (percent ? 100 : 1) * expected) <= 0.5001 * step))
        fail_msg("%s: '%s' is not %g", r->path, r->text, expected);
    r->in_data = false;
    r->figure_count++;
}

/* Reads FOLDER/report.html; it must be well-formed, and every figure that of the JSON. */
static reading read_page(const char *folder, json_t *figures) {
    reading r = {.figures = figures, .ids = json_object()};
    size_t size;
    char *text = made_read(folder, "report.html", &size);
    XML_Parser parser = XML_ParserCreate("UTF-8");
    XML_SetUserData(parser, &r);
    XML_SetElementHandler(parser, open_element, close_element);
    XML_SetCharacterDataHandler(parser, read_text);
    if (XML_Parse(parser, text, (int)size, 1) != XML_STATUS_OK)
        fail_msg("%s", XML_ErrorString(XML_GetErrorCode(parser)));
    XML_ParserFree(parser);
    assert_int_equal(r.scripts, 0);
    assert_int_equal(r.foreign, 0);
    free(text);
    json_decref(r.ids);
    return r;
}

static void assert_files(const char *folder, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char *path = mr_path_join(folder, names[i]);
        if (access(path, R_OK) != 0)
            fail_msg("%s is missing", path);
        free(path);
    }
}

#define FILES(folder, ...)                                                                         \
    assert_files(folder, (const char *const[]){__VA_ARGS__},                                       \
                 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* ---- whole reports --------------------------------------------------------------------------- */

static void emotion_page_says_what_the_json_says(void **state) {
    const world *w = *state;
    mr_evaluate_emotion_params params = {.data = w->faces, .votes = w->votes, .model = w->emotion};
    mr_emotion_report report;
    assert_ok(mr_evaluate_emotion(&params, &report));
    assert_ok(mr_report_emotion(&report, w->emotion, w->report));
    FILES(w->report, "report.html", "confusion.svg", "confusion.png", "confusion_votes.svg",
          "reliability.svg", "reliability.png", "risk_coverage.svg");
    json_t *figures = mr_json_emotion_report(&report);
    reading r = read_page(w->report, figures);
    json_decref(figures);
    assert_int_equal(r.charts, 4);
    /* Two rows of six, and for both truths 9 rows of 4 and at least 10 coverages. */
    assert_true(r.figure_count >= 2 * (6 + 9 * 4 + 10));

    /* With the log of a training beside the model its curves are drawn, too. */
    made_text(w->emotion, "training.csv", "epoch,loss_label,label_accuracy\n1,3,.2\n2,2,.4\n");
    params.votes = NULL;
    assert_ok(mr_evaluate_emotion(&params, &report));
    assert_ok(mr_report_emotion(&report, w->emotion, w->report));
    figures = mr_json_emotion_report(&report);
    r = read_page(w->report, figures);
    json_decref(figures);
    FILES(w->report, "curves.svg", "curves.png");
    assert_int_equal(r.charts, 4);
    made_text(w->emotion, "training.csv", "epoch,loss_label\n1,x\n");
    assert_int_equal(mr_report_emotion(&report, w->emotion, w->report), MR_E_FORMAT);
    assert_non_null(strstr(mr_last_error(), "training.csv"));
}

static void attributes_page_says_what_the_json_says(void **state) {
    const world *w = *state;
    mr_evaluate_attributes_params params = {.data = w->chips, .model = w->attributes};
    mr_attributes_report report;
    assert_ok(mr_evaluate_attributes(&params, &report));
    assert_ok(mr_report_attributes(&report, w->attributes, w->report));
    FILES(w->report, "report.html", "confusion.svg", "confusion_gender.svg", "age_error.svg",
          "reliability.svg", "risk_coverage.svg", "fairness.svg", "fairness.png", "fairness.csv");
    json_t *figures = mr_json_attributes_report(&report);
    reading r = read_page(w->report, figures);
    json_decref(figures);
    assert_int_equal(r.charts, 6);
    /* Every group has its number of faces and three figures with two ends each. */
    assert_true(r.figure_count > (int)(report.fairness.count * 10));
}

/* A log whose second epoch is the best. */
static void training_page_says_what_the_log_says(void **state) {
    const world *w = *state;
    char *log = mr_path_join(w->folder, "training.csv");
    made_text(w->folder, "training.csv", "epoch,loss_label,score\n1,x,1\n");
    assert_int_equal(mr_report_training(log, w->folder, "seed=1 a<b"), MR_E_FORMAT);
    made_text(w->folder, "training.csv",
              "epoch,rate,loss,loss_label,label_accuracy,score\n"
              "1,0.05,3,3.25,0.2,0.2\n2,1.25e-05,2,2.5,0.4,0.4\n3,0,2.5,2,0.3,0.3\n");
    assert_ok(mr_report_training(log, w->folder, "seed=1 a<b"));
    size_t size;
    char *bytes = made_read(w->folder, "training.html", &size), *text = strndup(bytes, size);
    char *all = strstr(text, "All epochs");
    assert_non_null(all);
    static const char *const rows[] = {"0/loss_label\" value=\"3.25\"", "2/score\" value=\"0.3\""};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_non_null(strstr(all, rows[i]));
    *all = 0;
    assert_non_null(strstr(text, "<svg role=\"img\""));
    assert_non_null(strstr(text, "1/rate\" value=\"1.25e-05\">1.25e-05<"));
    assert_non_null(strstr(text, "<p>Recipe: seed=1 a&lt;b.</p>"));
    assert_null(strstr(text, "0/loss"));
    free(text);
    free(bytes);
    free(log);
}

/* ---- the page itself ------------------------------------------------------------------------- */

static void text_is_escaped(void **state) {
    const world *w = *state;
    char *path = mr_path_join(w->folder, "report.html");
    json_t *figures = json_pack("{s:{s:[n, f]}}", "<a&b>", "list", 0.5);
    mr_page *page;
    assert_ok(mr_page_begin("<script>&\"'\xff\x01 \xc3\xa9", figures, &page));
    mr_page_heading(page, "<h2>");
    mr_page_text(page, "%s & 3 < 4", "<b>");
    mr_page_table_begin(page, (const char *const[]){"<i>", "&"}, 2);
    mr_page_row_begin(page, "<u>");
    mr_page_figure(page, MR_PAGE_PERCENT, "<a&b>/list/1");
    mr_page_figure(page, MR_PAGE_PERCENT, "<a&b>/list/0"); /* null */
    mr_page_cell(page, "</td>");
    mr_page_row_end(page);
    mr_page_table_end(page);
    assert_ok(mr_page_save(page, path));
    mr_page_free(page);
    assert_int_equal(read_page(w->folder, figures).figure_count, 1);
    size_t size;
    char *text = made_read(w->folder, "report.html", &size);
    assert_non_null(strstr(text, "<h1>&lt;script&gt;&amp;&quot;'?  \xc3\xa9</h1>"));
    assert_non_null(strstr(text, "<p>&lt;b&gt; &amp; 3 &lt; 4</p>"));
    assert_non_null(strstr(text, "<td>-</td>"));
    free(text);
    json_decref(figures);
    free(path);
}

static void missing_parts_are_told(void **state) {
    const world *w = *state;
    char *path = mr_path_join(w->folder, "none.html");
    json_t *figures = json_pack("{s:s}", "word", "x");
    mr_page *page;
    assert_ok(mr_page_begin("t", figures, &page));
    mr_page_figure(page, MR_PAGE_COUNT, "word/more");
    mr_page_chart(page, w->folder, "missing", "a chart");
    assert_int_equal(mr_page_save(page, path), MR_E_MISMATCH); /* the first of the two */
    assert_non_null(strstr(mr_last_error(), "'word/more' is no figure"));
    mr_page_free(page);
    assert_ok(mr_page_begin("t", figures, &page));
    mr_page_chart(page, w->folder, "missing", "a chart");
    assert_int_equal(mr_page_save(page, path), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "missing.svg"));
    mr_page_free(page);
    made_text(w->folder, "wrong.svg", "no picture");
    assert_ok(mr_page_begin("t", figures, &page));
    mr_page_chart(page, w->folder, "wrong", "a chart");
    assert_int_equal(mr_page_save(page, path), MR_E_FORMAT);
    mr_page_free(page);
    assert_int_equal(access(path, F_OK), -1);
    json_decref(figures);
    free(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(emotion_page_says_what_the_json_says),
        cmocka_unit_test(attributes_page_says_what_the_json_says),
        cmocka_unit_test(training_page_says_what_the_log_says),
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(missing_parts_are_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
