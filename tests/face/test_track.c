/* The tracker on made sequences of boxes. */
#include "base/rng.h"
#include "counted_memory.h"
#include "face/track.h"
#include "support.h"

#include <math.h>
#include <string.h>

#define SURE  0.8f
#define FAINT 0.3f

static mr_tracker tracker;

static int set_up(void **state) {
    (void)state;
    const mr_track_options options = {.patience = 1.5, .confirm = 2, .sure = 0.5f};
    mr_tracker_start(&tracker, &options);
    return 0;
}

/* A square face around a centre. */
static mr_face face_at(double x, double y, double size, float score) {
    return (mr_face){.box = {.x = (float)(x - size / 2),
                             .y = (float)(y - size / 2),
                             .width = (float)size,
                             .height = (float)size},
                     .score = score};
}

/* As a detector finds it: a few percent off. */
static mr_face jittered(mr_rng *rng, mr_face face) {
    float size = face.box.width;
    face.box.x += 0.03f * size * (float)mr_rng_normal(rng);
    face.box.y += 0.03f * size * (float)mr_rng_normal(rng);
    face.box.width = face.box.height = size * (1 + 0.03f * (float)mr_rng_normal(rng));
    return face;
}

/* The person who has this frame's face number `index`, or 0. */
static uint32_t id_of(int index) {
    for (int i = 0; i < MR_TRACKS_MAX; i++)
        if (tracker.tracks[i].hits > 0 && tracker.tracks[i].found == index)
            return tracker.tracks[i].id;
    return 0;
}

static int count_people(void) {
    int count = 0;
    for (int i = 0; i < MR_TRACKS_MAX; i++)
        count += tracker.tracks[i].id != 0;
    return count;
}

static const mr_track *track_of(uint32_t id) {
    for (int i = 0; i < MR_TRACKS_MAX; i++)
        if (tracker.tracks[i].id == id)
            return &tracker.tracks[i];
    fail_msg("nobody has id %u", id);
    return NULL;
}

/* A face that stays for `frames` frames of a tenth of a second; returns the time of the next. */
static double show(const mr_face *face, int frames, double seconds) {
    for (int i = 0; i < frames; i++, seconds += 0.1)
        mr_tracker_step(&tracker, face, face != NULL, seconds);
    return seconds;
}

static void a_face_is_a_person_once_confirmed(void **state) {
    (void)state;
    const mr_face face = face_at(200, 200, 100, SURE);
    mr_tracker_step(&tracker, &face, 1, 0);
    assert_int_equal(count_people(), 0);
    mr_tracker_step(&tracker, &face, 1, 0.1);
    assert_int_equal(id_of(0), 1);
    assert_true(track_of(1)->since == 0 && track_of(1)->seen == 0.1);
}

static void a_face_of_one_frame_is_nobody(void **state) {
    (void)state;
    const mr_face face = face_at(200, 200, 100, SURE);
    for (int i = 0; i < 20; i++) {
        mr_tracker_step(&tracker, &face, i % 2 == 0, 0.1 * i);
        assert_int_equal(count_people(), 0);
    }
    show(&face, 2, 2);
    assert_int_equal(id_of(0), 1);
}

static void a_moving_face_is_one_person_in_a_steadier_box(void **state) {
    (void)state;
    mr_rng rng = mr_rng_seeded(5);
    double raw = 0, smooth = 0;
    for (int i = 0; i < 100; i++) {
        mr_face truth = face_at(100 + 4 * i, 200 + i, 100, SURE);
        mr_face seen = jittered(&rng, truth);
        mr_tracker_step(&tracker, &seen, 1, i / 30.0);
        if (i < 20)
            continue;
        assert_int_equal(id_of(0), 1);
        mr_box box = mr_track_face(track_of(1)).box;
        raw += pow(seen.box.width - truth.box.width, 2) + pow(seen.box.x - truth.box.x, 2);
        smooth += pow(box.width - truth.box.width, 2) + pow(box.x - truth.box.x, 2);
    }
    assert_int_equal(count_people(), 1);
    if (smooth > 0.6 * raw)
        fail_msg("squared error %.0f of the smoothed box, %.0f of the raw one", smooth, raw);
}

