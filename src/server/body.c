#include "server/body.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Of one part of a form: its headers. */
#define PART_HEAD_MAX 2048
#define BOUNDARY_MAX  70

bool mr_body_append(mr_body *body, const void *bytes, size_t size, atomic_size_t *taken,
                    size_t limit, mr_problem *problem) {
    size_t before = body->capacity;
    if (!mr_grow(&body->bytes, &body->capacity, body->size + size, 1))
        return mr_problem_set(problem, 503, NULL, "the server has no memory left for this");
    size_t all = atomic_fetch_add(taken, body->capacity - before) + body->capacity - before;
    if (all > limit)
        return mr_problem_set(problem, 503, NULL, "the server reads too much at once already");
    memcpy(body->bytes + body->size, bytes, size);
    body->size += size;
    return true;
}

void mr_body_free(mr_body *body, atomic_size_t *taken) {
    atomic_fetch_sub(taken, body->capacity);
    free(body->bytes);
    *body = (mr_body){0};
}

/* Length of the media type itself, without parameters and blanks. */
static size_t type_length(const char *content_type) {
    return strcspn(content_type, "; \t");
}

static bool is_type(const char *content_type, const char *type) {
    return type_length(content_type) == strlen(type) &&
           strncasecmp(content_type, type, strlen(type)) == 0;
}

mr_media mr_media_of(const char *content_type) {
    if (content_type == NULL)
        return MR_MEDIA_NONE;
    if (is_type(content_type, "application/json"))
        return MR_MEDIA_JSON;
    if (is_type(content_type, "multipart/form-data"))
        return MR_MEDIA_FORM;
    return strncasecmp(content_type, "image/", 6) == 0 && type_length(content_type) > 6
               ? MR_MEDIA_IMAGE
               : MR_MEDIA_NONE;
}

/* The value of `name=value` or `name="value"` among the parameters of a header, in `value`; a
 * quoted value may not hold escapes. */
static bool find_parameter(const char *header, const char *name, char *value, size_t size) {
    size_t name_length = strlen(name);
    for (const char *at = strchr(header, ';'); at != NULL; at = strchr(at, ';')) {
        at += 1 + strspn(at + 1, " \t");
        if (strncasecmp(at, name, name_length) != 0 || at[name_length] != '=')
            continue;
        at += name_length + 1;
        bool quoted = *at == '"';
        at += quoted;
        size_t length = strcspn(at, quoted ? "\"\\" : "; \t\"");
        if (length == 0 || length >= size || (quoted && at[length] != '"'))
            return false;
        memcpy(value, at, length);
        value[length] = '\0';
        return true;
    }
    return false;
}

/* "\r\n--boundary" */
static bool read_delimiter(const char *content_type, char delimiter[BOUNDARY_MAX + 5]) {
    static const char allowed[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "'()+_,-./:=? ";
    char boundary[BOUNDARY_MAX + 1];
    if (!find_parameter(content_type, "boundary", boundary, sizeof boundary) ||
        boundary[strspn(boundary, allowed)] != '\0')
        return false;
    snprintf(delimiter, BOUNDARY_MAX + 5, "\r\n--%s", boundary);
    return true;
}

/* Whether the headers of a part, zero-terminated lines without the last line end, name it so. */
static bool part_is_named(char *head, const char *wanted) {
    static const char header[] = "Content-Disposition:";
    char name[64];
    int found = 0;
    for (char *rest = head, *line; (line = strsep(&rest, "\n")) != NULL;) {
        line[strcspn(line, "\r")] = '\0';
        if (strncasecmp(line, header, sizeof header - 1) != 0)
            continue;
        const char *value = line + sizeof header - 1;
        value += strspn(value, " \t");
        if (++found > 1 || !is_type(value, "form-data") ||
            !find_parameter(value, "name", name, sizeof name) || strcmp(name, wanted) != 0)
            return false;
    }
    return found == 1;
}

bool mr_form_part(const char *content_type, const uint8_t *bytes, size_t size, const char *name,
                  mr_part *part, mr_problem *problem) {
    char delimiter[BOUNDARY_MAX + 5], head[PART_HEAD_MAX];
    if (!read_delimiter(content_type, delimiter))
        return mr_problem_set(problem, 400, NULL, "multipart/form-data: no boundary");
    size_t length = strlen(delimiter), opening = length - 2;
    const uint8_t *end = bytes + size;
    if (size < opening + 2 || memcmp(bytes, delimiter + 2, opening) != 0 ||
        memcmp(bytes + opening, "\r\n", 2) != 0)
        return mr_problem_set(problem, 400, NULL,
                              "multipart/form-data: does not begin with a part");
    const uint8_t *from = bytes + opening + 2;
    const uint8_t *blank = memmem(from, (size_t)(end - from), "\r\n\r\n", 4);
    if (blank == NULL || (size_t)(blank - from) >= sizeof head)
        return mr_problem_set(problem, 400, NULL, "multipart/form-data: a part without an end");
    memcpy(head, from, (size_t)(blank - from));
    head[blank - from] = '\0';
    if (!part_is_named(head, name))
        return mr_problem_set(problem, 400, name, "expected as the form's only part");
    const uint8_t *data = blank + 4;
    const uint8_t *close = memmem(data, (size_t)(end - data), delimiter, length);
    const uint8_t *rest = close != NULL ? close + length : end;
    size_t left = (size_t)(end - rest);
    if (!((left == 2 && memcmp(rest, "--", 2) == 0) ||
          (left == 4 && memcmp(rest, "--\r\n", 4) == 0)))
        return mr_problem_set(problem, 400, name, "expected as the form's only part");
    *part = (mr_part){data, (size_t)(close - data)};
    return true;
}

bool mr_is_picture(const uint8_t *bytes, size_t size) {
    return (size >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0) ||
           (size >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0) ||
           (size >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0);
}
