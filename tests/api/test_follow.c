/*
 * People followed through made videos: a sample face, and its mirror image as another person, drawn
 * over a plain wall where the script has them.
 */
#include "counted_memory.h"
#include "image/image.h"
#include "moodreel/moodreel.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 560, HEIGHT = 260, PATCH = 200 };

/* Middle of the face in the patch. */
#define FACE_X 97.0f
#define FACE_Y 98.0f

static mr_engine *engine;
static mr_session *session;
static mr_follower *follower;
static mr_image portrait, mirrored, frame;

static uint8_t *pixel(const mr_image *image, int x, int y) {
    return image->pixels + (size_t)y * image->stride + 3 * (size_t)x;
}

/* The portrait's head, and its mirror image a fifth smaller. */
static mr_status cut_patches(void) {
    mr_image photo;
    MR_TRY(mr_image_load("data/samples/astronaut.jpg", NULL, &photo));
    const mr_affine cut = {.a = 1, .c = 127, .e = 1, .f = 22};
    const mr_affine mirror = {.a = -1.25f, .c = 127 + PATCH - 1, .e = 1.25f, .f = 22};
    mr_status status = mr_image_create(PATCH, PATCH, 3, &portrait);
    if (status == MR_OK)
        status = mr_image_create(PATCH * 4 / 5, PATCH * 4 / 5, 3, &mirrored);
    if (status == MR_OK)
        status = mr_image_create(WIDTH, HEIGHT, 3, &frame);
    if (status == MR_OK) {
        mr_image_warp(&photo, &cut, &portrait);
        mr_image_warp(&photo, &mirror, &mirrored);
    }
    mr_image_free(&photo);
    return status;
}

static mr_options shipped_options(void) {
    mr_options options = mr_options_defaults();
    options.home = ".";
    options.films = false;
    return options;
}

static int set_up_all(void **state) {
    (void)state;
    mr_options options = shipped_options();
    if (cut_patches() != MR_OK || mr_engine_open(&options, &engine) != MR_OK ||
        mr_session_create(engine, &session) != MR_OK) {
        fprintf(stderr, "%s\n", mr_last_error());
        return -1;
    }
    return 0;
}

static int tear_down_all(void **state) {
    (void)state;
    mr_session_free(session);
    mr_engine_free(engine);
    mr_image_free(&portrait);
    mr_image_free(&mirrored);
    mr_image_free(&frame);
    return 0;
}

static int set_up(void **state) {
    (void)state;
    return mr_follower_create(engine, NULL, &follower) == MR_OK ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    mr_follower_free(follower);
    follower = NULL;
    return 0;
}

static void clear_frame(void) {
    for (int y = 0; y < HEIGHT; y++)
        memset(pixel(&frame, 0, y), 90 + y / 8, (size_t)WIDTH * 3);
}

/* Draws a patch with its upper left corner at (x, y), brighter by a factor. */
static void draw(const mr_image *patch, int x, int y, double brightness) {
    for (int row = 0; row < patch->height; row++)
        for (int column = 0; column < patch->width; column++) {
            int across = x + column, down = y + row;
            if (across < 0 || across >= WIDTH || down < 0 || down >= HEIGHT)
                continue;
            for (int c = 0; c < 3; c++)
                pixel(&frame, across, down)[c] =
                    (uint8_t)fmin(brightness * pixel(patch, column, row)[c], 255);
        }
}

/* Flickers by a fifth up and down, never twice alike in a row. */
static double flicker(int i) {
    return 1 + 0.2 * ((i * 7919) % 11 - 5) / 5;
}

static mr_scene follow_with(mr_follower *who, mr_session *with, double seconds) {
    mr_scene scene;
    assert_ok(mr_follow_pixels(who, with, frame.pixels, frame.width, frame.height, frame.stride,
                               seconds, &scene));
    assert_int_equal(scene.width, WIDTH);
    assert_int_equal(scene.height, HEIGHT);
    return scene;
}

static mr_scene follow(double seconds) {
    return follow_with(follower, session, seconds);
}

static mr_scene follow_portrait(int x, double brightness, double seconds) {
    clear_frame();
    draw(&portrait, x, 30, brightness);
    return follow(seconds);
}

static mr_scene follow_nobody(double seconds) {
    clear_frame();
    return follow(seconds);
}

static float middle(const mr_followed *who) {
    return who->person.face.box.x + who->person.face.box.width / 2;
}

