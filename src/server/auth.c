#include "server/auth.h"

#include "base/file.h"
#include "server/handshake.h"
#include "server/head.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KEY_MIN  16
#define KEY_MAX  512
#define HOST_MAX 255

struct mr_gate {
    char *key; /* NULL: none is needed */
    size_t key_length;
    char **origins; /* in lower case */
    int origin_count;
};

/* The name or address in "name", "name:port" or "[address]:port"; false when it is none. */
static bool host_name(const char *host, char name[HOST_MAX + 1]) {
    bool bracketed = host[0] == '[';
    size_t start = bracketed ? 1 : 0;
    size_t length = strcspn(host + start, bracketed ? "]" : ":");
    if (length == 0 || length > HOST_MAX)
        return false;
    const char *rest = host + start + length;
    if (bracketed && *rest++ != ']')
        return false;
    if (*rest == ':') {
        size_t digits = strspn(++rest, "0123456789");
        if (digits > 5)
            return false;
        rest += digits;
    }
    if (*rest != '\0' || strspn(host + start, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789.:_-") < length)
        return false;
    memcpy(name, host + start, length);
    name[length] = '\0';
    return true;
}

static bool is_address(const char *name) {
    struct in6_addr address;
    return inet_pton(AF_INET, name, &address) == 1 || inet_pton(AF_INET6, name, &address) == 1;
}

/* What follows "http://" or "https://", or NULL. */
static const char *origin_host(const char *origin) {
    if (strncasecmp(origin, "http://", 7) == 0)
        return origin + 7;
    return strncasecmp(origin, "https://", 8) == 0 ? origin + 8 : NULL;
}

static mr_status read_key(mr_gate *gate, const char *path) {
    unsigned char *bytes;
    size_t size;
    MR_TRY(mr_file_read(path, KEY_MAX + 2, &bytes, &size));
    gate->key = (char *)bytes;
    gate->key_length = strcspn(gate->key, "\r\n");
    size_t end = gate->key_length + strspn(gate->key + gate->key_length, "\r\n");
    gate->key[gate->key_length] = '\0';
    /* A browser can send nothing else as a subprotocol of a WebSocket. */
    if (end != size || !mr_is_token(gate->key, gate->key_length) || gate->key_length < KEY_MIN ||
        gate->key_length > KEY_MAX)
        return mr_fail(MR_E_FORMAT,
                       "%s: expected a key: one line of %d to %d letters, digits and "
                       "!#$%%&'*+-.^_`|~",
                       path, KEY_MIN, KEY_MAX);
    return MR_OK;
}

static mr_status add_origin(mr_gate *gate, const char *origin) {
    char name[HOST_MAX + 1];
    const char *host = origin_host(origin);
    if (host == NULL || !host_name(host, name))
        return mr_fail(MR_E_ARGUMENT,
                       "origin %s: expected http://HOST[:PORT] or https://HOST[:PORT]", origin);
    if ((gate->origins[gate->origin_count] = strdup(origin)) == NULL)
        return mr_fail(MR_E_MEMORY, "origin %s: out of memory", origin);
    gate->origin_count++;
    return MR_OK;
}

static mr_status fill_gate(mr_gate *gate, const char *key_file, const char *const *origins,
                           int origin_count) {
    gate->origins = calloc((size_t)origin_count + 1, sizeof *gate->origins);
    if (gate->origins == NULL)
        return mr_fail(MR_E_MEMORY, "origins: out of memory");
    for (int i = 0; i < origin_count; i++)
        MR_TRY(add_origin(gate, origins[i]));
    return key_file != NULL ? read_key(gate, key_file) : MR_OK;
}

mr_status mr_gate_create(const char *key_file, const char *const *origins, int origin_count,
                         mr_gate **out) {
    mr_gate *gate = calloc(1, sizeof *gate);
    if (gate == NULL)
        return mr_fail(MR_E_MEMORY, "server: out of memory");
    mr_status status = fill_gate(gate, key_file, origins, origin_count);
    if (status != MR_OK) {
        mr_gate_free(gate);
        return status;
    }
    *out = gate;
    return MR_OK;
}

void mr_gate_free(mr_gate *gate) {
    if (gate == NULL)
        return;
    for (int i = 0; i < gate->origin_count; i++)
        free(gate->origins[i]);
    free(gate->origins);
    if (gate->key != NULL)
        explicit_bzero(gate->key, gate->key_length);
    free(gate->key);
    free(gate);
}

bool mr_gate_has_key(const mr_gate *gate) {
    return gate->key != NULL;
}

/* Looks at every character of what was given, and at no more of the key than that tells. */
static bool same_key(const mr_gate *gate, const char *given, size_t length) {
    unsigned difference = length != gate->key_length;
    for (size_t i = 0; i < length; i++)
        difference |= (unsigned)(unsigned char)given[i] ^
                      (unsigned)(unsigned char)gate->key[i % gate->key_length];
    return difference == 0;
}

/* Looks through a comma-separated list for "moodreel.key.KEY". */
static bool lists_key(const mr_gate *gate, const char *list) {
    static const char prefix[] = "moodreel.key.";
    bool found = false;
    while (*list != '\0') {
        list += strspn(list, " \t,");
        size_t length = strcspn(list, " \t,");
        if (length >= sizeof prefix - 1 && memcmp(list, prefix, sizeof prefix - 1) == 0)
            found |= same_key(gate, list + sizeof prefix - 1, length - (sizeof prefix - 1));
        list += length;
    }
    return found;
}

bool mr_gate_check_key(const mr_gate *gate, const char *authorization, const char *protocols,
                       mr_problem *problem) {
    static const char scheme[] = "Bearer ";
    if (gate->key == NULL)
        return true;
    if (authorization != NULL && strncasecmp(authorization, scheme, sizeof scheme - 1) == 0) {
        const char *given = authorization + sizeof scheme - 1;
        given += strspn(given, " ");
        if (same_key(gate, given, strlen(given)))
            return true;
    }
    if (protocols != NULL && lists_key(gate, protocols))
        return true;
    return mr_problem_set(problem, 401, NULL, "this server needs a key: Authorization: Bearer KEY");
}

bool mr_gate_check_host(const mr_gate *gate, const char *host, mr_problem *problem) {
    char name[HOST_MAX + 1], ours[HOST_MAX + 1];
    if (host == NULL || !host_name(host, name))
        return mr_problem_set(problem, 400, "Host", "expected a name or address");
    if (is_address(name) || strcasecmp(name, "localhost") == 0 ||
        (gate->key != NULL && gate->origin_count == 0))
        return true;
    for (int i = 0; i < gate->origin_count; i++)
        if (host_name(origin_host(gate->origins[i]), ours) && strcasecmp(name, ours) == 0)
            return true;
    return mr_problem_set(problem, 421, "Host", "this server does not answer for that name");
}

bool mr_gate_check_origin(const mr_gate *gate, const char *origin, const char *host,
                          mr_problem *problem) {
    if (origin == NULL)
        return true;
    /* TLS ends at a proxy, whose origin must be configured: our own scheme is http. */
    if (strncasecmp(origin, "http://", 7) == 0 && strcasecmp(origin + 7, host) == 0)
        return true;
    for (int i = 0; i < gate->origin_count; i++)
        if (strcasecmp(origin, gate->origins[i]) == 0)
            return true;
    return mr_problem_set(problem, 403, "Origin", "pages of that origin may not ask here");
}

bool mr_cookie_viewer(const char *header, const char *name, char viewer[MR_VIEWER_ID_SIZE]) {
    size_t name_length = strlen(name);
    int found = 0;
    for (const char *at = header; *at != '\0';) {
        at += strspn(at, "; \t");
        size_t length = strcspn(at, ";");
        if (length > name_length && strncmp(at, name, name_length) == 0 && at[name_length] == '=') {
            size_t size = length - name_length - 1;
            while (size > 0 && (at[length - 1] == ' ' || at[length - 1] == '\t'))
                length--, size--;
            if (size >= MR_VIEWER_ID_SIZE || ++found > 1)
                return false;
            memcpy(viewer, at + name_length + 1, size);
            viewer[size] = '\0';
            length = strcspn(at, ";");
        }
        at += length;
    }
    return found == 1 && mr_viewer_id_is_valid(viewer);
}
