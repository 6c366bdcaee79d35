/*
 * The answers of a network for many pictures, as training's validation and the evaluations need
 * them: through the inference plan, in batches, on all threads of the caller.
 *
 * With `mirrored` each picture is also seen as its mirror image and the two distributions are
 * averaged. What is kept is the logarithm of the probabilities, which is a row of logits as good as
 * any: softmax gives the probabilities back, and temperatures apply to it.
 *
 * Ownership: mr_predict allocates, mr_predictions_free frees. Thread rule: no shared state.
 */
#ifndef MR_LEARN_PREDICT_H
#define MR_LEARN_PREDICT_H

#include "image/image.h"
#include "learn/augment.h"
#include "nn/network.h"

#include <stdbool.h>

/* The pictures to be seen: returns picture `index` as a view that stays valid. */
typedef mr_image (*mr_picture_source)(const void *context, size_t index);

typedef struct mr_predictions {
    size_t count;
    int output_count;
    int sizes[MR_OUTPUTS_MAX];     /* classes of each output */
    float *logits[MR_OUTPUTS_MAX]; /* count × size each */
} mr_predictions;

/* Every output of `network` (its parameters: `values`) must be a row of logits. */
mr_status mr_predict(const mr_network *network, const float *values, mr_picture_source source,
                     const void *context, size_t count, bool mirrored, mr_predictions *out);

void mr_predictions_free(mr_predictions *predictions);

/* One picture as the network's input: all of it, brought to the network's size as in serving
 * (mr_crop_of_picture), normalised. The input must be a square. */
mr_status mr_picture_to_input(const mr_image *picture, const mr_network *network, bool mirrored,
                              float *input);

/* The same with a random variation of the picture, as it is learned from. */
mr_status mr_variation_to_input(const mr_image *picture, const mr_augment *augment,
                                const mr_network *network, mr_rng *rng, float *input);

#endif
