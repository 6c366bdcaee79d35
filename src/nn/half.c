#include "nn/half.h"

#include <string.h>

/* Both formats are sign, exponent, fraction: 1, 5, 10 bits with a bias of 15, and 1, 8, 23 with a
 * bias of 127. */
enum { FRACTION_BITS = 10, SHORTER = 23 - FRACTION_BITS, BIAS = 127 - 15, INFINITE = 31 };

static uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* value >> by, to the nearest, ties to even; by from 1 to 31. */
static uint32_t shift_rounded(uint32_t value, unsigned by) {
    uint32_t result = value >> by, rest = value & ((1u << by) - 1), tie = 1u << (by - 1);
    return result + (rest > tie || (rest == tie && (result & 1)));
}

uint16_t mr_half_of_float(float value) {
    uint32_t bits = bits_of(value), sign = bits >> 16 & 0x8000, fraction = bits & 0x7fffff;
    int exponent = (int)(bits >> 23 & 0xff) - BIAS;
    uint32_t half;
    if (exponent == 255 - BIAS)
        half = (uint32_t)INFINITE << FRACTION_BITS | (fraction ? 1u << (FRACTION_BITS - 1) : 0);
    else if (exponent >= INFINITE)
        half = (uint32_t)INFINITE << FRACTION_BITS;
    else if (exponent > 0) /* a fraction rounded up to 2 carries into the exponent, as it should */
        half = shift_rounded((uint32_t)exponent << 23 | fraction, SHORTER);
    else if (exponent >= -FRACTION_BITS) /* below the smallest normal: the leading 1 is spelt out */
        half = shift_rounded(0x800000 | fraction, (unsigned)(SHORTER + 1 - exponent));
    else
        half = 0;
    return (uint16_t)(sign | half);
}

float mr_float_of_half(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, fraction = half & 0x3ff;
    uint32_t exponent = (uint32_t)half >> FRACTION_BITS & 0x1f;
    if (exponent == INFINITE)
        return float_of(sign | 0x7f800000 | fraction << SHORTER);
    if (exponent > 0)
        return float_of(sign | (exponent + BIAS) << 23 | fraction << SHORTER);
    float tiny = (float)fraction * 0x1p-24f;
    return sign ? -tiny : tiny;
}
