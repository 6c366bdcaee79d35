/* Feeds arbitrary bytes to the JPEG decoder, with and without scaling. */
#include "image/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const mr_encoded whole = {data, size, "fuzz", {.max_pixels = 1 << 20, .channels = 3}, NULL};
    const mr_encoded scaled = {
        data, size, "fuzz", {.max_pixels = 1 << 20, .channels = 1, .enough = 16}, NULL};
    mr_image image;
    if (mr_decode_jpeg(&whole, &image) == MR_OK)
        mr_image_free(&image);
    if (mr_decode_jpeg(&scaled, &image) == MR_OK)
        mr_image_free(&image);
    return 0;
}
