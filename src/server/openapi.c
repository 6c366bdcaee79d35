#include "server/openapi.h"

#include "moodreel/moodreel.h"
#include "server/route.h"
#include "server/schemas.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA_PREFIX "#/components/schemas/"

static json_t *reference(const char *schema) {
    char target[96];
    snprintf(target, sizeof target, SCHEMA_PREFIX "%s", schema);
    return json_pack("{s:s}", "$ref", target);
}

/* The value that a parameter has when it is not given; NULL where that is no value, or not the same
 * on every server. */
static json_t *default_of(const mr_param *param, const void *defaults) {
    const void *field = (const char *)defaults + param->offset;
    if (param->required || param->of_operator)
        return NULL;
    switch (param->type) {
    case MR_PARAM_TYPE_FLAG:
        return json_boolean(*(const bool *)field);
    case MR_PARAM_TYPE_INT:
        return *(const int *)field >= param->low ? json_integer(*(const int *)field) : NULL;
    case MR_PARAM_TYPE_SEED:
        return json_integer((json_int_t) * (const uint64_t *)field);
    case MR_PARAM_TYPE_TEXT:
    case MR_PARAM_TYPE_CHOICE:
        return *(const char *const *)field != NULL ? json_string(*(const char *const *)field)
                                                   : NULL;
    case MR_PARAM_TYPE_VALUE:
        break;
    }
    return NULL;
}

static json_t *choices_of(const mr_param *param) {
    json_t *list = json_array();
    for (size_t i = 0; param->choices[i] != NULL; i++)
        json_array_append_new(list, json_string(param->choices[i]));
    return list;
}

static json_t *type_of(const mr_param *param) {
    switch (param->type) {
    case MR_PARAM_TYPE_FLAG:
        return json_pack("{s:s}", "type", "boolean");
    case MR_PARAM_TYPE_INT:
        return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum", (json_int_t)param->low,
                         "maximum", (json_int_t)param->high);
    case MR_PARAM_TYPE_SEED:
        return json_pack("{s:s, s:i, s:I}", "type", "integer", "minimum", 0, "maximum",
                         (json_int_t)MR_SEED_MAX);
    case MR_PARAM_TYPE_TEXT:
        return json_pack("{s:s, s:i, s:I}", "type", "string", "minLength", 1, "maxLength",
                         (json_int_t)param->high);
    case MR_PARAM_TYPE_CHOICE:
        return json_pack("{s:s, s:o}", "type", "string", "enum", choices_of(param));
    case MR_PARAM_TYPE_VALUE:
        break;
    }
    return reference(param->schema);
}

static json_t *schema_of(const mr_param *param, const void *defaults) {
    json_t *schema = type_of(param), *value = default_of(param, defaults);
    if (value != NULL)
        json_object_set_new(schema, "default", value);
    return schema;
}

static json_t *parameters_of(const mr_param_table *table, const void *defaults) {
    json_t *list = json_array();
    for (size_t i = 0; i < table->count; i++) {
        const mr_param *param = &table->rows[i];
        if ((param->where & (MR_IN_PATH | MR_IN_QUERY)) == 0)
            continue;
        bool in_path = (param->where & MR_IN_PATH) != 0;
        json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:s, s:o}", "name", param->name,
                                              "in", in_path ? "path" : "query", "required",
                                              in_path || param->required, "description",
                                              param->about, "schema", schema_of(param, defaults)));
    }
    return list;
}

/* In bodies null is the same as leaving a member out. */
static void allow_null(json_t *schema) {
    json_t *choices = json_object_get(schema, "enum"), *type = json_object_get(schema, "type");
    if (type != NULL)
        json_object_set_new(schema, "type", json_pack("[O, s]", type, "null"));
    if (choices != NULL)
        json_array_append_new(choices, json_null());
}

/* The object that a JSON body is. */
static json_t *body_schema(const mr_param_table *table, const void *defaults) {
    json_t *members = json_object(), *needed = json_array();
    for (size_t i = 0; i < table->count; i++) {
        const mr_param *param = &table->rows[i];
        if ((param->where & MR_IN_BODY) == 0)
            continue;
        json_t *schema = schema_of(param, defaults);
        json_object_set_new(schema, "description", json_string(param->about));
        json_object_set_new(members, param->name, schema);
        if (param->required)
            json_array_append_new(needed, json_string(param->name));
        else
            allow_null(schema);
    }
    return json_pack("{s:s, s:b, s:o, s:o}", "type", "object", "additionalProperties", 0,
                     "properties", members, "required", needed);
}

