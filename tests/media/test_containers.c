/* What the container tells of frames, and frames that say little or mislead. */
#include "made_video.h"
#include "media/picture.h"
#include "media/reader.h"
#include "media/writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <libavformat/avformat.h>

enum { WIDTH = 128, HEIGHT = 96, RATE = 25, FRAMES = 50 };

/* Copies the packets of `from` into a file of another kind; pixels `shape` as wide as high, the
 * first one `begin` seconds late. */
static void remux_from(const char *from, const char *to, AVRational shape, int begin) {
    AVFormatContext *in = NULL, *out = NULL;
    assert_int_equal(avformat_open_input(&in, from, NULL, NULL), 0);
    assert_true(avformat_find_stream_info(in, NULL) >= 0);
    assert_true(avformat_alloc_output_context2(&out, NULL, NULL, to) >= 0);
    AVStream *source = in->streams[0], *copy = avformat_new_stream(out, NULL);
    assert_true(avcodec_parameters_copy(copy->codecpar, source->codecpar) >= 0);
    copy->codecpar->codec_tag = 0;
    copy->sample_aspect_ratio = copy->codecpar->sample_aspect_ratio = shape;
    assert_true(avio_open(&out->pb, to, AVIO_FLAG_WRITE) >= 0);
    assert_true(avformat_write_header(out, NULL) >= 0);
    AVPacket *packet = av_packet_alloc();
    assert_non_null(packet);
    while (av_read_frame(in, packet) == 0) {
        av_packet_rescale_ts(packet, source->time_base, copy->time_base);
        packet->pos = -1;
        int64_t late = av_rescale_q(begin, (AVRational){1, 1}, copy->time_base);
        packet->pts += late;
        packet->dts += late;
        assert_int_equal(av_interleaved_write_frame(out, packet), 0);
    }
    assert_int_equal(av_write_trailer(out), 0);
    av_packet_free(&packet);
    avio_closep(&out->pb);
    avformat_free_context(out);
    avformat_close_input(&in);
}

static void remux(const char *from, const char *to, AVRational shape) {
    remux_from(from, to, shape, 0);
}

/* A cut that keeps the times of the whole is as long as what it shows. */
static void a_file_that_begins_late_is_whole(void **state) {
    (void)state;
    static const char *const names[] = {"late.mkv", "late.mp4", "late.ts"};
    char whole[256], late[256];
    snprintf(whole, sizeof whole, "%s", in_folder("whole.mp4"));
    make_video(whole, WIDTH, HEIGHT, FRAMES, RATE);
    for (int i = 0; i < 3; i++) {
        snprintf(late, sizeof late, "%s", in_folder(names[i]));
        remux_from(whole, late, (AVRational){1, 1}, 60);
        mr_media_reader *reader = open_video(late);
        double told = mr_media_about(reader).duration;
        if (fabs(told - (double)FRAMES / RATE) > 0.2)
            fail_msg("%s: %g seconds", names[i], told);
        mr_media_moment moment;
        int count = 0;
        for (;; count++) {
            assert_ok(mr_media_read(reader, &moment));
            if (moment.what != MR_MEDIA_FRAME)
                break;
        }
        if (count < FRAMES - 1) /* libav may leave out one at the edge of an edit list */
            fail_msg("%s: %d frames", names[i], count);
        mr_media_close(reader);
    }
}

static void joined_recordings_go_on_in_time(void **state) {
    (void)state;
    char made[256], once[256];
    snprintf(made, sizeof made, "%s", in_folder("made.mp4"));
    snprintf(once, sizeof once, "%s", in_folder("once.ts"));
    make_video(made, WIDTH, HEIGHT, FRAMES, RATE);
    remux(made, once, (AVRational){1, 1});
    size_t size;
    unsigned char *bytes = read_whole(once, &size);
    unsigned char *twice = malloc(2 * size);
    assert_non_null(twice);
    memcpy(twice, bytes, size);
    memcpy(twice + size, bytes, size);
    write_whole(in_folder("twice.ts"), twice, 2 * size);
    free(bytes);
    free(twice);

    mr_media_reader *reader = open_video(in_folder("twice.ts"));
    mr_media_moment moment;
    double last = -1;
    int frames = 0;
    for (;; frames++) {
        assert_ok(mr_media_read(reader, &moment));
        if (moment.what != MR_MEDIA_FRAME)
            break;
        assert_true(moment.seconds > last);
        assert_true(moment.seconds < last + 2);
        last = moment.seconds;
    }
    mr_media_close(reader);
    assert_in_range(frames, 2 * FRAMES - 2, 2 * FRAMES);
    assert_true(fabs(last - (2 * FRAMES - 1) / (double)RATE) < 0.2);
}

