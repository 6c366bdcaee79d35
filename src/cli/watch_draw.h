/*
 * The video that `watch --draw` writes: the frames that were looked at, with boxes, numbers and
 * labels. The file is begun with the first frame, whose size it keeps.
 *
 * Thread rule: for the main thread.
 */
#ifndef MR_CLI_WATCH_DRAW_H
#define MR_CLI_WATCH_DRAW_H

#include "image/image.h"
#include "media/writer.h"
#include "moodreel/moodreel.h"

typedef struct mr_watch_video {
    const char *path;
    double rate;             /* frames a second, about */
    double start;            /* seconds of the first frame */
    mr_media_writer *writer; /* NULL before the first frame */
} mr_watch_video;

/* Draws the people of the scene into the frame's pixels and adds the frame to the video. */
mr_status mr_watch_video_add(mr_watch_video *video, mr_image *frame, double seconds,
                             const mr_scene *scene);

/* Makes the file whole, if there is one, and frees all; `status` is what watching came to and is
 * returned unless it is MR_OK and this fails. */
mr_status mr_watch_video_end(mr_watch_video *video, mr_status status);

#endif