static json_t *body_of(const mr_route *route, const void *defaults) {
    json_t *content = json_object();
    if (route->takes & MR_TAKES_JSON)
        json_object_set_new(content, "application/json",
                            json_pack("{s:o}", "schema", body_schema(route->table, defaults)));
    if (route->takes & MR_TAKES_IMAGE) {
        static const char *const types[] = {"image/jpeg", "image/png", "image/webp"};
        for (size_t i = 0; i < MR_COUNT(types); i++)
            json_object_set_new(content, types[i], json_object());
        json_object_set_new(content, "multipart/form-data",
                            json_pack("{s:{s:s, s:[s], s:{s:{s:s, s:s}}}}", "schema", "type",
                                      "object", "required", "image", "properties", "image", "type",
                                      "string", "contentMediaType", "image/*"));
    }
    return json_pack("{s:b, s:o}", "required", 1, "content", content);
}

static json_t *response(const char *about, const char *type, json_t *schema) {
    json_t *answer = json_pack("{s:s}", "description", about);
    if (type != NULL)
        json_object_set_new(answer, "content",
                            schema != NULL ? json_pack("{s:{s:o}}", type, "schema", schema)
                                           : json_pack("{s:{}}", type));
    return answer;
}

static json_t *responses_of(const mr_route *route) {
    json_t *all = json_object();
    char status[8];
    for (size_t i = 0; i < MR_ROUTE_ANSWERS_MAX && route->answers[i].status != 0; i++) {
        const mr_route_answer *answer = &route->answers[i];
        snprintf(status, sizeof status, "%d", answer->status);
        json_object_set_new(all, status,
                            response(answer->about, answer->type,
                                     answer->schema != NULL ? reference(answer->schema) : NULL));
    }
    json_object_set_new(
        all, "default",
        response("What is wrong (RFC 9457)", "application/problem+json", reference("Problem")));
    return all;
}

static json_t *operation_of(const mr_route *route) {
    json_t *operation = json_pack("{s:s}", "summary", route->summary);
    void *defaults = route->table != NULL ? calloc(1, route->table->size) : NULL;
    if (defaults != NULL) {
        if (route->table->defaults != NULL)
            route->table->defaults(defaults);
        json_object_set_new(operation, "parameters", parameters_of(route->table, defaults));
        if (route->takes != 0)
            json_object_set_new(operation, "requestBody", body_of(route, defaults));
    }
    free(defaults);
    json_object_set_new(operation, "responses", responses_of(route));
    if (route->open)
        json_object_set_new(operation, "security", json_array());
    return operation;
}

static json_t *paths(void) {
    json_t *all = json_object();
    for (size_t i = 0; i < mr_route_count; i++) {
        char method[8] = "";
        const mr_route *route = &mr_routes[i];
        for (size_t k = 0; route->method[k] != '\0' && k + 1 < sizeof method; k++)
            method[k] = (char)(route->method[k] | 0x20); /* lower case */
        if (json_object_get(all, route->path) == NULL)
            json_object_set_new(all, route->path, json_object());
        json_object_set_new(json_object_get(all, route->path), method, operation_of(route));
    }
    return all;
}

static json_t *schemas(void) {
    json_t *all = json_object();
    for (size_t i = 0; i < mr_schema_count; i++)
        json_object_set_new(all, mr_schemas[i].name, json_loads(mr_schemas[i].text, 0, NULL));
    return all;
}

mr_status mr_openapi_text(bool key, char **text) {
    json_t *document =
        json_pack("{s:s, s:{s:s, s:s, s:s}, s:o, s:{s:o, s:{s:{s:s, s:s}}}}", "openapi", "3.1.0",
                  "info", "title", "Moodreel", "version", mr_version(), "description",
                  "From the faces in a picture to films for the people, with reasons.", "paths",
                  paths(), "components", "schemas", schemas(), "securitySchemes", "key", "type",
                  "http", "scheme", "bearer");
    if (key)
        json_object_set_new(document, "security", json_pack("[{s:[]}]", "key"));
    *text = document != NULL ? json_dumps(document, JSON_COMPACT) : NULL;
    json_decref(document);
    return *text != NULL ? MR_OK : mr_fail(MR_E_MEMORY, "the API's description: out of memory");
}
