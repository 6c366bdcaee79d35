/* A loop spread over the OpenMP threads of the caller, whose items may fail. */
#ifndef MR_LEARN_PARALLEL_H
#define MR_LEARN_PARALLEL_H

#include "base/error.h"

#include <stddef.h>

typedef mr_status (*mr_work)(void *context, size_t index);

/*
 * Calls work(context, 0 … count-1) in any order, from several threads. After a failure no further
 * item is begun; the failure's status and text become the caller's.
 */
mr_status mr_parallel(size_t count, mr_work work, void *context);

#endif
