/*
 * Any bytes as parts of a request: heads, targets, queries, bodies, forms, cookies, hosts. What is
 * taken is within the ranges that its table has. The first byte says which part it is.
 */
#include "server/auth.h"
#include "server/body.h"
#include "server/head.h"
#include "server/params.h"
#include "server/rate.h"
#include "server/route.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool holds) {
    if (!holds)
        abort();
}

/* The texts and integers that were bound. */
static void check_bound(const mr_param_table *table, const void *bound) {
    for (size_t i = 0; i < table->count; i++) {
        const mr_param *row = &table->rows[i];
        const void *field = (const char *)bound + row->offset;
        if (row->type == MR_PARAM_TYPE_INT && *(const int *)field != 0)
            require(*(const int *)field <= row->high && *(const int *)field >= -1);
        if (row->type == MR_PARAM_TYPE_TEXT && *(const char *const *)field != NULL)
            require(strlen(*(const char *const *)field) <= row->high);
    }
}

/* Binds the text as a query, or as a JSON document, with the table of each route. */
static void bind_all(char *text, size_t size, bool json) {
    json_t *document = json ? json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL) : NULL;
    for (size_t i = 0; i < mr_route_count && (!json || document != NULL); i++) {
        const mr_param_table *table = mr_routes[i].table;
        if (table == NULL)
            continue;
        mr_problem problem = {0};
        void *bound = calloc(1, table->size);
        char *query = strdup(text);
        require(bound != NULL && query != NULL);
        if (table->defaults != NULL)
            table->defaults(bound);
        mr_binding binding = {table, bound, &problem, 0};
        bool taken = json ? mr_bind_json(&binding, document) : mr_bind_query(&binding, query);
        require(taken || problem.status >= 400);
        check_bound(table, bound);
        free(query);
        free(bound);
    }
    json_decref(document);
}

/* Lines of a head, "Name: value". */
static void read_head(char *text) {
    mr_head head = {0};
    mr_problem problem = {0};
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;) {
        char *value = strchr(line, ':');
        if (value == NULL)
            continue;
        *value++ = '\0';
        mr_head_add(&head, line, strlen(line), value, strlen(value));
    }
    if (mr_head_check(&head, 16384, &problem))
        require(head.host != NULL && head.coding == NULL);
    else
        require(problem.status >= 400);
}

/* The first line is the Content-Type. */
static void read_form(char *text, size_t size) {
    char *end = strchr(text, '\n');
    if (end == NULL)
        return;
    *end = '\0';
    mr_part part;
    mr_problem problem = {0};
    const uint8_t *body = (const uint8_t *)end + 1;
    size_t left = size - (size_t)(end + 1 - text);
    (void)mr_media_of(text);
    (void)mr_is_picture(body, left);
    if (mr_form_part(text, body, left, "image", &part, &problem))
        require(part.bytes >= body && part.bytes + part.size <= body + left);
    else
        require(problem.status == 400);
}

static void read_names(char *text) {
    char viewer[MR_VIEWER_ID_SIZE], allowed[MR_ALLOWED_SIZE], *values[MR_PATH_VALUES_MAX];
    mr_client_key client;
    mr_problem problem;
    mr_gate *gate;
    if (mr_cookie_viewer(text, "moodreel_viewer", viewer))
        require(mr_viewer_id_is_valid(viewer));
    (void)mr_client_of_forwarded(text, &client);
    require(mr_gate_create(NULL, NULL, 0, &gate) == MR_OK);
    if (mr_gate_check_host(gate, text, &problem))
        (void)mr_gate_check_origin(gate, text, text, &problem);
    mr_gate_free(gate);
    if (text[0] == '/')
        (void)mr_route_find("GET", text, values, allowed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (size < 1)
        return 0;
    char *text = malloc(size);
    if (text == NULL)
        return 0;
    memcpy(text, bytes + 1, size - 1);
    text[size - 1] = '\0';
    switch (bytes[0]) {
    case 'q':
        bind_all(text, size - 1, false);
        break;
    case 'j':
        bind_all(text, size - 1, true);
        break;
    case 'h':
        read_head(text);
        break;
    case 'f':
        read_form(text, size - 1);
        break;
    default:
        read_names(text);
    }
    free(text);
    return 0;
}
