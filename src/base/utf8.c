#include "base/utf8.h"

long mr_utf8_next(const char **text) {
    /* Least code point of a sequence with 1, 2 and 3 bytes after the first. */
    static const long least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)(*text)++;
    if (bytes[0] < 0x80)
        return bytes[0];
    int more = bytes[0] >= 0xf0 ? 3 : bytes[0] >= 0xe0 ? 2 : 1;
    if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
        return -1;
    long point = bytes[0] & (0x3f >> more);
    for (int i = 1; i <= more; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return -1;
        point = point << 6 | (bytes[i] & 0x3f);
    }
    if (point < least[more] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return -1;
    *text += more;
    return point;
}

bool mr_utf8_is_text(const char *text) {
    while (*text) {
        long point = mr_utf8_next(&text);
        if (point < 0x20 || (point >= 0x7f && point < 0xa0))
            return false;
    }
    return true;
}
