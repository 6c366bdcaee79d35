#include "learn/teachers.h"

#include "base/memory.h"
#include "learn/model.h"
#include "nn/inference.h"
#include "nn/loss.h"

#include <stdlib.h>
#include <string.h>

typedef struct teacher {
    const char *folder;
    mr_model model;
    mr_plan *plan;
    mr_runner *runner;
    bool sees_the_same; /* as the student */
} teacher;

struct mr_teachers {
    teacher list[MR_TEACHERS_MAX];
    int count;
    float *sums[MR_HEADS_MAX]; /* batch × classes of each head of the task */
};

mr_status mr_teachers_load(const char *const *folders, int count, float temperature,
                           mr_teachers **out) {
    if (count < 1 || count > MR_TEACHERS_MAX)
        return mr_fail(MR_E_ARGUMENT, "training: %d teachers, expected 1 to %d", count,
                       MR_TEACHERS_MAX);
    mr_teachers *made = calloc(1, sizeof *made);
    if (!made)
        return mr_fail(MR_E_MEMORY, "no memory for teachers");
    mr_status status = MR_OK;
    while (made->count < count && status == MR_OK) {
        teacher *t = &made->list[made->count];
        t->folder = folders[made->count];
        status = mr_model_load(t->folder, &t->model);
        if (status != MR_OK)
            break;
        for (int h = 0; h < MR_HEAD_COUNT; h++)
            t->model.heads.temperatures[h] *= temperature;
        made->count++;
    }
    if (status == MR_OK)
        *out = made;
    else
        mr_teachers_free(made);
    return status;
}

void mr_teachers_free(mr_teachers *teachers) {
    if (!teachers)
        return;
    for (int i = 0; i < teachers->count; i++) {
        mr_runner_free(teachers->list[i].runner);
        mr_plan_free(teachers->list[i].plan);
        mr_model_free(&teachers->list[i].model);
    }
    for (int k = 0; k < MR_HEADS_MAX; k++)
        free(teachers->sums[k]);
    free(teachers);
}

uint64_t mr_teachers_key(const mr_teachers *teachers) {
    uint64_t parts[2 * MR_TEACHERS_MAX] = {0};
    for (int i = 0; i < teachers->count; i++) {
        const mr_model *model = &teachers->list[i].model;
        parts[2 * i] = mr_hash(model->values, model->network->total * sizeof(float));
        parts[2 * i + 1] = mr_hash(model->heads.temperatures, sizeof model->heads.temperatures);
    }
    return mr_hash(parts, sizeof parts);
}

/* The head of faces with this name, if the teacher has it; else MR_HEAD_COUNT. */
static mr_face_head head_named(const teacher *t, const char *name) {
    for (int h = 0; h < MR_HEAD_COUNT; h++)
        if (strcmp(mr_head_name((mr_face_head)h), name) == 0 && t->model.heads.outputs[h] >= 0)
            return (mr_face_head)h;
    return MR_HEAD_COUNT;
}

/* Adds `rows` distributions of a head to the sums; `logits` are the teacher's. */
static void add_answers(const teacher *t, mr_face_head head, const float *logits, size_t rows,
                        float *sums) {
    float probabilities[MR_AGE_YEARS];
    int classes = mr_head_classes(head);
    for (size_t i = 0; i < rows; i++, logits += classes, sums += classes) {
        mr_heads_distribution(&t->model.heads, head, logits, probabilities);
        for (int c = 0; c < classes; c++)
            sums[c] += probabilities[c];
    }
}

static void divide(float *sums, size_t count, int by) {
    for (size_t i = 0; i < count; i++)
        sums[i] /= (float)by;
}

/* ---- on pictures ---------------------------------------------------------------------------- */

static mr_status add_pictures(const teacher *t, mr_face_head head, const mr_pictures *pictures,
                              float *sums) {
    mr_predictions answers;
    MR_TRY(mr_model_answer(&t->model, pictures, &answers));
    add_answers(t, head, mr_model_rows(&t->model, &answers, head), pictures->count, sums);
    mr_predictions_free(&answers);
    return MR_OK;
}

mr_status mr_teachers_answer(const mr_teachers *teachers, const mr_pictures *pictures,
                             const char *head, float **out) {
    float *sums = NULL;
    int speaking = 0;
    size_t size = 0;
    mr_status status = MR_OK;
    for (int i = 0; i < teachers->count && status == MR_OK; i++) {
        const teacher *t = &teachers->list[i];
        mr_face_head named = head_named(t, head);
        if (named == MR_HEAD_COUNT)
            continue;
        size = pictures->count * (size_t)mr_head_classes(named);
        if (!sums && !(sums = mr_alloc(size * sizeof *sums)))
            return mr_fail(MR_E_MEMORY, "no memory for the answers on %zu pictures",
                           pictures->count);
        status = add_pictures(t, named, pictures, sums);
        speaking++;
    }
    if (status != MR_OK) {
        free(sums);
        return status;
    }
    if (sums)
        divide(sums, size, speaking);
    *out = sums;
    return MR_OK;
}

/* ---- on batches ----------------------------------------------------------------------------- */

