/* Aligned buffers for vector code, and sizes that cannot wrap. */
#ifndef MR_BASE_MEMORY_H
#define MR_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed memory aligned to 64 bytes, or NULL. Freed with free(). */
void *mr_alloc(size_t bytes);

/* True and *product = a * b, or false when the product does not fit. */
bool mr_multiply(size_t a, size_t b, size_t *product);

/* Makes room for at least `needed` items of `size` bytes in *items, growing by halves; returns
 * false and changes nothing when memory is out. */
bool mr_grow(void *items, size_t *capacity, size_t needed, size_t size);

#endif
