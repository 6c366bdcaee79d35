#include "media/source.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <sys/stat.h>

typedef struct scheme {
    const char *name;
    bool perhaps_file;
} scheme;

static const scheme schemes[] = {
    {"http", true},   {"https", true}, {"rtmp", false}, {"rtp", false}, {"rtsp", false},
    {"rtsps", false}, {"srt", false},  {"tcp", false},  {"udp", false},
};

static const char network_protocols[] =
    "crypto,http,httpproxy,https,rtmp,rtp,rtsp,srt,srtp,tcp,tls,udp";

/* The length of "scheme" when the name is scheme://…, else 0. */
static size_t scheme_length(const char *name) {
    size_t length = 0;
    while (isalnum((unsigned char)name[length]) ||
           (length && strchr("+-.", name[length]) && name[length]))
        length++;
    return length && strncmp(name + length, "://", 3) == 0 ? length : 0;
}

static const scheme *find_scheme(const char *name, size_t length) {
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strlen(schemes[i].name) == length && strncasecmp(schemes[i].name, name, length) == 0)
            return &schemes[i];
    return NULL;
}

/* Copies a URL without "user:password@". */
static void copy_without_user(const char *url, size_t length, char *out, size_t size) {
    const char *host = url + length + 3;
    size_t authority = strcspn(host, "/?#");
    for (size_t i = authority; i > 0; i--)
        if (host[i - 1] == '@') {
            snprintf(out, size, "%.*s%s", (int)(length + 3), url, host + i);
            return;
        }
    snprintf(out, size, "%s", url);
}

static bool is_device(const char *path) {
    struct stat info;
    return strncmp(path, "/dev/video", 10) == 0 ||
           (stat(path, &info) == 0 && S_ISCHR(info.st_mode));
}

mr_status mr_source_of(const char *name, mr_source *out) {
    if (!*name)
        return mr_fail(MR_E_ARGUMENT, "video: expected a file, a device or a URL, found nothing");
    if (strlen(name) >= MR_SOURCE_NAME_MAX - sizeof "file:")
        return mr_fail(MR_E_LIMIT, "video: its name is longer than %d bytes",
                       (int)(MR_SOURCE_NAME_MAX - sizeof "file:"));
    size_t length = scheme_length(name);
    if (length) {
        const scheme *known = find_scheme(name, length);
        if (!known)
            return mr_fail(MR_E_UNSUPPORTED,
                           "%.*s: not a scheme of streams; expected http, https, rtmp, rtp, rtsp, "
                           "rtsps, srt, tcp or udp",
                           (int)length, name);
        out->kind = MR_SOURCE_STREAM;
        out->perhaps_file = known->perhaps_file;
        out->protocols = network_protocols;
        snprintf(out->address, sizeof out->address, "%s", name);
        copy_without_user(name, length, out->label, sizeof out->label);
        return MR_OK;
    }
    bool device = is_device(name);
    out->kind = device ? MR_SOURCE_DEVICE : MR_SOURCE_FILE;
    out->perhaps_file = false;
    out->protocols = "file";
    /* "file:" keeps libav from finding a protocol in a name with a colon. */
    snprintf(out->address, sizeof out->address, "%s%s", device ? "" : "file:", name);
    snprintf(out->label, sizeof out->label, "%s", name);
    return MR_OK;
}
