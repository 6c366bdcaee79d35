/* Files that are none, are cut, damaged or lie: a clear error, quickly, or the frames that can be
 * read. */
#include "base/clock.h"
#include "base/rng.h"
#include "made_video.h"
#include "media/reader.h"
#include "media/source.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 96, HEIGHT = 64, FRAMES = 20 };

static int setup(void **state) {
    if (open_folder(state) != 0)
        return -1;
    make_video(in_folder("good.mp4"), WIDTH, HEIGHT, FRAMES, 10);
    make_video(in_folder("good.mkv"), WIDTH, HEIGHT, FRAMES, 10);
    make_video(in_folder("good.webm"), WIDTH, HEIGHT, FRAMES, 10);
    return 0;
}

/* Reads to the end; how many frames there were, and what ended it. */
static mr_status read_all(const char *name, const mr_media_options *options, int *frames,
                          uint64_t *broken) {
    mr_media_reader *reader;
    *frames = 0;
    *broken = 0;
    MR_TRY(mr_media_open(in_folder(name), options, &reader));
    mr_media_moment moment = {0};
    mr_status status;
    while ((status = mr_media_read(reader, &moment)) == MR_OK && moment.what == MR_MEDIA_FRAME)
        ++*frames;
    *broken = mr_media_broken(reader);
    mr_media_close(reader);
    return status;
}

static void assert_fails(const char *name, mr_status expected, const char *why) {
    int frames;
    uint64_t broken;
    mr_status status = read_all(name, NULL, &frames, &broken);
    if (status != expected || !strstr(mr_last_error(), why) || !strstr(mr_last_error(), name))
        fail_msg("%s: %s, '%s': expected %s, '%s'", name, mr_status_name(status), mr_last_error(),
                 mr_status_name(expected), why);
}

static void what_is_no_video_is_told_so(void **state) {
    (void)state;
    unsigned char noise[20000];
    mr_rng rng = mr_rng_seeded(3);
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (unsigned char)mr_rng_next(&rng);
    static const char text[] = "Dear diary, this is no video.\n";
    static const char playlist[] = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n"
                                   "#EXTINF:2,\ngood.mp4\n#EXT-X-ENDLIST\n";
    write_whole(in_folder("empty.mp4"), "", 0);
    write_whole(in_folder("noise.mp4"), noise, sizeof noise);
    write_whole(in_folder("text.mkv"), text, sizeof text - 1);
    write_whole(in_folder("list.m3u8"), playlist, sizeof playlist - 1);
    assert_fails("empty.mp4", MR_E_FORMAT, "not in a form that can be read");
    assert_fails("noise.mp4", MR_E_FORMAT, "not in a form that can be read");
    assert_fails("text.mkv", MR_E_FORMAT, "not in a form that can be read");
    /* A playlist in a file must not make the reader open other things. */
    assert_fails("list.m3u8", MR_E_UNSUPPORTED, "not one of the video formats");
    assert_fails("none.mp4", MR_E_NOT_FOUND, "No such file or directory");
    assert_fails("", MR_E_IO, "Is a directory");
}

static void odd_names_are_told(void **state) {
    (void)state;
    mr_media_reader *reader;
    assert_int_equal(mr_media_open("/dev/video63", NULL, &reader), MR_E_NOT_FOUND);
    assert_string_equal(mr_last_error(), "/dev/video63: No such file or directory");
    assert_int_equal(mr_media_open("/dev/null", NULL, &reader), MR_E_IO);
    assert_int_equal(mr_media_open("", NULL, &reader), MR_E_ARGUMENT);
    assert_int_equal(mr_media_open("ftp://127.0.0.1/a.mp4", NULL, &reader), MR_E_UNSUPPORTED);
    char name[MR_SOURCE_NAME_MAX + 1];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = 0;
    assert_int_equal(mr_media_open(name, NULL, &reader), MR_E_LIMIT);
}

