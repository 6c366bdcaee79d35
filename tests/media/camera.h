/* A network camera for the tests: MJPEG over HTTP from a thread, on a port of this machine, that
 * can be switched off and on, or fall silent. */
#ifndef MR_TESTS_CAMERA_H
#define MR_TESTS_CAMERA_H

#include <stddef.h>

#include <pthread.h>
#include <stdatomic.h>

typedef enum camera_state { CAMERA_OFF, CAMERA_ON, CAMERA_SILENT } camera_state;

typedef struct camera {
    int port;
    char url[64];
    atomic_int state; /* camera_state; set it at any time */
    atomic_bool leave;
    pthread_t thread;
    unsigned char *picture; /* the JPEG that it sends */
    size_t size;
} camera;

/* Starts it, switched on, with the picture of made_picture(). */
void camera_start(camera *self, int width, int height);
void camera_stop(camera *self);

#endif
