#include "recommend/fold.h"

#include <ctype.h>
#include <stdbool.h>

/* Base letters of U+00C0 … U+017F; '-' stands for a sign that is no letter. */
static const char latin[] = "aaaaaaaceeeeiiiidnooooo-ouuuuyts"
                            "aaaaaaaceeeeiiiidnooooo-ouuuuyty"
                            "aaaaaaccccccccddddeeeeeeeeeegggg"
                            "gggghhhhiiiiiiiiiiiijjkkklllllll"
                            "lllnnnnnnnnnoooooooorrrrrrssssss"
                            "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* The base letter of a two-byte Latin character at `text`, or 0. */
static char base_letter(const unsigned char *text) {
    if (text[0] < 0xc3 || text[0] > 0xc5 || (text[1] & 0xc0) != 0x80)
        return 0;
    return latin[((text[0] & 0x1f) << 6 | (text[1] & 0x3f)) - 0xc0];
}

size_t mr_fold(const char *text, char *out, size_t size) {
    const unsigned char *read = (const unsigned char *)text;
    size_t length = 0;
    bool gap = false;
    for (; *read && length + 2 < size; read++) {
        char letter = base_letter(read);
        if (letter)
            read++;
        else
            letter = (char)*read;
        if ((unsigned char)letter < 0x80 && !isalnum((unsigned char)letter)) {
            gap = length > 0;
            continue;
        }
        if (gap)
            out[length++] = ' ';
        gap = false;
        out[length++] = (char)tolower((unsigned char)letter);
    }
    out[length] = 0;
    return length;
}
