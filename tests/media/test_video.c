/* What the writer wrote, the reader reads: pictures, times, colours, turns. */
#include "base/clock.h"
#include "made_video.h"
#include "media/reader.h"
#include "media/writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 160, HEIGHT = 120, FRAMES = 24 };

static void check_made(const char *path, double rate, double clock_error) {
    mr_media_reader *reader = open_video(path);
    mr_media_info info = mr_media_about(reader);
    assert_false(info.live);
    assert_true(fabs(info.duration - FRAMES / rate) < 0.1);
    mr_media_moment moment;
    for (int i = 0; i < FRAMES; i++) {
        assert_ok(mr_media_read(reader, &moment));
        assert_int_equal(moment.what, MR_MEDIA_FRAME);
        assert_int_equal(moment.number, i);
        if (fabs(moment.seconds - i / rate) > clock_error)
            fail_msg("frame %d is at %f s: expected %f", i, moment.seconds, i / rate);
        assert_int_equal(moment.image.width, WIDTH);
        assert_int_equal(moment.image.height, HEIGHT);
        for (int quarter = 0; quarter < 4; quarter++)
            assert_quarter(&moment.image, quarter % 2, quarter / 2, quarter % 2, quarter / 2, 6);
    }
    assert_ok(mr_media_read(reader, &moment));
    assert_int_equal(moment.what, MR_MEDIA_END);
    assert_int_equal(mr_media_broken(reader), 0);
    mr_media_close(reader);
}

static void what_is_written_is_read(void **state) {
    (void)state;
    static const struct {
        const char *name;
        double rate, clock_error;
    } videos[] = {
        {"a.mp4", 25, 1e-4},
        {"b.mp4", 30000 / 1001.0, 1e-4},
        {"c.mkv", 24, 1e-3},
        {"d.webm", 10, 1e-3},
    };
    for (size_t i = 0; i < sizeof videos / sizeof *videos; i++) {
        make_video(in_folder(videos[i].name), WIDTH, HEIGHT, FRAMES, videos[i].rate);
        check_made(in_folder(videos[i].name), videos[i].rate, videos[i].clock_error);
    }
}

/* High definition has another matrix of colours, which must be the same in both directions. */
static void colours_survive_high_definition(void **state) {
    (void)state;
    make_video(in_folder("hd.mp4"), 1280, 720, 2, 25);
    mr_media_reader *reader = open_video(in_folder("hd.mp4"));
    mr_media_moment moment;
    assert_ok(mr_media_read(reader, &moment));
    for (int quarter = 0; quarter < 4; quarter++)
        assert_quarter(&moment.image, quarter % 2, quarter / 2, quarter % 2, quarter / 2, 4);
    mr_media_close(reader);
}

/* Pictures come when they come: gaps stay, and a time that does not advance is nudged on. */
static void uneven_times_are_kept(void **state) {
    (void)state;
    static const double times[] = {0, 0.04, 0.5, 0.5, 2.25};
    mr_media_writer *writer;
    assert_ok(mr_media_writer_open(in_folder("uneven.mp4"), 64, 48, NULL, &writer));
    mr_image picture = {0};
    for (int i = 0; i < 5; i++) {
        made_picture(&picture, 64, 48, i);
        assert_ok(mr_media_writer_add(writer, &picture, times[i]));
    }
    assert_ok(mr_media_writer_finish(writer));
    mr_media_writer_close(writer);
    mr_image_free(&picture);
    mr_media_reader *reader = open_video(in_folder("uneven.mp4"));
    mr_media_moment moment;
    for (int i = 0; i < 5; i++) {
        assert_ok(mr_media_read(reader, &moment));
        assert_int_equal(moment.what, MR_MEDIA_FRAME);
        assert_true(fabs(moment.seconds - times[i]) < 1e-3);
    }
    mr_media_close(reader);
}

