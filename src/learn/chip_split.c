#include "learn/chip_split.h"

#include "base/memory.h"
#include "base/rng.h"

#include <stdlib.h>
#include <string.h>

enum { VALIDATION_SHARES = 10, COMPARED_SIDE = 112 };

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

typedef struct hashed {
    uint64_t hash;
    size_t index;
} hashed;

static int compare_hashed(const void *a, const void *b) {
    uint64_t x = ((const hashed *)a)->hash, y = ((const hashed *)b)->hash;
    return (x > y) - (x < y);
}

/* The high bits, which FNV mixes best. */
static bool chosen(uint64_t hash) {
    return (hash >> 32) % VALIDATION_SHARES == 0;
}

/* By the pixels at one size, not at that which `pictures` happen to have. */
static mr_status content_key(char *const *path, uint64_t *out) {
    mr_pictures one;
    MR_TRY(mr_pictures_load(path, 1, COMPARED_SIDE, 3, &one));
    *out = mr_hash(one.pixels, mr_pictures_bytes(&one));
    mr_pictures_free(&one);
    return MR_OK;
}

mr_status mr_chip_split(const mr_pictures *pictures, char *const *paths, bool *validation) {
    size_t count = pictures->count, bytes = mr_pictures_bytes(pictures);
    hashed *contents = mr_alloc(count * sizeof *contents);
    if (!contents)
        return mr_fail(MR_E_MEMORY, "no memory to split %zu pictures", count);
    for (size_t i = 0; i < count; i++)
        contents[i] = (hashed){mr_hash(pictures->pixels + i * bytes, bytes), i};
    qsort(contents, count, sizeof *contents, compare_hashed);
    mr_status status = MR_OK;
    for (size_t i = 0; i < count && status == MR_OK; i++) {
        bool copied = (i > 0 && contents[i - 1].hash == contents[i].hash) ||
                      (i + 1 < count && contents[i + 1].hash == contents[i].hash);
        char *const *path = &paths[contents[i].index];
        const char *name = file_name(*path);
        uint64_t key = mr_hash(name, strlen(name));
        if (copied)
            status = content_key(path, &key);
        validation[contents[i].index] = chosen(key);
    }
    free(contents);
    return status;
}
