/*
 * A PostgreSQL server of the test's own: its data and its socket lie in a new folder under /tmp, it
 * has no TCP port, and it dies with the test. As root it is run by an account without rights.
 *
 *     if (!cluster_start())
 *         return MR_TEST_SKIPPED;      // it said why
 *     …                                // the server ends with the program
 */
#ifndef MR_TESTS_STORE_CLUSTER_H
#define MR_TESTS_STORE_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>

/* Makes and starts the server; false, and a line on stdout, where PostgreSQL is not installed. Any
 * other failure ends the test program. */
bool cluster_start(void);

/* Ends the server at once, whatever clients are doing, and starts it again on the same data. */
void cluster_interrupt(void);
void cluster_resume(void);

/* The server stops answering new clients, as on a machine that hangs, and goes on. */
void cluster_freeze(void);
void cluster_thaw(void);

/* The server's URL, "…?host=FOLDER", and these parameters behind it: "&name=value". */
void cluster_url(char *url, size_t size, const char *parameters);

#endif
