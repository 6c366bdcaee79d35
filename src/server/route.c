#include "server/route.h"

#include "server/handlers.h"

#include <stdio.h>
#include <string.h>

#define IMAGE_OR_JSON (MR_TAKES_IMAGE | MR_TAKES_JSON)

/* The answers with a JSON document and without anything. */
#define JSON(status, schema, about)                                                                \
    { status, schema, "application/json", about }
#define NOTHING(status, about)                                                                     \
    { status, NULL, NULL, about }

const mr_route mr_routes[] = {
    {.method = "GET",
     .path = "/healthz",
     .handle = mr_handle_health,
     .open = true,
     .unlimited = true,
     .summary = "Whether the server takes requests",
     .answers = {JSON(200, "Health", "It does")}},
    {.method = "GET",
     .path = "/metrics",
     .handle = mr_handle_metrics,
     .summary = "Counts and times, for Prometheus",
     .answers = {{200, NULL, "text/plain", "Prometheus' text format"}}},
    {.method = "GET",
     .path = "/v1/openapi.json",
     .handle = mr_handle_openapi,
     .summary = "This document",
     .answers = {{200, NULL, "application/json", "An OpenAPI document"}}},
    {.method = "GET",
     .path = "/v1/info",
     .handle = mr_handle_info,
     .worker = true,
     .summary = "What this server can do, and its limits",
     .answers = {JSON(200, "Info", "What it can do")}},
    {.method = "POST",
     .path = "/v1/analyze",
     .handle = mr_handle_analyze,
     .worker = true,
     .takes = MR_TAKES_IMAGE,
     .table = &mr_analyze_table,
     .summary = "Age, gender, ethnicity and emotion of the faces in a picture",
     .answers = {JSON(200, "Analysis", "The faces, largest first; none is no error")}},
    {.method = "POST",
     .path = "/v1/recommend",
     .handle = mr_handle_recommend,
     .worker = true,
     .takes = IMAGE_OR_JSON,
     .table = &mr_recommend_table,
     .summary = "Films for the people in a picture, or for people who are described",
     .answers = {JSON(200, "Recommendation",
                      "The films, best first; for a picture also what is in it")}},
    {.method = "GET",
     .path = "/v1/films",
     .handle = mr_handle_films,
     .worker = true,
     .table = &mr_films_table,
     .summary = "Films of the catalogue",
     .answers = {JSON(200, "Films", "Those that match, titles that begin so first")}},
    {.method = "GET",
     .path = "/v1/films/{id}",
     .handle = mr_handle_film,
     .table = &mr_film_table,
     .summary = "One film",
     .answers = {JSON(200, "Film", "Its facts")}},
    {.method = "POST",
     .path = "/v1/viewers",
     .handle = mr_handle_new_viewer,
     .worker = true,
     .takes = MR_TAKES_JSON,
     .table = &mr_new_viewer_table,
     .summary = "Agree to be remembered: makes a viewer and sets the cookie that names it",
     .answers = {JSON(201, "Viewer", "The new viewer"),
                 JSON(200, "Viewer", "The viewer that the cookie names already")}},
    {.method = "GET",
     .path = "/v1/viewers/{id}",
     .handle = mr_handle_viewer,
     .worker = true,
     .table = &mr_viewer_table,
     .summary = "All that is kept of a viewer",
     .answers = {JSON(200, "History", "What the viewer said of films, oldest first")}},
    {.method = "DELETE",
     .path = "/v1/viewers/{id}",
     .handle = mr_handle_erase_viewer,
     .worker = true,
     .table = &mr_erase_table,
     .summary = "Forget a viewer",
     .answers = {NOTHING(204, "Nothing is left; the cookie is taken back")}},
    {.method = "DELETE",
     .path = "/v1/viewers/{id}/feedback/{film}",
     .handle = mr_handle_remove_feedback,
     .worker = true,
     .table = &mr_remove_feedback_table,
     .summary = "Take an opinion back",
     .answers = {NOTHING(204, "It is forgotten")}},
    {.method = "POST",
     .path = "/v1/feedback",
     .handle = mr_handle_feedback,
     .worker = true,
     .takes = MR_TAKES_JSON,
     .table = &mr_feedback_table,
     .summary = "Say something of a film; it takes the place of what was said of it before",
     .answers = {JSON(200, "Feedback", "What is kept now")}},
    {.method = "GET",
     .path = "/v1/stream",
     .handle = mr_handle_stream,
     .upgrade = true,
     .summary = "A WebSocket (RFC 6455): frames up, people and films down",
     .answers = {NOTHING(101, "It is open")}},
};

const size_t mr_route_count = MR_COUNT(mr_routes);

#define SEGMENTS_MAX 8

/* Cuts a path at its slashes, without the first; returns how many pieces there are, or 0 for too
 * many or an empty one. */
static size_t split(char *path, char *segments[SEGMENTS_MAX]) {
    size_t count = 0;
    for (char *rest = path + 1, *segment; (segment = strsep(&rest, "/")) != NULL;) {
        if (count == SEGMENTS_MAX || *segment == '\0')
            return 0;
        segments[count++] = segment;
    }
    return count;
}

/* The next piece of a pattern, which ends at the next slash. */
static const char *next_piece(const char *pattern, size_t *length) {
    pattern++;
    *length = strcspn(pattern, "/");
    return pattern;
}

static bool matches(const char *pattern, char *const *segments, size_t count,
                    char *values[MR_PATH_VALUES_MAX]) {
    size_t value = 0;
    for (size_t i = 0; i < count; i++) {
        if (*pattern == '\0')
            return false;
        size_t length;
        const char *piece = next_piece(pattern, &length);
        if (*piece == '{')
            values[value++] = segments[i];
        else if (strlen(segments[i]) != length || memcmp(segments[i], piece, length) != 0)
            return false;
        pattern = piece + length;
    }
    return *pattern == '\0';
}

static void allow(char allowed[MR_ALLOWED_SIZE], const char *method) {
    size_t used = strlen(allowed);
    snprintf(allowed + used, MR_ALLOWED_SIZE - used, "%s%s%s", used > 0 ? ", " : "", method,
             strcmp(method, "GET") == 0 ? ", HEAD" : "");
}

const mr_route *mr_route_find(const char *method, char *path, char *values[MR_PATH_VALUES_MAX],
                              char allowed[MR_ALLOWED_SIZE]) {
    char *segments[SEGMENTS_MAX];
    size_t count = split(path, segments);
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    allowed[0] = '\0';
    for (size_t i = 0; i < mr_route_count && count > 0; i++) {
        if (!matches(mr_routes[i].path, segments, count, values))
            continue;
        if (strcmp(mr_routes[i].method, wanted) == 0)
            return &mr_routes[i];
        allow(allowed, mr_routes[i].method);
    }
    return NULL;
}

bool mr_route_value_name(const mr_route *route, size_t index, char *name, size_t size) {
    const char *at = route->path;
    for (size_t i = 0; i <= index; i++)
        if ((at = strchr(at, '{')) == NULL || *at++ == '\0')
            return false;
    snprintf(name, size, "%.*s", (int)strcspn(at, "}"), at);
    return true;
}
