/*
 * Rows of option tables that all trainings of networks share; P is the member of the
 * struct O that holds the params of one (learn/train_*.h), with `data`, `trainer` and `augment`.
 */
#ifndef MR_CLI_TRAIN_OPTIONS_H
#define MR_CLI_TRAIN_OPTIONS_H

#include "cli/options.h"
#include "learn/augment.h"
#include "learn/trainer.h"

/* The names of mr_optimiser_kind, ended by NULL. */
extern const char *const mr_cli_optimisers[];

/* One training as the command line sees it: the usage fills the settings, which hold all the rest.
 */
typedef struct mr_cli_training {
    const mr_cli_usage *usage;
    const char *task; /* its name in the result */
    void *settings;
    mr_trainer_params *trainer;
    const mr_cli_list *teachers; /* NULL: it has none */
    const bool *json;
    mr_status (*train)(const void *settings, mr_training_result *out);
} mr_cli_training;

/* Parses, trains (Ctrl-C ends it after its batch, its log is seen) and prints the result if wanted;
 * returns the exit code. */
int mr_cli_run_training(const mr_cli_training *training, int argc, char **argv);

#define MR_CLI_TRAINER_ROWS(O, P)                                                                  \
    MR_CLI_NEEDED("data", 0, O, P.data, "DIR", "the data set"),                                    \
        MR_CLI_NEEDED("out", 0, O, P.trainer.out, "DIR", "folder of the model"),                   \
        MR_CLI_STRING("network", 0, O, P.trainer.network, "FILE",                                  \
                      "network to train, copied to OUT/network.txt; without it that one is used"), \
        MR_CLI_STRING("from", 0, O, P.trainer.from, "DIR", "model whose weights are the start"),   \
        MR_CLI_STRING("checkpoint", 0, O, P.trainer.checkpoint, "FILE",                            \
                      "what --resume reads; OUT/checkpoint.safetensors unless given"),             \
        MR_CLI_FLAG("resume", 0, O, P.trainer.resume, "go on from the checkpoint"),                \
        MR_CLI_INT("epochs", 0, O, P.trainer.epochs, "N", 1, 100000, "epochs of the whole run"),   \
        MR_CLI_INT("pause-after", 0, O, P.trainer.pause_after, "N", 0, 100000,                     \
                   "end this call after N epochs, to be resumed; 0: never"),                       \
        MR_CLI_INT("batch", 0, O, P.trainer.batch, "N", 1, 65536, "pictures in a batch"),          \
        MR_CLI_INT("threads", 0, O, P.trainer.threads, "N", 0, 1024,                               \
                   "compute threads; 0: as OMP_NUM_THREADS says, else all"),                       \
        MR_CLI_SEED("seed", 0, O, P.trainer.seed, "of all that is random"),                        \
        MR_CLI_FLOAT("rate", 0, O, P.trainer.rate, "R", 0, 100, "highest learning rate"),          \
        MR_CLI_FLOAT("final-share", 0, O, P.trainer.final_share, "S", 0, 1,                        \
                     "share of the rate that the cosine ends at"),                                 \
        MR_CLI_FLOAT("warmup", 0, O, P.trainer.warmup, "N", 0, 100000, "epochs of rising rate"),   \
        MR_CLI_FLOAT("average", 0, O, P.trainer.average, "D", 0, 1,                                \
                     "decay of the moving average of the weights"),                                \
        MR_CLI_FLOAT("mixup", 0, O, P.trainer.mixup, "A", 0, 100,                                  \
                     "alpha of the Beta distribution that mixes pictures; 0: off"),                \
        MR_CLI_CHOICE("optimiser", 0, O, P.trainer.optimiser.kind, mr_cli_optimisers,              \
                      "what moves the weights"),                                                   \
        MR_CLI_FLOAT("momentum", 0, O, P.trainer.optimiser.momentum, "M", 0, 1,                    \
                     "of SGD; beta1 of AdamW"),                                                    \
        MR_CLI_FLOAT("weight-decay", 0, O, P.trainer.optimiser.weight_decay, "W", 0, 10,           \
                     "pull towards zero"),                                                         \
        MR_CLI_FLOAT("clip", 0, O, P.trainer.optimiser.clip, "NORM", 0, 1e9,                       \
                     "largest norm of the gradient; 0: any")

