/*
 * The file of the collaborative filter. All numbers are little-endian.
 *
 *     bytes 8          "MRCOLLAB"
 *     u32              version, items, links, audiences
 *     f32              prior weight, prior half
 *     f32 audiences    share of each among all viewers
 *     u16 items        links of each item
 *     f32 items        greatest size of a weight among them
 *     u16 links        item at the other end, rising within an item
 *     i16 links        weight, in 32767ths of the greatest
 *     f32 audiences × items  share of the audience that likes the item
 *     u64              FNV-1a hash of all bytes before it
 */
#include "recommend/collaborative.h"

#include "base/bytes.h"
#include "base/file.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VERSION       1
#define HEADER_BYTES  (8 + 4 * 4 + 2 * 4)
#define TRAILER_BYTES 8
#define STEPS         32767.0f

/* Beyond this a weight or a prior would drown all else. */
#define LARGEST    1e6f
#define LEAST_HALF 1e-3f

static const char magic[8] = {'M', 'R', 'C', 'O', 'L', 'L', 'A', 'B'};

static uint64_t file_bytes(uint64_t items, uint64_t links) {
    return HEADER_BYTES + 4 * MR_AUDIENCES + items * (2 + 4 + 4 * MR_AUDIENCES) + links * 4 +
           TRAILER_BYTES;
}

/* --- writing --------------------------------------------------------------------------------- */

/* Greatest size of an item's weights. */
static float scale_of(const mr_collaborative *model, size_t item) {
    float scale = 0;
    for (uint32_t l = model->start[item]; l < model->start[item + 1]; l++)
        scale = fmaxf(scale, fabsf(model->weight[l]));
    return scale;
}

static uint8_t *put_links(uint8_t *to, const mr_collaborative *model) {
    for (size_t i = 0; i < model->items; i++)
        to = mr_put(to, model->start[i + 1] - model->start[i], 2);
    for (size_t i = 0; i < model->items; i++)
        to = mr_put_float(to, scale_of(model, i));
    for (size_t l = 0; l < model->links; l++)
        to = mr_put(to, model->to[l], 2);
    for (size_t i = 0; i < model->items; i++) {
        float scale = scale_of(model, i);
        for (uint32_t l = model->start[i]; l < model->start[i + 1]; l++)
            to =
                mr_put(to, (uint16_t)lrintf(scale > 0 ? STEPS * (model->weight[l] / scale) : 0), 2);
    }
    return to;
}

mr_status mr_collaborative_encode(const mr_collaborative *model, uint8_t **bytes, size_t *size) {
    size_t total = file_bytes(model->items, model->links);
    if (total > MR_COLLABORATIVE_MAX_BYTES)
        return mr_fail(MR_E_LIMIT, "collaborative filter: %zu bytes, at most %zu are allowed",
                       total, MR_COLLABORATIVE_MAX_BYTES);
    uint8_t *made = malloc(total);
    if (!made)
        return mr_fail(MR_E_MEMORY, "no memory for a file of %zu bytes", total);
    uint8_t *to = made;
    memcpy(to, magic, sizeof magic);
    to += sizeof magic;
    to = mr_put(to, VERSION, 4);
    to = mr_put(to, model->items, 4);
    to = mr_put(to, model->links, 4);
    to = mr_put(to, MR_AUDIENCES, 4);
    to = mr_put_float(to, model->prior_weight);
    to = mr_put_float(to, model->prior_half);
    for (int a = 0; a < MR_AUDIENCES; a++)
        to = mr_put_float(to, model->audience[a]);
    to = put_links(to, model);
    for (size_t i = 0; i < MR_AUDIENCES * model->items; i++)
        to = mr_put_float(to, model->liked[i]);
    mr_put(to, mr_hash(made, total - TRAILER_BYTES), TRAILER_BYTES);
    *bytes = made;
    *size = total;
    return MR_OK;
}

/* --- reading --------------------------------------------------------------------------------- */

/* A number in low … high; NaN is in no range. */
static mr_status get_float(const uint8_t **from, const char *what, float low, float high,
                           float *out) {
    uint32_t bits = (uint32_t)mr_get(from, 4);
    memcpy(out, &bits, sizeof bits);
    if (!(*out >= low && *out <= high))
        return mr_fail(MR_E_FORMAT, "%s %g is not in %g … %g", what, *out, low, high);
    return MR_OK;
}

