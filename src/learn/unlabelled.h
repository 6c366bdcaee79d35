/*
 * Faces without labels, from which a network learns to answer on what is hard to see as its
 * teachers do on what is easy to see: the teachers look at the picture as it is, averaged with its
 * mirror image, once; the student learns their answer from badly degraded views of it, other ones
 * each time (noisy student, Xie et al. 2020; consistency as in FixMatch, Sohn et al. 2020).
 *
 *     mr_unlabelled faces;
 *     MR_TRY(mr_unlabelled_load("build/data/detection", MR_FRAMING_ATTRIBUTES, 112, 3, &faces));
 *     MR_TRY(mr_unlabelled_ask(&faces, teachers, task.heads, task.head_count));
 *     MR_TRY(mr_unlabelled_draw(&faces, network, &rng, input, targets));
 *
 * A folder that has `labels.csv` and `images/` is a detection set: each of its faces that
 * scene_faces.h lists is cut out in the framing of the network (face/crop.h), the same way as in
 * use. In any other folder each file is a picture that is
 * framed already.
 *
 * Ownership: load and ask allocate, free frees. Thread rule: read-only once asked, so that drawing
 * may run in parallel.
 */
#ifndef MR_LEARN_UNLABELLED_H
#define MR_LEARN_UNLABELLED_H

#include "face/crop.h"
#include "learn/degraded.h"
#include "learn/pictures.h"
#include "learn/teachers.h"
#include "learn/trainer.h"

typedef struct mr_unlabelled {
    mr_pictures pictures;
    mr_framing framing;
    mr_augment augment; /* how badly the student sees; mr_unlabelled_add sets it */
    float cover;        /* probability that nose and mouth are covered, .25 */
    int head_count;
    int classes[MR_HEADS_MAX];
    float *told[MR_HEADS_MAX]; /* count × classes; NULL: no teacher has this head */
} mr_unlabelled;

/* MR_E_NOT_FOUND when there is no face. */
mr_status mr_unlabelled_load(const char *folder, mr_framing framing, int side, int channels,
                             mr_unlabelled *out);
void mr_unlabelled_free(mr_unlabelled *faces);

/* Asks the teachers about every face. MR_E_MISMATCH when none of them has one of the heads. */
mr_status mr_unlabelled_ask(mr_unlabelled *faces, const mr_teachers *teachers, const mr_head *heads,
                            int head_count);

/* A number that differs where the faces or their views do. */
uint64_t mr_unlabelled_key(const mr_unlabelled *faces);

/* Fills input and targets with a degraded view of a face that `rng` chooses, as mr_task.draw. */
mr_status mr_unlabelled_draw(const mr_unlabelled *faces, const mr_network *network, mr_rng *rng,
                             float *input, const mr_head_target *targets);

/*
 * All of this for a task, if `teaching` wants it: loads faces in the size of the labelled
 * `pictures`, asks the teachers, adds samples to the task after its labelled ones, and notes in its
 * settings what they are. With *sampling the new samples come as often as the labelled ones do on
 * average.
 */
mr_status mr_unlabelled_add(mr_unlabelled *faces, const mr_teaching *teaching, mr_framing framing,
                            const mr_pictures *pictures, mr_task *task, float **sampling);

#endif
