#include "base/rng.h"

#include <math.h>

static uint64_t splitmix(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint64_t rotate_left(uint64_t x, int k) {
    return (x << k) | (x >> (64 - k));
}

mr_rng mr_rng_seeded(uint64_t seed) {
    mr_rng rng;
    for (int i = 0; i < 4; i++)
        rng.state[i] = splitmix(&seed);
    return rng;
}

mr_rng mr_rng_keyed(uint64_t seed, uint64_t key1, uint64_t key2) {
    uint64_t mixed = seed;
    mixed = splitmix(&mixed) ^ key1;
    mixed = splitmix(&mixed) ^ key2;
    return mr_rng_seeded(splitmix(&mixed));
}

uint64_t mr_rng_next(mr_rng *rng) {
    uint64_t *s = rng->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double mr_rng_uniform(mr_rng *rng) {
    return (double)(mr_rng_next(rng) >> 11) * 0x1.0p-53;
}

double mr_rng_range(mr_rng *rng, double low, double high) {
    return low + (high - low) * mr_rng_uniform(rng);
}

uint64_t mr_rng_below(mr_rng *rng, uint64_t bound) {
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    uint64_t drawn;
    do
        drawn = mr_rng_next(rng);
    while (drawn >= limit);
    return drawn % bound;
}

double mr_rng_normal(mr_rng *rng) {
    /* Box-Muller, one of the pair: the other is dropped so that the state is the whole state. */
    double u = 1.0 - mr_rng_uniform(rng);
    double v = mr_rng_uniform(rng);
    return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
}

double mr_rng_gamma(mr_rng *rng, double shape) {
    if (shape < 1.0) {
        double u = 1.0 - mr_rng_uniform(rng);
        return mr_rng_gamma(rng, shape + 1.0) * pow(u, 1.0 / shape);
    }
    double d = shape - 1.0 / 3.0;
    double c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        double x = mr_rng_normal(rng);
        double v = 1.0 + c * x;
        if (v <= 0.0)
            continue;
        v = v * v * v;
        double u = 1.0 - mr_rng_uniform(rng);
        if (log(u) < 0.5 * x * x + d - d * v + d * log(v))
            return d * v;
    }
}

void mr_rng_shuffle(mr_rng *rng, uint32_t *items, size_t n) {
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)mr_rng_below(rng, i);
        uint32_t kept = items[i - 1];
        items[i - 1] = items[j];
        items[j] = kept;
    }
}

uint64_t mr_hash(const void *bytes, size_t n) {
    const unsigned char *p = bytes;
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * 0x100000001b3u;
    return hash;
}
