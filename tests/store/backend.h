/*
 * A kind of database that the suite runs on, and what tests do to it behind the store's back.
 *
 * Functions fail the running test when they cannot do what they are asked for.
 */
#ifndef MR_TESTS_STORE_BACKEND_H
#define MR_TESTS_STORE_BACKEND_H

#include <stddef.h>

#define URL_SIZE 256

struct backend {
    /* A URL that no store was opened at yet. */
    void (*fresh)(char url[URL_SIZE]);
    /* Runs SQL, several statements maybe. */
    void (*execute)(const char *url, const char *sql);
    /* The number that SQL answers with. */
    long (*number)(const char *url, const char *sql);
    /* SQL that makes the database say that its schema has version 99. */
    const char *make_newer;
};

/* Runs all tests that hold for every backend; the number of those that failed. */
int store_suite(const struct backend *tested);

/*
 * A hundred processes that add feedback are killed, each at a moment of its own; all that they were
 * told is stored must be there. Returns how many opinions were acknowledged.
 */
long assert_kills_lose_nothing(const char *url, int kills);

#endif
