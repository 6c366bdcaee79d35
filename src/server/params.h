/*
 * Parameters of the API, declared once in a table and bound to the fields of a struct.
 *
 *     struct wish { int n; const char *mood; bool group; };
 *     static const mr_param params[] = {
 *         MR_PARAM_INT("n", MR_IN_QUERY | MR_IN_BODY, struct wish, n, 1, 100, "films wanted"),
 *         MR_PARAM_CHOICE("mood", MR_IN_QUERY | MR_IN_BODY, struct wish, mood, moods, "…"),
 *         MR_PARAM_FLAG("group", MR_IN_QUERY, struct wish, group, "…"),
 *     };
 *     static const mr_param_table table = {params, MR_COUNT(params), sizeof(struct wish),
 defaults}; mr_binding binding = {&table, &wish, &problem, 0};
 *     if (!mr_bind_query(&binding, "n=5&mood=lift") || !mr_bind_json(&binding, body))
 *         refuse(&problem);
 *
 * The same rows are read by the OpenAPI document, so that what is described is what is accepted. A
 * parameter that no row has, that comes twice (be it once in the query and once in the body), whose
 * type or range is another, or that is needed and missing is a problem that names it.
 *
 * The struct holds the defaults before the call; an integer below its range and a NULL text stand
 * for "not given". In bodies, null is the same as leaving a member out.
 *
 * Ownership: texts point into the query, which is decoded in place, or into the JSON document; both
 * must outlive the struct. Thread rule: no shared state.
 */
#ifndef MR_SERVER_PARAMS_H
#define MR_SERVER_PARAMS_H

#include "server/problem.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef MR_COUNT
#define MR_COUNT(array) (sizeof(array) / sizeof *(array))
#endif

/* What JSON's integers can hold everywhere here. */
#define MR_SEED_MAX INT64_MAX

/* Where a parameter may stand. */
enum { MR_IN_PATH = 1, MR_IN_QUERY = 2, MR_IN_BODY = 4 };

/* What a parameter's field is and which values it takes. */
typedef enum mr_param_type {
    MR_PARAM_TYPE_FLAG,   /* bool: true or false; in queries also 1 or 0 */
    MR_PARAM_TYPE_INT,    /* int in low … high */
    MR_PARAM_TYPE_SEED,   /* uint64_t in 0 … MR_SEED_MAX */
    MR_PARAM_TYPE_TEXT,   /* const char *, UTF-8 of 1 to `high` code points, none of control */
    MR_PARAM_TYPE_CHOICE, /* const char *: the label as `choices` has it; case is ignored */
    MR_PARAM_TYPE_VALUE   /* JSON that `read` understands; in bodies alone */
} mr_param_type;

typedef struct mr_param {
    const char *name;
    unsigned where; /* MR_IN_… */
    mr_param_type type;
    size_t offset;              /* of the bound field */
    double low, high;           /* range of integers, both ends allowed */
    const char *const *choices; /* ends with NULL */
    bool required;
    bool of_operator;  /* the operator says what it is when it is not given */
    const char *about; /* for the OpenAPI document */
    /* For MR_PARAM_TYPE_VALUE: reads the value into the field, and the name of its schema. */
    bool (*read)(json_t *value, void *field, mr_problem *problem);
    const char *schema;
} mr_param;

/* The rows of a table. A field of another type than the row's does not compile. */
#define MR_PARAM_FIELD_(owner, field, ...)                                                         \
    (offsetof(owner, field) + _Generic(((owner *)0)->field, __VA_ARGS__))
#define MR_PARAM_ROW_(NAME, WHERE, KIND, OFFSET, LOW, HIGH, CHOICES, NEEDED, ABOUT)                \
    {                                                                                              \
        .name = (NAME), .where = (WHERE), .type = MR_PARAM_TYPE_##KIND, .offset = (OFFSET),        \
        .low = (LOW), .high = (HIGH), .choices = (CHOICES), .required = (NEEDED), .about = (ABOUT) \
    }
#define MR_PARAM_FLAG(name, where, owner, field, about)                                            \
    MR_PARAM_ROW_(name, where, FLAG, MR_PARAM_FIELD_(owner, field, bool : 0), 0, 0, NULL, false,   \
                  about)