static void landmarks_move_with_the_box(void **state) {
    (void)state;
    mr_face face = face_at(200, 200, 100, SURE);
    face.has_landmarks = true;
    for (int i = 0; i < MR_LANDMARKS; i++)
        face.landmarks[i] = (mr_point){170 + 15 * (float)i, 180 + 10 * (float)i};
    show(&face, 5, 0);
    face.box.x += 10;
    face.landmarks[2].x += 10;
    show(&face, 1, 0.5);
    mr_face shown = mr_track_face(track_of(1));
    assert_true(shown.has_landmarks);
    assert_true(shown.box.x > 150 && shown.box.x < 160);
    assert_float_equal((shown.landmarks[2].x - shown.box.x) / shown.box.width, 0.5, 1e-4);
}

/*
 * Two faces cross, at one of several speeds and frame rates; where their boxes overlap much the
 * detector finds only the nearer one. Returns whether both kept their ids.
 */
static bool cross(double speed, double rate, double difference, uint64_t seed) {
    mr_rng rng = mr_rng_seeded(seed);
    set_up(NULL);
    double length = 500 / speed; /* from 250 pixels apart to the same again */
    uint32_t left = 0, right = 0;
    for (int i = 0; i / rate <= length; i++) {
        double way = speed * i / rate;
        mr_face front = face_at(150 + way / 2, 200, 100, SURE);
        mr_face back = face_at(400 - way / 2, 200 + difference, 90, SURE);
        mr_face found[2] = {jittered(&rng, front), jittered(&rng, back)};
        size_t count = mr_box_likeness(&front.box, &back.box, 0) > 0.3f ? 1 : 2;
        mr_tracker_step(&tracker, found, count, i / rate);
        if (i == 2) {
            left = id_of(0);
            right = id_of(1);
        }
    }
    return left != 0 && right != 0 && left != right && id_of(0) == left && id_of(1) == right;
}

static void crossing_faces_keep_their_ids(void **state) {
    (void)state;
    const double speeds[] = {100, 200, 400}, rates[] = {8, 15, 30}, differences[] = {0, 20, 40};
    int kept = 0, all = 0;
    for (int s = 0; s < 3; s++)
        for (int r = 0; r < 3; r++)
            for (int d = 0; d < 3; d++)
                for (uint64_t seed = 0; seed < 4; seed++) {
                    bool fine = cross(speeds[s], rates[r], differences[d], seed);
                    kept += fine;
                    all++;
                    if (!fine)
                        print_message("ids lost: %g px/s, %g frames/s, %g px apart, seed %d\n",
                                      speeds[s], rates[r], differences[d], (int)seed);
                }
    assert_int_equal(kept, all);
}

static void missed_detections_do_not_matter(void **state) {
    (void)state;
    mr_rng rng = mr_rng_seeded(6);
    for (int i = 0; i < 100; i++) {
        mr_face face = jittered(&rng, face_at(100 + 5 * i, 200, 100, SURE));
        mr_tracker_step(&tracker, &face, i < 2 || mr_rng_below(&rng, 3) != 0, 0.1 * i);
        assert_int_equal(count_people(), i > 0);
    }
    assert_int_equal(tracker.last_id, 1);
}

static void who_comes_back_in_time_is_the_same(void **state) {
    (void)state;
    const mr_face here = face_at(200, 200, 100, SURE), there = face_at(240, 210, 95, SURE);
    double now = show(&here, 10, 0);
    now = show(NULL, 12, now);
    assert_int_equal(count_people(), 1);
    assert_int_equal(track_of(1)->found, -1);
    now = show(&there, 1, now);
    assert_int_equal(id_of(0), 1);
    now = show(NULL, 16, now);
    assert_int_equal(count_people(), 0);
    show(&there, 2, now);
    assert_int_equal(id_of(0), 2);
}

static void who_left_at_the_edge_and_turned_is_the_same(void **state) {
    (void)state;
    for (int i = 0; i < 10; i++) {
        const mr_face leaving = face_at(300 + 30 * i, 200, 100, SURE);
        mr_tracker_step(&tracker, &leaving, 1, 0.1 * i);
    }
    double now = show(NULL, 10, 1);
    const mr_face back = face_at(560, 200, 100, SURE);
    show(&back, 1, now);
    assert_int_equal(id_of(0), 1);
}

