/*
 * A network set up to learn: forward and backward for a fixed batch size, on oneDNN.
 *
 *     mr_training *t;
 *     MR_TRY(mr_training_create(network, 64, values, gradients, &t));
 *     fill(mr_training_input(t)); // as from mr_image_to_planar
 *     MR_TRY(mr_training_forward(t, &rng));
 *     loss(mr_training_output(t, 0), mr_training_output_gradient(t, 0));
 *     MR_TRY(mr_training_backward(t)); // gradients[] now belong to this batch
 *
 * `values` (network->total floats) and `gradients` (network->trainable floats) belong to the caller
 * and must outlive it; forward also updates the running statistics inside `values`. Activations
 * are kept in NHWC or in blocks of channels, filters are reordered to what oneDNN likes at every
 * step. All memory is allocated by create. Uses as many OpenMP threads as the calling thread is set
 * to; with one thread every run gives the same bits. Thread rule: one thread at a time per object.
 */
#ifndef MR_NN_TRAINING_H
#define MR_NN_TRAINING_H

#include "base/error.h"
#include "base/rng.h"
#include "nn/network.h"

typedef struct mr_training mr_training;

mr_status mr_training_create(const mr_network *network, int batch, float *values, float *gradients,
                             mr_training **out);

/*
 * The same with layers that do not learn: `frozen` has a flag for each layer of the network. Batch
 * normalisation of a frozen layer works by its running statistics, as inference does, and leaves
 * them alone; gradients of frozen parameters are never written, and what only they would need is
 * not computed. MR_E_ARGUMENT for a frozen layer that reads one that learns.
 */
mr_status mr_training_create_frozen(const mr_network *network, int batch, float *values,
                                    float *gradients, const bool *frozen, mr_training **out);
void mr_training_free(mr_training *training);

/* Where the batch goes: batch × channels × height × width floats, already normalised. */
float *mr_training_input(mr_training *training);

/* Result k after forward, batch × mr_network_output_size floats, NCHW order; and where the loss
 * puts its gradient, of the same size, before backward. */
const float *mr_training_output(const mr_training *training, int k);
float *mr_training_output_gradient(mr_training *training, int k);

/* Share of the batch's statistics in the running mean and variance; 0.1 unless set. */
void mr_training_set_momentum(mr_training *training, float share);

/* `rng` feeds dropout. */
mr_status mr_training_forward(mr_training *training, mr_rng *rng);

/* Overwrites the gradients of all trainable parameters. */
mr_status mr_training_backward(mr_training *training);

#endif
