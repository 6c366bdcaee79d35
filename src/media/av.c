#include "media/av.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <dlfcn.h>
#include <libavdevice/version.h>
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libavutil/macros.h>

static _Thread_local char last_line[200];

static void keep_error(void *owner, int level, const char *format, va_list arguments) {
    (void)owner;
    if (level > AV_LOG_ERROR)
        return;
    char line[sizeof last_line];
    vsnprintf(line, sizeof line, format, arguments);
    line[strcspn(line, "\r\n")] = 0;
    if (*line) /* a line may come in pieces, the last of which is its end alone */
        memcpy(last_line, line, sizeof line);
}

static void begin(void) {
    av_log_set_callback(keep_error);
}

void mr_av_begin(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, begin);
}

mr_status mr_av_begin_devices(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static const char name[] = "libavdevice.so." AV_STRINGIFY(LIBAVDEVICE_VERSION_MAJOR);
    void *library = dlopen(name, RTLD_NOW); /* kept for good, as a linked one is */
    if (!library)
        return mr_fail(MR_E_UNSUPPORTED, "cameras need %s: %s", name, dlerror());
    void (*register_all)(void);
    *(void **)&register_all = dlsym(library, "avdevice_register_all");
    if (!register_all)
        return mr_fail(MR_E_UNSUPPORTED, "cameras need %s: %s", name, dlerror());
    pthread_once(&once, register_all);
    return MR_OK;
}

void mr_av_forget(void) {
    *last_line = 0;
}

const char *mr_av_last_line(void) {
    return last_line;
}

static mr_status status_of(int code) {
    switch (code) {
    case AVERROR(ENOENT):
    case AVERROR(ENODEV):
    case AVERROR(ENXIO):
        return MR_E_NOT_FOUND;
    case AVERROR(ENOMEM):
        return MR_E_MEMORY;
    case AVERROR_INVALIDDATA:
        return MR_E_FORMAT;
    case AVERROR_DECODER_NOT_FOUND:
    case AVERROR_ENCODER_NOT_FOUND:
    case AVERROR_DEMUXER_NOT_FOUND:
    case AVERROR_MUXER_NOT_FOUND:
    case AVERROR_PATCHWELCOME:
        return MR_E_UNSUPPORTED;
    default:
        return MR_E_IO;
    }
}

mr_status mr_av_fail(int code, const char *what) {
    char reason[AV_ERROR_MAX_STRING_SIZE];
    if (code == AVERROR_INVALIDDATA)
        snprintf(reason, sizeof reason, "not in a form that can be read");
    else
        av_strerror(code, reason, sizeof reason);
    /* The system's numbers say it all; libav's own, which are far greater, want more words. */
    if (*last_line && -code > 0xffff)
        return mr_fail(status_of(code), "%s: %s (%s)", what, reason, last_line);
    return mr_fail(status_of(code), "%s: %s", what, reason);
}
