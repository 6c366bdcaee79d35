#include "camera.h"

#include "made_video.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

/* A listening socket on 127.0.0.1; port 0 chooses one, which is noted. */
static int listen_on(int *port) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)*port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 4) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
        close(listener);
        return -1;
    }
    if (*port == 0) /* else it is that already, and others may be reading it */
        *port = ntohs(address.sin_port);
    return listener;
}

static bool send_all(int client, const void *bytes, size_t size) {
    return send(client, bytes, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static bool send_picture(const camera *self, int client) {
    char head[128];
    int length =
        snprintf(head, sizeof head,
                 "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n", self->size);
    return send_all(client, head, (size_t)length) && send_all(client, self->picture, self->size) &&
           send_all(client, "\r\n", 2);
}

/* Sends pictures until the client or the camera goes. */
static void serve(camera *self, int client) {
    static const char head[] = "HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;"
                               "boundary=frame\r\n\r\n";
    bool open = true, greeted = false;
    while (open && !atomic_load(&self->leave) && atomic_load(&self->state) != CAMERA_OFF) {
        if (atomic_load(&self->state) == CAMERA_ON) {
            if (!greeted)
                open = send_all(client, head, sizeof head - 1);
            greeted = true;
            open = open && send_picture(self, client);
        }
        usleep(10000);
    }
    close(client);
}

static void *run(void *argument) {
    camera *self = argument;
    int listener = -1;
    while (!atomic_load(&self->leave)) {
        bool on = atomic_load(&self->state) != CAMERA_OFF;
        if (on && listener < 0)
            listener = listen_on(&self->port);
        if (!on && listener >= 0) {
            close(listener);
            listener = -1;
        }
        struct pollfd wait = {.fd = listener, .events = POLLIN};
        if (poll(&wait, 1, 10) == 1) {
            int client = accept(listener, NULL, NULL);
            if (client >= 0)
                serve(self, client);
        }
    }
    if (listener >= 0)
        close(listener);
    return NULL;
}

void camera_start(camera *self, int width, int height) {
    *self = (camera){.state = CAMERA_ON};
    mr_image picture = {0};
    made_picture(&picture, width, height, 0);
    assert_ok(mr_image_encode_jpeg(&picture, 90, &self->picture, &self->size));
    mr_image_free(&picture);
    int listener = listen_on(&self->port); /* to have a port that is free */
    assert_true(listener >= 0);
    close(listener);
    snprintf(self->url, sizeof self->url, "http://127.0.0.1:%d/video", self->port);
    assert_int_equal(pthread_create(&self->thread, NULL, run, self), 0);
}

void camera_stop(camera *self) {
    atomic_store(&self->leave, true);
    pthread_join(self->thread, NULL);
    free(self->picture);
}
