/* The parts of the Haar detector against their definitions, and the whole against a plain one. */
#include "face/haar.h"
#include "face/haar_group.h"
#include "face/haar_integral.h"
#include "face/haar_reference.h"
#include "face/haar_scale.h"
#include "face/haar_scan.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- integral images ---- */

static void check_row(const mr_haar_band *band, const mr_image *image, int y) {
    size_t at = mr_haar_band_row(band, y);
    for (int x = 0; x <= image->width; x++) {
        size_t entry = at + (size_t)mr_haar_offset(&band->layout, x, 0);
        assert_int_equal(band->sum[entry], reference_sum(image, x, y));
        assert_int_equal(band->square[entry], reference_square(image, x, y));
        assert_int_equal(band->tilted[entry], reference_tilted(image, x, y));
    }
}

static void integrals_are_as_defined(void **state) {
    (void)state;
    enum { WIDTH = 23, HEIGHT = 31, ROWS = 9, NEEDED = 5 };
    mr_rng rng = mr_rng_seeded(1);
    mr_image image = random_picture(&rng, WIDTH, HEIGHT);
    mr_haar_band band = {0};
    assert_ok(mr_haar_band_reserve(&band, WIDTH + 7, ROWS, true));
    for (int step = 1; step <= 2; step++) {
        mr_haar_layout layout = mr_haar_layout_for(WIDTH + 7, step);
        mr_haar_band_begin(&band, &layout, WIDTH);
        check_row(&band, &image, 0);
        for (int y = 0; y < HEIGHT; y++) {
            mr_haar_band_slide(&band, y + 1 > NEEDED ? y + 1 - NEEDED : 0);
            mr_haar_band_push(&band, image.pixels + (size_t)y * image.stride);
            assert_true(band.next - band.first <= ROWS);
            for (int held = band.first; held < band.next; held++)
                check_row(&band, &image, held);
        }
        assert_int_equal(band.next, HEIGHT + 1);
    }
    mr_haar_band_free(&band);
    mr_image_free(&image);
}

/* ---- sampling ---- */

/* Pixel (x, y) of a level by the four-neighbour formula with weights in 256ths. */
static int sample(const mr_image *image, int width, int height, int x, int y) {
    double at[2] = {(x + 0.5) * (1 / ((double)width / image->width)) - 0.5,
                    (y + 0.5) * (1 / ((double)height / image->height)) - 0.5};
    int size[2] = {image->width, image->height}, base[2], weight[2], sum = 0;
    for (int i = 0; i < 2; i++) {
        at[i] = fmin(fmax(at[i], 0), size[i] - 1);
        base[i] = (int)at[i];
        weight[i] = (int)rint((at[i] - base[i]) * 256);
    }
    for (int corner = 0; corner < 4; corner++) {
        int dx = corner % 2, dy = corner / 2;
        int px = base[0] + dx < size[0] ? base[0] + dx : size[0] - 1;
        int py = base[1] + dy < size[1] ? base[1] + dy : size[1] - 1;
        sum += image->pixels[(size_t)py * image->stride + (size_t)px] *
               (dx ? weight[0] : 256 - weight[0]) * (dy ? weight[1] : 256 - weight[1]);
    }
    return (sum + 32768) / 65536;
}

static void levels_are_sampled_bilinearly(void **state) {
    (void)state;
    static const int sizes[][4] = {{37, 29, 34, 26}, {37, 29, 37, 29}, {37, 29, 11, 5},
                                   {1, 1, 3, 2},     {5, 4, 13, 9},    {64, 3, 32, 1}};
    mr_rng rng = mr_rng_seeded(2);
    mr_haar_scaler scaler = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int width = sizes[i][2], height = sizes[i][3];
        mr_image image = random_picture(&rng, sizes[i][0], sizes[i][1]);
        uint8_t row[64];
        assert_ok(mr_haar_scaler_begin(&scaler, &image, width, height));
        for (int y = 0; y < height; y++) {
            mr_haar_scaler_row(&scaler, y, row);
            for (int x = 0; x < width; x++)
                assert_int_equal(row[x], sample(&image, width, height, x, y));
        }
        mr_image_free(&image);
    }
    mr_haar_scaler_free(&scaler);
}

/* ---- grouping ---- */

static mr_haar_candidate at(int x, int y, int size, float margin) {
    return (mr_haar_candidate){x, y, size, size, 1, margin};
}

static void group(mr_haar_candidate *candidates, size_t *count, int min_neighbors) {
    mr_haar_grouper grouper = {0};
    assert_ok(mr_haar_group(&grouper, candidates, count, min_neighbors));
    mr_haar_grouper_free(&grouper);
}

