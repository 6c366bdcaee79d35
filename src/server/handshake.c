#include "server/handshake.h"

#include <ctype.h>
#include <nettle/base64.h>
#include <nettle/sha1.h>
#include <string.h>
#include <strings.h>

#define KEY_LENGTH 24 /* of 16 bytes in base64 */
#define GUID       "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* 22 base64 digits and two signs of padding. */
static bool is_key(const char *key) {
    if (key == NULL || strlen(key) != KEY_LENGTH || strcmp(key + KEY_LENGTH - 2, "==") != 0)
        return false;
    for (int i = 0; i < KEY_LENGTH - 2; i++)
        if (strchr(base64, key[i]) == NULL)
            return false;
    return true;
}

mr_status mr_handshake_check(const mr_handshake *request) {
    if (!mr_handshake_lists(request->upgrade, "websocket", true) ||
        !mr_handshake_lists(request->connection, "upgrade", true))
        return mr_fail(MR_E_FORMAT, "stream: expected a WebSocket handshake");
    if (request->version == NULL || strcmp(request->version, "13") != 0)
        return mr_fail(MR_E_UNSUPPORTED, "Sec-WebSocket-Version: expected 13");
    if (!is_key(request->key))
        return mr_fail(MR_E_FORMAT, "Sec-WebSocket-Key: expected 16 bytes in base64");
    return MR_OK;
}

void mr_handshake_answer(const char *key, char accept[MR_HANDSHAKE_ACCEPT_SIZE]) {
    struct sha1_ctx hash;
    uint8_t digest[SHA1_DIGEST_SIZE];
    sha1_init(&hash);
    sha1_update(&hash, KEY_LENGTH, (const uint8_t *)key);
    sha1_update(&hash, sizeof GUID - 1, (const uint8_t *)GUID);
    sha1_digest(&hash, sizeof digest, digest);
    base64_encode_raw(accept, sizeof digest, digest);
    accept[MR_HANDSHAKE_ACCEPT_SIZE - 1] = '\0';
}

bool mr_handshake_lists(const char *list, const char *token, bool ignore_case) {
    size_t wanted = strlen(token);
    for (const char *at = list; at != NULL && *at != '\0';) {
        at += strspn(at, ", \t");
        size_t length = strcspn(at, ",");
        const char *next = at + length;
        while (length > 0 && isspace((unsigned char)at[length - 1]))
            length--;
        if (length == wanted &&
            (ignore_case ? strncasecmp(at, token, length) : strncmp(at, token, length)) == 0)
            return true;
        at = next;
    }
    return false;
}