#define MR_PARAM_OPERATOR_FLAG(NAME, WHERE, OWNER, FIELD, ABOUT)                                   \
    {                                                                                              \
        .name = (NAME), .where = (WHERE), .type = MR_PARAM_TYPE_FLAG,                              \
        .offset = MR_PARAM_FIELD_(OWNER, FIELD, bool : 0), .of_operator = true, .about = (ABOUT)   \
    }
#define MR_PARAM_NEEDED_FLAG(name, where, owner, field, about)                                     \
    MR_PARAM_ROW_(name, where, FLAG, MR_PARAM_FIELD_(owner, field, bool : 0), 0, 0, NULL, true,    \
                  about)
#define MR_PARAM_INT(name, where, owner, field, low, high, about)                                  \
    MR_PARAM_ROW_(name, where, INT, MR_PARAM_FIELD_(owner, field, int : 0), low, high, NULL,       \
                  false, about)
#define MR_PARAM_SEED(name, where, owner, field, about)                                            \
    MR_PARAM_ROW_(name, where, SEED, MR_PARAM_FIELD_(owner, field, uint64_t : 0), 0, 0, NULL,      \
                  false, about)
#define MR_PARAM_TEXT(name, where, owner, field, most, about)                                      \
    MR_PARAM_ROW_(name, where, TEXT, MR_PARAM_FIELD_(owner, field, const char * : 0), 1, most,     \
                  NULL, false, about)
#define MR_PARAM_NEEDED(name, where, owner, field, most, about)                                    \
    MR_PARAM_ROW_(name, where, TEXT, MR_PARAM_FIELD_(owner, field, const char * : 0), 1, most,     \
                  NULL, true, about)
#define MR_PARAM_CHOICE(name, where, owner, field, choices, about)                                 \
    MR_PARAM_ROW_(name, where, CHOICE, MR_PARAM_FIELD_(owner, field, const char * : 0), 0, 0,      \
                  choices, false, about)
#define MR_PARAM_NEEDED_CHOICE(name, where, owner, field, choices, about)                          \
    MR_PARAM_ROW_(name, where, CHOICE, MR_PARAM_FIELD_(owner, field, const char * : 0), 0, 0,      \
                  choices, true, about)
#define MR_PARAM_VALUE(NAME, WHERE, OWNER, FIELD, READ, SCHEMA, NEEDED, ABOUT)                     \
    {                                                                                              \
        .name = (NAME), .where = (WHERE), .type = MR_PARAM_TYPE_VALUE,                             \
        .offset = offsetof(OWNER, FIELD), .required = (NEEDED), .about = (ABOUT), .read = (READ),  \
        .schema = (SCHEMA)                                                                         \
    }

/* A table, at most 64 rows, and the struct that it is bound to. */
typedef struct mr_param_table {
    const mr_param *rows;
    size_t count, size;             /* of the rows; of the struct in bytes */
    void (*defaults)(void *params); /* fills a struct that is all zero; NULL: leaves it so */
} mr_param_table;

/* One request's parameters on their way into the struct. */
typedef struct mr_binding {
    const mr_param_table *table;
    void *bound;
    mr_problem *problem;
    uint64_t given; /* bit i: row i had a value */
} mr_binding;

/* Decodes %XX in place, and '+' as a blank where `plus`. False when a sequence is broken, or when
 * the result is no UTF-8 or has control characters. */
bool mr_percent_decode(char *text, bool plus);

/* The value of a path's segment, already decoded. */
bool mr_bind_path(mr_binding *binding, const char *name, const char *text);

/* "a=1&b=2", which is decoded in place. */
bool mr_bind_query(mr_binding *binding, char *query);

/* The members of an object. */
bool mr_bind_json(mr_binding *binding, json_t *object);

/* A document, none of whose objects has a member twice; NULL: it is none, as the error says. */
json_t *mr_json_read(const char *text, size_t size, json_error_t *error);

/* A whole number, be it written as 3 or as 3.0; false when it is none, or too large. */
bool mr_json_whole(const json_t *value, int64_t *whole);

/* Whether the parameter was given. */
bool mr_is_given(const mr_binding *binding, const char *name);

/* Last of all: whether each needed parameter that may stand in one of `where` was given. */
bool mr_bind_finish(const mr_binding *binding, unsigned where);

#endif