static mr_status get_sizes(const uint8_t *bytes, size_t size, uint32_t *items, uint32_t *links) {
    if (size < HEADER_BYTES + TRAILER_BYTES)
        return mr_fail(MR_E_TRUNCATED, "%zu bytes are too few for a collaborative filter", size);
    if (memcmp(bytes, magic, sizeof magic) != 0)
        return mr_fail(MR_E_FORMAT, "no collaborative filter: it does not begin with MRCOLLAB");
    const uint8_t *from = bytes + sizeof magic;
    uint32_t version = (uint32_t)mr_get(&from, 4);
    *items = (uint32_t)mr_get(&from, 4);
    *links = (uint32_t)mr_get(&from, 4);
    uint32_t audiences = (uint32_t)mr_get(&from, 4);
    if (version != VERSION || audiences != MR_AUDIENCES)
        return mr_fail(MR_E_UNSUPPORTED, "version %u with %u audiences: only %d with %d is known",
                       version, audiences, VERSION, MR_AUDIENCES);
    uint64_t expected = file_bytes(*items, *links);
    if (size != expected)
        return mr_fail(size < expected ? MR_E_TRUNCATED : MR_E_FORMAT,
                       "%zu bytes where the header announces %llu", size,
                       (unsigned long long)expected);
    const uint8_t *trailer = bytes + size - TRAILER_BYTES;
    if (mr_get(&trailer, TRAILER_BYTES) != mr_hash(bytes, size - TRAILER_BYTES))
        return mr_fail(MR_E_FORMAT, "the checksum does not match: the file is damaged");
    return MR_OK;
}

static mr_status get_ends(const uint8_t **from, mr_collaborative *model) {
    for (size_t l = 0; l < model->links; l++)
        model->to[l] = (uint16_t)mr_get(from, 2);
    for (size_t i = 0; i < model->items; i++)
        for (uint32_t l = model->start[i]; l < model->start[i + 1]; l++)
            if (model->to[l] >= model->items ||
                (l > model->start[i] && model->to[l] <= model->to[l - 1]))
                return mr_fail(MR_E_FORMAT, "item %zu: impossible link to item %u", i,
                               model->to[l]);
    return MR_OK;
}

static mr_status get_links(const uint8_t **from, mr_collaborative *model) {
    uint64_t next = 0;
    for (size_t i = 0; i < model->items; i++) {
        next += mr_get(from, 2);
        if (next > model->links)
            return mr_fail(MR_E_FORMAT, "item %zu: more links than there are", i);
        model->start[i + 1] = (uint32_t)next;
    }
    if (next != model->links)
        return mr_fail(MR_E_FORMAT, "the items have %llu links, not %zu", (unsigned long long)next,
                       model->links);
    const uint8_t *scales = *from;
    *from += 4 * model->items;
    MR_TRY(get_ends(from, model));
    for (size_t i = 0; i < model->items; i++) {
        float scale;
        MR_TRY(get_float(&scales, "greatest weight", 0, LARGEST, &scale));
        for (uint32_t l = model->start[i]; l < model->start[i + 1]; l++)
            model->weight[l] = scale * ((float)(int16_t)mr_get(from, 2) / STEPS);
    }
    return MR_OK;
}

static mr_status get_model(const uint8_t *from, mr_collaborative *model) {
    MR_TRY(get_float(&from, "prior weight", 0, LARGEST, &model->prior_weight));
    MR_TRY(get_float(&from, "prior half", LEAST_HALF, LARGEST, &model->prior_half));
    float sum = 0;
    for (int a = 0; a < MR_AUDIENCES; a++) {
        MR_TRY(get_float(&from, "share of an audience", 0, 1, &model->audience[a]));
        sum += model->audience[a];
    }
    if (!(fabsf(sum - 1) < 1e-3f))
        return mr_fail(MR_E_FORMAT, "the audiences' shares sum to %g, not to 1", sum);
    MR_TRY(get_links(&from, model));
    for (size_t i = 0; i < MR_AUDIENCES * model->items; i++)
        MR_TRY(get_float(&from, "share of likes", 0, 1, &model->liked[i]));
    return MR_OK;
}

static mr_status decode(const uint8_t *bytes, size_t size, mr_collaborative **out) {
    uint32_t items = 0, links = 0;
    MR_TRY(get_sizes(bytes, size, &items, &links));
    mr_collaborative *model = NULL;
    MR_TRY(mr_collaborative_make(items, links, &model));
    mr_status status = get_model(bytes + HEADER_BYTES - 8, model);
    if (status == MR_OK)
        *out = model;
    else
        mr_collaborative_free(model);
    return status;
}

mr_status mr_collaborative_decode(const uint8_t *bytes, size_t size, const char *name,
                                  mr_collaborative **out) {
    mr_status status = decode(bytes, size, out);
    return status == MR_OK ? MR_OK : mr_fail_in(status, name);
}

mr_status mr_collaborative_load(const char *path, mr_collaborative **out) {
    unsigned char *bytes = NULL;
    size_t size = 0;
    MR_TRY(mr_file_read(path, MR_COLLABORATIVE_MAX_BYTES, &bytes, &size));
    mr_status status = mr_collaborative_decode(bytes, size, path, out);
    free(bytes);
    return status;
}