static void a_person_stays_the_same_under_flicker(void **state) {
    (void)state;
    for (int i = 0; i < 40; i++) {
        bool hidden = i > 3 && i % 7 == 0;
        int x = 10 + 6 * i;
        mr_scene scene = hidden ? follow_nobody(0.1 * i) : follow_portrait(x, flicker(i), 0.1 * i);
        assert_int_equal(scene.count, i > 0);
        if (i == 0)
            continue;
        const mr_followed *who = &scene.people[0];
        assert_int_equal(who->id, 1);
        assert_int_equal(who->in_sight, !hidden);
        assert_true(fabsf(middle(who) - (float)x - FACE_X) < 25);
        assert_int_equal(who->gender, MR_FEMALE);
        assert_int_equal(who->emotion, MR_HAPPY);
        assert_true(who->gender_sure && who->emotion_sure);
        assert_true(who->since == 0 && who->seen <= 0.1 * i);
    }
}

static void the_vote_is_worth_no_more_than_its_estimates(void **state) {
    (void)state;
    mr_analysis analysis;
    clear_frame();
    draw(&portrait, 100, 30, 1);
    assert_ok(mr_analyze_pixels(session, frame.pixels, WIDTH, HEIGHT, frame.stride, &analysis));
    assert_int_equal(analysis.count, 1);
    mr_attributes alone = analysis.people[0].attributes;
    mr_analysis_free(&analysis);
    mr_scene scene = {0};
    for (int i = 0; i < 20; i++)
        scene = follow_portrait(100 + i % 3, flicker(i), 0.25 * i);
    const mr_attributes *mean = &scene.people[0].person.attributes;
    assert_true(fabsf(mean->age - alone.age) < 6);
    float width = alone.age_high - alone.age_low, voted = mean->age_high - mean->age_low;
    if (voted < 0.7f * width || voted > 1.3f * width)
        fail_msg("interval of %g years, of one picture %g", (double)voted, (double)width);
}

static void who_is_gone_for_long_is_somebody_new(void **state) {
    (void)state;
    double now = 0;
    for (int i = 0; i < 5; i++, now += 0.1)
        follow_portrait(200, 1, now);
    for (int i = 0; i < 10; i++, now += 0.1) {
        mr_scene scene = follow_nobody(now);
        assert_int_equal(scene.count, 1);
        assert_false(scene.people[0].in_sight);
        assert_int_equal(scene.people[0].emotion, MR_HAPPY);
    }
    assert_int_equal(follow_portrait(210, 1, now).people[0].id, 1);
    assert_int_equal(follow_nobody(now + 6.1).count, 0);
    now += 6.2;
    assert_int_equal(follow_portrait(210, 1, now).count, 0);
    mr_scene scene = follow_portrait(210, 1, now + 0.1);
    assert_int_equal(scene.count, 1);
    assert_int_equal(scene.people[0].id, 2);
    assert_true(scene.people[0].since == now);
}

/* The vote goes on where it was: it is not begun anew with the first doubtful picture. */
static void who_looked_aside_is_the_same_with_the_same_vote(void **state) {
    (void)state;
    double now = 0;
    mr_scene scene = {0};
    for (int i = 0; i < 12; i++, now += 0.1)
        scene = follow_portrait(200, 1, now);
    float age = scene.people[0].person.attributes.age;
    for (int i = 0; i < 50; i++, now += 0.1)
        assert_int_equal(follow_nobody(now).count, i < 14);
    scene = follow_portrait(210, 0.3, now);
    assert_int_equal(scene.count, 1);
    const mr_followed *who = &scene.people[0];
    assert_int_equal(who->id, 1);
    assert_true(who->in_sight && who->since == 0);
    assert_int_equal(who->emotion, MR_HAPPY);
    float back = who->person.attributes.age;
    mr_analysis analysis;
    assert_ok(mr_analyze_pixels(session, frame.pixels, WIDTH, HEIGHT, frame.stride, &analysis));
    assert_int_equal(analysis.count, 1);
    float alone = analysis.people[0].attributes.age;
    mr_analysis_free(&analysis);
    if (fabsf(alone - age) < 1 || fabsf(back - age) > 0.5f * fabsf(alone - age))
        fail_msg("aged %g, then in the dark %g, taken alone %g", (double)age, (double)back,
                 (double)alone);
}

