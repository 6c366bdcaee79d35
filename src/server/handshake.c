#include "server/handshake.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define KEY_LENGTH 24 /* of 16 bytes in base64 */
#define GUID       "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define SHA1_SIZE  20

static uint32_t rotate(uint32_t word, int bits) {
    return word << bits | word >> (32 - bits);
}

/* One block of 64 bytes. */
static void sha1_block(uint32_t hash[5], const uint8_t *block) {
    uint32_t words[80];
    for (int i = 0; i < 16; i++)
        words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
                   (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 80; i++)
        words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    uint32_t a = hash[0], b = hash[1], c = hash[2], d = hash[3], e = hash[4];
    for (int i = 0; i < 80; i++) {
        uint32_t mixed = i < 20   ? ((b & c) | (~b & d)) + 0x5a827999u
                         : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1u
                         : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdcu
                                  : (b ^ c ^ d) + 0xca62c1d6u;
        uint32_t next = rotate(a, 5) + mixed + e + words[i];
        e = d, d = c, c = rotate(b, 30), b = a, a = next;
    }
    hash[0] += a, hash[1] += b, hash[2] += c, hash[3] += d, hash[4] += e;
}

/* Of a text shorter than two blocks with padding, which a key and the GUID are. */
static void sha1(const char *text, uint8_t digest[SHA1_SIZE]) {
    uint32_t hash[5] = {0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u};
    uint8_t blocks[128] = {0};
    size_t length = 0;
    for (; text[length] != '\0'; length++)
        blocks[length] = (uint8_t)text[length];
    blocks[length] = 0x80;
    size_t size = length + 9 > 64 ? 128 : 64;
    blocks[size - 2] = (uint8_t)(length * 8 >> 8);
    blocks[size - 1] = (uint8_t)(length * 8);
    for (size_t at = 0; at < size; at += 64)
        sha1_block(hash, blocks + at);
    for (int i = 0; i < SHA1_SIZE; i++)
        digest[i] = (uint8_t)(hash[i / 4] >> (24 - 8 * (i % 4)));
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* A digest's 20 bytes are six whole groups of three, and two bytes. */
static void encode(const uint8_t digest[SHA1_SIZE], char text[MR_HANDSHAKE_ACCEPT_SIZE]) {
    for (int i = 0; i < MR_HANDSHAKE_ACCEPT_SIZE - 1; i++) {
        int bit = 6 * i, byte = bit / 8;
        uint32_t pair = byte < SHA1_SIZE ? (uint32_t)digest[byte] << 8 : 0;
        if (byte + 1 < SHA1_SIZE)
            pair |= digest[byte + 1];
        text[i] = base64[pair >> (10 - bit % 8) & 63];
    }
    text[MR_HANDSHAKE_ACCEPT_SIZE - 2] = '=';
    text[MR_HANDSHAKE_ACCEPT_SIZE - 1] = '\0';
}

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
    char text[KEY_LENGTH + sizeof GUID];
    uint8_t digest[SHA1_SIZE];
    snprintf(text, sizeof text, "%.*s" GUID, KEY_LENGTH, key);
    sha1(text, digest);
    encode(digest, accept);
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
