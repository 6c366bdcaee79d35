/* Fuzz target for cascade files: what is read without an error can also be run on a picture. */
#include "face/haar.h"

#include <stdlib.h>

#define SIDE 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t pixels[SIDE * SIDE];
    mr_cascade *cascade;
    mr_haar *haar;
    mr_face faces[4];
    size_t count;
    if (mr_cascade_parse((const char *)data, size, "input", &cascade) != MR_OK)
        return 0;
    for (int i = 0; i < SIDE * SIDE; i++)
        pixels[i] = (uint8_t)((i % SIDE * 37) ^ (i / SIDE * 91));
    mr_image image = {SIDE, SIDE, 1, SIDE, pixels, SIDE, SIDE};
    if (mr_haar_create(cascade, &haar) == MR_OK) {
        if (mr_haar_detect(haar, &image, NULL, faces, 4, &count) != MR_OK)
            abort();
        mr_haar_free(haar);
    }
    mr_cascade_free(cascade);
    return 0;
}
