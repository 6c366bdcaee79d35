/*
 * Teachers: trained models from whose answers another network learns (Hinton et al. 2015). What
 * they say is averaged over all of them, so that a single small network learns from an ensemble.
 *
 *     mr_teachers *teachers;
 *     MR_TRY(mr_teachers_load(folders, count, 1, &teachers));
 *     MR_TRY(mr_teachers_answer(teachers, &pictures, "votes", &targets));     // flip-averaged
 *     MR_TRY(mr_teachers_prepare(teachers, &batch));
 *     MR_TRY(mr_teachers_teach(teachers, &batch, epoch, step, input, 0.5f));  // each step
 *
 * Probabilities are those after each teacher's own calibration, and then softened: logits are
 * divided by `temperature` once more. A teacher speaks for the heads that it has; each head is the
 * mean of those teachers that have it.
 *
 * A teacher whose pictures have the size and the normalisation of the student's sees the same
 * numbers; another one sees the same variation of the same picture in its own size. Either way
 * teachers answer while the batch is unmixed, and targets are mixed with it afterwards.
 *
 * Ownership: load allocates, free frees; a prepared batch must outlive the teaching. Thread rule:
 * one thread per object; the OpenMP threads of the caller are used.
 */
#ifndef MR_LEARN_TEACHERS_H
#define MR_LEARN_TEACHERS_H

#include "learn/batch.h"
#include "learn/pictures.h"

typedef struct mr_teachers mr_teachers;

/* Opens at most MR_TEACHERS_MAX models. */
mr_status mr_teachers_load(const char *const *folders, int count, float temperature,
                           mr_teachers **out);
void mr_teachers_free(mr_teachers *teachers);

/* A number that differs where their weights or temperatures do. */
uint64_t mr_teachers_key(const mr_teachers *teachers);

/* What they say of a head for all pictures, each averaged with its mirror image: count × classes
 * probabilities that the caller frees; NULL when none has the head. */
mr_status mr_teachers_answer(const mr_teachers *teachers, const mr_pictures *pictures,
                             const char *head, float **out);

/* Sets them up to answer on a batch. MR_E_MISMATCH for a teacher that has none of the task's heads
 * or sees other colours than the student. */
mr_status mr_teachers_prepare(mr_teachers *teachers, const mr_batch *batch);

/*
 * Draws the batch of a step into `input`, as mr_batch_draw does, and moves the targets of samples
 * that have labels (mr_task.labelled) towards the teachers' answers by `share`. A head that nothing
 * was known of is learned from them alone, with the weight `share`.
 */
mr_status mr_teachers_teach(mr_teachers *teachers, mr_batch *batch, long epoch, long step,
                            float *input, float share);

#endif
