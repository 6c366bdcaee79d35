#include "cli/picture.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STANDARD_INPUT "standard input"

bool mr_cli_is_standard_input(const char *path) {
    return strcmp(path, "-") == 0;
}

mr_status mr_cli_analyze(mr_session *session, const char *path, mr_analysis *out) {
    unsigned char *bytes;
    size_t size;
    if (!mr_cli_is_standard_input(path))
        return mr_analyze_file(session, path, out);
    MR_TRY(mr_stream_read(stdin, STANDARD_INPUT, mr_options_defaults().max_bytes, &bytes, &size));
    mr_status status = mr_analyze_bytes(session, bytes, size, STANDARD_INPUT, out);
    free(bytes);
    return status;
}
