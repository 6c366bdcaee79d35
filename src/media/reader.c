#include "media/reader.h"

#include "media/input.h"
#include "media/live.h"

#include <stdlib.h>

struct mr_media_reader {
    mr_source source;
    mr_media_options options;
    mr_media_info info;
    /* One of the two: an input that is read as asked for, or a live source around it. */
    mr_input *input;
    mr_live *live;
    mr_media_frame frame; /* of the input */
    atomic_bool closing;  /* ends the thread of `live` */
};

mr_media_options mr_media_options_defaults(void) {
    return (mr_media_options){.timeout = 10,
                              .retry_first = 0.5,
                              .retry_most = 10,
                              .max_pixels = (size_t)64 << 20,
                              .max_streams = 64};
}

static mr_status open_reader(mr_media_reader *reader, const char *name) {
    MR_TRY(mr_source_of(name, &reader->source));
    mr_input_stop stop = {{reader->options.stop, &reader->closing}};
    MR_TRY(mr_input_open(&reader->source, &reader->options, stop, &reader->input));
    reader->info = mr_input_about(reader->input);
    if (!reader->info.live && !reader->options.realtime)
        return MR_OK;
    mr_input *input = reader->input;
    reader->input = NULL;
    return mr_live_start(input, &reader->source, &reader->options, stop, &reader->live);
}

mr_status mr_media_open(const char *name, const mr_media_options *options, mr_media_reader **out) {
    mr_media_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return mr_fail(MR_E_MEMORY, "%s: no memory to open it", name);
    reader->options = options ? *options : mr_media_options_defaults();
    mr_status status = open_reader(reader, name);
    if (status != MR_OK) {
        mr_media_close(reader);
        return status;
    }
    *out = reader;
    return MR_OK;
}

mr_status mr_media_read(mr_media_reader *reader, mr_media_moment *out) {
    if (reader->live)
        return mr_live_read(reader->live, out);
    bool end = false;
    mr_status status = mr_input_next(reader->input, &reader->frame, &end);
    if (status == MR_E_INTERRUPTED)
        end = true;
    else if (status != MR_OK)
        return status;
    const mr_media_frame *frame = &reader->frame;
    *out = end ? (mr_media_moment){.what = MR_MEDIA_END}
               : (mr_media_moment){.what = MR_MEDIA_FRAME,
                                   .image = frame->image,
                                   .seconds = frame->seconds,
                                   .number = frame->number};
    return MR_OK;
}

mr_media_info mr_media_about(const mr_media_reader *reader) {
    return reader->info;
}

uint64_t mr_media_broken(const mr_media_reader *reader) {
    return reader->live ? mr_live_broken(reader->live) : mr_input_broken(reader->input);
}

void mr_media_close(mr_media_reader *reader) {
    if (!reader)
        return;
    atomic_store(&reader->closing, true);
    mr_live_stop(reader->live);
    mr_input_close(reader->input);
    mr_media_frame_free(&reader->frame);
    free(reader);
}
