#include "base/text_file.h"

#include "base/file.h"

#include <stdlib.h>

static mr_status no_memory(const char *path) {
    return mr_fail(MR_E_MEMORY, "%s: no memory for its text", path);
}

mr_status mr_text_file_begin(const char *path, mr_text_file *text) {
    *text = (mr_text_file){.path = path};
    text->out = open_memstream(&text->bytes, &text->size);
    return text->out ? MR_OK : no_memory(path);
}

mr_status mr_text_file_end(mr_text_file *text) {
    mr_status status = fclose(text->out) == 0 ? mr_file_write(text->path, text->bytes, text->size)
                                              : no_memory(text->path);
    free(text->bytes);
    return status;
}
