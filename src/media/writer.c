#include "media/writer.h"

#include "media/av.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>

/* Ticks of a second: 24, 25, 30, 60 and 30000/1001 pictures a second come out even, and MPEG-4
 * allows no more than 65535. */
enum { TICKS = 60000, SIDE_MAX = 16384 };

struct mr_media_writer {
    char *path;
    mr_media_writer_options options;
    AVFormatContext *format;
    AVStream *stream;
    AVCodecContext *encoder;
    AVFrame *frame;
    AVPacket *packet;
    struct SwsContext *scaler;
    int64_t last; /* tick of the last picture; -1 before the first */
};

mr_media_writer_options mr_media_writer_options_defaults(void) {
    return (mr_media_writer_options){.rate = 25, .quality = 75};
}

static bool ends_with(const char *path, const char *ending) {
    size_t length = strlen(path), tail = strlen(ending);
    return length > tail && strcasecmp(path + length - tail, ending) == 0;
}

static mr_status choose_encoder(const char *path, const char **muxer, const AVCodec **encoder) {
    static const char *const mpeg[] = {"libx264", "libopenh264", "mpeg4", NULL};
    static const char *const web[] = {"libvpx-vp9", "libvpx", NULL};
    const char *const *names = mpeg;
    if (ends_with(path, ".mp4")) {
        *muxer = "mp4";
    } else if (ends_with(path, ".mkv")) {
        *muxer = "matroska";
    } else if (ends_with(path, ".webm")) {
        *muxer = "webm";
        names = web;
    } else {
        return mr_fail(MR_E_UNSUPPORTED, "%s: expected a name that ends in .mp4, .mkv or .webm",
                       path);
    }
    for (; *names; names++)
        if ((*encoder = avcodec_find_encoder_by_name(*names)))
            return MR_OK;
    return mr_fail(MR_E_UNSUPPORTED, "%s: this machine's libavcodec has no encoder for it", path);
}

/* Constant quality, on each encoder's own scale of quantisers, where less is better; fast, since
 * the pictures come from a camera. */
static void set_quality(AVCodecContext *encoder, const char *name, int quality) {
    double coarse = (100 - quality) / 99.0;
    if (strcmp(name, "libx264") == 0) {
        av_opt_set_double(encoder->priv_data, "crf", 12 + 32 * coarse, 0);
        av_opt_set(encoder->priv_data, "preset", "veryfast", 0);
    } else if (strncmp(name, "libvpx", 6) == 0) {
        av_opt_set_double(encoder->priv_data, "crf", 10 + 45 * coarse, 0);
        av_opt_set(encoder->priv_data, "deadline", "realtime", 0);
        av_opt_set_int(encoder->priv_data, "cpu-used", 7, 0);
        encoder->bit_rate = strcmp(name, "libvpx") == 0 ? 20000000 : 0; /* VP8 wants a limit */
    } else {
        encoder->flags |= AV_CODEC_FLAG_QSCALE;
        encoder->global_quality = (int)((2 + 20 * coarse) * FF_QP2LAMBDA);
    }
}

static mr_status open_encoder(mr_media_writer *writer, const AVCodec *codec, int width,
                              int height) {
    AVCodecContext *encoder = writer->encoder = avcodec_alloc_context3(codec);
    if (!encoder)
        return mr_fail(MR_E_MEMORY, "%s: no memory for an encoder", writer->path);
    bool high = height >= 720;
    encoder->width = width;
    encoder->height = height;
    encoder->pix_fmt = AV_PIX_FMT_YUV420P;
    encoder->time_base = (AVRational){1, TICKS};
    encoder->framerate = av_d2q(writer->options.rate, 1001000);
    encoder->gop_size = (int)fmax(1, round(2 * writer->options.rate));
    encoder->color_range = AVCOL_RANGE_MPEG;
    encoder->colorspace = high ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
    encoder->color_primaries = high ? AVCOL_PRI_BT709 : AVCOL_PRI_SMPTE170M;
    encoder->color_trc = high ? AVCOL_TRC_BT709 : AVCOL_TRC_SMPTE170M;
    encoder->thread_count = 2;
    if (writer->format->oformat->flags & AVFMT_GLOBALHEADER)
        encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    set_quality(encoder, codec->name, writer->options.quality);
    int code = avcodec_open2(encoder, codec, NULL);
    return code < 0 ? mr_av_fail(code, writer->path) : MR_OK;
}

