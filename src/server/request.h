/*
 * One request, from its first line to the end of its answer.
 *
 * Handlers read `params`, `image`, `viewer` and answer with one of the functions below:
 *
 *     bool mr_handle_film(mr_request *request, const mr_leased_session *at) {
 *         …
 *         if (mr_film_find(mr_lease_engine(at->lease), wanted->id, &film) != MR_OK)
 *             return mr_problem_from(&request->problem, MR_E_NOT_FOUND, "id");
 *         return mr_answer_json(request, 200, film_json(&film));
 *     }
 *
 * Thread rule: belongs to the thread that works on it; libmicrohttpd's and the workers' locks hand
 * it over.
 */
#ifndef MR_SERVER_REQUEST_H
#define MR_SERVER_REQUEST_H

#include "server/body.h"
#include "server/head.h"
#include "server/params.h"
#include "server/pool.h"
#include "server/route.h"
#include "server/server_parts.h"

/* What is done next when libmicrohttpd calls. */
typedef enum mr_step { MR_STEP_HEAD, MR_STEP_BODY, MR_STEP_ANSWER } mr_step;

struct mr_request {
    mr_job job; /* must come first */
    mr_server *server;
    struct MHD_Connection *connection;
    mr_connection *entry; /* of the connection */
    mr_step step;
    bool refused; /* the problem is known, the rest of the body is thrown away */
    bool close;   /* the connection ends with the answer */
    bool handed;  /* to a worker, and counted among those pending */

    char *target; /* path, then query; cut and decoded in place */
    char *query;  /* NULL: none */
    char *values[MR_PATH_VALUES_MAX];
    char allowed[MR_ALLOWED_SIZE]; /* for 405 */
    mr_front *front;               /* from the head on */
    const mr_route *route;         /* NULL: none, or a file */
    const mr_page_file *file;
    mr_head head;
    mr_body body;

    void *params; /* the route's struct */
    mr_binding binding;
    json_t *json;  /* the body's document */
    mr_part image; /* the picture, no bytes: none */

    mr_problem problem;
    int retry_after; /* seconds, for 429 */
    int status;
    struct MHD_Response *response;
    double received;    /* moment of the last byte */
    double store_asked; /* moment of the last call of the store */
};

/* Answers with a document, whose reference is taken; NULL, out of memory, is a problem. */
bool mr_answer_json(mr_request *request, int status, json_t *document);

/* Answers with bytes that become the response's and are freed with free(). */
bool mr_answer_bytes(mr_request *request, int status, const char *type, char *bytes, size_t size);

/* Answers with bytes that outlive the request: the front's, and what is the server's. */
bool mr_answer_constant(mr_request *request, int status, const char *type, const void *bytes,
                        size_t size);

/* Answers without a body. */
bool mr_answer_empty(mr_request *request, int status);

/* Adds a header to the answer. */
void mr_answer_header(mr_request *request, const char *name, const char *value);

/* Turns the problem into the answer, with the headers that belong to its status. */
void mr_answer_problem(mr_request *request);

/* The viewer that the cookie names; false without one. */
bool mr_request_cookie(const mr_request *request, char viewer[MR_VIEWER_ID_SIZE]);

/* Sets the cookie, or with NULL takes it back. */
void mr_answer_cookie(mr_request *request, const char *viewer);

/* Reads the head: 4xx and 5xx as problems. */
bool mr_request_read_head(mr_request *request, const char *version, const char *method);

/* Reads the body that is complete now. */
bool mr_request_read_body(mr_request *request);

/* Frees what the request holds. NULL does nothing. */
void mr_request_free(mr_request *request);

#endif
