#include "media/input.h"

#include "base/clock.h"
#include "media/av.h"
#include "media/picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

/* Containers that people have; libav also reads hundreds that nobody misses and everybody would
 * have to trust. What names other files or machines, as a playlist does, is read only where the
 * network was asked for. */
#define FILE_FORMATS                                                                               \
    "asf,avi,flv,gif,h264,hevc,m4v,matroska,mjpeg,mov,mp4,mpeg,mpegts,mpegvideo,mxf,ogg,webm"
static const char file_formats[] = FILE_FORMATS;
static const char stream_formats[] =
    FILE_FORMATS ",mpjpeg,hls,rtp,rtsp,sdp,jpeg_pipe,png_pipe,webp_pipe,aac,ac3,eac3,mp3,webvtt";
static const char device_formats[] = "video4linux2";

struct mr_input {
    const mr_source *source;
    mr_media_options options;
    mr_input_stop stop;
    double deadline; /* of mr_now(), after which libav is interrupted */
    AVFormatContext *format;
    AVCodecContext *decoder;
    AVPacket *packet;
    AVFrame *frame;
    mr_converter converter;
    int stream;
    bool draining;         /* no more packets; the decoder may still hold frames */
    mr_status read_status; /* why there are no more, when it is no proper end */
    char read_error[300];
    double latest;  /* end of the latest packet of any stream, seconds */
    double seconds; /* of the last frame */
    double shift;   /* what makes the file's times go on where they begin anew, seconds */
    uint64_t frames, broken;
};

bool mr_input_stopped(const mr_input_stop *stop) {
    for (int i = 0; i < 2; i++)
        if (stop->flags[i] && atomic_load(stop->flags[i]))
            return true;
    return false;
}

/* libav asks this all the time while it waits. */
static int interrupted(void *self) {
    const mr_input *input = self;
    return mr_input_stopped(&input->stop) || mr_now() > input->deadline;
}

static bool is_remote(const mr_input *input) {
    return input->source->kind != MR_SOURCE_FILE;
}

static void begin_waiting(mr_input *input) {
    input->deadline = is_remote(input) ? mr_now() + input->options.timeout : INFINITY;
}

static mr_status failed(const mr_input *input, int code) {
    const char *label = input->source->label;
    if (mr_input_stopped(&input->stop))
        return mr_fail(MR_E_INTERRUPTED, "%s: interrupted", label);
    if (code == AVERROR_EXIT)
        return mr_fail(MR_E_IO, "%s: nothing came for %g seconds", label, input->options.timeout);
    if (code == AVERROR_EOF)
        return mr_fail(MR_E_TRUNCATED, "%s: ended before it began", label);
    return mr_av_fail(code, label);
}

static const char *formats_of(mr_source_kind kind) {
    switch (kind) {
    case MR_SOURCE_DEVICE:
        return device_formats;
    case MR_SOURCE_STREAM:
        return stream_formats;
    default:
        return file_formats;
    }
}

static AVDictionary *open_options(const mr_input *input) {
    AVDictionary *options = NULL;
    av_dict_set(&options, "protocol_whitelist", input->source->protocols, 0);
    av_dict_set(&options, "format_whitelist", formats_of(input->source->kind), 0);
    av_dict_set_int(&options, "max_streams", input->options.max_streams, 0);
    if (input->source->kind == MR_SOURCE_STREAM)
        av_dict_set(&options, "rtsp_flags", "prefer_tcp", 0);
    return options;
}

static mr_status open_format(mr_input *input) {
    bool device = input->source->kind == MR_SOURCE_DEVICE;
    if (device)
        MR_TRY(mr_av_begin_devices());
    input->format = avformat_alloc_context();
    if (!input->format)
        return mr_fail(MR_E_MEMORY, "%s: no memory to open it", input->source->label);
    input->format->interrupt_callback = (AVIOInterruptCB){interrupted, input};
    const AVInputFormat *format = NULL;
    if (device) {
        format = av_find_input_format(device_formats);
        input->format->flags |= AVFMT_FLAG_NONBLOCK; /* a driver's wait cannot be interrupted */
    }
    AVDictionary *options = open_options(input);
    begin_waiting(input);
    int code = avformat_open_input(&input->format, input->source->address, format, &options);
    av_dict_free(&options);
    if (code == AVERROR(EINVAL) && input->source->kind == MR_SOURCE_FILE)
        return mr_fail(MR_E_UNSUPPORTED, "%s: not one of the video formats that are read",
                       input->source->label);
    return code < 0 ? failed(input, code) : MR_OK;
}

