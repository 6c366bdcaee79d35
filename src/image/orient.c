#include "image/codec.h"

#include <stdbool.h>

/* How an orientation is undone: mirror and flip name the stored picture's axes, `transpose` swaps
 * rows and columns of the result. */
typedef struct turn {
    bool transpose, mirror, flip;
} turn;

static const turn turns[9] = {
    [2] = {.mirror = true},
    [3] = {.mirror = true, .flip = true},
    [4] = {.flip = true},
    [5] = {.transpose = true},
    [6] = {.transpose = true, .flip = true},
    [7] = {.transpose = true, .mirror = true, .flip = true},
    [8] = {.transpose = true, .mirror = true},
};

mr_status mr_image_orient(mr_image *image, int orientation) {
    if (orientation <= 1 || orientation > 8)
        return MR_OK;
    turn how = turns[orientation];
    int width = how.transpose ? image->height : image->width;
    int height = how.transpose ? image->width : image->height;
    mr_image upright;
    MR_TRY(mr_image_create(width, height, image->channels, &upright));
    upright.full_width = how.transpose ? image->full_height : image->full_width;
    upright.full_height = how.transpose ? image->full_width : image->full_height;

    ptrdiff_t channels = image->channels, stride = (ptrdiff_t)image->stride;
    ptrdiff_t start = (how.mirror ? (image->width - 1) * channels : 0) +
                      (how.flip ? (image->height - 1) * stride : 0);
    ptrdiff_t column_step = how.mirror ? -channels : channels;
    ptrdiff_t row_step = how.flip ? -stride : stride;
    ptrdiff_t along_x = how.transpose ? row_step : column_step;
    ptrdiff_t along_y = how.transpose ? column_step : row_step;

    uint8_t *to = upright.pixels;
    for (int y = 0; y < height; y++) {
        const uint8_t *from = image->pixels + start + y * along_y;
        for (int x = 0; x < width; x++, from += along_x)
            for (ptrdiff_t c = 0; c < channels; c++)
                *to++ = from[c];
    }
    mr_image_free(image);
    *image = upright;
    return MR_OK;
}
