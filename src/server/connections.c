#include "server/connections.h"

#include "base/clock.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

struct mr_connection {
    mr_connections *owner;
    mr_connection *next, **link;
    int socket;
    double deadline; /* of mr_now(); infinite: none */
    size_t requests;
    mr_client_key client; /* whose body it brings, of so many bytes; 0: none */
    size_t reserved;
};

struct mr_connections {
    pthread_mutex_t lock;
    pthread_cond_t stop;
    pthread_t watcher;
    double tick;
    bool stopping;
    mr_connection *first;
    size_t open;
    uint64_t late;
};

/* Cuts off who is late. Holds the lock, so that no socket is closed and its number used again. */
static void cut_late(mr_connections *connections, double now) {
    for (mr_connection *c = connections->first; c != NULL; c = c->next) {
        if (c->deadline > now)
            continue;
        shutdown(c->socket, SHUT_RDWR);
        c->deadline = INFINITY;
        connections->late++;
    }
}

static void *watch(void *argument) {
    mr_connections *connections = argument;
    pthread_mutex_lock(&connections->lock);
    while (!connections->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        double seconds = (double)until.tv_sec + 1e-9 * (double)until.tv_nsec + connections->tick;
        until.tv_sec = (time_t)seconds;
        until.tv_nsec = (long)(1e9 * (seconds - floor(seconds)));
        pthread_cond_timedwait(&connections->stop, &connections->lock, &until);
        cut_late(connections, mr_now());
    }
    pthread_mutex_unlock(&connections->lock);
    return NULL;
}

mr_status mr_connections_create(double tick, mr_connections **out) {
    mr_connections *connections = calloc(1, sizeof *connections);
    if (connections == NULL)
        return mr_fail(MR_E_MEMORY, "connections: out of memory");
    connections->tick = tick;
    mr_condition_init(&connections->stop);
    pthread_mutex_init(&connections->lock, NULL);
    if (pthread_create(&connections->watcher, NULL, watch, connections) != 0) {
        pthread_cond_destroy(&connections->stop);
        pthread_mutex_destroy(&connections->lock);
        free(connections);
        return mr_fail(MR_E_MEMORY, "connections: their thread cannot be started");
    }
    *out = connections;
    return MR_OK;
}

void mr_connections_free(mr_connections *connections) {
    if (connections == NULL)
        return;
    pthread_mutex_lock(&connections->lock);
    connections->stopping = true;
    pthread_cond_signal(&connections->stop);
    pthread_mutex_unlock(&connections->lock);
    pthread_join(connections->watcher, NULL);
    pthread_cond_destroy(&connections->stop);
    pthread_mutex_destroy(&connections->lock);
    free(connections);
}

mr_connection *mr_connections_add(mr_connections *connections, int socket, double seconds) {
    mr_connection *made = calloc(1, sizeof *made);
    if (made == NULL)
        return NULL;
    *made = (mr_connection){.owner = connections, .socket = socket, .deadline = mr_now() + seconds};
    pthread_mutex_lock(&connections->lock);
    made->next = connections->first;
    made->link = &connections->first;
    if (made->next != NULL)
        made->next->link = &made->next;
    connections->first = made;
    connections->open++;
    pthread_mutex_unlock(&connections->lock);
    return made;
}

void mr_connections_remove(mr_connections *connections, mr_connection *connection) {
    if (connection == NULL)
        return;
    pthread_mutex_lock(&connections->lock);
    *connection->link = connection->next;
    if (connection->next != NULL)
        connection->next->link = connection->link;
    connections->open--;
    pthread_mutex_unlock(&connections->lock);
    free(connection);
}

void mr_connection_allow(mr_connection *connection, double seconds) {
    if (connection == NULL)
        return;
    pthread_mutex_lock(&connection->owner->lock);
    connection->deadline = seconds > 0 ? mr_now() + seconds : INFINITY;
    pthread_mutex_unlock(&connection->owner->lock);
}

static size_t reserved_for(const mr_connections *connections, const mr_client_key *client) {
    size_t sum = 0;
    for (const mr_connection *c = connections->first; c != NULL; c = c->next)
        if (c->client.high == client->high && c->client.low == client->low)
            sum += c->reserved;
    return sum;
}

bool mr_connection_reserve(mr_connection *connection, const mr_client_key *client, size_t bytes,
                           size_t limit) {
    if (connection == NULL)
        return true;
    pthread_mutex_lock(&connection->owner->lock);
    size_t others = reserved_for(connection->owner, client);
    bool fits = others == 0 || (others <= limit && bytes <= limit - others);
    if (fits) {
        connection->client = *client;
        connection->reserved = bytes;
    }
    pthread_mutex_unlock(&connection->owner->lock);
    return fits;
}

void mr_connection_release(mr_connection *connection) {
    if (connection == NULL)
        return;
    pthread_mutex_lock(&connection->owner->lock);
    connection->reserved = 0;
    pthread_mutex_unlock(&connection->owner->lock);
}

size_t mr_connection_count_request(mr_connection *connection) {
    return connection != NULL ? ++connection->requests : 1;
}

size_t mr_connections_open(mr_connections *connections) {
    pthread_mutex_lock(&connections->lock);
    size_t open = connections->open;
    pthread_mutex_unlock(&connections->lock);
    return open;
}

uint64_t mr_connections_late(mr_connections *connections) {
    pthread_mutex_lock(&connections->lock);
    uint64_t late = connections->late;
    pthread_mutex_unlock(&connections->lock);
    return late;
}