/* The id of the person nearest to x. */
static uint32_t id_at(const mr_scene *scene, float x) {
    const mr_followed *nearest = NULL;
    for (size_t i = 0; i < scene->count; i++)
        if (nearest == NULL || fabsf(middle(&scene->people[i]) - x) < fabsf(middle(nearest) - x))
            nearest = &scene->people[i];
    return nearest != NULL && fabsf(middle(nearest) - x) < 40 ? nearest->id : 0;
}

/* With the cascade, which does not see a face that is half hidden; of the edge of a patch that
 * covers another face the network sees a narrow one that stands still. */
static void people_who_cross_keep_their_ids(void **state) {
    (void)state;
    mr_options options = shipped_options();
    options.detector = MR_DETECTOR_HAAR;
    mr_engine *haar;
    mr_session *own;
    mr_follower *eye;
    assert_ok(mr_engine_open(&options, &haar));
    assert_ok(mr_session_create(haar, &own));
    assert_ok(mr_follower_create(haar, NULL, &eye));
    uint32_t back = 0, front = 0;
    mr_scene scene = {0};
    for (int i = 0; i <= 32; i++) {
        int x = 10 + 10 * i;
        clear_frame();
        draw(&mirrored, WIDTH - PATCH * 4 / 5 - x, 50, flicker(i));
        draw(&portrait, x, 30, flicker(i + 3));
        scene = follow_with(eye, own, 0.1 * i);
        if (i == 2) {
            front = id_at(&scene, (float)x + FACE_X);
            back = id_at(&scene, (float)(WIDTH - x) - 0.8f * FACE_X);
        }
    }
    assert_true(front != 0 && back != 0 && front != back);
    assert_int_equal(scene.count, 2);
    assert_int_equal(id_at(&scene, 330 + FACE_X), front);
    assert_int_equal(id_at(&scene, (float)WIDTH - 330 - 0.8f * FACE_X), back);
    mr_follower_free(eye);
    mr_session_free(own);
    mr_engine_free(haar);
}

static void a_frame_estimates_two_people_at_most(void **state) {
    (void)state;
    const int xs[] = {0, 190, 380};
    for (int i = 0; i < 4; i++) {
        clear_frame();
        for (int k = 0; k < 3; k++)
            draw(&mirrored, xs[k], 50, 1);
        mr_scene scene = follow(0.1 * i);
        size_t known = 0;
        for (size_t k = 0; k < scene.count; k++)
            known += scene.people[k].person.attributes.has_age;
        assert_int_equal(scene.count, i > 0 ? 3 : 0);
        assert_int_equal(known, i == 0 ? 0 : i == 1 ? 2 : 3);
    }
}

/* Each estimate moves the mean age, since the light flickers. */
static void a_settled_person_is_estimated_every_interval(void **state) {
    (void)state;
    int estimates = 0;
    float before = 0;
    for (int i = 0; i < 60; i++) {
        mr_scene scene = follow_portrait(150, flicker(i), 0.05 * i);
        float age = scene.count ? scene.people[0].person.attributes.age : 0;
        estimates += age != before;
        before = age;
    }
    /* One at once, three in a hurry, then four a second. */
    assert_in_range(estimates, 12, 16);
}

static void what_is_switched_off_is_gone_at_once(void **state) {
    (void)state;
    for (int i = 0; i < 4; i++)
        follow_portrait(150, 1, 0.1 * i);
    mr_scene scene = follow_portrait(150, 1, 0.35);
    assert_true(scene.people[0].person.attributes.has_emotion);
    assert_ok(mr_follower_set_attributes(follower, (mr_attribute_set){.age = true}));
    assert_false(scene.people[0].person.attributes.has_emotion); /* before the next frame */
    assert_int_equal(scene.people[0].emotion, -1);
    scene = follow_portrait(150, 1, 0.4);
    const mr_followed *who = &scene.people[0];
    const mr_attributes *a = &who->person.attributes;
    assert_int_equal(who->id, 1);
    assert_true(a->has_age);
    assert_false(a->has_gender || a->has_ethnicity || a->has_emotion);
    assert_true(who->gender == -1 && who->ethnicity == -1 && who->emotion == -1);
    assert_false(who->gender_sure || who->emotion_sure);
    assert_true(a->emotion[MR_HAPPY] == 0 && a->gender[MR_FEMALE] == 0);

    assert_ok(mr_follower_set_attributes(follower, (mr_attribute_set){.emotion = true}));
    scene = follow_portrait(150, 1, 0.5);
    assert_false(scene.people[0].person.attributes.has_age);
    assert_int_equal(scene.people[0].emotion, MR_HAPPY);

    assert_ok(mr_follower_set_attributes(follower, (mr_attribute_set){0}));
    scene = follow_portrait(150, 1, 0.6);
    assert_int_equal(scene.count, 1);
    assert_int_equal(scene.people[0].emotion, -1);
}