/* A decoder counts the pixels that it adds to each row for vector code, so its limit, which keeps
 * memory bounded, is wider than ours, which is exact. */
static AVDictionary *decoder_options(const mr_input *input) {
    AVDictionary *options = NULL;
    av_dict_set_int(&options, "max_pixels", (int64_t)(2 * input->options.max_pixels + 65536), 0);
    av_dict_set_int(&options, "threads", 1, 0);
    return options;
}

/* Reads on until the streams are known; the decoders that this needs have the limits too. */
static mr_status find_streams(mr_input *input) {
    unsigned count = input->format->nb_streams;
    AVDictionary **options = calloc(count ? count : 1, sizeof(AVDictionary *));
    if (!options)
        return mr_fail(MR_E_MEMORY, "%s: no memory to open it", input->source->label);
    for (unsigned i = 0; i < count; i++)
        options[i] = decoder_options(input);
    int code = avformat_find_stream_info(input->format, count ? options : NULL);
    for (unsigned i = 0; i < count; i++)
        av_dict_free(&options[i]);
    free(options);
    return code < 0 ? failed(input, code) : MR_OK;
}

/* Whether the file ends before it has said what its streams are, or that there are any. */
static bool names_nothing(const mr_input *input) {
    const AVFormatContext *format = input->format;
    for (unsigned i = 0; i < format->nb_streams; i++) {
        const AVCodecParameters *said = format->streams[i]->codecpar;
        bool picture =
            said->codec_type == AVMEDIA_TYPE_VIDEO || said->codec_type == AVMEDIA_TYPE_DATA;
        if (picture && said->codec_id == AV_CODEC_ID_NONE && !said->codec_tag && !said->width)
            return true;
    }
    return format->nb_streams == 0 && !is_remote(input);
}

static mr_status choose_stream(mr_input *input, const AVCodec **codec) {
    const char *label = input->source->label;
    int stream = av_find_best_stream(input->format, AVMEDIA_TYPE_VIDEO, -1, -1, codec, 0);
    if (stream < 0 && names_nothing(input))
        return mr_fail(MR_E_TRUNCATED, "%s: ends before it says what it holds", label);
    if (stream == AVERROR_DECODER_NOT_FOUND)
        return mr_fail(MR_E_UNSUPPORTED, "%s: its kind of video cannot be decoded here", label);
    if (stream < 0 || input->format->streams[stream]->disposition & AV_DISPOSITION_ATTACHED_PIC)
        return mr_fail(MR_E_FORMAT, "%s: holds no video", label);
    const AVCodecParameters *parameters = input->format->streams[stream]->codecpar;
    if (parameters->width > 0 && parameters->height > 0 &&
        (size_t)parameters->width * (size_t)parameters->height > input->options.max_pixels)
        return mr_fail(MR_E_LIMIT, "%s: frames of %d × %d pixels: more than %zu", label,
                       parameters->width, parameters->height, input->options.max_pixels);
    input->stream = stream;
    return MR_OK;
}

static mr_status open_decoder(mr_input *input, const AVCodec *codec) {
    const AVStream *stream = input->format->streams[input->stream];
    input->decoder = avcodec_alloc_context3(codec);
    input->packet = av_packet_alloc();
    input->frame = av_frame_alloc();
    if (!input->decoder || !input->packet || !input->frame)
        return mr_fail(MR_E_MEMORY, "%s: no memory to decode it", input->source->label);
    int code = avcodec_parameters_to_context(input->decoder, stream->codecpar);
    input->decoder->pkt_timebase = stream->time_base;
    AVDictionary *options = decoder_options(input);
    if (code >= 0)
        code = avcodec_open2(input->decoder, codec, &options);
    av_dict_free(&options);
    return code < 0 ? failed(input, code) : MR_OK;
}

static mr_status open_all(mr_input *input) {
    mr_av_begin();
    mr_av_forget();
    const AVCodec *codec = NULL;
    MR_TRY(open_format(input));
    MR_TRY(find_streams(input));
    MR_TRY(choose_stream(input, &codec));
    return open_decoder(input, codec);
}

