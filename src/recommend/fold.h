/*
 * Titles as people type them: "amelie" finds "Amélie" and "wall e" finds "WALL-E".
 */
#ifndef MR_RECOMMEND_FOLD_H
#define MR_RECOMMEND_FOLD_H

#include <stddef.h>

/*
 * Writes the folded form of UTF-8 `text` to `out`: lower case, accents of Latin letters removed,
 * every run of other ASCII characters one space, none at the ends. Letters of other scripts are
 * kept as they are. At most size-1 bytes and a zero are written; returns the length written.
 */
size_t mr_fold(const char *text, char *out, size_t size);

#endif
