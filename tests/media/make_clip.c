/*
 * make_clip PHOTO OUT - writes the video that the kept sessions of `watch` look at: 3 seconds of 10
 * frames a second of 384×288 pixels, in which a photo sways for 2 seconds and is then gone.
 */
#include "image/image.h"
#include "media/writer.h"

#include <math.h>
#include <stdio.h>

enum { RATE = 10, FRAMES = 40, SHOWN = 20 };

static mr_status write_clip(const mr_image *photo, mr_image *frame, mr_media_writer *writer) {
    for (int i = 0; i < FRAMES; i++) {
        float sway = 12 * sinf((float)i / 3);
        /* The photo is seen at three quarters of its size, or from where it does not show. */
        mr_affine view = {4 / 3.0F, 0, i < SHOWN ? 20 + sway : 4000, 0, 4 / 3.0F, sway / 2};
        mr_image_warp(photo, &view, frame);
        MR_TRY(mr_media_writer_add(writer, frame, (double)i / RATE));
    }
    return mr_media_writer_finish(writer);
}

static mr_status make_clip(const char *photo_path, const char *path) {
    mr_image photo, frame;
    mr_media_writer *writer;
    mr_media_writer_options options = mr_media_writer_options_defaults();
    options.rate = RATE;
    MR_TRY(mr_image_load(photo_path, NULL, &photo));
    mr_status status = mr_image_create(384, 288, 3, &frame);
    if (status == MR_OK) {
        status = mr_media_writer_open(path, frame.width, frame.height, &options, &writer);
        if (status == MR_OK) {
            status = write_clip(&photo, &frame, writer);
            mr_media_writer_close(writer);
        }
        mr_image_free(&frame);
    }
    mr_image_free(&photo);
    return status;
}

int main(int argc, char **argv) {
    if (argc == 3 && make_clip(argv[1], argv[2]) == MR_OK)
        return 0;
    fprintf(stderr, "make_clip PHOTO OUT: %s\n", argc == 3 ? mr_last_error() : "wrong use");
    return 1;
}