static void odd_and_changing_sizes_are_fitted(void **state) {
    (void)state;
    mr_media_writer *writer;
    assert_ok(mr_media_writer_open(in_folder("odd.mp4"), 101, 75, NULL, &writer));
    mr_image odd = {0}, larger = {0};
    made_picture(&odd, 101, 75, 0);
    made_picture(&larger, 200, 150, 0);
    assert_ok(mr_media_writer_add(writer, &odd, 0));
    assert_ok(mr_media_writer_add(writer, &larger, 1));
    mr_image grey = {.width = 1, .height = 1, .channels = 1};
    assert_int_equal(mr_media_writer_add(writer, &grey, 2), MR_E_ARGUMENT);
    assert_ok(mr_media_writer_finish(writer));
    mr_media_writer_close(writer);
    mr_image_free(&odd);
    mr_image_free(&larger);
    mr_media_reader *reader = open_video(in_folder("odd.mp4"));
    mr_media_moment moment;
    for (int i = 0; i < 2; i++) {
        assert_ok(mr_media_read(reader, &moment));
        assert_int_equal(moment.image.width, 100);
        assert_int_equal(moment.image.height, 74);
        assert_quarter(&moment.image, 1, 1, 1, 1, 6);
    }
    mr_media_close(reader);
}

/* The places that the upper left and the upper right quarter as stored have when shown. */
struct turn {
    int32_t matrix[4]; /* a, b, c, d of the file's matrix */
    bool across;
    int left[2], right[2]; /* column, row */
};

static void put_32(unsigned char *at, int32_t value) {
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)((uint32_t)value >> (24 - 8 * i));
}

/* Sets the matrix of the track's header: ISO/IEC 14496-12, 8.3.2, version 0. */
static void turn_file(const char *path, const char *turned, const int32_t matrix[4]) {
    size_t size;
    unsigned char *bytes = read_whole(path, &size);
    unsigned char *header = memmem(bytes, size, "tkhd", 4);
    assert_non_null(header);
    unsigned char *at = header + 4 + 40;
    put_32(at, matrix[0] * 65536);
    put_32(at + 4, matrix[1] * 65536);
    put_32(at + 12, matrix[2] * 65536);
    put_32(at + 16, matrix[3] * 65536);
    write_whole(turned, bytes, size);
    free(bytes);
}

static void turned_files_are_shown_upright(void **state) {
    (void)state;
    static const struct turn turns[] = {
        {{1, 0, 0, 1}, false, {0, 0}, {1, 0}},   {{0, 1, -1, 0}, true, {1, 0}, {1, 1}},
        {{-1, 0, 0, -1}, false, {1, 1}, {0, 1}}, {{0, -1, 1, 0}, true, {0, 1}, {0, 0}},
        {{-1, 0, 0, 1}, false, {1, 0}, {0, 0}},  {{0, 1, 1, 0}, true, {0, 0}, {0, 1}},
    };
    char path[256];
    snprintf(path, sizeof path, "%s", in_folder("upright.mp4"));
    make_video(path, WIDTH, HEIGHT, 3, 25);
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
        const struct turn *turn = &turns[i];
        turn_file(path, in_folder("turned.mp4"), turn->matrix);
        mr_media_reader *reader = open_video(in_folder("turned.mp4"));
        mr_media_moment moment;
        for (int frame = 0; frame < 3; frame++) {
            assert_ok(mr_media_read(reader, &moment));
            assert_int_equal(moment.image.width, turn->across ? HEIGHT : WIDTH);
            assert_int_equal(moment.image.height, turn->across ? WIDTH : HEIGHT);
            assert_quarter(&moment.image, turn->left[0], turn->left[1], 0, 0, 6);
            assert_quarter(&moment.image, turn->right[0], turn->right[1], 1, 0, 6);
        }
        mr_media_close(reader);
    }
}

/* A slow reader of a file that is played like a camera misses frames, and sees the latest. */
static void the_newest_frame_wins(void **state) {
    (void)state;
    make_video(in_folder("live.mp4"), 64, 48, 40, 40);
    mr_media_options options = mr_media_options_defaults();
    options.realtime = true;
    mr_media_reader *reader;
    assert_ok(mr_media_open(in_folder("live.mp4"), &options, &reader));
    double start = mr_now(), last = -1;
    int frames = 0;
    uint64_t number = 0;
    mr_media_moment moment;
    for (;;) {
        assert_ok(mr_media_read(reader, &moment));
        if (moment.what == MR_MEDIA_END)
            break;
        assert_int_equal(moment.what, MR_MEDIA_FRAME);
        assert_true(moment.seconds > last);
        last = moment.seconds;
        number = moment.number;
        frames++;
        /* Not earlier than it is due. */
        assert_true(mr_now() - start > moment.seconds - 0.05);
        usleep(100000);
    }
    double took = mr_now() - start;
    assert_int_equal(number, 39); /* the last one is never missed */
    assert_in_range(frames, 2, 14);
    assert_true(took > 0.9);
    mr_media_close(reader);
}

