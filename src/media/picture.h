/*
 * From a decoder's frame to upright RGB with square pixels.
 *
 * Thread rule: a converter belongs to one thread at a time.
 */
#ifndef MR_MEDIA_PICTURE_H
#define MR_MEDIA_PICTURE_H

#include "media/input.h"

#include <libavutil/frame.h>

struct SwsContext;

typedef struct mr_converter {
    struct SwsContext *scaler; /* kept from frame to frame, freed by mr_converter_free */
} mr_converter;

/*
 * Converts `decoded` into frame->image. `matrix` is a display matrix as libavutil/display.h has
 * them, or NULL; one that does not turn by a multiple of 90 degrees is left unheeded. MR_E_LIMIT
 * for more than `max_pixels`. Errors name no source.
 */
mr_status mr_converter_run(mr_converter *converter, const AVFrame *decoded, const int32_t *matrix,
                           size_t max_pixels, mr_media_frame *frame);
void mr_converter_free(mr_converter *converter);

#endif