static void start_with_memory(void) {
    const mr_track_options options = {.patience = 1.5, .memory = 6, .confirm = 2, .sure = 0.5f};
    mr_tracker_start(&tracker, &options);
}

static bool is_present(uint32_t id) {
    return mr_track_is_present(&tracker, track_of(id));
}

static void who_looked_away_comes_back_to_the_same_place(void **state) {
    (void)state;
    start_with_memory();
    const mr_face here = face_at(200, 200, 100, SURE), near = face_at(260, 215, 95, SURE);
    double now = show(&here, 10, 0);
    now = show(NULL, 14, now);
    assert_true(is_present(1));
    now = show(NULL, 40, now);
    assert_false(is_present(1));
    now = show(&near, 1, now);
    assert_int_equal(id_of(0), 1);
    assert_true(is_present(1));
    assert_true(track_of(1)->since == 0);
    mr_box box = mr_track_face(track_of(1)).box;
    assert_true(box.x == near.box.x && box.width == near.box.width); /* at once, not on its way */
    now = show(NULL, 62, now);
    assert_int_equal(count_people(), 0);
    show(&near, 2, now);
    assert_int_equal(id_of(0), 2);
}

/* One frame every two seconds, or no patience at all. */
static void frames_far_apart_show_people_too(void **state) {
    (void)state;
    const mr_face face = face_at(200, 200, 100, SURE);
    const double patiences[] = {1.5, 0, 1.5}, steps[] = {2, 0.1, 10};
    for (int k = 0; k < 3; k++) {
        const mr_track_options options = {
            .patience = patiences[k], .memory = 6, .confirm = 2, .sure = 0.5f};
        mr_tracker_start(&tracker, &options);
        for (int i = 0; i < 6; i++) {
            mr_tracker_step(&tracker, &face, 1, steps[k] * i);
            assert_int_equal(id_of(0), i > 0);
            assert_true(i == 0 || is_present(1));
        }
    }
}

static void who_was_away_is_known_by_place_and_size_and_a_sure_face(void **state) {
    (void)state;
    const mr_face here = face_at(200, 200, 100, SURE);
    const mr_face others[] = {face_at(320, 200, 100, SURE), face_at(200, 200, 40, SURE),
                              face_at(200, 200, 300, SURE), face_at(200, 200, 100, FAINT)};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        start_with_memory();
        double now = show(NULL, 30, show(&here, 10, 0));
        show(&others[i], 2, now);
        if (id_of(0) == 1 || is_present(1))
            fail_msg("face %zu was taken for the person who was away", i);
    }
}

/* Somebody in sight passes the place of one who is away: the ids stay where they are. */
static void who_passes_the_place_of_one_away_keeps_the_id(void **state) {
    (void)state;
    start_with_memory();
    double now = 0;
    for (int i = 0; i < 80; i++, now += 0.1) {
        const mr_face both[2] = {face_at(400 - 4 * i, 200, 100, SURE),
                                 face_at(200, 200, 100, SURE)};
        mr_tracker_step(&tracker, both, i < 10 ? 2 : 1, now);
        assert_int_equal(id_of(0), i > 0);
    }
    assert_int_equal(tracker.last_id, 2);
}

static void another_place_is_another_person(void **state) {
    (void)state;
    const mr_face here = face_at(200, 200, 100, SURE), there = face_at(500, 200, 100, SURE);
    double now = show(&here, 5, 0);
    show(&there, 2, now);
    assert_int_equal(id_of(0), 2);
    assert_int_equal(track_of(1)->found, -1);
}

static void a_gap_in_time_ends_tracks(void **state) {
    (void)state;
    const mr_face face = face_at(200, 200, 100, SURE);
    show(&face, 5, 0);
    mr_tracker_step(&tracker, &face, 1, 1.5);
    assert_int_equal(id_of(0), 1);
    mr_tracker_step(&tracker, &face, 1, 3.5);
    mr_tracker_step(&tracker, &face, 1, 3.5); /* no time between frames is a time, too */
    assert_int_equal(id_of(0), 2);
    assert_int_equal(count_people(), 1);
}

