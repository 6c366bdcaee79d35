#include "recommend/fold.h"

#include "base/utf8.h"
#include "recommend/transliterate.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* The folded text so far. A word is begun with a gap only when a letter follows. */
typedef struct writer {
    char *out;
    size_t length, size;
    bool gap;      /* a space is due before the next letter */
    bool inherent; /* an "a" is due unless a vowel sign follows */
} writer;

static void put(writer *to, const char *bytes, size_t count) {
    size_t gap = to->gap && to->length > 0;
    if (count == 0 || to->length + gap + count >= to->size)
        return;
    if (gap)
        to->out[to->length++] = ' ';
    to->gap = false;
    memcpy(to->out + to->length, bytes, count);
    to->length += count;
}

static void put_inherent(writer *to) {
    if (to->inherent)
        put(to, "a", 1);
    to->inherent = false;
}

/* Writes letters and figures; spaces between them part words. */
static void put_text(writer *to, const char *text) {
    for (; *text; text++)
        if (*text == ' ')
            to->gap = true;
        else
            put(to, text, 1);
}

static void put_ascii(writer *to, char letter) {
    char lower = (char)tolower((unsigned char)letter);
    if (letter == '&')
        put_text(to, " and ");
    else if (isalnum((unsigned char)letter))
        put(to, &lower, 1);
    else
        to->gap = true;
}

size_t mr_fold(const char *text, char *out, size_t size) {
    writer to = {.out = out, .size = size};
    while (*text) {
        const char *start = text;
        mr_letter_kind kind = MR_LETTER_PLAIN;
        long point = mr_utf8_next(&text);
        const char *letters = point >= 0x80 ? mr_transliterate(point, &kind) : "";
        if (kind != MR_LETTER_VOWEL_SIGN)
            put_inherent(&to);
        if (point < 0x80)
            put_ascii(&to, point < 0 ? ' ' : (char)point);
        else if (letters)
            put_text(&to, letters);
        else
            put(&to, start, (size_t)(text - start));
        to.inherent = kind == MR_LETTER_CONSONANT;
    }
    put_inherent(&to);
    out[to.length] = 0;
    return to.length;
}
