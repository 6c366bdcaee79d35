#include "recommend/intern.h"

#include "base/memory.h"
#include "base/rng.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* FNV-1a of the lower-case letters. */
static uint64_t hash_of_letters(const char *string) {
    uint64_t hash = 0xcbf29ce484222325;
    for (; *string; string++)
        hash = (hash ^ (unsigned char)tolower((unsigned char)*string)) * 0x100000001b3;
    return hash;
}

static uint64_t hash_of(const mr_intern *table, const char *string) {
    return table->ignores_case ? hash_of_letters(string) : mr_hash(string, strlen(string));
}

static bool are_equal(const mr_intern *table, const char *a, const char *b) {
    return (table->ignores_case ? strcasecmp(a, b) : strcmp(a, b)) == 0;
}

/* The slot that holds the string, or the empty one where it belongs. */
static size_t slot_of(const mr_intern *table, const char *string) {
    size_t mask = table->slot_count - 1;
    size_t slot = (size_t)hash_of(table, string) & mask;
    while (table->slots[slot] && !are_equal(table, table->strings[table->slots[slot] - 1], string))
        slot = (slot + 1) & mask;
    return slot;
}

/* Doubles the slots; they are never more than half full. */
static bool widen(mr_intern *table) {
    size_t wider = table->slot_count ? table->slot_count * 2 : 64;
    uint32_t *slots = calloc(wider, sizeof *slots);
    if (!slots)
        return false;
    free(table->slots);
    table->slots = slots;
    table->slot_count = wider;
    for (size_t i = 0; i < table->count; i++)
        slots[slot_of(table, table->strings[i])] = (uint32_t)i + 1;
    return true;
}

long mr_intern_add(mr_intern *table, const char *string) {
    if (2 * (table->count + 1) > table->slot_count && !widen(table))
        return -1;
    size_t slot = slot_of(table, string);
    if (!table->slots[slot]) {
        if (!mr_grow(&table->strings, &table->capacity, table->count + 1, sizeof *table->strings))
            return -1;
        table->strings[table->count++] = string;
        table->slots[slot] = (uint32_t)table->count;
    }
    return (long)table->slots[slot] - 1;
}

long mr_intern_find(const mr_intern *table, const char *string) {
    return table->slot_count ? (long)table->slots[slot_of(table, string)] - 1 : -1;
}

void mr_intern_free(mr_intern *table) {
    free(table->strings);
    free(table->slots);
    *table = (mr_intern){0};
}
