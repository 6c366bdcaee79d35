/*
 * Signals held back from a thread while it runs code under which no handler may run.
 *
 * The matrix kernels that oneDNN compiles point the stack pointer into the heap (its issue 4845,
 * mended after 3.11.1; distributions have older ones): a handler that runs then on the thread's
 * own stack writes over whatever lies there. A profiler's SIGPROF or a SIGCHLD of the program that
 * uses the library would do it. Handlers that have a stack of their own (SA_ONSTACK) are harmless.
 *
 * Thread rule: each call concerns the calling thread alone.
 */
#ifndef MR_BASE_SIGNALS_H
#define MR_BASE_SIGNALS_H

#include <signal.h>

/* Blocks all signals but those that the thread itself causes by a fault. `before` gets the mask to
 * come back to; NULL where the thread is to stay so. Threads that it makes meanwhile inherit it. */
void mr_signals_hold(sigset_t *before);

/* What came meanwhile is handled before this returns. */
void mr_signals_release(const sigset_t *before);

#endif
