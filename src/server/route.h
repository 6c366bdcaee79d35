/*
 * The routes: one table from which requests are answered, counted and logged, and from which the
 * OpenAPI document is made.
 *
 *     char *values[MR_PATH_VALUES_MAX];
 *     char allowed[MR_ALLOWED_SIZE];
 *     const mr_route *route = mr_route_find("GET", path, values, allowed);
 *     if (route == NULL)
 *         status = *allowed ? 405 : 404;
 *
 * A handler fills in the answer and returns true, or the request's problem and returns false. It is
 * called by a worker, with its session, where the route says so; else on a thread that speaks HTTP,
 * which must not wait, and then without a session.
 *
 * Thread rule: constant.
 */
#ifndef MR_SERVER_ROUTE_H
#define MR_SERVER_ROUTE_H

#include "server/lease.h"
#include "server/params.h"

typedef struct mr_request mr_request;

/* What a route takes as its body. */
enum { MR_TAKES_JSON = 1, MR_TAKES_IMAGE = 2 };

/* One way in which a request can be answered, beside the problems that all have in common. */
typedef struct mr_route_answer {
    int status;
    const char *schema; /* name of the JSON schema; NULL: `type` says what it is, if anything */
    const char *type;
    const char *about;
} mr_route_answer;

#define MR_ROUTE_ANSWERS_MAX 4
#define MR_PATH_VALUES_MAX   2
#define MR_ALLOWED_SIZE      64

typedef struct mr_route {
    const char *method, *path; /* "/v1/viewers/{id}" */
    bool (*handle)(mr_request *request, const mr_leased_session *at);
    bool worker;                 /* called by a worker */
    bool open;                   /* needs no key */
    bool unlimited;              /* does not count against the client's rate */
    bool upgrade;                /* opens a WebSocket */
    unsigned takes;              /* MR_TAKES_…; 0: no body */
    const mr_param_table *table; /* NULL: no parameters */
    const char *summary;
    mr_route_answer answers[MR_ROUTE_ANSWERS_MAX]; /* ended by status 0 */
} mr_route;

extern const mr_route mr_routes[];
extern const size_t mr_route_count;

/*
 * The route for this method and path; HEAD is looked up as GET. The path's values are cut out of it
 * with zeros, still percent-encoded. NULL: none; then `allowed` lists the methods that the path
 * has, as in the header Allow, or is empty.
 */
const mr_route *mr_route_find(const char *method, char *path, char *values[MR_PATH_VALUES_MAX],
                              char allowed[MR_ALLOWED_SIZE]);

/* The name of the value number `index` in a route's path, in `name`; false when there is none. */
bool mr_route_value_name(const mr_route *route, size_t index, char *name, size_t size);

#endif
