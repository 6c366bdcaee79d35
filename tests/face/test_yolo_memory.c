/* Memory of the network's detector: a second picture of the same shape allocates nothing, and every
 * allocation may fail. */
#include "counted_memory.h"
#include "yolo_made.h"

static void the_second_picture_allocates_nothing(void **state) {
    (void)state;
    made_yolo made;
    made_yolo_begin(&made, logf(0.5F));
    mr_yolo *yolo;
    assert_ok(mr_yolo_create(&made.model, &yolo));
    mr_image first = made_square(64, 48, 3, 24, 16, 8), second = made_square(128, 90, 3, 0, 0, 90);
    mr_face faces[64];
    size_t count;
    assert_ok(mr_yolo_detect(yolo, &first, NULL, faces, 64, &count));
    assert_int_equal(count, 1);
    long before = mr_memory_asked;
    /* other pixels and another size, but the same input, with more faces on it */
    assert_ok(mr_yolo_detect(yolo, &second, NULL, faces, 64, &count));
    assert_int_equal(mr_memory_asked, before);
    assert_true(count > 10);
    /* three shapes in turn are kept, a fourth takes the place of the oldest */
    mr_image wide = made_square(64, 24, 3, 24, 8, 8), high = made_square(24, 64, 3, 8, 24, 8);
    mr_yolo_params small = mr_yolo_params_defaults();
    small.side = 32;
    assert_ok(mr_yolo_detect(yolo, &wide, NULL, faces, 64, &count));
    assert_ok(mr_yolo_detect(yolo, &high, NULL, faces, 64, &count));
    before = mr_memory_asked;
    const mr_image *shapes[3] = {&first, &wide, &high};
    for (int turn = 0; turn < 9; turn++) {
        assert_ok(mr_yolo_detect(yolo, shapes[turn % 3], NULL, faces, 64, &count));
        assert_int_equal(count, 1);
    }
    assert_int_equal(mr_memory_asked, before);
    assert_ok(mr_yolo_detect(yolo, &first, &small, faces, 64, &count));
    assert_true(mr_memory_asked > before);
    before = mr_memory_asked;
    assert_ok(mr_yolo_detect(yolo, &wide, NULL, faces, 64, &count));
    assert_ok(mr_yolo_detect(yolo, &high, NULL, faces, 64, &count));
    assert_int_equal(mr_memory_asked, before);
    assert_ok(mr_yolo_detect(yolo, &first, NULL, faces, 64, &count));
    assert_true(mr_memory_asked > before);
    mr_image_free(&wide);
    mr_image_free(&high);
    mr_image_free(&first);
    mr_image_free(&second);
    mr_yolo_free(yolo);
    made_yolo_end(&made);
}

static mr_status whole_way(const mr_yolo_model *model, const mr_image *image) {
    mr_yolo *yolo;
    mr_face face;
    size_t count;
    MR_TRY(mr_yolo_create(model, &yolo));
    mr_status status = mr_yolo_detect(yolo, image, NULL, &face, 1, &count);
    mr_yolo_free(yolo);
    return status;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    made_yolo made;
    made_yolo_begin(&made, 0);
    mr_image image = made_square(64, 64, 3, 24, 16, 8);
    assert_ok(whole_way(&made.model, &image));
    mr_memory_asked = 0;
    assert_ok(whole_way(&made.model, &image));
    long all = mr_memory_asked;
    assert_true(all > 5);
    for (long i = 0; i < all; i++) {
        mr_memory_asked = 0;
        mr_memory_failing = i;
        mr_status status = whole_way(&made.model, &image);
        mr_memory_failing = -1;
        assert_int_equal(status, MR_E_MEMORY);
    }
    mr_image_free(&image);
    made_yolo_end(&made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_picture_allocates_nothing),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