static void what_comes_before_the_first_look_costs_no_frames(void **state) {
    (void)state;
    make_video(in_folder("late.mp4"), 64, 48, 10, 40);
    mr_media_options options = mr_media_options_defaults();
    options.realtime = true;
    mr_media_reader *reader;
    assert_ok(mr_media_open(in_folder("late.mp4"), &options, &reader));
    usleep(300000); /* as long as the whole of it */
    mr_media_moment moment;
    assert_ok(mr_media_read(reader, &moment));
    assert_int_equal(moment.what, MR_MEDIA_FRAME);
    assert_true(moment.number < 5);
    mr_media_close(reader);
    assert_ok(mr_media_open(in_folder("late.mp4"), &options, &reader));
    mr_media_close(reader); /* without a look */
}

static void a_flag_ends_reading(void **state) {
    (void)state;
    make_video(in_folder("stop.mp4"), 64, 48, 400, 100);
    atomic_bool stop = false;
    mr_media_options options = mr_media_options_defaults();
    options.stop = &stop;
    for (int realtime = 0; realtime < 2; realtime++) {
        options.realtime = realtime;
        atomic_store(&stop, false);
        mr_media_reader *reader;
        assert_ok(mr_media_open(in_folder("stop.mp4"), &options, &reader));
        mr_media_moment moment;
        assert_ok(mr_media_read(reader, &moment));
        assert_int_equal(moment.what, MR_MEDIA_FRAME);
        atomic_store(&stop, true);
        /* The decoder may still hold some frames, but not the film. */
        int more = 0;
        do
            assert_ok(mr_media_read(reader, &moment));
        while (moment.what != MR_MEDIA_END && ++more < 50);
        assert_int_equal(moment.what, MR_MEDIA_END);
        mr_media_close(reader);
    }
}

static void the_writer_refuses_before_it_makes_a_file(void **state) {
    (void)state;
    mr_media_writer *writer;
    assert_int_equal(mr_media_writer_open(in_folder("a.txt"), 64, 48, NULL, &writer),
                     MR_E_UNSUPPORTED);
    assert_int_equal(access(in_folder("a.txt"), F_OK), -1);
    assert_int_equal(mr_media_writer_open(in_folder("huge.mp4"), 100000, 48, NULL, &writer),
                     MR_E_LIMIT);
    assert_int_equal(access(in_folder("huge.mp4"), F_OK), -1);
    assert_int_equal(mr_media_writer_open(in_folder("none/a.mp4"), 64, 48, NULL, &writer),
                     MR_E_NOT_FOUND);
    assert_non_null(strstr(mr_last_error(), "none/a.mp4: No such file or directory"));
}

static void a_full_disk_is_an_error(void **state) {
    (void)state;
    if (symlink("/dev/full", in_folder("full.mkv")) != 0)
        skip();
    mr_media_writer *writer;
    mr_status status = mr_media_writer_open(in_folder("full.mkv"), 640, 480, NULL, &writer);
    mr_image picture = {0};
    if (status == MR_OK) {
        for (int i = 0; i < 60 && status == MR_OK; i++) {
            made_picture(&picture, 640, 480, i);
            status = mr_media_writer_add(writer, &picture, i / 25.0);
        }
        if (status == MR_OK)
            status = mr_media_writer_finish(writer);
        mr_media_writer_close(writer);
        mr_image_free(&picture);
    }
    assert_int_equal(status, MR_E_IO);
    assert_non_null(strstr(mr_last_error(), "full.mkv: No space left on device"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(colours_survive_high_definition),
        cmocka_unit_test(uneven_times_are_kept),
        cmocka_unit_test(odd_and_changing_sizes_are_fitted),
        cmocka_unit_test(turned_files_are_shown_upright),
        cmocka_unit_test(the_newest_frame_wins),
        cmocka_unit_test(what_comes_before_the_first_look_costs_no_frames),
        cmocka_unit_test(a_flag_ends_reading),
        cmocka_unit_test(the_writer_refuses_before_it_makes_a_file),
        cmocka_unit_test(a_full_disk_is_an_error),
    };
    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
