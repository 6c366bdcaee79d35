#include "face/haar_scale.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ONE 256 /* weights are 256ths */

/* Where output pixel i of `to` falls in `from` source pixels: the pixel before it, and the weight
 * of the one after. Outside the first and last centres the border pixel alone counts. */
static int sample_at(int i, int to, int from, int *weight) {
    double step = 1.0 / ((double)to / from);
    double at = step * (i + 0.5) - 0.5;
    int before = (int)floor(at);
    *weight = 0;
    if (before < 0)
        return 0;
    if (before >= from - 1)
        return from - 1;
    *weight = (int)lrint((at - before) * ONE);
    return before;
}

mr_status mr_haar_scaler_begin(mr_haar_scaler *s, const mr_image *source, int width, int height) {
    size_t columns = (size_t)width, blended = (size_t)source->width + 1;
    if (!mr_grow(&s->column, &s->column_capacity, columns, sizeof *s->column) ||
        !mr_grow(&s->weight, &s->weight_capacity, columns, sizeof *s->weight) ||
        !mr_grow(&s->blend, &s->blend_capacity, blended, sizeof *s->blend))
        return mr_fail(MR_E_MEMORY, "no memory for a pyramid level of %d × %d", width, height);
    s->source = source;
    s->width = width;
    s->height = height;
    for (int x = 0; x < width; x++) {
        int weight;
        s->column[x] = sample_at(x, width, source->width, &weight);
        s->weight[x] = (uint16_t)weight;
    }
    return MR_OK;
}

static void blend_rows(const uint8_t *restrict upper, const uint8_t *restrict lower, int width,
                       int weight, uint16_t *restrict out) {
    for (int x = 0; x < width; x++)
        out[x] = (uint16_t)(upper[x] * (ONE - weight) + lower[x] * weight);
    out[width] = out[width - 1];
}

void mr_haar_scaler_row(mr_haar_scaler *s, int y, uint8_t *out) {
    const mr_image *source = s->source;
    if (s->width == source->width && s->height == source->height) {
        memcpy(out, source->pixels + (size_t)y * source->stride, (size_t)s->width);
        return;
    }
    int weight, row = sample_at(y, s->height, source->height, &weight);
    const uint8_t *upper = source->pixels + (size_t)row * source->stride;
    blend_rows(upper, weight ? upper + source->stride : upper, source->width, weight, s->blend);
    const uint16_t *blend = s->blend;
    for (int x = 0; x < s->width; x++) {
        uint32_t left = blend[s->column[x]], right = blend[s->column[x] + 1], w = s->weight[x];
        out[x] = (uint8_t)((left * (ONE - w) + right * w + ONE * ONE / 2) / (ONE * ONE));
    }
}

void mr_haar_scaler_free(mr_haar_scaler *s) {
    free(s->column);
    free(s->weight);
    free(s->blend);
    *s = (mr_haar_scaler){0};
}
