#include "server/rate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SETS 512
#define WAYS 8

typedef struct bucket {
    mr_client_key key;
    double full; /* the moment at which it has all its tokens again; 0: unused */
} bucket;

struct mr_rate {
    double rate, burst;
    uint64_t secret[2];
    pthread_mutex_t lock;
    bucket buckets[SETS][WAYS];
};

static mr_client_key client_of_ipv4(const struct in_addr *address) {
    return (mr_client_key){4, ntohl(address->s_addr)};
}

static mr_client_key client_of_ipv6(const struct in6_addr *address) {
    if (IN6_IS_ADDR_V4MAPPED(address)) {
        struct in_addr inner;
        memcpy(&inner, &address->s6_addr[12], sizeof inner);
        return client_of_ipv4(&inner);
    }
    mr_client_key key = {6, 0};
    memcpy(&key.low, address->s6_addr, sizeof key.low);
    return key;
}

mr_client_key mr_client_of_address(const struct sockaddr *address) {
    if (address->sa_family == AF_INET)
        return client_of_ipv4(&((const struct sockaddr_in *)address)->sin_addr);
    if (address->sa_family == AF_INET6)
        return client_of_ipv6(&((const struct sockaddr_in6 *)address)->sin6_addr);
    return (mr_client_key){0, 0};
}

/* Some proxies tell the port, too: 192.0.2.7:5555, [2001:db8::7]:5555. Cuts it off. */
static bool cut_port(char **text) {
    char *port = NULL;
    if (**text == '[') {
        ++*text;
        port = strchr(*text, ']');
        if (port == NULL)
            return false;
        *port++ = '\0';
    } else if ((port = strchr(*text, ':')) == NULL || strchr(port + 1, ':') != NULL) {
        return true; /* none, or an IPv6 address alone */
    }
    if (*port == '\0')
        return true;
    if (*port != ':' || port[1] == '\0' || port[1 + strspn(port + 1, "0123456789")] != '\0')
        return false;
    *port = '\0';
    return true;
}

bool mr_client_of_forwarded(const char *value, mr_client_key *key) {
    char room[INET6_ADDRSTRLEN + sizeof "[]:65535"], *text = room;
    const char *last = strrchr(value, ',');
    last = last != NULL ? last + 1 : value;
    last += strspn(last, " \t");
    size_t length = strcspn(last, " \t");
    if (length >= sizeof room || last[length + strspn(last + length, " \t")] != '\0')
        return false;
    memcpy(room, last, length);
    room[length] = '\0';
    if (!cut_port(&text))
        return false;
    struct in_addr ipv4;
    struct in6_addr ipv6;
    if (inet_pton(AF_INET, text, &ipv4) == 1)
        *key = client_of_ipv4(&ipv4);
    else if (inet_pton(AF_INET6, text, &ipv6) == 1)
        *key = client_of_ipv6(&ipv6);
    else
        return false;
    return true;
}

mr_client_key mr_client_of_request(const struct sockaddr *address, const char *forwarded) {
    mr_client_key client = mr_client_of_address(address);
    if (forwarded != NULL)
        (void)mr_client_of_forwarded(forwarded, &client);
    return client;
}

mr_status mr_rate_create(double rate, double burst, mr_rate **out) {
    if (!(rate > 0) || !(burst >= 1))
        return mr_fail(MR_E_ARGUMENT, "rate %g, burst %g: expected more than 0 and 1 or more", rate,
                       burst);
    mr_rate *made = calloc(1, sizeof *made);
    if (made == NULL)
        return mr_fail(MR_E_MEMORY, "rate limit: out of memory");
    if (getrandom(made->secret, sizeof made->secret, 0) != (ssize_t)sizeof made->secret) {
        free(made);
        return mr_fail(MR_E_IO, "rate limit: no random bytes from the system: %s", strerror(errno));
    }
    made->rate = rate;
    made->burst = burst;
    pthread_mutex_init(&made->lock, NULL);
    *out = made;
    return MR_OK;
}

void mr_rate_free(mr_rate *rate) {
    if (rate == NULL)
        return;
    pthread_mutex_destroy(&rate->lock);
    free(rate);
}

/* A mix that nobody can aim at who does not know the secret (the finaliser of MurmurHash3). */
static uint64_t mix(uint64_t x) {
    x = (x ^ x >> 33) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ x >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

static bucket *find_bucket(mr_rate *rate, const mr_client_key *key) {
    uint64_t hash = mix(mix(key->high ^ rate->secret[0]) ^ key->low ^ rate->secret[1]);
    bucket *set = rate->buckets[hash % SETS], *oldest = &set[0];
    for (int i = 0; i < WAYS; i++) {
        if (set[i].full > 0 && set[i].key.high == key->high && set[i].key.low == key->low)
            return &set[i];
        if (set[i].full < oldest->full)
            oldest = &set[i];
    }
    *oldest = (bucket){*key, 0};
    return oldest;
}

bool mr_rate_take(mr_rate *rate, const mr_client_key *key, double now, double *wait) {
    pthread_mutex_lock(&rate->lock);
    bucket *mine = find_bucket(rate, key);
    double full = mine->full > now ? mine->full : now;
    /* Tokens that are missing when this one is taken, in seconds, against the whole burst. */
    double over = full - now + 1 / rate->rate - rate->burst / rate->rate;
    bool taken = over <= 1e-9;
    mine->full = taken ? full + 1 / rate->rate : full;
    pthread_mutex_unlock(&rate->lock);
    *wait = taken ? 0 : over;
    return taken;
}
