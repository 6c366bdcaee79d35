/*
 * Makes convolutions of a trained network cheaper: each becomes two, one of the same size with
 * fewer filters, and one of single pixels that mixes what these tell into as many channels as
 * before. The filters are the principal directions of what the convolution answers to pictures,
 * each channel counted as large as the normalisation behind it makes it; of all mixtures of so many
 * filters that is the nearest to the answers (Zhang et al. 2016, "Accelerating very deep
 * convolutional networks for classification and detection", section 3.1).
 *
 *     mr_factor_rank ranks[] = {{"s4_1", 96}, {"s4_2", 112}};
 *     MR_TRY(mr_factor_emotion("models/emotion", "build/data/fer2013", ranks, 2, "smaller", NULL,
 *                              NULL));
 *
 * The smaller network answers nearly as the old one did and learns on as any other
 * (mr_trainer_params.from).
 *
 * Thread rule: no shared state; the OpenMP and BLAS threads of the caller are used.
 */
#ifndef MR_LEARN_FACTOR_H
#define MR_LEARN_FACTOR_H

#include "nn/network.h"

/* Pictures that are looked at, at most; they are drawn evenly from all there are. */
#define MR_FACTOR_PICTURES 3000

/* At most so many convolutions at once. */
#define MR_FACTOR_MOST 12

typedef struct mr_factor_rank {
    char layer[MR_NAME_MAX]; /* a convolution without bias or groups that one batch normalisation
                                reads and nothing else */
    int rank;                /* filters, at least 1 and fewer than the layer has */
    double share;            /* set by the call: of the answers' variance that they keep */
} mr_factor_rank;

/* The size of a network. */
typedef struct mr_factor_size {
    size_t parameters;
    double multiply_adds;
} mr_factor_size;

/*
 * Reads MODEL/network.txt and MODEL/weights.safetensors, looks at pictures of the data set that the
 * model was trained on, its validation part left out, and writes network.txt and
 * weights.safetensors into the folder `out`, without calibration. In the new network a layer L is
 * fed by L_basis. `before` and `after` may be NULL. Errors name the layer, file or folder;
 * MR_E_ARGUMENT for a layer that cannot be factored or a rank out of range.
 */
mr_status mr_factor_emotion(const char *model, const char *data, mr_factor_rank *ranks, int count,
                            const char *out, mr_factor_size *before, mr_factor_size *after);
mr_status mr_factor_attributes(const char *model, const char *data, mr_factor_rank *ranks,
                               int count, const char *out, mr_factor_size *before,
                               mr_factor_size *after);

#endif
