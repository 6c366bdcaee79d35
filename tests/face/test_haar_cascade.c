/* Cascade files: both forms are read, and whatever is wrong with one is said. */
#include "base/file.h"
#include "face/cascade.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PRESENT "fuzz/corpus/cascade/present.xml"
#define OLD     "fuzz/corpus/cascade/old.xml"

static char *read_text(const char *path) {
    unsigned char *bytes;
    size_t size;
    assert_ok(mr_file_read(path, 1 << 20, &bytes, &size));
    char *text = strndup((char *)bytes, size);
    assert_non_null(text);
    free(bytes);
    return text;
}

static void check_model(const mr_cascade *c) {
    assert_int_equal(c->width, 12);
    assert_int_equal(c->height, 10);
    assert_true(c->tilted);
    assert_false(c->stumps);
    assert_int_equal(c->stage_count, 2);
    assert_int_equal(c->tree_count, 3);
    assert_int_equal(c->node_count, 4);
    assert_int_equal(c->feature_count, 4);
    assert_true(c->stages[0].threshold == -0.5f - 1e-5f);
    assert_int_equal(c->stages[1].first_tree, 1);
    assert_int_equal(c->stages[1].trees, 2);
    const mr_cascade_node *stump = &c->nodes[0], *root = &c->nodes[1];
    assert_true(stump->threshold == 0.25f && stump->leaf[0] == -1.0f && stump->leaf[1] == 0.75f);
    assert_int_equal(stump->child[0], 0);
    assert_int_equal(root->child[0], 1);
    assert_int_equal(root->child[1], 0);
    assert_true(root->leaf[1] == 0.5f);
    assert_true(c->nodes[2].leaf[0] == -0.25f && c->nodes[2].leaf[1] == 0.125f);
    const mr_cascade_feature *tilted = &c->features[c->nodes[3].feature];
    assert_true(tilted->tilted);
    assert_int_equal(tilted->rects, 3);
    assert_int_equal(tilted->rect[2].x, 6);
    assert_true(tilted->rect[0].weight == -1);
}

static void both_forms_give_the_same_model(void **state) {
    (void)state;
    const char *const paths[] = {PRESENT, OLD};
    for (int i = 0; i < 2; i++) {
        mr_cascade *cascade;
        assert_ok(mr_cascade_load(paths[i], &cascade));
        check_model(cascade);
        mr_cascade_free(cascade);
    }
}

/* One change to a good file, and what must be said about the result. */
typedef struct change {
    const char *file, *from, *to;
    mr_status status;
    const char *words;
} change;

