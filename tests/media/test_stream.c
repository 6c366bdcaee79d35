/* Cameras on the network that come, go and fall silent. */
#include "base/clock.h"
#include "camera.h"
#include "made_video.h"
#include "media/reader.h"

#include <stdlib.h>
#include <string.h>

static mr_media_options impatient(void) {
    mr_media_options options = mr_media_options_defaults();
    options.timeout = 1;
    options.retry_first = 0.02;
    options.retry_most = 0.1;
    return options;
}

/* The thread of the camera may need a moment before it listens. */
static mr_media_reader *open_camera(const camera *source, const mr_media_options *options) {
    mr_media_reader *reader = NULL;
    double start = mr_now();
    while (mr_media_open(source->url, options, &reader) != MR_OK) {
        if (mr_now() - start > 10)
            fail_msg("%s", mr_last_error());
        usleep(20000);
    }
    return reader;
}

/* Reads until there is something of this kind, and fails when something else than a frame comes. */
static void read_until(mr_media_reader *reader, mr_media_what what, mr_media_moment *moment) {
    double start = mr_now();
    do {
        assert_ok(mr_media_read(reader, moment));
        if (moment->what != what && moment->what != MR_MEDIA_FRAME)
            fail_msg("expected %d, found %d %s", what, moment->what,
                     moment->reason ? moment->reason : "");
        assert_true(mr_now() - start < 20);
    } while (moment->what != what);
}

static void a_camera_gives_frames(void **state) {
    (void)state;
    camera source;
    camera_start(&source, 96, 64);
    mr_media_options options = impatient();
    options.timeout = 5;
    mr_media_reader *reader = open_camera(&source, &options);
    assert_true(mr_media_about(reader).live);
    double last = -1;
    uint64_t number = 0;
    for (int i = 0; i < 10; i++) {
        mr_media_moment moment;
        assert_ok(mr_media_read(reader, &moment));
        assert_int_equal(moment.what, MR_MEDIA_FRAME);
        assert_true(moment.seconds > last);
        assert_true(i == 0 || moment.number > number);
        last = moment.seconds;
        number = moment.number;
        assert_int_equal(moment.image.width, 96);
        assert_quarter(&moment.image, 0, 0, 0, 0, 8);
        assert_quarter(&moment.image, 1, 1, 1, 1, 8);
    }
    mr_media_close(reader);
    camera_stop(&source);
}

static void what_is_lost_comes_back(void **state) {
    (void)state;
    camera source;
    camera_start(&source, 96, 64);
    mr_media_options options = impatient();
    options.timeout = 5;
    mr_media_reader *reader = open_camera(&source, &options);
    mr_media_moment moment;
    read_until(reader, MR_MEDIA_FRAME, &moment);
    double last = 0;
    for (int round = 0; round < 2; round++) {
        atomic_store(&source.state, CAMERA_OFF);
        read_until(reader, MR_MEDIA_LOST, &moment);
        assert_non_null(strstr(moment.reason, source.url));
        double lost = moment.seconds;
        assert_true(lost >= last);
        usleep(150000); /* some attempts fail */
        atomic_store(&source.state, CAMERA_ON);
        read_until(reader, MR_MEDIA_BACK, &moment);
        assert_true(moment.seconds > lost + 0.1);
        last = moment.seconds;
        read_until(reader, MR_MEDIA_FRAME, &moment);
        assert_true(moment.seconds >= last);
        last = moment.seconds;
    }
    mr_media_close(reader);
    camera_stop(&source);
}

static void silence_is_a_loss(void **state) {
    (void)state;
    camera source;
    camera_start(&source, 96, 64);
    mr_media_options options = impatient();
    mr_media_reader *reader = open_camera(&source, &options);
    mr_media_moment moment;
    read_until(reader, MR_MEDIA_FRAME, &moment);
    atomic_store(&source.state, CAMERA_SILENT);
    read_until(reader, MR_MEDIA_LOST, &moment);
    assert_non_null(strstr(moment.reason, "nothing came for 1 seconds"));
    mr_media_close(reader);
    camera_stop(&source);
}

