/*
 * The training loop that all networks of pictures share: epochs of shuffled, varied batches, a
 * moving average of the weights that is validated after each epoch, the best one kept, a checkpoint
 * from which a run goes on exactly as if it had never stopped.
 *
 * A task (emotion, attributes) describes what is special to it in an mr_task: its heads, how a
 * sample is drawn, how the network is judged. Every head is a distribution over classes that is
 * learned by cross-entropy; a head over ordered classes may add the distance of its mean from the
 * true value. A task of another kind (detector) has no heads but does its own steps: it leaves the
 * gradients of a batch where the loop finds them.
 *
 * In the model's folder OUT:
 *
 *     network.txt            what is trained
 *     weights.safetensors    the best average so far, with its figures as metadata
 *     training.csv           a line an epoch
 *     curves.svg, curves.png the same as charts, and
 *     training.html          all of it as a page (report.h), both drawn anew after every epoch
 *     checkpoint.safetensors what --resume needs
 *
 * A model that is there is replaced when the first epoch ends, not before.
 *
 * Randomness is keyed by (seed, epoch, place in the epoch); with one thread a resumed run gives the
 * same bits. Thread rule: one run at a time; it uses the OpenMP threads of its parameters.
 */
#ifndef MR_LEARN_TRAINER_H
#define MR_LEARN_TRAINER_H

#include "base/rng.h"
#include "learn/augment.h"
#include "learn/training_result.h"
#include "nn/network.h"
#include "nn/optimiser.h"

#include <signal.h>
#include <stdbool.h>

#define MR_HEADS_MAX         8
#define MR_TEACHERS_MAX      8
#define MR_TASK_SETTINGS_MAX 224

/* Trained models from which a network learns beside its labels (teachers.h, unlabelled.h). */
typedef struct mr_teaching {
    const char *const *teachers; /* model folders */
    int teacher_count;           /* 0: labels alone */
    float temperature;           /* that softens what they say, 1 */
    float share;                 /* of their answers in the targets of labelled pictures, 0.5 */
    const char *unlabelled;      /* folder of faces that they label; NULL: none */
    float unlabelled_share;      /* such faces for one labelled picture, 0.5 */
    mr_augment view;             /* how badly the student sees them (degraded.h) */
    float cover;                 /* probability that their nose and mouth are covered, 0.25 */
} mr_teaching;

typedef struct mr_trainer_params {
    const char *out;        /* folder of the model; made when it does not exist */
    const char *network;    /* network file, copied to OUT/network.txt; NULL: that one is used, and
                               where it is missing that of `from` */
    const char *from;       /* model folder whose weights are the start, where `network` is given of
                               the layers that are the same in both; NULL: random weights */
    const char *checkpoint; /* NULL: OUT/checkpoint.safetensors */
    bool resume;            /* go on from the checkpoint */
    int epochs;
    int pause_after; /* end this call after so many epochs, to be resumed; 0: never */
    int batch;
    int threads; /* 0: as OpenMP is set */
    uint64_t seed;
    float rate;        /* highest learning rate */
    float final_share; /* of it at the end of the cosine */
    float warmup;      /* epochs */
    mr_optimiser_params optimiser;
    float trunk_rate; /* share of the rate that all but the heads take, 1; 0: the
                         trunk is frozen, its running statistics included (trunk.h) */
    float average;    /* decay of the moving average of the weights */
    float mixup;      /* alpha of Beta(alpha, alpha) (Zhang et al. 2018); 0: off */
    mr_teaching teaching;
    const volatile sig_atomic_t *stop; /* non-zero ends the run after the batch; may be NULL */
} mr_trainer_params;

mr_trainer_params mr_trainer_params_defaults(void);

/* One result of the network. */
typedef struct mr_head {
    const char *name; /* of the output layer's input in the network file */
    int classes;
    float expectation; /* weight of the distance of the mean from the true value; 0: none */
    float weight;      /* of this head's loss beside the others' */
} mr_head;

/* What a head shall say about one sample. */
typedef struct mr_head_target {
    float *distribution; /* `classes` shares, to be filled */
    float *value;        /* true value of an ordered head */
    float *weight;       /* 1: counts; 0: nothing is known for this head */
} mr_head_target;

/* A step of a task without heads. */
typedef struct mr_task_step {
    long epoch, step;
    const uint32_t *samples; /* of the batch */
} mr_task_step;

typedef struct mr_task {
    const char *name;
    char settings[MR_TASK_SETTINGS_MAX]; /* its own, in which a resumed run must agree */
    uint64_t data; /* a number that differs where what is learned and judged by does; likewise */
    mr_head heads[MR_HEADS_MAX];
    int head_count;
    const char *hint; /* what to do when the network has outputs that are no heads, or NULL */
    size_t samples;
    size_t labelled;       /* samples below this number have labels, which teachers add to */
    const float *sampling; /* relative frequency of each sample; NULL: each once an epoch */
    const char *figures[MR_FIGURES_MAX]; /* names of what validation measures */
    int figure_count;
    void *context;

    /* Fills the input (planar, normalised) and the targets, which are zero before, of a sample.
     * Called from several threads. */
    mr_status (*draw)(void *context, const mr_network *network, size_t sample, mr_rng *rng,
                      float *input, const mr_head_target *targets);

    /* A task without heads has these instead of `draw`: names of the parts of its loss, */
    const char *losses[MR_HEADS_MAX];
    int loss_count;
    /* what happens once, before the first step; the arrays stay where they are, */
    mr_status (*begin)(void *context, const mr_network *network, const mr_trainer_params *params,
                       float *values, float *gradients);
    /* and a batch: its gradients, and the parts of its loss. */
    mr_status (*step)(void *context, const mr_task_step *step, double *losses);

    /* Judges weights: fills the figures, and the score that decides which epoch is best (higher is
     * better). */
    mr_status (*validate)(void *context, const mr_network *network, const float *values,
                          double *figures, double *score);

    /* Finishes the weights in the folder of a run that has ended, which may be by a failure: they
     * are those of its best epoch. May be NULL. */
    mr_status (*finish)(void *context, const char *folder);
} mr_task;

/*
 * Trains; `out` may be NULL. MR_E_INTERRUPTED when `stop` ended the run: the checkpoint of the last
 * whole epoch stays, and the weights of the best one are finished. MR_E_LIMIT when the loss is no
 * longer finite; MR_E_MISMATCH when network and task, or checkpoint and parameters, do not fit
 * together.
 */
mr_status mr_trainer_run(const mr_trainer_params *params, const mr_task *task,
                         mr_training_result *out);

#endif