mr_status mr_input_open(const mr_source *source, const mr_media_options *options,
                        mr_input_stop stop, mr_input **out) {
    mr_input *input = calloc(1, sizeof *input);
    if (!input)
        return mr_fail(MR_E_MEMORY, "%s: no memory to open it", source->label);
    input->source = source;
    input->options = *options;
    input->stop = stop;
    mr_status status = open_all(input);
    if (status != MR_OK) {
        mr_input_close(input);
        return status;
    }
    *out = input;
    return MR_OK;
}

void mr_input_close(mr_input *input) {
    if (!input)
        return;
    input->deadline = 0; /* nothing may wait any more, not even to take leave of a server */
    av_packet_free(&input->packet);
    av_frame_free(&input->frame);
    avcodec_free_context(&input->decoder);
    avformat_close_input(&input->format);
    mr_converter_free(&input->converter);
    free(input);
}

/* How long a file says it is; 0: it does not say. Matroska and MP4 tell the time of their end,
 * whenever their pictures begin. */
static double announced(const AVFormatContext *format) {
    int64_t duration = format->duration > 0 ? format->duration : 0;
    const char *name = format->iformat->name;
    bool of_end = strstr(name, "matroska") || strstr(name, "mp4");
    if (of_end && format->start_time > 0 && format->start_time < duration)
        duration -= format->start_time;
    return (double)duration / AV_TIME_BASE;
}

/* Where an announced duration was not reached, though the file is over, its end is missing. */
static bool ends_early(const mr_input *input) {
    const AVFormatContext *format = input->format;
    if (format->duration <= 0 || format->duration_estimation_method != AVFMT_DURATION_FROM_STREAM ||
        !format->pb || !avio_feof(format->pb))
        return false;
    double duration = announced(format);
    return input->latest < duration - fmax(0.5, 0.02 * duration);
}

/* Notes why no more packets come; the frames that the decoder still holds are given first. */
static void note_end(mr_input *input, int code) {
    input->draining = true;
    if (code == AVERROR_EOF && !ends_early(input))
        return;
    if (code == AVERROR_EOF)
        input->read_status = mr_fail(MR_E_TRUNCATED, "%s: ends after %.1f of %.1f seconds",
                                     input->source->label, input->latest, announced(input->format));
    else
        input->read_status = failed(input, code);
    snprintf(input->read_error, sizeof input->read_error, "%s", mr_last_error());
}

static double seconds_of(const mr_input *input, const AVStream *stream, int64_t time) {
    int64_t start = input->format->start_time;
    double offset = start == AV_NOPTS_VALUE ? 0 : (double)start / AV_TIME_BASE;
    return (double)time * av_q2d(stream->time_base) - offset;
}

static void note_time(mr_input *input) {
    const AVPacket *packet = input->packet;
    if (packet->pts == AV_NOPTS_VALUE)
        return;
    const AVStream *stream = input->format->streams[packet->stream_index];
    input->latest = fmax(input->latest, seconds_of(input, stream, packet->pts + packet->duration));
}

/* Gives the decoder one more packet of the video, or the end. */
static void feed(mr_input *input) {
    static const struct timespec pause = {.tv_nsec = 4000000};
    for (;;) {
        int code = av_read_frame(input->format, input->packet);
        if (code == AVERROR(EAGAIN) && !interrupted(input)) {
            nanosleep(&pause, NULL);
            continue;
        }
        if (code < 0) {
            note_end(input, code == AVERROR(EAGAIN) ? AVERROR_EXIT : code);
            avcodec_send_packet(input->decoder, NULL);
            return;
        }
        note_time(input);
        bool video = input->packet->stream_index == input->stream;
        if (video && avcodec_send_packet(input->decoder, input->packet) < 0)
            input->broken++;
        av_packet_unref(input->packet);
        if (video)
            return;
    }
}

static bool is_whole(const AVFrame *frame) {
    return !(frame->flags & AV_FRAME_FLAG_CORRUPT) && !frame->decode_error_flags;
}

