/*
 * Memory of the Haar detector: a second picture of the same size allocates nothing, and every
 * allocation may fail.
 */
#include "counted_memory.h"
#include "face/haar_reference.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

typedef struct fixture {
    char *text;
    mr_image rgb;
} fixture;

static int set_up(void **state) {
    static fixture f;
    mr_rng rng = mr_rng_seeded(21);
    f.text = random_cascade(&rng, true);
    mr_image grey = random_picture(&rng, 270, 70);
    f.rgb = grey;
    f.rgb.channels = 3;
    f.rgb.width = 90;
    *state = &f;
    return 0;
}

static int tear_down(void **state) {
    fixture *f = *state;
    free(f->text);
    mr_image_free(&f->rgb);
    return 0;
}

static void the_second_picture_allocates_nothing(void **state) {
    fixture *f = *state;
    mr_cascade *cascade;
    mr_haar *haar;
    mr_face faces[64];
    size_t first, second;
    assert_ok(mr_cascade_parse(f->text, strlen(f->text), "random.xml", &cascade));
    assert_ok(mr_haar_create(cascade, &haar));
    assert_ok(mr_haar_detect(haar, &f->rgb, NULL, faces, 64, &first));
    long before = mr_memory_asked;
    assert_ok(mr_haar_detect(haar, &f->rgb, NULL, faces, 64, &second));
    assert_int_equal(mr_memory_asked, before);
    assert_int_equal(first, second);
    assert_true(first > 0);
    mr_haar_free(haar);
    mr_cascade_free(cascade);
}

static mr_status whole_way(const fixture *f) {
    mr_cascade *cascade;
    mr_haar *haar;
    mr_face faces[64];
    size_t count;
    MR_TRY(mr_cascade_parse(f->text, strlen(f->text), "random.xml", &cascade));
    mr_status status = mr_haar_create(cascade, &haar);
    if (status == MR_OK) {
        status = mr_haar_detect(haar, &f->rgb, NULL, faces, 64, &count);
        mr_haar_free(haar);
    }
    mr_cascade_free(cascade);
    return status;
}

static void every_allocation_may_fail(void **state) {
    mr_status status = MR_E_MEMORY;
    int failures = -1;
    for (long i = 0; status == MR_E_MEMORY; i++, failures++) {
        mr_memory_asked = 0;
        mr_memory_failing = i;
        status = whole_way(*state);
        mr_memory_failing = -1;
    }
    assert_int_equal(status, MR_OK);
    assert_true(failures > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_second_picture_allocates_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