static void patience_ends(void **state) {
    (void)state;
    camera source;
    camera_start(&source, 96, 64);
    mr_media_options options = impatient();
    options.timeout = 5;
    options.give_up = 0.3;
    mr_media_reader *reader = open_camera(&source, &options);
    mr_media_moment moment;
    read_until(reader, MR_MEDIA_FRAME, &moment);
    atomic_store(&source.state, CAMERA_OFF);
    read_until(reader, MR_MEDIA_LOST, &moment);
    mr_status status;
    do
        status = mr_media_read(reader, &moment);
    while (status == MR_OK && moment.what == MR_MEDIA_FRAME);
    assert_int_equal(status, MR_E_IO);
    assert_non_null(strstr(mr_last_error(), "lost for"));
    mr_media_close(reader);
    camera_stop(&source);
}

/* Closing must not wait for a silent camera, nor for the next attempt. */
static void closing_is_quick(void **state) {
    (void)state;
    static const camera_state ends[] = {CAMERA_SILENT, CAMERA_OFF};
    for (int i = 0; i < 2; i++) {
        camera source;
        camera_start(&source, 96, 64);
        mr_media_options options = impatient();
        options.timeout = 30;
        options.retry_first = options.retry_most = 30;
        mr_media_reader *reader = open_camera(&source, &options);
        mr_media_moment moment;
        read_until(reader, MR_MEDIA_FRAME, &moment);
        atomic_store(&source.state, ends[i]);
        usleep(200000);
        double start = mr_now();
        mr_media_close(reader);
        assert_true(mr_now() - start < 5);
        camera_stop(&source);
    }
}

static void *set_soon(void *flag) {
    usleep(200000);
    atomic_store((atomic_bool *)flag, true);
    return NULL;
}

static void a_flag_ends_opening_and_reading(void **state) {
    (void)state;
    camera source;
    atomic_bool stop = false;
    pthread_t thread;
    mr_media_options options = impatient();
    options.timeout = 30;
    options.stop = &stop;
    camera_start(&source, 96, 64);
    mr_media_reader *reader = open_camera(&source, &options);
    mr_media_moment moment;
    read_until(reader, MR_MEDIA_FRAME, &moment);
    atomic_store(&source.state, CAMERA_SILENT);
    pthread_create(&thread, NULL, set_soon, &stop);
    double start = mr_now();
    read_until(reader, MR_MEDIA_END, &moment);
    pthread_join(thread, NULL);
    mr_media_close(reader);

    atomic_store(&stop, false);
    pthread_create(&thread, NULL, set_soon, &stop);
    assert_int_equal(mr_media_open(source.url, &options, &reader), MR_E_INTERRUPTED);
    pthread_join(thread, NULL);
    assert_true(mr_now() - start < 10);
    camera_stop(&source);
}

static void a_silent_camera_cannot_be_opened(void **state) {
    (void)state;
    camera source;
    camera_start(&source, 96, 64);
    atomic_store(&source.state, CAMERA_SILENT);
    usleep(100000);
    mr_media_options options = impatient();
    mr_media_reader *reader;
    double start = mr_now();
    assert_int_equal(mr_media_open(source.url, &options, &reader), MR_E_IO);
    assert_non_null(strstr(mr_last_error(), source.url));
    assert_true(mr_now() - start < 5);
    camera_stop(&source);
}

/* A port that nobody listens on is refused at once, and no password is told. */
static void who_does_not_answer_is_named(void **state) {
    (void)state;
    camera source;
    camera_start(&source, 96, 64);
    atomic_store(&source.state, CAMERA_OFF);
    usleep(100000);
    static const char *const schemes[] = {"http", "rtsp", "tcp"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        char url[96], label[96];
        snprintf(url, sizeof url, "%s://eve:secret@127.0.0.1:%d", schemes[i], source.port);
        snprintf(label, sizeof label, "%s://127.0.0.1:%d: Connection refused", schemes[i],
                 source.port);
        mr_media_reader *reader;
        double start = mr_now();
        assert_int_equal(mr_media_open(url, NULL, &reader), MR_E_IO);
        assert_string_equal(mr_last_error(), label);
        assert_true(mr_now() - start < 5);
    }
    camera_stop(&source);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_camera_gives_frames),
        cmocka_unit_test(what_is_lost_comes_back),
        cmocka_unit_test(silence_is_a_loss),
        cmocka_unit_test(patience_ends),
        cmocka_unit_test(closing_is_quick),
        cmocka_unit_test(a_flag_ends_opening_and_reading),
        cmocka_unit_test(a_silent_camera_cannot_be_opened),
        cmocka_unit_test(who_does_not_answer_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