/* For networks with a trunk and heads; O also has a list `teachers`, which
 * mr_cli_take_teachers() hands on. */
#define MR_CLI_HEADS_ROWS(O, P)                                                                    \
    MR_CLI_FLOAT("trunk-rate", 0, O, P.trainer.trunk_rate, "S", 0, 1,                              \
                 "share of the rate for all but the heads; 0: frozen"),                            \
        MR_CLI_LIST("teacher", 0, O, teachers, "DIR",                                              \
                    "model to learn from beside the labels; repeat it for more, averaged"),        \
        MR_CLI_FLOAT("teacher-share", 0, O, P.trainer.teaching.share, "S", 0, 1,                   \
                     "of the teachers' answers in the targets of labelled pictures"),              \
        MR_CLI_FLOAT("teacher-temperature", 0, O, P.trainer.teaching.temperature, "T", 0.01, 100,  \
                     "that softens what teachers say"),                                            \
        MR_CLI_STRING("unlabelled", 0, O, P.trainer.teaching.unlabelled, "DIR",                    \
                      "faces that only teachers label: framed pictures, or labels.csv + images"),  \
        MR_CLI_FLOAT("unlabelled-share", 0, O, P.trainer.teaching.unlabelled_share, "S", 0, 100,   \
                     "such faces for one labelled picture")

#define MR_CLI_AUGMENT_ROWS(O, P)                                                                  \
    MR_CLI_FLOAT("shift", 0, O, P.augment.shift, "S", 0, 1,                                        \
                 "variation: shift, share of the side"),                                           \
        MR_CLI_FLOAT("scale", 0, O, P.augment.scale, "S", 0, 4, "variation: size, 0.2 is ±20 %"),  \
        MR_CLI_FLOAT("stretch", 0, O, P.augment.stretch, "S", 0, 4, "variation: width to height"), \
        MR_CLI_FLOAT("rotation", 0, O, P.augment.rotation, "DEG", 0, 180, "variation: rotation"),  \
        MR_CLI_FLOAT("flip", 0, O, P.augment.flip, "P", 0, 1, "probability of a mirror image"),    \
        MR_CLI_FLOAT("brightness", 0, O, P.augment.brightness, "S", 0, 1,                          \
                     "variation: share of the full range"),                                        \
        MR_CLI_FLOAT("contrast", 0, O, P.augment.contrast, "S", 0, 4, "variation: contrast"),      \
        MR_CLI_FLOAT("gamma", 0, O, P.augment.gamma, "S", 0, 4, "variation: gamma"),               \
        MR_CLI_FLOAT("cast", 0, O, P.augment.cast, "S", 0, 4, "variation: gain of each colour"),   \
        MR_CLI_FLOAT("grey", 0, O, P.augment.grey, "P", 0, 1, "probability of no colour"),         \
        MR_CLI_FLOAT("low-resolution", 0, O, P.augment.low_resolution, "P", 0, 1,                  \
                     "probability of losing detail"),                                              \
        MR_CLI_FLOAT("least-detail", 0, O, P.augment.least_detail, "S", 0.01, 1,                   \
                     "smallest share of the side that is left then"),                              \
        MR_CLI_FLOAT("blur", 0, O, P.augment.blur, "P", 0, 1, "probability of blur"),              \
        MR_CLI_FLOAT("noise", 0, O, P.augment.noise, "D", 0, 255,                                  \
                     "largest standard deviation of noise, levels of 255"),                        \
        MR_CLI_FLOAT("jpeg", 0, O, P.augment.jpeg, "P", 0, 1,                                      \
                     "probability of coarse compression"),                                         \
        MR_CLI_INT("least-quality", 0, O, P.augment.least_quality, "Q", 1, 90,                     \
                   "lowest JPEG quality then"),                                                    \
        MR_CLI_FLOAT("erase", 0, O, P.augment.erase, "P", 0, 1, "probability of an erased patch"), \
        MR_CLI_FLOAT("erase-most", 0, O, P.augment.erase_most, "S", 0, 1,                          \
                     "largest share of the area that it covers")

#endif
