/*
 * Frames of a video file, a camera or a network stream, as RGB pictures.
 *
 *     mr_media_reader *reader;
 *     MR_TRY(mr_media_open("clip.mp4", NULL, &reader));
 *     mr_media_moment moment;
 *     while ((status = mr_media_read(reader, &moment)) == MR_OK && moment.what != MR_MEDIA_END)
 *         if (moment.what == MR_MEDIA_FRAME)
 *             look_at(&moment.image, moment.seconds);
 *     mr_media_close(reader);
 *
 * A file gives every frame, in order, as fast as they are asked for. A camera or stream is live: a
 * thread of its own takes in every frame but holds only the newest, so whoever reads slowly sees
 * fewer frames and never old ones; when the source is lost it is opened again, with growing pauses,
 * until it is back. What is live: devices (/dev/video0) and streams (rtsp, rtp, udp, tcp, rtmp,
 * srt; http and https where the far end knows no duration). A file can be played like a camera,
 * `realtime`.
 *
 * Pictures are upright (rotation in the file is applied) and their pixels square. Frames that
 * cannot be decoded are left out and counted. A local file cannot make the reader open anything
 * else, whatever it names, and only common containers are read.
 *
 * Ownership: the pictures' memory is the reader's, is used again and again, and is valid until the
 * next call. Thread rule: a reader belongs to one thread.
 */
#ifndef MR_MEDIA_READER_H
#define MR_MEDIA_READER_H

#include "image/image.h"

#include <stdatomic.h>
#include <stdbool.h>

typedef struct mr_media_options {
    /* Seconds that opening a device or stream, or waiting for its next frame, may take; 10. */
    double timeout;
    /* Seconds before the first attempt to open a lost source again, doubled with each to the most;
     * 0.5 and 10. */
    double retry_first, retry_most;
    double give_up;    /* seconds after which a lost source is an error; 0, the default: never */
    double seconds;    /* after which a live source ends, lost or not; 0, the default: never */
    size_t max_pixels; /* width × height of a frame; 64 << 20 */
    int max_streams;   /* video, sound and others in one file; 64 */
    bool realtime;     /* play a file at its own speed, and leave out what cannot be kept up with */
    /* Set, by a signal handler or another thread, to end opening and reading soon; NULL: nothing.
     */
    const atomic_bool *stop;
} mr_media_options;

mr_media_options mr_media_options_defaults(void);

typedef enum mr_media_what {
    MR_MEDIA_FRAME,
    MR_MEDIA_LOST, /* a live source is gone; `reason` says why */
    MR_MEDIA_BACK, /* and gives frames again */
    MR_MEDIA_END   /* of the file, or `stop` was set */
} mr_media_what;

typedef struct mr_media_moment {
    mr_media_what what;
    mr_image image; /* of a frame: 3 channels; a view */
    /* Of a frame: its time in the file, the first at about 0; live: when it was taken in, since the
     * first call of mr_media_read. Of a loss and a return: when it was noticed. Never goes back. */
    double seconds;
    uint64_t number; /* of a frame, from 0; numbers of frames that nobody took are left out */
    const char *reason;
} mr_media_moment;

typedef struct mr_media_info {
    bool live;
    double duration; /* seconds; 0: not known */
    double rate;     /* frames a second, as announced; 0: not known */
} mr_media_info;

typedef struct mr_media_reader mr_media_reader;

/* `name` is a path, a device or a URL; in errors it stands without the password it may hold. NULL
 * options: the defaults. */
mr_status mr_media_open(const char *name, const mr_media_options *options, mr_media_reader **out);

/* The next frame or event. The first call begins what runs by the clock, so that what is loaded
 * between opening and reading costs no frames. After an error or MR_MEDIA_END there are no more. */
mr_status mr_media_read(mr_media_reader *reader, mr_media_moment *out);

mr_media_info mr_media_about(const mr_media_reader *reader);

/* Frames that could not be decoded so far. */
uint64_t mr_media_broken(const mr_media_reader *reader);

/* Ends the thread, if there is one, and frees all. */
void mr_media_close(mr_media_reader *reader);

#endif
