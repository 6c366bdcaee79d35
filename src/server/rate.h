/*
 * How often one client may ask: a bucket of tokens for each address.
 *
 *     double wait;
 *     if (!mr_rate_take(rate, &key, mr_now(), &wait))
 *         say_429_and_retry_after(ceil(wait));
 *
 * A bucket holds `burst` tokens and gets `rate` of them a second; a request takes one. The table
 * has a fixed size: an address falls into one of several sets by a secret hash, and within a set
 * the bucket that has been full longest gives way. Whoever floods the table with addresses can make
 * the server forget others' debts, not make it grow.
 *
 * Thread rule: any thread, any time.
 */
#ifndef MR_SERVER_RATE_H
#define MR_SERVER_RATE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

typedef struct mr_rate mr_rate;

/* Who a client is: an IPv4 address, or the /64 network of an IPv6 address, which is what one
 * household has. */
typedef struct mr_client_key {
    uint64_t high, low;
} mr_client_key;

mr_client_key mr_client_of_address(const struct sockaddr *address);

/* The client that a proxy tells of: the last address in the value of X-Forwarded-For, whose port
 * does not count. False when it is none. */
bool mr_client_of_forwarded(const char *value, mr_client_key *key);

/* The client of a request that came from `address`; `forwarded` is what a trusted proxy tells, or
 * NULL, and counts where it is an address. */
mr_client_key mr_client_of_request(const struct sockaddr *address, const char *forwarded);

mr_status mr_rate_create(double rate, double burst, mr_rate **out);
void mr_rate_free(mr_rate *rate);

/* Takes a token; false when there is none, and then *wait is the seconds until there is. */
bool mr_rate_take(mr_rate *rate, const mr_client_key *key, double now, double *wait);

#endif
