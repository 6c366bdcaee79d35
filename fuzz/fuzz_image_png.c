/*
 * Feeds arbitrary bytes to the PNG decoder: as they are, and with every chunk's checksum mended, so
 * that mutations get past the checksums to the code behind them.
 */
#include "image/codec.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t read_32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* CRC-32 as in ISO 3309, bit by bit. */
static uint32_t checksum(const uint8_t *bytes, size_t size) {
    uint32_t sum = 0xffffffff;
    for (size_t i = 0; i < size; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum & 1 ? sum >> 1 ^ 0xedb88320 : sum >> 1;
    }
    return ~sum;
}

static void mend(uint8_t *bytes, size_t size) {
    size_t at = 8;
    while (size > at && size - at >= 12 && read_32(bytes + at) <= size - at - 12) {
        size_t length = read_32(bytes + at);
        uint32_t sum = checksum(bytes + at + 4, length + 4);
        for (int i = 0; i < 4; i++)
            bytes[at + 8 + length + (size_t)i] = (uint8_t)(sum >> (24 - 8 * i));
        at += 12 + length;
    }
}

static void decode(const uint8_t *data, size_t size) {
    const mr_encoded file = {data, size, "fuzz", {.max_pixels = 1 << 20, .channels = 0}, NULL};
    mr_image image;
    if (mr_decode_png(&file, &image) == MR_OK)
        mr_image_free(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    decode(data, size);
    uint8_t *mended = malloc(size ? size : 1);
    if (!mended)
        return 0;
    memcpy(mended, data, size);
    mend(mended, size);
    decode(mended, size);
    free(mended);
    return 0;
}
