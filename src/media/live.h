/*
 * A live source: a thread takes in frames as they come and holds only the newest, and opens the
 * source again when it is lost. Also plays files at their own speed, which end instead.
 * media/reader.h is what others use.
 *
 * Thread rule: all functions for the reader's thread.
 */
#ifndef MR_MEDIA_LIVE_H
#define MR_MEDIA_LIVE_H

#include "media/input.h"

typedef struct mr_live mr_live;

/* Takes over the open input, also on failure; frames are taken in from the first look on.
 * `source` must outlive it; `stop` ends the thread. */
mr_status mr_live_start(mr_input *input, const mr_source *source, const mr_media_options *options,
                        mr_input_stop stop, mr_live **out);

/* As mr_media_read. */
mr_status mr_live_read(mr_live *live, mr_media_moment *out);

uint64_t mr_live_broken(mr_live *live);

/* Frees all. One of the stop flags must be set: the thread is waited for. */
void mr_live_stop(mr_live *live);

#endif