/* Whatever the caller's clock says at first. */
static void a_gap_counts_from_wherever_the_clock_begins(void **state) {
    (void)state;
    const mr_face face = face_at(200, 200, 100, SURE);
    const mr_track_options options = {.patience = 1.5, .memory = 6, .confirm = 1, .sure = 0.5f};
    const double starts[] = {0, 1.7e9, -40};
    for (int i = 0; i < 3; i++) {
        mr_tracker_start(&tracker, &options);
        mr_tracker_step(&tracker, &face, 1, starts[i]);
        mr_tracker_step(&tracker, &face, 1, starts[i] + 3600);
        assert_int_equal(id_of(0), 2);
    }
}

/* A face of one frame is not waited for longer than a person. */
static void a_gap_ends_a_face_that_is_no_person_yet(void **state) {
    (void)state;
    const mr_face face = face_at(200, 200, 100, SURE), other = face_at(500, 200, 100, SURE);
    double now = show(&other, 5, 0);
    const mr_face both[] = {other, face};
    mr_tracker_step(&tracker, both, 2, now);
    mr_tracker_step(&tracker, &face, 1, now + 3600);
    assert_int_equal(id_of(0), 0);
    mr_tracker_step(&tracker, &face, 1, now + 3600.1);
    assert_int_equal(id_of(0), 2);
    assert_true(track_of(2)->since == now + 3600);
}

static void faint_faces_continue_but_never_begin(void **state) {
    (void)state;
    mr_face face = face_at(200, 200, 100, FAINT);
    double now = show(&face, 10, 0);
    assert_int_equal(count_people(), 0);
    face.score = SURE;
    now = show(&face, 2, now);
    face.score = FAINT;
    show(&face, 30, now);
    assert_int_equal(id_of(0), 1);
}

/* Faces of falling size, none near another. */
static void make_crowd(mr_rng *rng, mr_face *faces, int count) {
    for (int i = 0; i < count; i++) {
        int column = i % 10, row = i / 10;
        double size = 200 - 100.0 * i / count;
        faces[i] = jittered(rng, face_at(200 + 400 * column, 200 + 400 * row, size, SURE));
    }
}

static void of_a_crowd_the_largest_are_followed(void **state) {
    (void)state;
    enum { CROWD = 100 };
    mr_rng rng = mr_rng_seeded(7);
    mr_face faces[CROWD];
    for (int i = 0; i < 50; i++) {
        make_crowd(&rng, faces, CROWD);
        mr_tracker_step(&tracker, faces, CROWD, 0.1 * i);
    }
    assert_int_equal(count_people(), MR_TRACKS_MAX);
    assert_int_equal(tracker.last_id, MR_TRACKS_MAX);
    for (int i = 0; i < MR_TRACKS_MAX; i++)
        assert_true(id_of(i) != 0);
    const mr_face large = face_at(3000, 5000, 300, SURE);
    faces[CROWD - 1] = large;
    mr_tracker_step(&tracker, faces, CROWD, 5);
    mr_tracker_step(&tracker, faces, CROWD, 5.1);
    assert_int_equal(id_of(CROWD - 1), MR_TRACKS_MAX + 1);
    assert_int_equal(count_people(), MR_TRACKS_MAX);
}

static void more_faces_than_can_be_matched_do_no_harm(void **state) {
    (void)state;
    static mr_face faces[MR_TRACK_FACES_MAX + 20];
    for (int i = 0; i < MR_TRACK_FACES_MAX + 20; i++)
        faces[i] = face_at(100 + 10 * i, 100, 50, SURE);
    for (int i = 0; i < 3; i++)
        mr_tracker_step(&tracker, faces, sizeof faces / sizeof *faces, 0.1 * i);
    assert_int_equal(count_people(), MR_TRACKS_MAX);
}

