/*
 * Writing a video file from RGB pictures, each with its own time.
 *
 *     mr_media_writer *writer;
 *     MR_TRY(mr_media_writer_open("out.mp4", 640, 480, NULL, &writer));
 *     for each picture:
 *         MR_TRY(mr_media_writer_add(writer, &picture, seconds));
 *     MR_TRY(mr_media_writer_finish(writer));     // without it the file is not whole
 *     mr_media_writer_close(writer);
 *
 * The file's ending says the container: .mp4, .mkv or .webm. The encoder is the first that this
 * machine's libav has: H.264 (libx264, else libopenh264), else MPEG-4 Part 2, for .mp4 and .mkv;
 * VP9, else VP8 (libvpx), for .webm. Sides are even in all of them: an odd last row or column is
 * left out. Colours are BT.709 from 720 rows on, else BT.601, and the file says so.
 *
 * Thread rule: a writer belongs to one thread.
 */
#ifndef MR_MEDIA_WRITER_H
#define MR_MEDIA_WRITER_H

#include "image/image.h"

typedef struct mr_media_writer_options {
    double rate; /* pictures a second, about; tells the encoder what to reckon with; 25 */
    int quality; /* 1 coarse … 100 near to lossless; 75 */
} mr_media_writer_options;

mr_media_writer_options mr_media_writer_options_defaults(void);

typedef struct mr_media_writer mr_media_writer;

/* MR_E_UNSUPPORTED for another ending, or where this machine has no encoder for it. */
mr_status mr_media_writer_check_name(const char *path);

/* Checks the name; refuses before any file is made. NULL options: the defaults.
 */
mr_status mr_media_writer_open(const char *path, int width, int height,
                               const mr_media_writer_options *options, mr_media_writer **out);

/* Name of the encoder that was chosen, "libx264". */
const char *mr_media_writer_encoder(const mr_media_writer *writer);

/* Adds a picture, RGB, that is shown from `seconds` on; a time that does not lie after the last one
 * counts as the next possible. A picture of another size is scaled to the video's. */
mr_status mr_media_writer_add(mr_media_writer *writer, const mr_image *image, double seconds);

/* Writes what the encoder still holds and the end of the file; once. */
mr_status mr_media_writer_finish(mr_media_writer *writer);

/* Frees all. */
void mr_media_writer_close(mr_media_writer *writer);

#endif
