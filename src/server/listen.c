#include "server/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BACKLOG 512

static mr_status refuse(const char *text) {
    return mr_fail(MR_E_ARGUMENT, "%s: expected ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080",
                   text);
}

static bool read_port(const char *text, in_port_t *port) {
    size_t digits = strspn(text, "0123456789");
    long value = digits > 0 && digits <= 5 && text[digits] == '\0' ? strtol(text, NULL, 10) : -1;
    if (value < 0 || value > 65535)
        return false;
    *port = htons((in_port_t)value);
    return true;
}

mr_status mr_address_parse(const char *text, struct sockaddr_storage *address, socklen_t *size) {
    char host[INET6_ADDRSTRLEN];
    in_port_t port;
    const char *colon = strrchr(text, ':');
    bool bracketed = text[0] == '[';
    if (colon == NULL || !read_port(colon + 1, &port) ||
        (bracketed && (colon == text || colon[-1] != ']')))
        return refuse(text);
    size_t length = (size_t)(colon - text) - (bracketed ? 2 : 0);
    if (length >= sizeof host)
        return refuse(text);
    memcpy(host, text + (bracketed ? 1 : 0), length);
    host[length] = '\0';
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)address;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)address;
    memset(address, 0, sizeof *address);
    if (!bracketed && inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host,
                                &ipv4->sin_addr) == 1) {
        ipv4->sin_family = AF_INET;
        ipv4->sin_port = port;
        *size = sizeof *ipv4;
    } else if (bracketed && inet_pton(AF_INET6, host, &ipv6->sin6_addr) == 1) {
        ipv6->sin6_family = AF_INET6;
        ipv6->sin6_port = port;
        *size = sizeof *ipv6;
    } else {
        return refuse(text);
    }
    return MR_OK;
}

bool mr_address_is_loopback(const struct sockaddr_storage *address) {
    if (address->ss_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

/* "http://ADDRESS:PORT/" */
static void write_url(const struct sockaddr_storage *address, char *url, size_t size, int *port) {
    char host[INET6_ADDRSTRLEN] = "";
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)address;
        inet_ntop(AF_INET, &ipv4->sin_addr, host, sizeof host);
        *port = ntohs(ipv4->sin_port);
        snprintf(url, size, "http://%s:%d/", host, *port);
    } else {
        const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)address;
        inet_ntop(AF_INET6, &ipv6->sin6_addr, host, sizeof host);
        *port = ntohs(ipv6->sin6_port);
        snprintf(url, size, "http://[%s]:%d/", host, *port);
    }
}

mr_status mr_listen(const struct sockaddr_storage *address, socklen_t size, int *listener,
                    char *url, size_t url_size, int *port) {
    int on = 1,
        socket_number = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_storage got;
    memset(&got, 0, sizeof got);
    socklen_t got_size = sizeof got;
    write_url(address, url, url_size, port);
    if (socket_number < 0 ||
        setsockopt(socket_number, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(socket_number, (const struct sockaddr *)address, size) != 0 ||
        listen(socket_number, BACKLOG) != 0 ||
        getsockname(socket_number, (struct sockaddr *)&got, &got_size) != 0) {
        mr_status status = mr_fail(MR_E_IO, "%s: cannot listen there: %s", url, strerror(errno));
        if (socket_number >= 0)
            close(socket_number);
        return status;
    }
    write_url(&got, url, url_size, port);
    *listener = socket_number;
    return MR_OK;
}