static void assert_group(const mr_haar_candidate *c, int x, int y, int size, int neighbors) {
    assert_int_equal(c->x, x);
    assert_int_equal(c->y, y);
    assert_int_equal(c->width, size);
    assert_int_equal(c->height, size);
    assert_int_equal(c->neighbors, neighbors);
}

static void similar_candidates_become_their_mean(void **state) {
    (void)state;
    mr_haar_candidate c[] = {at(10, 20, 40, 1), at(200, 20, 40, 5), at(13, 21, 41, 3),
                             at(14, 22, 42, 2), at(201, 20, 40, 4)};
    size_t count = 5;
    group(c, &count, 1);
    assert_int_equal(count, 2);
    assert_group(&c[0], 12, 21, 41, 3); /* 37/3, 63/3, 123/3 */
    assert_true(c[0].margin == 3);
    assert_group(&c[1], 200, 20, 40, 2); /* 200.5 goes to the even neighbour */
    assert_true(c[1].margin == 5);
}

static void groups_need_more_than_min_neighbors(void **state) {
    (void)state;
    mr_haar_candidate c[] = {at(10, 10, 40, 1), at(11, 10, 40, 1), at(12, 10, 40, 1)};
    size_t count = 3;
    group(c, &count, 3);
    assert_int_equal(count, 0);
    count = 3;
    group(c, &count, 2);
    assert_int_equal(count, 1);
    count = 0;
    group(c, &count, 2);
    assert_int_equal(count, 0);
}

/* A picture of faces has not so many; who wants every candidate may have them. */
static void too_many_are_told_on_the_way(void **state) {
    (void)state;
    assert_ok(mr_haar_group_check(30000, 3));
    assert_int_equal(mr_haar_group_check(40000, 3), MR_E_LIMIT);
    assert_non_null(strstr(mr_last_error(), "40000 places for faces"));
    assert_ok(mr_haar_group_check(40000, 0));
}

static void similarity_is_passed_on(void **state) {
    (void)state;
    /* Neighbours are 8 apart, the most that is similar at size 40; the ends are 16 apart. */
    mr_haar_candidate c[] = {at(16, 0, 40, 1), at(0, 0, 40, 1), at(8, 0, 40, 1), at(25, 0, 40, 1)};
    size_t count = 4;
    group(c, &count, 1);
    assert_int_equal(count, 1);
    assert_group(&c[0], 8, 0, 40, 3);
}

static void small_groups_inside_large_ones_go(void **state) {
    (void)state;
    mr_haar_candidate c[16];
    size_t count = 0;
    for (int i = 0; i < 6; i++)
        c[count++] = at(100, 100, 100, 1);
    for (int i = 0; i < 3; i++)
        c[count++] = at(120, 130, 40, 1); /* inside, fewer */
    for (int i = 0; i < 3; i++)
        c[count++] = at(300, 130, 40, 1); /* apart */
    group(c, &count, 2);
    assert_int_equal(count, 2);
    assert_group(&c[0], 100, 100, 100, 6);
    assert_group(&c[1], 300, 130, 40, 3);
}

static void no_neighbors_wanted_means_no_grouping(void **state) {
    (void)state;
    mr_haar_candidate c[] = {at(10, 10, 40, 1), at(10, 10, 40, 2)};
    size_t count = 2;
    group(c, &count, 0);
    assert_int_equal(count, 2);
    assert_group(&c[1], 10, 10, 40, 1);
}

/* ---- the scan ---- */

static mr_cascade *make_cascade(mr_rng *rng, bool tilted) {
    mr_cascade *cascade;
    char *text = random_cascade(rng, tilted);
    assert_ok(mr_cascade_parse(text, strlen(text), "random.xml", &cascade));
    free(text);
    return cascade;
}

/* Runs both scanners over every row of windows that the band holds. */
static void compare_scanners(const mr_haar_plan *plan, const mr_haar_band *band, int columns,
                             int rows, long *hits) {
    enum { MOST = 64 };
    int step = plan->layout.step;
    mr_haar_scanner *const scanners[2] = {mr_haar_scan_plain, mr_haar_scanner_best()};
    for (int y = 0; y < rows; y += step) {
        size_t start = mr_haar_band_row(band, y);
        mr_haar_row row = {band->sum + start, band->square + start, band->tilted + start,
                           (columns + step - 1) / step};
        float norms[2][MOST + MR_HAAR_PADDING];
        mr_haar_hit found[2][MOST];
        int count[2];
        for (int i = 0; i < 2; i++)
            count[i] = scanners[i](plan, &row, norms[i], found[i]);
        assert_int_equal(count[0], count[1]);
        assert_memory_equal(found[0], found[1], (size_t)count[0] * sizeof(mr_haar_hit));
        assert_memory_equal(norms[0], norms[1], (size_t)row.count * sizeof(float));
        *hits += count[0];
    }
}