static mr_status finish(const mr_input *input) {
    if (input->read_status != MR_OK)
        return mr_fail(input->read_status, "%s", input->read_error);
    if (input->frames == 0) {
        const char *why = mr_av_last_line();
        return mr_fail(MR_E_FORMAT, "%s: no frame of it can be read%s%s", input->source->label,
                       *why ? ": " : "", why);
    }
    return MR_OK;
}

/* Decodes into input->frame. */
static mr_status decode(mr_input *input, bool *end) {
    begin_waiting(input);
    for (;;) {
        int code = avcodec_receive_frame(input->decoder, input->frame);
        if (code == 0 && is_whole(input->frame))
            return MR_OK;
        if (code == AVERROR_EOF || (code < 0 && input->draining)) {
            *end = true;
            return finish(input);
        }
        if (code != AVERROR(EAGAIN))
            input->broken++;
        if (interrupted(input))
            return failed(input, AVERROR_EXIT);
        if (code < 0)
            feed(input);
    }
}

/* The frame's own matrix, else its stream's; libavcodec 60.30 moved the latter. */
static const int32_t *matrix_of(const mr_input *input) {
    const AVFrameSideData *own = av_frame_get_side_data(input->frame, AV_FRAME_DATA_DISPLAYMATRIX);
    if (own && own->size >= 9 * sizeof(int32_t))
        return (const int32_t *)(const void *)own->data;
    const AVStream *stream = input->format->streams[input->stream];
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 30, 100)
    const AVPacketSideData *shared =
        av_packet_side_data_get(stream->codecpar->coded_side_data,
                                stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
    const void *data = shared ? shared->data : NULL;
    size_t size = shared ? shared->size : 0;
#else
    size_t size = 0;
    const void *data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
#endif
    return data && size >= 9 * sizeof(int32_t) ? data : NULL;
}

/* Completes what only the container or the kind of source tells of a frame. */
static void complete(const mr_input *input) {
    AVStream *stream = input->format->streams[input->stream];
    AVFrame *frame = input->frame;
    frame->sample_aspect_ratio = av_guess_sample_aspect_ratio(input->format, stream, frame);
    /* What cameras send without compression is BT.601, however large (UVC 1.5, colour matching). */
    if (input->source->kind == MR_SOURCE_DEVICE && frame->colorspace == AVCOL_SPC_UNSPECIFIED)
        frame->colorspace = AVCOL_SPC_SMPTE170M;
}

/* Times that fall back by more begin anew, as where recordings were joined; by less they are out of
 * order. */
static const double OUT_OF_ORDER = 0.5;

/* A frame's length after the last. */
static double next_time(const mr_input *input) {
    double rate = mr_input_about(input).rate;
    return input->frames ? input->seconds + (rate > 0 ? 1 / rate : 0.04) : 0;
}

/* The frame's time, which never falls. */
static double time_of(mr_input *input) {
    const AVStream *stream = input->format->streams[input->stream];
    if (input->frame->best_effort_timestamp == AV_NOPTS_VALUE)
        return next_time(input);
    double told = seconds_of(input, stream, input->frame->best_effort_timestamp);
    if (told + input->shift < input->seconds - OUT_OF_ORDER)
        input->shift = next_time(input) - told;
    return fmax(told + input->shift, input->seconds);
}

mr_status mr_input_next(mr_input *input, mr_media_frame *frame, bool *end) {
    *end = false;
    mr_av_forget();
    MR_TRY(decode(input, end));
    if (*end)
        return MR_OK;
    complete(input);
    mr_status status = mr_converter_run(&input->converter, input->frame, matrix_of(input),
                                        input->options.max_pixels, frame);
    if (status != MR_OK)
        return mr_fail_in(status, input->source->label);
    input->seconds = frame->seconds = time_of(input);
    frame->number = input->frames++;
    av_frame_unref(input->frame);
    return MR_OK;
}

mr_media_info mr_input_about(const mr_input *input) {
    const AVStream *stream = input->format->streams[input->stream];
    AVRational rate = av_guess_frame_rate(input->format, (AVStream *)stream, NULL);
    double duration = announced(input->format);
    bool live =
        input->source->kind == MR_SOURCE_DEVICE ||
        (input->source->kind == MR_SOURCE_STREAM && !(input->source->perhaps_file && duration > 0));
    return (mr_media_info){live, duration, rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0};
}

uint64_t mr_input_broken(const mr_input *input) {
    return input->broken;
}