static void assert_same_scene(const mr_scene *a, const mr_scene *b) {
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const mr_person *p = &a->people[i].person, *q = &b->people[i].person;
        assert_int_equal(a->people[i].id, b->people[i].id);
        assert_int_equal(a->people[i].emotion, b->people[i].emotion);
        assert_memory_equal(&p->face.box, &q->face.box, sizeof p->face.box);
        assert_memory_equal(&p->attributes, &q->attributes, sizeof p->attributes);
    }
}

static void bytes_and_pixels_agree(void **state) {
    (void)state;
    mr_follower *by_bytes;
    assert_ok(mr_follower_create(engine, NULL, &by_bytes));
    for (int i = 0; i < 4; i++) {
        mr_scene one = follow_portrait(100 + 10 * i, flicker(i), 0.1 * i), other;
        uint8_t *bytes;
        size_t size;
        assert_ok(mr_image_encode_png(&frame, &bytes, &size));
        assert_ok(mr_follow_bytes(by_bytes, session, bytes, size, "frame", 0.1 * i, &other));
        free(bytes);
        assert_int_equal(other.count, i > 0);
        assert_same_scene(&one, &other);
    }
    mr_follower_free(by_bytes);
}

static void reduced_pictures_report_full_pixels(void **state) {
    (void)state;
    mr_options options = shipped_options();
    options.longer_side = WIDTH / 2;
    mr_engine *reduced;
    mr_session *own;
    mr_follower *half;
    assert_ok(mr_engine_open(&options, &reduced));
    assert_ok(mr_session_create(reduced, &own));
    assert_ok(mr_follower_create(reduced, NULL, &half));
    mr_scene full = {0}, scene = {0};
    for (int i = 0; i < 3; i++) {
        full = follow_portrait(200, 1, 0.1 * i);
        uint8_t *bytes;
        size_t size;
        assert_ok(mr_image_encode_jpeg(&frame, 95, &bytes, &size));
        assert_ok(mr_follow_bytes(half, own, bytes, size, "frame", 0.1 * i, &scene));
        free(bytes);
    }
    assert_int_equal(scene.width, WIDTH);
    assert_int_equal(scene.height, HEIGHT);
    assert_int_equal(scene.count, 1);
    assert_true(fabsf(middle(&scene.people[0]) - middle(&full.people[0])) < 10);
    assert_int_equal(
        mr_follow_pixels(half, session, frame.pixels, WIDTH, HEIGHT, frame.stride, 1, &scene),
        MR_E_ARGUMENT);
    mr_follower_free(half);
    mr_session_free(own);
    mr_engine_free(reduced);
}

/* Sees the same frame again and again, so that no picture asks for more than those before. */
static void a_frame_allocates_nothing(void **state) {
    (void)state;
    mr_scene scene = {0};
    for (int i = 0; i < 3; i++)
        follow_portrait(150, 1, 0.1 * i);
    long before = mr_memory_asked;
    for (int i = 3; i < 12; i++)
        scene = follow_portrait(150, 1, 0.1 * i);
    assert_int_equal(mr_memory_asked, before);
    assert_int_equal(scene.count, 1);
    uint8_t *bytes;
    size_t size;
    assert_ok(mr_image_encode_jpeg(&frame, 95, &bytes, &size));
    for (int i = 12; i < 24; i++) {
        if (i == 15)
            before = mr_memory_asked;
        assert_ok(mr_follow_bytes(follower, session, bytes, size, "frame", 0.1 * i, &scene));
    }
    assert_int_equal(mr_memory_asked, before);
    assert_int_equal(scene.people[0].id, 1);
    free(bytes);
}

