/*
 * UTF-8 (RFC 3629), one code point after the other.
 *
 *     for (const char *at = text; *at;) {
 *         long point = mr_utf8_next(&at);   // -1: not UTF-8
 *         …
 *     }
 *
 * Thread rule: pure functions.
 */
#ifndef MR_BASE_UTF8_H
#define MR_BASE_UTF8_H

#include <stdbool.h>

/* Reads the code point at *text, which is not at its final zero, and moves on behind it. Overlong
 * forms, surrogates and stray bytes give -1 and move on by one byte. */
long mr_utf8_next(const char **text);

/* True for UTF-8 without control characters: what a title or a name may be. */
bool mr_utf8_is_text(const char *text);

#endif