/* Random faces come, go and pass: an id that is gone stays gone, and new ones only grow. */
static void ids_are_never_used_again(void **state) {
    (void)state;
    enum { IDS = 4096 };
    static bool alive[IDS], gone[IDS];
    mr_rng rng = mr_rng_seeded(8);
    memset(alive, 0, sizeof alive);
    memset(gone, 0, sizeof gone);
    for (int frame = 0; frame < 2000; frame++) {
        mr_face faces[12];
        size_t count = mr_rng_below(&rng, 13);
        for (size_t i = 0; i < count; i++)
            faces[i] = face_at(mr_rng_range(&rng, 0, 900), mr_rng_range(&rng, 0, 600),
                               mr_rng_range(&rng, 40, 200), mr_rng_below(&rng, 4) ? SURE : FAINT);
        mr_tracker_step(&tracker, faces, count, 0.1 * frame);
        bool now[IDS] = {0};
        for (int i = 0; i < MR_TRACKS_MAX; i++) {
            uint32_t id = tracker.tracks[i].id;
            assert_in_range(id, 0, IDS - 1);
            assert_false(id != 0 && now[id]);
            now[id] = true;
        }
        for (int id = 1; id < IDS; id++) {
            assert_false(now[id] && gone[id]);
            gone[id] = gone[id] || (alive[id] && !now[id]);
            alive[id] = now[id];
        }
    }
    assert_true(tracker.last_id > 100);
}

static void nothing_is_allocated(void **state) {
    (void)state;
    mr_rng rng = mr_rng_seeded(9);
    mr_face faces[80];
    long before = mr_memory_asked;
    for (int i = 0; i < 20; i++) {
        make_crowd(&rng, faces, 80);
        mr_tracker_step(&tracker, faces, 80, 0.1 * i);
    }
    assert_int_equal(mr_memory_asked, before);
}

static void many_short_steps_predict_as_one_long(void **state) {
    (void)state;
    mr_box box = {.x = 100, .y = 100, .width = 80, .height = 80};
    mr_motion once = mr_motion_start(&box);
    for (int i = 1; i < 10; i++) {
        box.x += 8;
        mr_motion_predict(&once, 0.1);
        mr_motion_update(&once, &box);
    }
    mr_motion often = once;
    mr_motion_predict(&once, 1);
    for (int i = 0; i < 100; i++)
        mr_motion_predict(&often, 0.01);
    assert_float_equal(mr_motion_box(&once).x, mr_motion_box(&often).x, 1e-2);
    assert_float_equal(once.axes[0].at_variance, often.axes[0].at_variance, 1e-2);
    assert_float_equal(once.axes[0].covariance, often.axes[0].covariance, 1e-2);
    assert_float_equal(once.axes[0].rate_variance, often.axes[0].rate_variance, 1e-2);
    /* At 80 pixels a second it would have gone 80 further, were its rate not dying away. */
    double gone = (double)(mr_motion_box(&once).x - box.x);
    assert_true(gone > 40 && gone < 75);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_face_is_a_person_once_confirmed, set_up),
        cmocka_unit_test_setup(a_face_of_one_frame_is_nobody, set_up),
        cmocka_unit_test_setup(a_moving_face_is_one_person_in_a_steadier_box, set_up),
        cmocka_unit_test_setup(landmarks_move_with_the_box, set_up),
        cmocka_unit_test(crossing_faces_keep_their_ids),
        cmocka_unit_test_setup(missed_detections_do_not_matter, set_up),
        cmocka_unit_test_setup(who_comes_back_in_time_is_the_same, set_up),
        cmocka_unit_test_setup(who_left_at_the_edge_and_turned_is_the_same, set_up),
        cmocka_unit_test(who_looked_away_comes_back_to_the_same_place),
        cmocka_unit_test(frames_far_apart_show_people_too),
        cmocka_unit_test(who_was_away_is_known_by_place_and_size_and_a_sure_face),
        cmocka_unit_test(who_passes_the_place_of_one_away_keeps_the_id),
        cmocka_unit_test_setup(another_place_is_another_person, set_up),
        cmocka_unit_test_setup(a_gap_in_time_ends_tracks, set_up),
        cmocka_unit_test(a_gap_counts_from_wherever_the_clock_begins),
        cmocka_unit_test_setup(a_gap_ends_a_face_that_is_no_person_yet, set_up),
        cmocka_unit_test_setup(faint_faces_continue_but_never_begin, set_up),
        cmocka_unit_test_setup(of_a_crowd_the_largest_are_followed, set_up),
        cmocka_unit_test_setup(more_faces_than_can_be_matched_do_no_harm, set_up),
        cmocka_unit_test_setup(ids_are_never_used_again, set_up),
        cmocka_unit_test_setup(nothing_is_allocated, set_up),
        cmocka_unit_test(many_short_steps_predict_as_one_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
