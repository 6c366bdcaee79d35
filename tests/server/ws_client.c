#include "ws_client.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HANDSHAKE_SECONDS 10

int ws_connect(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Takes what comes within the time; false when nothing did. */
static bool take(ws_client *client, double seconds) {
    struct pollfd waiting = {.fd = client->socket, .events = POLLIN};
    if (client->socket < 0 || poll(&waiting, 1, seconds > 0 ? (int)(seconds * 1e3) + 1 : 0) <= 0)
        return false;
    if (client->capacity - client->size < 65536) {
        uint8_t *more = realloc(client->bytes, client->capacity + (1 << 17));
        if (more == NULL)
            return false;
        client->bytes = more;
        client->capacity += 1 << 17;
    }
    ssize_t got =
        recv(client->socket, client->bytes + client->size, client->capacity - client->size, 0);
    if (got <= 0) {
        if (client->close_code < 0)
            client->close_code = 0;
        close(client->socket);
        client->socket = -1;
        return false;
    }
    client->size += (size_t)got;
    return true;
}

static void forget(ws_client *client, size_t count) {
    client->size -= count;
    memmove(client->bytes, client->bytes + count, client->size);
}

/* Waits for the end of the answer's head, and keeps it. */
static int read_head(ws_client *client) {
    double end = mr_now() + HANDSHAKE_SECONDS;
    uint8_t *found = NULL;
    while (found == NULL && mr_now() < end && client->socket >= 0) {
        take(client, end - mr_now());
        if (client->size >= 4)
            found = memmem(client->bytes, client->size, "\r\n\r\n", 4);
    }
    if (found == NULL)
        return 0;
    size_t size = (size_t)(found - client->bytes) + 4;
    snprintf(client->head, sizeof client->head, "%.*s", (int)size, (char *)client->bytes);
    forget(client, size);
    int status = 0;
    sscanf(client->head, "HTTP/1.1 %d", &status);
    return status;
}

int ws_shake_hands(ws_client *client, int socket, const char *headers, const void *early,
                   size_t early_size) {
    *client = (ws_client){.socket = socket, .close_code = -1};
    char head[2048];
    int size = snprintf(head, sizeof head,
                        "GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                        "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
                        headers != NULL ? headers : "");
    uint8_t *all = malloc((size_t)size + early_size + 1);
    memcpy(all, head, (size_t)size);
    if (early_size > 0)
        memcpy(all + size, early, early_size);
    bool sent = ws_send_raw(client, all, (size_t)size + early_size);
    free(all);
    return sent ? read_head(client) : 0;
}

int ws_open(ws_client *client, int port, const char *headers) {
    return ws_shake_hands(client, ws_connect(port), headers, NULL, 0);
}

void ws_close(ws_client *client) {
    if (client->socket >= 0)
        close(client->socket);
    free(client->bytes);
    *client = (ws_client){.socket = -1};
}

bool ws_send_raw(ws_client *client, const void *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t sent =
            send(client->socket, (const uint8_t *)bytes + done, size - done, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        done += (size_t)sent;
    }
    return true;
}

size_t ws_frame(uint8_t *out, int first, int second, const void *data, size_t size) {
    static const uint8_t mask[4] = {0x12, 0x34, 0x56, 0x78};
    size_t at = 0;
    out[at++] = (uint8_t)first;
    if (size < 126) {
        out[at++] = (uint8_t)(second | (int)size);
    } else {
        int bytes = size < 65536 ? 2 : 8;
        out[at++] = (uint8_t)(second | (bytes == 2 ? 126 : 127));
        for (int i = bytes - 1; i >= 0; i--)
            out[at++] = (uint8_t)((uint64_t)size >> (8 * i));
    }
    if (second & WS_MASKED) {
        memcpy(out + at, mask, 4);
        at += 4;
    }
    for (size_t i = 0; i < size; i++)
        out[at++] = (uint8_t)(((const uint8_t *)data)[i] ^ (second & WS_MASKED ? mask[i % 4] : 0));
    return at;
}

bool ws_send(ws_client *client, int opcode, const void *data, size_t size) {
    uint8_t *frame = malloc(size + 14);
    bool sent = frame != NULL &&
                ws_send_raw(client, frame, ws_frame(frame, opcode | WS_FIN, WS_MASKED, data, size));
    free(frame);
    return sent;
}

/* Length of the whole frame at the front, 0 when it has not all come; and its payload. */
static size_t front_frame(const ws_client *client, const uint8_t **payload, size_t *size) {
    if (client->size < 2)
        return 0;
    size_t head = 2, length = client->bytes[1] & 127;
    int more = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (client->size < head + (size_t)more)
        return 0;
    if (more > 0)
        length = 0;
    for (int i = 0; i < more; i++)
        length = length << 8 | client->bytes[head++];
    *payload = client->bytes + head;
    *size = length;
    return client->size - head >= length ? head + length : 0;
}

/* Deals with the frame at the front; true and *text (maybe NULL) when it was a text message. */
static bool handle_frame(ws_client *client, int opcode, const uint8_t *payload, size_t size,
                         json_t **text) {
    if (opcode == WS_PING) {
        client->pings++;
        ws_send(client, WS_PONG, payload, size);
    } else if (opcode == WS_CLOSE) {
        client->close_code = size >= 2 ? payload[0] << 8 | payload[1] : 0;
        ws_send(client, WS_CLOSE, payload, size < 2 ? 0 : 2);
    } else if (opcode == WS_TEXT) {
        *text = json_loadb((const char *)payload, size, JSON_REJECT_DUPLICATES, NULL);
        return true;
    }
    return false;
}

json_t *ws_read(ws_client *client, double seconds) {
    double end = mr_now() + seconds;
    for (;;) {
        const uint8_t *payload;
        size_t size, whole;
        while ((whole = front_frame(client, &payload, &size)) > 0) {
            json_t *text = NULL;
            bool is_text = handle_frame(client, client->bytes[0] & 15, payload, size, &text);
            forget(client, whole);
            if (is_text)
                return text;
        }
        double left = end - mr_now();
        if (left < 0 || client->close_code >= 0 || (!take(client, left) && client->socket < 0))
            return NULL;
    }
}

json_t *ws_read_type(ws_client *client, const char *type, double seconds) {
    double end = mr_now() + seconds;
    for (;;) {
        json_t *message = ws_read(client, end - mr_now());
        if (message == NULL)
            return NULL;
        const char *found = json_string_value(json_object_get(message, "type"));
        if (found != NULL && strcmp(found, type) == 0)
            return message;
        json_decref(message);
    }
}

int ws_wait_close(ws_client *client, double seconds) {
    double end = mr_now() + seconds;
    while (client->close_code < 0 && mr_now() < end)
        json_decref(ws_read(client, end - mr_now()));
    return client->close_code;
}
