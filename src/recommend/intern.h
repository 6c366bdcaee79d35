/*
 * Numbers for strings: equal strings get equal numbers, counted from 0 in order of first sight.
 *
 * A table may ignore the case of ASCII letters: equal are then strings that differ in it alone, and
 * the first one stands for them. The table keeps the pointers that it is given. Thread rule: one
 * writer, or any number of readers.
 */
#ifndef MR_RECOMMEND_INTERN_H
#define MR_RECOMMEND_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mr_intern {
    const char **strings; /* by number */
    size_t count, capacity;
    uint32_t *slots;   /* open addressing: number + 1, or 0 for an empty slot */
    size_t slot_count; /* a power of two, or 0 */
    bool ignores_case; /* set before the first string comes */
} mr_intern;

/* The number of a string, new or known; -1 when memory is out. */
long mr_intern_add(mr_intern *table, const char *string);

/* The number of a known string, or -1. */
long mr_intern_find(const mr_intern *table, const char *string);

void mr_intern_free(mr_intern *table);

#endif
