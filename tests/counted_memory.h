/*
 * Allocations counted, and made to fail. A test that CMake marks with mr_count_memory asks here for
 * all of its memory; libraries that are loaded at run time do not.
 */
#ifndef MR_TESTS_COUNTED_MEMORY_H
#define MR_TESTS_COUNTED_MEMORY_H

#include <stdatomic.h>

/* Allocations so far; may be set back to 0. */
extern atomic_long mr_memory_asked;

/* The one that fails, counted from 0; -1, as at first: none. */
extern atomic_long mr_memory_failing;

#endif
