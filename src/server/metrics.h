/*
 * What the server counts, in Prometheus' text format. No label names a client.
 *
 * Thread rule: counting takes no lock and may be done by any thread.
 */
#ifndef MR_SERVER_METRICS_H
#define MR_SERVER_METRICS_H

#include "base/error.h"
#include "server/route.h"

typedef struct mr_metrics mr_metrics;
typedef struct mr_server mr_server;

mr_status mr_metrics_create(mr_metrics **out);
void mr_metrics_free(mr_metrics *metrics);

/* A request was answered. NULL route: a file of the page, or what has no route. */
void mr_metrics_count(mr_metrics *metrics, const mr_route *route, bool is_file, int status);

/* How a route is called in metrics and in the log. */
const char *mr_metrics_label(const mr_route *route, bool is_file);

/* The whole text, freed with free(); NULL when memory is out. */
char *mr_metrics_text(mr_server *server, size_t *size);

#endif