static const change changes[] = {
    {PRESENT, "BOOST", "BAG", MR_E_UNSUPPORTED, "stageType 'BAG' is not supported, only BOOST"},
    {PRESENT, "HAAR", "LBP", MR_E_UNSUPPORTED, "featureType 'LBP'"},
    {PRESENT, "<width>12</width>", "", MR_E_FORMAT, "lacks 'width'"},
    {PRESENT, "<width>12", "<width>3", MR_E_FORMAT, "4 to 128 pixels"},
    {PRESENT, "<width>12", "<width>129", MR_E_FORMAT, "4 to 128 pixels"},
    {PRESENT, "<width>12", "<width>12.5", MR_E_FORMAT, "whole number"},
    {PRESENT, "<width>12", "<width>", MR_E_FORMAT, "too few numbers"},
    {PRESENT, "-0.5</stageThreshold>", "nan</stageThreshold>", MR_E_FORMAT, "finite number"},
    {PRESENT, "-0.5</stageThreshold>", "1e999</stageThreshold>", MR_E_FORMAT, "finite number"},
    {PRESENT, "-0.5</stageThreshold>", "1e39</stageThreshold>", MR_E_FORMAT, "finite number"},
    {PRESENT, "-0.5</stageThreshold>", "zero</stageThreshold>", MR_E_FORMAT, "finite number"},
    {PRESENT, "-0.5</stageThreshold>", "-0.5 1</stageThreshold>", MR_E_FORMAT, "too many numbers"},
    {PRESENT, "0 -1 0 0.25", "0 -1 0", MR_E_FORMAT, "too few numbers"},
    {PRESENT, "0 -1 0 0.25", "0 -1 0 0.25 7", MR_E_FORMAT, "n nodes of four numbers"},
    {PRESENT, "0 -1 0 0.25", "0 -2 0 0.25", MR_E_FORMAT, "no such child"},
    {PRESENT, "0 -1 0 0.25", "1 -1 0 0.25", MR_E_FORMAT, "no such child"},
    {PRESENT, "0 -1 0 0.25", "0 -1 9 0.25", MR_E_FORMAT, "a node asks for feature 9 of 4"},
    {PRESENT, "0 -1 0 0.25", "0 -1 -1 0.25", MR_E_FORMAT, "no such feature"},
    {PRESENT, "-1 -2 2", "1 -2 2", MR_E_FORMAT, "a later node"},
    {PRESENT, "-1.0 0.75", "-1.0 0.75 3", MR_E_FORMAT, "n nodes of four numbers"},
    {PRESENT, "0 0 12 10 -1.", "0 0 13 10 -1.", MR_E_FORMAT, "leaves the window"},
    {PRESENT, "0 0 12 10 -1.", "0 -1 12 10 -1.", MR_E_FORMAT, "leaves the window"},
    {PRESENT, "0 0 12 10 -1.", "0 0 0 10 -1.", MR_E_FORMAT, "leaves the window"},
    {PRESENT, "0 0 12 10 -1.", "0 0 1.5 10 -1.", MR_E_FORMAT, "whole numbers"},
    {PRESENT, "0 0 12 10 -1.", "0 0 9e9 10 -1.", MR_E_FORMAT, "whole numbers"},
    {PRESENT, "0 0 12 10 -1.", "0 0 12 -1.", MR_E_FORMAT, "too few numbers"},
    {PRESENT, "6 1 3 3 -1.", "2 1 3 3 -1.", MR_E_FORMAT, "leaves the window"}, /* tilted */
    {PRESENT, "6 1 3 3 -1.", "6 5 3 3 -1.", MR_E_FORMAT, "leaves the window"},
    {PRESENT, "<_>6 1 3 3 -1.</_>", "<_>6 1 3 3 -1.</_><_>6 1 1 1 1.</_>", MR_E_FORMAT,
     "at most three rectangles"},
    {PRESENT, "<tilted>1", "<tilted>2", MR_E_FORMAT, "whole number in 0"},
    {PRESENT, "<stages>", "<!DOCTYPE x><stages>", MR_E_FORMAT, "line "},
    {PRESENT, "<opencv_storage>", "<!DOCTYPE x [<!ENTITY y \"z\">]><opencv_storage>", MR_E_FORMAT,
     "document type"},
    {PRESENT, "<stages>", "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><stages>", MR_E_LIMIT,
     "nested too deeply"},
    {PRESENT, "</stages>", "", MR_E_FORMAT, "mismatched tag"},
    {OLD, "12 10</size>", "12</size>", MR_E_FORMAT, "too few numbers"},
    {OLD, "12 10</size>", "0 10</size>", MR_E_FORMAT, "4 to 128 pixels"},
    {OLD, "<left_node>1", "<left_node>0", MR_E_FORMAT, "whole number in 1"},
    {OLD, "<left_node>1", "<left_node>2", MR_E_FORMAT, "a later node"},
    {OLD, "<left_val>-1.0</left_val>", "", MR_E_FORMAT, "lacks 'left_node'"},
    {OLD, "<stage_threshold>-0.5</stage_threshold>", "", MR_E_FORMAT, "lacks 'stage_threshold'"},
    {OLD, "<next>-1", "<next>1", MR_E_UNSUPPORTED, "branching stages"},
};

/* The text with the first `from` replaced. */
static char *replaced(const char *text, const char *from, const char *to) {
    const char *found = strstr(text, from);
    assert_non_null(found);
    size_t size = strlen(text) - strlen(from) + strlen(to) + 1;
    char *result = malloc(size);
    assert_non_null(result);
    snprintf(result, size, "%.*s%s%s", (int)(found - text), text, to, found + strlen(from));
    return result;
}

