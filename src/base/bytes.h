/*
 * Little-endian numbers in files of our own, a byte at a time, so that the machine's order does not
 * matter. Writers return where the next number goes, readers move *from on; room is the caller's to
 * check. Thread rule: values only.
 */
#ifndef MR_BASE_BYTES_H
#define MR_BASE_BYTES_H

#include <stdint.h>
#include <string.h>

/* The lowest `bytes` bytes of a number, 1 to 8. */
static inline uint8_t *mr_put(uint8_t *to, uint64_t number, int bytes) {
    for (int i = 0; i < bytes; i++)
        *to++ = (uint8_t)(number >> 8 * i);
    return to;
}

static inline uint8_t *mr_put_float(uint8_t *to, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return mr_put(to, bits, 4);
}

static inline uint64_t mr_get(const uint8_t **from, int bytes) {
    uint64_t number = 0;
    for (int i = 0; i < bytes; i++)
        number |= (uint64_t)(*from)[i] << 8 * i;
    *from += bytes;
    return number;
}

#endif
