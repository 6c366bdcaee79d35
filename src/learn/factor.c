#include "learn/factor.h"

#include "base/memory.h"
#include "learn/dataset_attributes.h"
#include "learn/dataset_emotion.h"
#include "learn/factor_network.h"

#include <stdlib.h>

/* The pictures that are looked at, and what they are of. */
typedef struct data_set {
    mr_emotion_set emotion;
    mr_chip_set chips;
    size_t *indices;
    mr_factor_gallery shown;
} data_set;

typedef mr_status (*reader)(const char *data, data_set *out);

/* Of `count` pictures whose indices are there, evenly spread ones. */
static void thin(data_set *set, const mr_pictures *pictures, size_t count) {
    size_t kept = count < MR_FACTOR_PICTURES ? count : MR_FACTOR_PICTURES;
    for (size_t i = 0; i < kept; i++)
        set->indices[i] = set->indices[i * count / kept];
    set->shown = (mr_factor_gallery){pictures, set->indices, kept};
}

static mr_status read_emotion(const char *data, data_set *out) {
    bool has_votes;
    MR_TRY(mr_emotion_part_load(data, "train", MR_EMOTION_SIDE, &out->emotion, &has_votes));
    size_t count = out->emotion.pictures.count;
    if (!(out->indices = mr_alloc(count * sizeof *out->indices)))
        return mr_fail(MR_E_MEMORY, "no memory for %zu pictures", count);
    for (size_t i = 0; i < count; i++)
        out->indices[i] = i;
    thin(out, &out->emotion.pictures, count);
    return MR_OK;
}

static mr_status read_chips(const char *data, data_set *out) {
    MR_TRY(mr_chip_set_load(data, MR_CHIP_SIDE, &out->chips));
    size_t learned = 0;
    if (!(out->indices = mr_alloc(out->chips.pictures.count * sizeof *out->indices)))
        return mr_fail(MR_E_MEMORY, "no memory for %zu pictures", out->chips.pictures.count);
    for (size_t i = 0; i < out->chips.pictures.count; i++)
        if (!out->chips.targets[i].validation)
            out->indices[learned++] = i;
    if (learned == 0)
        return mr_fail(MR_E_NOT_FOUND, "%s: no chips but those for validation", data);
    thin(out, &out->chips.pictures, learned);
    return MR_OK;
}

static mr_status look(mr_factoring *job, const char *data, reader read, const char *out,
                      mr_factor_size *before, mr_factor_size *after) {
    data_set set = {0};
    mr_status status = read(data, &set);
    if (status == MR_OK)
        status = mr_factoring_finish(job, &set.shown, out, before, after);
    mr_emotion_set_free(&set.emotion);
    mr_chip_set_free(&set.chips);
    free(set.indices);
    return status;
}

/* A kind of data, and the heads of which a network that belongs to it has one. */
typedef struct data_kind {
    reader read;
    mr_face_head head, other;
} data_kind;

static mr_status check_heads(const data_kind *data, const char *folder, const mr_model *model) {
    if (model->heads.outputs[data->head] < 0 && model->heads.outputs[data->other] < 0)
        return mr_fail(MR_E_MISMATCH, "%s: its network has neither output '%s' nor '%s'", folder,
                       mr_head_name(data->head), mr_head_name(data->other));
    return MR_OK;
}

static mr_status factor(const data_kind *kind, const char *model, const char *data,
                        mr_factor_rank *ranks, int count, const char *out, mr_factor_size *before,
                        mr_factor_size *after) {
    mr_factoring *job;
    MR_TRY(mr_factoring_begin(model, ranks, count, &job));
    mr_status status = check_heads(kind, model, mr_factoring_model(job));
    if (status == MR_OK)
        status = look(job, data, kind->read, out, before, after);
    mr_factoring_free(job);
    return status;
}

mr_status mr_factor_emotion(const char *model, const char *data, mr_factor_rank *ranks, int count,
                            const char *out, mr_factor_size *before, mr_factor_size *after) {
    static const data_kind emotion = {read_emotion, MR_HEAD_VOTES, MR_HEAD_LABEL};
    return factor(&emotion, model, data, ranks, count, out, before, after);
}

mr_status mr_factor_attributes(const char *model, const char *data, mr_factor_rank *ranks,
                               int count, const char *out, mr_factor_size *before,
                               mr_factor_size *after) {
    static const data_kind attributes = {read_chips, MR_HEAD_AGE, MR_HEAD_GENDER};
    return factor(&attributes, model, data, ranks, count, out, before, after);
}