static void the_container_tells_the_shape_of_pixels(void **state) {
    (void)state;
    char made[256];
    snprintf(made, sizeof made, "%s", in_folder("made.mp4"));
    make_video(made, WIDTH, HEIGHT, 3, RATE);
    remux(made, in_folder("wide.mkv"), (AVRational){16, 11});
    mr_media_reader *reader = open_video(in_folder("wide.mkv"));
    mr_media_moment moment;
    assert_ok(mr_media_read(reader, &moment));
    assert_true(abs(moment.image.width - WIDTH * 16 / 11) <= 1);
    assert_int_equal(moment.image.height, HEIGHT);
    assert_quarter(&moment.image, 1, 1, 1, 1, 6);
    mr_media_close(reader);
}

/* A frame of one colour; row by row the luma is `upper`, `lower`, `upper` and so on. */
static AVFrame *flat_frame(int width, int height, int upper, int lower, int cb, int cr) {
    AVFrame *frame = av_frame_alloc();
    assert_non_null(frame);
    frame->format = AV_PIX_FMT_YUV420P;
    frame->width = width;
    frame->height = height;
    assert_int_equal(av_frame_get_buffer(frame, 0), 0);
    for (int y = 0; y < height; y++)
        memset(frame->data[0] + y * frame->linesize[0], y % 2 ? lower : upper, (size_t)width);
    for (int y = 0; y < (height + 1) / 2; y++) {
        memset(frame->data[1] + y * frame->linesize[1], cb, (size_t)(width + 1) / 2);
        memset(frame->data[2] + y * frame->linesize[2], cr, (size_t)(width + 1) / 2);
    }
    return frame;
}

static void mark_interlaced(AVFrame *frame) {
#ifdef AV_FRAME_FLAG_INTERLACED
    frame->flags |= AV_FRAME_FLAG_INTERLACED;
#else
    frame->interlaced_frame = 1;
#endif
}

/* Converts and frees `frame`; the least and the largest red that it shows. */
static void red_of(AVFrame *frame, int *least, int *most) {
    mr_converter converter = {0};
    mr_media_frame shown = {0};
    assert_ok(mr_converter_run(&converter, frame, NULL, (size_t)1 << 24, &shown));
    assert_int_equal(shown.image.width, frame->width);
    assert_int_equal(shown.image.height, frame->height);
    *least = 255;
    *most = 0;
    for (int y = 0; y < shown.image.height; y++) {
        const uint8_t *row = shown.image.pixels + (size_t)y * shown.image.stride;
        for (int x = 0; x < shown.image.width; x++) {
            *least = row[3 * x] < *least ? row[3 * x] : *least;
            *most = row[3 * x] > *most ? row[3 * x] : *most;
        }
    }
    free(shown.pixels);
    free(shown.unturned);
    mr_converter_free(&converter);
    av_frame_free(&frame);
}

static void of_two_fields_one_is_shown(void **state) {
    (void)state;
    static const int heights[] = {96, 54, 97};
    for (size_t i = 0; i < 3; i++) {
        int least, most;
        red_of(flat_frame(64, heights[i], 235, 16, 128, 128), &least, &most);
        assert_true(most - least > 100);
        AVFrame *woven = flat_frame(64, heights[i], 235, 16, 128, 128);
        mark_interlaced(woven);
        red_of(woven, &least, &most);
        assert_in_range(least, 250, 255);
    }
}

/* Of these values BT.601 makes less red than BT.709. */
static int red_of_size(int width, int height) {
    int least, most;
    red_of(flat_frame(width, height, 100, 100, 100, 180), &least, &most);
    return most;
}

static void standard_definition_is_told_upright_too(void **state) {
    (void)state;
    int standard = red_of_size(848, 480), high = red_of_size(1280, 720);
    assert_true(high > standard + 5);
    assert_int_equal(red_of_size(480, 848), standard);
    assert_int_equal(red_of_size(720, 1280), high);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_begins_late_is_whole),
        cmocka_unit_test(joined_recordings_go_on_in_time),
        cmocka_unit_test(the_container_tells_the_shape_of_pixels),
        cmocka_unit_test(of_two_fields_one_is_shown),
        cmocka_unit_test(standard_definition_is_told_upright_too),
    };
    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