static void both_scanners_agree(void **state) {
    (void)state;
    enum { WIDTH = 61, HEIGHT = 40 };
    mr_rng rng = mr_rng_seeded(3);
    long hits = 0;
    for (int round = 0; round < 40; round++) {
        mr_cascade *cascade = make_cascade(&rng, true);
        mr_image image = random_picture(&rng, WIDTH, HEIGHT);
        mr_haar_layout layout = mr_haar_layout_for(WIDTH, 1 + round % 2);
        mr_haar_band band = {0};
        mr_haar_plan plan;
        assert_ok(mr_haar_plan_create(cascade, &plan));
        mr_haar_plan_layout(&plan, &layout);
        assert_ok(mr_haar_band_reserve(&band, WIDTH, HEIGHT + 1, true));
        mr_haar_band_begin(&band, &layout, WIDTH);
        for (int y = 0; y < HEIGHT; y++)
            mr_haar_band_push(&band, image.pixels + (size_t)y * image.stride);
        compare_scanners(&plan, &band, WIDTH - cascade->width + 1, HEIGHT - cascade->height + 1,
                         &hits);
        mr_haar_plan_free(&plan);
        mr_haar_band_free(&band);
        mr_image_free(&image);
        mr_cascade_free(cascade);
    }
    assert_true(hits > 100);
}

/* Sorted by place and size, as neither side promises an order. */
static int compare_boxes(const void *a, const void *b) {
    const mr_box *p = a, *q = b;
    const float left[] = {p->x, p->y, p->width, p->height};
    const float right[] = {q->x, q->y, q->width, q->height};
    for (int i = 0; i < 4; i++)
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    return 0;
}

static void candidates_are_those_of_the_plain_detector(void **state) {
    (void)state;
    enum { MOST = 8192 };
    static mr_box expected[MOST], boxes[MOST];
    static mr_face faces[MOST];
    mr_rng rng = mr_rng_seeded(4);
    mr_haar_params params = mr_haar_params_defaults();
    params.min_neighbors = 0;
    size_t total = 0;
    for (int round = 0; round < 12; round++) {
        mr_cascade *cascade = make_cascade(&rng, round % 2);
        mr_haar *haar;
        size_t count;
        assert_ok(mr_haar_create(cascade, &haar));
        mr_image image = random_picture(&rng, 30 + (int)mr_rng_below(&rng, 20),
                                        26 + (int)mr_rng_below(&rng, 20));
        assert_ok(mr_haar_detect(haar, &image, &params, faces, MOST, &count));
        assert_int_equal(reference_detect(cascade, &image, expected, MOST), count);
        for (size_t i = 0; i < count; i++)
            boxes[i] = faces[i].box;
        qsort(boxes, count, sizeof *boxes, compare_boxes);
        qsort(expected, count, sizeof *expected, compare_boxes);
        assert_memory_equal(boxes, expected, count * sizeof *boxes);
        total += count;
        mr_haar_free(haar);
        mr_image_free(&image);
        mr_cascade_free(cascade);
    }
    assert_true(total > 200);
}

/* ---- the detector's manners ---- */

typedef struct fixture {
    mr_cascade *cascade;
    mr_haar *haar;
    mr_image image;
} fixture;

static int set_up(void **state) {
    static fixture f;
    mr_rng rng = mr_rng_seeded(21);
    f.cascade = make_cascade(&rng, true);
    assert_ok(mr_haar_create(f.cascade, &f.haar));
    f.image = random_picture(&rng, 90, 70);
    *state = &f;
    return 0;
}

static int tear_down(void **state) {
    fixture *f = *state;
    mr_haar_free(f->haar);
    mr_cascade_free(f->cascade);
    mr_image_free(&f->image);
    return 0;
}

static void the_best_faces_come_first(void **state) {
    fixture *f = *state;
    mr_face all[512], some[3];
    size_t count, few;
    assert_ok(mr_haar_detect(f->haar, &f->image, NULL, all, 512, &count));
    assert_true(count > 3);
    for (size_t i = 0; i < count; i++) {
        assert_true(all[i].score > 0 && all[i].score < 1);
        assert_true(i == 0 || all[i].score <= all[i - 1].score);
        assert_true(all[i].box.x >= 0 && all[i].box.x + all[i].box.width <= 90);
        assert_true(all[i].box.y >= 0 && all[i].box.y + all[i].box.height <= 70);
        assert_false(all[i].has_landmarks);
    }
    assert_ok(mr_haar_detect(f->haar, &f->image, NULL, some, 3, &few));
    assert_int_equal(few, 3);
    assert_memory_equal(some, all, sizeof some);
    assert_ok(mr_haar_detect(f->haar, &f->image, NULL, NULL, 0, &few));
    assert_int_equal(few, 0);
}

