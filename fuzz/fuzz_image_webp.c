/* Feeds arbitrary bytes to the WebP decoder. */
#include "image/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const mr_encoded file = {data, size, "fuzz", {.max_pixels = 1 << 20, .channels = 1}, NULL};
    mr_image image;
    if (mr_decode_webp(&file, &image) == MR_OK)
        mr_image_free(&image);
    return 0;
}