static void a_bad_picture_does_no_harm(void **state) {
    (void)state;
    mr_scene scene, untouched = {.count = 7};
    follow_portrait(150, 1, 0);
    uint8_t *bytes;
    size_t size;
    assert_ok(mr_image_encode_jpeg(&frame, 95, &bytes, &size));
    assert_int_equal(mr_follow_bytes(follower, session, bytes, size / 2, "cut", 0.1, &untouched),
                     MR_E_TRUNCATED);
    assert_non_null(strstr(mr_last_error(), "cut: "));
    assert_int_equal(mr_follow_bytes(follower, session, "text", 4, "note", 0.1, &untouched),
                     MR_E_FORMAT);
    assert_int_equal(mr_follow_bytes(follower, session, bytes, 0, "empty", 0.1, &untouched),
                     MR_E_FORMAT);
    assert_int_equal(untouched.count, 7);
    assert_ok(mr_follow_bytes(follower, session, bytes, size, "whole", 0.1, &scene));
    assert_int_equal(scene.count, 1);
    assert_int_equal(scene.people[0].id, 1);
    free(bytes);
}

static void out_of_memory_is_an_error(void **state) {
    (void)state;
    mr_follower *none = NULL;
    mr_memory_failing = mr_memory_asked;
    assert_int_equal(mr_follower_create(engine, NULL, &none), MR_E_MEMORY);
    mr_memory_failing = -1;
    assert_null(none);
    clear_frame();
    uint8_t *bytes;
    size_t size;
    mr_scene scene;
    assert_ok(mr_image_encode_jpeg(&frame, 95, &bytes, &size));
    mr_memory_failing = mr_memory_asked;
    assert_int_equal(mr_follow_bytes(follower, session, bytes, size, "frame", 0, &scene),
                     MR_E_MEMORY);
    mr_memory_failing = -1;
    assert_ok(mr_follow_bytes(follower, session, bytes, size, "frame", 0, &scene));
    free(bytes);
}

static void time_must_not_go_back(void **state) {
    (void)state;
    mr_scene scene;
    follow_nobody(-5);
    follow_nobody(10);
    follow_nobody(10);
    const double wrong[] = {9.9, NAN, INFINITY};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(mr_follow_pixels(follower, session, frame.pixels, WIDTH, HEIGHT,
                                          frame.stride, wrong[i], &scene),
                         MR_E_ARGUMENT);
    follow_nobody(1e6);
}

static void assert_refused(mr_follow_options options, const char *words) {
    mr_follower *none = NULL;
    assert_int_equal(mr_follower_create(engine, &options, &none), MR_E_ARGUMENT);
    assert_null(none);
    if (strstr(mr_last_error(), words) == NULL)
        fail_msg("'%s' does not say '%s'", mr_last_error(), words);
}

static void wrong_calls_are_refused(void **state) {
    (void)state;
    mr_follow_options options = mr_follow_options_defaults();
    options.window = -1;
    assert_refused(options, "window -1");
    options = mr_follow_options_defaults();
    options.patience = NAN;
    assert_refused(options, "patience");
    options = mr_follow_options_defaults();
    options.interval = 1e9;
    assert_refused(options, "interval");
    options = mr_follow_options_defaults();
    options.confirm = 0;
    assert_refused(options, "confirm 0");

    mr_scene scene;
    const uint8_t row[6] = {0};
    mr_follower *none;
    assert_int_equal(mr_follower_create(NULL, NULL, &none), MR_E_ARGUMENT);
    assert_int_equal(mr_follower_create(engine, NULL, NULL), MR_E_ARGUMENT);
    assert_int_equal(mr_follower_set_attributes(NULL, (mr_attribute_set){0}), MR_E_ARGUMENT);
    assert_int_equal(mr_follow_pixels(NULL, session, row, 1, 1, 3, 0, &scene), MR_E_ARGUMENT);
    assert_int_equal(mr_follow_pixels(follower, NULL, row, 1, 1, 3, 0, &scene), MR_E_ARGUMENT);
    assert_int_equal(mr_follow_pixels(follower, session, NULL, 1, 1, 3, 0, &scene), MR_E_ARGUMENT);
    assert_int_equal(mr_follow_pixels(follower, session, row, 1, 1, 3, 0, NULL), MR_E_ARGUMENT);
    assert_int_equal(mr_follow_pixels(follower, session, row, 2, 1, 5, 0, &scene), MR_E_ARGUMENT);
    assert_int_equal(mr_follow_pixels(follower, session, row, 1 << 20, 1 << 20, 3 << 20, 0, &scene),
                     MR_E_LIMIT);
    assert_int_equal(mr_follow_bytes(follower, session, NULL, 1, "x", 0, &scene), MR_E_ARGUMENT);
    assert_int_equal(mr_follow_bytes(follower, session, row, 1, NULL, 0, &scene), MR_E_ARGUMENT);
    mr_follower_free(NULL);
    /* Smaller than any face, yet a picture. */
    assert_ok(mr_follow_pixels(follower, session, row, 2, 1, 6, 0, &scene));
    assert_int_equal(scene.count, 0);
}