static mr_status open_file(mr_media_writer *writer) {
    writer->stream = avformat_new_stream(writer->format, NULL);
    writer->frame = av_frame_alloc();
    writer->packet = av_packet_alloc();
    if (!writer->stream || !writer->frame || !writer->packet)
        return mr_fail(MR_E_MEMORY, "%s: no memory for a video", writer->path);
    writer->stream->time_base = writer->encoder->time_base;
    writer->stream->avg_frame_rate = writer->encoder->framerate;
    AVFrame *frame = writer->frame;
    frame->format = writer->encoder->pix_fmt;
    frame->width = writer->encoder->width;
    frame->height = writer->encoder->height;
    int code = av_frame_get_buffer(frame, 0);
    if (code >= 0)
        code = avcodec_parameters_from_context(writer->stream->codecpar, writer->encoder);
    if (code >= 0)
        code = avio_open(&writer->format->pb, writer->format->url, AVIO_FLAG_WRITE);
    if (code >= 0)
        code = avformat_write_header(writer->format, NULL);
    return code < 0 ? mr_av_fail(code, writer->path) : MR_OK;
}

/* "file:" keeps libav from finding a protocol in a path with a colon. */
static mr_status open_format(mr_media_writer *writer, const char *muxer) {
    size_t size = strlen(writer->path) + sizeof "file:";
    char *address = malloc(size);
    if (!address)
        return mr_fail(MR_E_MEMORY, "%s: no memory for a video", writer->path);
    snprintf(address, size, "file:%s", writer->path);
    int code = avformat_alloc_output_context2(&writer->format, NULL, muxer, address);
    free(address);
    return code < 0 ? mr_av_fail(code, writer->path) : MR_OK;
}

static mr_status open_writer(mr_media_writer *writer, int width, int height) {
    const char *muxer = NULL;
    const AVCodec *codec = NULL;
    if (width < 2 || height < 2 || width > SIDE_MAX || height > SIDE_MAX)
        return mr_fail(MR_E_LIMIT, "%s: video of %d × %d pixels: expected 2 … %d each",
                       writer->path, width, height, SIDE_MAX);
    mr_av_begin();
    mr_av_forget();
    MR_TRY(choose_encoder(writer->path, &muxer, &codec));
    MR_TRY(open_format(writer, muxer));
    MR_TRY(open_encoder(writer, codec, width / 2 * 2, height / 2 * 2));
    return open_file(writer);
}

mr_status mr_media_writer_check_name(const char *path) {
    const char *muxer;
    const AVCodec *codec;
    return choose_encoder(path, &muxer, &codec);
}

mr_status mr_media_writer_open(const char *path, int width, int height,
                               const mr_media_writer_options *options, mr_media_writer **out) {
    mr_media_writer *writer = calloc(1, sizeof *writer);
    if (!writer || !(writer->path = strdup(path))) {
        free(writer);
        return mr_fail(MR_E_MEMORY, "%s: no memory for a video", path);
    }
    writer->options = options ? *options : mr_media_writer_options_defaults();
    writer->last = -1;
    mr_status status = open_writer(writer, width, height);
    if (status != MR_OK) {
        mr_media_writer_close(writer);
        return status;
    }
    *out = writer;
    return MR_OK;
}

const char *mr_media_writer_encoder(const mr_media_writer *writer) {
    return writer->encoder->codec->name;
}

