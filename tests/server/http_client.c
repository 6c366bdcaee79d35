#include "http_client.h"

#include "base/clock.h"
#include "base/file.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE 10.0

int http_connect(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((in_port_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int number = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (number >= 0 && connect(number, (struct sockaddr *)&address, sizeof address) != 0) {
        close(number);
        number = -1;
    }
    return number;
}

bool http_send(int socket, const void *bytes, size_t size) {
    for (size_t sent = 0; sent < size;) {
        ssize_t n = send(socket, (const char *)bytes + sent, size - sent, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        sent += (size_t)n;
    }
    return true;
}

/* Bytes that came: more than 0, or 0 when the server hung up or time is out. */
static size_t receive(int socket, char *bytes, size_t size, double until) {
    struct pollfd waits = {.fd = socket, .events = POLLIN};
    double left = until - mr_now();
    if (left <= 0 || poll(&waits, 1, (int)(1e3 * left) + 1) <= 0)
        return 0;
    ssize_t n = recv(socket, bytes, size, 0);
    return n > 0 ? (size_t)n : 0;
}

bool http_is_closed_within(int socket, double seconds) {
    char bytes[4096];
    double until = mr_now() + seconds;
    while (receive(socket, bytes, sizeof bytes, until) > 0)
        continue;
    return mr_now() < until;
}

bool http_header(const http_reply *reply, const char *name, char *value, size_t size) {
    size_t length = strlen(name);
    for (const char *line = strstr(reply->head, "\r\n"); line != NULL;
         line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, length) != 0 || line[length] != ':')
            continue;
        line += length + 1;
        line += strspn(line, " ");
        snprintf(value, size, "%.*s", (int)strcspn(line, "\r"), line);
        return true;
    }
    return false;
}

/* Reads up to the blank line, byte by byte so that nothing of what follows is taken. */
static bool read_head(int socket, http_reply *reply, double until) {
    size_t used = 0;
    while (used + 1 < sizeof reply->head) {
        if (receive(socket, reply->head + used, 1, until) == 0)
            return false;
        reply->head[++used] = '\0';
        if (used >= 4 && strcmp(reply->head + used - 4, "\r\n\r\n") == 0)
            return sscanf(reply->head, "HTTP/1.%*d %d", &reply->status) == 1;
    }
    return false;
}

http_reply http_read(int socket, bool head_only) {
    http_reply reply = {0};
    char length[32];
    double until = mr_now() + PATIENCE;
    if (!read_head(socket, &reply, until) || head_only ||
        !http_header(&reply, "Content-Length", length, sizeof length))
        return reply;
    size_t size = strtoul(length, NULL, 10);
    reply.body = calloc(1, size + 1);
    for (size_t n; reply.size < size; reply.size += n)
        if ((n = receive(socket, reply.body + reply.size, size - reply.size, until)) == 0)
            break;
    reply.json = json_loadb(reply.body, reply.size, JSON_REJECT_DUPLICATES, NULL);
    return reply;
}

http_reply http_ask(int port, const char *method, const char *target, const char *headers,
                    const void *body, size_t size) {
    char head[8192], length[64] = "";
    if (body != NULL)
        snprintf(length, sizeof length, "Content-Length: %zu\r\n", size);
    int n = snprintf(head, sizeof head,
                     "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n%s%s\r\n",
                     method, target, port, length, headers != NULL ? headers : "");
    int number = http_connect(port);
    http_reply reply = {0};
    if (number < 0)
        return reply;
    if (http_send(number, head, (size_t)n))
        (void)http_send(number, body, size);
    reply = http_read(number, strcmp(method, "HEAD") == 0);
    close(number);
    return reply;
}

http_reply http_ask_json(int port, const char *method, const char *target, const char *headers,
                         const char *json) {
    char all[4096];
    snprintf(all, sizeof all, "Content-Type: application/json\r\n%s",
             headers != NULL ? headers : "");
    return http_ask(port, method, target, all, json, strlen(json));
}

http_reply http_ask_file(int port, const char *target, const char *type, const char *path) {
    char header[256];
    unsigned char *bytes = NULL;
    size_t size = 0;
    if (mr_file_read(path, (size_t)32 << 20, &bytes, &size) != MR_OK)
        return (http_reply){0};
    snprintf(header, sizeof header, "Content-Type: %s\r\n", type);
    http_reply reply = http_ask(port, "POST", target, header, bytes, size);
    free(bytes);
    return reply;
}

http_reply http_ask_raw(int port, const char *bytes, size_t size) {
    http_reply reply = {0};
    int number = http_connect(port);
    if (number < 0)
        return reply;
    (void)http_send(number, bytes, size);
    reply = http_read(number, false);
    close(number);
    return reply;
}

void http_free(http_reply *reply) {
    json_decref(reply->json);
    free(reply->body);
    *reply = (http_reply){0};
}
