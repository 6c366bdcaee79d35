/* Drawings end up where they should, and nowhere else. */
#include "pictures.h"

#include "image/draw.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 400, HEIGHT = 300, GROUND = 120 };

static mr_image plain(void) {
    mr_image image;
    assert_ok(mr_image_create(WIDTH, HEIGHT, 3, &image));
    memset(image.pixels, GROUND, image.stride * HEIGHT);
    return image;
}

static bool is_ground(const mr_image *image, int x, int y) {
    const uint8_t *p = image->pixels + (size_t)y * image->stride + (size_t)x * 3;
    return p[0] == GROUND && p[1] == GROUND && p[2] == GROUND;
}

/* Changed pixels in a rectangle. */
static int changed(const mr_image *image, int left, int top, int right, int bottom) {
    int count = 0;
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            count += !is_ground(image, x, y);
    return count;
}

static void box_and_landmarks(void **state) {
    (void)state;
    mr_image image = plain();
    mr_canvas *canvas;
    mr_box box = {100, 50, 80, 100};
    mr_point points[MR_LANDMARKS] = {{120, 80}, {160, 80}, {140, 100}, {125, 125}, {155, 125}};
    assert_ok(mr_canvas_begin(&image, &canvas));
    mr_canvas_face(canvas, &box, points, NULL, 0);
    assert_ok(mr_canvas_end(canvas, &image));
    for (int i = 0; i < MR_LANDMARKS; i++)
        assert_false(is_ground(&image, (int)points[i].x, (int)points[i].y));
    assert_false(is_ground(&image, 100, 100));
    assert_false(is_ground(&image, 140, 150));
    assert_true(is_ground(&image, 110, 60));
    assert_true(is_ground(&image, 140, 115));
    int inside = changed(&image, 96, 46, 184, 154);
    assert_int_equal(changed(&image, 0, 0, WIDTH, HEIGHT), inside);
    const uint8_t *edge = image.pixels + 100 * image.stride + 300;
    assert_true(edge[2] > edge[0] + 50); /* colour 0 is sky blue */
    mr_image_free(&image);
}

/* A dark plate with white letters lies in the rectangle. */
static void assert_label(const mr_image *image, int left, int top, int right, int bottom) {
    int dark = 0, white = 0;
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) {
            const uint8_t *p = image->pixels + (size_t)y * image->stride + (size_t)x * 3;
            dark += p[1] < 60;
            white += p[0] > 230 && p[1] > 230 && p[2] > 230;
        }
    assert_true(dark > 200);
    assert_true(white > 20);
}

static void label_is_below_or_above(void **state) {
    (void)state;
    for (int low = 0; low < 2; low++) {
        mr_image image = plain();
        mr_canvas *canvas;
        mr_box box = {100, low ? 200.0F : 50.0F, 80, 98};
        assert_ok(mr_canvas_begin(&image, &canvas));
        mr_canvas_face(canvas, &box, NULL, "female, 36\nhappy", 3);
        assert_ok(mr_canvas_end(canvas, &image));
        if (low)
            assert_label(&image, 98, 120, 300, 196);
        else
            assert_label(&image, 98, 151, 300, 220);
        mr_image_free(&image);
    }
}

static void labels_of_a_crowd_stay_inside(void **state) {
    (void)state;
    mr_image image = plain();
    mr_canvas *canvas;
    assert_ok(mr_canvas_begin(&image, &canvas));
    for (int i = 0; i < 40; i++) {
        mr_box box = {(float)(i * 53 % 430 - 20), (float)(i * 71 % 330 - 20), 40, 50};
        mr_canvas_face(canvas, &box, NULL, "a long label, longer than the picture is wide, surely",
                       -i);
    }
    assert_ok(mr_canvas_end(canvas, &image));
    assert_true(changed(&image, 0, 0, WIDTH, HEIGHT) > 1000);
    mr_image_free(&image);
}

static void works_on_a_view_and_a_tiny_picture(void **state) {
    (void)state;
    mr_image image = plain(), view = image;
    view.width = 3;
    view.height = 2;
    view.pixels += 30 * image.stride + 60;
    mr_canvas *canvas;
    mr_box box = {-5, -5, 50, 50};
    assert_ok(mr_canvas_begin(&view, &canvas));
    mr_canvas_face(canvas, &box, NULL, "x", 1);
    assert_ok(mr_canvas_end(canvas, &view));
    assert_int_equal(changed(&image, 20, 30, 23, 32), changed(&image, 0, 0, WIDTH, HEIGHT));
    mr_image_free(&image);
}

static void refuses_another_picture(void **state) {
    (void)state;
    mr_image image = plain(), other;
    mr_canvas *canvas;
    assert_ok(mr_image_create(WIDTH, HEIGHT, 1, &other));
    assert_ok(mr_canvas_begin(&image, &canvas));
    assert_int_equal(mr_canvas_end(canvas, &other), MR_E_ARGUMENT);
    mr_image_free(&other);
    mr_box box = {10, 10, 50, 50};
    assert_ok(mr_canvas_begin(&image, &canvas));
    mr_canvas_face(canvas, &box, NULL, "not UTF-8: \xff", 0);
    assert_int_equal(mr_canvas_end(canvas, &image), MR_E_ENGINE);
    assert_int_equal(changed(&image, 0, 0, WIDTH, HEIGHT), 0);
    mr_image_free(&image);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(box_and_landmarks),
        cmocka_unit_test(label_is_below_or_above),
        cmocka_unit_test(labels_of_a_crowd_stay_inside),
        cmocka_unit_test(works_on_a_view_and_a_tiny_picture),
        cmocka_unit_test(refuses_another_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