static mr_status convert(mr_media_writer *writer, const mr_image *image) {
    const AVFrame *frame = writer->frame;
    /* Nearly the same size: the odd row or column is left out, not squeezed in. */
    bool same = image->width / 2 * 2 == frame->width && image->height / 2 * 2 == frame->height;
    int width = same ? frame->width : image->width, height = same ? frame->height : image->height;
    writer->scaler = sws_getCachedContext(writer->scaler, width, height, AV_PIX_FMT_RGB24,
                                          frame->width, frame->height, AV_PIX_FMT_YUV420P,
                                          SWS_BICUBIC | SWS_ACCURATE_RND, NULL, NULL, NULL);
    if (!writer->scaler)
        return mr_fail(MR_E_MEMORY, "%s: no memory to convert a picture", writer->path);
    int space = frame->height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
    sws_setColorspaceDetails(writer->scaler, sws_getCoefficients(SWS_CS_DEFAULT), 1,
                             sws_getCoefficients(space), 0, 0, 1 << 16, 1 << 16);
    const uint8_t *planes[4] = {image->pixels};
    int strides[4] = {(int)image->stride};
    sws_scale(writer->scaler, planes, strides, 0, height, writer->frame->data,
              writer->frame->linesize);
    return MR_OK;
}

/* Passes a picture, or NULL for the end, to the encoder and what comes out of it to the file. */
static mr_status encode(mr_media_writer *writer, const AVFrame *frame) {
    int code = avcodec_send_frame(writer->encoder, frame);
    while (code >= 0) {
        code = avcodec_receive_packet(writer->encoder, writer->packet);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF)
            return MR_OK;
        if (code < 0)
            break;
        if (writer->packet->duration == 0) /* the last picture is shown as long as others */
            writer->packet->duration = (int64_t)(TICKS / writer->options.rate);
        av_packet_rescale_ts(writer->packet, writer->encoder->time_base, writer->stream->time_base);
        writer->packet->stream_index = writer->stream->index;
        code = av_interleaved_write_frame(writer->format, writer->packet);
    }
    return mr_av_fail(code, writer->path);
}

mr_status mr_media_writer_add(mr_media_writer *writer, const mr_image *image, double seconds) {
    mr_av_forget();
    if (image->channels != 3)
        return mr_fail(MR_E_ARGUMENT, "%s: picture with %d channels: expected 3", writer->path,
                       image->channels);
    int code = av_frame_make_writable(writer->frame); /* the encoder may still look at the last */
    if (code < 0)
        return mr_av_fail(code, writer->path);
    MR_TRY(convert(writer, image));
    int64_t tick = llround(fmin(fmax(seconds, 0), 1e9) * TICKS);
    writer->last = tick > writer->last ? tick : writer->last + 1;
    writer->frame->pts = writer->last;
    writer->frame->pict_type = AV_PICTURE_TYPE_NONE;
    writer->frame->quality = writer->encoder->global_quality;
    return encode(writer, writer->frame);
}

mr_status mr_media_writer_finish(mr_media_writer *writer) {
    mr_av_forget();
    MR_TRY(encode(writer, NULL));
    int code = av_write_trailer(writer->format);
    int closed = avio_closep(&writer->format->pb);
    if (code >= 0)
        code = closed;
    return code < 0 ? mr_av_fail(code, writer->path) : MR_OK;
}

/* Takes out what an encoder still holds: libx264, closed in the middle of a picture, now and then
 * loses the memory of it. */
static void drain(mr_media_writer *writer) {
    if (!writer->encoder || !avcodec_is_open(writer->encoder))
        return;
    avcodec_send_frame(writer->encoder, NULL);
    while (avcodec_receive_packet(writer->encoder, writer->packet) >= 0)
        av_packet_unref(writer->packet);
}

void mr_media_writer_close(mr_media_writer *writer) {
    if (!writer)
        return;
    drain(writer);
    if (writer->format)
        avio_closep(&writer->format->pb);
    avformat_free_context(writer->format);
    avcodec_free_context(&writer->encoder);
    av_frame_free(&writer->frame);
    av_packet_free(&writer->packet);
    sws_freeContext(writer->scaler);
    free(writer->path);
    free(writer);
}
