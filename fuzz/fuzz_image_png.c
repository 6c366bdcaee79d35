/* Feeds arbitrary bytes to the PNG decoder. Checksums are checked as in earnest, so most mutations
 * end there; the corpus holds every colour type to start from. */
#include "image/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const mr_encoded file = {data, size, "fuzz", {.max_pixels = 1 << 20, .channels = 0}};
    mr_image image;
    if (mr_decode_png(&file, &image) == MR_OK)
        mr_image_free(&image);
    return 0;
}