static void sizes_are_kept_to(void **state) {
    fixture *f = *state;
    mr_face faces[512];
    size_t count;
    mr_haar_params params = mr_haar_params_defaults();
    params.min_neighbors = 0;
    params.min_size = 13;
    params.max_size = 40;
    assert_ok(mr_haar_detect(f->haar, &f->image, &params, faces, 512, &count));
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        assert_in_range((int)faces[i].box.height, 13, 40);
        assert_in_range((int)faces[i].box.width, 13, 40);
    }
}

static void grey_and_rgb_are_the_same(void **state) {
    fixture *f = *state;
    mr_face grey[64], colour[64];
    size_t greys, colours;
    mr_image rgb;
    assert_ok(mr_image_create(90, 70, 3, &rgb));
    for (int y = 0; y < 70; y++)
        for (int i = 0; i < 3 * 90; i++)
            rgb.pixels[(size_t)y * rgb.stride + (size_t)i] =
                f->image.pixels[(size_t)y * f->image.stride + (size_t)i / 3];
    assert_ok(mr_haar_detect(f->haar, &f->image, NULL, grey, 64, &greys));
    assert_ok(mr_haar_detect(f->haar, &rgb, NULL, colour, 64, &colours));
    assert_int_equal(greys, colours);
    assert_memory_equal(grey, colour, greys * sizeof *grey);
    mr_image_free(&rgb);
}

static void pictures_without_faces_give_none(void **state) {
    fixture *f = *state;
    mr_face faces[4];
    size_t count = 9;
    uint8_t flat[40 * 40];
    memset(flat, 77, sizeof flat);
    mr_image small = {5, 5, 1, 40, flat, 5, 5}, plain = {40, 40, 1, 40, flat, 40, 40};
    assert_ok(mr_haar_detect(f->haar, &small, NULL, faces, 4, &count));
    assert_int_equal(count, 0);
    count = 9;
    assert_ok(mr_haar_detect(f->haar, &plain, NULL, faces, 4, &count));
    assert_int_equal(count, 0);
}

static void bad_arguments_are_refused(void **state) {
    fixture *f = *state;
    size_t count;
    const double factors[] = {1, 0, -1, 100, NAN};
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
        mr_haar_params params = mr_haar_params_defaults();
        params.scale_factor = factors[i];
        assert_int_equal(mr_haar_detect(f->haar, &f->image, &params, NULL, 0, &count),
                         MR_E_ARGUMENT);
    }
    mr_haar_params params = mr_haar_params_defaults();
    params.min_size = -1;
    assert_int_equal(mr_haar_detect(f->haar, &f->image, &params, NULL, 0, &count), MR_E_ARGUMENT);
    mr_image odd = f->image;
    odd.channels = 2;
    assert_int_equal(mr_haar_detect(f->haar, &odd, NULL, NULL, 0, &count), MR_E_ARGUMENT);
    odd.channels = 1;
    odd.width = MR_HAAR_SIDE_MAX + 1;
    assert_int_equal(mr_haar_detect(f->haar, &odd, NULL, NULL, 0, &count), MR_E_LIMIT);
    odd.width = 0;
    assert_int_equal(mr_haar_detect(f->haar, &odd, NULL, NULL, 0, &count), MR_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integrals_are_as_defined),
        cmocka_unit_test(levels_are_sampled_bilinearly),
        cmocka_unit_test(similar_candidates_become_their_mean),
        cmocka_unit_test(groups_need_more_than_min_neighbors),
        cmocka_unit_test(too_many_are_told_on_the_way),
        cmocka_unit_test(similarity_is_passed_on),
        cmocka_unit_test(small_groups_inside_large_ones_go),
        cmocka_unit_test(no_neighbors_wanted_means_no_grouping),
        cmocka_unit_test(both_scanners_agree),
        cmocka_unit_test(candidates_are_those_of_the_plain_detector),
        cmocka_unit_test_setup_teardown(the_best_faces_come_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sizes_are_kept_to, set_up, tear_down),
        cmocka_unit_test_setup_teardown(grey_and_rgb_are_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pictures_without_faces_give_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_arguments_are_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
