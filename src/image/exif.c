#include "image/codec.h"

#include <stdbool.h>
#include <string.h>

/* A TIFF structure and its byte order; every read is checked by the caller against `size`. */
typedef struct tiff {
    const uint8_t *bytes;
    size_t size;
    bool big_endian;
} tiff;

enum { TIFF_HEADER = 8, ENTRY_SIZE = 12, TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3 };

static unsigned read_16(const tiff *file, size_t at) {
    const uint8_t *p = file->bytes + at;
    return file->big_endian ? (unsigned)(p[0] << 8 | p[1]) : (unsigned)(p[1] << 8 | p[0]);
}

static uint32_t read_32(const tiff *file, size_t at) {
    uint32_t first = read_16(file, at), second = read_16(file, at + 2);
    return file->big_endian ? first << 16 | second : second << 16 | first;
}

/* Looks through the first directory; only its bounds and the one tag are of interest. */
static mr_status scan_directory(const tiff *file, int *orientation) {
    size_t at = read_32(file, 4);
    if (at < TIFF_HEADER || at > file->size - 2)
        return MR_E_FORMAT;
    size_t entries = read_16(file, at), most = (file->size - at - 2) / ENTRY_SIZE;
    entries = entries < most ? entries : most; /* a wrong count is no reason not to look */
    for (size_t i = 0; i < entries; i++) {
        size_t entry = at + 2 + i * ENTRY_SIZE;
        if (read_16(file, entry) != TAG_ORIENTATION)
            continue;
        unsigned value = read_16(file, entry + 8);
        /* Cameras that do not know write 0; the picture is then shown as it is stored. */
        if (read_16(file, entry + 2) == TYPE_SHORT && value >= 1 && value <= 8)
            *orientation = (int)value;
        break;
    }
    return MR_OK;
}

mr_status mr_exif_orientation(const uint8_t *bytes, size_t size, int *orientation) {
    static const uint8_t prefix[6] = "Exif\0";
    if (size >= sizeof prefix && memcmp(bytes, prefix, sizeof prefix) == 0) {
        bytes += sizeof prefix;
        size -= sizeof prefix;
    }
    *orientation = 1;
    if (size < TIFF_HEADER)
        return MR_E_FORMAT;
    tiff file = {bytes, size, bytes[0] == 'M'};
    bool known_order = memcmp(bytes, "II", 2) == 0 || memcmp(bytes, "MM", 2) == 0;
    if (!known_order || read_16(&file, 2) != 42)
        return MR_E_FORMAT;
    return scan_directory(&file, orientation);
}
