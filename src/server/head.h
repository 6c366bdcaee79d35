/*
 * The head of a request, checked strictly.
 *
 * Two programs that read one head differently are how requests are smuggled past a proxy, so what
 * RFC 9112 lets a server refuse is refused: a length that is no plain number or is there twice,
 * lengths beside or instead of which a transfer coding is used, a missing or repeated Host, header
 * names that are no tokens, control characters. A body without a length (411) is not read either:
 * every client of a picture knows how long it is.
 *
 * It sees what libmicrohttpd hands over. Version 0.9 glues the second line of a header that is
 * continued to its name, so that a length in two lines is known by a name that is too long, and
 * refused; other headers in two lines count as headers of that strange name. A zero byte ends the
 * line that it stands in before anybody here sees it, so that "Content-Length: 2<zero>3" is 2:
 * whoever lets zero bytes through in front of this server and reads on behind them reads another
 * head than it does.
 *
 *     mr_head head = {0};
 *     mr_head_add(&head, "Host", 4, "localhost", 9);       // for each header
 *     if (!mr_head_check(&head, limit, &problem))
 *         refuse_and_close(&problem);
 *
 * Ownership: values are the caller's and must outlive the head. Thread rule: values only.
 */
#ifndef MR_SERVER_HEAD_H
#define MR_SERVER_HEAD_H

#include "server/problem.h"

#include <stddef.h>
#include <stdint.h>

/* X(field, "Header"): headers that may come once at most, and of which the value is kept. */
#define MR_HEADERS(X)                                                                              \
    X(host, "Host")                                                                                \
    X(length_text, "Content-Length")                                                               \
    X(coding, "Transfer-Encoding")                                                                 \
    X(type, "Content-Type")                                                                        \
    X(authorization, "Authorization")                                                              \
    X(cookie, "Cookie")                                                                            \
    X(origin, "Origin")                                                                            \
    X(expect, "Expect")                                                                            \
    X(protocols, "Sec-WebSocket-Protocol")                                                         \
    X(key, "Sec-WebSocket-Key")                                                                    \
    X(version, "Sec-WebSocket-Version")                                                            \
    X(none_match, "If-None-Match")                                                                 \
    X(proto, "X-Forwarded-Proto")

/* Whether a text is a token of RFC 9110, not empty. */
bool mr_is_token(const char *text, size_t length);

typedef struct mr_head {
#define FIELD(field, name) const char *field;
    MR_HEADERS(FIELD)
#undef FIELD
    const char *forwarded; /* the last X-Forwarded-For */
    size_t bytes;          /* of all headers */
    uint64_t length;       /* of the body; known after mr_head_check */
    const char *fault;     /* what was wrong in a header that was added; NULL: nothing */
} mr_head;

/* The next header; lengths without the final zero that both texts have. */
void mr_head_add(mr_head *head, const char *name, size_t name_length, const char *value,
                 size_t value_length);

/* 400, 411 or 431 where the head is not to be trusted. */
bool mr_head_check(mr_head *head, size_t limit, mr_problem *problem);

#endif
