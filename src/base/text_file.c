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

mr_status mr_text_file_finish(mr_text_file *text) {
    if (fclose(text->out) == 0)
        return MR_OK;
    free(text->bytes);
    text->bytes = NULL;
    return no_memory(text->path);
}

mr_status mr_text_file_end(mr_text_file *text) {
    MR_TRY(mr_text_file_finish(text));
    mr_status status = mr_file_write(text->path, text->bytes, text->size);
    free(text->bytes);
    return status;
}
