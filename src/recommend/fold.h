/*
 * Titles as people type them: "amelie" finds "Amélie" and "wall e" finds "WALL-E".
 *
 * Thread rule: pure functions.
 */
#ifndef MR_RECOMMEND_FOLD_H
#define MR_RECOMMEND_FOLD_H

#include <stddef.h>

/* Bytes that the folded form of so many bytes can need, with its zero. */
#define MR_FOLD_ROOM(length) (4 * (size_t)(length) + 2)

/*
 * Writes the folded form of UTF-8 `text` to `out`: lower case, without accents, "&" as "and", other
 * scripts in Latin letters where transliterate.h knows them, every run of anything else one space,
 * none at the ends. Letters of scripts that are not known are kept as they are; bytes that are not
 * UTF-8 part words. What does not fit into size-1 bytes is left out; returns the length written.
 */
size_t mr_fold(const char *text, char *out, size_t size);

#endif