/* The portrait at a quarter of its size, its face 25 pixels high: found, but nobody. */
static void a_face_too_small_to_read_is_nobody(void **state) {
    (void)state;
    mr_image small;
    mr_analysis analysis;
    mr_recommendation films;
    const mr_affine shrink = {.a = 4, .c = 1.5f, .e = 4, .f = 1.5f};
    assert_ok(mr_image_create(PATCH / 4, PATCH / 4, 3, &small));
    mr_image_warp(&portrait, &shrink, &small);
    clear_frame();
    draw(&small, 200, 100, 1);
    assert_ok(mr_analyze_pixels(session, frame.pixels, WIDTH, HEIGHT, frame.stride, &analysis));
    assert_int_equal(analysis.count, 1);
    assert_int_equal(analysis.readable, 0);
    const mr_person *person = &analysis.people[0];
    assert_true(fabsf(person->face.box.x + person->face.box.width / 2 - 224) < 10);
    assert_false(person->attributes.has_age || person->attributes.has_gender ||
                 person->attributes.has_ethnicity || person->attributes.has_emotion);
    assert_int_equal(mr_recommend_for_analysis(session, &analysis, NULL, &films), MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "large enough"));
    mr_analysis_free(&analysis);
    for (int i = 0; i < 3; i++)
        assert_int_equal(follow(0.1 * i).count, 0);

    /* beside somebody who can be read it comes last, and only the other is followed */
    draw(&portrait, 300, 30, 1);
    assert_ok(mr_analyze_pixels(session, frame.pixels, WIDTH, HEIGHT, frame.stride, &analysis));
    assert_int_equal(analysis.count, 2);
    assert_int_equal(analysis.readable, 1);
    assert_true(analysis.people[0].attributes.has_age && !analysis.people[1].attributes.has_age);
    mr_analysis_free(&analysis);
    follow(0.4);
    assert_int_equal(follow(0.5).count, 1);
    mr_image_free(&small);
}

static void make_age(mr_person *person, float low) {
    person->attributes =
        (mr_attributes){.has_age = true, .age = low + 5, .age_low = low, .age_high = low + 10};
    person->attributes.age_distribution[(int)low + 5] = 1;
}

/* Ten people: the largest have seats, and the last seat is for the youngest of the others. */
static void the_youngest_of_many_has_a_seat(void **state) {
    (void)state;
    enum { PEOPLE = MR_VIEWERS_MAX + 2 };
    static mr_person people[PEOPLE];
    mr_followed followed[PEOPLE] = {{0}}, audience[MR_VIEWERS_MAX];
    mr_viewer viewers[MR_VIEWERS_MAX];
    const mr_analysis analysis = {.count = PEOPLE, .readable = PEOPLE, .people = people};
    const mr_scene scene = {.count = PEOPLE, .people = followed};
    for (int youngest = 0; youngest < PEOPLE; youngest++) {
        for (int i = 0; i < PEOPLE; i++) {
            make_age(&people[i], i == youngest ? 7.5f : (float)(20 + i));
            followed[i].id = (uint32_t)i + 1;
            followed[i].person = people[i];
            followed[i].in_sight = true;
        }
        int last = youngest < MR_VIEWERS_MAX ? MR_VIEWERS_MAX - 1 : youngest;
        assert_int_equal(mr_viewers_of_analysis(&analysis, viewers), MR_VIEWERS_MAX);
        assert_int_equal(mr_audience_of_scene(&scene, audience), MR_VIEWERS_MAX);
        assert_int_equal(mr_youngest_of_scene(&scene, -1), 7);
        for (int seat = 0; seat < MR_VIEWERS_MAX; seat++) {
            int who = seat == MR_VIEWERS_MAX - 1 ? last : seat;
            assert_true(viewers[seat].attributes.age == people[who].attributes.age);
            assert_int_equal(audience[seat].id, who + 1);
        }
    }
    /* whose age is not known counts as younger than anybody */
    people[PEOPLE - 2].attributes.has_age = false;
    assert_int_equal(mr_viewers_of_analysis(&analysis, viewers), MR_VIEWERS_MAX);
    assert_false(viewers[MR_VIEWERS_MAX - 1].attributes.has_age);
    assert_int_equal(mr_viewers_of_analysis(NULL, viewers), 0);
    assert_int_equal(mr_audience_of_scene(NULL, audience), 0);
}