/* libav would take what is before the colon for a protocol. */
static void names_with_colons_are_files(void **state) {
    (void)state;
    char good[256];
    snprintf(good, sizeof good, "%s", in_folder("good.mp4"));
    assert_int_equal(symlink(good, in_folder("concat:a.mp4")), 0);
    char here[256];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(in_folder("")), 0);
    mr_media_reader *reader;
    assert_ok(mr_media_open("concat:a.mp4", NULL, &reader));
    mr_media_close(reader);
    assert_int_equal(chdir(here), 0);
}

static void sources_are_told_apart(void **state) {
    (void)state;
    static const struct {
        const char *name;
        mr_source_kind kind;
        const char *address, *label;
    } names[] = {
        {"a.mp4", MR_SOURCE_FILE, "file:a.mp4", "a.mp4"},
        {"://a", MR_SOURCE_FILE, "file:://a", "://a"},
        {"/dev/video0", MR_SOURCE_DEVICE, "/dev/video0", "/dev/video0"},
        {"RTSP://h/a@b", MR_SOURCE_STREAM, "RTSP://h/a@b", "RTSP://h/a@b"},
        {"rtsp://u:p@ss@h:1/a?b#c", MR_SOURCE_STREAM, "rtsp://u:p@ss@h:1/a?b#c",
         "rtsp://h:1/a?b#c"},
        {"http://u@h", MR_SOURCE_STREAM, "http://u@h", "http://h"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        static mr_source source;
        assert_ok(mr_source_of(names[i].name, &source));
        assert_int_equal(source.kind, names[i].kind);
        assert_string_equal(source.address, names[i].address);
        assert_string_equal(source.label, names[i].label);
    }
}

/* Cut at every fiftieth of its length, a file gives no more frames than it had, and none of the
 * cuts goes unnoticed that takes half a second away. */
static void cut_files_say_so(void **state) {
    (void)state;
    static const char *const names[] = {"good.mp4", "good.mkv", "good.webm"};
    for (size_t n = 0; n < 3; n++) {
        size_t size;
        unsigned char *bytes = read_whole(in_folder(names[n]), &size);
        for (size_t part = 1; part < 50; part++) {
            write_whole(in_folder("cut"), bytes, size * part / 50);
            int frames;
            uint64_t broken;
            double start = mr_now();
            mr_status status = read_all("cut", NULL, &frames, &broken);
            assert_in_range(frames, 0, FRAMES);
            assert_true(mr_now() - start < 5);
            if (frames < FRAMES - 6 && status == MR_OK)
                fail_msg("%s cut to %zu/50: %d frames and no error", names[n], part, frames);
        }
        free(bytes);
    }
    size_t size;
    unsigned char *bytes = read_whole(in_folder("good.mkv"), &size);
    write_whole(in_folder("half.mkv"), bytes, size / 2);
    free(bytes);
    assert_fails("half.mkv", MR_E_TRUNCATED, "of 2.0 seconds");
}

/* A cut inside the table of contents leaves a stream whose kind is not told, which is no reason to
 * say that its kind cannot be decoded. */
static void a_cut_table_of_contents_is_no_kind_of_video(void **state) {
    (void)state;
    size_t size;
    unsigned char *bytes = read_whole(in_folder("good.mp4"), &size);
    const unsigned char *contents = memmem(bytes, size, "moov", 4);
    assert_non_null(contents);
    int told = 0;
    for (size_t part = (size_t)(contents - bytes); part < size; part += 5) {
        int frames;
        uint64_t broken;
        write_whole(in_folder("cut.mp4"), bytes, part);
        mr_status status = read_all("cut.mp4", NULL, &frames, &broken);
        told += status == MR_E_TRUNCATED && strstr(mr_last_error(), "before it says what it holds");
        if (status != MR_E_TRUNCATED && status != MR_E_FORMAT && frames < FRAMES)
            fail_msg("cut to %zu: %s, '%s'", part, mr_status_name(status), mr_last_error());
        assert_null(strstr(mr_last_error(), "holds no video"));
    }
    assert_true(told > 10);
    free(bytes);
}

static void damaged_files_do_no_harm(void **state) {
    (void)state;
    static const char *const names[] = {"good.mp4", "good.mkv", "good.webm"};
    mr_media_options options = mr_media_options_defaults();
    options.max_pixels = 1 << 20;
    for (size_t n = 0; n < 3; n++) {
        size_t size;
        unsigned char *bytes = read_whole(in_folder(names[n]), &size);
        for (uint64_t seed = 0; seed < 60; seed++) {
            unsigned char *damaged = malloc(size);
            assert_non_null(damaged);
            memcpy(damaged, bytes, size);
            mr_rng rng = mr_rng_keyed(9, n, seed);
            for (uint64_t i = 0; i <= seed; i++)
                damaged[mr_rng_below(&rng, size)] = (unsigned char)mr_rng_next(&rng);
            write_whole(in_folder("damaged"), damaged, size);
            free(damaged);
            int frames;
            uint64_t broken;
            double start = mr_now();
            mr_status status = read_all("damaged", &options, &frames, &broken);
            assert_true(status == MR_OK || strstr(mr_last_error(), "damaged: "));
            assert_in_range(frames, 0, 10 * FRAMES);
            assert_true(mr_now() - start < 10);
        }
        free(bytes);
    }
}

/* A row of JPEGs, which .mjpeg is; SOF0's height and width are at its 5th byte (ITU-T T.81 B.2.2).
 */
static void write_jpegs(const char *name, int count, int changed, int width, int height) {
    mr_image picture = {0};
    made_picture(&picture, WIDTH, HEIGHT, 0);
    uint8_t *jpeg;
    size_t size;
    assert_ok(mr_image_encode_jpeg(&picture, 90, &jpeg, &size));
    mr_image_free(&picture);
    unsigned char *all = malloc(size * (size_t)count);
    assert_non_null(all);
    for (int i = 0; i < count; i++) {
        unsigned char *one = all + size * (size_t)i;
        memcpy(one, jpeg, size);
        unsigned char *header = memmem(one, size, "\xff\xc0", 2);
        assert_non_null(header);
        if (changed >= 0 && i != changed)
            continue;
        header[5] = (unsigned char)(height >> 8);
        header[6] = (unsigned char)height;
        header[7] = (unsigned char)(width >> 8);
        header[8] = (unsigned char)width;
    }
    write_whole(in_folder(name), all, size * (size_t)count);
    free(all);
    free(jpeg);
}

static void absurd_sizes_are_refused(void **state) {
    (void)state;
    write_jpegs("absurd.mjpeg", 8, -1, 65500, 65500);
    double start = mr_now();
    assert_fails("absurd.mjpeg", MR_E_FORMAT, "65500x65500");
    assert_true(mr_now() - start < 5);

    mr_media_options options = mr_media_options_defaults();
    options.max_pixels = WIDTH * HEIGHT - 1;
    int frames;
    uint64_t broken;
    assert_int_equal(read_all("good.mp4", &options, &frames, &broken), MR_E_LIMIT);
    assert_non_null(strstr(mr_last_error(), "frames of 96 × 64 pixels: more than 6143"));
    options.max_pixels++;
    assert_ok(read_all("good.mp4", &options, &frames, &broken));
    assert_int_equal(frames, FRAMES);
}

static void broken_frames_are_left_out(void **state) {
    (void)state;
    int frames;
    uint64_t broken;
    write_jpegs("whole.mjpeg", 12, 0, WIDTH, HEIGHT);
    assert_ok(read_all("whole.mjpeg", NULL, &frames, &broken));
    assert_int_equal(frames, 12);
    assert_int_equal(broken, 0);
    write_jpegs("broken.mjpeg", 12, 5, 0, 0);
    assert_ok(read_all("broken.mjpeg", NULL, &frames, &broken));
    assert_int_equal(frames, 11);
    assert_int_equal(broken, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_video_is_told_so),
        cmocka_unit_test(odd_names_are_told),
        cmocka_unit_test(names_with_colons_are_files),
        cmocka_unit_test(sources_are_told_apart),
        cmocka_unit_test(cut_files_say_so),
        cmocka_unit_test(a_cut_table_of_contents_is_no_kind_of_video),
        cmocka_unit_test(damaged_files_do_no_harm),
        cmocka_unit_test(absurd_sizes_are_refused),
        cmocka_unit_test(broken_frames_are_left_out),
    };
    return cmocka_run_group_tests(tests, setup, close_folder);
}