static void what_is_wrong_is_said(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const change *c = &changes[i];
        mr_cascade *cascade;
        char *good = read_text(c->file), *bad = replaced(good, c->from, c->to);
        mr_status status = mr_cascade_parse(bad, strlen(bad), "bad.xml", &cascade);
        if (status != c->status || !strstr(mr_last_error(), c->words) ||
            !strstr(mr_last_error(), "bad.xml"))
            fail_msg("'%s' for '%s': %s: %s", c->to, c->from, mr_status_name(status),
                     mr_last_error());
        free(good);
        free(bad);
    }
}

static void cut_files_are_refused(void **state) {
    (void)state;
    char *text = read_text(PRESENT);
    size_t whole = (size_t)(strstr(text, "</opencv_storage>") - text) + strlen("</opencv_storage>");
    for (size_t size = 0; size < whole; size++) {
        mr_cascade *cascade;
        assert_int_equal(mr_cascade_parse(text, size, "cut.xml", &cascade), MR_E_FORMAT);
        assert_non_null(strstr(mr_last_error(), "cut.xml"));
    }
    free(text);
}

static void cascades_without_content_are_refused(void **state) {
    (void)state;
    static const char head[] = "<opencv_storage><cascade><stageType>BOOST</stageType>"
                               "<featureType>HAAR</featureType><height>10</height>"
                               "<width>12</width>";
    static const char *const rest[][2] = {
        {"<stages/><features/>", "no stages"},
        {"<stages><_><stageThreshold>1</stageThreshold><weakClassifiers/></_></stages><features/>",
         "stage 0 has no classifiers"},
        {"<stages/><features><_><rects/></_></features>", "needs a rectangle"},
        {"<stages/>", "lacks 'features'"},
    };
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        char text[512];
        mr_cascade *cascade;
        snprintf(text, sizeof text, "%s%s</cascade></opencv_storage>", head, rest[i][0]);
        assert_int_equal(mr_cascade_parse(text, strlen(text), "x", &cascade), MR_E_FORMAT);
        assert_non_null(strstr(mr_last_error(), rest[i][1]));
    }
}

static void other_documents_are_refused(void **state) {
    (void)state;
    static const char *const texts[] = {"<svg><g/></svg>", "<opencv_storage/>"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        mr_cascade *cascade;
        assert_int_equal(mr_cascade_parse(texts[i], strlen(texts[i]), "x", &cascade), MR_E_FORMAT);
        assert_string_equal(mr_last_error(), "x: not a cascade: <opencv_storage> was expected");
    }
}

static void missing_and_large_files_are_refused(void **state) {
    (void)state;
    mr_cascade *cascade;
    char path[] = "/tmp/moodreel-test-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(mr_cascade_load(path, &cascade), MR_E_FORMAT); /* empty */
    assert_int_equal(ftruncate(file, (off_t)MR_CASCADE_MAX_BYTES + 1), 0);
    assert_int_equal(mr_cascade_load(path, &cascade), MR_E_LIMIT);
    close(file);
    unlink(path);
    assert_int_equal(mr_cascade_load(path, &cascade), MR_E_NOT_FOUND);
}

static void the_variable_names_the_file(void **state) {
    (void)state;
    char *path;
    assert_int_equal(setenv(MR_CASCADE_VARIABLE, "my/cascade.xml", 1), 0);
    assert_ok(mr_cascade_find(&path));
    assert_string_equal(path, "my/cascade.xml");
    free(path);
    unsetenv(MR_CASCADE_VARIABLE);
    mr_status status = mr_cascade_find(&path);
    if (status == MR_OK) {
        assert_int_equal(access(path, R_OK), 0);
        free(path);
    } else {
        assert_int_equal(status, MR_E_NOT_FOUND);
        assert_non_null(strstr(mr_last_error(), "opencv-data"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forms_give_the_same_model),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(cut_files_are_refused),
        cmocka_unit_test(cascades_without_content_are_refused),
        cmocka_unit_test(other_documents_are_refused),
        cmocka_unit_test(missing_and_large_files_are_refused),
        cmocka_unit_test(the_variable_names_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
