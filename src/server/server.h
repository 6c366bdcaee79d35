/*
 * The server: the page, the API under /v1, live streams, /healthz and /metrics, over HTTP/1.1.
 *
 *     mr_server_options options = mr_server_options_defaults();
 *     options.store = store;
 *     mr_server *server;
 *     MR_TRY(mr_server_start(&options, &server));
 *     printf("http://127.0.0.1:%d/\n", mr_server_port(server));
 *     …                                             // it runs on threads of its own
 *     MR_TRY(mr_server_reload(server));             // models, catalogue, page and key anew
 *     mr_server_stop(server);                       // what is at work ends first
 *
 * libmicrohttpd speaks HTTP on a few threads that never wait: what takes time (pictures, films, the
 * store) is a job for the workers of pool.h, and the connection sleeps until it is done. So a
 * thousand idle or slow clients cost memory for a thousand request heads, and no thread.
 *
 * What viewers like is learned from while it serves (learner.h).
 *
 * Nothing of a client is trusted. Heads are checked beyond what libmicrohttpd does (head.h),
 * parameters are read through tables (params.h), the routes are a table too (route.h). Everything
 * that can grow has a limit below. No picture is written or logged, and an access line in the log
 * holds no address, no query and no name.
 *
 * Thread rule: start, stop and reload by one thread; the rest by any.
 */
#ifndef MR_SERVER_SERVER_H
#define MR_SERVER_SERVER_H

#include "base/error.h"
#include "moodreel/moodreel.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>

#define MR_ORIGINS_MAX 32

typedef struct mr_server mr_server;

typedef struct mr_server_options {
    const char *listen; /* "127.0.0.1:8080", "[::1]:8080"; port 0: one that is free */
    mr_store *store;    /* the caller's, which outlives the server; NULL, the default: in memory */
    const char *key_file; /* holds the key, one line; NULL, the default: none is needed */
    const char *web;      /* the page's folder; NULL, the default: web/ in the home folder */
    /* Origins of the page beside the server's own, "https://films.example"; ended by origin_count.
     */
    const char *origins[MR_ORIGINS_MAX];
    int origin_count;
    /* A proxy in front tells the client's address and scheme in X-Forwarded-For and -Proto; false.
     */
    bool trusted_proxy;
    bool secure_cookies;  /* cookies are for TLS alone, whatever the proxy says; false */
    bool ethnicity;       /* estimated without being asked for; false */
    mr_options engine;    /* detector, attributes that may be estimated, home, limits of pictures */
    double learn_minutes; /* between two times of learning from the store's viewers; 60, 0: never */
    int workers; /* that look at pictures; 0, the default: one for each processor, 64 at most */
    int http_threads; /* that speak HTTP; 2 */

    size_t queue;                  /* requests that may wait for a worker; 64 */
    size_t streams;                /* at once; 32 */
    double frames_per_second;      /* of one stream; 60 */
    size_t connections;            /* at once; 1024 */
    size_t connections_of_client;  /* with one address, but a trusted proxy's; 64 */
    size_t requests_of_connection; /* until it is closed; 1000 */
    size_t head_bytes;             /* of a request's line and headers; 16 KB */
    size_t body_bytes;             /* of a request's body; 16 MB */
    size_t json_bytes;             /* of one in JSON; 64 KB */
    size_t bodies_bytes;           /* of all bodies that are being read or waiting; 256 MB */
    double head_seconds;           /* until a head is whole, also between two requests; 15 */
    double body_seconds;           /* until a body is whole, or an answer is sent; 30 */
    double rate, burst; /* requests to the API a second and at once, of one client; 30, 60 */
} mr_server_options;

mr_server_options mr_server_options_defaults(void);

/* Loads everything, listens and answers. But for the store, what `options` points to is copied. Off
 * the loopback address a key is needed: MR_E_ARGUMENT without one. */
mr_status mr_server_start(const mr_server_options *options, mr_server **out);

/* The port that it listens on. */
int mr_server_port(const mr_server *server);

/* The address of the page, "http://127.0.0.1:8080/". */
const char *mr_server_address(const mr_server *server);

/* Opens models and catalogue, the page and the key anew; on any failure all the old ones stay. */
mr_status mr_server_reload(mr_server *server);

/* Refuses what is new, ends what is at work, and frees the server. NULL does nothing. */
void mr_server_stop(mr_server *server);

#endif