/* A child that was seen for two frames neither has a seat nor limits the films; one that has been
 * there does, in sight or not. */
static void who_passes_by_is_not_asked(void **state) {
    (void)state;
    mr_followed people[2] = {{.id = 1, .in_sight = true, .since = 10, .seen = 10},
                             {.id = 2, .in_sight = false, .since = 10, .seen = 10.1}};
    mr_followed audience[MR_VIEWERS_MAX];
    make_age(&people[0].person, 30);
    make_age(&people[1].person, 7.5f);
    const mr_scene scene = {.count = 2, .people = people};
    assert_int_equal(mr_audience_of_scene(&scene, audience), 1);
    assert_int_equal(audience[0].id, 1);
    assert_int_equal(mr_youngest_of_scene(&scene, -1),
                     mr_plausible_age(&people[0].person.attributes, -1));
    people[1].seen = 11;
    assert_int_equal(mr_audience_of_scene(&scene, audience), 2);
    assert_int_equal(mr_youngest_of_scene(&scene, -1), 7);
    people[1].person.attributes.has_age = false; /* as old as was stated */
    assert_int_equal(mr_youngest_of_scene(&scene, 12), 12);
    assert_int_equal(mr_youngest_of_scene(&scene, -1), 0);
    assert_int_equal(mr_youngest_of_scene(NULL, 12), -1);
}

/* Somebody who was in a frame of another size leaves no ghost in this one. */
static void another_size_is_a_new_beginning(void **state) {
    (void)state;
    for (int i = 0; i < 6; i++)
        assert_int_equal(follow_portrait(150, 1, 0.1 * i).count, i > 0);
    mr_image large;
    assert_ok(mr_image_create(2 * WIDTH, 2 * HEIGHT, 3, &large));
    mr_image_resize(&frame, &large);
    mr_scene scene;
    for (int i = 6; i < 9; i++)
        assert_ok(mr_follow_pixels(follower, session, large.pixels, large.width, large.height,
                                   large.stride, 0.1 * i, &scene));
    mr_image_free(&large);
    assert_int_equal(scene.count, 1);
    assert_int_equal(scene.people[0].id, 2);
    assert_true(scene.people[0].since == 0.1 * 6);
}

static void a_followed_person_is_a_viewer(void **state) {
    (void)state;
    follow_portrait(150, 1, 0);
    mr_scene scene = follow_portrait(150, 1, 0.1);
    mr_viewer viewer = mr_viewer_of_followed(&scene.people[0]);
    assert_memory_equal(&viewer.attributes, &scene.people[0].person.attributes,
                        sizeof viewer.attributes);
    assert_int_equal(viewer.history_count, 0);
    assert_false(mr_viewer_of_followed(NULL).attributes.has_age);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(who_passes_by_is_not_asked),
        TEST(a_person_stays_the_same_under_flicker),
        TEST(the_vote_is_worth_no_more_than_its_estimates),
        TEST(who_looked_aside_is_the_same_with_the_same_vote),
        TEST(who_is_gone_for_long_is_somebody_new),
        TEST(people_who_cross_keep_their_ids),
        TEST(a_frame_estimates_two_people_at_most),
        TEST(a_settled_person_is_estimated_every_interval),
        TEST(what_is_switched_off_is_gone_at_once),
        TEST(the_youngest_of_many_has_a_seat),
        TEST(bytes_and_pixels_agree),
        TEST(reduced_pictures_report_full_pixels),
        TEST(a_frame_allocates_nothing),
        TEST(a_bad_picture_does_no_harm),
        TEST(out_of_memory_is_an_error),
        TEST(time_must_not_go_back),
        TEST(wrong_calls_are_refused),
        TEST(a_face_too_small_to_read_is_nobody),
        TEST(another_size_is_a_new_beginning),
        TEST(a_followed_person_is_a_viewer),
    };
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