static bool same_input(const mr_network *a, const mr_network *b) {
    const mr_layer *x = mr_network_input(a), *y = mr_network_input(b);
    return x->height == y->height && x->width == y->width && a->mean == b->mean &&
           a->deviation == b->deviation;
}

static mr_status prepare_one(teacher *t, const mr_batch *batch) {
    const mr_task *task = batch->task;
    const mr_network *network = t->model.network;
    int speaks = 0;
    for (int k = 0; k < task->head_count; k++)
        speaks += head_named(t, task->heads[k].name) != MR_HEAD_COUNT;
    if (speaks == 0)
        return mr_fail(MR_E_MISMATCH, "%s: has none of the heads that %s learns", t->folder,
                       task->name);
    int sees = mr_network_input(network)->channels;
    int shown = mr_network_input(batch->network)->channels;
    if (sees != shown)
        return mr_fail(MR_E_MISMATCH, "%s: sees pictures of %d channels, those learned have %d",
                       t->folder, sees, shown);
    t->sees_the_same = same_input(network, batch->network);
    MR_TRY(mr_plan_create(network, t->model.values, batch->size, &t->plan));
    return mr_runner_create(t->plan, &t->runner);
}

mr_status mr_teachers_prepare(mr_teachers *teachers, const mr_batch *batch) {
    for (int i = 0; i < teachers->count; i++)
        MR_TRY(prepare_one(&teachers->list[i], batch));
    for (int k = 0; k < batch->task->head_count; k++) {
        size_t size = (size_t)batch->size * (size_t)batch->task->heads[k].classes;
        teachers->sums[k] = mr_alloc(size * sizeof(float));
        if (!teachers->sums[k])
            return mr_fail(MR_E_MEMORY, "no memory for teachers of batches of %d", batch->size);
    }
    return MR_OK;
}

/* Lets every teacher see the batch. The last drawing is the student's own; those before it leave
 * the same targets, since all are drawn from the same random numbers. */
static mr_status run_teachers(mr_teachers *teachers, mr_batch *batch, long epoch, long step,
                              float *input) {
    for (int i = 0; i < teachers->count; i++)
        if (!teachers->list[i].sees_the_same)
            MR_TRY(mr_batch_draw_for(batch, teachers->list[i].model.network, epoch, step,
                                     mr_runner_input(teachers->list[i].runner)));
    MR_TRY(mr_batch_draw(batch, epoch, step, input));
    for (int i = 0; i < teachers->count; i++) {
        teacher *t = &teachers->list[i];
        if (t->sees_the_same)
            memcpy(mr_runner_input(t->runner), input,
                   (size_t)batch->size * batch->input_size * sizeof(float));
        MR_TRY(mr_runner_run(t->runner));
    }
    return MR_OK;
}

/* Leaves the mean of the teachers that have head k in its sums; false when none has. */
static bool average_head(const mr_teachers *teachers, const mr_batch *batch, int k) {
    const mr_head *head = &batch->task->heads[k];
    size_t size = (size_t)batch->size * (size_t)head->classes;
    int speaking = 0;
    memset(teachers->sums[k], 0, size * sizeof(float));
    for (int i = 0; i < teachers->count; i++) {
        const teacher *t = &teachers->list[i];
        mr_face_head named = head_named(t, head->name);
        if (named == MR_HEAD_COUNT)
            continue;
        add_answers(t, named, mr_runner_output(t->runner, t->model.heads.outputs[named]),
                    (size_t)batch->size, teachers->sums[k]);
        speaking++;
    }
    if (speaking > 0)
        divide(teachers->sums[k], size, speaking);
    return speaking > 0;
}

static float mean_class(const float *distribution, int classes) {
    float mean = 0;
    for (int c = 0; c < classes; c++)
        mean += (float)c * distribution[c];
    return mean;
}

/* What is known counts by its weight; what nothing is known of adds nothing. */
static void move_targets(mr_batch *batch, int k, size_t row, const float *told, float share) {
    int classes = batch->task->heads[k].classes;
    float *distribution = batch->distributions[k] + row * (size_t)classes;
    float known = (1 - share) * batch->weights[k][row], weight = known + share;
    for (int c = 0; c < classes; c++)
        distribution[c] = (known * distribution[c] + share * told[c]) / weight;
    batch->values[k][row] =
        (known * batch->values[k][row] + share * mean_class(told, classes)) / weight;
    batch->weights[k][row] = weight;
}

mr_status mr_teachers_teach(mr_teachers *teachers, mr_batch *batch, long epoch, long step,
                            float *input, float share) {
    MR_TRY(run_teachers(teachers, batch, epoch, step, input));
    const uint32_t *samples = batch->order + (size_t)step * (size_t)batch->size;
    for (int k = 0; k < batch->task->head_count; k++) {
        if (!average_head(teachers, batch, k))
            continue;
        size_t classes = (size_t)batch->task->heads[k].classes;
        for (size_t row = 0; row < (size_t)batch->size; row++)
            if (samples[row] < batch->task->labelled)
                move_targets(batch, k, row, teachers->sums[k] + row * classes, share);
    }
    return MR_OK;
}
