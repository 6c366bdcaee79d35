/*
 * One connection to a source: opened, demuxed, decoded and turned into RGB in the calling thread.
 * media/reader.h is what others use.
 *
 * Thread rule: an input belongs to one thread at a time.
 */
#ifndef MR_MEDIA_INPUT_H
#define MR_MEDIA_INPUT_H

#include "media/reader.h"
#include "media/source.h"

/* A decoded picture and the memory that it lies in, which grows as needed and is used again. */
typedef struct mr_media_frame {
    mr_image image; /* a view into `pixels` */
    double seconds; /* in the source's own time, the first at about 0; never goes back */
    uint64_t number;
    uint8_t *pixels, *unturned;
    size_t capacity, unturned_capacity;
} mr_media_frame;

void mr_media_frame_free(mr_media_frame *frame);

typedef struct mr_input mr_input;

/* Setting either ends what the input is doing; NULL: nothing. */
typedef struct mr_input_stop {
    const atomic_bool *flags[2];
} mr_input_stop;

bool mr_input_stopped(const mr_input_stop *stop);

/* MR_E_INTERRUPTED when a stop flag was set. */
mr_status mr_input_open(const mr_source *source, const mr_media_options *options,
                        mr_input_stop stop, mr_input **out);
void mr_input_close(mr_input *input);

/* The next frame that can be decoded; *end is true when there are no more. */
mr_status mr_input_next(mr_input *input, mr_media_frame *frame, bool *end);

mr_media_info mr_input_about(const mr_input *input);

/* Frames that could not be decoded so far. */
uint64_t mr_input_broken(const mr_input *input);

#endif
