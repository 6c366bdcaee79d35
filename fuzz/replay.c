/*
 * Runs a fuzz target over kept inputs without a fuzzer, so that every finding stays fixed:
 *
 *     replay_image_jpeg fuzz/corpus/image_jpeg
 *
 * Each file is fed whole and, for the sake of bounds, cut to half. Exit 1 when there is none.
 */
#include "base/file.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* From a buffer of exactly this size, so that a sanitizer sees a read beyond it. */
static void feed(const unsigned char *bytes, size_t size) {
    uint8_t *exact = malloc(size ? size : 1);
    if (!exact)
        return;
    if (size > 0)
        memcpy(exact, bytes, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static mr_status replay(const char *folder, size_t *count) {
    mr_names names;
    MR_TRY(mr_folder_list(folder, &names));
    mr_status status = MR_OK;
    for (size_t i = 0; i < names.count && status == MR_OK; i++) {
        char *path = mr_path_join(folder, names.names[i]);
        unsigned char *bytes = NULL;
        size_t size = 0;
        status = path ? mr_file_read(path, 1 << 20, &bytes, &size)
                      : mr_fail(MR_E_MEMORY, "no memory for a path");
        free(path);
        if (status != MR_OK)
            break;
        feed(bytes, size);
        feed(bytes, size / 2);
        free(bytes);
        ++*count;
    }
    mr_names_free(&names);
    return status;
}

int main(int count, char **arguments) {
    size_t fed = 0;
    for (int i = 1; i < count; i++)
        if (replay(arguments[i], &fed) != MR_OK) {
            fprintf(stderr, "replay: %s\n", mr_last_error());
            return 1;
        }
    printf("%zu inputs\n", fed);
    return fed == 0;
}
